package exchange

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tongguan/quizzes/bank"
)

// refused reads a file that must be refused as a whole, and gives the key of the reason.
func refused(t *testing.T, format string, in io.Reader) string {
	t.Helper()
	_, err := Read(format, in, "")
	var e *FileError
	if !errors.As(err, &e) {
		t.Fatalf("%v", err)
	}
	return e.Key
}

// TestBillionLaughs tries entities that would become gigabytes, and those that read another file.
func TestBillionLaughs(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a0 "ha">`
	for i := 1; i < 30; i++ {
		bomb += `<!ENTITY a` + string(rune('0'+i%10)) + ` "&a0;&a0;&a0;">`
	}
	for name, text := range map[string]string{"a bomb": bomb + `]><quiz><question type="essay"><name><text>&a9;</text></name></question></quiz>`,
		"a file": `<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>`, "a parameter": `<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://example.org/x.dtd"> %x;]><quiz/>`,
		"a public one": `<!DOCTYPE quiz PUBLIC "-//X//Y" "http://example.org/x.dtd"><quiz/>`} {
		if key := refused(t, "moodlexml", strings.NewReader(text)); key != "exchange.entities" {
			t.Errorf("%s: %s", name, key)
		}
		wide, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
		if key := refused(t, "moodlexml", strings.NewReader(wide)); key != "exchange.entities" {
			t.Errorf("%s in UTF-16: %s", name, key)
		}
	}
	qs := readAll(t, "moodlexml", `<quiz><question type="essay"><name><text>a &undeclared; b</text></name></question></quiz>`)
	if len(qs) != 1 || qs[0].Reason != "exchange.xml" {
		t.Errorf("%+v", qs)
	}
}

// endless gives zeros for ever, and counts them.
type endless struct{ given int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.given += len(p)
	return len(p), nil
}

// TestHundredMegabytes refuses a large file by its size, and what has none when the bound is reached.
func TestHundredMegabytes(t *testing.T) {
	name := filepath.Join(t.TempDir(), "large.gift")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 100<<20); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if key := refused(t, "gift", f); key != "exchange.too_large" {
		t.Error(key)
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 1<<20 {
		t.Errorf("%d bytes were taken", after.TotalAlloc-before.TotalAlloc)
	}
	if at, _ := f.Seek(0, io.SeekCurrent); at != 0 {
		t.Errorf("%d bytes were read", at)
	}
	e := &endless{}
	if key := refused(t, "moodlexml", e); key != "exchange.too_large" || e.given > 2*MaxFile {
		t.Errorf("%s after %d bytes", key, e.given)
	}
}

// TestHostileDepth nests elements, braces, brackets and lists very deep.
func TestHostileDepth(t *testing.T) {
	const n = 200_000
	for name, text := range map[string]string{
		"elements in a question": quiz("essay", strings.Repeat("<a>", n)),
		"elements outside":       "<quiz>" + strings.Repeat("<a>", n),
		"closed elements":        quiz("essay", strings.Repeat("<a>", n)+strings.Repeat("</a>", n)),
		"brackets of a formula":  quiz("calculated", asks+answered("100", strings.Repeat("(", n), "")+sets(set("a", "1", "2", "0"))),
		"powers of powers":       quiz("calculated", asks+answered("100", strings.Repeat("pow(", 99)+"1"+strings.Repeat(",2)", 99), "")+sets(set("a", "1", "2", "0"))),
		"gaps without end":       quiz("cloze", `<questiontext><text>`+strings.Repeat("{1:SA:", n)+`</text></questiontext>`),
		"many gaps":              quiz("cloze", `<questiontext><text>`+strings.Repeat("{1:SA:=a}", n)+`</text></questiontext>`),
		"many stars":             quiz("shortanswer", asks+answered("50", strings.Repeat("*a", 50)+"*", "")+answered("100", strings.Repeat("*b", 50)+"*", "")),
		"many answers":           quiz("shortanswer", asks+strings.Repeat(answered("50", "*a", ""), 5000)),
		"many numbers":           quiz("numerical", asks+strings.Repeat(answered("50", "1", ""), 5000)),
		"a range without end":    quiz("calculated", asks+answered("100", "{a}", "")+sets(set("a", "0", "99999999999999", "10"))),
	} {
		qs, err := Read("moodlexml", strings.NewReader(text), "")
		if err == nil && (len(qs) != 1 || qs[0].Status == Imported) && name != "elements outside" {
			t.Errorf("%s: %+v", name, qs)
		}
		for _, q := range qs {
			if q.Reason == "" {
				t.Errorf("%s: %+v", name, q)
			}
		}
	}
	for name, text := range map[string]string{"lists in lists": strings.Repeat("<ul><li>", n), "tags that do not end": strings.Repeat("<a", n), "signs": strings.Repeat("<", n),
		"comments": strings.Repeat("<!--", n), "scripts": strings.Repeat("<script></script>", n), "breaks": strings.Repeat("<br>", n)} {
		if got := flatten(text, formHTML); len(got.text) > len(text) {
			t.Errorf("%s: %d characters of %d", name, len(got.text), len(text))
		}
	}
	for name, text := range map[string]string{"braces": "a " + strings.Repeat("{", n), "backslashes": strings.Repeat(`\`, n) + "{=a}", "answers": "a {" + strings.Repeat("=a ~b ", 5000) + "}",
		"marks": "a {" + strings.Repeat("#", n) + "}"} {
		for _, q := range readAll(t, "gift", text) {
			if q.Status == "" {
				t.Errorf("%s: %+v", name, q)
			}
		}
	}
}

// TestTruncatedFiles cuts files of every format at every place: what is whole is read, what is not says so.
func TestTruncatedFiles(t *testing.T) {
	for format, text := range map[string]string{"gift": gift, "moodlexml": moodle, "csv": Template, "aiken": "Q\nA. x\nB. y\nANSWER: B\n"} {
		for at := 0; at < len(text); at += 7 {
			qs, err := Read(format, strings.NewReader(text[:at]), "")
			var e *FileError
			if err != nil && !errors.As(err, &e) {
				t.Fatalf("%s at %d: %v", format, at, err)
			}
			for _, q := range qs {
				if q.Status != Imported && q.Reason == "" || q.Line < 1 {
					t.Errorf("%s at %d: %+v", format, at, q)
				}
			}
		}
	}
}

// TestEncodingsOfXML reads the same question in every encoding that such files come in.
func TestEncodingsOfXML(t *testing.T) {
	text := `<?xml version="1.0" encoding="%"?>` + quiz("truefalse", `<questiontext><text>先审后签？</text></questiontext>`+answered("100", "true", "")+answered("0", "false", ""))
	named := func(n string) string { return strings.Replace(text, "%", n, 1) }
	gb, _ := simplifiedchinese.GB18030.NewEncoder().String(named("gb2312"))
	le, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(named("UTF-16"))
	be, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(named("UTF-16"))
	for name, s := range map[string]string{"UTF-8": named("UTF-8"), "a mark": "\ufeff" + named("utf-8"), "GB": gb, "UTF-16 LE": le, "UTF-16 BE": be} {
		if qs := readAll(t, "moodlexml", s); len(qs) != 1 || qs[0].Status != Imported || qs[0].Becomes.Stem.ZH != "先审后签？" {
			t.Errorf("%s: %+v", name, qs)
		}
	}
	if key := refused(t, "moodlexml", strings.NewReader(le[:len(le)-1])); key != "exchange.encoding" {
		t.Error(key)
	}
}

// FuzzRead reads anything: every question has a fate and a reason, and what is imported is written, read and exported again.
func FuzzRead(f *testing.F) {
	f.Add(0, gift)
	f.Add(1, "Q\nA. x\nB. y\nANSWER: A\n")
	f.Add(2, moodle)
	f.Add(3, Template)
	f.Add(2, quiz("cloze", `<questiontext><text>{1:SA:=a~%50%*b#c} {2:NM:=1:2}</text></questiontext>`))
	f.Add(2, quiz("calculated", asks+answered("100", "pow({a},2)", "")+sets(set("a", "1", "2", "0", "1"))))
	f.Add(2, quiz("numerical", asks+answered("100", "2", "<tolerance>1</tolerance>")+"<units><unit><multiplier>3</multiplier><unit_name>x</unit_name></unit></units>"))
	f.Fuzz(func(t *testing.T, format int, text string) {
		qs, err := Read(Formats[max(0, format)%len(Formats)], strings.NewReader(text), "")
		if err != nil {
			return
		}
		n := 0
		for _, q := range qs {
			if q.Status == "" || q.Status != Imported && q.Reason == "" || q.Line < 1 || (q.Status == Imported) != (q.Becomes != nil) {
				t.Errorf("%+v", q)
			}
			if q.Status == Imported {
				n++
			}
		}
		file, written, err := File(qs, Given{Module: "m"})
		var large *FileError
		if errors.As(err, &large) {
			return
		}
		if err != nil || written != n {
			t.Fatalf("%d of %d written: %v", written, n, err)
		}
		s, problems := bank.Parse("courses/c/01-m.questions.yaml", file)
		if s == nil || len(s.Questions) != n {
			t.Fatalf("%v\n%s", problems, file)
		}
		for _, out := range ExportFormats {
			if _, err := Export(out, s, "zh", Names{"T", "F"}, &bytes.Buffer{}); err != nil {
				t.Fatalf("%s: %v", out, err)
			}
		}
	})
}

// FuzzFlatten flattens anything; what comes out has no control characters, and is the same when it is flattened as plain.
func FuzzFlatten(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "<ul><li>a", "a<sup>2", "<table><td>", "&lt;b&gt;", "<!-- x", "\x00\ufeff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, form := range []string{formHTML, formAuto, formPlain, formMarkdown} {
			out := flatten(s, form).text
			if strings.ContainsAny(out, "\x00\r\t\x1b") || flatten(out, formPlain).text != out {
				t.Errorf("%s: %q", form, out)
			}
		}
	})
}

// FuzzRoundTrip tells a question with any texts in every format and reads it again: the same marks, or a reason.
func FuzzRoundTrip(f *testing.F) {
	f.Add("Who?", "a", "b", "c")
	f.Add("a = b # c ~ d { e } : f", "->", "%50%", "[html]")
	f.Add("{1:SA:=x}", `\`, "|", "<b>")
	f.Fuzz(func(t *testing.T, stem, a, b, c string) {
		texts := []string{tidy(stem), flat(tidy(a)), flat(tidy(b)), flat(tidy(c))}
		for i, x := range texts {
			if x == "" || i > 1 && x == texts[1] || i > 2 && x == texts[2] || !strings.Contains(strings.ToValidUTF8(x, ""), x) {
				return
			}
		}
		both := func(i int) bank.Text { return bank.Text{ZH: texts[i], EN: texts[i]} }
		options := []bank.Option{{ID: "a", Right: true, Text: both(1), Why: both(2)}, {ID: "b", Text: both(2), Why: both(0)}, {ID: "c", Text: both(3), Credit: 50}}
		s := &bank.Set{Course: "c", Module: "m", Questions: []*bank.Question{
			{ID: "one", Type: "single", Stem: both(0), Options: options, Explanation: both(3)},
			{ID: "pairs", Type: "matching", Stem: both(0), Options: []bank.Option{{ID: "p1", Text: both(2)}, {ID: "p2", Text: both(1)}, {ID: "p3", Text: both(3)}},
				Things: []bank.Thing{{ID: "t1", Text: both(1), Partner: "p1"}, {ID: "t2", Text: both(2), Partner: "p2"}}},
			{ID: "steps", Type: "ordering", Rule: "positions", Stem: both(0), Options: []bank.Option{{ID: "x", Text: both(1)}, {ID: "y", Text: both(2)}, {ID: "z", Text: both(3)}}},
		}}
		for _, format := range []string{"gift", "moodlexml", "csv"} {
			roundTrip(t, format, "zh", s)
		}
	})
}
