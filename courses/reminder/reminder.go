// Package reminder tells people once a day what is due: one mail at most, and a notice in the product.
//
// What is due comes from sources, which other rooms give. A row for each person and day is claimed before anything goes
// out, so that several nodes, and a node that begins again after it died, tell everybody once.
package reminder

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/outbox"
	"tongguan/server/base/people"
)

// Person is somebody who may be told.
type Person struct{ ID, Name, Email, Lang string }

// Item is one thing of which somebody is told.
type Item struct {
	Key  string       `json:"key"`            // of the sentence: reminder.item.<key>
	What catalog.Text `json:"what"`           // the thing: a step, a certificate, a session
	In   catalog.Text `json:"in,omitzero"`    // what it belongs to: a programme
	Who  string       `json:"who,omitempty"`  // the name of somebody else whom it concerns
	Due  string       `json:"due,omitempty"`  // YYYY-MM-DD, or ""
	Path string       `json:"path,omitempty"` // where it is done
}

// Source gives what is to be told to each of these people on a day (YYYY-MM-DD), by person.
type Source func(ctx context.Context, persons []Person, day string) (map[string][]Item, error)

// Write makes a mail of what is due; the address is filled in.
type Write func(p Person, day string, items []Item) outbox.Mail

// Parts are what reminders lean on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Zone   *time.Location
	People *people.People
	Outbox *outbox.Outbox // nil: no mails, notices only
	Write  Write
	At     Hour
}

// Reminders keeps what was told.
type Reminders struct {
	Parts
	sources []Source
}

// New makes the room.
func New(p Parts) *Reminders { return &Reminders{Parts: p} }

// From adds a source, before anything is told.
func (r *Reminders) From(s Source) { r.sources = append(r.sources, s) }

const (
	// lease is how long a node has to tell everybody before another goes on with it.
	lease = 10 * time.Minute
	// stale is how long after the hour nobody is written to any more: in the evening a morning's mail only disturbs.
	stale = 8 * time.Hour
	// kept is for how many days it is known what was told.
	kept = 60
)

// Tell tells everybody what is due today, once the hour has come. Called every minute, it does nothing most times.
func (r *Reminders) Tell(ctx context.Context) error {
	now := time.UnixMilli(r.Clock.Now()).In(r.Zone)
	at, on := r.At.On(now, r.Zone)
	if !on || now.Before(at) {
		return nil
	}
	day := now.Format(time.DateOnly)
	if done, err := dayDone(ctx, r.DB.Read(), day); err != nil || done {
		return err
	}
	mine, err := claimDay(ctx, r.DB, day, r.Clock.Now(), r.Clock.Now()+lease.Milliseconds())
	if err != nil || !mine {
		return err
	}
	if err := r.tellAll(ctx, day, now.Before(at.Add(stale))); err != nil {
		return err
	}
	if err := forget(ctx, r.DB.Read(), now.AddDate(0, 0, -kept).Format(time.DateOnly)); err != nil {
		return err
	}
	return endDay(ctx, r.DB.Read(), day, r.Clock.Now())
}

// tellAll asks the sources once about everybody and tells each person who has something due.
func (r *Reminders) tellAll(ctx context.Context, day string, mails bool) error {
	folk, err := r.folk(ctx)
	if err != nil {
		return err
	}
	items := map[string][]Item{}
	for _, s := range r.sources {
		some, err := s(ctx, folk, day)
		if err != nil {
			return fmt.Errorf("reminder: a source: %w", err)
		}
		for id, more := range some {
			items[id] = append(items[id], more...)
		}
	}
	off, err := optedOut(ctx, r.DB.Read())
	if err != nil {
		return err
	}
	for _, p := range folk {
		if len(items[p.ID]) == 0 {
			continue
		}
		if err := r.tell(ctx, p, day, items[p.ID], mails && !off[p.ID]); err != nil {
			return err
		}
	}
	return nil
}

// folk gives everybody who has not left.
func (r *Reminders) folk(ctx context.Context) (out []Person, err error) {
	for f := (people.Filter{}); ; f.From += 1000 {
		some, total, err := r.People.List(ctx, access.Operator(), f)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			if p.State != people.Suspended {
				out = append(out, Person{p.ID, p.Name, p.Email, p.Lang})
			}
		}
		if len(some) == 0 || f.From+len(some) >= total {
			return out, nil
		}
	}
}

// tell claims the person's day; whoever has it writes the mail in the same transaction.
func (r *Reminders) tell(ctx context.Context, p Person, day string, items []Item, mail bool) error {
	slices.SortStableFunc(items, func(a, b Item) int { return cmp.Compare(cmp.Or(a.Due, "9999"), cmp.Or(b.Due, "9999")) })
	text, err := json.Marshal(items)
	if err != nil {
		return err
	}
	var m outbox.Mail
	if mail = mail && p.Email != "" && r.Outbox != nil; mail {
		m = r.Write(p, day, items)
		m.Key, m.Person, m.To = "digest/"+p.ID+"/"+day, p.ID, p.Email
	}
	return r.DB.Write(ctx, func(q db.Q) error {
		mine, err := claim(ctx, q, p.ID, day, string(text), r.Clock.Now())
		if err != nil || !mine || !mail {
			return err
		}
		return r.Outbox.Put(ctx, q, m)
	})
}

// Today gives what a person is told today, until they put it aside. One statement.
func (r *Reminders) Today(ctx context.Context, actor access.Actor) (day string, items []Item, err error) {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return "", nil, err
	}
	day = r.Clock.Date(r.Zone)
	text, err := notice(ctx, r.DB.Read(), actor.ID, day)
	if err != nil || text == "" {
		return day, nil, err
	}
	return day, items, json.Unmarshal([]byte(text), &items)
}

// Aside puts a day's notice aside. Done twice it is done once.
func (r *Reminders) Aside(ctx context.Context, actor access.Actor, day string) error {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return err
	}
	return aside(ctx, r.DB.Read(), actor.ID, day, r.Clock.Now())
}

// Mails says whether the person gets the mail.
func (r *Reminders) Mails(ctx context.Context, actor access.Actor) (bool, error) {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return false, err
	}
	off, err := hasOptedOut(ctx, r.DB.Read(), actor.ID)
	return !off, err
}

// SetMails says whether the person wants the mail; the notice stays.
func (r *Reminders) SetMails(ctx context.Context, actor access.Actor, want bool) error {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return err
	}
	return setOptedOut(ctx, r.DB.Read(), actor.ID, !want, r.Clock.Now())
}
