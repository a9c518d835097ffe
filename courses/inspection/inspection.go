// Package inspection is how sales work is inspected (5.1.2, 5.2): plans that fall due, samples that anybody can draw
// again, and findings that somebody has to put right.
//
// The policy's text ends at 5.2.1: what is inspected, how often and what follows are defaults of the content, and the
// company changes how often, how much and who in the application.
package inspection

import (
	"context"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"tongguan/courses/certification"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// Want is a population that is asked for: a kind, the roles of people, and the stretch of time in milliseconds since 1970
// UTC, its end not included.
type Want struct {
	Kind     string
	Roles    []string
	From, To int64
}

// Subject is one member of a population.
type Subject struct {
	ID      string
	Person  string // id of whom it concerns, or ""
	Title   string // "" where the person's name says it
	Address string // a path of this site, or ""
}

// Parts are what inspections lean on.
type Parts struct {
	DB         *db.DB
	Clock      *clock.Clock
	Zone       *time.Location // the company's
	Trail      *audit.Trail
	People     *people.People
	Teams      *team.Teams
	Reports    *certification.Reports
	Population func(ctx context.Context, w Want) ([]Subject, error)
}

// Inspections keeps plans, rounds and findings. Safe for concurrent use.
type Inspections struct {
	Parts
	book atomic.Pointer[Book]
}

// New makes the room.
func New(p Parts, b *Book) *Inspections {
	x := &Inspections{Parts: p}
	x.Use(b)
	return x
}

// Use takes in plans that were edited; rounds that run keep theirs.
func (x *Inspections) Use(b *Book) { x.book.Store(b) }

// Book gives the plans as the content has them.
func (x *Inspections) Book() *Book { return x.book.Load() }

// Setting is how the company holds a plan; Version 0 is the default of the content.
type Setting struct {
	Plan        string `db:"plan"`
	Version     int64  `db:"version"`
	Every       Every  `db:"every"`
	Size        int    `db:"size"` // of the sample
	Responsible string `db:"responsible_id"`
	Reason      string `db:"reason"`
	By          string `db:"set_by"`
	At          int64  `db:"set_at"` // milliseconds since 1970 UTC
}

// Held is a plan with how it is held today.
type Held struct {
	*Plan
	Setting
}

// Plans gives all plans with how they are held, for those who keep them.
func (x *Inspections) Plans(ctx context.Context, actor access.Actor) ([]Held, error) {
	if err := actor.Check(access.KeepPlans, access.Other); err != nil {
		return nil, err
	}
	return x.held(ctx, x.DB.Read())
}

func (x *Inspections) held(ctx context.Context, q db.Q) (out []Held, err error) {
	set, err := latestSettings(ctx, q)
	for _, p := range x.book.Load().All() {
		s, ok := set[p.ID]
		if !ok {
			s = Setting{Plan: p.ID, Every: p.Every, Size: p.Size}
		}
		out = append(out, Held{p, s})
	}
	return out, err
}

// Asked is one item of a plan with how often it is asked.
type Asked struct {
	Plan  *Plan
	Item  Item
	Every Every
}

// Asked gives every item of every plan, with how often it is asked today. What is inspected is no secret from those whose work it
// is; who inspects, on whom it falls and what was found is.
func (x *Inspections) Asked(ctx context.Context, actor access.Actor) (out []Asked, err error) {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return nil, err
	}
	all, err := x.held(ctx, x.DB.Read())
	for _, h := range all {
		for _, item := range h.Items {
			out = append(out, Asked{h.Plan, item, h.Setting.Every})
		}
	}
	return out, err
}

// Plan gives one plan with all versions of its setting, the newest first.
func (x *Inspections) Plan(ctx context.Context, actor access.Actor, id string) (Held, []Setting, error) {
	all, err := x.Plans(ctx, actor)
	if err != nil {
		return Held{}, nil, err
	}
	for _, h := range all {
		if h.Plan.ID == id {
			past, err := settings(ctx, x.DB.Read(), id)
			return h, past, err
		}
	}
	return Held{}, nil, fault.New(fault.Missing, "error.missing")
}

// longest bounds texts, in characters.
const (
	longestReason = 500
	longestText   = 2000
	longestTitle  = 120
	longestLink   = 500
)

// Set changes how a plan is held; s.Version is the version that the actor saw.
func (x *Inspections) Set(ctx context.Context, actor access.Actor, s Setting) error {
	h, _, err := x.Plan(ctx, actor, s.Plan)
	if err != nil {
		return err
	}
	s.Reason = tidy(s.Reason)
	sampled := h.Population.Kind != Records
	if !sampled {
		s.Size = 1 // nothing is drawn; the column wants one
	}
	switch {
	case s.Every.On(time.Unix(0, 0)).Key == "":
		return fault.New(fault.Invalid, "inspection.every_wrong").At("every")
	case s.Size < 1 || s.Size > maxSize:
		return fault.New(fault.Invalid, "inspection.size_wrong", "max", maxSize).At("size")
	case s.Reason == "":
		return fault.New(fault.Invalid, "inspection.reason_needed").At("reason")
	case utf8.RuneCountInString(s.Reason) > longestReason:
		return fault.New(fault.Invalid, "inspection.text_long", "max", longestReason).At("reason")
	}
	if s.Responsible != "" {
		if err := x.there(ctx, s.Responsible, "responsible"); err != nil {
			return err
		}
	}
	s.By, s.At = actor.ID, x.Clock.Now()
	return x.DB.Write(ctx, func(q db.Q) error {
		if err := claimPlan(ctx, q, s.Plan, s.Version); err != nil {
			return err
		}
		next := s
		next.Version++
		if err := insertSetting(ctx, q, next); err != nil {
			return err
		}
		return x.Trail.Append(ctx, q, audit.Event{Act: "inspection.plan_set", Actor: actor.ID, Subject: s.Responsible,
			Facts: map[string]any{"plan": s.Plan, "version": next.Version, "every": s.Every, "size": s.Size}, Private: map[string]any{"reason": s.Reason}})
	})
}

// there says whether somebody has an account that is not suspended.
func (x *Inspections) there(ctx context.Context, person, field string) error {
	p, err := x.People.Get(ctx, access.Operator(), person)
	if err == nil && p.State != people.Suspended {
		return nil
	}
	if err != nil && fault.KindOf(err) != fault.Missing {
		return err
	}
	return fault.New(fault.Invalid, "inspection.person_unknown").At(field)
}

// Tick writes what has fallen due: for each plan one row in each period. It may run on several nodes at once and as often
// as one likes.
func (x *Inspections) Tick(ctx context.Context) error {
	all, err := x.held(ctx, x.DB.Read())
	if err != nil {
		return err
	}
	today := time.UnixMilli(x.Clock.Now()).In(x.Zone)
	for _, h := range all {
		p := h.Setting.Every.On(today)
		if known, err := hasDue(ctx, x.DB.Read(), h.Plan.ID, p.Key); err != nil || known {
			if err != nil {
				return err
			}
			continue
		}
		err := x.DB.Write(ctx, func(q db.Q) error {
			added, err := insertDue(ctx, q, Due{Plan: h.Plan.ID, Period: p, Every: h.Setting.Every, FellAt: x.Clock.Now()})
			if err != nil || !added {
				return err
			}
			return x.Trail.Append(ctx, q, audit.Event{Act: "inspection.due", Subject: h.Responsible,
				Facts: map[string]any{"plan": h.Plan.ID, "period": p.Key, "every": h.Setting.Every}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Due is a plan in a period.
type Due struct {
	Plan string `db:"plan"`
	Period
	Every  Every  `db:"every"`
	FellAt int64  `db:"fell_at"`
	Round  string `db:"round_id"` // "" until it is begun
}

// DueNow gives what is due and not begun, what ends first in front: of past periods those that were missed within the
// last year, of the present ones those whose plan still falls due so often.
func (x *Inspections) DueNow(ctx context.Context, actor access.Actor) (now, missed []Due, err error) {
	all, err := x.Plans(ctx, actor)
	if err != nil {
		return nil, nil, err
	}
	every := map[string]Every{}
	for _, h := range all {
		every[h.Plan.ID] = h.Setting.Every
	}
	today := time.UnixMilli(x.Clock.Now()).In(x.Zone)
	rows, err := waiting(ctx, x.DB.Read(), today.AddDate(-1, 0, 0).Format(time.DateOnly))
	for _, d := range rows {
		switch e, known := every[d.Plan]; {
		case !known:
		case d.EndsOn < today.Format(time.DateOnly):
			missed = append(missed, d)
		case d.Every == e:
			now = append(now, d)
		}
	}
	return now, missed, err
}

// tidy takes away what stands around a text, and the line ends of forms.
func tidy(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

func oneLine(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}
