package roleplay

import (
	"context"
	"encoding/json"

	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// PlayMark is what the review says about one move: losses in hundredths of a point, money in fen, the share in thousandths.
type PlayMark struct {
	Turn   int            `json:"turn"`
	Grade  string         `json:"grade"`
	Loss   int64          `json:"loss"`
	SE     int64          `json:"se"`
	Value  int64          `json:"value"`
	Win    int64          `json:"win"`
	Margin int64          `json:"margin"`
	Others int            `json:"others"`
	Better *scenario.Move `json:"better,omitempty"` // where it is another
}

// PlayDebrief is a closed play looked back on.
type PlayDebrief struct {
	PlayScene
	Score scenario.Score
	Marks []PlayMark
	Notes []Note
}

// rollouts is how often a review plays each possible move on.
const rollouts = 24

// Debrief looks back on a closed play. The first time its moves are reviewed; the review is kept.
func (r *Plays) Debrief(ctx context.Context, actor access.Actor, id string) (PlayDebrief, error) {
	row, err := r.closed(ctx, actor, id)
	if err != nil {
		return PlayDebrief{}, err
	}
	out := PlayDebrief{}
	if out.PlayScene, err = r.scene(ctx, r.db.Read(), row, row.Turns); err != nil {
		return out, err
	}
	out.Score = out.On.Score()
	if out.Notes, err = notesOf(ctx, r.db.Read(), id); err != nil {
		return out, err
	}
	if row.Judged != nil {
		return out, json.Unmarshal([]byte(*row.Judged), &out.Marks)
	}
	if out.Marks, err = r.judge(ctx, out.PlayScene); err != nil {
		return out, err
	}
	text, err := json.Marshal(out.Marks)
	if err != nil {
		return out, err
	}
	return out, r.db.Write(ctx, func(q db.Q) error { return setPlayJudged(ctx, q, id, string(text)) })
}

// closed finds a closed play that the actor may look back on.
func (r *Plays) closed(ctx context.Context, actor access.Actor, id string) (playRow, error) {
	row, err := playByID(ctx, r.db.Read(), id)
	if err != nil {
		return row, err
	}
	if err := r.people.Check(ctx, actor, access.ReviewRehearsal, row.Person); err != nil {
		return row, err
	}
	if row.State != Closed {
		return row, fault.New(fault.Conflict, "roleplay.still_open")
	}
	return row, nil
}

func (r *Plays) judge(ctx context.Context, s PlayScene) ([]PlayMark, error) {
	select {
	case r.judges <- struct{}{}:
		defer func() { <-r.judges }()
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Busy, ctx.Err(), "roleplay.busy")
	}
	script, err := r.script(ctx, r.db.Read(), s.ScriptHash)
	if err != nil {
		return nil, err
	}
	judged, err := script.Review(s.Seed, s.Moves, script.Values(), rollouts, OnAllCores)
	if err != nil {
		return nil, err
	}
	out := make([]PlayMark, 0, len(judged))
	for _, j := range judged {
		m := PlayMark{Turn: j.Turn, Grade: j.Played.Grade.String(), Loss: int64(j.Played.Loss), SE: int64(j.Played.SE), Value: int64(j.Played.Value),
			Win: int64(j.Played.Win * 1000), Margin: int64(j.Played.Margin), Others: j.Others}
		if j.Played.Loss > 0 && m.Grade != "best" && m.Grade != "good" {
			better := j.Best.Move
			better.Say = "" // said in the reader's language
			m.Better = &better
		}
		out = append(out, m)
	}
	return out, nil
}

// Verify plays a closed play again from script, seed and moves, and compares the hash after every one.
func (r *Plays) Verify(ctx context.Context, actor access.Actor, id string) (Proof, error) {
	row, err := r.closed(ctx, actor, id)
	if err != nil {
		return Proof{}, err
	}
	return r.prove(ctx, r.db.Read(), row)
}

// prove recomputes a play.
func (r *Plays) prove(ctx context.Context, q db.Q, row playRow) (Proof, error) {
	p := row.play()
	out := Proof{Rehearsal: Rehearsal{ID: p.ID, Person: p.Person, World: p.Script, WorldHash: p.ScriptHash, Engine: p.Engine, Seed: p.Seed, State: p.State,
		Turns: p.Turns, Started: p.Started, Closed: p.Closed, Hash: p.Hash}}
	s, err := kept(ctx, q, row.ScriptHash)
	if err != nil {
		return out, err
	}
	if s == nil {
		return out, nil // the script itself was changed
	}
	moves, err := movesOf(ctx, q, row.ID, scenario.MaxTurns)
	if err != nil {
		return out, err
	}
	on := s.NewPlay(out.Seed)
	for i, turn := range moves {
		m, err := turn.move()
		if err != nil || on.Do(m) != nil || on.Hash() != turn.Hash || turn.Number != i {
			out.Differs = i + 1
			return out, nil
		}
	}
	out.Events, out.Hash = on.Run.Log.Len(), on.Hash()
	score := on.Score()
	out.Whole = out.Hash == p.Hash && len(moves) == out.Turns && score.Total == p.Score && score.Passed == p.Passed
	return out, nil
}

// kept reads a script out of the database, as a proof must, and gives nil where it is not what its hash says.
func kept(ctx context.Context, q db.Q, hash string) (*scenario.Script, error) {
	text, err := scriptText(ctx, q, hash)
	if err != nil {
		return nil, err
	}
	s, err := scenario.FromText([]byte(text))
	if err != nil || s.Hash() != hash {
		return nil, nil //nolint:nilerr // that it cannot be read is the finding
	}
	return s, nil
}

// Ended lists all plays that have ended, the oldest first.
func (r *Plays) Ended(ctx context.Context, actor access.Actor) ([]string, error) {
	if err := actor.Check(access.ReviewRehearsal, access.Other); err != nil {
		return nil, err
	}
	return endedPlays(ctx, r.db.Read())
}
