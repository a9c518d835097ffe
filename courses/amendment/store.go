package amendment

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

type force struct {
	Clause string `db:"clause"`
	Hash   string `db:"hash"`
	Since  int64  `db:"since"`
	Change string `db:"change_id"`
}

func inForce(ctx context.Context, q db.Q) (map[string]force, error) {
	var rows []force
	err := q.Select(ctx, &rows, "SELECT clause, hash, since, COALESCE(change_id, '') AS change_id FROM clause_in_force")
	out := make(map[string]force, len(rows))
	for _, r := range rows {
		out[r.Clause] = r
	}
	return out, err
}

func versionText(ctx context.Context, q db.Q, clause, hash string) (text string, err error) {
	err = q.Get(ctx, &text, "SELECT text FROM clause_version WHERE clause = $1 AND hash = $2", clause, hash)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return text, err
}

func putVersion(ctx context.Context, q db.Q, clause string, w Wording, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO clause_version (clause, hash, text, first_seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (clause, hash) DO NOTHING`, clause, w.Hash(), w.text(), now)
	return err
}

// putFirst puts a clause into force that never was, and says whether it did.
func putFirst(ctx context.Context, q db.Q, clause string, w Wording, now int64) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO clause_in_force (clause, hash, since) VALUES ($1, $2, $3) ON CONFLICT (clause) DO NOTHING`, clause, w.Hash(), now)
	if err != nil || n == 0 {
		return false, err
	}
	return true, putVersion(ctx, q, clause, w, now)
}

// claimClause puts another wording of a clause into force where the one that is, is the one that was expected.
func claimClause(ctx context.Context, q db.Q, clause, from, to string, now int64) (bool, error) {
	n, err := q.Exec(ctx, "UPDATE clause_in_force SET hash = $3, since = $4 WHERE clause = $1 AND hash = $2", clause, from, to, now)
	return n == 1, err
}

func nameChange(ctx context.Context, q db.Q, clause, change string) error {
	_, err := q.Exec(ctx, "UPDATE clause_in_force SET change_id = $2 WHERE clause = $1", clause, change)
	return err
}

// Change is one clause that came into force in another wording.
type Change struct {
	ID        string `db:"id"`
	Clause    string `db:"clause"`
	From      string `db:"from_hash"`
	To        string `db:"to_hash"`
	Offer     Offer  `db:"offer"`
	Deadline  string `db:"deadline"` // YYYY-MM-DD, the last day; "" where nothing is asked
	Due       int64  `db:"due_at"`   // when that day ends; 0 where nothing is asked
	Reason    string `db:"reason"`
	By        string `db:"published_by"`
	Published int64  `db:"published_at"`
	Passes    int    `db:"passes"`
	PassAt    int64  `db:"pass_at"` // 0: all holders were gone through
	After     string `db:"after_person"`
	AfterIn   string `db:"after_programme"`
}

// Spreading says whether holders are still being gone through for the first time.
func (c Change) Spreading() bool { return c.Offer != None && c.Passes == 0 }

const changeColumns = `id, clause, from_hash, to_hash, offer, COALESCE(deadline, '') AS deadline, COALESCE(due_at, 0) AS due_at, reason,
	published_by, published_at, passes, COALESCE(pass_at, 0) AS pass_at, after_person, after_programme`

func insertChange(ctx context.Context, q db.Q, c Change, request string) error {
	_, err := q.Exec(ctx, `INSERT INTO policy_change (id, clause, from_hash, to_hash, offer, deadline, due_at, reason, published_by, published_at, pass_at, request_id)
		VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), NULLIF(CAST($7 AS BIGINT), 0), $8, $9, $10, NULLIF(CAST($11 AS BIGINT), 0), $12)`,
		c.ID, c.Clause, c.From, c.To, c.Offer, c.Deadline, c.Due, c.Reason, c.By, c.Published, c.PassAt, request)
	return err
}

func changeOfRequest(ctx context.Context, q db.Q, request, by string) (id string, err error) {
	err = q.Get(ctx, &id, "SELECT id FROM policy_change WHERE request_id = $1 AND published_by = $2", request, by)
	if db.None(err) {
		return "", nil
	}
	return id, err
}

func changeBy(ctx context.Context, q db.Q, id string) (c Change, err error) {
	err = q.Get(ctx, &c, "SELECT "+changeColumns+" FROM policy_change WHERE id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return c, err
}

// changesOf gives those of one clause, the latest first.
func changesOf(ctx context.Context, q db.Q, clause string) (out []Change, err error) {
	err = q.Select(ctx, &out, "SELECT "+changeColumns+" FROM policy_change WHERE clause = $1 ORDER BY published_at DESC, id DESC", clause)
	return out, err
}

// changes gives all that were published since a moment, the latest first.
func changes(ctx context.Context, q db.Q, since int64) (out []Change, err error) {
	err = q.Select(ctx, &out, "SELECT "+changeColumns+" FROM policy_change WHERE published_at >= $1 ORDER BY published_at DESC, id DESC", since)
	return out, err
}

// passing gives the changes for which holders are to be gone through now.
func passing(ctx context.Context, q db.Q, now int64) (ids []string, err error) {
	err = q.Select(ctx, &ids, "SELECT id FROM policy_change WHERE pass_at IS NOT NULL AND pass_at <= $1 ORDER BY pass_at, id", now)
	return ids, err
}

// claimPass makes nodes that go through the same holders wait for each other; ok is false where there is no more to do.
func claimPass(ctx context.Context, q db.Q, id string, now int64) (c Change, ok bool, err error) {
	err = q.Get(ctx, &c, "UPDATE policy_change SET passes = passes WHERE id = $1 AND pass_at <= $2 RETURNING "+changeColumns, id, now)
	if db.None(err) {
		return c, false, nil
	}
	return c, err == nil, err
}

func setPass(ctx context.Context, q db.Q, c Change) error {
	_, err := q.Exec(ctx, `UPDATE policy_change SET passes = $2, pass_at = NULLIF(CAST($3 AS BIGINT), 0), after_person = $4, after_programme = $5 WHERE id = $1`,
		c.ID, c.Passes, c.PassAt, c.After, c.AfterIn)
	return err
}

// Duty is what a change asks of one person for one certificate.
type Duty struct {
	Change      string `db:"change_id"`
	Person      string `db:"person_id"`
	Programme   string `db:"programme"`
	Certificate string `db:"certificate"` // number of the one that is at stake
	Todo        Offer  `db:"todo"`
	State       State  `db:"state"`
	Due         int64  `db:"due_at"`
	Done        int64  `db:"done_at"` // 0 where it is not
	Late        int64  `db:"late_at"` // since when it is late, or was; 0 where it never was
	Line        int64  `db:"line"`    // of the ledger, where evidence did it
}

// State is how a duty stands.
type State string

// The states.
const (
	Open   State = "open"
	Done   State = "done"
	Late   State = "late"
	Lapsed State = "lapsed" // the certificate ended meanwhile
)

const dutyColumns = `d.change_id, d.person_id, d.programme, d.certificate, d.todo, d.state, d.due_at, COALESCE(d.done_at, 0) AS done_at,
	COALESCE(d.late_at, 0) AS late_at, COALESCE(d.line, 0) AS line`

// insertDuties writes duties that are not there yet, and gives how many it wrote.
func insertDuties(ctx context.Context, q db.Q, change string, todo Offer, all []Duty) (int64, error) {
	if len(all) == 0 {
		return 0, nil
	}
	var persons, programmes, certificates []string
	var due []int64
	for _, d := range all {
		persons, programmes, certificates, due = append(persons, d.Person), append(programmes, d.Programme), append(certificates, d.Certificate), append(due, d.Due)
	}
	return q.Exec(ctx, `INSERT INTO policy_duty (change_id, person_id, programme, certificate, todo, state, applied, due_at)
		SELECT CAST($1 AS TEXT), r.person, r.programme, r.certificate, CAST($2 AS TEXT), 'open', CAST($2 AS TEXT) <> 'full', r.due FROM {rows} WHERE true
		ON CONFLICT (change_id, person_id, programme) DO NOTHING`, change, string(todo),
		new(db.Rows).Text("person", persons).Text("programme", programmes).Text("certificate", certificates).Number("due", due))
}

// inherit takes as done what its person has done already for another certificate.
func inherit(ctx context.Context, q db.Q, change string) error {
	_, err := q.Exec(ctx, `UPDATE policy_duty SET state = 'done',
			done_at = (SELECT MIN(o.done_at) FROM policy_duty o WHERE o.change_id = $1 AND o.person_id = policy_duty.person_id AND o.state = 'done' AND o.line IS NOT NULL),
			line = (SELECT MIN(o.line) FROM policy_duty o WHERE o.change_id = $1 AND o.person_id = policy_duty.person_id AND o.state = 'done' AND o.line IS NOT NULL)
		WHERE change_id = $1 AND state = 'open' AND todo <> 'full' AND EXISTS
			(SELECT 1 FROM policy_duty o WHERE o.change_id = $1 AND o.person_id = policy_duty.person_id AND o.state = 'done' AND o.line IS NOT NULL)`, change)
	return err
}

// dutiesOf gives a person's duties of one change.
func dutiesOf(ctx context.Context, q db.Q, change, person string) (out []Duty, err error) {
	err = q.Select(ctx, &out, "SELECT "+dutyColumns+" FROM policy_duty d WHERE d.change_id = $1 AND d.person_id = $2 ORDER BY d.programme", change, person)
	return out, err
}

// dutiesIn gives a person's duties for the certificate of one programme.
func dutiesIn(ctx context.Context, q db.Q, person, programme string) (out []Duty, err error) {
	err = q.Select(ctx, &out, "SELECT "+dutyColumns+" FROM policy_duty d WHERE d.person_id = $1 AND d.programme = $2 ORDER BY d.change_id", person, programme)
	return out, err
}

// Asked is a duty with the change that it comes from.
type Asked struct {
	Duty
	Of Change `db:"of"`
}

const askedColumns = dutyColumns + `, c.id AS "of.id", c.clause AS "of.clause", c.from_hash AS "of.from_hash", c.to_hash AS "of.to_hash", c.offer AS "of.offer",
	COALESCE(c.deadline, '') AS "of.deadline", COALESCE(c.due_at, 0) AS "of.due_at", c.reason AS "of.reason", c.published_at AS "of.published_at"`

// waiting gives what a person has still to do, what is due first.
func waiting(ctx context.Context, q db.Q, person string) (out []Asked, err error) {
	err = q.Select(ctx, &out, "SELECT "+askedColumns+` FROM policy_duty d JOIN policy_change c ON c.id = d.change_id
		WHERE d.person_id = $1 AND d.state IN ('open', 'late') ORDER BY d.due_at, d.change_id, d.programme`, person)
	return out, err
}

// askedOf gives every duty that a certificate is at stake in, the latest change first.
func askedOf(ctx context.Context, q db.Q, person, certificate string) (out []Asked, err error) {
	err = q.Select(ctx, &out, "SELECT "+askedColumns+` FROM policy_duty d JOIN policy_change c ON c.id = d.change_id
		WHERE d.person_id = $1 AND d.certificate = $2 ORDER BY c.published_at DESC, d.change_id`, person, certificate)
	return out, err
}

func latestOf(ctx context.Context, q db.Q, person, clause string) (id string, err error) {
	err = q.Get(ctx, &id, `SELECT c.id FROM policy_duty d JOIN policy_change c ON c.id = d.change_id
		WHERE d.person_id = $1 AND c.clause = $2 ORDER BY c.published_at DESC, c.id DESC LIMIT 1`, person, clause)
	if db.None(err) {
		return "", nil
	}
	return id, err
}

// claimDone marks a duty done that is not, and says whether it did.
func claimDone(ctx context.Context, q db.Q, d Duty, at, line int64) (bool, error) {
	n, err := q.Exec(ctx, `UPDATE policy_duty SET state = 'done', done_at = $4, line = NULLIF(CAST($5 AS BIGINT), 0)
		WHERE change_id = $1 AND person_id = $2 AND programme = $3 AND state IN ('open', 'late')`, d.Change, d.Person, d.Programme, at, line)
	return n == 1, err
}

// claimLate marks a duty late whose time is up, and says whether it did.
func claimLate(ctx context.Context, q db.Q, d Duty, now int64) (bool, error) {
	n, err := q.Exec(ctx, `UPDATE policy_duty SET state = 'late', late_at = due_at
		WHERE change_id = $1 AND person_id = $2 AND programme = $3 AND state = 'open' AND due_at <= $4`, d.Change, d.Person, d.Programme, now)
	return n == 1, err
}

func setLapsed(ctx context.Context, q db.Q, d Duty) error {
	_, err := q.Exec(ctx, "UPDATE policy_duty SET state = 'lapsed', late_at = NULL WHERE change_id = $1 AND person_id = $2 AND programme = $3",
		d.Change, d.Person, d.Programme)
	return err
}

// claimApply says whether this is who brings the certificate's end forward.
func claimApply(ctx context.Context, q db.Q, d Duty) (bool, error) {
	n, err := q.Exec(ctx, `UPDATE policy_duty SET applied = TRUE
		WHERE change_id = $1 AND person_id = $2 AND programme = $3 AND certificate = $4 AND state = 'open' AND NOT applied`,
		d.Change, d.Person, d.Programme, d.Certificate)
	return n == 1, err
}

// moveDuty lets a duty go on for a later certificate.
func moveDuty(ctx context.Context, q db.Q, d Duty) error {
	_, err := q.Exec(ctx, `UPDATE policy_duty SET certificate = $4, due_at = $5, state = 'open', applied = todo <> 'full'
		WHERE change_id = $1 AND person_id = $2 AND programme = $3`, d.Change, d.Person, d.Programme, d.Certificate, d.Due)
	return err
}

// overdue gives open duties whose time is up, and toApply those whose certificate has still its old end; those due first.
func overdue(ctx context.Context, q db.Q, now int64, most int) (out []Asked, err error) {
	err = q.Select(ctx, &out, "SELECT "+askedColumns+` FROM policy_duty d JOIN policy_change c ON c.id = d.change_id
		WHERE d.state = 'open' AND d.due_at <= $1 ORDER BY d.due_at, d.change_id, d.person_id, d.programme LIMIT $2`, now, most)
	return out, err
}

func toApply(ctx context.Context, q db.Q, most int) (out []Asked, err error) {
	err = q.Select(ctx, &out, "SELECT "+askedColumns+` FROM policy_duty d JOIN policy_change c ON c.id = d.change_id
		WHERE d.state = 'open' AND NOT d.applied ORDER BY d.due_at, d.change_id, d.person_id, d.programme LIMIT $1`, most)
	return out, err
}

// lateOn counts what is overdue for a certificate, beside its own renewal.
func lateOn(ctx context.Context, q db.Q, person, certificate string) (n int, err error) {
	err = q.Get(ctx, &n, "SELECT COUNT(*) FROM policy_duty WHERE person_id = $1 AND certificate = $2 AND state = 'late' AND todo <> 'full'", person, certificate)
	return n, err
}
