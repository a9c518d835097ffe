package reward

import (
	"context"
	"encoding/json"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

const columns = `r.id, r.person_id, r.kind, r.state, r.seq, r.derived, COALESCE(r.proposed_by, '') AS proposed_by, r.proposed_at, r.proposal,
	r.record_id, r.band, r.months, r.finding_id, r.words, r.clause, r.amount, COALESCE(r.decided_by, '') AS decided_by, r.decided_at, r.decision,
	r.object_until`

// row is a reward as it is kept.
type row struct {
	Reward
	Months string `db:"months"`
}

func (r row) whole() (Reward, error) {
	out := r.Reward
	return out, json.Unmarshal([]byte(r.Months), &out.Months)
}

func whole(rows []row) ([]Reward, error) {
	out := make([]Reward, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.whole(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// insert adds a proposal; false says that the same rule has proposed it for the same record.
func insert(ctx context.Context, q db.Q, r Reward) (bool, error) {
	if r.Months == nil {
		r.Months = []Month{}
	}
	months, err := json.Marshal(r.Months)
	if err != nil {
		return false, err
	}
	n, err := q.Exec(ctx, `INSERT INTO reward (id, person_id, kind, state, seq, derived, proposed_by, proposed_at, proposal, record_id, band, months, finding_id,
			words, clause)
		VALUES ($1, $2, $3, 'proposed', 0, $4, NULLIF(CAST($5 AS TEXT), ''), $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		r.ID, r.Person, string(r.Kind), r.Derived, r.ProposedBy, r.ProposedAt, r.Proposal, r.Record, r.Band, string(months), r.Finding, r.Words, r.Clause)
	return n == 1, err
}

// claim takes a reward from one state to another.
func claim(ctx context.Context, q db.Q, id string, from, to State) error {
	n, err := q.Exec(ctx, "UPDATE reward SET state = $3 WHERE id = $1 AND state = $2", id, string(from), string(to))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

func setDecision(ctx context.Context, q db.Q, id, by string, s said, now int64) error {
	_, err := q.Exec(ctx, `UPDATE reward SET decided_by = NULLIF(CAST($2 AS TEXT), ''), decided_at = $3, decision = $4, amount = $5, object_until = $6 WHERE id = $1`,
		id, by, now, s.reason, s.amount, s.until)
	return err
}

// addEntry adds the next entry of a reward that was claimed or inserted in the same transaction.
func addEntry(ctx context.Context, q db.Q, id string, e Entry) error {
	if _, err := q.Exec(ctx, "UPDATE reward SET seq = seq + 1 WHERE id = $1", id); err != nil {
		return err
	}
	_, err := q.Exec(ctx, `INSERT INTO reward_entry (reward_id, seq, act, before, after, by_id, reason, amount, at)
		SELECT r.id, r.seq, $2, $3, $4, NULLIF(CAST($5 AS TEXT), ''), $6, $7, $8 FROM reward r WHERE r.id = $1`,
		id, string(e.Act), string(e.Before), string(e.After), e.By, e.Reason, e.Amount, e.At)
	return err
}

func entries(ctx context.Context, q db.Q, id string) (all []Entry, err error) {
	err = q.Select(ctx, &all, `SELECT seq, act, before, after, COALESCE(by_id, '') AS by_id, reason, amount, at FROM reward_entry
		WHERE reward_id = $1 ORDER BY seq`, id)
	return all, err
}

func byID(ctx context.Context, q db.Q, id string) (Reward, error) {
	var r row
	err := q.Get(ctx, &r, "SELECT "+columns+" FROM reward r WHERE r.id = $1", id)
	if db.None(err) {
		return Reward{}, fault.New(fault.Missing, "error.missing")
	}
	if err != nil {
		return Reward{}, err
	}
	return r.whole()
}

func of(ctx context.Context, q db.Q, person string) ([]Reward, error) {
	var rows []row
	err := q.Select(ctx, &rows, "SELECT "+columns+` FROM reward r WHERE r.person_id = $1 AND r.state IN ('granted', 'objected', 'upheld', 'lifted')
		ORDER BY r.decided_at DESC, r.id DESC`, person)
	if err != nil {
		return nil, err
	}
	return whole(rows)
}

// list gives one more than a page of the rewards of all but one person, within reach. It reads the table of people along the way.
func list(ctx context.Context, q db.Q, but string, reach people.Reach, states []State, f Filter) ([]Reward, error) {
	query, args := "SELECT "+columns+", COALESCE(p.team_id, '') AS team_id FROM reward r JOIN person p ON p.id = r.person_id WHERE r.person_id <> ? AND r.state IN (?)", []any{but, names(states)}
	if !reach.All {
		query, args = query+" AND p.team_id IN (?)", append(args, reach.Teams)
	}
	if f.Kind != "" {
		query, args = query+" AND r.kind = ?", append(args, string(f.Kind))
	}
	if f.After != "" {
		query, args = query+" AND r.id < ?", append(args, f.After)
	}
	query, args, err := db.In(query+" ORDER BY r.id DESC LIMIT ?", append(args, f.Size+1)...)
	if err != nil {
		return nil, err
	}
	var rows []row
	if err := q.Select(ctx, &rows, query, args...); err != nil {
		return nil, err
	}
	return whole(rows)
}

func names(states []State) (out []string) {
	for _, s := range states {
		out = append(out, string(s))
	}
	return out
}

// due gives what people are reminded of: what waits for a decision, and what was granted since a moment.
func due(ctx context.Context, q db.Q, since int64) ([]Reward, error) {
	var rows []row
	err := q.Select(ctx, &rows, "SELECT "+columns+` FROM reward r WHERE r.state IN ('proposed', 'objected') OR r.state = 'granted' AND r.decided_at >= $1
		ORDER BY r.id`, since)
	if err != nil {
		return nil, err
	}
	return whole(rows)
}

// claimRequest notes that a form was sent; first says that it was not before. Otherwise it gives what was answered then.
func claimRequest(ctx context.Context, q db.Q, actor string, s sent) (answer string, first bool, err error) {
	var was request
	err = q.Get(ctx, &was, `INSERT INTO reward_request (id, actor_id, act, about, answer, sends) VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (id) DO UPDATE SET sends = reward_request.sends + 1 RETURNING actor_id, act, about, answer, sends`,
		s.request, actor, string(s.do), s.about, s.answer)
	if err != nil {
		return "", false, err
	}
	return was.Answer, was.Sends == 1, was.same(actor, s)
}

type request struct {
	Actor  string `db:"actor_id"`
	Act    string `db:"act"`
	About  string `db:"about"`
	Answer string `db:"answer"`
	Sends  int64  `db:"sends"`
}

// same refuses a request id under which something else was sent.
func (r request) same(actor string, s sent) error {
	if r.Actor != actor || r.Act != string(s.do) || r.About != s.about {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	return nil
}

// requestOf gives what a form was answered; false where it was not sent before.
func requestOf(ctx context.Context, q db.Q, actor string, s sent) (string, bool, error) {
	var was request
	err := q.Get(ctx, &was, "SELECT actor_id, act, about, answer, sends FROM reward_request WHERE id = $1", s.request)
	if db.None(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return was.Answer, true, was.same(actor, s)
}
