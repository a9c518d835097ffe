package negotiation

import (
	"encoding/json"
	"math/big"
	"slices"
)

// Number is a decimal as it is written, so that nothing is rounded on the way in.
type Number string

// Spec is a domain as our own YAML writes it. Weights of a side add up to 1.
type Spec struct {
	Name     string      `yaml:"name"`
	Deadline int         `yaml:"deadline"` // offers that each side may make; 0 leaves it open
	Reserve  PairSpec    `yaml:"reserve"`
	Issues   []IssueSpec `yaml:"issues"`
}

// PairSpec is a number for each side; an empty one is 0.
type PairSpec struct {
	A Number `yaml:"a"`
	B Number `yaml:"b"`
}

// IssueSpec is one issue. At most one issue of a domain gives its values money, and is the price.
type IssueSpec struct {
	Name   string         `yaml:"name"`
	Values []ValueSpec    `yaml:"values"`
	A      EvaluationSpec `yaml:"a"`
	B      EvaluationSpec `yaml:"b"`
}

// ValueSpec is one value of an issue; money is in fen.
type ValueSpec struct {
	Name  string `yaml:"name"`
	Money *int64 `yaml:"money"`
}

// EvaluationSpec is what an issue means to a side: its weight, and either a table with one evaluation for each
// value or, linear, those of the least and the greatest value. Between these the evaluation follows the money
// where there is any, and the position of the value where not.
type EvaluationSpec struct {
	Weight Number   `yaml:"weight"`
	Table  []Number `yaml:"table"`
	Linear []Number `yaml:"linear"`
}

// Domain makes the domain, or says what is wrong with the first thing that is: the error is an *Error.
func (s Spec) Domain() (*Domain, error) {
	d := &Domain{Name: s.Name, Deadline: s.Deadline}
	if s.Deadline < 0 || s.Deadline > MaxRounds {
		return nil, wrong("deadline", "deadline_range", "max", MaxRounds)
	}
	if len(s.Issues) == 0 || len(s.Issues) > maxIssues {
		return nil, wrong("issues", "issues_number", "n", len(s.Issues), "max", maxIssues)
	}
	sums, priced := [2]*big.Rat{new(big.Rat), new(big.Rat)}, ""
	for _, spec := range s.Issues {
		issue, err := spec.issue(sums)
		if err != nil {
			return nil, err
		}
		if d.find(issue.Name) >= 0 {
			return nil, wrong("issues."+issue.Name, "issue_twice", "name", issue.Name)
		}
		if issue.Money != nil && priced != "" {
			return nil, wrong("issues."+issue.Name, "price_twice", "first", priced)
		}
		if issue.Money != nil {
			priced = issue.Name
		}
		d.Issues = append(d.Issues, issue)
	}
	for i, text := range []Number{s.Reserve.A, s.Reserve.B} {
		if sums[i].Cmp(big.NewRat(1, 1)) != 0 {
			sum, _ := sums[i].Float64()
			return nil, wrong("side "+Side(i).String(), "weights_sum", "sum", sum)
		}
		if text == "" {
			continue
		}
		r, err := number("reserve"+[]string{".a", ".b"}[i], text)
		if err != nil {
			return nil, err
		}
		d.Reserve[i] = round(r)
	}
	if err := d.finish(); err != nil {
		return nil, err
	}
	return d, nil
}

func (s IssueSpec) issue(sums [2]*big.Rat) (Issue, error) {
	path := "issues." + s.Name
	out := Issue{Name: s.Name}
	if s.Name == "" {
		return out, wrong("issues", "name_missing")
	}
	if len(s.Values) == 0 || len(s.Values) > maxValues {
		return out, wrong(path, "values_number", "n", len(s.Values), "max", maxValues)
	}
	for _, v := range s.Values {
		if v.Name == "" || slices.Contains(out.Values, v.Name) {
			return out, wrong(path, "value_twice", "name", v.Name)
		}
		out.Values = append(out.Values, v.Name)
		if v.Money != nil {
			out.Money = append(out.Money, *v.Money)
		}
	}
	if n := len(out.Money); n != 0 && n != len(out.Values) {
		return out, wrong(path, "money_for_all")
	}
	for i, e := range []EvaluationSpec{s.A, s.B} {
		if err := out.evaluation(Side(i), e, path+[]string{".a", ".b"}[i], sums[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

// evaluation sets what the values are worth to a side and adds the weight to the side's sum.
func (i *Issue) evaluation(s Side, e EvaluationSpec, path string, sum *big.Rat) error {
	weight, err := number(path+".weight", e.Weight)
	if err != nil {
		return err
	}
	sum.Add(sum, weight)
	n := len(i.Values)
	i.worth[s], i.doubles[s] = make([]Utility, n), make([]float64, n)
	switch {
	case len(e.Table) == n && e.Linear == nil:
		for at, text := range e.Table {
			value, err := number(path+".table", text)
			if err != nil {
				return err
			}
			i.set(s, at, weight, value)
		}
	case len(e.Linear) == 2 && e.Table == nil:
		from, err := number(path+".linear", e.Linear[0])
		if err != nil {
			return err
		}
		to, err := number(path+".linear", e.Linear[1])
		if err != nil {
			return err
		}
		for at := range n {
			i.set(s, at, weight, between(from, to, i.share(at)))
		}
	default:
		return wrong(path, "evaluation_form", "values", n)
	}
	return nil
}

// share is how far a value lies from the least (0) to the greatest (1).
func (i *Issue) share(value int) *big.Rat {
	if i.Money == nil {
		return big.NewRat(int64(value), int64(max(1, len(i.Values)-1)))
	}
	least, most := slices.Min(i.Money), slices.Max(i.Money)
	if least == most {
		return new(big.Rat)
	}
	up := new(big.Int).Sub(big.NewInt(i.Money[value]), big.NewInt(least))
	return new(big.Rat).SetFrac(up, new(big.Int).Sub(big.NewInt(most), big.NewInt(least)))
}

func between(from, to, share *big.Rat) *big.Rat {
	d := new(big.Rat).Sub(to, from)
	return d.Add(from, d.Mul(d, share))
}

// number reads a number from 0 to 1.
func number(path string, text Number) (*big.Rat, error) {
	f, err := fraction(&node{kind: 'n', number: json.Number(text), path: path})
	if err != nil {
		return nil, err
	}
	return f, nil
}
