// Package indicator keeps the figures by which work is measured (3.2.1): who achieved what in which month or year.
//
// No figure is ever written over: each entry is a version of its own, the last one counts, and one that was withdrawn counts no
// more, nor does an older one in its place. Once an appraisal rests on a period, it is frozen for that person.
package indicator

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Source is where a figure comes from.
type Source string

// The sources.
const (
	Typed     Source = "typed"     // by HR or the manager
	Imported  Source = "imported"  // out of a file
	Simulated Source = "simulated" // what the person achieved in a rehearsal; never shown without saying so
)

// Place is what a figure is of.
type Place struct {
	Person    string `db:"person_id"`
	Period    string `db:"period"` // 2026-11 or 2026
	Indicator string `db:"indicator"`
}

// Figure is one version of what somebody achieved.
type Figure struct {
	Place
	Value  int64  `db:"value"` // in the unit of the indicator
	Source Source `db:"source"`
	By     string `db:"by_id"`
	At     int64  `db:"at"` // milliseconds since 1970 UTC
	Seq    int64  `db:"seq"`
	Note   string `db:"note"`
	File   string `db:"file"` // that it was imported from, or ""

	WithdrawnBy  string `db:"withdrawn_by"`
	WithdrawnAt  int64  `db:"withdrawn_at"` // 0: it was not
	WithdrawnWhy string `db:"withdrawn_why"`
}

// Counts says whether the version, being the last, counts.
func (f Figure) Counts() bool { return f.Seq > 0 && f.WithdrawnAt == 0 }

// Simulation gives what a person achieved in rehearsals that ended within a span (milliseconds since 1970 UTC, until excluded),
// by indicator; ok is false where there was none.
type Simulation func(ctx context.Context, person string, from, until int64) (values map[string]int64, ok bool, err error)

// Indicators keeps the figures.
type Indicators struct {
	db        *db.DB
	clock     *clock.Clock
	zone      *time.Location
	trail     *audit.Trail
	people    *people.People
	simulated Simulation
	all       atomic.Pointer[[]Indicator]
}

// Parts are the rooms that figures lean on.
type Parts struct {
	DB         *db.DB
	Clock      *clock.Clock
	Zone       *time.Location // the company's, for when a month begins
	Trail      *audit.Trail
	People     *people.People
	Simulated  Simulation
	Indicators []Indicator
}

// New makes the room.
func New(p Parts) *Indicators {
	x := &Indicators{db: p.DB, clock: p.Clock, zone: p.Zone, trail: p.Trail, people: p.People, simulated: p.Simulated}
	x.Use(p.Indicators)
	return x
}

// Use has the room know these indicators from now on. Figures of others stay, and are not shown.
func (x *Indicators) Use(all []Indicator) { x.all.Store(&all) }

// All gives the indicators in the order of the policy.
func (x *Indicators) All() []Indicator { return slices.Clone(*x.all.Load()) }

// Get gives the indicator of an id.
func (x *Indicators) Get(id string) (Indicator, bool) {
	for _, i := range *x.all.Load() {
		if i.ID == id {
			return i, true
		}
	}
	return Indicator{}, false
}

// Of gives the figures that count, by person and indicator. In the caller's transaction.
func (x *Indicators) Of(ctx context.Context, q db.Q, persons []string, period string) (map[string]map[string]Figure, error) {
	found, err := counting(ctx, q, persons, period)
	out := map[string]map[string]Figure{}
	for _, f := range found {
		if out[f.Person] == nil {
			out[f.Person] = map[string]Figure{}
		}
		out[f.Person][f.Indicator] = f
	}
	return out, err
}

// Freeze forbids figures of a period for a person from now on; in the caller's transaction. cycle names why, as people read it. A
// period that is frozen stays frozen by whoever was first.
func (x *Indicators) Freeze(ctx context.Context, q db.Q, person, period, cycle string) error {
	if !validPeriod(period) || cycle == "" {
		return fault.New(fault.Invalid, "figure.period_form", "value", short(period))
	}
	return freeze(ctx, q, Place{Person: person, Period: period}, cycle, x.clock.Now())
}

// Entry is what a form enters: figures of one person for one period.
type Entry struct {
	Person, Period string
	Values         map[string]int64 // by indicator, in its unit
	Note           string
	Request        string // identifies the form that was sent: sent twice, it enters once
}

// longestNote is how long a note or a reason may be, in characters.
const longestNote = 200

// Put enters figures of somebody below the actor, or of anybody for HR; never one's own. It gives the versions that it wrote, in
// the order of the policy: what counts already with the same value, and was not simulated, is left as it is.
func (x *Indicators) Put(ctx context.Context, actor access.Actor, e Entry) ([]Figure, error) {
	if err := x.mayEnter(ctx, actor, e.Person); err != nil {
		return nil, err
	}
	if err := x.clean(&e); err != nil {
		return nil, err
	}
	var wanted []Figure
	for _, i := range x.All() {
		if v, ok := e.Values[i.ID]; ok {
			wanted = append(wanted, Figure{Place: Place{e.Person, e.Period, i.ID}, Value: v, Source: Typed, Note: e.Note})
		}
	}
	return x.enter(ctx, actor, entering{act: "figure.put", wanted: wanted, request: e.Request})
}

func (x *Indicators) mayEnter(ctx context.Context, actor access.Actor, person string) error {
	if err := x.people.Check(ctx, actor, access.EnterFigures, person); err != nil {
		return err
	}
	_, err := x.people.Get(ctx, actor, person) // HR may for everybody, and not for who is not there
	return err
}

func (x *Indicators) clean(e *Entry) error {
	if err := begun(e.Period, x.clock.Date(x.zone)); err != nil {
		return err
	}
	if e.Request == "" || len(e.Request) > 64 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	if len(e.Values) == 0 {
		return fault.New(fault.Invalid, "figure.nothing_entered")
	}
	for id, v := range e.Values {
		i, ok := x.Get(id)
		if !ok {
			return fault.New(fault.Invalid, "error.form_stale")
		}
		if err := i.check(v); err != nil {
			return fault.Of(err).At(id)
		}
	}
	return tidy(&e.Note, "note")
}

// tidy takes a note or a reason as it can be kept.
func tidy(text *string, field string) error {
	*text = strings.TrimSpace(*text)
	if utf8.RuneCountInString(*text) > longestNote || !utf8.ValidString(*text) || strings.ContainsFunc(*text, unicode.IsControl) {
		return fault.New(fault.Invalid, "figure.note_long", "max", longestNote).At(field)
	}
	return nil
}

// entering is figures of one person and period on their way in.
type entering struct {
	act     string
	wanted  []Figure // at least one
	request string   // "" where sending it again would find nothing to change
	real    bool     // leave alone what is not simulated
}

func (x *Indicators) enter(ctx context.Context, actor access.Actor, e entering) (written []Figure, err error) {
	at := Place{Person: e.wanted[0].Person, Period: e.wanted[0].Period}
	err = x.db.Write(ctx, func(q db.Q) error {
		open, err := claim(ctx, q, []Place{at})
		if err != nil {
			return err
		}
		if written, err = x.sentBefore(ctx, q, actor, e); err != nil || len(written) > 0 {
			return err
		}
		before, err := latest(ctx, q, []Place{at})
		if err != nil {
			return err
		}
		written = x.versions(actor, e, before)
		if len(written) == 0 {
			return nil
		}
		if !open {
			return frozen(ctx, q, at)
		}
		if err := insert(ctx, q, written, "", e.request); err != nil {
			return err
		}
		return x.note(ctx, q, actor, e.act, written)
	})
	return written, err
}

// sentBefore gives what the same form wrote when it was sent before.
func (x *Indicators) sentBefore(ctx context.Context, q db.Q, actor access.Actor, e entering) ([]Figure, error) {
	if e.request == "" {
		return nil, nil
	}
	all, err := byRequest(ctx, q, e.request, e.wanted)
	for _, f := range all {
		if f.By != actor.ID || f.Person != e.wanted[0].Person || f.Period != e.wanted[0].Period {
			return nil, fault.New(fault.Invalid, "error.form_stale")
		}
	}
	return all, err
}

// versions gives what is to be written: what changes something, as the next version.
func (x *Indicators) versions(actor access.Actor, e entering, before map[Place]Figure) (out []Figure) {
	now := x.clock.Now()
	for _, f := range e.wanted {
		old := before[f.Place]
		if same(old, f) || e.real && old.Counts() && old.Source != Simulated {
			continue
		}
		f.By, f.At, f.Seq = actor.ID, now, old.Seq+1
		out = append(out, f)
	}
	return out
}

// same says whether a figure counts already: a simulated one does not stand for a real one of the same value.
func same(old, f Figure) bool {
	return old.Counts() && old.Value == f.Value && (old.Source != Simulated || f.Source == Simulated)
}

// note appends to the trail which versions were written.
func (x *Indicators) note(ctx context.Context, q db.Q, actor access.Actor, act string, written []Figure) error {
	var figures []map[string]any
	for _, f := range written {
		figures = append(figures, map[string]any{"indicator": f.Indicator, "seq": f.Seq, "value": f.Value, "source": f.Source})
	}
	e := audit.Event{Act: act, Actor: actor.ID, Subject: written[0].Person, Facts: map[string]any{"period": written[0].Period, "figures": figures}}
	if written[0].Note != "" {
		e.Private = map[string]any{"note": written[0].Note}
	}
	return x.trail.Append(ctx, q, e)
}

// Simulate takes over what somebody achieved in the simulation in a month, marked as such, where there is nothing real. It gives
// what it wrote; taken over again it finds nothing to write.
func (x *Indicators) Simulate(ctx context.Context, actor access.Actor, person, month string) ([]Figure, error) {
	if err := x.mayEnter(ctx, actor, person); err != nil {
		return nil, err
	}
	from, until, err := Bounds(month, x.zone)
	if err == nil {
		err = begun(month, x.clock.Date(x.zone))
	}
	if err == nil && len(month) != len("2006-01") {
		err = fault.New(fault.Invalid, "figure.simulated_month")
	}
	if err != nil {
		return nil, err
	}
	values, ok, err := x.simulated(ctx, person, from, until)
	if err != nil {
		return nil, err
	}
	var wanted []Figure
	for _, i := range x.All() {
		if v, has := values[i.ID]; has && i.check(v) == nil {
			wanted = append(wanted, Figure{Place: Place{person, month, i.ID}, Value: v, Source: Simulated})
		}
	}
	if !ok || len(wanted) == 0 {
		return nil, fault.New(fault.Invalid, "figure.nothing_simulated", "period", month)
	}
	return x.enter(ctx, actor, entering{act: "figure.simulated", wanted: wanted, real: true})
}

// Withdraw says that a figure does not count; seq is the version that was looked at. Nothing counts in its place until something is
// entered.
func (x *Indicators) Withdraw(ctx context.Context, actor access.Actor, at Place, seq int64, reason string) error {
	if err := x.mayEnter(ctx, actor, at.Person); err != nil {
		return err
	}
	if err := tidy(&reason, "reason"); err != nil {
		return err
	}
	if reason == "" {
		return fault.New(fault.Invalid, "figure.reason_needed").At("reason")
	}
	return x.db.Write(ctx, func(q db.Q) error {
		open, err := claim(ctx, q, []Place{at})
		if err != nil {
			return err
		}
		before, err := latest(ctx, q, []Place{at})
		if err != nil {
			return err
		}
		old := before[at]
		switch {
		case old.Seq == seq && seq > 0 && old.WithdrawnBy == actor.ID && old.WithdrawnWhy == reason:
			return nil // the form was sent twice
		case old.Seq != seq || !old.Counts():
			return fault.New(fault.Conflict, "error.changed_meanwhile")
		case !open:
			return frozen(ctx, q, at)
		}
		if err := withdraw(ctx, q, old, actor.ID, reason, x.clock.Now()); err != nil {
			return err
		}
		return x.trail.Append(ctx, q, audit.Event{Act: "figure.withdrawn", Actor: actor.ID, Subject: at.Person,
			Facts:   map[string]any{"period": at.Period, "indicator": at.Indicator, "seq": seq, "value": old.Value},
			Private: map[string]any{"reason": reason}})
	})
}
