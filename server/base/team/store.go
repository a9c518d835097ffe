package team

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

type row struct {
	ID      string `db:"id"`
	Parent  string `db:"parent_id"`
	Name    string `db:"name"`
	Version int64  `db:"version"`
}

// allTeams is in order of creation, which is the order in which pages show siblings.
func allTeams(ctx context.Context, q db.Q) (rows []row, err error) {
	err = q.Select(ctx, &rows, "SELECT id, COALESCE(parent_id, '') AS parent_id, name, version FROM team ORDER BY created_at, id")
	return rows, err
}

func allManagers(ctx context.Context, q db.Q) (map[string][]string, error) {
	var rows []struct {
		Team   string `db:"team_id"`
		Person string `db:"person_id"`
	}
	if err := q.Select(ctx, &rows, "SELECT team_id, person_id FROM team_manager ORDER BY team_id, person_id"); err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, r := range rows {
		out[r.Team] = append(out[r.Team], r.Person)
	}
	return out, nil
}

// The three walks along the tree use UNION, not UNION ALL, so that a loop could not make them run for ever.

func subtree(ctx context.Context, q db.Q, id string) (ids []string, err error) {
	err = q.Select(ctx, &ids, `WITH RECURSIVE under (id) AS (
			SELECT id FROM team WHERE id = $1
			UNION SELECT t.id FROM team t JOIN under u ON t.parent_id = u.id)
		SELECT id FROM under`, id)
	return ids, err
}

func managedTeams(ctx context.Context, q db.Q, person string) (ids []string, err error) {
	err = q.Select(ctx, &ids, `WITH RECURSIVE under (id) AS (
			SELECT team_id FROM team_manager WHERE person_id = $1
			UNION SELECT t.id FROM team t JOIN under u ON t.parent_id = u.id)
		SELECT id FROM under`, person)
	return ids, err
}

func insertTeam(ctx context.Context, q db.Q, id string, d Details, now int64) error {
	_, err := q.Exec(ctx, "INSERT INTO team (id, parent_id, name, created_at) VALUES ($1, NULLIF($2, ''), $3, $4)",
		id, d.Parent, d.Name, now)
	return err
}

// claimTree makes changes of the tree wait for each other: two moves at once could make a loop that neither
// sees. The oldest team stands for the tree, since it is never removed; a root can be moved away.
func claimTree(ctx context.Context, q db.Q) error {
	_, err := q.Exec(ctx, "UPDATE team SET version = version WHERE id = (SELECT MIN(id) FROM team)")
	return err
}

func replaceTeam(ctx context.Context, q db.Q, id string, version int64, d Details) error {
	n, err := q.Exec(ctx, `UPDATE team SET name = $3, parent_id = NULLIF($4, ''), version = version + 1
		WHERE id = $1 AND version = $2`, id, version, d.Name, d.Parent)
	if err != nil || n == 1 {
		return err
	}
	var found string
	switch err := q.Get(ctx, &found, "SELECT id FROM team WHERE id = $1", id); {
	case db.None(err):
		return fault.New(fault.Missing, "error.missing")
	case err != nil:
		return err
	}
	return fault.New(fault.Conflict, "error.changed_meanwhile")
}

func managersOf(ctx context.Context, q db.Q, id string) (people []string, err error) {
	err = q.Select(ctx, &people, "SELECT person_id FROM team_manager WHERE team_id = $1 ORDER BY person_id", id)
	return people, err
}

func setManagers(ctx context.Context, q db.Q, id string, people []string) error {
	if _, err := q.Exec(ctx, "DELETE FROM team_manager WHERE team_id = $1", id); err != nil {
		return err
	}
	for _, p := range people {
		n, err := q.Exec(ctx, "INSERT INTO team_manager (team_id, person_id) SELECT $1, id FROM person WHERE id = $2", id, p)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Invalid, "team.manager_unknown").At("managers")
		}
	}
	return nil
}
