// Package outbox keeps the mails that are to go out until they have.
//
// A mail is queued in the transaction of the deed it tells of: it goes out if, and only if, the deed was done. Whoever
// sends takes mails for a while (a lease) and says what became of them; what is taken and never heard of again, because
// a node has died, is handed out once more when its lease has run out. So a mail may arrive twice, but is never lost.
package outbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const (
	// Lease is how long a mail that was taken is not handed out again.
	Lease = 10 * time.Minute
	// Tries is how often a mail is tried. With the waits between them that is three days: a weekend may pass.
	Tries = 75

	firstWait   = time.Minute // after the first failure, doubled with each
	longestWait = time.Hour
	longError   = 500 // bytes kept of what a mail server said
	troubles    = 200 // shown to an operator
)

// Outbox is where mails wait. A nil Outbox, where no mail is set up, queues nothing and hands nothing out: mails must not
// pile up that would all go out, long stale, on the day a mail server is named.
type Outbox struct {
	db    *db.DB
	clock *clock.Clock
}

// New makes the outbox.
func New(d *db.DB, c *clock.Clock) *Outbox { return &Outbox{d, c} }

// Mail is what a room writes to somebody.
type Mail struct {
	Key     string // what it is about, such as "assigned/<id>": the same key is queued once
	Person  string // id of the person it is for, or ""
	To      string // an address, with a name or without, as RFC 5322 writes it; kept as it is given
	Subject string
	Text    string
	HTML    string // the same for those who see HTML, or ""
}

// Put queues a mail in the caller's transaction. It does nothing where the key was queued before. An address that is
// none does not undo the caller's deed: the mail fails when it is sent, where an operator sees it.
func (o *Outbox) Put(ctx context.Context, q db.Q, m Mail) error {
	if o == nil {
		return nil
	}
	if m.Key == "" || m.To == "" {
		return errors.New("outbox: a mail needs a key and an address")
	}
	m.To, m.Subject = oneLine(m.To), oneLine(m.Subject)
	m.Text, m.HTML = storable(m.Text), storable(m.HTML)
	return insert(ctx, q, o.clock.ID(), m, o.clock.Now())
}

// storable is the text without what no database keeps.
func storable(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd")
}

// oneLine is a text that can begin no second header: line breaks and other control characters become spaces.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, storable(s))
}

// Taken is a mail that was handed out.
type Taken struct {
	ID string
	Mail
	Created int64 // when it was queued
	Try     int64 // how often it was handed out, this time included
}

// Take hands out at most n mails that are due, those that have waited longest first. Nobody else is given them until
// Lease has passed.
func (o *Outbox) Take(ctx context.Context, n int) ([]Taken, error) {
	if o == nil {
		return nil, nil
	}
	now := o.clock.Now()
	// Most of the time nothing is due, and then nothing is written.
	if waits, err := due(ctx, o.db.Read(), now); err != nil || !waits {
		return nil, err
	}
	var taken []Taken
	err := o.db.Write(ctx, func(q db.Q) (err error) {
		if err := claimTurn(ctx, q); err != nil {
			return err
		}
		if err := giveUp(ctx, q, now); err != nil {
			return err
		}
		taken, err = lease(ctx, q, n, now, now+Lease.Milliseconds())
		return err
	})
	slices.SortFunc(taken, func(a, b Taken) int { return strings.Compare(a.ID, b.ID) }) // ids sort by time
	return taken, err
}

// Sent notes that a mail is out, and forgets what it said. That holds whoever has it now: it is out. It is a Conflict
// where somebody has said so before.
func (o *Outbox) Sent(ctx context.Context, t Taken) error {
	return only(sent(ctx, o.db.Read(), t.ID, o.clock.Now()))
}

// Failed notes that a mail could not be sent. It is tried again after a wait that doubles each time, from a minute up to
// an hour; after the last of its Tries, or when the failure is permanent, never. It is a Conflict where the lease had run
// out and somebody else has the mail now, or it is out.
func (o *Outbox) Failed(ctx context.Context, t Taken, cause error, permanent bool) error {
	state := "waiting"
	if permanent || t.Try >= Tries {
		state = "failed"
	}
	text := storable(cause.Error())
	if len(text) > longError {
		text = strings.ToValidUTF8(text[:longError], "") + "…"
	}
	return only(failed(ctx, o.db.Read(), t, state, text, o.clock.Now()+wait(t.Try).Milliseconds()))
}

// Return gives back mails that were taken and not tried: they are due at once, and it was no try.
func (o *Outbox) Return(ctx context.Context, taken []Taken) error {
	for _, t := range taken {
		if err := only(giveBack(ctx, o.db.Read(), t)); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return nil
}

// wait is how long to wait after that many tries.
func wait(tries int64) time.Duration {
	if tries > 10 {
		return longestWait
	}
	return min(firstWait<<max(0, tries-1), longestWait)
}

func only(rows int64, err error) error {
	if err == nil && rows == 0 {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

// Failure is a mail that is not out because something went wrong. What it says is not shown.
type Failure struct {
	ID      string `db:"id"`
	Person  string `db:"person_id"` // or ""
	To      string `db:"address"`
	Subject string `db:"subject"`
	Final   bool   `db:"final"` // it is not tried again
	Tries   int64  `db:"tries"`
	Next    int64  `db:"next_at"` // when it is tried again
	Error   string `db:"last_error"`
	Created int64  `db:"created_at"`
}

// Failures lists the mails that went wrong, the newest two hundred first, for whoever keeps the accounts: what is wrong
// is almost always an address.
func (o *Outbox) Failures(ctx context.Context, actor access.Actor) ([]Failure, error) {
	if err := actor.Check(access.EditPeople, access.Other); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, nil
	}
	return trouble(ctx, o.db.Read(), troubles)
}
