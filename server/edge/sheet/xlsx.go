package sheet

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// XLSX writes the table as a workbook of one sheet, whose first row stays in sight. Rows go to a temporary file when they
// are many. Nothing is written before the last row is read, so nothing is when reading fails.
func XLSX(w io.Writer, t Table) (err error) {
	b, err := newBook(t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.file.Close()) }()
	if err := b.row(texts(t.Header), b.bold); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if err := b.row(row, 0); err != nil {
			return err
		}
	}
	if err := b.stream.Flush(); err != nil {
		return err
	}
	return b.file.Write(w)
}

// book is a workbook that is being written.
type book struct {
	file                       *excelize.File
	stream                     *excelize.StreamWriter
	zone                       *time.Location
	rows                       int
	bold, date, moment, quoted int         // styles
	places                     map[int]int // the style of so many decimal places
}

func newBook(t Table) (*book, error) {
	b := &book{file: excelize.NewFile(), zone: t.zone(), places: map[int]int{}}
	err := b.open(sheetName(t.Name), len(t.Header))
	if err != nil {
		return nil, errors.Join(err, b.file.Close())
	}
	return b, nil
}

func (b *book) open(name string, columns int) (err error) {
	if err := b.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	if err := b.file.SetDocProps(&excelize.DocProperties{Creator: "Tongguan"}); err != nil { // not the library's author
		return err
	}
	if b.stream, err = b.file.NewStreamWriter(name); err != nil {
		return err
	}
	if err := b.styles(); err != nil {
		return err
	}
	if err := b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return b.stream.SetColWidth(1, max(1, columns), 18)
}

func (b *book) styles() (err error) {
	format := func(f string) int {
		id, e := b.file.NewStyle(&excelize.Style{CustomNumFmt: &f})
		err = errors.Join(err, e)
		return id
	}
	b.date, b.moment, b.quoted = format("yyyy-mm-dd"), format("yyyy-mm-dd hh:mm:ss"), format("@")
	bold, e := b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if b.bold = bold; errors.Join(err, e) != nil {
		return errors.Join(err, e)
	}
	b.file.Styles.CellXfs.Xf[b.quoted].QuotePrefix = new(true) // the library has no option for it
	return nil
}

// row adds one row; style is that of cells which have none of their own.
func (b *book) row(cells []Cell, style int) error {
	if b.rows++; b.rows > excelize.TotalRows {
		return fmt.Errorf("sheet: more than the %d rows that a sheet has", excelize.TotalRows)
	}
	values := make([]any, len(cells))
	for i, c := range cells {
		v, err := b.value(c)
		if err != nil {
			return err
		}
		if v.StyleID == 0 {
			v.StyleID = style
		}
		if v.Value != "" {
			values[i] = v
		}
	}
	return b.stream.SetRow("A"+strconv.Itoa(b.rows), values)
}

// value is a cell as the library takes it. A Go string becomes a text, whatever it looks like. Numbers with more digits
// than a spreadsheet keeps, and dates that it has not, become texts too, so that they show what they are.
func (b *book) value(c Cell) (excelize.Cell, error) {
	s := c.plain(b.zone)
	switch c.kind {
	case whole:
		if math.Abs(float64(c.n)) < 1e15 {
			return excelize.Cell{Value: c.n}, nil
		}
	case decimal:
		if len(strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(s), "0")) <= mostDigits {
			return b.decimal(s)
		}
	case date:
		if day, err := time.Parse(time.DateOnly, s); err == nil && day.Year() > 1900 {
			return excelize.Cell{Value: day, StyleID: b.date}, nil
		}
	case moment:
		// A sheet knows no zones: what the clocks show there is written as if they stood in UTC.
		if shown, err := time.Parse(time.DateTime, s); err == nil && shown.Year() > 1900 {
			return excelize.Cell{Value: shown, StyleID: b.moment}, nil
		}
	}
	if risky(s) {
		return excelize.Cell{Value: s, StyleID: b.quoted}, nil
	}
	return excelize.Cell{Value: s}, nil
}

func (b *book) decimal(s string) (excelize.Cell, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return excelize.Cell{}, err
	}
	_, fraction, _ := strings.Cut(s, ".")
	n := min(len(fraction), 30) // no format shows more
	style, known := b.places[n]
	if !known {
		format := "0"
		if n > 0 {
			format += "." + strings.Repeat("0", n)
		}
		if style, err = b.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return excelize.Cell{}, err
		}
		b.places[n] = style
	}
	return excelize.Cell{Value: x, StyleID: style}, nil
}

// sheetName is the name without what a sheet's name may not have; at most 31 UTF-16 units.
func sheetName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`:\/?*[]`, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " ")), " '")
	units := utf16.Encode([]rune(s))
	if len(units) > 31 {
		units = units[:31]
		if units[30]&0xfc00 == 0xd800 { // the first half of a character
			units = units[:30]
		}
	}
	if s = strings.Trim(string(utf16.Decode(units)), " '"); s == "" {
		return "Sheet1"
	}
	return s
}
