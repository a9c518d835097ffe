package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tongguan/quizzes/bank"
)

// mtext is an element with a <text> in it, and maybe files.
type mtext struct {
	Form string `xml:"format,attr"`
	Text mbody  `xml:"text"`
	File []mfile
}

// mbody is what a <text> says. Elements in it, which Moodle never writes, would be lost.
type mbody struct {
	Said  string     `xml:",chardata"`
	Inner []struct{} `xml:",any"`
}

type mfile struct {
	XMLName xml.Name `xml:"file"`
	Name    string   `xml:"name,attr"`
}

type manswer struct {
	mtext
	Fraction  string  `xml:"fraction,attr"`
	Tolerance string  `xml:"tolerance"`
	Kind      string  `xml:"tolerancetype"`
	Feedback  []mtext `xml:"feedback"` // essay: a file may have further ones
}

type mpair struct {
	mtext
	Answer mtext `xml:"answer"`
}

type mquestion struct {
	Type       string    `xml:"type,attr"`
	Name       mtext     `xml:"name"`
	Text       mtext     `xml:"questiontext"`
	Category   mtext     `xml:"category"`
	Feedback   mtext     `xml:"generalfeedback"`
	Right      mtext     `xml:"correctfeedback"`
	Partly     mtext     `xml:"partiallycorrectfeedback"`
	Wrong      mtext     `xml:"incorrectfeedback"`
	Single     string    `xml:"single"`
	Shuffle    string    `xml:"shuffleanswers"`
	UseCase    string    `xml:"usecase"`
	Image      string    `xml:"image"`
	Pairs      []mpair   `xml:"subquestion"`
	Selects    []mchoice `xml:"selectoption"`
	Drags      []mchoice `xml:"dragbox"`
	Guide      mtext     `xml:"graderinfo"`
	Format     string    `xml:"responseformat"`
	Attach     string    `xml:"attachments"`
	MinWords   string    `xml:"minwordlimit"`
	MaxWords   string    `xml:"maxwordlimit"`
	Select     string    `xml:"selecttype"`
	Count      string    `xml:"selectcount"`
	Grading    string    `xml:"gradingtype"`
	UnitGrade  string    `xml:"unitgradingtype"`
	UnitMinus  string    `xml:"unitpenalty"`
	ShowUnits  string    `xml:"showunits"`
	Units      []munit   `xml:"units>unit"`
	Sets       []mset    `xml:"dataset_definitions>dataset_definition"`
	AnswerList []manswer `xml:"answer"`
}

type mchoice struct {
	mtext
	Group    string    `xml:"group"`
	Infinite *struct{} `xml:"infinite"`
}

type munit struct {
	Multiplier string `xml:"multiplier"`
	Name       string `xml:"unit_name"`
}

// readMoodle reads Moodle XML question by question, so that one that is broken does not take the others with it. Entities
// of a document's own are refused: a few bytes of them can become gigabytes, or somebody else's file.
func readMoodle(raw []byte) ([]*draft, error) {
	text, isWide, err := wide(raw)
	if err != nil {
		return nil, err
	}
	if isWide {
		raw = []byte(text)
	}
	r := &moodleReader{d: xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))}
	r.d.CharsetReader = charset
	for {
		token, err := r.d.Token()
		if errors.Is(err, io.EOF) {
			return r.out, nil
		}
		line, _ := r.d.InputPos()
		if err != nil {
			if len(r.out) == 0 && r.depth == 0 {
				return nil, &FileError{"exchange.xml", line, err.Error()}
			}
			return append(r.out, torn(line, "", err)), nil
		}
		if done, err := r.token(token, line); done || err != nil {
			return r.out, err
		}
	}
}

// moodleReader goes through a file.
type moodleReader struct {
	d        *xml.Decoder
	depth    int
	category string // of the questions that follow
	out      []*draft
}

// token takes the next piece of the file; done says that what follows cannot be read.
func (r *moodleReader) token(token xml.Token, line int) (done bool, err error) {
	switch t := token.(type) {
	case xml.Directive:
		if upper := strings.ToUpper(string(t)); strings.Contains(upper, "ENTITY") || strings.Contains(upper, "SYSTEM") || strings.Contains(upper, "PUBLIC") {
			return true, &FileError{"exchange.entities", line, ""}
		}
	case xml.StartElement:
		if r.depth == 0 && t.Name.Local != "quiz" {
			return true, &FileError{"exchange.not_quiz", line, t.Name.Local}
		}
		if t.Name.Local != "question" {
			r.depth++
			return false, nil
		}
		return r.question(t, line), nil
	case xml.EndElement:
		r.depth--
	}
	return false, nil
}

func (r *moodleReader) question(t xml.StartElement, line int) (done bool) {
	var m mquestion
	if err := r.d.DecodeElement(&m, &t); err != nil {
		r.out = append(r.out, torn(line, attr(t, "type"), err))
		return true
	}
	if m.Type == "category" {
		r.category = plain(m.Category.Text.Said)
		return false
	}
	q := m.draft()
	q.line, q.category = line, r.category
	r.out = append(r.out, q)
	return false
}

// torn is what is left of a file that breaks off or goes wrong.
func torn(line int, kind string, err error) *draft {
	d := &draft{line: line, kind: kind}
	d.broken("exchange.xml", err.Error())
	return d
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// charset reads the encodings that such files come in. UTF-16 has been read before.
func charset(name string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
		return in, nil
	case "gb18030", "gbk", "gb2312":
		return simplifiedchinese.GB18030.NewDecoder().Reader(in), nil
	case "windows-1252", "iso-8859-1", "latin1":
		return charmap.Windows1252.NewDecoder().Reader(in), nil
	}
	return nil, &FileError{"exchange.encoding", 1, name}
}

// kinds are the words of Moodle XML that differ from those for types.
var kinds = map[string]string{"matching": Match, "cloze": MultiAnswer, "calculatedmulti": Calculated, "calculatedsimple": Calculated}

// said takes a text over, by its form. HTML is what Moodle means where none is named.
func (d *draft) said(m mtext) bank.Text {
	if len(m.File) > 0 {
		d.unable("exchange.image", short(m.File[0].Name))
	}
	if len(m.Text.Inner) > 0 {
		d.broken("exchange.markup", "")
	}
	return d.take(flatten(m.Text.Said, form(m.Form)))
}

func form(name string) string {
	if name == "" {
		return formHTML
	}
	return name
}

// commonplaces are what Moodle itself puts into every question; they say nothing.
var commonplaces = []string{"Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect.", "回答正确。", "部分正确。", "回答错误。"}

func (m mquestion) draft() *draft {
	d := &draft{name: plain(m.Name.Text.Said), kind: m.Type, single: m.Single != "false" && m.Single != "0",
		caseful: isOne(m.UseCase), fixed: m.Shuffle == "false" || m.Shuffle == "0"}
	if k := kinds[m.Type]; k != "" {
		d.kind = k
	}
	switch d.kind {
	case MultiAnswer:
		d.said(mtext{File: m.Text.File, Text: mbody{Inner: m.Text.Text.Inner}})
		d.cloze(m.Text.Text.Said, form(m.Text.Form))
	case GapSelect, DragWords:
		d.said(mtext{File: m.Text.File, Text: mbody{Inner: m.Text.Text.Inner}})
		d.choiceGaps(m.Text.Text.Said, form(m.Text.Form), m.choices())
	default:
		d.text = d.said(m.Text)
	}
	if strings.TrimSpace(m.Image) != "" {
		d.unable("exchange.image", short(strings.TrimSpace(m.Image)))
	}
	d.feedback = d.said(m.Feedback)
	for _, f := range []mtext{m.Right, m.Partly, m.Wrong} {
		if t := d.said(f); !slices.Contains(commonplaces, t.ZH) {
			d.more = append(d.more, t)
		}
	}
	m.answers(d)
	m.particulars(d)
	return d
}

func isOne(s string) bool { s = strings.TrimSpace(s); return s == "1" || s == "true" }

func (m mquestion) choices() (out []groupChoice) {
	for _, c := range slices.Concat(m.Selects, m.Drags) {
		out = append(out, groupChoice{c.Text.Said, strings.TrimSpace(c.Group), m.Type == DragWords && c.Infinite == nil})
	}
	return out
}

// answers takes answers and pairs over.
func (m mquestion) answers(d *draft) {
	for _, a := range m.AnswerList {
		if d.kind != Essay {
			d.answers = append(d.answers, d.moodleAnswer(a))
		}
	}
	for _, p := range m.Pairs {
		if p.Answer.Form == "" {
			p.Answer.Form = formPlain // it is chosen from a list, which has no marks
		}
		thing, partner := d.said(p.mtext), d.said(p.Answer)
		if empty(thing) { // a further partner to mislead
			d.extra = append(d.extra, partner)
		} else {
			d.pairs = append(d.pairs, pairing{thing, partner})
		}
	}
}

func (d *draft) moodleAnswer(a manswer) answer {
	if d.kind == ShortAnswer || d.kind == Numerical || d.kind == Calculated {
		a.Form = formPlain // what is typed has no marks, whatever the file says of its form
	}
	out := answer{text: d.said(a.mtext), tolerance: strings.TrimSpace(a.Tolerance), part: whole}
	for _, f := range a.Feedback {
		out.why = join(out.why, d.said(f))
	}
	part, ok := partOf(a.Fraction)
	switch {
	case d.kind == Ordering: // the fraction is the place
	case strings.TrimSpace(a.Fraction) == "":
		out.part = zero()
	case !ok:
		d.broken("exchange.weight", short(a.Fraction))
		out.part = zero()
	default:
		out.part = part
	}
	if d.kind == Calculated && strings.TrimSpace(a.Kind) != "2" { // 1: a part of the value; 2: in its unit; 3: geometric
		out.tolerance, out.relative = "", out.tolerance
		if strings.TrimSpace(a.Kind) == "3" {
			d.unable("exchange.geometric", "")
		}
	}
	return out
}
