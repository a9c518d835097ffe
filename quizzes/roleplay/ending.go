package roleplay

import (
	"context"
	"encoding/json"

	"tongguan/quizzes/evidence"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Close ends a play as it stands. Closing again changes nothing and is no error.
func (r *Plays) Close(ctx context.Context, actor access.Actor, id string) error {
	if _, err := r.own(ctx, actor, id); err != nil {
		return err
	}
	return r.end(ctx, id)
}

// end closes a play that is open.
func (r *Plays) end(ctx context.Context, id string) error {
	err := r.db.Write(ctx, func(q db.Q) error {
		if err := claimPlayClose(ctx, q, id, r.clock.Now()); err != nil {
			return err
		}
		row, err := playByID(ctx, q, id)
		if err != nil {
			return err
		}
		scene, err := r.scene(ctx, q, row, row.Turns)
		if err != nil {
			return err
		}
		return r.finish(ctx, q, row, scene.On)
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// finish keeps the result of a play that was claimed for closing: in the trail, and of an exam in the person's ledger.
func (r *Plays) finish(ctx context.Context, q db.Q, row playRow, p *scenario.Play) error {
	score := p.Score()
	profile, err := json.Marshal(profileOf(score))
	if err != nil {
		return err
	}
	if err := setPlayResult(ctx, q, row.ID, p.Hash(), int64(score.Total), score.Passed, string(profile)); err != nil {
		return err
	}
	if row.Mode == Exam {
		line := evidence.Line{Person: row.Person, Kind: evidence.Roleplay, Subject: row.Script, Version: row.ScriptHash, Score: int(score.Total),
			Passed: score.Passed, Source: row.ID, At: r.clock.Now()}
		if err := r.ledger.Add(ctx, q, line); err != nil {
			return err
		}
	}
	return r.trail.Append(ctx, q, audit.Event{Act: "play.closed", Actor: row.Person, Subject: row.Person,
		Facts: map[string]any{"play": row.ID, "script": row.ScriptHash, "mode": row.Mode, "rules": row.Rules, "engine": row.Engine, "seed": row.Seed,
			"turns": row.Turns, "hash": p.Hash(), "score": int64(score.Total), "passed": score.Passed}})
}

func profileOf(s scenario.Score) Profile {
	out := Profile{}
	for _, i := range s.Items {
		if i.Clause == "" {
			continue
		}
		sum := out[i.Clause]
		if i.Breach != nil {
			sum[1] -= int64(i.Points) // what was lost could have been had
		} else {
			sum[0], sum[1] = sum[0]+int64(i.Points), sum[1]+int64(i.Of)
		}
		out[i.Clause] = sum
	}
	return out
}

// CloseOverdue closes every exam whose time is out, whoever looks or not.
func (r *Plays) CloseOverdue(ctx context.Context) error {
	ids, err := overdue(ctx, r.db.Read(), r.clock.Now())
	for _, id := range ids {
		if err := r.end(ctx, id); err != nil {
			return err
		}
	}
	return err
}
