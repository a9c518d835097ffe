package composite

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strings"

	"tongguan/courses/catalog"
	"tongguan/server/base/fault"
	"tongguan/server/base/strict"
)

// Names answers what a scheme may name.
type Names struct {
	Indicator func(id string) (less, ok bool)
	Programme func(id string) bool // that certifies
	Role      func(id string) bool
}

// The shape of a file. Points and per cent may have two decimals.
type file struct {
	ID       string       `yaml:"id"`
	Title    catalog.Text `yaml:"title"`
	Cycle    string       `yaml:"cycle"`
	Items    []itemFile   `yaml:"items"`
	Missing  Missing      `yaml:"missing"`
	Least    float64      `yaml:"least"` // per cent
	MaxBonus float64      `yaml:"max_bonus"`
	Bands    []struct {
		ID   string       `yaml:"id"`
		From float64      `yaml:"from"`
		Name catalog.Text `yaml:"name"`
	} `yaml:"bands"`
	Certificates []struct {
		Programme string   `yaml:"programme"`
		Roles     []string `yaml:"roles"`
		Bonus     float64  `yaml:"bonus"`
		Cap       *float64 `yaml:"cap"`
		Flag      bool     `yaml:"flag"`
		Warn      bool     `yaml:"warn"`
	} `yaml:"certificates"`
	Reviews struct {
		Shown  int64 `yaml:"shown"`
		Traits []struct {
			ID      string         `yaml:"id"`
			Name    catalog.Text   `yaml:"name"`
			Anchors []catalog.Text `yaml:"anchors"`
		} `yaml:"traits"`
	} `yaml:"reviews"`
	Proposals []struct {
		Kind  string `yaml:"kind"`
		Band  string `yaml:"band"`
		Times int64  `yaml:"times"`
	} `yaml:"proposals"`
}

type itemFile struct {
	ID        string  `yaml:"id"`
	Indicator string  `yaml:"indicator"`
	Reviews   string  `yaml:"reviews"`
	Months    bool    `yaml:"months"`
	Weight    float64 `yaml:"weight"` // per cent
	Slope     float64 `yaml:"slope"`  // points for each per cent of the target
	Floor     float64 `yaml:"floor"`
	Cap       float64 `yaml:"cap"`
	Steps     []struct {
		From   float64 `yaml:"from"` // per cent of the target
		Points float64 `yaml:"points"`
	} `yaml:"steps"`
}

// Read reads every scheme (appraisal/schemes/*.yaml) in the order of their ids. What is wrong is reported, and a scheme with a
// problem is left out: nobody is appraised by a file that says something else than its author meant.
func Read(fsys fs.FS, names Names) (out []*Scheme, problems []fault.Problem) {
	files, err := fs.Glob(fsys, "appraisal/schemes/*.yaml")
	if err != nil {
		problems = append(problems, fault.ProblemAt("appraisal/schemes", 0, "strict.unreadable", "reason", err.Error()))
	}
	for _, name := range files {
		var in file
		f, ok := strict.Read(fsys, name, &in)
		if ok {
			r := &reader{File: f, in: in, names: names}
			if s := r.scheme(); len(f.Problems) == 0 {
				out = append(out, s)
			}
		}
		problems = append(problems, f.Problems...)
	}
	slices.SortFunc(out, func(a, b *Scheme) int { return cmp.Compare(a.ID, b.ID) })
	return out, problems
}

type reader struct {
	*strict.File
	in    file
	names Names
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (r *reader) scheme() *Scheme {
	root, in := r.Root(), r.in
	s := &Scheme{ID: in.ID, Title: in.Title, Cycle: in.Cycle, Missing: in.Missing, File: r.Name, Shown: in.Reviews.Shown}
	if want := strings.TrimSuffix(path.Base(r.Name), ".yaml"); in.ID != want || !idForm.MatchString(in.ID) {
		r.At(root.Field("id"), "composite.id_form", "id", in.ID, "want", want)
	}
	if in.Cycle != "month" && in.Cycle != "year" {
		r.At(root.Field("cycle"), "composite.cycle_unknown", "value", in.Cycle)
	}
	if !slices.Contains(Policies(), in.Missing) {
		r.At(root.Field("missing"), "composite.missing_unknown", "value", string(in.Missing))
	}
	r.text(root.Field("title"), "title", in.Title)
	s.Least = r.hundredths(root.Field("least"), "least", in.Least, 0, 100)
	s.MaxBonus = r.hundredths(root.Field("max_bonus"), "max_bonus", in.MaxBonus, 0, 20)
	r.items(s)
	r.bands(s)
	r.rules(s)
	r.traits(s)
	r.proposals(s)
	s.Hash = s.Sum()
	return s
}

// Sum is SHA-256 over everything that the scheme says, hex.
func (s *Scheme) Sum() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // it consists of strings and numbers
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (r *reader) text(at strict.Node, field string, t catalog.Text) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		r.At(at, "composite.text_missing", "field", field)
	}
}

// hundredths gives a number with at most two decimals, times a hundred.
func (r *reader) hundredths(at strict.Node, field string, value, least, most float64) int64 {
	n := math.Round(value * 100)
	if !(value >= least && value <= most) || math.Abs(value*100-n) > 1e-6 { // NaN fails the first
		r.At(at, "composite.number_range", "field", field, "min", least, "max", most)
		return 0
	}
	return int64(n)
}

// items are those of the scheme; their weights are the whole, exactly.
func (r *reader) items(s *Scheme) {
	list, sum, seen, months := r.Root().Field("items"), int64(0), map[string]bool{}, 0
	for i, in := range r.in.Items {
		at := list.Item(i)
		item := Item{ID: in.ID, Weight: r.hundredths(at.Field("weight"), "weight", in.Weight, 0.01, 100)}
		if !idForm.MatchString(in.ID) || seen[in.ID] {
			r.At(at.Field("id"), "composite.item_id", "id", in.ID)
		}
		seen[in.ID] = true
		sum += item.Weight
		r.what(at, in, &item)
		if item.Kind == OfMonths {
			months++
			if s.Cycle != "year" || months > 1 {
				r.At(at, "composite.months_once")
			}
		}
		s.Items = append(s.Items, item)
	}
	if sum != Whole {
		r.At(list, "composite.weights", "sum", float64(sum)/100)
	}
}

// what sets on what an item rests: exactly one of three.
func (r *reader) what(at strict.Node, in itemFile, item *Item) {
	named := 0
	if in.Indicator != "" {
		named, item.Kind, item.Of = named+1, OfIndicator, in.Indicator
		less, ok := r.names.Indicator(in.Indicator)
		if !ok {
			r.At(at.Field("indicator"), "composite.indicator_unknown", "id", in.Indicator)
		}
		item.Less, item.Curve = less, r.curve(at, in)
	}
	if in.Reviews != "" {
		named, item.Kind, item.Of = named+1, OfReviews, in.Reviews
		if !slices.Contains(Groups(), in.Reviews) {
			r.At(at.Field("reviews"), "composite.group_unknown", "id", in.Reviews)
		}
	}
	if in.Months {
		named, item.Kind = named+1, OfMonths
	}
	if named != 1 {
		r.At(at, "composite.item_one", "id", in.ID)
	}
}

func (r *reader) curve(at strict.Node, in itemFile) (c Curve) {
	for i, s := range in.Steps {
		step := Step{r.hundredths(at.Field("steps").Item(i), "from", s.From, 0, 10_000), r.hundredths(at.Field("steps").Item(i), "points", s.Points, 0, 120)}
		if i > 0 && (step.From <= c.Steps[i-1].From || step.Score <= c.Steps[i-1].Score) {
			r.At(at.Field("steps").Item(i), "composite.steps_rise")
		}
		c.Steps = append(c.Steps, step)
	}
	if len(c.Steps) > 0 {
		if in.Slope != 0 || in.Floor != 0 || in.Cap != 0 {
			r.At(at, "composite.curve_one")
		}
		return c
	}
	c.Slope, c.Cap = Whole, MaxScore
	if in.Slope != 0 {
		c.Slope = 100 * r.hundredths(at.Field("slope"), "slope", in.Slope, 0.01, 10)
	}
	if in.Cap != 0 {
		c.Cap = r.hundredths(at.Field("cap"), "cap", in.Cap, 100, 120)
	}
	c.Floor = r.hundredths(at.Field("floor"), "floor", in.Floor, 0, 100)
	return c
}

func (r *reader) bands(s *Scheme) {
	list := r.Root().Field("bands")
	for i, in := range r.in.Bands {
		b := Band{in.ID, r.hundredths(list.Item(i).Field("from"), "from", in.From, 0, 120), in.Name}
		r.text(list.Item(i), "name", in.Name)
		if in.ID == "" || s.knows(in.ID) || i > 0 && b.From >= s.Bands[i-1].From {
			r.At(list.Item(i), "composite.bands_fall")
		}
		s.Bands = append(s.Bands, b)
	}
	if n := len(s.Bands); n == 0 || s.Bands[n-1].From != 0 {
		r.At(list, "composite.bands_zero")
	}
}

// knows says whether the scheme has a band.
func (s *Scheme) knows(band string) bool {
	return slices.ContainsFunc(s.Bands, func(b Band) bool { return b.ID == band })
}

func (r *reader) rules(s *Scheme) {
	list := r.Root().Field("certificates")
	for i, in := range r.in.Certificates {
		at := list.Item(i)
		rule := Rule{Programme: in.Programme, Roles: in.Roles, Flag: in.Flag, Warn: in.Warn, Bonus: r.hundredths(at.Field("bonus"), "bonus", in.Bonus, 0, 20)}
		if in.Cap != nil {
			rule.HasCap, rule.Cap = true, r.hundredths(at.Field("cap"), "cap", *in.Cap, 0, 120)
		}
		if !r.names.Programme(in.Programme) {
			r.At(at.Field("programme"), "composite.programme_unknown", "id", in.Programme)
		}
		for _, role := range in.Roles {
			if !r.names.Role(role) {
				r.At(at.Field("roles"), "composite.role_unknown", "id", role)
			}
		}
		if rule.idle() {
			r.At(at, "composite.rule_idle", "id", in.Programme)
		}
		s.Rules = append(s.Rules, rule)
	}
}

// traits are what reviewers judge; a scheme with reviews has some, with all five marks described.
func (r *reader) traits(s *Scheme) {
	at := r.Root().Field("reviews")
	for i, in := range r.in.Reviews.Traits {
		here := at.Field("traits").Item(i)
		t := Trait{ID: in.ID, Name: in.Name}
		r.text(here, "name", in.Name)
		if !idForm.MatchString(in.ID) || slices.ContainsFunc(s.Traits, func(o Trait) bool { return o.ID == in.ID }) {
			r.At(here, "composite.item_id", "id", in.ID)
		}
		if len(in.Anchors) != 5 {
			r.At(here.Field("anchors"), "composite.anchors_five", "n", len(in.Anchors))
		}
		for j, a := range in.Anchors {
			if r.text(here.Field("anchors").Item(j), "anchors", a); j < 5 {
				t.Anchors[j] = a
			}
		}
		s.Traits = append(s.Traits, t)
	}
	reviews := slices.ContainsFunc(s.Items, func(i Item) bool { return i.Kind == OfReviews })
	if reviews && len(s.Traits) == 0 {
		r.At(at, "composite.traits_none")
	}
	if reviews && (s.Shown < 3 || s.Shown > 20) {
		r.At(at.Field("shown"), "composite.shown_range", "min", 3, "max", 20)
	}
}

func (r *reader) proposals(s *Scheme) {
	list := r.Root().Field("proposals")
	for i, in := range r.in.Proposals {
		if !slices.Contains(Kinds(), in.Kind) {
			r.At(list.Item(i).Field("kind"), "composite.proposal_unknown", "id", in.Kind)
		}
		if !s.knows(in.Band) {
			r.At(list.Item(i).Field("band"), "composite.band_unknown", "id", in.Band)
		}
		if in.Times < 1 || in.Times > 24 {
			r.At(list.Item(i), "composite.times_range", "max", 24)
		}
		s.Proposals = append(s.Proposals, Proposal{in.Kind, in.Band, in.Times})
	}
}
