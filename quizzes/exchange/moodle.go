package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// text is an element with a <text> in it.
type text struct {
	Text string `xml:"text"`
}

type moodleAnswer struct {
	Fraction  string `xml:"fraction,attr"`
	Text      string `xml:"text"`
	Tolerance string `xml:"tolerance"`
	Feedback  text   `xml:"feedback"`
}

type moodleQuestion struct {
	Type     string         `xml:"type,attr"`
	Name     text           `xml:"name"`
	Text     text           `xml:"questiontext"`
	Category text           `xml:"category"`
	Feedback text           `xml:"generalfeedback"`
	Single   string         `xml:"single"`
	Answers  []moodleAnswer `xml:"answer"`
	Pairs    []struct {
		Text   string `xml:"text"`
		Answer text   `xml:"answer"`
	} `xml:"subquestion"`
}

// readMoodle reads Moodle XML question by question, so that one that is broken does not take the others with it. Entities
// of a document's own are refused: a few bytes of them can become gigabytes, or somebody else's file.
func readMoodle(raw []byte) (out []Question, err error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.CharsetReader = charset
	category := ""
	for depth := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := d.InputPos()
		if err != nil {
			if len(out) == 0 && depth == 0 {
				return nil, &FileError{"exchange.xml", line, err.Error()}
			}
			return append(out, Question{Line: line, Status: Broken, Reason: "exchange.xml", Detail: err.Error()}), nil
		}
		switch t := token.(type) {
		case xml.Directive:
			if upper := strings.ToUpper(string(t)); strings.Contains(upper, "ENTITY") || strings.Contains(upper, "SYSTEM") || strings.Contains(upper, "PUBLIC") {
				return nil, &FileError{"exchange.entities", line, ""}
			}
		case xml.StartElement:
			if depth == 0 && t.Name.Local != "quiz" {
				return nil, &FileError{"exchange.not_quiz", line, t.Name.Local}
			}
			if t.Name.Local != "question" {
				depth++
				continue
			}
			var m moodleQuestion
			if err := d.DecodeElement(&m, &t); err != nil {
				return append(out, Question{Type: attr(t, "type"), Line: line, Status: Broken, Reason: "exchange.xml", Detail: err.Error()}), nil
			}
			if m.Type == "category" {
				category = plain(m.Category.Text)
				continue
			}
			q := m.question()
			q.Line, q.Category = line, category
			q.finish()
			out = append(out, q)
		case xml.EndElement:
			depth--
		}
	}
	return out, nil
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// charset reads the encodings that such files come in.
func charset(name string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "us-ascii", "ascii":
		return in, nil
	case "gb18030", "gbk", "gb2312":
		return simplifiedchinese.GB18030.NewDecoder().Reader(in), nil
	case "windows-1252", "iso-8859-1", "latin1":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	return nil, &FileError{"exchange.encoding", 1, name}
}

func (m moodleQuestion) question() Question {
	q := Question{Name: plain(m.Name.Text), Type: m.Type, Text: plain(m.Text.Text), Feedback: plain(m.Feedback.Text), Single: m.Single != "false" && m.Single != "0"}
	switch q.Type {
	case "matching":
		q.Type = Match
	case "cloze":
		q.Type = MultiAnswer
	case "calculatedmulti", "calculatedsimple":
		q.Type = Calculated
	}
	if q.Name == "" {
		q.Name = short(q.Text)
	}
	for _, a := range m.Answers {
		o := Option{Text: plain(a.Text), Feedback: plain(a.Feedback.Text), Tolerance: strings.TrimSpace(a.Tolerance)}
		f, err := strconv.ParseFloat(strings.TrimSpace(a.Fraction), 64)
		if err != nil && a.Fraction != "" || f < -100 || f > 100 {
			q.broken("exchange.weight", a.Fraction)
		}
		o.Fraction = int(f*100 + 0.5*sign(f))
		if q.Type == Numerical && !isNumber(o.Text) && o.Text != "*" {
			q.broken("exchange.number", o.Text)
		}
		q.Options = append(q.Options, o)
	}
	for _, p := range m.Pairs {
		if thing := plain(p.Text); thing != "" { // Moodle has pairs without a thing: further partners to mislead
			if q.Pairs == nil {
				q.Pairs = map[string]string{}
			}
			q.Pairs[thing] = plain(p.Answer.Text)
		}
	}
	return q
}
