package site

import (
	"fmt"
	"strings"

	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/courses/indicator"
	pages "tongguan/web/pages/appraisal"
)

// sums writes a computation so that whoever reads it can do it again by hand. Weights are per cent, scores points; every
// number is written with all its decimals.
type sums struct {
	*Site
	visit
	w appraisal.Whole
}

// itemName names an item by what it rests on.
func (x sums) itemName(i composite.Item) string {
	switch i.Kind {
	case composite.OfIndicator:
		if one, ok := x.Indicators.Get(i.Of); ok {
			return one.Name.In(x.lang)
		}
		return i.Of
	case composite.OfReviews:
		return x.voice.T("appraisal_page.group." + i.Of)
	}
	return x.voice.T("appraisal_page.months")
}

// value writes a value of an item in the unit of its indicator.
func (x sums) value(i composite.Item, n int64) string {
	unit := indicator.Count
	if one, ok := x.Indicators.Get(i.Of); ok {
		unit = one.Unit
	}
	return indicator.Format(unit, n, x.lang)
}

// lines words the lines of the computation.
func (x sums) lines() (out []pages.Item) {
	known := map[string]appraisal.Input{}
	for _, in := range x.w.Inputs.Items {
		known[in.Item] = in
	}
	for _, l := range x.w.Result.Lines {
		i, _ := x.w.In.Scheme.Item(l.Item)
		out = append(out, x.line(i, l, known[l.Item]))
	}
	return out
}

func (x sums) line(i composite.Item, l composite.Line, in appraisal.Input) pages.Item {
	p := pages.Item{Name: x.itemName(i), Weight: trimmed(l.Weight) + "%", Points: points(l.Score), Product: product(l.Product), Out: l.Fate == composite.Dropped}
	if i.Kind == composite.OfIndicator {
		x.measured(i, l, in, &p)
	}
	if i.Kind == composite.OfReviews {
		p.Group = x.voice.T("appraisal_page.kind_reviews")
		p.Working = x.judged(in)
	}
	for _, m := range in.Months {
		p.Months = append(p.Months, pages.MonthLine{Period: periodText(x.visit, m.Period), Score: points(m.Score), URL: "/appraisals/" + m.Record, Hash: m.Hash})
	}
	if len(in.Months) > 0 {
		p.Working = x.monthsMean(in)
	}
	if l.Fate != composite.Counted {
		p.Fate, p.Working = x.fate(i, l, in), ""
	}
	if p.Out {
		p.Points, p.Product = "—", "—"
	}
	if x.w.Inspected && i.Kind != composite.OfIndicator {
		p.Points, p.Product, p.Working = "—", "—", x.voice.T("appraisal_page.not_yours")
		for m := range p.Months {
			p.Months[m].Score = ""
		}
	}
	return p
}

// measured words what an indicator shows: target, actual, attainment, and how it became points.
func (x sums) measured(i composite.Item, l composite.Line, in appraisal.Input, p *pages.Item) {
	if one, ok := x.Indicators.Get(i.Of); ok {
		p.Clause = x.chip(x.visit, one.Clause)
	}
	if l.Target > 0 {
		p.Target = x.value(i, l.Target)
	}
	if in.Figure != nil {
		p.Actual, p.Source, p.Simulated = x.value(i, in.Figure.Value), x.voice.T("appraisal_page.source."+in.Figure.Source), in.Figure.Source == appraisal.Simulated
	}
	p.Curve = x.curve(i.Curve)
	if l.Fate == composite.Counted {
		p.Attainment = trimmed(l.Attainment) + "%"
		p.Working = x.working(i, l)
	}
}

// curve says how an attainment becomes points.
func (x sums) curve(c composite.Curve) string {
	if len(c.Steps) == 0 {
		return x.voice.T("appraisal_page.curve_line", "slope", trimmed(c.Slope/100), "floor", trimmed(c.Floor), "cap", trimmed(c.Cap))
	}
	var steps []string
	for _, s := range c.Steps {
		steps = append(steps, x.voice.T("appraisal_page.curve_step", "from", trimmed(s.From)+"%", "points", trimmed(s.Score)))
	}
	return x.voice.T("appraisal_page.curve_steps", "steps", strings.Join(steps, x.voice.T("appraisal_page.semicolon")))
}

// working writes how this attainment and these points came about.
func (x sums) working(i composite.Item, l composite.Line) string {
	key := "appraisal_page.attained"
	if i.Less {
		key = "appraisal_page.attained_less"
	}
	out := x.voice.T(key, "actual", x.value(i, l.Actual), "target", x.value(i, l.Target), "attainment", trimmed(l.Attainment)+"%")
	if len(i.Curve.Steps) > 0 {
		return out + x.voice.T("appraisal_page.points_step", "points", points(l.Score))
	}
	straight := composite.Curve{Slope: i.Curve.Slope, Floor: -1 << 40, Cap: 1 << 40}.Score(l.Attainment)
	sign, off := "+", l.Attainment-composite.Whole
	if off < 0 {
		sign, off = "−", -off
	}
	formula := fmt.Sprintf("100 %s %s × %s = %s", sign, trimmed(i.Curve.Slope/100), trimmed(off), points(straight))
	out += x.voice.T("appraisal_page.points_line", "formula", formula)
	switch {
	case straight > l.Score:
		out += x.voice.T("appraisal_page.points_cap", "points", points(l.Score))
	case straight < l.Score:
		out += x.voice.T("appraisal_page.points_floor", "points", points(l.Score))
	}
	return out
}

// judged says which of the reviewers' results counts.
func (x sums) judged(in appraisal.Input) string {
	o := in.Opinion
	switch {
	case o == nil || !in.Given.Known:
		return ""
	case x.w.Inputs.Leniency && o.HasAdjusted:
		return x.voice.T("appraisal_page.judged_adjusted", "adjusted", points(o.Adjusted), "raw", points(o.Raw))
	}
	return x.voice.T("appraisal_page.judged_raw", "raw", points(o.Raw))
}

// monthsMean writes the mean of the months.
func (x sums) monthsMean(in appraisal.Input) string {
	var sum int64
	var terms []string
	for _, m := range in.Months {
		sum += m.Score
		terms = append(terms, points(m.Score))
	}
	return x.voice.T("appraisal_page.months_mean", "formula", fmt.Sprintf("(%s) ÷ %d = %s", strings.Join(terms, " + "), len(terms), points(in.Given.Score)))
}

// fate says what became of an item of which something was missing, and why.
func (x sums) fate(i composite.Item, l composite.Line, in appraisal.Input) string {
	why := "figure"
	switch {
	case i.Kind == composite.OfReviews && in.Opinion != nil && in.Opinion.Withheld && in.Opinion.Given > 0:
		why = "withheld"
	case i.Kind == composite.OfReviews:
		why = "review"
	case i.Kind == composite.OfMonths:
		why = "months"
	case in.Given.Known:
		why = "target"
	}
	out := x.voice.T("appraisal_page.missing."+why) + x.voice.T("appraisal_page.fate."+string(l.Fate), "points", points(l.Score))
	if l.Fate == composite.Dropped && x.w.In.Scheme.Missing == composite.Carry {
		out = x.voice.T("appraisal_page.missing."+why) + x.voice.T("appraisal_page.fate.nothing_carried")
	}
	return out
}

// sum writes Σ weight × score ÷ Σ weight of the lines that belong.
func (x sums) sum(label string, p composite.Part, belongs func(composite.Line) bool) pages.Sum {
	var terms []string
	for _, l := range x.w.Result.Lines {
		if belongs(l) && l.Fate != composite.Dropped {
			terms = append(terms, trimmed(l.Weight)+"×"+points(l.Score))
		}
	}
	out := pages.Sum{Label: label, Score: points(p.Score), Exact: quotient(p)}
	out.Formula = "(" + strings.Join(terms, " + ") + ") ÷ " + trimmed(p.Weight)
	return out
}

// quotient writes the division with two decimals more than the result has, and what it is rounded to.
func quotient(p composite.Part) string {
	if p.Weight == 0 {
		return ""
	}
	whole, rest := p.Sum/p.Weight, p.Sum%p.Weight
	exact := points(whole)
	if rest > 0 {
		exact += fmt.Sprintf("%02d", rest*100/p.Weight)
		if rest*100%p.Weight > 0 {
			return "= " + product(p.Sum) + " ÷ " + trimmed(p.Weight) + " = " + exact + "… ≈"
		}
		return "= " + product(p.Sum) + " ÷ " + trimmed(p.Weight) + " = " + exact + " ≈"
	}
	return "= " + product(p.Sum) + " ÷ " + trimmed(p.Weight) + " ="
}

// product writes per cent × points, which has four decimals, with at least two of them.
func product(n int64) string {
	out := fmt.Sprintf("%d.%04d", n/10_000, n%10_000)
	for strings.HasSuffix(out, "0") && len(out)-strings.IndexByte(out, '.') > 3 {
		out = out[:len(out)-1]
	}
	return out
}

// compute fills the computation into the page.
func (x sums) compute(p *pages.One) {
	r := x.w.Result
	p.Items = x.lines()
	for _, part := range []struct {
		key  string
		kind composite.Kind
		of   composite.Part
	}{{"appraisal_page.quantitative", composite.OfIndicator, r.Quantitative}, {"appraisal_page.qualitative", composite.OfReviews, r.Qualitative}} {
		if part.of.Some && !(x.w.Inspected && part.kind == composite.OfReviews) {
			p.Sums = append(p.Sums, x.sum(x.voice.T(part.key), part.of, func(l composite.Line) bool { return l.Kind == part.kind }))
		}
	}
	p.Total = x.sum(x.voice.T("appraisal_page.all"), r.All, func(composite.Line) bool { return true })
	if x.w.Withheld {
		p.Total.Formula, p.Total.Exact, p.Total.Score = "", x.voice.T("appraisal_page.total_not_yours"), "—"
	}
	if !r.Enough {
		p.Short = x.voice.T("appraisal_page.short", "least", trimmed(x.w.In.Scheme.Least)+"%")
	}
	for _, a := range r.Adjustments {
		p.Adjustments = append(p.Adjustments, x.adjustment(a))
	}
}

// adjustment words what a certificate did.
func (x sums) adjustment(a composite.Adjustment) pages.Step {
	programme := x.programmeTitle(x.visit, a.Programme)
	out := pages.Step{Title: x.voice.T("appraisal_page.effect." + string(a.Effect)),
		Text:  x.voice.T("appraisal_page.effect_text."+string(a.Effect), "programme", programme, "amount", points(a.Amount)),
		Warns: a.Effect == composite.Flag || a.Effect == composite.Warn}
	if !x.w.Withheld && (a.Effect == composite.Bonus || a.Effect == composite.Cap) {
		out.From, out.To = points(a.Before), points(a.After)
	}
	for _, held := range x.w.Inputs.Certificates {
		if held.Programme == a.Programme && held.Number != "" {
			out.Number, out.URL = held.Number, "/certificates/"+held.Number
		}
	}
	return out
}
