package programme

import (
	"cmp"
	"slices"

	"tongguan/quizzes/evidence"
)

// Case is what is recorded about one person, as far as a programme can rest on it.
type Case struct {
	Lines []evidence.Line // the person's ledger, and the lessons that they finished as lines of the kind Lesson, in any order
	Since int64           // only what was done from this moment counts: a renewal; 0 is everything
	Held  []string        // programmes whose certificate the person holds, or held when they entered
	Start string          // the day from which due dates count, YYYY-MM-DD
	Today string          // the day it is, in the company's zone
	Only  []string        // the steps that are asked, of a renewal; empty for all. One that is not there is never done
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
	past := c.record()
	v := Verdict{Met: p.has(c.Only)}
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
		item := s.judge(p.ID, past)
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

// has says whether there are such steps, and any at all: what is not there can never be done.
func (p *Programme) has(only []string) bool {
	return len(p.Steps) > 0 && !slices.ContainsFunc(only, func(id string) bool { return p.Step(id) == nil })
}

func (v *Verdict) count(i Item) {
	if i.State == Done || i.State == Waived {
		v.Done++
	} else {
		v.Met = false
	}
	v.Began = v.Began || i.State == Done || slices.ContainsFunc(i.Tasks, func(f Finding) bool { return f.Have > 0 || f.Tries > 0 || f.Met })
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

// judge says whether a step is done: as many of its tasks as it needs, or a waiver. It rests on those that were met first,
// so that it does not come to rest on others when somebody goes on.
func (s *Step) judge(programme string, past record) Item {
	item := Item{Step: s, State: Ready}
	var met []Finding
	for i := range s.Tasks {
		f := s.Tasks[i].judge(programme+"/"+s.ID, past)
		if item.Tasks = append(item.Tasks, f); f.Met {
			met = append(met, f)
		}
	}
	if need := max(s.Need, 1); len(met) >= need {
		slices.SortStableFunc(met, func(a, b Finding) int { return cmp.Compare(a.At, b.At) })
		item.State, item.At = Done, met[need-1].At
		for _, f := range met[:need] {
			item.Lines = append(item.Lines, f.Lines...)
		}
		return item
	}
	if w, _ := standing(past.of(evidence.Waiver, programme+"/"+s.ID)); w != nil {
		item.State, item.At, item.Lines = Waived, w.At, []int64{w.Number}
	}
	return item
}

func (t *Task) judge(step string, past record) Finding {
	switch {
	case len(t.Lessons) > 0:
		return t.read(past)
	case t.Quiz != "":
		return t.scored(past.of(evidence.Quiz, t.Quiz))
	case t.Roleplay != "":
		return t.scored(past.of(evidence.Roleplay, t.Roleplay))
	case t.Session != "":
		return t.marked(standing(past.of(evidence.Session, t.Session)))
	case t.External == anyTopic:
		return t.marked(past.external())
	case t.External != "":
		return t.marked(standing(past.of(evidence.External, t.External)))
	default:
		return t.marked(standing(past.of(evidence.Signoff, step)))
	}
}

// read finds whether all lessons were finished; the moment is when the last of them was, for the first time.
func (t *Task) read(past record) Finding {
	f := Finding{Task: t, Want: len(t.Lessons), Why: Nothing}
	for _, key := range t.Lessons {
		lines := past.of(evidence.Lesson, key)
		if len(lines) == 0 {
			continue
		}
		first := lines[0]
		f.Have, f.At = f.Have+1, max(f.At, first.At)
		if first.Number > 0 {
			f.Lines = append(f.Lines, first.Number)
		}
	}
	switch {
	case f.Have == f.Want:
		f.Met, f.Why = true, Met
	case f.Have > 0:
		f.At, f.Why, f.Lines = 0, Some, nil
	}
	return f
}

// marked finds whether a sign-off, a session or an external training was done.
func (t *Task) marked(a *act, withdrawn bool) Finding {
	f := Finding{Task: t, Why: Nothing}
	switch {
	case a != nil:
		f.Met, f.Why, f.At, f.Lines = true, Met, a.At, []int64{a.Number}
	case withdrawn:
		f.Why = Withdrawn
	}
	return f
}
