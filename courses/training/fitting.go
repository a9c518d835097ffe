package training

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Whom a rule fits is decided in the database, on the tables of people and teams too: every minute it is asked of ten
// thousand people, and the answer is nearly always nobody. Of the rule $1 is the team, $2 the role, $3 and $4 the range
// of hiring dates, $5 whether a hiring date is needed and $6 the programme.
const (
	under = `WITH RECURSIVE under (id) AS (
		SELECT id FROM team WHERE id = $1
		UNION SELECT t.id FROM team t JOIN under u ON t.parent_id = u.id) `
	placed = `p.state <> 'suspended' AND ($1 = '' OR p.team_id IN (SELECT id FROM under))
		AND ($2 = '' OR EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id AND r.role = $2))`
	timely = `($3 = '' OR p.hired_on >= $3) AND ($4 = '' OR p.hired_on <= $4) AND (NOT $5 OR p.hired_on IS NOT NULL)`
	newly  = ` FROM person p WHERE ` + placed + ` AND ` + timely + `
		AND NOT EXISTS (SELECT 1 FROM enrolment e WHERE e.person_id = p.id AND e.programme = $6)`
)

func (r Rule) args(more ...any) []any {
	return append([]any{r.Team, r.Role, r.HiredFrom, r.HiredUntil, r.dated(), r.Programme}, more...)
}

func fitting(ctx context.Context, q db.Q, r Rule, after string, limit int) (cs []candidate, err error) {
	err = q.Select(ctx, &cs, under+"SELECT p.id, COALESCE(p.hired_on, '') AS hired_on"+newly+" AND p.id > $7 ORDER BY p.id LIMIT $8",
		r.args(after, limit)...)
	return cs, err
}

func fittingNames(ctx context.Context, q db.Q, r Rule, limit int) (names []string, err error) {
	err = q.Select(ctx, &names, under+"SELECT p.name"+newly+" ORDER BY p.sort_key, p.id LIMIT $7", r.args(limit)...)
	return names, err
}

func countFitting(ctx context.Context, q db.Q, r Rule) (e Effect, err error) {
	var n struct {
		Count   int `db:"fits"`
		Inside  int `db:"inside"`
		Out     int `db:"taken_out"`
		Undated int `db:"undated"`
	}
	err = q.Get(ctx, &n, under+`SELECT COUNT(*) FILTER (WHERE `+timely+` AND e.person_id IS NULL) AS fits,
			COUNT(*) FILTER (WHERE `+timely+` AND e.person_id IS NOT NULL AND e.ended_at IS NULL) AS inside,
			COUNT(*) FILTER (WHERE `+timely+` AND e.ended_at IS NOT NULL) AS taken_out,
			COUNT(*) FILTER (WHERE $5 AND p.hired_on IS NULL AND e.person_id IS NULL) AS undated
		FROM person p LEFT JOIN enrolment e ON e.person_id = p.id AND e.programme = $6 WHERE `+placed, r.args()...)
	return Effect{Count: n.Count, Inside: n.Inside, Out: n.Out, Undated: n.Undated}, err
}

func insertRule(ctx context.Context, q db.Q, r Rule, request string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO enrolment_rule (id, programme, role, team_id, hired_from, hired_until, starts, start_on, made_by, made_at, request_id)
		VALUES ($1, $2, $3, NULLIF($4, ''), NULLIF($5, ''), NULLIF($6, ''), $7, NULLIF($8, ''), $9, $10, $11) ON CONFLICT (request_id) DO NOTHING`,
		r.ID, r.Programme, r.Role, r.Team, r.HiredFrom, r.HiredUntil, r.Starts, r.StartOn, r.By, r.At, request)
	return n == 1, err
}

const ruleColumns = `SELECT id, programme, role, COALESCE(team_id, '') AS team_id, COALESCE(hired_from, '') AS hired_from,
	COALESCE(hired_until, '') AS hired_until, starts, COALESCE(start_on, '') AS start_on, made_by, made_at`

func liveRules(ctx context.Context, q db.Q) (rs []Rule, err error) {
	err = q.Select(ctx, &rs, ruleColumns+" FROM enrolment_rule WHERE ended_at IS NULL ORDER BY made_at DESC, id")
	return rs, err
}

// countedRules are the same with how many each has taken in.
func countedRules(ctx context.Context, q db.Q) (rs []Rule, err error) {
	err = q.Select(ctx, &rs, ruleColumns+`, (SELECT COUNT(*) FROM enrolment e WHERE e.rule_id = enrolment_rule.id) AS taken
		FROM enrolment_rule WHERE ended_at IS NULL ORDER BY made_at DESC, id`)
	return rs, err
}

func ruleByID(ctx context.Context, q db.Q, id string) (r Rule, err error) {
	err = q.Get(ctx, &r, ruleColumns+" FROM enrolment_rule WHERE id = $1 AND ended_at IS NULL", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

// claimRule holds a rule that is in force, so that it takes in nobody after it was ended.
func claimRule(ctx context.Context, q db.Q, id string) error {
	return touched(q.Exec(ctx, "UPDATE enrolment_rule SET made_at = made_at WHERE id = $1 AND ended_at IS NULL", id))
}

func claimEndRule(ctx context.Context, q db.Q, id string, now int64) error {
	return touched(q.Exec(ctx, "UPDATE enrolment_rule SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", id, now))
}

// touched makes a claim that found nothing a conflict.
func touched(n int64, err error) error {
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}
