package appraisal

import (
	"context"
	"errors"
	"slices"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// run gives a record to those who run appraisals; never one's own.
func (a *Appraisals) run(ctx context.Context, actor access.Actor, record string) (living, Cycle, error) {
	r, err := livingByID(ctx, a.db.Read(), record)
	if err != nil {
		return r, Cycle{}, err
	}
	if err := a.people.Check(ctx, actor, access.RunAppraisal, r.Person); err != nil {
		if r.Person == actor.ID && actor.May(access.RunAppraisal, access.Other) {
			err = fault.New(fault.Denied, "appraisal.own_record")
		}
		return r, Cycle{}, err
	}
	c, err := cycleByID(ctx, a.db.Read(), r.Cycle)
	return r, c, err
}

// check refuses a ruling that cannot stand: who decides about somebody has a name and a reason.
func (r *Ruling) check(actor access.Actor) (err error) {
	if actor.ID == "" {
		return fault.New(fault.Denied, "error.denied")
	}
	if r.Score < 0 || r.Score > composite.MaxScore {
		return fault.New(fault.Invalid, "appraisal.score_range", "max", composite.MaxScore/100).At("score")
	}
	if r.Reason, err = clean(r.Reason, "reason"); err == nil && r.Reason == "" {
		err = fault.New(fault.Invalid, "appraisal.reason_needed").At("reason")
	}
	return err
}

// rule adds a result to a record in a state. The record must have as many as the ruling has seen.
func (a *Appraisals) rule(ctx context.Context, q db.Q, actor access.Actor, c Cycle, record string, kind EntryKind, r Ruling, in State) (audit.Event, error) {
	e := Entry{Seq: r.Seen + 1, Kind: kind, Prior: r.Seen, Has: true, To: r.Score, Band: c.Scheme.Band(r.Score).ID, By: actor.ID, Reason: r.Reason, At: a.clock.Now()}
	before, err := entriesOf(ctx, q, record)
	if err != nil {
		return audit.Event{}, err
	}
	if n := len(before); n > 0 {
		e.HadFrom, e.From = before[n-1].Has, before[n-1].To
	}
	p, err := proofOf(ctx, q, record)
	if err != nil {
		return audit.Event{}, err
	}
	ok, err := insertEntry(ctx, q, record, e, in)
	if err == nil && (!ok || int64(len(before)) != r.Seen) {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return audit.Event{Act: ruledAct, Actor: actor.ID, Facts: facts{Record: record, Cycle: c.ID, Entry: e.Seq, Kind: kind, Hash: sumOfEntry(p.nonce(), record, e), Has: true},
		Private: said(r.Reason)}, err
}

// Calibrate sets the result of somebody else's record in calibration; needed where too little was known to compute one.
func (a *Appraisals) Calibrate(ctx context.Context, actor access.Actor, record string, r Ruling, request string) error {
	one, c, err := a.run(ctx, actor, record)
	if err != nil {
		return err
	}
	if err := r.check(actor); err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, "calibrate", record, ""); err != nil || again {
			return err
		}
		event, err := a.rule(ctx, q, actor, c, record, Calibrated, r, Calibration)
		if err != nil {
			return err
		}
		if next, err := a.end(c.Calibration); err != nil {
			return err
		} else if next > a.clock.Now() { // after its day nobody but HR shows it
			if err := awaken(ctx, q, record, next); err != nil {
				return err
			}
		}
		event.Subject = one.Person
		return a.trail.Append(ctx, q, event)
	})
}

// mayCorrect refuses whoever has calibrated a record that was disputed: what another decided about it is not theirs to undo.
func (a *Appraisals) mayCorrect(ctx context.Context, q db.Q, actor access.Actor, record string) error {
	life, err := transitionsOf(ctx, q, record)
	if err != nil || !slices.ContainsFunc(life, func(t Transition) bool { return t.Act == Dispute }) {
		return err
	}
	calibrated, err := a.calibrated(ctx, q, actor, record)
	if err == nil && calibrated {
		err = fault.New(fault.Denied, "appraisal.corrector_calibrated")
	}
	return err
}

// calibrated says whether somebody has calibrated a record.
func (a *Appraisals) calibrated(ctx context.Context, q db.Q, actor access.Actor, record string) (bool, error) {
	entries, err := entriesOf(ctx, q, record)
	return slices.ContainsFunc(entries, func(e Entry) bool { return e.Kind == Calibrated && e.By == actor.ID }), err
}

// Correct adds another result to somebody else's closed record. What was there stays.
func (a *Appraisals) Correct(ctx context.Context, actor access.Actor, record string, r Ruling, request string) error {
	one, c, err := a.run(ctx, actor, record)
	if err != nil {
		return err
	}
	if err := r.check(actor); err != nil {
		return err
	}
	if err := a.mayCorrect(ctx, a.db.Read(), actor, record); err != nil { // nobody calibrates or disputes what is closed
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, "correct", record, ""); err != nil || again {
			return err
		}
		event, err := a.rule(ctx, q, actor, c, record, Correction, r, Closed)
		if err != nil {
			return err
		}
		event.Subject = one.Person
		return a.trail.Append(ctx, q, event)
	})
}

// move takes one record through an act by somebody, with what they said.
func (a *Appraisals) move(ctx context.Context, q db.Q, actor access.Actor, c Cycle, r living, do Act, note string) (audit.Event, error) {
	s, err := a.step(c, r, do, a.clock.Now())
	if err != nil {
		return audit.Event{}, err
	}
	if err := a.take(ctx, q, []step{s}, actor.ID, note); err != nil {
		return audit.Event{}, changed(err)
	}
	return audit.Event{Act: "appraisal." + string(do), Actor: actor.ID, Subject: r.Person,
		Facts: map[string]any{"record": r.ID, "seq": s.Seq + 1, "before": s.State, "after": s.to}, Private: said(note)}, nil
}

// changed makes a Conflict of a record that somebody was faster with.
func changed(err error) error {
	if errors.Is(err, errMoved) {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

// Show opens a result to the person and their manager.
func (a *Appraisals) Show(ctx context.Context, actor access.Actor, record, request string) error {
	one, c, err := a.run(ctx, actor, record)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, "show", record, ""); err != nil || again {
			return err
		}
		if one.State == Calibration && !one.Has {
			return fault.New(fault.Invalid, "appraisal.score_needed")
		}
		event, err := a.move(ctx, q, actor, c, one, Show, "")
		if err != nil {
			return err
		}
		return a.trail.Append(ctx, q, event)
	})
}

// Respond is the person's answer to their result.
func (a *Appraisals) Respond(ctx context.Context, actor access.Actor, record string, an Answer, request string) error {
	one, err := a.own(ctx, actor, record)
	if err != nil {
		return err
	}
	if an.Do != Acknowledge && an.Do != Dispute {
		return fault.New(fault.Invalid, "appraisal.answer_unknown").At("answer")
	}
	if an.Text, err = clean(an.Text, "text"); err == nil && an.Do == Dispute && an.Text == "" {
		err = fault.New(fault.Invalid, "appraisal.dispute_needed").At("text")
	}
	if err != nil {
		return err
	}
	c, err := cycleByID(ctx, a.db.Read(), one.Cycle)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, string(an.Do), record, ""); err != nil || again {
			return err
		}
		if one.State == Shown && one.Next != 0 && a.clock.Now() >= one.Next { // the job of time is about to say so
			return fault.New(fault.Conflict, "appraisal.response_over")
		}
		event, err := a.move(ctx, q, actor, c, one, an.Do, an.Text)
		if err != nil {
			return err
		}
		return a.trail.Append(ctx, q, event)
	})
}

// mayDecide refuses who must not decide a dispute: the person, their manager, whoever has calibrated the record.
func (a *Appraisals) mayDecide(ctx context.Context, q db.Q, actor access.Actor, r living) error {
	to, err := a.people.Relation(ctx, actor, r.Person)
	if err != nil {
		return err
	}
	if err := actor.Check(access.DecideAppeal, to); err != nil {
		switch {
		case !actor.May(access.DecideAppeal, access.Other):
			return err
		case to == access.Self:
			return fault.New(fault.Denied, "appraisal.own_record")
		default:
			return fault.New(fault.Denied, "appraisal.decider_manages")
		}
	}
	calibrated, err := a.calibrated(ctx, q, actor, r.ID)
	if err == nil && calibrated {
		err = fault.New(fault.Denied, "appraisal.decider_calibrated")
	}
	return err
}

// Decide decides a dispute: by somebody of HR who has not calibrated the record, is not the person and not their manager.
func (a *Appraisals) Decide(ctx context.Context, actor access.Actor, record string, ap Appeal, request string) error {
	one, err := livingByID(ctx, a.db.Read(), record)
	if err != nil {
		return err
	}
	if err := a.mayDecide(ctx, a.db.Read(), actor, one); err != nil { // nobody calibrates what is shown already
		return err
	}
	do := Amend
	if ap.Uphold {
		do, ap.Score = Uphold, 0
	}
	if err := ap.check(actor); err != nil {
		return err
	}
	c, err := cycleByID(ctx, a.db.Read(), one.Cycle)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, string(do), record, ""); err != nil || again {
			return err
		}
		event, err := a.move(ctx, q, actor, c, one, do, ap.Reason)
		if err != nil {
			return err
		}
		events := []audit.Event{event}
		if do == Amend {
			r := ap.Ruling
			r.Seen = one.Entries
			event, err := a.rule(ctx, q, actor, c, record, Amendment, r, Amended)
			if err != nil {
				return err
			}
			event.Subject = one.Person
			events = append(events, event)
		}
		return a.told(ctx, q, events)
	})
}

// Close closes a record that has been answered, or was not in time.
func (a *Appraisals) Close(ctx context.Context, actor access.Actor, record, request string) error {
	one, c, err := a.run(ctx, actor, record)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, "close", record, ""); err != nil || again {
			return err
		}
		if err := claimCycle(ctx, q, c.ID); err != nil { // of the last two to be closed one has to see that it is the last
			return err
		}
		event, err := a.move(ctx, q, actor, c, one, Close, "")
		if err != nil {
			return err
		}
		if err := closeCycle(ctx, q, c.ID, a.clock.Now()); err != nil {
			return err
		}
		return a.trail.Append(ctx, q, event)
	})
}
