package tally

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/quizzes/itemstats"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// TestSumsAreThoseOfTheFullRecomputation closes at random while two nodes fold, forgets and folds again.
func TestSumsAreThoseOfTheFullRecomputation(t *testing.T) {
	each(t, func(h *house) {
		h.foldAll(h.Tally)
		h.exact("empty")
		open := h.sit(h.sets[1], 60, false)
		h.sit(h.sets[0], 30, true)
		h.sit(h.sets[1], 620, true)
		var wg sync.WaitGroup
		for _, node := range []*Tally{h.Tally, h.other, h.Tally, h.other} {
			wg.Go(func() { h.foldAll(node) })
		}
		wg.Go(func() {
			for _, i := range h.luck.Perm(len(open))[:45] {
				h.exec("UPDATE attempt SET state = 'closed', closed_at = 5 WHERE id = $1", open[i])
			}
		})
		wg.Wait()
		h.foldAll(h.other)
		h.exact("folded on two nodes")
		h.exec("UPDATE attempt SET state = 'closed', closed_at = 1 WHERE state = 'open'") // closed before, committed later
		h.foldAll(h.Tally)
		h.exact("closed long ago and seen now")
		version := h.version(h.sets[1])
		h.foldAll(h.Tally)
		if now := h.version(h.sets[1]); now != version {
			h.Errorf("nothing was new, and version %d became %d", version, now)
		}
	})
}

func (h *house) version(s *bank.Set) (n int64) {
	h.Helper()
	if err := h.d.Read().Get(ctx, &n, "SELECT version FROM item_sums WHERE set_hash = $1", s.Hash); err != nil {
		h.Fatal(err)
	}
	return n
}

// TestForgetting regrades while others fold: what was changed in the transaction of Forget is what counts afterwards.
func TestForgetting(t *testing.T) {
	each(t, func(h *house) {
		h.sit(h.sets[0], 40, true)
		h.sit(h.sets[1], 560, true)
		var wg sync.WaitGroup
		wg.Go(func() { h.foldAll(h.other) })
		wg.Go(func() { h.foldAll(h.Tally) })
		for round := range 5 {
			err := h.d.Write(ctx, func(q db.Q) error {
				if err := h.Forget(ctx, q, h.sets[1].Hash); err != nil {
					return err
				}
				_, err := q.Exec(ctx, "UPDATE answer SET points = 100 - points WHERE question = 'q1' AND attempt_id IN (SELECT id FROM attempt WHERE set_hash = $1)", h.sets[1].Hash)
				return err
			})
			if err != nil {
				h.Error(round, err)
			}
		}
		wg.Wait()
		h.foldAll(h.Tally)
		h.exact("regraded")
		err := h.d.Write(ctx, func(q db.Q) error {
			if err := h.Forget(ctx, q, h.sets[0].Hash); err != nil {
				return err
			}
			return errors.New("the regrade fails")
		})
		if err == nil {
			h.Fatal("committed")
		}
		h.exact("a regrade that failed forgets nothing")
	})
}

// TestFoldingThatFails breaks one paper: its set is left as it was, the other is folded.
func TestFoldingThatFails(t *testing.T) {
	each(t, func(h *house) {
		h.sit(h.sets[0], 20, true)
		ids := h.sit(h.sets[1], 20, true)
		h.exec("UPDATE answer SET saved_at = 0 WHERE question = 'q2'") // begun and never given: no points
		var paper string
		if err := h.d.Read().Get(ctx, &paper, "SELECT paper FROM attempt WHERE id = $1", ids[3]); err != nil {
			h.Fatal(err)
		}
		h.exec("UPDATE attempt SET paper = 'rubbish' WHERE id = $1", ids[3])
		if _, err := h.Fold(ctx); err == nil || !strings.Contains(err.Error(), ids[3]) {
			h.Fatalf("a paper that is none was folded: %v", err)
		}
		if n, err := unfolded(ctx, h.d.Read(), h.sets[1].Hash); err != nil || n != 20 {
			h.Errorf("%d are left, %v", n, err)
		}
		if n, err := unfolded(ctx, h.d.Read(), h.sets[0].Hash); err != nil || n != 0 {
			h.Errorf("%d are left of the other set, %v", n, err)
		}
		h.exec("UPDATE attempt SET paper = $2 WHERE id = $1", ids[3], paper)
		h.foldAll(h.Tally)
		h.exact("mended")
	})
}

func TestReporting(t *testing.T) {
	each(t, func(h *house) {
		r, err := h.Report(ctx, author, module, "")
		if err != nil || r.Attempts != 0 || len(r.Items) != 14 || r.Set.Hash != h.sets[1].Hash {
			h.Fatalf("%+v, %v", r, err)
		}
		h.sit(h.sets[0], 30, true)
		h.sit(h.sets[1], 70, true)
		for _, f := range []struct{ points, passes int64 }{{100, 70}, {0, 0}} {
			err := h.d.Write(ctx, func(q db.Q) error {
				if err := h.Forget(ctx, q, h.sets[1].Hash); err != nil {
					return err
				}
				_, err := q.Exec(ctx, "DELETE FROM answer WHERE attempt_id IN (SELECT id FROM attempt WHERE set_hash = $1)", h.sets[1].Hash)
				if err == nil && f.points > 0 {
					for _, question := range h.sets[1].Questions { // more answers than the papers ask for: they change nothing
						if _, err := q.Exec(ctx, `INSERT INTO answer (attempt_id, question, chosen, points, saved_at)
							SELECT id, $2, '["a"]', 100, 1 FROM attempt WHERE set_hash = $1`, h.sets[1].Hash, question.ID); err != nil {
							return err
						}
					}
				}
				return err
			})
			if err != nil {
				h.Fatal(err)
			}
			if r, err = h.Report(ctx, author, module, ""); err != nil || r.Attempts != 70 || r.Passed != f.passes || r.Waiting != 0 || *r.Mean != float64(f.points)/10 {
				h.Errorf("%+v, %v", r, err)
			}
		}
		if r, err = h.Report(ctx, author, module, h.sets[0].Hash); err != nil || r.Attempts != 30 || r.Set.Question("q3").Stem.ZH != "题3旧" {
			h.Errorf("%+v, %v", r, err)
		}
		versions, err := h.Versions(ctx, author, module)
		if err != nil || len(versions) != 2 || versions[0].Hash != h.sets[1].Hash || !versions[0].Current || versions[0].Attempts != 70 || versions[1].Attempts != 30 || versions[1].Current {
			h.Errorf("%+v, %v", versions, err)
		}
	})
}

func TestWhoMayLook(t *testing.T) {
	each(t, func(h *house) {
		for _, role := range access.Roles() {
			who := access.Actor{ID: "p", Roles: []access.Role{role}}
			_, err := h.Report(ctx, who, module, "")
			_, err2 := h.Versions(ctx, who, module)
			if may := role == access.Author; may != (err == nil) || may != (err2 == nil) {
				h.Errorf("%s: %v, %v", role, err, err2)
			}
		}
		for _, bad := range [][2]string{{"process/nothing", ""}, {module, "x"}, {module, strings.Repeat("a", 64)}, {"general/principles", h.sets[0].Hash}, {module, "\x00"}} {
			if _, err := h.Report(ctx, author, bad[0], bad[1]); fault.KindOf(err) != fault.Missing {
				h.Errorf("%q: %v", bad, err)
			}
		}
		if _, err := h.Versions(ctx, author, "process/nothing"); fault.KindOf(err) != fault.Missing {
			h.Error(err)
		}
	})
}

func TestWhatIsCounted(t *testing.T) {
	options := func(n int) (out []bank.Option) {
		for i := range n {
			out = append(out, bank.Option{ID: string(rune('A' + i)), Right: i < 2})
		}
		return out
	}
	many := &bank.Question{ID: "q", Type: grading.Multiple, Options: options(40)}
	if got := categoriesOf(many, []string{"A", "A", "`", "a", "gone", "B"}); strings.Join(got, "") != "A*B" {
		t.Error(got)
	}
	for name, c := range map[string]struct {
		q    *bank.Question
		want float64
	}{
		"single":    {&bank.Question{Type: grading.Single, Options: options(4)[1:]}, 1.0 / 3},
		"truefalse": {&bank.Question{Type: grading.TrueFalse, Options: options(3)[1:]}, .5},
		// of a, b right and c wrong, the seven selections earn 50 50 0 100 0 0 0
		"multiple": {&bank.Question{Type: grading.Multiple, Options: options(3)}, 200.0 / 700},
	} {
		if got := guess(c.q); got == nil || math.Abs(*got-c.want) > 1e-12 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if guess(many) != nil || guess(&bank.Question{Type: "typed"}) != nil {
		t.Error("nobody can say what guesses come to")
	}
	about := About(&bank.Set{Questions: []*bank.Question{many, {ID: "t", Type: "typed"}}})
	if len(about[0].Options) != 32 || about[0].Options[30].ID != Other || about[0].Options[31].ID != itemstats.Blank || len(about[1].Options) != 0 {
		t.Errorf("%+v", about)
	}
}
