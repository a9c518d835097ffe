package sheet

import (
	"encoding/csv"
	"io"
)

// CSV writes the table as comma-separated values: UTF-8 that says so by a mark at its beginning, without which Excel reads
// Chinese as something else, and lines that end in CR LF. After an error a part of it may have been written.
func CSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(fields(texts(t.Header), t)); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if err := out.Write(fields(row, t)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func texts(header []string) []Cell {
	cells := make([]Cell, len(header))
	for i, h := range header {
		cells[i] = Text(h)
	}
	return cells
}

func fields(row []Cell, t Table) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = c.plain(t.zone())
		if c.kind == text && risky(out[i]) {
			out[i] = "'" + out[i]
		}
	}
	return out
}
