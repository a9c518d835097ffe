package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"tongguan/server/base/db"
)

// Ceiling is what the machine itself can do, measured in the same run.
type Ceiling struct {
	Empty   Run  `json:"empty_handler"`
	Inserts *Run `json:"durable_inserts,omitempty"` // nil where the database is not at hand
}

// EmptyHandler measures a handler that does nothing, behind the same library, with the same learners.
func EmptyHandler(o Options, d time.Duration) (Run, error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString("ok") })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Run{}, err
	}
	go app.Listener(ln)  //nolint:errcheck // ends with Shutdown
	defer app.Shutdown() //nolint:errcheck // the measurement is over
	o.URL, o.Logins = "http://"+ln.Addr().String(), []string{""}
	end := time.Now().Add(d)
	return measure("empty handler", o.Concurrency, func(i int, t timings) (int, error) {
		l := newLearner(o, i)
		for time.Now().Before(end) {
			if _, err := l.get(t, stepDashboard, "/"); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
}

// DurableInserts measures bare inserts of one small row, each its own committed transaction, into a table of
// its own in the database that the server uses.
func DurableInserts(ctx context.Context, dsn string, concurrency int, d time.Duration) (Run, error) {
	base, err := db.Open(dsn, concurrency+1)
	if err != nil {
		return Run{}, err
	}
	defer base.Close() //nolint:errcheck // only a measurement
	q := base.Read()
	if _, err := q.Exec(ctx, "CREATE TABLE IF NOT EXISTS bench_insert (id TEXT PRIMARY KEY, at BIGINT NOT NULL)"); err != nil {
		return Run{}, err
	}
	defer q.Exec(context.WithoutCancel(ctx), "DROP TABLE bench_insert") //nolint:errcheck // only a measurement
	end := time.Now().Add(d)
	return measure("durable inserts", concurrency, func(i int, t timings) (int, error) {
		for n := 0; time.Now().Before(end); n++ {
			begin := time.Now()
			if _, err := q.Exec(ctx, "INSERT INTO bench_insert (id, at) VALUES ($1, $2)",
				fmt.Sprintf("%d-%d-%d", begin.UnixNano(), i, n), begin.UnixMilli()); err != nil {
				return 0, err
			}
			t.add(stepSave, time.Since(begin))
		}
		return 0, nil
	})
}

// Stats is what the server says of itself at /stats.
type Stats struct {
	Statements int64  `json:"statements"`
	RSS        int64  `json:"rss_bytes"`
	Database   string `json:"database"`
}

// ReadStats asks the server; it answers where TONGGUAN_STATS is true.
func ReadStats(base string) (s Stats, err error) {
	status, body, err := fasthttp.Get(nil, base+"/stats")
	if err != nil {
		return s, err
	}
	if status != fasthttp.StatusOK {
		return s, fmt.Errorf("bench: %s/stats answered %d: the server must run with TONGGUAN_STATS=true", base, status)
	}
	err = json.Unmarshal(body, &s)
	return s, err
}

// StatementsPerView counts the SQL statements of each page, one request at a time.
func StatementsPerView(o Options) (map[string]float64, error) {
	l := newLearner(o, 0)
	if err := l.signIn(timings{}, o.Password); err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for step, path := range map[string]string{stepDashboard: "/learn", stepCourse: "/courses/" + o.Course,
		stepLesson: "/courses/" + o.Lesson, stepQuiz: "/courses/" + o.Module + "/quiz"} {
		n, err := l.statements(step, path)
		if err != nil {
			return nil, err
		}
		out[step] = n
	}
	return out, nil
}

// statements gives the middle one of many counts, so that what the server does by itself meanwhile does not matter.
func (l *learner) statements(step, path string) (float64, error) {
	counts := timings{}
	for range 15 {
		before, err := ReadStats(l.base)
		if err != nil {
			return 0, err
		}
		if _, err := l.get(timings{}, step, path); err != nil {
			return 0, err
		}
		after, err := ReadStats(l.base)
		if err != nil {
			return 0, err
		}
		counts.add(step, time.Duration(after.Statements-before.Statements)*time.Millisecond)
	}
	middle, _, _ := percentiles(counts[step])
	return middle, nil
}
