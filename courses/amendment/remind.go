package amendment

import (
	"context"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
	"tongguan/server/base/db"
)

// Remind is the source of what changes of the policy still ask of people; a renewal is told of by its certificate.
func (a *Amendments) Remind(ctx context.Context, _ []reminder.Person, day string) (map[string][]reminder.Item, error) {
	all, err := stillAsked(ctx, a.DB.Read())
	if err != nil || len(all) == 0 {
		return nil, err
	}
	out := map[string][]reminder.Item{}
	told := map[[2]string]bool{}
	for _, d := range all {
		due := a.Certificates.LastDayBefore(d.Due)
		if !reminder.Told(due, day) || told[[2]string{d.Person, d.Change}] { // once, however many certificates rest on it
			continue
		}
		told[[2]string{d.Person, d.Change}] = true
		out[d.Person] = append(out[d.Person], reminder.Item{Key: string(d.Todo), What: a.title(d.Clause), Due: due, Path: "/duties/" + d.Change})
	}
	return out, nil
}

// title is the number and the title of a clause.
func (a *Amendments) title(id string) catalog.Text {
	c := a.Catalog.Current().Clause(id)
	if c == nil {
		return catalog.Text{ZH: id, EN: id}
	}
	return catalog.Text{ZH: id + " " + c.Title.ZH, EN: id + " " + c.Title.EN}
}

// asked is one thing that a change still asks of somebody.
type asked struct {
	Change string `db:"change_id"`
	Person string `db:"person_id"`
	Clause string `db:"clause"`
	Todo   Offer  `db:"todo"`
	Due    int64  `db:"due_at"`
}

func stillAsked(ctx context.Context, q db.Q) (out []asked, err error) {
	err = q.Select(ctx, &out, `SELECT d.change_id, d.person_id, c.clause, d.todo, d.due_at FROM policy_duty d JOIN policy_change c ON c.id = d.change_id
		WHERE d.state IN ('open', 'late') AND d.todo IN ('confirm', 'delta') ORDER BY d.person_id, d.due_at, d.change_id`)
	return out, err
}
