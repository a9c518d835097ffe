"""Makes the fonts of the certificate; README.md says from what."""
import bz2, glob, gzip, io, sys
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable

source, target = sys.argv[1:]
CJK = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'
UNIHAN = '/usr/share/unicode/Unihan_OtherMappings.txt.bz2'


def cut(font, characters):
    """Keeps these characters, and no tables that a PDF has no use for."""
    o = subset.Options()
    o.layout_features, o.hinting, o.glyph_names, o.notdef_outline = [], False, False, True
    o.name_IDs, o.name_legacy, o.legacy_cmap = [0, 1, 2, 4, 5, 6, 13, 14], False, False
    o.drop_tables += ['GSUB', 'GPOS', 'GDEF', 'BASE', 'vhea', 'vmtx', 'VORG', 'STAT', 'DSIG', 'gasp', 'prep']
    s = subset.Subsetter(o)
    s.populate(unicodes=characters)
    s.subset(font)
    return font


def quadratic(font):
    """Turns cubic outlines (CFF) into quadratic ones (glyf), which is all that gopdf reads."""
    order, glyphs, out = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        out[name] = pen.glyph()
    del font['CFF ']
    font['loca'] = newTable('loca')
    font['glyf'] = newTable('glyf')
    font['glyf'].glyphOrder, font['glyf'].glyphs = order, out
    m = font['maxp']
    m.tableVersion, m.maxZones = 0x00010000, 1
    for k in ('maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions '
              'maxComponentElements maxPoints maxContours maxCompositePoints maxCompositeContours maxComponentDepth').split():
        setattr(m, k, 0)
    p = font['post']
    p.formatType, p.glyphOrder, p.extraNames, p.mapping = 3.0, None, [], {}
    font.sfntVersion = '\000\001\000\000'
    return font


def save(font, name, family):
    for r in font['name'].names:
        if r.nameID in (1, 4):
            r.string = family
        if r.nameID == 6:
            r.string = family.replace(' ', '')
    font['head'].created = font['head'].modified = 0
    font.recalcTimestamp = False
    plain, packed = io.BytesIO(), io.BytesIO()
    font.save(plain, reorderTables=True)
    with gzip.GzipFile(filename='', mode='wb', fileobj=packed, compresslevel=9, mtime=0) as w:
        w.write(plain.getvalue())
    with open(f'{target}/{name}.ttf.gz', 'wb') as f:
        f.write(packed.getvalue())
    print(name, len(font.getBestCmap()), len(plain.getvalue()), len(packed.getvalue()))


def load(name, weight):
    return TTFont(glob.glob(f'{source}/**/{weight}/{name}_{weight}.ttf', recursive=True)[0])


def characters(font):
    return set(font.getBestCmap())


def common():
    """通用规范汉字表 (Unihan's kTGH) and GB 2312."""
    out = {0x20, 0x2014, 0x2026, 0xB7, 0x30FB, 0x2027}
    for line in bz2.open(UNIHAN, 'rt'):
        f = line.split('\t')
        if len(f) > 2 and f[1] == 'kTGH':
            out.add(int(f[0][2:], 16))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                out.add(ord(bytes([high, low]).decode('gb2312')))
            except UnicodeDecodeError:
                pass
    return out


sc = characters(load('NotoSansSC', '400Regular'))
inter = characters(load('Inter', '400Regular'))
latin = {c for c in inter if c < 0x3000 and not 0x2190 <= c <= 0x2BFF}
save(cut(load('Inter', '400Regular'), latin), 'latin', 'Tongguan Latin')
save(cut(load('Inter', '500Medium'), latin), 'latin-strong', 'Tongguan Latin Strong')
save(cut(load('NotoSansSC', '400Regular'), sc), 'han', 'Tongguan Han')
save(cut(load('NotoSansSC', '500Medium'), common() & sc), 'han-strong', 'Tongguan Han Strong')
cjk = [f for f in TTCollection(CJK).fonts if f['name'].getDebugName(4) == 'Noto Sans CJK SC'][0]
jamo = [(0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xD7B0, 0xD7FF), (0xE000, 0xF8FF)]  # and private use
rare = {c for c in characters(cjk) - sc - inter if c > 0xFF and not any(a <= c <= b for a, b in jamo)}
save(quadratic(cut(cjk, rare)), 'rare', 'Tongguan Rare')
