// Package grading turns an answer into points, in exact integers and without any state.
//
// A question is worth 100 hundredths. The rule for several right answers is "right minus wrong, never below
// zero" (as in Moodle's and most examination boards' multiple-response items): with R right and W wrong
// options, r and w of them chosen, the points are 100·(r/R − w/W), rounded half up to a whole hundredth and
// not below 0. Choosing everything, or nothing, earns nothing.
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
	Single    Type = "single"    // one right option
	Multiple  Type = "multiple"  // one or more right options
	TrueFalse Type = "truefalse" // options "true" and "false"
)

// Full is the mark of a question, in hundredths.
const Full = 100

// Key is what marking needs to know of a question.
type Key struct {
	Type    Type
	Options []string // ids of all options
	Right   []string // ids of the right ones
}

// ErrAnswer means that an answer has not the form that its question asks for.
var ErrAnswer = errors.New("grading: the answer does not fit the question")

// Mark gives the points of an answer, 0 to Full. Choosing nothing earns 0. An unknown option, one chosen twice
// or two answers to a question that has one give ErrAnswer.
func Mark(k Key, chosen []string) (int, error) {
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
		return Full * right, nil
	}
	return share(right, wrong, len(k.Right), len(k.Options)-len(k.Right)), nil
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
func Total(points []int) int {
	if len(points) == 0 {
		return 0
	}
	sum := 0
	for _, p := range points {
		sum += p
	}
	n := len(points)
	return (2*100*sum + n) / (2 * n)
}
