// Package progress is what a person has read, finished and passed.
//
// Every finished lesson is kept with the hash of the text that was read, and that text with it, so that one
// can always say which version somebody learnt. Nothing is ever wiped: a lesson read again in a newer version
// is a further line.
package progress

import (
	"context"
	"sync"
	"time"

	"tongguan/courses/catalog"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Progress keeps what was learnt.
type Progress struct {
	db     *db.DB
	clock  *clock.Clock
	people *people.People
	lib    *catalog.Library
	ledger *evidence.Ledger

	mu     sync.Mutex
	visits map[visitKey]visit // opened lately and not yet written
	kept   string             // hash of the content whose texts are kept
}

type visitKey struct{ person, course string }

type visit struct {
	lesson string
	at     int64
}

// New makes the room.
func New(d *db.DB, c *clock.Clock, p *people.People, lib *catalog.Library, ledger *evidence.Ledger) *Progress {
	return &Progress{db: d, clock: c, people: p, lib: lib, ledger: ledger, visits: map[visitKey]visit{}}
}

// Finished is a lesson that was finished.
type Finished struct {
	Hash string // of the text that was read, the latest
	At   int64  // milliseconds since 1970 UTC
}

// Passed is a module whose quiz was passed.
type Passed struct {
	Score int   // basis points, the best
	At    int64 // when it was passed first
}

// State is all of one person's progress.
type State struct {
	Finished map[string]Finished // by lesson
	Passed   map[string]Passed   // by module
	Last     map[string]string   // by course: the lesson opened last
	Latest   string              // the lesson opened last of all, or ""

	latestAt int64
}

// Measure is how far somebody is: steps are lessons to finish and quizzes to pass.
type Measure struct {
	Done, Steps int
}

// Complete says whether nothing is left.
func (m Measure) Complete() bool { return m.Steps > 0 && m.Done == m.Steps }

// Percent is how far, rounded down, so that 100 means complete.
func (m Measure) Percent() int {
	if m.Steps == 0 {
		return 0
	}
	return m.Done * 100 / m.Steps
}

// Module measures a module: its lessons and its quiz.
func (s State) Module(m *catalog.Module) Measure {
	out := Measure{Steps: len(m.Lessons) + 1}
	for _, l := range m.Lessons {
		if _, ok := s.Finished[l.Key()]; ok {
			out.Done++
		}
	}
	if _, ok := s.Passed[m.Key()]; ok {
		out.Done++
	}
	return out
}

// Course measures a course: all its modules.
func (s State) Course(c *catalog.Course) Measure {
	var out Measure
	for _, m := range c.Modules {
		one := s.Module(m)
		out.Done, out.Steps = out.Done+one.Done, out.Steps+one.Steps
	}
	return out
}

// Next gives the lesson to go on with in a course: the one opened last if it is unfinished, else the first
// unfinished one. When all lessons of a module are finished and its quiz is not passed, it gives that module.
func (s State) Next(c *catalog.Course) (lesson *catalog.Lesson, quiz *catalog.Module) {
	var first *catalog.Lesson
	for _, m := range c.Modules {
		unfinished := 0
		for _, l := range m.Lessons {
			if _, ok := s.Finished[l.Key()]; ok {
				continue
			}
			unfinished++
			if s.Last[c.ID] == l.Key() {
				return l, nil
			}
			if first == nil {
				first = l
			}
		}
		if _, ok := s.Passed[m.Key()]; !ok && unfinished == 0 && first == nil && quiz == nil {
			quiz = m
		}
	}
	if quiz != nil {
		return nil, quiz
	}
	return first, nil
}

// Finish records that the actor finished a lesson, in the version of the language they read. Read again on a later day,
// it is a line of evidence: a renewal may rest on it.
func (p *Progress) Finish(ctx context.Context, actor access.Actor, lesson, lang string) error {
	if err := actor.Check(access.ReadLesson, access.Self); err != nil {
		return err
	}
	l := p.lib.Current().Lesson(lesson)
	if l == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	page, now := l.Page(lang), p.clock.Now()
	return p.db.Write(ctx, func(q db.Q) error {
		if err := p.ledger.Hold(ctx, q, actor.ID); err != nil {
			return err
		}
		if err := keepVersion(ctx, q, page.Hash, lesson, lang, page.Source, now); err != nil {
			return err
		}
		first, err := finish(ctx, q, actor.ID, lesson, page.Hash, now)
		if err != nil {
			return err
		}
		l := evidence.Line{Person: actor.ID, Kind: evidence.Lesson, Subject: lesson, Version: page.Hash, Score: 10_000, Passed: true, At: now}
		if first {
			return p.ledger.Announce(ctx, q, l)
		}
		return p.again(ctx, q, l)
	})
}

// again keeps that the same text was read once more, at most once a day (UTC).
func (p *Progress) again(ctx context.Context, q db.Q, l evidence.Line) error {
	day := time.UnixMilli(l.At).UTC().Format(time.DateOnly)
	l.Source = l.Person + " " + l.Subject + " " + l.Version + " " + day
	when, err := finishedAt(ctx, q, l.Person, l.Subject, l.Version)
	if err != nil || time.UnixMilli(when).UTC().Format(time.DateOnly) == day {
		return err
	}
	known, err := p.ledger.Has(ctx, q, evidence.Lesson, l.Source)
	if err != nil || known {
		return err
	}
	return p.ledger.Add(ctx, q, l)
}

// LessonsIn gives the lessons that a person finished, each version once, as lines without a number, for whoever decides
// from them inside a transaction.
func (p *Progress) LessonsIn(ctx context.Context, q db.Q, person string) ([]evidence.Line, error) {
	return finishedLines(ctx, q, []string{person})
}

// LessonsOf gives the same of many people.
func (p *Progress) LessonsOf(ctx context.Context, persons []string) ([]evidence.Line, error) {
	return finishedLines(ctx, p.db.Read(), persons)
}

// Visit notes that the actor opened a lesson. It is written within a second, together with others', since
// nothing is decided from it.
func (p *Progress) Visit(actor access.Actor, l *catalog.Lesson) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.visits[visitKey{actor.ID, l.Course}] = visit{l.Key(), p.clock.Now()}
}

// Flush writes the visits that wait. What cannot be written is tried again with the next.
func (p *Progress) Flush(ctx context.Context) error {
	p.mu.Lock()
	waiting := p.visits
	p.visits = map[visitKey]visit{}
	p.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	err := p.db.Write(ctx, func(q db.Q) error { return writeVisits(ctx, q, waiting) })
	if err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		for k, v := range waiting {
			if _, newer := p.visits[k]; !newer {
				p.visits[k] = v
			}
		}
	}
	return err
}

// Of gives a person's progress. One statement.
func (p *Progress) Of(ctx context.Context, actor access.Actor, person string) (State, error) {
	if err := p.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return State{}, err
	}
	states, err := p.states(ctx, []string{person})
	return states[person], err
}

// OfMany gives the progress of many people, all of whom the actor must be allowed to see: those that
// people.List gave them.
func (p *Progress) OfMany(ctx context.Context, actor access.Actor, persons []string) (map[string]State, error) {
	if !actor.May(access.SeeProgress, access.Below) && !actor.May(access.SeeProgress, access.Other) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	return p.states(ctx, persons)
}

func (p *Progress) states(ctx context.Context, persons []string) (map[string]State, error) {
	lines, err := readLines(ctx, p.db.Read(), persons)
	if err != nil {
		return nil, err
	}
	out := make(map[string]State, len(persons))
	for _, id := range persons {
		out[id] = State{Finished: map[string]Finished{}, Passed: map[string]Passed{}, Last: map[string]string{}}
	}
	for _, l := range lines {
		out[l.Person] = out[l.Person].with(l)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, v := range p.visits {
		if s, ok := out[k.person]; ok {
			out[k.person] = s.with(line{Kind: "visit", Person: k.person, Subject: k.course, Detail: v.lesson, At: v.at})
		}
	}
	return out, nil
}

// with adds one line to the state.
func (s State) with(l line) State {
	switch l.Kind {
	case "finished":
		if old, ok := s.Finished[l.Subject]; !ok || l.At >= old.At {
			s.Finished[l.Subject] = Finished{Hash: l.Detail, At: l.At}
		}
	case "passed":
		s.Passed[l.Subject] = Passed{Score: l.Score, At: l.At} // one line for each module: the best score, the first time
	case "visit":
		s.Last[l.Subject] = l.Detail
		if l.At >= s.latestAt {
			s.Latest, s.latestAt = l.Detail, l.At
		}
	}
	return s
}

// Follow takes a line of evidence: a passed quiz passes its module, unless another attempt counts; where the latest counts
// and was not passed, an earlier pass is kept and counts no more.
func (p *Progress) Follow(ctx context.Context, q db.Q, l evidence.Line) error {
	switch {
	case l.Kind != evidence.Quiz || l.Effect == evidence.Idle:
		return nil
	case l.Effect == evidence.Undoes:
		return undo(ctx, q, l)
	case l.Passed:
		return pass(ctx, q, l)
	}
	return nil
}

// Version is the text of a lesson as somebody learnt it.
type Version struct {
	Hash      string `db:"hash"`
	Lesson    string `db:"lesson"`
	Lang      string `db:"lang"`
	Source    string `db:"source"`
	FirstSeen int64  `db:"first_seen"`
}

// LearntVersion gives the text that a person finished under this hash.
func (p *Progress) LearntVersion(ctx context.Context, actor access.Actor, person, hash string) (Version, error) {
	if err := p.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return Version{}, err
	}
	return version(ctx, p.db.Read(), person, hash)
}

// LastAt is when the person learnt something last, in milliseconds since 1970 UTC; 0 for never.
func (s State) LastAt() int64 {
	last := s.latestAt
	for _, f := range s.Finished {
		last = max(last, f.At)
	}
	for _, p := range s.Passed {
		last = max(last, p.At)
	}
	return last
}
