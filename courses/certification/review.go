package certification

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/db"
)

// dossier is everything about one person from which their standings follow.
type dossier struct {
	person     string
	enrolments []training.Enrolment
	standings  map[string]*Standing // by programme
	lines      []evidence.Line
	now        int64
	today      string
}

// reconsider brings a person's standings to what the records say. Their ledger must be held by this transaction.
func (c *Certification) reconsider(ctx context.Context, q db.Q, person string, why reason) error {
	d, err := c.gather(ctx, q, person)
	if err != nil || len(d.standings) == 0 {
		return err
	}
	for range len(d.standings) { // what one earns may open another, so again until nothing is earned
		earned := false
		for _, e := range d.enrolments {
			one, err := c.review(ctx, q, d, e, why)
			if err != nil {
				return err
			}
			earned = earned || one
		}
		if !earned {
			break
		}
	}
	return c.leave(ctx, q, d, why)
}

// gather claims the person's standings and reads what they follow from; a programme that they are in and have no
// standing in gets an empty one.
func (c *Certification) gather(ctx context.Context, q db.Q, person string) (*dossier, error) {
	d := &dossier{person: person, standings: map[string]*Standing{}, now: c.clock.Now(), today: c.clock.Date(c.zone)}
	if err := claimStandings(ctx, q, person); err != nil {
		return nil, err
	}
	all, err := standingsOf(ctx, q, []string{person})
	if err != nil {
		return nil, err
	}
	for i := range all {
		d.standings[all[i].Programme] = &all[i]
	}
	if d.enrolments, err = c.training.EnrolmentsIn(ctx, q, person); err != nil || len(d.enrolments) == 0 {
		return d, err
	}
	for _, e := range d.enrolments {
		if d.standings[e.Programme] == nil {
			d.standings[e.Programme] = &Standing{Person: person, Programme: e.Programme}
		}
	}
	d.lines, err = c.lines(ctx, q, person)
	return d, err
}

// lines gives the person's ledger, and the lessons that they finished.
func (c *Certification) lines(ctx context.Context, q db.Q, person string) ([]evidence.Line, error) {
	lines, err := c.ledger.Of(ctx, q, person)
	if err != nil {
		return nil, err
	}
	lessons, err := c.progress.LessonsIn(ctx, q, person)
	return append(lines, lessons...), err
}

// review brings one standing up to date, and says whether a certificate was issued.
func (c *Certification) review(ctx context.Context, q db.Q, d *dossier, e training.Enrolment, why reason) (bool, error) {
	p, err := c.training.Version(ctx, q, e.Version)
	if err != nil {
		return false, err
	}
	s := d.standings[e.Programme]
	before := *s
	s.begin(p, e.Start, c.zone)
	changes := s.passTime(d.now)
	v, asked := d.judge(p, s, e.Start)
	s.Enrolled = true
	if asked {
		s.Done, s.Steps, s.NextDue = v.Done, len(v.Items), nextDue(v)
		changes = append(changes, s.follow(v, why, d.now)...)
	}
	if err := c.shake(ctx, q, d, s); err != nil {
		return false, err
	}
	issue := asked && v.Met && p.Certificate != nil && !p.Certificate.Approval
	if issue {
		if err := c.issue(ctx, q, grant{d: d, p: p, s: s, v: v, why: reason{cause: ByRules}}, &changes); err != nil {
			return false, err
		}
	}
	if len(changes) == 0 && *s == before {
		return false, nil
	}
	return issue, c.keep(ctx, q, *s, changes)
}

// begin sets from when evidence counts: of periodic training from the day on which it starts, since what somebody knew a
// year ago is not this quarter's; of everything else whatever was done before counts.
func (s *Standing) begin(p *programme.Programme, start string, zone *time.Location) {
	if day, err := time.Parse(time.DateOnly, start); err == nil && p.Kind == programme.Periodic && !s.State.Has() {
		s.FreshFrom = dayStart(day, zone)
	}
}

// judge says how far the person is with what is asked in their state; asked is false where nothing is.
func (d *dossier) judge(p *programme.Programme, s *Standing, start string) (v programme.Verdict, asked bool) {
	c := programme.Case{Lines: d.lines, Since: s.FreshFrom, Start: start, Today: d.today, Held: d.held()}
	switch s.State {
	case Certified, Suspended:
		return v, false
	case Expiring, Grace:
		c.Held, c.Start = p.Requires, ""
		if p.Certificate != nil {
			c.Only = p.Certificate.Renew
		}
	case Expired, Revoked:
		c.Start = ""
	}
	return p.Judge(c), true
}

func (d *dossier) held() (out []string) {
	for _, s := range d.standings {
		if s.Now(d.now).Holds() {
			out = append(out, s.Programme)
		}
	}
	slices.Sort(out)
	return out
}

// nextDue is the earliest date of a step that is not done.
func nextDue(v programme.Verdict) (day string) {
	for _, i := range v.Items {
		open := i.State == programme.Ready || i.State == programme.Locked
		if open && i.Due != "" && (day == "" || i.Due < day) {
			day = i.Due
		}
	}
	return day
}

// change is one transition of a standing.
type change struct {
	before, after State
	reason
	certificate string
}

// to passes into another state at a moment and says so; it panics where that is not legal, since only this room decides.
func (s *Standing) to(after State, why reason) change {
	if !Legal(s.State, after) {
		panic(fmt.Sprintf("certification: %s follows %q", after, s.State))
	}
	ch := change{before: s.State, after: after, reason: why, certificate: s.Certificate}
	s.State, s.Since, s.Cause = after, why.at, why.cause
	return ch
}

// passTime makes the changes that time has brought, each at its own moment, so that what is written down does not depend
// on when the job ran.
func (s *Standing) passTime(now int64) (out []change) {
	for {
		next, at := s.passes(s.State)
		if at == 0 || now < at {
			return out
		}
		s.Done, s.NextDue = 0, ""
		out = append(out, s.to(next, reason{cause: ByTime, at: at}))
	}
}

// follow makes the changes that a verdict brings to somebody who has no certificate yet.
func (s *Standing) follow(v programme.Verdict, why reason, now int64) []change {
	if s.State.Has() {
		return nil
	}
	after := NotStarted
	if v.Met {
		after = Eligible
	} else if v.Began {
		after = InProgress
	}
	if after == s.State {
		return nil
	}
	why.at = now
	return []change{s.to(after, why)}
}

// leave notes who was taken out of a programme. What they hold stays with them.
func (c *Certification) leave(ctx context.Context, q db.Q, d *dossier, why reason) error {
	for _, s := range d.standings {
		in := slices.ContainsFunc(d.enrolments, func(e training.Enrolment) bool { return e.Programme == s.Programme })
		if in || !s.Enrolled {
			continue
		}
		s.Enrolled, s.NextDue = false, ""
		changes := s.passTime(d.now)
		if !s.State.Has() && s.State != NotStarted {
			why.at = d.now
			changes = append(changes, s.to(NotStarted, why))
		}
		if err := c.keep(ctx, q, *s, changes); err != nil {
			return err
		}
	}
	return nil
}

// keep writes a standing that is claimed, with its transitions.
func (c *Certification) keep(ctx context.Context, q db.Q, s Standing, changes []change) error {
	first := s.Seq + 1
	s.Seq += int64(len(changes))
	if err := putStanding(ctx, q, s); err != nil {
		return err
	}
	if err := markSums(ctx, q, []string{s.Person}); err != nil {
		return err
	}
	return insertTransitions(ctx, q, s, first, changes, c.clock.Now())
}
