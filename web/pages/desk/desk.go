// Package desk draws the state of the content for its authors.
package desk

import "tongguan/web/layout"

// Problem is one thing that is wrong.
type Problem struct {
	File string
	Line int
	Text string
}

// Row is the coverage of one clause.
type Row struct {
	ID, Title, URL     string
	Lessons, Questions int
}

// Set is one module with its questions.
type Set struct {
	Title, URL                  string
	Lessons, Questions, Minutes int
	Version                     string
}

// Page is the content desk.
type Page struct {
	layout.Frame
	Authoring bool // edits are picked up at once
	Problems  []Problem
	Modules   []Set
	Coverage  []Row
	Covered   int
}
