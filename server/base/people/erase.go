package people

import (
	"context"
	"strings"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// ByLogin gives the person with a login.
func (p *People) ByLogin(ctx context.Context, actor access.Actor, login string) (Person, error) {
	found, err := peopleByLogin(ctx, p.db.Read(), []string{FoldLogin(login)})
	if err != nil {
		return Person{}, err
	}
	one, ok := found[FoldLogin(login)]
	if !ok {
		return Person{}, fault.New(fault.Missing, "error.missing")
	}
	return one, p.Check(ctx, actor, access.SeePeople, one.ID)
}

// Erased says when a person's data were erased, in milliseconds since 1970 UTC; 0 where they were not.
func (p *People) Erased(ctx context.Context, id string) (at int64, err error) {
	err = p.db.Read().Get(ctx, &at, "SELECT COALESCE(erased_at, 0) FROM person WHERE id = $1", id)
	if db.None(err) {
		return 0, nil
	}
	return at, err
}

// ClaimErasure claims the account of somebody whose data are to be erased and gives it as it was. Only who is suspended
// can be erased, and only once. In the caller's transaction.
func (p *People) ClaimErasure(ctx context.Context, q db.Q, id string) (Person, error) {
	n, err := q.Exec(ctx, "UPDATE person SET erased_at = $2 WHERE id = $1 AND state = 'suspended' AND erased_at IS NULL", id, p.clock.Now())
	if err != nil {
		return Person{}, err
	}
	before, err := personByID(ctx, q, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "personal.not_suspended")
	}
	return before, err
}

// Erase leaves a pseudonym of an account whose erasure was claimed. In the caller's transaction.
func (p *People) Erase(ctx context.Context, q db.Q, id string) error {
	n := Pseudonym(id)
	_, err := q.Exec(ctx, `UPDATE person SET login = $2, name = $3, email = '', lang = 'zh', team_id = NULL, hired_on = NULL, password_hash = '',
		sort_key = $4, search_key = $5, version = version + 1 WHERE id = $1 AND erased_at IS NOT NULL`, id, n.Login, n.Name, sortKey(n.Name), n.searchKey())
	return err
}

// Pseudonym is what is left of a name and a login: the end of the id, which tells nothing.
func Pseudonym(id string) Person {
	short := strings.ToLower(id[max(0, len(id)-8):])
	return Person{ID: id, Login: "erased-" + strings.ToLower(id), Name: "已删除 (erased) " + short}
}
