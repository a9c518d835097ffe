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
// after the other from a moment on, and they end, and their days of grace do, so much later each.
func (h *house) fill(n, from, apart int64) {
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
				SELECT 'n' || i, i + 1000000000, (SELECT id FROM person WHERE login = 'p' || (i % 20000)), 'g' || (i / 20000), (SELECT version FROM enrolment LIMIT 1), 0, $2 + i, $2 + i + $3, $2 + i + $3 + $3,
					'', '', '' FROM n`,
			`INSERT INTO standing (person_id, programme, state, since, cause, enrolled, done, steps, fresh_from, certificate, window_at, expires_at, grace_at,
				next_at, seq) SELECT person_id, programme, 'certified', 0, 'rules', TRUE, 3, 3, 0, number, window_at, expires_at, grace_at, window_at, 1
				FROM certificate`,
		} {
			args := []any{n, from, apart}
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

// However many certificates pass at once and however many nodes run the job, each passes once, at its own moment, in
// transactions that nobody waits long for: on the day a window opens for all of them, and after the job has not run for a
// year.
func TestTickOfMany(t *testing.T) {
	n := many(t)
	year := (365 * 24 * time.Hour).Milliseconds()
	for _, x := range []struct {
		name           string
		apart, changes int64
		after          State
	}{
		{"one change", year, 1, Expiring},
		{"three changes", 1, 3, Expired},
	} {
		t.Run(x.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				zone := time.FixedZone("+8", 8*3600)
				c := clock.System()
				a, b := build(t, d, c, zone), build(t, d, c, zone)
				a.fill(n, c.Now()-10_000_000, x.apart)
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
				t.Logf("%d certificates by two nodes: %.1f s; %d people in between waited %v at the longest, %v in the middle",
					n, took.Seconds(), len(waited), waited[len(waited)-1], waited[len(waited)/2])
				for _, q := range []struct {
					what, query string
					want        int64
				}{
					{"all have passed", "SELECT COUNT(*) FROM standing WHERE state = $1 AND seq = $2 + 1 AND programme <> 'basic'", n},
					{"at their own moments", `SELECT COUNT(*) FROM transition tr JOIN standing s ON s.person_id = tr.person_id AND s.programme = tr.programme
						WHERE tr.after = $1 AND tr.seq = $2 + 1 AND tr.cause = 'time' AND tr.at = s.since AND tr.certificate = s.certificate
							AND s.since = CASE tr.after WHEN 'expired' THEN s.grace_at ELSE s.window_at END`, n},
					{"each change is kept, and follows the one before", `SELECT COUNT(*) FROM (SELECT seq, before, at, LAG(after) OVER w AS was, LAG(at) OVER w AS earlier
						FROM transition WHERE cause = 'time' WINDOW w AS (PARTITION BY person_id, programme ORDER BY seq)) AS x
						WHERE was = before AND earlier < at AND $1 <> '' AND seq <= $2 + 1`, n * (x.changes - 1)},
				} {
					var got int64
					if err := d.Read().Get(ctx, &got, q.query, x.after, x.changes); err != nil || got != q.want {
						t.Errorf("%s: %d of %d, %v", q.what, got, q.want, err)
					}
				}
			})
		})
	}
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
