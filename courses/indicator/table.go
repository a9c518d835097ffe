package indicator

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tongguan/server/base/fault"
)

// Bounds of a file.
const (
	MaxImportBytes = 2 << 20
	MaxImportRows  = 10_000
	maxColumns     = 100
	maxUnzipped    = 24 << 20 // bytes of a workbook when it is unpacked: more is no table but a bomb
	maxScanned     = 3 << 20  // cells of a sheet, empty ones too
	maxText        = 400      // bytes of a cell that are looked at
)

// raw is one row of a file as it was written.
type raw struct {
	line  int // of the file or sheet, from 1
	cells []text
}

// text is a cell. A number that a spreadsheet keeps may have more decimals than it shows.
type text struct {
	s      string
	number bool
}

// in gives a number of a spreadsheet as exact as the unit is: what the cell shows. Things that are counted stay as they are.
func (t text) in(u Unit) string {
	n, ok := new(big.Rat).SetString(strings.TrimSuffix(t.s, "%"))
	if !t.number || u.places() == 0 || !ok || len(t.s) > 40 {
		return t.s
	}
	out := n.FloatString(u.places())
	if strings.HasSuffix(t.s, "%") {
		out += "%"
	}
	return out
}

// readTable reads a CSV file (UTF-8, UTF-16 with a mark, or GB18030) or the first sheet of a workbook; rows without anything are left
// out. Formulas are read as the values that were computed last.
func readTable(data []byte) ([]raw, error) {
	var rows []raw
	var err error
	switch {
	case len(data) > MaxImportBytes:
		return nil, fault.New(fault.Invalid, "figure.import_large", "max", MaxImportBytes>>20).At("file")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		rows, err = readBook(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, fault.New(fault.Invalid, "figure.import_old").At("file")
	default:
		rows, err = readCSV(data)
	}
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.Invalid, "figure.import_empty").At("file")
	}
	return rows, err
}

// take adds a row unless it is empty.
func take(rows []raw, r raw) ([]raw, error) {
	empty := true
	for i := range r.cells {
		if len(r.cells[i].s) > maxText {
			r.cells[i].s = strings.ToValidUTF8(r.cells[i].s[:maxText], "")
		}
		r.cells[i].s = strings.TrimSpace(r.cells[i].s)
		empty = empty && r.cells[i].s == ""
	}
	switch {
	case empty:
		return rows, nil
	case len(rows) > MaxImportRows: // the heading is one of them
		return rows, fault.New(fault.Invalid, "figure.import_rows", "max", MaxImportRows).At("file")
	case len(r.cells) > maxColumns:
		return rows, fault.New(fault.Invalid, "figure.import_columns", "line", r.line, "max", maxColumns).At("file")
	}
	return append(rows, r), nil
}

func decode(data []byte) (string, error) {
	unreadable := fault.New(fault.Invalid, "figure.import_encoding").At("file")
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", unreadable
		}
		data = out
	case !utf8.Valid(data):
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil {
			return "", unreadable
		}
		data = out
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(data, 0) >= 0 || bytes.ContainsRune(data, utf8.RuneError) {
		return "", unreadable
	}
	return string(data), nil
}

func readCSV(data []byte) (rows []raw, err error) {
	all, err := decode(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(all))
	r.FieldsPerRecord = -1
	first, _, _ := strings.Cut(all, "\n")
	if strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	} else if strings.Contains(first, "\t") {
		r.Comma = '\t'
	}
	r.TrimLeadingSpace = r.Comma != '\t' // it would swallow an empty cell before a tab
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if pe, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, fault.Wrap(fault.Invalid, err, "figure.import_line", "line", pe.StartLine).At("file")
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		out := raw{line: line, cells: make([]text, len(record))}
		for i, s := range record {
			out.cells[i].s = s
		}
		if rows, err = take(rows, out); err != nil {
			return nil, err
		}
	}
}

// readBook reads the first sheet twice at a time: as it shows its cells, and as it keeps them.
func readBook(data []byte) (rows []raw, err error) {
	unreadable := func(err error) error { return fault.Wrap(fault.Invalid, err, "figure.import_book").At("file") }
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close() //nolint:errcheck // only read
	names := f.GetSheetList()
	if len(names) == 0 {
		return nil, unreadable(nil)
	}
	props, err := f.GetWorkbookProps()
	if err != nil {
		return nil, unreadable(err)
	}
	from1904 := props.Date1904 != nil && *props.Date1904
	shown, err := f.Rows(names[0])
	if err != nil {
		return nil, unreadable(err)
	}
	defer shown.Close() //nolint:errcheck // only read
	kept, err := f.Rows(names[0])
	if err != nil {
		return nil, unreadable(err)
	}
	defer kept.Close() //nolint:errcheck // only read
	for line, scanned := 1, 0; shown.Next() && kept.Next(); line++ {
		a, err := shown.Columns()
		b, err2 := kept.Columns(excelize.Options{RawCellValue: true})
		if err := errors.Join(err, err2); err != nil {
			return nil, unreadable(err)
		}
		if scanned += len(a); scanned > maxScanned { // a row may say that it is 16,384 cells long
			return nil, unreadable(nil)
		}
		if rows, err = take(rows, bookRow(line, a, b, from1904)); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(shown.Error(), kept.Error()); err != nil {
		return nil, unreadable(err)
	}
	return rows, nil
}

func bookRow(line int, shown, kept []string, from1904 bool) raw {
	out := raw{line: line, cells: make([]text, len(shown))}
	for i, s := range shown {
		k := s
		if i < len(kept) {
			k = kept[i]
		}
		out.cells[i] = bookCell(s, k, from1904)
	}
	return out
}

// bookCell gives a number as the spreadsheet keeps it, to 15 digits as it computes, and a share of 0.125 shown as 12.5% as that; a
// date as the month it is in. Anything else is what the cell shows.
func bookCell(shown, kept string, from1904 bool) text {
	n, err := strconv.ParseFloat(kept, 64)
	if err != nil || shown == "" {
		return text{s: shown}
	}
	exact, ok := new(big.Rat).SetString(strconv.FormatFloat(n, 'e', 14, 64))
	if !ok {
		return text{s: shown}
	}
	if strings.HasSuffix(shown, "%") {
		return text{trimmed(exact.Mul(exact, big.NewRat(100, 1))) + "%", true}
	}
	if n >= firstSerial && n < lastSerial && shownDate.MatchString(shown) {
		if t, err := excelize.ExcelDateToTime(n, from1904); err == nil {
			return text{s: t.Format("2006-01")}
		}
	}
	return text{trimmed(exact), true}
}

// Days as spreadsheets count them, from before the year 2000 to after 2200, and how a day or a month is shown.
const (
	firstSerial = 34_000
	lastSerial  = 111_000
)

var shownDate = regexp.MustCompile(`(?i)^\d{1,4}[-/年]\d{1,2}(?:[-/月]|$)|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec`)

// trimmed writes a number with as many decimals as it needs, at most fifteen.
func trimmed(n *big.Rat) string {
	s := n.FloatString(15)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
