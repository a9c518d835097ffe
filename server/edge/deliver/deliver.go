// Package deliver sends the mails that wait in the outbox.
//
// They go over SMTP to one server, many on one connection. What the server will not take (5xx) has failed for good; what
// it will not take now (4xx), and what went wrong on the way, is tried again. When a connection breaks after a mail was
// sent and before the server has said so, nobody knows whether it arrived, and it is sent again: its Message-ID, which is
// made of the mail's id, lets servers and programs that read mail drop the second.
package deliver

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/wneessen/go-mail"

	"tongguan/server/base/config"
	"tongguan/server/base/fault"
	"tongguan/server/base/outbox"
)

const (
	batch = 100 // mails taken at once
	// patience is what connecting may take, and sending one mail.
	patience = 30 * time.Second
	// atWork is how long a batch is worked on. What is not sent by then is given back, long before the lease ends
	// and another node sends it too.
	atWork = outbox.Lease / 2
)

// Deliverer sends what waits. Use it from one goroutine.
type Deliverer struct {
	// Roots are the authorities whose certificates the mail server may show; nil for those of the system.
	Roots *x509.CertPool

	outbox   *outbox.Outbox
	relay    config.Relay
	patience time.Duration
}

// New makes a deliverer that hands everything to one mail server.
func New(o *outbox.Outbox, r config.Relay) *Deliverer {
	return &Deliverer{outbox: o, relay: r, patience: patience}
}

// Deliver sends all mails that are due. The error says what went wrong, for the log; what became of each mail is in the
// outbox. A mail that is under way when ctx ends is sent to its end.
func (d *Deliverer) Deliver(ctx context.Context) error {
	for {
		taken, err := d.outbox.Take(ctx, batch)
		if err != nil || len(taken) == 0 {
			return err
		}
		if err := d.work(ctx, taken); err != nil || len(taken) < batch {
			return err
		}
	}
}

// work sends mails over one connection, or over a new one where that breaks.
func (d *Deliverer) work(ctx context.Context, taken []outbox.Taken) error {
	note := context.WithoutCancel(ctx) // what has happened is noted, whoever wants to stop
	ctx, cancel := context.WithTimeout(ctx, atWork)
	defer cancel()
	l := &line{relay: d.relay, roots: d.Roots, patience: d.patience}
	defer l.hangUp()
	var troubles []error
	for i, t := range taken {
		if ctx.Err() != nil {
			return errors.Join(append(troubles, d.outbox.Return(note, taken[i:]))...)
		}
		m, err := compose(t, d.relay.From)
		if err == nil {
			if err := l.open(ctx); err != nil {
				return errors.Join(append(troubles, d.unreachable(note, ctx, taken[i:], err))...)
			}
			err = l.send(m)
		} else {
			err = refusal{err}
		}
		if err := d.result(note, t, err); err != nil {
			troubles = append(troubles, err)
		}
	}
	return errors.Join(troubles...)
}

// unreachable puts all of them off: it is the server's trouble and not theirs.
func (d *Deliverer) unreachable(note, ctx context.Context, taken []outbox.Taken, cause error) error {
	if ctx.Err() != nil {
		return d.outbox.Return(note, taken)
	}
	for _, t := range taken {
		if err := known(d.outbox.Failed(note, t, cause, false)); err != nil {
			return err
		}
	}
	return fmt.Errorf("deliver: %d mails wait: %w", len(taken), cause)
}

// result notes what became of a mail. What it gives is for the log, and names no address.
func (d *Deliverer) result(note context.Context, t outbox.Taken, err error) error {
	if err == nil {
		return known(d.outbox.Sent(note, t))
	}
	_, final := errors.AsType[refusal](err)
	if err := known(d.outbox.Failed(note, t, err, final)); err != nil {
		return err
	}
	if e, ok := errors.AsType[*mail.SendError](err); ok {
		return fmt.Errorf("deliver: mail %s: %s: %d %s (final: %t)", t.ID, e.Reason, e.ErrorCode(), e.EnhancedStatusCode(), final)
	}
	return fmt.Errorf("deliver: mail %s: no mail can be made of it", t.ID)
}

// known lets pass that somebody else has noted more, or has the mail now.
func known(err error) error {
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}
