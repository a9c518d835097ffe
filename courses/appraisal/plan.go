package appraisal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Schemes gives the schemes that a cycle can be opened from.
func (a *Appraisals) Schemes(actor access.Actor) ([]*composite.Scheme, error) {
	if err := actor.Check(access.RunAppraisal, access.Other); err != nil {
		return nil, err
	}
	return a.schemes(), nil
}

// Affects says whom a plan would appraise, and by what scheme; it refuses what Open would refuse.
func (a *Appraisals) Affects(ctx context.Context, actor access.Actor, p Plan) (Affected, error) {
	if err := actor.Check(access.RunAppraisal, access.Other); err != nil {
		return Affected{}, err
	}
	s, _, err := a.adapt(p)
	if err != nil {
		return Affected{}, err
	}
	if err := a.fit(s.Cycle, p.Period, p.Deadlines); err != nil {
		return Affected{}, err
	}
	folk, err := a.population(ctx, actor, p)
	if err != nil {
		return Affected{}, err
	}
	taken, err := takenBy(ctx, a.db.Read(), p.Period, ids(folk))
	out := Affected{Scheme: s}
	for _, one := range folk {
		if taken[one.ID] {
			out.Taken = append(out.Taken, one)
		} else {
			out.People = append(out.People, one)
		}
	}
	return out, err
}

// adapt gives the scheme of a plan as changed for the cycle, and whether anything was.
func (a *Appraisals) adapt(p Plan) (s *composite.Scheme, adapted bool, err error) {
	all := a.schemes()
	at := slices.IndexFunc(all, func(s *composite.Scheme) bool { return s.ID == p.Scheme })
	if at < 0 {
		return nil, false, fault.New(fault.Invalid, "appraisal.scheme_unknown").At("scheme")
	}
	one := *all[at]
	one.Items = slices.Clone(one.Items)
	if p.Missing != "" {
		one.Missing = p.Missing
	}
	if p.Least >= 0 {
		one.Least = p.Least
	}
	if p.Weights != nil {
		for i := range one.Items {
			one.Items[i].Weight = p.Weights[one.Items[i].ID]
		}
	}
	if p.HasRules {
		one.Rules = p.Rules
	}
	if p.Bands != nil {
		one.Bands = p.Bands
	}
	if err := one.Check(a.names()); err != nil {
		return nil, false, err
	}
	one.Hash = one.Sum()
	return &one, one.Hash != all[at].Hash, nil
}

var (
	monthForm = regexp.MustCompile(`^20\d\d-(0[1-9]|1[0-2])$`)
	yearForm  = regexp.MustCompile(`^20\d\d$`)
)

// lastDay is the last day of a period of a kind, YYYY-MM-DD.
func lastDay(kind, period string) (string, error) {
	switch {
	case kind == "month" && monthForm.MatchString(period):
		first, err := time.Parse("2006-01", period)
		return first.AddDate(0, 1, -1).Format(time.DateOnly), err
	case kind == "year" && yearForm.MatchString(period):
		return period + "-12-31", nil
	}
	return "", fault.New(fault.Invalid, "appraisal.period_form_"+kind).At("period")
}

// fit checks that a period is one of the scheme's kind, and that the deadlines follow each other and its end.
func (a *Appraisals) fit(kind, period string, d Deadlines) error {
	end, err := lastDay(kind, period)
	if err != nil {
		return err
	}
	before := ""
	for _, x := range d.all() {
		on, err := time.Parse(time.DateOnly, x.day)
		if err != nil || on.Year() < 2000 || on.Year() > 2200 {
			return fault.New(fault.Invalid, "appraisal.date_form").At(x.field)
		}
		if x.day < before {
			return fault.New(fault.Invalid, "appraisal.dates_order").At(x.field)
		}
		before = x.day
	}
	if d.Figures < end {
		return fault.New(fault.Invalid, "appraisal.figures_early", "day", end).At("figures")
	}
	if days, err := d.toRespond(); err != nil || days < LeastResponse {
		return firstOf(err, fault.New(fault.Invalid, "appraisal.response_short", "days", LeastResponse).At("response"))
	}
	return nil
}

// LeastResponse is how many days somebody has at least to answer their result.
const LeastResponse = 3

// toRespond is how many days lie between the last two deadlines.
func (d Deadlines) toRespond() (int, error) {
	from, err1 := time.Parse(time.DateOnly, d.Calibration)
	to, err2 := time.Parse(time.DateOnly, d.Response)
	return int(to.Sub(from).Hours() / 24), errors.Join(err1, err2)
}

type deadline struct {
	field, day string
	state      State // that ends with it
}

func (d Deadlines) all() []deadline {
	return []deadline{{"targets", d.Targets, Targets}, {"figures", d.Figures, Measuring}, {"reviews", d.Reviews, Reviewing},
		{"calibration", d.Calibration, Calibration}, {"response", d.Response, Shown}}
}

// of is the last day of a state, "" where it has none.
func (d Deadlines) of(s State) string {
	for _, x := range d.all() {
		if x.state == s {
			return x.day
		}
	}
	return ""
}

// end is when a day ends, 0 for none.
func (a *Appraisals) end(day string) (int64, error) {
	if day == "" {
		return 0, nil
	}
	return a.certificates.EndOf(day)
}

// Open opens a cycle and gives its id. request identifies the form that was sent: sent twice, it opens once.
func (a *Appraisals) Open(ctx context.Context, actor access.Actor, p Plan, request string) (string, error) {
	who, err := a.Affects(ctx, actor, p)
	if err != nil {
		return "", err
	}
	s, adapted, err := a.adapt(p)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	c := Cycle{ID: a.clock.ID(), Title: s.Title, Kind: s.Cycle, Period: p.Period, Deadlines: p.Deadlines, Scheme: s, Hash: s.Hash, Adapted: adapted,
		Leniency: p.Leniency, OpenedBy: actor.ID, OpenedAt: a.clock.Now()}
	id := ""
	err = a.db.Write(ctx, func(q db.Q) error {
		again, answer, err := once(ctx, q, request, actor.ID, "open", "", c.ID)
		if id = answer; err != nil || again {
			return err
		}
		if len(who.People) == 0 { // asked only now: sent again, everybody has a record already
			return fault.New(fault.Conflict, "appraisal.all_taken").At("population")
		}
		if err := insertCycle(ctx, q, c, string(text)); err != nil {
			return err
		}
		sum, n, err := a.begin(ctx, q, c, who.People, actor)
		if err != nil {
			return err
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "appraisal.opened", Actor: actor.ID, Facts: map[string]any{"cycle": c.ID, "period": c.Period,
			"scheme": s.ID, "hash": c.Hash, "adapted": adapted, "people": n, "sum": sum}})
	})
	return id, err
}

// begin makes the records of people who have none of the period, and gives how many were made and a hash over them.
func (a *Appraisals) begin(ctx context.Context, q db.Q, c Cycle, folk []people.Person, actor access.Actor) (sum string, n int, err error) {
	now := a.clock.Now()
	next, err := a.end(c.Targets)
	if err != nil {
		return "", 0, err
	}
	numbers := make([]string, len(folk))
	for i := range numbers {
		numbers[i] = a.clock.ID()
	}
	slices.Sort(numbers) // the list of records is in the order of names
	h := sha256.New()
	for from := 0; from < len(folk); from += batch {
		var some []draft
		for i := from; i < min(from+batch, len(folk)); i++ {
			some = append(some, draft{numbers[i], folk[i].ID, rolesOf(folk[i])})
		}
		made, err := insertRecords(ctx, q, c, some, now, next)
		if err != nil {
			return "", 0, err
		}
		var steps []step
		for _, d := range some {
			if slices.Contains(made, d.id) {
				steps = append(steps, step{living: living{ID: d.id}, to: Targets, act: Begin, at: now})
				fmt.Fprintf(h, "%s %s\n", d.id, d.person)
			}
		}
		n += len(steps)
		if err := insertTransitions(ctx, q, steps, actor.ID, "", now); err != nil {
			return "", 0, err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}

func rolesOf(p people.Person) string {
	var out []string
	for _, r := range p.Roles {
		out = append(out, string(r))
	}
	return strings.Join(out, " ")
}

// Add appraises more people in a cycle whose figures are not frozen yet, and says how many were added.
func (a *Appraisals) Add(ctx context.Context, actor access.Actor, cycle string, persons []string, request string) (n int, err error) {
	if err := actor.Check(access.RunAppraisal, access.Other); err != nil {
		return 0, err
	}
	folk, err := a.population(ctx, actor, Plan{Persons: persons})
	if err != nil {
		return 0, err
	}
	err = a.db.Write(ctx, func(q db.Q) error {
		again, answer, err := once(ctx, q, request, actor.ID, "add", cycle, "0")
		if n, _ = strconv.Atoi(answer); err != nil || again {
			return err
		}
		if err := claimCycle(ctx, q, cycle); err != nil {
			return err
		}
		c, err := cycleByID(ctx, q, cycle)
		if err != nil {
			return err
		}
		if until, err := a.end(c.Figures); err != nil || a.clock.Now() >= until {
			return firstOf(err, fault.New(fault.Conflict, "appraisal.figures_frozen"))
		}
		sum, made, err := a.begin(ctx, q, c, folk, actor)
		if err != nil {
			return err
		}
		n = made
		if err := setAnswer(ctx, q, request, strconv.Itoa(n)); err != nil {
			return err
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "appraisal.added", Actor: actor.ID, Facts: map[string]any{"cycle": c.ID, "people": n, "sum": sum}})
	})
	return n, err
}

func firstOf(err error, other *fault.Error) error {
	if err != nil {
		return err
	}
	return other
}

// Reschedule moves the deadlines of a cycle, never into the past; the reviews' not once people review. Results that were shown keep the day they were promised.
func (a *Appraisals) Reschedule(ctx context.Context, actor access.Actor, cycle string, d Deadlines, request string) error {
	if err := actor.Check(access.RunAppraisal, access.Other); err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, "reschedule", cycle, ""); err != nil || again {
			return err
		}
		if err := claimTick(ctx, q, a.clock.Now()); err != nil { // what time takes on meanwhile would be by the old days
			return err
		}
		if err := claimCycle(ctx, q, cycle); err != nil {
			return err
		}
		c, err := cycleByID(ctx, q, cycle)
		if err != nil {
			return err
		}
		if err := a.movable(c, d); err != nil {
			return err
		}
		if err := setDeadlines(ctx, q, cycle, d); err != nil {
			return err
		}
		for _, x := range d.all() {
			next, err := a.end(x.day)
			if err != nil {
				return err
			}
			if x.state == Shown {
				continue
			}
			if err := setNext(ctx, q, cycle, x.state, next); err != nil {
				return err
			}
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "appraisal.rescheduled", Actor: actor.ID, Facts: map[string]any{"cycle": cycle,
			"targets": d.Targets, "figures": d.Figures, "reviews": d.Reviews, "calibration": d.Calibration, "response": d.Response}})
	})
}

// movable refuses deadlines that do not fit the cycle, another day that is past, and another one for reviews that have begun.
func (a *Appraisals) movable(c Cycle, d Deadlines) error {
	if err := a.fit(c.Kind, c.Period, d); err != nil {
		return err
	}
	for _, x := range d.all() {
		over, err := a.end(x.day)
		if err != nil {
			return err
		}
		if x.day != c.Deadlines.of(x.state) && over <= a.clock.Now() {
			return fault.New(fault.Invalid, "appraisal.day_past").At(x.field)
		}
	}
	begun, err := a.end(c.Figures)
	if err == nil && d.Reviews != c.Reviews && a.clock.Now() >= begun {
		return fault.New(fault.Conflict, "appraisal.reviews_begun").At("reviews")
	}
	return err
}
