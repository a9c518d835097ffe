package door

import (
	"context"
	"sync"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// lookers is how many queries for sessions run at the same time. Of 1 and 2, one costs server and database least for
// each session (measured with 128 who save at once), and a lone request waits no longer.
const lookers = 1

// largestLookup is how many sessions are asked for by one query at most.
const largestLookup = 256

// lookups asks for sessions in groups: who comes while others are being asked for waits and goes with the next
// query. A query begins after everybody came whom it answers, so a session that had ended by then is not found.
// Who comes alone asks alone and at once.
type lookups struct {
	mu      sync.Mutex
	waiting []*lookup
	busy    int
}

type lookup struct {
	hash    string
	session Session
	err     error
	done    chan struct{}
}

// join lets a lookup wait for the next query, or, with false, lets the caller ask by itself.
func (l *lookups) join(one *lookup) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy < lookers {
		l.busy++
		return false
	}
	one.done = make(chan struct{})
	l.waiting = append(l.waiting, one)
	return true
}

// next gives those who wait; none sends the asker home.
func (l *lookups) next() []*lookup {
	l.mu.Lock()
	defer l.mu.Unlock()
	group := l.waiting
	if len(group) > largestLookup {
		group = group[:largestLookup:largestLookup]
	}
	l.waiting = l.waiting[len(group):]
	if len(group) == 0 {
		l.waiting = nil
		l.busy--
	}
	return group
}

// session looks a session up by the hash of its token.
func (d *Door) session(ctx context.Context, hash string) (Session, error) {
	one := &lookup{hash: hash}
	if d.lookups.join(one) {
		<-one.done
		return one.session, one.err
	}
	one.session, one.err = sessionByHash(ctx, d.db.Read(), hash, d.clock.Now())
	if group := d.lookups.next(); len(group) > 0 {
		go d.lookUp(context.WithoutCancel(ctx), group)
	}
	return one.session, one.err
}

// lookUp asks for groups until nobody waits.
func (d *Door) lookUp(ctx context.Context, group []*lookup) {
	for ; len(group) > 0; group = d.lookups.next() {
		found, err := sessionsByHash(ctx, d.db.Read(), group, d.clock.Now())
		for _, one := range group {
			session, ok := found[one.hash]
			switch {
			case err != nil:
				one.err = err
			case !ok:
				one.err = fault.New(fault.Missing, "door.no_session")
			default:
				one.session = session
			}
			close(one.done)
		}
	}
}

// sessionsByHash is sessionByHash for a group.
func sessionsByHash(ctx context.Context, q db.Q, group []*lookup, now int64) (map[string]Session, error) {
	hashes := make([]string, len(group))
	for i, one := range group {
		hashes[i] = one.hash
	}
	rows := make([]struct {
		Hash string `db:"token_hash"`
		sessionRow
	}, 0, len(group))
	err := q.Select(ctx, &rows, "SELECT s.token_hash, "+sessionColumns+accountColumns+` FROM {rows}
		JOIN session s ON s.token_hash = r.hash JOIN person p ON p.id = s.person_id
		WHERE s.expires_at > $1 AND p.state = 'active'`, now, new(db.Rows).Text("hash", hashes))
	found := make(map[string]Session, len(rows))
	for _, r := range rows {
		found[r.Hash] = r.session()
	}
	return found, err
}
