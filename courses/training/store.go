package training

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const columns = `id, course, COALESCE(person_id, '') AS person_id, COALESCE(team_id, '') AS team_id,
	COALESCE(due_on, '') AS due_on, assigned_by, assigned_at`

func insert(ctx context.Context, q db.Q, a Assignment, request string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO assignment (id, course, person_id, team_id, due_on, assigned_by, assigned_at, request_id)
		VALUES ($1, $2, NULLIF($3, ''), NULLIF($4, ''), NULLIF($5, ''), $6, $7, $8) ON CONFLICT (request_id) DO NOTHING`,
		a.ID, a.Course, a.Person, a.Team, a.Due, a.By, a.At, request)
	return n == 1, err
}

func byID(ctx context.Context, q db.Q, id string) (a Assignment, err error) {
	err = q.Get(ctx, &a, "SELECT "+columns+" FROM assignment WHERE id = $1 AND withdrawn_at IS NULL", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return a, err
}

func claimWithdraw(ctx context.Context, q db.Q, id string, now int64) error {
	n, err := q.Exec(ctx, "UPDATE assignment SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL", id, now)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

func active(ctx context.Context, q db.Q) (as []Assignment, err error) {
	err = q.Select(ctx, &as, "SELECT "+columns+" FROM assignment WHERE withdrawn_at IS NULL")
	return as, err
}
