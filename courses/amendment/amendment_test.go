package amendment

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongguan/courses/certification"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// What the content says is not in force until somebody publishes it; what is seen first is at once.
func TestWordingsWait(t *testing.T) {
	each(t, func(h *house) {
		p, err := h.Look(ctx)
		h.must(err)
		if p.Pending != 0 || p.Clause("2.1").Since == 0 || p.Clause("9.9").Hash != "" {
			t.Errorf("at first: %+v", p)
		}
		h.reword(map[string]string{"2.1": "改过的"})
		h.must(h.Settle(ctx)) // at the next start
		p, err = h.Look(ctx)
		h.must(err)
		if c := p.Clause("2.1"); p.Pending != 1 || !c.Pending || !strings.Contains(c.Summary.ZH, "第一版") {
			t.Errorf("changed and not published: %+v", c)
		}
		if all, err := h.Pending(ctx, h.hr); err != nil || len(all) != 1 || !strings.Contains(all[0].To.Summary.ZH, "改过的") {
			t.Errorf("waiting: %v %v", all, err)
		}
		before := h.d.Statements()
		if _, err := h.Look(ctx); err != nil || h.d.Statements()-before != 1 {
			t.Errorf("a look at what the node knows costs %d statements, %v", h.d.Statements()-before, err)
		}
		id, err := h.Publish(ctx, h.hr, h.draft("2.1", None, ""), "r")
		h.must(err)
		p, err = h.node().Look(ctx) // of another node, whose content is the old one still
		h.must(err)
		if c := p.Clause("2.1"); c.Change != id || !strings.Contains(c.Summary.ZH, "改过的") {
			t.Errorf("published: %+v", c)
		}
	})
}

func TestWhoPublishesWhat(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "", access.Manager)
		h.reword(map[string]string{"2.1": "新", "2.2": "新"})
		good := h.draft("2.1", Confirm, "2026-03-10")
		for name, c := range map[string]struct {
			actor access.Actor
			edit  func(*Publication)
			kind  fault.Kind
			field string
		}{
			"a manager":         {p.Actor(), func(*Publication) {}, fault.Missing, ""},
			"nothing waits":     {h.hr, func(x *Publication) { x.Clause = "2.3" }, fault.Missing, ""},
			"another wording":   {h.hr, func(x *Publication) { x.To = x.From }, fault.Conflict, ""},
			"no offer":          {h.hr, func(x *Publication) { x.Offer = "" }, fault.Invalid, "offer"},
			"no questions":      {h.hr, func(x *Publication) { *x = h.draft("2.2", Delta, "2026-03-10") }, fault.Invalid, "offer"},
			"no deadline":       {h.hr, func(x *Publication) { x.Deadline = "" }, fault.Invalid, "deadline"},
			"today":             {h.hr, func(x *Publication) { x.Deadline = "2026-03-02" }, fault.Invalid, "deadline"},
			"in ten years":      {h.hr, func(x *Publication) { x.Deadline = "2036-03-02" }, fault.Invalid, "deadline"},
			"no such day":       {h.hr, func(x *Publication) { x.Deadline = "2026-02-30" }, fault.Invalid, "deadline"},
			"no reason":         {h.hr, func(x *Publication) { x.Reason = " " }, fault.Invalid, "reason"},
			"a reason too long": {h.hr, func(x *Publication) { x.Reason = strings.Repeat("字", 501) }, fault.Invalid, "reason"},
		} {
			x := good
			c.edit(&x)
			_, err := h.Publish(ctx, c.actor, x, "r-"+name)
			if fault.KindOf(err) != c.kind || c.field != "" && fault.Of(err).Field != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		if all, err := h.Pending(ctx, h.hr); err != nil || len(all) != 2 {
			t.Errorf("something was published: %v %v", all, err)
		}
		first, err := h.Publish(ctx, h.hr, good, "r")
		h.must(err)
		if again, err := h.Publish(ctx, h.hr, good, "r"); err != nil || again != first {
			t.Errorf("the same form again: %s %v, want %s", again, err, first)
		}
		if _, err := h.Publish(ctx, h.hr, good, "r2"); fault.KindOf(err) != fault.Missing && fault.KindOf(err) != fault.Conflict {
			t.Errorf("another form for what is published: %v", err)
		}
	})
}

func TestReach(t *testing.T) {
	each(t, func(h *house) {
		h.certified("a", "", "basic", "other")
		h.certified("b", "", "far")
		gone := h.certified("c", "", "basic")
		h.must(h.Certificates.Decide(ctx, h.hr, h.standing(gone, "basic").Certificate, certification.Revoke, "x"))
		h.reword(map[string]string{"2.1": "新", "2.2": "新", "2.3": "新"})
		r, err := h.Reach(ctx, h.hr, "2.1")
		h.must(err)
		if len(r.Lessons) != 1 || r.Uses.Number != 4 || len(r.Programmes) != 2 || r.Certified != 1 || r.Certificates != 2 || len(r.Under) != 2 ||
			len(r.People) != 2 || r.People[0].Name != "a" || !r.Quiz || !r.Under[0].Present {
			t.Errorf("2.1: %+v", r)
		}
		if r, err := h.Reach(ctx, h.hr, "2.2"); err != nil || r.Certified != 1 || len(r.Programmes) != 1 || r.Quiz {
			t.Errorf("2.2: %+v %v", r, err)
		}
		if r, err := h.Reach(ctx, h.hr, "2.3"); err != nil || r.Certified != 0 || len(r.Under) != 0 {
			t.Errorf("2.3: %+v %v", r, err)
		}
		if _, err := h.Reach(ctx, h.person("x", "", access.Manager).Actor(), "2.1"); fault.KindOf(err) != fault.Missing {
			t.Errorf("a manager: %v", err)
		}
	})
}

// Nothing is asked: the certificates say that the clause has changed, and those that come later do not.
func TestNothingIsAsked(t *testing.T) {
	each(t, func(h *house) {
		p := h.certified("a", "", "basic", "far")
		h.advance(time.Hour)
		c := h.publish(None, "")
		h.spread()
		h.stands(c, p)
		look, err := h.Certificates.Certificate(ctx, p.Actor(), h.standing(p, "basic").Certificate)
		h.must(err)
		if on, err := h.On(ctx, look); err != nil || len(on) != 1 || on[0].ID != c.ID || on[0].Duty.Change != "" {
			t.Errorf("%+v %v", on, err)
		}
		look, err = h.Certificates.Certificate(ctx, p.Actor(), h.standing(p, "far").Certificate)
		h.must(err)
		if on, err := h.On(ctx, look); err != nil || len(on) != 0 {
			t.Errorf("it does not rest on the clause: %+v %v", on, err)
		}
		h.advance(time.Hour)
		later := h.certified("b", "", "basic")
		look, err = h.Certificates.Certificate(ctx, later.Actor(), h.standing(later, "basic").Certificate)
		h.must(err)
		if on, err := h.On(ctx, look); err != nil || len(on) != 0 {
			t.Errorf("it came later: %+v %v", on, err)
		}
	})
}

func TestConfirming(t *testing.T) {
	each(t, func(h *house) {
		p, q := h.certified("a", "", "basic", "other"), h.certified("b", "", "basic")
		h.advance(time.Hour)
		c := h.publish(Confirm, "2026-03-09")
		h.spread()
		h.stands(c, p, Open, Open)
		if mine, err := h.Mine(ctx, p.Actor()); err != nil || len(mine) != 2 || mine[0].Of.Clause != "2.1" {
			t.Errorf("%+v %v", mine, err)
		}
		if err := h.Confirm(ctx, h.person("x", "").Actor(), c.ID); fault.KindOf(err) != fault.Missing {
			t.Errorf("somebody of whom it is not asked: %v", err)
		}
		if _, err := h.Task(ctx, h.hr, c.ID); fault.KindOf(err) != fault.Missing {
			t.Errorf("another's task: %v", err)
		}
		for range 2 {
			h.must(h.Confirm(ctx, p.Actor(), c.ID))
		}
		d := h.stands(c, p, Done, Done)
		if d[0].Line == 0 || d[0].Done == 0 || h.acts(p, "policy.done") != 2 {
			t.Errorf("%+v, %d entries", d, h.acts(p, "policy.done"))
		}
		h.advance(7*day + 13*time.Hour - time.Minute) // the last minute of 9 March in the company's zone
		h.must(h.Close(ctx))
		h.stands(c, q, Open)
		h.advance(2 * time.Minute) // and past midnight
		h.must(h.Close(ctx))
		h.must(h.Close(ctx))
		h.stands(c, q, Late)
		h.wants(q, "basic", certification.Suspended)
		h.wants(p, "basic", certification.Certified)
		look, err := h.Certificates.Certificate(ctx, q.Actor(), h.standing(q, "basic").Certificate)
		h.must(err)
		if clause, change, ok := ParseNote(look.Note); !ok || clause != "2.1" || change != c.ID || h.acts(q, "policy.late") != 1 || h.acts(q, "certificate.suspended") != 1 {
			t.Errorf("note %q", look.Note)
		}
		h.must(h.Confirm(ctx, q.Actor(), c.ID))
		h.wants(q, "basic", certification.Certified)
		if d := h.stands(c, q, Done); d[0].Late == 0 || h.acts(q, "certificate.reinstated") != 1 {
			t.Errorf("%+v", d)
		}
	})
}

// Two changes overdue: only when both are done does the certificate hold again. What somebody decided stays decided.
func TestReinstatingWaitsForAll(t *testing.T) {
	each(t, func(h *house) {
		p, q := h.certified("a", "", "basic"), h.certified("b", "", "basic")
		h.advance(time.Hour)
		one, two := h.publish(Confirm, "2026-03-04"), h.publish(Delta, "2026-03-05")
		h.spread()
		number := h.standing(q, "basic").Certificate
		h.must(h.Certificates.Decide(ctx, h.hr, number, certification.Suspend, "a complaint"))
		h.advance(5 * day)
		h.must(h.Close(ctx))
		h.must(h.Confirm(ctx, p.Actor(), one.ID))
		h.wants(p, "basic", certification.Suspended)
		h.shows(p, evidence.Quiz, "policy/2-1", one.Published) // begun before the second was published? at the same moment: it counts
		h.stands(two, p, Done)
		h.wants(p, "basic", certification.Certified)
		h.must(h.Confirm(ctx, q.Actor(), one.ID))
		h.shows(q, evidence.Quiz, "policy/2-1", h.clock.Now())
		h.stands(two, q, Done)
		h.wants(q, "basic", certification.Suspended)
	})
}

func TestDeltaQuiz(t *testing.T) {
	each(t, func(h *house) {
		p := h.certified("a", "", "basic", "other")
		h.advance(time.Hour)
		early := h.clock.Now()
		h.advance(time.Hour)
		c := h.publish(Delta, "2026-03-09")
		h.spread()
		h.shows(p, evidence.Quiz, "policy/2-1", early) // asked about the words before
		h.stands(c, p, Open, Open)
		h.shows(p, evidence.Quiz, "one/m", h.clock.Now()) // another quiz
		h.stands(c, p, Open, Open)
		h.shows(p, evidence.Quiz, "policy/2-1", h.clock.Now())
		h.stands(c, p, Done, Done)
		if err := h.Confirm(ctx, p.Actor(), c.ID); fault.KindOf(err) != fault.Missing {
			t.Errorf("it cannot be confirmed: %v", err)
		}
	})
}

func TestFullRecertification(t *testing.T) {
	each(t, func(h *house) {
		p, q := h.certified("a", "", "basic", "other"), h.certified("b", "", "basic")
		h.advance(time.Hour)
		before := h.standing(p, "other").Certificate
		c := h.publish(Full, "2026-04-30")
		h.spread()
		h.spread()
		s := h.wants(p, "basic", certification.Expiring)
		end, _ := h.Certificates.EndOf("2026-04-30")
		if s.Expires != end || s.Cause != certification.ByPolicy || h.acts(p, "certificate.brought_forward") != 2 {
			t.Errorf("%+v", s)
		}
		look, err := h.Certificates.Certificate(ctx, p.Actor(), s.Certificate)
		h.must(err)
		if look.LastDay(zone) != "2026-04-30" {
			t.Errorf("the certificate itself says %s", look.LastDay(zone))
		}
		h.advance(time.Hour)
		h.shows(p, evidence.Roleplay, "visit", h.clock.Now())
		h.stands(c, p, Done, Open)
		if s := h.wants(p, "basic", certification.Certified); s.Certificate == look.Number || s.LastDay(zone) != "2027-04-30" {
			t.Errorf("renewed: %+v", s)
		}
		h.shows(p, evidence.Quiz, "one/m", h.clock.Now()) // for ever before, renewed for ever
		if s := h.wants(p, "other", certification.Certified); s.Certificate == before || s.Expires != 0 {
			t.Errorf("renewed: %+v", s)
		}
		h.stands(c, p, Done, Done)
		h.advance(60 * day)
		h.must(h.Certificates.Tick(ctx))
		h.must(h.Close(ctx))
		h.stands(c, q, Late)
		ended := h.wants(q, "basic", certification.Grace)
		h.off(ended.Certificate, true) // its badge names an end that is far off
		h.shows(q, evidence.Roleplay, "visit", h.clock.Now())
		h.off(h.wants(q, "basic", certification.Certified).Certificate, false)
		h.stands(c, q, Done)
	})
}

// off says whether whoever has a certificate's badge finds it among the suspended.
func (h *house) off(number string, want bool) {
	h.Helper()
	cert, _, err := h.Certificates.Basis(ctx, h.d.Read(), number)
	h.must(err)
	all, err := h.Certificates.Stopped(ctx, certification.Suspended)
	h.must(err)
	if slices.Contains(all, int(cert.Serial)) != want {
		h.Errorf("among the suspended: %v, want %v", !want, want)
	}
}

// Where nobody renews it, the badge is off until the day that it names.
func TestABadgeEndsWithItsCertificate(t *testing.T) {
	each(t, func(h *house) {
		p := h.certified("a", "", "basic", "other")
		h.advance(time.Hour)
		h.publish(Full, "2026-04-30")
		h.spread()
		basic, other := h.standing(p, "basic").Certificate, h.standing(p, "other").Certificate
		h.off(basic, false)
		h.advance(200 * day)
		h.must(h.Certificates.Tick(ctx))
		h.wants(p, "basic", certification.Expired)
		h.off(basic, true)
		h.off(other, true)
		h.advance(400 * day)
		h.off(basic, false) // its badge says itself that it has ended
		h.off(other, true)
	})
}

// An end that would have come sooner stays; what was begun for a renewal before the change counts no more.
func TestFullNeverPutsOff(t *testing.T) {
	each(t, func(h *house) {
		p := h.certified("a", "", "basic")
		h.advance(330 * day) // in the window
		h.must(h.Certificates.Tick(ctx))
		before := h.wants(p, "basic", certification.Expiring)
		c := h.publish(Full, "2027-12-31")
		h.spread()
		s := h.wants(p, "basic", certification.Expiring)
		if s.Expires != before.Expires || s.FreshFrom != c.Published {
			t.Errorf("%+v, before %+v", s, before)
		}
	})
}

// Whoever is certified later on evidence from before is asked too, with as many days as the others had.
func TestCertifiedLaterOnOldEvidence(t *testing.T) {
	each(t, func(h *house) {
		p, q := h.person("a", ""), h.person("b", "")
		for _, one := range []people.Person{p, q} {
			h.must(h.Training.Enrol(ctx, operator, one.ID, "basic", "2026-03-02"))
		}
		h.shows(p, evidence.Quiz, "one/m", 0)
		h.advance(time.Hour)
		weak, c := h.publish(Confirm, "2026-03-08"), h.publish(Delta, "2026-03-09")
		h.advance(20 * day)
		h.shows(p, evidence.Roleplay, "visit", 0)
		h.wants(p, "basic", certification.Certified)
		d := h.stands(c, p, Open)
		h.stands(weak, p) // the stronger of two is enough
		if len(d) == 1 && d[0].Due != h.clock.Now()+c.Due-c.Published {
			t.Errorf("due %s", time.UnixMilli(d[0].Due))
		}
		h.shows(q, evidence.Quiz, "one/m", 0)
		h.shows(q, evidence.Roleplay, "visit", 0)
		h.stands(c, q)
		full := h.publish(Full, "2026-06-30") // and one that is renewed on new evidence
		h.spread()
		h.advance(time.Hour)
		h.shows(p, evidence.Roleplay, "visit", 0)
		h.stands(full, p, Done)
		h.stands(c, p, Done) // about the clause, and new
	})
}

// A certificate that was revoked meanwhile has nothing to lose: nobody is late.
func TestLapsed(t *testing.T) {
	each(t, func(h *house) {
		p, q := h.certified("a", "", "basic"), h.certified("b", "", "other")
		h.advance(time.Hour)
		c := h.publish(Confirm, "2026-03-05")
		h.spread()
		h.must(h.Certificates.Decide(ctx, h.hr, h.standing(p, "basic").Certificate, certification.Revoke, "x"))
		h.advance(5 * day)
		h.must(h.Close(ctx))
		h.stands(c, p, Lapsed)
		h.wants(p, "basic", certification.Revoked)
		h.stands(c, q, Late)
	})
}

func TestWhoSeesProgress(t *testing.T) {
	each(t, func(h *house) {
		boss, idle := h.person("boss", "", access.Manager), h.person("idle", "", access.Manager)
		id, err := team.New(h.d, h.clock, h.trail).Create(ctx, operator, team.Details{Name: "t", Managers: []string{boss.ID}})
		h.must(err)
		mine := h.certified("a", id, "basic", "other")
		h.certified("b", "", "basic")
		h.advance(time.Hour)
		c := h.publish(Confirm, "2026-03-05")
		h.spread()
		h.must(h.Confirm(ctx, mine.Actor(), c.ID))
		for who, want := range map[*access.Actor][4]int{ptr(h.hr): {2, 2, 1, 3}, ptr(boss.Actor()): {1, 2, 0, 2}} {
			all, err := h.Changes(ctx, *who)
			h.must(err)
			d, err := h.Detail(ctx, *who, c.ID, "", 0, 50)
			h.must(err)
			if got := [4]int{d.People, all[0].Done, all[0].Open, len(d.Rows)}; got != want {
				t.Errorf("%s sees %v, want %v", who.Login, got, want)
			}
		}
		if d, err := h.Detail(ctx, h.hr, c.ID, Open, 0, 50); err != nil || len(d.Rows) != 1 || d.Rows[0].Name != "b" || d.Publisher != "hr" {
			t.Errorf("%+v %v", d, err)
		}
		for _, who := range []access.Actor{mine.Actor(), idle.Actor()} {
			if _, err := h.Changes(ctx, who); fault.KindOf(err) != fault.Missing {
				t.Errorf("%s: %v", who.Login, err)
			}
			if _, err := h.Detail(ctx, who, c.ID, "", 0, 1); fault.KindOf(err) != fault.Missing {
				t.Errorf("%s: %v", who.Login, err)
			}
		}
	})
}

func ptr[T any](x T) *T { return &x }

// Two nodes spread, close and confirm at once: every duty is written once, is done or late once, and the state of the
// certificate is what follows from that.
func TestTwoNodesAtOnce(t *testing.T) {
	each(t, func(h *house) {
		const n = 12
		var folk []people.Person
		for i := range n {
			folk = append(folk, h.certified(fmt.Sprint("p", i), "", "basic"))
		}
		other := h.node()
		h.advance(time.Hour)
		full, c := h.publish(Full, "2026-09-30"), h.publish(Confirm, "2026-03-05")
		together(t, func() error { return h.Spread(ctx) }, func() error { return other.Spread(ctx) }, func() error { return h.Certificates.Tick(ctx) })
		for _, p := range folk {
			h.stands(c, p, Open)
			h.stands(full, p, Open)
			if got := h.acts(p, "certificate.brought_forward"); got != 1 {
				t.Errorf("%s: brought forward %d times", p.Login, got)
			}
		}
		h.advance(5 * day)
		deeds := []func() error{func() error { return h.Close(ctx) }, func() error { return other.Close(ctx) }}
		for i, p := range folk {
			deeds = append(deeds, func() error { return []*house{h, other}[i%2].Confirm(ctx, p.Actor(), c.ID) })
		}
		together(t, deeds...)
		h.must(h.Close(ctx))
		for _, p := range folk {
			h.stands(c, p, Done)
			h.wants(p, "basic", certification.Expiring)
			late := h.acts(p, "policy.late")
			if h.acts(p, "policy.done") != 1 || late > 1 || h.acts(p, "certificate.suspended") != late || h.acts(p, "certificate.reinstated") != late {
				t.Errorf("%s: done %d, late %d, suspended %d, reinstated %d", p.Login, h.acts(p, "policy.done"), late,
					h.acts(p, "certificate.suspended"), h.acts(p, "certificate.reinstated"))
			}
		}
	})
}

func together(t *testing.T, deeds ...func() error) {
	t.Helper()
	var all sync.WaitGroup
	for _, do := range deeds {
		all.Go(func() {
			if err := do(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Two people publish different decisions at once: one of them is told.
func TestPublishingAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.reword(map[string]string{"2.1": "新"})
		draft := h.draft("2.1", None, "")
		var won, lost int
		var mu sync.Mutex
		var deeds []func() error
		for i := range 6 {
			deeds = append(deeds, func() error {
				_, err := h.Publish(ctx, h.hr, draft, fmt.Sprint("r", i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.Missing:
					lost++
				default:
					return err
				}
				return nil
			})
		}
		together(t, deeds...)
		if all, err := changes(ctx, h.d.Read(), 0); err != nil || len(all) != 1 || won != 1 || lost != 5 {
			t.Errorf("%d changes, %v; %d won, %d lost", len(all), err, won, lost)
		}
	})
}

// Spreading stops anywhere and goes on: more holders than a batch, over many turns.
func TestSpreadingGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := furnished(t, d)
		p := h.certified("seed", "", "basic")
		h.must(d.Write(ctx, func(q db.Q) error { return many(q, p.ID, batch+20) }))
		h.advance(time.Hour)
		c := h.publish(Confirm, "2026-03-05")
		more, err := h.pass(ctx, c.ID, h.clock.Now())
		if err != nil || !more {
			t.Fatalf("after a batch: %v %v", more, err)
		}
		if got := total(h, c); got != batch {
			t.Errorf("%d duties after a batch", got)
		}
		h.spread()
		if got := total(h, c); got != batch+21 {
			t.Errorf("%d duties in the end", got)
		}
		h.advance(pause)
		h.spread()
		if c, err := changeBy(ctx, d.Read(), c.ID); err != nil || c.PassAt != 0 || c.Passes != passes || total(h, c) != batch+21 {
			t.Errorf("%+v %v", c, err)
		}
	})
}

func total(h *house, c Change) (n int) {
	all, err := count(ctx, h.d.Read(), c.ID, nil)
	h.must(err)
	for _, one := range all {
		n += one.Number
	}
	return n
}

// many copies a holder and what belongs to them.
func many(q db.Q, person string, n int) error {
	for i := range n {
		id := fmt.Sprintf("copy%05d", i)
		for _, s := range []string{
			`INSERT INTO person (id, login, name, sort_key, search_key, state, created_at) VALUES ($1, $1, $1, $1, $2, 'active', 0)`,
			`INSERT INTO certificate (number, serial, person_id, programme, version, issued_at, window_at, expires_at, grace_at, score, basis, basis_hash, ended, shows)
				SELECT 'N' || CAST($1 AS TEXT), serial + 1000 + ` + fmt.Sprint(i) + `, $1, programme, version, issued_at, window_at, expires_at, grace_at, score, basis, basis_hash, '', shows
				FROM certificate WHERE person_id = $2`,
			`INSERT INTO standing (person_id, programme, state, since, cause, enrolled, done, steps, fresh_from, certificate, window_at, expires_at, grace_at, next_at, seq)
				SELECT $1, programme, state, since, cause, enrolled, done, steps, fresh_from, 'N' || CAST($1 AS TEXT), window_at, expires_at, grace_at, next_at, 0
				FROM standing WHERE person_id = $2`,
		} {
			if _, err := q.Exec(ctx, s, id, person); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestAnyOrder plays changes, deeds and the passing of time in any order. Whenever the chores have run: nobody is suspended by
// a change who has nothing overdue, whoever has is, and what was done stays done.
func TestAnyOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := furnished(t, d)
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			p := h.certified(fmt.Sprint("p", n), "", "basic", "other")
			var mine []Change
			for range rapid.IntRange(1, 8).Draw(r, "steps") {
				h.advance(time.Duration(rapid.IntRange(1, 40).Draw(r, "hours")) * time.Hour)
				switch rapid.SampledFrom([]string{"publish", "confirm", "quiz", "chores"}).Draw(r, "deed") {
				case "publish":
					last := time.UnixMilli(h.clock.Now()).In(zone).AddDate(0, 0, rapid.IntRange(1, 3).Draw(r, "days")).Format(time.DateOnly)
					mine = append(mine, h.publish(rapid.SampledFrom([]Offer{None, Confirm, Delta}).Draw(r, "offer"), last))
				case "confirm":
					for _, c := range mine {
						if err := h.Confirm(ctx, p.Actor(), c.ID); err != nil && fault.KindOf(err) != fault.Missing {
							r.Fatal(err)
						}
					}
				case "quiz":
					h.shows(p, evidence.Quiz, "policy/2-1", h.clock.Now())
				}
				h.must(h.Spread(ctx))
				h.must(h.Close(ctx))
				h.consistent(r, p)
			}
		})
	})
}

func (h *house) consistent(r *rapid.T, p people.Person) {
	for _, programme := range []string{"basic", "other"} {
		all, err := dutiesIn(ctx, h.d.Read(), p.ID, programme)
		h.must(err)
		late := slices.ContainsFunc(all, func(d Duty) bool { return d.State == Late })
		s := h.standing(p, programme)
		if late != (s.State == certification.Suspended) {
			r.Fatalf("%s is %s, and late is %v: %+v", programme, s.State, late, all)
		}
		for _, d := range all {
			if d.State == Open && d.Due <= h.clock.Now() || d.State == Done && d.Done == 0 || d.State == Late && d.Late == 0 {
				r.Fatalf("%+v", d)
			}
		}
	}
}
