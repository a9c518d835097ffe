package grading

import (
	"fmt"
	"slices"
)

// Rule says how several choices make points.
type Rule string

// Rules for several choices. R options are right, W wrong; r and w of them are chosen.
const (
	RightMinusWrong Rule = "right_minus_wrong" // 100·(r/R − w/W), not below 0: what Mark does
	AllOrNothing    Rule = "all_or_nothing"    // 100 where exactly the right ones are chosen, else 0
	PerOption       Rule = "per_option"        // every option that is treated rightly (chosen or left) has 100/(R+W)
	PerOptionMinus  Rule = "per_option_minus"  // as PerOption, and every other takes as much away; not below 0
)

// Choices gives the points of chosen options by a rule, rounded half up. Where choosing nothing would earn points (by
// PerOption), it earns none: who has not answered has not answered rightly. Errors are those of Mark.
func Choices(rule Rule, k Key, chosen []string) (int, error) {
	k.Type = Multiple
	points, err := Mark(k, chosen)
	if err != nil || rule == RightMinusWrong || len(chosen) == 0 {
		return points, err
	}
	rightly := 0
	for _, o := range k.Options {
		if slices.Contains(k.Right, o) == slices.Contains(chosen, o) {
			rightly++
		}
	}
	n := len(k.Options)
	switch rule {
	case AllOrNothing:
		return Full * (rightly / max(1, n)), nil
	case PerOption:
		return Part(rightly, n), nil
	case PerOptionMinus:
		return Part(max(0, 2*rightly-n), n), nil
	}
	return 0, fmt.Errorf("%w: no rule %q", ErrAnswer, rule)
}

// Part is round_half_up(Full·of/all) in integers; nothing of nothing is 0.
func Part(of, all int) int {
	if all <= 0 || of <= 0 {
		return 0
	}
	return (2*Full*min(of, all) + all) / (2 * all)
}

// Matching gives the points of pairs: every one that is right has 100/n. What is left out is wrong; a thing or a partner
// that the question does not have gives ErrAnswer.
func Matching(right, given map[string]string) (int, error) {
	partners := map[string]bool{}
	for _, p := range right {
		partners[p] = true
	}
	hits := 0
	for thing, partner := range given {
		want, ok := right[thing]
		if !ok || !partners[partner] && partner != "" {
			return 0, fmt.Errorf("%w: %q – %q", ErrAnswer, thing, partner)
		}
		if partner == want {
			hits++
		}
	}
	return Part(hits, len(right)), nil
}

// Rules for an order.
const (
	Exact      Rule = "exact"      // 100 for the very order, else 0
	Positions  Rule = "positions"  // every thing in its place has 100/n
	Neighbours Rule = "neighbours" // every pair that rightly follows each other has 100/(n−1)
	Pairs      Rule = "pairs"      // 100·(2·concordant/all − 1) over all pairs, not below 0: Kendall's tau
)

// Ordering gives the points of an order by a rule. The given order must hold each thing once, or ErrAnswer.
func Ordering(rule Rule, right, given []string) (int, error) {
	at := map[string]int{}
	for i, thing := range right {
		at[thing] = i
	}
	places := make([]int, len(given))
	seen := map[string]bool{}
	for i, thing := range given {
		place, ok := at[thing]
		if !ok || seen[thing] {
			return 0, fmt.Errorf("%w: %q", ErrAnswer, thing)
		}
		seen[thing], places[i] = true, place
	}
	if len(given) != len(right) {
		return 0, fmt.Errorf("%w: %d things of %d", ErrAnswer, len(given), len(right))
	}
	return ordered(rule, places)
}

func ordered(rule Rule, places []int) (int, error) {
	n := len(places)
	inPlace, follow, concordant := 0, 0, 0
	for i, p := range places {
		if p == i {
			inPlace++
		}
		if i > 0 && p == places[i-1]+1 {
			follow++
		}
		for _, q := range places[i+1:] {
			if p < q {
				concordant++
			}
		}
	}
	switch pairs := n * (n - 1) / 2; {
	case inPlace == n:
		return Full, nil
	case rule == Exact:
		return 0, nil
	case rule == Positions:
		return Part(inPlace, n), nil
	case rule == Neighbours:
		return Part(follow, n-1), nil
	case rule == Pairs:
		return Part(max(0, 2*concordant-pairs), pairs), nil
	}
	return 0, fmt.Errorf("%w: no rule %q", ErrAnswer, rule)
}

// Gap is one gap of a passage with the points that it has and what it weighs.
type Gap struct{ Points, Weight int }

// Cloze gives the points of a passage: the weighted mean of its gaps, rounded half up.
func Cloze(gaps []Gap) int {
	sum, weights := 0, 0
	for _, g := range gaps {
		sum, weights = sum+g.Points*g.Weight, weights+g.Weight
	}
	if weights <= 0 {
		return 0
	}
	return (2*sum + weights) / (2 * weights)
}

// Certainty is how sure a learner is of an answer, in certainty-based marking (Gardner-Medwin 1995).
type Certainty int

// The three levels.
const (
	Guess Certainty = iota + 1
	Fairly
	Sure
)

// ByCertainty turns the points of an answer into those of certainty-based marking, in hundredths: an answer that is right,
// or partly, has 1, 2 or 3 times its points; one that is wrong 0, −200 or −600.
func ByCertainty(points int, c Certainty) (int, error) {
	if c < Guess || c > Sure {
		return 0, fmt.Errorf("%w: certainty %d", ErrAnswer, c)
	}
	if points > 0 {
		return points * int(c), nil
	}
	return [...]int{0, -2 * Full, -6 * Full}[c-Guess], nil
}
