package external

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const columns = `t.id, t.person_id, t.title, t.provider, t.url, t.topic, t.starts_on, t.ends_on, t.cost, t.aim, t.state, t.share_days,
	COALESCE(t.decided_by, '') AS decided_by, t.decided_at, t.reason, t.files, t.taken_at, t.shared_at, t.asked_at`

// insert adds a request; false says that its form was sent before.
func insert(ctx context.Context, q db.Q, id, person string, r Request, request string, now int64) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO external_training (id, person_id, title, provider, url, topic, starts_on, ends_on, cost, aim, state,
			share_days, asked_at, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', $11, $12, $13) ON CONFLICT (request_id) DO NOTHING`,
		id, person, r.Title, r.Provider, r.URL, r.Topic, r.StartsOn, r.EndsOn, r.Cost, r.Aim, DefaultShareDays, now, request)
	return n == 1, err
}

func byRequest(ctx context.Context, q db.Q, request, person string) (id string, err error) {
	err = q.Get(ctx, &id, "SELECT id FROM external_training WHERE request_id = $1 AND person_id = $2", request, person)
	if db.None(err) {
		err = fault.New(fault.Invalid, "error.form_stale")
	}
	return id, err
}

func byID(ctx context.Context, q db.Q, id string) (t Training, err error) {
	err = q.Get(ctx, &t, "SELECT "+columns+" FROM external_training t WHERE t.id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return t, err
}

// claim takes a training through an act, from the one state that the act is of.
func claim(ctx context.Context, q db.Q, id string, do Act) error {
	m := moves[do]
	n, err := q.Exec(ctx, "UPDATE external_training SET state = $3 WHERE id = $1 AND state = $2", id, string(m.from), string(m.to))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return err
}

func setDecision(ctx context.Context, q db.Q, id, by string, d Decision, now int64) error {
	_, err := q.Exec(ctx, "UPDATE external_training SET decided_by = $2, decided_at = $3, reason = $4, share_days = $5 WHERE id = $1",
		id, by, now, d.Reason, d.ShareDays)
	return err
}

func setTaken(ctx context.Context, q db.Q, id string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE external_training SET taken_at = $2 WHERE id = $1", id, now)
	return err
}

// claimFiles makes room for one more proof; false says that there is none, or that proofs are not wanted now.
func claimFiles(ctx context.Context, q db.Q, id string) (bool, error) {
	n, err := q.Exec(ctx, `UPDATE external_training SET files = files + 1
		WHERE id = $1 AND state IN ('approved', 'taken') AND files < $2`, id, MaxFiles)
	return n == 1, err
}

func releaseFile(ctx context.Context, q db.Q, id string) error {
	_, err := q.Exec(ctx, "UPDATE external_training SET files = files - 1 WHERE id = $1", id)
	return err
}

// insertFile adds a file; false says that the same is there.
func insertFile(ctx context.Context, q db.Q, id string, f File, now int64) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO external_file (id, training_id, purpose, name, kind, size, hash, data, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (training_id, purpose, hash) DO NOTHING`,
		f.ID, id, f.Purpose, f.Name, f.Kind, f.Size, f.Hash, f.Data, now)
	return n == 1, err
}

func files(ctx context.Context, q db.Q, id, purpose string) (all []File, err error) {
	err = q.Select(ctx, &all, `SELECT id, purpose, name, kind, size, hash FROM external_file
		WHERE training_id = $1 AND purpose = $2 ORDER BY added_at, id`, id, purpose)
	return all, err
}

func fileByID(ctx context.Context, q db.Q, id, file string) (f File, err error) {
	err = q.Get(ctx, &f, "SELECT id, purpose, name, kind, size, hash, data FROM external_file WHERE training_id = $1 AND id = $2", id, file)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return f, err
}

func insertShare(ctx context.Context, q db.Q, id string, s Sharing, now int64) error {
	if _, err := q.Exec(ctx, "UPDATE external_training SET shared_at = $2 WHERE id = $1", id, now); err != nil {
		return err
	}
	_, err := q.Exec(ctx, `INSERT INTO external_share (training_id, form, title, text, talk_on, shared_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, s.Form, s.Title, s.Text, s.TalkOn, now)
	return err
}

// shared is a sharing without its text, which a list of all of them does not show.
const shared = `t.id, t.person_id, t.title AS training, t.provider, s.form, s.title, s.talk_on, s.shared_at,
		COALESCE(r.ratings, 0) AS ratings, COALESCE(r.stars, 0) AS stars
	FROM external_share s JOIN external_training t ON t.id = s.training_id
	LEFT JOIN (SELECT training_id, count(*) AS ratings, CAST(sum(stars) AS BIGINT) AS stars FROM external_rating GROUP BY training_id) r
		ON r.training_id = t.id `

func colleagues(ctx context.Context, q db.Q) (all []Colleague, err error) {
	err = q.Select(ctx, &all, "SELECT "+shared+"ORDER BY s.shared_at DESC, t.id")
	return all, err
}

func colleague(ctx context.Context, q db.Q, id string) (c Colleague, err error) {
	err = q.Get(ctx, &c, "SELECT s.text, "+shared+"WHERE t.id = $1", id)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return c, err
}

func ratings(ctx context.Context, q db.Q, id string) (all []Rating, err error) {
	err = q.Select(ctx, &all, `SELECT person_id, stars, comment, rated_at FROM external_rating
		WHERE training_id = $1 ORDER BY rated_at DESC, person_id`, id)
	return all, err
}

func setRating(ctx context.Context, q db.Q, id string, r Rating) error {
	_, err := q.Exec(ctx, `INSERT INTO external_rating (training_id, person_id, stars, comment, rated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (training_id, person_id) DO UPDATE SET stars = excluded.stars, comment = excluded.comment, rated_at = excluded.rated_at
		WHERE external_rating.stars <> excluded.stars OR external_rating.comment <> excluded.comment`, id, r.Person, r.Stars, r.Comment, r.RatedAt)
	return err
}

func of(ctx context.Context, q db.Q, person string) (all []Training, err error) {
	err = q.Select(ctx, &all, "SELECT "+columns+" FROM external_training t WHERE t.person_id = $1 ORDER BY t.asked_at DESC, t.id DESC", person)
	return all, err
}

// mostListed bounds the list of those who decide: what waits always comes first.
const mostListed = 500

// everyone gives the trainings of all but one person, of the people in some teams or, where teams is nil, of everybody. It
// reads the table of people along the way.
func everyone(ctx context.Context, q db.Q, but string, teams []string) (all []Training, err error) {
	query, args := "SELECT "+columns+" FROM external_training t JOIN person p ON p.id = t.person_id WHERE t.person_id <> ?", []any{but}
	if teams != nil {
		query, args = query+" AND p.team_id IN (?)", append(args, teams)
	}
	query, args, err = db.In(query+` ORDER BY CASE WHEN t.state = 'asked' THEN 0 ELSE 1 END, CASE WHEN t.state = 'asked' THEN t.asked_at ELSE -t.asked_at END, t.id
		LIMIT ?`, append(args, mostListed)...)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &all, query, args...)
	return all, err
}
