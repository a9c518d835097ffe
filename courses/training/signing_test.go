package training

import (
	"slices"
	"sync"
	"testing"
	"time"

	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// onboarding is a company with somebody in the onboarding, their buddy and everybody around them.
type onboarding struct {
	*house
	rep, buddy, boss, chief, other, hr people.Person
	team                               string
}

func (h *house) onboard() *onboarding {
	h.Helper()
	o := &onboarding{house: h}
	o.chief, o.boss, o.other = h.hire("chief", "", "", access.Manager), h.hire("boss", "", "", access.Manager), h.hire("other", "", "", access.Manager)
	above := h.team("above", "", o.chief.ID)
	o.team = h.team("mine", above, o.boss.ID)
	h.team("beside", above, o.other.ID)
	o.rep, o.buddy, o.hr = h.hire("rep", o.team, "2026-01-20"), h.hire("buddy", o.team, "2020-01-01"), h.hire("hr", "", "", access.HR)
	h.activate(o.rep.ID, o.buddy.ID, o.boss.ID, o.chief.ID, o.other.ID, o.hr.ID)
	h.must(h.Enrol(ctx, o.hr.Actor(), o.rep.ID, "onboarding", "2026-01-20"))
	return o
}

// ride is the step that the buddy signs, with all its points.
func (o *onboarding) ride() Signing {
	return Signing{Person: o.rep.ID, Programme: "onboarding", Step: "ride", Points: []int{1, 0}}
}

func TestWhoNamesABuddyAndWhom(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		gone, invited := h.hire("gone", o.team, ""), h.hire("invited", o.team, "")
		h.activate(gone.ID)
		h.must(h.people.Suspend(ctx, operator, gone.ID))
		for _, c := range []struct {
			by    people.Person
			buddy string
			want  fault.Kind
			name  string
		}{
			{o.rep, o.buddy.ID, fault.Denied, "their own"}, {o.buddy, o.buddy.ID, fault.Missing, "a colleague"},
			{o.other, o.other.ID, fault.Missing, "a manager beside"}, {o.boss, o.rep.ID, fault.Invalid, "themselves"},
			{o.boss, gone.ID, fault.Invalid, "who has left"}, {o.boss, invited.ID, fault.Invalid, "who has not come yet"},
			{o.boss, o.hr.ID, fault.Invalid, "whom the manager may not see"}, {o.hr, "none", fault.Invalid, "nobody"},
		} {
			h.refuses(h.SetBuddy(ctx, c.by.Actor(), o.rep.ID, "onboarding", c.buddy), c.want, c.name)
		}
		h.must(h.SetBuddy(ctx, o.boss.Actor(), o.rep.ID, "onboarding", o.boss.ID))
		h.must(h.SetBuddy(ctx, o.chief.Actor(), o.rep.ID, "onboarding", o.buddy.ID))
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", o.hr.ID))
		if p := h.plan(o.rep.ID, "onboarding"); p.Enrolment.Buddy != o.hr.ID {
			h.Error("not named")
		}
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", ""))
		h.refuses(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "track", o.buddy.ID), fault.Conflict, "in no programme")
		if h.plan(o.rep.ID, "onboarding").Enrolment.Buddy != "" || h.trailed("buddy.named") != 4 {
			h.Error("not taken back, or not told")
		}
	})
}

func TestWhoSignsWhat(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		h.must(h.SetBuddy(ctx, o.boss.Actor(), o.rep.ID, "onboarding", o.buddy.ID))
		everybody := []people.Person{o.rep, o.buddy, o.boss, o.chief, o.other, o.hr, h.hire("inspector", "", "", access.Inspector),
			h.hire("admin", "", "", access.Admin), h.hire("author", o.team, "", access.Author)}
		for step, may := range map[string][]string{"ride": {"buddy"}, "talk": {"boss", "chief"}, "papers": {"hr"}, "read": nil, "none": nil} {
			for _, who := range everybody {
				s := Signing{Person: o.rep.ID, Programme: "onboarding", Step: step}
				if step == "ride" {
					s = o.ride()
				}
				err := h.Sign(ctx, who.Actor(), s, h.form())
				back := s
				back.Points, back.Note = nil, "看错了人"
				err2 := h.TakeBack(ctx, who.Actor(), back, h.form())
				if allowed := slices.Contains(may, who.Login); allowed != (err == nil) || allowed != (err2 == nil) {
					h.Errorf("%s signs %s: %v, and takes it back: %v", who.Login, step, err, err2)
				}
				if kind := fault.KindOf(err); err != nil && kind != fault.Missing && !(kind == fault.Denied && who.ID == o.rep.ID) {
					h.Errorf("%s signs %s: refused by %v", who.Login, step, err)
				}
			}
		}
		nobody := o.ride()
		nobody.Person = "none"
		h.refuses(h.Sign(ctx, o.buddy.Actor(), nobody, h.form()), fault.Missing, "somebody who is not there")
		far := o.ride()
		far.Task = 1
		h.refuses(h.Sign(ctx, o.buddy.Actor(), far, h.form()), fault.Missing, "a task that is not there")
	})
}

func TestASignatureIsEvidenceOnceAndCanBeTakenBack(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", o.buddy.ID))
		for _, points := range [][]int{nil, {0}, {1}, {0, 2}, {-1, 1}, {0, 1, 2}, {0, 0}} {
			s := o.ride()
			s.Points = points
			h.refuses(h.Sign(ctx, o.buddy.Actor(), s, h.form()), fault.Invalid, "points")
		}
		h.refuses(h.TakeBack(ctx, o.buddy.Actor(), Signing{Person: o.rep.ID, Programme: "onboarding", Step: "ride", Note: "没有签过"}, h.form()), fault.Conflict, "nothing to take back")
		signed := h.form()
		for range 3 {
			h.must(h.Sign(ctx, o.buddy.Actor(), o.ride(), signed))
		}
		h.refuses(h.Sign(ctx, o.buddy.Actor(), o.ride(), h.form()), fault.Conflict, "signed twice")
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", ""))
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", o.buddy.ID))
		if got := h.plan(o.rep.ID, "onboarding").states(); got != "read ready, quiz locked, ride done, talk ready, papers ready" {
			h.Error(got)
		}
		h.advance(time.Minute)
		back := Signing{Person: o.rep.ID, Programme: "onboarding", Step: "ride"}
		h.refuses(h.TakeBack(ctx, o.buddy.Actor(), back, h.form()), fault.Invalid, "without a reason")
		back.Note = "不是本人"
		taken := h.form()
		for range 2 {
			h.must(h.TakeBack(ctx, o.buddy.Actor(), back, taken))
		}
		if f := h.plan(o.rep.ID, "onboarding").Verdict.Items[2]; f.State != programme.Ready || f.Tasks[0].Why != programme.Withdrawn {
			h.Errorf("%+v", f)
		}
		lines, err := h.ledger.Of(ctx, h.d.Read(), o.rep.ID)
		if err != nil || len(lines) != 2 || !lines[0].Passed || lines[1].Passed || lines[1].Effect != evidence.Undoes || lines[0].Source == lines[1].Source {
			h.Errorf("%+v, %v", lines, err)
		}
		h.advance(time.Minute)
		h.must(h.Sign(ctx, o.buddy.Actor(), o.ride(), h.form()))
		if h.trailed("step.signed") != 2 || h.trailed("signoff.taken_back") != 1 {
			h.Error("the trail does not tell it")
		}
		words, err := h.Words(ctx, o.rep.Actor(), o.rep.ID, "onboarding")
		if err != nil || !words.Signed["ride"].Granted || words.Signed["ride"].Signer != o.buddy.ID {
			h.Errorf("%+v, %v", words, err)
		}
		h.refuses(second(h.Words(ctx, o.buddy.Actor(), o.rep.ID, "onboarding")), fault.Missing, "the words on somebody else's steps")
	})
}

// Two managers sign the same step at the same moment: it is signed once.
func TestTwoSignAtOnce(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			who, form := []people.Person{o.boss, o.chief}[i%2].Actor(), h.form()
			wg.Go(func() {
				errs[i] = h.Sign(ctx, who, Signing{Person: o.rep.ID, Programme: "onboarding", Step: "talk"}, form)
			})
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if fault.KindOf(err) != fault.Conflict {
				h.Error(err)
			}
		}
		if n := h.count("SELECT COUNT(*) FROM signoff"); done != 1 || n != 1 || h.trailed("step.signed") != 1 {
			h.Errorf("%d were told that they signed; %d sign-offs", done, n)
		}
	})
}

func TestWaivingByWhomAndOnce(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		w := Waiver{Person: o.rep.ID, Programme: "onboarding", Step: "read", Reason: "在上一家公司学过"}
		for _, who := range []people.Person{o.buddy, o.boss, o.chief, o.other, h.hire("inspector", "", "", access.Inspector), h.hire("admin", "", "", access.Admin)} {
			h.refuses(h.Waive(ctx, who.Actor(), w, h.form()), fault.Missing, who.Login)
			h.refuses(h.Unwaive(ctx, who.Actor(), w, h.form()), fault.Missing, who.Login)
		}
		h.must(h.Enrol(ctx, o.hr.Actor(), o.hr.ID, "onboarding", today))
		own := w
		own.Person = o.hr.ID
		h.refuses(h.Waive(ctx, o.hr.Actor(), own, h.form()), fault.Denied, "one's own step")
		for _, wrong := range []Waiver{{Person: o.rep.ID, Programme: "onboarding", Step: "none", Reason: "x"}, {Person: o.rep.ID, Programme: "track", Step: "choose", Reason: "x"}} {
			h.refuses(h.Waive(ctx, o.hr.Actor(), wrong, h.form()), fault.Missing, "what is not there")
		}
		bare := w
		bare.Reason = " "
		h.refuses(h.Waive(ctx, o.hr.Actor(), bare, h.form()), fault.Invalid, "without a reason")
		h.refuses(h.Unwaive(ctx, o.hr.Actor(), w, h.form()), fault.Conflict, "nothing to take back")
		form := h.form()
		h.must(h.Waive(ctx, o.hr.Actor(), w, form))
		h.must(h.Waive(ctx, o.hr.Actor(), w, form))
		h.refuses(h.Waive(ctx, o.hr.Actor(), w, h.form()), fault.Conflict, "waived twice")
		if got := h.plan(o.rep.ID, "onboarding").states(); got != "read waived, quiz ready, ride ready, talk ready, papers ready" {
			h.Error(got)
		}
		h.advance(time.Minute)
		h.must(h.Unwaive(ctx, o.hr.Actor(), w, h.form()))
		if got := h.plan(o.rep.ID, "onboarding").states(); got != "read ready, quiz locked, ride ready, talk ready, papers ready" {
			h.Error(got)
		}
		if h.trailed("step.waived") != 1 || h.trailed("waiver.taken_back") != 1 {
			h.Error("the trail does not tell it")
		}
	})
}

func TestWhatWaitsForWhom(t *testing.T) {
	each(t, func(h *house) {
		o := h.onboard()
		h.must(h.SetBuddy(ctx, o.hr.Actor(), o.rep.ID, "onboarding", o.buddy.ID))
		waits := func(who people.Person) (out []string) {
			all, err := h.ToSign(ctx, who.Actor())
			h.must(err)
			for _, w := range all {
				out = append(out, w.Name+" "+w.Step().ID+" "+string(w.As))
			}
			return out
		}
		for _, c := range []struct {
			who  people.Person
			want string
		}{{o.rep, ""}, {o.buddy, "rep ride buddy"}, {o.boss, "rep talk manager"}, {o.chief, "rep talk manager"}, {o.other, ""}, {o.hr, "rep papers hr"}} {
			got := waits(c.who)
			if len(got) > 1 || len(got) == 1 && got[0] != c.want || len(got) == 0 && c.want != "" {
				h.Errorf("%s: %q, want %q", c.who.Login, got, c.want)
			}
		}
		w, err := h.Signable(ctx, o.buddy.Actor(), o.ride())
		if err != nil || w.Step().ID != "ride" || w.Name != "rep" {
			h.Errorf("%+v, %v", w, err)
		}
		h.refuses(second(h.Signable(ctx, o.boss.Actor(), o.ride())), fault.Missing, "a step that another signs")
		h.must(h.Sign(ctx, o.buddy.Actor(), o.ride(), h.form()))
		if got := waits(o.buddy); len(got) != 0 {
			h.Errorf("signed, and waits: %q", got)
		}
		h.must(h.people.Suspend(ctx, operator, o.rep.ID))
		if got := waits(o.hr); len(got) != 0 {
			h.Errorf("of somebody who has left: %q", got)
		}
	})
}
