// Package door is how people come in: passwords, sessions, one-time links and API tokens.
//
// A session token is 32 random bytes in a cookie; the database keeps only its SHA-256, so that a stolen
// backup opens nothing. Failed sign-ins are counted in the database, by login and by address, so that the
// count survives a restart and is one for all nodes.
package door

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Door lets people in.
type Door struct {
	db     *db.DB
	clock  *clock.Clock
	trail  *audit.Trail
	hasher *hasher
	secret []byte
	lasts  time.Duration

	lookups lookups
	passes  passes
}

// Settings are what an operator decides.
type Settings struct {
	Secret  []byte        // signs API tokens
	Lasts   time.Duration // a session
	Hashers int           // passwords hashed at once
}

// New makes the room.
func New(d *db.DB, c *clock.Clock, t *audit.Trail, s Settings) *Door {
	return &Door{db: d, clock: c, trail: t, hasher: newHasher(s.Hashers), secret: s.Secret, lasts: s.Lasts}
}

// Visitor is what is known of somebody at the door.
type Visitor struct {
	Agent   string // the browser's own description
	Address string
}

// Session is one sign-in.
type Session struct {
	ID      string
	Actor   access.Actor
	Created int64
	Seen    int64
	Expires int64
	Agent   string
	Address string
}

// SignIn lets in who knows the password and gives the token for the cookie. Too many failures from one
// login or one address are refused unseen for a while.
func (d *Door) SignIn(ctx context.Context, login, password string, v Visitor) (token string, s Session, err error) {
	login, v.Address = people.FoldLogin(plain(login, 200)), plain(v.Address, 100)
	a, err := accountByLogin(ctx, d.db.Read(), login)
	if err != nil {
		return "", s, err
	}
	tried := guess{name: "login:" + login, address: "address:" + v.Address, password: password, hash: a.Hash}
	ok, err := d.guess(ctx, tried)
	if err != nil {
		return "", s, err
	}
	if !ok || a.State != people.Active {
		return "", s, fault.New(fault.Denied, "door.wrong")
	}
	token, s = d.newSession(a, v)
	return token, s, d.db.Write(ctx, func(q db.Q) error {
		if err := claimAccount(ctx, q, a.ID, a.Hash); err != nil {
			return err
		}
		if err := forget(ctx, q, tried.name, d.clock.Now()); err != nil {
			return err
		}
		return insertSession(ctx, q, hashToken(token), s)
	})
}

// guess is one try at a password.
type guess struct {
	name, address  string // what failures are counted by; address may be ""
	password, hash string
}

// guess says whether the password is right. The try is counted as a failure before the password is looked at,
// and forgotten by whoever lets the person in: a thousand tries sent at once must not all pass the count. A
// try that is refused is not counted, so that whoever waits as told is let through.
func (d *Door) guess(ctx context.Context, g guess) (bool, error) {
	now := d.clock.Now()
	till, err := blockedTill(ctx, d.db.Read(), g.name, g.address)
	if err != nil {
		return false, err
	}
	if till > now {
		return false, throttled(till - now)
	}
	if err := d.db.Write(ctx, func(q db.Q) error {
		till, err := countFailure(ctx, q, g.name, now)
		if err == nil && till > now { // a try beside this one was the last that is allowed
			err = throttled(till - now)
		}
		return err
	}); err != nil {
		return false, err
	}
	ok, err := d.hasher.matches(ctx, cut(g.password, 4*MaxPassword), g.hash)
	if err != nil || ok || g.address == "" {
		return ok, err
	}
	return false, d.db.Write(ctx, func(q db.Q) error { _, err := countFailure(ctx, q, g.address, now); return err })
}

func throttled(wait int64) error {
	return fault.New(fault.Busy, "door.throttled", "n", (wait+59_999)/60_000)
}

func (d *Door) newSession(a account, v Visitor) (string, Session) {
	now := d.clock.Now()
	token := base64.RawURLEncoding.EncodeToString(d.clock.Bytes(32))
	return token, Session{ID: d.clock.ID(), Actor: a.actor(), Created: now, Seen: now,
		Expires: now + d.lasts.Milliseconds(), Agent: plain(v.Agent, 300), Address: plain(v.Address, 100)}
}

// seenEvery is how exactly the last use of a session is remembered: writing it at every request would cost
// a commit a page.
const seenEvery = 5 * time.Minute

// Recognise gives the session of a token; Missing where there is none, it has expired, or the person may not
// come in any more. One statement, which those who come at the same time share.
func (d *Door) Recognise(ctx context.Context, token string) (Session, error) {
	if token == "" {
		return Session{}, fault.New(fault.Missing, "door.no_session")
	}
	s, err := d.session(ctx, hashToken(token))
	if err != nil {
		return s, err
	}
	if now := d.clock.Now(); now-s.Seen > seenEvery.Milliseconds() {
		return s, touch(ctx, d.db.Read(), s.ID, now)
	}
	return s, nil
}

// SignOut ends the session of a token.
func (d *Door) SignOut(ctx context.Context, token string) error {
	return endByHash(ctx, d.db.Read(), hashToken(token))
}

// Sessions gives a person's open sessions, the latest used first.
func (d *Door) Sessions(ctx context.Context, actor access.Actor) ([]Session, error) {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return nil, err
	}
	return sessionsOf(ctx, d.db.Read(), actor.ID, d.clock.Now())
}

// End ends one of the actor's own sessions.
func (d *Door) End(ctx context.Context, actor access.Actor, id string) error {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return err
	}
	return endSessions(ctx, d.db.Read(), "DELETE FROM session WHERE person_id = $1 AND id = $2", actor.ID, id)
}

// EndOthers ends all of the actor's sessions but the one named.
func (d *Door) EndOthers(ctx context.Context, actor access.Actor, keep string) error {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return err
	}
	return endSessions(ctx, d.db.Read(), "DELETE FROM session WHERE person_id = $1 AND id <> $2", actor.ID, keep)
}

// ChangePassword replaces the actor's password and ends all their other sessions.
func (d *Door) ChangePassword(ctx context.Context, actor access.Actor, session, old, password string) error {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return err
	}
	a, err := accountByID(ctx, d.db.Read(), actor.ID)
	if err != nil {
		return err
	}
	tried := guess{name: "password:" + actor.ID, password: old, hash: a.Hash}
	ok, err := d.guess(ctx, tried)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Invalid, "door.old_wrong").At("old")
	}
	phc, err := d.newPassword(ctx, password, a.Login)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(q db.Q) error {
		if err := claimAccount(ctx, q, a.ID, a.Hash); err != nil {
			return err
		}
		if err := setPassword(ctx, q, actor.ID, phc); err != nil {
			return err
		}
		if err := forget(ctx, q, tried.name, d.clock.Now()); err != nil {
			return err
		}
		if err := endSessions(ctx, q, "DELETE FROM session WHERE person_id = $1 AND id <> $2", actor.ID, session); err != nil {
			return err
		}
		return d.trail.Append(ctx, q, audit.Event{Act: "password.changed", Actor: actor.ID, Subject: actor.ID})
	})
}

func (d *Door) newPassword(ctx context.Context, password, login string) (string, error) {
	if err := CheckPassword(password, login); err != nil {
		return "", err
	}
	return d.hasher.hash(ctx, password, d.clock.Bytes(saltBytes))
}

// SetPassword gives a person a password without asking for the old one: for the demo company and the
// command line, whose user may change the database anyhow.
func (d *Door) SetPassword(ctx context.Context, actor access.Actor, person, password string) error {
	if err := actor.Check(access.EditPeople, access.Other); err != nil {
		return err
	}
	phc, err := d.hasher.hash(ctx, password, d.clock.Bytes(saltBytes))
	if err != nil {
		return err
	}
	return d.db.Write(ctx, func(q db.Q) error {
		if err := setPassword(ctx, q, person, phc); err != nil {
			return err
		}
		return d.trail.Append(ctx, q, audit.Event{Act: "password.set", Actor: actor.ID, Subject: person})
	})
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// plain makes of what a stranger sent a text of at most n bytes that every database can keep.
func plain(s string, n int) string {
	return strings.ReplaceAll(strings.ToValidUTF8(cut(s, n), ""), "\x00", "")
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
