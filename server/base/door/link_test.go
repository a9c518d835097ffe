package door

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

func (h house) link(person string) string {
	h.Helper()
	token, err := h.NewLink(ctx, operator, person)
	if err != nil {
		h.Fatal(err)
	}
	return token
}

func (h house) gone(token string) {
	h.Helper()
	_, err := h.OpenLink(ctx, token)
	h.wants(err, fault.Missing, "door.link_gone")
	_, err = h.UseLink(ctx, token, good, here)
	h.wants(err, fault.Missing, "door.link_gone")
}

func TestLinkWorksOnce(t *testing.T) {
	each(t, func(h house) {
		a := h.invited("wang")
		token := h.link(a.ID)
		if l, err := h.OpenLink(ctx, token); err != nil || l != (Link{Name: "wang", Login: "wang"}) {
			h.Errorf("%+v, %v", l, err)
		}
		_, err := h.UseLink(ctx, token, "short", here)
		h.wants(err, fault.Invalid, "door.password_short")
		cookie, err := h.UseLink(ctx, token, good, here)
		if err != nil {
			h.Fatal(err)
		}
		h.open(cookie)
		h.gone(token)
		h.signIn("wang")
	})
}

func TestLinkEndsSessionsAndLetsALockedPersonIn(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		session, _ := h.signIn("wang")
		for range allowed {
			h.wants(h.fail("wang", ""), fault.Denied, "door.wrong")
		}
		old := h.link(a.ID)
		token := h.link(a.ID)
		h.gone(old)
		if _, err := h.UseLink(ctx, token, good, here); err != nil {
			h.Fatal(err)
		}
		h.shut(session)
		h.signIn("wang")
	})
}

func TestLinkIsGone(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		h.gone("nonsense")
		token := h.link(a.ID)
		h.suspend("wang")
		h.gone(token)
		_, err := h.NewLink(ctx, operator, a.ID)
		h.wants(err, fault.Missing, "error.missing")
		_, err = h.NewLink(ctx, operator, "nobody")
		h.wants(err, fault.Missing, "error.missing")
		_, err = h.NewLink(ctx, a, a.ID)
		h.wants(err, fault.Missing, "error.missing")
		b := h.invited("li")
		token = h.link(b.ID)
		h.advance(linkLasts)
		h.gone(token)
	})
}

func TestLinkUsedTwiceAtOnceWorksOnce(t *testing.T) {
	each(t, func(h house) {
		token := h.link(h.invited("wang").ID)
		errs := atOnce(4, func(int) error { _, err := h.UseLink(ctx, token, good, here); return err })
		h.oneOnly(errs)
	})
}

func atOnce(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errs
}

func (h house) oneOnly(errs []error) {
	h.Helper()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		} else {
			h.wants(err, fault.Missing, "door.link_gone")
		}
	}
	if good != 1 {
		h.Errorf("%d of %d got in", good, len(errs))
	}
}

func (h house) first(token, login string) (string, error) {
	return h.UseFirstLink(ctx, token, people.Person{Login: login, Name: "Root"}, good, here, h.people.CreateFirst)
}

func TestFirstLink(t *testing.T) {
	each(t, func(h house) {
		old, err := h.FirstLink(ctx)
		if err != nil {
			h.Fatal(err)
		}
		token, err := h.FirstLink(ctx)
		if err != nil || token == "" {
			h.Fatal(token, err)
		}
		h.gone(old)
		if l, err := h.OpenLink(ctx, token); err != nil || !l.FirstAdmin {
			h.Errorf("%+v, %v", l, err)
		}
		_, err = h.UseLink(ctx, token, good, here)
		h.wants(err, fault.Missing, "door.link_gone")
		_, err = h.first(token, "a b")
		h.wants(err, fault.Invalid, "people.login_form")
		cookie, err := h.first(token, "ＲＯＯＴ")
		if err != nil {
			h.Fatal(err)
		}
		s, err := h.Recognise(ctx, cookie)
		if err != nil || !s.Actor.Is(access.Admin) || s.Actor.Login != "root" {
			h.Errorf("%+v, %v", s, err)
		}
		_, err = h.first(token, "second")
		h.wants(err, fault.Missing, "door.link_gone")
		if again, err := h.FirstLink(ctx); again != "" || err != nil {
			h.Errorf("%q, %v", again, err)
		}
		report, err := h.trail.Verify(ctx, h.db.Read(), operator, nil)
		if err != nil || !report.Whole() || report.Size != 2 {
			h.Errorf("%+v, %v", report, err)
		}
	})
}

// A link that lies in a log must not open the door to a company that is at work already.
func TestFirstLinkIsGoneOnceThereIsSomebody(t *testing.T) {
	each(t, func(h house) {
		token, err := h.FirstLink(ctx)
		if err != nil {
			h.Fatal(err)
		}
		h.person("root", access.Admin)
		h.gone(token)
		_, err = h.first(token, "thief")
		h.wants(err, fault.Missing, "door.link_gone")
	})
}

// Two nodes that start at once can make two links; still there is one first administrator.
func TestTwoFirstLinksMakeOneAdministrator(t *testing.T) {
	each(t, func(h house) {
		tokens := make([]string, 2)
		for i := range tokens {
			tokens[i] = strings.Repeat("t", i+1)
			if _, err := h.db.Read().Exec(ctx, `INSERT INTO one_time_link (token_hash, purpose, created_at, expires_at)
				VALUES ($1, 'first_admin', 0, $2)`, hashToken(tokens[i]), h.clock.Now()+time.Hour.Milliseconds()); err != nil {
				h.Fatal(err)
			}
		}
		var inside atomic.Int32
		create := func(ctx context.Context, q db.Q, p people.Person) error {
			inside.Add(1)
			for range 30 { // give the other one time to come as far, if it can
				if inside.Load() == 2 {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			return h.people.CreateFirst(ctx, q, p)
		}
		h.oneOnly(atOnce(2, func(i int) error {
			p := people.Person{Login: "root" + tokens[i], Name: "Root"}
			_, err := h.UseFirstLink(ctx, tokens[i], p, good, here, create)
			return err
		}))
		if n, err := h.people.Count(ctx); n != 1 || err != nil {
			h.Errorf("%d people, %v", n, err)
		}
	})
}
