package roleplay

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"tongguan/quizzes/evidence"
	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Modes of a play: with hints and clauses, without, and timed, once, for the record.
const (
	Guided   = "guided"
	Practice = "practice"
	Exam     = "exam"
)

// Modes, from the gentlest.
var Modes = []string{Guided, Practice, Exam}

// Play is one person's time in one script.
type Play struct {
	ID         string
	Person     string
	Script     string // its id
	ScriptHash string
	Mode       string
	Engine     int
	Seed       uint64 // not to be shown while an exam is open
	State      string
	Turns      int
	Parent     string
	ParentTurn int
	Started    int64 // milliseconds since 1970 UTC
	Deadline   int64 // 0 where there is none
	Closed     int64 // 0 while open
	Hash       string
	Score      scenario.Points
	Passed     bool
	Profile    Profile // by clause
}

// Profile is what was reached of what could be, by clause, in hundredths of a point.
type Profile map[string][2]int64

// PlayScene is a play as it stands.
type PlayScene struct {
	Play
	On    *scenario.Play
	Moves []scenario.Move
}

// Plays keeps them.
type Plays struct {
	db      *db.DB
	clock   *clock.Clock
	trail   *audit.Trail
	people  *people.People
	ledger  *evidence.Ledger
	scripts atomic.Pointer[[]Script]
	old     sync.Map // hash -> *scenario.Script, also of those no longer in the content
	judges  chan struct{}
}

// Script is a script of the content, with what its beats are worth and how hard its exam is; each is computed once, when
// it is first asked for.
type Script struct {
	*scenario.Script
	Values   func() []float64
	Hardness func() scenario.Hardness
}

func scripted(s *scenario.Script) Script {
	return Script{s, sync.OnceValue(s.Explore), sync.OnceValue(func() scenario.Hardness { return s.Hardness(OnAllCores) })}
}

// PlayParts are the rooms that plays lean on.
type PlayParts struct {
	DB      *db.DB
	Clock   *clock.Clock
	Trail   *audit.Trail
	People  *people.People
	Ledger  *evidence.Ledger
	Scripts []*scenario.Script
}

// NewPlays makes the room.
func NewPlays(p PlayParts) *Plays {
	out := &Plays{db: p.DB, clock: p.Clock, trail: p.Trail, people: p.People, ledger: p.Ledger, judges: make(chan struct{}, 1)}
	out.Use(p.Scripts)
	return out
}

// Use has the room offer these scripts from now on. Plays of others go on as they are.
func (r *Plays) Use(scripts []*scenario.Script) {
	all := make([]Script, 0, len(scripts))
	for _, s := range scripts {
		all = append(all, scripted(s))
	}
	r.scripts.Store(&all)
}

// Scripts are those that can be played.
func (r *Plays) Scripts() []Script { return *r.scripts.Load() }

// Script is the one of an id; ok is false where there is none.
func (r *Plays) Script(id string) (Script, bool) {
	all := r.Scripts()
	i := slices.IndexFunc(all, func(s Script) bool { return s.ID == id })
	if i < 0 {
		return Script{}, false
	}
	return all[i], true
}

// Start begins a play and gives its id. The seed is drawn here; of an exam so that it is as hard as any other, and an
// exam that is open is gone on with.
func (r *Plays) Start(ctx context.Context, actor access.Actor, script, mode string) (string, error) {
	if err := actor.Check(access.Rehearse, access.Self); err != nil {
		return "", err
	}
	s, ok := r.Script(script)
	if !ok || !slices.Contains(Modes, mode) || mode == Exam && s.Exam == nil {
		return "", fault.New(fault.Missing, "error.missing")
	}
	if mode == Exam {
		if id, err := openExam(ctx, r.db.Read(), actor.ID, script); err != nil || id != "" {
			return id, err
		}
	}
	out := playRow{ID: r.clock.ID(), Person: actor.ID, ScriptHash: s.Hash(), Script: script, Mode: mode, Rules: scenario.Version, Engine: pipeline.Version,
		Seed: strconv.FormatUint(r.draw(s, mode), 10), State: Open, Started: r.clock.Now()}
	if mode == Exam {
		deadline := out.Started + int64(s.Exam.Minutes)*60_000
		out.Deadline = &deadline
	}
	made := false
	err := r.db.Write(ctx, func(q db.Q) (err error) {
		if err := keepScript(ctx, q, s.Hash(), script, string(s.Text()), out.Started); err != nil {
			return err
		}
		made, err = insertPlay(ctx, q, out)
		return err
	})
	if err == nil && !made { // another tab was first
		return openExam(ctx, r.db.Read(), actor.ID, script)
	}
	return out.ID, err
}

// draws is how many seeds are drawn for an exam until one lies in its band.
const draws = 24

// draw draws a seed. For an exam it draws until one is expected to be as hard as the script's band says; where none is,
// the nearest is taken.
func (r *Plays) draw(s Script, mode string) uint64 {
	seed := binary.LittleEndian.Uint64(r.clock.Bytes(8))
	if mode != Exam {
		return seed
	}
	middle := scenario.Points(s.Exam.Band[0]+s.Exam.Band[1]) * 50
	nearest, far := seed, scenario.Points(1<<40)
	for range draws {
		expected := s.Difficulty(seed, s.Values())
		if s.InBand(expected) {
			return seed
		}
		if d := max(expected-middle, middle-expected); d < far {
			nearest, far = seed, d
		}
		seed = binary.LittleEndian.Uint64(r.clock.Bytes(8))
	}
	return nearest
}

// Move makes a move. Number is how many there were when the person decided: a second tab that decided on another state
// gets a Conflict, and the same move sent twice counts once. The move that ends the scene closes the play.
func (r *Plays) Move(ctx context.Context, actor access.Actor, id string, number int, m scenario.Move) error {
	if err := actor.Check(access.Rehearse, access.Self); err != nil {
		return err
	}
	if number < 0 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	err := r.db.Write(ctx, func(q db.Q) error {
		row, err := claimMove(ctx, q, id, actor.ID, number, r.clock.Now())
		if err != nil {
			return err
		}
		scene, err := r.scene(ctx, q, row, number)
		if err != nil {
			return err
		}
		if err := scene.On.Do(m); err != nil {
			return refusedMove(err)
		}
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		turn := moveRow{ID: id, Number: number, Move: string(text), Hash: scene.On.Hash(), Done: r.clock.Now()}
		if err := insertMove(ctx, q, turn); err != nil || !scene.On.Ended {
			return err
		}
		row.Turns = number + 1
		if err := claimPlayClose(ctx, q, row.ID, r.clock.Now()); err != nil {
			return err
		}
		return r.finish(ctx, q, row, scene.On)
	})
	if fault.KindOf(err) == fault.Conflict && r.same(ctx, id, number, m) {
		return nil
	}
	return err
}

// same says whether the move of that number was this one: then it was only sent twice.
func (r *Plays) same(ctx context.Context, id string, number int, m scenario.Move) bool {
	rows, err := movesOf(ctx, r.db.Read(), id, number+1)
	text, err2 := json.Marshal(m)
	return err == nil && err2 == nil && len(rows) == number+1 && rows[number].Move == string(text)
}

func refusedMove(err error) error {
	var e *scenario.MoveError
	if errors.As(err, &e) {
		return fault.New(fault.Invalid, e.Key)
	}
	return err
}

// Scene gives a play of the actor's own as it stands. An exam whose time is out is closed by looking at it.
func (r *Plays) Scene(ctx context.Context, actor access.Actor, id string) (PlayScene, error) {
	row, err := r.own(ctx, actor, id)
	if err != nil {
		return PlayScene{}, err
	}
	if row.State == Open && row.Deadline != nil && *row.Deadline < r.clock.Now() {
		if err := r.end(ctx, row.ID); err != nil {
			return PlayScene{}, err
		}
		if row, err = r.own(ctx, actor, id); err != nil {
			return PlayScene{}, err
		}
	}
	return r.scene(ctx, r.db.Read(), row, row.Turns)
}

func (r *Plays) own(ctx context.Context, actor access.Actor, id string) (playRow, error) {
	if err := actor.Check(access.Rehearse, access.Self); err != nil {
		return playRow{}, err
	}
	found, err := playByID(ctx, r.db.Read(), id)
	if err == nil && found.Person != actor.ID {
		err = fault.New(fault.Missing, "error.missing")
	}
	return found, err
}

// scene plays the moves again.
func (r *Plays) scene(ctx context.Context, q db.Q, row playRow, turns int) (PlayScene, error) {
	out := PlayScene{Play: row.play()}
	s, err := r.script(ctx, q, row.ScriptHash)
	if err != nil {
		return out, err
	}
	moves, err := movesOf(ctx, q, row.ID, turns)
	if err != nil {
		return out, err
	}
	out.On = s.NewPlay(out.Seed)
	for i, turn := range moves {
		m, err := turn.move()
		if err == nil {
			err = out.On.Do(m)
		}
		if err != nil || out.On.Hash() != turn.Hash {
			return out, fault.Wrap(fault.Internal, err, "roleplay.not_the_same", "turn", i+1)
		}
		out.Moves = append(out.Moves, m)
	}
	return out, nil
}

// script is the script with this hash, from the content or as it was kept.
func (r *Plays) script(ctx context.Context, q db.Q, hash string) (Script, error) {
	for _, s := range r.Scripts() {
		if s.Hash() == hash {
			return s, nil
		}
	}
	if s, ok := r.old.Load(hash); ok {
		return s.(Script), nil
	}
	text, err := scriptText(ctx, q, hash)
	if err != nil {
		return Script{}, err
	}
	s, err := scenario.FromText([]byte(text))
	if err != nil {
		return Script{}, err
	}
	out := scripted(s)
	r.old.Store(hash, out)
	return out, nil
}

// Branch begins a practice that has the first moves of a closed play of the actor's own, under the same luck. Exams are
// not branched: their seed was drawn for them.
func (r *Plays) Branch(ctx context.Context, actor access.Actor, id string, turns int) (string, error) {
	from, err := r.own(ctx, actor, id)
	if err != nil {
		return "", err
	}
	if from.State != Closed || from.Mode == Exam {
		return "", fault.New(fault.Conflict, "roleplay.still_open")
	}
	if turns < 0 || turns > from.Turns {
		return "", fault.New(fault.Missing, "error.missing")
	}
	out := from
	out.ID, out.State, out.Started, out.Turns, out.Mode = r.clock.ID(), Open, r.clock.Now(), turns, Practice
	out.Parent, out.ParentTurn = &id, &turns
	return out.ID, r.db.Write(ctx, func(q db.Q) error {
		if _, err := insertPlay(ctx, q, out); err != nil {
			return err
		}
		return copyMoves(ctx, q, id, out.ID, turns)
	})
}

// Of lists a person's plays, the latest first.
func (r *Plays) Of(ctx context.Context, actor access.Actor, person string) ([]Play, error) {
	if err := r.people.Check(ctx, actor, access.ReviewRehearsal, person); err != nil {
		return nil, err
	}
	rows, err := playsOf(ctx, r.db.Read(), person)
	var out []Play
	for _, row := range rows {
		out = append(out, row.play())
	}
	return out, err
}
