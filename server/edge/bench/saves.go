package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"tongguan/server/base/db"
)

// taker is a learner with an open attempt, ready to save.
type taker struct {
	wire      *wire
	head      []byte // the request up to its length
	tail      []byte // from there to its body
	questions []string
	choices   []string
	seq       int64
	buf       []byte
}

// Saves lets learners with open attempts save answers, each the next as soon as the last is acknowledged. Every
// answer is a request of its own, and counts when its reply says that it is on disk.
func Saves(ctx context.Context, o Options) (Run, error) {
	learners, err := crowd(ctx, o, o.Savers)
	if err != nil {
		return Run{}, err
	}
	takers := make([]*taker, len(learners))
	for i, l := range learners {
		if takers[i], err = l.sitDown(o); err != nil {
			return Run{}, err
		}
		defer takers[i].wire.conn.Close() //nolint:errcheck // the measurement is over
	}
	if _, err := saveFor(ctx, takers, min(o.Views, time.Second)); err != nil { // statements are prepared, caches filled
		return Run{}, err
	}
	return saveFor(ctx, takers, o.Views)
}

func saveFor(ctx context.Context, takers []*taker, d time.Duration) (Run, error) {
	end := time.Now().Add(d)
	for _, t := range takers {
		if err := t.wire.conn.SetDeadline(end.Add(patience)); err != nil {
			return Run{}, err
		}
	}
	return measure("saves", len(takers), func(i int, t timings) (int, error) {
		times := make([]time.Duration, 0, 1<<14)
		defer func() { t[stepSave] = times }()
		for n := i; time.Now().Before(end) && ctx.Err() == nil; n++ {
			status, body, took, err := takers[i].wire.send(takers[i].next(n))
			if err != nil {
				return n, err
			}
			if status != fasthttp.StatusOK || !bytes.Contains(body, []byte(`"status":"saved"`)) {
				return n, fmt.Errorf("a save gave %d: %.300s", status, body)
			}
			times = append(times, took)
		}
		return 0, nil
	})
}

// sitDown starts an attempt and learns its questions, an option of each.
func (l *learner) sitDown(o Options) (*taker, error) {
	quiz := "/courses/" + o.Module + "/quiz"
	if _, err := l.get(timings{}, stepQuiz, quiz); err != nil {
		return nil, err
	}
	if err := l.post(timings{}, stepStart, quiz, url.Values{}); err != nil {
		return nil, err
	}
	attempt, _, _ := strings.Cut(l.last, "?")
	t := &taker{}
	for n := range questions {
		page, err := l.get(timings{}, stepQuestion, fmt.Sprintf("%s?q=%d", attempt, n+1))
		if err != nil {
			return nil, err
		}
		q, c := questionField.FindStringSubmatch(page), choiceField.FindStringSubmatch(page)
		if q == nil || c == nil {
			continue // nothing to choose: a typed answer is no other write
		}
		t.questions, t.choices = append(t.questions, q[1]), append(t.choices, c[1]+c[2])
	}
	if len(t.questions) == 0 {
		return nil, fmt.Errorf("%s: no question has options", attempt)
	}
	head, tail, _ := bytes.Cut(l.request(fasthttp.MethodPost, attempt+"/save", "application/json", 0), []byte("Content-Length: 0"))
	t.head, t.tail = append(head, "Content-Length: "...), tail
	var err error
	t.wire, err = dial(l.base)
	return t, err
}

// next is the next save as a request.
func (t *taker) next(n int) []byte {
	t.seq++
	q, c := t.questions[n%len(t.questions)], t.choices[n%len(t.questions)]
	seq := strconv.FormatInt(t.seq, 10)
	length := len(`{"saves":[{"seq":,"question":"","value":[""]}]}`) + len(seq) + len(q) + len(c)
	b := strconv.AppendInt(append(t.buf[:0], t.head...), int64(length), 10)
	b = append(append(append(b, t.tail...), `{"saves":[{"seq":`...), seq...)
	b = append(append(b, `,"question":"`...), q...)
	b = append(append(b, `","value":["`...), c...)
	t.buf = append(b, `"]}]}`...)
	return t.buf
}

// EmptySaves measures the same requests from the same clients against a handler that does nothing.
func EmptySaves(ctx context.Context, o Options, d time.Duration) (Run, error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	app.Post("/*", func(c *fiber.Ctx) error { return c.SendString(`{"status":"saved"}`) })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Run{}, err
	}
	go app.Listener(ln)  //nolint:errcheck // ends with Shutdown
	defer app.Shutdown() //nolint:errcheck // the measurement is over
	o.URL, o.Logins = "http://"+ln.Addr().String(), []string{""}
	takers := make([]*taker, o.Savers)
	for i := range takers {
		l := newLearner(o, 0)
		head, tail, _ := bytes.Cut(l.request(fasthttp.MethodPost, "/attempts/x/save", "application/json", 0), []byte("Content-Length: 0"))
		takers[i] = &taker{head: append(head, "Content-Length: "...), tail: tail, questions: []string{"neg-q1"}, choices: []string{"a"}}
		if takers[i].wire, err = dial(o.URL); err != nil {
			return Run{}, err
		}
		defer takers[i].wire.conn.Close() //nolint:errcheck // the measurement is over
	}
	r, err := saveFor(ctx, takers, d)
	r.Name = "empty handler"
	return r, err
}

// GroupedInserts measures bare inserts straight through db, as many rows of as many columns to a statement as
// saves wait for each other, each statement committed by itself.
func GroupedInserts(ctx context.Context, o Options, d time.Duration) (Run, error) {
	base, err := db.Open(o.DSN, groupWriters+1)
	if err != nil {
		return Run{}, err
	}
	defer base.Close() //nolint:errcheck // only a measurement
	if _, err := base.Read().Exec(ctx, `CREATE TABLE IF NOT EXISTS bench_group (attempt_id TEXT NOT NULL, question TEXT NOT NULL, chosen TEXT NOT NULL,
		points BIGINT NOT NULL, saved_at BIGINT NOT NULL, seq BIGINT NOT NULL, open_until BIGINT NOT NULL, certainty BIGINT, PRIMARY KEY (attempt_id, question))`); err != nil {
		return Run{}, err
	}
	defer base.Read().Exec(context.WithoutCancel(ctx), "DROP TABLE bench_group") //nolint:errcheck // only a measurement
	size, end := max(1, o.Savers/groupWriters), time.Now().Add(d)
	r, err := measure("grouped inserts", groupWriters, func(i int, t timings) (int, error) {
		for n := 0; time.Now().Before(end); n++ {
			begin := time.Now()
			if err := base.Change(ctx, `INSERT INTO bench_group (attempt_id, question, chosen, points, saved_at, seq, open_until, certainty)
				SELECT r.attempt, r.question, r.chosen, r.points, r.at, r.seq, r.at, NULL FROM {rows}`, nil, bareRows(size, i, n)); err != nil {
				return 0, err
			}
			t.add(stepSave, time.Since(begin))
		}
		return 0, nil
	})
	r.Requests, r.PerSecond = r.Requests*size, r.PerSecond*float64(size)
	return r, err
}

// groupWriters is how many groups the server writes at the same time.
const groupWriters = 2

func bareRows(size, writer, n int) *db.Rows {
	attempts, questions, chosen := make([]string, size), make([]string, size), make([]string, size)
	numbers := make([]int64, size)
	for i := range size {
		attempts[i], questions[i], chosen[i] = fmt.Sprintf("0000000000000%d-%d-%d", writer, n, i), "neg-q1", `["a"]`
		numbers[i] = int64(n)
	}
	return new(db.Rows).Text("attempt", attempts).Text("question", questions).Text("chosen", chosen).
		Number("points", numbers).Number("at", numbers).Number("seq", numbers)
}
