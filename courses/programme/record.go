package programme

import (
	"cmp"
	"slices"
	"strings"

	"tongguan/quizzes/evidence"
)

// anyTopic is the topic of an external training that takes every one.
const anyTopic = "any"

// act is one thing that somebody did, as its latest line has it: an attempt that was corrected is one attempt, and a
// signature that was taken back is one signature.
type act struct {
	evidence.Line
	At  int64 // of its first line
	was bool  // an earlier line said that it was passed
}

// good says whether the act stands as one that was passed.
func (a *act) good() bool { return a.Passed && a.Effect == evidence.AsSaid }

// record is what a case can rest on: acts by kind and subject. Attempts and lessons stand in the order in which they were
// closed and finished, however late they were marked; signatures and the like in the order of the ledger, since the later
// word holds, whatever the clocks of two nodes said.
type record map[subject][]*act

type subject struct{ kind, id string }

func (r record) of(kind, id string) []*act { return r[subject{kind, id}] }

// record gathers the lines to acts and drops those from before the case's time. An act is as old as its first line: a
// correction makes no old attempt a new one.
func (c Case) record() record {
	lines := make([]*evidence.Line, len(c.Lines))
	for i := range c.Lines {
		lines[i] = &c.Lines[i]
	}
	slices.SortStableFunc(lines, func(a, b *evidence.Line) int { return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.At, b.At)) })
	all := make([]act, 0, len(lines))
	at := make(map[[3]string]*act, len(lines))
	for _, l := range lines {
		id := [3]string{l.Kind, l.Subject, actOf(l.Source)}
		if old := at[id]; old != nil && l.Source != "" {
			*old = act{*l, old.At, old.was || old.good()}
			continue
		}
		all = append(all, act{*l, l.At, false})
		at[id] = &all[len(all)-1]
	}
	out := record{}
	for i := range all {
		if a := &all[i]; a.At >= c.Since {
			id := subject{a.Kind, a.Subject}
			out[id] = append(out[id], a)
		}
	}
	for id, acts := range out {
		if id.kind == evidence.Quiz || id.kind == evidence.Roleplay || id.kind == evidence.Lesson {
			slices.SortStableFunc(acts, func(a, b *act) int { return cmp.Compare(a.At, b.At) })
		}
	}
	return out
}

// standing gives the first of a subject's acts that was passed and not taken back, or nil, and whether one was taken back.
// What takes back and belongs to no act of its own takes back all before it.
func standing(acts []*act) (first *act, withdrawn bool) {
	for _, a := range acts {
		switch {
		case a.Effect == evidence.Idle:
		case a.good() && first == nil:
			first = a
		case a.good():
		case a.was:
			withdrawn = true
		case first != nil:
			first, withdrawn = nil, true
		}
	}
	return first, withdrawn
}

// external gives the first external training that stands, whatever its topic, and whether one was taken back.
func (r record) external() (first *act, withdrawn bool) {
	for id, acts := range r {
		if id.kind != evidence.External {
			continue
		}
		a, taken := standing(acts)
		withdrawn = withdrawn || taken
		if a != nil && (first == nil || cmp.Or(cmp.Compare(a.At, first.At), cmp.Compare(a.Number, first.Number)) < 0) {
			first = a
		}
	}
	return first, withdrawn
}

// actOf gives the act that a line's source names; what corrects it or takes it back stands behind it after a colon.
func actOf(source string) string {
	id, _, _ := strings.Cut(source, ":")
	return id
}
