package training

import (
	"context"
	"time"

	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Enrolment is a person's place in a programme, under the version in which they began.
type Enrolment struct {
	Person    string `db:"person_id"`
	Programme string `db:"programme"`
	Version   string `db:"version"`  // hash of the programme's text
	Start     string `db:"start_on"` // YYYY-MM-DD: due dates count from here
	Rule      string `db:"rule_id"`  // "" by hand
	By        string `db:"enrolled_by"`
	At        int64  `db:"enrolled_at"` // milliseconds since 1970 UTC
	Buddy     string `db:"buddy_id"`    // "" for none
}

// Follower is told inside the transaction that changed somebody's place in a programme, whose ledger is held; its
// error undoes all of it.
type Follower func(ctx context.Context, q db.Q, person, programme string) error

// Tell adds a follower, before anything is done.
func (t *Training) Tell(f Follower) { t.followers = append(t.followers, f) }

func (t *Training) tell(ctx context.Context, q db.Q, person, programme string) error {
	for _, f := range t.followers {
		if err := f(ctx, q, person, programme); err != nil {
			return err
		}
	}
	return nil
}

// Enrol puts a person into a programme by hand, from the given day on. Whoever is in it already stays as they are.
func (t *Training) Enrol(ctx context.Context, actor access.Actor, person, id, start string) error {
	if person == "" {
		return fault.New(fault.Invalid, "programmes.person_needed").At("person")
	}
	if err := t.people.Check(ctx, actor, access.Enrol, person); err != nil {
		return err
	}
	p := t.programmes().Get(id)
	if p == nil {
		return fault.New(fault.Invalid, "programmes.unknown").At("programme")
	}
	if _, err := time.Parse(time.DateOnly, start); err != nil {
		return fault.New(fault.Invalid, "programmes.start_form").At("start")
	}
	_, err := t.people.Get(ctx, actor, person)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		_, err := t.enrol(ctx, q, actor, p, Enrolment{Person: person, Start: start})
		return err
	})
}

// enrol takes somebody in, and says whether they were not in it. q is a transaction.
func (t *Training) enrol(ctx context.Context, q db.Q, actor access.Actor, p *programme.Programme, e Enrolment) (bool, error) {
	if err := t.ledger.Hold(ctx, q, e.Person); err != nil {
		return false, err
	}
	now := t.clock.Now()
	e.Programme, e.Version, e.By, e.At = p.ID, p.Hash(), actor.ID, now
	if err := keepVersion(ctx, q, p, now); err != nil {
		return false, err
	}
	put := insertEnrolment
	if e.Rule != "" {
		put = insertFirst
	}
	added, err := put(ctx, q, e)
	if err != nil || !added {
		return false, err
	}
	if err := t.trail.Append(ctx, q, audit.Event{Act: "programme.enrolled", Actor: actor.ID, Subject: e.Person,
		Facts: map[string]any{"programme": e.Programme, "version": e.Version, "start": e.Start, "rule": e.Rule}}); err != nil {
		return false, err
	}
	return true, t.tell(ctx, q, e.Person, e.Programme)
}

// claimPlace holds the ledger of somebody who is in a programme, and gives their place in it. Of somebody who is in none,
// or not there at all, there may be no ledger to hold: that is looked for first.
func (t *Training) claimPlace(ctx context.Context, q db.Q, person, id string) (Enrolment, error) {
	if _, err := enrolmentIn(ctx, q, person, id); err != nil {
		return Enrolment{}, err
	}
	if err := t.ledger.Hold(ctx, q, person); err != nil {
		return Enrolment{}, err
	}
	return enrolmentIn(ctx, q, person, id)
}

// Unenrol takes a person out of a programme, with a reason. What was learnt and earned stays.
func (t *Training) Unenrol(ctx context.Context, actor access.Actor, person, id, reason string) error {
	if err := t.people.Check(ctx, actor, access.Enrol, person); err != nil {
		return err
	}
	reason, err := given(reason, "reason")
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if _, err := t.claimPlace(ctx, q, person, id); err != nil {
			return err
		}
		if err := endEnrolment(ctx, q, person, id, reason, t.clock.Now()); err != nil {
			return err
		}
		if err := t.trail.Append(ctx, q, audit.Event{Act: "programme.unenrolled", Actor: actor.ID, Subject: person,
			Facts: map[string]any{"programme": id}, Private: map[string]any{"reason": reason}}); err != nil {
			return err
		}
		return t.tell(ctx, q, person, id)
	})
}

// EnrolmentsIn gives a person's places in programmes, for whoever decides from them inside a transaction.
func (t *Training) EnrolmentsIn(ctx context.Context, q db.Q, person string) ([]Enrolment, error) {
	return enrolmentsOf(ctx, q, []string{person})
}

// Enrolments gives the places of one person whose progress the actor may see.
func (t *Training) Enrolments(ctx context.Context, actor access.Actor, person string) ([]Enrolment, error) {
	if err := t.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return nil, err
	}
	return enrolmentsOf(ctx, t.db.Read(), []string{person})
}

// Version gives the programme with this hash: the present one, or an earlier one out of the database.
func (t *Training) Version(ctx context.Context, q db.Q, hash string) (*programme.Programme, error) {
	if p, ok := t.versions.Load(hash); ok {
		return p.(*programme.Programme), nil
	}
	text, err := versionText(ctx, q, hash)
	if err != nil {
		return nil, err
	}
	p, err := programme.Parse(text)
	if err == nil {
		t.versions.Store(hash, p)
	}
	return p, err
}
