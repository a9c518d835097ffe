package certification

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/people"
)

// many is how many certificates the job is tried with: TONGGUAN_TEST_CERTIFICATES, else few.
func many(t *testing.T) int64 {
	t.Helper()
	n, err := strconv.ParseInt(os.Getenv("TONGGUAN_TEST_CERTIFICATES"), 10, 64)
	if err != nil {
		return 3000
	}
	return n
}

// fill writes n certificates, of twenty thousand people in as many programmes as it takes; their windows open one millisecond
// after the other from a moment on.
func (h *house) fill(n, from int64) {
	h.Helper()
	p := h.person("rep", "")
	h.enrol(p, "basic") // keeps the version
	version := h.standing(p, "basic")
	var ids, logins []string
	for i := range 20_000 {
		ids, logins = append(ids, h.clock.ID()), append(logins, fmt.Sprint("p", i))
	}
	h.must(h.d.Write(ctx, func(q db.Q) error {
		if _, err := q.Exec(ctx, `INSERT INTO person (id, login, name, state, sort_key, search_key, created_at)
			SELECT r.id, r.login, 'p', 'active', '', '', 0 FROM {rows}`, new(db.Rows).Text("id", ids).Text("login", logins)); err != nil {
			return err
		}
		for _, s := range []string{
			`INSERT INTO certificate (number, serial, person_id, programme, version, issued_at, window_at, expires_at, grace_at, basis, basis_hash, shows)
				WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1 - 1)
				SELECT 'n' || i, i + 1000000000, (SELECT id FROM person WHERE login = 'p' || (i % 20000)), 'g' || (i / 20000), (SELECT version FROM enrolment LIMIT 1), 0, $2 + i, $2 + i + 1, $2 + i + 2,
					'', '', '' FROM n`,
			`INSERT INTO standing (person_id, programme, state, since, cause, enrolled, done, steps, fresh_from, certificate, window_at, expires_at, grace_at,
				next_at, seq) SELECT person_id, programme, 'certified', 0, 'rules', TRUE, 3, 3, 0, number, window_at, expires_at, grace_at, window_at, 1
				FROM certificate`,
		} {
			args := []any{n, from}
			if s[:20] == "INSERT INTO standing" {
				args = nil
			}
			if _, err := q.Exec(ctx, s, args...); err != nil {
				return err
			}
		}
		return nil
	}))
	if _, err := h.d.Read().Exec(ctx, "ANALYZE"); err != nil { // as the database does by itself before long
		h.Fatal(err)
	}
	if version.State != NotStarted {
		h.Fatal(version)
	}
}

// However many certificates end at once and however many nodes run the job, each passes once, at its own moment, in
// transactions that nobody waits long for.
func TestTickOfMany(t *testing.T) {
	n := many(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		zone := time.FixedZone("+8", 8*3600)
		c := clock.System()
		a, b := build(t, d, c, zone), build(t, d, c, zone)
		a.fill(n, c.Now()-10_000_000)
		before := time.Now()
		waits := a.meanwhile(before.Add(time.Hour))
		var wait sync.WaitGroup
		for _, h := range []*house{a, b} {
			wait.Go(func() {
				if err := h.Tick(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		took := time.Since(before)
		waited := waits()
		t.Logf("%s: %d certificates, three changes each, by two nodes: %.1f s; %d people in between waited %v at the longest, %v in the middle",
			d.Kind(), n, took.Seconds(), len(waited), waited[len(waited)-1], waited[len(waited)/2])
		for what, query := range map[string]string{
			"all have passed":     "SELECT COUNT(*) FROM standing WHERE state = 'expired' AND seq = 4 AND next_at IS NULL AND programme <> 'basic'",
			"each change is kept": "SELECT COUNT(DISTINCT person_id || ' ' || programme) FROM transition WHERE seq = 3 AND before = 'expiring' AND after = 'grace' AND cause = 'time'",
			"at its own moment": `SELECT COUNT(*) FROM transition tr JOIN standing s ON s.person_id = tr.person_id AND s.programme = tr.programme
				WHERE tr.after = 'expired' AND tr.at = s.grace_at AND tr.before = 'grace' AND tr.seq = 4`,
		} {
			var got int64
			if err := d.Read().Get(ctx, &got, query); err != nil || got != n {
				t.Errorf("%s: %d of %d, %v", what, got, n, err)
			}
		}
	})
}

// meanwhile lets people add evidence, one after the other, until the answer is called, which gives how long each took,
// the shortest first.
func (h *house) meanwhile(end time.Time) func() []time.Duration {
	var all []people.Person
	for i := range 50 {
		all = append(all, h.person(fmt.Sprint("busy", i), ""))
		h.enrol(all[i], "basic")
	}
	ctx, stop := context.WithDeadline(ctx, end)
	var out []time.Duration
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; n == 0 || ctx.Err() == nil; n++ {
			from := time.Now()
			if err := h.add(all[n%len(all)], "quiz", "one/m", fmt.Sprint("busy", n), 100, false); err != nil {
				h.Error(err)
				return
			}
			out = append(out, time.Since(from))
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return func() []time.Duration {
		stop()
		<-done
		slices.Sort(out)
		return out
	}
}
