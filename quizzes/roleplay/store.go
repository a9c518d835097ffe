package roleplay

import (
	"context"
	"strconv"

	"tongguan/quizzes/pipeline"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

type row struct {
	ID         string  `db:"id"`
	Person     string  `db:"person_id"`
	WorldHash  string  `db:"world_hash"`
	World      string  `db:"world_name"`
	Engine     int     `db:"engine"`
	Seed       string  `db:"seed"`
	State      string  `db:"state"`
	Turns      int     `db:"turns"`
	Parent     *string `db:"parent_id"`
	ParentTurn *int    `db:"parent_turn"`
	Started    int64   `db:"started_at"`
	Closed     *int64  `db:"closed_at"`
	Hash       *string `db:"final_hash"`
	Value      *int64  `db:"value"`
	Judged     *string `db:"judged"`
}

const columns = "id, person_id, world_hash, world_name, engine, seed, state, turns, parent_id, parent_turn, started_at, closed_at, final_hash, value"

func (r row) rehearsal() Rehearsal {
	out := Rehearsal{ID: r.ID, Person: r.Person, World: r.World, WorldHash: r.WorldHash, Engine: r.Engine, State: r.State, Turns: r.Turns, Started: r.Started}
	out.Seed, _ = strconv.ParseUint(r.Seed, 10, 64) // written by Start
	if r.Parent != nil && r.ParentTurn != nil {
		out.Parent, out.ParentTurn = *r.Parent, *r.ParentTurn
	}
	if r.Closed != nil && r.Hash != nil && r.Value != nil {
		out.Closed, out.Hash, out.Value = *r.Closed, *r.Hash, *r.Value
	}
	return out
}

type turnRow struct {
	ID      string `db:"rehearsal_id"`
	Number  int    `db:"number"`
	Act     string `db:"act"`
	Account int    `db:"account"`
	Arg     int64  `db:"arg"`
	Hash    string `db:"hash"`
	Done    int64  `db:"done_at"`
}

// act is the engine's; a name that it does not know is an act that it refuses.
func (t turnRow) act() pipeline.Act {
	kind, ok := pipeline.ActNamed(t.Act)
	if !ok {
		return pipeline.Act{Account: -1}
	}
	return pipeline.Act{Kind: kind, Account: t.Account, Arg: t.Arg}
}

func keepWorld(ctx context.Context, q db.Q, hash, name, text string, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO rehearsal_world (hash, name, world, first_seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO NOTHING`, hash, name, text, now)
	return err
}

func worldText(ctx context.Context, q db.Q, hash string) (text string, err error) {
	err = q.Get(ctx, &text, "SELECT world FROM rehearsal_world WHERE hash = $1", hash)
	return text, err
}

func insertRehearsal(ctx context.Context, q db.Q, r row) error {
	_, err := q.Exec(ctx, `INSERT INTO rehearsal (id, person_id, world_hash, world_name, engine, seed, state, turns, parent_id, parent_turn, started_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		r.ID, r.Person, r.WorldHash, r.World, r.Engine, r.Seed, r.State, r.Turns, r.Parent, r.ParentTurn, r.Started)
	return err
}

// claimTurn claims an open rehearsal of the person's for its next turn.
func claimTurn(ctx context.Context, q db.Q, id, person string, number int) (r row, err error) {
	err = q.Get(ctx, &r, `UPDATE rehearsal SET turns = turns + 1
		WHERE id = $1 AND person_id = $2 AND state = 'open' AND turns = $3 RETURNING `+columns, id, person, number)
	if !db.None(err) {
		return r, err
	}
	var n int
	if err := q.Get(ctx, &n, "SELECT count(*) FROM rehearsal WHERE id = $1 AND person_id = $2", id, person); err != nil {
		return r, err
	}
	if n == 0 {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, fault.New(fault.Conflict, "roleplay.elsewhere")
}

func claimClose(ctx context.Context, q db.Q, id, person string, now int64) (r row, err error) {
	err = q.Get(ctx, &r, `UPDATE rehearsal SET state = 'closed', closed_at = $3
		WHERE id = $1 AND person_id = $2 AND state = 'open' RETURNING `+columns, id, person, now)
	if db.None(err) {
		return r, fault.New(fault.Conflict, "roleplay.closed")
	}
	return r, err
}

func setResult(ctx context.Context, q db.Q, id, hash string, value int64) error {
	_, err := q.Exec(ctx, "UPDATE rehearsal SET final_hash = $2, value = $3 WHERE id = $1", id, hash, value)
	return err
}

func setJudged(ctx context.Context, q db.Q, id, judged string) error {
	_, err := q.Exec(ctx, "UPDATE rehearsal SET judged = $2 WHERE id = $1 AND state = 'closed'", id, judged)
	return err
}

func insertTurn(ctx context.Context, q db.Q, t turnRow) error {
	_, err := q.Exec(ctx, `INSERT INTO rehearsal_turn (rehearsal_id, number, act, account, arg, hash, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, t.Number, t.Act, t.Account, t.Arg, t.Hash, t.Done)
	return err
}

// turnsOf gives the first turns of a rehearsal, in order.
func turnsOf(ctx context.Context, q db.Q, id string, most int) (out []turnRow, err error) {
	err = q.Select(ctx, &out, `SELECT rehearsal_id, number, act, account, arg, hash, done_at FROM rehearsal_turn
		WHERE rehearsal_id = $1 AND number < $2 ORDER BY number`, id, most)
	return out, err
}

func copyTurns(ctx context.Context, q db.Q, from, to string, turns int) error {
	_, err := q.Exec(ctx, `INSERT INTO rehearsal_turn (rehearsal_id, number, act, account, arg, hash, done_at)
		SELECT $2, number, act, account, arg, hash, done_at FROM rehearsal_turn WHERE rehearsal_id = $1 AND number < $3`, from, to, turns)
	return err
}

func rehearsalByID(ctx context.Context, q db.Q, id string) (r row, err error) {
	err = q.Get(ctx, &r, "SELECT "+columns+", judged FROM rehearsal WHERE id = $1", id)
	if db.None(err) {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

func rehearsalsOf(ctx context.Context, q db.Q, person string) (out []row, err error) {
	err = q.Select(ctx, &out, "SELECT "+columns+" FROM rehearsal WHERE person_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2", person, latest)
	return out, err
}

func endedIDs(ctx context.Context, q db.Q) (ids []string, err error) {
	err = q.Select(ctx, &ids, "SELECT id FROM rehearsal WHERE state = 'closed' ORDER BY closed_at, id")
	return ids, err
}

// closedWithin gives the last rehearsal that a person closed within a span and that has acts of its own luck, if there is one.
func closedWithin(ctx context.Context, q db.Q, person string, from, until int64) (out []row, err error) {
	err = q.Select(ctx, &out, "SELECT "+columns+` FROM rehearsal WHERE person_id = $1 AND state = 'closed' AND parent_id IS NULL AND turns > 0
		AND closed_at >= $2 AND closed_at < $3 ORDER BY closed_at DESC, id DESC LIMIT 1`, person, from, until)
	return out, err
}
