package indicator

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const columns = `f.person_id, f.period, f.indicator, f.seq, f.value, f.source, f.note, f.by_id, f.at, COALESCE(i.name, '') AS file,
	f.withdrawn_by, f.withdrawn_at, f.withdrawn_why`

const from = ` FROM figure f LEFT JOIN figure_import i ON i.id = f.import_id `

// last says that there is no later version.
const last = `NOT EXISTS (SELECT 1 FROM figure l WHERE l.person_id = f.person_id AND l.period = f.period AND l.indicator = f.indicator AND l.seq > f.seq)`

// periods gives the places as rows, without their indicators; they are sorted and none stands twice where their caller saw to it.
func periods(places []Place) *db.Rows {
	persons, names := make([]string, len(places)), make([]string, len(places))
	for i, p := range places {
		persons[i], names[i] = p.Person, p.Period
	}
	return new(db.Rows).Text("person", persons).Text("period", names)
}

// claim takes the periods of people for a write, sorted and each once; open says whether none of them is frozen. Those that are stay
// unclaimed: nothing changes in them.
func claim(ctx context.Context, q db.Q, places []Place) (open bool, err error) {
	n, err := q.Exec(ctx, `INSERT INTO figure_period (person_id, period) SELECT r.person, r.period FROM {rows} WHERE TRUE ORDER BY r.person, r.period
		ON CONFLICT (person_id, period) DO UPDATE SET frozen_by = '' WHERE figure_period.frozen_by = ''`, periods(places))
	return n == int64(len(places)), err
}

func freeze(ctx context.Context, q db.Q, at Place, cycle string, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO figure_period (person_id, period, frozen_by, frozen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, period) DO UPDATE SET frozen_by = excluded.frozen_by, frozen_at = excluded.frozen_at
		WHERE figure_period.frozen_by = ''`, at.Person, at.Period, cycle, now)
	return err
}

// frozenBy gives by which appraisal each of the periods is frozen; those that are not are not there.
func frozenBy(ctx context.Context, q db.Q, places []Place) (map[Place]string, error) {
	var rows []struct {
		Place
		By string `db:"frozen_by"`
	}
	err := q.Select(ctx, &rows, `SELECT p.person_id, p.period, p.frozen_by FROM {rows} JOIN figure_period p ON p.person_id = r.person AND p.period = r.period
		WHERE p.frozen_by <> ''`, periods(places))
	out := map[Place]string{}
	for _, r := range rows {
		out[r.Place] = r.By
	}
	return out, err
}

func frozenFault(period, by string) error {
	return fault.New(fault.Conflict, "figure.frozen", "period", period, "cycle", by)
}

// latest gives the last version of every figure in the periods, withdrawn or not.
func latest(ctx context.Context, q db.Q, places []Place) (map[Place]Figure, error) {
	var all []Figure
	err := q.Select(ctx, &all, "SELECT "+columns+` FROM {rows} JOIN figure f ON f.person_id = r.person AND f.period = r.period
		LEFT JOIN figure_import i ON i.id = f.import_id WHERE `+last, periods(places))
	out := make(map[Place]Figure, len(all))
	for _, f := range all {
		out[f.Place] = f
	}
	return out, err
}

func counting(ctx context.Context, q db.Q, persons []string, period string) (all []Figure, err error) {
	err = q.Select(ctx, &all, "SELECT "+columns+` FROM {rows} JOIN figure f ON f.person_id = r.person
		LEFT JOIN figure_import i ON i.id = f.import_id WHERE f.period = $1 AND f.withdrawn_at = 0 AND `+last,
		period, new(db.Rows).Text("person", persons))
	return all, err
}

func versionsOf(ctx context.Context, q db.Q, person, period string) (all []Figure, err error) {
	err = q.Select(ctx, &all, "SELECT "+columns+from+"WHERE f.person_id = $1 AND f.period = $2 ORDER BY f.indicator, f.seq DESC", person, period)
	return all, err
}

func periodsOf(ctx context.Context, q db.Q, person string) (all []string, err error) {
	err = q.Select(ctx, &all, "SELECT DISTINCT period FROM figure WHERE person_id = $1 ORDER BY period DESC", person)
	return all, err
}

// byRequest gives what a form wrote before.
func byRequest(ctx context.Context, q db.Q, request string, wanted []Figure) (all []Figure, err error) {
	keys := make([]string, len(wanted))
	for i, f := range wanted {
		keys[i] = request + "/" + f.Indicator
	}
	err = q.Select(ctx, &all, "SELECT "+columns+` FROM {rows} JOIN figure f ON f.request_id = r.request LEFT JOIN figure_import i ON i.id = f.import_id`,
		new(db.Rows).Text("request", keys))
	return all, err
}

// insert adds versions, of a file or of a form.
func insert(ctx context.Context, q db.Q, all []Figure, file, request string) error {
	var persons, periods, indicators, sources, notes, by, requests []string
	var seqs, values, at []int64
	for _, f := range all {
		persons, periods, indicators = append(persons, f.Person), append(periods, f.Period), append(indicators, f.Indicator)
		sources, notes, by = append(sources, string(f.Source)), append(notes, f.Note), append(by, f.By)
		seqs, values, at = append(seqs, f.Seq), append(values, f.Value), append(at, f.At)
		key := ""
		if request != "" {
			key = request + "/" + f.Indicator
		}
		requests = append(requests, key)
	}
	n, err := q.Exec(ctx, `INSERT INTO figure (person_id, period, indicator, seq, value, source, note, by_id, at, import_id, request_id)
		SELECT r.person, r.period, r.indicator, r.seq, r.value, r.source, r.note, r.who, r.at, NULLIF($1, ''), NULLIF(r.request, '') FROM {rows} WHERE TRUE
		ON CONFLICT (request_id) DO NOTHING`, file,
		new(db.Rows).Text("person", persons).Text("period", periods).Text("indicator", indicators).Number("seq", seqs).Number("value", values).
			Text("source", sources).Text("note", notes).Text("who", by).Number("at", at).Text("request", requests))
	if err == nil && n != int64(len(all)) {
		err = fault.New(fault.Invalid, "error.form_stale") // the request is another form's
	}
	return err
}

func withdraw(ctx context.Context, q db.Q, f Figure, by, reason string, now int64) error {
	_, err := q.Exec(ctx, `UPDATE figure SET withdrawn_by = $5, withdrawn_at = $6, withdrawn_why = $7
		WHERE person_id = $1 AND period = $2 AND indicator = $3 AND seq = $4`, f.Person, f.Period, f.Indicator, f.Seq, by, now, reason)
	return err
}

func insertImport(ctx context.Context, q db.Q, id, by string, f done, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO figure_import (id, name, hash, figures, digest, by_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, f.name, f.hash, f.figures, f.digest, by, now)
	return err
}
