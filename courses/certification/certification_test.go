package certification

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

	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

func TestALife(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.enrol(p, "basic")
		h.wants(p, "basic", NotStarted)
		h.reads(p)
		h.wants(p, "basic", InProgress)
		h.shows(p, evidence.Quiz, "one/m", 8000, true)
		h.shows(p, evidence.Roleplay, "visit", 6999, true) // passed, and below what the programme asks for
		if s := h.wants(p, "basic", InProgress); s.Done != 2 || s.Steps != 3 {
			t.Errorf("%d of %d", s.Done, s.Steps)
		}
		h.shows(p, evidence.Roleplay, "visit", 7000, true)
		s := h.wants(p, "basic", Certified)
		first := h.certificates(p)[0]
		if first.Number != s.Certificate || first.LastDay(h.zone) != "2027-01-31" || first.Score != 7500 {
			t.Errorf("certificate %+v", first)
		}
		h.advance(304 * day) // 1 December
		h.shows(p, evidence.Roleplay, "visit", 9000, true)
		h.wants(p, "basic", Certified) // too early for a renewal
		h.advance(day + 12*time.Hour)  // the window opens on 2 December at midnight in the company's zone
		h.must(h.Tick(ctx))
		h.wants(p, "basic", Expiring)
		h.shows(p, evidence.Roleplay, "visit", 9000, true)
		h.wants(p, "basic", Certified)
		all := h.certificates(p)
		if len(all) != 2 || all[1].Ended != Superseded || all[0].LastDay(h.zone) != "2028-01-31" || all[0].Ended != "" {
			t.Errorf("after the renewal: %+v", all)
		}
		h.advance(2 * 365 * day)
		h.must(h.Tick(ctx))
		h.wants(p, "basic", Expired)
		h.shows(p, evidence.Roleplay, "visit", 9000, true) // a renewal's step is no longer enough
		h.wants(p, "basic", Expired)
		h.reads(p)
		h.shows(p, evidence.Quiz, "one/m", 9000, true)
		h.wants(p, "basic", Certified)
		want := []string{">not_started enrolment", "not_started>in_progress evidence", "in_progress>eligible evidence", "eligible>certified rules",
			"certified>expiring time", "expiring>certified rules", "certified>expiring time", "expiring>grace time", "grace>expired time", "expired>certified rules"}
		if diff := cmp.Diff(want, h.story(p, "basic")); diff != "" {
			t.Error(diff)
		}
		if all := h.certificates(p); len(all) != 3 || all[1].Ended != Expired {
			t.Errorf("in the end: %+v", all)
		}
	})
}

// What was done opens what requires it, in the same transaction; approval is somebody else's.
func TestApproval(t *testing.T) {
	each(t, func(h *house) {
		boss, hr := h.person("boss", "", access.Manager), h.person("hr", "", access.HR)
		p := h.person("rep", h.team("t", "", boss.ID))
		h.enrol(p, "expert", "basic", "plain")
		h.shows(p, evidence.Roleplay, "hard", 9000, true)
		h.wants(p, "expert", InProgress)
		h.earns(p)
		h.wants(p, "basic", Certified)
		h.wants(p, "expert", Eligible)
		h.wants(p, "plain", Eligible)
		for who, want := range map[string]fault.Kind{"rep": fault.Denied, "boss": fault.Missing} {
			actor := map[string]access.Actor{"rep": p.Actor(), "boss": boss.Actor()}[who]
			if err := h.Approve(ctx, actor, p.ID, "expert"); fault.KindOf(err) != want {
				t.Errorf("%s: %v", who, err)
			}
		}
		if err := h.Approve(ctx, hr.Actor(), p.ID, "basic"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("what needs no approval: %v", err)
		}
		h.must(h.Approve(ctx, hr.Actor(), p.ID, "expert"))
		if err := h.Approve(ctx, hr.Actor(), p.ID, "expert"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("twice: %v", err)
		}
		h.wants(p, "expert", Certified)
		if all := h.certificates(p); len(all) != 2 || all[0].By != hr.ID && all[1].By != hr.ID {
			t.Errorf("%+v", all)
		}
		h.advance(3 * 365 * day)
		h.must(h.Tick(ctx))
		h.wants(p, "expert", Certified) // has no end
		h.wants(p, "basic", Expired)
	})
}

// What is approved opens what asks for it, where all the rest is done.
func TestApprovalOpensTheNext(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.enrol(p, "basic", "expert", "master")
		h.earns(p)
		h.shows(p, evidence.Roleplay, "hard", 9000, true)
		h.wants(p, "expert", Eligible)
		h.wants(p, "master", InProgress)
		h.must(h.Approve(ctx, operator, p.ID, "expert"))
		h.wants(p, "expert", Certified)
		h.wants(p, "master", Certified)
		h.story(p, "master")
	})
}

func TestDeciding(t *testing.T) {
	each(t, func(h *house) {
		hr, other := h.person("hr", "", access.HR), h.person("hr2", "", access.HR)
		boss := h.person("boss", "", access.Manager)
		p := h.person("rep", h.team("t", "", boss.ID))
		h.enrol(p, "basic")
		h.earns(p)
		number := h.standing(p, "basic").Certificate
		decide := func(who access.Actor, act Act, note string, want fault.Kind) {
			t.Helper()
			if err := h.Decide(ctx, who, number, act, note); err != nil && fault.KindOf(err) != want || err == nil && want != -1 {
				t.Errorf("%s %s: %v", who.Login, act, err)
			}
		}
		decide(p.Actor(), Revoke, "mine", fault.Missing)
		decide(boss.Actor(), Revoke, "the programme names hr alone", fault.Missing)
		decide(hr.Actor(), Suspend, "  ", fault.Invalid)
		decide(hr.Actor(), Suspend, strings.Repeat("字", 501), fault.Invalid)
		decide(hr.Actor(), Reinstate, "it is not suspended", fault.Conflict)
		decide(hr.Actor(), Suspend, "a complaint is looked into", -1)
		decide(other.Actor(), Suspend, "again", fault.Conflict)
		h.wants(p, "basic", Suspended)
		h.advance(340 * day) // in the window
		h.shows(p, evidence.Roleplay, "visit", 9000, true)
		h.wants(p, "basic", Suspended) // nothing is issued meanwhile
		decide(hr.Actor(), Reinstate, "nothing was found", -1)
		s := h.wants(p, "basic", Certified) // and what was done in the window counts at once
		if s.Certificate == number {
			t.Error("the renewal that was done meanwhile is lost")
		}
		decide(hr.Actor(), Revoke, "no longer the present one", fault.Conflict)
		number = s.Certificate
		decide(hr.Actor(), Revoke, "found after all", -1)
		decide(hr.Actor(), Reinstate, "revoked is revoked", fault.Conflict)
		h.shows(p, evidence.Roleplay, "visit", 9000, true)
		h.wants(p, "basic", Revoked)
		h.advance(day)
		h.earns(p)
		h.wants(p, "basic", Certified) // earned anew, with evidence from after the revocation
		look, err := h.Certificate(ctx, p.Actor(), number)
		if err != nil || look.State != Revoked {
			t.Errorf("the revoked one: %s %v", look.State, err)
		}
		h.story(p, "basic")
		if _, err := h.Certificate(ctx, h.person("stranger", "").Actor(), number); fault.KindOf(err) != fault.Missing {
			t.Errorf("a stranger: %v", err)
		}
	})
}

func TestLeavingAProgramme(t *testing.T) {
	each(t, func(h *house) {
		hr, p := h.person("hr", "", access.HR), h.person("rep", "")
		h.enrol(p, "basic", "plain")
		h.shows(p, evidence.Quiz, "one/m", 8000, true)
		h.must(h.training.Unenrol(ctx, hr.Actor(), p.ID, "plain", "moved"))
		if s := h.wants(p, "plain", NotStarted); s.Enrolled {
			t.Error("still in it")
		}
		h.earns(p)
		h.must(h.training.Unenrol(ctx, hr.Actor(), p.ID, "basic", "moved"))
		h.wants(p, "basic", Certified) // what is earned stays
		h.enrol(p, "plain")
		h.wants(p, "plain", Eligible)
		h.story(p, "plain")
	})
}

// Verification says no more than the holder agreed to, and a basis that was altered is seen.
func TestVerify(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.enrol(p, "basic")
		h.earns(p)
		number := h.standing(p, "basic").Certificate
		v, err := h.Verify(ctx, strings.ToLower(number))
		if err != nil || v.State != Certified || v.Name != "" || v.Programme == nil || v.IssuedAt == 0 || v.Score != -1 || !v.Whole {
			t.Errorf("%+v %v", v, err)
		}
		h.must(h.Share(ctx, p.Actor(), number, []string{ShowName, ShowScore, "everything"}))
		v, err = h.Verify(ctx, number)
		if err != nil || v.Name != "rep" || v.Programme != nil || v.IssuedAt != 0 || v.Expires != 0 || v.Score != 7500 {
			t.Errorf("%+v %v", v, err)
		}
		if err := h.Share(ctx, h.person("stranger", "").Actor(), number, nil); fault.KindOf(err) != fault.Missing {
			t.Errorf("another's: %v", err)
		}
		h.advance(400 * day) // and the job has not run
		if v, err = h.Verify(ctx, number); err != nil || v.State != Expired {
			t.Errorf("%+v %v", v, err)
		}
		h.must(h.d.Write(ctx, func(q db.Q) error {
			_, err := q.Exec(ctx, `UPDATE certificate SET basis = REPLACE(basis, '"score":7000', '"score":9000')`)
			return err
		}))
		if v, err = h.Verify(ctx, number); err != nil || v.Whole {
			t.Errorf("an altered basis: %+v %v", v, err)
		}
		for _, none := range []string{"", "TG-0000-0000-0000-0000", "x", number[:18]} {
			if _, err := h.Verify(ctx, none); fault.KindOf(err) != fault.Missing {
				t.Errorf("%q: %v", none, err)
			}
		}
	})
}

func TestExplain(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		x, err := h.Explain(ctx, p.Actor(), p.ID, "basic") // not in it
		if err != nil || x.State != NotStarted || len(x.Verdict.Items) != 3 || x.Verdict.Met {
			t.Errorf("%+v %v", x, err)
		}
		h.enrol(p, "basic", "expert")
		h.earns(p)
		x, err = h.Explain(ctx, p.Actor(), p.ID, "basic")
		if err != nil || x.State != Certified || !x.Settled || !x.Verdict.Met || len(x.History) == 0 {
			t.Errorf("%+v %v", x, err)
		}
		h.advance(350 * day)
		x, err = h.Explain(ctx, p.Actor(), p.ID, "basic") // the job has not run, and yet
		if err != nil || x.State != Expiring || !x.Renewal || x.Settled || len(x.Verdict.Items) != 1 || x.Verdict.Met {
			t.Errorf("%+v %v", x, err)
		}
		if _, err := h.Explain(ctx, p.Actor(), p.ID, "nothing"); fault.KindOf(err) != fault.Missing {
			t.Error(err)
		}
		if _, err := h.Explain(ctx, h.person("stranger", "").Actor(), p.ID, "basic"); fault.KindOf(err) != fault.Missing {
			t.Error(err)
		}
	})
}

// Two server processes, fifty last steps and ticks at once: one certificate each time, checked over the history.
func TestIssuedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		zone := time.FixedZone("+8", 8*3600)
		a, b := build(t, d, clock.System(), zone), build(t, d, clock.System(), zone)
		for round := range 4 {
			p := a.person(fmt.Sprint("rep", round), "")
			a.enrol(p, "basic")
			a.reads(p)
			a.shows(p, evidence.Quiz, "one/m", 8000, true)
			errs := make(chan error, 200)
			var wait sync.WaitGroup
			for n := range 25 {
				for _, h := range []*house{a, b} {
					wait.Go(func() {
						errs <- h.add(p, evidence.Roleplay, "visit", fmt.Sprint(p.ID, h == a, n), 7000+n, true)
						errs <- h.Tick(ctx)
					})
				}
			}
			wait.Wait()
			close(errs)
			for err := range errs {
				if err != nil {
					t.Error(err)
				}
			}
			if all := a.certificates(p); len(all) != 1 {
				t.Fatalf("round %d: %d certificates", round, len(all))
			}
			a.story(p, "basic")
			lines, err := a.ledger.Of(ctx, d.Read(), p.ID)
			if err != nil || len(lines) != 51 {
				t.Fatalf("%d lines, %v", len(lines), err)
			}
		}
	})
}

// The same last step submitted again and again is one line and one certificate; all the others are refused whole.
func TestTheSameStepAgain(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.enrol(p, "basic")
		h.reads(p)
		h.shows(p, evidence.Quiz, "one/m", 8000, true)
		var good int
		var mu sync.Mutex
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if h.add(p, evidence.Roleplay, "visit", "the same", 8000, true) == nil {
					mu.Lock()
					good++
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		if all := h.certificates(p); good != 1 || len(all) != 1 {
			t.Errorf("%d went through, %d certificates", good, len(all))
		}
	})
}

// What happens in the transaction that issues a certificate happens with it or not at all.
func TestIssuedWithAllOfIt(t *testing.T) {
	each(t, func(h *house) {
		no := errors.New("no")
		h.Tell(func(context.Context, db.Q, Certificate) error { return no })
		p := h.person("rep", "")
		h.enrol(p, "basic")
		h.reads(p)
		h.shows(p, evidence.Quiz, "one/m", 8000, true)
		if err := h.add(p, evidence.Roleplay, "visit", "last", 8000, true); !errors.Is(err, no) {
			t.Error(err)
		}
		h.wants(p, "basic", InProgress)
		if all := h.certificates(p); len(all) != 0 {
			t.Errorf("%v", all)
		}
	})
}

// Any life that people, evidence and time can bring about is legal, joined, and leads to what its records say.
func TestAnyLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			c, advance := clock.Fake(time.Date(2026, 1, 31, 2, 0, 0, 0, time.UTC).Add(time.Duration(n)*time.Second), uint64(n))
			h := build(t, d, c, time.FixedZone("+8", 8*3600))
			hr := h.person(fmt.Sprintf("hr%d-%d", n, c.Now()), "", access.HR)
			p := h.person(fmt.Sprintf("rep%d-%d", n, c.Now()), "")
			h.enrol(p, "basic", "expert")
			for range rapid.IntRange(1, 14).Draw(rt, "acts") {
				h.livesOn(rt, p.ID, hr.Actor(), advance)
			}
			for _, id := range []string{"basic", "expert"} {
				h.story(p, id)
				h.settled(rt, p.ID, id)
			}
			if t.Failed() {
				rt.Fatal("see above")
			}
		})
	})
}

// livesOn lets one thing happen.
func (h *house) livesOn(t *rapid.T, person string, hr access.Actor, advance func(time.Duration)) {
	p, err := h.people.Get(ctx, operator, person)
	h.must(err)
	switch rapid.SampledFrom([]string{"read", "quiz", "scene", "hard", "wait", "tick", "suspend", "reinstate", "revoke", "approve", "leave", "enter"}).Draw(t, "act") {
	case "read":
		h.reads(p)
	case "quiz":
		h.shows(p, evidence.Quiz, "one/m", 8000, rapid.Bool().Draw(t, "passed"))
	case "scene":
		h.shows(p, evidence.Roleplay, "visit", rapid.SampledFrom([]int{5000, 9000}).Draw(t, "score"), true)
	case "hard":
		h.shows(p, evidence.Roleplay, "hard", 9000, true)
	case "wait":
		advance(time.Duration(rapid.IntRange(1, 400).Draw(t, "days")) * day)
	case "tick":
		h.must(h.Tick(ctx))
	case "approve":
		h.may(h.Approve(ctx, hr, person, "expert"))
	case "leave":
		h.may(h.training.Unenrol(ctx, hr, person, "basic", "reason"))
	case "enter":
		h.enrol(p, "basic")
	case "suspend":
		h.decides(hr, p.ID, Suspend)
	case "reinstate":
		h.decides(hr, p.ID, Reinstate)
	case "revoke":
		h.decides(hr, p.ID, Revoke)
	}
}

func (h *house) may(err error) {
	h.Helper()
	if k := fault.KindOf(err); err != nil && k != fault.Conflict && k != fault.Missing {
		h.Error(err)
	}
}

func (h *house) decides(hr access.Actor, person string, act Act) {
	h.Helper()
	if s, err := standingOf(ctx, h.d.Read(), person, "basic"); err == nil && s.Certificate != "" {
		h.may(h.Decide(ctx, hr, s.Certificate, act, "reason"))
	}
}

// settled checks a standing against its certificates.
func (h *house) settled(t *rapid.T, person, id string) {
	s, err := standingOf(ctx, h.d.Read(), person, id)
	h.must(err)
	all, err := certificatesOf(ctx, h.d.Read(), person)
	h.must(err)
	var open []string
	for _, c := range all {
		if c.Programme == id && c.Ended == "" {
			open = append(open, c.Number)
		}
		if _, whole, err := c.Evidence(); err != nil || !whole {
			t.Fatalf("basis of %s: %v %v", c.Number, whole, err)
		}
	}
	if s.State.Has() != (s.Certificate != "") || s.Certificate != "" && !slices.Equal(open, []string{s.Certificate}) || s.Certificate == "" && len(open) > 0 {
		t.Fatalf("%s with %q, and open are %v", s.State, s.Certificate, open)
	}
}

// Whoever may renew has a quiz's attempts anew, from when the window opened, and nobody else.
func TestAttemptsOfARenewal(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.enrol(p, "basic")
		since := func(module string) int64 {
			t.Helper()
			at, err := h.AttemptsSince(ctx, h.d.Read(), p.ID, module)
			h.must(err)
			return at
		}
		h.earns(p)
		if since("one/m") != 0 {
			t.Error("attempts begin anew while the certificate is valid")
		}
		h.advance(340 * day)
		if since("one/m") != 0 { // the renewal asks for the scene alone
			t.Error("attempts at a quiz that the renewal does not ask for begin anew")
		}
		h.advance(100 * day) // expired: everything is asked
		if got, want := since("one/m"), h.standing(p, "basic").FreshFrom; got != want || got == 0 {
			t.Errorf("since %d, want %d", got, want)
		}
		if since("another/m") != 0 {
			t.Error("another quiz's attempts begin anew")
		}
	})
}

// Periodic training asks for what is done from the day on which it starts.
func TestPeriodicIsFresh(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.shows(p, evidence.Quiz, "one/m", 9000, true)
		h.must(h.training.Enrol(ctx, operator, p.ID, "plain", "2026-02-02"))
		h.wants(p, "plain", NotStarted)
		h.advance(37 * time.Hour) // 1 February, 23:00 in the company's zone
		h.shows(p, evidence.Quiz, "one/m", 9000, true)
		h.wants(p, "plain", NotStarted)
		h.advance(time.Hour)
		h.shows(p, evidence.Quiz, "one/m", 9000, true)
		h.wants(p, "plain", Eligible)
	})
}
