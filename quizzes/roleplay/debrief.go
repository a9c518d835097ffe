package roleplay

import (
	"context"
	"encoding/json"
	"runtime"
	"sync"

	"tongguan/quizzes/pipeline"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Mark is what the review says about one act: money in fen, the probability in thousandths.
type Mark struct {
	Turn    int    `json:"turn"`
	Act     string `json:"act"`
	Account int    `json:"account"`
	Arg     int64  `json:"arg,omitempty"`
	At      int64  `json:"at"` // minute of the world
	Grade   string `json:"grade"`
	Loss    int64  `json:"loss"`
	SE      int64  `json:"se"`
	Value   int64  `json:"value"`
	Win     int64  `json:"win"`
	Better  string `json:"better,omitempty"` // the best act, where it is another
	BestArg int64  `json:"best_arg,omitempty"`
	Gain    int64  `json:"gain,omitempty"`
}

// Debrief is a closed rehearsal looked back on.
type Debrief struct {
	Scene
	Indicators pipeline.Indicators
	Marks      []Mark
}

// effort is about how many rollouts, summed over the acts, a review may take for each possible act: a second or two
// of every core.
const effort = 6_000

// Debrief looks back on a closed rehearsal. The first time its acts are reviewed, which may take a second or two; the
// review is kept.
func (r *Rehearsals) Debrief(ctx context.Context, actor access.Actor, id string) (Debrief, error) {
	row, err := r.closed(ctx, actor, id)
	if err != nil {
		return Debrief{}, err
	}
	out := Debrief{}
	if out.Scene, err = r.scene(ctx, r.db.Read(), row, row.Turns); err != nil {
		return out, err
	}
	run := out.Run
	out.Indicators = run.Territory.Indicators(&run.State, run.Log)
	if row.Judged != nil {
		return out, json.Unmarshal([]byte(*row.Judged), &out.Marks)
	}
	if out.Marks, err = r.judge(ctx, out.Scene); err != nil {
		return out, err
	}
	text, err := json.Marshal(out.Marks)
	if err != nil {
		return out, err
	}
	return out, r.db.Write(ctx, func(q db.Q) error { return setJudged(ctx, q, id, string(text)) })
}

// closed finds a closed rehearsal that the actor may look back on.
func (r *Rehearsals) closed(ctx context.Context, actor access.Actor, id string) (row, error) {
	row, err := rehearsalByID(ctx, r.db.Read(), id)
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

func (r *Rehearsals) judge(ctx context.Context, s Scene) ([]Mark, error) {
	select {
	case r.judges <- struct{}{}:
		defer func() { <-r.judges }()
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Busy, ctx.Err(), "roleplay.busy")
	}
	judged, err := pipeline.Review(s.Run.Log, pipeline.Root{Seed: s.Seed, World: s.World},
		pipeline.Reviewing{Rollouts: min(200, max(16, effort/max(1, s.Turns))), Each: OnAllCores})
	if err != nil {
		return nil, err
	}
	out := make([]Mark, 0, len(judged))
	for _, j := range judged {
		p := j.Played
		m := Mark{Turn: j.Number, Act: p.Act.Kind.String(), Account: p.Act.Account, Arg: p.Act.Arg, At: int64(j.At), Grade: p.Grade.String(),
			Loss: int64(p.Loss.Mean), SE: int64(p.Loss.SE), Value: int64(p.Value.Mean), Win: int64(p.Win.Mean * 1000)}
		if p.Grade > pipeline.Good {
			m.Better, m.BestArg, m.Gain = j.Advice.Act.Kind.String(), j.Advice.Act.Arg, int64(j.Advice.Value.Mean-p.Value.Mean)
		}
		out = append(out, m)
	}
	return out, nil
}

// OnAllCores calls job with 0 to n-1, as many at a time as there are cores.
func OnAllCores(n int, job func(int)) {
	next := make(chan int)
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := range next {
				job(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// Proof is what recomputing a rehearsal showed.
type Proof struct {
	Rehearsal
	Events  int
	Hash    string // recomputed
	Whole   bool
	Differs int // the first turn that is not the same, from 1; 0 where it is the end
}

// Verify plays a closed rehearsal again from its world, seed and acts, and compares the hash after every one.
func (r *Rehearsals) Verify(ctx context.Context, actor access.Actor, id string) (Proof, error) {
	row, err := r.closed(ctx, actor, id)
	if err != nil {
		return Proof{}, err
	}
	out := Proof{Rehearsal: row.rehearsal()}
	t, err := r.territory(ctx, r.db.Read(), row.WorldHash)
	if err != nil {
		return out, err
	}
	if t.Hash() != row.WorldHash {
		return out, nil // the world itself was changed
	}
	turns, err := turnsOf(ctx, r.db.Read(), id, MaxTurns)
	if err != nil {
		return out, err
	}
	run := t.NewRun(out.Seed)
	for i, turn := range turns {
		if err := run.Do(turn.act()); err != nil || hash(run) != turn.Hash || turn.Number != i {
			out.Differs = i + 1
			return out, nil
		}
	}
	out.Events, out.Hash = run.Log.Len(), hash(run)
	out.Whole = out.Hash == out.Rehearsal.Hash && len(turns) == out.Turns
	return out, nil
}

// Ended lists all rehearsals that have ended, the oldest first.
func (r *Rehearsals) Ended(ctx context.Context, actor access.Actor) ([]string, error) {
	if err := actor.Check(access.ReviewRehearsal, access.Other); err != nil {
		return nil, err
	}
	return endedIDs(ctx, r.db.Read())
}
