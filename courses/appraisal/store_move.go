package appraisal

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// living is a record as the machine moves it.
type living struct {
	ID      string `db:"id"`
	Cycle   string `db:"cycle_id"`
	Person  string `db:"person_id"`
	Period  string `db:"period"`
	Roles   string `db:"roles"`
	State   State  `db:"state"`
	Since   int64  `db:"since"`
	Seq     int64  `db:"seq"`
	Next    int64  `db:"next_at"`
	Figures string `db:"figures"`
	Has     bool   `db:"has_score"`
	Score   int64  `db:"score"`
	Entries int64  `db:"entries"`
}

const livingColumns = `SELECT a.id, a.cycle_id, a.person_id, a.period, a.roles, a.state, a.since, a.seq, COALESCE(a.next_at, 0) AS next_at, a.figures, a.entries,
	COALESCE(e.has_score, FALSE) AS has_score, COALESCE(e.score, 0) AS score
	FROM appraisal_record a LEFT JOIN appraisal_entry e ON e.record_id = a.id AND e.seq = a.entries `

func livingByID(ctx context.Context, q db.Q, id string) (l living, err error) {
	err = q.Get(ctx, &l, livingColumns+"WHERE a.id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return l, err
}

// claimTick makes the nodes that run the job wait for each other.
func claimTick(ctx context.Context, q db.Q, now int64) error {
	_, err := q.Exec(ctx, "UPDATE appraisal_head SET ticked_at = $1 WHERE id = 1", now)
	return err
}

// dueRecords gives records of one cycle in one state that time takes on, the cycle that has waited longest first, and of its
// states the one that comes first: all of a cycle are in reviews before the reviews of any end, though two days be the same.
func dueRecords(ctx context.Context, q db.Q, now int64, most int) (out []living, err error) {
	var first struct {
		Cycle string `db:"cycle_id"`
		State State  `db:"state"`
	}
	err = q.Get(ctx, &first, `SELECT cycle_id, state FROM appraisal_record WHERE next_at <= $1
			AND cycle_id = (SELECT cycle_id FROM appraisal_record WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1)
		ORDER BY CASE state WHEN 'targets' THEN 1 WHEN 'figures' THEN 2 WHEN 'reviews' THEN 3 WHEN 'calibration' THEN 4 ELSE 5 END LIMIT 1`, now)
	if db.None(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, livingColumns+"WHERE a.cycle_id = $1 AND a.state = $2 AND a.next_at <= $3 ORDER BY a.id LIMIT $4", first.Cycle, first.State, now, most)
	return out, err
}

// openPanels gives the ids of records of a cycle whose reviews are over and whose panels are not closed yet.
func openPanels(ctx context.Context, q db.Q, cycle string, now int64, most int) (out []string, err error) {
	err = q.Select(ctx, &out, "SELECT id FROM appraisal_record WHERE cycle_id = $1 AND state = 'reviews' AND next_at <= $2 AND NOT paneled ORDER BY id LIMIT $3", cycle, now, most)
	return out, err
}

// setPaneled notes that panels are closed.
func setPaneled(ctx context.Context, q db.Q, ids []string) (int64, error) {
	return q.Exec(ctx, "UPDATE appraisal_record SET paneled = TRUE FROM {rows} WHERE appraisal_record.id = r.id AND appraisal_record.state = 'reviews' AND NOT appraisal_record.paneled",
		new(db.Rows).Text("id", ids))
}

// inStates gives the records of a cycle that are in one of some states, and have a result where that is asked.
func inStates(ctx context.Context, q db.Q, cycle string, states []State, after string, most int) (out []living, err error) {
	query, args, err := db.In(livingColumns+"WHERE a.cycle_id = ? AND a.state IN (?) AND a.id > ? AND COALESCE(e.has_score, FALSE) ORDER BY a.id LIMIT ?",
		cycle, states, after, most)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

// step is one transition about to be made.
type step struct {
	living
	to        State
	act       Act
	at        int64 // when it takes effect
	next      int64 // when time takes it on; 0 for never
	respondBy string
}

// advance takes records on, each from the very state that it was read in, and says how many nobody else had moved.
func advance(ctx context.Context, q db.Q, all []step) (int64, error) {
	var ids, to, before, respond []string
	var seqs, since, next []int64
	for _, s := range all {
		ids, to, before, respond = append(ids, s.ID), append(to, string(s.to)), append(before, string(s.State)), append(respond, s.respondBy)
		seqs, since, next = append(seqs, s.Seq), append(since, s.at), append(next, s.next)
	}
	return q.Exec(ctx, `UPDATE appraisal_record SET state = r.after, since = r.since, seq = appraisal_record.seq + 1, next_at = NULLIF(r.next, 0),
			respond_by = CASE WHEN r.respond = '' THEN appraisal_record.respond_by ELSE r.respond END
		FROM {rows} WHERE appraisal_record.id = r.id AND appraisal_record.state = r.before AND appraisal_record.seq = r.seq AND appraisal_record.state <> 'closed'`,
		new(db.Rows).Text("id", ids).Text("after", to).Text("before", before).Text("respond", respond).Number("seq", seqs).Number("since", since).Number("next", next))
}

// insertTransitions writes the transitions that advance has made.
func insertTransitions(ctx context.Context, q db.Q, all []step, actor, note string, now int64) error {
	if len(all) == 0 {
		return nil
	}
	var ids, before, after, acts []string
	var seqs, at []int64
	for _, s := range all {
		ids, before, after, acts = append(ids, s.ID), append(before, string(s.State)), append(after, string(s.to)), append(acts, string(s.act))
		seqs, at = append(seqs, s.Seq+1), append(at, s.at)
	}
	_, err := q.Exec(ctx, `INSERT INTO appraisal_transition (record_id, seq, before, after, act, actor_id, note, at, recorded_at)
		SELECT r.record, r.seq, r.before, r.after, r.act, NULLIF($1, ''), $2, r.at, CAST($3 AS BIGINT) FROM {rows}`, actor, note, now,
		new(db.Rows).Text("record", ids).Number("seq", seqs).Text("before", before).Text("after", after).Text("act", acts).Number("at", at))
	return err
}

func transitionsOf(ctx context.Context, q db.Q, record string) (out []Transition, err error) {
	err = q.Select(ctx, &out, `SELECT seq, before, after, act, COALESCE(actor_id, '') AS actor_id, note, at FROM appraisal_transition WHERE record_id = $1 ORDER BY seq`, record)
	return out, err
}
