package pipeline

import "slices"

// ActKind is what a rep can do.
type ActKind uint16

// The acts, about in the order of the process.
const (
	Research ActKind = iota
	Screen
	Call
	Mail
	Visit
	AskOpen
	AskProbing
	AskConfirming
	Confirm
	Match // Arg is the product
	Design
	SubmitReview
	Present
	CreditCheck
	Prepare
	Offer // Arg is the outcome
	Accept
	WalkAway
	SubmitLegal
	Sign
	Order
	Coordinate
	Track
	Feedback
	Assign
	Solve
	Revisit
	HandleComplaint
	Escalate
	Meeting
	Report
	Decline
	ReportViolation
	Pay
	Drop
	Wait // Arg is minutes; 0 is until the next morning
	acts
)

// Act is one thing that a rep does for an account.
type Act struct {
	Kind    ActKind
	Account int
	Arg     int64
}

// rule is what an act is: its name, the clauses that it serves, the minutes that it usually takes, what stands
// against it (the key of a sentence, or ""), and what it does.
type rule struct {
	name    string
	clauses []string
	minutes int
	bars    func(r *Run, a int, arg int64) string
	do      func(r *Run, a int, arg int64)
}

var rules = [acts]rule{
	Research:        {"research", []string{"2.1.1"}, 90, free, (*Run).research},
	Screen:          {"screen", []string{"2.1.2"}, 45, free, (*Run).screen},
	Call:            {"call", []string{"2.1.3"}, 25, free, contact(450, 25, 0)},
	Mail:            {"mail", []string{"2.1.3"}, 15, free, contact(250, 12, 1)},
	Visit:           {"visit", []string{"2.1.3", "2.2.1"}, 150, free, contact(750, 70, 2)},
	AskOpen:         {"ask_open", []string{"2.2.1"}, 30, afterContact, (*Run).askOpen},
	AskProbing:      {"ask_probing", []string{"2.2.2"}, 30, afterContact, (*Run).askProbing},
	AskConfirming:   {"ask_confirming", []string{"2.2.3"}, 20, afterContact, (*Run).askConfirming},
	Confirm:         {"confirm", []string{"2.2.3"}, 40, afterNeeds, (*Run).confirm},
	Match:           {"match", []string{"2.3.1"}, 45, productOf, (*Run).match},
	Design:          {"design", []string{"2.3.2"}, 240, afterMatch, (*Run).design},
	SubmitReview:    {"submit_review", []string{"2.3.2"}, 20, beforeReview, (*Run).submitReview},
	Present:         {"present", []string{"2.3.3"}, 120, toPresent, (*Run).present},
	CreditCheck:     {"credit_check", []string{"4.2"}, 30, free, (*Run).checkCredit},
	Prepare:         {"prepare", []string{"2.4.1"}, 90, beforeDeal, (*Run).prepare},
	Offer:           {"offer", []string{"2.4.2", "2.4.3"}, 45, toOffer, (*Run).offer},
	Accept:          {"accept", []string{"2.4.4"}, 20, toAccept, (*Run).accept},
	WalkAway:        {"walk_away", []string{"2.4.1"}, 20, atTable, (*Run).walkAway},
	SubmitLegal:     {"submit_legal", []string{"2.5.1", "4.3"}, 20, toLegal, (*Run).submitLegal},
	Sign:            {"sign", []string{"2.5.2"}, 60, toSign, (*Run).sign},
	Order:           {"order", []string{"2.5.3"}, 30, toOrder, (*Run).order},
	Coordinate:      {"coordinate", []string{"2.5.3", "3.3.1"}, 45, toCoordinate, (*Run).coordinate},
	Track:           {"track", []string{"2.5.4"}, 30, toTrack, (*Run).track},
	Feedback:        {"feedback", []string{"2.6.1"}, 30, afterDelivery, (*Run).feedback},
	Assign:          {"assign", []string{"2.6.2"}, 15, toAssign, (*Run).assign},
	Solve:           {"solve", []string{"2.6.2"}, 150, withTicket, (*Run).solve},
	Revisit:         {"revisit", []string{"2.6.3", "4.2"}, 120, afterDelivery, (*Run).revisit},
	HandleComplaint: {"handle_complaint", []string{"2.6.4"}, 60, withComplaint, (*Run).handle},
	Escalate:        {"escalate", []string{"3.3.2"}, 20, live, (*Run).escalate},
	Meeting:         {"meeting", []string{"3.3.1"}, 90, live, (*Run).meeting},
	Report:          {"report", []string{"3.3.2"}, 15, live, (*Run).report},
	Decline:         {"decline", []string{"1.3.1"}, 15, whenTempted, (*Run).decline},
	ReportViolation: {"report_violation", []string{"4.4", "5.1.3"}, 20, whenTempted, (*Run).reportViolation},
	Pay:             {"pay", []string{"4.4"}, 15, whenTempted, (*Run).pay},
	Drop:            {"drop", []string{"2.1.2"}, 5, toDrop, func(r *Run, a int, _ int64) { r.lose(a, ByChoice) }},
	Wait:            {"wait", nil, 0, func(*Run, int, int64) string { return "" }, func(*Run, int, int64) {}},
}

func (k ActKind) String() string { return rules[k].name }

// Clauses are those that the act serves.
func (k ActKind) Clauses() []string { return rules[k].clauses }

// ActNamed finds an act by its name.
func ActNamed(name string) (ActKind, bool) {
	i := slices.IndexFunc(rules[:], func(r rule) bool { return r.name == name })
	return ActKind(max(0, i)), i >= 0
}

// ActError says why an act is not possible. Key names the sentence.
type ActError struct {
	Key string
	Act Act
}

func (e *ActError) Error() string { return "pipeline: " + e.Act.Kind.String() + ": " + e.Key }

// Can says whether an act is possible now: nil, or an *ActError. What is only unwise, or forbidden by the policy,
// is possible, as in life.
func (r *Run) Can(act Act) error {
	key := ""
	switch {
	case act.Kind >= acts || act.Account < 0 || act.Account >= len(r.State.Accounts):
		return &ActError{"act.unknown", Act{Kind: Wait}}
	case r.State.Now >= r.Territory.end:
		key = "act.over"
	case act.Kind == Wait && (act.Arg < 0 || act.Arg > int64(r.Territory.end)):
		key = "act.time"
	case act.Arg != 0 && act.Kind != Wait && act.Kind != Offer && act.Kind != Match:
		key = "act.argument"
	default:
		key = rules[act.Kind].bars(r, act.Account, act.Arg)
	}
	if key != "" {
		return &ActError{key, act}
	}
	return nil
}

// Do does an act and lets the time pass that it takes. An act that is not possible changes nothing.
func (r *Run) Do(act Act) error {
	if err := r.Can(act); err != nil {
		return err
	}
	r.do(act)
	return nil
}

func (r *Run) do(act Act) {
	now := r.State.Now
	until := now + r.Territory.minutes[act.Kind]
	if act.Kind == Wait {
		if until = now + Minute(act.Arg); act.Arg == 0 {
			until = (now/workingDay + 1) * workingDay
		}
	}
	r.emit(Acted, uint32(act.Account), uint16(act.Kind), act.Arg)
	rules[act.Kind].do(r, act.Account, act.Arg)
	r.settle(act.Account)
	until = min(until, r.Territory.end)
	r.pass(until)
	r.emit(Spent, uint32(act.Account), uint16(act.Kind), int64(until-now))
}

// What stands against acts.

func live(r *Run, a int, _ int64) string { return unless(r.of(a)[Status] != Gone, "act.gone") }

func free(r *Run, a int, arg int64) string { return live(r, a, arg) }

func unless(ok bool, key string) string {
	if ok {
		return ""
	}
	return key
}

// barred makes a bar of a further condition on an account that is not gone.
func barred(key string, ok func(v *[fields]int64) bool) func(*Run, int, int64) string {
	return func(r *Run, a int, arg int64) string {
		if key := live(r, a, arg); key != "" {
			return key
		}
		return unless(ok(r.of(a)), key)
	}
}

var (
	afterContact  = barred("act.nobody_met", func(v *[fields]int64) bool { return v[Met] != 0 })
	afterNeeds    = barred("act.no_needs", func(v *[fields]int64) bool { return v[Met] != 0 && v[Known] != 0 })
	afterMatch    = barred("act.no_product", func(v *[fields]int64) bool { return v[Matched] != 0 && v[Deal] == 0 })
	beforeReview  = barred("act.no_design", func(v *[fields]int64) bool { return v[Quality] != 0 && v[Reviewed] == 0 })
	toPresent     = barred("act.no_product", func(v *[fields]int64) bool { return v[Met] != 0 && v[Matched] != 0 && v[Deal] == 0 })
	beforeDeal    = barred("act.agreed", func(v *[fields]int64) bool { return v[Deal] == 0 })
	toAccept      = barred("act.no_counter", func(v *[fields]int64) bool { return v[Deal] == 0 && v[Moves] > 0 && v[Moves]%2 == 0 })
	atTable       = barred("act.no_talks", func(v *[fields]int64) bool { return v[Deal] == 0 && v[Moves] > 0 })
	toLegal       = barred("act.no_contract", func(v *[fields]int64) bool { return v[Deal] != 0 && v[Signed] == 0 && v[Legal] == 0 })
	toSign        = barred("act.no_contract", func(v *[fields]int64) bool { return v[Deal] != 0 && v[Signed] == 0 })
	toOrder       = barred("act.unsigned", func(v *[fields]int64) bool { return v[Signed] != 0 && v[Ordered] == 0 })
	toCoordinate  = barred("act.delivered", func(v *[fields]int64) bool { return v[Coordinated] == 0 && v[DeliveredAt] == 0 })
	toTrack       = barred("act.not_ordered", func(v *[fields]int64) bool { return v[Ordered] != 0 && v[DeliveredAt] == 0 })
	afterDelivery = barred("act.not_delivered", func(v *[fields]int64) bool { return v[DeliveredAt] != 0 })
	withTicket    = barred("act.no_ticket", func(v *[fields]int64) bool { return v[Tickets] > 0 })
	toAssign      = barred("act.no_ticket", func(v *[fields]int64) bool { return v[Tickets] > 0 && v[FixDue] == 0 })
	withComplaint = barred("act.no_complaint", func(v *[fields]int64) bool { return v[Complaint] != 0 })
	toDrop        = barred("act.bound", func(v *[fields]int64) bool { return v[Signed] == 0 && v[Wins] == 0 })
	whenTempted   = barred("act.not_tempted", func(v *[fields]int64) bool { return v[Tempted] == 1 })
)

func productOf(r *Run, a int, arg int64) string {
	if arg < 0 || arg >= int64(len(r.Territory.covers)) {
		return "act.product"
	}
	return beforeDeal(r, a, arg)
}

func toOffer(r *Run, a int, arg int64) string {
	v := r.of(a)
	switch {
	case arg < 0 || arg >= int64(len(r.Territory.cost)):
		return "act.outcome"
	case v[Deal] == 0 && v[Moves] >= 2*int64(r.Territory.World.Terms.Rounds):
		return "act.no_offers"
	case v[Deal] == 0 && v[Met] == 0:
		return "act.nobody_met"
	case v[Deal] == 0 && v[Matched] == 0:
		return "act.no_product"
	}
	return beforeDeal(r, a, arg)
}
