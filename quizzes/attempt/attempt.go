// Package attempt is one sitting of one quiz: a paper drawn from a seed, answers, a result.
//
// An attempt is pinned to the question set that it began with, by hash; the set's source is kept, so that an
// edit in the middle changes nothing for whoever is answering, and a paper can be drawn again years later.
package attempt

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// States of an attempt.
const (
	Open   = "open"
	Closed = "closed"
)

// grace is how long after the due moment an answer still counts: it was given in time and travelled.
const grace = 5 * time.Second

// Attempt is one sitting.
type Attempt struct {
	ID       string
	Person   string
	Module   string // course/module
	SetHash  string
	State    string
	Started  int64 // milliseconds since 1970 UTC, as all moments here
	Due      int64
	Closed   int64 // 0 while open
	Score    int   // basis points; 0 while open
	Pass     int   // basis points that pass
	Passed   bool
	Paper    []bank.Item
	Answered int // questions with an answer
}

// Answer is what was answered to one question.
type Answer struct {
	Chosen    []string
	Saved     int64
	Seq       int64 // number of the packet that holds it
	Certainty int   // 1 to 3, or 0 where it was not asked for
	points    int
}

// Sitting is an attempt with its questions in the order of its paper and what was answered so far.
type Sitting struct {
	Attempt
	Questions []*bank.Question
	Answers   map[string]Answer // by question id
	Seq       int64             // the highest number of a packet so far
}

// Marked is one question of a closed attempt.
type Marked struct {
	Question *bank.Question
	Order    []string // ids of the options as they were shown
	Chosen   []string
	Points   int // hundredths of the question's mark
}

// Attempts keeps the sittings.
type Attempts struct {
	db     *db.DB
	clock  *clock.Clock
	trail  *audit.Trail
	people *people.People
	bank   *bank.Library
	ledger *evidence.Ledger
	saves  saver
	papers papers
	old    sync.Map // hash -> *bank.Set that is no longer the current one
}

// Parts are the rooms that attempts lean on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Trail  *audit.Trail
	People *people.People
	Bank   *bank.Library
	Ledger *evidence.Ledger
}

// New makes the room.
func New(p Parts) *Attempts {
	return &Attempts{db: p.DB, clock: p.Clock, trail: p.Trail, people: p.People, bank: p.Bank, ledger: p.Ledger}
}

// Start begins an attempt at a module's quiz and gives its id. While one is open it gives that one: a second
// tab or a double click starts nothing twice.
func (a *Attempts) Start(ctx context.Context, actor access.Actor, module string) (string, error) {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return "", err
	}
	set := a.bank.Current().Set(module)
	if set == nil {
		return "", fault.New(fault.Missing, "error.missing")
	}
	var seed [32]byte
	copy(seed[:], a.clock.Bytes(len(seed)))
	items := bank.Draw(set, seed)
	paper, err := json.Marshal(items)
	if err != nil {
		return "", err
	}
	now := a.clock.Now()
	r := row{ID: a.clock.ID(), Person: actor.ID, Module: module, SetHash: set.Hash, Seed: hex.EncodeToString(seed[:]),
		Paper: string(paper), State: Open, Started: now, Due: now + int64(set.Minutes)*time.Minute.Milliseconds(), Pass: set.Pass}
	id, overdue := "", false
	err = a.db.Write(ctx, func(q db.Q) error {
		if err := keepSet(ctx, q, set, now); err != nil {
			return err
		}
		if id, overdue, err = insertOrFind(ctx, q, r, now-grace.Milliseconds()); err != nil || id != r.ID {
			return err
		}
		return openRows(ctx, q, id, items, r.Due+grace.Milliseconds())
	})
	if err == nil && overdue {
		if err = a.close(ctx, actor, id); err == nil || fault.KindOf(err) == fault.Conflict {
			return a.Start(ctx, actor, module)
		}
	}
	return id, err
}

// Open gives the actor's open attempt at a module's quiz, "" where there is none.
func (a *Attempts) Open(ctx context.Context, actor access.Actor, module string) (string, error) {
	return openOf(ctx, a.db.Read(), actor.ID, module, a.clock.Now())
}

// Sit gives an attempt of the actor's own, open or closed, without anything that tells what is right. One
// whose time is up is closed on the way.
func (a *Attempts) Sit(ctx context.Context, actor access.Actor, id string) (Sitting, error) {
	r, err := a.own(ctx, actor, id)
	if err != nil {
		return Sitting{}, err
	}
	if r.State == Open && a.clock.Now() > r.Due+grace.Milliseconds() {
		if err := a.close(ctx, actor, id); err != nil && fault.KindOf(err) != fault.Conflict {
			return Sitting{}, err
		}
		if r, err = a.own(ctx, actor, id); err != nil {
			return Sitting{}, err
		}
	}
	return a.sitting(ctx, a.db.Read(), r)
}

func (a *Attempts) own(ctx context.Context, actor access.Actor, id string) (row, error) {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return row{}, err
	}
	r, err := attemptByID(ctx, a.db.Read(), id)
	if err == nil && r.Person != actor.ID {
		err = fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

func (a *Attempts) sitting(ctx context.Context, q db.Q, r row) (s Sitting, err error) {
	if s.Attempt, err = r.attempt(); err != nil {
		return s, err
	}
	set, err := a.set(ctx, q, r.SetHash)
	if err != nil {
		return s, err
	}
	for _, item := range s.Paper {
		question := set.Question(item.Question)
		if question == nil {
			return s, fault.New(fault.Internal, "error.internal", "question", item.Question)
		}
		s.Questions = append(s.Questions, question)
	}
	s.Answers, s.Seq, err = r.answers()
	s.Answered = len(s.Answers)
	return s, err
}

// mark gives the points of an answer to a question of a paper.
func mark(asked *bank.Question, params bank.Params, chosen []string) (int, error) {
	points, err := grading.Mark(asked.Key(params), chosen)
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "quiz.answer_form")
	}
	return points, nil
}

// Submit closes the attempt. Result, evidence and audit line are written together or not at all. Submitting
// again changes nothing and is no error.
func (a *Attempts) Submit(ctx context.Context, actor access.Actor, id string) error {
	if _, err := a.own(ctx, actor, id); err != nil {
		return err
	}
	err := a.close(ctx, actor, id)
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

func (a *Attempts) close(ctx context.Context, actor access.Actor, id string) error {
	now := a.clock.Now()
	return a.db.Write(ctx, func(q db.Q) error {
		r, err := claimClose(ctx, q, id, actor.ID, now)
		if err != nil {
			return err
		}
		at, err := r.attempt()
		if err != nil {
			return err
		}
		points, err := seal(ctx, q, id, len(at.Paper))
		if err != nil {
			return err
		}
		score := grading.Total(points)
		passed := score >= r.Pass
		if err := setResult(ctx, q, id, score, passed); err != nil {
			return err
		}
		line := evidence.Line{Person: r.Person, Kind: evidence.Quiz, Subject: r.Module, Version: r.SetHash,
			Score: score, Passed: passed, Source: id, At: *r.Closed}
		if err := a.ledger.Add(ctx, q, line); err != nil {
			return err
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "attempt.closed", Actor: actor.ID, Subject: r.Person,
			Facts:   map[string]any{"attempt": id, "module": r.Module, "set": r.SetHash, "seed": r.Seed},
			Private: map[string]any{"score": score, "passed": passed}})
	})
}

// Review gives a closed attempt question by question, with what was right.
func (a *Attempts) Review(ctx context.Context, actor access.Actor, id string) (Attempt, []Marked, error) {
	r, err := attemptByID(ctx, a.db.Read(), id)
	if err != nil {
		return Attempt{}, nil, err
	}
	if err := a.people.Check(ctx, actor, access.ReviewAttempt, r.Person); err != nil {
		return Attempt{}, nil, err
	}
	if r.State != Closed {
		return Attempt{}, nil, fault.New(fault.Conflict, "quiz.still_open")
	}
	s, err := a.sitting(ctx, a.db.Read(), r)
	if err != nil {
		return Attempt{}, nil, err
	}
	marked := make([]Marked, len(s.Paper))
	for i, item := range s.Paper {
		given := s.Answers[item.Question]
		marked[i] = Marked{Question: s.Questions[i], Order: item.Order, Chosen: given.Chosen, Points: given.points}
	}
	return s.Attempt, marked, nil
}

// latest is how many attempts are listed at most.
const latest = 50

// Of gives a person's latest attempts, the newest first and without their papers; module "" for all modules.
func (a *Attempts) Of(ctx context.Context, actor access.Actor, person, module string) ([]Attempt, error) {
	if err := a.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return nil, err
	}
	return attemptsOf(ctx, a.db.Read(), person, module)
}

// Try marks an inline check of a lesson; nothing is kept.
func (a *Attempts) Try(actor access.Actor, check string, chosen []string) (Marked, error) {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return Marked{}, err
	}
	asked := a.bank.Current().Check(check)
	if asked == nil {
		return Marked{}, fault.New(fault.Missing, "error.missing")
	}
	points, err := grading.Mark(asked.Key(nil), chosen)
	if err != nil {
		return Marked{}, fault.Wrap(fault.Invalid, err, "quiz.answer_form")
	}
	m := Marked{Question: asked, Chosen: chosen, Points: points}
	for _, o := range asked.Options {
		m.Order = append(m.Order, o.ID)
	}
	return m, nil
}

// set gives the question set with this hash: the current one, or an earlier one out of the database.
func (a *Attempts) set(ctx context.Context, q db.Q, hash string) (*bank.Set, error) {
	if s := a.bank.Current().ByHash(hash); s != nil {
		return s, nil
	}
	if s, ok := a.old.Load(hash); ok {
		return s.(*bank.Set), nil
	}
	file, source, err := setSource(ctx, q, hash)
	if err != nil {
		return nil, err
	}
	s, problems := bank.Parse(file, source)
	if s == nil {
		return nil, fault.New(fault.Internal, "error.internal", "set", hash, "problems", len(problems))
	}
	a.old.Store(hash, s)
	return s, nil
}
