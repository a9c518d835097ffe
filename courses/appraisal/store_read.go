package appraisal

import (
	"context"
	"strings"

	"tongguan/courses/catalog"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

const recordColumns = `SELECT a.id, a.cycle_id, a.person_id, a.period, c.title_zh, c.title_en, a.state, a.since, a.seq, a.agreement, a.targets, a.simulated, a.hash,
	a.respond_by, a.entries, COALESCE(e.has_score, FALSE) AS has_score, COALESCE(e.score, 0) AS score, COALESCE(e.band, '') AS band, c.calibration_on
	FROM appraisal_record a JOIN appraisal_cycle c ON c.id = a.cycle_id LEFT JOIN appraisal_entry e ON e.record_id = a.id AND e.seq = a.entries `

type recordRow struct {
	Record
	TitleZH string `db:"title_zh"`
	TitleEN string `db:"title_en"`
	Until   string `db:"calibration_on"`
}

// record gives the record as it stands on a day.
func (r recordRow) record(today string) Record {
	r.Title = catalog.Text{ZH: r.TitleZH, EN: r.TitleEN}
	r.Record.Late = r.State == Calibration && r.Until < today || r.State == Disputed && r.RespondBy < today
	return r.Record
}

// late is the same as a condition; ? is the day.
const late = "(a.state = 'calibration' AND c.calibration_on < ? OR a.state = 'disputed' AND a.respond_by < ?)"

func recordByID(ctx context.Context, q db.Q, id, today string) (Record, error) {
	var r recordRow
	err := q.Get(ctx, &r, recordColumns+"WHERE a.id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return r.record(today), err
}

func recordsOf(ctx context.Context, q db.Q, person, today string) ([]Record, error) {
	var rows []recordRow
	err := q.Select(ctx, &rows, recordColumns+"WHERE a.person_id = $1 ORDER BY a.period DESC, a.id", person)
	return records(rows, today), err
}

func records(rows []recordRow, today string) []Record {
	out := make([]Record, len(rows))
	for i, r := range rows {
		out[i] = r.record(today)
	}
	return out
}

// recordsPage gives records in the order of their ids, of the people within reach. Where open is set, the band counts only
// of results that are open.
func recordsPage(ctx context.Context, q db.Q, reach people.Reach, f Filter, open bool, today string) ([]Record, error) {
	conditions, args := []string{"a.id > ?"}, []any{f.After}
	and := func(condition string, values ...any) {
		conditions, args = append(conditions, condition), append(args, values...)
	}
	if !reach.All {
		if len(reach.Teams) == 0 {
			return nil, nil
		}
		and("EXISTS (SELECT 1 FROM person p WHERE p.id = a.person_id AND p.team_id IN (?))", reach.Teams)
	}
	if f.Cycle != "" {
		and("a.cycle_id = ?", f.Cycle)
	}
	if f.Person != "" {
		and("a.person_id = ?", f.Person)
	}
	if f.State != "" {
		and("a.state = ?", string(f.State))
	}
	if f.Band != "" {
		and("e.has_score AND e.band = ?", f.Band)
		if open {
			and("a.state NOT IN ('targets', 'figures', 'reviews', 'calibration')")
		}
	}
	if f.Late {
		and(late, today, today)
	}
	query, args, err := db.In(recordColumns+"WHERE "+strings.Join(conditions, " AND ")+" ORDER BY a.id LIMIT ?", append(args, f.Size+1)...)
	if err != nil {
		return nil, err
	}
	var rows []recordRow
	err = q.Select(ctx, &rows, query, args...)
	return records(rows, today), err
}

// tallied is how many records of a cycle are alike.
type tallied struct {
	State     State     `db:"state"`
	Agreement Agreement `db:"agreement"`
	Whole     bool      `db:"whole"` // every item has its target
	Late      bool      `db:"late"`
	N         int       `db:"n"`
}

// tallyOf counts the records of a cycle; goals is how many items want a target.
func tallyOf(ctx context.Context, q db.Q, cycle, today string, goals int) (out []tallied, err error) {
	err = q.Select(ctx, &out, `SELECT state, agreement, whole, late, COUNT(*) AS n FROM (SELECT a.state, a.agreement, a.targets >= $3 AS whole,
				(a.state = 'calibration' AND c.calibration_on < $2 OR a.state = 'disputed' AND a.respond_by < $2) AS late
			FROM appraisal_record a JOIN appraisal_cycle c ON c.id = a.cycle_id WHERE a.cycle_id = $1) AS each_one
		GROUP BY state, agreement, whole, late`, cycle, today, goals)
	return out, err
}
