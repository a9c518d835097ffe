package review

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"

	"tongguan/courses/review/severity"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

// Result is what one group of reviewers found. Values are hundredths, 0 to 10000: the mean of (mark - 1) / 4 × 100.
type Result struct {
	Group        Group
	Asked, Given int
	Withheld     bool  // nothing is shown: fewer than MinShown colleagues gave, or nobody did
	Raw          int64 // over all marks that are shown
	Adjusted     int64 // Raw without the reviewers' severity; stands beside it and never in its place
	HasAdjusted  bool
	Why          string // key of why there is no adjusted value
	Items        map[string]int64
	Comments     []string            // on the whole, in an order that says nothing
	Remarks      map[string][]string // by item, likewise
	ByHand       bool                // a customer's link was handed over by whoever made it: who used it is not certain
}

// Of gives the results by panel; in the caller's transaction. A panel that is not closed has none. No reviewer's name or id is in it.
func (r *Reviews) Of(ctx context.Context, q db.Q, panels []string) (map[string][]Result, error) {
	closed, err := closedPanels(ctx, q, panels)
	if err != nil || len(closed) == 0 {
		return nil, err
	}
	ids, fits, err := severities(ctx, q, closed)
	if err != nil {
		return nil, err
	}
	sheets, err := sheetsOf(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	counts, err := counted(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	hand, err := byHand(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	out := map[string][]Result{}
	for _, p := range closed {
		for _, g := range Groups() {
			if n := counts[p.ID][g]; n.Asked > 0 {
				one := p.result(g, sheets[p.ID][g], fits[p.Cycle])
				one.Asked, one.Given = n.Asked, n.Given
				one.ByHand = g == Customer && !one.Withheld && hand[p.ID]
				out[p.ID] = append(out[p.ID], one)
			}
		}
	}
	return out, nil
}

// severities gives the ids of panels, and how severe the reviewers are in each of their cycles.
func severities(ctx context.Context, q db.Q, closed []panel) (ids []string, fits map[string]severity.Fit, err error) {
	fits = map[string]severity.Fit{}
	for _, p := range closed {
		ids = append(ids, p.ID)
		if _, known := fits[p.Cycle]; !known {
			sheets, err := cycleSheets(ctx, q, p.Cycle)
			if err != nil {
				return nil, nil, err
			}
			fits[p.Cycle] = severity.Estimate(sheets)
		}
	}
	return ids, fits, nil
}

// result sums up the sheets of one group, which come in an order of their own.
func (p panel) result(g Group, sheets []given, fit severity.Fit) Result {
	out := Result{Group: g, Items: map[string]int64{}, Remarks: map[string][]string{}}
	least := 1
	if g == Colleague {
		least = max(fewestShown, p.MinShown)
	}
	var sum, n int64
	for _, i := range p.Items {
		var total, marks int64
		for _, s := range sheets {
			if m, ok := s.Marks[i.ID]; ok {
				total, marks = total+int64(m), marks+1
			}
		}
		if marks < int64(least) { // with so few, an item would tell what one of them gave
			continue
		}
		sum, n = sum+total, n+marks
		out.Items[i.ID] = Points(total, marks)
		if texts := p.shuffled(sheets, i.ID); len(texts) > 0 {
			out.Remarks[i.ID] = texts
		}
	}
	if len(sheets) < least || n == 0 {
		return Result{Group: g, Withheld: true}
	}
	out.Raw, out.Comments = Points(sum, n), p.shuffled(sheets, Whole)
	if out.Why = "reviews.why.customer"; g != Customer {
		out.Adjusted, out.Why = adjusted(sheets, out.Items, fit)
	}
	out.HasAdjusted = out.Why == ""
	return out
}

// Points is the mean of marks of 1 to 5 on a scale of 0 to 100, in hundredths, rounded half up: (total/marks - 1) / 4 × 100.
func Points(total, marks int64) int64 {
	return (2*(total-marks)*10000 + 4*marks) / (2 * 4 * marks)
}

// adjusted takes from the mean of the items' marks what its reviewers give more than others, each weighed by their marks in it,
// and rounds half up to hundredths within 0 to 10000; or it says why it cannot: all of the reviewers must be comparable, so
// that a value is never half corrected.
func adjusted(sheets []given, items map[string]int64, fit severity.Fit) (int64, string) {
	var points, marks, more float64
	var why severity.Reason
	for _, s := range sheets {
		n := 0.0
		for id, m := range s.Marks {
			if _, shown := items[id]; shown {
				n, points = n+1, points+float64(m-1)*2500 // whole numbers: their order does not matter
			}
		}
		shift, known := fit.Shifts[s.Reviewer]
		if !known {
			shift.Why = severity.Few
		}
		if shift.Why != "" && (why == "" || shift.Why < why) { // one of several, whoever's it is
			why = shift.Why
		}
		marks, more = marks+n, more+float64(n*shift.Value)
	}
	if why != "" {
		return 0, "reviews.why." + string(why)
	}
	return int64(min(max(math.Floor((points-more)/marks+0.5), 0), 10000)), ""
}

// shuffled gives the comments on an item, or on the whole, in order of a keyed hash of their own text: nothing of who wrote
// them, when, or with which marks is in it.
func (p panel) shuffled(sheets []given, item string) (out []string) {
	for _, s := range sheets {
		if text := s.Comments[item]; text != "" {
			out = append(out, text)
		}
	}
	place := func(text string) string {
		m := hmac.New(sha256.New, []byte(p.Salt))
		m.Write([]byte(item + "/" + text))
		return hex.EncodeToString(m.Sum(nil))
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return out
}

// Count is how many of a group were asked, and gave.
type Count struct{ Asked, Given int }

// View is a panel as somebody may see it whom it concerns.
type View struct {
	Panel
	Closed, Shown bool
	Own           bool // it is the reader whom it reviews
	MayPlan       bool // sees and changes who is asked
	MayInvite     bool
	Total         Count           // over all groups, of those who may plan or invite
	Counts        map[Group]Count // of them too, once it is closed: before, one more in a group would be somebody's
	Begun         map[Group]bool  // groups in which somebody has given, so that nobody can be taken out; of those who may plan
	Asked         []Asked         // of those who may plan; nothing says who has given
	Customers     []Contact       // of those who may invite; likewise
	Results       []Result        // of a panel that is closed; before they are shown only of those who may plan
}

// Asked is somebody who was asked.
type Asked struct {
	ID     string
	Group  Group
	Person string
}

// Contact is a customer who was invited.
type Contact struct {
	ID, Name          string
	Withdrawn, Mailed bool
}

// See gives a panel: who is asked to those who plan it, and to them the results once it is closed; to the person and their
// managers once they are shown.
func (r *Reviews) See(ctx context.Context, actor access.Actor, id string) (View, error) {
	p, to, err := r.panelFor(ctx, actor, id)
	if err != nil {
		return View{}, err
	}
	v := View{Panel: p.Panel, Closed: p.State == "closed", Shown: p.Shown, Own: to == access.Self,
		MayPlan: actor.May(access.PlanReviews, to), MayInvite: actor.May(access.InviteCustomer, to)}
	results := v.Closed && actor.May(access.SeeReviews, to) && (v.Shown || v.MayPlan)
	if !results && !v.MayPlan && !v.MayInvite {
		return View{}, missing()
	}
	if results {
		all, err := r.Of(ctx, r.DB.Read(), []string{id})
		if err != nil {
			return View{}, err
		}
		v.Results = all[id]
	}
	return v, r.list(ctx, &v)
}

// list fills in who is asked, as far as the reader may know.
func (r *Reviews) list(ctx context.Context, v *View) error {
	if !v.MayPlan && !v.MayInvite {
		return nil
	}
	counts, err := counted(ctx, r.DB.Read(), []string{v.ID})
	if err != nil {
		return err
	}
	v.count(counts[v.ID])
	all, err := requestsOf(ctx, r.DB.Read(), v.ID)
	for _, one := range all {
		switch {
		case one.Side == Customer && v.MayInvite:
			v.Customers = append(v.Customers, Contact{one.ID, one.Contact, one.Withdrawn, one.Mailed})
		case one.Side != Customer && v.MayPlan:
			v.Asked = append(v.Asked, Asked{one.ID, one.Side, one.Person})
		}
	}
	return err
}

// count fills in how many were asked and gave, as far as the reader may know.
func (v *View) count(counts map[Group]Count) {
	if v.Closed {
		v.Counts = counts
	}
	if v.MayPlan {
		v.Begun = map[Group]bool{}
	}
	for g, n := range counts {
		v.Total.Asked, v.Total.Given = v.Total.Asked+n.Asked, v.Total.Given+n.Given
		if v.MayPlan && n.Given > 0 {
			v.Begun[g] = true
		}
	}
}

// Desk is a panel in the list of those who look after it.
type Desk struct {
	ID     string `db:"id"`
	Person string `db:"person_id"`
	Cycle  string `db:"cycle"`
	Due    string `db:"due"`
	Asked  int    `db:"asked"`
	Given  int    `db:"given"`
}

// Panels gives the open panels of the people whom the actor may look after, the most urgent first; nothing for others.
func (r *Reviews) Panels(ctx context.Context, actor access.Actor) ([]Desk, error) {
	if !actor.May(access.InviteCustomer, access.Below) {
		return nil, nil
	}
	reach, err := r.People.Reach(ctx, actor, access.InviteCustomer, "")
	if err != nil {
		return nil, nothing(err)
	}
	return openPanels(ctx, r.DB.Read(), actor.ID, reach)
}
