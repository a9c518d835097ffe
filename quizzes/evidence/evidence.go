// Package evidence is the single door between what a person shows in quizzes/ and what they earn in courses/.
//
// A line of evidence is written in the transaction of the act that it comes from, into the person's own
// ledger. The ledger is claimed first: whoever decides something from all of a person's evidence decides in
// the same transaction, as a follower, and two last quizzes that close at once wait for each other.
package evidence

import (
	"context"
	"fmt"
	"slices"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Kinds of evidence.
const (
	Quiz     = "quiz"     // a closed attempt at a module's quiz
	Roleplay = "roleplay" // a closed exam in a role-play; the subject is the script's id
	Lesson   = "lesson"   // a lesson that was finished; the subject is its key, the version the hash of the text
	Session  = "session"  // a training session that was attended or caught up on; the subject is its topic
	Signoff  = "signoff"  // a step that a buddy or manager signed; the subject is programme/step
	Waiver   = "waiver"   // a step that somebody need not do; the subject is programme/step
	External = "external" // an external training that was approved, taken and shared; the subject is its topic
	Confirm  = "confirm"  // a changed clause that was read and confirmed; the subject is the change's id
)

// Line is one piece of evidence. It is never changed or removed.
type Line struct {
	Person  string `db:"person_id"`
	Number  int64  `db:"line"` // from 1, without a gap, for each person
	Kind    string `db:"kind"`
	Subject string `db:"subject"` // what it is about; see the kinds
	Version string `db:"version"` // hash of the content it was shown on
	Score   int    `db:"score"`   // basis points
	Passed  bool   `db:"passed"`
	Source  string `db:"source"` // id of the act that it comes from
	At      int64  `db:"at"`     // milliseconds since 1970 UTC
	Effect  Effect `db:"effect"`
}

// Effect is what a line does beside what it says, by the rule of which attempt counts.
type Effect string

// The effects.
const (
	AsSaid Effect = ""       // what was passed is passed
	Undoes Effect = "undoes" // an earlier pass of the same subject is one no more: the latest counts, or it was taken back
	Idle   Effect = "none"   // another attempt counts: it is shown and decides nothing
)

// Follower is told of every line inside the transaction that adds it; its error undoes all of it.
type Follower func(ctx context.Context, q db.Q, l Line) error

// Ledger keeps the evidence.
type Ledger struct{ followers []Follower }

// New makes the ledger; followers are called in this order.
func New(followers ...Follower) *Ledger { return &Ledger{followers} }

// Tell adds a follower, before anything is added: rooms that decide from evidence may themselves add some.
func (g *Ledger) Tell(f Follower) { g.followers = append(g.followers, f) }

// Hold claims the person's ledger without a line: what is decided in this transaction from all of their evidence
// waits for whoever adds to it, and they for it. It is Missing where there is no such person. q must be a transaction.
func (g *Ledger) Hold(ctx context.Context, q db.Q, person string) error {
	n, err := q.Exec(ctx, `INSERT INTO ledger (person_id, lines) SELECT id, 0 FROM person WHERE id = $1
		ON CONFLICT (person_id) DO UPDATE SET lines = ledger.lines`, person)
	if err == nil && n == 0 {
		err = fault.New(fault.Missing, "error.missing")
	}
	return err
}

// Add claims the person's ledger, writes the line under the next number and calls the followers. q must be a
// transaction. One source gives one line of a kind: a second one is an error.
func (g *Ledger) Add(ctx context.Context, q db.Q, l Line) error {
	number, err := claim(ctx, q, l.Person)
	if err != nil {
		return err
	}
	l.Number = number
	if err := insert(ctx, q, l); err != nil {
		return err
	}
	return g.Announce(ctx, q, l)
}

// Announce tells the followers of something that is kept elsewhere and has no line of its own: a lesson that was
// finished for the first time. The person's ledger must be held.
func (g *Ledger) Announce(ctx context.Context, q db.Q, l Line) error {
	for _, f := range g.followers {
		if err := f(ctx, q, l); err != nil {
			return err
		}
	}
	return nil
}

// Has says whether a source has given its line of a kind.
func (g *Ledger) Has(ctx context.Context, q db.Q, kind, source string) (bool, error) {
	var n int
	err := q.Get(ctx, &n, "SELECT COUNT(*) FROM evidence WHERE kind = $1 AND source = $2", kind, source)
	return n > 0, err
}

// Of gives a person's evidence in order.
func (g *Ledger) Of(ctx context.Context, q db.Q, person string) ([]Line, error) {
	return lines(ctx, q, person)
}

// OfMany gives the evidence of many people, each person's in order. One statement for each five hundred of them.
func (g *Ledger) OfMany(ctx context.Context, q db.Q, persons []string) (map[string][]Line, error) {
	out := make(map[string][]Line, len(persons))
	for part := range slices.Chunk(persons, 500) {
		some, err := linesOf(ctx, q, part)
		if err != nil {
			return nil, err
		}
		for _, l := range some {
			out[l.Person] = append(out[l.Person], l)
		}
	}
	return out, nil
}

func claim(ctx context.Context, q db.Q, person string) (n int64, err error) {
	if err := q.Get(ctx, &n, `INSERT INTO ledger (person_id, lines) VALUES ($1, 1)
		ON CONFLICT (person_id) DO UPDATE SET lines = ledger.lines + 1 RETURNING lines`, person); err != nil {
		return 0, fmt.Errorf("evidence: claim the ledger: %w", err)
	}
	return n, nil
}
