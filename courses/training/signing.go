package training

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// SetBuddy names the colleague who stands beside a person in a programme and signs steps of it; "" for nobody. Nobody
// names their own buddy or is one to themselves, and a buddy is somebody who works here and whom the actor may see.
func (t *Training) SetBuddy(ctx context.Context, actor access.Actor, person, id, buddy string) error {
	to, err := t.people.Relation(ctx, actor, person)
	if err != nil {
		return err
	}
	if to == access.Self {
		return fault.New(fault.Denied, "error.denied")
	}
	if err := actor.Check(access.Enrol, to); err != nil {
		return err
	}
	if buddy != "" {
		if err := t.checkBuddy(ctx, actor, person, buddy); err != nil {
			return err
		}
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := setBuddy(ctx, q, person, id, buddy); err != nil {
			return err
		}
		return t.trail.Append(ctx, q, audit.Event{Act: "buddy.named", Actor: actor.ID, Subject: person,
			Facts: map[string]any{"programme": id}, Private: map[string]any{"buddy": buddy}})
	})
}

func (t *Training) checkBuddy(ctx context.Context, actor access.Actor, person, buddy string) error {
	if person == buddy {
		return fault.New(fault.Invalid, "programmes.buddy_self").At("buddy")
	}
	b, err := t.people.Get(ctx, actor, buddy)
	if fault.KindOf(err) == fault.Missing || err == nil && b.State != people.Active {
		return fault.New(fault.Invalid, "programmes.buddy_unknown").At("buddy")
	}
	return err
}

// Signing is somebody's word on a step that another has done.
type Signing struct {
	Person, Programme, Step string
	Task                    int    // of the step, from 0
	Points                  []int  // which of the task's points were seen, from 0
	Note                    string // for the person, or ""
}

// Signed is a word that was given on a step, or taken back.
type Signed struct {
	ID        string `db:"id"`
	Person    string `db:"person_id"`
	Programme string `db:"programme"`
	Step      string `db:"step"`
	Signer    string `db:"signer_id"`
	As        string `db:"signer_as"` // buddy, manager, hr
	Note      string `db:"note"`      // or the reason for which it was taken back
	Granted   bool   `db:"granted"`
	At        int64  `db:"signed_at"` // milliseconds since 1970 UTC

	points string // JSON: numbers of the points that were seen
}

// Sign says that a person has done a step, seen by whom the programme names: the buddy, a manager above them, or HR; in
// its version under which the person began. It is a line of evidence. request identifies the form: sent twice, it signs once.
func (t *Training) Sign(ctx context.Context, actor access.Actor, s Signing, request string) error {
	return t.sign(ctx, actor, s, request, true)
}

// TakeBack takes a sign-off back, with a reason in Note; whoever may sign a step may do that.
func (t *Training) TakeBack(ctx context.Context, actor access.Actor, s Signing, request string) error {
	return t.sign(ctx, actor, s, request, false)
}

func (t *Training) sign(ctx context.Context, actor access.Actor, s Signing, request string, grant bool) error {
	to, err := t.people.Relation(ctx, actor, s.Person)
	if err != nil {
		return err
	}
	if err := actor.Check(access.SignStep, to); err != nil {
		return err
	}
	if err := known(request); err != nil {
		return err
	}
	return t.db.Write(ctx, func(q db.Q) error {
		e, err := t.claimPlace(ctx, q, s.Person, s.Programme)
		if err != nil {
			return err
		}
		task, err := t.signable(ctx, q, actor, to, e, s)
		if err != nil {
			return err
		}
		if err := s.check(task, grant); err != nil {
			return err
		}
		points, err := json.Marshal(append([]int{}, s.Points...))
		if err != nil {
			return err
		}
		return t.putSigned(ctx, q, Signed{ID: t.clock.ID(), Person: s.Person, Programme: s.Programme, Step: s.Step, Signer: actor.ID,
			As: string(task.Signoff), Note: s.Note, Granted: grant, At: t.clock.Now(), points: string(points)}, e.Version, request)
	})
}

// signable finds the task that is to be signed, where the actor is whom it names.
func (t *Training) signable(ctx context.Context, q db.Q, actor access.Actor, to access.Relation, e Enrolment, s Signing) (*programme.Task, error) {
	p, err := t.Version(ctx, q, e.Version)
	if err != nil {
		return nil, err
	}
	step := p.Step(s.Step)
	if step == nil || s.Task < 0 || s.Task >= len(step.Tasks) || !signs(actor, to, e, step.Tasks[s.Task].Signoff) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	return &step.Tasks[s.Task], nil
}

// signs says whether the actor is whom a step names to sign it.
func signs(actor access.Actor, to access.Relation, e Enrolment, as programme.Signer) bool {
	switch as {
	case programme.Buddy:
		return e.Buddy != "" && e.Buddy == actor.ID
	case programme.Manager:
		return to == access.Below
	case programme.HR:
		return actor.Is(access.HR)
	default:
		return false
	}
}

// check wants all points to be ticked where it is signed, and a reason where that is taken back.
func (s *Signing) check(task *programme.Task, grant bool) (err error) {
	if !grant {
		s.Points = nil
		s.Note, err = given(s.Note, "reason")
		return err
	}
	slices.Sort(s.Points)
	s.Points = slices.Compact(s.Points)
	if len(s.Points) != len(task.Points) || len(s.Points) > 0 && (s.Points[0] != 0 || s.Points[len(s.Points)-1] != len(task.Points)-1) {
		return fault.New(fault.Invalid, "programmes.points_missing").At("points")
	}
	if s.Note = strings.TrimSpace(s.Note); utf8.RuneCountInString(s.Note) > maxReason {
		return fault.New(fault.Invalid, "programmes.note_long", "max", maxReason).At("note")
	}
	return nil
}

// putSigned keeps a sign-off with its line of evidence, unless its form was kept before.
func (t *Training) putSigned(ctx context.Context, q db.Q, s Signed, version, request string) error {
	added, err := insertSigned(ctx, q, s, request)
	if err != nil || !added {
		return err
	}
	act, reason := "step.signed", map[string]any{"note": s.Note}
	if !s.Granted {
		act = "signoff.taken_back"
	}
	line := evidence.Line{Person: s.Person, Kind: evidence.Signoff, Subject: s.Programme + "/" + s.Step, Version: version, Source: s.ID, At: s.At}
	if err := t.addWord(ctx, q, line, s.Granted); err != nil {
		return err
	}
	return t.trail.Append(ctx, q, audit.Event{Act: act, Actor: s.Signer, Subject: s.Person,
		Facts: map[string]any{"signoff": s.ID, "programme": s.Programme, "step": s.Step, "as": s.As}, Private: reason})
}

// addWord adds a line that grants something which is not granted, or takes back what is. Of a renewal only what was said
// since it began counts: what was signed for the certificate before can be signed anew.
func (t *Training) addWord(ctx context.Context, q db.Q, l evidence.Line, grant bool) error {
	lines, err := t.ledger.Of(ctx, q, l.Person)
	if err != nil {
		return err
	}
	terms, err := t.terms(ctx, q, []string{l.Person})
	if err != nil {
		return err
	}
	programme, _, _ := strings.Cut(l.Subject, "/")
	asked := terms[l.Person].Asked[programme]
	stands := false
	for _, old := range lines {
		if old.Kind == l.Kind && old.Subject == l.Subject && (asked.Settled || old.At >= asked.Since) {
			stands = old.Passed && old.Effect == evidence.AsSaid
		}
	}
	if stands == grant {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	if l.Passed, l.Score = grant, 10_000; !grant {
		l.Score, l.Effect = 0, evidence.Undoes
	}
	return t.ledger.Add(ctx, q, l)
}
