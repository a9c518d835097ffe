package session

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Marks of attendance.
const (
	Present = "present"
	Late    = "late"
	Excused = "excused"
	Absent  = "absent"
)

// Marks lists the marks in the order in which a sheet offers them.
func Marks() []string { return []string{Present, Late, Excused, Absent} }

// attended says whether a mark is one of having been there.
func attended(mark string) bool { return mark == Present || mark == Late }

// Row is one person on the sheet of a session.
type Row struct {
	ID       string `db:"id"`
	Name     string `db:"name"`
	Team     string `db:"team_id"`
	Marks    int64  `db:"marks"` // how many they were given, which Mark must name
	Mark     string `db:"mark"`  // the last, or ""
	CaughtUp int64  `db:"caught_up_at"`
}

// Sheet is who is expected at a session, by name, as far as the actor may mark them: all of them for its host and for
// those who hold sessions for everybody, the people below them for managers. The host is not on it, nor is the actor:
// nobody marks themselves.
func (s *Sessions) Sheet(ctx context.Context, actor access.Actor, id string) (Session, []Row, error) {
	one, err := byID(ctx, s.db.Read(), id)
	if err != nil {
		return one, nil, err
	}
	rows, err := s.markable(ctx, s.db.Read(), actor, one)
	return one, rows, err
}

// markable gives the rows that the actor may mark; Missing where there is none and they are not the host.
func (s *Sessions) markable(ctx context.Context, q db.Q, actor access.Actor, one Session) ([]Row, error) {
	whole := actor.ID == one.Host || actor.May(access.HoldSession, access.Other)
	if !whole && !actor.May(access.HoldSession, access.Below) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	managed := map[string]bool{}
	if !whole {
		var err error
		if managed, err = s.teams.ManagedBy(ctx, actor.ID); err != nil {
			return nil, err
		}
	}
	rows, err := sheet(ctx, q, one)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.ID == actor.ID || !whole && !managed[r.Team] })
	if !whole && len(rows) == 0 {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	return rows, nil
}

// Mark is what somebody is marked with.
type Mark struct {
	Person, Value string
	Seen          int64 // how many marks they had when it was entered
}

// Mark marks many people at once, all or none of them. Who has this mark already keeps it; whom somebody else has marked
// otherwise meanwhile makes it a Conflict. Being there is evidence for the session's topic, once; a mark that takes that
// back undoes it.
func (s *Sessions) Mark(ctx context.Context, actor access.Actor, id string, marks []Mark) error {
	one, rows, err := s.Sheet(ctx, actor, id)
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for _, r := range rows {
		on[r.ID] = true
	}
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Compare(a.Person, b.Person) })
	for i, m := range marks {
		switch {
		case !on[m.Person] || i > 0 && marks[i-1].Person == m.Person:
			return fault.New(fault.Missing, "error.missing")
		case !slices.Contains(Marks(), m.Value):
			return fault.New(fault.Invalid, "session.mark_unknown").At("marks")
		}
	}
	if len(marks) == 0 {
		return fault.New(fault.Invalid, "session.marks_needed").At("marks")
	}
	return s.db.Write(ctx, func(q db.Q) error { return s.mark(ctx, q, actor, one, marks) })
}

// mark claims the session, then everybody's ledger in the order of their ids, so that two who mark the same people at
// once wait for each other and never around each other; then it writes.
func (s *Sessions) mark(ctx context.Context, q db.Q, actor access.Actor, one Session, marks []Mark) error {
	now := s.clock.Now()
	if err := claimHeld(ctx, q, one.ID, now); err != nil {
		return err
	}
	for _, m := range marks {
		if err := s.ledger.Hold(ctx, q, m.Person); err != nil {
			return err
		}
	}
	var changed []Mark
	for _, m := range marks {
		set, err := setMark(ctx, q, one.ID, m, actor.ID, now)
		if err != nil {
			return err
		}
		if set {
			changed = append(changed, m)
			continue
		}
		stands, err := standingOf(ctx, q, one.ID, m.Person)
		if err != nil {
			return err
		}
		if stands.Mark != m.Value {
			return fault.New(fault.Conflict, "session.marked_meanwhile")
		}
	}
	for _, m := range changed {
		if err := s.settle(ctx, q, one, m.Person); err != nil {
			return err
		}
	}
	for _, m := range changed {
		if err := s.trail.Append(ctx, q, audit.Event{Act: "session.marked", Actor: actor.ID, Subject: m.Person,
			Facts: map[string]any{"session": one.ID, "topic": one.Topic, "mark": m.Value}}); err != nil {
			return err
		}
	}
	return nil
}

// settle writes the evidence that follows from where somebody stands with a session whose ledger is held. Where a pass is
// taken back and another session on the topic still counts, that one says so again: an undoing is of the subject.
func (s *Sessions) settle(ctx context.Context, q db.Q, one Session, person string) error {
	stands, err := standingOf(ctx, q, one.ID, person)
	if err != nil {
		return err
	}
	should := attended(stands.Mark) || stands.CaughtUp > 0
	if should == stands.Counts {
		return nil
	}
	if err := s.line(ctx, q, one, person, should); err != nil || should {
		return err
	}
	other, err := another(ctx, q, one, person)
	if err != nil || other == "" {
		return err
	}
	return s.line(ctx, q, Session{ID: other, Topic: one.Topic}, person, true)
}

// line adds a line of evidence, a pass or an undoing. Its source is the session and the person, which are one act, and
// behind a colon the number of the line: a mark that is corrected and corrected back makes no old attendance a new one.
func (s *Sessions) line(ctx context.Context, q db.Q, one Session, person string, pass bool) error {
	stands, err := standingOf(ctx, q, one.ID, person)
	if err != nil {
		return err
	}
	if err := setCounts(ctx, q, one.ID, person, pass); err != nil {
		return err
	}
	l := evidence.Line{Person: person, Kind: evidence.Session, Subject: one.Topic, Source: one.ID + "/" + person + ":" + strconv.FormatInt(stands.Lines+1, 10),
		Effect: evidence.Undoes, At: s.clock.Now()}
	if pass {
		l.Score, l.Passed, l.Effect = 10_000, true, evidence.AsSaid
	}
	return s.ledger.Add(ctx, q, l)
}

// CatchUp is the word of somebody who was away that they have read the material. It is taken once, after the session, of
// whom it was for and who was not there. Who could have planned or marked the session themselves must have been marked as
// away by somebody else: nobody makes up a session to have missed it.
func (s *Sessions) CatchUp(ctx context.Context, actor access.Actor, id string) error {
	seat, err := s.See(ctx, actor, id)
	if err != nil {
		return err
	}
	switch {
	case !seat.Invited || seat.Session.Host == actor.ID:
		return fault.New(fault.Missing, "error.missing") // there is nothing of theirs to catch up on
	case seat.keeps && seat.Mark == "":
		return fault.New(fault.Conflict, "session.no_catch_up")
	}
	return s.db.Write(ctx, func(q db.Q) error {
		if err := claimCatchUp(ctx, q, id, s.clock.Now()); err != nil {
			return err
		}
		if err := s.ledger.Hold(ctx, q, actor.ID); err != nil {
			return err
		}
		set, err := setCaughtUp(ctx, q, id, actor.ID, s.clock.Now())
		if err != nil {
			return err
		}
		if !set {
			return s.notAgain(ctx, q, id, actor.ID)
		}
		if err := s.settle(ctx, q, seat.Session, actor.ID); err != nil {
			return err
		}
		return s.trail.Append(ctx, q, audit.Event{Act: "session.caught_up", Actor: actor.ID, Subject: actor.ID,
			Facts: map[string]any{"session": id, "topic": seat.Topic}})
	})
}

// notAgain is nothing where somebody has caught up already, and a refusal where they were there.
func (s *Sessions) notAgain(ctx context.Context, q db.Q, id, person string) error {
	stands, err := standingOf(ctx, q, id, person)
	if err == nil && stands.CaughtUp == 0 {
		err = fault.New(fault.Conflict, "session.was_there")
	}
	return err
}

// dueOn is the last day, YYYY-MM-DD, on which somebody can catch up in time, or "".
func (s Session) dueOn(markedAt int64, zone *time.Location) string {
	if s.CatchUpDays == 0 || markedAt == 0 {
		return ""
	}
	return time.UnixMilli(max(markedAt, s.EndsAt)).In(zone).AddDate(0, 0, s.CatchUpDays).Format(time.DateOnly)
}
