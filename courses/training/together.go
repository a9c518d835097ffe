package training

import (
	"context"
	"time"

	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// MostTogether is how many people are put into a programme in one go: each is a transaction of their own, and somebody waits
// for the answer.
const MostTogether = 500

// EnrolTogether puts people into a programme from the given day on, and says how many were not in it. Nobody is put in
// unless all may be. The same request sent again goes on where it was cut off, and answers what it answered before where it
// was not.
func (t *Training) EnrolTogether(ctx context.Context, actor access.Actor, persons []string, id, start, request string) (added int, err error) {
	p := t.programmes().Get(id)
	switch _, dateErr := time.Parse(time.DateOnly, start); {
	case p == nil:
		return 0, fault.New(fault.Invalid, "programmes.unknown").At("programme")
	case dateErr != nil:
		return 0, fault.New(fault.Invalid, "programmes.start_form").At("start")
	case len(persons) == 0:
		return 0, fault.New(fault.Invalid, "cert_team.nobody_chosen").At("person")
	case len(persons) > MostTogether:
		return 0, fault.New(fault.Invalid, "cert_team.too_many", "max", MostTogether).At("person")
	}
	for _, person := range persons {
		if err := t.people.Check(ctx, actor, access.Enrol, person); err != nil {
			return 0, err
		}
	}
	before, finished, err := t.beginTogether(ctx, actor, request)
	if err != nil || finished {
		return before, err
	}
	added = before
	for _, person := range persons {
		if err := t.enrolOne(ctx, actor, p, Enrolment{Person: person, Start: start}, request, &added); err != nil {
			return added, err
		}
	}
	return added, t.db.Write(ctx, func(q db.Q) error { return finishRequest(ctx, q, request, t.clock.Now()) })
}

// beginTogether notes the request, and says what became of it where it was sent before.
func (t *Training) beginTogether(ctx context.Context, actor access.Actor, request string) (added int, finished bool, err error) {
	err = t.db.Write(ctx, func(q db.Q) error {
		if err := insertRequest(ctx, q, request, actor.ID, t.clock.Now()); err != nil {
			return err
		}
		added, finished, err = requestOf(ctx, q, request, actor.ID)
		return err
	})
	return added, finished, err
}

// enrolOne takes one person in, and counts them to the request where they were not in.
func (t *Training) enrolOne(ctx context.Context, actor access.Actor, p *programme.Programme, e Enrolment, request string, added *int) error {
	var is bool
	err := t.db.Write(ctx, func(q db.Q) (err error) {
		if is, err = t.enrol(ctx, q, actor, p, e); err != nil || !is {
			return err
		}
		return countRequest(ctx, q, request)
	})
	if err == nil && is {
		*added++
	}
	return err
}

func insertRequest(ctx context.Context, q db.Q, request, by string, now int64) error {
	_, err := q.Exec(ctx, "INSERT INTO enrolment_request (request_id, person_id, begun_at) VALUES ($1, $2, $3) ON CONFLICT (request_id) DO NOTHING", request, by, now)
	return err
}

func requestOf(ctx context.Context, q db.Q, request, by string) (added int, finished bool, err error) {
	var row struct {
		Added    int   `db:"added"`
		Finished int64 `db:"finished_at"`
	}
	err = q.Get(ctx, &row, "SELECT added, COALESCE(finished_at, 0) AS finished_at FROM enrolment_request WHERE request_id = $1 AND person_id = $2", request, by)
	if db.None(err) { // somebody else's
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return row.Added, row.Finished > 0, err
}

func countRequest(ctx context.Context, q db.Q, request string) error {
	_, err := q.Exec(ctx, "UPDATE enrolment_request SET added = added + 1 WHERE request_id = $1", request)
	return err
}

func finishRequest(ctx context.Context, q db.Q, request string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE enrolment_request SET finished_at = $2 WHERE request_id = $1", request, now)
	return err
}
