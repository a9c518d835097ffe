// Package team is the tree of teams that the company consists of, and who manages which.
package team

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Team is one node of the tree.
type Team struct {
	ID       string
	Parent   string // "" for a root
	Name     string
	Managers []string // ids of persons, sorted
	Depth    int      // 0 for a root
	Version  int64    // what Change must name
}

// maxDepth bounds the levels of the tree: deeper is a mistake.
const maxDepth = 12

// Teams keeps the tree.
type Teams struct {
	db    *db.DB
	clock *clock.Clock
	trail *audit.Trail
}

// New makes the room.
func New(d *db.DB, c *clock.Clock, t *audit.Trail) *Teams { return &Teams{d, c, t} }

// Tree gives all teams that the actor may see, each parent before its children: the whole tree to those who
// keep it, and to a manager the part below.
func (t *Teams) Tree(ctx context.Context, actor access.Actor) ([]Team, error) {
	all, err := t.all(ctx)
	if err != nil || actor.May(access.SeeTeams, access.Other) {
		return all, err
	}
	if !actor.Is(access.Manager) {
		return nil, nil
	}
	managed, err := t.ManagedBy(ctx, actor.ID)
	if err != nil {
		return nil, err
	}
	var out []Team
	for _, tm := range all {
		if managed[tm.ID] {
			out = append(out, tm)
		}
	}
	return out, nil
}

// Names gives every team's name by id.
func (t *Teams) Names(ctx context.Context) (map[string]string, error) {
	rows, err := allTeams(ctx, t.db.Read())
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}

// ManagedBy gives the ids of the teams that the person manages, with all teams below those.
func (t *Teams) ManagedBy(ctx context.Context, person string) (map[string]bool, error) {
	ids, err := managedTeams(ctx, t.db.Read(), person)
	return set(ids), err
}

// Under gives the ids of the team and of all teams below it.
func (t *Teams) Under(ctx context.Context, id string) (map[string]bool, error) {
	ids, err := subtree(ctx, t.db.Read(), id)
	return set(ids), err
}

// Relation says how the actor stands to a team: Below when it is among those they manage.
func (t *Teams) Relation(ctx context.Context, actor access.Actor, team string) (access.Relation, error) {
	managed, err := t.ManagedBy(ctx, actor.ID)
	if err == nil && managed[team] {
		return access.Below, nil
	}
	return access.Other, err
}

// Details is what a form says about a team.
type Details struct {
	Name     string
	Parent   string   // "" for a root
	Managers []string // ids of persons
}

func (d *Details) clean() error {
	d.Name = strings.TrimSpace(d.Name)
	if d.Name == "" {
		return fault.New(fault.Invalid, "team.name_needed").At("name")
	}
	if utf8.RuneCountInString(d.Name) > 80 {
		return fault.New(fault.Invalid, "team.name_long", "max", 80).At("name")
	}
	if !utf8.ValidString(d.Name) || strings.ContainsFunc(d.Name, unicode.IsControl) {
		return fault.New(fault.Invalid, "team.name_form").At("name")
	}
	d.Managers = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(d.Managers))),
		func(id string) bool { return id == "" })
	return nil
}

// Create adds a team and gives its id.
func (t *Teams) Create(ctx context.Context, actor access.Actor, d Details) (string, error) {
	if err := actor.Check(access.EditTeams, access.Other); err != nil {
		return "", err
	}
	if err := d.clean(); err != nil {
		return "", err
	}
	id := t.clock.ID()
	return id, t.db.Write(ctx, func(q db.Q) error {
		if err := t.place(ctx, q, id, d.Parent); err != nil {
			return err
		}
		if err := insertTeam(ctx, q, id, d, t.clock.Now()); err != nil {
			return err
		}
		return t.settle(ctx, q, actor, "team.created", id, d)
	})
}

// Change renames, moves and staffs a team; version is the one that the form was drawn from.
func (t *Teams) Change(ctx context.Context, actor access.Actor, id string, version int64, d Details) error {
	if err := actor.Check(access.EditTeams, access.Other); err != nil {
		return err
	}
	if err := d.clean(); err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := t.place(ctx, q, id, d.Parent); err != nil {
			return err
		}
		if err := replaceTeam(ctx, q, id, version, d); err != nil {
			return err
		}
		return t.settle(ctx, q, actor, "team.changed", id, d)
	})
}

// settle names the managers of a team that was written, and puts all of it into the trail: who manages whom
// decides what they may see, so everybody who gains or loses a team has an entry of their own.
func (t *Teams) settle(ctx context.Context, q db.Q, actor access.Actor, act, id string, d Details) error {
	before, err := managersOf(ctx, q, id)
	if err != nil {
		return err
	}
	if err := setManagers(ctx, q, id, d.Managers); err != nil {
		return err
	}
	events := []audit.Event{{Act: act, Facts: map[string]any{"team": id, "parent": d.Parent}, Private: map[string]any{"name": d.Name}}}
	for _, p := range without(d.Managers, before) {
		events = append(events, audit.Event{Act: "manager.named", Subject: p, Facts: map[string]any{"team": id}})
	}
	for _, p := range without(before, d.Managers) {
		events = append(events, audit.Event{Act: "manager.released", Subject: p, Facts: map[string]any{"team": id}})
	}
	for _, e := range events {
		e.Actor = actor.ID
		if err := t.trail.Append(ctx, q, e); err != nil {
			return err
		}
	}
	return nil
}

// place claims the tree and refuses a parent below which the team cannot stand.
func (t *Teams) place(ctx context.Context, q db.Q, id, parent string) error {
	if err := claimTree(ctx, q); err != nil {
		return err
	}
	rows, err := allTeams(ctx, q)
	if err != nil {
		return err
	}
	up := make(map[string]string, len(rows))
	for _, r := range rows {
		up[r.ID] = r.Parent
	}
	return fits(up, id, parent)
}

// fits refuses to put a team below a parent that is not there, is below the team itself, or stands so deep
// that the team or one below it would stand deeper than maxDepth levels. up gives every team's parent.
func fits(up map[string]string, id, parent string) error {
	if _, known := up[parent]; parent != "" && !known {
		return fault.New(fault.Invalid, "team.parent_unknown").At("parent")
	}
	for at, n := parent, 0; at != "" && n <= len(up); at, n = up[at], n+1 {
		if at == id {
			return fault.New(fault.Invalid, "team.loop").At("parent")
		}
	}
	up[id] = parent
	for team := range up {
		levels, through := 0, false
		for at := team; at != "" && levels <= maxDepth; at = up[at] {
			levels++
			through = through || at == id
		}
		if through && levels > maxDepth {
			return fault.New(fault.Invalid, "team.too_deep", "max", maxDepth).At("parent")
		}
	}
	return nil
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(some, id) })
}

func (t *Teams) all(ctx context.Context) ([]Team, error) {
	rows, err := allTeams(ctx, t.db.Read())
	if err != nil {
		return nil, err
	}
	managers, err := allManagers(ctx, t.db.Read())
	if err != nil {
		return nil, err
	}
	children := map[string][]Team{}
	for _, r := range rows {
		children[r.Parent] = append(children[r.Parent], Team{ID: r.ID, Parent: r.Parent, Name: r.Name,
			Managers: managers[r.ID], Version: r.Version})
	}
	return flatten(nil, children, "", 0), nil
}

func flatten(out []Team, children map[string][]Team, parent string, depth int) []Team {
	for _, t := range children[parent] {
		t.Depth = depth
		out = flatten(append(out, t), children, t.ID, depth+1)
	}
	return out
}

func set(ids []string) map[string]bool {
	m := make(map[string]bool, len(ids))
	for _, id := range ids {
		m[id] = true
	}
	return m
}
