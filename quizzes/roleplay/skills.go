package roleplay

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

// Sections are the parts of the policy that a profile is shown by: the six stages, 2.1 to 2.6.
const Sections = 6

// Skill is what one person, or a team, has shown in the latest exam of each scene, by stage, in basis points.
type Skill struct {
	Person  string
	Name    string
	Team    string
	People  int           // who have been examined in a stage at all: 1 for a person
	Percent [Sections]int // -1 where nothing was shown
}

// FoldSkills takes the profiles of exams that have ended into what people have shown, and says how many exams.
func (r *Plays) FoldSkills(ctx context.Context) (all int, err error) {
	for {
		waiting, err := unfolded(ctx, r.db.Read())
		if err != nil || !waiting {
			return all, err
		}
		var n int
		err = r.db.Write(ctx, func(q db.Q) (err error) { n, err = foldSkills(ctx, q); return err })
		if all += n; err != nil || n == 0 {
			return all, err
		}
	}
}

func foldSkills(ctx context.Context, q db.Q) (int, error) {
	persons, n, err := claimUnfolded(ctx, q, 500)
	if err != nil || n == 0 {
		return n, err
	}
	latest, err := latestExams(ctx, q, persons)
	if err != nil {
		return n, err
	}
	sums := map[string]*skillRow{}
	for _, p := range persons {
		sums[p] = &skillRow{Person: p}
	}
	for _, e := range latest {
		var profile Profile
		if err := json.Unmarshal([]byte(e.Profile), &profile); err != nil {
			return n, err
		}
		sums[e.Person].add(profile)
	}
	for _, p := range persons {
		if err := putSkill(ctx, q, *sums[p]); err != nil {
			return n, err
		}
	}
	return n, nil
}

// skillRow is points reached, and reachable, by stage.
type skillRow struct {
	Person string `db:"person_id"`
	Exams  int64  `db:"exams"`
	Got    [Sections]int64
	Of     [Sections]int64
}

func (s *skillRow) add(p Profile) {
	s.Exams++
	for clause, points := range p {
		for i := range Sections {
			section := "2." + strconv.Itoa(i+1)
			if clause == section || strings.HasPrefix(clause, section+".") {
				s.Got[i], s.Of[i] = s.Got[i]+points[0], s.Of[i]+points[1]
			}
		}
	}
}

// SkillsOfTeams gives what the people in each team have shown: the mean of their shares. Teams are by id, each without those
// below it.
func (r *Plays) SkillsOfTeams(ctx context.Context, actor access.Actor, team string) ([]Skill, error) {
	reach, err := r.people.Reach(ctx, actor, access.ReviewRehearsal, team)
	if err != nil {
		return nil, err
	}
	return teamSkills(ctx, r.db.Read(), reach)
}

// SkillsOfPeople gives the people who have been examined, those with the least in a stage first (0 is by name). There are as
// many as SkillsOfTeams says of all teams together.
func (r *Plays) SkillsOfPeople(ctx context.Context, actor access.Actor, team string, stage, from, limit int) ([]Skill, error) {
	reach, err := r.people.Reach(ctx, actor, access.ReviewRehearsal, team)
	if err != nil {
		return nil, err
	}
	return peopleSkills(ctx, r.db.Read(), reach, stage, from, limit)
}
