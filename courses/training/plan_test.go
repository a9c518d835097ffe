package training

import (
	"context"
	"slices"
	"testing"
	"time"

	"tongguan/courses/programme"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

func TestAPlanSaysWhatIsNext(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		first := func() string {
			p := h.plan(o.rep.ID, "onboarding")
			if p.First() < 0 {
				return ""
			}
			d := p.Next[p.First()]
			return d.Kind + " " + d.Subject
		}
		if got := first(); got != "lesson one/m/l" {
			h.Error(got)
		}
		if p := h.plan(o.rep.ID, "onboarding"); p.Due() != "2026-01-27" || p.Late() != 1 {
			h.Errorf("due %s, %d late", p.Due(), p.Late()) // the quiz is due tomorrow
		}
		h.must(h.progress.Finish(ctx, o.rep.Actor(), "one/m/l", "zh"))
		if got := first(); got != "quiz one/m" {
			h.Error(got)
		}
		h.passes(o.rep.ID, "one/m", "a1", 7900)
		if got := first(); got != "quiz one/m" {
			h.Errorf("passed by the quiz, and not by the programme: %s", got)
		}
		h.passes(o.rep.ID, "one/m", "a2", 8000)
		if got := first(); got != "signoff buddy" {
			h.Error(got)
		}
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", o.buddy.ID))
		h.must(h.Sign(ctx, o.buddy.Actor(), o.ride(), h.form()))
		h.must(h.Sign(ctx, o.boss.Actor(), Signing{Person: o.rep.ID, Programme: "onboarding", Step: "talk"}, h.form()))
		h.must(h.Waive(ctx, o.hr.Actor(), Waiver{Person: o.rep.ID, Programme: "onboarding", Step: "papers", Reason: "都在档案里"}, h.form()))
		if p := h.plan(o.rep.ID, "onboarding"); !p.Verdict.Met || p.First() != -1 || p.Due() != "" || p.Late() != 0 {
			h.Errorf("%s, first %d", p.states(), p.First())
		}
	})
}

func TestWhoSeesAPlan(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		for _, c := range []struct {
			who people.Person
			may bool
		}{{o.rep, true}, {o.boss, true}, {o.chief, true}, {o.hr, true}, {h.hire("inspector", "", "", access.Inspector), true},
			{o.buddy, false}, {o.other, false}, {h.hire("author", "", "", access.Author), false}, {h.hire("admin", "", "", access.Admin), false}} {
			_, err := h.Plan(ctx, c.who.Actor(), o.rep.ID, "onboarding")
			if c.may != (err == nil) || err != nil && fault.KindOf(err) != fault.Missing {
				h.Errorf("%s: %v", c.who.Login, err)
			}
			listed, err := h.Enrolled(ctx, c.who.Actor(), "onboarding", people.Filter{})
			if may := c.may && c.who.ID != o.rep.ID; may != (len(listed) == 1) || err != nil && fault.KindOf(err) != fault.Missing {
				h.Errorf("%s is listed %d people, %v", c.who.Login, len(listed), err)
			}
		}
		h.refuses(second(h.Plan(ctx, o.rep.Actor(), o.rep.ID, "track")), fault.Missing, "a programme that one is not in")
		both := o.other // keeps the accounts and manages another team
		both.Roles = []access.Role{access.Admin, access.Manager}
		h.team("elsewhere", "", both.ID)
		if listed, err := h.Enrolled(ctx, both.Actor(), "onboarding", people.Filter{}); err != nil || len(listed) > 0 {
			h.Errorf("a manager who keeps the accounts is listed %d people, %v", len(listed), err)
		}
	})
}

func TestACertificateOpensTheNextProgramme(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		h.must(h.Enrol(ctx, o.hr.Actor(), o.rep.ID, "track", today))
		if p := h.plan(o.rep.ID, "track"); p.Late() != 0 || p.states() != "choose locked" || !slices.Equal(p.Verdict.Missing, []string{"onboarding"}) || p.First() != -1 {
			h.Errorf("%s %v", p.states(), p.Verdict.Missing)
		}
		h.Holds(func(context.Context, db.Q, []string) (map[string]Terms, error) {
			return map[string]Terms{o.rep.ID: {Held: []string{"onboarding"}}}, nil
		})
		p := h.plan(o.rep.ID, "track")
		if p.states() != "choose ready" || p.Next[0] != (Do{ToAnswer, 0, "one/m"}) {
			h.Errorf("%s %+v", p.states(), p.Next)
		}
		h.must(h.progress.Finish(ctx, o.rep.Actor(), "two/m/l", "zh")) // the other one does too
		if got := h.plan(o.rep.ID, "track").states(); got != "choose done" {
			h.Error(got)
		}
		plans, err := h.Plans(ctx, o.rep.Actor(), o.rep.ID)
		if err != nil || len(plans) != 2 || plans[0].Programme.ID != "onboarding" || plans[1].Programme.ID != "track" {
			h.Errorf("%d plans, %v", len(plans), err)
		}
	})
}

func TestMovingOn(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		h.must(h.Sign(ctx, o.boss.Actor(), Signing{Person: o.rep.ID, Programme: "onboarding", Step: "talk"}, h.form()))
		c, err := h.Ahead(ctx, o.hr.Actor(), o.rep.ID, "onboarding")
		if err != nil || c.From.Hash() != c.To.Hash() || len(c.Added)+len(c.Removed)+len(c.Changed) != 0 {
			h.Errorf("%+v, %v", c, err)
		}
		old := h.book.Get("onboarding").Hash()
		h.refuses(h.MoveOn(ctx, o.hr.Actor(), o.rep.ID, "onboarding", old), fault.Conflict, "to where they are")
		files := map[string]string{"track": programmeFiles["track"], "onboarding": replaceAll(programmeFiles["onboarding"],
			"score: 80", "score: 90", "id: papers, title: {zh: 手续, en: Papers}, signoff: hr", "id: visit, title: {zh: 拜访, en: Visit}, session: visit")}
		h.book = readBook(h.T, files)
		if got := h.plan(o.rep.ID, "onboarding").states(); got != "read ready, quiz locked, ride ready, talk done, papers ready" {
			h.Errorf("a new version changes what somebody began: %s", got)
		}
		c, err = h.Ahead(ctx, o.hr.Actor(), o.rep.ID, "onboarding")
		if err != nil || len(c.Added) != 1 || c.Added[0].ID != "visit" || len(c.Removed) != 1 || c.Removed[0].ID != "papers" || len(c.Changed) != 1 || c.Changed[0].ID != "quiz" {
			h.Errorf("%+v, %v", c, err)
		}
		for _, who := range []people.Person{o.boss, o.buddy, o.other} {
			h.refuses(h.MoveOn(ctx, who.Actor(), o.rep.ID, "onboarding", c.To.Hash()), fault.Missing, who.Login)
			h.refuses(second(h.Ahead(ctx, who.Actor(), o.rep.ID, "onboarding")), fault.Missing, who.Login)
		}
		h.refuses(h.MoveOn(ctx, o.rep.Actor(), o.rep.ID, "onboarding", c.To.Hash()), fault.Denied, "themselves")
		h.refuses(h.MoveOn(ctx, o.hr.Actor(), o.rep.ID, "onboarding", old), fault.Conflict, "to a version that was not shown")
		told := 0
		h.Tell(func(context.Context, db.Q, string, string) error { told++; return nil })
		h.must(h.MoveOn(ctx, o.hr.Actor(), o.rep.ID, "onboarding", c.To.Hash()))
		h.refuses(h.MoveOn(ctx, o.hr.Actor(), o.rep.ID, "onboarding", c.To.Hash()), fault.Conflict, "twice")
		if got := h.plan(o.rep.ID, "onboarding").states(); got != "read ready, quiz locked, ride ready, talk done, visit ready" || told != 1 || h.trailed("programme.moved_on") != 1 {
			h.Errorf("%s, told %d times", got, told)
		}
	})
}

// Due dates count days of the calendar, across the ends of months, leap days and nights in which clocks change.
func TestDueDatesCountCalendarDays(t *testing.T) {
	s := &programme.Step{Day: 30}
	for start, want := range map[string]string{"2026-01-31": "2026-03-02", "2028-01-30": "2028-02-29", "2028-02-28": "2028-03-29", "2026-12-31": "2027-01-30", "2026-03-20": "2026-04-19"} {
		if got := s.Due(start); got != want {
			t.Errorf("30 days after %s: %s, want %s", start, got, want)
		}
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(h *house) {
		o := h.onboard()
		h.zone = berlin
		h.must(h.Unenrol(ctx, o.hr.Actor(), o.rep.ID, "onboarding", "重新开始"))
		h.must(h.Enrol(ctx, o.hr.Actor(), o.rep.ID, "onboarding", "2026-03-22")) // the reading is due on the 29th, when clocks are put forward
		for _, c := range []struct {
			at   time.Time
			late int
		}{
			{time.Date(2026, 3, 28, 23, 30, 0, 0, berlin), 0}, {time.Date(2026, 3, 29, 0, 30, 0, 0, berlin), 0},
			{time.Date(2026, 3, 29, 23, 59, 0, 0, berlin), 0}, {time.Date(2026, 3, 30, 0, 1, 0, 0, berlin), 1},
		} {
			h.advance(c.at.Sub(time.UnixMilli(h.clock.Now())))
			if got := h.plan(o.rep.ID, "onboarding").Late(); got != c.late {
				h.Errorf("%s: %d late", c.at, got)
			}
		}
	})
}

func replaceAll(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = replaceOne(s, pairs[i], pairs[i+1])
	}
	return s
}

func TestWhoIsRemindedOfWhat(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard() // since 20 January: read due on 27 January, the buddy's ride on 19 February, the manager's talk on 20 February
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", o.buddy.ID))
		for _, c := range []struct{ day, want string }{
			{"2026-01-20", "rep step read"}, {"2026-01-21", ""}, {"2026-01-26", "rep step read"}, {"2026-01-27", "rep step read"}, {"2026-01-28", "rep step read"},
			{"2026-02-03", "rep step read"}, {"2026-02-12", "buddy sign ride, rep shown ride"}, {"2026-02-13", "boss sign talk, rep shown talk"},
			{"2026-02-18", "buddy sign ride, rep shown ride"}, {"2026-02-17", "rep step read"},
		} {
			if got := h.reminded(c.day); got != c.want {
				h.Errorf("%s: %q, want %q", c.day, got, c.want)
			}
		}
		h.must(h.people.Suspend(ctx, operator, o.rep.ID))
		if got := h.signers1("2026-02-12"); got != "" {
			h.Errorf("of somebody who has left: %q", got)
		}
	})
}

// reminded writes what everybody is told on a day.
func (h *house) reminded(day string) string {
	h.Helper()
	steps, err := h.RemindSteps(ctx, nil, day)
	h.must(err)
	return h.told(steps, h.signed(day))
}

func (h *house) signed(day string) map[string][]reminder.Item {
	h.Helper()
	out, err := h.RemindSigners(ctx, nil, day)
	h.must(err)
	return out
}

func (h *house) signers1(day string) string { return h.told(h.signed(day)) }

func (h *house) told(all ...map[string][]reminder.Item) string {
	h.Helper()
	var out []string
	for _, some := range all {
		for id, items := range some {
			p, err := h.people.Get(ctx, operator, id)
			h.must(err)
			for _, i := range items {
				step := map[string]string{"Read": "read", "Quiz": "quiz", "Ride along": "ride", "Talk": "talk"}[i.What.EN]
				out = append(out, p.Login+" "+i.Key+" "+step)
			}
		}
	}
	slices.Sort(out)
	return join(out)
}

// A renewal asks some steps anew, whatever was done before it.
func TestAPlanOfARenewal(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		h.must(h.progress.Finish(ctx, o.rep.Actor(), "one/m/l", "zh"))
		h.passes(o.rep.ID, "one/m", "a1", 9000)
		talk := Signing{Person: o.rep.ID, Programme: "onboarding", Step: "talk"}
		h.must(h.Sign(ctx, o.boss.Actor(), talk, h.form()))
		h.advance(time.Hour)
		asked := Asked{Since: h.clock.Now(), Again: true, Renewal: true}
		h.Holds(func(context.Context, db.Q, []string) (map[string]Terms, error) {
			return map[string]Terms{o.rep.ID: {Asked: map[string]Asked{"onboarding": asked}}}, nil
		})
		p := h.plan(o.rep.ID, "onboarding")
		if p.states() != "read ready, quiz locked, ride ready, talk ready, papers ready" || p.First() != 0 || p.Next[0] != (Do{ToRead, 0, "one/m/l"}) || p.Late() != 0 {
			h.Errorf("%s %+v", p.states(), p.Next)
		}
		h.must(h.Sign(ctx, o.boss.Actor(), talk, h.form())) // what was signed for the certificate before is signed anew, once
		h.refuses(h.Sign(ctx, o.boss.Actor(), talk, h.form()), fault.Conflict, "a second time")
		if got := h.plan(o.rep.ID, "onboarding").states(); got != "read ready, quiz locked, ride ready, talk done, papers ready" {
			h.Error(got)
		}
		asked = Asked{Since: h.clock.Now() + 1, Again: true, Settled: true}
		h.refuses(h.Sign(ctx, o.boss.Actor(), talk, h.form()), fault.Conflict, "while nothing is asked")
		if p := h.plan(o.rep.ID, "onboarding"); p.states() != "read done, quiz done, ride ready, talk done, papers ready" || p.Late() != 0 {
			h.Error(p.states())
		}
	})
}
