package roleplay

import (
	"context"
	"encoding/json"
	"strconv"

	"tongguan/quizzes/scenario"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

type playRow struct {
	ID         string  `db:"id"`
	Person     string  `db:"person_id"`
	ScriptHash string  `db:"script_hash"`
	Script     string  `db:"script_id"`
	Mode       string  `db:"mode"`
	Rules      int     `db:"rules"`
	Engine     int     `db:"engine"`
	Seed       string  `db:"seed"`
	State      string  `db:"state"`
	Turns      int     `db:"turns"`
	Parent     *string `db:"parent_id"`
	ParentTurn *int    `db:"parent_turn"`
	Started    int64   `db:"started_at"`
	Deadline   *int64  `db:"deadline_at"`
	Closed     *int64  `db:"closed_at"`
	Hash       *string `db:"final_hash"`
	Score      *int64  `db:"score"`
	Passed     *bool   `db:"passed"`
	Profile    *string `db:"profile"`
	Judged     *string `db:"judged"`
}

const playColumns = `id, person_id, script_hash, script_id, mode, rules, engine, seed, state, turns, parent_id, parent_turn, started_at,
	deadline_at, closed_at, final_hash, score, passed, profile`

func (r playRow) play() Play {
	out := Play{ID: r.ID, Person: r.Person, Script: r.Script, ScriptHash: r.ScriptHash, Mode: r.Mode, Engine: r.Engine, State: r.State, Turns: r.Turns, Started: r.Started}
	out.Seed, _ = strconv.ParseUint(r.Seed, 10, 64) // written by Start
	if r.Parent != nil && r.ParentTurn != nil {
		out.Parent, out.ParentTurn = *r.Parent, *r.ParentTurn
	}
	if r.Deadline != nil {
		out.Deadline = *r.Deadline
	}
	if r.Closed != nil && r.Hash != nil && r.Score != nil && r.Passed != nil && r.Profile != nil {
		out.Closed, out.Hash, out.Score, out.Passed = *r.Closed, *r.Hash, scenario.Points(*r.Score), *r.Passed
		_ = json.Unmarshal([]byte(*r.Profile), &out.Profile) // written by finish
	}
	return out
}

type moveRow struct {
	ID     string `db:"play_id"`
	Number int    `db:"number"`
	Move   string `db:"move"`
	Hash   string `db:"hash"`
	Done   int64  `db:"done_at"`
}

func (m moveRow) move() (out scenario.Move, err error) {
	err = json.Unmarshal([]byte(m.Move), &out)
	return out, err
}

func keepScript(ctx context.Context, q db.Q, hash, id, text string, now int64) error {
	_, err := q.Exec(ctx, "INSERT INTO script (hash, id, text, first_seen) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING", hash, id, text, now)
	return err
}

func scriptText(ctx context.Context, q db.Q, hash string) (text string, err error) {
	err = q.Get(ctx, &text, "SELECT text FROM script WHERE hash = $1", hash)
	return text, err
}

// insertPlay begins a play; made is false where the person has an exam of this script open already.
func insertPlay(ctx context.Context, q db.Q, r playRow) (made bool, err error) {
	n, err := q.Exec(ctx, `INSERT INTO play (id, person_id, script_hash, script_id, mode, rules, engine, seed, state, turns, parent_id, parent_turn, started_at, deadline_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (person_id, script_id) WHERE mode = 'exam' AND state = 'open' DO NOTHING`,
		r.ID, r.Person, r.ScriptHash, r.Script, r.Mode, r.Rules, r.Engine, r.Seed, r.State, r.Turns, r.Parent, r.ParentTurn, r.Started, r.Deadline)
	return n == 1, err
}

// openExam is the exam of a script that a person has open; "" where there is none.
func openExam(ctx context.Context, q db.Q, person, script string) (id string, err error) {
	err = q.Get(ctx, &id, "SELECT id FROM play WHERE person_id = $1 AND script_id = $2 AND mode = 'exam' AND state = 'open'", person, script)
	if db.None(err) {
		return "", nil
	}
	return id, err
}

// claimMove claims an open play of the person's, in time, for its next move.
func claimMove(ctx context.Context, q db.Q, id, person string, number int, now int64) (r playRow, err error) {
	err = q.Get(ctx, &r, `UPDATE play SET turns = turns + 1 WHERE id = $1 AND person_id = $2 AND state = 'open' AND turns = $3
		AND (deadline_at IS NULL OR deadline_at >= $4) RETURNING `+playColumns, id, person, number, now)
	if !db.None(err) {
		return r, err
	}
	found, err := playByID(ctx, q, id)
	switch {
	case err != nil:
		return r, err
	case found.Person != person:
		return r, fault.New(fault.Missing, "error.missing")
	case found.State == Closed || found.Deadline != nil && *found.Deadline < now:
		return r, fault.New(fault.Conflict, "roleplay.closed")
	}
	return r, fault.New(fault.Conflict, "roleplay.elsewhere")
}

func claimPlayClose(ctx context.Context, q db.Q, id string, now int64) error {
	n, err := q.Exec(ctx, "UPDATE play SET state = 'closed', closed_at = $2 WHERE id = $1 AND state = 'open'", id, now)
	if err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "roleplay.closed")
}

func setPlayResult(ctx context.Context, q db.Q, id, hash string, score int64, passed bool, profile string) error {
	_, err := q.Exec(ctx, "UPDATE play SET final_hash = $2, score = $3, passed = $4, profile = $5 WHERE id = $1", id, hash, score, passed, profile)
	return err
}

func setPlayJudged(ctx context.Context, q db.Q, id, judged string) error {
	_, err := q.Exec(ctx, "UPDATE play SET judged = $2 WHERE id = $1 AND state = 'closed'", id, judged)
	return err
}

func insertMove(ctx context.Context, q db.Q, m moveRow) error {
	_, err := q.Exec(ctx, "INSERT INTO play_turn (play_id, number, move, hash, done_at) VALUES ($1, $2, $3, $4, $5)", m.ID, m.Number, m.Move, m.Hash, m.Done)
	return err
}

// movesOf gives the first moves of a play, in order.
func movesOf(ctx context.Context, q db.Q, id string, most int) (out []moveRow, err error) {
	err = q.Select(ctx, &out, "SELECT play_id, number, move, hash, done_at FROM play_turn WHERE play_id = $1 AND number < $2 ORDER BY number", id, most)
	return out, err
}

func copyMoves(ctx context.Context, q db.Q, from, to string, turns int) error {
	_, err := q.Exec(ctx, `INSERT INTO play_turn (play_id, number, move, hash, done_at)
		SELECT $2, number, move, hash, done_at FROM play_turn WHERE play_id = $1 AND number < $3`, from, to, turns)
	return err
}

func playByID(ctx context.Context, q db.Q, id string) (r playRow, err error) {
	err = q.Get(ctx, &r, "SELECT "+playColumns+", judged FROM play WHERE id = $1", id)
	if db.None(err) {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

func playsOf(ctx context.Context, q db.Q, person string) (out []playRow, err error) {
	err = q.Select(ctx, &out, "SELECT "+playColumns+" FROM play WHERE person_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2", person, latest)
	return out, err
}

func overdue(ctx context.Context, q db.Q, now int64) (ids []string, err error) {
	err = q.Select(ctx, &ids, "SELECT id FROM play WHERE state = 'open' AND deadline_at < $1 ORDER BY deadline_at LIMIT 200", now)
	return ids, err
}

func endedPlays(ctx context.Context, q db.Q) (ids []string, err error) {
	err = q.Select(ctx, &ids, "SELECT id FROM play WHERE state = 'closed' ORDER BY closed_at, id")
	return ids, err
}

func insertNote(ctx context.Context, q db.Q, n Note) error {
	_, err := q.Exec(ctx, "INSERT INTO play_note (id, play_id, turn, author_id, text, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
		n.ID, n.Play, n.Turn, n.Author, n.Text, n.Made)
	return err
}

func notesOf(ctx context.Context, q db.Q, play string) (out []Note, err error) {
	err = q.Select(ctx, &out, "SELECT id, play_id, turn, author_id, text, made_at FROM play_note WHERE play_id = $1 ORDER BY turn, made_at, id", play)
	return out, err
}

func setRating(ctx context.Context, q db.Q, r Rating, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO play_rating (play_id, rater_id, item, value, made_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (play_id, rater_id, item) DO UPDATE SET value = $4, made_at = $5`, r.Play, r.Rater, r.Item, r.Value, now)
	return err
}

func ratingsOf(ctx context.Context, q db.Q, play string) (out []Rating, err error) {
	err = q.Select(ctx, &out, "SELECT play_id, rater_id, item, value FROM play_rating WHERE play_id = $1 ORDER BY rater_id, item", play)
	return out, err
}

func allRatings(ctx context.Context, q db.Q) (out []Rating, err error) {
	err = q.Select(ctx, &out, "SELECT play_id, rater_id, item, value FROM play_rating ORDER BY play_id, item, rater_id")
	return out, err
}
