// Package appraisal is how people are appraised (3.2): cycles, one record a person, what it was computed from, and what was
// said and decided about it.
//
// A cycle pins its scheme; a record goes through the states of life.go, each step of it written down with its cause. What a
// result was computed from is kept with it, and its hash is in the trail, so that anybody entitled can do it again. What
// came out once is never rewritten: whoever decides something else adds an entry.
package appraisal

import (
	"context"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/courses/composite"
	"tongguan/courses/progress"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// Figure is what was measured of an indicator in a period.
type Figure struct {
	Value  int64  `json:"value"`  // in the unit of the indicator
	Source string `json:"source"` // typed, imported or simulated
	Seq    int64  `json:"seq"`    // its number among the figures
	At     int64  `json:"at"`     // milliseconds since 1970 UTC
}

// Simulated is the source of figures that nobody has measured. A record that rests on one says so for ever.
const Simulated = "simulated"

// Figures gives what was measured, and closes a period.
type Figures interface {
	// Of gives the figures that count, by person and indicator. In the caller's transaction.
	Of(ctx context.Context, q db.Q, persons []string, period string) (map[string]map[string]Figure, error)
	// Freeze forbids figures of a period for a person from now on; in the caller's transaction. cycle names why, as people read it.
	Freeze(ctx context.Context, q db.Q, person, period, cycle string) error
}

// Panel is who judges one person in one cycle. Its id is that of the record.
type Panel struct {
	ID, Cycle, Person string
	Traits            []composite.Trait
	Shown             int64  // colleagues are shown from so many on; customers from one on
	Due               string // YYYY-MM-DD, the last day
}

// Opinion is what one group of reviewers says together; no name is in it.
type Opinion struct {
	Group       string           `json:"group"` // superior, colleague or customer
	Asked       int              `json:"asked"`
	Given       int              `json:"given"`
	Withheld    bool             `json:"withheld"` // too few to be shown; then it does not count either
	Raw         int64            `json:"raw"`      // hundredths of a point
	Adjusted    int64            `json:"adjusted"` // corrected for the reviewers' leniency
	HasAdjusted bool             `json:"has_adjusted"`
	Why         string           `json:"why"`    // key of the sentence why there is no adjusted one
	Traits      map[string]int64 `json:"traits"` // by id, hundredths of a point
	Comments    []string         `json:"-"`      // shuffled; personal, and no part of the proof

	Remarks map[string][]string `json:"-"` // by trait, likewise
	ByHand  bool                `json:"-"` // a customer's link was handed over by whoever made it
}

// Panels are the reviews.
type Panels interface {
	// Open makes the panel, exactly once for an id; in the caller's transaction.
	Open(ctx context.Context, q db.Q, p Panel) error
	// Propose asks the reviewers whom the rule names, for panels that were opened, many at a time; in the caller's transaction.
	Propose(ctx context.Context, q db.Q, panels ...string) error
	// Close ends it; in the caller's transaction.
	Close(ctx context.Context, q db.Q, panel string) error
	// Show lets the person and their managers see what the groups of a panel that is closed say; in the caller's transaction.
	Show(ctx context.Context, q db.Q, panel string) error
	// Of gives what each group says, by panel; in the caller's transaction.
	Of(ctx context.Context, q db.Q, panels []string) (map[string][]Opinion, error)
}

// Deadlines are the last days of the phases, YYYY-MM-DD, none before the one above it. A phase ends at the midnight after
// its last day, in the company's zone.
type Deadlines struct {
	Targets     string `db:"targets_on"`
	Figures     string `db:"figures_on"`
	Reviews     string `db:"reviews_on"`
	Calibration string `db:"calibration_on"`
	Response    string `db:"response_on"` // LeastResponse days later or more; who is shown a result later has as many days
}

// Plan is what a cycle is opened with.
type Plan struct {
	Scheme    string   // id
	Period    string   // "2026-11" for a scheme of months, "2026" for one of years
	Teams     []string // ids, each with all teams below it
	Roles     []string // of the teams' people those with one of these; without teams, of everybody's; none for any
	Persons   []string // ids of people beside those
	Deadlines Deadlines

	Missing  composite.Missing // "" for the scheme's
	Least    int64             // basis points; -1 for the scheme's
	Weights  map[string]int64  // basis points by item; nil for the scheme's
	Rules    []composite.Rule  // where HasRules
	HasRules bool
	Bands    []composite.Band // nil for the scheme's
	Leniency bool             // whether reviews count as corrected for leniency where that is possible
}

// Affected is whom a plan would appraise.
type Affected struct {
	People []people.Person // in order of their names
	Taken  []people.Person // left out: they have a record of the period already
	Scheme *composite.Scheme
}

// Cycle is one appraisal of many people.
type Cycle struct {
	ID     string
	Title  catalog.Text // the scheme's
	Kind   string       // month or year
	Period string
	Deadlines
	Scheme   *composite.Scheme // as used
	Hash     string            // SHA-256 of the scheme as used, hex
	Adapted  bool              // whether it is not what the file said on that day
	Leniency bool
	OpenedBy string
	OpenedAt int64 // milliseconds since 1970 UTC
	ClosedAt int64 // when its last record was closed; 0 before
}

// Overview is how far a cycle has come.
type Overview struct {
	Cycle
	People     int
	States     map[State]int
	Untargeted int // records in targets or figures that lack a target of an item
	Unagreed   int // of those with every target, not agreed by the person
	Objected   int
	Late       int // records that wait for a person although their day is over
}

// Agreement is whether the person agrees with the targets.
type Agreement string

// The agreements.
const (
	Unanswered Agreement = "open"
	Agreed     Agreement = "agreed"
	Objected   Agreement = "objected"
)

// Record is one person's appraisal in one cycle.
type Record struct {
	ID        string `db:"id"`
	Cycle     string `db:"cycle_id"`
	Person    string `db:"person_id"`
	Period    string `db:"period"`
	Title     catalog.Text
	State     State     `db:"state"`
	Since     int64     `db:"since"` // milliseconds since 1970 UTC
	Seq       int64     `db:"seq"`   // transitions so far
	Agreement Agreement `db:"agreement"`
	Targets   int       `db:"targets"`    // items that have one
	Simulated bool      `db:"simulated"`  // rests on figures that nobody has measured
	Hash      string    `db:"hash"`       // SHA-256 of what was computed and from what, hex; "" before
	RespondBy string    `db:"respond_by"` // YYYY-MM-DD, "" before it is shown
	Late      bool      // waits for a person although its day is over
	Withheld  bool      // the result is part of what reviewers say, and not for inspectors: the next are empty but for Entries
	Visible   bool      // whether whoever asked may see the result; without, the next are empty
	Has       bool      `db:"has_score"` // whether there is a result
	Score     int64     `db:"score"`     // that counts now, hundredths of a point
	Band      string    `db:"band"`
	Entries   int64     `db:"entries"`
}

// Target is what is aimed at in one item of a record.
type Target struct {
	Item  string
	Value int64 // in the unit of the indicator; 0 where there is none
	By    string
	At    int64
}

// TargetStep is one line of how targets came about.
type TargetStep struct {
	Seq   int64  `db:"seq"`  // from 1, without a gap
	Kind  string `db:"kind"` // set, agreed or objected
	Item  string `db:"item"` // of one that was set
	Value int64  `db:"value"`
	Text  string `db:"text"` // of an objection
	By    string `db:"by_id"`
	At    int64  `db:"at"`
}

// EntryKind is how a result came about.
type EntryKind string

// The kinds of entries.
const (
	Computed   EntryKind = "computed"
	Calibrated EntryKind = "calibrated"
	Amendment  EntryKind = "amended"   // by the decision on a dispute
	Correction EntryKind = "corrected" // after it was closed
)

// Entry is one result of a record. The last one counts; none is ever changed.
type Entry struct {
	Seq     int64     `db:"seq"` // from 1, without a gap
	Kind    EntryKind `db:"kind"`
	Prior   int64     `db:"prior"`     // the entry in whose place it comes, 0 for the first
	HadFrom bool      `db:"had_score"` // whether that had a result
	From    int64     `db:"before"`    // its score
	Has     bool      `db:"has_score"` // false where too little was known to compute one
	To      int64     `db:"score"`     // hundredths of a point
	Band    string    `db:"band"`
	By      string    `db:"by_id"` // "" for computed
	Reason  string    `db:"reason"`
	At      int64     `db:"at"`
}

// Transition is one step of a record's life.
type Transition struct {
	Seq    int64  `db:"seq"`    // from 1, without a gap
	Before State  `db:"before"` // "" at the first
	After  State  `db:"after"`
	Act    Act    `db:"act"`
	Actor  string `db:"actor_id"` // "" for time
	Note   string `db:"note"`     // what was said
	At     int64  `db:"at"`       // when it took effect
}

// Note says what became of a certificate after it counted. The record stays as it is.
type Note struct {
	Programme string
	Number    string // of the certificate as it was then
	Was, Is   string // states of certification
	At        int64  // when it changed
}

// May is which verbs whoever asked may use on a record as it stands.
type May struct {
	SetTargets, AnswerTargets, Calibrate, Show, Respond, Decide, Close, Correct, Verify bool
}

// Whole is everything about a record that whoever asked may see.
type Whole struct {
	Record
	In          Cycle
	Goals       []Target          // one for each item that is an indicator, in the order of the scheme
	Steps       []TargetStep      // how they came about
	Measured    map[string]Figure // by item, as frozen; empty before
	Inputs      *Inputs           // nil where there are none, or they may not be seen
	Result      *composite.Result // as computed; the same
	Opinions    []Opinion         // with comments; empty where they may not be seen
	History     []Entry
	Transitions []Transition
	Notes       []Note
	Inspected   bool // seen by an inspector: without what reviewers say
	May         May
}

// Filter narrows a list of records.
type Filter struct {
	Cycle  string
	Person string
	Team   string // with all below it
	State  State
	Band   string
	Late   bool
	After  string // the last id of the page before
	Size   int    // 1 to 500; 0 for 100
}

// Page is a part of a list.
type Page struct {
	Records []Record
	Next    string // what After of the next page is, "" at the end
}

// Use is a record in which a certificate counted.
type Use struct {
	Record  string            `db:"id"`
	Person  string            `db:"person_id"`
	Period  string            `db:"period"`
	Holding composite.Holding `db:"holding"`
}

// Report is what Verify found.
type Report struct {
	Record      string   `json:"record"`
	Computed    bool     `json:"computed"`    // false before there is a result to verify
	Hash        string   `json:"hash"`        // as stored
	Trail       int64    `json:"trail"`       // number of the entry in the trail, -1 where there is none
	Differences []string `json:"differences"` // keys of sentences; none where everything agrees
}

// Whole says whether everything agrees.
func (r Report) Whole() bool { return r.Computed && len(r.Differences) == 0 }

// Ruling is a result that somebody sets.
type Ruling struct {
	Score  int64 // hundredths of a point, 0 to composite.MaxScore
	Reason string
	Seen   int64 // how many entries the page showed: where there are more by now, it is a Conflict
}

// Answer is what somebody says to their result.
type Answer struct {
	Do   Act    // Acknowledge or Dispute
	Text string // needed to dispute
}

// Appeal is the decision on a dispute.
type Appeal struct {
	Uphold bool
	Ruling // Score only where it is not upheld
}

// Appraisals keeps cycles and records.
type Appraisals struct {
	db           *db.DB
	clock        *clock.Clock
	zone         *time.Location
	trail        *audit.Trail
	people       *people.People
	teams        *team.Teams
	certificates *certification.Certification
	progress     *progress.Progress
	ledger       *evidence.Ledger
	figures      Figures
	panels       Panels
	schemes      func() []*composite.Scheme
	names        func() composite.Names
}

// Parts are the rooms that appraisal leans on.
type Parts struct {
	DB           *db.DB
	Clock        *clock.Clock
	Zone         *time.Location // the company's: phases and periods end at its midnight
	Trail        *audit.Trail
	People       *people.People
	Teams        *team.Teams
	Certificates *certification.Certification
	Progress     *progress.Progress
	Ledger       *evidence.Ledger
	Figures      Figures
	Panels       Panels
	Schemes      func() []*composite.Scheme // in the order of their ids
	Names        func() composite.Names
}

// New makes the room.
func New(p Parts) *Appraisals {
	return &Appraisals{p.DB, p.Clock, p.Zone, p.Trail, p.People, p.Teams, p.Certificates, p.Progress, p.Ledger, p.Figures, p.Panels, p.Schemes, p.Names}
}
