package attempt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Submit closes the attempt. Result, evidence and audit line are written together or not at all. Submitting
// again changes nothing and is no error.
func (a *Attempts) Submit(ctx context.Context, actor access.Actor, id string) error {
	if _, err := a.own(ctx, actor, id); err != nil {
		return err
	}
	err := a.close(ctx, id)
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// CloseOverdue closes every attempt whose time is out, whoever looks or not. One that cannot be closed holds up no other.
func (a *Attempts) CloseOverdue(ctx context.Context) error {
	ids, err := overdue(ctx, a.db.Read(), a.clock.Now()-grace.Milliseconds())
	failed := []error{err}
	for _, id := range ids {
		if err := a.close(ctx, id); err != nil && fault.KindOf(err) != fault.Conflict {
			failed = append(failed, fmt.Errorf("attempt %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

// Final fixes the answer to one question of the actor's own open attempt, where the quiz says what is right at once or
// lets nobody go back. Answered or not, it cannot be changed any more.
func (a *Attempts) Final(ctx context.Context, actor access.Actor, id, question string) (Marked, error) {
	r, err := a.own(ctx, actor, id)
	if err != nil {
		return Marked{}, err
	}
	s, err := a.sitting(ctx, a.db.Read(), r)
	if err != nil {
		return Marked{}, err
	}
	at := s.index(question)
	if at < 0 {
		return Marked{}, fault.New(fault.Invalid, "quiz.not_on_paper")
	}
	if s.Rules.Answers != bank.AtOnce && !s.Rules.Forward {
		return Marked{}, fault.New(fault.Denied, "error.denied")
	}
	if err := a.db.Write(ctx, func(q db.Q) error {
		if _, err := claimOpen(ctx, q, id, actor.ID, a.clock.Now()-grace.Milliseconds()); err != nil {
			return err
		}
		return fix(ctx, q, id, question)
	}); err != nil {
		return Marked{}, err
	}
	if r, err = a.own(ctx, actor, id); err != nil {
		return Marked{}, err
	}
	if s, err = a.sitting(ctx, a.db.Read(), r); err != nil || s.Rules.Answers != bank.AtOnce {
		return Marked{}, err
	}
	m := s.marked(at)
	if s.Rules.Explain != bank.AtOnce {
		m.Question = unexplained(m.Question)
	}
	return m, nil
}

// index is the place of a question on the paper, or −1.
func (s Sitting) index(question string) int {
	for i, item := range s.Paper {
		if item.Question == question {
			return i
		}
	}
	return -1
}

func (s Sitting) marked(at int) Marked {
	given := s.Answers[s.Paper[at].Question]
	return Marked{Question: s.Questions[at], Item: s.Paper[at], Chosen: given.Chosen, Certainty: given.Certainty, Points: given.points}
}

// close closes an attempt. Open answers wait for people: there is no score, and no evidence, until they have marked them.
func (a *Attempts) close(ctx context.Context, id string) error {
	now := a.clock.Now()
	return a.db.Write(ctx, func(q db.Q) error {
		r, err := claimClose(ctx, q, id, now)
		if err != nil {
			return err
		}
		answers, err := seal(ctx, q, id)
		if err != nil {
			return err
		}
		sheet, err := a.sheet(ctx, q, r, answers)
		if err != nil {
			return err
		}
		if waiting := sheet.waiting(); waiting > 0 {
			if err := setPending(ctx, q, id, waiting); err != nil {
				return err
			}
			return a.trail.Append(ctx, q, audit.Event{Act: "attempt.handed_in", Actor: r.Person, Subject: r.Person,
				Facts: map[string]any{"attempt": id, "module": r.Module, "set": r.SetHash, "seed": r.Seed, "open": waiting}})
		}
		return a.conclude(ctx, q, r, sheet)
	})
}

// conclude writes what a closed attempt comes to: its score, a line of evidence and an audit line.
func (a *Attempts) conclude(ctx context.Context, q db.Q, r row, s sheet) error {
	if err := s.storeChanged(ctx, q, r.ID); err != nil {
		return err
	}
	score := s.score()
	out := result{score, score >= r.Pass}
	if err := a.record(ctx, q, r, s, out, r.ID); err != nil {
		return err
	}
	return a.trail.Append(ctx, q, audit.Event{Act: "attempt.closed", Actor: r.Person, Subject: r.Person,
		Facts:   map[string]any{"attempt": r.ID, "module": r.Module, "set": r.SetHash, "seed": r.Seed},
		Private: map[string]any{"score": out.score, "passed": out.passed}})
}

// effectOf says what an attempt's evidence does, by the rule of which attempt counts.
func effectOf(ctx context.Context, q db.Q, r row, c bank.Counts, passed bool) (evidence.Effect, error) {
	if c == bank.Best {
		return evidence.AsSaid, nil
	}
	if err := holdSeat(ctx, q, r.Person, r.Module); err != nil { // two attempts that are settled at once wait for each other
		return evidence.AsSaid, err
	}
	past, err := attemptsOf(ctx, q, r.Person, r.Module, every)
	if err != nil {
		return evidence.AsSaid, err
	}
	for _, p := range past {
		other := p.ID != r.ID && p.State == Closed
		if c == bank.First && other && p.Started < r.Started || c == bank.Latest && other && p.Started > r.Started && p.Settled() {
			return evidence.Idle, nil
		}
	}
	if c == bank.Latest && !passed {
		return evidence.Undoes, nil
	}
	return evidence.AsSaid, nil
}

// sheet is an attempt laid out for scoring: each question of the paper with what it earned.
type sheet struct {
	set   *bank.Set
	lines []sheetLine
}

type sheetLine struct {
	item      bank.Item
	asked     *bank.Question
	chosen    []string
	points    int // as they are stored, or corrected
	certainty int
	changed   bool // points are not those that are stored
	void      bool
}

// sheet lays out an attempt, with the corrections of its questions.
func (a *Attempts) sheet(ctx context.Context, q db.Q, r row, answers []given) (sheet, error) {
	corrections, err := correctionsOf(ctx, q, r.Module)
	if err != nil {
		return sheet{}, err
	}
	return a.sheetWith(ctx, q, r, corrections, answers)
}

func (a *Attempts) sheetWith(ctx context.Context, q db.Q, r row, corrections []Correction, answers []given) (sheet, error) {
	set, err := a.set(ctx, q, r.SetHash)
	if err != nil {
		return sheet{}, err
	}
	return layout(r, set, corrections, answers)
}

func layout(r row, set *bank.Set, corrections []Correction, answers []given) (sheet, error) {
	at, err := r.attempt()
	if err != nil {
		return sheet{}, err
	}
	by := map[string]given{}
	for _, g := range answers {
		by[g.Question] = g
	}
	s := sheet{set: set}
	for _, item := range at.Paper {
		g := by[item.Question]
		l := sheetLine{item: item, asked: set.Question(item.Question), points: g.Points}
		if l.asked == nil {
			return s, fmt.Errorf("attempt %s: no question %s", r.ID, item.Question)
		}
		if g.Certainty != nil {
			l.certainty = *g.Certainty
		}
		if g.Chosen != "" {
			if err := json.Unmarshal([]byte(g.Chosen), &l.chosen); err != nil {
				return s, fmt.Errorf("attempt %s: answer to %s: %w", r.ID, item.Question, err)
			}
		}
		for _, c := range corrections {
			l.correct(c)
		}
		s.lines = append(s.lines, l)
	}
	return s, nil
}

// correct applies a correction: it never takes points away, since the slip was ours.
func (l *sheetLine) correct(c Correction) {
	if c.Question != l.asked.ID || c.Print != l.asked.Print {
		return
	}
	if c.Kind == Void {
		l.void = true
		return
	}
	if l.points < grading.Full && len(l.chosen) > 0 && grading.Same(l.asked.Key(l.item.Params), c.Response, l.chosen) {
		l.points, l.changed = grading.Full, true
	}
}

// waiting is how many open answers people have to mark.
func (s sheet) waiting() int {
	n := 0
	for _, l := range s.lines {
		if l.awaits() {
			n++
		}
	}
	return n
}

// awaits says whether people have to mark it, or had to.
func (l sheetLine) awaits() bool {
	return l.asked.Type == grading.Open && len(l.chosen) > 0 && !l.void
}

// storeChanged keeps points that a correction has changed.
func (s sheet) storeChanged(ctx context.Context, q db.Q, id string) error {
	for _, l := range s.lines {
		if l.changed {
			if err := setPoints(ctx, q, id, l.asked.ID, l.points); err != nil {
				return err
			}
		}
	}
	return nil
}

// score is the mean over the paper, in basis points. Questions that are void are left out where that raises it, those that
// earned least first: one void question more never lowers it.
func (s sheet) score() int {
	var kept, void []int
	for _, l := range s.lines {
		points := l.points
		switch {
		case !s.set.Certainty || len(l.chosen) == 0:
		case l.asked.Type == grading.Open: // people say what it is worth; nobody is asked how sure they are
			points *= int(grading.Sure)
		default:
			points, _ = grading.ByCertainty(points, grading.Certainty(max(1, l.certainty)))
		}
		if l.void {
			void = append(void, points)
		} else {
			kept = append(kept, points)
		}
	}
	total := grading.Total
	if s.set.Certainty {
		total = grading.CertainTotal
	}
	slices.Sort(void)
	best := 0
	for n := range len(void) + 1 {
		best = max(best, total(slices.Concat(kept, void[n:])))
	}
	if len(kept) == 0 && len(void) > 0 {
		return grading.Full * 100 // nothing that was asked was fit to be asked
	}
	return best
}
