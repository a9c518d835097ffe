package paper

import (
	"errors"
	"math"
	"slices"

	"github.com/signintech/gopdf"

	"tongguan/server/edge/badges"
)

// A4 landscape in points; everything stands on a grid of 8.
const (
	pageWidth  = 841.89
	pageHeight = 595.28
	left       = 64.0
	right      = pageWidth - 64
	top        = 48.0
	bottom     = pageHeight - 48
	middleTop  = 104.0 // where the words begin
	railLine   = 416.0 // on which the gates stand
	middleEnd  = railLine - 52
	footTop    = 484.0
	codeSize   = 76.0
)

// The colours of the site in its light theme.
var (
	ink  = [3]uint8{0x1c, 0x24, 0x21}
	soft = [3]uint8{0x59, 0x63, 0x5e}
	pass = [3]uint8{0x0e, 0x66, 0x57}
)

// sheet is one page that is being drawn; the first thing that fails is kept.
type sheet struct {
	press *Press
	pdf   *gopdf.GoPdf
	fonts []string // that the file has so far
	err   error
}

func (p *Press) sheet() *sheet {
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWidth, H: pageHeight}})
	pdf.AddPage()
	return &sheet{press: p, pdf: pdf}
}

// page draws the certificate from top to bottom.
func (d *sheet) page(c Certificate) error {
	d.head(c)
	if err := d.middle(c); err != nil {
		return err
	}
	d.rail(c.Stages)
	d.foot(c)
	if err := d.code(c); err != nil {
		return err
	}
	return d.err
}

// put sets one line with its baseline at y.
func (d *sheet) put(x, y float64, text string, s style) {
	for _, r := range d.press.runs(text, s) {
		x += r.gap
		d.pdf.SetTextColor(s.color[0], s.color[1], s.color[2])
		d.font(r.face.name, s.size)
		d.pdf.SetXY(x, y)
		d.err = errors.Join(d.err, d.pdf.Text(r.text))
		x += r.width
	}
}

// font takes up a font, which comes into the file only where it is used.
func (d *sheet) font(name string, size float64) {
	if !slices.Contains(d.fonts, name) {
		d.fonts = append(d.fonts, name)
		d.err = errors.Join(d.err, d.pdf.AddTTFFontFromFontContainer(name, &d.press.container))
	}
	d.err = errors.Join(d.err, d.pdf.SetFont(name, "", size))
}

// fit makes a line smaller until it is no wider than may be.
func (d *sheet) fit(text string, s style, width float64) style {
	if w := d.press.width(text, s); w > width {
		s.size *= width / w
	}
	return s
}

func (d *sheet) fill(c [3]uint8) { d.pdf.SetFillColor(c[0], c[1], c[2]) }

func (d *sheet) line(x1, y1, x2, y2, width float64, c [3]uint8) {
	d.pdf.SetLineWidth(width)
	d.pdf.SetStrokeColor(c[0], c[1], c[2])
	d.pdf.Line(x1, y1, x2, y2)
}

// head says who issues, and what this is.
func (d *sheet) head(c Certificate) {
	d.mark(left, top)
	x := left + 44
	d.put(x, top+14, c.Main.Issuer, d.fit(c.Main.Issuer, style{size: 13, strong: true, color: ink}, 400))
	d.put(x, top+29, c.Other.Issuer, d.fit(c.Other.Issuer, style{size: 8.5, color: soft}, 400))
	s := d.fit(c.Main.Heading, style{size: 20, strong: true, color: pass}, 240)
	d.put(right-d.press.width(c.Main.Heading, s), top+16, c.Main.Heading, s)
	s = d.fit(c.Other.Heading, style{size: 9, color: soft}, 240)
	d.put(right-d.press.width(c.Other.Heading, s), top+31, c.Other.Heading, s)
}

// mark is the sign of the house: a gate on its line.
func (d *sheet) mark(x, y float64) {
	d.fill(pass)
	d.err = errors.Join(d.err, d.pdf.Rectangle(x, y, x+32, y+32, "F", 7, 12))
	d.fill([3]uint8{255, 255, 255})
	d.pdf.RectFromUpperLeftWithStyle(x+4, y+25, 24, 2, "F")
	d.pdf.Polygon(arch(x+16, y+26, 8.25, 20.5), "F")
	d.fill(pass)
	d.pdf.Polygon(arch(x+16, y+25, 5.75, 17), "F")
}

// arch is a gate of the given half width and height, standing at the middle of its foot.
func arch(x, y, half, height float64) []gopdf.Point {
	points := []gopdf.Point{{X: x - half, Y: y}}
	for i := range 33 {
		a := math.Pi * float64(i) / 32
		points = append(points, gopdf.Point{X: x - half*math.Cos(a), Y: y - (height - half) - half*math.Sin(a)})
	}
	return append(points, gopdf.Point{X: x + half, Y: y})
}

// rail draws the stages as gates on one line, the signature of the house.
func (d *sheet) rail(stages []Stage) {
	if len(stages) == 0 {
		return
	}
	d.line(left, railLine, right, railLine, 1.6, pass)
	step := (right - left) / float64(len(stages))
	for i, s := range stages {
		x := left + step*(float64(i)+0.5)
		d.gate(x, s.Passed)
		main := style{size: 10.5, strong: true, color: ink}
		if !s.Passed {
			main = style{size: 10.5, color: soft}
		}
		d.centre(x, railLine+19, s.Main, main, step-8)
		d.centre(x, railLine+32, s.Other, style{size: 8, color: soft}, step-8)
	}
}

func (d *sheet) gate(x float64, passed bool) {
	d.fill(pass)
	d.pdf.Polygon(arch(x, railLine, 13, 32), "F")
	inner, height := 7.5, 25.5
	if !passed {
		inner, height = 11.9, 30.9
	}
	d.fill([3]uint8{255, 255, 255})
	d.pdf.Polygon(arch(x, railLine-0.8, inner, height), "F")
}

func (d *sheet) centre(x, y float64, text string, s style, width float64) {
	s = d.fit(text, s, width)
	d.put(x-d.press.width(text, s)/2, y, text, s)
}

// foot gives the facts side by side, and says how to verify.
func (d *sheet) foot(c Certificate) {
	width := right - codeSize - 40 - left
	step := width / 4
	for i, f := range c.Main.Facts {
		x := left + step*float64(i)
		label := f.Label
		if i < len(c.Other.Facts) && c.Other.Facts[i].Label != "" {
			label += "  " + c.Other.Facts[i].Label
		}
		d.put(x, footTop, label, d.fit(label, style{size: 8, color: soft}, step-12))
		d.put(x, footTop+16, f.Value, d.fit(f.Value, style{size: 10.5, strong: true, color: ink}, step-12))
		if i < len(c.Other.Facts) && c.Other.Facts[i].Value != f.Value {
			d.put(x, footTop+28, c.Other.Facts[i].Value, d.fit(c.Other.Facts[i].Value, style{size: 8, color: soft}, step-12))
		}
	}
	d.put(left, bottom-11, c.Main.Verify, d.fit(c.Main.Verify, style{size: 8, color: ink}, width))
	d.put(left, bottom, c.Other.Verify, d.fit(c.Other.Verify, style{size: 7, color: soft}, width))
}

// code draws the QR code, in rows that overlap by a hair so that no reader shows seams between them.
func (d *sheet) code(c Certificate) error {
	rows, err := badges.Modules(c.Link)
	if err != nil {
		return err
	}
	const quiet = 4 // modules on each side; the page is white around it, so the dark part may reach the margin
	unit := codeSize / float64(len(rows)-2*quiet)
	x0, y0 := right-codeSize, bottom-codeSize
	d.fill(ink)
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			n := 0
			for x+n < len(row) && row[x+n] {
				n++
			}
			if n > 0 {
				d.pdf.RectFromUpperLeftWithStyle(x0+float64(x-quiet)*unit, y0+float64(y-quiet)*unit, float64(n)*unit, unit+0.04, "F")
			}
			x += n
		}
	}
	d.pdf.AddExternalLink(c.Link, x0, y0, codeSize, codeSize)
	return nil
}
