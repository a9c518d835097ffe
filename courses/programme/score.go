package programme

import (
	"cmp"
	"math"
	"slices"

	"tongguan/quizzes/evidence"
)

// scored finds whether the attempts at a quiz or scene come to what is needed.
func (t *Task) scored(attempts []*act) Finding {
	f := Finding{Task: t, Want: t.Score, Why: Nothing}
	all := t.counting(attempts)
	f.Tries = len(all)
	if len(all) == 0 {
		return f
	}
	var chosen []*act
	f.Have, chosen = t.count(all)
	f.Met = t.enough(f.Have, chosen)
	switch {
	case f.Met:
		f.Why, f.At = Met, chosen[len(chosen)-1].At
		for _, a := range chosen {
			f.Lines = append(f.Lines, a.Number)
		}
	case len(all) == t.Attempts:
		f.Why = UsedUp
	case f.Have < t.Score:
		f.Why = Below
	default:
		f.Why = NotPassed
	}
	return f
}

// enough says whether a score that rests on these attempts is enough. A needed score stands in for the pass mark of a quiz.
// Of a scene it is asked beside passing: points do not make up for a red line that was crossed, or for what must be shown.
func (t *Task) enough(score int, chosen []*act) bool {
	if len(chosen) == 0 || score < t.Score {
		return false
	}
	if t.Score > 0 && t.Roleplay == "" {
		return true
	}
	return slices.ContainsFunc(chosen, func(a *act) bool { return a.Passed && a.Effect != evidence.Undoes })
}

// counting gives the attempts that count, in the order in which they were closed. Those beyond the limit, and those closed
// too soon after a failed one, do not.
func (t *Task) counting(attempts []*act) (out []*act) {
	failed := int64(math.MinInt64 / 2) // when the last failed one was closed
	for _, a := range attempts {
		if t.Attempts > 0 && len(out) == t.Attempts {
			break
		}
		if a.At < failed+t.Wait {
			continue
		}
		if out = append(out, a); !t.enough(a.Score, []*act{a}) {
			failed = a.At
		}
	}
	return out
}

// count gives the score that counts, and the attempts that it rests on; all is not empty.
func (t *Task) count(all []*act) (score int, chosen []*act) {
	switch t.Counts {
	case AsContent:
		all = deciding(all)
	case Latest:
		one := all[len(all)-1]
		return one.Score, []*act{one}
	case First:
		return all[0].Score, all[:1]
	case Average:
		sum := 0
		for _, a := range all {
			sum += a.Score
		}
		return sum / len(all), all
	}
	// The first that is enough, so that a certificate does not come to rest on another line when somebody practises on.
	for _, a := range all {
		if t.enough(a.Score, []*act{a}) {
			return a.Score, []*act{a}
		}
	}
	if len(all) == 0 {
		return 0, nil
	}
	best := slices.MaxFunc(all, func(a, b *act) int { return cmp.Compare(a.Score, b.Score) })
	return best.Score, []*act{best}
}

// deciding drops what another attempt has undone, or what decides nothing, by the content's own rule of which counts.
func deciding(all []*act) (out []*act) {
	for _, a := range all {
		switch a.Effect {
		case evidence.Undoes:
			out = []*act{a}
		case evidence.AsSaid:
			out = append(out, a)
		}
	}
	return out
}
