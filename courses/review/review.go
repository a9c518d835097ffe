// Package review is the qualitative appraisal of clause 3.2.3.2: superiors, colleagues and customers give marks on anchored
// scales, and only what a group of them found is ever told.
//
// # Who gave what
//
// Sheets are kept with their reviewer: without it nobody's severity could be estimated (package severity) and no abuse be
// looked into. No verb of this room gives that to anybody, be it HR, the inspector, the operator or the person reviewed; only
// the reviewer sees their own sheet, until the panel closes. Beyond names this guards against finding out by subtraction:
//
//   - nothing is given of a panel that is open, so that no sheet can be told from how a mean has moved, and how many have given
//     is told over all groups together;
//   - colleagues are shown from MinShown sheets on, and so is each of their items; an item that is not shown is not in the mean;
//   - a sheet has no time, comments have an order of their own (by a keyed hash of their text), and none says to which marks
//     it belongs;
//   - nobody is a colleague who reads what colleagues found, HR and whoever manages the person: they could take out their own;
//   - of a group in which somebody has given nobody can be taken out any more: whom that is refused of would have given.
//
// The superior is one person, whom everybody knows, and whose marks are shown: nobody can be asked as one who is none.
// Customers are shown as "customers", however few they are, and are told so.
//
// # What the trail says
//
// Nothing when a sheet is given: every entry has a time, and the times would tell whose sheet is whose. When the panel closes,
// its entry holds an HMAC-SHA256 of every sheet that counts, and of every one in whose place another came, each under a salt
// that lies beside the sheet; sorted, so that their order says nothing. From then on whoever has the sheets can prove that they
// are the ones that were given; whoever has only the trail can learn nothing of them.
//
// That somebody was asked, or is not any more, is there with who changed it and the number of the request: neither who reviews
// nor who is reviewed.
package review

import (
	"context"
	"regexp"
	"time"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/outbox"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// Group is as what somebody reviews.
type Group string

// The groups of clause 3.2.3.2.
const (
	Superior  Group = "superior"
	Colleague Group = "colleague"
	Customer  Group = "customer"
)

// Groups lists the groups in the order in which they are shown.
func Groups() []Group { return []Group{Superior, Colleague, Customer} }

// Item is one thing that is asked.
type Item struct {
	ID      string          `json:"id"`
	Name    catalog.Text    `json:"name"`
	Anchors [5]catalog.Text `json:"anchors"` // what 1 to 5 mean
}

// Panel is the set of reviewers of one person in one cycle.
type Panel struct {
	ID, Cycle, Person string
	Items             []Item
	MinShown          int    // colleagues are shown from so many on, 3 or more
	Due               string // YYYY-MM-DD, the last day
}

// Reviews keeps the panels and what was given.
type Reviews struct {
	Parts
	concerned concerned
}

// Parts are what the room leans on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Zone   *time.Location // the company's, for when a day is over
	Trail  *audit.Trail
	People *people.People
	Teams  *team.Teams
	Outbox *outbox.Outbox // nil: links are not mailed
	Letter Letter
}

// Letter writes the mail with which a customer gets a link; key and address are filled in.
type Letter func(i Invitation) outbox.Mail

// New makes the room.
func New(p Parts) *Reviews { return &Reviews{Parts: p} }

// Bounds of a panel.
const (
	fewestShown = 3
	mostItems   = 12
	mostAsked   = 40 // reviewers of one panel, customers too
)

var itemForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// clean refuses a panel that could not be given to anybody. It is the program that makes panels: what is wrong is its fault.
func (p Panel) clean() error {
	_, err := time.Parse(time.DateOnly, p.Due)
	if err != nil || p.ID == "" || p.Cycle == "" || p.Person == "" || p.MinShown < fewestShown || len(p.Items) == 0 || len(p.Items) > mostItems {
		return fault.New(fault.Invalid, "reviews.panel_form")
	}
	seen := map[string]bool{}
	for _, i := range p.Items {
		if !itemForm.MatchString(i.ID) || seen[i.ID] {
			return fault.New(fault.Invalid, "reviews.panel_form")
		}
		seen[i.ID] = true
	}
	return nil
}

// Open makes the panel, with nobody in it yet; in the caller's transaction. An ID opens once: Conflict.
func (r *Reviews) Open(ctx context.Context, q db.Q, p Panel) error {
	if err := p.clean(); err != nil {
		return err
	}
	if err := insertPanel(ctx, q, p, r.salt()); err != nil {
		return err
	}
	return r.Trail.Append(ctx, q, audit.Event{Act: "review.opened", Subject: p.Person,
		Facts: map[string]any{"panel": p.ID, "cycle": p.Cycle, "due": p.Due, "items": len(p.Items), "min_shown": p.MinShown}})
}

// Close ends it: nothing is taken any more, and there are results. In the caller's transaction. Conflict where it is not open.
// What was given goes into the trail now, all of it at once.
func (r *Reviews) Close(ctx context.Context, q db.Q, panel string) error {
	if err := closePanel(ctx, q, panel); err != nil {
		return err
	}
	defer r.forget()
	p, err := panelByID(ctx, q, panel)
	if err != nil {
		return err
	}
	counts, err := counted(ctx, q, []string{panel})
	if err != nil {
		return err
	}
	counting, earlier, err := proofs(ctx, q, panel)
	if err != nil {
		return err
	}
	facts := map[string]any{"panel": panel, "sheets": counting, "earlier": earlier}
	for _, g := range Groups() {
		facts[string(g)] = counts[panel][g].Given
	}
	return r.Trail.Append(ctx, q, audit.Event{Act: "review.closed", Subject: p.Person, Facts: facts})
}

// Show lets the person see the results of their own panel from now on, and their managers; in the caller's transaction.
// Conflict where the panel is not closed. Done twice it is done once.
func (r *Reviews) Show(ctx context.Context, q db.Q, panel string) error {
	if err := showPanel(ctx, q, panel); err != nil {
		return err
	}
	p, err := panelByID(ctx, q, panel)
	if err != nil {
		return err
	}
	return r.Trail.Append(ctx, q, audit.Event{Act: "review.shown", Subject: p.Person, Facts: map[string]any{"panel": panel}})
}

// today is the date by the company's clock, YYYY-MM-DD.
func (r *Reviews) today() string { return r.Clock.Date(r.Zone) }

// over says whether nothing is taken any more: the panel has closed, or its last day is over.
func (r *Reviews) over(p panel) bool { return p.State != "open" || p.Due < r.today() }

func missing() error { return fault.New(fault.Missing, "error.missing") }

// panelFor gives a panel, and how the actor stands to whom it reviews.
func (r *Reviews) panelFor(ctx context.Context, actor access.Actor, id string) (panel, access.Relation, error) {
	p, err := panelByID(ctx, r.DB.Read(), id)
	if err != nil {
		return panel{}, "", err
	}
	to, err := r.People.Relation(ctx, actor, p.Person)
	return p, to, err
}
