package paper

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
	"unicode/utf16"
)

// about is what the file says of itself.
type about struct {
	title, author, language string
	made                    time.Time
}

var (
	startOfTable = regexp.MustCompile(`startxref\n([0-9]+)\n%%EOF\n$`)
	tableLine    = regexp.MustCompile(`(?m)^([0-9]{10}) 00000 n $`)
	glyphLine    = regexp.MustCompile(`(?m)^<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]{4,6})>$`)
)

// finish writes the file anew with what gopdf leaves open: it names characters beyond U+FFFF in a form that no reader
// understands, in the tables by which text is copied and searched and in the title; and it says no language.
func finish(raw []byte, a about) ([]byte, error) {
	objects, err := split(raw)
	if err != nil {
		return nil, err
	}
	for i, o := range objects {
		switch {
		case bytes.Contains(o, []byte("/CMapType 2 def")):
			objects[i] = characters(o)
		case bytes.Contains(o, []byte("/Type /Catalog")):
			objects[i] = bytes.Replace(o, []byte("/Pages 2 0 R\n"), fmt.Appendf(nil,
				"/Pages 2 0 R\n  /Lang %s\n  /ViewerPreferences << /DisplayDocTitle true >>\n", text(a.language)), 1)
		}
	}
	objects = append(objects, fmt.Appendf(nil, "<<\n/Title %s\n/Author %s\n/CreationDate (D:%sZ)\n>>\n",
		text(a.title), text(a.author), a.made.UTC().Format("20060102150405")))
	return join(objects), nil
}

// split gives the objects of a file in order, without their numbers.
func split(raw []byte) ([][]byte, error) {
	m := startOfTable.FindSubmatch(raw)
	if m == nil {
		return nil, errors.New("paper: the file has no end")
	}
	table, err := strconv.Atoi(string(m[1]))
	if err != nil || table > len(raw) {
		return nil, errors.New("paper: the file has no table")
	}
	var starts []int
	for _, l := range tableLine.FindAllSubmatch(raw[table:], -1) {
		n, err := strconv.Atoi(string(l[1]))
		if err != nil || n > table {
			return nil, errors.New("paper: the table leads nowhere")
		}
		starts = append(starts, n)
	}
	objects := make([][]byte, len(starts))
	for i, from := range starts {
		to := table
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		o, ok := bytes.CutPrefix(raw[from:to], fmt.Appendf(nil, "%d 0 obj\n", i+1))
		o, ends := bytes.CutSuffix(o, []byte("endobj\n\n"))
		if !ok || !ends {
			return nil, fmt.Errorf("paper: object %d is not where the table says", i+1)
		}
		objects[i] = o
	}
	return objects, nil
}

// join writes objects as a file; the last one is its description.
func join(objects [][]byte) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\n")
	starts := make([]int, len(objects))
	for i, o := range objects {
		starts[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%sendobj\n\n", i+1, o)
	}
	id := sha256.Sum256(b.Bytes())
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, s := range starts {
		fmt.Fprintf(&b, "%010d 00000 n \n", s)
	}
	fmt.Fprintf(&b, "trailer\n<<\n/Size %d\n/Root 1 0 R\n/Info %d 0 R\n/ID [<%X> <%X>]\n>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, len(objects), id[:16], id[:16], table)
	return b.Bytes()
}

// characters writes the table from glyphs to characters, 100 lines at a time, which is all that one block may have.
func characters(o []byte) []byte {
	lines := glyphLine.FindAllSubmatch(o, -1)
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for len(lines) > 0 {
		n := min(100, len(lines))
		fmt.Fprintf(&b, "%d beginbfchar\n", n)
		for _, l := range lines[:n] {
			r, err := strconv.ParseUint(string(l[2]), 16, 21)
			if err != nil {
				continue // six digits are 24 bits; none of them is a character then
			}
			fmt.Fprintf(&b, "<%s> <%s>\n", l[1], hex16(string(rune(r))))
		}
		b.WriteString("endbfchar\n")
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return fmt.Appendf(nil, "<<\n/Length %d\n>>\nstream\n%sendstream\n", b.Len(), b.Bytes())
}

func text(s string) string { return "<FEFF" + hex16(s) + ">" }

func hex16(s string) string {
	out := ""
	for _, u := range utf16.Encode([]rune(s)) {
		out += fmt.Sprintf("%04X", u)
	}
	return out
}
