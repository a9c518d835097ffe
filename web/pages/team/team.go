// Package team draws what a manager sees: the team, one member, the form that assigns a course.
package team

import (
	"tongguan/web/layout"
	"tongguan/web/pages/programme"
	"tongguan/web/parts"
)

// Column is a heading by which a table can be sorted.
type Column struct {
	Text, URL string // URL sorts by it
	Sorted    string // ascending, descending or ""
	Number    bool   // set to the right
}

// Cell is how far a member is in one course.
type Cell struct {
	Percent  int
	Assigned bool
	Due      string // "12月5日", "" without a date
	Overdue  bool
	Complete bool
}

// Member is one line of the team.
type Member struct {
	Name, URL, Team string
	Cells           []Cell // one a course
	Last            string // when they learnt last, or ""
	Overdue         int
}

// List is the team page.
type List struct {
	layout.Frame
	Query   string
	Teams   []parts.Choice
	Sort    string
	Columns []Column
	Members []Member
	Total   int
	Overdue int // members with something overdue
	Done    int // members who have finished everything assigned
	Pages   []parts.Link
	Page    int
	Assign  string // URL of the form, "" where the reader may not
	Tabs    []parts.Tab
}

// Lesson is one lesson of a member's course.
type Lesson struct {
	Title   string
	Done    string // when, or ""
	Version string // first characters of the hash of what was read
}

// Module is one module of a member's course.
type Module struct {
	Title   string
	Stage   string
	Percent int
	Lessons []Lesson
	Score   string // "85 %", or ""
	Passed  string // when
}

// Course is one course of a member.
type Course struct {
	Title      string
	Percent    int
	Assigned   bool
	Due        string
	Overdue    bool
	Complete   bool
	AssignedBy string
	Withdraw   string // where the form posts to, "" where the reader may not
	Modules    []Module
}

// Attempt is one attempt of a member.
type Attempt struct {
	Module, When, Score, State string
	Passed                     bool
	URL                        string // of the review, "" where the reader may not
}

// MemberPage is one member.
type MemberPage struct {
	layout.Frame
	Name, Team, HiredOn, Login string
	Back                       string
	Assign                     string
	Evidence                   string // URL of what they are certified on
	Figures                    string // URL of what they achieved
	Programmes                 []programme.Mine
	Courses                    []Course
	Attempts                   []Attempt
	Rehearsals                 []Rehearsal
	Extra                      *ExtraTime // nil where the reader may not grant it
}

// ExtraTime is the time that a member has beyond a quiz's limit, with the form that grants it.
type ExtraTime struct {
	Now     string // "25 %", "" for none
	Since   string
	Reason  string // of the present grant
	Percent string // as entered
	Because string // as entered
	Errors  map[string]string
	Action  string
}

// Rehearsal is one that the person has played.
type Rehearsal struct{ URL, World, When, Value string }

// AssignForm is the form that assigns a course.
type AssignForm struct {
	layout.Frame
	Request string // identifies the form, so that sent twice it assigns once
	People  []parts.Choice
	Teams   []parts.Choice
	Courses []parts.Choice
	Due     string
	Errors  map[string]string // by field: whom, course, due, and "" for the whole form
	Back    string
}
