// Package figures draws what people achieved: the table of many, the page of one, and the import of a file.
package figures

import (
	"tongguan/web/layout"
	"tongguan/web/pages/standing"
	"tongguan/web/parts"
)

// Board is people × indicators for one period.
type Board struct {
	layout.Frame
	Period  string // as it is read
	Filters []parts.Select
	Query   string
	Total   int
	Columns []Column
	People  []Person
	Pager   standing.Pager
	Exports []parts.Link
	Import  string // where files are taken, or ""
}

// Column is one indicator.
type Column struct {
	Name, Means string
	Clause      string
}

// Person is a line of the board.
type Person struct {
	Name, Team, URL string
	Cells           []Value
}

// Value is a figure as it is read.
type Value struct {
	Label  string // of the column, for narrow screens
	Text   string // "" where there is none
	Source string // typed, imported, simulated
	Note   string
}

// Card is the figures of one person for one period.
type Card struct {
	layout.Frame
	ID, Name, Team string
	Own            bool
	Period         string // 2026-11
	PeriodText     string
	Latest         string // period that has figures, or ""
	Periods        parts.Select
	Board          string // the way back to the table, or ""
	Frozen         string // a sentence, or ""
	MayEnter       bool
	MaySimulate    bool
	Lines          []Line
	Request, Note  string
	Errors         map[string]string
}

// Line is one indicator of a card.
type Line struct {
	ID, Name, Means, Hint string
	Chip                  parts.Chip
	Now                   Value
	Who                   string // entered it, and when
	Typed, Error          string
	Versions              []Version // the latest first
	Seq                   string    // of the one that counts, or ""
	Reason, ReasonError   string    // of a withdrawal that did not come about
}

// Version is one line of a history.
type Version struct {
	Seq, Text, Source, Who, When, Note, File string
	Counts                                   bool
	Withdrawn                                string // a sentence, or ""
}

// Import takes a file.
type Import struct {
	layout.Frame
	Problem    string
	Names      string // of the indicators
	Template   string // a file to fill in
	TemplateOf string // its period
	Planned    bool
	File       string // the file as it is sent again
	FileName   string

	New, Change, Same, None, Bad, Writes int

	Rows []ImportRow
	More int // rows that are not shown
}

// ImportRow is one row of a file.
type ImportRow struct {
	Line, Fate, Login, Name, Period string
	Writes, Problems                []string
}
