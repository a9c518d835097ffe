package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
)

func founder(login string) url.Values {
	return url.Values{"name": {"宋予安"}, "login": {login}, "password": {password}}
}

func (h *house) firstLink() string {
	h.Helper()
	token, err := h.Door.FirstLink(context.Background())
	if err != nil || token == "" {
		h.Fatal(token, err)
	}
	return "/welcome/" + token
}

// TestTheFirstLinkWorksOnce creates the administrator of an empty academy, as `serve` invites one to.
func TestTheFirstLinkWorksOnce(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		h := empty(t, dsn, options{})
		old := h.firstLink()
		link := h.firstLink() // serve was started again
		h.as("").get(old).want(t, http.StatusNotFound)
		b := h.as("")
		b.get(link).want(t, http.StatusOK)
		b.get(link).want(t, http.StatusOK) // looking does not use it up
		bad := founder("song")
		bad.Set("password", "short")
		a := b.post(link, bad).want(t, http.StatusUnprocessableEntity)
		if !keeps(a.body, "name", "宋予安") || !keeps(a.body, "login", "song") || !strings.Contains(a.body, `class="wrong"`) {
			t.Errorf("the form loses what was entered, or says nothing: %s", a.body)
		}
		b.post(link, founder("song")).want(t, http.StatusSeeOther)
		b.get("/admin/people").want(t, http.StatusOK)
		for _, path := range []string{link, old} {
			h.as("").get(path).want(t, http.StatusNotFound)
			h.as("").post(path, founder("second")).want(t, http.StatusNotFound)
			b.post(path, founder("third")).want(t, http.StatusNotFound)
		}
		if token, err := h.Door.FirstLink(context.Background()); err != nil || token != "" {
			t.Errorf("an academy with an administrator gave out another link: %q, %v", token, err)
		}
		h.onlyPeople("song")
	})
}

// onlyPeople fails unless these are all there are.
func (h *house) onlyPeople(logins ...string) {
	h.Helper()
	rows := h.dump()["person"]
	if len(rows) != len(logins) {
		h.Fatalf("%d people: %v", len(rows), rows)
	}
	for i, login := range logins {
		if !strings.Contains(rows[i], "login:"+login+" ") {
			h.Errorf("%s is not %s", rows[i], login)
		}
	}
}

// TestTheFirstLinkWorksOnceForTwoAtOnce sends the form eight times at the same moment.
func TestTheFirstLinkWorksOnceForTwoAtOnce(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		h := empty(t, dsn, options{})
		link := h.firstLink()
		statuses := make([]int, 8)
		var all sync.WaitGroup
		for i := range statuses {
			b := h.as("")
			all.Go(func() { statuses[i] = b.post(link, founder("song"+string(rune('a'+i)))).status })
		}
		all.Wait()
		let := 0
		for _, s := range statuses {
			if s == http.StatusSeeOther {
				let++
			} else if s != http.StatusNotFound && s != http.StatusServiceUnavailable {
				t.Errorf("status %d", s)
			}
		}
		if let != 1 || len(h.dump()["person"]) != 1 {
			t.Errorf("let in %d times, %d people: %v", let, len(h.dump()["person"]), statuses)
		}
	})
}

// TestLinksEnd lets links run out, and be replaced.
func TestLinksEnd(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		h := empty(t, dsn, options{})
		late := h.firstLink()
		h.advance(73 * time.Hour)
		h.as("").get(late).want(t, http.StatusNotFound)
		h.as("").post(late, founder("late")).want(t, http.StatusNotFound)
		h = furnished(t, dsn, options{})
		first, err := h.Door.NewLink(context.Background(), access.Operator(), h.names["learner"])
		second, err2 := h.Door.NewLink(context.Background(), access.Operator(), h.names["learner"])
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		before := h.as("learner")
		form := url.Values{"password": {"gate seven opens fast"}, "name": {"another"}, "login": {"other"}}
		h.as("").post("/welcome/"+first, form).want(t, http.StatusNotFound)
		h.as("").post("/welcome/"+second, form).want(t, http.StatusSeeOther)
		h.as("").post("/welcome/"+second, form).want(t, http.StatusNotFound)
		if p := h.actor("learner"); p.Login != "learner" || strings.Contains(p.Name, "another") {
			t.Errorf("the link has renamed its person: %+v", p)
		}
		if a := before.get("/learn"); sign(a) != "D" {
			t.Errorf("a session from before the new password still opens: %d", a.status)
		}
	})
}
