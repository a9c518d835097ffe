package scenario

import (
	"slices"

	"tongguan/quizzes/pipeline"
	"tongguan/server/base/fault"
)

// Known says which names a script may use that this package does not know.
type Known struct {
	Clause func(id string) bool
	Act    func(name string) bool // dialogue acts
}

// linted is how often a script is played at random to see what can happen.
const linted = 500

// Lint says what is wrong with a script that can be read: problems keep it from being published, notes are for its
// author to think about.
func (s *Script) Lint(file string, known Known) (problems, notes []fault.Problem) {
	l := &linter{Script: s, file: file}
	l.names(known)
	l.static()
	l.explore()
	for i := range s.Beats {
		l.compare(&s.Beats[i])
	}
	return l.problems, l.notes
}

type linter struct {
	*Script
	file            string
	problems, notes []fault.Problem
}

func (l *linter) wrong(line int, key string, args ...any) {
	l.problems = append(l.problems, fault.ProblemAt(l.file, line, key, args...))
}

// names checks clauses and dialogue acts.
func (l *linter) names(known Known) {
	clause := func(line int, id string) {
		if id != "" && !known.Clause(id) {
			l.wrong(line, "scenario.lint.clause", "clause", id)
		}
	}
	for _, id := range l.Clauses {
		clause(1, id)
	}
	for _, b := range l.Behaviours {
		clause(1, b.Clause)
	}
	for _, m := range slices.Concat(l.Outcome, l.Relationship) {
		clause(1, m.Clause)
	}
	for _, o := range l.options {
		for _, b := range o.Doing.breaks {
			clause(o.line, b.clause)
		}
		for _, m := range o.Means {
			if !known.Act(m) {
				l.wrong(o.line, "scenario.lint.act", "name", m)
			}
		}
	}
	for i := range l.Beats {
		for _, b := range l.Beats[i].Doing.breaks {
			clause(l.Beats[i].line, b.clause)
		}
	}
}

// static finds beats to which nothing leads, and behaviours that nothing shows.
func (l *linter) static() {
	reached, queue := make([]bool, len(l.Beats)), []int{0}
	if l.gone >= 0 {
		queue = append(queue, l.gone)
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at < 0 || reached[at] {
			continue
		}
		reached[at] = true
		for _, d := range l.Beats[at].Diverts {
			queue = append(queue, d.to)
		}
		for _, o := range l.Beats[at].Options {
			for _, d := range o.Diverts {
				queue = append(queue, d.to)
			}
		}
	}
	shown := make([]bool, len(l.Behaviours))
	mark := func(d *doing) {
		for _, s := range d.shows {
			shown[s.behaviour] = true
		}
	}
	for i := range l.Beats {
		if mark(&l.Beats[i].Doing); !reached[i] {
			l.wrong(l.Beats[i].line, "scenario.lint.unreachable", "id", l.Beats[i].ID)
		}
	}
	for _, o := range l.options {
		mark(&o.Doing)
	}
	for i, b := range l.Behaviours {
		if !shown[i] {
			l.wrong(1, "scenario.lint.unshown", "id", b.ID)
		}
	}
}

// met is what happened in the plays of a linter.
type met struct {
	beats   []bool
	options []bool
	texts   []bool
	shown   []bool
	endless bool
}

// explore plays at random and by the expert, and says what never came.
func (l *linter) explore() {
	m := met{beats: make([]bool, len(l.Beats)), options: make([]bool, len(l.options)), texts: make([]bool, len(l.texts)), shown: make([]bool, len(l.Behaviours))}
	values := l.Explore()
	for i := range uint64(linted) {
		p := l.NewPlay(i)
		if i%2 == 0 {
			m.play(p, Random(i))
		} else {
			m.play(p, Slipping(l.Expert(values), 250, i))
		}
	}
	if m.endless {
		l.wrong(1, "scenario.lint.endless", "max", MaxTurns)
	}
	for i := range l.Beats {
		if b := &l.Beats[i]; !m.beats[i] {
			l.wrong(b.line, "scenario.lint.never_beat", "id", b.ID)
		} else {
			l.unsaid(b.line, b.ID, b.Texts, m)
		}
	}
	for i, o := range l.options {
		if !m.options[i] {
			l.wrong(o.line, "scenario.lint.never_option", "id", o.ID)
		} else {
			l.unsaid(o.line, o.ID, o.Replies, m)
		}
	}
	for i, b := range l.Behaviours {
		if !m.shown[i] {
			l.wrong(1, "scenario.lint.never_shown", "id", b.ID)
		}
	}
}

func (l *linter) unsaid(line int, id string, passages []passage, m met) {
	for _, p := range passages {
		if !m.texts[p.text] && p.when != nil {
			l.wrong(line, "scenario.lint.never_said", "id", id, "when", p.when.text)
		}
	}
}

func (m *met) play(p *Play, next Player) {
	for !p.Ended && p.Turns < MaxTurns {
		m.beats[p.Beat] = true
		for _, o := range p.Open() {
			m.options[o.number] = true
		}
		if p.Do(next(p)) != nil {
			break
		}
	}
	m.endless = m.endless || !p.Ended
	for i, n := range p.seen {
		m.beats[i] = m.beats[i] || n > 0
	}
	for _, l := range p.Lines {
		if l.Text >= 0 {
			m.texts[l.Text] = true
		}
	}
	for i, turns := range p.Shown {
		m.shown[i] = m.shown[i] || len(turns) > 0
	}
}

// respects are the ways in which an option can be better than another, as the script states them: points, rules kept,
// the customer's trust and patience, time.
func (s *Script) respects(o *Option) (out [5]int64) {
	for _, x := range o.Doing.shows {
		out[0] += int64(s.Behaviours[x.behaviour].Points)
	}
	for _, b := range o.Doing.breaks {
		out[1] -= int64(b.points) + 100*truth(b.red)
	}
	for _, e := range o.Doing.effects {
		if e.counter < 0 && !e.put && e.value.node.op != "name" {
			v := e.value.node.eval(func(variable) int64 { return 0 })
			if i := slices.Index([]pipeline.Field{pipeline.Trust, pipeline.Patience}, e.field); i >= 0 {
				out[2+i] += v
			}
		}
	}
	for _, act := range o.Doing.acts {
		out[4] -= s.Territory.World.Minutes[act.Kind.String()]
	}
	return out
}

// compare notes an option that is as good as every other of its beat in every respect and better in some, and one that
// is as bad: neither is a decision.
func (l *linter) compare(b *Beat) {
	if len(b.Options) < 3 {
		return
	}
	for _, sign := range []int64{1, -1} {
		for _, o := range b.Options {
			if l.dominates(b, o, sign) {
				key := "scenario.lint.best"
				if sign < 0 {
					key = "scenario.lint.worst"
				}
				l.notes = append(l.notes, fault.ProblemAt(l.file, o.line, key, "id", o.ID))
			}
		}
	}
}

func (l *linter) dominates(b *Beat, o *Option, sign int64) bool {
	mine := l.respects(o)
	for _, other := range b.Options {
		if other == o {
			continue
		}
		theirs, better := l.respects(other), false
		for i := range mine {
			if sign*mine[i] < sign*theirs[i] {
				return false
			}
			better = better || mine[i] != theirs[i]
		}
		if !better {
			return false
		}
	}
	return true
}

// Hardness is what seeds of an exam expect, in hundredths of a point.
type Hardness struct {
	Seeds        int
	Mean, SD     Points
	Least, Most  Points
	Inside       int    // how many lie in the band
	InsideSpread Points // standard deviation of those
	Experts      int    // seeds that the expert passes
	Cheats       map[string]int
}

// examined is how many seeds are looked at, and how many by every cheat.
const (
	examined = 200
	cheated  = 50
)

// Hardness looks at the seeds of an exam: what each expects, how many lie in the band, whether the expert passes and
// whether a cheat does. Each runs the plays of the seeds, maybe several at a time.
func (s *Script) Hardness(each func(n int, job func(int))) Hardness {
	values := s.Explore()
	found, passed := make([]Points, examined), make([]bool, examined)
	each(examined, func(i int) {
		found[i] = s.Difficulty(uint64(i), values)
		p := s.NewPlay(uint64(i))
		p.quiet = true
		p.Perform(s.Expert(values))
		passed[i] = p.Score().Passed
	})
	h := Hardness{Seeds: examined, Least: slices.Min(found), Most: slices.Max(found), Cheats: map[string]int{}}
	var inside []Points
	for i, f := range found {
		if s.InBand(f) {
			inside = append(inside, f)
		}
		h.Experts += int(truth(passed[i]))
	}
	h.Inside = len(inside)
	h.Mean, h.SD = spread(found)
	_, h.InsideSpread = spread(inside)
	for name, cheat := range s.Cheats(values) {
		won := make([]bool, cheated)
		each(cheated, func(i int) {
			p := s.NewPlay(uint64(i))
			p.quiet = true
			p.Perform(cheat(uint64(i)))
			won[i] = p.Score().Passed
		})
		for _, w := range won {
			h.Cheats[name] += int(truth(w))
		}
	}
	return h
}

// InBand says whether an expected score is one that the exam allows.
func (s *Script) InBand(expected Points) bool {
	return s.Exam != nil && expected >= Points(s.Exam.Band[0])*100 && expected <= Points(s.Exam.Band[1])*100
}

func spread(xs []Points) (mean, sd Points) {
	if len(xs) == 0 {
		return 0, 0
	}
	for _, x := range xs {
		mean += x
	}
	mean /= Points(len(xs))
	var squares int64
	for _, x := range xs {
		squares += int64((x - mean) * (x - mean))
	}
	return mean, Points(root(squares / int64(len(xs))))
}

// root is the whole square root, by Newton's rule.
func root(n int64) int64 {
	if n < 2 {
		return n
	}
	x := n
	for y := (x + 1) / 2; y < x; y = (x + n/x) / 2 {
		x = y
	}
	return x
}
