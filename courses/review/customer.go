package review

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// longestContact bounds the name of a customer's contact, in characters.
const longestContact = 60

// Guest is a customer who is to be invited.
type Guest struct {
	Name  string
	Email string // or "": the link is handed over by whoever makes it
	Form  string // identifies the form that was sent: sent twice, it invites once
}

func (g *Guest) clean() error {
	g.Name, g.Email = strings.TrimSpace(g.Name), strings.TrimSpace(g.Email)
	switch {
	case g.Name == "":
		return fault.New(fault.Invalid, "reviews.contact_needed").At("name")
	case utf8.RuneCountInString(g.Name) > longestContact || strings.ContainsFunc(g.Name, unicode.IsControl):
		return fault.New(fault.Invalid, "reviews.contact_long", "max", longestContact).At("name")
	case g.Form == "" || len(g.Form) > 64:
		return fault.New(fault.Invalid, "error.form_stale")
	case g.Email == "":
		return nil
	}
	a, err := mail.ParseAddress(g.Email)
	if err != nil || a.Address != g.Email || len(g.Email) > 200 {
		return fault.New(fault.Invalid, "reviews.email_form").At("email")
	}
	return nil
}

// Invitation is a link as it is made.
type Invitation struct {
	Person  string // who is reviewed: the id
	Name    string // and the name
	Contact string
	Token   string // of the link, known only now; to whoever invites "" where it is on its way by mail
	Due     string // YYYY-MM-DD, the last day
	Mailed  bool
}

// Invite makes a one-time link with which a customer reviews the panel's person: 256 random bits, of which only a hash is
// kept. It works until it is used, the panel's last day is over, the panel closes or it is withdrawn. An address gets it by
// mail where mail is set up, and is not kept. A form that is sent twice makes one invitation, and the link that was answered
// last is the one that works.
func (r *Reviews) Invite(ctx context.Context, actor access.Actor, panel string, g Guest) (Invitation, error) {
	p, to, err := r.panelFor(ctx, actor, panel)
	if err == nil {
		err = actor.Check(access.InviteCustomer, to)
	}
	if err == nil {
		err = g.clean()
	}
	if err == nil && p.Due < r.today() {
		err = fault.New(fault.Conflict, "reviews.link_over")
	}
	if err != nil {
		return Invitation{}, err
	}
	names, err := r.People.Names(ctx, []string{p.Person})
	if err != nil {
		return Invitation{}, err
	}
	i := Invitation{Person: p.Person, Name: names[p.Person], Contact: g.Name, Due: p.Due, Mailed: g.Email != "" && r.Outbox != nil,
		Token: base64.RawURLEncoding.EncodeToString(r.Clock.Bytes(32))}
	err = r.DB.Write(ctx, func(q db.Q) error { return r.invite(ctx, q, actor, panel, g, &i) })
	if i.Mailed {
		i.Token = "" // the customer's alone: whoever invites could use it in their place
	}
	return i, err
}

func (r *Reviews) invite(ctx context.Context, q db.Q, actor access.Actor, panel string, g Guest, i *Invitation) error {
	if err := claimPanel(ctx, q, panel); err != nil {
		return err
	}
	before, err := requestByForm(ctx, q, panel, g.Form)
	switch {
	case err != nil:
		return err
	case before.ID != "" && before.Mailed:
		i.Token, i.Mailed = "", true
		return nil
	case before.ID != "":
		i.Mailed = false
		return replaceToken(ctx, q, before.ID, hashToken(i.Token))
	}
	if err := r.room(ctx, q, panel); err != nil {
		return err
	}
	id := r.Clock.ID()
	added, err := insertRequest(ctx, q, request{ID: id, Panel: panel, Side: Customer, Contact: g.Name, Hash: hashToken(i.Token), Mailed: i.Mailed, Form: g.Form})
	if err == nil && !added {
		err = fault.New(fault.Invalid, "error.form_stale") // the form was sent about somebody else
	}
	if err != nil {
		return err
	}
	if i.Mailed {
		m := r.Letter(*i)
		m.Key, m.To = "review/"+id, g.Email
		if err := r.Outbox.Put(ctx, q, m); err != nil {
			return err
		}
	}
	return r.Trail.Append(ctx, q, audit.Event{Act: "review.invited", Actor: actor.ID,
		Facts: map[string]any{"panel": panel, "request": id, "mailed": i.Mailed}})
}

// Withdraw ends a customer's link. One that was used stays given; whether it was is not told.
func (r *Reviews) Withdraw(ctx context.Context, actor access.Actor, panel, id string) error {
	_, to, err := r.panelFor(ctx, actor, panel)
	if err == nil {
		err = actor.Check(access.InviteCustomer, to)
	}
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(q db.Q) error {
		if err := claimPanel(ctx, q, panel); err != nil {
			return err
		}
		done, err := withdraw(ctx, q, panel, id)
		if err != nil || !done {
			return err
		}
		return r.Trail.Append(ctx, q, audit.Event{Act: "review.withdrawn", Actor: actor.ID, Facts: map[string]any{"panel": panel, "request": id}})
	})
}

// LinkState says whether a link works.
type LinkState string

// The states of a link.
const (
	LinkOpen      LinkState = "open"
	LinkUsed      LinkState = "used"
	LinkWithdrawn LinkState = "withdrawn"
	LinkOver      LinkState = "over" // the last day is past, or the panel closed
)

// Link is what a customer's link leads to.
type Link struct {
	State    LinkState
	Person   string // who is reviewed: the id
	Contact  string
	Items    []Item
	Due      string // YYYY-MM-DD, the last day
	MinShown int
}

// OpenLink says what a link leads to; Missing where there was never such a link. Nobody signs in for it: the token is the right.
func (r *Reviews) OpenLink(ctx context.Context, token string) (Link, error) {
	_, l, err := r.link(ctx, r.DB.Read(), token)
	return l, err
}

func (r *Reviews) link(ctx context.Context, q db.Q, token string) (request, Link, error) {
	one, err := requestByToken(ctx, q, hashToken(token))
	if err != nil {
		return one, Link{}, err
	}
	p, err := panelByID(ctx, q, one.Panel)
	l := Link{State: LinkOpen, Person: p.Person, Contact: one.Contact, Items: p.Items, Due: p.Due, MinShown: p.MinShown}
	switch {
	case one.Version > 0:
		l.State = LinkUsed
	case one.Withdrawn:
		l.State = LinkWithdrawn
	case r.over(p):
		l.State = LinkOver
	}
	return one, l, err
}

// GiveByLink gives a customer's sheet and uses the link up. The same form sent twice gives once; another one on a link that
// was used, or that works no more, is a Conflict.
func (r *Reviews) GiveByLink(ctx context.Context, token string, s Sheet, form string) error {
	one, l, err := r.link(ctx, r.DB.Read(), token)
	if err != nil {
		return err
	}
	if err := s.clean(l.Items); err != nil {
		return err
	}
	if form == "" || len(form) > 64 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	return r.DB.Write(ctx, func(q db.Q) error {
		if err := claimPanel(ctx, q, one.Panel); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
		if done, err := sheetByForm(ctx, q, one.ID, hashToken(form)); err != nil || done {
			return err
		}
		switch _, l, err := r.link(ctx, q, token); {
		case err != nil:
			return err
		case l.State != LinkOpen:
			return fault.New(fault.Conflict, "reviews.link_"+string(l.State))
		}
		if err := useLink(ctx, q, one.ID, hashToken(token)); err != nil {
			return err
		}
		return r.keep(ctx, q, kept{Panel: one.Panel, Request: one.ID, Version: 1, Sheet: s, Form: hashToken(form)})
	})
}

// hashToken is what is kept of a token: SHA-256, hex. The token has 256 random bits; no salt is needed. Of the form of a sheet
// a hash is kept too: its id says when it was drawn.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
