package door

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx      = context.Background()
	operator = access.Operator()
	secret   = []byte("0123456789abcdef0123456789abcdef")
	here     = Visitor{Agent: "Browser", Address: "192.0.2.1"}
)

const good = "correct horse"

type house struct {
	*testing.T
	*Door
	people  *people.People
	advance func(time.Duration)
}

func each(t *testing.T, fn func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
		trail := audit.New(c)
		fn(house{t, New(d, c, trail, Settings{Secret: secret, Lasts: time.Hour, Hashers: 2}),
			people.New(d, c, trail, team.New(d, c, trail)), advance})
	})
}

// restarted is another process at the same database.
func (h house) restarted() house {
	h.Door = New(h.db, h.clock, h.trail, Settings{Secret: secret, Lasts: time.Hour, Hashers: 2})
	return h
}

func (h house) invited(login string, roles ...access.Role) access.Actor {
	h.Helper()
	id, err := h.people.Create(ctx, operator, people.Person{Login: login, Name: login, Roles: append(roles, access.Learner)})
	if err != nil {
		h.Fatal(err)
	}
	p, err := h.people.Get(ctx, operator, id)
	if err != nil {
		h.Fatal(err)
	}
	return p.Actor()
}

func (h house) person(login string, roles ...access.Role) access.Actor {
	h.Helper()
	a := h.invited(login, roles...)
	if err := h.SetPassword(ctx, operator, a.ID, good); err != nil {
		h.Fatal(err)
	}
	return a
}

func (h house) signIn(login string) (string, Session) {
	h.Helper()
	token, s, err := h.SignIn(ctx, login, good, here)
	if err != nil {
		h.Fatal(err)
	}
	return token, s
}

func (h house) wants(err error, kind fault.Kind, key string) {
	h.Helper()
	if e := fault.Of(err); e == nil || e.Kind != kind || e.Key != key {
		h.Errorf("got %v, want %s", err, key)
	}
}

func (h house) open(token string) {
	h.Helper()
	if _, err := h.Recognise(ctx, token); err != nil {
		h.Errorf("the session is gone: %v", err)
	}
}

func (h house) shut(token string) {
	h.Helper()
	_, err := h.Recognise(ctx, token)
	h.wants(err, fault.Missing, "door.no_session")
}

func TestSignInAndOut(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang", access.HR)
		token, s := h.signIn(" ＷANG ")
		got, err := h.Recognise(ctx, token)
		if err != nil {
			h.Fatal(err)
		}
		want := Session{ID: s.ID, Actor: a, Created: h.clock.Now(), Seen: h.clock.Now(),
			Expires: h.clock.Now() + time.Hour.Milliseconds(), Agent: "Browser", Address: "192.0.2.1"}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(access.Actor{})); diff != "" {
			h.Error(diff)
		}
		for _, wrong := range []string{"", token + "x", strings.ToUpper(token), hashToken(token)} {
			h.shut(wrong)
		}
		if err := h.SignOut(ctx, token); err != nil {
			h.Fatal(err)
		}
		h.shut(token)
	})
}

func TestWrongIsWrongForEveryReason(t *testing.T) {
	each(t, func(h house) {
		h.person("wang")
		h.invited("new")
		h.person("gone")
		h.suspend("gone")
		for _, c := range [][2]string{{"wang", "wrong horse"}, {"wang", ""}, {"wang", good + " "}, {"wang", "Correct horse"},
			{"nobody", good}, {"", ""}, {"new", ""}, {"new", good}, {"gone", good}, {"a\x00b", good}, {"\xff\xfe", good},
			{strings.Repeat("王", 5000), good}, {"wang' OR 1=1 --", good}} {
			_, _, err := h.SignIn(ctx, c[0], c[1], Visitor{})
			h.wants(err, fault.Denied, "door.wrong")
		}
		_, _, err := h.SignIn(ctx, "wang", good, Visitor{Agent: strings.Repeat("王", 200) + "\xff\x00", Address: "a\x00\xff"})
		if err != nil {
			h.Errorf("a strange browser: %v", err)
		}
	})
}

func (h house) suspend(login string) {
	h.Helper()
	found, _, err := h.people.List(ctx, operator, people.Filter{Text: login})
	if err != nil || len(found) != 1 {
		h.Fatal(len(found), err)
	}
	if err := h.people.Suspend(ctx, operator, found[0].ID); err != nil {
		h.Fatal(err)
	}
}

// Whoever has no hash to compare must wait for a slot like everybody else, or time tells who exists.
func TestUnknownLoginIsHashedToo(t *testing.T) {
	each(t, func(h house) {
		h.invited("new")
		for range cap(h.hasher.slots) {
			h.hasher.slots <- struct{}{}
		}
		for _, login := range []string{"nobody", "new"} {
			short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			_, _, err := h.SignIn(short, login, good, Visitor{})
			cancel()
			h.wants(err, fault.Busy, "door.busy")
		}
	})
}

func (h house) fail(login, address string) error {
	_, _, err := h.SignIn(ctx, login, "wrong horse", Visitor{Address: address})
	return err
}

func TestThrottleOfALogin(t *testing.T) {
	each(t, func(h house) {
		h.person("wang")
		for range allowed {
			h.wants(h.fail("wang", ""), fault.Denied, "door.wrong")
			h = h.restarted()
		}
		_, _, err := h.SignIn(ctx, "wang", good, here)
		h.wants(err, fault.Busy, "door.throttled")
		if e := fault.Of(err); e == nil || e.Args["n"] != int64(1) {
			h.Errorf("the wait in minutes: %v", err)
		}
		h.wants(h.fail("ｗang", "203.0.113.9"), fault.Busy, "door.throttled")
		h.wants(h.fail("li", ""), fault.Denied, "door.wrong")
		h.advance(31 * time.Second) // whoever waits as told may try again, once
		h.wants(h.fail("wang", ""), fault.Denied, "door.wrong")
		h.wants(h.fail("wang", ""), fault.Busy, "door.throttled")
		h.advance(59 * time.Second)
		h.wants(h.fail("wang", ""), fault.Busy, "door.throttled")
		h.advance(2 * time.Second)
		h.signIn("wang")
		for range allowed { // success forgot the failures
			h.wants(h.fail("wang", ""), fault.Denied, "door.wrong")
		}
	})
}

func TestFailuresAreForgottenWithTime(t *testing.T) {
	each(t, func(h house) {
		h.person("wang")
		for range allowed - 1 {
			h.wants(h.fail("wang", ""), fault.Denied, "door.wrong")
		}
		h.advance(window + time.Second)
		for range allowed {
			h.wants(h.fail("wang", ""), fault.Denied, "door.wrong")
		}
		h.wants(h.fail("wang", ""), fault.Busy, "door.throttled")
		h.advance(window + time.Second)
		h.signIn("wang")
		var left int
		if err := h.db.Read().Get(ctx, &left, "SELECT count(*) FROM throttle"); err != nil || left != 0 {
			h.Errorf("%d counts are kept for ever, %v", left, err)
		}
	})
}

func TestThrottleOfAnAddress(t *testing.T) {
	each(t, func(h house) {
		h.person("wang")
		for i := range allowedAddress {
			h.wants(h.fail(strings.Repeat("x", i+2), "203.0.113.9"), fault.Denied, "door.wrong")
		}
		h.wants(h.fail("another", "203.0.113.9"), fault.Busy, "door.throttled")
		h.signIn("wang") // from elsewhere
		h.advance(31 * time.Second)
		h.wants(h.fail("another", "203.0.113.9"), fault.Denied, "door.wrong")
	})
}

func TestGuessesAtOnceAreBounded(t *testing.T) {
	each(t, func(h house) {
		h.person("wang")
		burst := func() int64 {
			var tried atomic.Int64
			var wg sync.WaitGroup
			for range 30 {
				wg.Go(func() {
					if err := h.fail("wang", ""); fault.KindOf(err) == fault.Denied {
						tried.Add(1)
					} else {
						h.wants(err, fault.Busy, "door.throttled")
					}
				})
			}
			wg.Wait()
			return tried.Load()
		}
		if n := burst(); n != allowed {
			h.Errorf("%d guesses of 30 were looked at", n)
		}
		h.advance(31 * time.Second)
		if n := burst(); n != 1 {
			h.Errorf("%d guesses after the wait", n)
		}
	})
}

// While a password is hashed, the account can be suspended or given another password.
func TestSignInHoldsTheAccountAgainstWhatItLookedAt(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		seen, err := accountByID(ctx, h.db.Read(), a.ID)
		if err != nil {
			h.Fatal(err)
		}
		claim := func() error {
			return h.db.Write(ctx, func(q db.Q) error { return claimAccount(ctx, q, a.ID, seen.Hash) })
		}
		if err := claim(); err != nil {
			h.Fatal(err)
		}
		h.suspend("wang")
		h.wants(claim(), fault.Denied, "door.wrong")
		if err := h.people.Resume(ctx, operator, a.ID); err != nil {
			h.Fatal(err)
		}
		if err := h.SetPassword(ctx, operator, a.ID, "another horse"); err != nil {
			h.Fatal(err)
		}
		h.wants(claim(), fault.Denied, "door.wrong")
	})
}
