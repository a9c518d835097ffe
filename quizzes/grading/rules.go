package grading

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Rule says how several choices make points.
type Rule string

// Rules for several choices. R options are right, W wrong; r and w of them are chosen.
const (
	RightMinusWrong Rule = "right_minus_wrong" // 100·(r/R − w/W), not below 0: where none is named
	AllOrNothing    Rule = "all_or_nothing"    // 100 where exactly the right ones are chosen, else 0
	PerOption       Rule = "per_option"        // every option that is treated rightly (chosen or left) has 100/(R+W)
	PerOptionMinus  Rule = "per_option_minus"  // as PerOption, and every other takes as much away; not below 0
	RightOnly       Rule = "right_only"        // 100·r/R, wrong ones ignored: for imported questions, since choosing everything earns everything
	Weighted        Rule = "weighted"          // the sum of the chosen options' credits, between 0 and 100
)

// ChoiceRules lists the rules for several choices.
func ChoiceRules() []Rule {
	return []Rule{RightMinusWrong, AllOrNothing, PerOption, PerOptionMinus, RightOnly, Weighted}
}

// severally gives the points of several chosen options by the key's rule. right and wrong of them are.
func severally(k Key, chosen []string, right, wrong int) (int, error) {
	n := len(k.Options)
	rightly := n - len(k.Right) + right - wrong // chosen rightly, or rightly left
	switch k.Rule {
	case "", RightMinusWrong:
		return share(right, wrong, len(k.Right), n-len(k.Right)), nil
	case AllOrNothing:
		return Full * (rightly / max(1, n)), nil
	case PerOption:
		return Part(rightly, n), nil
	case RightOnly:
		return Part(right, len(k.Right)), nil
	case PerOptionMinus:
		return Part(max(0, 2*rightly-n), n), nil
	case Weighted:
		sum := 0
		for _, c := range chosen {
			sum += k.Credit[c]
		}
		return min(Full, max(0, sum)), nil
	}
	return 0, fmt.Errorf("%w: no rule %q", ErrAnswer, k.Rule)
}

// Part is round_half_up(Full·of/all) in integers; nothing of nothing is 0.
func Part(of, all int) int {
	if all <= 0 || of <= 0 {
		return 0
	}
	return (2*Full*min(of, all) + all) / (2 * all)
}

// markPairs gives the points of pairs "thing=partner": every one that is right has 100/n. What is left out is wrong.
func markPairs(k Key, response []string) (int, error) {
	given, err := Split(response)
	if err != nil {
		return 0, err
	}
	hits := 0
	for thing, partners := range given {
		want, ok := k.Pairs[thing]
		if !ok || len(partners) != 1 || !slices.Contains(k.Partners, partners[0]) {
			return 0, fmt.Errorf("%w: %q – %q", ErrAnswer, thing, partners)
		}
		if partners[0] == want {
			hits++
		}
	}
	if k.Rule == AllOrNothing && hits < len(k.Pairs) {
		return 0, nil
	}
	return Part(hits, len(k.Pairs)), nil
}

// Split reads "key=value" responses, in which values may hold further equals signs. Empty values are left out: nothing was
// answered there.
func Split(response []string) (map[string][]string, error) {
	out := map[string][]string{}
	for _, r := range response {
		key, value, ok := strings.Cut(r, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("%w: %.40q is no pair", ErrAnswer, r)
		}
		if value != "" {
			out[key] = append(out[key], value)
		}
	}
	return out, nil
}

// Rules for an order.
const (
	Exact      Rule = "exact"      // 100 for the very order, else 0
	Positions  Rule = "positions"  // every thing in its place has 100/n
	Neighbours Rule = "neighbours" // every pair that rightly follows each other has 100/(n−1)
	Pairs      Rule = "pairs"      // 100·(2·concordant/all − 1) over all pairs, not below 0: Kendall's tau; where none is named
)

// OrderRules lists the rules for an order.
func OrderRules() []Rule { return []Rule{Pairs, Exact, Positions, Neighbours} }

// markOrder gives the points of an order by a rule. The given order must hold each thing once, or ErrAnswer.
func markOrder(rule Rule, right, given []string) (int, error) {
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

// markGaps gives the points of a passage: the mean of its gaps' points by their weights. A gap whose answer does not fit
// it (text where a number is asked for) earns nothing and spoils no other; one that the passage does not have gives
// ErrAnswer.
func markGaps(k Key, response []string) (int, error) {
	given, err := Split(response)
	if err != nil {
		return 0, err
	}
	sum, weights := 0, 0
	for _, g := range k.Gaps {
		points, err := Mark(g.Key, given[g.ID])
		if errors.Is(err, ErrAnswer) && (g.Key.Type == Numeric || g.Key.Type == Calculated) {
			points, err = 0, nil
		}
		if err != nil {
			return 0, err
		}
		delete(given, g.ID)
		sum, weights = sum+points*g.Weight, weights+g.Weight
	}
	for id := range given {
		return 0, fmt.Errorf("%w: no gap %q", ErrAnswer, id)
	}
	if weights <= 0 {
		return 0, nil
	}
	return (2*sum + weights) / (2 * weights), nil
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
