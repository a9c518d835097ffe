package door

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Scopes that an API token can have.
const (
	ScopeProfile  = "profile"  // who am I
	ScopeLearning = "learning" // courses and progress
	ScopeContent  = "content"  // how the content does: statistics of quizzes

	ScopeAppraisal = "appraisal" // records of appraisal that the person may see, others' too
)

// Scopes lists the scopes.
func Scopes() []string { return []string{ScopeProfile, ScopeLearning, ScopeContent, ScopeAppraisal} }

// Issuer and audience of every API token; a token made for something else opens nothing here.
const (
	issuer   = "tongguan"
	audience = "tongguan-api"
)

// MaxTokenDays is the longest life of an API token.
const MaxTokenDays = 365

// Token is an API token, without the text that opens the door.
type Token struct {
	ID      string   `db:"id"`
	Name    string   `db:"name"`
	Scopes  []string `db:"-"`
	Created int64    `db:"created_at"`
	Expires int64    `db:"expires_at"`

	Joined string `db:"scopes"`
}

var errNoSecret = errors.New("door: there is no secret to sign tokens with")

type claims struct {
	Scope string `json:"scope"`
	jwt.RegisteredClaims
}

// NewToken issues a token to the actor and gives its text, which is shown once and not kept.
func (d *Door) NewToken(ctx context.Context, actor access.Actor, name string, scopes []string, days int) (string, error) {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return "", err
	}
	name = strings.TrimSpace(plain(name, 1000))
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "door.token_name").At("name")
	case utf8.RuneCountInString(name) > 60:
		return "", fault.New(fault.Invalid, "door.token_name_long", "max", 60).At("name")
	case days < 1 || days > MaxTokenDays:
		return "", fault.New(fault.Invalid, "door.token_days", "max", MaxTokenDays).At("days")
	case len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(Scopes(), s) }):
		return "", fault.New(fault.Invalid, "door.token_scopes").At("scopes")
	}
	now := d.clock.Now()
	t := Token{ID: d.clock.ID(), Name: name, Joined: strings.Join(scopes, " "), Created: now,
		Expires: now + int64(days)*24*time.Hour.Milliseconds()}
	text, err := d.sign(t, actor.ID)
	if err != nil {
		return "", err
	}
	return text, d.db.Write(ctx, func(q db.Q) error {
		if err := insertToken(ctx, q, actor.ID, t); err != nil {
			return err
		}
		return d.trail.Append(ctx, q, audit.Event{Act: "token.issued", Actor: actor.ID, Subject: actor.ID,
			Facts: map[string]any{"token": t.ID, "scopes": scopes, "expires": t.Expires}})
	})
}

func (d *Door) sign(t Token, person string) (string, error) {
	c := claims{t.Joined, jwt.RegisteredClaims{ID: t.ID, Subject: person, Issuer: issuer, Audience: jwt.ClaimStrings{audience},
		IssuedAt: jwt.NewNumericDate(time.UnixMilli(t.Created)), ExpiresAt: jwt.NewNumericDate(time.UnixMilli(t.Expires))}}
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(d.secret)
	if len(d.secret) == 0 {
		err = errNoSecret
	}
	if err != nil {
		return "", fmt.Errorf("door: sign a token: %w", err)
	}
	return text, nil
}

// RecogniseToken gives the person and the scopes of an API token. Signature, method, expiry, issuer and
// audience are checked, and the database is asked whether it was revoked or the person suspended.
func (d *Door) RecogniseToken(ctx context.Context, text string) (access.Actor, []string, error) {
	var c claims
	if len(d.secret) == 0 { // anybody can sign with an empty key
		return access.Actor{}, nil, errNoSecret
	}
	_, err := jwt.ParseWithClaims(text, &c, func(*jwt.Token) (any, error) { return d.secret, nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(), jwt.WithIssuer(issuer),
		jwt.WithAudience(audience), jwt.WithTimeFunc(func() time.Time { return time.UnixMilli(d.clock.Now()) }))
	if err != nil {
		return access.Actor{}, nil, fault.Wrap(fault.Denied, err, "door.token_bad")
	}
	a, scopes, err := accountByToken(ctx, d.db.Read(), c.ID, d.clock.Now())
	if err != nil && !db.None(err) {
		return access.Actor{}, nil, err
	}
	if err != nil || a.ID != c.Subject {
		return access.Actor{}, nil, fault.Wrap(fault.Denied, err, "door.token_bad")
	}
	return a.actor(), strings.Fields(scopes), nil
}

// Tokens gives the actor's tokens that still work, the newest first.
func (d *Door) Tokens(ctx context.Context, actor access.Actor) ([]Token, error) {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return nil, err
	}
	return tokensOf(ctx, d.db.Read(), actor.ID, d.clock.Now())
}

// RevokeToken makes one of the actor's tokens stop working at once.
func (d *Door) RevokeToken(ctx context.Context, actor access.Actor, id string) error {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return err
	}
	return d.db.Write(ctx, func(q db.Q) error {
		if err := revokeToken(ctx, q, actor.ID, id, d.clock.Now()); err != nil {
			return err
		}
		return d.trail.Append(ctx, q, audit.Event{Act: "token.revoked", Actor: actor.ID, Subject: actor.ID,
			Facts: map[string]any{"token": id}})
	})
}
