package attempt

import (
	"context"
	"slices"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// batch is how many attempts are read at once.
const batch = 100

// Regrade goes on with every correction whose attempts are not all scored again. Several nodes may do so at once: whatever
// one of them has done the other finds unchanged.
func (a *Attempts) Regrade(ctx context.Context) error {
	ids, err := undone(ctx, a.db.Read())
	for _, id := range ids {
		if _, err := a.regrade(ctx, id, 0); err != nil {
			return err
		}
	}
	return err
}

// regrade scores attempts again until all are done, or about as many as most (0 is all of them).
//
// Every attempt that this scan cannot see began after the correction was kept, so it gets it when it closes; and whichever
// it can see is claimed, closed or not, so that one which is closing at this moment has either seen the correction or is
// found closed.
func (a *Attempts) regrade(ctx context.Context, id string, most int) (done bool, err error) {
	c, cursor, finished, err := correctionByID(ctx, a.db.Read(), id)
	if err != nil || finished {
		return finished, err
	}
	_, sets, err := a.worded(ctx, c.Module, c.Question, c.Print)
	if err != nil {
		return false, err
	}
	for n := 0; most == 0 || n < most; {
		rows, err := concerned(ctx, a.db.Read(), c.Module, sets, cursor)
		if err != nil {
			return false, err
		}
		if len(rows) == 0 {
			return true, a.finish(ctx, id, sets)
		}
		for _, r := range rows {
			at, err := r.attempt()
			if err != nil {
				return false, err
			}
			if (Sitting{Attempt: at}).index(c.Question) < 0 {
				continue
			}
			n++
			if err := a.regradeOne(ctx, r.ID); err != nil {
				return false, err
			}
		}
		cursor = rows[len(rows)-1].ID
		if err := moveOn(ctx, a.db, id, cursor); err != nil {
			return false, err
		}
	}
	return false, nil
}

// regradeOne scores one attempt again, in a transaction of its own. One that is open gets its corrections when it closes.
func (a *Attempts) regradeOne(ctx context.Context, id string) error {
	return a.db.Write(ctx, func(q db.Q) error {
		r, err := claimAny(ctx, q, id)
		if err != nil || r.State != Closed {
			return err
		}
		answers, err := givenTo(ctx, q, id)
		if err != nil {
			return err
		}
		if r.Pending > 0 {
			s, err := a.sheet(ctx, q, r, answers)
			if err != nil {
				return err
			}
			return a.marksLeft(ctx, q, r, s)
		}
		return a.addCorrections(ctx, q, r, answers)
	})
}

// addCorrections adds one correction after the other to an attempt that is claimed, so that each is told as what it brings.
// Those that were told before count from the start, whatever their order: two nodes' clocks differ, and a correction may
// come to an attempt before one that was decided earlier.
func (a *Attempts) addCorrections(ctx context.Context, q db.Q, r row, answers []given) error {
	all, err := correctionsOf(ctx, q, r.Module)
	if err != nil {
		return err
	}
	notes, err := notesWhere(ctx, q, "n.attempt_id = $1", r.ID)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, n := range notes {
		told[n.Correction] = true
	}
	slices.SortStableFunc(all, func(x, y Correction) int { // those that were told first
		switch {
		case told[x.ID] == told[y.ID]:
			return 0
		case told[x.ID]:
			return -1
		}
		return 1
	})
	for n := len(notes); n < len(all); n++ {
		s, err := a.sheetWith(ctx, q, r, all[:n+1], answers)
		if err == nil && s.has(all[n]) {
			r, err = a.rescore(ctx, q, r, s, all[n])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rescore writes what a correction changes in a closed attempt that is claimed: points, score, evidence, audit line and
// word to the person. It gives the attempt as it is then.
func (a *Attempts) rescore(ctx context.Context, q db.Q, r row, s sheet, c Correction) (row, error) {
	if err := s.storeChanged(ctx, q, r.ID); err != nil {
		return r, err
	}
	before := r.outline()
	score, passed := s.raised(r)
	if score == before.Score && passed == before.Passed {
		return r, nil
	}
	if err := a.record(ctx, q, r, s, result{score, passed}, r.ID+":"+c.ID); err != nil {
		return r, err
	}
	r.Score, r.Passed = &score, &passed
	if err := insertNote(ctx, q, Note{Attempt: r.ID, Correction: c.ID, Before: before.Score, After: score, Passed: before.Passed,
		PassedAfter: passed, At: a.clock.Now()}, r.Person); err != nil {
		return r, err
	}
	return r, a.trail.Append(ctx, q, audit.Event{Act: "attempt.regraded", Actor: c.By, Subject: r.Person,
		Facts: map[string]any{"attempt": r.ID, "module": r.Module, "set": r.SetHash, "correction": c.ID},
		Private: map[string]any{"score_before": before.Score, "score_after": score, "passed_before": before.Passed,
			"passed_after": passed}})
}

// result is what an attempt comes to.
type result struct {
	score  int // basis points
	passed bool
}

// record writes the result of a closed attempt that is claimed, and its line of evidence under the given source.
func (a *Attempts) record(ctx context.Context, q db.Q, r row, s sheet, out result, source string) error {
	effect, err := effectOf(ctx, q, r, s.set.Counts, out.passed)
	if err != nil {
		return err
	}
	if err := setResult(ctx, q, r.ID, out.score, out.passed); err != nil {
		return err
	}
	return a.ledger.Add(ctx, q, evidence.Line{Person: r.Person, Kind: evidence.Quiz, Subject: r.Module, Version: r.SetHash,
		Score: out.score, Passed: out.passed, Source: source, At: *r.Closed, Effect: effect})
}

// raised is what an attempt comes to when it is scored again: never less than before.
func (s sheet) raised(r row) (score int, passed bool) {
	before := r.outline()
	score = max(before.Score, s.score())
	return score, before.Passed || score >= r.Pass
}

// has says whether the question of a correction is on the paper as it was worded.
func (s sheet) has(c Correction) bool {
	for _, l := range s.lines {
		if l.asked.ID == c.Question && l.asked.Print == c.Print {
			return true
		}
	}
	return false
}

// marksLeft notes how many open answers of a closed attempt that is claimed people have still to mark, and concludes it
// where none is left.
func (a *Attempts) marksLeft(ctx context.Context, q db.Q, r row, s sheet) error {
	left := 0
	for _, l := range s.lines {
		if !l.awaits() {
			continue
		}
		marks, _, err := marksOf(ctx, q, r.ID, l.asked.ID, "")
		if err != nil {
			return err
		}
		if !settled(marks) {
			left++
		}
	}
	if left > 0 {
		return setPending(ctx, q, r.ID, left)
	}
	return a.conclude(ctx, q, r, s)
}

// undone gives the corrections that are not finished, the oldest first.
func undone(ctx context.Context, q db.Q) (ids []string, err error) {
	err = q.Select(ctx, &ids, "SELECT id FROM correction WHERE regraded_at IS NULL ORDER BY decided_at, id")
	return ids, err
}

func correctionByID(ctx context.Context, q db.Q, id string) (c Correction, cursor string, finished bool, err error) {
	var r struct {
		correctionRow
		Cursor string `db:"regraded_to"`
		Done   *int64 `db:"regraded_at"`
	}
	if err := q.Get(ctx, &r, `SELECT id, module, question, print, kind, response, reason, decided_by, decided_at, regraded_to, regraded_at
		FROM correction WHERE id = $1`, id); err != nil {
		return c, "", false, err
	}
	c, err = r.correction()
	return c, r.Cursor, r.Done != nil, err
}

// concerned gives the attempts at some versions of a quiz, in the order of their ids and after the given one.
func concerned(ctx context.Context, q db.Q, module string, sets []string, after string) (rows []row, err error) {
	query, args, err := db.In("SELECT "+columns+" FROM attempt WHERE module = ? AND set_hash IN (?) AND id > ? ORDER BY id LIMIT ?", module, sets, after, batch)
	if err == nil {
		err = q.Select(ctx, &rows, query, args...)
	}
	return rows, err
}

// givenToMany reads what was answered in several attempts.
func givenToMany(ctx context.Context, q db.Q, attempts []row) (map[string][]given, error) {
	ids := make([]string, len(attempts))
	for i, r := range attempts {
		ids[i] = r.ID
	}
	query, args, err := db.In("SELECT attempt_id, question, chosen, points, certainty FROM answer WHERE attempt_id IN (?)", ids)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		given
		Attempt string `db:"attempt_id"`
	}
	err = q.Select(ctx, &rows, query, args...)
	out := map[string][]given{}
	for _, r := range rows {
		out[r.Attempt] = append(out[r.Attempt], r.given)
	}
	return out, err
}

// claimAny claims an attempt, whatever its state.
func claimAny(ctx context.Context, q db.Q, id string) (r row, err error) {
	err = q.Get(ctx, &r, "UPDATE attempt SET saves = saves + 1 WHERE id = $1 RETURNING "+columns, id)
	return r, err
}

// moveOn notes how far a correction is; two nodes never move it back.
func moveOn(ctx context.Context, d *db.DB, id, to string) error {
	_, err := d.Read().Exec(ctx, "UPDATE correction SET regraded_to = $2 WHERE id = $1 AND regraded_to < $2", id, to)
	return err
}

// finish says that a correction is done, and to whoever keeps figures of the sets that their points have changed. Those
// figures are claimed first, before the correction, as they are before attempts when they grow.
func (a *Attempts) finish(ctx context.Context, id string, sets []string) error {
	return a.db.Write(ctx, func(q db.Q) error {
		for _, set := range sets {
			if a.regraded == nil {
				break
			}
			if err := a.regraded(ctx, q, set); err != nil {
				return err
			}
		}
		_, err := q.Exec(ctx, "UPDATE correction SET regraded_at = $2 WHERE id = $1 AND regraded_at IS NULL", id, a.clock.Now())
		return err
	})
}
