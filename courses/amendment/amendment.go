// Package amendment is what changes in the policy, and what that asks of whom.
//
// The content says how a clause is worded; the database says how it is in force. Where the two differ the new wording waits
// until somebody publishes it, who sees beforehand what rests on the clause and decides what its holders of certificates
// have to do: nothing, read it and confirm, sit a short quiz on it, or be certified again. What is asked of one person is a
// duty. It is done by evidence, in the transaction that adds the line, and suspends the certificate where it is not done in time.
package amendment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// Offer is what a change asks of those who are certified on the clause.
type Offer string

// The offers, in the order of what they ask.
const (
	None    Offer = "none"    // nothing: their certificates say that the clause has changed
	Confirm Offer = "confirm" // read what changed and confirm it
	Delta   Offer = "delta"   // pass a short quiz on the clause
	Full    Offer = "full"    // renew the certificate, whose end is brought forward
)

// Offers lists the offers in that order.
func Offers() []Offer { return []Offer{None, Confirm, Delta, Full} }

// Wording is a clause as it is worded.
type Wording struct {
	Title   catalog.Text `json:"title"`
	Summary catalog.Text `json:"summary"`
}

// WordingOf is how the content words a clause.
func WordingOf(c *catalog.Clause) Wording { return Wording{Title: c.Title, Summary: c.Summary} }

func (w Wording) text() string {
	raw, err := json.Marshal(w)
	if err != nil {
		panic("amendment: " + err.Error()) // strings only
	}
	return string(raw)
}

// Hash identifies the wording: hex SHA-256 of its JSON.
func (w Wording) Hash() string {
	sum := sha256.Sum256([]byte(w.text()))
	return hex.EncodeToString(sum[:])
}

// Ref is something that rests on a clause.
type Ref struct {
	Key   string
	Title catalog.Text
}

// Uses is what rests on a clause outside the courses.
type Uses struct {
	Questions []Ref // modules that ask about it; the title is the module's
	Number    int   // of questions in all
	Scenes    []Ref
}

// Parts are what amendments lean on.
type Parts struct {
	DB           *db.DB
	Clock        *clock.Clock
	Trail        *audit.Trail
	People       *people.People
	Teams        *team.Teams
	Ledger       *evidence.Ledger
	Catalog      *catalog.Library
	Training     *training.Training
	Programmes   func() *programme.Book
	Certificates *certification.Certification

	Uses  func(clause string) Uses                                        // what rests on a clause now
	About func(kind, subject string) []string                             // the clauses that evidence is about
	Quiz  func(clause string) (module string, ok bool)                    // the module of a clause's delta quiz; ok: there are questions enough for one
	Began func(ctx context.Context, q db.Q, source string) (int64, error) // when the attempt of a line of evidence was begun
}

// Amendments keeps the versions of clauses, the changes and the duties.
type Amendments struct {
	Parts
	seen     atomic.Pointer[Policy]
	wordings sync.Map // hash -> Wording
}

// New makes the room and lets it follow evidence and certificates. It comes after certification, so that a standing is up to
// date when a duty is done.
func New(p Parts) *Amendments {
	a := &Amendments{Parts: p}
	p.Ledger.Tell(a.follow)
	p.Certificates.Tell(a.issued)
	return a
}

// Clause is a clause as it is in force.
type Clause struct {
	Wording
	Hash    string
	Since   int64  // milliseconds since 1970 UTC; 0 where nobody has written it down yet
	Change  string // what brought it into force, "" where it was so at first
	Pending bool   // the content words it otherwise
}

// Policy is all clauses as they are in force, as far as the content has them.
type Policy struct {
	Pending int // clauses whose new wording waits
	by      map[string]Clause
}

// Clause gives a clause by its number, the zero one where there is none.
func (p *Policy) Clause(id string) Clause {
	if p == nil {
		return Clause{}
	}
	return p.by[id]
}

// Look reads how the policy is in force: one statement, and another where this node does not know a wording yet.
func (a *Amendments) Look(ctx context.Context) (*Policy, error) {
	rows, err := inForce(ctx, a.DB.Read())
	if err != nil {
		return nil, err
	}
	p := &Policy{by: map[string]Clause{}}
	for _, c := range a.Catalog.Current().Clauses {
		w := WordingOf(c)
		one := Clause{Wording: w, Hash: w.Hash()}
		if r, ok := rows[c.ID]; ok {
			one.Since, one.Change, one.Pending = r.Since, r.Change, r.Hash != one.Hash
			if one.Pending {
				one.Hash = r.Hash
				p.Pending++
				if one.Wording, err = a.wording(ctx, a.DB.Read(), c.ID, r.Hash); err != nil {
					return nil, err
				}
			}
		}
		p.by[c.ID] = one
	}
	a.seen.Store(p)
	return p, nil
}

// InForce is what this node saw when it last looked, for what a chip says; a chore looks every few seconds. It costs nothing.
func (a *Amendments) InForce() *Policy { return a.seen.Load() }

// wording gives a version by its hash. A version never changes, so a node asks for it once.
func (a *Amendments) wording(ctx context.Context, q db.Q, clause, hash string) (Wording, error) {
	if w, ok := a.wordings.Load(hash); ok {
		return w.(Wording), nil
	}
	text, err := versionText(ctx, q, clause, hash)
	if err != nil {
		return Wording{}, err
	}
	var w Wording
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return w, err
	}
	a.wordings.Store(hash, w)
	return w, nil
}

// Settle puts clauses that were never in force into force as the content words them: at the very first start all of them.
// Nobody can have been certified on a clause that there was not. What differs from what is in force waits. It may run on
// several nodes at once, and it looks, so that chips are right.
func (a *Amendments) Settle(ctx context.Context) error {
	p, err := a.Look(ctx)
	if err != nil {
		return err
	}
	first := map[string]Wording{}
	for id, c := range p.by {
		if c.Since == 0 {
			first[id] = c.Wording
		}
	}
	if len(first) == 0 {
		return nil
	}
	if err := a.begin(ctx, first); err != nil {
		return err
	}
	_, err = a.Look(ctx)
	return err
}

// Begin puts clauses into force that never were, as they were worded before the content of this platform.
func (a *Amendments) Begin(ctx context.Context, actor access.Actor, texts map[string]Wording) error {
	if err := actor.Check(access.PublishPolicy, access.Other); err != nil {
		return err
	}
	return a.begin(ctx, texts)
}

func (a *Amendments) begin(ctx context.Context, texts map[string]Wording) error {
	return a.DB.Write(ctx, func(q db.Q) error {
		var put []string
		ids := make([]string, 0, len(texts))
		for id := range texts {
			ids = append(ids, id)
		}
		slices.Sort(ids) // two nodes take them in the same order
		for _, id := range ids {
			added, err := putFirst(ctx, q, id, texts[id], a.Clock.Now())
			if err != nil {
				return err
			}
			if added {
				put = append(put, id)
			}
		}
		if len(put) == 0 {
			return nil
		}
		return a.Trail.Append(ctx, q, audit.Event{Act: "policy.begun", Facts: map[string]any{"clauses": put}})
	})
}

// related says whether a clause is another, or above or below it.
func related(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}
