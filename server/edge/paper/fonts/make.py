import io, gzip, glob, sys
from fontTools.ttLib import TTFont, TTCollection, newTable
from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.pens.cu2quPen import Cu2QuPen

def cut(font, chars):
    o = subset.Options()
    o.layout_features = []; o.hinting = False; o.glyph_names = False; o.notdef_outline = True
    o.name_IDs = [0, 1, 2, 4, 5, 6, 13, 14]; o.name_legacy = False; o.legacy_cmap = False
    o.drop_tables += ['GSUB', 'GPOS', 'GDEF', 'BASE', 'vhea', 'vmtx', 'VORG', 'STAT', 'DSIG', 'gasp', 'prep']
    s = subset.Subsetter(o); s.populate(unicodes=chars); s.subset(font)
    return font

def quadratic(otf, err=1.0):
    order = otf.getGlyphOrder(); gs = otf.getGlyphSet(); out = {}
    for n in order:
        p = TTGlyphPen(gs); gs[n].draw(Cu2QuPen(p, err, reverse_direction=True)); out[n] = p.glyph()
    f = otf; del f['CFF ']
    f['loca'] = newTable('loca'); g = f['glyf'] = newTable('glyf'); g.glyphOrder = order; g.glyphs = out
    m = f['maxp']; m.tableVersion = 0x00010000
    for k in 'maxZones maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions maxComponentElements'.split(): setattr(m, k, 0)
    m.maxZones = 1; m.maxPoints = m.maxContours = m.maxCompositePoints = m.maxCompositeContours = m.maxComponentDepth = 0
    p = f['post']; p.formatType = 3.0; p.glyphOrder = None; p.extraNames = []; p.mapping = {}
    f.sfntVersion = '\000\001\000\000'
    return f

def save(font, name, family):
    for r in font['name'].names:
        if r.nameID in (1, 4): r.string = family
        if r.nameID == 6: r.string = family.replace(' ', '')
    font['head'].created = font['head'].modified = 0
    font.recalcTimestamp = False
    b = io.BytesIO(); font.save(b, reorderTables=True); d = b.getvalue()
    z = io.BytesIO()
    with gzip.GzipFile(filename='', mode='wb', fileobj=z, compresslevel=9, mtime=0) as w: w.write(d)
    open(sys.argv[1] + '/' + name + '.ttf.gz', 'wb').write(z.getvalue())
    print(name, len(font.getBestCmap()), len(d), len(z.getvalue()))

def noto(w): return TTFont(glob.glob(f'/tmp/fonts/package/{w}/*.ttf')[0])
def inter(w): return TTFont(glob.glob(f'/tmp/fonts/inter/package/{w}/*.ttf')[0])
sc = set(noto('400Regular').getBestCmap())
lat = set(inter('400Regular').getBestCmap())
latin = {c for c in lat if c < 0x3000 and not 0x2190 <= c <= 0x2BFF} 
save(cut(inter('400Regular'), latin), 'latin', 'Tongguan Latin')
save(cut(inter('500Medium'), latin), 'latin-strong', 'Tongguan Latin Strong')
han = {c for c in sc if c >= 0x2E80} | {c for c in sc if 0x2000 <= c < 0x2E80} | {c for c in sc if c<0x2000}
save(cut(noto('400Regular'), han), 'han', 'Tongguan Han')
gb = set()
for hi in range(0xA1, 0xF8):
    for lo in range(0xA1, 0xFF):
        try: gb.add(ord(bytes([hi, lo]).decode('gb2312')))
        except (UnicodeDecodeError, TypeError): pass
gb |= set(map(int, open('/tmp/fonts/tgh.txt')))
gb |= {0x20, 0x2014, 0x2026, 0xB7, 0x30FB, 0x2027}
save(cut(noto('500Medium'), gb & sc), 'han-strong', 'Tongguan Han Strong')
cjk = [f for f in TTCollection('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc').fonts if f['name'].getDebugName(4) == 'Noto Sans CJK SC'][0]
all_ = set(cjk.getBestCmap())
hangul = {c for c in all_ if 0xAC00 <= c <= 0xD7A3}
rare = {c for c in all_ - sc - lat if c > 0xFF} - {c for c in all_ if 0x1100 <= c <= 0x11FF or 0x3130 <= c <= 0x318F or 0xA960<=c<=0xA97F or 0xD7B0<=c<=0xD7FF}
rare = {c for c in rare if not 0xE000<=c<=0xF8FF}
from collections import Counter
print(Counter(hex(c >> 12) for c in rare))
save(quadratic(cut(cjk, rare)), 'rare', 'Tongguan Rare')
