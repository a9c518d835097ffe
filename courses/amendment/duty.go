package amendment

import (
	"context"
	"strings"

	"tongguan/courses/certification"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Note is what a transition says that a change is the cause of: the clause and the change.
func Note(c Change) string { return c.Clause + " " + c.ID }

// ParseNote reads it back; ok is false where it is somebody's own words.
func ParseNote(note string) (clause, change string, ok bool) {
	clause, change, ok = strings.Cut(note, " ")
	return clause, change, ok && len(change) == 26 && !strings.Contains(change, " ")
}

// Mine gives what the actor has still to do because the policy changed, what is due first. One statement.
func (a *Amendments) Mine(ctx context.Context, actor access.Actor) ([]Asked, error) {
	if err := actor.Check(access.SeeCertificate, access.Self); err != nil {
		return nil, err
	}
	return waiting(ctx, a.DB.Read(), actor.ID)
}

// Task is a change as it concerns one person.
type Task struct {
	Change
	Before, Now Wording
	Duties      []Duty
}

// State is how the person stands with the change as a whole: late, open, done, or lapsed.
func (t Task) State() State {
	for _, s := range []State{Late, Open, Done} {
		for _, d := range t.Duties {
			if d.State == s {
				return s
			}
		}
	}
	return Lapsed
}

// Due is when it is due: the earliest moment of what is not done, or of all.
func (t Task) Due() (at int64) {
	for _, d := range t.Duties {
		if d.State == t.State() && (at == 0 || d.Due < at) {
			at = d.Due
		}
	}
	return at
}

// Task gives a change that asks something of the actor. To others there is none.
func (a *Amendments) Task(ctx context.Context, actor access.Actor, change string) (t Task, err error) {
	if err := actor.Check(access.SeeCertificate, access.Self); err != nil {
		return t, err
	}
	q := a.DB.Read()
	if t.Duties, err = dutiesOf(ctx, q, change, actor.ID); err != nil {
		return t, err
	}
	if len(t.Duties) == 0 {
		return t, fault.New(fault.Missing, "error.missing")
	}
	if t.Change, err = changeBy(ctx, q, change); err != nil {
		return t, err
	}
	t.Before, t.Now, err = a.both(ctx, q, t.Change)
	return t, err
}

// both gives the wordings before and after a change.
func (a *Amendments) both(ctx context.Context, q db.Q, c Change) (before, now Wording, err error) {
	if before, err = a.wording(ctx, q, c.Clause, c.From); err != nil {
		return before, now, err
	}
	now, err = a.wording(ctx, q, c.Clause, c.To)
	return before, now, err
}

// Confirm says that the actor has read what changed. Confirmed already, it changes nothing and is no error. It is evidence,
// and reinstates what was suspended for the want of it.
func (a *Amendments) Confirm(ctx context.Context, actor access.Actor, change string) error {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return err
	}
	return a.DB.Write(ctx, func(q db.Q) error {
		if err := a.Ledger.Hold(ctx, q, actor.ID); err != nil {
			return err
		}
		duties, err := dutiesOf(ctx, q, change, actor.ID)
		if err != nil {
			return err
		}
		if len(duties) == 0 || duties[0].Todo != Confirm {
			return fault.New(fault.Missing, "error.missing")
		}
		c, err := changeBy(ctx, q, change)
		if err != nil {
			return err
		}
		source := change + "/" + actor.ID
		has, err := a.Ledger.Has(ctx, q, evidence.Confirm, source)
		if err != nil {
			return err
		}
		line := evidence.Line{Person: actor.ID, Kind: evidence.Confirm, Subject: change, Version: c.To, Score: 10_000, Passed: true, Source: source, At: a.Clock.Now()}
		if has { // for a certificate that came later
			return a.confirmed(ctx, q, line)
		}
		return a.Ledger.Add(ctx, q, line)
	})
}

// follow takes a line of evidence, whose person's ledger is held: a duty that it does is done.
func (a *Amendments) follow(ctx context.Context, q db.Q, l evidence.Line) error {
	switch {
	case l.Kind == evidence.Confirm:
		return a.confirmed(ctx, q, l)
	case l.Kind == evidence.Quiz && l.Passed && l.Effect != evidence.Idle:
		return a.examined(ctx, q, l)
	}
	return nil
}

func (a *Amendments) confirmed(ctx context.Context, q db.Q, l evidence.Line) error {
	c, err := changeBy(ctx, q, l.Subject)
	if err != nil {
		return err
	}
	duties, err := dutiesOf(ctx, q, c.ID, l.Person)
	for _, d := range duties {
		if err == nil && d.Todo == Confirm {
			err = a.done(ctx, q, d, c, l.At, l.Number)
		}
	}
	return err
}

// examined does the duties that a passed quiz does: an attempt that was begun before the publication asked about other words.
func (a *Amendments) examined(ctx context.Context, q db.Q, l evidence.Line) error {
	all, err := waiting(ctx, q, l.Person)
	if err != nil {
		return err
	}
	for _, d := range all {
		if module, _ := a.Quiz(d.Of.Clause); d.Todo != Delta || module != l.Subject {
			continue
		}
		began, err := a.Began(ctx, q, l.Source)
		if err != nil {
			return err
		}
		if began < d.Of.Published {
			continue
		}
		if err := a.done(ctx, q, d.Duty, d.Of, l.At, l.Number); err != nil {
			return err
		}
	}
	return nil
}

// done marks a duty done, and reinstates the certificate that was suspended for it where nothing else is overdue. The ledger
// of its person is held.
func (a *Amendments) done(ctx context.Context, q db.Q, d Duty, c Change, at, line int64) error {
	mine, err := claimDone(ctx, q, d, at, line)
	if err != nil || !mine {
		return err
	}
	if err := a.Trail.Append(ctx, q, audit.Event{Act: "policy.done", Actor: d.Person, Subject: d.Person,
		Facts: map[string]any{"change": c.ID, "clause": c.Clause, "certificate": d.Certificate, "asked": d.Todo, "line": line}}); err != nil {
		return err
	}
	if d.State != Late || d.Todo == Full {
		return nil
	}
	left, err := lateOn(ctx, q, d.Person, d.Certificate)
	if err != nil || left > 0 {
		return err
	}
	return a.Certificates.Relent(ctx, q, d.Certificate, Note(c))
}

// Notice is what a certificate says about a clause that it rests on and that has changed.
type Notice struct {
	Change
	Duty Duty // the zero one where nothing is asked
}

// Latest gives the latest change of a clause that asks something of the actor, or asked; "" where none does.
func (a *Amendments) Latest(ctx context.Context, actor access.Actor, clause string) (string, error) {
	if err := actor.Check(access.SeeCertificate, access.Self); err != nil {
		return "", err
	}
	return latestOf(ctx, a.DB.Read(), actor.ID, clause)
}

// On gives what a certificate says, the latest change first. Whoever has the certificate may read it: it was asked for by the
// rules of certificates.
func (a *Amendments) On(ctx context.Context, look certification.Look) ([]Notice, error) {
	q := a.DB.Read()
	asked, err := askedOf(ctx, q, look.Person, look.Number)
	if err != nil {
		return nil, err
	}
	var out []Notice
	for _, d := range asked {
		out = append(out, Notice{d.Of, d.Duty})
	}
	if look.Ended != "" || look.Programme == nil {
		return out, nil
	}
	since, err := changes(ctx, q, look.IssuedAt)
	for _, c := range since {
		if c.Offer == None && look.Programme.Rests(c.Clause) {
			out = append(out, Notice{Change: c})
		}
	}
	return out, err
}
