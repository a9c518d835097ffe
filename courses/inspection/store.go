package inspection

import (
	"context"
	"encoding/json"
	"fmt"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

func missing(err error) error {
	if db.None(err) {
		return fault.New(fault.Missing, "error.missing")
	}
	return err
}

func conflict(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

const settingColumns = "s.plan, s.version, s.every, s.size, COALESCE(s.responsible_id, '') AS responsible_id, s.reason, s.set_by, s.set_at"

func latestSettings(ctx context.Context, q db.Q) (map[string]Setting, error) {
	var all []Setting
	err := q.Select(ctx, &all, "SELECT "+settingColumns+" FROM inspection_setting s JOIN inspection_plan p ON p.plan = s.plan AND p.version = s.version")
	out := map[string]Setting{}
	for _, s := range all {
		out[s.Plan] = s
	}
	return out, err
}

func settings(ctx context.Context, q db.Q, plan string) (all []Setting, err error) {
	err = q.Select(ctx, &all, "SELECT "+settingColumns+" FROM inspection_setting s WHERE s.plan = $1 ORDER BY s.version DESC", plan)
	return all, err
}

// claimPlan takes a plan from the version that was seen to the next.
func claimPlan(ctx context.Context, q db.Q, plan string, seen int64) error {
	if _, err := q.Exec(ctx, "INSERT INTO inspection_plan (plan, version) VALUES ($1, 0) ON CONFLICT (plan) DO NOTHING", plan); err != nil {
		return err
	}
	return conflict(q.Exec(ctx, "UPDATE inspection_plan SET version = version + 1 WHERE plan = $1 AND version = $2", plan, seen))
}

func insertSetting(ctx context.Context, q db.Q, s Setting) error {
	_, err := q.Exec(ctx, `INSERT INTO inspection_setting (plan, version, every, size, responsible_id, reason, set_by, set_at)
		VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $7, $8)`, s.Plan, s.Version, string(s.Every), s.Size, s.Responsible, s.Reason, s.By, s.At)
	return err
}

func hasDue(ctx context.Context, q db.Q, plan, period string) (bool, error) {
	var n int
	err := q.Get(ctx, &n, "SELECT count(*) FROM inspection_due WHERE plan = $1 AND period = $2", plan, period)
	return n > 0, err
}

func insertDue(ctx context.Context, q db.Q, d Due) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO inspection_due (plan, period, every, starts_on, ends_on, fell_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (plan, period) DO NOTHING`, d.Plan, d.Key, string(d.Every), d.StartsOn, d.EndsOn, d.FellAt)
	return n == 1, err
}

const dueColumns = "plan, period, every, starts_on, ends_on, fell_at, round_id"

func dueBy(ctx context.Context, q db.Q, plan, period string) (d Due, err error) {
	err = q.Get(ctx, &d, "SELECT "+dueColumns+" FROM inspection_due WHERE plan = $1 AND period = $2", plan, period)
	return d, missing(err)
}

func waiting(ctx context.Context, q db.Q, since string) (all []Due, err error) {
	err = q.Select(ctx, &all, "SELECT "+dueColumns+" FROM inspection_due WHERE round_id = '' AND ends_on >= $1 ORDER BY ends_on, plan", since)
	return all, err
}

func claimDue(ctx context.Context, q db.Q, plan, period, round string) (bool, error) {
	n, err := q.Exec(ctx, "UPDATE inspection_due SET round_id = $3 WHERE plan = $1 AND period = $2 AND round_id = ''", plan, period, round)
	return n == 1, err
}

func roundByRequest(ctx context.Context, q db.Q, request, by string) (id string, err error) {
	err = q.Get(ctx, &id, "SELECT id FROM inspection_round WHERE request_id = $1 AND begun_by = $2", request, by)
	if db.None(err) {
		err = fault.New(fault.Conflict, "inspection.begun_already")
	}
	return id, err
}

func insertRound(ctx context.Context, q db.Q, r Round, request string) error {
	_, err := q.Exec(ctx, `INSERT INTO inspection_round (id, plan, period, text, size, population, population_size, population_hash, seed, state,
			begun_by, begun_at, closed_by, closed_at, figures, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULLIF($13, ''), $14, $15, $16)`, r.ID, r.Plan, r.Period, r.Text, r.Size, r.Population,
		r.PopulationSize, r.PopulationHash, r.Seed, r.State, r.BegunBy, r.BegunAt, r.ClosedBy, r.ClosedAt, r.Figures, request)
	return err
}

func insertSample(ctx context.Context, q db.Q, round string, number int, s Subject) error {
	_, err := q.Exec(ctx, `INSERT INTO inspection_sample (round_id, number, subject, person_id, title, address)
		VALUES ($1, $2, $3, NULLIF($4, ''), $5, $6)`, round, number, s.ID, s.Person, s.Title, s.Address)
	return err
}

const roundColumns = `r.id, r.plan, r.period, r.text, r.size, r.population_size, r.population_hash, r.seed, r.state, r.begun_by, r.begun_at,
	COALESCE(r.closed_by, '') AS closed_by, r.closed_at, r.conclusion, r.figures`

func roundByID(ctx context.Context, q db.Q, id string) (r Round, err error) {
	err = q.Get(ctx, &r, "SELECT "+roundColumns+", r.population FROM inspection_round r WHERE r.id = $1", id)
	return r, missing(err)
}

// recordsAgain claims the round that records have answered before, and brings its figures up to date.
func recordsAgain(ctx context.Context, q db.Q, plan, period, figures string) (r Round, err error) {
	if err := conflict(q.Exec(ctx, "UPDATE inspection_round SET figures = $3 WHERE plan = $1 AND period = $2", plan, period, figures)); err != nil {
		return r, err
	}
	err = q.Get(ctx, &r, "SELECT "+roundColumns+" FROM inspection_round r WHERE r.plan = $1 AND r.period = $2", plan, period)
	return r, missing(err)
}

func rounds(ctx context.Context, q db.Q, most int) (all []Round, err error) {
	err = q.Select(ctx, &all, "SELECT "+roundColumns+` FROM inspection_round r
		ORDER BY CASE WHEN r.state = 'running' THEN 0 ELSE 1 END, r.begun_at DESC, r.id LIMIT $1`, most)
	return all, err
}

func samplesOf(ctx context.Context, q db.Q, round string) (all []Sampled, err error) {
	err = q.Select(ctx, &all, `SELECT number, subject, COALESCE(person_id, '') AS person_id, title, address, answers, version,
			COALESCE(saved_by, '') AS saved_by, saved_at
		FROM inspection_sample WHERE round_id = $1 ORDER BY number`, round)
	for i := range all {
		if err := json.Unmarshal([]byte(all[i].JSON), &all[i].Answers); err != nil {
			return nil, fmt.Errorf("inspection: %w", err)
		}
	}
	return all, err
}

// claimRound holds a round in a state: whoever closes it waits, or this is refused.
func claimRound(ctx context.Context, q db.Q, id, state string) error {
	return conflict(q.Exec(ctx, "UPDATE inspection_round SET saves = saves + 1 WHERE id = $1 AND state = $2", id, state))
}

func claimClose(ctx context.Context, q db.Q, id, by, conclusion string, now int64) error {
	return conflict(q.Exec(ctx, `UPDATE inspection_round SET state = 'closed', closed_by = $2, closed_at = $3, conclusion = $4
		WHERE id = $1 AND state = 'running'`, id, by, now, conclusion))
}

func setAnswers(ctx context.Context, q db.Q, round string, s Sampled) error {
	return conflict(q.Exec(ctx, `UPDATE inspection_sample SET answers = $3, version = version + 1, saved_by = $4, saved_at = $5
		WHERE round_id = $1 AND number = $2 AND version = $6`, round, s.Number, s.JSON, s.SavedBy, s.SavedAt, s.Version))
}

// insertFinding adds a finding; false says that there is one of its origin or its form.
func insertFinding(ctx context.Context, q db.Q, f Finding, origin, request string) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO inspection_finding (id, plan, round_id, number, item, origin, training, title, clause, severity, owner_id, due_on, demand,
			state, version, raised_by, raised_at, request_id)
		VALUES ($1, $2, NULLIF($3, ''), $4, $5, NULLIF($6, ''), $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING`,
		f.ID, f.Plan, f.Round, f.Number, f.Item, origin, f.Training, f.Title, f.Clause, string(f.Severity), f.Owner, f.DueOn, f.Demand,
		string(f.State), f.Version, f.By, f.At, request)
	return n == 1, err
}

func findingBy(ctx context.Context, q db.Q, origin, request, owner string) (id string, err error) {
	err = q.Get(ctx, &id, `SELECT id FROM inspection_finding WHERE origin = $1 OR request_id = $2 AND owner_id = $3
		ORDER BY id LIMIT 1`, origin, request, owner)
	return id, missing(err)
}

const findingColumns = `f.id, f.plan, COALESCE(f.round_id, '') AS round_id, f.number, f.item, f.training, f.title, f.clause, f.severity, f.owner_id, f.due_on, f.demand,
	f.state, f.version, f.files, f.raised_by, f.raised_at, f.ended_at`

func findingByID(ctx context.Context, q db.Q, id string) (f Finding, err error) {
	err = q.Get(ctx, &f, "SELECT "+findingColumns+" FROM inspection_finding f WHERE f.id = $1", id)
	return f, missing(err)
}

func findingsOf(ctx context.Context, q db.Q, round string) (all []Finding, err error) {
	err = q.Select(ctx, &all, "SELECT "+findingColumns+" FROM inspection_finding f WHERE f.round_id = $1 ORDER BY f.number, f.id", round)
	return all, err
}

func pendingFindings(ctx context.Context, q db.Q) (all []Finding, err error) {
	err = q.Select(ctx, &all, "SELECT "+findingColumns+" FROM inspection_finding f WHERE f.state IN ('open', 'returned') ORDER BY f.due_on, f.id")
	return all, err
}

// claimFinding takes a finding through an act from the version that was seen, and gives the number of its line. An
// inspector who has become its owner meanwhile is refused here too.
func claimFinding(ctx context.Context, q db.Q, f Finding, d Deed, actor string, now int64) (seq int64, err error) {
	to, ok := Next(f.State, d.Do)
	if !ok {
		return 0, fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	ended := int64(0)
	if to == Verified {
		ended = now
	}
	err = q.Get(ctx, &seq, `UPDATE inspection_finding SET state = $3, version = version + 1, owner_id = $5, due_on = $6, ended_at = $7
		WHERE id = $1 AND state = $2 AND version = $4 AND (owner_id = $8) = $9 RETURNING version`,
		f.ID, string(f.State), string(to), d.Version, d.Owner, d.DueOn, ended, actor, d.Do == Rectify)
	if db.None(err) {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return seq, err
}

func insertStep(ctx context.Context, q db.Q, finding string, s Step) error {
	_, err := q.Exec(ctx, "INSERT INTO inspection_step (finding_id, seq, act, by_id, at, text, link) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		finding, s.Seq, string(s.Act), s.By, s.At, s.Text, s.Link)
	return err
}

func steps(ctx context.Context, q db.Q, finding string) (all []Step, err error) {
	err = q.Select(ctx, &all, "SELECT seq, act, by_id, at, text, link FROM inspection_step WHERE finding_id = $1 ORDER BY seq", finding)
	return all, err
}

func claimFile(ctx context.Context, q db.Q, id string) (bool, error) {
	n, err := q.Exec(ctx, "UPDATE inspection_finding SET files = files + 1 WHERE id = $1 AND state IN ('open', 'returned') AND files < $2", id, MaxFiles)
	return n == 1, err
}

func releaseFile(ctx context.Context, q db.Q, id string) error {
	_, err := q.Exec(ctx, "UPDATE inspection_finding SET files = files - 1 WHERE id = $1", id)
	return err
}

func insertFile(ctx context.Context, q db.Q, id string, f File, now int64) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO inspection_file (id, finding_id, name, kind, size, hash, data, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (finding_id, hash) DO NOTHING`, f.ID, id, f.Name, f.Kind, f.Size, f.Hash, f.Data, now)
	return n == 1, err
}

func files(ctx context.Context, q db.Q, id string) (all []File, err error) {
	err = q.Select(ctx, &all, "SELECT id, name, kind, size, hash FROM inspection_file WHERE finding_id = $1 ORDER BY added_at, id", id)
	return all, err
}

func fileByID(ctx context.Context, q db.Q, id, file string) (f File, err error) {
	err = q.Get(ctx, &f, "SELECT id, name, kind, size, hash, data FROM inspection_file WHERE finding_id = $1 AND id = $2", id, file)
	return f, missing(err)
}

// findings reads the table of people along the way.
func findings(ctx context.Context, q db.Q, s scope, f Filter, today string) (all []Finding, n int, err error) {
	where, args := "FROM inspection_finding f JOIN person p ON p.id = f.owner_id WHERE ", []any{}
	if s.reach.All {
		where += "TRUE"
	} else {
		where, args = where+"(f.owner_id = ?", append(args, s.owner)
		if s.hr {
			where += " OR f.training"
		}
		if len(s.reach.Teams) > 0 {
			where, args = where+" OR p.team_id IN (?)", append(args, s.reach.Teams)
		}
		where += ")"
	}
	if f.Pending {
		where += " AND f.state <> 'verified'"
	}
	if f.Late {
		where, args = where+" AND f.state IN ('open', 'returned') AND f.due_on < ?", append(args, today)
	}
	if f.Plan != "" {
		where, args = where+" AND f.plan = ?", append(args, f.Plan)
	}
	if f.Round != "" {
		where, args = where+" AND f.round_id = ?", append(args, f.Round)
	}
	count, bound, err := db.In("SELECT count(*) "+where, args...)
	if err != nil {
		return nil, 0, err
	}
	if err := q.Get(ctx, &n, count, bound...); err != nil {
		return nil, 0, err
	}
	page, bound, err := db.In("SELECT "+findingColumns+" "+where+` ORDER BY CASE f.state WHEN 'verified' THEN 1 ELSE 0 END, f.due_on, f.id LIMIT ? OFFSET ?`,
		append(args, f.Limit, max(0, f.From))...)
	if err != nil {
		return nil, 0, err
	}
	err = q.Select(ctx, &all, page, bound...)
	return all, n, err
}

func counts(ctx context.Context, q db.Q, today string, training bool) (c Counts, err error) {
	err = q.Get(ctx, &c, `SELECT count(*) FILTER (WHERE state IN ('open', 'returned')) AS pending,
			count(*) FILTER (WHERE state IN ('open', 'returned') AND due_on < $1) AS late,
			count(*) FILTER (WHERE state = 'rectified') AS waiting, count(*) FILTER (WHERE state = 'verified') AS done
		FROM inspection_finding WHERE training OR NOT $2`, today, training)
	return c, err
}
