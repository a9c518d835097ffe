package indicator

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/courses/catalog"
	"tongguan/server/base/fault"
	"tongguan/server/base/strict"
)

// File is where the indicators stand in the content.
const File = "appraisal/indicators.yaml"

// Bounds of the file.
const (
	maxIndicators = 40
	longestName   = 20 // characters in Chinese, three times as many in English
	longestMeans  = 400
)

// Indicator is one thing by which work is measured.
type Indicator struct {
	ID     string
	Clause string   // of the policy, 3.2.1.1 to 3.2.1.4
	Shows  []string // clauses whose practice the figure shows; none where the content does not say
	// Optional is for an indicator that is asked for only where a scheme of appraisal weighs it.
	Optional bool
	Name     catalog.Text
	Means    catalog.Text // how it is reckoned
	Unit     Unit
	Less     bool  // the less the better
	Least    int64 // that can be entered, in the unit
	Most     int64
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
		Shows  []string     `yaml:"shows"`
		Option bool         `yaml:"optional"`
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
	if _, err := fs.Stat(fsys, File); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var in file
	f, ok := strict.Read(fsys, File, &in)
	r := &reader{File: f, clause: clause}
	if ok {
		r.read(in)
	}
	if len(f.Problems) > 0 {
		return nil, f.Problems
	}
	return r.all, nil
}

type reader struct {
	*strict.File
	clause func(id string) bool
	all    []Indicator
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

func (r *reader) read(in file) {
	list, seen := r.Root().Field("indicators"), map[string]bool{}
	if n := len(in.Indicators); n == 0 || n > maxIndicators {
		r.At(list, "figure.lint.number", "max", maxIndicators)
		return
	}
	for i := range in.Indicators {
		r.one(&in, i, list.Item(i), seen)
	}
}

// one checks an indicator and takes it in.
func (r *reader) one(f *file, i int, at strict.Node, seen map[string]bool) {
	x := f.Indicators[i]
	out := Indicator{ID: x.ID, Clause: x.Clause, Shows: x.Shows, Optional: x.Option, Name: x.Name, Means: x.Means, Unit: x.Unit, Less: x.Better == "less"}
	if !idForm.MatchString(x.ID) || seen[x.ID] || x.ID == "login" || x.ID == "name" || x.ID == "period" || x.ID == "value" {
		r.At(at.Field("id"), "figure.lint.id", "id", x.ID)
	}
	seen[x.ID] = true
	if !strings.HasPrefix(x.Clause, "3.2.1.") || r.clause != nil && !r.clause(x.Clause) {
		r.At(at.Field("clause"), "figure.lint.clause", "clause", x.Clause)
	}
	for n, clause := range x.Shows {
		if r.clause != nil && !r.clause(clause) {
			r.At(at.Field("shows").Item(n), "figure.lint.shows", "clause", clause)
		} else if slices.Contains(x.Shows[:n], clause) {
			r.At(at.Field("shows").Item(n), "figure.lint.shows_twice", "clause", clause)
		}
	}
	r.text(at.Field("name"), "name", x.Name, longestName)
	r.text(at.Field("means"), "means", x.Means, longestMeans)
	if x.Better != "more" && x.Better != "less" {
		r.At(at.Field("better"), "figure.lint.better", "value", x.Better)
	}
	if x.Unit != Fen && x.Unit != Basis && x.Unit != Count && x.Unit != Points {
		r.At(at.Field("unit"), "figure.lint.unit", "value", string(x.Unit))
		return
	}
	out.Least, out.Most = r.bound(at.Field("least"), x.Unit, x.Least, -Limit), r.bound(at.Field("most"), x.Unit, x.Most, Limit)
	if out.Least > out.Most {
		r.At(at.Field("most"), "figure.lint.bounds", "value", x.Most)
	}
	r.all = append(r.all, out)
}

func (r *reader) text(at strict.Node, field string, t catalog.Text, most int) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		r.At(at, "figure.lint.text_missing", "field", field)
	}
	if utf8.RuneCountInString(t.ZH) > most || utf8.RuneCountInString(t.EN) > 3*most {
		r.At(at, "figure.lint.text_long", "field", field, "max", most)
	}
}

func (r *reader) bound(at strict.Node, u Unit, text string, none int64) int64 {
	if text == "" {
		return none
	}
	v, err := Parse(u, text)
	if err != nil {
		r.At(at, "figure.lint.bounds", "value", text)
	}
	return v
}
