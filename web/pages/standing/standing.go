// Package standing draws what managers, HR and inspectors see of certification: who stands where, who is at risk, which
// clauses are covered, what was shown in role-plays, how teams compare, and the evidence of one person.
package standing

import (
	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Report is what all reports on many people have in common.
type Report struct {
	layout.Frame
	Tabs    []parts.Tab
	Heading string
	Lead    string
	AsOf    string // "截至 14:32:07", and what is not counted yet
	Path    string // of the page itself, where its filters lead
	Filters []parts.Select
	Search  bool // whether people are looked for by name
	Query   string
	Exports []parts.Link
}

// Column is a heading; URL sorts by it where it can be.
type Column struct {
	Text, URL, Sorted string
	Note              string // a figure for everybody, under the heading
	Number            bool
}

// Cell is how somebody stands in one programme.
type Cell struct {
	State string // one of the states of a report; "" is not in it
	Word  string
	Note  string // "还剩34天", "3/5步"
	Late  string // what is overdue, or ""
	URL   string
	Label string // the programme, where the table has no heads
}

// Person is one line of the matrix.
type Person struct {
	ID, Name, Team, URL string
	End, Left           string
	Cells               []Cell
}

// Total is a line of the sums: a programme, and how many stand where.
type Total struct {
	Programme string
	Figures   []parts.Link // by state; "" where there is nobody
	Outside   parts.Link
}

// Matrix is people × programmes.
type Matrix struct {
	Report
	Columns []Column
	People  []Person
	Found   int
	States  []string // heads of the sums
	Totals  []Total
	Pager   Pager
	Assign  *Assign
}

// Pager leads to other pages of a long table.
type Pager struct {
	From, To, Of string
	Links        []Page
}

// Page is one of them; without an address it is a gap or the present one.
type Page struct {
	Text, URL string
	Current   bool
}

// Assign is the form that puts the ticked, or everybody whom the filter shows, into a programme.
type Assign struct {
	Programmes parts.Select
	Keep       []parts.Link // name and value of the present filter
	All        string       // "筛选出的全部 240 人"
}

// Reason is one thing that puts somebody at risk.
type Reason struct {
	State, Programme, Text, Do, URL string
}

// AtRisk is one person with their reasons.
type AtRisk struct {
	ID, Name, Team, URL string
	Reasons             []Reason
}

// Risks is the page of who is at risk.
type Risks struct {
	Report
	People []AtRisk
	Found  int
	Pager  Pager
	Assign *Assign
}

// Clause is how far one clause is covered.
type Clause struct {
	parts.Chip
	Percent   int
	Held, Not string
	Nobody    bool // no programme that certifies rests on it
}

// Section is a chapter or stage with its clauses.
type Section struct {
	Title   string
	Clauses []Clause
}

// Coverage is the page of the clauses.
type Coverage struct {
	Report
	Columns  []Column
	Sections []Section
}

// Warm is one cell of the heat map.
type Warm struct {
	Text  string // "78 %", or "" where nothing was shown
	Level int    // 1 to 5
	Label string
}

// Row is a line of the heat map.
type Row struct {
	Name, Note, URL string
	Depth           int
	Cells           []Warm
}

// Skills is the heat map.
type Skills struct {
	Report
	Columns []Column // one a stage
	Teams   []Row
	People  []Row
	Found   int
	Pager   Pager
}

// Point is one month of a trend.
type Point struct {
	Month, Share, Held string
	X, Y               string
	Label              bool
}

// TeamLine is a team in the comparison.
type TeamLine struct {
	Name, URL    string
	People, Held string
	Percent      int
	Change       string
	Way          string // up, down or ""
	Line         string // points of a polyline 120 by 28
	Label        string
}

// Trend is the page of the comparison.
type Trend struct {
	Report
	Columns []Column
	Reading string
	Points  []Point
	Line    string // points of the polyline
	Area    string
	Grid    []Point // lines at 0, 50, 100 per cent
	Teams   []TeamLine
	Nobody  bool
}

// Proof is a line of evidence.
type Proof struct {
	Text, When, URL, Number string
}

// Found is what was asked and what was found.
type Found struct {
	Asked, Found string
	Met          bool
	Proofs       []Proof
}

// Item is one step.
type Item struct {
	Title, State, Word, Note string
	Late                     bool
	Choose                   string // "三项任选其一", where the tasks are alternatives
	Found                    []Found
}

// Change is one transition.
type Change struct {
	When, State, From, To, Cause, Note string
}

// Place is one person in one programme.
type Place struct {
	Programme, Summary, URL string
	State, Word, Sentence   string
	Missing                 string
	Certificate             parts.Link
	Certificates            []Paper
	Items                   []Item
	History                 []Change
}

// Paper is a certificate that was issued.
type Paper struct {
	Number, URL, Word, Issued, Until, Score, Hash, Version string
	Whole                                                  bool
}

// One is the page of one person in one programme.
type One struct {
	layout.Frame
	Crumbs []parts.Link
	Name   string
	Place
	Approve string // where the approval is sent, "" where there is nothing to approve or the reader may not
}

// Evidence is everything of one person, to be printed.
type Evidence struct {
	layout.Frame
	Crumbs           []parts.Link
	Name, Team, When string
	Places           []Place
}

// Preview says whom an assignment concerns, before it is made.
type Preview struct {
	layout.Frame
	Crumbs    []parts.Link
	Request   string
	Programme string // its id, "" where none was chosen
	Title     string
	Start     string
	Chosen    []Person // to be put in
	In        []Person // who are in it already
	Over      string   // what is beyond the most at once
	Errors    map[string]string
	Back      string
}
