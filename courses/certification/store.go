package certification

import (
	"context"
	"slices"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const standingColumns = `person_id, programme, state, since, cause, enrolled, done, steps, COALESCE(next_due, '') AS next_due, fresh_from,
	COALESCE(certificate, '') AS certificate, COALESCE(window_at, 0) AS window_at, COALESCE(expires_at, 0) AS expires_at,
	COALESCE(grace_at, 0) AS grace_at, COALESCE(shaken_at, 0) AS shaken_at, seq`

// claimStandings locks a person's standings until the transaction ends: the job of time waits, or has been waited for.
func claimStandings(ctx context.Context, q db.Q, person string) error {
	_, err := q.Exec(ctx, "UPDATE standing SET seq = seq WHERE person_id = $1", person)
	return err
}

func standingsOf(ctx context.Context, q db.Q, persons []string) (out []Standing, err error) {
	for part := range slices.Chunk(persons, 500) {
		query, args, err := db.In("SELECT "+standingColumns+" FROM standing WHERE person_id IN (?) ORDER BY person_id, programme", part)
		if err != nil {
			return nil, err
		}
		var some []Standing
		if err := q.Select(ctx, &some, query, args...); err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func standingOf(ctx context.Context, q db.Q, person, programme string) (s Standing, err error) {
	err = q.Get(ctx, &s, "SELECT "+standingColumns+" FROM standing WHERE person_id = $1 AND programme = $2", person, programme)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return s, err
}

// putStanding writes a standing that is claimed, or the first one.
func putStanding(ctx context.Context, q db.Q, s Standing) error {
	_, next := s.passes(s.State)
	_, err := q.Exec(ctx, `INSERT INTO standing (person_id, programme, state, since, cause, enrolled, done, steps, next_due, fresh_from, certificate,
			window_at, expires_at, grace_at, next_at, seq, shaken_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULLIF($9, ''), $10, NULLIF($11, ''), NULLIF(CAST($12 AS BIGINT), 0), NULLIF(CAST($13 AS BIGINT), 0),
			NULLIF(CAST($14 AS BIGINT), 0), NULLIF(CAST($15 AS BIGINT), 0), $16, NULLIF(CAST($17 AS BIGINT), 0))
		ON CONFLICT (person_id, programme) DO UPDATE SET state = excluded.state, since = excluded.since, cause = excluded.cause,
			enrolled = excluded.enrolled, done = excluded.done, steps = excluded.steps, next_due = excluded.next_due, fresh_from = excluded.fresh_from,
			certificate = excluded.certificate, window_at = excluded.window_at, expires_at = excluded.expires_at, grace_at = excluded.grace_at,
			next_at = excluded.next_at, seq = excluded.seq, shaken_at = excluded.shaken_at`,
		s.Person, s.Programme, s.State, s.Since, s.Cause, s.Enrolled, s.Done, s.Steps, s.NextDue, s.FreshFrom, s.Certificate,
		s.Window, s.Expires, s.Grace, next, s.Seq, s.Shaken)
	return err
}

// insertTransitions writes what happened to a standing, numbered from first.
func insertTransitions(ctx context.Context, q db.Q, s Standing, first int64, changes []change, now int64) error {
	for i, ch := range changes {
		if _, err := q.Exec(ctx, `INSERT INTO transition (person_id, programme, seq, before, after, cause, certificate, line, actor_id, note, at, recorded_at)
			VALUES ($1, $2, $3, $4, $5, $6, NULLIF($7, ''), NULLIF(CAST($8 AS BIGINT), 0), NULLIF($9, ''), $10, $11, $12)`,
			s.Person, s.Programme, first+int64(i), ch.before, ch.after, ch.cause, ch.certificate, ch.line, ch.actor, ch.note, ch.at, now); err != nil {
			return err
		}
	}
	return nil
}

const certificateColumns = `number, serial, person_id, programme, version, issued_at, COALESCE(window_at, 0) AS window_at,
	COALESCE(expires_at, 0) AS expires_at, COALESCE(grace_at, 0) AS grace_at, COALESCE(score, -1) AS score, basis, basis_hash,
	COALESCE(issued_by, '') AS issued_by, ended, shows`

// claimIssue counts a certificate, and makes all that are issued at the same time wait for each other. It gives how many
// there were.
func claimIssue(ctx context.Context, q db.Q) (n int64, err error) {
	err = q.Get(ctx, &n, "UPDATE certificate_head SET issued = issued + 1 WHERE id = 1 RETURNING issued - 1")
	return n, err
}

func serialTaken(ctx context.Context, q db.Q, serial int64) (bool, error) {
	var n int
	err := q.Get(ctx, &n, "SELECT COUNT(*) FROM certificate WHERE serial = $1", serial)
	return n > 0, err
}

func listed(ctx context.Context, q db.Q) (n int, err error) {
	err = q.Get(ctx, &n, "SELECT COALESCE(MAX(serial), -1) + 1 FROM certificate")
	return n, err
}

// stopped gives the places in the status lists of all certificates in a state.
func stopped(ctx context.Context, q db.Q, state State, now int64) (out []int, err error) {
	err = q.Select(ctx, &out, `SELECT c.serial FROM standing s JOIN certificate c ON c.number = s.certificate WHERE s.state = $1
		UNION SELECT serial FROM certificate WHERE ended = 'revoked' AND $1 = 'revoked'
		UNION SELECT serial FROM certificate WHERE promised_at > $2 AND expires_at <= $2 AND ended <> 'superseded' AND $1 = 'suspended' ORDER BY 1`, state, now)
	return out, err
}

func insertCertificate(ctx context.Context, q db.Q, c Certificate) error {
	_, err := q.Exec(ctx, `INSERT INTO certificate (number, serial, person_id, programme, version, issued_at, window_at, expires_at, grace_at, score, basis,
			basis_hash, issued_by, ended, shows)
		VALUES ($1, $2, $3, $4, $5, $6, NULLIF(CAST($7 AS BIGINT), 0), NULLIF(CAST($8 AS BIGINT), 0), NULLIF(CAST($9 AS BIGINT), 0), NULLIF(CAST($10 AS BIGINT), -1), $11, $12, NULLIF($13, ''), '', $14)`,
		c.Number, c.Serial, c.Person, c.Programme, c.Version, c.IssuedAt, c.Window, c.Expires, c.Grace, c.Score, c.Basis, c.BasisHash, c.By, c.Shows)
	return err
}

func endCertificate(ctx context.Context, q db.Q, number string, how State) error {
	_, err := q.Exec(ctx, "UPDATE certificate SET ended = $2 WHERE number = $1", number, how)
	return err
}

func certificateBy(ctx context.Context, q db.Q, number string) (c Certificate, err error) {
	err = q.Get(ctx, &c, "SELECT "+certificateColumns+" FROM certificate WHERE number = $1", number)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return c, err
}

func certificatesOf(ctx context.Context, q db.Q, person string) (out []Certificate, err error) {
	err = q.Select(ctx, &out, "SELECT "+certificateColumns+" FROM certificate WHERE person_id = $1 ORDER BY issued_at DESC, number", person)
	return out, err
}

func setShows(ctx context.Context, q db.Q, person, number, shows string) error {
	n, err := q.Exec(ctx, "UPDATE certificate SET shows = $3 WHERE number = $2 AND person_id = $1", person, number, shows)
	if err == nil && n == 0 {
		err = fault.New(fault.Missing, "error.missing")
	}
	return err
}

// Transition is one change of a standing.
type Transition struct {
	Seq         int64  `db:"seq"`
	Before      State  `db:"before"` // "" at the first
	After       State  `db:"after"`
	Cause       Cause  `db:"cause"`
	Certificate string `db:"certificate"` // the one that was present then, or ""
	Line        int64  `db:"line"`        // of the ledger, where evidence was the cause
	Actor       string `db:"actor_id"`    // "" for rules and time
	Note        string `db:"note"`
	At          int64  `db:"at"` // when it took effect
	Recorded    int64  `db:"recorded_at"`
}

func transitionsOf(ctx context.Context, q db.Q, person, programme string) (out []Transition, err error) {
	err = q.Select(ctx, &out, `SELECT seq, before, after, cause, COALESCE(certificate, '') AS certificate, COALESCE(line, 0) AS line,
			COALESCE(actor_id, '') AS actor_id, note, at, recorded_at
		FROM transition WHERE person_id = $1 AND programme = $2 ORDER BY seq`, person, programme)
	return out, err
}

// claimTick makes the nodes that run the job wait for each other.
func claimTick(ctx context.Context, q db.Q, now int64) error {
	_, err := q.Exec(ctx, "UPDATE certificate_head SET ticked_at = $1 WHERE id = 1", now)
	return err
}

// dueStandings gives the standings that time changes by now, the earliest first, as far as time needs them.
func dueStandings(ctx context.Context, q db.Q, now int64, most int) (out []Standing, err error) {
	err = q.Select(ctx, &out, `SELECT person_id, programme, state, certificate, COALESCE(window_at, 0) AS window_at, COALESCE(expires_at, 0) AS expires_at,
			COALESCE(grace_at, 0) AS grace_at, seq
		FROM standing WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at LIMIT $2`, now, most)
	return out, err
}

// pass writes standings that time has changed, and says how many of them nobody else has changed since they were read.
func pass(ctx context.Context, q db.Q, all []passing) (int64, error) {
	var persons, programmes, states []string
	var since, was, seq, next []int64
	var last int64 // the latest moment that was due: it leads the database to these rows by the index of moments
	for _, p := range all {
		_, at := p.passes(p.State)
		persons, programmes, states = append(persons, p.Person), append(programmes, p.Programme), append(states, string(p.State))
		since, was, seq, next = append(since, p.Since), append(was, p.Seq-int64(len(p.changes))), append(seq, p.Seq), append(next, at)
		last = max(last, p.changes[0].at)
	}
	n, err := q.Exec(ctx, `UPDATE standing SET state = r.state, since = r.since, cause = 'time', seq = r.seq, next_at = NULLIF(r.next, 0),
			done = 0, next_due = NULL
		FROM {rows} WHERE standing.person_id = r.who AND standing.programme = r.what AND standing.seq = r.was
			AND standing.next_at IS NOT NULL AND standing.next_at <= $1`, last,
		new(db.Rows).Text("who", persons).Text("what", programmes).Text("state", states).Number("since", since).Number("was", was).Number("seq", seq).
			Number("next", next))
	if err != nil {
		return 0, err
	}
	return n, markSums(ctx, q, persons)
}

// insertPassed writes one transition for each change that time has brought.
func insertPassed(ctx context.Context, q db.Q, all []passing, now int64) error {
	var persons, programmes, before, after, certificates []string
	var seqs, at []int64
	for _, p := range all {
		p.each(func(seq int64, ch change) {
			persons, programmes, certificates = append(persons, p.Person), append(programmes, p.Programme), append(certificates, ch.certificate)
			before, after = append(before, string(ch.before)), append(after, string(ch.after))
			seqs, at = append(seqs, seq), append(at, ch.at)
		})
	}
	_, err := q.Exec(ctx, `INSERT INTO transition (person_id, programme, seq, before, after, cause, certificate, note, at, recorded_at)
		SELECT r.person, r.programme, r.seq, r.before, r.after, 'time', r.certificate, '', r.at, $1 FROM {rows}`, now,
		new(db.Rows).Text("person", persons).Text("programme", programmes).Number("seq", seqs).Text("before", before).Text("after", after).
			Text("certificate", certificates).Number("at", at))
	return err
}

// page is how many certificates are read at a time.
const page = 500

type listRow struct {
	Certificate
	Login   string `db:"login"`
	Present State  `db:"state"`
}

// certificatesBefore gives the certificates that come after one in the order of the list, the latest first.
func certificatesBefore(ctx context.Context, q db.Q, at int64, number string) (out []listRow, err error) {
	err = q.Select(ctx, &out, `SELECT c.number, c.serial, c.person_id, c.programme, c.version, c.issued_at, COALESCE(s.window_at, c.window_at, 0) AS window_at,
			COALESCE(s.expires_at, c.expires_at, 0) AS expires_at, COALESCE(s.grace_at, c.grace_at, 0) AS grace_at, COALESCE(c.score, -1) AS score,
			'' AS basis, c.basis_hash, COALESCE(c.issued_by, '') AS issued_by, c.ended, c.shows, p.login, COALESCE(s.state, c.ended) AS state
		FROM certificate c JOIN person p ON p.id = c.person_id LEFT JOIN standing s ON s.person_id = c.person_id AND s.programme = c.programme AND s.certificate = c.number
		WHERE (c.issued_at, c.number) < ($1, $2) ORDER BY c.issued_at DESC, c.number DESC LIMIT $3`, at, number, page)
	return out, err
}

// endingBefore gives the standings that can be renewed and will change by themselves before a moment.
func endingBefore(ctx context.Context, q db.Q, moment int64) (out []Standing, err error) {
	err = q.Select(ctx, &out, "SELECT "+standingColumns+` FROM standing
		WHERE next_at IS NOT NULL AND next_at < $1 AND state IN ('certified', 'expiring', 'grace') ORDER BY person_id, programme`, moment)
	return out, err
}
