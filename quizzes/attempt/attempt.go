// Package attempt is one sitting of one quiz: a paper drawn from a seed, answers, a result.
//
// An attempt is pinned to the question set that it began with, by hash; the set's source is kept, so that an
// edit in the middle changes nothing for whoever is answering, and a paper can be drawn again years later.
package attempt

import (
	"context"
	"strings"
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
	Hidden   bool // score and passed may not be shown to whoever asks, and are not here
	Pending  int  // open answers that people have not marked yet: there is no score until they have
	Paper    []bank.Item
	Answered int // questions with an answer
}

// Settled says whether the attempt is closed and its score is known.
func (a Attempt) Settled() bool { return a.State == Closed && a.Pending == 0 }

// Answer is what was answered to one question.
type Answer struct {
	Chosen    []string
	Saved     int64
	Seq       int64 // number of the packet that holds it
	Certainty int   // 1 to 3, or 0 where it was not asked for
	Final     bool  // it cannot be changed any more, though the attempt is open
	points    int
}

// Sitting is an attempt with its questions in the order of its paper and what was answered so far.
type Sitting struct {
	Attempt
	Questions []*bank.Question
	Answers   map[string]Answer // by question id; one that is final may be empty
	Seq       int64             // the highest number of a packet so far
	Rules     bank.Rules
	set       *bank.Set
}

// Attempts keeps the sittings.
type Attempts struct {
	db     *db.DB
	clock  *clock.Clock
	zone   *time.Location
	trail  *audit.Trail
	people *people.People
	bank   *bank.Library
	ledger *evidence.Ledger
	// regraded is told in the transaction that changes points of closed attempts of a set; nil tells nobody.
	regraded func(ctx context.Context, q db.Q, set string) error
	since    func(ctx context.Context, q db.Q, person, module string) (int64, error)

	saves  saver
	papers papers
	old    sync.Map // hash -> *bank.Set that is no longer the current one
}

// Parts are the rooms that attempts lean on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Zone   *time.Location // in which windows are written; nil is UTC
	Trail  *audit.Trail
	People *people.People
	Bank   *bank.Library
	Ledger *evidence.Ledger
	// Regraded is told of each set whose closed attempts a correction has scored again, by its hash, in the transaction that
	// says so; nil tells nobody.
	Regraded func(ctx context.Context, q db.Q, set string) error
	// Since gives the moment from which a person's attempts count towards a quiz's limit: whoever renews a certificate has
	// them all again. nil: all attempts ever.
	Since func(ctx context.Context, q db.Q, person, module string) (int64, error)
}

// New makes the room.
func New(p Parts) *Attempts {
	zone := p.Zone
	if zone == nil {
		zone = time.UTC
	}
	return &Attempts{db: p.DB, clock: p.Clock, zone: zone, trail: p.Trail, people: p.People, bank: p.Bank, ledger: p.Ledger,
		regraded: p.Regraded, since: p.Since}
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
		if err := a.close(ctx, id); err != nil && fault.KindOf(err) != fault.Conflict {
			return Sitting{}, err
		}
		if r, err = a.own(ctx, actor, id); err != nil {
			return Sitting{}, err
		}
	}
	return a.sitting(ctx, a.db.Read(), r)
}

// Began gives when an attempt was begun, for whoever decides from its evidence inside a transaction. source is that of the
// line: the attempt, or one of its corrections.
func (a *Attempts) Began(ctx context.Context, q db.Q, source string) (int64, error) {
	id, _, _ := strings.Cut(source, ":")
	return startedAt(ctx, q, id)
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
	s.Rules, s.set = set.Rules, set
	s.Answers, s.Seq, err = r.answers()
	for _, given := range s.Answers {
		if len(given.Chosen) > 0 {
			s.Answered++
		}
	}
	return s, err
}

// mark gives the points of an answer to a question of a paper. What is typed where a number is asked for is kept even
// when it is none, and earns nothing: what somebody has entered is not thrown away.
func mark(asked *bank.Question, params bank.Params, chosen []string) (int, error) {
	points, err := grading.Mark(asked.Key(params), chosen)
	if err != nil && len(chosen) == 1 && (asked.Type == grading.Numeric || asked.Type == grading.Calculated) {
		return 0, nil
	}
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "quiz.answer_form")
	}
	return points, nil
}

// Legible says whether an answer can be read as what the question asks for: a number, with its unit.
func Legible(asked *bank.Question, params bank.Params, chosen []string) bool {
	_, err := grading.Mark(asked.Key(params), chosen)
	return err == nil
}

// How many attempts are listed at most, and how many are looked at where something is decided from them.
const (
	latest = 50
	every  = 100_000
)

// Of gives a person's latest attempts, the newest first and without their papers; module "" for all modules. Of one's own,
// scores that the rules do not show are not in them.
func (a *Attempts) Of(ctx context.Context, actor access.Actor, person, module string) ([]Attempt, error) {
	if err := a.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return nil, err
	}
	all, err := attemptsOf(ctx, a.db.Read(), person, module, latest)
	if err == nil && person == actor.ID {
		err = a.hide(ctx, all)
	}
	return all, err
}

// Result gives an attempt of the actor's own without its paper, and without its score where the rules do not show it.
func (a *Attempts) Result(ctx context.Context, actor access.Actor, id string) (Attempt, error) {
	r, err := a.own(ctx, actor, id)
	if err != nil {
		return Attempt{}, err
	}
	one := []Attempt{r.outline()}
	err = a.hide(ctx, one)
	return one[0], err
}

// hide takes out of attempts what the rules do not show to the person now.
func (a *Attempts) hide(ctx context.Context, all []Attempt) error {
	for i := range all {
		if all[i].State != Closed {
			continue
		}
		set, err := a.set(ctx, a.db.Read(), all[i].SetHash)
		if err != nil {
			return err
		}
		shows, err := a.shows(ctx, set, true)
		if err != nil {
			return err
		}
		if !shows.Score {
			all[i].Score, all[i].Passed, all[i].Hidden = 0, false, true
		}
	}
	return nil
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
