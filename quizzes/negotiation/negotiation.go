// Package negotiation is a negotiation table for two: domains, their analysis, tactics, sessions.
//
// Two sides, A and B, negotiate over issues with discrete values. An outcome takes one value of every issue;
// what it is worth to a side is the sum over the issues of weight times evaluation (an additive utility, Keeney
// and Raiffa 1976). All utilities are exact integers in units of 10⁻¹², and everything computed from them is
// integer arithmetic or plain IEEE operations that no compiler may fuse, so that every result is the same bit
// for bit on every machine. The package keeps no state and knows no clock, no chance and no file.
package negotiation

import (
	"fmt"
	"math/bits"
	"slices"
)

// Utility is a worth in units of 10⁻¹²; what a domain can give a side lies between 0 and One.
type Utility int64

// One is the utility 1.
const One Utility = 1_000_000_000_000

// Float is the utility as a number, 0 to 1.
func (u Utility) Float() float64 { return float64(u) / float64(One) }

// Side is one of the two parties.
type Side int

// The two sides.
const (
	A Side = iota
	B
)

// Other is the side opposite.
func (s Side) Other() Side { return 1 - s }

func (s Side) String() string { return string(rune('A' + s)) }

// MaxOutcomes is how many outcomes a domain may have to be analysed and played.
const MaxOutcomes = 1_000_000

// Bounds of what a domain may hold beyond the number of outcomes, against hostile files.
const (
	maxIssues = 64
	maxValues = 100_000
)

// Outcome is one value of every issue, numbered with the first issue varying fastest.
type Outcome int

// Issue is one thing to be settled.
type Issue struct {
	Name   string
	Values []string
	Money  []int64 // what each value costs or brings, in fen; nil where the issue is not the price

	worth   [2][]Utility // weight times evaluation of each value, for each side
	doubles [2][]float64 // the same in double precision, for nashBeats alone
}

// Worth is what a value of the issue adds to a side's utility.
func (i *Issue) Worth(s Side, value int) Utility { return i.worth[s][value] }

// Domain is what two sides negotiate over. It is never changed once it is made.
type Domain struct {
	Name     string
	Issues   []Issue
	Reserve  [2]Utility // what each side has without an agreement
	Deadline int        // offers that each side may make; 0 where the domain does not say

	size    int
	strides []int
}

// Error is what is wrong with a domain. Key names the sentence that says it to a person.
type Error struct {
	Line int    // in the file, 0 where it is not known
	Path string // such as issues.price.values, "" for the whole
	Key  string // such as negotiation.weight_range
	Args map[string]any
}

func (e *Error) Error() string {
	return fmt.Sprintf("negotiation: line %d: %s: %s %v", e.Line, e.Path, e.Key, e.Args)
}

func wrong(path, key string, args ...any) *Error {
	e := &Error{Path: path, Key: "negotiation." + key, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		e.Args[args[i].(string)] = args[i+1]
	}
	return e
}

// finish counts the outcomes and looks at the bounds that hold however a domain was read.
func (d *Domain) finish() error {
	if len(d.Issues) == 0 || len(d.Issues) > maxIssues {
		return wrong("issues", "issues_number", "n", len(d.Issues), "max", maxIssues)
	}
	d.size = 1
	for i := range d.Issues {
		issue := &d.Issues[i]
		n := len(issue.Values)
		if n == 0 || n > maxValues {
			return wrong("issues."+issue.Name, "values_number", "n", n, "max", maxValues)
		}
		if d.size > MaxOutcomes/n {
			return wrong("issues", "too_large", "max", MaxOutcomes)
		}
		d.strides = append(d.strides, d.size)
		d.size *= n
	}
	for _, s := range []Side{A, B} {
		best := Utility(0)
		for i := range d.Issues {
			best += slices.Max(d.Issues[i].worth[s])
		}
		if best > One+One/1_000_000 { // files that were rounded to a few places may exceed it by a little
			return wrong("side "+s.String(), "utility_above_one", "utility", best.Float())
		}
		if d.Reserve[s] < 0 || d.Reserve[s] > One {
			return wrong("reserve", "reserve_range", "side", s.String())
		}
	}
	return nil
}

// Size is the number of outcomes.
func (d *Domain) Size() int { return d.size }

// Value is the index of the outcome's value of an issue.
func (d *Domain) Value(o Outcome, issue int) int {
	return int(o) / d.strides[issue] % len(d.Issues[issue].Values)
}

// Outcome finds an outcome by the indices of its values, one for each issue.
func (d *Domain) Outcome(values ...int) (Outcome, error) {
	if len(values) != len(d.Issues) {
		return 0, wrong("", "outcome_form", "n", len(values), "want", len(d.Issues))
	}
	o := 0
	for i, v := range values {
		if v < 0 || v >= len(d.Issues[i].Values) {
			return 0, wrong("issues."+d.Issues[i].Name, "value_unknown", "value", v)
		}
		o += v * d.strides[i]
	}
	return Outcome(o), nil
}

// Values gives the outcome as value names by issue.
func (d *Domain) Values(o Outcome) map[string]string {
	out := make(map[string]string, len(d.Issues))
	for i := range d.Issues {
		out[d.Issues[i].Name] = d.Issues[i].Values[d.Value(o, i)]
	}
	return out
}

// Utility is what an outcome is worth to a side.
func (d *Domain) Utility(s Side, o Outcome) (u Utility) {
	rest := int(o)
	for i := range d.Issues {
		w := d.Issues[i].worth[s]
		u += w[rest%len(w)]
		rest /= len(w)
	}
	return u
}

// Point is an outcome with what it is worth to both sides.
type Point struct {
	Outcome Outcome
	U       [2]Utility
}

// Point gives an outcome with its utilities.
func (d *Domain) Point(o Outcome) Point {
	return Point{o, [2]Utility{d.Utility(A, o), d.Utility(B, o)}}
}

// Rational says whether a point gives each side at least what it has without an agreement.
func (d *Domain) Rational(p Point) bool { return p.U[A] >= d.Reserve[A] && p.U[B] >= d.Reserve[B] }

// each calls visit with every outcome in order. Nothing is kept: an outcome costs two additions.
func (d *Domain) each(visit func(Point)) {
	first := d.Issues[0].worth
	n := len(first[A])
	values := make([]int, len(d.Issues))
	for base := 0; base < d.size; base += n {
		var rest [2]Utility
		for i := 1; i < len(d.Issues); i++ {
			rest[A] += d.Issues[i].worth[A][values[i]]
			rest[B] += d.Issues[i].worth[B][values[i]]
		}
		for v := range n {
			visit(Point{Outcome(base + v), [2]Utility{rest[A] + first[A][v], rest[B] + first[B][v]}})
		}
		for i := 1; i < len(values); i++ {
			if values[i]++; values[i] < len(d.Issues[i].Values) {
				break
			}
			values[i] = 0
		}
	}
}

// wide is an unsigned integer of 128 bits: a product of two utilities is never rounded.
type wide struct{ hi, lo uint64 }

func product(x, y Utility) wide {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	return wide{hi, lo}
}

func (w wide) plus(v wide) wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, _ := bits.Add64(w.hi, v.hi, carry)
	return wide{hi, lo}
}

func (w wide) less(v wide) bool { return w.hi < v.hi || w.hi == v.hi && w.lo < v.lo }

func (w wide) float() float64 { return float64(float64(w.hi)*18446744073709551616.0) + float64(w.lo) }
