package attempt

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
)

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

// A correction that was decided first and kept last, as the clocks of two nodes have it, comes on top of the other: each is
// told as what it brings, and both count together.
func TestCorrectionsOutOfOrder(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", append(five(), open("o"))...)
		author := h.add("author", access.Author)
		id := h.sits("learner", all("bbaaa")) // 3 of 6
		waits := h.sits("stranger", map[string]string{"q1": "b", "q2": "b", "q3": "a", "q4": "a", "q5": "a", "o": "一"})
		h.advance(time.Hour)
		later, _, err := h.Correct(ctx, author, h.correction("q2", Void), "later")
		h.do(err)
		h.advance(-time.Hour)
		for _, c := range []Correction{h.correction("q1", Accept, "b"), h.correction("o", Void)} {
			_, _, err := h.Correct(ctx, author, c, "earlier "+c.Question)
			h.do(err)
		}
		h.do(h.Regrade(ctx))
		for attempt, notes := range map[string]string{id: "5000 6000 8000 10000", waits: ""} {
			r := h.stored(attempt)
			if r.Pending != 0 || *r.Score != 10_000 || !*r.Passed {
				h.Errorf("%d wait, score %d", r.Pending, r.outline().Score)
			}
			told, err := notesWhere(ctx, h.d.Read(), "n.attempt_id = $1", attempt)
			h.do(err)
			slices.SortFunc(told, func(x, y Note) int { return x.Before - y.Before })
			got := ""
			for i, n := range told {
				if i == 0 {
					got = fmt.Sprint(n.Before)
				}
				if got += fmt.Sprint(" ", n.After); n.After == 6000 && n.Correction != later {
					h.Errorf("%+v", n)
				}
			}
			if got != notes {
				h.Errorf("told %q, want %q", got, notes)
			}
		}
	})
}
