package remark

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// List gives the notes in a state, those that wait longest first; module narrows it where it is not "".
func (r *Remarks) List(ctx context.Context, actor access.Actor, state State, module string) ([]Remark, error) {
	if err := actor.Check(access.AnswerRemark, access.Other); err != nil {
		return nil, err
	}
	return list(ctx, r.db.Read(), state, module)
}

// Count says how many notes are in each state, by module.
func (r *Remarks) Count(ctx context.Context, actor access.Actor) (map[string]map[State]int, error) {
	if err := actor.Check(access.AnswerRemark, access.Other); err != nil {
		return nil, err
	}
	return counts(ctx, r.db.Read())
}

// Get gives a note that was not taken back.
func (r *Remarks) Get(ctx context.Context, actor access.Actor, id string) (Remark, error) {
	if err := actor.Check(access.AnswerRemark, access.Other); err != nil {
		return Remark{}, err
	}
	n, _, err := byID(ctx, r.db.Read(), id)
	if err == nil && n.State == Withdrawn {
		err = fault.New(fault.Missing, "error.missing")
	}
	return n, err
}

// Answer answers a note that is open, once.
func (r *Remarks) Answer(ctx context.Context, actor access.Actor, id, text string) error {
	n, person, err := r.deskNote(ctx, actor, id)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "":
		return fault.New(fault.Invalid, "writing.answer_text").At("answer")
	case utf8.RuneCountInString(text) > longestSaid:
		return fault.New(fault.Invalid, "writing.note_long", "most", longestSaid).At("answer")
	case person == actor.ID:
		return fault.New(fault.Invalid, "writing.answer_own").At("answer")
	}
	return r.db.Write(ctx, func(q db.Q) error {
		if err := claim(ctx, q, id, Answered, Open); err != nil {
			return err
		}
		if err := setAnswer(ctx, q, id, actor.ID, text, r.clock.Now()); err != nil {
			return err
		}
		return r.note(ctx, q, actor.ID, "remark.answered", person, n, map[string]any{})
	})
}

// Close says that nothing is left to do about a note, be it answered or not.
func (r *Remarks) Close(ctx context.Context, actor access.Actor, id string) error {
	n, person, err := r.deskNote(ctx, actor, id)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(q db.Q) error {
		if err := claim(ctx, q, id, Done, Open, Answered); err != nil {
			return err
		}
		if err := setClosed(ctx, q, id, actor.ID, r.clock.Now()); err != nil {
			return err
		}
		return r.note(ctx, q, actor.ID, "remark.closed", person, n, map[string]any{})
	})
}

func (r *Remarks) deskNote(ctx context.Context, actor access.Actor, id string) (Remark, string, error) {
	if err := actor.Check(access.AnswerRemark, access.Other); err != nil {
		return Remark{}, "", err
	}
	n, person, err := byID(ctx, r.db.Read(), id)
	if err == nil && n.State == Withdrawn {
		err = fault.New(fault.Missing, "error.missing")
	}
	return n, person, err
}

// Title gives the title of a lesson, for reminders.
type Title func(lesson string) catalog.Text

// Remind tells people on the morning after, and then less often, of answers that they have not put aside.
func (r *Remarks) Remind(ctx context.Context, persons []reminder.Person, day string) (map[string][]reminder.Item, error) {
	waiting, err := unseen(ctx, r.db.Read())
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, p := range persons {
		known[p.ID] = true
	}
	out := map[string][]reminder.Item{}
	for _, n := range waiting {
		answered := time.UnixMilli(n.AnsweredAt).In(r.zone).Format(time.DateOnly)
		if known[n.Person] && reminder.Told(answered, day) {
			out[n.Person] = append(out[n.Person], reminder.Item{Key: "remark_answered", What: r.title(n.Lesson), Path: "/notes#" + n.ID})
		}
	}
	return out, nil
}
