// Package training is what people are asked to learn: courses that were assigned, and programmes that they are in.
//
// A team's assignment holds for everybody in it or below it, also for those who join later; it is looked up,
// not copied.
package training

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/programme"
	"tongguan/courses/progress"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// Assignment is a course that somebody is to finish. Exactly one of Person and Team is set.
type Assignment struct {
	ID     string `db:"id"`
	Course string `db:"course"`
	Person string `db:"person_id"`
	Team   string `db:"team_id"`
	Due    string `db:"due_on"` // YYYY-MM-DD, or "" for no date
	By     string `db:"assigned_by"`
	At     int64  `db:"assigned_at"` // milliseconds since 1970 UTC
}

// Training keeps the assignments.
type Training struct {
	db     *db.DB
	clock  *clock.Clock
	trail  *audit.Trail
	people *people.People
	teams  *team.Teams
	lib    *catalog.Library

	ledger     *evidence.Ledger
	progress   *progress.Progress
	zone       *time.Location
	programmes func() *programme.Book
	certified  Certified
	followers  []Follower
	versions   sync.Map // of programmes, by hash
}

// Parts are the rooms that training leans on.
type Parts struct {
	DB         *db.DB
	Clock      *clock.Clock
	Trail      *audit.Trail
	People     *people.People
	Teams      *team.Teams
	Catalog    *catalog.Library
	Ledger     *evidence.Ledger
	Progress   *progress.Progress
	Zone       *time.Location         // in which days begin and end
	Programmes func() *programme.Book // in force
}

// New makes the room.
func New(p Parts) *Training {
	return &Training{db: p.DB, clock: p.Clock, trail: p.Trail, people: p.People, teams: p.Teams, lib: p.Catalog, ledger: p.Ledger,
		progress: p.Progress, zone: p.Zone, programmes: p.Programmes}
}

// Assign gives a course to a person or a team. request identifies the form that was sent: sent twice, it
// assigns once.
func (t *Training) Assign(ctx context.Context, actor access.Actor, a Assignment, request string) error {
	if err := t.check(ctx, actor, a); err != nil {
		return err
	}
	if t.lib.Current().Course(a.Course) == nil {
		return fault.New(fault.Invalid, "training.course_unknown").At("course")
	}
	if _, err := time.Parse(time.DateOnly, a.Due); a.Due != "" && err != nil {
		return fault.New(fault.Invalid, "training.due_form").At("due")
	}
	if request == "" || len(request) > 64 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	a.ID, a.By, a.At = t.clock.ID(), actor.ID, t.clock.Now()
	return t.db.Write(ctx, func(q db.Q) error {
		added, err := insert(ctx, q, a, request)
		if err != nil || !added {
			return err
		}
		return t.trail.Append(ctx, q, audit.Event{Act: "course.assigned", Actor: actor.ID, Subject: a.Person,
			Facts: map[string]any{"assignment": a.ID, "course": a.Course, "team": a.Team, "due": a.Due}})
	})
}

// check refuses to assign to whom the actor may not: a person or a team below them, or anybody for HR.
func (t *Training) check(ctx context.Context, actor access.Actor, a Assignment) error {
	switch {
	case (a.Person == "") == (a.Team == ""):
		return fault.New(fault.Invalid, "training.whom").At("whom")
	case a.Person != "":
		if err := t.people.Check(ctx, actor, access.AssignCourse, a.Person); err != nil {
			return err
		}
		_, err := t.people.Get(ctx, actor, a.Person)
		return err
	}
	to, err := t.teams.Relation(ctx, actor, a.Team)
	if err != nil {
		return err
	}
	if err := actor.Check(access.AssignCourse, to); err != nil {
		return err
	}
	under, err := t.teams.Under(ctx, a.Team)
	if err == nil && len(under) == 0 {
		err = fault.New(fault.Missing, "error.missing")
	}
	return err
}

// Withdraw takes an assignment back. What was learnt meanwhile stays.
func (t *Training) Withdraw(ctx context.Context, actor access.Actor, id string) error {
	a, err := byID(ctx, t.db.Read(), id)
	if err != nil {
		return err
	}
	if err := t.check(ctx, actor, a); err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := claimWithdraw(ctx, q, id, t.clock.Now()); err != nil {
			return err
		}
		return t.trail.Append(ctx, q, audit.Event{Act: "assignment.withdrawn", Actor: actor.ID, Subject: a.Person,
			Facts: map[string]any{"assignment": id, "course": a.Course, "team": a.Team}})
	})
}

// For gives the assignments that hold for the person with this team, one a course: the earliest due date of
// those that name it. One statement.
func (t *Training) For(ctx context.Context, person, team string) ([]Assignment, error) {
	all, err := holding(ctx, t.db.Read(), person, team)
	return earliest(all), err
}

// ForMany gives the same for many people at once, by person. Two statements.
func (t *Training) ForMany(ctx context.Context, persons []people.Person) (map[string][]Assignment, error) {
	all, err := active(ctx, t.db.Read())
	if err != nil {
		return nil, err
	}
	parents, err := t.parents(ctx)
	if err != nil {
		return nil, err
	}
	toPerson, toTeam := map[string][]Assignment{}, map[string][]Assignment{}
	for _, a := range all {
		if a.Person != "" {
			toPerson[a.Person] = append(toPerson[a.Person], a)
		} else {
			toTeam[a.Team] = append(toTeam[a.Team], a)
		}
	}
	out := make(map[string][]Assignment, len(persons))
	for _, p := range persons {
		hold := slices.Clone(toPerson[p.ID])
		for up := p.Team; up != ""; up = parents[up] {
			hold = append(hold, toTeam[up]...)
		}
		out[p.ID] = earliest(hold)
	}
	return out, nil
}

func (t *Training) parents(ctx context.Context) (map[string]string, error) {
	tree, err := t.teams.Tree(ctx, access.Operator())
	out := make(map[string]string, len(tree))
	for _, n := range tree {
		out[n.ID] = n.Parent
	}
	return out, err
}

// earliest keeps one assignment a course, the one that is due first, in order of due date; without a date last.
func earliest(all []Assignment) []Assignment {
	slices.SortStableFunc(all, func(a, b Assignment) int {
		return cmp.Or(cmp.Compare(dueOrder(a.Due), dueOrder(b.Due)), cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(a Assignment) bool {
		again := seen[a.Course]
		seen[a.Course] = true
		return again
	})
}

func dueOrder(due string) string { return cmp.Or(due, "9999") }
