package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tongguan/quizzes/negotiation"
)

// Territory is a world made ready to be played in. It may be shared by any number of runs at a time.
type Territory struct {
	World    World
	Calendar Calendar

	text     []byte // the world as a log carries it
	end      Minute
	minutes  [acts]Minute
	fines    [violations]Money
	covers   []int64 // capabilities of each product, as bits
	risks    territoryRisks
	tables   []*negotiation.Table     // of each segment, with the customer's reservation value at 0
	reserved [][]*negotiation.Table   // of each segment, by reservation value in 1/reserves
	tactics  []negotiation.Negotiator // of each segment
	cost     []int64                  // of each outcome to the company, in basis points of the list price
	terms    [][4]int64               // of each outcome: discount, payment, delivery, warranty
	easiest  int64                    // the greatest cost
	cheapest [][]negotiation.Outcome  // of each segment, by the customer's utility in 1/reserves, for the company; equal weights last
	home     []uint8                  // the segment of each account
	queues   [departments]Department
}

type territoryRisks struct{ market, competitor, contact, credit, disruption, dispute, ticket Permille }

// reserves is into how many steps a reservation value is cut.
const reserves = 64

// NewTerritory fills in what the world leaves out, checks it and prepares it. The error is a *WorldError.
func NewTerritory(w World) (*Territory, error) {
	w.Fill()
	if err := w.Check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	begin, _ := time.Parse(time.DateOnly, w.Begin)
	t := &Territory{World: w, text: text, Calendar: Usual(begin), end: Minute(w.Days) * workingDay}
	t.Calendar.Holidays = map[string]bool{}
	for _, h := range w.Holidays {
		t.Calendar.Holidays[h] = true
	}
	for i := range t.minutes {
		t.minutes[i] = Minute(w.Minutes[rules[i].name])
	}
	for i := range t.fines {
		t.fines[i] = w.Fines[violationNames[i]]
	}
	for i, name := range departmentNames {
		t.queues[i] = w.Departments[name]
	}
	for _, p := range w.Products {
		t.covers = append(t.covers, bitsOf(w.Capabilities, p.Covers))
	}
	r := w.Risks
	t.risks = territoryRisks{r["market"], r["competitor"], r["contact"], r["credit"], r["disruption"], r["dispute"], r["ticket"]}
	for i, s := range w.Segments {
		for range s.Accounts {
			t.home = append(t.home, uint8(i))
		}
	}
	return t, t.lay()
}

// TerritoryOf reads the world that a log carries.
func TerritoryOf(l *Log) (*Territory, error) { return ReadTerritory(l.World) }

// ReadTerritory reads a world as a log carries it.
func ReadTerritory(text []byte) (*Territory, error) {
	var w World
	if err := json.Unmarshal(text, &w); err != nil {
		return nil, &LogError{"log.world", -1, 0}
	}
	t, err := NewTerritory(w)
	if err == nil {
		t.text = text // as it was written, though a later engine would write it otherwise
	}
	return t, err
}

// Text is the world as a log carries it: JSON, everything filled in.
func (t *Territory) Text() []byte { return t.text }

// Hash is the SHA-256 of the world's text, hex.
func (t *Territory) Hash() string {
	sum := sha256.Sum256(t.text)
	return hex.EncodeToString(sum[:])
}

func bitsOf(all []Named, some []string) (out int64) {
	for i, c := range all {
		if slices.Contains(some, c.ID) {
			out |= 1 << i
		}
	}
	return out
}

// lay makes the negotiation tables: the company's utility falls with what an outcome costs it, the customer's
// rises by its segment's weights.
func (t *Territory) lay() error {
	terms := &t.World.Terms
	values := [4][]int64{terms.Discount, terms.Payment, terms.Delivery, terms.Warranty}
	costs := [4][]int64{terms.Discount, terms.Cost.Payment, terms.Cost.Delivery, terms.Cost.Warranty}
	for _, c := range costs {
		t.easiest += c[len(c)-1] - c[0]
	}
	for i, s := range t.World.Segments {
		d, err := t.domain(s.Weights, values, costs)
		if err != nil {
			return err
		}
		table := negotiation.NewTable(d)
		t.tables = append(t.tables, table)
		var row []*negotiation.Table
		for r := range reserves + 1 {
			row = append(row, table.Reserved(0, negotiation.One*negotiation.Utility(r)/reserves))
		}
		t.reserved = append(t.reserved, row)
		tactic, err := negotiation.NewTactic(s.Tactic, uint64(i))
		if err != nil {
			return err
		}
		t.tactics = append(t.tactics, tactic)
	}
	for o := range t.tables[0].Size() {
		var sum int64
		var now [4]int64
		for issue := range now {
			v := t.tables[0].Value(negotiation.Outcome(o), issue)
			sum, now[issue] = sum+costs[issue][v], values[issue][v]
		}
		t.cost, t.terms = append(t.cost, sum), append(t.terms, now)
	}
	blind, err := t.domain([4]int64{1, 1, 1, 1}, values, costs)
	if err != nil {
		return err
	}
	for _, table := range append(t.tables, negotiation.NewTable(blind)) {
		t.cheapest = append(t.cheapest, t.cheapestOf(table))
	}
	return nil
}

// cheapestOf finds for each utility of the customer the outcome that costs the company least, the first of several.
func (t *Territory) cheapestOf(table *negotiation.Table) []negotiation.Outcome {
	out := make([]negotiation.Outcome, reserves+1)
	for level := range out {
		best := negotiation.Outcome(table.Size() - 1) // all to the customer
		for o := range negotiation.Outcome(table.Size()) {
			if table.Utility(negotiation.B, o) >= negotiation.One*negotiation.Utility(level)/reserves && t.cost[o] < t.cost[best] {
				best = o
			}
		}
		out[level] = best
	}
	return out
}

func (t *Territory) domain(weights [4]int64, values, costs [4][]int64) (*negotiation.Domain, error) {
	spec := negotiation.Spec{Name: t.World.Name}
	left := [2]int64{1_000_000, 1_000_000}
	total := weights[0] + weights[1] + weights[2] + weights[3]
	for i, name := range []string{"discount", "payment", "delivery", "warranty"} {
		c := costs[i]
		span := c[len(c)-1] - c[0]
		share := [2]int64{span * 1_000_000 / t.easiest, weights[i] * 1_000_000 / total}
		if i == 3 {
			share = left
		}
		left[0], left[1] = left[0]-share[0], left[1]-share[1]
		issue := negotiation.IssueSpec{Name: name, A: negotiation.EvaluationSpec{Weight: millionth(share[0])},
			B: negotiation.EvaluationSpec{Weight: millionth(share[1]), Linear: []negotiation.Number{"0", "1"}}}
		for j, v := range values[i] {
			issue.Values = append(issue.Values, negotiation.ValueSpec{Name: fmt.Sprintf("%d.%d", j, v)})
			issue.A.Table = append(issue.A.Table, millionth((c[len(c)-1]-c[j])*1_000_000/span))
		}
		spec.Issues = append(spec.Issues, issue)
	}
	return spec.Domain()
}

func millionth(n int64) negotiation.Number {
	return negotiation.Number(fmt.Sprintf("%d.%06d", n/1_000_000, n%1_000_000))
}

// End is when the world ends.
func (t *Territory) End() Minute { return t.end }

// Terms of an outcome of the negotiation: discount in basis points, days of payment, working days of delivery,
// months of warranty; and what it costs the company, in basis points of the list price.
func (t *Territory) Terms(o negotiation.Outcome) (terms [4]int64, cost int64) {
	return t.terms[o], t.cost[o]
}

// Table is what is negotiated with an account of a segment; the rep is side A.
func (t *Territory) Table(segment int) *negotiation.Table { return t.tables[segment] }
