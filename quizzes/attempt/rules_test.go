package attempt

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// because fails unless an error has the key.
func (h *house) key(err error, key string) {
	h.Helper()
	if e := fault.Of(err); e == nil || e.Key != key {
		h.Errorf("%v, want %s", err, key)
	}
}

func (h *house) prospect(login string) Prospect {
	h.Helper()
	p, err := h.Prepare(ctx, h.who[login], module)
	h.do(err)
	return p
}

// begins tries to start and gives the error.
func (h *house) begins(login string) error {
	h.Helper()
	_, err := h.Start(ctx, h.who[login], module, true)
	return err
}

func TestAttemptsAreCounted(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(", attempts: 2", five()...)
		if p := h.prospect("learner"); p.Left != 2 || p.Why != nil || p.NextAt != 0 || p.Open != "" || p.Counting != nil {
			h.Errorf("before: %+v", p)
		}
		id := h.start("learner")
		if p := h.prospect("learner"); p.Left != 1 || p.Open != id {
			h.Errorf("while one is open: %+v", p)
		}
		h.submit("learner", id)
		h.advance(time.Minute)
		second := h.start("learner")
		if again, err := h.Start(ctx, h.who["learner"], module, true); err != nil || again != second {
			h.Errorf("a second tab is refused: %s %v", again, err)
		}
		h.submit("learner", second)
		h.key(h.begins("learner"), "quiz.no_attempts")
		p := h.prospect("learner")
		h.key(p.Why, "quiz.no_attempts")
		if p.Left != 0 || len(p.Past) != 2 || p.Past[0].ID != second {
			h.Errorf("after: %+v", p)
		}
		h.quiz("", five()...)
		if p := h.prospect("learner"); p.Left != -1 || p.Why != nil {
			h.Errorf("without a limit: %+v", p)
		}
		h.quiz(", attempts: 60", five()...)
		for range 58 {
			h.submit("learner", h.start("learner"))
		}
		h.key(h.begins("learner"), "quiz.no_attempts")
	})
}

// Where a certificate is to be renewed, the attempts since then are counted, to start and to be told.
func TestAttemptsOfARenewalAreCounted(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(", attempts: 1", five()...)
		h.submit("learner", h.start("learner"))
		h.key(h.begins("learner"), "quiz.no_attempts")
		h.advance(time.Minute)
		from := h.clock.Now()
		h.since = func(_ context.Context, _ db.Q, person, m string) (int64, error) {
			if person != h.who["learner"].ID || m != module {
				t.Errorf("asked of %s and %s", person, m)
			}
			return from, nil
		}
		if p := h.prospect("learner"); p.Left != 1 || p.Why != nil || len(p.Past) != 1 {
			h.Errorf("%+v", p)
		}
		h.submit("learner", h.start("learner"))
		h.key(h.begins("learner"), "quiz.no_attempts")
	})
}

// Whoever starts in many tabs and on two nodes at once has one attempt, and the last one that is left is taken once.
func TestStartsAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(", attempts: 2", five()...)
		h.submit("learner", h.start("learner"))
		second := New(Parts{DB: h.d, Clock: h.clock, Trail: h.trail, People: h.people, Bank: h.bank, Ledger: evidence.New()})
		var wg sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			wg.Go(func() {
				var err error
				if ids[i], err = []*Attempts{h.Attempts, second}[i%2].Start(ctx, h.who["learner"], module, true); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		if ids = slices.Compact(ids); len(ids) != 1 || h.count("attempt") != 2 {
			h.Errorf("%v, %d attempts", ids, h.count("attempt"))
		}
	})
}

func TestAPauseBetweenAttempts(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(", wait: 24h", five()...)
		id := h.start("learner")
		h.advance(5 * time.Minute)
		h.submit("learner", id)
		next := h.stored(id).outline().Closed + 24*time.Hour.Milliseconds()
		h.key(h.begins("learner"), "quiz.cooling")
		p := h.prospect("learner")
		h.key(p.Why, "quiz.cooling")
		if p.NextAt != next {
			h.Errorf("next at %d, want %d", p.NextAt, next)
		}
		h.advance(24*time.Hour - time.Millisecond)
		h.key(h.begins("learner"), "quiz.cooling")
		h.advance(time.Millisecond)
		if p := h.prospect("learner"); p.Why != nil || p.NextAt != 0 {
			h.Errorf("after the pause: %+v", p)
		}
		id = h.start("learner")
		h.advance(21 * time.Minute) // nobody hands it in: it ended when it was due
		due := h.stored(id).Due
		h.key(h.begins("learner"), "quiz.cooling")
		if p := h.prospect("learner"); p.NextAt != due+24*time.Hour.Milliseconds() {
			h.Errorf("after one that ran out: next at %d, want %d", p.NextAt, due+24*time.Hour.Milliseconds())
		}
		if acts := h.acts(); acts["attempt.closed"] != 2 {
			h.Errorf("%v", acts)
		}
	})
}

// The window is local time of the company: over the end of a month, and over the night in which the clocks go forward.
func TestTheWindow(t *testing.T) {
	for _, c := range []struct {
		from, until          string
		early, open, due, at string // moments before it, in it; when an attempt that begins in it is due; and after it
	}{
		{"2026-01-31 23:50", "2026-02-01 00:30", "2026-01-31 23:49:59", "2026-01-31 23:50:00", "2026-02-01 00:10:00", "2026-02-01 00:30:00"},
		{"2026-02-28 09:00", "2026-03-01 09:00", "2026-02-28 08:59:59", "2026-03-01 08:59:59", "2026-03-01 09:00:00", "2026-03-01 09:00:00"},
		{"2026-03-29 01:50", "2026-03-29 03:05", "2026-03-29 01:49:59", "2026-03-29 01:50:00", "2026-03-29 03:05:00", "2026-03-29 03:05:00"}, // 02:00 is 03:00
		{"2026-10-25 00:00", "2026-10-25 03:00", "2026-10-24 23:59:59", "2026-10-25 01:50:00", "2026-10-25 02:10:00", "2026-10-25 03:00:00"}, // 02:30 comes twice
	} {
		each(t, func(h *house) {
			h.zone = berlin(h)
			h.quiz(fmt.Sprintf(`, window: {from: "%s", until: "%s"}`, c.from, c.until), five()...)
			h.until(c.early)
			h.key(h.begins("learner"), "quiz.not_yet")
			p := h.prospect("learner")
			h.key(p.Why, "quiz.not_yet")
			if p.NextAt != p.From || time.UnixMilli(p.From).In(h.zone).Format(clockLike) != c.from || time.UnixMilli(p.Until).In(h.zone).Format(clockLike) != c.until {
				h.Errorf("%s: window %d to %d, next at %d", c.from, p.From, p.Until, p.NextAt)
			}
			h.until(c.open)
			id := h.start("learner")
			if due := time.UnixMilli(h.stored(id).Due).In(h.zone).Format(time.DateTime); due != c.due {
				h.Errorf("begun at %s it is due at %s, want %s", c.open, due, c.due)
			}
			h.until(c.at)
			h.key(h.begins("stranger"), "quiz.window_over")
			h.key(h.prospect("stranger").Why, "quiz.window_over")
		})
	}
}

const clockLike = "2006-01-02 15:04"

// Where the clocks go back an hour lasts two, and an attempt twenty minutes all the same.
func TestTimeIsTimeWhenClocksGoBack(t *testing.T) {
	each(t, func(h *house) {
		h.zone = berlin(h)
		h.quiz(`, window: {from: "2026-10-25 01:00", until: "2026-10-25 03:30"}`, five()...)
		h.until("2026-10-25 01:59:00")
		p := h.prospect("learner")
		if hours := time.Duration(p.Until-p.From) * time.Millisecond; hours != 3*time.Hour+30*time.Minute {
			h.Errorf("the window is %s long", hours)
		}
		r := h.stored(h.start("learner"))
		if r.Due-r.Started != 20*time.Minute.Milliseconds() {
			h.Errorf("it lasts %d ms", r.Due-r.Started)
		}
	})
}

// Extra time stretches the limit, rounded up to a minute, and the end of the window; it holds for attempts that begin
// after it was granted.
func TestExtraTime(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(`, window: {until: "2026-03-02 18:00"}, show: {score: window, answers: window, explanations: window}`, five()...)
		h.until("2026-03-02 17:00:00")
		before := h.start("learner")
		h.do(h.GrantTime(ctx, h.who["hr"], h.who["learner"].ID, 33, " 视力原因 "))
		if r := h.stored(before); r.Due-r.Started != 20*time.Minute.Milliseconds() {
			h.Error("an attempt that was open has another end")
		}
		h.submit("learner", before)
		p := h.prospect("learner")
		if p.Minutes != 27 || p.Extra != 33 || time.UnixMilli(p.Until).UTC().Format(clockLike) != "2026-03-02 18:07" { // 26.6
			h.Errorf("%+v", p)
		}
		id := h.start("learner")
		if r := h.stored(id); r.Due-r.Started != 27*time.Minute.Milliseconds() {
			h.Errorf("it lasts %d ms", r.Due-r.Started)
		}
		h.submit("learner", id)
		short := h.sits("stranger", all("aaaaa"))
		h.until("2026-03-02 18:06:59")
		late := h.start("learner")
		if due := time.UnixMilli(h.stored(late).Due).UTC().Format(clockLike); due != "2026-03-02 18:07" {
			h.Errorf("due at %s", due)
		}
		h.key(h.begins("stranger"), "quiz.window_over")
		look, err := h.Review(ctx, h.who["stranger"], short)
		if h.do(err); look.Shows.Answers || len(look.Marked) > 0 || time.UnixMilli(look.Shows.Later).UTC().Format(clockLike) != "2026-03-02 18:07" {
			h.Errorf("answers are shown while somebody with extra time is at it: %+v", look.Shows)
		}
		h.until("2026-03-02 18:07:06")
		if look, err = h.Review(ctx, h.who["stranger"], short); err != nil || !look.Shows.Answers || len(look.Marked) != 5 {
			h.Errorf("%+v, %v", look.Shows, err)
		}
		h.do(h.GrantTime(ctx, h.who["hr"], h.who["learner"].ID, 0, "不再需要"))
		if p := h.prospect("learner"); p.Minutes != 20 || p.Extra != 0 {
			h.Errorf("taken back: %+v", p)
		}
	})
}

func TestWhoGrantsTime(t *testing.T) {
	each(t, func(h *house) {
		id := h.who["learner"].ID
		for _, login := range []string{"learner", "manager", "inspector", "stranger"} {
			if err := h.GrantTime(ctx, h.who[login], id, 25, "x"); err == nil {
				h.Errorf("%s grants time", login)
			}
			if _, err := h.ExtraTime(ctx, h.who[login], id); err == nil {
				h.Errorf("%s sees it", login)
			}
		}
		h.refused(h.GrantTime(ctx, h.who["hr"], h.who["hr"].ID, 25, "x"), fault.Denied)
		h.refused(h.GrantTime(ctx, h.who["hr"], "nobody", 25, "x"), fault.Missing)
		for percent, reason := range map[int]string{-1: "x", 301: "x", 25: " ", 26: strings.Repeat("长", 1001)} {
			h.refused(h.GrantTime(ctx, h.who["hr"], id, percent, reason), fault.Invalid)
		}
		h.do(h.GrantTime(ctx, h.who["hr"], id, 300, "x"))
		h.do(h.GrantTime(ctx, h.who["hr"], id, 25, " 视力原因 "))
		e, err := h.ExtraTime(ctx, h.who["hr"], id)
		if h.do(err); e.Percent != 25 || e.Reason != "视力原因" || e.At != h.clock.Now() {
			h.Errorf("%+v", e)
		}
		n := 0
		for _, entry := range h.entries() {
			if entry.Act == "extra_time.granted" {
				if n++; entry.Subject != id || entry.Actor != h.who["hr"].ID || strings.Contains(string(entry.Facts), "25") ||
					strings.Contains(string(entry.Private)+string(entry.Facts), "视力") { // examiners read the trail
					h.Errorf("%+v", entry)
				}
			}
		}
		if n != 2 {
			h.Errorf("%d lines of the trail", n)
		}
	})
}

func TestADeclarationIsAcceptedFirst(t *testing.T) {
	each(t, func(h *house) {
		h.quiz(`, declaration: {zh: "我独立完成。", en: "I work alone."}`, five()...)
		_, err := h.Start(ctx, h.who["learner"], module, false)
		h.key(err, "quiz.declaration_needed")
		if e := fault.Of(err); e.Field != "accepted" || h.count("attempt") != 0 {
			h.Errorf("%+v", e)
		}
		id := h.start("learner")
		if again, err := h.Start(ctx, h.who["learner"], module, false); err != nil || again != id {
			h.Errorf("going on needs it again: %v", err)
		}
		accepted := func(id string) (at *int64) {
			h.do(h.d.Read().Get(ctx, &at, "SELECT accepted_at FROM attempt WHERE id = $1", id))
			return at
		}
		if at := accepted(id); at == nil || *at != h.stored(id).Started {
			h.Errorf("accepted at %v", at)
		}
		h.quiz("", five()...)
		other, err := h.Start(ctx, h.who["stranger"], module, false)
		if h.do(err); accepted(other) != nil {
			h.Error("what was not there was accepted")
		}
	})
}

// Attempts end when they are due, whoever looks or not, once, and with the moment at which they were due.
func TestOverdueAttemptsAreClosed(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		first := h.start("learner")
		h.answer("learner", first, "q1", "a")
		h.advance(10 * time.Minute)
		second := h.start("stranger")
		h.advance(10*time.Minute + grace)
		h.do(h.CloseOverdue(ctx))
		if h.stored(first).State != Open {
			h.Error("it was closed while an answer may still be on its way")
		}
		h.advance(time.Millisecond)
		other := New(Parts{DB: h.d, Clock: h.clock, Trail: h.trail, People: h.people, Bank: h.bank, Ledger: evidence.New()})
		var wg sync.WaitGroup
		for _, node := range []*Attempts{h.Attempts, other, h.Attempts} {
			wg.Go(func() {
				if err := node.CloseOverdue(ctx); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		r := h.stored(first)
		if r.State != Closed || *r.Closed != r.Due || *r.Score != 2000 || h.acts()["attempt.closed"] != 1 || len(h.evidence("learner")) != 1 {
			h.Errorf("%+v", r)
		}
		if h.stored(second).State != Open {
			h.Error("one that is in time was closed")
		}
	})
}
