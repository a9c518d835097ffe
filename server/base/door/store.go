package door

import (
	"context"
	"strings"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// account is what the door must know of a person.
type account struct {
	ID    string `db:"person_id"`
	Login string `db:"login"`
	Name  string `db:"name"`
	Lang  string `db:"lang"`
	Team  string `db:"team_id"`
	State string `db:"state"`
	Roles string `db:"roles"`
	Hash  string `db:"password_hash"`
}

func (a account) actor() access.Actor {
	return access.Actor{ID: a.ID, Name: a.Name, Login: a.Login, Lang: a.Lang, Team: a.Team, Roles: people.ParseRoles(a.Roles)}
}

const accountColumns = `p.id AS person_id, p.login, p.name, p.lang, COALESCE(p.team_id, '') AS team_id, p.state,
	COALESCE((SELECT string_agg(r.role, ' ') FROM person_role r WHERE r.person_id = p.id), '') AS roles`

// accountByLogin gives the zero account where there is none, so that both cost the same.
func accountByLogin(ctx context.Context, q db.Q, login string) (a account, err error) {
	err = q.Get(ctx, &a, "SELECT "+accountColumns+", p.password_hash FROM person p WHERE p.login = $1", login)
	if db.None(err) {
		return account{}, nil
	}
	return a, err
}

func accountByID(ctx context.Context, q db.Q, id string) (a account, err error) {
	err = q.Get(ctx, &a, "SELECT "+accountColumns+", p.password_hash FROM person p WHERE p.id = $1", id)
	if db.None(err) {
		return a, fault.New(fault.Missing, "error.missing")
	}
	return a, err
}

// claimAccount refuses when the account is no longer as it was when its password was looked at: hashing takes
// a while, in which it can be suspended or given another password.
func claimAccount(ctx context.Context, q db.Q, id, hash string) error {
	n, err := q.Exec(ctx, "UPDATE person SET version = version WHERE id = $1 AND password_hash = $2 AND state = 'active'", id, hash)
	if err == nil && n == 0 {
		return fault.New(fault.Denied, "door.wrong")
	}
	return err
}

func setPassword(ctx context.Context, q db.Q, person, phc string) error {
	n, err := q.Exec(ctx, `UPDATE person SET password_hash = $2, version = version + 1,
		state = CASE WHEN state = 'invited' THEN 'active' ELSE state END WHERE id = $1`, person, phc)
	if err == nil && n == 0 {
		return fault.New(fault.Missing, "error.missing")
	}
	return err
}

type sessionRow struct {
	ID      string `db:"id"`
	Created int64  `db:"created_at"`
	Seen    int64  `db:"seen_at"`
	Expires int64  `db:"expires_at"`
	Agent   string `db:"agent"`
	Address string `db:"address"`
	account
}

func (r sessionRow) session() Session {
	return Session{ID: r.ID, Actor: r.actor(), Created: r.Created, Seen: r.Seen, Expires: r.Expires, Agent: r.Agent, Address: r.Address}
}

const sessionColumns = "s.id, s.created_at, s.seen_at, s.expires_at, s.agent, s.address, "

func sessionByHash(ctx context.Context, q db.Q, hash string, now int64) (Session, error) {
	var r sessionRow
	err := q.Get(ctx, &r, "SELECT "+sessionColumns+accountColumns+` FROM session s JOIN person p ON p.id = s.person_id
		WHERE s.token_hash = $1 AND s.expires_at > $2 AND p.state = 'active'`, hash, now)
	if db.None(err) {
		return Session{}, fault.New(fault.Missing, "door.no_session")
	}
	return r.session(), err
}

func sessionsOf(ctx context.Context, q db.Q, person string, now int64) ([]Session, error) {
	var rows []sessionRow
	err := q.Select(ctx, &rows, "SELECT "+sessionColumns+accountColumns+` FROM session s JOIN person p ON p.id = s.person_id
		WHERE s.person_id = $1 AND s.expires_at > $2 ORDER BY s.seen_at DESC, s.id`, person, now)
	out := make([]Session, len(rows))
	for i, r := range rows {
		out[i] = r.session()
	}
	return out, err
}

// insertSession also clears away what has expired.
func insertSession(ctx context.Context, q db.Q, hash string, s Session) error {
	if _, err := q.Exec(ctx, "DELETE FROM session WHERE person_id = $1 AND expires_at <= $2", s.Actor.ID, s.Created); err != nil {
		return err
	}
	_, err := q.Exec(ctx, `INSERT INTO session (token_hash, id, person_id, created_at, seen_at, expires_at, agent, address)
		VALUES ($1, $2, $3, $4, $4, $5, $6, $7)`, hash, s.ID, s.Actor.ID, s.Created, s.Expires, s.Agent, s.Address)
	return err
}

func touch(ctx context.Context, q db.Q, id string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE session SET seen_at = $2 WHERE id = $1", id, now)
	return err
}

func endByHash(ctx context.Context, q db.Q, hash string) error {
	_, err := q.Exec(ctx, "DELETE FROM session WHERE token_hash = $1", hash)
	return err
}

func endSessions(ctx context.Context, q db.Q, query string, args ...any) error {
	_, err := q.Exec(ctx, query, args...)
	return err
}

// Failures within the window are counted together; from the allowed number on, each doubles the wait.
const (
	window         = 15 * time.Minute
	allowed        = 5  // of one login
	allowedAddress = 30 // of one address: a whole office may stand behind it
	allowedLooks   = 90 // at certificates, by whoever is not signed in, from one address
	longestBlock   = time.Hour
)

// blockedTill gives when the longer of the two names' blocks ends, or 0.
func blockedTill(ctx context.Context, q db.Q, name, address string) (till int64, err error) {
	err = q.Get(ctx, &till, "SELECT COALESCE(MAX(blocked_till), 0) FROM throttle WHERE name IN ($1, $2)", name, address)
	return till, err
}

// countFailure counts a failure of a name in one statement, so that two nodes never lose one, blocks the name
// from the allowed number on, and gives till when it was blocked before.
func countFailure(ctx context.Context, q db.Q, name string, now int64) (till int64, err error) {
	var r struct {
		Failures int64 `db:"failures"`
		Till     int64 `db:"blocked_till"`
	}
	if err := q.Get(ctx, &r, `INSERT INTO throttle (name, failures, since, blocked_till) VALUES ($1, 1, $2, 0)
		ON CONFLICT (name) DO UPDATE SET
			failures = CASE WHEN throttle.since < $3 THEN 1 ELSE throttle.failures + 1 END,
			since = CASE WHEN throttle.since < $3 THEN $2 ELSE throttle.since END
		RETURNING failures, blocked_till`, name, now, now-window.Milliseconds()); err != nil {
		return 0, err
	}
	if wait := blockFor(name, r.Failures); wait > 0 {
		_, err = q.Exec(ctx, "UPDATE throttle SET blocked_till = $2 WHERE name = $1 AND blocked_till < $2", name, now+wait.Milliseconds())
	}
	return r.Till, err
}

// blockFor is how long a name is blocked after its n-th failure: half a minute, then twice as long each time.
func blockFor(name string, n int64) time.Duration {
	allowed := int64(allowed)
	switch {
	case strings.HasPrefix(name, "address:"):
		allowed = allowedAddress
	case strings.HasPrefix(name, looks):
		allowed = allowedLooks
	}
	if n < allowed {
		return 0
	}
	return min(longestBlock, 30*time.Second<<min(n-allowed, 10))
}

// forget also clears away what has lost its meaning with time.
func forget(ctx context.Context, q db.Q, name string, now int64) error {
	_, err := q.Exec(ctx, "DELETE FROM throttle WHERE name = $1 OR (since < $2 AND blocked_till < $3)",
		name, now-window.Milliseconds(), now)
	return err
}

type link struct {
	Hash    string `db:"token_hash"`
	Purpose string `db:"purpose"`
	Person  string `db:"person_id"`
	Name    string `db:"name"`
	Login   string `db:"login"`
	Created int64  `db:"created_at"`
	Expires int64  `db:"expires_at"`
}

func replaceLink(ctx context.Context, q db.Q, l link) error {
	n, err := q.Exec(ctx, "UPDATE person SET version = version WHERE id = $1 AND state <> 'suspended'", l.Person)
	if err == nil && n == 0 {
		err = fault.New(fault.Missing, "error.missing")
	}
	if err != nil {
		return err
	}
	if _, err := q.Exec(ctx, "DELETE FROM one_time_link WHERE person_id = $1 AND used_at IS NULL", l.Person); err != nil {
		return err
	}
	_, err = q.Exec(ctx, `INSERT INTO one_time_link (token_hash, purpose, person_id, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, l.Hash, l.Purpose, l.Person, l.Created, l.Expires)
	return err
}

// stillGood is the condition under which an unused link works: the one for the first administrator only while
// there is nobody.
const stillGood = "l.used_at IS NULL AND l.expires_at > $2 AND (l.purpose <> 'first_admin' OR NOT EXISTS (SELECT 1 FROM person))"

// firstLink makes the link only while there is nobody, and makes earlier ones stop working.
func firstLink(ctx context.Context, q db.Q, l link) (bool, error) {
	if _, err := q.Exec(ctx, "DELETE FROM one_time_link WHERE purpose = 'first_admin' AND used_at IS NULL"); err != nil {
		return false, err
	}
	n, err := q.Exec(ctx, `INSERT INTO one_time_link (token_hash, purpose, created_at, expires_at)
		SELECT $1, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT) WHERE NOT EXISTS (SELECT 1 FROM person)`, l.Hash, l.Purpose, l.Created, l.Expires)
	return n == 1, err
}

func openLink(ctx context.Context, q db.Q, hash string, now int64) (l link, err error) {
	err = q.Get(ctx, &l, `SELECT l.token_hash, l.purpose, COALESCE(l.person_id, '') AS person_id, COALESCE(p.name, '') AS name,
			COALESCE(p.login, '') AS login, l.created_at, l.expires_at
		FROM one_time_link l LEFT JOIN person p ON p.id = l.person_id
		WHERE l.token_hash = $1 AND (p.id IS NULL OR p.state <> 'suspended') AND `+stillGood, hash, now)
	if db.None(err) {
		return l, fault.New(fault.Missing, "door.link_gone")
	}
	return l, err
}

// claimLink uses the link up, and with it every other one for the first administrator: two nodes that start at
// once can have made two.
func claimLink(ctx context.Context, q db.Q, hash string, now int64) error {
	n, err := q.Exec(ctx, "UPDATE one_time_link AS l SET used_at = $2 WHERE l.token_hash = $1 AND "+stillGood, hash, now)
	if err == nil && n == 0 {
		return fault.New(fault.Missing, "door.link_gone")
	}
	if err == nil {
		_, err = q.Exec(ctx, "DELETE FROM one_time_link WHERE purpose = 'first_admin' AND used_at IS NULL")
	}
	return err
}

func insertToken(ctx context.Context, q db.Q, person string, t Token) error {
	_, err := q.Exec(ctx, `INSERT INTO api_token (id, person_id, name, scopes, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, t.ID, person, t.Name, t.Joined, t.Created, t.Expires)
	return err
}

func accountByToken(ctx context.Context, q db.Q, id string, now int64) (account, string, error) {
	var r struct {
		account
		Scopes string `db:"scopes"`
	}
	err := q.Get(ctx, &r, "SELECT t.scopes, "+accountColumns+` FROM api_token t JOIN person p ON p.id = t.person_id
		WHERE t.id = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND p.state = 'active'`, id, now)
	return r.account, r.Scopes, err
}

func tokensOf(ctx context.Context, q db.Q, person string, now int64) (ts []Token, err error) {
	err = q.Select(ctx, &ts, `SELECT id, name, scopes, created_at, expires_at FROM api_token
		WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id`, person, now)
	for i := range ts {
		ts[i].Scopes = strings.Fields(ts[i].Joined)
	}
	return ts, err
}

func revokeToken(ctx context.Context, q db.Q, person, id string, now int64) error {
	n, err := q.Exec(ctx, "UPDATE api_token SET revoked_at = $3 WHERE id = $2 AND person_id = $1 AND revoked_at IS NULL", person, id, now)
	if err == nil && n == 0 {
		return fault.New(fault.Missing, "error.missing")
	}
	return err
}
