package reminder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/outbox"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx      = context.Background()
	operator = access.Operator()
	berlin   = zone("Europe/Berlin")
)

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

type house struct {
	*testing.T
	*Reminders
	d       *db.DB
	advance func(time.Duration)
	due     map[string][]Item // what the source gives
	asked   int
}

// each begins on Saturday 28 March 2026, midnight in Berlin: the night after, clocks are put forward.
func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 3, 28, 0, 0, 0, 0, berlin), 1)
		trail := audit.New(c)
		at, err := ParseHour("08:00")
		if err != nil {
			t.Fatal(err)
		}
		h := &house{T: t, d: d, advance: advance, due: map[string][]Item{}}
		h.Reminders = New(Parts{DB: d, Clock: c, Zone: berlin, People: people.New(d, c, trail, team.New(d, c, trail)), Outbox: outbox.New(d, c), At: at,
			Write: func(p Person, day string, items []Item) outbox.Mail {
				return outbox.Mail{Subject: fmt.Sprint(p.Lang, " ", day, " ", len(items)), Text: items[0].Due}
			}})
		var mu sync.Mutex
		h.From(func(_ context.Context, _ []Person, _ string) (map[string][]Item, error) {
			mu.Lock()
			defer mu.Unlock()
			h.asked++
			return h.due, nil
		})
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) person(login, email string) people.Person {
	h.Helper()
	p := people.Person{Login: login, Name: login, Email: email, Roles: []access.Role{access.Learner}}
	id, err := h.People.Create(ctx, operator, p)
	h.must(err)
	p, err = h.People.Get(ctx, operator, id)
	h.must(err)
	return p
}

// things makes so many things that are due.
func things(n int) (out []Item) {
	for i := range n {
		out = append(out, Item{Key: "step", What: catalog.Text{ZH: "步", EN: "Step"}, Due: fmt.Sprintf("2026-03-%02d", 30-i)})
	}
	return out
}

// at sets the clock to a moment of the wall's clock in Berlin.
func (h *house) at(month time.Month, day, hour, minute int) {
	h.Helper()
	h.advance(time.Date(2026, month, day, hour, minute, 0, 0, berlin).Sub(time.UnixMilli(h.Clock.Now())))
}

// mails takes what waits in the outbox: "address: subject".
func (h *house) mails() (out []string) {
	h.Helper()
	taken, err := h.Outbox.Take(ctx, 100)
	h.must(err)
	for _, m := range taken {
		out = append(out, m.To+": "+m.Subject)
		h.must(h.Outbox.Sent(ctx, m))
	}
	slices.Sort(out)
	return out
}

func (h *house) wants(want ...string) {
	h.Helper()
	if got := h.mails(); !slices.Equal(got, want) {
		h.Errorf("mails %q, want %q", got, want)
	}
}

func (h *house) notices(p people.Person) int {
	h.Helper()
	_, items, err := h.Today(ctx, p.Actor())
	h.must(err)
	return len(items)
}

func TestOnceADayAtTheHour(t *testing.T) {
	each(t, func(h *house) {
		rep, idle := h.person("rep", "rep@example.cn"), h.person("idle", "idle@example.cn")
		h.due[rep.ID] = things(5)
		h.at(3, 28, 7, 59)
		h.must(h.Tell(ctx))
		h.wants()
		if h.asked != 0 || h.notices(rep) != 0 {
			h.Error("told before the hour")
		}
		h.at(3, 28, 8, 0)
		for range 3 {
			h.must(h.Tell(ctx))
			h.advance(time.Minute)
		}
		h.wants("rep@example.cn: zh 2026-03-28 5")
		if h.asked != 1 || h.notices(rep) != 5 || h.notices(idle) != 0 {
			h.Errorf("asked %d times; notices of %d and %d", h.asked, h.notices(rep), h.notices(idle))
		}
		if _, items, err := h.Today(ctx, rep.Actor()); err != nil || items[0].Due != "2026-03-26" {
			h.Errorf("the most urgent is not first: %+v, %v", items, err)
		}
		h.at(3, 29, 7, 59) // an hour less has passed: clocks were put forward
		h.must(h.Tell(ctx))
		if h.wants(); h.notices(rep) != 0 {
			h.Error("yesterday's notice is still there")
		}
		h.at(3, 29, 8, 0)
		h.must(h.Tell(ctx))
		h.wants("rep@example.cn: zh 2026-03-29 5")
		delete(h.due, rep.ID)
		h.at(3, 30, 9, 0)
		h.must(h.Tell(ctx))
		h.wants()
		if h.notices(rep) != 0 {
			h.Error("told of nothing")
		}
	})
}

// Every quarter of an hour of the nights in which clocks change, and of the days around them, on two nodes: one mail a day.
func TestEveryQuarterAcrossClockChanges(t *testing.T) {
	for _, hour := range []string{"08:00", "02:30"} { // the second is skipped in March and comes twice in October
		each(t, func(h *house) {
			var err error
			h.At, err = ParseHour(hour)
			h.must(err)
			rep := h.person("rep", "rep@example.cn")
			h.due[rep.ID] = things(1)
			for _, first := range []time.Time{time.Date(2026, 3, 28, 0, 0, 0, 0, berlin), time.Date(2026, 10, 24, 0, 0, 0, 0, berlin)} {
				h.advance(first.Sub(time.UnixMilli(h.Clock.Now())))
				for end := first.AddDate(0, 0, 3); time.UnixMilli(h.Clock.Now()).Before(end); h.advance(15 * time.Minute) {
					h.must(h.Tell(ctx))
				}
				var want []string
				for i := range 3 {
					want = append(want, "rep@example.cn: zh "+first.AddDate(0, 0, i).Format(time.DateOnly)+" 1")
				}
				h.wants(want...)
			}
		})
	}
}

func TestTheHourOnNightsInWhichClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone, hour string
		day        time.Month
		of         int
		want       string
	}{
		{"Europe/Berlin", "08:00", 3, 29, "2026-03-29T06:00:00Z"}, {"Europe/Berlin", "08:00", 3, 28, "2026-03-28T07:00:00Z"},
		{"Europe/Berlin", "02:30", 3, 29, "2026-03-29T01:30:00Z"}, // there is none: an hour later by the wall's clock
		{"Europe/Berlin", "02:30", 10, 25, "2026-10-25T00:30:00Z"},
		{"America/New_York", "02:30", 3, 8, "2026-03-08T07:30:00Z"}, {"America/New_York", "01:30", 11, 1, "2026-11-01T05:30:00Z"},
		{"Asia/Shanghai", "08:00", 3, 29, "2026-03-29T00:00:00Z"},
	} {
		h, err := ParseHour(c.hour)
		if err != nil {
			t.Fatal(err)
		}
		z := zone(c.zone)
		at, on := h.On(time.Date(2026, c.day, c.of, 12, 0, 0, 0, z), z)
		if got := at.UTC().Format(time.RFC3339); got != c.want || !on {
			t.Errorf("%s in %s on %d/%d: %s, want %s", c.hour, c.zone, c.of, c.day, got, c.want)
		}
	}
	for _, s := range []string{"off", ""} {
		if h, err := ParseHour(s); err != nil || h.set {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, s := range []string{"8", "25:00", "08:60", "never"} {
		if _, err := ParseHour(s); err == nil {
			t.Errorf("%q is a time", s)
		}
	}
}

// Two nodes tell forty people at the same moment, by the way of the chore and past its lease: everybody once.
func TestTwoNodesTellOnce(t *testing.T) {
	each(t, func(h *house) {
		var want []string
		for i := range 40 {
			p := h.person(fmt.Sprintf("rep%02d", i), fmt.Sprintf("rep%02d@example.cn", i))
			h.due[p.ID] = things(2)
			want = append(want, p.Email+": zh 2026-03-28 2")
		}
		h.at(3, 28, 8, 0)
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				if i%2 == 0 {
					errs[i] = h.Tell(ctx)
				} else {
					errs[i] = h.tellAll(ctx, "2026-03-28", true) // as a node does that was thought dead
				}
			})
		}
		wg.Wait()
		h.must(errors.Join(errs...))
		h.wants(want...)
	})
}

func TestWhoGetsNoMail(t *testing.T) {
	each(t, func(h *house) {
		rep, without, off, gone := h.person("rep", "rep@example.cn"), h.person("without", ""), h.person("off", "off@example.cn"), h.person("gone", "gone@example.cn")
		for _, p := range []people.Person{rep, without, off, gone} {
			h.due[p.ID] = things(1)
		}
		h.must(h.People.Suspend(ctx, operator, gone.ID))
		h.must(h.SetMails(ctx, off.Actor(), false))
		h.must(h.SetMails(ctx, off.Actor(), false))
		if want, err := h.Mails(ctx, off.Actor()); err != nil || want {
			h.Error(want, err)
		}
		h.at(3, 28, 8, 30)
		h.must(h.Tell(ctx))
		h.wants("rep@example.cn: zh 2026-03-28 1")
		if h.notices(without) != 1 || h.notices(off) != 1 || h.notices(gone) != 0 {
			h.Error("the notices are not as they should be")
		}
		h.must(h.SetMails(ctx, off.Actor(), true))
		h.at(3, 29, 8, 30)
		h.must(h.Tell(ctx))
		h.wants("off@example.cn: zh 2026-03-29 1", "rep@example.cn: zh 2026-03-29 1")
		h.At = Hour{}
		h.at(3, 30, 8, 30)
		h.must(h.Tell(ctx))
		h.wants()
	})
}

func TestInTheEveningThereIsNoMail(t *testing.T) {
	each(t, func(h *house) {
		rep := h.person("rep", "rep@example.cn")
		h.due[rep.ID] = things(1)
		h.at(3, 28, 21, 0) // nothing ran until now
		h.must(h.Tell(ctx))
		if h.wants(); h.notices(rep) != 1 {
			h.Error("no notice")
		}
	})
}

func TestANodeThatDiesIsFollowed(t *testing.T) {
	each(t, func(h *house) {
		rep := h.person("rep", "rep@example.cn")
		h.due[rep.ID] = things(1)
		h.at(3, 28, 8, 0)
		if mine, err := claimDay(ctx, h.d, "2026-03-28", h.Clock.Now(), h.Clock.Now()+lease.Milliseconds()); err != nil || !mine {
			h.Fatal(mine, err)
		}
		h.advance(lease - time.Millisecond)
		h.must(h.Tell(ctx))
		h.wants()
		h.advance(time.Millisecond)
		h.must(h.Tell(ctx))
		h.wants("rep@example.cn: zh 2026-03-28 1")
	})
}

func TestPuttingANoticeAside(t *testing.T) {
	each(t, func(h *house) {
		rep, other := h.person("rep", ""), h.person("other", "")
		h.due[rep.ID], h.due[other.ID] = things(1), things(1)
		h.at(3, 28, 8, 0)
		h.must(h.Tell(ctx))
		for range 2 {
			h.must(h.Aside(ctx, rep.Actor(), "2026-03-28"))
		}
		if h.notices(rep) != 0 || h.notices(other) != 1 {
			h.Error("the wrong one is aside")
		}
		if _, _, err := h.Today(ctx, access.Actor{}); fault.KindOf(err) != fault.Denied {
			h.Error(err)
		}
		h.at(6, 28, 8, 0)
		h.must(h.Tell(ctx))
		var n int
		h.must(h.d.Read().Get(ctx, &n, "SELECT COUNT(*) FROM digest WHERE day < '2026-06-01'"))
		if n != 0 {
			h.Error("what was told in spring is kept in summer")
		}
	})
}
