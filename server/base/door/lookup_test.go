package door

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"tongguan/server/base/fault"
)

// TestSessionsOfManyAtOnce asks for forty sessions, some of them twice and some that are none, while nobody
// answers, and then answers all: each gets their own, by few statements.
func TestSessionsOfManyAtOnce(t *testing.T) {
	each(t, func(h house) {
		tokens := map[string]string{}
		for i := range 5 {
			login := fmt.Sprint("p", i)
			h.person(login)
			for range 3 {
				token, _ := h.signIn(login)
				tokens[token] = login
			}
		}
		ended, _ := h.signIn("p0")
		if err := h.SignOut(ctx, ended); err != nil {
			h.Fatal(err)
		}
		h.lookups.busy = lookers // nobody answers
		var wg sync.WaitGroup
		ask := func(token, login string) {
			wg.Go(func() {
				s, err := h.Recognise(ctx, token)
				if login == "" && fault.KindOf(err) != fault.Missing || login != "" && (err != nil || s.Actor.Login != login) {
					h.Errorf("%q got the session of %q, %v", login, s.Actor.Login, err)
				}
			})
		}
		for token, login := range tokens {
			ask(token, login)
			ask(token, login)
			ask(token+"x", "")
		}
		ask(ended, "")
		for h.waiting() < 46 {
			time.Sleep(time.Millisecond)
		}
		before := h.db.Statements()
		h.lookUp(ctx, h.lookups.next())
		wg.Wait()
		if n := h.db.Statements() - before; n != 1 {
			h.Errorf("%d statements for 46 people", n)
		}
		h.lookups.busy = 0
		for token := range tokens {
			h.open(token)
		}
	})
}

func (h house) waiting() int {
	h.lookups.mu.Lock()
	defer h.lookups.mu.Unlock()
	return len(h.lookups.waiting)
}

// TestASessionThatEndsIsFoundNoMore ends sessions beside many who ask: once the end is answered nobody is let in.
func TestASessionThatEndsIsFoundNoMore(t *testing.T) {
	each(t, func(h house) {
		h.person("wang")
		keep, _ := h.signIn("wang")
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						h.open(keep)
					}
				}
			})
		}
		for range 30 {
			token, _ := h.signIn("wang")
			h.open(token)
			if err := h.SignOut(ctx, token); err != nil {
				h.Error(err)
			}
			h.shut(token)
		}
		close(stop)
		wg.Wait()
	})
}
