// Package admin draws what administrators keep: people, teams, imports.
package admin

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Row is one person in the list.
type Row struct{ Name, URL, Login, Team, Roles, State, StateText string }

// People is the list of people.
type People struct {
	layout.Frame
	Query   string
	Teams   []parts.Choice
	Roles   []parts.Choice
	Rows    []Row
	Total   int
	Pages   []parts.Link
	Page    int
	New     string
	Import  string
	CanEdit bool
}

// Person is the form of one person.
type Person struct {
	layout.Frame
	ID                                string // "" for a new one
	Version                           int64
	Name, Login, Email, HiredOn, Lang string
	Teams                             []parts.Choice
	Roles                             []parts.Choice
	State, StateText                  string
	Errors                            map[string]string // by field: name, login, email, hired_on, team, roles, "" for the form
	OneTimeLink                       string            // just made, shown once
	CanEdit                           bool
	Back                              string

	Erased string // when their data were erased, or ""
	Erase  string // where they can be, or ""
}

// Team is one team in the tree, with its form.
type Team struct {
	ID, Name string
	Depth    int
	Members  int
	Managers []string // names
	Version  int64
	Parents  []parts.Choice
	Leaders  []parts.Choice
	Open     bool // its form is open, after an error
	Errors   map[string]string
}

// Teams is the tree.
type Teams struct {
	layout.Frame
	Teams   []Team
	New     Team
	CanEdit bool
}

// ImportRow is one line of a file.
type ImportRow struct {
	Line                                     int
	Name, Login, Email, Team, Roles, HiredOn string
	Fate, FateText, Problem                  string // fate: new, change, same or bad
}

// Import is the import of people.
type Import struct {
	layout.Frame
	Problem string // with the file as a whole
	Planned bool   // a file was read; the rest is set
	File    string // its text, to be sent again
	Rows    []ImportRow
	New     int
	Change  int
	Same    int
	Bad     int
	Columns []string // that a file may have
}
