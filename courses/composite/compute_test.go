package composite

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func indicator(id string, weight int64, less bool) Item {
	return Item{ID: id, Kind: OfIndicator, Of: id, Weight: weight, Less: less, Curve: Curve{Slope: Whole, Cap: MaxScore}}
}

func bandsOf() []Band { return []Band{{ID: "A", From: 9_000}, {ID: "B", From: 7_000}, {ID: "C"}} }

// simple is half sales, a fifth complaints and three tenths what the superior says.
func simple() *Scheme {
	return &Scheme{Items: []Item{indicator("sales", 5_000, false), indicator("complaints", 2_000, true), {ID: "superior", Kind: OfReviews, Of: "superior", Weight: 3_000}},
		Missing: Renormalise, Least: 6_000, Bands: bandsOf(), MaxBonus: 300}
}

func all() map[string]Given {
	return map[string]Given{"sales": {Known: true, Actual: 90, Target: 100}, "complaints": {Known: true, Actual: 2, Target: 4}, "superior": {Known: true, Score: 7_500}}
}

// Results worked out by hand.
func TestCompute(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(s *Scheme, g map[string]Given)
		score  int64
		band   string
		enough bool
		fates  []Fate
	}{
		// (5000×9000 + 2000×12000 + 3000×7500) / 10000 = 9150
		{"all is known", func(*Scheme, map[string]Given) {}, 9_150, "A", true, []Fate{Counted, Counted, Counted}},
		// (5000×9000 + 3000×7500) / 8000 = 8437.5
		{"a figure is missing", func(_ *Scheme, g map[string]Given) { delete(g, "complaints") }, 8_438, "B", true, []Fate{Counted, Dropped, Counted}},
		{"a target is missing", func(_ *Scheme, g map[string]Given) { g["complaints"] = Given{Known: true, Actual: 2} }, 8_438, "B", true, []Fate{Counted, Dropped, Counted}},
		// 6750 / 10000 of it
		{"zero", func(s *Scheme, g map[string]Given) { s.Missing = Zero; delete(g, "complaints") }, 6_750, "C", true, []Fate{Counted, Zeroed, Counted}},
		// (45M + 2000×6000 + 22.5M) / 10000 = 7950
		{"carried", func(s *Scheme, g map[string]Given) {
			s.Missing = Carry
			g["complaints"] = Given{Carries: true, Before: 6_000}
		}, 7_950, "B", true, []Fate{Counted, Carried, Counted}},
		{"nothing to carry", func(s *Scheme, g map[string]Given) { s.Missing = Carry; delete(g, "complaints") }, 8_438, "B", true, []Fate{Counted, Dropped, Counted}},
		{"half is known", func(_ *Scheme, g map[string]Given) { delete(g, "sales") }, 0, "", false, []Fate{Dropped, Counted, Counted}},
		{"half is known, and counts as nothing", func(s *Scheme, g map[string]Given) { s.Missing = Zero; delete(g, "sales") }, 0, "", false, []Fate{Zeroed, Counted, Counted}},
		{"half is enough", func(s *Scheme, g map[string]Given) { s.Least = 5_000; delete(g, "sales") }, 9_300, "A", true, []Fate{Dropped, Counted, Counted}},
		{"nothing is known and nothing is asked", func(s *Scheme, g map[string]Given) { s.Least = 0; clear(g) }, 0, "", false, []Fate{Dropped, Dropped, Dropped}},
		{"more than the highest", func(_ *Scheme, g map[string]Given) { g["superior"] = Given{Known: true, Score: 99_999} }, 10_500, "A", true, []Fate{Counted, Counted, Counted}},
	} {
		s, g := simple(), all()
		x.change(s, g)
		r := Compute(s, g, nil, nil)
		var fates []Fate
		for _, l := range r.Lines {
			fates = append(fates, l.Fate)
		}
		if r.Score != x.score || r.Band != x.band || r.Enough != x.enough || !slices.Equal(fates, x.fates) {
			t.Errorf("%s: %d %s %v %v", x.name, r.Score, r.Band, r.Enough, fates)
		}
	}
	r := Compute(simple(), all(), nil, nil)
	if r.Quantitative != (Part{Weight: 7_000, Sum: 69_000_000, Score: 9_857, Some: true}) || r.Qualitative != (Part{Weight: 3_000, Sum: 22_500_000, Score: 7_500, Some: true}) {
		t.Errorf("%+v %+v", r.Quantitative, r.Qualitative)
	}
}

func TestCertificates(t *testing.T) {
	gate := Rule{Programme: "gate", HasCap: true, Cap: 8_000, Flag: true, Warn: true}
	extra := Rule{Programme: "extra", Bonus: 200}
	more := Rule{Programme: "more", Bonus: 200, Roles: []string{"manager"}}
	zero := Rule{Programme: "zero", HasCap: true}
	for _, x := range []struct {
		name  string
		rules []Rule
		held  map[string]Holding
		roles []string
		score int64 // of 9150
		story []string
	}{
		{"held", []Rule{gate}, map[string]Holding{"gate": Held}, nil, 9_150, nil},
		{"never", []Rule{gate}, nil, nil, 8_000, []string{"gate flag 9150>9150", "gate cap 9150>8000"}},
		{"lapsed", []Rule{gate}, map[string]Holding{"gate": Lapsed}, nil, 8_000, []string{"gate warn 9150>9150", "gate flag 9150>9150", "gate cap 9150>8000"}},
		{"bonus", []Rule{extra}, map[string]Holding{"extra": Held}, nil, 9_350, []string{"extra bonus 9150>9350"}},
		{"no bonus for what has lapsed", []Rule{extra}, map[string]Holding{"extra": Lapsed}, nil, 9_150, nil},
		{"another's role", []Rule{extra, more}, map[string]Holding{"extra": Held, "more": Held}, []string{"learner"}, 9_350, []string{"extra bonus 9150>9350"}},
		{"together at most 3 points", []Rule{extra, more}, map[string]Holding{"extra": Held, "more": Held}, []string{"learner", "manager"}, 9_450,
			[]string{"extra bonus 9150>9350", "more bonus 9350>9450"}},
		{"the cap comes after the bonus, wherever it stands", []Rule{gate, extra}, map[string]Holding{"extra": Held}, nil, 8_000,
			[]string{"gate flag 9150>9150", "extra bonus 9150>9350", "gate cap 9350>8000"}},
		{"the lowest cap decides", []Rule{zero, gate}, nil, nil, 0, []string{"gate flag 9150>9150", "zero cap 9150>0", "gate cap 0>0"}},
	} {
		s := simple()
		s.Rules = x.rules
		r := Compute(s, all(), x.held, x.roles)
		var story []string
		for _, a := range r.Adjustments {
			story = append(story, fmt.Sprintf("%s %s %d>%d", a.Programme, a.Effect, a.Before, a.After))
		}
		if d := cmp.Diff(x.story, story); r.Score != x.score || d != "" {
			t.Errorf("%s: %d %s", x.name, r.Score, d)
		}
	}
	s := simple()
	s.Rules, s.MaxBonus = []Rule{{Programme: "extra", Bonus: 2_000}}, 2_000
	g := all()
	g["sales"] = Given{Known: true, Actual: 200, Target: 100}
	if r := Compute(s, g, map[string]Holding{"extra": Held}, nil); r.Score != MaxScore {
		t.Errorf("a bonus lifts it to %d", r.Score)
	}
}

// drawn is a scheme with what is known of somebody.
type drawn struct {
	s     *Scheme
	given map[string]Given
	held  map[string]Holding
	roles []string
}

func draw(t *rapid.T) drawn {
	d := drawn{s: &Scheme{Bands: bandsOf()}, given: map[string]Given{}, held: map[string]Holding{}}
	n := rapid.IntRange(1, 8).Draw(t, "items")
	left := int64(Whole)
	for i := range n {
		weight := left
		if i < n-1 {
			weight = rapid.Int64Range(1, left-int64(n-1-i)).Draw(t, "weight")
		}
		left -= weight
		item := indicator(fmt.Sprint("i", i), weight, rapid.Bool().Draw(t, "less"))
		item.Curve = drawCurve(t)
		if rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
			item.Kind = OfReviews
		}
		d.s.Items = append(d.s.Items, item)
		g := Given{Known: rapid.IntRange(0, 3).Draw(t, "known") > 0, Actual: rapid.Int64Range(-1_000, 100_000).Draw(t, "actual"), Target: rapid.Int64Range(0, 50_000).Draw(t, "target"),
			Score: rapid.Int64Range(0, 13_000).Draw(t, "score"), Before: rapid.Int64Range(0, MaxScore).Draw(t, "before"), Carries: rapid.Bool().Draw(t, "carries")}
		d.given[item.ID] = g
	}
	d.s.Missing = rapid.SampledFrom(Policies()).Draw(t, "missing")
	d.s.Least = rapid.Int64Range(0, Whole).Draw(t, "least")
	d.s.MaxBonus = rapid.Int64Range(0, 2_000).Draw(t, "max bonus")
	for i := range rapid.IntRange(0, 4).Draw(t, "rules") {
		r := Rule{Programme: fmt.Sprint("p", i), Bonus: rapid.Int64Range(0, 2_000).Draw(t, "bonus"), HasCap: rapid.Bool().Draw(t, "has cap"), Cap: rapid.Int64Range(0, MaxScore).Draw(t, "cap"),
			Flag: rapid.Bool().Draw(t, "flag"), Warn: rapid.Bool().Draw(t, "warn")}
		if rapid.Bool().Draw(t, "for a role") {
			r.Roles = []string{"manager"}
		}
		d.s.Rules = append(d.s.Rules, r)
		d.held[r.Programme] = rapid.SampledFrom([]Holding{Never, Lapsed, Held}).Draw(t, "held")
	}
	d.roles = rapid.SampledFrom([][]string{nil, {"learner"}, {"learner", "manager"}}).Draw(t, "roles")
	return d
}

func drawCurve(t *rapid.T) Curve {
	if rapid.Bool().Draw(t, "line") {
		return Curve{Slope: 100 * rapid.Int64Range(1, 1_000).Draw(t, "slope"), Floor: rapid.Int64Range(0, 10_000).Draw(t, "floor"), Cap: rapid.Int64Range(10_000, MaxScore).Draw(t, "cap")}
	}
	var c Curve
	from, score := int64(-1), int64(-1)
	for range rapid.IntRange(1, 5).Draw(t, "steps") {
		from, score = from+rapid.Int64Range(1, 5_000).Draw(t, "from"), score+rapid.Int64Range(1, 2_000).Draw(t, "points")
		c.Steps = append(c.Steps, Step{from, score})
	}
	return c
}

func (d drawn) compute() Result { return Compute(d.s, d.given, d.held, d.roles) }

// rational computes the same by other means: fractions, and the definitions as they are written down.
func (d drawn) rational() (score int64, enough bool) {
	sum, weight, known := new(big.Rat), int64(0), int64(0)
	for _, i := range d.s.Items {
		g, points, is := d.given[i.ID], int64(0), false
		switch {
		case i.Kind == OfReviews && g.Known:
			points, is = g.Score, true
		case i.Kind == OfIndicator && g.Known && g.Target > 0:
			of := new(big.Rat).Mul(big.NewRat(g.Actual, g.Target), big.NewRat(Whole, 1))
			bp := round(of)
			if i.Less {
				bp = 2*Whole - bp
			}
			bp = min(max(bp, -1_000_000), 1_000_000)
			points, is = curve(i.Curve, bp), true
		}
		switch {
		case is:
		case d.s.Missing == Zero:
			weight += i.Weight // as nothing
			continue
		case d.s.Missing == Carry && g.Carries:
			points = g.Before
		default:
			continue
		}
		known, weight = known+i.Weight, weight+i.Weight
		sum.Add(sum, big.NewRat(i.Weight*min(max(points, 0), MaxScore), 1))
	}
	if weight == 0 || known < d.s.Least {
		return 0, false
	}
	score = round(sum.Mul(sum, big.NewRat(1, weight)))
	bonus, lowest := int64(0), int64(MaxScore)
	for _, r := range d.s.Rules {
		if len(r.Roles) > 0 && !slices.Contains(d.roles, "manager") {
			continue
		}
		if d.held[r.Programme] == Held {
			bonus += r.Bonus
		} else if r.HasCap {
			lowest = min(lowest, r.Cap)
		}
	}
	return min(score+min(bonus, d.s.MaxBonus), MaxScore, lowest), true
}

func curve(c Curve, bp int64) int64 {
	if len(c.Steps) > 0 {
		for i := len(c.Steps) - 1; i >= 0; i-- {
			if bp >= c.Steps[i].From {
				return c.Steps[i].Score
			}
		}
		return 0
	}
	line := new(big.Rat).Mul(big.NewRat(c.Slope, Whole), big.NewRat(bp-Whole, 1))
	return min(max(Whole+round(line), c.Floor), c.Cap)
}

func TestComputeEqualsRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		r := d.compute()
		score, enough := d.rational()
		if r.Enough != enough || r.Score != score || enough && r.Band != d.s.Band(score).ID {
			t.Errorf("%d %v, by fractions %d %v", r.Score, r.Enough, score, enough)
		}
		if r.Score < 0 || r.Score > MaxScore {
			t.Errorf("out of range: %d", r.Score)
		}
	})
}

func TestMonotony(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		i := d.s.Items[rapid.IntRange(0, len(d.s.Items)-1).Draw(t, "which")]
		before := d.compute()
		g := d.given[i.ID]
		g.Actual, g.Score = g.Actual+rapid.Int64Range(0, 10_000).Draw(t, "more"), g.Score+rapid.Int64Range(0, 500).Draw(t, "more points")
		d.given[i.ID] = g
		after := d.compute()
		if down := i.Kind == OfIndicator && i.Less; before.Enough && (down && after.Score > before.Score || !down && after.Score < before.Score) {
			t.Errorf("%+v: from %d to %d", i, before.Score, after.Score)
		}
	})
}

func TestLawsOfCertificates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		r := d.compute()
		last := r.All.Score
		for _, a := range r.Adjustments {
			if a.Before != last || a.Effect == Bonus && a.After < a.Before || a.Effect == Cap && a.After > a.Before || (a.Effect == Flag || a.Effect == Warn) && a.After != a.Before {
				t.Errorf("%+v after %d", a, last)
			}
			last = a.After
		}
		if r.Enough && r.Score != last {
			t.Errorf("%d, and the adjustments end at %d", r.Score, last)
		}
		d.s.Rules = append(d.s.Rules, Rule{Programme: "another", Bonus: rapid.Int64Range(0, 2_000).Draw(t, "another bonus")})
		d.held["another"] = Held
		if more := d.compute(); more.Score < r.Score {
			t.Errorf("a bonus lowers %d to %d", r.Score, more.Score)
		}
		d.s.Rules[len(d.s.Rules)-1] = Rule{Programme: "another", HasCap: true, Cap: rapid.Int64Range(0, MaxScore).Draw(t, "another cap")}
		d.held["another"] = rapid.SampledFrom([]Holding{Never, Lapsed, Held}).Draw(t, "another held")
		if capped := d.compute(); capped.Score > r.Score {
			t.Errorf("a cap lifts %d to %d", r.Score, capped.Score)
		}
	})
}

func TestOrderChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		before := d.compute()
		d.s.Items = rapid.Permutation(d.s.Items).Draw(t, "order")
		d.s.Rules = rapid.Permutation(d.s.Rules).Draw(t, "order of rules")
		after := d.compute()
		if before.Score != after.Score || before.All != after.All || before.Quantitative != after.Quantitative || before.Qualitative != after.Qualitative || before.Enough != after.Enough {
			t.Errorf("%+v, in another order %+v", before, after)
		}
	})
}

func TestWhereNothingIsMissingNoPolicyCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		for id, g := range d.given {
			g.Known, g.Target = true, max(g.Target, 1)
			d.given[id] = g
		}
		var results []Result
		for _, m := range Policies() {
			d.s.Missing = m
			results = append(results, d.compute())
		}
		if diff := cmp.Diff(results[0], results[1]) + cmp.Diff(results[0], results[2]); diff != "" || !results[0].Enough {
			t.Error(diff)
		}
	})
}
