// Package sheet writes tables as files that spreadsheets open.
//
// A spreadsheet runs a text that looks like a formula, and what people have entered here may look like anything. Such a
// text is made harmless in the way of each format. In CSV, where everything is text that the reader interprets, an
// apostrophe is put before it: the only mark that Excel, WPS and LibreOffice all leave alone, at the price of being seen.
// In XLSX a text is stored as a text and is never interpreted, so nothing is put before it; it is marked as quoted and
// formatted as text as well, so that it stays one when somebody edits the cell.
package sheet

import (
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Table is what a file shows.
type Table struct {
	Name   string   // of the sheet, in XLSX
	Header []string // the first row
	Rows   iter.Seq2[[]Cell, error]
	Zone   *time.Location // in which moments are written; nil: UTC
}

// Cell is one value. The zero Cell is empty.
type Cell struct {
	kind kind
	text string
	n    int64
}

type kind int

const (
	text kind = iota
	whole
	decimal
	date
	moment
)

// mostDigits is how many digits of a number a spreadsheet keeps.
const mostDigits = 15

// Text is a cell with whatever somebody has written. Line ends become \n; control characters and what is no UTF-8 become
// U+FFFD; past the 32,767 UTF-16 units that a spreadsheet keeps in a cell it is cut and ends in “…”, in CSV too, since
// Excel puts the rest into a row of its own.
func Text(s string) Cell { return Cell{kind: text, text: legible(s)} }

// Whole is a whole number.
func Whole(n int64) Cell { return Cell{kind: whole, n: n} }

var fixedPoint = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// Decimal is a number of fixed point such as 92.50, shown with as many places. What is no such number is a Text.
func Decimal(s string) Cell {
	if !fixedPoint.MatchString(s) {
		return Text(s)
	}
	return Cell{kind: decimal, text: s}
}

// Date is a date, YYYY-MM-DD. What is no date is a Text.
func Date(s string) Cell {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return Text(s)
	}
	return Cell{kind: date, text: s}
}

// Moment is a moment in milliseconds since 1970 UTC; 0 is an empty cell.
func Moment(ms int64) Cell {
	if ms == 0 {
		return Cell{}
	}
	return Cell{kind: moment, n: ms}
}

// plain is the cell as text, not yet harmless.
func (c Cell) plain(zone *time.Location) string {
	switch c.kind {
	case whole:
		return strconv.FormatInt(c.n, 10)
	case moment:
		return time.UnixMilli(c.n).In(zone).Format(time.DateTime)
	default:
		return c.text
	}
}

func (t Table) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// longest is how many UTF-16 units a cell holds, less one for an apostrophe.
const longest = 32767 - 1

func legible(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), r == 0xfffe, r == 0xffff: // XML has none of them
			return '\ufffd'
		}
		return r
	}, s)
	if len(s) <= longest { // no text has more units than bytes
		return s
	}
	units, cut := 0, 0 // cut: the last place that leaves room for the mark
	for i, r := range s {
		if units < longest {
			cut = i
		}
		if units += 1 + (utf8.RuneLen(r) / 4); units > longest {
			return s[:cut] + "…"
		}
	}
	return s
}

// risky says whether a spreadsheet might run the text, or take it apart: it begins with a sign that begins a formula,
// perhaps after spaces or characters that are not seen, or with a tab or a line end.
func risky(s string) bool {
	if s != "" && strings.ContainsRune("\t\r\n", rune(s[0])) {
		return true
	}
	for _, r := range s {
		if unicode.IsSpace(r) || !unicode.IsGraphic(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) {
			continue
		}
		return strings.ContainsRune("=+-@＝＋－＠", r)
	}
	return false
}
