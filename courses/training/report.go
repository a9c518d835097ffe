package training

import (
	"context"
	"maps"
	"slices"

	"tongguan/server/base/db"
)

// holding gives what holds for a person: assigned to them, to their team or to one above it. It reads the
// team room's table along the way, since every page that a learner sees asks this, and asking twice would be
// half of what the page costs.
func holding(ctx context.Context, q db.Q, person, team string) (as []Assignment, err error) {
	err = q.Select(ctx, &as, `WITH RECURSIVE above (id, parent_id) AS (
			SELECT id, parent_id FROM team WHERE id = $2
			UNION SELECT t.id, t.parent_id FROM team t JOIN above a ON t.id = a.parent_id)
		SELECT `+columns+` FROM assignment
		WHERE withdrawn_at IS NULL AND (person_id = $1 OR team_id IN (SELECT id FROM above))`, person, team)
	return as, err
}

// place is somebody's place in a programme, with their name and team.
type place struct {
	Enrolment
	Name string `db:"name"`
	Team string `db:"team_id"`
}

// placesOf gives the places of those whose buddy somebody is, of those in these teams, or of everybody who has not left.
func placesOf(ctx context.Context, q db.Q, buddy string, teams map[string]bool, everybody bool) (out []place, err error) {
	ids := append(slices.Sorted(maps.Keys(teams)), "") // a list must not be empty; no team is called so
	query, args, err := db.In(`SELECT e.person_id, e.programme, e.version, e.start_on, COALESCE(e.rule_id, '') AS rule_id,
			COALESCE(e.enrolled_by, '') AS enrolled_by, e.enrolled_at, COALESCE(e.buddy_id, '') AS buddy_id, p.name, COALESCE(p.team_id, '') AS team_id
		FROM enrolment e JOIN person p ON p.id = e.person_id
		WHERE e.ended_at IS NULL AND p.state <> 'suspended' AND (? OR e.buddy_id = ? OR p.team_id IN (?))
		ORDER BY e.person_id, e.programme`, everybody, buddy, ids)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}
