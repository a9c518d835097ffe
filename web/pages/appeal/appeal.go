// Package appeal draws the form with which somebody objects to a question of their own attempt.
package appeal

import "tongguan/web/layout"

// Form is the objection to one question.
type Form struct {
	layout.Frame
	Module   string
	Number   int // of the question on the paper
	Stem     string
	Question string // id
	Text     string
	Problem  string
	Action   string
	Back     string // the review
}
