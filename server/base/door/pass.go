package door

import (
	"context"
	"sync"

	"tongguan/server/base/fault"
)

// Standing is the condition of a statement with the rows r that whoever acts in a row is let in still: the row has
// the hash of a session (proof) of the person (person) that has not expired (at), or an empty proof, which was
// asked for before. Only active people have sessions: what opens one and what suspends a person both write the
// person first, so one of them waits for the other, and suspending ends all. The condition is one value for a row,
// not EXISTS, which a planner may turn into reading all sessions.
const Standing = `(r.proof = '' OR r.person = (SELECT s.person_id FROM session s WHERE s.token_hash = r.proof AND s.expires_at > r.at))`

// Pass is who shows a token. With a Proof it comes from this node's memory, and lets nobody in by itself: the one
// statement that acts on it must ask for Standing, or nothing may be said but what Recognise says. Without one
// it was recognised just now.
type Pass struct {
	Session
	Proof string
}

// mostPasses bounds how many passes a node remembers, about half a kilobyte each.
const mostPasses = 20_000

// passes remembers passes by the hash of the token. It forgets any of them when there are too many.
type passes struct {
	mu sync.RWMutex
	by map[string]remembered
}

type remembered struct {
	session Session
	at      int64
}

// Pass gives who shows a token, from memory where this node has recognised it a few minutes ago at most. For what is
// asked for thousands of times a second: it spares the look-up before the statement.
func (d *Door) Pass(ctx context.Context, token string) (Pass, error) {
	hash, now := hashToken(token), d.clock.Now()
	d.passes.mu.RLock()
	r, known := d.passes.by[hash]
	d.passes.mu.RUnlock()
	if known && now >= r.at && now-r.at < seenEvery.Milliseconds() {
		return Pass{Session: r.session, Proof: hash}, nil
	}
	s, err := d.Recognise(ctx, token)
	d.passes.keep(hash, remembered{s, now}, err == nil)
	return Pass{Session: s}, err
}

// Renew recognises a token anew whose proof did not do.
func (d *Door) Renew(ctx context.Context, token string) (Pass, error) {
	s, err := d.Recognise(ctx, token)
	if fault.KindOf(err) == fault.Missing {
		d.passes.keep(hashToken(token), remembered{}, false)
	}
	return Pass{Session: s}, err
}

func (p *passes) keep(hash string, r remembered, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !known {
		delete(p.by, hash)
		return
	}
	if p.by == nil {
		p.by = map[string]remembered{}
	}
	for other := range p.by {
		if len(p.by) < mostPasses {
			break
		}
		delete(p.by, other)
	}
	p.by[hash] = r
}
