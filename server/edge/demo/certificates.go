package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/quizzes/roleplay"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// longAgo is when the oldest certificates of the demo were earned, and a little before.
const longAgo = 430 * 24 * time.Hour

// earned is how many days ago somebody of the sales teams earned the certificate of the onboarding: with twelve months, a
// window of 60 days and 14 days of grace, some have expired, some are in grace, some can renew, and most hold.
var earned = []int{400, 371, 368, 350, 341, 318, 300, 262, 231, 204, 190, 171, 160, 149}

// carried is what HR writes where a step is waived for whoever was here before the programme.
var carried = struct{ waived, complaint, found, wrong string }{
	"制度上线前已在岗，跟访和考试记录由人力资源核对过，按过渡办法免做。",
	"客户投诉报价与合同不一致，督查正在核实，核实期间先暂停。",
	"经核实，考试由他人代做。按第5.1.3条处理。",
	"复核时查不到当年的跟访记录，免做的依据不成立。",
}

// veterans gives those who have been here longer their certificates, at the time.
func (f *filler) veterans(ctx context.Context) error {
	if f.Programmes.Current().Get("onboarding") == nil || f.people["hr"].ID == "" {
		return nil
	}
	all := f.seniors()
	for i, ago := range earned[:min(len(earned), len(all))] {
		f.until(f.hour(-ago, 10))
		if err := f.qualify(ctx, all[i], "onboarding"); err != nil {
			return fmt.Errorf("%s: %w", all[i].Login, err)
		}
		if i%3 == 0 {
			if err := f.show(ctx, all[i]); err != nil {
				return err
			}
		}
	}
	for i, do := range []func(context.Context, people.Person) error{f.renew, f.specialise, f.suspend, f.revoke, f.reachTheTop, f.takeBack} {
		if at := []int{3, 6, 8, 9, 10, 12}[i]; at < len(all) { // index in earned: who can renew, who holds
			if err := do(ctx, all[at]); err != nil {
				return err
			}
		}
	}
	f.until(time.UnixMilli(f.now).Add(-past))
	return f.Certificates.Tick(ctx)
}

// until moves the clock to a moment, if that lies ahead.
func (f *filler) until(at time.Time) {
	if ahead := at.Sub(time.UnixMilli(f.Clock.Now())); ahead > 0 {
		f.advance(ahead)
	}
}

// seniors are people of the sales teams who were here before the oldest certificate, managers first.
func (f *filler) seniors() (out []people.Person) {
	sales := []string{"suzhou", "shanghai", "east", "south", "north", "overseas"}
	for _, a := range f.company.Everybody() {
		p := f.people[a.Login]
		if slices.Contains(sales, a.Team) && a.Joined == 0 && p.HiredOn < f.day(earned[0]) || a.Login == "manager" {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y people.Person) int { // the demo's own manager holds one that is valid
		is := func(p people.Person) int {
			if p.Login == "manager" {
				return 1
			}
			return 0
		}
		return is(x) - is(y)
	})
	if at := slices.IndexFunc(out, func(p people.Person) bool { return p.Login == "manager" }); at > 7 {
		manager := out[at]
		out = slices.Insert(slices.Delete(out, at, at+1), 7, manager)
	}
	return out
}

// qualify has somebody pass the first quiz of a programme, and waives what is left of it.
func (f *filler) qualify(ctx context.Context, p people.Person, id string) error {
	hr := f.people["hr"].Actor()
	if err := f.Training.Enrol(ctx, hr, p.ID, id, f.Clock.Date(f.Zone)); err != nil {
		return err
	}
	plan, err := f.Training.Plan(ctx, hr, p.ID, id)
	if err != nil {
		return err
	}
	sat := false
	for _, i := range plan.Verdict.Items {
		task := i.Step.Tasks[0]
		switch {
		case i.State == programme.Done || i.State == programme.Waived:
			continue
		case len(task.Lessons) > 0 && !sat:
			for _, key := range task.Lessons {
				if err := f.read(ctx, p.Actor(), f.Catalog.Current().Lesson(key), lang(p)); err != nil {
					return err
				}
			}
		case task.Quiz != "" && task.Quiz != "exam/gate" && !sat:
			sat = true
			err = f.sit(ctx, p.Actor(), task.Quiz, pupil{1, lang(p)})
		default:
			err = f.waive(ctx, p, id, i.Step.ID)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", i.Step.ID, err)
		}
		f.advance(time.Minute)
	}
	return nil
}

func lang(p people.Person) string {
	if p.Lang == "en" {
		return "en"
	}
	return "zh"
}

func (f *filler) waive(ctx context.Context, p people.Person, id, step string) error {
	w := training.Waiver{Person: p.ID, Programme: id, Step: step, Reason: carried.waived}
	return f.Training.Waive(ctx, f.people["hr"].Actor(), w, fmt.Sprint(p.ID, "-", step, "-", f.Clock.Now()))
}

// show has somebody show their name to whoever verifies.
func (f *filler) show(ctx context.Context, p people.Person) error {
	number, err := f.number(ctx, p, "onboarding")
	if err != nil || number == "" {
		return err
	}
	return f.Certificates.Share(ctx, p.Actor(), number, []string{certification.ShowName, certification.ShowProgramme, certification.ShowDates})
}

// number is the number of somebody's present certificate.
func (f *filler) number(ctx context.Context, p people.Person, id string) (string, error) {
	all, err := f.Certificates.Standings(ctx, access.Operator(), p.ID)
	for _, s := range all {
		if s.Programme == id {
			return s.Certificate, err
		}
	}
	return "", err
}

// takeBack takes back one of the waivers that a certificate rests on: it stays, and its holder comes first among those at risk.
func (f *filler) takeBack(_ context.Context, p people.Person) error {
	f.later(f.hour(-6, 11), func(ctx context.Context) error {
		x, err := f.Certificates.Explain(ctx, access.Operator(), p.ID, "onboarding")
		if err != nil {
			return err
		}
		for _, i := range x.Verdict.Items {
			if i.State == programme.Waived {
				w := training.Waiver{Person: p.ID, Programme: "onboarding", Step: i.Step.ID, Reason: carried.wrong}
				return f.Training.Unwaive(ctx, f.people["hr"].Actor(), w, "demo-back-"+p.ID)
			}
		}
		return nil
	})
	return nil
}

// renew has somebody renew in their window: one step played, one signed, one waived.
func (f *filler) renew(_ context.Context, p people.Person) error {
	f.later(f.hour(-20, 15), func(ctx context.Context) error {
		if err := f.Certificates.Tick(ctx); err != nil {
			return err
		}
		if err := f.exam(ctx, p.Actor(), "complaint_rescue"); err != nil {
			return err
		}
		x, err := f.Certificates.Explain(ctx, access.Operator(), p.ID, "onboarding")
		if err != nil || !x.Renewal {
			return err
		}
		for _, i := range x.Verdict.Items {
			if i.State != programme.Done {
				if err := f.waive(ctx, p, "onboarding", i.Step.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return nil
}

// exam plays a scene as its expert does.
func (f *filler) exam(ctx context.Context, who access.Actor, scene string) error {
	s, ok := f.Plays.Script(scene)
	if !ok {
		return nil
	}
	id, err := f.Plays.Start(ctx, who, s.ID, roleplay.Exam)
	if err != nil {
		return err
	}
	expert := s.Expert(s.Values())
	for turn := 0; ; turn++ {
		sight, err := f.Plays.Scene(ctx, who, id)
		if err != nil || sight.State == roleplay.Closed {
			return err
		}
		if err := f.Plays.Move(ctx, who, id, turn, expert(sight.On)); err != nil {
			return err
		}
	}
}

// specialise gives somebody two certificates of negotiation.
func (f *filler) specialise(_ context.Context, p people.Person) error {
	f.later(f.hour(-40, 11), func(ctx context.Context) error {
		for _, id := range []string{"negotiation-1", "risk-and-compliance"} {
			if err := f.qualify(ctx, p, id); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// suspend stops a certificate while something is looked into.
func (f *filler) suspend(_ context.Context, p people.Person) error {
	return f.decideLater(p, -12, certification.Suspend, carried.complaint)
}

// revoke takes one back for good.
func (f *filler) revoke(_ context.Context, p people.Person) error {
	return f.decideLater(p, -25, certification.Revoke, carried.found)
}

func (f *filler) decideLater(p people.Person, on int, act certification.Act, note string) error {
	f.later(f.hour(on, 16), func(ctx context.Context) error {
		number, err := f.number(ctx, p, "onboarding")
		if err != nil || number == "" {
			return err
		}
		return f.Certificates.Decide(ctx, f.people["inspector"].Actor(), number, act, note)
	})
	return nil
}

// reachTheTop brings somebody to where their third certificate of negotiation waits for approval.
func (f *filler) reachTheTop(_ context.Context, p people.Person) error {
	f.later(f.hour(-6, 11), func(ctx context.Context) error {
		for _, id := range []string{"negotiation-1", "negotiation-2", "negotiation-3"} {
			if err := f.qualify(ctx, p, id); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}
