package negotiation

import (
	"math/big"
	"strings"
)

// ReadProfiles reads a domain out of the two JSON profiles that research publishes, in either form:
//
//   - {"reservationValue": r, "issueWeights": {issue: w}, "issues": {issue: {value: evaluation}}};
//   - GeniusWeb's {"LinearAdditiveUtilitySpace": {"issueUtilities": {issue: {"DiscreteValueSetUtilities":
//     {"valueUtilities": {value: evaluation}}}}, "issueWeights": {issue: w}}}, whose reservation value is 0
//     unless it names one.
//
// Issues and values stand in the order of A's profile, and B's must have the same. Weights and evaluations lie
// between 0 and 1; weights need not add up to 1, for published files are rounded. The error is an *Error.
func ReadProfiles(name string, a, b []byte) (*Domain, error) {
	d := &Domain{Name: name}
	for s, text := range [][]byte{a, b} {
		if err := d.profile(Side(s), text); err != nil {
			err.Args["file"] = "profile" + Side(s).String() + ".json"
			return nil, err
		}
	}
	if err := d.finish(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Domain) profile(s Side, text []byte) *Error {
	root, err := parse(text)
	if err != nil {
		return err.(*Error)
	}
	if root.kind != '{' {
		return root.wrong("object_needed", "name", "")
	}
	issues := "issues"
	if space := root.fields["LinearAdditiveUtilitySpace"]; space != nil {
		root, issues = space, "issueUtilities"
	}
	if r := root.fields["reservationValue"]; r != nil {
		if d.Reserve[s], err = fixed(r); err != nil {
			return err.(*Error)
		}
	}
	weights, err := root.object("issueWeights")
	if err != nil {
		return err.(*Error)
	}
	all, err := root.object(issues)
	if err != nil {
		return err.(*Error)
	}
	return d.issues(s, all, weights)
}

func (d *Domain) issues(s Side, all, weights *node) *Error {
	if len(all.keys) > maxIssues {
		return all.wrong("issues_number", "n", len(all.keys), "max", maxIssues)
	}
	if s == B && len(all.keys) != len(d.Issues) {
		return all.wrong("issues_differ", "n", len(all.keys), "want", len(d.Issues))
	}
	for i, name := range all.keys {
		weight := weights.fields[name]
		if weight == nil {
			return weights.wrong("weight_missing", "name", name)
		}
		values := all.fields[name]
		if inner := values.fields["DiscreteValueSetUtilities"]; inner != nil && inner.fields["valueUtilities"] != nil {
			values = inner.fields["valueUtilities"]
		}
		if values.kind != '{' {
			return values.wrong("object_needed", "name", name)
		}
		if s == A {
			d.Issues = append(d.Issues, Issue{Name: name, Values: values.keys})
		} else if at := d.find(name); at < 0 {
			return values.wrong("issue_unknown", "name", name)
		} else {
			i = at
		}
		if err := d.Issues[i].evaluate(s, weight, values); err != nil {
			return err
		}
	}
	if len(weights.keys) != len(all.keys) {
		return weights.wrong("issues_differ", "n", len(weights.keys), "want", len(all.keys))
	}
	return nil
}

func (d *Domain) find(name string) int {
	for i := range d.Issues {
		if d.Issues[i].Name == name {
			return i
		}
	}
	return -1
}

// evaluate sets what the issue's values are worth to a side.
func (i *Issue) evaluate(s Side, weight, values *node) *Error {
	if len(values.keys) != len(i.Values) {
		return values.wrong("values_differ", "n", len(values.keys), "want", len(i.Values))
	}
	w, err := fraction(weight)
	if err != nil {
		return err
	}
	i.worth[s], i.doubles[s] = make([]Utility, len(i.Values)), make([]float64, len(i.Values))
	for at, name := range i.Values {
		value := values.fields[name]
		if value == nil {
			return values.wrong("value_missing", "name", name)
		}
		e, err := fraction(value)
		if err != nil {
			return err
		}
		i.set(s, at, w, e)
	}
	return nil
}

// set keeps what a value is worth to a side.
func (i *Issue) set(s Side, value int, weight, evaluation *big.Rat) {
	w, _ := weight.Float64()
	e, _ := evaluation.Float64()
	i.doubles[s][value] = w * e
	i.worth[s][value] = round(new(big.Rat).Mul(weight, evaluation))
}

// fixed reads a number from 0 to 1 as a utility.
func fixed(n *node) (Utility, error) {
	f, err := fraction(n)
	if err != nil {
		return 0, err
	}
	return round(f), nil
}

// fraction reads a number from 0 to 1 exactly, whatever the number of its digits within reason.
func fraction(n *node) (*big.Rat, *Error) {
	text := string(n.number)
	if n.kind != 'n' || len(text) > 40 || tooSmall(text) {
		return nil, n.wrong("number_needed")
	}
	f, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, n.wrong("number_needed")
	}
	if f.Sign() < 0 || f.Cmp(big.NewRat(1, 1)) > 0 {
		return nil, n.wrong("number_range", "value", text)
	}
	return f, nil
}

// tooSmall refuses exponents of more than two digits: 1e-999999999 would be exact, and endless.
func tooSmall(text string) bool {
	_, exponent, ok := strings.Cut(strings.ToLower(text), "e")
	return ok && len(strings.TrimLeft(exponent, "+-0")) > 2
}

// round gives the nearest utility, halves upwards.
func round(f *big.Rat) Utility {
	f = new(big.Rat).Mul(f, new(big.Rat).SetInt64(2*int64(One)))
	twice := new(big.Int).Div(f.Num(), f.Denom())
	return Utility((twice.Int64() + 1) / 2)
}
