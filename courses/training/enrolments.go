package training

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/courses/programme"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// maxReason is how long a reason may be, in characters.
const maxReason = 500

// given cleans a reason that must be given.
func given(reason, field string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", fault.New(fault.Invalid, "programmes.reason_needed").At(field)
	case utf8.RuneCountInString(reason) > maxReason:
		return "", fault.New(fault.Invalid, "programmes.reason_long", "max", maxReason).At(field)
	}
	return reason, nil
}

func keepVersion(ctx context.Context, q db.Q, p *programme.Programme, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO programme_version (hash, programme, text, first_seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO NOTHING`, p.Hash(), p.ID, p.Text(), now)
	return err
}

func versionText(ctx context.Context, q db.Q, hash string) (text string, err error) {
	err = q.Get(ctx, &text, "SELECT text FROM programme_version WHERE hash = $1", hash)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return text, err
}

// insertFirst says whether the person was never in the programme.
func insertFirst(ctx context.Context, q db.Q, e Enrolment) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO enrolment (person_id, programme, version, start_on, rule_id, enrolled_by, enrolled_at)
		VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), $7) ON CONFLICT (person_id, programme) DO NOTHING`,
		e.Person, e.Programme, e.Version, e.Start, e.Rule, e.By, e.At)
	return n == 1, err
}

// insertEnrolment says whether the person was not in the programme; who was taken out comes in again.
func insertEnrolment(ctx context.Context, q db.Q, e Enrolment) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO enrolment (person_id, programme, version, start_on, rule_id, enrolled_by, enrolled_at, buddy_id)
		VALUES ($1, $2, $3, $4, NULLIF($5, ''), NULLIF($6, ''), $7, NULLIF($8, ''))
		ON CONFLICT (person_id, programme) DO UPDATE SET version = excluded.version, start_on = excluded.start_on, rule_id = excluded.rule_id,
			enrolled_by = excluded.enrolled_by, enrolled_at = excluded.enrolled_at, buddy_id = excluded.buddy_id, ended_at = NULL, ended_why = ''
		WHERE enrolment.ended_at IS NOT NULL`,
		e.Person, e.Programme, e.Version, e.Start, e.Rule, e.By, e.At, e.Buddy)
	return n == 1, err
}

func endEnrolment(ctx context.Context, q db.Q, person, id, reason string, now int64) error {
	n, err := q.Exec(ctx, `UPDATE enrolment SET ended_at = $4, ended_why = $3 WHERE person_id = $1 AND programme = $2 AND ended_at IS NULL`,
		person, id, reason, now)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

// enrolmentIn gives one person's place in one programme, inside a transaction that holds their ledger.
func enrolmentIn(ctx context.Context, q db.Q, person, id string) (e Enrolment, err error) {
	err = q.Get(ctx, &e, "SELECT "+enrolmentColumns+" FROM enrolment WHERE ended_at IS NULL AND person_id = $1 AND programme = $2", person, id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return e, err
}

// enrolmentsIn gives everybody's places in a programme, or all places where it is "".
func enrolmentsIn(ctx context.Context, q db.Q, id string) (out []Enrolment, err error) {
	err = q.Select(ctx, &out, "SELECT "+enrolmentColumns+` FROM enrolment WHERE ended_at IS NULL AND ($1 = '' OR programme = $1)
		ORDER BY person_id, programme`, id)
	return out, err
}

func setBuddy(ctx context.Context, q db.Q, person, id, buddy string) error {
	return touched(q.Exec(ctx, `UPDATE enrolment SET buddy_id = NULLIF($3, '') WHERE person_id = $1 AND programme = $2 AND ended_at IS NULL`,
		person, id, buddy))
}

func claimMove(ctx context.Context, q db.Q, e Enrolment, to string) error {
	return touched(q.Exec(ctx, `UPDATE enrolment SET version = $4 WHERE person_id = $1 AND programme = $2 AND version = $3 AND ended_at IS NULL`,
		e.Person, e.Programme, e.Version, to))
}

const enrolmentColumns = `person_id, programme, version, start_on, COALESCE(rule_id, '') AS rule_id,
	COALESCE(enrolled_by, '') AS enrolled_by, enrolled_at, COALESCE(buddy_id, '') AS buddy_id`

// enrolmentsOf gives the places of these people, by person and programme.
func enrolmentsOf(ctx context.Context, q db.Q, persons []string) (out []Enrolment, err error) {
	for part := range slices.Chunk(persons, 500) {
		query, args, err := db.In("SELECT "+enrolmentColumns+` FROM enrolment WHERE ended_at IS NULL AND person_id IN (?)
			ORDER BY person_id, programme`, part)
		if err != nil {
			return nil, err
		}
		var some []Enrolment
		if err := q.Select(ctx, &some, query, args...); err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}
