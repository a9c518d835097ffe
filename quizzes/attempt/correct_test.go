package attempt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/team"
)

// all answers every question of q1 to q5 with one option each: "aabba" and so on; - leaves one out.
func all(options string) map[string]string {
	out := map[string]string{}
	for i, o := range options {
		if o != '-' {
			out[fmt.Sprintf("q%d", i+1)] = string(o)
		}
	}
	return out
}

func five() []string {
	return []string{single("q1"), single("q2"), single("q3"), single("q4"), single("q5")}
}

func TestADryRunTellsWhatTheCorrectionDoes(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		author := h.add("author", access.Author)
		ids := map[string]string{}
		for login, options := range map[string]string{"learner": "baaab", "stranger": "bbaaa", "manager": "aaaaa", "inspector": "cbbbb", "hr": "b----"} {
			ids[login] = h.sits(login, all(options))
		}
		still := h.start("stranger")
		before := h.acts()
		for _, c := range []struct {
			what Correction
			want Effect
		}{
			{h.correction("q1", Accept, "b"), Effect{Settled: 5, Open: 1, Rise: 3, Pass: 2}}, // 60→80, 60→80, 100, 0→0, 0→20
			{h.correction("q1", Void), Effect{Settled: 5, Open: 1, Rise: 2}},                 // 60→75, 60→75, stays, 0, 0
		} {
			got, err := h.Concerned(ctx, author, c.what)
			h.do(err)
			if len(got.Changes) != got.Rise || got.Settled != c.want.Settled || got.Open != c.want.Open || got.Rise != c.want.Rise || got.Pass != c.want.Pass {
				h.Errorf("%s: %+v, want %+v", c.what.Kind, got, c.want)
			}
			for _, change := range got.Changes {
				if change.Person != "" {
					h.Errorf("an author sees whose result it is: %+v", change)
				}
			}
		}
		if !maps.Equal(before, h.acts()) || h.count("correction") != 0 || h.count("attempt_note") != 0 {
			h.Error("a dry run has written something")
		}
		got, err := h.Concerned(ctx, author, h.correction("q1", Accept, "b"))
		h.do(err)
		_, done, err := h.Correct(ctx, author, h.correction("q1", Accept, "b"), "r")
		h.do(err)
		var now []int
		for _, login := range []string{"learner", "stranger", "manager", "inspector", "hr"} {
			now = append(now, *h.stored(ids[login]).Score)
		}
		if want := []int{8000, 8000, 10_000, 0, 2000}; !done || !slices.Equal(now, want) {
			h.Errorf("scores %v, want %v; done %v", now, want, done)
		}
		for _, change := range got.Changes {
			if !slices.Contains(now, change.After) || change.PassedAfter != (change.After >= 8000) {
				h.Errorf("the dry run told %+v", change)
			}
		}
		h.answer("stranger", still, "q1", "b")
		h.submit("stranger", still)
		if r := h.stored(still); *r.Score != 2000 {
			h.Errorf("an attempt that was open has %d after closing, want 2000", *r.Score)
		}
	})
}

// count is how many rows a table has.
func (h *house) count(table string) (n int) {
	h.Helper()
	h.do(h.d.Read().Get(ctx, &n, "SELECT COUNT(*) FROM "+table))
	return n
}

// Names stand in a dry run only for those who may see these people's progress anyway.
func TestWhoIsNamedInADryRun(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		for _, login := range []string{"learner", "stranger"} {
			h.sits(login, all("baaaa"))
		}
		boss, hr, own := h.add("boss", access.Author, access.Manager), h.add("personnel", access.Author, access.HR), h.add("own", access.Author)
		h.sits("own", all("baaaa"))
		teams := team.New(h.d, h.clock, h.trail)
		h.do(teams.Change(ctx, access.Operator(), h.who["learner"].Team, 2, team.Details{Name: "ours", Managers: []string{boss.ID}}))
		for _, c := range []struct {
			who   access.Actor
			names []string
		}{{hr, []string{"learner", "own", "stranger"}}, {boss, []string{"learner"}}, {own, []string{"own"}}} {
			e, err := h.Concerned(ctx, c.who, h.correction("q1", Void))
			h.do(err)
			var got []string
			for login, p := range h.who {
				if slices.ContainsFunc(e.Changes, func(x Change) bool { return x.Person == p.ID }) {
					got = append(got, login)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.names) || len(e.Changes) != 3 {
				h.Errorf("%s sees %v of %d, want %v", c.who.Login, got, len(e.Changes), c.names)
			}
		}
		for _, login := range []string{"learner", "manager", "hr", "inspector"} {
			_, err := h.Concerned(ctx, h.who[login], h.correction("q1", Void))
			h.refused(err, fault.Missing)
			_, _, err = h.Correct(ctx, h.who[login], h.correction("q1", Void), "r")
			h.refused(err, fault.Missing)
		}
	})
}

func TestCorrectionsThatAreRefused(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", append(five(), open("o"), `{id: n, type: calculated, clauses: ["2.4.1"], level: apply, stem: {zh: "{p}", en: "{p}"}, explanation: {zh: 因为, en: so},
    params: {p: {values: ["3", "5"]}}, formula: "p * 2", figures: [{tolerance: "0"}]}`)...)
		author := h.add("author", access.Author)
		h.sits("learner", all("aaaaa"))
		for name, c := range map[string]Correction{
			"no reason":    func() Correction { c := h.correction("q1", Void); c.Reason = " "; return c }(),
			"a long one":   func() Correction { c := h.correction("q1", Void); c.Reason = strings.Repeat("长", 1001); return c }(),
			"no kind":      h.correction("q1", ""),
			"no response":  h.correction("q1", Accept),
			"no option":    h.correction("q1", Accept, "z"),
			"two options":  h.correction("q1", Accept, "b", "c"),
			"right anyhow": h.correction("q1", Accept, "a"),
			"open":         h.correction("o", Accept, "text"),
			"calculated":   h.correction("n", Accept, "6"),
		} {
			if _, err := h.Concerned(ctx, author, c); fault.KindOf(err) != fault.Invalid || err == nil {
				h.Errorf("%s: %v", name, err)
			}
			if _, _, err := h.Correct(ctx, author, c, "r "+name); fault.KindOf(err) != fault.Invalid || err == nil {
				h.Errorf("%s: %v", name, err)
			}
		}
		other := h.correction("q1", Void)
		other.Print = strings.Repeat("0", 64)
		_, err := h.Concerned(ctx, author, other)
		h.refused(err, fault.Missing)
		_, _, err = h.Correct(ctx, author, h.correction("q1", Void), "")
		h.refused(err, fault.Invalid)
		if n := h.count("correction"); n != 0 {
			h.Errorf("%d corrections were kept", n)
		}
	})
}

// A correction reaches every version of the file in which the question stands as it was worded, and no other.
func TestACorrectionReachesEveryVersion(t *testing.T) {
	each(t, func(h *house) {
		author := h.add("author", access.Author)
		h.quiz("", five()...)
		old := h.sits("learner", all("baaaa"))
		h.quiz("", append(five(), single("q6"))...)
		same := h.sits("learner", all("baaaaa"))
		c := h.correction("q1", Accept, "b")
		h.quiz("", append([]string{strings.Replace(single("q1"), "题q1", "改过的题", 1)}, five()[1:]...)...)
		edited := h.sits("learner", all("baaaa"))
		h.quiz("", five()[1:]...)
		without := h.sits("learner", map[string]string{"q2": "b", "q3": "a"})
		_, _, err := h.Correct(ctx, author, c, "r")
		h.do(err)
		for id, want := range map[string]int{old: 10_000, same: 10_000, edited: 8000, without: 2500} {
			if got := *h.stored(id).Score; got != want {
				h.Errorf("score %d, want %d", got, want)
			}
		}
	})
}

// What a correction changes is written once, however often it is asked for.
func TestACorrectionIsDoneOnce(t *testing.T) {
	each(t, func(h *house) {
		var told []string
		h.regraded = func(_ context.Context, q db.Q, set string) error { told = append(told, set); return nil }
		h.quiz("", five()...)
		author, hash := h.add("author", access.Author), h.bank.Current().Set(module).Hash
		id := h.sits("learner", all("baaab"))
		high := h.sits("stranger", all("baaaa"))
		first, _, err := h.Correct(ctx, author, h.correction("q1", Accept, "b"), "same")
		h.do(err)
		again, done, err := h.Correct(ctx, author, h.correction("q1", Accept, "b"), "same")
		h.do(err)
		h.do(h.Regrade(ctx))
		if again != first || !done || h.count("correction") != 1 {
			h.Errorf("the same request gave %s and %s", first, again)
		}
		if want := []string{hash}; !slices.Equal(told, want) {
			h.Errorf("told of %v", told)
		}
		if acts := h.acts(); acts["attempt.regraded"] != 2 || acts["question.corrected"] != 1 || h.count("attempt_note") != 2 {
			h.Errorf("%v", acts)
		}
		lines := h.evidence("learner")
		if len(lines) != 2 || lines[1].Source != id+":"+first || lines[1].Score != 8000 || !lines[1].Passed || lines[0].Score != 6000 {
			h.Errorf("evidence %+v", lines)
		}
		if _, _, err := h.Correct(ctx, author, h.correction("q2", Void), "void"); err != nil || len(told) != 2 {
			h.Errorf("a question taken out changes no points, and told %v: %v", told, err)
		}
		if *h.stored(high).Score != 10_000 || len(h.evidence("stranger")) != 2 {
			h.Error("a correction that changes no result gave evidence")
		}
		for _, e := range h.entries() {
			if e.Act == "attempt.regraded" && (!strings.Contains(string(e.Facts), first) || strings.Contains(string(e.Facts), "score") ||
				!strings.Contains(string(e.Private), "score_before") || e.Actor != author.ID) {
				h.Errorf("trail: %s %s", e.Facts, e.Private)
			}
		}
	})
}

func (h *house) evidence(login string) []evidence.Line {
	h.Helper()
	lines, err := h.ledger.Of(ctx, h.d.Read(), h.who[login].ID)
	h.do(err)
	return lines
}

// A node that stops in the middle leaves the rest to whoever comes next; nothing is done twice.
func TestARegradeIsTakenUpAgain(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		author := h.add("author", access.Author)
		var ids []string
		for i := range 5 {
			login := fmt.Sprint("taker", i)
			h.add(login)
			ids = append(ids, h.sits(login, all("bbaaa")))
		}
		n := 0
		h.follow = func(evidence.Line) error {
			if n++; n == 3 {
				return errors.New("the node stops")
			}
			return nil
		}
		if _, _, err := h.Correct(ctx, author, h.correction("q1", Accept, "b"), "r"); err == nil {
			h.Fatal("it did not stop")
		}
		risen := func() (n int) {
			for _, id := range ids {
				if *h.stored(id).Score == 8000 {
					n++
				}
			}
			return n
		}
		if risen() != 2 || h.count("attempt_note") != 2 {
			h.Errorf("%d results and %d notes before it stopped", risen(), h.count("attempt_note"))
		}
		h.do(h.Regrade(ctx))
		if risen() != 5 || h.count("attempt_note") != 5 || h.count("evidence") != 10 || h.acts()["attempt.regraded"] != 5 {
			h.Errorf("%d results, %d notes, %d lines", risen(), h.count("attempt_note"), h.count("evidence"))
		}
		var left int
		h.do(h.d.Read().Get(ctx, &left, "SELECT COUNT(*) FROM correction WHERE regraded_at IS NULL"))
		if left != 0 {
			h.Error("the correction is not finished")
		}
	})
}

// best is the highest mean over the paper that leaving out void questions can give, found by trying every choice.
func best(s sheet) int {
	total, most := grading.Total, 0
	if s.set.Certainty {
		total = grading.CertainTotal
	}
	for choice := range 1 << len(s.lines) {
		var points []int
		fits := true
		for i, l := range s.lines {
			if choice>>i&1 == 1 {
				fits = fits && l.void
				continue
			}
			p := l.points
			if s.set.Certainty && len(l.chosen) > 0 {
				p, _ = grading.ByCertainty(p, grading.Certainty(max(1, l.certainty)))
			}
			points = append(points, p)
		}
		if fits && len(points) == 0 {
			return 10_000
		}
		if fits {
			most = max(most, total(points))
		}
	}
	return most
}

// Whatever the paper and the corrections are, in whatever order they come, nobody's score ever falls; and void questions
// are left out in the way that is best for whoever answered.
func TestNobodysScoreEverFalls(t *testing.T) {
	chance := rand.New(rand.NewPCG(7, 11))
	for round := range 3000 {
		set := &bank.Set{Rules: bank.Rules{Certainty: round%2 == 1}}
		s := sheet{set: set}
		for i := range 1 + chance.IntN(7) {
			q := &bank.Question{ID: fmt.Sprint(i), Print: "p", Type: grading.Single, Options: []bank.Option{{ID: "a", Right: true}, {ID: "b"}, {ID: "c", Credit: 40}}}
			l := sheetLine{asked: q, certainty: chance.IntN(4)}
			if n := chance.IntN(4); n < 3 {
				l.chosen = []string{string(rune('a' + n))}
				l.points, _ = grading.Mark(q.Key(nil), l.chosen)
			}
			s.lines = append(s.lines, l)
		}
		before := s.score()
		for range 6 {
			c := Correction{Question: fmt.Sprint(chance.IntN(len(s.lines))), Print: "p", Kind: Void}
			if chance.IntN(2) == 0 {
				c.Kind, c.Response = Accept, []string{string(rune('a' + chance.IntN(3)))}
			}
			for i := range s.lines {
				s.lines[i].correct(c)
			}
			after := s.score()
			if after < before {
				t.Fatalf("%+v lowers %d to %d: %+v", c, before, after, s.lines)
			}
			if want := best(s); after != want {
				t.Fatalf("score %d, want %d: %+v", after, want, s.lines)
			}
			before = after
		}
	}
}

// Two nodes correct and go on with corrections while people hand in. Every result is what its answers and all corrections
// come to, and every change of one has exactly one line of evidence, one note and one line of the trail.
func TestTwoNodesCorrectWhilePeopleHandIn(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		author := h.add("author", access.Author)
		second := New(Parts{DB: h.d, Clock: h.clock, Trail: h.trail, People: h.people, Bank: h.bank, Ledger: evidence.New()})
		h.ledger = evidence.New() // followers of the house are not for two nodes at once
		nodes, answers := []*Attempts{h.Attempts, second}, []string{"baaab", "bcaaa", "aaaaa", "bcbbb", "cccaa", "b----", "aacab", "bbbbb"}
		attempts := map[string]string{}
		for i, options := range answers {
			login := fmt.Sprint("taker", i)
			h.add(login)
			id := h.start(login)
			for q, o := range all(options) {
				h.answer(login, id, q, o)
			}
			if attempts[login] = id; i%3 == 0 {
				h.submit(login, id)
			}
		}
		corrections := []Correction{h.correction("q1", Accept, "b"), h.correction("q2", Void), h.correction("q3", Accept, "c")}
		var wg sync.WaitGroup
		for n, node := range nodes {
			for i, c := range corrections {
				wg.Go(func() {
					if _, _, err := node.Correct(ctx, author, c, fmt.Sprint("request ", i)); err != nil {
						h.Error(n, err)
					}
				})
			}
			wg.Go(func() {
				if err := node.Regrade(ctx); err != nil {
					h.Error(n, err)
				}
			})
		}
		for login, id := range attempts {
			wg.Go(func() {
				if err := nodes[len(login+id)%2].Submit(ctx, h.who[login], id); err != nil {
					h.Error(login, err)
				}
			})
		}
		wg.Wait()
		for _, node := range nodes {
			h.do(node.Regrade(ctx))
		}
		notes := 0
		for i, options := range answers {
			login := fmt.Sprint("taker", i)
			notes += h.whole(login, attempts[login], recomputed(options))
		}
		if n := h.count("attempt_note"); n != notes || h.acts()["attempt.regraded"] != notes || h.count("correction") != 3 || h.acts()["question.corrected"] != 3 {
			h.Errorf("%d notes, %d corrections, %v; want %d", n, h.count("correction"), h.acts(), notes)
		}
	})
}

// recomputed is what these answers come to with the three corrections: b is right too in q1, q2 counts where it helps, c is
// right too in q3.
func recomputed(options string) int {
	right, rest := 0, 0
	for i, o := range options {
		good := o == 'a' || i == 0 && o == 'b' || i == 2 && o == 'c'
		if good {
			right++
		}
		if good && i != 1 {
			rest++
		}
	}
	return max(right*2000, rest*2500)
}

// whole holds a result against its evidence, and gives how often it was changed after the attempt was closed.
func (h *house) whole(login, id string, want int) (changes int) {
	h.Helper()
	r := h.stored(id)
	if *r.Score != want || *r.Passed != (want >= 8000) {
		h.Errorf("%s has %d, want %d", login, *r.Score, want)
	}
	lines := h.evidence(login)
	for i, l := range lines {
		if i > 0 && (l.Score <= lines[i-1].Score || !strings.HasPrefix(l.Source, id+":")) {
			h.Errorf("%s: line %d adds nothing: %+v", login, i, lines)
		}
	}
	if len(lines) == 0 || lines[0].Source != id || lines[len(lines)-1].Score != want {
		h.Errorf("%s: evidence %+v", login, lines)
	}
	return len(lines) - 1
}
