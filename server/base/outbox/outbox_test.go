package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx     = context.Background()
	errBusy = errors.New("451 try later")
)

// tester is what a test and a property have in common.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

type house struct {
	tester
	*Outbox
	advance func(time.Duration)
}

func each(t *testing.T, fn func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newHouse(t, d)) })
}

func newHouse(t tester, d *db.DB) house {
	c, advance := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
	return house{t, New(d, c), advance}
}

func (h house) put(m Mail) {
	h.Helper()
	if err := h.db.Write(ctx, func(q db.Q) error { return h.Put(ctx, q, m) }); err != nil {
		h.Fatal(err)
	}
}

// fill queues n mails with the keys 000, 001 and so on.
func (h house) fill(n int) {
	h.Helper()
	for i := range n {
		h.put(Mail{Key: fmt.Sprintf("%03d", i), To: "a@example.cn", Subject: "通关", Text: "你好"})
	}
}

func (h house) take(n int) []Taken {
	h.Helper()
	taken, err := h.Take(ctx, n)
	if err != nil {
		h.Fatal(err)
	}
	return taken
}

func (h house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h house) conflict(err error) {
	h.Helper()
	if fault.KindOf(err) != fault.Conflict {
		h.Fatalf("%v is no conflict", err)
	}
}

func keys(taken []Taken) (out []string) {
	for _, t := range taken {
		out = append(out, t.Key)
	}
	return out
}

func TestMailIsKeptAsGivenAndOnce(t *testing.T) {
	each(t, func(h house) {
		m := Mail{Key: "assigned/1", To: "张伟 <zhang@example.cn>", Subject: "新课程\r\nBcc: all@example.cn", Text: "一\n二\x00", HTML: "<p>一\xff</p>"}
		h.put(m)
		m.Subject, m.Text = "another", "another"
		h.put(m)
		got := h.take(9)
		if len(got) != 1 {
			h.Fatalf("%d mails", len(got))
		}
		want := Taken{got[0].ID, Mail{"assigned/1", "", "张伟 <zhang@example.cn>", "新课程  Bcc: all@example.cn", "一\n二", "<p>一\ufffd</p>"}, h.clock.Now(), 1}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			h.Fatal(diff)
		}
	})
}

func TestMailGoesWithItsDeed(t *testing.T) {
	each(t, func(h house) {
		err := h.db.Write(ctx, func(q db.Q) error { return errors.Join(h.Put(ctx, q, Mail{Key: "1", To: "a@example.cn"}), errBusy) })
		if !errors.Is(err, errBusy) || len(h.take(1)) != 0 {
			h.Fatalf("a mail of a deed that was undone; %v", err)
		}
		for _, m := range []Mail{{Key: "1"}, {To: "a@example.cn"}} {
			if h.Put(ctx, h.db.Read(), m) == nil {
				h.Fatalf("%+v is queued", m)
			}
		}
	})
}

func TestNoOutboxQueuesNothing(t *testing.T) {
	var o *Outbox
	taken, err := o.Take(ctx, 1)
	if err := errors.Join(err, o.Put(ctx, nil, Mail{})); err != nil || taken != nil {
		t.Errorf("%v, %v", taken, err)
	}
}

func TestSentIsFinalAndForgotten(t *testing.T) {
	each(t, func(h house) {
		h.fill(1)
		m := h.take(1)[0]
		h.must(h.Sent(ctx, m))
		h.conflict(h.Sent(ctx, m))
		h.conflict(h.Failed(ctx, m, errBusy, true))
		h.fill(1) // the key is known
		h.advance(time.Hour)
		if got := h.take(1); len(got) != 0 {
			h.Fatalf("sent, and handed out: %+v", got)
		}
		var kept string
		if h.must(h.db.Read().Get(ctx, &kept, "SELECT text_body FROM outbox_mail")); kept != "" {
			h.Fatalf("%q is kept", kept)
		}
	})
}

func TestWaitsDoubleUpToAnHourAndEnd(t *testing.T) {
	each(t, func(h house) {
		h.fill(1)
		var total time.Duration
		for try := 1; ; try++ {
			got := h.take(1)
			if len(got) != 1 || got[0].Try != int64(try) {
				h.Fatalf("try %d: %+v", try, got)
			}
			h.must(h.Failed(ctx, got[0], errBusy, false))
			if try == Tries {
				break
			}
			wait := min(time.Hour, time.Minute<<min(try-1, 20))
			h.advance(wait - time.Millisecond)
			if len(h.take(1)) != 0 {
				h.Fatalf("handed out before %v after try %d", wait, try)
			}
			h.advance(time.Millisecond)
			total += wait
		}
		if total < 65*time.Hour || total > 80*time.Hour {
			h.Fatalf("given up after %v", total)
		}
		h.advance(1000 * time.Hour)
		f, err := h.Failures(ctx, access.Operator())
		if err != nil || len(f) != 1 || !f[0].Final || f[0].Tries != Tries || f[0].Error != errBusy.Error() || len(h.take(1)) != 0 {
			h.Fatalf("%+v, %v", f, err)
		}
	})
}

func TestMailThatKillsEveryNodeIsGivenUp(t *testing.T) {
	each(t, func(h house) {
		h.fill(1)
		for range Tries {
			if len(h.take(1)) != 1 {
				h.Fatal("given up too early")
			}
			h.advance(Lease)
		}
		f, err := h.Failures(ctx, access.Operator())
		if len(h.take(1)) != 0 || err != nil || len(f) != 0 {
			h.Fatalf("handed out once more; %+v, %v", f, err)
		}
		if f, err = h.Failures(ctx, access.Operator()); err != nil || len(f) != 1 || !f[0].Final {
			h.Fatalf("%+v, %v", f, err)
		}
	})
}

func TestLateAnswersDoNoHarm(t *testing.T) {
	each(t, func(h house) {
		h.fill(1)
		late := h.take(1)[0]
		h.advance(Lease)
		now := h.take(1)[0]
		h.conflict(h.Failed(ctx, late, errBusy, true))
		h.must(h.Return(ctx, []Taken{late}))
		if len(h.take(1)) != 0 {
			h.Fatal("the late one ended the lease of the other")
		}
		h.must(h.Failed(ctx, now, errBusy, true))
		h.must(h.Sent(ctx, late)) // whatever the other found, it is out
		if f, err := h.Failures(ctx, access.Operator()); err != nil || len(f) != 0 {
			h.Fatalf("%+v, %v", f, err)
		}
	})
}

func TestReturnedMailsAreDueAtOnce(t *testing.T) {
	each(t, func(h house) {
		h.fill(3)
		first := h.take(3)
		h.must(h.Return(ctx, first[1:]))
		again := h.take(3)
		if diff := cmp.Diff(keys(first[1:]), keys(again)); diff != "" || again[0].Try != 1 {
			h.Fatalf("%+v\n%s", again, diff)
		}
	})
}

func TestOnlyWhoKeepsAccountsSeesFailures(t *testing.T) {
	each(t, func(h house) {
		h.fill(2)
		taken := h.take(2)
		h.must(h.Failed(ctx, taken[0], errors.New(strings.Repeat("长", 1000)+"\x00\xff"), true))
		h.must(h.Failed(ctx, taken[1], errBusy, false))
		for _, r := range access.Roles() {
			got, err := h.Failures(ctx, access.Actor{ID: "x", Roles: []access.Role{r}})
			if (r == access.Admin) != (err == nil) || r != access.Admin && fault.KindOf(err) != fault.Missing {
				h.Fatalf("%s: %v", r, err)
			}
			if r == access.Admin && (len(got) != 2 || got[0].Final || !got[1].Final || len(got[1].Error) > longError+3) {
				h.Fatalf("%+v", got)
			}
		}
	})
}

// Eight takers empty the outbox: every mail is handed out once. When all of them have died, every one is once more.
func TestTakersNeverShare(t *testing.T) {
	each(t, func(h house) {
		const n = 200
		h.fill(n)
		for round := range 3 {
			if got := h.crowd(8); len(got) != n || len(slices.Compact(got)) != n {
				h.Fatalf("round %d: %d handed out, %d different", round, len(got), len(slices.Compact(got)))
			}
			h.advance(Lease - time.Millisecond)
			if got := h.take(n); len(got) != 0 {
				h.Fatalf("%v handed out while leased", keys(got))
			}
			h.advance(time.Millisecond)
		}
	})
}

// crowd takes with so many takers at once until nothing is left, and gives the sorted keys.
func (h house) crowd(takers int) (all []string) {
	h.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failure error
	for i := range takers {
		wg.Go(func() {
			for {
				got, err := h.Take(ctx, 1+i)
				mu.Lock()
				all, failure = append(all, keys(got)...), errors.Join(failure, err)
				mu.Unlock()
				if len(got) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	h.must(failure)
	slices.Sort(all)
	return all
}

// The outbox does what a plain list with the same rules does.
func TestOutboxAgreesWithModel(t *testing.T) {
	type entry struct {
		free, try int64 // when it is due; how often it was taken
		over      bool
	}
	d := dbtest.SQLite(t)
	rapid.Check(t, func(t *rapid.T) {
		if _, err := d.Read().Exec(ctx, "DELETE FROM outbox_mail"); err != nil {
			t.Fatal(err)
		}
		h := newHouse(t, d)
		model, held := map[string]*entry{}, []Taken{}
		drawn := func() Taken {
			if len(held) == 0 {
				t.Skip("nothing taken")
			}
			return rapid.SampledFrom(held).Draw(t, "mail")
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				key := rapid.StringMatching("[a-h]").Draw(t, "key")
				h.put(Mail{Key: key, To: "a@example.cn"})
				if model[key] == nil {
					model[key] = &entry{free: h.clock.Now()}
				}
			},
			"advance": func(t *rapid.T) {
				h.advance(time.Duration(rapid.IntRange(1, 15).Draw(t, "minutes")) * time.Minute)
			},
			"take": func(t *rapid.T) {
				n, due := rapid.IntRange(1, 9).Draw(t, "n"), 0
				for _, e := range model {
					if !e.over && e.free <= h.clock.Now() {
						due++
					}
				}
				got := h.take(n)
				for _, m := range got {
					e := model[m.Key]
					if e.try++; e.over || e.free > h.clock.Now() || m.Try != e.try {
						t.Fatalf("%+v, but %+v", m, e)
					}
					e.free = h.clock.Now() + Lease.Milliseconds()
				}
				if held = append(held, got...); len(got) != min(n, due) {
					t.Fatalf("%d handed out of %d", len(got), due)
				}
			},
			"sent": func(t *rapid.T) {
				m := drawn()
				if err := h.Sent(ctx, m); (err == nil) == (model[m.Key].free < 0) {
					t.Fatal(err)
				}
				model[m.Key].over, model[m.Key].free = true, -1
			},
			"failed": func(t *rapid.T) {
				m, permanent := drawn(), rapid.Bool().Draw(t, "permanent")
				e, err := model[m.Key], h.Failed(ctx, m, errBusy, permanent)
				if (err == nil) != (!e.over && e.try == m.Try) {
					t.Fatal(err)
				}
				if err == nil {
					e.over, e.free = permanent, h.clock.Now()+wait(m.Try).Milliseconds()
				}
			},
		})
	})
}
