package door

import (
	"context"
	"encoding/base64"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// linkLasts is how long a one-time link can be used.
const linkLasts = 72 * time.Hour

// Link is what a one-time link is for.
type Link struct {
	FirstAdmin bool   // it creates the administrator
	Name       string // of whom it lets choose a password
	Login      string
}

// NewLink makes a link with which a person chooses a password; earlier ones stop working.
func (d *Door) NewLink(ctx context.Context, actor access.Actor, person string) (token string, err error) {
	if err := actor.Check(access.EditPeople, access.Other); err != nil {
		return "", err
	}
	token = base64.RawURLEncoding.EncodeToString(d.clock.Bytes(32))
	now := d.clock.Now()
	return token, d.db.Write(ctx, func(q db.Q) error {
		if err := replaceLink(ctx, q, link{Hash: hashToken(token), Purpose: "password", Person: person,
			Created: now, Expires: now + linkLasts.Milliseconds()}); err != nil {
			return err
		}
		return d.trail.Append(ctx, q, audit.Event{Act: "password.link", Actor: actor.ID, Subject: person})
	})
}

// FirstLink makes the link that creates the administrator; "" where there is a person already.
func (d *Door) FirstLink(ctx context.Context) (token string, err error) {
	token = base64.RawURLEncoding.EncodeToString(d.clock.Bytes(32))
	now := d.clock.Now()
	made := false
	err = d.db.Write(ctx, func(q db.Q) error {
		made, err = firstLink(ctx, q, link{Hash: hashToken(token), Purpose: "first_admin",
			Created: now, Expires: now + linkLasts.Milliseconds()})
		return err
	})
	if err != nil || !made {
		return "", err
	}
	return token, nil
}

// OpenLink says what a link is for; Missing where it does not work (any more).
func (d *Door) OpenLink(ctx context.Context, token string) (Link, error) {
	l, err := openLink(ctx, d.db.Read(), hashToken(token), d.clock.Now())
	return Link{FirstAdmin: l.Purpose == "first_admin", Name: l.Name, Login: l.Login}, err
}

// UseLink sets the password that the link lets its person choose, ends their sessions and signs them in.
func (d *Door) UseLink(ctx context.Context, token, password string, v Visitor) (cookie string, err error) {
	l, err := openLink(ctx, d.db.Read(), hashToken(token), d.clock.Now())
	if err != nil {
		return "", err
	}
	if l.Purpose != "password" {
		return "", fault.New(fault.Missing, "door.link_gone")
	}
	phc, err := d.newPassword(ctx, password, l.Login)
	if err != nil {
		return "", err
	}
	return d.settle(ctx, token, l.Person, phc, v, nil)
}

// UseFirstLink creates the administrator with create, sets the password and signs them in.
func (d *Door) UseFirstLink(ctx context.Context, token string, p people.Person, password string, v Visitor,
	create func(ctx context.Context, q db.Q, p people.Person) error) (cookie string, err error) {
	l, err := openLink(ctx, d.db.Read(), hashToken(token), d.clock.Now())
	if err != nil {
		return "", err
	}
	if l.Purpose != "first_admin" {
		return "", fault.New(fault.Missing, "door.link_gone")
	}
	phc, err := d.newPassword(ctx, password, people.FoldLogin(p.Login))
	if err != nil {
		return "", err
	}
	p.ID = d.clock.ID()
	return d.settle(ctx, token, p.ID, phc, v, func(q db.Q) error { return create(ctx, q, p) })
}

// settle uses up the link, runs before, sets the password and opens a session, all or nothing.
func (d *Door) settle(ctx context.Context, token, person, phc string, v Visitor, before func(db.Q) error) (cookie string, err error) {
	err = d.db.Write(ctx, func(q db.Q) error {
		if err := claimLink(ctx, q, hashToken(token), d.clock.Now()); err != nil {
			return err
		}
		if before != nil {
			if err := before(q); err != nil {
				return err
			}
		}
		if err := setPassword(ctx, q, person, phc); err != nil {
			return err
		}
		if err := endSessions(ctx, q, "DELETE FROM session WHERE person_id = $1 AND id <> $2", person, ""); err != nil {
			return err
		}
		a, err := accountByID(ctx, q, person)
		if err != nil {
			return err
		}
		if a.State != people.Active {
			return fault.New(fault.Missing, "door.link_gone")
		}
		if err := forget(ctx, q, "login:"+a.Login, d.clock.Now()); err != nil {
			return err
		}
		var s Session
		cookie, s = d.newSession(a, v)
		if err := insertSession(ctx, q, hashToken(cookie), s); err != nil {
			return err
		}
		return d.trail.Append(ctx, q, audit.Event{Act: "password.chosen", Actor: person, Subject: person})
	})
	return cookie, err
}
