package amendment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

const (
	batch  = 500 // duties that one transaction writes
	single = 100 // certificates that one reading names, each then changed in a transaction of its own
	// Holders are gone through twice: a certificate that was being issued while the change was published may have been seen by
	// neither. No transaction lasts so long.
	passes = 2
	pause  = 10 * time.Minute
)

// Spread writes down what changes ask of whom, and brings the ends of certificates forward where they are to be renewed. It
// may run on several nodes at once, stop anywhere and go on later: a duty is written once.
func (a *Amendments) Spread(ctx context.Context) error {
	now := a.Clock.Now()
	ids, err := passing(ctx, a.DB.Read(), now)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for more := true; more; {
			if more, err = a.pass(ctx, id, now); err != nil {
				return fmt.Errorf("amendment %s: %w", id, err)
			}
		}
	}
	return a.apply(ctx)
}

// pass goes through the next holders, and says whether there are more.
func (a *Amendments) pass(ctx context.Context, id string, now int64) (more bool, err error) {
	err = a.DB.Write(ctx, func(q db.Q) error {
		more = false
		c, ok, err := claimPass(ctx, q, id, now)
		if err != nil || !ok {
			return err
		}
		versions, err := a.resting(ctx, q, c.Clause, func(*programme.Programme, certification.Held) {})
		if err != nil {
			return err
		}
		holders, err := a.Certificates.Holders(ctx, q, versions, certification.Holder{Person: c.After, Programme: c.AfterIn}, batch)
		if err != nil {
			return err
		}
		n, err := a.ask(ctx, q, c, holders)
		if err != nil {
			return err
		}
		if more = len(holders) == batch; more {
			c.After, c.AfterIn = holders[batch-1].Person, holders[batch-1].Programme
		} else if c, err = a.passed(ctx, q, c, now); err != nil {
			return err
		}
		if err := setPass(ctx, q, c); err != nil || n == 0 {
			return err
		}
		// Last, since whoever does a duty at this moment claims it first and the trail afterwards.
		return a.Trail.Append(ctx, q, audit.Event{Act: "policy.asked", Facts: map[string]any{"change": c.ID, "clause": c.Clause, "offer": c.Offer, "duties": n}})
	})
	return more, err
}

// passed ends a time of going through the holders.
func (a *Amendments) passed(ctx context.Context, q db.Q, c Change, now int64) (Change, error) {
	c.Passes, c.After, c.AfterIn, c.PassAt = c.Passes+1, "", "", now+pause.Milliseconds()
	if c.Passes >= passes {
		c.PassAt = 0
	}
	return c, inherit(ctx, q, c.ID)
}

// ask writes the duties of these holders, and gives how many it wrote: those who were certified before the publication, and those who were at that very
// moment, whose transaction did not see it. Later ones were asked as they were issued.
func (a *Amendments) ask(ctx context.Context, q db.Q, c Change, holders []certification.Holder) (int64, error) {
	var all []Duty
	for _, h := range holders {
		stale := h.IssuedAt < c.Published
		if !stale && h.IssuedAt < c.Published+pause.Milliseconds() {
			_, basis, err := a.Certificates.Basis(ctx, q, h.Number)
			if err != nil {
				return 0, err
			}
			stale = a.rest(basis, c).stale
		}
		if stale {
			all = append(all, Duty{Person: h.Person, Programme: h.Programme, Certificate: h.Number, Due: c.Due})
		}
	}
	return insertDuties(ctx, q, c.ID, c.Offer, all)
}

// apply brings forward the ends of certificates that are to be renewed, each in a transaction of its own. One that cannot be
// changed holds up no other.
func (a *Amendments) apply(ctx context.Context) error {
	return a.eachOf(func() ([]Asked, error) { return toApply(ctx, a.DB.Read(), single) }, func(d Asked) error {
		return a.DB.Write(ctx, func(q db.Q) error {
			if err := a.Ledger.Hold(ctx, q, d.Person); err != nil {
				return err
			}
			if mine, err := claimApply(ctx, q, d.Duty); err != nil || !mine {
				return err
			}
			return a.Certificates.BringForward(ctx, q, d.Certificate, d.Of.Published, d.Due, Note(d.Of))
		})
	})
}

// Close finds what was not done in time, as often as one likes and on several nodes at once: the certificate that is at stake
// is suspended. A renewal that was not made in time ends it by itself.
func (a *Amendments) Close(ctx context.Context) error {
	now := a.Clock.Now()
	return a.eachOf(func() ([]Asked, error) { return overdue(ctx, a.DB.Read(), now, single) }, func(d Asked) error {
		return a.DB.Write(ctx, func(q db.Q) error { return a.close(ctx, q, d, now) })
	})
}

// eachOf does something to all that is found, until there is nothing left or nothing that can be done.
func (a *Amendments) eachOf(find func() ([]Asked, error), do func(Asked) error) error {
	for {
		some, err := find()
		if err != nil || len(some) == 0 {
			return err
		}
		var failed []error
		for _, d := range some {
			if err := do(d); err != nil {
				failed = append(failed, fmt.Errorf("amendment %s, %s: %w", d.Of.ID, d.Certificate, err))
			}
		}
		if len(failed) > 0 || len(some) < single {
			return errors.Join(failed...)
		}
	}
}

func (a *Amendments) close(ctx context.Context, q db.Q, d Asked, now int64) error {
	if err := a.Ledger.Hold(ctx, q, d.Person); err != nil {
		return err
	}
	if mine, err := claimLate(ctx, q, d.Duty, now); err != nil || !mine {
		return err
	}
	stands, err := a.Certificates.Stands(ctx, q, d.Certificate)
	if err == nil && stands && d.Todo != Full {
		stands, err = a.Certificates.Lapse(ctx, q, d.Certificate, Note(d.Of))
	}
	if err != nil {
		return err
	}
	if !stands {
		return setLapsed(ctx, q, d.Duty)
	}
	return a.Trail.Append(ctx, q, audit.Event{Act: "policy.late", Subject: d.Person,
		Facts: map[string]any{"change": d.Of.ID, "clause": d.Of.Clause, "certificate": d.Certificate, "asked": d.Todo}})
}

// issued hears of every certificate in the transaction that issues it. What was asked for the one before is done by evidence
// that is newer than the change; on older evidence it goes on, and what was changed meanwhile is asked.
func (a *Amendments) issued(ctx context.Context, q db.Q, cert certification.Certificate) error {
	all, err := changes(ctx, q, 0)
	if err != nil || len(all) == 0 {
		return err
	}
	p, err := a.Training.Version(ctx, q, cert.Version)
	if err != nil {
		return err
	}
	basis, _, err := cert.Evidence()
	if err != nil {
		return err
	}
	before, err := dutiesIn(ctx, q, cert.Person, cert.Programme)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, d := range before {
		known[d.Change] = true
		if err := a.goOn(ctx, q, d, all, basis, cert); err != nil {
			return err
		}
	}
	for _, c := range strongest(all, func(c Change) bool { return p.Rests(c.Clause) && a.rest(basis, c).stale }) {
		if known[c.ID] {
			continue
		}
		due := max(c.Due, cert.IssuedAt+c.Due-c.Published) // as long as others had
		if _, err := insertDuties(ctx, q, c.ID, c.Offer, []Duty{{Person: cert.Person, Programme: cert.Programme, Certificate: cert.Number, Due: due}}); err != nil {
			return err
		}
	}
	return nil
}

// goOn says what becomes of a duty when its certificate is replaced.
func (a *Amendments) goOn(ctx context.Context, q db.Q, d Duty, all []Change, basis certification.Basis, cert certification.Certificate) error {
	at := slices.IndexFunc(all, func(c Change) bool { return c.ID == d.Change })
	if d.State != Open && d.State != Late || at < 0 {
		return nil
	}
	rests := a.rest(basis, all[at])
	if !rests.stale && (rests.about || d.Todo == Full) {
		return a.done(ctx, q, d, all[at], cert.IssuedAt, 0)
	}
	if d.State == Late {
		d.Due = max(d.Due, cert.IssuedAt+all[at].Due-all[at].Published)
	}
	d.Certificate = cert.Number
	return moveDuty(ctx, q, d)
}

// rests is what a certificate's evidence has to do with a change.
type rests struct {
	about bool // some of it is about the clause
	stale bool // some of that is from before; where none is about it, some of any
}

func (a *Amendments) rest(b certification.Basis, c Change) (r rests) {
	old := false
	for _, piece := range b.Items {
		for _, l := range piece.Lines {
			before := l.At < c.Published
			old = old || before
			if slices.ContainsFunc(a.About(l.Kind, l.Subject), func(clause string) bool { return related(clause, c.Clause) }) {
				r.about, r.stale = true, r.stale || before
			}
		}
	}
	r.stale = r.stale || !r.about && old
	return r
}

// strongest gives for each clause the change that asks most, the latest of those; all are the latest first.
func strongest(all []Change, asks func(Change) bool) (out []Change) {
	at := map[string]int{}
	for _, c := range all {
		if c.Offer == None || !asks(c) {
			continue
		}
		i, ok := at[c.Clause]
		switch {
		case !ok:
			at[c.Clause], out = len(out), append(out, c)
		case slices.Index(Offers(), c.Offer) > slices.Index(Offers(), out[i].Offer):
			out[i] = c
		}
	}
	return out
}
