package review

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/courses/review/severity"
	"tongguan/server/base/db"
)

func TestPoints(t *testing.T) {
	for _, c := range []struct{ total, marks, want int64 }{{1, 1, 0}, {5, 1, 10000}, {3, 1, 5000}, {7, 2, 6250}, {14, 3, 9167}, {10, 3, 5833}, {13, 6, 2917}, {8, 7, 357}} {
		if got := Points(c.total, c.marks); got != c.want {
			t.Errorf("%d in %d marks: %d, want %d", c.total, c.marks, got, c.want)
		}
	}
}

// TestWithheld: below MinShown nothing of what colleagues gave is told, not even an item's mean or a comment; an item that
// too few have marked is neither shown nor in the mean.
func TestWithheld(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2", "a3", "a4", "b1")
		said := func(s Sheet) Sheet { s.Comments[Whole], s.Comments["attitude"] = "写得很细", "认真"; return s }
		h.give("a1", "a2", said(marks(5, 5, 1)))
		h.give("a1", "a3", said(marks(4, 4, 0)))
		if all, err := h.Of(ctx, h.d.Read(), []string{"of-a1", "none"}); err != nil || len(all) != 0 {
			h.Errorf("of an open panel: %+v, %v", all, err)
		}
		h.open("a2", "ma", "a1", "a3", "a4")
		h.give("a2", "a1", said(marks(5, 5, 5)))
		h.give("a2", "a3", said(marks(5, 5, 5)))
		h.close("a2")
		want := map[Group]Result{Superior: {Group: Superior, Asked: 1, Withheld: true}, Colleague: {Group: Colleague, Asked: 3, Given: 2, Withheld: true}}
		if diff := cmp.Diff(want, h.results("a2")); diff != "" {
			h.Error(diff)
		}
		h.give("a1", "b1", said(marks(3, 3, 5)))
		h.close("a1")
		got := h.results("a1")[Colleague]
		if got.Withheld || got.Raw != 7500 || len(got.Comments) != 3 || got.HasAdjusted || got.Why != "reviews.why.few" {
			h.Errorf("%+v", got)
		}
		if diff := cmp.Diff(map[string]int64{"attitude": 7500, "teamwork": 7500}, got.Items); diff != "" || len(got.Remarks["attitude"]) != 3 {
			h.Errorf("%v\n%s", got.Remarks, diff)
		}
	})
}

// TestNoItemOfThree withholds a group of three who all answered different items.
func TestNoItemOfThree(t *testing.T) {
	p := panel{Panel: Panel{Items: three, MinShown: 3}}
	sheets := []given{{marks(5, 0, 0), "u"}, {marks(0, 4, 0), "v"}, {marks(0, 0, 1), "w"}}
	if r := p.result(Colleague, sheets, severity.Fit{}); !r.Withheld || r.Raw != 0 || r.Items != nil {
		t.Errorf("%+v", r)
	}
}

// TestAdjusted has five people review one another, one of them severely: beside the raw values stand adjusted ones that
// hardly depend on whom one has drawn as reviewer, only of closed panels and of the part that hangs together.
func TestAdjusted(t *testing.T) {
	each(t, func(h *house) {
		people := []string{"a1", "a2", "a3", "a4", "b1"}
		for i, of := range people {
			asked := []string{"boss"}
			for k := 1; k < 4; k++ { // each is reviewed by three of the others, and reviews three
				asked = append(asked, people[(i+k)%5])
			}
			h.open(of, asked...)
			h.give(of, "boss", marks(4, 4, 3))
			for _, who := range asked[1:] {
				if who == "a4" {
					h.give(of, who, marks(2, 2, 1))
				} else {
					h.give(of, who, marks(4, 4, 3))
				}
			}
			h.close(of)
			if r := h.results(of)[Colleague]; i == 0 && (r.HasAdjusted || r.Why != "reviews.why.few") {
				h.Errorf("of one panel: %+v", r)
			}
		}
		for _, of := range people {
			r, without := h.results(of)[Colleague], of == "a4" || of == "b1" // neither is reviewed by a4
			if !r.HasAdjusted || without != (r.Raw == 6667) || r.Adjusted < 5300 || r.Adjusted > 6667 {
				h.Errorf("%s: %+v", of, r)
			}
			if !without && r.Adjusted-r.Raw < 800 || without && r.Adjusted > r.Raw {
				h.Errorf("%s: raw %d, adjusted %d", of, r.Raw, r.Adjusted)
			}
			if s := h.results(of)[Superior]; !s.HasAdjusted || s.Raw != 6667 {
				h.Errorf("%s by the superior: %+v", of, s)
			}
		}
	})
}

// TestOrderSaysNothing: the same sheets from other people, in another order, give the same result, comments too.
func TestOrderSaysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := panel{Panel: Panel{Items: three, MinShown: 3}, Salt: rapid.String().Draw(t, "salt")}
		sheets := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) given {
			m := rapid.IntRange(0, 5)
			s := marks(m.Draw(t, "a"), m.Draw(t, "b"), m.Draw(t, "c"))
			s.Comments[Whole], s.Comments["teamwork"] = rapid.SampledFrom([]string{"", "好", "可靠", "慢"}).Draw(t, "on the whole"), rapid.String().Draw(t, "on an item")
			return given{s, rapid.SampledFrom([]string{"u", "v", "w"}).Draw(t, "reviewer")}
		}), 1, 8).Draw(t, "sheets")
		got := p.result(Colleague, sheets, severity.Fit{})
		other := rapid.Permutation(sheets).Draw(t, "order")
		for i := range other {
			other[i].Reviewer = fmt.Sprint("somebody else ", i)
		}
		if diff := cmp.Diff(got, p.result(Colleague, other, severity.Fit{})); diff != "" {
			t.Fatal(diff)
		}
		if len(sheets) < 3 && !got.Withheld || got.Withheld && (got.Items != nil || got.Comments != nil || got.Remarks != nil) || got.Raw < 0 || got.Raw > 10000 {
			t.Fatalf("%d sheets: %+v", len(sheets), got)
		}
	})
}

// companyOf draws a company: a region with teams, each with a manager and members.
func companyOf(t *rapid.T) (c company, panels map[string]string) {
	c = company{parent: map[string]string{"region": ""}, managers: map[string][]string{"region": {"boss"}}, team: map[string]string{"boss": "region"}, here: []string{"boss"}}
	panels = map[string]string{"panel-boss": "boss"}
	for i := range rapid.IntRange(1, 6).Draw(t, "teams") {
		id := fmt.Sprintf("team%d", i)
		c.parent[id] = "region"
		for k := range rapid.IntRange(1, 9).Draw(t, "members") {
			who := fmt.Sprintf("%s-%d", id, k)
			c.team[who], c.here, panels["panel-"+who] = id, append(c.here, who), who
			if k == 0 {
				c.managers[id] = []string{who}
			}
		}
	}
	return c, panels
}

// TestProposal holds the rule for companies of every shape.
func TestProposal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, panels := companyOf(t)
		var ids []string
		for id := range panels {
			ids = append(ids, id)
		}
		run := func() (map[string]map[Group][]string, map[string]int) {
			out, loads := map[string]map[Group][]string{}, map[string]int{}
			for _, id := range order(ids) {
				out[id] = c.propose(id, panels[id], loads)
			}
			return out, loads
		}
		all, loads := run()
		slices.Reverse(ids)
		slices.Reverse(c.here)
		if again, _ := run(); cmp.Diff(all, again) != "" {
			t.Fatalf("another time it is otherwise:\n%s", cmp.Diff(all, again))
		}
		for id, n := range loads {
			if n > mostLoad {
				t.Fatalf("%s reviews %d", id, n)
			}
		}
		for panel, groups := range all {
			proposed(t, c, panels[panel], groups, loads)
		}
	})
}

// proposed holds what the rule proposes for one person against it.
func proposed(t *rapid.T, c company, person string, groups map[Group][]string, loads map[string]int) {
	everybody := append(slices.Clone(groups[Superior]), groups[Colleague]...)
	slices.Sort(everybody)
	if slices.Contains(everybody, person) || len(slices.Compact(slices.Clone(everybody))) != len(everybody) || len(groups[Colleague]) > sameTeam+otherTeams {
		t.Fatalf("%s: %v", person, groups)
	}
	if want := superior(c, person); cmp.Diff(want, groups[Superior]) != "" {
		t.Fatalf("%s: superior %v, want %v", person, groups[Superior], want)
	}
	same, other := 0, 0
	for _, id := range groups[Colleague] {
		if c.manages(person, id) || c.manages(id, person) {
			t.Fatalf("%s manages %s or the other way round", person, id)
		}
		if c.team[id] == c.team[person] {
			same++
		} else {
			other++
		}
	}
	if same > sameTeam || other == 0 && person != "boss" && spare(c, loads, person) {
		t.Fatalf("%s: %d of the same team, %d of others", person, same, other)
	}
}

// superior is who manages the person, told by the shape of the company: the team's first member, of whom boss is.
func superior(c company, person string) []string {
	switch first := c.managers[c.team[person]][0]; {
	case person == "boss":
		return nil
	case first == person:
		return []string{"boss"}
	default:
		return []string{first}
	}
}

// spare says whether somebody of another team could have reviewed the person at the end: not the boss, who is nobody's colleague here.
func spare(c company, loads map[string]int, person string) bool {
	for id, n := range loads {
		if n < mostLoad && c.team[id] != c.team[person] && id != "boss" {
			return true
		}
	}
	return false
}

// TestPropose proposes for the whole company at once.
func TestPropose(t *testing.T) {
	each(t, func(h *house) {
		var panels []string
		for _, login := range []string{"a1", "a2", "a3", "a4", "a5", "b1", "ma", "hr"} {
			h.open(login)
			panels = append(panels, "of-"+login)
		}
		h.good(h.Ask(ctx, h.who["hr"], "of-a5", Superior, h.id("boss"))) // HR has begun here
		for range 2 {                                                    // the second time everybody is asked already
			h.write(func(q db.Q) error { return h.Propose(ctx, q, panels...) })
		}
		for i, login := range []string{"a1", "a2", "b1", "ma", "a5"} {
			all, err := requestsOf(ctx, h.d.Read(), "of-"+login)
			h.good(err)
			var superiors, same, other []string
			for _, one := range all {
				who := h.login(one.Person)
				switch {
				case one.Side == Superior:
					superiors = append(superiors, who)
				case h.who[who].Team == h.who[login].Team:
					same = append(same, who)
				default:
					other = append(other, who)
				}
				if who == "inspector" || who == "hr" || who == "boss" && one.Side == Colleague {
					h.Errorf("%s is reviewed by %s", login, who)
				}
			}
			want := [][]string{{"ma"}, {"ma"}, {"mb"}, {"boss"}, {"boss"}}[i]
			if !slices.Equal(superiors, want) || i < 3 && (len(same) != 3 || len(other) != 2) || login == "ma" && (len(same) != 0 || len(other) != 5) || login == "a5" && len(all) != 1 {
				h.Errorf("%s: superiors %v, same %v, other %v", login, superiors, same, other)
			}
		}
		if n := len(h.events("review.proposed")); n != len(panels)-1 {
			h.Errorf("%d entries", n)
		}
		h.close("b1")
		if err := h.d.Write(ctx, func(q db.Q) error { return h.Propose(ctx, q, "of-b1") }); err == nil {
			h.Error("proposed in a closed panel")
		}
	})
}

func TestPanels(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2")
		h.open("b1", "mb")
		h.open("hr") // nobody looks after their own
		h.open("a3")
		h.close("a3")
		h.give("a1", "a2", marks(3, 3, 3))
		for login, want := range map[string][]string{"hr": {"a1 2 1", "b1 1 0"}, "ma": {"a1 2 1"}, "boss": {"a1 2 1", "b1 1 0"}, "a1": nil, "inspector": nil} {
			all, err := h.Panels(ctx, h.who[login])
			h.good(err)
			var got []string
			for _, d := range all {
				got = append(got, fmt.Sprint(h.login(d.Person), " ", d.Asked, " ", d.Given))
			}
			if slices.Sort(got); cmp.Diff(want, got) != "" {
				h.Errorf("%s: %v, want %v", login, got, want)
			}
		}
	})
}
