package scenario

import (
	"slices"

	"tongguan/quizzes/negotiation"
	"tongguan/quizzes/pipeline"
)

// Points are hundredths of a point, so that sums are exact.
type Points int64

// Parts of a score.
const (
	Process      = "process"
	Outcome      = "outcome"
	Compliance   = "compliance"
	Relationship = "relationship"
)

// Item is one line of a score: what it is for, the points, of how many, and the turns that it rests on.
type Item struct {
	Part   string
	ID     string // of a behaviour or a measure; "kept" and "broken" for compliance
	Clause string
	Points Points
	Of     Points
	Turns  []int
	Value  int64   // what was measured
	Breach *Breach // what was broken
}

// Score is what a play is worth: the sum of its items, to the hundredth.
type Score struct {
	Items   []Item
	Total   Points
	Passed  bool
	Success bool     // what the scenario is about was reached
	Red     []Breach // breaches that fail whatever the points
	Missing []string // behaviours that passing takes and that were not shown
}

// Score adds up a play as it stands.
//
//	process      every behaviour shown has its points, once
//	outcome      each measure: its points × (value − from) ÷ (to − from), between 0 and all, rounded down to a hundredth
//	compliance   all points, less those of every breach, not below 0
//	relationship as outcome
//
// Passed is: the total is at least the passing score, every behaviour that is a must was shown, and no red line was
// crossed.
func (p *Play) Score() Score {
	s := p.Script
	out := Score{Success: p.holds(s.success), // counted out: whoever thinks ahead adds up some hundred times before a move
		Items: make([]Item, 0, len(s.Behaviours)+len(s.Outcome)+1+len(p.Broken)+len(s.Relationship))}
	for i, b := range s.Behaviours {
		item := Item{Part: Process, ID: b.ID, Clause: b.Clause, Of: Points(b.Points) * 100, Turns: p.Shown[i]}
		if len(p.Shown[i]) > 0 {
			item.Points = item.Of
		} else if slices.Contains(s.Pass.Must, b.ID) {
			out.Missing = append(out.Missing, b.ID)
		}
		out.Items = append(out.Items, item)
	}
	for i, m := range s.Outcome {
		out.Items = append(out.Items, p.measure(Outcome, m, s.outcome[i]))
	}
	p.compliance(&out)
	for i, m := range s.Relationship {
		out.Items = append(out.Items, p.measure(Relationship, m, s.relation[i]))
	}
	for _, item := range out.Items {
		out.Total += item.Points
	}
	out.Passed = out.Total >= Points(s.Pass.Score)*100 && len(out.Missing) == 0 && len(out.Red) == 0
	return out
}

func (p *Play) measure(part string, m Measure, e expression) Item {
	v := e.node.eval(p.look)
	all := Points(m.Points) * 100
	return Item{Part: part, ID: m.ID, Clause: m.Clause, Of: all, Value: v, Points: max(0, min(all, all*Points(v-m.From)/Points(m.To-m.From)))}
}

// compliance is all of its points, then a negative item for every breach until none are left.
func (p *Play) compliance(out *Score) {
	left := Points(p.Script.Rubric.Compliance) * 100
	out.Items = append(out.Items, Item{Part: Compliance, ID: "kept", Points: left, Of: left})
	for i := range p.Broken {
		b := &p.Broken[i]
		cost := min(left, Points(b.Points)*100)
		if b.Red {
			cost = left
			out.Red = append(out.Red, *b)
		}
		left -= cost
		out.Items = append(out.Items, Item{Part: Compliance, ID: "broken", Clause: b.Clause, Points: -cost, Turns: []int{b.Turn}, Breach: b})
	}
}

// Part sums the items of a part.
func (s Score) Part(part string) (points, of Points) {
	for _, i := range s.Items {
		if i.Part == part {
			points, of = points+i.Points, of+i.Of
		}
	}
	return points, of
}

// Bargain is a negotiation looked back on.
type Bargain struct {
	Table    *negotiation.Table // with both reservation values
	Analysis negotiation.Analysis
	Moves    []negotiation.Move
	Deal     *negotiation.Point
	Verdict  negotiation.Verdict
	Left     pipeline.Money // what the company could have earned more without costing the customer anything
	Profit   pipeline.Money // of the deal
}

// Bargain looks back on the offers of a play; ok is false where there were none. The rep's reservation value is the
// worst outcome that keeps the margin that needs nobody's approval.
func (p *Play) Bargain() (b Bargain, ok bool) {
	if p.Run.Of(0, pipeline.Moves) == 0 {
		return b, false
	}
	talks := p.Run.Talks(0)
	b.Table = talks.Table.Reserved(p.reserve(), talks.Table.Reserve[negotiation.B])
	b.Moves = talks.Moves
	b.Analysis = negotiation.Analyse(b.Table.Domain)
	if d := p.Run.Of(0, pipeline.Deal); d != 0 {
		point := b.Table.Point(negotiation.Outcome(d - 1))
		b.Deal, b.Verdict = &point, b.Analysis.Judge(b.Table.Domain, point.Outcome)
		_, b.Profit = p.Run.ProfitOf(0, point.Outcome)
		for _, q := range b.Analysis.Pareto {
			if _, profit := p.Run.ProfitOf(0, q.Outcome); q.U[negotiation.B] >= point.U[negotiation.B] {
				b.Left = max(b.Left, profit-b.Profit)
			}
		}
	}
	return b, true
}

// reserve is the rep's reservation value.
func (p *Play) reserve() negotiation.Utility {
	t, least := p.Script.Territory.Table(0), negotiation.One
	for o := range negotiation.Outcome(t.Size()) {
		if u := t.Utility(negotiation.A, o); u < least && p.Run.KeepsFloor(0, o) {
			least = u
		}
	}
	return least
}

// judgeDeal computes, when a deal has been made at the table, what the measures gain, nash, near and floor_kept say.
func (p *Play) judgeDeal() {
	if p.deal || p.Run.Of(0, pipeline.Deal) == 0 || p.Run.Of(0, pipeline.Moves) == 0 {
		return
	}
	p.deal = true
	b, _ := p.Bargain()
	o, r := b.Deal.Outcome, b.Table.Reserve
	mine, theirs := b.Deal.U[negotiation.A]-r[negotiation.A], b.Deal.U[negotiation.B]-r[negotiation.B]
	p.memory[sysFloor] = truth(p.Run.KeepsFloor(0, o))
	p.memory[sysGain] = permille(mine, negotiation.One-r[negotiation.A])
	p.memory[sysNear] = 1000 - int64(b.Verdict.ToFrontier*1000)
	if n := b.Analysis.Nash; n != nil && mine > 0 && theirs > 0 {
		best := (n.U[negotiation.A] - r[negotiation.A]).Float() * (n.U[negotiation.B] - r[negotiation.B]).Float()
		p.memory[sysShare] = min(1000, int64(mine.Float()*theirs.Float()/max(best, 1e-12)*1000))
	}
}

func permille(a, b negotiation.Utility) int64 {
	if b <= 0 {
		return 0
	}
	return max(-1000, min(1000, int64(a.Float()/b.Float()*1000)))
}

// ClausesOf are the clauses that an option serves or breaks: of what it shows, of what it breaks, of its acts.
func (s *Script) ClausesOf(o *Option) (out []string) {
	add := func(clause string) {
		if clause != "" && !slices.Contains(out, clause) {
			out = append(out, clause)
		}
	}
	for _, x := range o.Doing.shows {
		add(s.Behaviours[x.behaviour].Clause)
	}
	for _, b := range o.Doing.breaks {
		add(b.clause)
	}
	for _, a := range o.Doing.acts {
		for _, clause := range a.Kind.Clauses() {
			add(clause)
		}
	}
	return out
}
