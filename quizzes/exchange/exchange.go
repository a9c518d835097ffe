// Package exchange reads questions out of other systems' files: GIFT, Aiken, Moodle XML and a CSV of ours.
//
// Nothing is silently dropped: every question is reported as imported, unsupported (it is understood, and this product
// cannot examine it) or broken, with the line and the reason.
package exchange

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Types, by Moodle's own words.
const (
	MultiChoice = "multichoice"
	TrueFalse   = "truefalse"
	ShortAnswer = "shortanswer"
	Numerical   = "numerical"
	Match       = "match"
	Essay       = "essay"
	MultiAnswer = "multianswer" // cloze
	Ordering    = "ordering"
	Calculated  = "calculated"
	Description = "description"
)

// Status is what became of a question.
type Status string

// What can become of a question.
const (
	Imported    Status = "imported"
	Unsupported Status = "unsupported"
	Broken      Status = "broken"
)

// Question is one question, as far as it was read. Texts are plain: marks of HTML are gone.
type Question struct {
	Name     string
	Type     string
	Text     string
	Category string
	Options  []Option          // of multichoice, truefalse, shortanswer, numerical; ordering in the right order
	Pairs    map[string]string // of match
	Single   bool              // multichoice: one answer only
	Feedback string

	Line   int
	Status Status
	Reason string // the key of a sentence; "" where imported
	Detail string // what the sentence mentions
}

// Option is an answer with the part of the marks that it earns, in hundredths of a per cent (10,000 is all).
type Option struct {
	Text      string
	Fraction  int
	Feedback  string
	Tolerance string // of a number
}

// Formats that Read knows.
var Formats = []string{"gift", "aiken", "moodlexml", "csv"}

// MaxFile is how large a file may be, in bytes.
const MaxFile = 32 << 20

// FileError says why a whole file is refused. Key names the sentence.
type FileError struct {
	Key    string
	Line   int
	Detail string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("exchange: line %d: %s %s", e.Line, e.Key, e.Detail)
}

// Read reads every question of a file. The error is a *FileError where the whole file is refused.
func Read(format string, in io.Reader) ([]Question, error) {
	raw, err := io.ReadAll(io.LimitReader(in, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > MaxFile {
		return nil, &FileError{"exchange.too_large", 0, fmt.Sprint(MaxFile >> 20)}
	}
	if format == "moodlexml" {
		return readMoodle(raw)
	}
	text, err := decode(raw)
	if err != nil {
		return nil, err
	}
	switch format {
	case "gift":
		return readGift(text), nil
	case "aiken":
		return readAiken(text), nil
	case "csv":
		return readCSV(text)
	}
	return nil, &FileError{"exchange.format", 0, format}
}

// decode recognises UTF-8 (with or without a mark), GB18030 and windows-1252.
func decode(raw []byte) (string, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) || bytes.IndexByte(raw, 0) >= 0 {
		return "", &FileError{"exchange.encoding", 0, ""}
	}
	if utf8.Valid(raw) {
		return lines(string(raw)), nil
	}
	if text, ok := try(simplifiedchinese.GB18030, raw); ok && chinese(text) {
		return lines(text), nil
	}
	if text, ok := try(charmap.Windows1252, raw); ok {
		return lines(text), nil
	}
	return "", &FileError{"exchange.encoding", 0, ""}
}

func try(e encoding.Encoding, raw []byte) (string, bool) {
	text, err := e.NewDecoder().Bytes(raw)
	return string(text), err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// chinese says whether what was decoded as GB18030 looks it: of what is not ASCII, most are common Chinese characters or marks.
func chinese(text string) bool {
	han, other := 0, 0
	for _, r := range text {
		switch {
		case r < 0x80:
		case r >= 0x4e00 && r <= 0x9fa5, r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xffef, r == '“', r == '”', r == '—', r == '…':
			han++
		default:
			other++
		}
	}
	return han > 4*other
}

func lines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// plain drops the marks of HTML, and what is in scripts and styles; blocks become spaces. What comes out is text, to be
// escaped like any other.
func plain(text string) string {
	var out strings.Builder
	for rest := text; rest != ""; {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			out.WriteString(rest)
			break
		}
		out.WriteString(rest[:i])
		tag, after, closed := strings.Cut(rest[i+1:], ">")
		if !closed || tag == "" || !isTag(tag[0]) {
			out.WriteByte('<') // a sign for "less than"
			rest = rest[i+1:]
			continue
		}
		rest = after
		name := strings.ToLower(strings.TrimLeft(tag, "/"))
		for _, hidden := range []string{"script", "style"} {
			if strings.HasPrefix(name, hidden) && tag[0] != '/' {
				if end := strings.Index(strings.ToLower(rest), "</"+hidden); end >= 0 {
					rest = rest[end:]
				} else {
					rest = ""
				}
			}
		}
		out.WriteByte(' ')
	}
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, html.UnescapeString(out.String()))
	return strings.Join(strings.Fields(clean), " ")
}

func isTag(c byte) bool {
	return c == '/' || c == '!' || c == '?' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// finish says what became of a question that was read.
func (q *Question) finish() {
	if q.Status == Broken {
		return
	}
	q.Status, q.Reason = Imported, ""
	switch q.Type {
	case Description:
		q.Status, q.Reason = Unsupported, "exchange.description"
	case Essay:
		q.Status, q.Reason = Unsupported, "exchange.essay"
	case Calculated:
		q.Status, q.Reason = Unsupported, "exchange.calculated"
	case MultiAnswer:
		q.Status, q.Reason = Unsupported, "exchange.cloze"
	case MultiChoice, TrueFalse, ShortAnswer, Numerical:
		if q.Text == "" {
			q.broken("exchange.no_text", "")
		} else if !q.some() {
			q.broken("exchange.no_right", "")
		}
	case Match:
		if len(q.Pairs) < 2 {
			q.broken("exchange.no_pairs", "")
		}
	case Ordering:
		if len(q.Options) < 2 {
			q.broken("exchange.no_order", "")
		}
	default:
		q.Status, q.Reason, q.Detail = Unsupported, "exchange.type", q.Type
	}
	if q.Status == Imported && !held[q.Type] {
		q.Status, q.Reason, q.Detail = Unsupported, "exchange.not_yet", q.Type
	}
}

// held are the types that the bank can hold so far.
var held = map[string]bool{MultiChoice: true, TrueFalse: true}

func (q *Question) some() bool {
	for _, o := range q.Options {
		if o.Fraction > 0 {
			return true
		}
	}
	return false
}

func (q *Question) broken(key, detail string) { q.Status, q.Reason, q.Detail = Broken, key, detail }

// short is the beginning of a text, for a question without a name.
func short(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
