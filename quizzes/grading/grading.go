// Package grading turns an answer into points, in exact integers and without any state.
//
// A question is worth 100 hundredths; every rule rounds half up to a whole hundredth, once, at the end. An answer to
// any type of question is a list of strings, its response: ids of options (single, multiple, truefalse), ids of steps in
// the order given (ordering), "thing=partner" (matching), "gap=value" (cloze; several of a gap that takes several), or one
// typed text (numeric, calculated, text, open). An empty list is no answer and earns nothing.
//
// Where several options are right the rule is "right minus wrong, never below zero" unless the question names another:
// with R right and W wrong options, r and w of them chosen, the points are 100·(r/R − w/W). Choosing everything, or
// nothing, earns nothing.
package grading

import (
	"errors"
	"fmt"
	"slices"
)

// Type is the type of a question.
type Type string

// The types of questions.
const (
	Single     Type = "single"     // one right option
	Multiple   Type = "multiple"   // one or more right options
	TrueFalse  Type = "truefalse"  // options "true" and "false"
	Matching   Type = "matching"   // every thing has a partner
	Ordering   Type = "ordering"   // steps to be put in order
	Numeric    Type = "numeric"    // a typed number, with tolerance and units
	Calculated Type = "calculated" // a number that follows from parameters drawn for each paper
	ShortText  Type = "text"       // a typed word or phrase
	Cloze      Type = "cloze"      // a passage with gaps
	Open       Type = "open"       // written freely and marked by people; Mark gives it nothing
)

// Types lists the types of questions.
func Types() []Type {
	return []Type{Single, Multiple, TrueFalse, Matching, Ordering, Numeric, Calculated, ShortText, Cloze, Open}
}

// Full is the mark of a question, in hundredths.
const Full = 100

// Key is what marking needs to know of a question. Which fields count depends on the type.
type Key struct {
	Type     Type
	Rule     Rule              // "" for the type's own: RightMinusWrong, Pairs
	Options  []string          // ids of all options
	Right    []string          // ids of the right ones; of an ordering all steps in the right order
	Credit   map[string]int    // hundredths that an option earns by itself, where it is neither right nor wrong
	Pairs    map[string]string // matching: the partner of each thing
	Partners []string          // matching: all partners, also those that fit nothing
	Accepted []Accepted        // text
	Numbers  []Number          // numeric, calculated
	Units    []Unit
	Gaps     []GapKey // cloze
}

// GapKey is one gap of a passage: a question of its own (single, text or numeric) with a weight, 1 or more.
type GapKey struct {
	ID     string
	Weight int
	Key    Key
}

// ErrAnswer means that an answer has not the form that its question asks for.
var ErrAnswer = errors.New("grading: the answer does not fit the question")

// Mark gives the points of a response, 0 to Full. What does not fit the question (an unknown option, one chosen twice, two
// answers to a question that has one, text where a number is asked for) gives ErrAnswer.
func Mark(k Key, response []string) (int, error) {
	if len(response) == 0 {
		return 0, nil
	}
	switch k.Type {
	case Single, TrueFalse, Multiple:
		return choices(k, response)
	case Matching:
		return markPairs(k, response)
	case Ordering:
		rule := k.Rule
		if rule == "" {
			rule = Pairs
		}
		return markOrder(rule, k.Right, response)
	case Cloze:
		return markGaps(k, response)
	case Numeric, Calculated, ShortText, Open:
		if len(response) != 1 {
			return 0, fmt.Errorf("%w: %d texts", ErrAnswer, len(response))
		}
	default:
		return 0, fmt.Errorf("%w: no type %q", ErrAnswer, k.Type)
	}
	switch k.Type {
	case ShortText:
		return Typed(k.Accepted, response[0]), nil
	case Open:
		return 0, nil
	}
	return Figure(k.Numbers, k.Units, response[0])
}

// choices marks chosen options.
func choices(k Key, chosen []string) (int, error) {
	right, wrong := 0, 0
	for i, c := range chosen {
		switch {
		case !slices.Contains(k.Options, c):
			return 0, fmt.Errorf("%w: no option %q", ErrAnswer, c)
		case slices.Contains(chosen[:i], c):
			return 0, fmt.Errorf("%w: %q is chosen twice", ErrAnswer, c)
		case slices.Contains(k.Right, c):
			right++
		default:
			wrong++
		}
	}
	if k.Type != Multiple {
		if len(chosen) > 1 {
			return 0, fmt.Errorf("%w: %d options chosen of a question that has one answer", ErrAnswer, len(chosen))
		}
		return max(Full*right, min(Full, k.Credit[chosen[0]])), nil
	}
	return severally(k, chosen, right, wrong)
}

// share is round_half_up(Full·(right/allRight − wrong/allWrong)), not below zero, in integers.
func share(right, wrong, allRight, allWrong int) int {
	if allWrong == 0 {
		allWrong = 1 // nothing wrong can be chosen
	}
	if allRight == 0 {
		return 0
	}
	top, bottom := Full*(right*allWrong-wrong*allRight), allRight*allWrong
	if top <= 0 {
		return 0
	}
	return (2*top + bottom) / (2 * bottom)
}

// Total is the score of a paper in basis points (10,000 is everything right): the mean of the points of all
// its questions, rounded half up. A paper without questions scores 0.
func Total(points []int) int { return total(points, Full) }

// CertainTotal is the score of a paper marked by certainty: of the 300 hundredths that each question can earn, the part
// that was earned, in basis points, rounded half up and not below 0.
func CertainTotal(points []int) int { return total(points, int(Sure)*Full) }

func total(points []int, most int) int {
	sum := 0
	for _, p := range points {
		sum += p
	}
	if n := len(points) * most; n > 0 && sum > 0 {
		return (2*100*Full*sum + n) / (2 * n)
	}
	return 0
}
