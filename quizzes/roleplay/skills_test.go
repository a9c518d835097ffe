package roleplay

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/people"
)

// TestSkillsAreTheLatestExamOfEachScene writes exams and other plays, folds them, and reads the shares of people and teams.
func TestSkillsAreTheLatestExamOfEachScene(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		do := func(query string, args ...any) {
			t.Helper()
			if _, err := d.Read().Exec(ctx, query, args...); err != nil {
				t.Fatal(err)
			}
		}
		do("INSERT INTO team (id, name, created_at) VALUES ('t', 't', 1), ('u', 'u', 1)")
		for id, team := range map[string]string{"a": "t", "b": "t", "c": "u"} {
			do(`INSERT INTO person (id, login, name, team_id, sort_key, search_key, state, created_at) VALUES ($1, $1, $1, $2, $1, $1, 'active', 0)`, id, team)
		}
		do("INSERT INTO script (hash, id, text, first_seen) VALUES ('s', 's', '{}', 1)")
		n := 0
		play := func(person, scene, mode, profile string, at int) {
			t.Helper()
			n++
			do(`INSERT INTO play (id, person_id, script_hash, script_id, mode, rules, engine, seed, state, started_at, closed_at, score, passed, profile)
				VALUES ($1, $2, 's', $3, $4, 1, 1, '1', 'closed', 1, $5, 1, TRUE, $6)`, fmt.Sprintf("p%d", n), person, scene, mode, at, profile)
		}
		fold := func() {
			t.Helper()
			if err := d.Write(ctx, func(q db.Q) error { _, err := foldSkills(ctx, q); return err }); err != nil {
				t.Fatal(err)
			}
		}
		play("a", "x", Exam, `{"2.1.3": [10, 100], "1.3.1": [5, 5]}`, 1)
		fold()
		play("a", "x", Exam, `{"2.1.3": [80, 100], "2.4.2": [-30, 50]}`, 3) // the latest of x
		play("a", "x", Exam, `{"2.1.3": [0, 100]}`, 2)
		play("a", "y", Exam, `{"2.1.1": [10, 50], "2.6.1": [0, 0]}`, 1)
		play("a", "z", Practice, `{"2.2.1": [1, 100]}`, 9)
		play("b", "x", Exam, `{"2.1.3": [100, 100]}`, 1)
		play("c", "x", Guided, `{"2.1.3": [1, 100]}`, 1)
		fold()
		got, err := peopleSkills(ctx, d.Read(), people.Reach{All: true}, 4, 0, 10)
		want := []Skill{{Person: "a", Name: "a", Team: "t", People: 1, Percent: [Sections]int{6000, -1, -1, 0, -1, -1}},
			{Person: "b", Name: "b", Team: "t", People: 1, Percent: [Sections]int{10000, -1, -1, -1, -1, -1}}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
		teams, err := teamSkills(ctx, d.Read(), people.Reach{Teams: []string{"t", "u"}})
		if diff := cmp.Diff([]Skill{{Team: "t", People: 2, Percent: [Sections]int{8000, -1, -1, 0, -1, -1}}}, teams); diff != "" || err != nil {
			t.Error(err, diff)
		}
	})
}
