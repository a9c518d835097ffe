package violation

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

func missing(err error, key string) error {
	if db.None(err) {
		return fault.New(fault.Missing, key)
	}
	return err
}

func conflict(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

// accusedOf gives the people who go by these names or logins: all who bear a name that several bear. It reads the table of
// people.
func accusedOf(ctx context.Context, q db.Q, names []string) (ids []string, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	logins := make([]string, len(names))
	for i, n := range names {
		logins[i] = people.FoldLogin(n)
	}
	query, args, err := db.In("SELECT id FROM person WHERE name IN (?) OR login IN (?) ORDER BY id", names, logins)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &ids, query, args...)
	return ids, err
}

// insertReport adds a report; false says that its code is there.
func insertReport(ctx context.Context, q db.Q, r Report, hash string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO violation_report (id, code_hash, reporter_id, happened, place, accused, clause, evidence, received_on, state, version)
		VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (code_hash) DO NOTHING`,
		r.ID, hash, r.Reporter, r.Happened, r.Place, r.Accused, r.Clause, r.Evidence, r.ReceivedOn, string(r.State), r.Version)
	return n == 1, err
}

func insertAccused(ctx context.Context, q db.Q, report string, persons []string) error {
	for _, person := range persons {
		if _, err := q.Exec(ctx, "INSERT INTO violation_accused (report_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", report, person); err != nil {
			return err
		}
	}
	return nil
}

// concerns says whether somebody wrote a report or is named in it.
func concerns(ctx context.Context, q db.Q, report, person string) (bool, error) {
	var n int
	err := q.Get(ctx, &n, `SELECT count(*) FROM violation_report r WHERE r.id = $1 AND (COALESCE(r.reporter_id, '') = $2
		OR EXISTS (SELECT 1 FROM violation_accused a WHERE a.report_id = r.id AND a.person_id = $2))`, report, person)
	return n > 0, err
}

// keyOf gives the hash of a report's receipt code, under which the trail is told of it.
func keyOf(ctx context.Context, q db.Q, report string) (key string, err error) {
	err = q.Get(ctx, &key, "SELECT code_hash FROM violation_report WHERE id = $1", report)
	return key, missing(err, "error.missing")
}

const columns = `r.id, r.happened, r.place, r.accused, r.clause, r.evidence, COALESCE(r.reporter_id, '') AS reporter_id, r.received_on, r.state, r.version,
	r.messages, COALESCE(r.examined_by, '') AS examined_by, r.note`

func byCode(ctx context.Context, q db.Q, hash string) (r Report, err error) {
	err = q.Get(ctx, &r, "SELECT "+columns+" FROM violation_report r WHERE r.code_hash = $1", hash)
	return r, missing(err, "violation.code_unknown")
}

func byID(ctx context.Context, q db.Q, id string) (r Report, err error) {
	err = q.Get(ctx, &r, "SELECT "+columns+" FROM violation_report r WHERE r.id = $1", id)
	return r, missing(err, "error.missing")
}

func countOn(ctx context.Context, q db.Q, day string) (n int, err error) {
	err = q.Get(ctx, &n, "SELECT count(*) FROM violation_report WHERE received_on = $1 AND reporter_id IS NULL", day)
	return n, err
}

// mostListed bounds the list of examiners.
const mostListed = 1000

func reports(ctx context.Context, q db.Q) (all []Report, err error) {
	err = q.Select(ctx, &all, "SELECT "+columns+` FROM violation_report r
		ORDER BY CASE r.state WHEN 'received' THEN 0 WHEN 'examining' THEN 1 ELSE 2 END, r.received_on DESC, r.id LIMIT $1`, mostListed)
	return all, err
}

// accusedBy gives whom each report names.
func accusedBy(ctx context.Context, q db.Q) (map[string][]string, error) {
	var all []struct {
		Report string `db:"report_id"`
		Person string `db:"person_id"`
	}
	err := q.Select(ctx, &all, "SELECT report_id, person_id FROM violation_accused ORDER BY report_id, person_id")
	out := map[string][]string{}
	for _, a := range all {
		out[a.Report] = append(out[a.Report], a.Person)
	}
	return out, err
}

func talk(ctx context.Context, q db.Q, report string) (all []Message, err error) {
	err = q.Select(ctx, &all, `SELECT seq, COALESCE(author_id, '') AS author_id, text, sent_on FROM violation_message WHERE report_id = $1 ORDER BY seq`, report)
	return all, err
}

// claimTalk gives the number of the next message.
func claimTalk(ctx context.Context, q db.Q, report string) (seq int64, err error) {
	err = q.Get(ctx, &seq, "UPDATE violation_report SET messages = messages + 1 WHERE id = $1 AND messages < $2 RETURNING messages", report, mostTalk)
	if db.None(err) {
		err = fault.New(fault.Invalid, "violation.talk_long", "max", mostTalk).At("text")
	}
	return seq, err
}

func releaseTalk(ctx context.Context, q db.Q, report string) error {
	_, err := q.Exec(ctx, "UPDATE violation_report SET messages = messages - 1 WHERE id = $1", report)
	return err
}

func insertMessage(ctx context.Context, q db.Q, report string, m Message, form string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO violation_message (report_id, seq, author_id, text, sent_on, form) VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6)
		ON CONFLICT (report_id, form) DO NOTHING`, report, m.Seq, m.Author, m.Text, m.SentOn, form)
	return n == 1, err
}

func toldMessage(ctx context.Context, q db.Q, report string, seq int64) error {
	_, err := q.Exec(ctx, "UPDATE violation_message SET told = TRUE WHERE report_id = $1 AND seq = $2", report, seq)
	return err
}

func untold(ctx context.Context, q db.Q, today string) (n int, err error) {
	err = q.Get(ctx, &n, `SELECT (SELECT count(*) FROM violation_report WHERE NOT told AND received_on < $1)
		+ (SELECT count(*) FROM violation_message WHERE NOT told AND sent_on < $1)`, today)
	return n, err
}

func claimReports(ctx context.Context, q db.Q, today string) (all []Report, err error) {
	err = q.Select(ctx, &all, `UPDATE violation_report SET told = TRUE WHERE NOT told AND received_on < $1
		RETURNING id, happened, place, accused, clause, evidence`, today)
	return all, err
}

type kept struct {
	Report string `db:"report_id"`
	Message
}

func claimMessages(ctx context.Context, q db.Q, today string) (all []kept, err error) {
	err = q.Select(ctx, &all, "UPDATE violation_message SET told = TRUE WHERE NOT told AND sent_on < $1 RETURNING report_id, seq, text", today)
	return all, err
}

// claimState takes a report from the state and the version that were seen to another, and gives the number of its line.
func claimState(ctx context.Context, q db.Q, r Report, version int64, to State, by, note string) (seq int64, err error) {
	err = q.Get(ctx, &seq, `UPDATE violation_report SET state = $4, version = version + 1, examined_by = $5, note = $6
		WHERE id = $1 AND state = $2 AND version = $3 RETURNING version`, r.ID, string(r.State), version, string(to), by, note)
	if db.None(err) {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return seq, err
}

// claimReport holds a report that is in a state, and gives the number of its next line.
func claimReport(ctx context.Context, q db.Q, id string, in State) (seq int64, err error) {
	err = q.Get(ctx, &seq, "UPDATE violation_report SET version = version + 1 WHERE id = $1 AND state = $2 RETURNING version", id, string(in))
	if db.None(err) {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return seq, err
}

func insertStep(ctx context.Context, q db.Q, report string, s Step) error {
	_, err := q.Exec(ctx, "INSERT INTO violation_step (report_id, seq, act, by_id, at, note) VALUES ($1, $2, $3, $4, $5, $6)", report, s.Seq, s.Act, s.By, s.At, s.Note)
	return err
}

func steps(ctx context.Context, q db.Q, report string) (all []Step, err error) {
	err = q.Select(ctx, &all, "SELECT seq, act, by_id, at, note FROM violation_step WHERE report_id = $1 ORDER BY seq", report)
	return all, err
}

const rewardColumns = `w.report_id, r.clause, w.amount, w.honour, w.reason, w.state, w.proposed_by, w.proposed_at, COALESCE(w.decided_by, '') AS decided_by,
	w.decided_at, w.decision, w.collected_on`

func rewardOf(ctx context.Context, q db.Q, report string) (w Reward, ok bool, err error) {
	err = q.Get(ctx, &w, "SELECT "+rewardColumns+" FROM violation_reward w JOIN violation_report r ON r.id = w.report_id WHERE w.report_id = $1", report)
	if db.None(err) {
		return w, false, nil
	}
	return w, err == nil, err
}

// rewards gives all but those of reports that the reader wrote or is named in.
func rewards(ctx context.Context, q db.Q, reader string) (all []Reward, err error) {
	err = q.Select(ctx, &all, "SELECT "+rewardColumns+` FROM violation_reward w JOIN violation_report r ON r.id = w.report_id
		WHERE COALESCE(r.reporter_id, '') <> $1 AND NOT EXISTS (SELECT 1 FROM violation_accused a WHERE a.report_id = r.id AND a.person_id = $1)
		ORDER BY CASE w.state WHEN 'proposed' THEN 0 WHEN 'approved' THEN 1 ELSE 2 END, w.proposed_at DESC, w.report_id LIMIT $2`, reader, mostListed)
	return all, err
}

func setProposal(ctx context.Context, q db.Q, w Reward) error {
	return conflict(q.Exec(ctx, `INSERT INTO violation_reward (report_id, amount, honour, reason, state, proposed_by, proposed_at)
		VALUES ($1, $2, $3, $4, 'proposed', $5, $6)
		ON CONFLICT (report_id) DO UPDATE SET amount = excluded.amount, honour = excluded.honour, reason = excluded.reason, state = 'proposed',
			proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at, decided_by = NULL, decided_at = 0, decision = ''
		WHERE violation_reward.state = 'declined'`, w.Report, w.Amount, w.Honour, w.Reason, w.ProposedBy, w.ProposedAt))
}

func setDecision(ctx context.Context, q db.Q, report, state, by, why string, now int64) error {
	return conflict(q.Exec(ctx, `UPDATE violation_reward SET state = $2, decided_by = $3, decided_at = $4, decision = $5
		WHERE report_id = $1 AND state = 'proposed'`, report, state, by, now, why))
}

func setCollected(ctx context.Context, q db.Q, report, day string) error {
	return conflict(q.Exec(ctx, "UPDATE violation_reward SET state = 'collected', collected_on = $2 WHERE report_id = $1 AND state = 'approved'", report, day))
}
