package pipeline

import (
	"slices"

	"tongguan/quizzes/negotiation"
)

// A director is who tells a story in a territory of one account: package scenario. It may set the stage, sway the
// customer by what is said, and try out how things could have gone on. What it does is in the log as facts that no
// act explains, so such a log is proved by playing the story again, not by Verify.

// Fields is how many fields an account has.
const Fields = fields

// FieldNamed finds a field by its name.
func FieldNamed(name string) (Field, bool) {
	i := slices.Index(fieldNames[:], name)
	return Field(max(0, i)), i >= 0 && name != ""
}

// kept are the fields that the engine alone may write.
var kept = [fields]bool{Part: true, Moves: true, Opportunity: true, WeekDue: true, Time: true, Fines: true, Breaches: true, Done: true}

// CanPut says whether a director may give a field a value.
func CanPut(f Field) bool { return f < fields && !kept[f] && (f < Move0 || f > lastMove) }

// swayed are the fields between 0 and 1000 that what is said can move.
var swayed = []Field{Trust, Patience, Satisfaction, Urgency, Rival, Attitude0, Attitude1, Attitude2, Attitude3}

// CanSway says whether a field can be moved by what is said.
func CanSway(f Field) bool { return slices.Contains(swayed, f) }

// Of reads a field of an account as the world knows it.
func (r *Run) Of(account int, f Field) int64 { return r.of(account)[f] }

// Put gives a field of an account a value. Fields that the engine keeps are left alone.
func (r *Run) Put(account int, f Field, value int64) {
	if CanPut(f) {
		r.set(account, f, value)
		r.settle(account)
	}
}

// Sway moves a field that can be swayed, within 0 and 1000. A customer without patience is lost, as ever.
func (r *Run) Sway(account int, f Field, by int64) {
	if CanSway(f) && r.of(account)[Status] != Gone {
		r.add(account, f, by)
		r.giveUp(account)
		r.settle(account)
	}
}

// Agree settles price and terms without a negotiation: a story may begin after it.
func (r *Run) Agree(account int, outcome negotiation.Outcome) { r.agree(account, int64(outcome)) }

// Luck is the chance of a whole run.
type Luck struct{ luck *luck }

// Luck is what a seed gives in this territory.
func (t *Territory) Luck(seed uint64) Luck { return Luck{t.newLuck(Root{seed, t.World.Name})} }

// Fork is a copy of a run that keeps no log, and goes on under other luck, or under its own where that is none.
func (r *Run) Fork(l Luck) *Run {
	out := &Run{Territory: r.Territory, root: r.root, luck: r.luck, next: slices.Clone(r.next)}
	if l.luck != nil {
		out.luck = l.luck
	}
	r.State.Clone(&out.State)
	return out
}

// Talks is the negotiation with an account so far, for who looks back on it: both reservation values are in its table.
func (r *Run) Talks(account int) *negotiation.Session {
	s := *r.session(account)
	s.Moves = slices.Clone(s.Moves)
	return &s
}

// KeepsFloor says whether an outcome keeps the margin that needs nobody's approval, for the product that was matched.
func (r *Run) KeepsFloor(account int, o negotiation.Outcome) bool {
	return r.Sight().keepsFloor(account, o)
}

// ProfitOf is what the company would earn by an outcome, in fen, terms and all; 0 where no product was matched.
func (r *Run) ProfitOf(account int, o negotiation.Outcome) (price, profit Money) {
	v := r.of(account)
	if v[Matched] == 0 {
		return 0, 0
	}
	p := &r.Territory.World.Products[v[Matched]-1]
	terms, cost := r.Territory.terms[o], r.Territory.cost[o]
	list := max(p.List, v[Size]/p.List*p.List) // whole units
	price = list * (10_000 - terms[0]) / 10_000
	return price, price - list*p.Cost/1000 - list*(cost-terms[0])/10_000
}
