package people

import (
	"context"
	"maps"
	"slices"
	"strings"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// columns reads a person with their roles in one row.
const columns = `p.id, p.login, p.name, p.email, p.lang, COALESCE(p.team_id, '') AS team_id,
	COALESCE(p.hired_on, '') AS hired_on, p.state, p.version,
	COALESCE((SELECT string_agg(r.role, ' ') FROM person_role r WHERE r.person_id = p.id), '') AS roles`

type row struct {
	ID      string `db:"id"`
	Login   string `db:"login"`
	Name    string `db:"name"`
	Email   string `db:"email"`
	Lang    string `db:"lang"`
	Team    string `db:"team_id"`
	HiredOn string `db:"hired_on"`
	State   string `db:"state"`
	Version int64  `db:"version"`
	Roles   string `db:"roles"`
}

func (r row) person() Person {
	return Person{ID: r.ID, Login: r.Login, Name: r.Name, Email: r.Email, Lang: r.Lang, Team: r.Team,
		HiredOn: r.HiredOn, State: r.State, Version: r.Version, Roles: ParseRoles(r.Roles)}
}

// ParseRoles reads roles separated by spaces, in their order.
func ParseRoles(s string) []access.Role {
	named := strings.Fields(s)
	var out []access.Role
	for _, r := range access.Roles() {
		if slices.Contains(named, string(r)) {
			out = append(out, r)
		}
	}
	return out
}

func personByID(ctx context.Context, q db.Q, id string) (Person, error) {
	var r row
	err := q.Get(ctx, &r, "SELECT "+columns+" FROM person p WHERE p.id = $1", id)
	if db.None(err) {
		return Person{}, fault.New(fault.Missing, "error.missing")
	}
	return r.person(), err
}

func peopleByLogin(ctx context.Context, q db.Q, logins []string) (map[string]Person, error) {
	out := map[string]Person{}
	for part := range slices.Chunk(logins, 500) {
		query, args, err := db.In("SELECT "+columns+" FROM person p WHERE p.login IN (?)", part)
		if err != nil {
			return nil, err
		}
		var rows []row
		if err := q.Select(ctx, &rows, query, args...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Login] = r.person()
		}
	}
	return out, nil
}

func teamOf(ctx context.Context, q db.Q, id string) (team string, err error) {
	err = q.Get(ctx, &team, "SELECT COALESCE(team_id, '') FROM person WHERE id = $1", id)
	if db.None(err) {
		return "", nil
	}
	return team, err
}

func names(ctx context.Context, q db.Q, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for part := range slices.Chunk(ids, 500) {
		query, args, err := db.In("SELECT id, name FROM person WHERE id IN (?)", part)
		if err != nil {
			return nil, err
		}
		var rows []struct{ ID, Name string }
		if err := q.Select(ctx, &rows, query, args...); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.ID] = r.Name
		}
	}
	return out, nil
}

func count(ctx context.Context, q db.Q) (n int, err error) {
	err = q.Get(ctx, &n, "SELECT count(*) FROM person")
	return n, err
}

// maxWords bounds a search: nobody types more, and SQLite refuses a condition of a thousand parts.
const maxWords = 20

// list filters in SQL, so that a company of ten thousand is paged by the database.
func list(ctx context.Context, q db.Q, f Filter) ([]Person, int, error) {
	if f.Teams != nil && len(f.Teams) == 0 {
		return nil, 0, nil
	}
	where := []string{"TRUE"}
	var args []any
	and := func(condition string, arg any) {
		where, args = append(where, condition), append(args, arg)
	}
	words := strings.Fields(fold(f.Text))
	for _, word := range words[:min(len(words), maxWords)] {
		and(`p.search_key LIKE ? ESCAPE '!'`, "%"+likeEscaper.Replace(word)+"%")
	}
	if f.Role != "" {
		and("EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id AND r.role = ?)", string(f.Role))
	}
	if f.State != "" {
		and("p.state = ?", f.State)
	}
	if f.Teams != nil {
		and("p.team_id IN (?)", slices.Sorted(maps.Keys(f.Teams)))
	}
	condition := " FROM person p WHERE " + strings.Join(where, " AND ")
	query, expanded, err := db.In("SELECT "+columns+condition+" ORDER BY p.sort_key, p.id LIMIT ? OFFSET ?",
		append(slices.Clone(args), f.Limit, f.From)...)
	if err != nil {
		return nil, 0, err
	}
	var rows []row
	if err := q.Select(ctx, &rows, query, expanded...); err != nil {
		return nil, 0, err
	}
	out := make([]Person, len(rows))
	for i, r := range rows {
		out[i] = r.person()
	}
	if f.From == 0 && len(out) < f.Limit {
		return out, len(out), nil
	}
	var total int
	if query, expanded, err = db.In("SELECT count(*)"+condition, args...); err != nil {
		return nil, 0, err
	}
	err = q.Get(ctx, &total, query, expanded...)
	return out, total, err
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func insert(ctx context.Context, q db.Q, n Person, now int64) (bool, error) {
	if err := knownTeam(ctx, q, n.Team); err != nil {
		return false, err
	}
	rows, err := q.Exec(ctx, `INSERT INTO person (id, login, name, email, lang, team_id, hired_on, state, sort_key, search_key, created_at)
		VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), NULLIF($7, ''), $8, $9, $10, $11) ON CONFLICT (login) DO NOTHING`,
		n.ID, n.Login, n.Name, n.Email, n.Lang, n.Team, n.HiredOn, n.State, sortKey(n.Name), n.searchKey(), now)
	if err != nil || rows == 0 {
		return false, err
	}
	return true, setRoles(ctx, q, n.ID, n.Roles)
}

func knownTeam(ctx context.Context, q db.Q, id string) error {
	var n int
	err := q.Get(ctx, &n, "SELECT count(*) FROM team WHERE id = $1", id)
	if err == nil && n == 0 && id != "" {
		return fault.New(fault.Invalid, "people.team_unknown").At("team")
	}
	return err
}

func setRoles(ctx context.Context, q db.Q, id string, roles []access.Role) error {
	if _, err := q.Exec(ctx, "DELETE FROM person_role WHERE person_id = $1", id); err != nil {
		return err
	}
	for _, r := range roles {
		if _, err := q.Exec(ctx, "INSERT INTO person_role (person_id, role) VALUES ($1, $2)", id, string(r)); err != nil {
			return err
		}
	}
	return nil
}

// claimAndReplace writes the person over the version they were read at, and gives what was there before.
func claimAndReplace(ctx context.Context, q db.Q, n Person) (before Person, err error) {
	rows, err := q.Exec(ctx, "UPDATE person SET version = version + 1 WHERE id = $1 AND version = $2", n.ID, n.Version)
	if err != nil {
		return before, err
	}
	if before, err = personByID(ctx, q, n.ID); err != nil {
		return before, err
	}
	if rows == 0 {
		return before, fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	if err := notErased(ctx, q, n.ID); err != nil {
		return before, err
	}
	if err := knownTeam(ctx, q, n.Team); err != nil {
		return before, err
	}
	var taken int
	if err := q.Get(ctx, &taken, "SELECT count(*) FROM person WHERE login = $1 AND id <> $2", n.Login, n.ID); err != nil {
		return before, err
	}
	if taken > 0 {
		return before, fault.New(fault.Invalid, "people.login_taken", "login", n.Login).At("login")
	}
	if _, err := q.Exec(ctx, `UPDATE person SET login = $2, name = $3, email = $4, lang = $5, team_id = NULLIF($6, ''),
		hired_on = NULLIF($7, ''), sort_key = $8, search_key = $9 WHERE id = $1`,
		n.ID, n.Login, n.Name, n.Email, n.Lang, n.Team, n.HiredOn, sortKey(n.Name), n.searchKey()); err != nil {
		return before, err
	}
	return before, setRoles(ctx, q, n.ID, n.Roles)
}

// anotherAdmin refuses a change after which nobody could administer. It locks the administrators that remain:
// of two who remove each other at once, one waits for the other or both wait and the database turns one back,
// who then finds nobody left.
func anotherAdmin(ctx context.Context, q db.Q) error {
	n, err := q.Exec(ctx, `UPDATE person SET version = version WHERE state = 'active'
		AND id IN (SELECT person_id FROM person_role WHERE role = 'admin')`)
	if err == nil && n == 0 {
		return fault.New(fault.Invalid, "people.last_admin").At("roles")
	}
	return err
}

// claimState moves the account to another state and gives the person as they were; who never chose a password
// goes back to being invited. Sessions end both ways: one that began while the person was being suspended must
// not come back to life with them.
func claimState(ctx context.Context, q db.Q, id, state string) (before Person, err error) {
	if _, err := q.Exec(ctx, "UPDATE person SET version = version + 1 WHERE id = $1", id); err != nil {
		return before, err
	}
	if before, err = personByID(ctx, q, id); err != nil {
		return before, err
	}
	if (before.State == Suspended) == (state == Suspended) {
		return before, fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	if err := notErased(ctx, q, id); err != nil {
		return before, err
	}
	if _, err := q.Exec(ctx, `UPDATE person SET state = CASE WHEN $2 = 'active' AND password_hash = '' THEN 'invited' ELSE $2 END
		WHERE id = $1`, id, state); err != nil {
		return before, err
	}
	_, err = q.Exec(ctx, "DELETE FROM session WHERE person_id = $1", id)
	return before, err
}

// notErased refuses to make a person again of the pseudonym that an erasure has left. The account is claimed.
func notErased(ctx context.Context, q db.Q, id string) error {
	var n int
	err := q.Get(ctx, &n, "SELECT count(*) FROM person WHERE id = $1 AND erased_at IS NOT NULL", id)
	if err == nil && n > 0 {
		return fault.New(fault.Conflict, "personal.erased_stays")
	}
	return err
}

func setLang(ctx context.Context, q db.Q, id, lang string) error {
	_, err := q.Exec(ctx, "UPDATE person SET lang = $2 WHERE id = $1", id, lang)
	return err
}

func countByTeam(ctx context.Context, q db.Q) (map[string]int, error) {
	var rows []struct {
		Team string `db:"team_id"`
		N    int    `db:"n"`
	}
	if err := q.Select(ctx, &rows, `SELECT team_id, count(*) AS n FROM person
		WHERE team_id IS NOT NULL AND state <> 'suspended' GROUP BY team_id`); err != nil {
		return nil, err
	}
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Team] = r.N
	}
	return out, nil
}
