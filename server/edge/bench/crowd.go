package bench

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"tongguan/server/base/db"
)

// crowd puts n learners into the database who are signed in already: what a sign-in costs is measured elsewhere.
func crowd(ctx context.Context, o Options, n int) ([]*learner, error) {
	base, err := db.Open(o.DSN, 4)
	if err != nil {
		return nil, err
	}
	defer base.Close() //nolint:errcheck // only a measurement
	now, mark := time.Now().UnixMilli(), rand.Text()[:8]
	out := make([]*learner, n)
	ids, hashes := make([]string, n), make([]string, n)
	for i := range n {
		ids[i] = fmt.Sprintf("bench-%s-%05d", mark, i)
		var secret [32]byte
		if _, err := rand.Read(secret[:]); err != nil {
			return nil, err
		}
		token := base64.RawURLEncoding.EncodeToString(secret[:])
		sum := sha256.Sum256([]byte(token))
		hashes[i] = hex.EncodeToString(sum[:])
		o.Logins = []string{ids[i]}
		out[i] = newLearner(o, 0)
		out[i].cookies["tongguan_session"] = token
	}
	for at := 0; at < n; at += 1000 {
		end := min(at+1000, n)
		if err := settle(ctx, base, ids[at:end], hashes[at:end], now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// settle writes people, their role and their session.
func settle(ctx context.Context, base *db.DB, ids, hashes []string, now int64) error {
	rows := new(db.Rows).Text("id", ids).Text("hash", hashes)
	return base.Write(ctx, func(q db.Q) error {
		for _, one := range []struct {
			query string
			args  []any
		}{
			{`INSERT INTO person (id, login, name, state, sort_key, search_key, created_at)
				SELECT r.id, r.id, r.id, 'active', r.id, r.id, $1 FROM {rows}`, []any{now}},
			{"INSERT INTO person_role (person_id, role) SELECT r.id, 'learner' FROM {rows}", nil},
			{`INSERT INTO session (token_hash, id, person_id, created_at, seen_at, expires_at, agent, address)
				SELECT r.hash, r.id, r.id, $1, $1, $2, 'bench', '127.0.0.1' FROM {rows}`, []any{now, now + time.Hour.Milliseconds()}},
		} {
			if _, err := q.Exec(ctx, one.query, append(one.args, rows)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// together does something for each learner, a few at a time, and gives the first error.
func together(learners []*learner, atOnce int, do func(*learner) error) (err error) {
	var wg sync.WaitGroup
	var once sync.Once
	next := make(chan *learner)
	for range atOnce {
		wg.Go(func() {
			for l := range next {
				if e := do(l); e != nil {
					once.Do(func() { err = e })
				}
			}
		})
	}
	for _, l := range learners {
		next <- l
	}
	close(next)
	wg.Wait()
	return err
}
