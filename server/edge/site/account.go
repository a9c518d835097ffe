package site

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
	"tongguan/server/base/door"
	"tongguan/web/pages/account"
)

// accountDraft is what a form of the account page said, and what came of it.
type accountDraft struct {
	newToken, tokenName, tokenDays string
	scopes                         []string
	cause                          error
}

func (s *Site) account(c *fiber.Ctx, v visit) error {
	return s.drawAccount(c, v, accountDraft{tokenDays: "90", scopes: door.Scopes()})
}

func (s *Site) drawAccount(c *fiber.Ctx, v visit, d accountDraft) error {
	ctx := c.UserContext()
	me, err := s.People.Get(ctx, v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	teams, err := s.Teams.Names(ctx)
	if err != nil {
		return err
	}
	sessions, err := s.Door.Sessions(ctx, v.actor)
	if err != nil {
		return err
	}
	tokens, err := s.Door.Tokens(ctx, v.actor)
	if err != nil {
		return err
	}
	p := account.Page{Frame: s.frame(c, v, v.voice.T("account.title")), Name: me.Name, Login: me.Login, Email: me.Email, Team: teams[me.Team],
		TokenName: d.tokenName, TokenDays: d.tokenDays, NewToken: d.newToken, Errors: s.errors(v, d.cause), API: "/api/v1/openapi.yaml"}
	if p.Digest, err = s.digestMail(c, v); err != nil {
		return err
	}
	for _, r := range me.Roles {
		p.Roles = append(p.Roles, v.voice.T("role."+string(r)))
	}
	for _, one := range sessions {
		p.Sessions = append(p.Sessions, account.Session{ID: one.ID, Agent: browser(v, one.Agent), Address: one.Address, Current: one.ID == v.session.ID,
			Began: v.voice.DateTime(one.Created, s.Zone), Seen: v.voice.DateTime(one.Seen, s.Zone)})
	}
	for _, t := range tokens {
		p.Tokens = append(p.Tokens, account.Token{ID: t.ID, Name: t.Name, Scopes: strings.Join(t.Scopes, " "),
			Created: v.voice.Date(t.Created, s.Zone), Expires: v.voice.Date(t.Expires, s.Zone)})
	}
	for _, name := range door.Scopes() {
		if name == door.ScopeContent && !v.actor.May(access.SeeContentDesk, access.Other) {
			continue // it would open nothing
		}
		p.Scopes = append(p.Scopes, account.Scope{Name: name, Text: v.voice.T("account.scope." + name), Chosen: contains(d.scopes, name)})
	}
	if d.cause != nil {
		setStatus(c, d.cause)
	}
	return s.draw(c, account.PageOf(p))
}

func contains(all []string, one string) bool {
	for _, a := range all {
		if a == one {
			return true
		}
	}
	return false
}

// browser names a browser and its system in a word each.
func browser(v visit, agent string) string {
	name, system := "", ""
	for _, k := range []string{"Edg", "MicroMessenger", "Firefox", "Chrome", "Safari"} {
		if name == "" && strings.Contains(agent, k) {
			name = strings.NewReplacer("Edg", "Edge", "MicroMessenger", "WeChat").Replace(k)
		}
	}
	for _, k := range []string{"Windows", "iPhone", "iPad", "Android", "Mac OS", "Linux"} {
		if system == "" && strings.Contains(agent, k) {
			system = strings.Replace(k, "Mac OS", "macOS", 1)
		}
	}
	if name == "" {
		return v.voice.T("account.unknown_browser")
	}
	return strings.TrimSuffix(name+" · "+system, " · ")
}

func (s *Site) passwordChange(c *fiber.Ctx, v visit) error {
	err := s.Door.ChangePassword(c.UserContext(), v.actor, v.session.ID, c.FormValue("old"), c.FormValue("password"))
	if again(err) {
		return s.drawAccount(c, v, accountDraft{tokenDays: "90", scopes: door.Scopes(), cause: err})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "account.password_changed")
	return redirect(c, "/account")
}

func (s *Site) sessionEnd(c *fiber.Ctx, v visit) error {
	if err := s.Door.End(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	s.flash(c, "good", "account.session_ended")
	return redirect(c, "/account")
}

func (s *Site) sessionsEndOthers(c *fiber.Ctx, v visit) error {
	if err := s.Door.EndOthers(c.UserContext(), v.actor, v.session.ID); err != nil {
		return err
	}
	s.flash(c, "good", "account.others_ended")
	return redirect(c, "/account")
}

// tokenNew issues an API token and shows its text, this once.
func (s *Site) tokenNew(c *fiber.Ctx, v visit) error {
	d := accountDraft{tokenName: c.FormValue("name"), tokenDays: c.FormValue("days"), scopes: formValues(c, "scopes")}
	days, _ := strconv.Atoi(d.tokenDays)
	d.newToken, d.cause = s.Door.NewToken(c.UserContext(), v.actor, d.tokenName, d.scopes, days)
	if d.cause != nil && !again(d.cause) {
		return d.cause
	}
	if d.cause == nil {
		d.tokenName, d.tokenDays, d.scopes = "", "90", door.Scopes()
	}
	return s.drawAccount(c, v, d)
}

func (s *Site) tokenRevoke(c *fiber.Ctx, v visit) error {
	if err := s.Door.RevokeToken(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	s.flash(c, "good", "account.token_revoked")
	return redirect(c, "/account")
}
