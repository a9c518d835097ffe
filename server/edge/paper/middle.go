package paper

import "strings"

// block is a text of the middle with the space above it.
type block struct {
	lines []string
	style style
	lead  float64 // from baseline to baseline
	above float64
}

func (b block) height() float64 {
	if len(b.lines) == 0 {
		return 0
	}
	return b.above + float64(len(b.lines))*b.lead
}

// middle sets what is certified, in the largest size in which all of it fits, and sets it in the middle of its space.
func (d *sheet) middle(c Certificate) error {
	for scale := 1.0; scale > 0.55; scale -= 0.03 {
		blocks, fits := d.blocks(c, scale)
		height := 0.0
		for _, b := range blocks {
			height += b.height()
		}
		clauses := d.clauseLines(c, scale)
		foot := 0.0
		if len(clauses) > 0 {
			foot = 22*scale + float64(len(clauses))*14*scale
		}
		if !fits || height+foot > middleEnd-middleTop {
			continue
		}
		y := middleTop + (middleEnd-middleTop-height-foot)/2
		for _, b := range blocks {
			if len(b.lines) > 0 {
				y += b.above
			}
			for _, l := range b.lines {
				y += b.lead
				d.put(left, y-b.lead*0.22, l, b.style)
			}
		}
		d.clauses(clauses, y+22*scale, scale)
		return nil
	}
	return ErrTooLong
}

// blocks lays the texts out; fits is false where the holder's name would need a third line.
func (d *sheet) blocks(c Certificate, k float64) (out []block, fits bool) {
	const width = right - left
	add := func(text string, s style, lead, above float64) {
		s.size *= k
		out = append(out, block{lines: d.press.lines(text, s, width), style: s, lead: lead * k, above: above * k})
	}
	add(c.Main.Confers, style{size: 12, color: ink}, 18, 0)
	add(c.Other.Confers, style{size: 8.5, color: soft}, 12, 0)
	name := style{size: 52 * k, tight: true, color: ink}
	if w := d.press.width(c.Holder, name); w > width {
		name.size = max(name.size*width/w, 32*k)
	}
	lines := d.press.lines(c.Holder, name, width)
	out = append(out, block{lines: lines, style: name, lead: name.size * 1.3, above: 8 * k})
	add(c.Main.Earned, style{size: 12, color: ink}, 18, 10)
	add(c.Other.Earned, style{size: 8.5, color: soft}, 12, 0)
	add(c.Main.Title, style{size: 26, strong: true, color: pass}, 34, 8)
	add(c.Other.Title, style{size: 11, color: soft}, 16, 0)
	return out, len(lines) <= 2
}

// clauseStyle is that of a clause's number or title.
func clauseStyle(number bool, k float64) style {
	if number {
		return style{size: 9 * k, strong: true, color: pass}
	}
	return style{size: 9 * k, color: ink}
}

const (
	clauseGap = 16.0 // between two clauses
	numberGap = 5.0  // between number and title
)

// clauseLines fills lines with whole clauses; the first entry of the first line is the heading.
func (d *sheet) clauseLines(c Certificate, k float64) [][]Clause {
	if len(c.Clauses) == 0 {
		return nil
	}
	head := Clause{Title: strings.TrimSpace(c.Main.Clauses + "  " + c.Other.Clauses)}
	lines := [][]Clause{{head}, {}}
	x := 0.0
	for _, l := range c.Clauses {
		w := d.clauseWidth(l, k)
		if x > 0 && x+w > right-left {
			lines = append(lines, nil)
			x = 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], l)
		x += w + clauseGap*k
	}
	return lines
}

func (d *sheet) clauseWidth(l Clause, k float64) float64 {
	return d.press.width(l.Number, clauseStyle(true, k)) + numberGap*k + d.press.width(l.Title, clauseStyle(false, k))
}

func (d *sheet) clauses(lines [][]Clause, y, k float64) {
	for i, row := range lines {
		x := left
		for _, l := range row {
			if i == 0 {
				d.put(x, y, l.Title, style{size: 8 * k, color: soft})
				continue
			}
			d.put(x, y, l.Number, clauseStyle(true, k))
			d.put(x+d.press.width(l.Number, clauseStyle(true, k))+numberGap*k, y, l.Title,
				d.fit(l.Title, clauseStyle(false, k), right-left-80))
			x += d.clauseWidth(l, k) + clauseGap*k
		}
		y += 14 * k
	}
}
