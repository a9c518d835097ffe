package appraisal

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// longestText bounds what people write, in characters.
const longestText = 2000

// wanted lists the items of a scheme that want a target.
func wanted(s *composite.Scheme) (out []string) {
	for _, i := range s.Items {
		if i.Kind == composite.OfIndicator {
			out = append(out, i.ID)
		}
	}
	return out
}

// latest gives the targets that count.
func latest(steps []TargetStep) map[string]TargetStep {
	out := map[string]TargetStep{}
	for _, s := range steps {
		if s.Kind == "set" {
			out[s.Item] = s
		}
	}
	return out
}

// SetTargets sets what is aimed at, by item, in the unit of the indicator; it asks the person anew. A manager sets them in
// the days of targets, HR until the figures are frozen.
func (a *Appraisals) SetTargets(ctx context.Context, actor access.Actor, record string, values map[string]int64, request string) error {
	r, err := livingByID(ctx, a.db.Read(), record)
	if err != nil {
		return err
	}
	if err := a.people.Check(ctx, actor, access.SetTarget, r.Person); err != nil {
		return err
	}
	c, err := cycleByID(ctx, a.db.Read(), r.Cycle)
	if err != nil {
		return err
	}
	for item, v := range values {
		if !slices.Contains(wanted(c.Scheme), item) {
			return fault.New(fault.Invalid, "appraisal.item_unknown").At(item)
		}
		if v <= 0 || v > composite.MaxValue {
			return fault.New(fault.Invalid, "appraisal.target_range").At(item)
		}
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, "targets", record, ""); err != nil || again {
			return err
		}
		steps, err := claimTargets(ctx, q, record, actor.May(access.RunAppraisal, access.Other), "")
		if err != nil {
			return err
		}
		return a.setTargets(ctx, q, actor, r, steps, values)
	})
}

// setTargets adds the targets that are other than before.
func (a *Appraisals) setTargets(ctx context.Context, q db.Q, actor access.Actor, r living, steps int64, values map[string]int64) error {
	before, err := stepsOf(ctx, q, []string{r.ID})
	if err != nil {
		return err
	}
	now, was, facts := a.clock.Now(), latest(before[r.ID]), map[string]any{}
	for _, item := range slices.Sorted(maps.Keys(values)) {
		if was[item].Value == values[item] {
			continue
		}
		steps++
		if err := insertStep(ctx, q, r.ID, TargetStep{Seq: steps, Kind: "set", Item: item, Value: values[item], By: actor.ID, At: now}); err != nil {
			return err
		}
		facts[item] = []int64{was[item].Value, values[item]}
	}
	if len(facts) == 0 {
		return nil
	}
	if err := setAgreement(ctx, q, r.ID, steps, Unanswered); err != nil {
		return err
	}
	return a.trail.Append(ctx, q, audit.Event{Act: "appraisal.targets", Actor: actor.ID, Subject: r.Person,
		Facts: map[string]any{"record": r.ID, "targets": facts}})
}

// AgreeTargets is the person's consent to all targets as they stand; seen is how many steps (Whole.Steps) the page showed.
func (a *Appraisals) AgreeTargets(ctx context.Context, actor access.Actor, record string, seen int, request string) error {
	if seen < 0 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	return a.answerTargets(ctx, actor, record, request, TargetStep{Seq: int64(seen) + 1, Kind: string(Agreed)})
}

// ObjectTargets says why the person does not agree. The targets stand until somebody sets others.
func (a *Appraisals) ObjectTargets(ctx context.Context, actor access.Actor, record, text, request string) error {
	text, err := clean(text, "text")
	if err == nil && text == "" {
		err = fault.New(fault.Invalid, "appraisal.objection_needed").At("text")
	}
	if err != nil {
		return err
	}
	return a.answerTargets(ctx, actor, record, request, TargetStep{Kind: string(Objected), Text: text})
}

// answerTargets adds the person's answer. A consent names how many steps it follows on.
func (a *Appraisals) answerTargets(ctx context.Context, actor access.Actor, record, request string, s TargetStep) error {
	r, err := a.own(ctx, actor, record)
	if err != nil {
		return err
	}
	c, err := cycleByID(ctx, a.db.Read(), r.Cycle)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if again, _, err := once(ctx, q, request, actor.ID, s.Kind, record, ""); err != nil || again {
			return err
		}
		steps, err := claimTargets(ctx, q, record, true, Agreed)
		if err != nil {
			return err
		}
		before, err := stepsOf(ctx, q, []string{record})
		if err != nil {
			return err
		}
		if s.Seq != 0 && s.Seq != steps+1 {
			return fault.New(fault.Conflict, "error.changed_meanwhile")
		}
		if s.Kind == string(Agreed) && len(latest(before[record])) < len(wanted(c.Scheme)) {
			return fault.New(fault.Invalid, "appraisal.targets_lacking")
		}
		s := s // fn may run again
		s.Seq, s.By, s.At = steps+1, actor.ID, a.clock.Now()
		if err := insertStep(ctx, q, record, s); err != nil {
			return err
		}
		if err := setAgreement(ctx, q, record, s.Seq, Agreement(s.Kind)); err != nil {
			return err
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "appraisal.targets_" + s.Kind, Actor: actor.ID, Subject: r.Person,
			Facts: map[string]any{"record": record, "step": s.Seq}, Private: said(s.Text)})
	})
}

// own gives a record of the actor's own.
func (a *Appraisals) own(ctx context.Context, actor access.Actor, record string) (living, error) {
	r, err := livingByID(ctx, a.db.Read(), record)
	if err == nil && (r.Person != actor.ID || actor.ID == "") {
		err = fault.New(fault.Missing, "error.missing")
	}
	if err == nil {
		err = actor.Check(access.RespondAppraisal, access.Self)
	}
	return r, err
}

// said is what somebody wrote, for the erasable part of the trail; nil for nothing.
func said(text string) any {
	if text == "" {
		return nil
	}
	return map[string]any{"text": text}
}

// clean trims a text and refuses one that is too long.
func clean(text, field string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if utf8.RuneCountInString(text) > longestText {
		return "", fault.New(fault.Invalid, "appraisal.text_long", "max", longestText).At(field)
	}
	return text, nil
}
