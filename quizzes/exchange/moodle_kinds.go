package exchange

import (
	"math/big"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

func zero() *big.Rat { return new(big.Rat) }

// particulars takes over what only some types have.
func (m mquestion) particulars(d *draft) {
	switch d.kind {
	case Numerical:
		m.units(d)
	case Calculated:
		if m.Type == "calculatedmulti" {
			d.unable("exchange.calculated_options", "")
		}
		m.units(d)
		for _, s := range m.Sets {
			d.sets = append(d.sets, s.dataset())
		}
	case Ordering:
		m.order(d)
	case Essay:
		d.guide = d.said(m.Guide)
		if positive(m.Attach) || m.Format == "noinline" || m.Format == "editorfilepicker" {
			d.unable("exchange.attachment", "")
		}
		if positive(m.MinWords) || positive(m.MaxWords) {
			d.unable("exchange.word_limit", "")
		}
	}
}

func positive(s string) bool {
	r, ok := ratOf(s)
	return ok && r.Sign() != 0
}

// orders are Moodle's ways to mark an order that are also the bank's; "" is what it takes where none is named.
var orders = map[string]grading.Rule{"": grading.Neighbours, "ALL_OR_NOTHING": grading.Exact, "ABSOLUTE_POSITION": grading.Positions, "ABSOLUTE": grading.Positions,
	"ABS": grading.Positions, "RELATIVE_NEXT_EXCLUDE_LAST": grading.Neighbours, "RELATIVE": grading.Neighbours, "REL": grading.Neighbours}

func (m mquestion) order(d *draft) {
	count := 6 // of the steps that are shown, where a file does not say
	if n, ok := ratOf(m.Count); ok && n.IsInt() && n.Num().IsInt64() {
		count = int(n.Num().Int64())
	}
	d.marked(strings.TrimSpace(m.Grading), strings.TrimSpace(m.Select), count)
}

// marked says how an order is marked, and whether all its steps are shown.
func (d *draft) marked(way, choice string, count int) {
	rule, ok := orders[strings.ToUpper(way)]
	if d.rule = rule; !ok {
		d.unable("exchange.order_grading", short(way))
	}
	if all := strings.ToUpper(choice); all != "ALL" && all != "EXACT" && count > 0 && count < len(d.answers) {
		d.unable("exchange.order_subset", "")
	}
}

// units takes units over. Moodle's multiplier says how many of a unit one of the first is; the bank's factor the reverse.
// showunits: 0 typed, 1 and 2 chosen, 3 none at all. unitgradingtype: 0 a unit may be left out, else its lack costs the
// penalty.
func (m mquestion) units(d *draft) {
	if strings.TrimSpace(m.ShowUnits) == "3" || len(m.Units) == 0 {
		return
	}
	for _, u := range m.Units {
		r, ok := ratOf(u.Multiplier)
		if !ok || r.Sign() <= 0 {
			d.broken("exchange.number", short(u.Multiplier))
			return
		}
		d.units = append(d.units, bank.Unit{Name: plain(u.Name), Factor: r.Inv(r).RatString()})
	}
	if grade := strings.TrimSpace(m.UnitGrade); grade == "" || grade == "0" {
		d.units = append(d.units, bank.Unit{Factor: "1"})
	} else if p, ok := ratOf(m.UnitMinus); !ok || p.Cmp(whole) != 0 {
		d.unable("exchange.unit_penalty", "")
	}
}

type mset struct {
	Name     mbody    `xml:"name>text"`
	Spread   mbody    `xml:"distribution>text"`
	Least    mbody    `xml:"minimum>text"`
	Most     mbody    `xml:"maximum>text"`
	Decimals mbody    `xml:"decimals>text"`
	Items    []string `xml:"dataset_items>dataset_item>value"`
}

// dataset is a number that is drawn: from a range in steps, or one of the items.
type dataset struct {
	name, least, most, decimals, spread string
	items                               []string
}

func (s mset) dataset() dataset {
	t := func(b mbody) string { return strings.TrimSpace(b.Said) }
	return dataset{t(s.Name), t(s.Least), t(s.Most), t(s.Decimals), t(s.Spread), s.Items}
}
