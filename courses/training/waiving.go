package training

import (
	"context"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Waiver says that somebody need not do a step, and why.
type Waiver struct {
	ID        string `db:"id"`
	Person    string `db:"person_id"`
	Programme string `db:"programme"`
	Step      string `db:"step"`
	Reason    string `db:"reason"`
	By        string `db:"given_by"`
	Granted   bool   `db:"granted"`  // false: an earlier one was taken back
	At        int64  `db:"given_at"` // milliseconds since 1970 UTC
}

// Waive says that a person need not do a step. It is a line of evidence. request identifies the form: sent twice, it
// waives once.
func (t *Training) Waive(ctx context.Context, actor access.Actor, w Waiver, request string) error {
	w.Granted = true
	return t.waive(ctx, actor, w, request)
}

// Unwaive takes a waiver back.
func (t *Training) Unwaive(ctx context.Context, actor access.Actor, w Waiver, request string) error {
	w.Granted = false
	return t.waive(ctx, actor, w, request)
}

func (t *Training) waive(ctx context.Context, actor access.Actor, w Waiver, request string) (err error) {
	if err := t.people.Check(ctx, actor, access.WaiveStep, w.Person); err != nil {
		return err
	}
	if err := known(request); err != nil {
		return err
	}
	if w.Reason, err = given(w.Reason, "reason"); err != nil {
		return err
	}
	w.ID, w.By, w.At = t.clock.ID(), actor.ID, t.clock.Now()
	return t.db.Write(ctx, func(q db.Q) error {
		e, err := t.claimPlace(ctx, q, w.Person, w.Programme)
		if err != nil {
			return err
		}
		p, err := t.Version(ctx, q, e.Version)
		if err != nil {
			return err
		}
		if p.Step(w.Step) == nil {
			return fault.New(fault.Missing, "error.missing")
		}
		return t.putWaiver(ctx, q, w, e.Version, request)
	})
}

func (t *Training) putWaiver(ctx context.Context, q db.Q, w Waiver, version, request string) error {
	added, err := insertWaiver(ctx, q, w, request)
	if err != nil || !added {
		return err
	}
	act := "step.waived"
	if !w.Granted {
		act = "waiver.taken_back"
	}
	line := evidence.Line{Person: w.Person, Kind: evidence.Waiver, Subject: w.Programme + "/" + w.Step, Version: version, Source: w.ID, At: w.At}
	if err := t.addWord(ctx, q, line, w.Granted); err != nil {
		return err
	}
	return t.trail.Append(ctx, q, audit.Event{Act: act, Actor: w.By, Subject: w.Person,
		Facts: map[string]any{"waiver": w.ID, "programme": w.Programme, "step": w.Step}, Private: map[string]any{"reason": w.Reason}})
}

// Spoke says whether somebody has signed or waived a step of a person's programme, and it stands. In the caller's transaction.
func (t *Training) Spoke(ctx context.Context, q db.Q, who, person, id string) (bool, error) {
	w, err := wordsOf(ctx, q, person, id)
	for _, s := range w.Signed {
		if s.Granted && s.Signer == who {
			return true, err
		}
	}
	for _, s := range w.Waived {
		if s.Granted && s.By == who {
			return true, err
		}
	}
	return false, err
}

// Words are what others have said on the steps of a person's programme, the latest on each step.
type Words struct {
	Signed map[string]Signed // by step
	Waived map[string]Waiver // by step
}

// Words gives what others have said on the steps of a programme to whoever may see the person's progress.
func (t *Training) Words(ctx context.Context, actor access.Actor, person, id string) (Words, error) {
	if err := t.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return Words{}, err
	}
	return wordsOf(ctx, t.db.Read(), person, id)
}

func wordsOf(ctx context.Context, q db.Q, person, id string) (Words, error) {
	out := Words{Signed: map[string]Signed{}, Waived: map[string]Waiver{}}
	signed, err := signedOf(ctx, q, person, id)
	if err != nil {
		return out, err
	}
	waived, err := waivedOf(ctx, q, person, id)
	for _, s := range signed {
		out.Signed[s.Step] = s
	}
	for _, w := range waived {
		out.Waived[w.Step] = w
	}
	return out, err
}

func insertSigned(ctx context.Context, q db.Q, s Signed, request string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO signoff (id, person_id, programme, step, signer_id, signer_as, points, note, granted, signed_at, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (request_id) DO NOTHING`,
		s.ID, s.Person, s.Programme, s.Step, s.Signer, s.As, s.points, s.Note, s.Granted, s.At, request)
	return n == 1, err
}

func insertWaiver(ctx context.Context, q db.Q, w Waiver, request string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO waiver (id, person_id, programme, step, reason, given_by, granted, given_at, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (request_id) DO NOTHING`,
		w.ID, w.Person, w.Programme, w.Step, w.Reason, w.By, w.Granted, w.At, request)
	return n == 1, err
}

func signedOf(ctx context.Context, q db.Q, person, id string) (ss []Signed, err error) {
	err = q.Select(ctx, &ss, `SELECT id, person_id, programme, step, signer_id, signer_as, note, granted, signed_at FROM signoff
		WHERE person_id = $1 AND programme = $2 ORDER BY signed_at, id`, person, id)
	return ss, err
}

func waivedOf(ctx context.Context, q db.Q, person, id string) (ws []Waiver, err error) {
	err = q.Select(ctx, &ws, `SELECT id, person_id, programme, step, reason, given_by, granted, given_at FROM waiver
		WHERE person_id = $1 AND programme = $2 ORDER BY given_at, id`, person, id)
	return ws, err
}
