package programme

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"tongguan/quizzes/evidence"
)

// Case is what is recorded about one person, as far as a programme can rest on it.
type Case struct {
	Lines []evidence.Line // the person's ledger, and the lessons that they finished as lines of the kind Lesson, in any order
	Since int64           // only what was done from this moment counts: a renewal; 0 is everything
	Held  []string        // programmes whose certificate the person holds
	Start string          // the day from which due dates count, YYYY-MM-DD
	Today string          // the day it is, in the company's zone
	Only  []string        // the steps that are asked, of a renewal; empty for all
}

// Verdict is how far somebody is.
type Verdict struct {
	Items   []Item
	Missing []string // programmes that must be held to enter and are not
	Done    int      // steps done or waived
	Began   bool     // something was done
	Met     bool     // nothing is left
}

// Item is one step as it stands.
type Item struct {
	Step  *Step
	State ItemState
	Tasks []Finding
	Lines []int64 // the lines of evidence that it rests on; a first reading of a lesson has no line
	At    int64   // when it was done, milliseconds since 1970 UTC
	Due   string  // YYYY-MM-DD, or ""
	Late  bool    // due before today and not done
}

// ItemState is how a step stands.
type ItemState string

// The states of a step.
const (
	Done   ItemState = "done"
	Waived ItemState = "waived"
	Ready  ItemState = "ready"  // can be done now
	Locked ItemState = "locked" // waits for another step, or for a certificate that must be held first
)

// Finding is what is found of one task.
type Finding struct {
	Task  *Task
	Met   bool
	Why   Why
	Have  int   // lessons finished, or the score that counts in basis points
	Want  int   // lessons to finish, or the score needed in basis points; 0: as the content passes
	Tries int   // attempts that counted
	At    int64 // when it was met
	Lines []int64
}

// Why is the reason of a finding, for the sentence that explains it.
type Why string

// The reasons.
const (
	Met       Why = "met"
	Nothing   Why = "nothing"   // not begun
	Some      Why = "some"      // some lessons are left
	Below     Why = "below"     // the score that counts is too low
	NotPassed Why = "notpassed" // taken, and not passed by the content's own rules
	UsedUp    Why = "usedup"    // as many attempts as count were made
	Withdrawn Why = "withdrawn" // it was signed or attended, and that was taken back
)

// Judge says how far somebody is with a programme. It reads nothing but its arguments.
func (p *Programme) Judge(c Case) Verdict {
	lines := c.counting()
	v := Verdict{Met: true}
	for _, need := range p.Requires {
		if !slices.Contains(c.Held, need) {
			v.Missing = append(v.Missing, need)
		}
	}
	state := map[string]bool{}
	for i := range p.Steps {
		s := &p.Steps[i]
		if len(c.Only) > 0 && !slices.Contains(c.Only, s.ID) {
			continue
		}
		item := s.judge(p.ID, lines)
		state[s.ID] = item.State == Done || item.State == Waived
		v.Items = append(v.Items, item)
	}
	for i := range v.Items {
		v.Items[i].place(c, state, len(v.Missing) > 0)
		v.count(v.Items[i])
	}
	v.Met = v.Met && len(v.Missing) == 0
	return v
}

func (v *Verdict) count(i Item) {
	if i.State == Done || i.State == Waived {
		v.Done++
	} else {
		v.Met = false
	}
	v.Began = v.Began || i.State == Done || slices.ContainsFunc(i.Tasks, func(f Finding) bool { return f.Have > 0 || f.Tries > 0 || f.Met })
}

// counting keeps the lines that count for this case, the oldest first.
func (c Case) counting() []evidence.Line {
	out := slices.DeleteFunc(slices.Clone(c.Lines), func(l evidence.Line) bool { return l.At < c.Since })
	slices.SortStableFunc(out, func(a, b evidence.Line) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Number, b.Number)) })
	return out
}

// place says whether a step that is not done can be done, and whether it is late.
func (i *Item) place(c Case, done map[string]bool, barred bool) {
	i.Due = i.Step.Due(c.Start)
	if i.State != Ready {
		return
	}
	i.Late = i.Due != "" && c.Today != "" && i.Due < c.Today
	waits := slices.ContainsFunc(i.Step.After, func(id string) bool { ok, asked := done[id]; return asked && !ok })
	if waits || barred {
		i.State = Locked
	}
}

// judge says whether a step is done: as many of its tasks as it needs, or a waiver.
func (s *Step) judge(programme string, lines []evidence.Line) Item {
	item := Item{Step: s, State: Ready}
	met := 0
	var whens []int64
	for i := range s.Tasks {
		f := s.Tasks[i].judge(programme+"/"+s.ID, lines)
		if f.Met {
			met++
			whens = append(whens, f.At)
			item.Lines = append(item.Lines, f.Lines...)
		}
		item.Tasks = append(item.Tasks, f)
	}
	if met >= s.Need {
		slices.Sort(whens)
		item.State, item.At = Done, whens[s.Need-1]
		return item
	}
	if w := last(lines, evidence.Waiver, programme+"/"+s.ID); w != nil && w.Passed {
		item.State, item.At, item.Lines = Waived, w.At, []int64{w.Number}
	}
	return item
}

func (t *Task) judge(step string, lines []evidence.Line) Finding {
	switch {
	case len(t.Lessons) > 0:
		return t.read(lines)
	case t.Quiz != "":
		return t.scored(evidence.Quiz, t.Quiz, lines)
	case t.Roleplay != "":
		return t.scored(evidence.Roleplay, t.Roleplay, lines)
	case t.Session != "":
		return t.marked(evidence.Session, t.Session, lines)
	case t.External != "":
		return t.marked(evidence.External, t.External, lines)
	default:
		return t.marked(evidence.Signoff, step, lines)
	}
}

// read finds whether all lessons were finished; the moment is when the last of them was, for the first time.
func (t *Task) read(lines []evidence.Line) Finding {
	f := Finding{Task: t, Want: len(t.Lessons), Why: Nothing}
	first := map[string]evidence.Line{}
	for _, l := range lines {
		if _, known := first[l.Subject]; l.Kind == evidence.Lesson && !known {
			first[l.Subject] = l
		}
	}
	for _, key := range t.Lessons {
		l, ok := first[key]
		if !ok {
			continue
		}
		f.Have, f.At = f.Have+1, max(f.At, l.At)
		if l.Number > 0 {
			f.Lines = append(f.Lines, l.Number)
		}
	}
	f.Met = f.Have == f.Want
	if f.Met {
		f.Why = Met
	} else if f.Have > 0 {
		f.Why = Some
	}
	return f
}

// last gives the latest line of a kind about a subject, or nil; "any" is every subject. A line that undoes counts as
// one that was not passed.
func last(lines []evidence.Line, kind, subject string) *evidence.Line {
	for i := len(lines) - 1; i >= 0; i-- {
		if l := &lines[i]; l.Kind == kind && (l.Subject == subject || subject == "any") && l.Effect != evidence.Idle {
			return l
		}
	}
	return nil
}

// marked finds whether the latest word on a sign-off, a session or an external training is that it was done.
func (t *Task) marked(kind, subject string, lines []evidence.Line) Finding {
	f := Finding{Task: t, Why: Nothing}
	l := last(lines, kind, subject)
	if subject == "any" {
		l = anyPassed(lines, kind)
	}
	switch {
	case l == nil:
	case l.Passed && l.Effect == evidence.AsSaid:
		f.Met, f.Why, f.At, f.Lines = true, Met, l.At, []int64{l.Number}
	default:
		f.Why = Withdrawn
	}
	return f
}

// anyPassed gives the latest passed line of a kind whose subject was not undone afterwards.
func anyPassed(lines []evidence.Line, kind string) *evidence.Line {
	for i := len(lines) - 1; i >= 0; i-- {
		l := &lines[i]
		if l.Kind == kind && l.Passed && l.Effect == evidence.AsSaid {
			if w := last(lines, kind, l.Subject); w == l {
				return l
			}
		}
	}
	return nil
}

// scored finds whether the attempts at a quiz or scene come to what is needed.
func (t *Task) scored(kind, subject string, lines []evidence.Line) Finding {
	f := Finding{Task: t, Want: t.Score, Why: Nothing}
	all := t.attempts(kind, subject, lines)
	f.Tries = len(all)
	if len(all) == 0 {
		return f
	}
	var chosen []evidence.Line
	f.Have, chosen = t.count(all)
	f.Met = t.enough(f.Have, chosen)
	switch {
	case f.Met:
		f.Why, f.At = Met, chosen[len(chosen)-1].At
		for _, l := range chosen {
			f.Lines = append(f.Lines, l.Number)
		}
	case t.Attempts > 0 && len(all) == t.Attempts:
		f.Why = UsedUp
	case t.Score > 0:
		f.Why = Below
	default:
		f.Why = NotPassed
	}
	return f
}

// enough compares a score with the one that is needed; where none is, the content's own rules have said.
func (t *Task) enough(score int, chosen []evidence.Line) bool {
	if t.Score > 0 {
		return score >= t.Score
	}
	return slices.ContainsFunc(chosen, func(l evidence.Line) bool { return l.Passed && l.Effect != evidence.Idle })
}

// attempts gives the attempts that count, one line each: the latest word on it, in the order in which they were closed
// first. Those beyond the limit, and those closed too soon after a failed one, do not count.
func (t *Task) attempts(kind, subject string, lines []evidence.Line) []evidence.Line {
	var out []evidence.Line
	at := map[string]int{}
	closed := int64(math.MinInt64 / 2) // of the last failed one
	for _, l := range lines {
		if l.Kind != kind || l.Subject != subject {
			continue
		}
		id := attemptOf(l.Source)
		if i, again := at[id]; again {
			out[i] = l // scored again after a correction
			continue
		}
		if l.At < closed+t.Wait || t.Attempts > 0 && len(out) == t.Attempts {
			continue
		}
		at[id], out = len(out), append(out, l)
		if !l.Passed || l.Score < t.Score {
			closed = l.At
		}
	}
	return out
}

// attemptOf gives the attempt that a line's source names; a correction stands behind it after a colon.
func attemptOf(source string) string {
	id, _, _ := strings.Cut(source, ":")
	return id
}

// count gives the score that counts, and the lines that it rests on; all is not empty.
func (t *Task) count(all []evidence.Line) (score int, chosen []evidence.Line) {
	switch t.Counts {
	case AsContent:
		all = standing(all)
	case Latest:
		one := all[len(all)-1]
		return one.Score, []evidence.Line{one}
	case First:
		return all[0].Score, all[:1]
	case Average:
		sum := 0
		for _, l := range all {
			sum += l.Score
		}
		return sum / len(all), all
	}
	// The first that is enough, so that a certificate does not come to rest on another line when somebody practises on.
	for _, l := range all {
		if t.enough(l.Score, []evidence.Line{l}) {
			return l.Score, []evidence.Line{l}
		}
	}
	if len(all) == 0 {
		return 0, nil
	}
	best := slices.MaxFunc(all, func(a, b evidence.Line) int { return cmp.Compare(a.Score, b.Score) })
	return best.Score, []evidence.Line{best}
}

// standing drops what another attempt has undone, or what decides nothing, by the content's own rule of which counts.
func standing(all []evidence.Line) (out []evidence.Line) {
	for _, l := range all {
		switch l.Effect {
		case evidence.Undoes:
			out = []evidence.Line{l}
		case evidence.AsSaid:
			out = append(out, l)
		}
	}
	return out
}
