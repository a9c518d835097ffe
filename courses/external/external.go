// Package external is training outside the house (3.1.2.4): asked for, decided, taken, proved, and shared with colleagues.
//
// The policy encourages it and wants what was learnt brought back: only the sharing completes it and gives evidence.
package external

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongguan/courses/indicator"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// Training is one external training of one person.
type Training struct {
	ID        string `db:"id"`
	Person    string `db:"person_id"`
	Title     string `db:"title"`
	Provider  string `db:"provider"`
	URL       string `db:"url"`
	Topic     string `db:"topic"`     // the key by which steps of programmes name it, or ""
	StartsOn  string `db:"starts_on"` // YYYY-MM-DD
	EndsOn    string `db:"ends_on"`
	Cost      int64  `db:"cost"` // fen
	Aim       string `db:"aim"`  // what the person wants to learn
	State     State  `db:"state"`
	ShareDays int    `db:"share_days"` // to share within so many days of the last day
	DecidedBy string `db:"decided_by"` // "" while it is not decided
	DecidedAt int64  `db:"decided_at"` // milliseconds since 1970 UTC
	Reason    string `db:"reason"`     // of the decision
	Files     int    `db:"files"`      // of proof
	TakenAt   int64  `db:"taken_at"`
	SharedAt  int64  `db:"shared_at"`
	AskedAt   int64  `db:"asked_at"`
}

// DueOn is the last day on which it is to be shared, YYYY-MM-DD, or "" where there is nothing to share.
func (t Training) DueOn() string {
	last, err := time.Parse(time.DateOnly, t.EndsOn)
	if err != nil || t.State != Approved && t.State != Taken {
		return ""
	}
	return last.AddDate(0, 0, t.ShareDays).Format(time.DateOnly)
}

// Overdue says whether it should have been shared before today, YYYY-MM-DD.
func (t Training) Overdue(today string) bool { return t.DueOn() != "" && t.DueOn() < today }

// Request is what a form asks for.
type Request struct {
	Title, Provider, URL, Topic, StartsOn, EndsOn, Aim string
	Cost                                               int64 // fen
}

// Trainings keeps the external trainings.
type Trainings struct {
	db     *db.DB
	clock  *clock.Clock
	zone   *time.Location
	trail  *audit.Trail
	people *people.People
	teams  *team.Teams
	ledger *evidence.Ledger
}

// Parts are the rooms that external trainings lean on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Zone   *time.Location // the company's, for what day it is
	Trail  *audit.Trail
	People *people.People
	Teams  *team.Teams
	Ledger *evidence.Ledger
}

// New makes the room.
func New(p Parts) *Trainings {
	return &Trainings{p.DB, p.Clock, p.Zone, p.Trail, p.People, p.Teams, p.Ledger}
}

// Ask asks for a training and gives its id. request identifies the form that was sent: sent twice, it asks once.
func (t *Trainings) Ask(ctx context.Context, actor access.Actor, r Request, request string) (string, error) {
	if err := actor.Check(access.AskExternal, access.Self); err != nil {
		return "", err
	}
	if err := r.clean(); err != nil {
		return "", err
	}
	if request == "" || len(request) > 64 {
		return "", fault.New(fault.Invalid, "error.form_stale")
	}
	id := t.clock.ID()
	err := t.db.Write(ctx, func(q db.Q) error {
		added, err := insert(ctx, q, id, actor.ID, r, request, t.clock.Now())
		if err != nil {
			return err
		}
		if !added {
			id, err = byRequest(ctx, q, request, actor.ID)
			return err
		}
		return t.note(ctx, q, actor, "external.asked", Training{ID: id, Person: actor.ID}, map[string]any{
			"title": r.Title, "from": r.StartsOn, "to": r.EndsOn, "cost": r.Cost, "topic": r.Topic})
	})
	return id, err
}

// note appends to the trail what was done to a training.
func (t *Trainings) note(ctx context.Context, q db.Q, actor access.Actor, act string, one Training, facts map[string]any) error {
	facts["training"] = one.ID
	e := audit.Event{Act: act, Actor: actor.ID, Subject: one.Person, Facts: facts}
	for _, name := range []string{"reason", "title"} { // what people write may name somebody
		if text, ok := facts[name]; ok {
			delete(facts, name)
			e.Private = map[string]any{name: text}
		}
	}
	return t.trail.Append(ctx, q, e)
}

// own gives a training of the actor's own.
func (t *Trainings) own(ctx context.Context, actor access.Actor, id string) (Training, error) {
	one, err := byID(ctx, t.db.Read(), id)
	if err == nil && one.Person != actor.ID {
		err = fault.New(fault.Missing, "error.missing")
	}
	if err == nil {
		err = actor.Check(access.AskExternal, access.Self)
	}
	return one, err
}

// Withdraw takes one's own request back before it is decided.
func (t *Trainings) Withdraw(ctx context.Context, actor access.Actor, id string) error {
	one, err := t.own(ctx, actor, id)
	if err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := claim(ctx, q, id, Withdraw); err != nil {
			return err
		}
		return t.note(ctx, q, actor, "external.withdrawn", one, map[string]any{})
	})
}

// Decision is what is decided about a request.
type Decision struct {
	Approve   bool
	Reason    string // needed to decline
	ShareDays int    // 1 to 90; of an approval
}

// DefaultShareDays is how long the sharing may take where nobody says otherwise.
const DefaultShareDays = 14

// Limits of a decision.
const (
	longestShare  = 90
	longestReason = 500
)

// Decide approves or declines a request of somebody below the actor, or of anybody for HR; never one's own.
func (t *Trainings) Decide(ctx context.Context, actor access.Actor, id string, d Decision) error {
	one, err := byID(ctx, t.db.Read(), id)
	if err != nil {
		return err
	}
	if err := t.people.Check(ctx, actor, access.DecideExternal, one.Person); err != nil {
		return err
	}
	d.Reason = strings.TrimSpace(d.Reason)
	switch {
	case !d.Approve && d.Reason == "":
		return fault.New(fault.Invalid, "external.reason_needed").At("reason")
	case utf8.RuneCountInString(d.Reason) > longestReason:
		return fault.New(fault.Invalid, "external.text_long", "max", longestReason).At("reason")
	case d.Approve && (d.ShareDays < 1 || d.ShareDays > longestShare):
		return fault.New(fault.Invalid, "external.days_range", "max", longestShare).At("days")
	}
	do, act := Decline, "external.declined"
	if d.Approve {
		do, act = Approve, "external.approved"
	} else {
		d.ShareDays = one.ShareDays
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := claim(ctx, q, id, do); err != nil {
			return err
		}
		if err := setDecision(ctx, q, id, actor.ID, d, t.clock.Now()); err != nil {
			return err
		}
		return t.note(ctx, q, actor, act, one, map[string]any{"reason": d.Reason, "share_days": d.ShareDays})
	})
}

// Take says that one's own training was attended: it is over, and something proves it.
func (t *Trainings) Take(ctx context.Context, actor access.Actor, id string) error {
	one, err := t.own(ctx, actor, id)
	if err != nil {
		return err
	}
	switch {
	case one.State != Approved: // one that is approved at this very moment was looked at by nobody
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	case one.EndsOn > t.clock.Date(t.zone):
		return fault.New(fault.Invalid, "external.not_over").At("files")
	case one.Files == 0:
		return fault.New(fault.Invalid, "external.proof_needed").At("files")
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := claim(ctx, q, id, Take); err != nil {
			return err
		}
		if err := setTaken(ctx, q, id, t.clock.Now()); err != nil {
			return err
		}
		return t.note(ctx, q, actor, "external.taken", one, map[string]any{"files": one.Files})
	})
}

var topicForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Limits of a request, in characters; of its cost, in fen; of its length.
const (
	longestTitle = 80
	longestAim   = 1000
	mostCost     = 100_000_000 // a million yuan
	longestSpan  = 366 * 24 * time.Hour
)

func (r *Request) clean() error {
	for _, text := range []*string{&r.Title, &r.Provider, &r.URL, &r.Topic, &r.Aim, &r.StartsOn, &r.EndsOn} {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	switch {
	case r.Title == "":
		return fault.New(fault.Invalid, "external.title_needed").At("title")
	case !fits(r.Title, longestTitle):
		return fault.New(fault.Invalid, "external.text_long", "max", longestTitle).At("title")
	case !fits(r.Provider, longestTitle):
		return fault.New(fault.Invalid, "external.text_long", "max", longestTitle).At("provider")
	case r.URL != "" && !webAddress(r.URL):
		return fault.New(fault.Invalid, "external.url_form").At("url")
	case r.Topic != "" && !topicForm.MatchString(r.Topic):
		return fault.New(fault.Invalid, "external.topic_form").At("topic")
	case r.Aim == "":
		return fault.New(fault.Invalid, "external.aim_needed").At("aim")
	case utf8.RuneCountInString(r.Aim) > longestAim:
		return fault.New(fault.Invalid, "external.text_long", "max", longestAim).At("aim")
	case r.Cost < 0 || r.Cost > mostCost:
		return fault.New(fault.Invalid, "external.cost_form").At("cost")
	}
	return r.cleanDates()
}

func (r *Request) cleanDates() error {
	from, err := date(r.StartsOn)
	if err != nil {
		return fault.New(fault.Invalid, "external.date_form").At("starts")
	}
	to, err := date(r.EndsOn)
	switch {
	case err != nil:
		return fault.New(fault.Invalid, "external.date_form").At("ends")
	case to.Before(from) || to.Sub(from) > longestSpan:
		return fault.New(fault.Invalid, "external.ends_before").At("ends")
	}
	return nil
}

// date reads a date of a year that people mean.
func date(text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err == nil && (t.Year() < 2000 || t.Year() > 2200) {
		err = fault.New(fault.Invalid, "external.date_form")
	}
	return t, err
}

func fits(text string, most int) bool {
	return utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, unicode.IsControl)
}

func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= 500 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsFunc(text, unicode.IsSpace)
}

// Fen reads an amount in yuan as people type it, see indicator.Parse, as fen; nothing is nothing to pay. A comma parts thousands
// and nothing else: 1,5 is no amount rather than fifteen.
func Fen(yuan string) (int64, error) {
	if strings.TrimSpace(yuan) == "" {
		return 0, nil
	}
	fen, err := indicator.Parse(indicator.Fen, yuan)
	if err != nil || fen < 0 {
		return 0, fault.New(fault.Invalid, "external.cost_form").At("cost")
	}
	return fen, nil
}
