package training

import (
	"context"
	"encoding/json"

	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Change is how one version of a programme differs from an earlier one.
type Change struct {
	From, To *programme.Programme
	Added    []*programme.Step // steps that the later one has besides
	Removed  []*programme.Step // steps that only the earlier one has
	Changed  []*programme.Step // as the later one has them
}

// Differ compares two versions of a programme step by step.
func Differ(from, to *programme.Programme) Change {
	c := Change{From: from, To: to}
	for i := range to.Steps {
		s := &to.Steps[i]
		switch old := from.Step(s.ID); {
		case old == nil:
			c.Added = append(c.Added, s)
		case !same(old, s):
			c.Changed = append(c.Changed, s)
		}
	}
	for i := range from.Steps {
		if s := &from.Steps[i]; to.Step(s.ID) == nil {
			c.Removed = append(c.Removed, s)
		}
	}
	return c
}

// same compares two steps as they are kept.
func same(a, b *programme.Step) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// Ahead says what would change for a person who was moved on to the present version of a programme; From and To are the
// same where they have it.
func (t *Training) Ahead(ctx context.Context, actor access.Actor, person, id string) (Change, error) {
	if err := t.people.Check(ctx, actor, access.WaiveStep, person); err != nil {
		return Change{}, err
	}
	e, err := enrolmentIn(ctx, t.db.Read(), person, id)
	if err != nil {
		return Change{}, err
	}
	from, err := t.Version(ctx, t.db.Read(), e.Version)
	if err != nil {
		return Change{}, err
	}
	to := t.programmes().Get(id)
	if to == nil || to.Hash() == e.Version {
		return Change{From: from, To: from}, nil
	}
	return Differ(from, to), nil
}

// MoveOn puts a person on the present version of a programme, as HR decides who may waive steps too. to is the version
// whose difference was shown: where another has come meanwhile, it is a conflict. What was done stays done.
func (t *Training) MoveOn(ctx context.Context, actor access.Actor, person, id, to string) error {
	if err := t.people.Check(ctx, actor, access.WaiveStep, person); err != nil {
		return err
	}
	p := t.programmes().Get(id)
	if p == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	return t.db.Write(ctx, func(q db.Q) error {
		e, err := t.claimPlace(ctx, q, person, id)
		if err != nil {
			return err
		}
		if p.Hash() != to || e.Version == to {
			return fault.New(fault.Conflict, "error.changed_meanwhile")
		}
		if err := keepVersion(ctx, q, p, t.clock.Now()); err != nil {
			return err
		}
		if err := claimMove(ctx, q, e, to); err != nil {
			return err
		}
		if err := t.trail.Append(ctx, q, audit.Event{Act: "programme.moved_on", Actor: actor.ID, Subject: person,
			Facts: map[string]any{"programme": id, "from": e.Version, "to": to}}); err != nil {
			return err
		}
		return t.tell(ctx, q, person, id)
	})
}
