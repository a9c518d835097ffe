package paper

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/signintech/gopdf"
)

// How the fonts were made, and their licence, stands in fonts/README.md.
//
//go:embed fonts/*.ttf.gz
var files embed.FS

// face is one font file, read once.
type face struct {
	name   string
	parsed gopdf.SubsetFontObj // answers for glyphs and widths; not written to after Open
	known  sync.Map            // of rune to float64: widths that were asked for
}

// A text is set in the first of these that has the character. Texts with Chinese in them take the punctuation that both
// scripts share from the Chinese font, where it is as wide as a character.
var (
	plainFaces  = []string{"latin", "han", "rare"}
	strongFaces = []string{"latin-strong", "han-strong", "latin", "han", "rare"}
)

const sharedMarks = "“”‘’—…·"

// Press keeps the fonts ready (about 20 MB); it may be used by many at once.
type Press struct {
	faces     map[string]*face
	container gopdf.FontContainer
}

// Open reads the fonts.
func Open() (*Press, error) {
	p := &Press{faces: map[string]*face{}}
	for _, name := range strongFaces { // all that there are
		data, err := inflate("fonts/" + name + ".ttf.gz")
		if err != nil {
			return nil, fmt.Errorf("paper: font %s: %w", name, err)
		}
		f := &face{name: name}
		if err := f.parsed.SetTTFData(data); err != nil {
			return nil, fmt.Errorf("paper: font %s: %w", name, err)
		}
		if err := p.container.AddTTFFontData(name, data); err != nil {
			return nil, fmt.Errorf("paper: font %s: %w", name, err)
		}
		p.faces[name] = f
	}
	return p, nil
}

func inflate(name string) ([]byte, error) {
	packed, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Missing gives the characters of a text that cannot be printed, each once: those that no font has, and those that would
// need more than a glyph after the other (marks that combine with no letter, directions, joins).
func (p *Press) Missing(text string) []rune { return p.absent(compose(text)) }

func (p *Press) absent(text string) []rune {
	var out []rune
	for _, r := range text {
		if _, ok := p.pick(r, plainFaces, false); !ok && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// pick finds the face for a character.
func (p *Press) pick(r rune, faces []string, chinese bool) (*face, bool) {
	if isMark(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
		return nil, false
	}
	if chinese && strings.ContainsRune(sharedMarks, r) {
		faces = slices.DeleteFunc(slices.Clone(faces), func(n string) bool { return p.faces[n].latin() })
	}
	for _, name := range faces {
		if f := p.faces[name]; f.has(r) {
			return f, true
		}
	}
	return nil, false
}

func (f *face) latin() bool { return f.name == "latin" || f.name == "latin-strong" }

func (f *face) has(r rune) bool { return f.advance(r) >= 0 }

// advance is the width of a character in thousandths of the size, below zero where the font has none. It is kept, since
// the library looks through some thousand ranges for it, and breaking lines asks often.
func (f *face) advance(r rune) float64 {
	if w, ok := f.known.Load(r); ok {
		return w.(float64)
	}
	w := -1.0
	if g, err := f.parsed.CharCodeToGlyphIndex(r); err == nil && g != 0 {
		w = float64(f.parsed.GlyphIndexToPdfWidth(g))
	}
	f.known.Store(r, w)
	return w
}

func isMark(r rune) bool { return unicode.Is(unicode.M, r) }
