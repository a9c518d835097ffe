package demo

import (
	"context"
	"slices"
	"time"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// left is how many open answers are left for whoever looks around to mark.
const left = 3

// mark has the authors mark the open answers: most twice and alike, one far apart, so that a third is asked, and a few
// not yet.
func (f *filler) mark(ctx context.Context) error {
	var authors []access.Actor
	for _, a := range f.company.Everybody() {
		if slices.Contains(a.Roles, access.Author) && a.Login != "author" {
			authors = append(authors, f.people[a.Login].Actor())
		}
	}
	if len(authors) < 2 {
		return nil
	}
	waiting, err := f.Attempts.Waiting(ctx, authors[0])
	if err != nil {
		return err
	}
	for i, w := range waiting[:max(0, len(waiting)-left)] {
		for turn, who := range authors[:2] {
			levels := map[string]int{}
			for n, c := range w.Question.Rubric {
				top := len(c.Levels) - 1
				levels[c.ID] = max(0, top-(i+n)%2)
				if i == 0 && turn == 1 {
					levels[c.ID] = 0 // they disagree
				}
			}
			f.advance(20 * time.Second)
			err := f.Attempts.GiveMark(ctx, who, w.Attempt, w.Question.ID, levels, f.note(i+turn))
			if err != nil && fault.KindOf(err) != fault.Missing { // their own
				return err
			}
		}
	}
	return nil
}

func (f *filler) note(i int) string {
	if len(f.company.Notes) == 0 {
		return ""
	}
	return f.company.Notes[i%len(f.company.Notes)]
}

// doubt has two people object to a question that they answered wrongly: one objection waits, the learner's was rejected.
func (f *filler) doubt(ctx context.Context) error {
	if f.company.Doubts.Open == "" {
		return nil
	}
	waits := false
	for _, a := range f.company.Everybody() {
		who, rejected := f.people[a.Login].Actor(), a.Login == "learner"
		if !rejected && (waits || a.Lang == "en" || slices.Contains(a.Roles, access.Author)) { // authors never see their own
			continue
		}
		id, question, err := f.mistaken(ctx, who)
		if err != nil {
			return err
		}
		if id == "" {
			continue
		}
		if !rejected {
			waits = true
			if err := f.Attempts.Appeal(ctx, who, id, question, f.company.Doubts.Open); err != nil {
				return err
			}
			continue
		}
		if err := f.reject(ctx, who, id, question); err != nil {
			return err
		}
	}
	return nil
}

// reject has the learner object and the author reject it.
func (f *filler) reject(ctx context.Context, who access.Actor, id, question string) error {
	if err := f.Attempts.Appeal(ctx, who, id, question, f.company.Doubts.Rejected); err != nil {
		return err
	}
	f.advance(5 * time.Minute)
	author := f.people["author"].Actor()
	all, err := f.Attempts.Appeals(ctx, author)
	if err != nil {
		return err
	}
	for _, d := range all {
		for _, one := range d.Appeals {
			if one.Question == question && one.Text == f.company.Doubts.Rejected {
				return f.Attempts.RejectAppeal(ctx, author, one.ID, f.company.Doubts.Reason)
			}
		}
	}
	return nil
}

// mistaken gives a question with one right option that somebody answered wrongly; "" where there is none.
func (f *filler) mistaken(ctx context.Context, who access.Actor) (id, question string, err error) {
	past, err := f.Attempts.Of(ctx, who, who.ID, "")
	for _, a := range past {
		if a.State != attempt.Closed || err != nil {
			continue
		}
		look, err := f.Attempts.Review(ctx, who, a.ID)
		if err != nil {
			return "", "", err
		}
		for _, m := range look.Marked {
			if m.Question.Type == grading.Single && len(m.Chosen) > 0 && m.Points == 0 {
				return a.ID, m.Question.ID, nil
			}
		}
	}
	return "", "", err
}
