// Package remark is the notes that readers send on single passages of the lessons: unclear, wrong, outdated.
//
// A note keeps the passage as it was read. Whoever answers it never learns who sent it: nobody should think twice before they
// say that they did not understand something.
package remark

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tongguan/courses/passage"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// State is how far a note is.
type State string

// The states.
const (
	Open      State = "open"
	Answered  State = "answered"  // whoever sent it can read the answer
	Done      State = "done"      // nothing is left to do
	Withdrawn State = "withdrawn" // by whoever sent it
)

// States lists those that a desk shows, in their order.
func States() []State { return []State{Open, Answered, Done} }

// Reasons lists why somebody sends a note.
func Reasons() []string { return []string{"unclear", "wrong", "outdated", "other"} }

// Remark is a note on a passage.
type Remark struct {
	ID         string       `db:"id"`
	Lesson     string       `db:"lesson"` // course/module/lesson
	Module     string       `db:"module"` // course/module
	Lang       string       `db:"lang"`
	Version    string       `db:"version"` // hash of the text that was read
	Heading    string       `db:"heading"`
	Place      int          `db:"place"` // number of the passage, from 1
	Kind       passage.Kind `db:"kind"`
	Quote      string       `db:"quote"` // the passage as it was
	Reason     string       `db:"reason"`
	Text       string       `db:"text"`
	State      State        `db:"state"`
	Answer     string       `db:"answer"`
	AnsweredAt int64        `db:"answered_at"` // milliseconds since 1970 UTC; 0 for never
	ClosedAt   int64        `db:"closed_at"`
	SeenAt     int64        `db:"seen_at"` // when the reader put the answer aside
	SentAt     int64        `db:"sent_at"`
}

// Passage is the piece of the lesson as it was.
func (r Remark) Passage() passage.Piece {
	return passage.Piece{Number: r.Place, Kind: r.Kind, Under: r.Heading, Text: r.Quote}
}

// Limits of a note, in characters; of how many one person sends on a day; of a list.
const (
	LongestText = 500
	MostPerDay  = 20
	longestSaid = 2000 // characters of an answer
	longestCite = 2000 // characters of a passage that are kept
	mostListed  = 500
)

// Remarks keeps the notes.
type Remarks struct {
	db    *db.DB
	clock *clock.Clock
	zone  *time.Location
	trail *audit.Trail
	title Title
}

// Parts are what notes lean on.
type Parts struct {
	DB    *db.DB
	Clock *clock.Clock
	Zone  *time.Location // the company's, for what day it is
	Trail *audit.Trail
	Title Title
}

// New makes the room.
func New(p Parts) *Remarks { return &Remarks{p.DB, p.Clock, p.Zone, p.Trail, p.Title} }

// Send sends a note on a passage of a lesson and gives its id; where and what it quotes are the caller's, who knows the lesson.
// request identifies the form: sent twice, it is one note.
func (r *Remarks) Send(ctx context.Context, actor access.Actor, n Remark, request string) (string, error) {
	if err := actor.Check(access.SendRemark, access.Self); err != nil {
		return "", err
	}
	if err := n.clean(); err != nil {
		return "", err
	}
	if request == "" || len(request) > 64 {
		return "", fault.New(fault.Invalid, "error.form_stale")
	}
	n.ID, n.State, n.SentAt = r.clock.ID(), Open, r.clock.Now()
	err := r.db.Write(ctx, func(q db.Q) error {
		room, err := claimDay(ctx, q, actor.ID, r.clock.Date(r.zone))
		if err != nil {
			return err
		}
		known, err := byRequest(ctx, q, actor.ID, request)
		switch {
		case err != nil:
			return err
		case known.ID != "" && (known.Lesson != n.Lesson || known.Place != n.Place || known.Reason != n.Reason || known.Text != n.Text):
			return fault.New(fault.Invalid, "error.form_stale") // gone back to, and filled in anew
		case known.ID != "":
			n.ID = known.ID
			if room {
				return releaseDay(ctx, q, actor.ID, r.clock.Date(r.zone))
			}
			return nil
		case !room:
			return fault.New(fault.Invalid, "writing.note_limit", "most", MostPerDay)
		}
		if err := insert(ctx, q, actor.ID, n, request); err != nil {
			return err
		}
		return r.note(ctx, q, actor.ID, "remark.sent", actor.ID, n, map[string]any{"lesson": n.Lesson, "lang": n.Lang, "version": n.Version, "place": n.Place, "reason": n.Reason})
	})
	return n.ID, err
}

func (n *Remark) clean() error {
	n.Text = strings.TrimSpace(strings.ReplaceAll(n.Text, "\r\n", "\n"))
	if cut := []rune(n.Quote); len(cut) > longestCite {
		n.Quote = string(cut[:longestCite]) + "…"
	}
	switch known := false; {
	case n.Place < 1 || n.Quote == "" || n.Lesson == "" || n.Version == "":
		return fault.New(fault.Invalid, "writing.note_place").At("n")
	case utf8.RuneCountInString(n.Text) > LongestText:
		return fault.New(fault.Invalid, "writing.note_long", "most", LongestText).At("text")
	default:
		for _, one := range Reasons() {
			known = known || one == n.Reason
		}
		if !known {
			return fault.New(fault.Invalid, "writing.note_reason").At("reason")
		}
		if n.Reason == "other" && n.Text == "" {
			return fault.New(fault.Invalid, "writing.note_text").At("text")
		}
		return nil
	}
}

// note appends to the trail what was done to a note. What people write stays in the room: the trail knows that it was written.
func (r *Remarks) note(ctx context.Context, q db.Q, actor, act, person string, n Remark, facts map[string]any) error {
	facts["remark"] = n.ID
	return r.trail.Append(ctx, q, audit.Event{Act: act, Actor: actor, Subject: person, Facts: facts})
}

// Mine gives the actor's own notes, the latest first, without those that were taken back.
func (r *Remarks) Mine(ctx context.Context, actor access.Actor) ([]Remark, error) {
	if err := actor.Check(access.SendRemark, access.Self); err != nil {
		return nil, err
	}
	return of(ctx, r.db.Read(), actor.ID)
}

// Withdraw takes one's own note back, as long as it is not done; what was written in it is struck.
func (r *Remarks) Withdraw(ctx context.Context, actor access.Actor, id string) error {
	return r.own(ctx, actor, id, func(q db.Q, n Remark) error {
		if err := claim(ctx, q, id, Withdrawn, Open, Answered); err != nil {
			return err
		}
		if err := strike(ctx, q, id, r.clock.Now()); err != nil {
			return err
		}
		return r.note(ctx, q, actor.ID, "remark.withdrawn", actor.ID, n, map[string]any{})
	})
}

// Seen puts the answer to one's own note aside. Done twice it is done once.
func (r *Remarks) Seen(ctx context.Context, actor access.Actor, id string) error {
	return r.own(ctx, actor, id, func(q db.Q, n Remark) error { return setSeen(ctx, q, id, r.clock.Now()) })
}

func (r *Remarks) own(ctx context.Context, actor access.Actor, id string, do func(db.Q, Remark) error) error {
	if err := actor.Check(access.SendRemark, access.Self); err != nil {
		return err
	}
	n, person, err := byID(ctx, r.db.Read(), id)
	if err != nil {
		return err
	}
	if person != actor.ID {
		return fault.New(fault.Missing, "error.missing")
	}
	return r.db.Write(ctx, func(q db.Q) error { return do(q, n) })
}
