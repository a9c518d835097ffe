package training

import (
	"context"

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
