package itemstats

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// ReadError says what is wrong with a table, and where. Key names the sentence.
type ReadError struct {
	Line  int
	Key   string
	Value string
}

func (e *ReadError) Error() string {
	return "itemstats: line " + strconv.Itoa(e.Line) + ": " + e.Key + " " + e.Value
}

// Bounds of a table.
const (
	MaxItems    = 1_000
	MaxAttempts = 5_000_000
)

// Read reads a table from CSV: a header "attempt,NAME,…", maybe a row "max,…" with the most marks of each item (1 where
// there is none), then a row an attempt with its marks. The error is a *ReadError.
func Read(in io.Reader) (Table, error) {
	r := csv.NewReader(in)
	r.ReuseRecord, r.TrimLeadingSpace = true, true
	var t Table
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return t, broken(err)
		}
		line, _ := r.FieldPos(0)
		if err := t.row(line, row); err != nil {
			return t, err
		}
	}
	if len(t.Items) == 0 {
		return t, &ReadError{1, "stats.header", ""}
	}
	if len(t.Marks) == 0 {
		return t, &ReadError{2, "stats.no_attempts", ""}
	}
	return t, nil
}

func broken(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return err
	}
	if errors.Is(p.Err, csv.ErrFieldCount) {
		return &ReadError{p.Line, "stats.fields", ""}
	}
	return &ReadError{p.Line, "stats.csv", p.Err.Error()}
}

func (t *Table) row(line int, row []string) error {
	if len(t.Items) == 0 {
		return t.header(line, row)
	}
	marks := make([]float64, len(t.Items))
	for i, text := range row[1:] {
		x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return &ReadError{line, "stats.number", text}
		}
		marks[i] = x
	}
	if len(t.Marks) == 0 && t.Max == nil && strings.EqualFold(strings.TrimSpace(row[0]), "max") {
		for i, m := range marks {
			if m <= 0 {
				return &ReadError{line, "stats.max", row[i+1]}
			}
		}
		t.Max = marks
		return nil
	}
	if t.Max == nil {
		t.Max = make([]float64, len(t.Items))
		for i := range t.Max {
			t.Max[i] = 1
		}
	}
	if len(t.Marks) >= MaxAttempts {
		return &ReadError{line, "stats.too_long", strconv.Itoa(MaxAttempts)}
	}
	t.Marks = append(t.Marks, marks)
	return nil
}

func (t *Table) header(line int, row []string) error {
	first := strings.TrimPrefix(strings.TrimSpace(row[0]), "\ufeff")
	if !strings.EqualFold(first, "attempt") || len(row) < 2 || len(row) > MaxItems+1 {
		return &ReadError{line, "stats.header", ""}
	}
	seen := map[string]bool{}
	for _, name := range row[1:] {
		if name = strings.TrimSpace(name); name == "" || seen[name] {
			return &ReadError{line, "stats.name", name}
		}
		seen[name] = true
		t.Items = append(t.Items, strings.Clone(name))
	}
	return nil
}
