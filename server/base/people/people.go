// Package people is who works here: accounts, roles and places in the tree of teams.
package people

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/width"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/team"
)

// States of an account.
const (
	Invited   = "invited" // has not chosen a password yet
	Active    = "active"
	Suspended = "suspended" // cannot sign in; every record stays
)

// Person is one account.
type Person struct {
	ID      string
	Login   string
	Name    string
	Email   string
	Lang    string // zh or en
	Team    string // id, or ""
	HiredOn string // YYYY-MM-DD, or ""
	State   string
	Roles   []access.Role
	Version int64 // what Change must name
}

// Actor is the person as the one who acts.
func (p Person) Actor() access.Actor {
	return access.Actor{ID: p.ID, Name: p.Name, Login: p.Login, Lang: p.Lang, Team: p.Team, Roles: p.Roles}
}

// administers says whether the person can keep accounts today: an invited administrator cannot yet.
func (p Person) administers() bool {
	return p.State == Active && slices.Contains(p.Roles, access.Admin)
}

// People keeps the accounts.
type People struct {
	db    *db.DB
	clock *clock.Clock
	trail *audit.Trail
	teams *team.Teams
}

// New makes the room.
func New(d *db.DB, c *clock.Clock, t *audit.Trail, teams *team.Teams) *People {
	return &People{d, c, t, teams}
}

// Relation says how the actor stands to the person.
func (p *People) Relation(ctx context.Context, actor access.Actor, person string) (access.Relation, error) {
	if actor.ID == person {
		return access.Self, nil
	}
	if !actor.Is(access.Manager) {
		return access.Other, nil
	}
	of, err := teamOf(ctx, p.db.Read(), person)
	if err != nil || of == "" {
		return access.Other, err
	}
	return p.teams.Relation(ctx, actor, of)
}

// Check refuses what the actor may not do to the person. Somebody who does not exist is as unseen as somebody
// who may not be seen.
func (p *People) Check(ctx context.Context, actor access.Actor, do access.Action, person string) error {
	to, err := p.Relation(ctx, actor, person)
	if err != nil {
		return err
	}
	return actor.Check(do, to)
}

// Get gives one person.
func (p *People) Get(ctx context.Context, actor access.Actor, id string) (Person, error) {
	if err := p.Check(ctx, actor, access.SeePeople, id); err != nil {
		return Person{}, err
	}
	return personByID(ctx, p.db.Read(), id)
}

// Filter narrows a list of people.
type Filter struct {
	Text  string // part of the name, login or e-mail
	Team  string // in this team or below it
	Role  access.Role
	State string
	Teams map[string]bool // only in these teams; nil for all
	Limit int             // at most 1000; 0 for 1000
	From  int
}

// List gives the people that the actor may see and the filter lets through, in order of their names (Chinese
// ones by pinyin), and how many there are in all.
func (p *People) List(ctx context.Context, actor access.Actor, f Filter) ([]Person, int, error) {
	if !actor.May(access.SeePeople, access.Other) {
		managed, err := p.teams.ManagedBy(ctx, actor.ID)
		if err != nil || !actor.May(access.SeePeople, access.Below) || len(managed) == 0 {
			return nil, 0, err
		}
		f.Teams = both(f.Teams, managed)
	}
	if f.Team != "" {
		under, err := p.teams.Under(ctx, f.Team)
		if err != nil {
			return nil, 0, err
		}
		f.Teams = both(f.Teams, under)
	}
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 1000
	}
	f.From = max(0, f.From)
	return list(ctx, p.db.Read(), f)
}

// Names gives the names of the people with these ids, for pages that show what they did.
func (p *People) Names(ctx context.Context, ids []string) (map[string]string, error) {
	return names(ctx, p.db.Read(), ids)
}

// Count says how many accounts there are.
func (p *People) Count(ctx context.Context) (int, error) { return count(ctx, p.db.Read()) }

// Create adds a person, who is invited until they choose a password, and gives the id.
func (p *People) Create(ctx context.Context, actor access.Actor, n Person) (string, error) {
	if err := actor.Check(access.EditPeople, access.Other); err != nil {
		return "", err
	}
	n.ID, n.State = p.clock.ID(), Invited
	if err := n.clean(); err != nil {
		return "", err
	}
	return n.ID, p.db.Write(ctx, func(q db.Q) error { return p.create(ctx, q, actor, n) })
}

func (p *People) create(ctx context.Context, q db.Q, actor access.Actor, n Person) error {
	ok, err := insert(ctx, q, n, p.clock.Now())
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Invalid, "people.login_taken", "login", n.Login).At("login")
	}
	return p.trail.Append(ctx, q, audit.Event{Act: "person.created", Actor: actor.ID, Subject: n.ID,
		Facts: map[string]any{"roles": n.Roles, "team": n.Team}, Private: map[string]any{"name": n.Name, "login": n.Login}})
}

// Change replaces what is known of a person; n.Version is the one that the form was drawn from. The last
// administrator cannot stop being one.
func (p *People) Change(ctx context.Context, actor access.Actor, n Person) error {
	if err := p.Check(ctx, actor, access.EditPeople, n.ID); err != nil {
		return err
	}
	if err := n.clean(); err != nil {
		return err
	}
	return p.db.Write(ctx, func(q db.Q) error { return p.change(ctx, q, actor, n) })
}

func (p *People) change(ctx context.Context, q db.Q, actor access.Actor, n Person) error {
	before, err := claimAndReplace(ctx, q, n)
	if err != nil {
		return err
	}
	if before.administers() && !slices.Contains(n.Roles, access.Admin) {
		if err := anotherAdmin(ctx, q); err != nil {
			return err
		}
	}
	act := "person.changed"
	if !slices.Equal(before.Roles, n.Roles) {
		act = "role.changed"
	}
	return p.trail.Append(ctx, q, audit.Event{Act: act, Actor: actor.ID, Subject: n.ID,
		Facts:   map[string]any{"roles": n.Roles, "roles_before": before.Roles, "team": n.Team, "team_before": before.Team},
		Private: map[string]any{"name": n.Name, "login": n.Login}})
}

// Suspend ends every session of a person and lets them in no more, until Resume.
func (p *People) Suspend(ctx context.Context, actor access.Actor, id string) error {
	return p.setState(ctx, actor, id, Suspended)
}

// Resume lets a suspended person in again.
func (p *People) Resume(ctx context.Context, actor access.Actor, id string) error {
	return p.setState(ctx, actor, id, Active)
}

func (p *People) setState(ctx context.Context, actor access.Actor, id, state string) error {
	if err := p.Check(ctx, actor, access.EditPeople, id); err != nil {
		return err
	}
	return p.db.Write(ctx, func(q db.Q) error {
		before, err := claimState(ctx, q, id, state)
		if err != nil {
			return err
		}
		if before.administers() {
			if err := anotherAdmin(ctx, q); err != nil {
				return err
			}
		}
		return p.trail.Append(ctx, q, audit.Event{Act: "person." + state, Actor: actor.ID, Subject: id})
	})
}

// SetLang remembers the language a person reads in.
func (p *People) SetLang(ctx context.Context, actor access.Actor, lang string) error {
	if lang != "zh" && lang != "en" {
		return fault.New(fault.Invalid, "people.lang_unknown").At("lang")
	}
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return err
	}
	return setLang(ctx, p.db.Read(), actor.ID, lang)
}

var loginForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._@+-]{1,63}$`)

// FoldLogin gives the form in which logins are compared: half-width, lower case.
func FoldLogin(s string) string { return fold(strings.TrimSpace(s)) }

func fold(s string) string { return cases.Fold().String(width.Fold.String(s)) }

// clean normalises a person's data and refuses what cannot be kept.
func (p *Person) clean() error {
	p.Name, p.Email, p.Login = strings.TrimSpace(p.Name), strings.TrimSpace(p.Email), FoldLogin(p.Login)
	p.HiredOn = strings.TrimSpace(p.HiredOn)
	if p.Lang == "" {
		p.Lang = "zh"
	}
	switch {
	case p.Name == "":
		return fault.New(fault.Invalid, "people.name_needed").At("name")
	case utf8.RuneCountInString(p.Name) > 60:
		return fault.New(fault.Invalid, "people.name_long", "max", 60).At("name")
	case !utf8.ValidString(p.Name) || strings.ContainsFunc(p.Name, unicode.IsControl):
		return fault.New(fault.Invalid, "people.name_form").At("name")
	case !loginForm.MatchString(p.Login):
		return fault.New(fault.Invalid, "people.login_form").At("login")
	case p.Email != "" && !isAddress(p.Email):
		return fault.New(fault.Invalid, "people.email_form", "email", p.Email).At("email")
	case p.Lang != "zh" && p.Lang != "en":
		return fault.New(fault.Invalid, "people.lang_unknown").At("lang")
	}
	if _, err := time.Parse(time.DateOnly, p.HiredOn); p.HiredOn != "" && err != nil {
		return fault.New(fault.Invalid, "people.date_form", "date", p.HiredOn).At("hired_on")
	}
	return p.cleanRoles()
}

// cleanRoles puts the roles in their order, each once.
func (p *Person) cleanRoles() error {
	var kept []access.Role
	for _, r := range access.Roles() {
		if slices.Contains(p.Roles, r) {
			kept = append(kept, r)
		}
	}
	for _, r := range p.Roles {
		if !r.Known() {
			return fault.New(fault.Invalid, "people.role_unknown", "role", string(r)).At("roles")
		}
	}
	if len(kept) == 0 {
		return fault.New(fault.Invalid, "people.role_needed").At("roles")
	}
	p.Roles = kept
	return nil
}

func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && len(s) <= 254 && a.Address == s
}

// sortKey is the collation key of a name, hexadecimal so that every database compares it alike.
func sortKey(name string) string {
	var b collate.Buffer
	return hex.EncodeToString(bytes.TrimRight(collate.New(language.Chinese).KeyFromString(&b, name), "\x00"))
}

// searchKey is what a search looks in.
func (p Person) searchKey() string { return fold(p.Name + " " + p.Login + " " + p.Email) }

func both(a, b map[string]bool) map[string]bool {
	if a == nil {
		return b
	}
	out := map[string]bool{}
	for k := range a {
		if b[k] {
			out[k] = true
		}
	}
	return out
}

// CreateFirst adds the first administrator inside the transaction that uses up the one-time link.
func (p *People) CreateFirst(ctx context.Context, q db.Q, n Person) error {
	n.State, n.Roles = Invited, []access.Role{access.Learner, access.Admin}
	if err := n.clean(); err != nil {
		return err
	}
	return p.create(ctx, q, access.Actor{ID: n.ID}, n)
}

// CountByTeam says how many people are in each team itself, without those below it.
func (p *People) CountByTeam(ctx context.Context) (map[string]int, error) {
	return countByTeam(ctx, p.db.Read())
}
