package reward

import (
	"fmt"
	"strconv"

	"tongguan/courses/catalog"
	"tongguan/courses/composite"
)

// Record is one appraisal of one person.
type Record struct {
	ID, Person string
	Period     string // 2026-11 or 2026
	Band       string
	BandName   catalog.Text
	Closed     bool
	Simulated  bool // rests on figures that nobody has measured
}

// Month is a record that a proposal rests on: a month, or a year where years are appraised.
type Month struct {
	Record string       `json:"record"`
	Period string       `json:"period"`
	Band   string       `json:"band"`
	Name   catalog.Text `json:"name"`
}

func (r Record) month() Month { return Month{r.ID, r.Period, r.Band, r.BandName} }

// before gives the period that comes before one; "" where it is no period.
func before(period string) string {
	if len(period) < 4 {
		return ""
	}
	year, err := strconv.Atoi(period[:4])
	switch {
	case err != nil || year < 1:
		return ""
	case len(period) == 4:
		return fmt.Sprintf("%04d", year-1)
	case len(period) != 7 || period[4] != '-':
		return ""
	}
	month, err := strconv.Atoi(period[5:])
	switch {
	case err != nil || month < 1 || month > 12:
		return ""
	case month == 1:
		return fmt.Sprintf("%04d-12", year-1)
	}
	return fmt.Sprintf("%04d-%02d", year, month-1)
}

// Derived is one thing that the rules propose for a record, and the records that it rests on, newest first.
type Derived struct {
	Kind   Kind
	Months []Month
}

// derive says what rules propose for a closed record: a rule holds where the record and those of the periods right before it
// are in the rule's band, so many in a row. A period without a closed record breaks the row, and so does a record that
// rests on figures which nobody has measured; such a record itself gives nothing. Of several rules of one kind the one
// that needs the longest row counts, so that a record gives each kind at most once.
func derive(r Record, earlier []Record, rules []composite.Proposal) (out []Derived) {
	if !r.Closed || r.Simulated {
		return nil
	}
	row := inARow(r, earlier)
	for _, kind := range Kinds() {
		longest := 0
		for _, rule := range rules {
			if rule.Kind == string(kind) && rule.Band == r.Band && rule.Times >= 1 && rule.Times <= int64(len(row)) {
				longest = max(longest, int(rule.Times))
			}
		}
		if longest > 0 {
			out = append(out, Derived{kind, row[:longest:longest]})
		}
	}
	return out
}

// inARow gives the record and those before it, newest first, that are in the same band without a gap.
func inARow(r Record, earlier []Record) []Month {
	row, next := []Month{r.month()}, before(r.Period)
	for _, e := range earlier {
		if e.Period != next || e.Band != r.Band || !e.Closed || e.Simulated || e.Person != r.Person {
			break
		}
		row, next = append(row, e.month()), before(e.Period)
	}
	return row
}
