// Package session draws training that is no programme: the learner's agenda, a session, and what those need who hold them.
package session

import (
	"strconv"

	"tongguan/web/layout"
	"tongguan/web/parts"
)

// Home is a person's training: what is next, what was missed, and what colleagues brought back.
type Home struct {
	layout.Frame
	CatchUps []CatchUp
	ToMark   []Item
	Weeks    []Week
	Later    []Week // far off
	Feed     Feed
	External []ExternalLine
	Notes    []NoteLine
	Desk     string // where sessions are planned; "" for who plans none
	Decide   string // where external training is decided; "" likewise
	Waiting  int    // requests that wait there
}

// Week is a week of the agenda.
type Week struct {
	Title string
	Items []Item
}

// Item is one session in a list.
type Item struct {
	URL, Title, Day, Time, Place string
	Cancelled                    bool
	Host                         bool   // it is the reader's to hold
	Mark                         string // where attendance is marked now; "" for nowhere
	Rate                         string // of attendance, as "85%"; "" where it is not known
}

// CatchUp is a session that is to be caught up on.
type CatchUp struct {
	URL, Title, Day, Due string
	Overdue              bool
}

// Feed is the address of the reader's calendar.
type Feed struct {
	Address string // shown once, when it was made; else ""
	Made    string // when it was made; "" for never
}

// ExternalLine is an external training of the reader's own.
type ExternalLine struct {
	URL, Title, Dates, State, Next string
	Overdue                        bool
	Acts                           bool // the next step is the reader's
}

// NoteLine is what a colleague brought back.
type NoteLine struct {
	URL, Title, Who, Training, Date, Stars string
	Ratings                                int
	Talk                                   bool
}

// Form plans or changes sessions.
type Form struct {
	layout.Frame
	Action, Back                                     string
	Changing                                         bool
	Later                                            bool // there are later ones of its series
	Following                                        bool // what was chosen for them
	Request                                          string
	Sequence                                         int
	Topic, Title, Description, Place, Link, Material string
	Date, Start, End, Count, Days, Guests            string
	CatchUp                                          bool
	Hosts, Teams, Rules                              []parts.Choice
	Everybody                                        string // text of the choice of everybody; "" for who may not ask everybody
	Zone                                             string
	Errors                                           map[string]string
	Cancel                                           string // where it is cancelled
	Reason                                           string
}

// One is one session.
type One struct {
	layout.Frame
	Title, When, Place, Link, Host, Audience string
	Description, Material                    string // HTML
	MaterialURL                              string // where the material is one address
	State, Reason                            string
	Mark                                     string // the reader's: present, late, excused, absent or ""
	CaughtUp                                 string // when they caught up
	Due                                      string
	Overdue                                  bool
	CatchUp                                  string // where they say that they did; "" where there is nothing to say
	Edit, Sheet                              string // "" for who may not
}

// Sheet marks who was there.
type Sheet struct {
	layout.Frame
	Title, When, Action, Back string
	Rows                      []Row
	Error                     string
}

// Row is one person on a sheet.
type Row struct {
	ID, Name, Team string
	Seen           string // how many marks they have
	Mark           string
	CaughtUp       bool
}

// Desk lists the sessions that the reader looks after.
type Desk struct {
	layout.Frame
	Weeks   []Week
	Later   []Week // far off
	Earlier []Item
}

// Report is attendance over a span of time.
type Report struct {
	layout.Frame
	From, To string
	Error    string
	Sessions []TallyLine
	People   []TallyLine
}

// TallyLine is one line of a table of attendance.
type TallyLine struct {
	URL, Name, Note                                    string
	Expected, Present, Late, Excused, Absent, CaughtUp int
	Percent                                            int
}

// Choices of a row of a sheet, in their order.
var choices = []string{"present", "late", "excused", "absent"}

// count says how many sessions there are in some weeks.
func count(weeks []Week) (n int) {
	for _, w := range weeks {
		n += len(w.Items)
	}
	return n
}

func indexed(name string, i int) string { return name + "." + strconv.Itoa(i) }

// markTag is the class of the tag that shows a mark.
func markTag(mark string) string {
	switch mark {
	case "present", "late":
		return "tag tag-pass"
	case "absent", "excused":
		return "tag tag-now"
	}
	return "tag"
}
