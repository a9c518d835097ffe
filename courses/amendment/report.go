package amendment

import (
	"context"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Progress is a change with how far those are whom the reader may see.
type Progress struct {
	Change
	People, Open, Done, Late, Lapsed int // duties; People are who have any
}

// Asked counts the duties.
func (p Progress) Asked() int { return p.Open + p.Done + p.Late + p.Lapsed }

// Running says whether somebody has still something to do.
func (p Progress) Running() bool { return p.Spreading() || p.Open+p.Late > 0 }

// Percent is how many of those who had something to do have done it; who lost the certificate meanwhile has nothing to do.
func (p Progress) Percent() int {
	if n := p.Open + p.Done + p.Late; n > 0 {
		return p.Done * 100 / n
	}
	return 0
}

// Changes gives all changes, the latest first: to who may see everybody's certificates with everybody's duties, to managers
// with their people's.
func (a *Amendments) Changes(ctx context.Context, actor access.Actor) ([]Progress, error) {
	teams, err := a.sees(ctx, actor)
	if err != nil {
		return nil, err
	}
	q := a.DB.Read()
	all, err := changes(ctx, q, 0)
	if err != nil {
		return nil, err
	}
	counts, err := count(ctx, q, "", teams)
	if err != nil {
		return nil, err
	}
	out := make([]Progress, len(all))
	for i, c := range all {
		out[i] = progressOf(c, counts)
	}
	return out, nil
}

// Row is one duty with whose it is.
type Row struct {
	Duty
	Name string `db:"name"`
}

// Detail is one change with both wordings and the duties that the reader may see.
type Detail struct {
	Progress
	Before, Now Wording
	Publisher   string
	Rows        []Row // a page of them, what is late first
}

// Detail gives a change to who may see it. Of its duties it gives so many from one on, only those in a state unless it is "".
func (a *Amendments) Detail(ctx context.Context, actor access.Actor, id string, state State, from, most int) (d Detail, err error) {
	teams, err := a.sees(ctx, actor)
	if err != nil {
		return d, err
	}
	q := a.DB.Read()
	c, err := changeBy(ctx, q, id)
	if err != nil {
		return d, err
	}
	counts, err := count(ctx, q, id, teams)
	if err != nil {
		return d, err
	}
	d.Progress = progressOf(c, counts)
	if d.Before, d.Now, err = a.both(ctx, q, c); err != nil {
		return d, err
	}
	names, err := a.People.Names(ctx, []string{c.By})
	if err != nil {
		return d, err
	}
	d.Publisher = names[c.By]
	d.Rows, err = rows(ctx, q, id, state, teams, from, most)
	return d, err
}

// sees gives the teams whose duties the actor may see, nil for all. Who may see none is told that there is nothing.
func (a *Amendments) sees(ctx context.Context, actor access.Actor) ([]string, error) {
	if actor.May(access.SeeCertificate, access.Other) {
		return nil, nil
	}
	if !actor.May(access.SeeCertificate, access.Below) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	managed, err := a.Teams.ManagedBy(ctx, actor.ID)
	if err == nil && len(managed) == 0 {
		err = fault.New(fault.Missing, "error.missing")
	}
	teams := []string{}
	for id := range managed {
		teams = append(teams, id)
	}
	return teams, err
}

type counted struct {
	Change string `db:"change_id"`
	State  State  `db:"state"`
	Number int    `db:"number"`
	People int    `db:"people"`
}

func progressOf(c Change, all []counted) Progress {
	p := Progress{Change: c}
	for _, n := range all {
		if n.Change != c.ID {
			continue
		}
		p.People += n.People
		switch n.State {
		case Open:
			p.Open += n.Number
		case Done:
			p.Done += n.Number
		case Late:
			p.Late += n.Number
		case Lapsed:
			p.Lapsed += n.Number
		}
	}
	return p
}

// within restricts duties to the people of some teams; teams nil is everybody.
func within(query string, teams []string, args ...any) (string, []any) {
	if teams == nil {
		return query, args
	}
	return query + " AND p.team_id IN (?)", append(args, teams)
}

// count counts duties by change and state. It reads the table of people along the way: who may see whom is by team.
func count(ctx context.Context, q db.Q, change string, teams []string) (out []counted, err error) {
	query, args := within(`SELECT d.change_id, d.state, COUNT(*) AS number, COUNT(DISTINCT d.person_id) AS people
		FROM policy_duty d JOIN person p ON p.id = d.person_id WHERE (? = '' OR d.change_id = ?)`, teams, change, change)
	query, args, err = db.In(query+" GROUP BY d.change_id, d.state", args...)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

func rows(ctx context.Context, q db.Q, change string, state State, teams []string, from, most int) (out []Row, err error) {
	query, args := within("SELECT "+dutyColumns+`, p.name FROM policy_duty d JOIN person p ON p.id = d.person_id
		WHERE d.change_id = ? AND (? = '' OR d.state = ?)`, teams, change, string(state), string(state))
	query, args, err = db.In(query+` ORDER BY CASE d.state WHEN 'late' THEN 0 WHEN 'open' THEN 1 WHEN 'done' THEN 2 ELSE 3 END, p.sort_key, p.id, d.programme
		LIMIT ? OFFSET ?`, append(args, most, from)...)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}
