package violation

import (
	"context"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Step is one line of what the examiners did.
type Step struct {
	Seq  int64  `db:"seq"`
	Act  string `db:"act"` // a State, "proposed", "approved", "declined" or "collected"
	By   string `db:"by_id"`
	At   int64  `db:"at"` // milliseconds since 1970 UTC
	Note string `db:"note"`
}

// View is a report as examiners see it.
type View struct {
	Report
	Talk    []Message
	History []Step
	Reward  Reward   // the zero Reward where none is proposed
	Named   []string // ids of the people whom it names
}

// mayExamine lets in inspectors whom the report does not name and who have not written it. Where it names every inspector
// there is, HR stands in for them, with the same two exceptions.
func mayExamine(actor access.Actor, r Report, named []string, inspectors func() ([]string, error)) error {
	missing := fault.New(fault.Missing, "error.missing")
	if actor.ID != "" && (slices.Contains(named, actor.ID) || r.Reporter == actor.ID) {
		return missing
	}
	if actor.May(access.ExamineReports, access.Other) {
		return nil
	}
	if !actor.May(access.RewardReport, access.Other) {
		return missing
	}
	left, err := inspectors()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(left, func(id string) bool { return !slices.Contains(named, id) && id != r.Reporter }) {
		return missing
	}
	return nil
}

// inspectors gives everybody who could examine, looked up when it is asked for first.
func (x *Violations) inspectors(ctx context.Context) func() ([]string, error) {
	return sync.OnceValues(func() (ids []string, err error) {
		all, _, err := x.People.List(ctx, access.Operator(), people.Filter{Role: access.Inspector})
		for _, p := range all {
			if p.State != people.Suspended {
				ids = append(ids, p.ID)
			}
		}
		return ids, err
	})
}

// Reports gives the reports that the actor may examine, what waits first, the newest of the rest next.
func (x *Violations) Reports(ctx context.Context, actor access.Actor) (out []Report, err error) {
	if !actor.May(access.ExamineReports, access.Other) && !actor.May(access.RewardReport, access.Other) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	all, err := reports(ctx, x.DB.Read())
	if err != nil {
		return nil, err
	}
	named, err := accusedBy(ctx, x.DB.Read())
	if err != nil {
		return nil, err
	}
	left := x.inspectors(ctx)
	for _, r := range all {
		err := mayExamine(actor, r, named[r.ID], left)
		switch {
		case err == nil:
			out = append(out, r)
		case fault.KindOf(err) != fault.Missing:
			return nil, err
		}
	}
	return out, nil
}

// Report gives one report to whoever may examine it.
func (x *Violations) Report(ctx context.Context, actor access.Actor, id string) (v View, err error) {
	if v.Report, v.Named, err = x.one(ctx, actor, id); err != nil {
		return View{}, err
	}
	if v.Talk, err = talk(ctx, x.DB.Read(), id); err != nil {
		return v, err
	}
	if v.History, err = steps(ctx, x.DB.Read(), id); err != nil {
		return v, err
	}
	v.Reward, _, err = rewardOf(ctx, x.DB.Read(), id)
	return v, err
}

func (x *Violations) one(ctx context.Context, actor access.Actor, id string) (Report, []string, error) {
	r, err := byID(ctx, x.DB.Read(), id)
	if err != nil {
		return r, nil, err
	}
	named, err := accusedBy(ctx, x.DB.Read())
	if err == nil {
		err = mayExamine(actor, r, named[id], x.inspectors(ctx))
	}
	return r, named[id], err
}

// longestNote is how many characters a note or a reason may have.
const longestNote = 1000

func note(text, field string, needed bool) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case n == 0 && needed:
		return "", fault.New(fault.Invalid, "violation.note_needed").At(field)
	case n > longestNote:
		return "", fault.New(fault.Invalid, "violation.text_long", "max", longestNote).At(field)
	}
	return text, nil
}

// Decide takes a report to another state; version is the one that the actor saw. An outcome wants a note.
func (x *Violations) Decide(ctx context.Context, actor access.Actor, id string, version int64, to State, why string) error {
	r, _, err := x.one(ctx, actor, id)
	if err != nil {
		return err
	}
	if why, err = note(why, "note", to != Examining); err != nil {
		return err
	}
	if !slices.Contains(States(), to) {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	if !slices.Contains(follows[r.State], to) {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return x.DB.Write(ctx, func(q db.Q) error {
		seq, err := claimState(ctx, q, r, version, to, actor.ID, why)
		if err != nil {
			return err
		}
		return x.done(ctx, q, r.ID, Step{seq, string(to), actor.ID, x.Clock.Now(), why}, nil)
	})
}

// done writes a line of the history and of the trail.
func (x *Violations) done(ctx context.Context, q db.Q, id string, s Step, facts map[string]any) error {
	if err := insertStep(ctx, q, id, s); err != nil {
		return err
	}
	if facts == nil {
		facts = map[string]any{}
	}
	key, err := keyOf(ctx, q, id)
	if err != nil {
		return err
	}
	facts["report"], facts["seq"] = handle(key, id), s.Seq
	return x.Trail.Append(ctx, q, audit.Event{Act: "violation." + s.Act, Actor: s.By, Facts: facts})
}

// Ask adds a message of an examiner, which whoever reported reads with the code.
func (x *Violations) Ask(ctx context.Context, actor access.Actor, id, text, form string) error {
	r, _, err := x.one(ctx, actor, id)
	if err != nil {
		return err
	}
	if text, err = message(text); err != nil {
		return err
	}
	return x.say(ctx, r, Message{Author: actor.ID, Text: text}, form)
}
