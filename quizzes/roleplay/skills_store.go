package roleplay

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongguan/server/base/db"
	"tongguan/server/base/people"
)

func unfolded(ctx context.Context, q db.Q) (is bool, err error) {
	err = q.Get(ctx, &is, "SELECT EXISTS (SELECT 1 FROM play WHERE mode = 'exam' AND state = 'closed' AND NOT folded)")
	return is, err
}

// claimUnfolded takes some exams that have ended, and gives whose they are and how many.
func claimUnfolded(ctx context.Context, q db.Q, most int) (persons []string, n int, err error) {
	err = q.Select(ctx, &persons, `UPDATE play SET folded = TRUE WHERE NOT folded AND id IN
		(SELECT id FROM play WHERE mode = 'exam' AND state = 'closed' AND NOT folded ORDER BY id LIMIT $1) RETURNING person_id`, most)
	n = len(persons)
	slices.Sort(persons)
	return slices.Compact(persons), n, err
}

type examRow struct {
	Person  string `db:"person_id"`
	Profile string `db:"profile"`
}

// latestExams gives the profile of the latest exam of each person in each scene.
func latestExams(ctx context.Context, q db.Q, persons []string) (out []examRow, err error) {
	err = q.Select(ctx, &out, `SELECT person_id, profile FROM (
			SELECT y.person_id, y.profile, ROW_NUMBER() OVER (PARTITION BY y.person_id, y.script_id ORDER BY y.closed_at DESC, y.id DESC) AS place
			FROM {rows} JOIN play y ON y.person_id = r.person WHERE y.mode = 'exam' AND y.state = 'closed' AND y.profile IS NOT NULL) AS x
		WHERE place = 1`, new(db.Rows).Text("person", persons))
	return out, err
}

func putSkill(ctx context.Context, q db.Q, s skillRow) error {
	args := []any{s.Person, s.Exams}
	for i := range Sections {
		args = append(args, s.Got[i], s.Of[i])
	}
	_, err := q.Exec(ctx, `INSERT INTO skill (person_id, exams, got1, of1, got2, of2, got3, of3, got4, of4, got5, of5, got6, of6)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (person_id) DO UPDATE SET exams = excluded.exams, got1 = excluded.got1, of1 = excluded.of1, got2 = excluded.got2, of2 = excluded.of2,
			got3 = excluded.got3, of3 = excluded.of3, got4 = excluded.got4, of4 = excluded.of4, got5 = excluded.got5, of5 = excluded.of5,
			got6 = excluded.got6, of6 = excluded.of6`, args...)
	return err
}

// skillShown is a line of a report; -1 is nothing.
type skillShown struct {
	Person string `db:"id"`
	Name   string `db:"name"`
	Team   string `db:"team_id"`
	People int    `db:"people"`
	P1     int    `db:"p1"`
	P2     int    `db:"p2"`
	P3     int    `db:"p3"`
	P4     int    `db:"p4"`
	P5     int    `db:"p5"`
	P6     int    `db:"p6"`
}

func (s skillShown) skill() Skill {
	return Skill{Person: s.Person, Name: s.Name, Team: s.Team, People: s.People, Percent: [Sections]int{s.P1, s.P2, s.P3, s.P4, s.P5, s.P6}}
}

// share is what was reached of what could be in a stage, in basis points and not below nothing; NULL where nothing could be.
func share(stage int) string {
	return fmt.Sprintf("(CASE WHEN k.of%[1]d <= 0 THEN NULL WHEN k.got%[1]d < 0 THEN 0 ELSE k.got%[1]d * 10000 / k.of%[1]d END)", stage)
}

// skillFrom is whose skills a reader sees: who has been examined and whose account is not suspended. The teams are listed and
// not joined as {rows}: PostgreSQL would take those for few, and look ten thousand people up one by one.
func skillFrom(reach people.Reach) (from string, args []any) {
	from = " FROM person p JOIN skill k ON k.person_id = p.id WHERE p.state <> 'suspended'"
	if !reach.All {
		marks := make([]string, len(reach.Teams))
		for i, team := range reach.Teams {
			args = append(args, team)
			marks[i] = "$" + strconv.Itoa(len(args))
		}
		from += " AND p.team_id IN (" + strings.Join(marks, ", ") + ")"
	}
	return from, args
}

func teamSkills(ctx context.Context, q db.Q, reach people.Reach) ([]Skill, error) {
	from, args := skillFrom(reach)
	var columns strings.Builder
	for i := 1; i <= Sections; i++ {
		fmt.Fprintf(&columns, ", COALESCE(CAST(SUM(%[1]s) AS BIGINT) / NULLIF(COUNT(%[1]s), 0), -1) AS p%[2]d", share(i), i)
	}
	var rows []skillShown
	err := q.Select(ctx, &rows, "SELECT '' AS id, '' AS name, COALESCE(p.team_id, '') AS team_id, COUNT(*) AS people"+columns.String()+from+
		" GROUP BY COALESCE(p.team_id, '')", args...)
	out := make([]Skill, len(rows))
	for i, r := range rows {
		out[i] = r.skill()
	}
	return out, err
}

func peopleSkills(ctx context.Context, q db.Q, reach people.Reach, stage, start, limit int) ([]Skill, error) {
	from, args := skillFrom(reach)
	var columns strings.Builder
	for i := 1; i <= Sections; i++ {
		fmt.Fprintf(&columns, ", COALESCE(%s, -1) AS p%d", share(i), i)
	}
	order := "p.sort_key, p.id"
	if stage > 0 {
		order = share(stage) + " NULLS LAST, " + order
	}
	limits := fmt.Sprintf(" LIMIT $%d OFFSET $%d", len(args)+1, len(args)+2)
	args = append(args, limit, start)
	var rows []skillShown
	err := q.Select(ctx, &rows, "SELECT p.id, p.name, COALESCE(p.team_id, '') AS team_id, 1 AS people"+columns.String()+from+
		" ORDER BY "+order+limits, args...)
	out := make([]Skill, len(rows))
	for i, r := range rows {
		out[i] = r.skill()
	}
	return out, err
}
