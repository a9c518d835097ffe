package attempt

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"tongguan/quizzes/evidence"
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
		examiner := h.add("examiner", access.Author, access.Inspector)
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
		for who, names := range map[*access.Actor]bool{&hr: false, &boss: false, &examiner: true} {
			e, err := h.Concerned(ctx, *who, h.correction("q1", Accept, "b"))
			h.do(err)
			if slices.ContainsFunc(e.Changes, func(x Change) bool { return (x.Person != "") != names }) || len(e.Changes) != 3 {
				h.Errorf("%s learns who gave a response: %+v", who.Login, e.Changes)
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
