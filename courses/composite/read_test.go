package composite

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tongguan/server/base/fault"
)

var known = Names{Indicator: func(id string) (bool, bool) { return id == "complaints", id == "sales" || id == "complaints" },
	Programme: func(id string) bool { return id == "gate" }, Role: func(id string) bool { return id == "learner" }}

const good = `id: own
title: {zh: 一, en: One}
cycle: month
items:
  - {id: sales, indicator: sales, weight: 60.5, slope: 1.5, floor: 10}
  - {id: complaints, indicator: complaints, weight: 9.5, steps: [{from: 0, points: 1}, {from: 50.25, points: 100}]}
  - {id: superior, reviews: superior, weight: 30}
missing: carry
least: 60
bands:
  - {id: A, from: 90, name: {zh: 优, en: A}}
  - {id: B, from: 0, name: {zh: 良, en: B}}
max_bonus: 2.5
certificates:
  - {programme: gate, roles: [learner], bonus: 2, cap: 80, flag: true, warn: true}
reviews:
  shown: 3
  traits:
    - {id: attitude, name: {zh: 态, en: At}, anchors: [{zh: 一, en: 1}, {zh: 二, en: 2}, {zh: 三, en: 3}, {zh: 四, en: 4}, {zh: 五, en: 5}]}
proposals:
  - {kind: bonus, band: A, times: 3}
`

func readOne(text string) (*Scheme, []fault.Problem) {
	all, problems := Read(fstest.MapFS{"appraisal/schemes/own.yaml": {Data: []byte(text)}}, known)
	if len(all) == 1 {
		return all[0], problems
	}
	return nil, problems
}

func TestReadGood(t *testing.T) {
	s, problems := readOne(good)
	if s == nil {
		t.Fatal(problems)
	}
	if s.Items[0].Weight != 6_050 || fmt.Sprint(s.Items[0].Curve) != fmt.Sprint(Curve{Slope: 15_000, Floor: 1_000, Cap: MaxScore}) || !s.Items[1].Less || s.Items[1].Curve.Steps[1] != (Step{5_025, 10_000}) ||
		s.Least != 6_000 || s.MaxBonus != 250 || !s.Rules[0].HasCap || s.Rules[0].Cap != 8_000 || s.Traits[0].Anchors[4].EN != "5" || s.Proposals[0].Times != 3 {
		t.Errorf("%+v", s)
	}
	if len(s.Hash) != 64 || s.Hash != s.Sum() {
		t.Error(s.Hash)
	}
	if err := s.Check(known); err != nil {
		t.Error(err)
	}
	other, _ := readOne(strings.Replace(good, "from: 90", "from: 91", 1))
	if other == nil || other.Hash == s.Hash {
		t.Error("another scheme has the same hash")
	}
}

// Each mistake is said, at its line, and the scheme is left out.
func TestReadProblems(t *testing.T) {
	lines := strings.Split(good, "\n")
	for _, x := range []struct{ from, to, key string }{
		{"id: own", "id: other", "composite.id_form"},
		{"cycle: month", "cycle: week", "composite.cycle_unknown"},
		{"missing: carry", "missing: guess", "composite.missing_unknown"},
		{"en: One}", "en: ''}", "composite.text_missing"},
		{"weight: 60.5", "weight: 60.4", "composite.weights"},
		{"weight: 60.5", "weight: 60.505", "composite.number_range"},
		{"weight: 60.5", "weight: .nan", "composite.number_range"},
		{"weight: 60.5", "weight: -1", "composite.number_range"},
		{"id: complaints,", "id: sales,", "composite.item_id"},
		{"indicator: complaints", "indicator: none", "composite.indicator_unknown"},
		{"reviews: superior", "reviews: boss", "composite.group_unknown"},
		{"reviews: superior", "reviews: superior, indicator: sales", "composite.item_one"},
		{"reviews: superior", "months: true", "composite.months_once"},
		{"{from: 0, points: 1}", "{from: 60, points: 1}", "composite.steps_rise"},
		{"steps:", "slope: 2, steps:", "composite.curve_one"},
		{"least: 60", "least: 101", "composite.number_range"},
		{"from: 90", "from: 0", "composite.bands_fall"},
		{"id: B, from: 0", "id: B, from: 1", "composite.bands_zero"},
		{"programme: gate", "programme: none", "composite.programme_unknown"},
		{"roles: [learner]", "roles: [king]", "composite.role_unknown"},
		{"bonus: 2, cap: 80, flag: true, warn: true", "bonus: 0", "composite.rule_idle"},
		{"shown: 3", "shown: 2", "composite.shown_range"},
		{", {zh: 五, en: 5}", "", "composite.anchors_five"},
		{"id: attitude", "id: At titude", "composite.item_id"},
		{"kind: bonus", "kind: gold", "composite.proposal_unknown"},
		{"band: A", "band: Z", "composite.band_unknown"},
		{"times: 3", "times: 0", "composite.times_range"},
		{"slope: 1.5", "slop: 1.5", "strict.field_unknown"},
	} {
		if !strings.Contains(good, x.from) {
			t.Errorf("%s is not there", x.from)
		}
		s, problems := readOne(strings.Replace(good, x.from, x.to, 1))
		at := slices.IndexFunc(problems, func(p fault.Problem) bool { return p.Key == x.key })
		if s != nil || at < 0 {
			t.Errorf("%s: %v %+v", x.to, s != nil, problems)
			continue
		}
		line := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, x.from) }) + 1
		if got := problems[at].Line; got != line && x.key != "composite.weights" && x.key != "composite.bands_zero" && x.key != "composite.bands_fall" && x.key != "composite.months_once" {
			t.Errorf("%s: said of line %d, it is %d", x.to, got, line)
		}
	}
	without := good[:strings.Index(good, "reviews:\n")] + good[strings.Index(good, "proposals:"):]
	if s, problems := readOne(without); s != nil || !slices.ContainsFunc(problems, func(p fault.Problem) bool { return p.Key == "composite.traits_none" }) {
		t.Error(problems)
	}
}

// What Check refuses of a scheme that was changed.
func TestCheck(t *testing.T) {
	for key, change := range map[string]func(s *Scheme){
		"composite.weights":           func(s *Scheme) { s.Items[0].Weight++ },
		"composite.number_range":      func(s *Scheme) { s.Items[0].Weight, s.Items[1].Weight = s.Items[0].Weight+s.Items[1].Weight, 0 },
		"composite.missing_unknown":   func(s *Scheme) { s.Missing = "guess" },
		"composite.bands_fall":        func(s *Scheme) { s.Bands[0].From = 0 },
		"composite.bands_zero":        func(s *Scheme) { s.Bands[1].From = 1 },
		"composite.band_unknown":      func(s *Scheme) { s.Bands = s.Bands[1:] },
		"composite.text_missing":      func(s *Scheme) { s.Bands[0].Name.EN = "" },
		"composite.programme_unknown": func(s *Scheme) { s.Rules[0].Programme = "none" },
		"composite.role_unknown":      func(s *Scheme) { s.Rules[0].Roles = []string{"king"} },
		"composite.rule_idle":         func(s *Scheme) { s.Rules[0] = Rule{Programme: "gate"} },
	} {
		s, _ := readOne(good)
		change(s)
		if err := s.Check(known); fault.KindOf(err) != fault.Invalid || err == nil || fault.Of(err).Key != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	for what, change := range map[string]func(s *Scheme){
		"least": func(s *Scheme) { s.Least = 10_001 }, "max_bonus": func(s *Scheme) { s.MaxBonus = 2_001 }, "a bonus": func(s *Scheme) { s.Rules[0].Bonus = -1 },
		"a cap": func(s *Scheme) { s.Rules[0].Cap = 12_001 }, "a band": func(s *Scheme) { s.Bands[0].From = 12_001 },
	} {
		s, _ := readOne(good)
		change(s)
		if err := s.Check(known); err == nil || fault.Of(err).Key != "composite.number_range" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Whatever somebody writes, it is read or refused, and what is read can be computed with.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "60.5", "1e308", 1)))
	f.Add([]byte("id: own\nitems: [{}]\nbands: [{}]\ncertificates: [{}]\nproposals: [{}]\nreviews: {traits: [{anchors: [{},{},{},{},{},{}]}]}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, problems := readOne(string(text))
		if (s == nil) == (len(problems) == 0) {
			t.Fatalf("%v %+v", s, problems)
		}
		if s == nil {
			return
		}
		sum, given := int64(0), map[string]Given{}
		for _, i := range s.Items {
			sum += i.Weight
			given[i.ID] = Given{Known: true, Actual: 7, Target: 9, Score: 7_000}
		}
		if err := s.Check(known); err != nil || sum != Whole {
			t.Fatalf("%v, weights %d", err, sum)
		}
		if r := Compute(s, given, nil, nil); !r.Enough || r.Score < 0 || r.Score > MaxScore || r.Band == "" {
			t.Fatalf("%+v", r)
		}
	})
}

func TestReadIsInOrder(t *testing.T) {
	files := fstest.MapFS{}
	for _, id := range []string{"b", "a-b", "a"} {
		files["appraisal/schemes/"+id+".yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(good, "id: own", "id: "+id, 1))}
	}
	all, problems := Read(files, known)
	var ids []string
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	if fmt.Sprint(ids) != "[a a-b b]" || len(problems) > 0 {
		t.Error(ids, problems)
	}
}
