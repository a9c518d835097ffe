package tally

import (
	"math"
	"testing"

	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// How hard several questions are together is the mean over all answers, held against the report of the set.
func TestMeasures(t *testing.T) {
	each(t, func(h *house) {
		set, learner := h.sets[1], access.Actor{ID: "p", Roles: []access.Role{access.Learner}}
		look := func(actor access.Actor) *Measures {
			m, err := h.Measures(ctx, actor, []*bank.Set{set})
			if err != nil {
				h.Fatal(err)
			}
			return m
		}
		if d := look(author).Of([]string{"q1"}); d != (Difficulty{}) {
			h.Errorf("nobody has answered, and there is %+v", d)
		}
		h.sit(set, 9, true)
		h.foldAll(h.Tally)
		if d := look(author).Of([]string{"q1", "q2"}); d.Facility != nil || d.Discrimination != nil || d.Answers == 0 || d.Answers >= Enough {
			h.Errorf("few answers: %+v", d)
		}
		h.sit(set, 150, true)
		h.foldAll(h.other) // another node: the sums have changed
		r, err := h.Report(ctx, author, module, "")
		if err != nil {
			h.Fatal(err)
		}
		var answers, facility, discrimination, known float64
		for _, i := range r.Items {
			n := float64(i.Answers)
			if i.Item == "q1" || i.Item == "q2" {
				answers, facility = answers+n, facility+n**i.Facility
				discrimination, known = discrimination+n**i.DiscriminationIndex/100, known+n
			}
		}
		m := look(author)
		d := m.Of([]string{"q1", "q2", "no-such-question"})
		if float64(d.Answers) != answers || d.Questions != 2 || math.Abs(*d.Facility-facility/answers) > 1e-9 || math.Abs(*d.Discrimination-discrimination/known) > 1e-9 {
			h.Errorf("%+v, want %v answers, %v, %v", d, answers, facility/answers, discrimination/known)
		}
		if x, ok := m.Question("q1"); !ok || !x.Measured() {
			h.Errorf("an author: %+v %v", x, ok)
		}
		if _, ok := look(learner).Question("q1"); ok {
			h.Error("a learner is told how hard one question is")
		}
		if d := look(learner).Of([]string{"q1", "q2"}); d.Facility == nil {
			h.Errorf("a learner is not told how hard the clause is: %+v", d)
		}
		if _, err := h.Measures(ctx, access.Actor{ID: "x"}, []*bank.Set{set}); fault.KindOf(err) != fault.Denied {
			h.Errorf("nobody in particular: %v", err)
		}
		before := h.d.Statements()
		if look(author); h.d.Statements()-before != 1 {
			h.Errorf("a second look costs %d statements", h.d.Statements()-before)
		}
	})
}
