// Package personal gives people everything that is kept about them, and takes it out of the database for good.
//
// Both rest on one list of every table and column that refers to a person (tables.go), which a test holds against the
// schema: it stands at the edge because it crosses all rooms, and gives nothing that a room decides. What the company must
// keep stays under a pseudonym: certificates, scores, appraisals, and the audit trail, whose tree stays as it was.
package personal

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Personal does both. Safe for concurrent use.
type Personal struct {
	Parts
}

// Parts are what it leans on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Trail  *audit.Trail
	People *people.People
}

// New makes it.
func New(p Parts) *Personal { return &Personal{p} }

// Export is everything that is kept about a person.
type Export struct {
	Person string    `json:"person"` // id
	Name   string    `json:"name"`
	Made   int64     `json:"made"` // milliseconds since 1970 UTC
	Tables []Extract `json:"tables"`
	Left   []LeftOut `json:"left_out"`

	files []file
}

// Extract is what one table holds: about the person, and of what they did to others without saying to whom.
type Extract struct {
	Table string           `json:"table"`
	About []Row            `json:"about,omitempty"`
	Done  map[string][]Row `json:"done,omitempty"` // by the column in which the person stands
}

// LeftOut is a column that is not given out, with the reason: key (of answers that are still asked), secret, derived, or
// other (the ids of other people).
type LeftOut struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	Reason string `json:"reason"`
}

type file struct{ id, name, data string }

// Export gives everything about a person, to themselves and to the operator. Nobody else: who may see a record of somebody
// sees it on its page.
func (p *Personal) Export(ctx context.Context, actor access.Actor, person string) (Export, error) {
	if err := p.People.Check(ctx, actor, access.TakeData, person); err != nil {
		return Export{}, err
	}
	who, err := p.People.Get(ctx, actor, person)
	if err != nil {
		return Export{}, err
	}
	out := Export{Person: person, Name: who.Name, Made: p.Clock.Now()}
	others, err := othersThan(ctx, p.DB.Read(), person)
	if err != nil {
		return out, err
	}
	for _, t := range tables {
		one, err := extract(ctx, p.DB.Read(), t, person)
		if err != nil {
			return out, err
		}
		one.veil(others)
		if len(one.About) > 0 || len(one.Done) > 0 {
			out.Tables = append(out.Tables, one)
		}
		out.Left = append(out.Left, t.leftOut()...)
		if t.Name == "external_file" {
			out.files = files(one.About)
		}
	}
	return out, nil
}

func extract(ctx context.Context, q db.Q, t Table, person string) (out Extract, err error) {
	out.Table = t.Name
	if where := t.about(); where != "" {
		if t.Once != "" {
			where += " AND " + t.Once
		}
		if out.About, err = rowsOf(ctx, q, t.Name, t.given(), where, person); err != nil {
			return out, err
		}
	}
	for _, by := range strings.Fields(t.By) {
		rows, err := rowsOf(ctx, q, t.Name, t.givenDone(by), by+" = $1", person)
		if err != nil {
			return out, err
		}
		if len(rows) > 0 {
			if out.Done == nil {
				out.Done = map[string][]Row{}
			}
			out.Done[by] = rows
		}
	}
	return out, nil
}

// identity is how ids look.
var identity = regexp.MustCompile(`[0-9a-hjkmnp-tv-z]{26}`)

// veil takes the ids of other people out of what documents say.
func (e Extract) veil(others map[string]bool) {
	all := [][]Row{e.About}
	for _, rows := range e.Done {
		all = append(all, rows)
	}
	for _, row := range slices.Concat(all...) {
		for name, value := range row {
			if text, ok := value.(string); ok && name != "data" {
				row[name] = identity.ReplaceAllStringFunc(text, func(id string) string {
					if others[id] {
						return struck
					}
					return id
				})
			}
		}
	}
}

// files gives what stands in rows of files as files.
func files(rows []Row) (out []file) {
	for _, r := range rows {
		id, _ := r["id"].(string)
		name, _ := r["name"].(string)
		data, _ := r["data"].(string)
		out = append(out, file{id, name, data})
	}
	return out
}

func (t Table) leftOut() (out []LeftOut) {
	for _, name := range strings.Fields(t.Hide) {
		column, reason, _ := strings.Cut(name, ":")
		out = append(out, LeftOut{t.Name, column, reason})
	}
	for _, by := range strings.Fields(t.By) {
		out = append(out, LeftOut{t.Name, by, "other"})
	}
	return out
}

// Erasure is the wish to erase somebody.
type Erasure struct {
	Person  string // id
	Confirm string // the person's login, typed again
	Reason  string // goes into the trail for ever: it must not name the person
}

const longReason = 300 // characters

// Erase takes everything that tells who a person is out of the database and leaves a pseudonym under which the records
// stand that must be kept. It cannot be undone. The person must be suspended, and their login typed; the trail says that
// somebody was erased, when, by whom and why, and not who it was.
func (p *Personal) Erase(ctx context.Context, actor access.Actor, e Erasure) error {
	if err := p.People.Check(ctx, actor, access.ErasePerson, e.Person); err != nil {
		return err
	}
	e.Reason = strings.TrimSpace(e.Reason)
	switch {
	case e.Reason == "":
		return fault.New(fault.Invalid, "personal.reason_needed").At("reason")
	case utf8.RuneCountInString(e.Reason) > longReason || !utf8.ValidString(e.Reason) || strings.ContainsRune(e.Reason, 0):
		return fault.New(fault.Invalid, "personal.reason_long", "max", longReason).At("reason")
	}
	return p.DB.Write(ctx, func(q db.Q) error { return p.erase(ctx, q, actor, e) })
}

func (p *Personal) erase(ctx context.Context, q db.Q, actor access.Actor, e Erasure) error {
	who, err := p.People.ClaimErasure(ctx, q, e.Person)
	if err != nil {
		return err
	}
	if people.FoldLogin(e.Confirm) != who.Login {
		return fault.New(fault.Invalid, "personal.confirm_wrong").At("confirm")
	}
	names, err := mentions(ctx, q, who)
	if err != nil {
		return err
	}
	for _, m := range mentionsOf(who) {
		if m.in(e.Reason) {
			return fault.New(fault.Invalid, "personal.reason_names").At("reason")
		}
	}
	for _, t := range tables {
		if err := erase(ctx, q, t, e.Person); err != nil {
			return err
		}
	}
	if err := forgetTries(ctx, q, who.Login); err != nil {
		return err
	}
	if err := sweep(ctx, q, names); err != nil {
		return err
	}
	if err := p.People.Erase(ctx, q, e.Person); err != nil {
		return err
	}
	return p.Trail.Erase(ctx, q, audit.Erasure{Person: e.Person, Actor: actor.ID, Reason: e.Reason, Names: plain(names)})
}

func plain(ms []mention) (out []string) {
	for _, m := range ms {
		out = append(out, m.word)
	}
	return out
}
