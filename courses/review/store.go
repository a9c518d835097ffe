package review

import (
	"context"
	"encoding/json"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// panel is a panel with what only the room knows of it.
type panel struct {
	Panel
	State, Salt string
	Shown       bool
}

type panelRow struct {
	ID       string `db:"id"`
	Cycle    string `db:"cycle"`
	Person   string `db:"person_id"`
	Items    string `db:"items"`
	MinShown int    `db:"min_shown"`
	Due      string `db:"due"`
	State    string `db:"state"`
	Shown    bool   `db:"shown"`
	Salt     string `db:"salt"`
}

const panelColumns = "id, cycle, person_id, items, min_shown, due, state, shown, salt"

func (r panelRow) panel() (panel, error) {
	items, err := readItems(r.Items)
	return panel{Panel{r.ID, r.Cycle, r.Person, items, r.MinShown, r.Due}, r.State, r.Salt, r.Shown}, err
}

func readItems(text string) (items []Item, err error) {
	return items, json.Unmarshal([]byte(text), &items)
}

func insertPanel(ctx context.Context, q db.Q, p Panel, salt string) error {
	items, err := json.Marshal(p.Items)
	if err != nil {
		return err
	}
	n, err := q.Exec(ctx, `INSERT INTO review_panel (id, cycle, person_id, items, min_shown, due, state, shown, salt)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', FALSE, $7) ON CONFLICT (id) DO NOTHING`, p.ID, p.Cycle, p.Person, string(items), p.MinShown, p.Due, salt)
	return only(n, err, "error.changed_meanwhile")
}

func only(n int64, err error, key string) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, key)
	}
	return err
}

func panelByID(ctx context.Context, q db.Q, id string) (panel, error) {
	var r panelRow
	err := q.Get(ctx, &r, "SELECT "+panelColumns+" FROM review_panel WHERE id = $1", id)
	if db.None(err) {
		err = missing()
	}
	if err != nil {
		return panel{}, err
	}
	return r.panel()
}

// claimPanel begins every change of an open panel.
func claimPanel(ctx context.Context, q db.Q, id string) error {
	n, err := q.Exec(ctx, "UPDATE review_panel SET writes = writes + 1 WHERE id = $1 AND state = 'open'", id)
	return only(n, err, "reviews.closed")
}

func closePanel(ctx context.Context, q db.Q, id string) error {
	n, err := q.Exec(ctx, "UPDATE review_panel SET state = 'closed', writes = writes + 1 WHERE id = $1 AND state = 'open'", id)
	return only(n, err, "reviews.closed")
}

func showPanel(ctx context.Context, q db.Q, id string) error {
	n, err := q.Exec(ctx, "UPDATE review_panel SET shown = TRUE WHERE id = $1 AND state = 'closed'", id)
	return only(n, err, "error.changed_meanwhile")
}

// closedPanels gives those of the panels that are closed, in order of their ids.
func closedPanels(ctx context.Context, q db.Q, ids []string) ([]panel, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []panelRow
	err := q.Select(ctx, &rows, "SELECT p.id, p.cycle, p.person_id, p.items, p.min_shown, p.due, p.state, p.shown, p.salt FROM {rows} JOIN review_panel p ON p.id = r.id WHERE p.state = 'closed' ORDER BY p.id",
		new(db.Rows).Text("id", ids))
	var out []panel
	for _, r := range rows {
		p, err := r.panel()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, err
}

// counted counts by panel and group who was asked and gave. A customer's link that was withdrawn was asked.
func counted(ctx context.Context, q db.Q, ids []string) (map[string]map[Group]Count, error) {
	var rows []struct {
		Panel string `db:"panel_id"`
		Side  Group  `db:"side"`
		Asked int    `db:"asked"`
		Given int    `db:"given"`
	}
	err := q.Select(ctx, &rows, `SELECT q.panel_id, q.side, count(*) AS asked, count(*) FILTER (WHERE q.version > 0) AS given
		FROM {rows} JOIN review_request q ON q.panel_id = r.id GROUP BY q.panel_id, q.side`, new(db.Rows).Text("id", ids))
	out := map[string]map[Group]Count{}
	for _, r := range rows {
		if out[r.Panel] == nil {
			out[r.Panel] = map[Group]Count{}
		}
		out[r.Panel][r.Side] = Count{r.Asked, r.Given}
	}
	return out, err
}

// byHand gives the panels in which a customer's link was not mailed, whether it was used or not: that would tell who has answered.
func byHand(ctx context.Context, q db.Q, ids []string) (map[string]bool, error) {
	var panels []string
	err := q.Select(ctx, &panels, `SELECT DISTINCT q.panel_id FROM {rows} JOIN review_request q ON q.panel_id = r.id WHERE q.side = 'customer' AND NOT q.mailed`,
		new(db.Rows).Text("id", ids))
	out := map[string]bool{}
	for _, id := range panels {
		out[id] = true
	}
	return out, err
}

// request is one who is asked.
type request struct {
	ID        string `db:"id"`
	Panel     string `db:"panel_id"`
	Side      Group  `db:"side"`
	Person    string `db:"person_id"` // "" for a customer
	Contact   string `db:"contact"`
	Hash      string `db:"token_hash"`
	Withdrawn bool   `db:"withdrawn"`
	Mailed    bool   `db:"mailed"`
	Form      string `db:"form_id"`
	Version   int64  `db:"version"`
}

const requestColumns = `id, panel_id, side, COALESCE(person_id, '') AS person_id, contact, COALESCE(token_hash, '') AS token_hash, withdrawn, mailed,
	COALESCE(form_id, '') AS form_id, version`

// insertRequest adds one; false says that the person is in the panel already, or that the form was sent before.
func insertRequest(ctx context.Context, q db.Q, one request) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO review_request (id, panel_id, side, person_id, contact, token_hash, mailed, form_id)
		VALUES ($1, $2, $3, NULLIF($4, ''), $5, NULLIF($6, ''), $7, NULLIF($8, '')) ON CONFLICT DO NOTHING`,
		one.ID, one.Panel, string(one.Side), one.Person, one.Contact, one.Hash, one.Mailed, one.Form)
	return n == 1, err
}

func deleteRequest(ctx context.Context, q db.Q, id string) error {
	n, err := q.Exec(ctx, "DELETE FROM review_request WHERE id = $1 AND version = 0", id)
	return only(n, err, "error.changed_meanwhile")
}

func requestByID(ctx context.Context, q db.Q, id string) (one request, err error) {
	err = q.Get(ctx, &one, "SELECT "+requestColumns+" FROM review_request WHERE id = $1", id)
	if db.None(err) {
		err = missing()
	}
	return one, err
}

func requestByToken(ctx context.Context, q db.Q, hash string) (one request, err error) {
	err = q.Get(ctx, &one, "SELECT "+requestColumns+" FROM review_request WHERE token_hash = $1", hash)
	if db.None(err) {
		err = missing()
	}
	return one, err
}

// requestByForm gives what a form has invited; an empty one where it was not sent.
func requestByForm(ctx context.Context, q db.Q, panel, form string) (one request, err error) {
	err = q.Get(ctx, &one, "SELECT "+requestColumns+" FROM review_request WHERE panel_id = $1 AND form_id = $2", panel, form)
	if db.None(err) {
		return request{}, nil
	}
	return one, err
}

// requestsOf is in order of asking, which ids sort by.
func requestsOf(ctx context.Context, q db.Q, panel string) (all []request, err error) {
	err = q.Select(ctx, &all, "SELECT "+requestColumns+" FROM review_request WHERE panel_id = $1 ORDER BY id", panel)
	return all, err
}

func replaceToken(ctx context.Context, q db.Q, id, hash string) error {
	n, err := q.Exec(ctx, "UPDATE review_request SET token_hash = $2 WHERE id = $1 AND version = 0 AND NOT withdrawn", id, hash)
	return only(n, err, "error.changed_meanwhile")
}

// withdraw ends a link; false says that it was withdrawn before or is none of the panel's.
func withdraw(ctx context.Context, q db.Q, panel, id string) (bool, error) {
	n, err := q.Exec(ctx, "UPDATE review_request SET withdrawn = TRUE WHERE id = $1 AND panel_id = $2 AND side = 'customer' AND NOT withdrawn", id, panel)
	return n == 1, err
}

func useLink(ctx context.Context, q db.Q, id, hash string) error {
	n, err := q.Exec(ctx, "UPDATE review_request SET version = 1 WHERE id = $1 AND token_hash = $2 AND version = 0 AND NOT withdrawn", id, hash)
	return only(n, err, "reviews.link_used")
}

// nextVersion counts a sheet of the person who was asked; Conflict where they are not any more.
func nextVersion(ctx context.Context, q db.Q, id, person string) (int64, error) {
	var v int64
	err := q.Get(ctx, &v, "UPDATE review_request SET version = version + 1 WHERE id = $1 AND person_id = $2 RETURNING version", id, person)
	if db.None(err) {
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return v, err
}

// loadsOf counts what each reviews as a colleague in a cycle.
func loadsOf(ctx context.Context, q db.Q, cycle string) (map[string]int, error) {
	var rows []struct {
		Person string `db:"person_id"`
		N      int    `db:"n"`
	}
	err := q.Select(ctx, &rows, `SELECT q.person_id, count(*) AS n FROM review_request q JOIN review_panel p ON p.id = q.panel_id
		WHERE p.cycle = $1 AND q.side = 'colleague' GROUP BY q.person_id`, cycle)
	out := map[string]int{}
	for _, r := range rows {
		out[r.Person] = r.N
	}
	return out, err
}

// mostTasks bounds the list of what somebody reviews.
const mostTasks = 300

// tasksOf gives what somebody was asked for, by the last day: what is open first. today is YYYY-MM-DD.
func tasksOf(ctx context.Context, q db.Q, person, today string) (all []Task, err error) {
	err = q.Select(ctx, &all, `SELECT id, panel_id, person_id, cycle, side, due, items, given, closed
		FROM (SELECT q.id, q.panel_id, p.person_id, p.cycle, q.side, p.due, p.items, q.version > 0 AS given, p.state = 'closed' OR p.due < $3 AS closed
			FROM review_request q JOIN review_panel p ON p.id = q.panel_id WHERE q.person_id = $1) AS t WHERE given OR NOT closed
		ORDER BY closed, CASE WHEN NOT closed THEN due END NULLS LAST, due DESC, id LIMIT $2`, person, mostTasks, today)
	return all, err
}

type debt struct {
	ID     string `db:"id"`
	Person string `db:"person_id"` // who owes it
	Of     string `db:"of_id"`     // who is reviewed
	Due    string `db:"due"`
}

// owed gives what can still be given on a day, YYYY-MM-DD, and was not.
func owed(ctx context.Context, q db.Q, day string) (all []debt, err error) {
	err = q.Select(ctx, &all, `SELECT q.id, q.person_id, p.person_id AS of_id, p.due
		FROM review_panel p JOIN review_request q ON q.panel_id = p.id
		WHERE p.state = 'open' AND q.person_id IS NOT NULL AND q.version = 0 AND p.due >= $1 ORDER BY p.due, q.id`, day)
	return all, err
}

// reviewers gives everybody who reviews somebody in a panel that is open.
func reviewers(ctx context.Context, q db.Q) (ids []string, err error) {
	err = q.Select(ctx, &ids, `SELECT DISTINCT q.person_id FROM review_panel p JOIN review_request q ON q.panel_id = p.id
		WHERE p.state = 'open' AND q.person_id IS NOT NULL`)
	return ids, err
}

// mostPanels bounds the list of those who look after panels.
const mostPanels = 300

// openPanels gives the open panels of those in reach, but not the reader's own. It reads the table of people along the way.
func openPanels(ctx context.Context, q db.Q, but string, reach people.Reach) (all []Desk, err error) {
	query, args := `SELECT p.id, p.person_id, p.cycle, p.due, count(q.id) AS asked, count(q.id) FILTER (WHERE q.version > 0) AS given
		FROM review_panel p LEFT JOIN review_request q ON q.panel_id = p.id JOIN person h ON h.id = p.person_id
		WHERE p.state = 'open' AND p.person_id <> ?`, []any{but}
	if !reach.All {
		query, args = query+" AND h.team_id IN (?)", append(args, append(reach.Teams, ""))
	}
	query, args, err = db.In(query+" GROUP BY p.id, p.person_id, p.cycle, p.due ORDER BY p.due, p.id LIMIT ?", append(args, mostPanels)...)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &all, query, args...)
	return all, err
}
