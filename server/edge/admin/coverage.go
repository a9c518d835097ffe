package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongguan/server/edge/app"
	"tongguan/server/edge/check"
	"tongguan/server/edge/sheet"
)

// contentCoverage says what rests on each clause of the policy, and fails where something is missing.
func contentCoverage(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	folder := f.String("content", "", d.help("content"))
	asJSON, asCSV := f.Bool("json", false, d.help("json")), f.Bool("csv", false, d.help("csv"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	if *asJSON && *asCSV {
		return d.misused(errors.New(d.voice.T("trace.cli.one_form")))
	}
	files := app.Content(*folder)
	standards, _, problems := check.ReadStandards(files)
	for _, p := range d.describe(problems) {
		fmt.Fprintf(d.err, "%s:%d: %s\n", p.File, p.Line, p.Text)
	}
	c := check.ReadMatter(files).Cover()
	var err error
	switch {
	case *asJSON:
		err = d.json(c)
	case *asCSV:
		err = sheet.CSV(d.out, coverageTable(c, standards))
	default:
		d.printCoverage(c, standards)
	}
	if n := standards.Holed(c); err == nil && (n > 0 || len(problems) > 0 || len(c.Clauses) == 0) {
		err = errors.New(d.voice.T("trace.cli.holes", "n", n, "all", len(c.Clauses)))
	}
	return err
}

// coverageTable is a row a clause; what is listed stands apart by spaces.
func coverageTable(c check.Coverage, s check.Standards) sheet.Table {
	header := []string{"clause", "lessons", "questions", "apply_judge", "scenarios", "indicators", "inspection", "missing"}
	return sheet.Table{Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		for _, one := range c.Clauses {
			list := func(all []string) sheet.Cell { return sheet.Text(strings.Join(all, " ")) }
			holes := []string{}
			for _, h := range s.Holes(one) {
				holes = append(holes, string(h))
			}
			if !yield([]sheet.Cell{sheet.Text(one.Clause), list(one.Lessons), sheet.Whole(int64(one.Questions)), sheet.Whole(int64(one.Judged)), list(one.Scenarios),
				list(one.Indicators), list(one.Inspection), list(holes)}, nil) {
				return
			}
		}
	}}
}

// printCoverage prints a line a clause. A figure that is too low has a mark, and the line ends with what is missing, in words.
func (d *desk) printCoverage(c check.Coverage, s check.Standards) {
	rows := [][]string{strings.Split(d.voice.T("trace.cli.columns"), "\t")}
	for _, one := range c.Clauses {
		rows = append(rows, d.coverageRow(one, s))
	}
	for _, row := range aligned(rows) {
		fmt.Fprintln(d.out, row)
	}
	d.say("trace.cli.sum", "clauses", len(c.Clauses), "questions", c.Questions, "share", check.Share(c.Judged, c.Questions))
}

func (d *desk) coverageRow(c check.Cover, s check.Standards) []string {
	holes := s.Holes(c)
	cells, words := []string{c.Clause}, make([]string, len(holes))
	for _, x := range []struct {
		hole check.Hole
		n    int
	}{{check.NoLesson, len(c.Lessons)}, {check.FewQuestions, c.Questions}, {check.NoScenario, len(c.Scenarios)}, {check.NoIndicator, len(c.Indicators)},
		{check.NoInspection, len(c.Inspection)}} {
		text := strconv.Itoa(x.n)
		if slices.Contains(holes, x.hole) {
			text += " ✗"
		}
		cells = append(cells, text)
	}
	for i, h := range holes {
		words[i] = d.voice.T("trace.hole."+string(h), "need", s.Asks(c.Clause))
	}
	return append(cells, strings.Join(words, d.voice.T("trace.and")))
}

// aligned writes rows of the same length as lines whose columns begin at the same place of a terminal, where a Chinese character
// takes two.
func aligned(rows [][]string) (lines []string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-width(cell)+2)
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

func width(text string) (n int) {
	for _, r := range text {
		if n++; r >= 0x2e80 { // from here on characters are as wide as high
			n++
		}
	}
	return n
}
