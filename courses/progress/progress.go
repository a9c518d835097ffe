// Package progress is what a person has read, finished and passed.
//
// Every finished lesson is kept with the hash of the text that was read, and that text with it, so that one
// can always say which version somebody learnt. Nothing is ever wiped: a lesson read again in a newer version
// is a further line.
package progress

import (
	"context"
	"maps"
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

	mu sync.Mutex // guards what follows
	waiting
	copied map[string]bool // versions that were kept since this node started
	kept   string          // hash of the content whose texts are kept
}

// waiting is what was noted lately and not yet written: nothing is decided from it.
type waiting struct {
	visits map[visitKey]visit
	places map[placeKey]Place
	copies map[string]Version // by hash
}

func nothing() waiting {
	return waiting{map[visitKey]visit{}, map[placeKey]Place{}, map[string]Version{}}
}

func (w waiting) empty() bool { return len(w.visits)+len(w.places)+len(w.copies) == 0 }

// behind puts what could not be written back, behind what has come since.
func (w waiting) behind(newer waiting) waiting {
	maps.Copy(w.visits, newer.visits)
	maps.Copy(w.places, newer.places)
	maps.Copy(w.copies, newer.copies)
	return w
}

type visitKey struct{ person, course string }

type visit struct {
	lesson string
	at     int64
}

// New makes the room.
func New(d *db.DB, c *clock.Clock, p *people.People, lib *catalog.Library, ledger *evidence.Ledger) *Progress {
	return &Progress{db: d, clock: c, people: p, lib: lib, ledger: ledger, waiting: nothing(), copied: map[string]bool{}}
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
	Places   map[string]Place    // by lesson begun and not finished since: where they are in it; nil for whoever is somebody else

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
	page := l.Page(lang)
	return p.record(ctx, actor, reading{lesson, lang, page.Hash, page.Source, ""})
}

// reading is a text that somebody finished, and the request by which they said so, if it can come again.
type reading struct{ lesson, lang, hash, source, request string }

func (p *Progress) record(ctx context.Context, actor access.Actor, r reading) error {
	now := p.clock.Now()
	p.forgetPlace(actor.ID, r.lesson)
	return p.db.Write(ctx, func(q db.Q) error {
		if err := p.ledger.Hold(ctx, q, actor.ID); err != nil {
			return err
		}
		if r.request != "" {
			if fresh, err := p.fresh(ctx, q, actor.ID, r, now); err != nil || !fresh {
				return err
			}
		}
		if r.source != "" {
			if err := keepVersion(ctx, q, r.hash, r.lesson, r.lang, r.source, now); err != nil {
				return err
			}
		}
		if err := dropPlace(ctx, q, actor.ID, r.lesson); err != nil {
			return err
		}
		first, err := finish(ctx, q, actor.ID, r.lesson, r.hash, now)
		if err != nil {
			return err
		}
		l := evidence.Line{Person: actor.ID, Kind: evidence.Lesson, Subject: r.lesson, Version: r.hash, Score: 10_000, Passed: true, At: now}
		if first {
			return p.ledger.Announce(ctx, q, l)
		}
		return p.again(ctx, q, l)
	})
}

// fresh says whether a request comes for the first time and has something to say: an older text adds nothing once a
// newer one was finished.
func (p *Progress) fresh(ctx context.Context, q db.Q, person string, r reading, now int64) (bool, error) {
	first, err := takeRequest(ctx, q, person, r, now)
	if err != nil || !first || r.source != "" {
		return first, err
	}
	newer, err := finishedNewer(ctx, q, person, r.lesson, r.hash)
	return !newer, err
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

// Flush writes the visits, places and copies that wait. What cannot be written is tried again with the next.
func (p *Progress) Flush(ctx context.Context) error {
	p.mu.Lock()
	now := p.waiting
	p.waiting = nothing()
	p.mu.Unlock()
	if now.empty() {
		return nil
	}
	err := p.db.Write(ctx, func(q db.Q) error { return writeWaiting(ctx, q, now) })
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.waiting = now.behind(p.waiting)
		return err
	}
	for hash := range now.copies {
		p.copied[hash] = true
	}
	return nil
}

// Of gives a person's progress. One statement.
func (p *Progress) Of(ctx context.Context, actor access.Actor, person string) (State, error) {
	if err := p.people.Check(ctx, actor, access.SeeProgress, person); err != nil {
		return State{}, err
	}
	if person == actor.ID {
		return p.own(ctx, person)
	}
	states, err := p.states(ctx, []string{person})
	return states[person], err
}

// own gives somebody's progress with what only they are shown.
func (p *Progress) own(ctx context.Context, person string) (State, error) {
	lines, err := readOwn(ctx, p.db.Read(), person)
	if err != nil {
		return State{}, err
	}
	s := p.fold([]string{person}, lines)[person]
	if s.Places == nil {
		s.Places = map[string]Place{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, x := range p.places {
		if k.person == person && x.At > s.Places[k.lesson].At {
			s.Places[k.lesson] = x
		}
	}
	return s, nil
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
	return p.fold(persons, lines), nil
}

// fold makes states out of lines and the visits that wait.
func (p *Progress) fold(persons []string, lines []line) map[string]State {
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
	return out
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
	case "place":
		if s.Places == nil {
			s.Places = map[string]Place{}
		}
		s.Places[l.Subject] = Place{Anchor: l.Detail, Heading: l.Score / placeScale, Part: l.Score % placeScale, At: l.At}
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
