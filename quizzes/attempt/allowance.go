package attempt

import (
	"context"
	"strings"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// mostExtra bounds extra time, per cent.
const mostExtra = 300

// Extra is the time that somebody is given beyond a quiz's limit.
type Extra struct {
	Percent int
	Reason  string // for those who may grant it only
	At      int64
}

// GrantTime gives a person extra time in every quiz that they begin from now on, in per cent of its limit; 0 takes it back.
func (a *Attempts) GrantTime(ctx context.Context, actor access.Actor, person string, percent int, reason string) error {
	if err := a.people.Check(ctx, actor, access.GrantTime, person); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case percent < 0 || percent > mostExtra:
		return fault.New(fault.Invalid, "extra.range", "max", mostExtra).At("percent")
	case reason == "":
		return fault.New(fault.Invalid, "extra.reason_needed").At("reason")
	case utf8.RuneCountInString(reason) > longestNote:
		return fault.New(fault.Invalid, "marking.note_long", "max", longestNote).At("reason")
	}
	return a.db.Write(ctx, func(q db.Q) error {
		n, err := q.Exec(ctx, `INSERT INTO extra_time (person_id, percent, reason, granted_by, granted_at)
			SELECT id, $2, $3, $4, $5 FROM person WHERE id = $1 ON CONFLICT (person_id) DO UPDATE SET percent = excluded.percent, reason = excluded.reason,
				granted_by = excluded.granted_by, granted_at = excluded.granted_at`, person, percent, reason, actor.ID, a.clock.Now())
		if err == nil && n == 0 {
			err = fault.New(fault.Missing, "error.missing")
		}
		if err != nil {
			return err
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "extra_time.granted", Actor: actor.ID, Subject: person,
			Private: map[string]any{"percent": percent}}) // not the reason: who reads the trail may not grant time
	})
}

// ExtraTime gives a person's extra time to whoever may grant it.
func (a *Attempts) ExtraTime(ctx context.Context, actor access.Actor, person string) (Extra, error) {
	if err := a.people.Check(ctx, actor, access.GrantTime, person); err != nil {
		return Extra{}, err
	}
	var r struct {
		Percent int    `db:"percent"`
		Reason  string `db:"reason"`
		At      int64  `db:"granted_at"`
	}
	err := a.db.Read().Get(ctx, &r, "SELECT percent, reason, granted_at FROM extra_time WHERE person_id = $1", person)
	if db.None(err) {
		return Extra{}, nil
	}
	return Extra{r.Percent, r.Reason, r.At}, err
}

// extraOf gives a person's extra time in per cent.
func extraOf(ctx context.Context, q db.Q, person string) (percent int, err error) {
	err = q.Get(ctx, &percent, "SELECT percent FROM extra_time WHERE person_id = $1", person)
	if db.None(err) {
		return 0, nil
	}
	return percent, err
}

// longestExtra gives the most extra time that anybody has, in per cent.
func longestExtra(ctx context.Context, q db.Q) (percent int, err error) {
	err = q.Get(ctx, &percent, "SELECT COALESCE(MAX(percent), 0) FROM extra_time")
	return percent, err
}
