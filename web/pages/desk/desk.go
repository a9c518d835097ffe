// Package desk draws the state of the content for its authors.
package desk

import "tongguan/web/layout"

// Problem is one thing that is wrong.
type Problem struct {
	File string
	Line int
	Text string
}

// Set is one module with its questions.
type Set struct {
	Title, URL                  string
	Statistics                  string // address of its quiz's statistics; "" where it has no quiz
	Lessons, Questions, Minutes int
	Version                     string
}

// Page is the content desk.
type Page struct {
	Scenes []Scene
	layout.Frame
	Authoring bool // edits are picked up at once
	Problems  []Problem
	Modules   []Set
	Coverage  string // how many clauses have holes, in a sentence
	Head      Head
}

// Scene is a role-play in the list.
type Scene struct {
	Title, URL, Stage, Level, Version string
	Beats                             int
	Exam                              bool
}

// Exam is how hard a role-play's exam is.
type Exam struct {
	layout.Frame
	Title   string
	Facts   []Fact
	Habits  []Fact
	Notes   []Problem
	HasExam bool
}

// Fact is a figure with its name; Bad where it is not as it should be.
type Fact struct {
	Label, Value string
	Bad          bool
}
