package attempt

import (
	"context"
	"slices"
	"time"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// Marked is one question of an attempt with what was answered and what it earned.
type Marked struct {
	Question  *bank.Question
	Item      bank.Item // as it was shown
	Chosen    []string
	Certainty int
	Points    int     // hundredths of the question's mark
	Pending   bool    // people have not marked it yet
	Void      bool    // it was found to be wrong, and harms nobody
	Marks     []Mark  // of an open answer that is settled
	Appeal    *Appeal // the objection to it, or nil
}

// Shows is what may be shown of a closed attempt to whoever asks.
type Shows struct {
	Score        bool
	Answers      bool // right and wrong, question by question
	Explanations bool
	Later        int64 // when more will be shown; 0 for never or at once
}

// Look is a closed attempt looked back on. What may not be shown is not in it.
type Look struct {
	Attempt
	Rules  bank.Rules
	Marked []Marked // empty where the answers are not shown
	Shows  Shows
	Signs  *Signs // only for examiners
	Notes  []Note // how corrections have changed the result, where the score is shown
}

// Review looks back on a closed attempt, as far as its quiz's rules allow the actor.
func (a *Attempts) Review(ctx context.Context, actor access.Actor, id string) (Look, error) {
	r, err := attemptByID(ctx, a.db.Read(), id)
	if err != nil {
		return Look{}, err
	}
	if err := a.people.Check(ctx, actor, access.ReviewAttempt, r.Person); err != nil {
		return Look{}, err
	}
	if r.State != Closed {
		return Look{}, fault.New(fault.Conflict, "quiz.still_open")
	}
	s, err := a.sitting(ctx, a.db.Read(), r)
	if err != nil {
		return Look{}, err
	}
	own := r.Person == actor.ID
	out := Look{Attempt: s.Attempt, Rules: s.Rules}
	if out.Shows, err = a.shows(ctx, s.set, own); err != nil {
		return Look{}, err
	}
	if !out.Shows.Score {
		out.Score, out.Passed, out.Hidden = 0, false, true
	}
	if !own {
		if out.Signs, err = a.signs(ctx, s); err != nil {
			return out, err
		}
	}
	err = a.fill(ctx, s, &out)
	return out, err
}

// fill puts into a look what it shows.
func (a *Attempts) fill(ctx context.Context, s Sitting, out *Look) (err error) {
	if out.Shows.Score {
		if out.Notes, err = notesWhere(ctx, a.db.Read(), "n.attempt_id = $1", s.ID); err != nil {
			return err
		}
	}
	if out.Shows.Answers {
		out.Marked, err = a.markedAll(ctx, s)
	}
	if !out.Shows.Explanations {
		for i, m := range out.Marked {
			out.Marked[i].Question = unexplained(m.Question)
		}
	}
	return err
}

// unexplained is a question without what explains its answers.
func unexplained(q *bank.Question) *bank.Question {
	out := *q
	out.Explanation, out.Options = bank.Text{}, slices.Clone(q.Options)
	for i := range out.Options {
		out.Options[i].Why = bank.Text{}
	}
	return &out
}

// shows says what is shown now: to examiners all, to the person what the rules allow.
func (a *Attempts) shows(ctx context.Context, set *bank.Set, own bool) (Shows, error) {
	if !own {
		return Shows{Score: true, Answers: true, Explanations: true}, nil
	}
	r, now := set.Rules, a.clock.Now()
	end, until, err := a.allOver(ctx, set, now)
	if err != nil {
		return Shows{}, err
	}
	var out Shows
	for _, one := range []struct {
		when bank.When
		show *bool
	}{{r.Score, &out.Score}, {r.Answers, &out.Answers}, {r.Explain, &out.Explanations}} {
		switch one.when {
		case bank.AtOnce, bank.Submission:
			*one.show = true
		case bank.AfterAll:
			if *one.show = !end.IsZero() && now > until; !*one.show && !end.IsZero() {
				out.Later = until
			}
		}
	}
	return out, nil
}

// ScoreShown says whether whoever takes a module's quiz may be told their scores now.
func (a *Attempts) ScoreShown(ctx context.Context, module string) (bool, error) {
	set := a.bank.Current().Set(module)
	if set == nil {
		return true, nil
	}
	shows, err := a.shows(ctx, set, true)
	return shows.Score, err
}

// allOver gives the moment at which nobody answers a quiz any more; a zero end is never. It is that of the present version, where
// the window has been lengthened, and waits for extra time and for answers that travel.
func (a *Attempts) allOver(ctx context.Context, set *bank.Set, now int64) (end time.Time, until int64, err error) {
	r := set.Rules
	if _, end = r.Window(a.zone); end.IsZero() {
		return end, 0, nil
	}
	if present := a.bank.Current().Set(set.Key()); present != nil {
		if _, later := present.Window(a.zone); later.After(end) {
			r, end = present.Rules, later
		}
	}
	until = end.UnixMilli()
	longest := int64(stretched(r.Minutes, mostExtra)-r.Minutes) * time.Minute.Milliseconds()
	if now > until && now <= until+longest+grace.Milliseconds() { // somebody with extra time may still be at it
		percent, err := longestExtra(ctx, a.db.Read())
		if err != nil {
			return end, 0, err
		}
		due, err := lastDue(ctx, a.db.Read(), set.Key())
		if err != nil {
			return end, 0, err
		}
		until = max(due, until+int64(stretched(r.Minutes, percent)-r.Minutes)*time.Minute.Milliseconds())
	}
	return end, until + grace.Milliseconds(), nil
}

func (a *Attempts) markedAll(ctx context.Context, s Sitting) ([]Marked, error) {
	corrections, err := correctionsOf(ctx, a.db.Read(), s.Module)
	if err != nil {
		return nil, err
	}
	appeals, err := appealsWhere(ctx, a.db.Read(), "a.attempt_id = $1", s.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Marked, len(s.Paper))
	for i := range s.Paper {
		m := s.marked(i)
		m.Void = void(corrections, m.Question)
		if at := slices.IndexFunc(appeals, func(one Appeal) bool { return one.Question == m.Question.ID }); at >= 0 {
			m.Appeal = &appeals[at]
		}
		if m.Question.Type == grading.Open && len(m.Chosen) > 0 {
			marks, _, err := marksOf(ctx, a.db.Read(), s.ID, m.Question.ID, "")
			if err != nil {
				return nil, err
			}
			if m.Pending = !settled(marks); !m.Pending {
				m.Marks = marks
			}
		}
		out[i] = m
	}
	return out, nil
}

// Try marks an inline check of a lesson; nothing is kept.
func (a *Attempts) Try(actor access.Actor, check string, chosen []string) (Marked, error) {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return Marked{}, err
	}
	asked := a.bank.Current().Check(check)
	if asked == nil {
		return Marked{}, fault.New(fault.Missing, "error.missing")
	}
	points, err := mark(asked, nil, chosen)
	if err != nil {
		return Marked{}, err
	}
	m := Marked{Question: asked, Chosen: chosen, Points: points, Item: bank.Item{Question: asked.ID}}
	for _, o := range asked.Options {
		m.Item.Order = append(m.Item.Order, o.ID)
	}
	return m, nil
}
