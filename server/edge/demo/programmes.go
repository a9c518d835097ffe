package demo

import (
	"context"
	"fmt"
	"time"

	"tongguan/courses/training"
	"tongguan/quizzes/roleplay"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// reasons are what HR and signers write in the demo.
var reasons = struct{ waived, seen, doubted string }{
	"入职前在分公司参加过同样的课，签到表已核对。", "第二家客户的复述做得很好，继续保持。", "签错了人，重新跟访后再签。",
}

// day gives the date so many days before the demo begins.
func (f *filler) day(ago int) string {
	return time.UnixMilli(f.now).In(f.Zone).AddDate(0, 0, -ago).Format(time.DateOnly)
}

// programmes puts people into programmes by rules and by hand, names buddies, signs some steps and waives one. The demo's
// learner began eighteen days ago, so that something lies behind, something is late and something ahead.
func (f *filler) programmes(ctx context.Context) error {
	hr, learner := f.people["hr"].Actor(), f.people["learner"]
	if f.Programmes.Current().Get("onboarding") == nil || hr.ID == "" || learner.ID == "" {
		return nil
	}
	if err := f.Training.Enrol(ctx, hr, learner.ID, "onboarding", f.day(18)); err != nil {
		return err
	}
	for i, r := range []training.Rule{
		{Programme: "onboarding", Role: access.Learner, Team: f.teams["sales"], HiredFrom: f.day(120), Starts: training.OnHired},
		{Programme: "quarterly-2026-q4", Role: access.Learner, Team: f.teams["sales"], Starts: training.OnDate, StartOn: f.day(30)},
		{Programme: "negotiation-1", Team: f.teams["suzhou"], Starts: training.OnDate, StartOn: f.day(10)},
	} {
		err := f.Training.MakeRule(ctx, hr, r, fmt.Sprintf("demo-rule-%d", i))
		if err != nil && fault.KindOf(err) != fault.Invalid { // a programme that this content has not
			return err
		}
	}
	if err := f.Training.Apply(ctx); err != nil {
		return err
	}
	w := training.Waiver{Person: learner.ID, Programme: "onboarding", Step: "company", Reason: reasons.waived}
	if err := f.Training.Waive(ctx, hr, w, "demo-waiver"); err != nil && fault.KindOf(err) != fault.Missing {
		return err
	}
	if err := f.visit(ctx, learner.Actor()); err != nil {
		return err
	}
	return f.accompany(ctx)
}

// visit has the demo's learner pass the first visit, so that their buddy has something to sign.
func (f *filler) visit(ctx context.Context, who access.Actor) error {
	for _, s := range f.Plays.Scripts() {
		if s.ID != "first_visit" {
			continue
		}
		id, err := f.Plays.Start(ctx, who, s.ID, roleplay.Exam)
		if err != nil {
			return err
		}
		expert := s.Expert(s.Values())
		for turn := 0; ; turn++ {
			scene, err := f.Plays.Scene(ctx, who, id)
			if err != nil || scene.State == roleplay.Closed {
				return err
			}
			if err := f.Plays.Move(ctx, who, id, turn, expert(scene.On)); err != nil {
				return err
			}
		}
	}
	return nil
}

// accompany names a buddy for everybody in the onboarding; every other buddy has signed the visits, and one took that back.
func (f *filler) accompany(ctx context.Context) error {
	hr := f.people["hr"].Actor()
	all, err := f.Training.Enrolled(ctx, hr, "onboarding", people.Filter{})
	if err != nil {
		return err
	}
	for i, one := range all {
		b := f.buddy(one.Person)
		if b.ID == "" {
			continue
		}
		if err := f.Training.SetBuddy(ctx, hr, one.Person.ID, "onboarding", b.ID); err != nil {
			return err
		}
		step := one.Programme.Step("visits")
		if step == nil || i%2 == 1 || one.Person.Login == "learner" {
			continue
		}
		s := training.Signing{Person: one.Person.ID, Programme: "onboarding", Step: step.ID, Note: reasons.seen}
		for n := range step.Tasks[0].Points {
			s.Points = append(s.Points, n)
		}
		if err := f.Training.Sign(ctx, b.Actor(), s, fmt.Sprint("demo-signed-", i)); err != nil {
			return err
		}
		if i == 0 {
			f.advance(time.Minute)
			s.Note = reasons.doubted
			if err := f.Training.TakeBack(ctx, b.Actor(), s, "demo-taken-back"); err != nil {
				return err
			}
		}
	}
	return nil
}

// buddy is the first colleague of somebody's team who is not them; the demo's manager for the demo's learner, so that
// there is something to sign.
func (f *filler) buddy(p people.Person) people.Person {
	if p.Login == "learner" {
		return f.people["manager"]
	}
	for _, a := range f.company.Everybody() {
		if b := f.people[a.Login]; b.Team == p.Team && b.ID != p.ID && b.ID != "" {
			return b
		}
	}
	return people.Person{}
}
