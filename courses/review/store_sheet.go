package review

import (
	"context"
	"encoding/json"

	"tongguan/courses/review/severity"
	"tongguan/server/base/db"
)

func insertSheet(ctx context.Context, q db.Q, k kept) error {
	marks, err := json.Marshal(k.Sheet.Marks)
	if err != nil {
		return err
	}
	comments, err := json.Marshal(k.Sheet.Comments)
	if err != nil {
		return err
	}
	total := 0
	for _, m := range k.Sheet.Marks {
		total += m
	}
	_, err = q.Exec(ctx, `INSERT INTO review_sheet (request_id, version, marks, comments, total, marked, salt, form_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, k.Request, k.Version, string(marks), string(comments), total, len(k.Sheet.Marks), k.Salt, k.Form)
	return err
}

func sheetByForm(ctx context.Context, q db.Q, id, form string) (there bool, err error) {
	err = q.Get(ctx, &there, "SELECT EXISTS (SELECT 1 FROM review_sheet WHERE request_id = $1 AND form_id = $2)", id, form)
	return there, err
}

type sheetRow struct {
	Panel    string `db:"panel_id"`
	Side     Group  `db:"side"`
	Reviewer string `db:"reviewer"`
	Marks    string `db:"marks"`
	Comments string `db:"comments"`
}

func (r sheetRow) sheet() (s Sheet, err error) {
	if err = json.Unmarshal([]byte(r.Marks), &s.Marks); err == nil {
		err = json.Unmarshal([]byte(r.Comments), &s.Comments)
	}
	return s, err
}

func sheetOf(ctx context.Context, q db.Q, id string, version int64) (Sheet, error) {
	var r sheetRow
	err := q.Get(ctx, &r, "SELECT '' AS panel_id, '' AS side, '' AS reviewer, marks, comments FROM review_sheet WHERE request_id = $1 AND version = $2", id, version)
	if err != nil {
		return Sheet{}, err
	}
	return r.sheet()
}

// keptOf gives every version of every sheet of a panel.
func keptOf(ctx context.Context, q db.Q, panel string) ([]kept, error) {
	var rows []struct {
		sheetRow
		Request string `db:"request_id"`
		Version int64  `db:"version"`
		Counts  bool   `db:"counts"`
		Salt    string `db:"salt"`
		Form    string `db:"form_id"`
	}
	err := q.Select(ctx, &rows, `SELECT q.panel_id, '' AS side, '' AS reviewer, s.marks, s.comments, s.request_id, s.version, s.version = q.version AS counts,
		s.salt, s.form_id FROM review_request q JOIN review_sheet s ON s.request_id = q.id WHERE q.panel_id = $1`, panel)
	if err != nil {
		return nil, err
	}
	out := make([]kept, len(rows))
	for i, r := range rows {
		s, err := r.sheet()
		if err != nil {
			return nil, err
		}
		out[i] = kept{Panel: r.Panel, Request: r.Request, Version: r.Version, Sheet: s, Salt: r.Salt, Form: r.Form, Counts: r.Counts}
	}
	return out, nil
}

// given is a sheet with its reviewer, who stays inside.
type given struct {
	Sheet
	Reviewer string
}

// sheetsOf gives the sheets that count by panel and group, in order of their salts: of nothing that anybody knows.
func sheetsOf(ctx context.Context, q db.Q, ids []string) (map[string]map[Group][]given, error) {
	var rows []sheetRow
	err := q.Select(ctx, &rows, `SELECT q.panel_id, q.side, COALESCE(q.person_id, '') AS reviewer, s.marks, s.comments
		FROM {rows} JOIN review_request q ON q.panel_id = r.id JOIN review_sheet s ON s.request_id = q.id AND s.version = q.version
		ORDER BY s.salt`, new(db.Rows).Text("id", ids))
	if err != nil {
		return nil, err
	}
	out := map[string]map[Group][]given{}
	for _, r := range rows {
		s, err := r.sheet()
		if err != nil {
			return nil, err
		}
		if out[r.Panel] == nil {
			out[r.Panel] = map[Group][]given{}
		}
		out[r.Panel][r.Side] = append(out[r.Panel][r.Side], given{s, r.Reviewer})
	}
	return out, nil
}

// cycleSheets gives what superiors and colleagues gave in all closed panels of a cycle. Customers review one person each:
// nothing can be known of their severity.
func cycleSheets(ctx context.Context, q db.Q, cycle string) ([]severity.Sheet, error) {
	var rows []struct {
		Person   string `db:"person_id"`
		Reviewer string `db:"reviewer"`
		Total    int64  `db:"total"`
		Marked   int64  `db:"marked"`
	}
	err := q.Select(ctx, &rows, `SELECT p.person_id, q.person_id AS reviewer, s.total, s.marked
		FROM review_panel p JOIN review_request q ON q.panel_id = p.id JOIN review_sheet s ON s.request_id = q.id AND s.version = q.version
		WHERE p.cycle = $1 AND p.state = 'closed' AND q.person_id IS NOT NULL`, cycle)
	out := make([]severity.Sheet, len(rows))
	for i, r := range rows {
		out[i] = severity.Sheet{Person: r.Person, Reviewer: r.Reviewer, Value: Points(r.Total, r.Marked)}
	}
	return out, err
}
