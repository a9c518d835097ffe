// Package session is periodic training (3.1.2.2): sessions that are planned, held, attended and caught up on.
//
// The audience of a session is looked up, not copied: who joins its team later is expected too, and who is marked stays in
// its record whatever team they go to. Marks are added and never wiped; what a mark brings is a line of evidence, and a
// correction undoes that line with one of its own.
package session

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// States of a session.
const (
	Planned   = "planned"
	Held      = "held"      // attendance was marked
	Cancelled = "cancelled" // it will not take place, or did not
)

// Session is one training session.
type Session struct {
	ID          string `db:"id"`
	Series      string `db:"series_id"` // "" for one that stands alone
	Topic       string `db:"topic"`     // the key by which steps of programmes name it
	Title       string `db:"title"`
	Description string `db:"description"` // Markdown
	Place       string `db:"place"`
	Link        string `db:"link"`     // an address on the web, or ""
	Material    string `db:"material"` // Markdown, or one address
	Host        string `db:"host_id"`
	Team        string `db:"team_id"`   // with all below it; "" for everybody
	StartsAt    int64  `db:"starts_at"` // milliseconds since 1970 UTC
	EndsAt      int64  `db:"ends_at"`
	State       string `db:"state"`
	Reason      string `db:"reason"`        // why it was cancelled
	CatchUp     bool   `db:"catch_up"`      // who was away reads the material and confirms
	CatchUpDays int    `db:"catch_up_days"` // within so many days; 0 for no date
	Sequence    int    `db:"sequence"`      // how often it was changed; what Change and Cancel must name
	ChangedAt   int64  `db:"changed_at"`
}

// Details is what a form says of a session, beside when it is.
type Details struct {
	Topic, Title, Description, Place, Link, Material string
	Host                                             string   // id of a person
	Team                                             string   // id; "" for everybody
	Guests                                           []string // ids of people beyond the team
	CatchUp                                          bool
	CatchUpDays                                      int
}

// Sessions keeps the sessions.
type Sessions struct {
	db     *db.DB
	clock  *clock.Clock
	zone   *time.Location
	trail  *audit.Trail
	people *people.People
	teams  *team.Teams
	ledger *evidence.Ledger
}

// Parts are the rooms that sessions lean on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Zone   *time.Location // the company's, whose clock a series keeps to
	Trail  *audit.Trail
	People *people.People
	Teams  *team.Teams
	Ledger *evidence.Ledger
}

// New makes the room.
func New(p Parts) *Sessions {
	return &Sessions{p.DB, p.Clock, p.Zone, p.Trail, p.People, p.Teams, p.Ledger}
}

// Series is what is planned at once.
type Series struct {
	Details
	Slot  Slot // of the first
	Rule  Rule
	Count int // 1 to 60; not asked for where it is once
}

// Plan plans a series and gives the id of its first session. request identifies the form that was sent: sent twice, it
// plans once.
func (s *Sessions) Plan(ctx context.Context, actor access.Actor, p Series, request string) (string, error) {
	if err := s.checkDetails(ctx, actor, &p.Details); err != nil {
		return "", err
	}
	when, err := times(p.Slot, p.Rule, p.Count, s.zone)
	if err != nil {
		return "", err
	}
	if request == "" || len(request) > 64 {
		return "", fault.New(fault.Invalid, "error.form_stale")
	}
	id, series := s.clock.ID(), ""
	if len(when) > 1 {
		series = s.clock.ID()
	}
	err = s.db.Write(ctx, func(q db.Q) (err error) {
		first, added := id, false
		for i, t := range when {
			one := p.session(series, t, s.clock.Now())
			if one.ID = first; i > 0 {
				one.ID = s.clock.ID()
			}
			if added, err = insert(ctx, q, one, actor.ID, request, i+1); err != nil {
				return err
			}
			if !added { // the form came twice
				id, err = byRequest(ctx, q, request, actor.ID)
				return err
			}
			if err := setGuests(ctx, q, one.ID, p.Guests); err != nil {
				return err
			}
		}
		return s.trail.Append(ctx, q, audit.Event{Act: "session.planned", Actor: actor.ID, Facts: map[string]any{
			"session": first, "series": series, "topic": p.Topic, "team": p.Team, "from": when[0].from, "count": len(when)}})
	})
	return id, err
}

func (d Details) session(series string, t span, now int64) Session {
	return Session{Series: series, Topic: d.Topic, Title: d.Title, Description: d.Description, Place: d.Place, Link: d.Link, Material: d.Material,
		Host: d.Host, Team: d.Team, StartsAt: t.from, EndsAt: t.to, State: Planned, CatchUp: d.CatchUp, CatchUpDays: d.CatchUpDays, ChangedAt: now}
}

// Change gives a session other details and another slot, or with following also every later one of its series that is
// still planned: those move by as many days as this one does, to the same time by the clock. sequence is the one that the
// form was drawn from.
func (s *Sessions) Change(ctx context.Context, actor access.Actor, id string, sequence int, d Details, slot Slot, following bool) error {
	old, err := s.kept(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := s.checkDetails(ctx, actor, &d); err != nil {
		return err
	}
	day, from, to, err := slot.read()
	if err != nil {
		return err
	}
	was, err := time.Parse(time.DateOnly, span{old.StartsAt, old.EndsAt}.slot(s.zone).Date)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(q db.Q) error {
		if err := claimChange(ctx, q, id, sequence, Planned, "", s.clock.Now()); err != nil {
			return err
		}
		all, err := s.concerned(ctx, q, old, following)
		if err != nil {
			return err
		}
		for _, one := range all {
			then, err := time.Parse(time.DateOnly, span{one.StartsAt, one.EndsAt}.slot(s.zone).Date)
			if err != nil {
				return err
			}
			next := d.session(one.Series, onDay(then.Add(day.Sub(was)), from, to, s.zone), s.clock.Now())
			next.ID = one.ID
			if err := s.rewrite(ctx, q, actor, next, d.Guests); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Sessions) rewrite(ctx context.Context, q db.Q, actor access.Actor, next Session, guests []string) error {
	if err := replace(ctx, q, next); err != nil {
		return err
	}
	if err := setGuests(ctx, q, next.ID, guests); err != nil {
		return err
	}
	return s.trail.Append(ctx, q, audit.Event{Act: "session.changed", Actor: actor.ID, Facts: map[string]any{
		"session": next.ID, "topic": next.Topic, "team": next.Team, "from": next.StartsAt}})
}

// concerned is the session that was claimed and, where the later ones of its series go with it, those, claimed too.
func (s *Sessions) concerned(ctx context.Context, q db.Q, first Session, following bool) ([]Session, error) {
	if !following || first.Series == "" {
		return []Session{first}, nil
	}
	later, err := claimLater(ctx, q, first, s.clock.Now())
	return append([]Session{first}, later...), err
}

// Cancel calls a session off, or with following also every later one of its series that is still planned. It stays where
// it was, and says why.
func (s *Sessions) Cancel(ctx context.Context, actor access.Actor, id string, sequence int, reason string, following bool) error {
	old, err := s.kept(ctx, actor, id)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return fault.New(fault.Invalid, "session.reason_needed").At("reason")
	case !fits(reason, 200):
		return fault.New(fault.Invalid, "session.text_long", "max", 200).At("reason")
	}
	return s.db.Write(ctx, func(q db.Q) error {
		if err := claimChange(ctx, q, id, sequence, Cancelled, reason, s.clock.Now()); err != nil {
			return err
		}
		all, err := s.concerned(ctx, q, old, following)
		if err != nil {
			return err
		}
		for _, one := range all {
			if err := setCancelled(ctx, q, one.ID, reason); err != nil {
				return err
			}
			if err := s.trail.Append(ctx, q, audit.Event{Act: "session.cancelled", Actor: actor.ID, Facts: map[string]any{
				"session": one.ID, "topic": one.Topic}, Private: map[string]any{"reason": reason}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// kept gives a session that the actor may change.
func (s *Sessions) kept(ctx context.Context, actor access.Actor, id string) (Session, error) {
	one, err := byID(ctx, s.db.Read(), id)
	if err != nil {
		return one, err
	}
	return one, s.mayHold(ctx, actor, one.Team)
}

// mayHold refuses to hold sessions for a team that is not below the actor; everybody is nobody in particular.
func (s *Sessions) mayHold(ctx context.Context, actor access.Actor, team string) error {
	to := access.Other
	if team != "" {
		var err error
		if to, err = s.teams.Relation(ctx, actor, team); err != nil {
			return err
		}
	}
	return actor.Check(access.HoldSession, to)
}

var topicForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// checkDetails cleans what was entered, and refuses what cannot be kept and whom the actor may not ask.
func (s *Sessions) checkDetails(ctx context.Context, actor access.Actor, d *Details) error {
	if err := s.mayHold(ctx, actor, d.Team); err != nil {
		return err
	}
	d.Guests = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(d.Guests))), func(id string) bool { return id == "" })
	if err := d.clean(); err != nil {
		return err
	}
	if d.Team != "" {
		under, err := s.teams.Under(ctx, d.Team)
		if err != nil {
			return err
		}
		if len(under) == 0 {
			return fault.New(fault.Invalid, "session.team_unknown").At("team")
		}
	}
	if !s.mayAsk(ctx, actor, d.Host) {
		return fault.New(fault.Invalid, "session.host_unknown").At("host")
	}
	for _, g := range d.Guests {
		if !s.mayAsk(ctx, actor, g) {
			return fault.New(fault.Invalid, "session.guest_unknown").At("guests")
		}
	}
	return nil
}

// mayAsk says whether the actor may name this person: themselves, or somebody whom they may see and hold sessions for.
func (s *Sessions) mayAsk(ctx context.Context, actor access.Actor, person string) bool {
	if person == actor.ID {
		return true
	}
	if s.people.Check(ctx, actor, access.HoldSession, person) != nil {
		return false
	}
	_, err := s.people.Get(ctx, actor, person)
	return err == nil
}

// longest texts, in characters.
const (
	longestTitle = 80
	longestText  = 4000
	longestDays  = 180
	mostGuests   = 200
)

func (d *Details) clean() error {
	for _, text := range []*string{&d.Topic, &d.Title, &d.Place, &d.Link, &d.Description, &d.Material} {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	switch {
	case !topicForm.MatchString(d.Topic):
		return fault.New(fault.Invalid, "session.topic_form").At("topic")
	case d.Title == "":
		return fault.New(fault.Invalid, "session.title_needed").At("title")
	case !fits(d.Title, longestTitle):
		return fault.New(fault.Invalid, "session.text_long", "max", longestTitle).At("title")
	case !fits(d.Place, longestTitle):
		return fault.New(fault.Invalid, "session.text_long", "max", longestTitle).At("place")
	case d.Link != "" && !WebAddress(d.Link):
		return fault.New(fault.Invalid, "session.link_form").At("link")
	case utf8.RuneCountInString(d.Description) > longestText:
		return fault.New(fault.Invalid, "session.text_long", "max", longestText).At("description")
	case utf8.RuneCountInString(d.Material) > longestText:
		return fault.New(fault.Invalid, "session.text_long", "max", longestText).At("material")
	case len(d.Guests) > mostGuests:
		return fault.New(fault.Invalid, "session.guests_many", "max", mostGuests).At("guests")
	case d.CatchUpDays < 0 || d.CatchUpDays > longestDays:
		return fault.New(fault.Invalid, "session.days_range", "max", longestDays).At("days")
	}
	return nil
}

// fits says whether a text of one line has at most so many characters, none of them a control.
func fits(text string, most int) bool {
	return utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, unicode.IsControl)
}

// WebAddress says whether a text is one address on the web, which a page may make a link of.
func WebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= 500 && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsFunc(text, unicode.IsSpace)
}
