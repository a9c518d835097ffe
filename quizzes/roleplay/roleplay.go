// Package roleplay is people at work in a simulated world: one rehearsal is a world, a seed and the acts.
//
// Nothing of what happened is stored: world, seed and acts give every event again, whenever it is looked at, and the
// hash of the log after each act proves that it is the same as it was. The engine is fast enough for that: a
// rehearsal of a hundred acts is replayed in well under a millisecond.
package roleplay

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"sync"
	"sync/atomic"

	"tongguan/quizzes/pipeline"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// States of a rehearsal.
const (
	Open   = "open"
	Closed = "closed"
)

// MaxTurns is how many acts a rehearsal may have.
const MaxTurns = 2_000

// Rehearsal is one person's time in one world.
type Rehearsal struct {
	ID         string
	Person     string
	World      string // its name
	WorldHash  string
	Engine     int // version
	Seed       uint64
	State      string
	Turns      int
	Parent     string // the rehearsal that it was branched from, "" where it began by itself
	ParentTurn int
	Started    int64 // milliseconds since 1970 UTC
	Closed     int64 // 0 while open
	Hash       string
	Value      pipeline.Money
}

// Scene is a rehearsal as it stands.
type Scene struct {
	Rehearsal
	Run    *pipeline.Run
	Latest int // the place in the log at which the last act begins
}

// Rehearsals keeps them.
type Rehearsals struct {
	db     *db.DB
	clock  *clock.Clock
	trail  *audit.Trail
	people *people.People
	worlds atomic.Pointer[[]World]
	old    sync.Map      // hash -> *pipeline.Territory, also of worlds that are no longer in the content
	judges chan struct{} // a review takes every core: one at a time
}

// Parts are the rooms that rehearsals lean on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Trail  *audit.Trail
	People *people.People
	Worlds []World
}

// New makes the room.
func New(p Parts) *Rehearsals {
	out := &Rehearsals{db: p.DB, clock: p.Clock, trail: p.Trail, people: p.People, judges: make(chan struct{}, 1)}
	out.Use(p.Worlds)
	return out
}

// Use has the room offer these worlds from now on. Rehearsals in others go on as they are.
func (r *Rehearsals) Use(worlds []World) { r.worlds.Store(&worlds) }

// Worlds are those that can be played in.
func (r *Rehearsals) Worlds() []World { return *r.worlds.Load() }

// World is the one of a name; ok is false where there is none.
func (r *Rehearsals) World(name string) (World, bool) {
	for _, w := range r.Worlds() {
		if w.World.Name == name {
			return w, true
		}
	}
	return World{}, false
}

// Start begins a rehearsal in a world and gives its id. The seed is drawn here.
func (r *Rehearsals) Start(ctx context.Context, actor access.Actor, world string) (string, error) {
	if err := actor.Check(access.Rehearse, access.Self); err != nil {
		return "", err
	}
	w, ok := r.World(world)
	if !ok {
		return "", fault.New(fault.Missing, "error.missing")
	}
	seed := binary.LittleEndian.Uint64(r.clock.Bytes(8))
	out := row{ID: r.clock.ID(), Person: actor.ID, WorldHash: w.Hash(), World: world, Engine: pipeline.Version,
		Seed: strconv.FormatUint(seed, 10), State: Open, Started: r.clock.Now()}
	return out.ID, r.db.Write(ctx, func(q db.Q) error {
		if err := keepWorld(ctx, q, w.Hash(), world, string(w.Text()), out.Started); err != nil {
			return err
		}
		return insertRehearsal(ctx, q, out)
	})
}

// Turn does an act. Number is how many acts there were when the person decided: a second tab that decided on another
// state gets a Conflict, and the same turn sent twice counts once and is no error. An act that the engine refuses is
// Invalid and changes nothing.
func (r *Rehearsals) Turn(ctx context.Context, actor access.Actor, id string, number int, act pipeline.Act) error {
	if err := actor.Check(access.Rehearse, access.Self); err != nil {
		return err
	}
	if number < 0 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	err := r.db.Write(ctx, func(q db.Q) error {
		row, err := claimTurn(ctx, q, id, actor.ID, number)
		if err != nil {
			return err
		}
		scene, err := r.scene(ctx, q, row, number)
		if err != nil {
			return err
		}
		if number >= MaxTurns {
			return fault.New(fault.Invalid, "roleplay.act.over")
		}
		if err := scene.Run.Do(act); err != nil {
			return refused(err)
		}
		return insertTurn(ctx, q, turnRow{ID: id, Number: number, Act: act.Kind.String(), Account: act.Account, Arg: act.Arg,
			Hash: hash(scene.Run), Done: r.clock.Now()})
	})
	if fault.KindOf(err) == fault.Conflict && r.same(ctx, id, number, act) {
		return nil
	}
	return err
}

// same says whether the turn of that number was this act: then it was only sent twice.
func (r *Rehearsals) same(ctx context.Context, id string, number int, act pipeline.Act) bool {
	turns, err := turnsOf(ctx, r.db.Read(), id, number+1)
	return err == nil && len(turns) == number+1 && turns[number].act() == act
}

// refused is what the engine said, as the person is told.
func refused(err error) error {
	if e, ok := err.(*pipeline.ActError); ok { //nolint:errorlint // the engine wraps nothing
		return fault.New(fault.Invalid, "roleplay."+e.Key)
	}
	return err
}

func hash(run *pipeline.Run) string {
	sum := run.Log.Hash()
	return hex.EncodeToString(sum[:])
}

// Scene gives a rehearsal of the actor's own as it stands.
func (r *Rehearsals) Scene(ctx context.Context, actor access.Actor, id string) (Scene, error) {
	row, err := r.own(ctx, actor, id)
	if err != nil {
		return Scene{}, err
	}
	return r.scene(ctx, r.db.Read(), row, row.Turns)
}

func (r *Rehearsals) own(ctx context.Context, actor access.Actor, id string) (row, error) {
	if err := actor.Check(access.Rehearse, access.Self); err != nil {
		return row{}, err
	}
	found, err := rehearsalByID(ctx, r.db.Read(), id)
	if err == nil && found.Person != actor.ID {
		err = fault.New(fault.Missing, "error.missing")
	}
	return found, err
}

// scene plays the acts again.
func (r *Rehearsals) scene(ctx context.Context, q db.Q, row row, turns int) (Scene, error) {
	out := Scene{Rehearsal: row.rehearsal()}
	t, err := r.territory(ctx, q, row.WorldHash)
	if err != nil {
		return out, err
	}
	done, err := turnsOf(ctx, q, row.ID, turns)
	if err != nil {
		return out, err
	}
	out.Run = t.NewRun(out.Seed)
	for i, turn := range done {
		out.Latest = out.Run.Log.Len()
		if err := out.Run.Do(turn.act()); err != nil || hash(out.Run) != turn.Hash {
			return out, fault.Wrap(fault.Internal, err, "roleplay.not_the_same", "turn", i+1)
		}
	}
	return out, nil
}

// territory is the world with this hash, from the content or as it was kept.
func (r *Rehearsals) territory(ctx context.Context, q db.Q, hash string) (*pipeline.Territory, error) {
	for _, w := range r.Worlds() {
		if w.Hash() == hash {
			return w.Territory, nil
		}
	}
	if t, ok := r.old.Load(hash); ok {
		return t.(*pipeline.Territory), nil
	}
	text, err := worldText(ctx, q, hash)
	if err != nil {
		return nil, err
	}
	t, err := pipeline.ReadTerritory([]byte(text))
	if err == nil {
		r.old.Store(hash, t)
	}
	return t, err
}

// Close ends a rehearsal. Closing again changes nothing and is no error.
func (r *Rehearsals) Close(ctx context.Context, actor access.Actor, id string) error {
	if _, err := r.own(ctx, actor, id); err != nil {
		return err
	}
	err := r.db.Write(ctx, func(q db.Q) error {
		row, err := claimClose(ctx, q, id, actor.ID, r.clock.Now())
		if err != nil {
			return err
		}
		scene, err := r.scene(ctx, q, row, row.Turns)
		if err != nil {
			return err
		}
		final := hash(scene.Run)
		if err := setResult(ctx, q, id, final, scene.Run.Score().Value); err != nil {
			return err
		}
		return r.trail.Append(ctx, q, audit.Event{Act: "rehearsal.closed", Actor: actor.ID, Subject: actor.ID,
			Facts: map[string]any{"rehearsal": id, "world": row.WorldHash, "engine": row.Engine, "seed": row.Seed, "turns": row.Turns, "hash": final}})
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// Branch begins a new rehearsal that has the first turns of a closed one of the actor's own, under the same luck.
func (r *Rehearsals) Branch(ctx context.Context, actor access.Actor, id string, turns int) (string, error) {
	from, err := r.own(ctx, actor, id)
	if err != nil {
		return "", err
	}
	if from.State != Closed {
		return "", fault.New(fault.Conflict, "roleplay.still_open")
	}
	if turns < 0 || turns > from.Turns {
		return "", fault.New(fault.Missing, "error.missing")
	}
	out := from
	out.ID, out.State, out.Started, out.Turns = r.clock.ID(), Open, r.clock.Now(), turns
	out.Parent, out.ParentTurn = &id, &turns
	return out.ID, r.db.Write(ctx, func(q db.Q) error {
		if err := insertRehearsal(ctx, q, out); err != nil {
			return err
		}
		return copyTurns(ctx, q, id, out.ID, turns)
	})
}

// latest is how many rehearsals are listed at most.
const latest = 50

// Of lists a person's rehearsals, the latest first.
func (r *Rehearsals) Of(ctx context.Context, actor access.Actor, person string) ([]Rehearsal, error) {
	if err := r.people.Check(ctx, actor, access.ReviewRehearsal, person); err != nil {
		return nil, err
	}
	rows, err := rehearsalsOf(ctx, r.db.Read(), person)
	var out []Rehearsal
	for _, row := range rows {
		out = append(out, row.rehearsal())
	}
	return out, err
}
