package indicator

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/catalog"
	"tongguan/server/base/fault"
)

// File is where the indicators stand in the content.
const File = "appraisal/indicators.yaml"

// Bounds of the file.
const (
	maxFile       = 64 << 10 // bytes
	maxIndicators = 40
	longestName   = 20 // characters in Chinese, three times as many in English
	longestMeans  = 400
)

// Indicator is one thing by which work is measured.
type Indicator struct {
	ID     string
	Clause string // of the policy, 3.2.1.1 to 3.2.1.4
	Name   catalog.Text
	Means  catalog.Text // how it is reckoned
	Unit   Unit
	Less   bool  // the less the better
	Least  int64 // that can be entered, in the unit
	Most   int64
}

// check refuses a value that the indicator cannot have.
func (i Indicator) check(v int64) error {
	if v < i.Least {
		return fault.New(fault.Invalid, "figure.least", "least", Format(i.Unit, i.Least, "en"))
	}
	if v > i.Most {
		return fault.New(fault.Invalid, "figure.most", "most", Format(i.Unit, i.Most, "en"))
	}
	return nil
}

// Parse reads a value of the indicator as people type it.
func (i Indicator) Parse(text string) (int64, error) {
	v, err := Parse(i.Unit, text)
	if err == nil {
		err = i.check(v)
	}
	return v, err
}

type file struct {
	Indicators []struct {
		ID     string       `yaml:"id"`
		Clause string       `yaml:"clause"`
		Name   catalog.Text `yaml:"name"`
		Means  catalog.Text `yaml:"means"`
		Unit   Unit         `yaml:"unit"`
		Better string       `yaml:"better"` // more or less
		Least  string       `yaml:"least"`
		Most   string       `yaml:"most"`
	} `yaml:"indicators"`
}

// Read reads the indicators and says what is wrong with them; where anything is, there are none. clause says whether the policy
// has one. Content without the file has no indicators, and nothing is wrong with that.
func Read(fsys fs.FS, clause func(id string) bool) ([]Indicator, []fault.Problem) {
	text, err := fs.ReadFile(fsys, File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	r := &reader{clause: clause}
	switch {
	case err != nil:
		r.at(0, "figure.lint.unreadable", "reason", err.Error())
	case len(text) > maxFile:
		r.at(0, "figure.lint.large", "max", maxFile>>10)
	default:
		r.read(text)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.all, nil
}

type reader struct {
	clause   func(id string) bool
	all      []Indicator
	problems []fault.Problem
}

func (r *reader) at(line int, key string, args ...any) {
	r.problems = append(r.problems, fault.ProblemAt(File, line, key, args...))
}

var (
	yamlLine  = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)
	yamlField = regexp.MustCompile(`^field (.+) not found in type `)
	idForm    = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)
)

func (r *reader) read(text []byte) {
	var f file
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(&f)
	var typed *yaml.TypeError
	switch {
	case errors.As(err, &typed):
		for _, e := range typed.Errors {
			r.yaml(e)
		}
		return
	case err != nil && !errors.Is(err, io.EOF):
		r.yaml(err.Error())
		return
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(f.Indicators) == 0 || len(f.Indicators) > maxIndicators {
		r.at(0, "figure.lint.number", "max", maxIndicators)
		return
	}
	lines, seen := placesOf(&doc), map[string]bool{}
	for i := range f.Indicators {
		r.one(&f, i, lines, seen)
	}
}

func (r *reader) yaml(said string) {
	m := yamlLine.FindStringSubmatch(said)
	line, _ := strconv.Atoi(m[1]) // "" where it names none
	said = strings.ReplaceAll(strings.TrimPrefix(said, m[0]), "\n", " ")
	if f := yamlField.FindStringSubmatch(said); f != nil {
		r.at(line, "figure.lint.field_unknown", "field", f[1])
		return
	}
	r.at(line, "figure.lint.yaml", "reason", said)
}

// placesOf gives the line of a field of the i-th indicator, or the one at which it begins.
func placesOf(doc *yaml.Node) func(i int, field string) int {
	list := valueOf(behind(doc.Content[0]), "indicators")
	return func(i int, field string) int {
		if list == nil || list.Kind != yaml.SequenceNode || i >= len(list.Content) {
			return 1
		}
		item := behind(list.Content[i])
		for j := 0; item.Kind == yaml.MappingNode && j+1 < len(item.Content); j += 2 {
			if item.Content[j].Value == field {
				return item.Content[j].Line
			}
		}
		return list.Content[i].Line
	}
}

func behind(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func valueOf(n *yaml.Node, field string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == field {
			return behind(n.Content[i+1])
		}
	}
	return nil
}

// one checks an indicator and takes it in.
func (r *reader) one(f *file, i int, line func(int, string) int, seen map[string]bool) {
	x := f.Indicators[i]
	out := Indicator{ID: x.ID, Clause: x.Clause, Name: x.Name, Means: x.Means, Unit: x.Unit, Less: x.Better == "less"}
	if !idForm.MatchString(x.ID) || seen[x.ID] || x.ID == "login" || x.ID == "name" || x.ID == "period" || x.ID == "value" {
		r.at(line(i, "id"), "figure.lint.id", "id", x.ID)
	}
	seen[x.ID] = true
	if !strings.HasPrefix(x.Clause, "3.2.1.") || r.clause != nil && !r.clause(x.Clause) {
		r.at(line(i, "clause"), "figure.lint.clause", "clause", x.Clause)
	}
	r.text(line(i, "name"), "name", x.Name, longestName)
	r.text(line(i, "means"), "means", x.Means, longestMeans)
	if x.Better != "more" && x.Better != "less" {
		r.at(line(i, "better"), "figure.lint.better", "value", x.Better)
	}
	if x.Unit != Fen && x.Unit != Basis && x.Unit != Count && x.Unit != Points {
		r.at(line(i, "unit"), "figure.lint.unit", "value", string(x.Unit))
		return
	}
	out.Least, out.Most = r.bound(line(i, "least"), x.Unit, x.Least, -Limit), r.bound(line(i, "most"), x.Unit, x.Most, Limit)
	if out.Least > out.Most {
		r.at(line(i, "most"), "figure.lint.bounds", "value", x.Most)
	}
	r.all = append(r.all, out)
}

func (r *reader) text(line int, field string, t catalog.Text, most int) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		r.at(line, "figure.lint.text_missing", "field", field)
	}
	if utf8.RuneCountInString(t.ZH) > most || utf8.RuneCountInString(t.EN) > 3*most {
		r.at(line, "figure.lint.text_long", "field", field, "max", most)
	}
}

func (r *reader) bound(line int, u Unit, text string, none int64) int64 {
	if text == "" {
		return none
	}
	v, err := Parse(u, text)
	if err != nil {
		r.at(line, "figure.lint.bounds", "value", text)
	}
	return v
}
