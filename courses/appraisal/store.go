package appraisal

import (
	"context"
	"encoding/json"
	"fmt"

	"tongguan/courses/catalog"
	"tongguan/courses/composite"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// once claims a form that was sent. again says that it was done before, and what was answered then.
func once(ctx context.Context, q db.Q, request, actor, act, about, answer string) (again bool, before string, err error) {
	if request == "" || len(request) > 64 {
		return false, "", fault.New(fault.Invalid, "error.form_stale")
	}
	var r struct {
		Actor  string `db:"actor_id"`
		Act    string `db:"act"`
		About  string `db:"about"`
		Answer string `db:"answer"`
		Sends  int64  `db:"sends"`
	}
	err = q.Get(ctx, &r, `INSERT INTO appraisal_request (id, actor_id, act, about, answer, sends) VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (id) DO UPDATE SET sends = appraisal_request.sends + 1 RETURNING actor_id, act, about, answer, sends`,
		request, actor, act, about, answer)
	if err != nil || r.Sends == 1 {
		return false, answer, err
	}
	if r.Actor != actor || r.Act != act || r.About != about {
		return false, "", fault.New(fault.Invalid, "error.form_stale")
	}
	return true, r.Answer, nil
}

func setAnswer(ctx context.Context, q db.Q, request, answer string) error {
	_, err := q.Exec(ctx, "UPDATE appraisal_request SET answer = $2 WHERE id = $1", request, answer)
	return err
}

const cycleColumns = `c.id, c.scheme_id, c.title_zh, c.title_en, c.kind, c.period, c.scheme, c.scheme_hash, c.adapted, c.leniency, c.targets_on, c.figures_on,
	c.reviews_on, c.calibration_on, c.response_on, COALESCE(c.opened_by, '') AS opened_by, c.opened_at, c.closed_at`

type cycleRow struct {
	ID       string `db:"id"`
	SchemeID string `db:"scheme_id"`
	TitleZH  string `db:"title_zh"`
	TitleEN  string `db:"title_en"`
	Kind     string `db:"kind"`
	Period   string `db:"period"`
	Scheme   string `db:"scheme"`
	Hash     string `db:"scheme_hash"`
	Adapted  bool   `db:"adapted"`
	Leniency bool   `db:"leniency"`
	Deadlines
	OpenedBy string `db:"opened_by"`
	OpenedAt int64  `db:"opened_at"`
	ClosedAt int64  `db:"closed_at"`
}

func (r cycleRow) cycle() (Cycle, error) {
	c := Cycle{ID: r.ID, Title: catalog.Text{ZH: r.TitleZH, EN: r.TitleEN}, Kind: r.Kind, Period: r.Period, Deadlines: r.Deadlines, Hash: r.Hash, Adapted: r.Adapted,
		Leniency: r.Leniency, OpenedBy: r.OpenedBy, OpenedAt: r.OpenedAt, ClosedAt: r.ClosedAt, Scheme: new(composite.Scheme)}
	err := json.Unmarshal([]byte(r.Scheme), c.Scheme)
	c.Scheme.Hash = c.Scheme.Sum()
	return c, err
}

func insertCycle(ctx context.Context, q db.Q, c Cycle, scheme string) error {
	_, err := q.Exec(ctx, `INSERT INTO appraisal_cycle (id, scheme_id, title_zh, title_en, kind, period, scheme, scheme_hash, adapted, leniency, targets_on,
			figures_on, reviews_on, calibration_on, response_on, opened_by, opened_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, NULLIF($16, ''), $17)`,
		c.ID, c.Scheme.ID, c.Title.ZH, c.Title.EN, c.Kind, c.Period, scheme, c.Hash, c.Adapted, c.Leniency, c.Targets, c.Figures, c.Reviews, c.Calibration,
		c.Response, c.OpenedBy, c.OpenedAt)
	return err
}

func cycleByID(ctx context.Context, q db.Q, id string) (Cycle, error) {
	var r cycleRow
	err := q.Get(ctx, &r, "SELECT "+cycleColumns+" FROM appraisal_cycle c WHERE c.id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	if err != nil {
		return Cycle{}, err
	}
	return r.cycle()
}

func allCycles(ctx context.Context, q db.Q) ([]Cycle, error) {
	var rows []cycleRow
	if err := q.Select(ctx, &rows, "SELECT "+cycleColumns+" FROM appraisal_cycle c ORDER BY c.opened_at DESC, c.id DESC"); err != nil {
		return nil, err
	}
	out := make([]Cycle, len(rows))
	for i, r := range rows {
		c, err := r.cycle()
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// claimCycle makes whoever changes a cycle as a whole wait for each other; Conflict where it is closed.
func claimCycle(ctx context.Context, q db.Q, id string) error {
	n, err := q.Exec(ctx, "UPDATE appraisal_cycle SET moves = moves + 1 WHERE id = $1 AND closed_at = 0", id)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "appraisal.cycle_closed")
	}
	return err
}

func setDeadlines(ctx context.Context, q db.Q, id string, d Deadlines) error {
	_, err := q.Exec(ctx, `UPDATE appraisal_cycle SET targets_on = $2, figures_on = $3, reviews_on = $4, calibration_on = $5, response_on = $6 WHERE id = $1`,
		id, d.Targets, d.Figures, d.Reviews, d.Calibration, d.Response)
	return err
}

// setNext sets when time takes on the records of a cycle that are in a state and wait for time.
func setNext(ctx context.Context, q db.Q, cycle string, s State, at int64) error {
	_, err := q.Exec(ctx, "UPDATE appraisal_record SET next_at = $3 WHERE cycle_id = $1 AND state = $2 AND next_at IS NOT NULL", cycle, s, at)
	return err
}

// closeCycle notes that a cycle is over once its last record is closed.
func closeCycle(ctx context.Context, q db.Q, id string, now int64) error {
	_, err := q.Exec(ctx, `UPDATE appraisal_cycle SET closed_at = $2 WHERE id = $1 AND closed_at = 0
		AND NOT EXISTS (SELECT 1 FROM appraisal_record WHERE cycle_id = $1 AND state <> 'closed')`, id, now)
	return err
}

// takenBy gives those of the persons who have a record of a period.
func takenBy(ctx context.Context, q db.Q, period string, persons []string) (map[string]bool, error) {
	var ids []string
	err := q.Select(ctx, &ids, "SELECT person_id FROM appraisal_record JOIN {rows} ON r.person = person_id WHERE period = $1", period,
		new(db.Rows).Text("person", persons))
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// draft is a record about to be made.
type draft struct{ id, person, roles string }

// insertRecords makes records in their first state, and gives the ids of those that were made: who has one of the period
// already is left out.
func insertRecords(ctx context.Context, q db.Q, c Cycle, all []draft, now, next int64) (made []string, err error) {
	var ids, persons, roles []string
	for _, d := range all {
		ids, persons, roles = append(ids, d.id), append(persons, d.person), append(roles, d.roles)
	}
	err = q.Select(ctx, &made, `INSERT INTO appraisal_record (id, cycle_id, person_id, period, roles, state, since, seq, next_at, agreement)
		SELECT r.id, $1, r.person, $2, r.roles, 'targets', CAST($3 AS BIGINT), 1, CAST($4 AS BIGINT), 'open' FROM {rows} WHERE 1 = 1
		ON CONFLICT (person_id, period) DO NOTHING RETURNING id`, c.ID, c.Period, now, next,
		new(db.Rows).Text("id", ids).Text("person", persons).Text("roles", roles))
	return made, err
}

// setFigures keeps the frozen figures of records that were taken on in this transaction.
func setFigures(ctx context.Context, q db.Q, ids, figures []string, simulated []int64) error {
	_, err := q.Exec(ctx, `UPDATE appraisal_record SET figures = r.figures, simulated = r.simulated > 0 FROM {rows}
		WHERE appraisal_record.id = r.id AND appraisal_record.state = 'reviews' AND appraisal_record.figures = ''`,
		new(db.Rows).Text("id", ids).Text("figures", figures).Number("simulated", simulated))
	return err
}

// setResult keeps what was computed, once.
func setResult(ctx context.Context, q db.Q, id, inputs, result, hash string, simulated bool) error {
	n, err := q.Exec(ctx, `UPDATE appraisal_record SET inputs = $2, result = $3, hash = $4, simulated = (simulated OR $5)
		WHERE id = $1 AND state = 'calibration' AND hash = ''`, id, inputs, result, hash, simulated)
	if err == nil && n == 0 {
		err = fmt.Errorf("appraisal: record %s has a result already", id)
	}
	return err
}

// insertEntry adds a result to a record that counts as many as the entry follows on, in one of some states. False says that
// it counts others by now, or is in another state.
func insertEntry(ctx context.Context, q db.Q, record string, e Entry, in State) (bool, error) {
	n, err := q.Exec(ctx, "UPDATE appraisal_record SET entries = entries + 1 WHERE id = $1 AND entries = $2 AND state = $3", record, e.Seq-1, in)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = q.Exec(ctx, `INSERT INTO appraisal_entry (record_id, seq, kind, prior, had_score, before, has_score, score, band, by_id, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULLIF($10, ''), $11, $12)`,
		record, e.Seq, e.Kind, e.Prior, e.HadFrom, e.From, e.Has, e.To, e.Band, e.By, e.Reason, e.At)
	return true, err
}

func entriesOf(ctx context.Context, q db.Q, record string) (out []Entry, err error) {
	err = q.Select(ctx, &out, `SELECT seq, kind, prior, had_score, before, has_score, score, band, COALESCE(by_id, '') AS by_id, reason, at
		FROM appraisal_entry WHERE record_id = $1 ORDER BY seq`, record)
	return out, err
}

// awaken lets time show a record that has a result now.
func awaken(ctx context.Context, q db.Q, record string, next int64) error {
	_, err := q.Exec(ctx, "UPDATE appraisal_record SET next_at = $2 WHERE id = $1 AND state = 'calibration' AND next_at IS NULL", record, next)
	return err
}

// claimTargets claims a record whose targets are open in these states, with an agreement other than but, and gives how many
// steps they have.
func claimTargets(ctx context.Context, q db.Q, record string, measuringToo bool, but Agreement) (steps int64, err error) {
	err = q.Get(ctx, &steps, `UPDATE appraisal_record SET steps = steps WHERE id = $1 AND (state = 'targets' OR state = 'figures' AND $2) AND agreement <> $3
		RETURNING steps`, record, measuringToo, string(but))
	if db.None(err) {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return steps, err
}

// setAgreement counts the steps that were added and the items that have a target.
func setAgreement(ctx context.Context, q db.Q, record string, steps int64, is Agreement) error {
	_, err := q.Exec(ctx, `UPDATE appraisal_record SET steps = $2, agreement = $3,
		targets = (SELECT COUNT(DISTINCT item) FROM appraisal_target WHERE record_id = $1 AND kind = 'set') WHERE id = $1`, record, steps, string(is))
	return err
}

func insertStep(ctx context.Context, q db.Q, record string, s TargetStep) error {
	_, err := q.Exec(ctx, `INSERT INTO appraisal_target (record_id, seq, kind, item, value, text, by_id, at) VALUES ($1, $2, $3, $4, $5, $6, NULLIF($7, ''), $8)`,
		record, s.Seq, s.Kind, s.Item, s.Value, s.Text, s.By, s.At)
	return err
}

// goal is a step of somebody's targets, with the record it belongs to.
type goal struct {
	Record string `db:"record_id"`
	TargetStep
}

// stepsOf gives the steps of the targets of records, each record's in order.
func stepsOf(ctx context.Context, q db.Q, records []string) (map[string][]TargetStep, error) {
	var all []goal
	err := q.Select(ctx, &all, `SELECT t.record_id, t.seq, t.kind, t.item, t.value, t.text, COALESCE(t.by_id, '') AS by_id, t.at
		FROM appraisal_target t JOIN {rows} ON r.id = t.record_id ORDER BY t.record_id, t.seq`, new(db.Rows).Text("id", records))
	out := map[string][]TargetStep{}
	for _, g := range all {
		out[g.Record] = append(out[g.Record], g.TargetStep)
	}
	return out, err
}

func insertCertificates(ctx context.Context, q db.Q, record string, all []Certificate) error {
	for _, c := range all {
		if c.Number == "" || !c.Ruled {
			continue
		}
		if _, err := q.Exec(ctx, "INSERT INTO appraisal_certificate (number, record_id, holding) VALUES ($1, $2, $3)", c.Number, record, string(c.Holding)); err != nil {
			return err
		}
	}
	return nil
}

func usesOf(ctx context.Context, q db.Q, number string) (out []Use, err error) {
	err = q.Select(ctx, &out, `SELECT a.id, a.person_id, a.period, k.holding FROM appraisal_certificate k JOIN appraisal_record a ON a.id = k.record_id
		WHERE k.number = $1 ORDER BY a.period DESC, a.id`, number)
	return out, err
}

// monthly is the result of a closed month.
type monthly struct {
	Person string `db:"person_id"`
	Record string `db:"id"`
	Period string `db:"period"`
	Score  int64  `db:"score"`
	Hash   string `db:"hash"`

	Simulated bool `db:"simulated"`
}

// monthsOf gives the results of the closed months of a year, by person, in order.
func monthsOf(ctx context.Context, q db.Q, persons []string, year string) (map[string][]Month, error) {
	var all []monthly
	err := q.Select(ctx, &all, `SELECT a.person_id, a.id, a.period, e.score, a.hash, a.simulated
		FROM appraisal_record a JOIN {rows} ON r.person = a.person_id JOIN appraisal_entry e ON e.record_id = a.id AND e.seq = a.entries
		WHERE a.state = 'closed' AND e.has_score AND a.period > $1 AND a.period < $2 ORDER BY a.person_id, a.period`, year+"-", year+"-99",
		new(db.Rows).Text("person", persons))
	out := map[string][]Month{}
	for _, m := range all {
		out[m.Person] = append(out[m.Person], Month{m.Record, m.Period, m.Score, m.Hash, m.Simulated})
	}
	return out, err
}

// last is somebody's last closed record of a scheme.
type last struct {
	Person string `db:"person_id"`
	Record string `db:"id"`
	Result string `db:"result"`

	Simulated bool `db:"simulated"`
}

func lastClosed(ctx context.Context, q db.Q, persons []string, scheme, before string) (map[string]last, error) {
	var all []last
	err := q.Select(ctx, &all, `SELECT person_id, id, result, simulated FROM (SELECT a.person_id, a.id, a.result, a.simulated,
				ROW_NUMBER() OVER (PARTITION BY a.person_id ORDER BY a.period DESC) AS place
			FROM appraisal_record a JOIN {rows} ON r.person = a.person_id JOIN appraisal_cycle c ON c.id = a.cycle_id
			WHERE a.state = 'closed' AND c.scheme_id = $1 AND a.period < $2) AS lately WHERE place = 1`, scheme, before, new(db.Rows).Text("person", persons))
	out := map[string]last{}
	for _, l := range all {
		out[l.Person] = l
	}
	return out, err
}

// proof is what a record was computed from and to.
type proof struct {
	Figures string `db:"figures"`
	Inputs  string `db:"inputs"`
	Result  string `db:"result"`
	Hash    string `db:"hash"`
	Steps   int64  `db:"steps"`
}

// nonce is the chance in what a record was computed from, "" where there is none.
func (p proof) nonce() string {
	var in struct {
		Nonce string `json:"nonce"`
	}
	if json.Unmarshal([]byte(p.Inputs), &in) != nil {
		return ""
	}
	return in.Nonce
}

func proofOf(ctx context.Context, q db.Q, record string) (p proof, err error) {
	err = q.Get(ctx, &p, "SELECT figures, inputs, result, hash, steps FROM appraisal_record WHERE id = $1", record)
	return p, err
}
