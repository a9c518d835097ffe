package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"tongguan/server/base/access"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
)

// peopleImport reads people from a CSV file.
func peopleImport(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	dry := f.Bool("dry-run", false, d.help("dry_run"))
	good := f.Bool("good-ones", false, d.help("good_ones"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	file, err := os.ReadFile(f.Arg(0))
	if err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	plan, done := people.ImportPlan{}, false
	if *dry {
		plan, err = a.People.PlanImport(ctx, access.Operator(), file)
	} else {
		plan, done, err = a.People.Import(ctx, access.Operator(), file, *good)
	}
	if err != nil {
		return err
	}
	if *asJSON {
		err = d.json(importReport{Written: done, Counts: plan.Counts, Rows: d.importRows(plan)})
	} else {
		err = d.printImport(plan)
	}
	if err == nil && !done && !*dry {
		err = errors.New(d.voice.T("cli.import_refused", "n", plan.Counts[people.FateBad]))
	}
	return err
}

type importReport struct {
	Written bool           `json:"written"`
	Counts  map[string]int `json:"counts"`
	Rows    []importedRow  `json:"rows"`
}

type importedRow struct {
	Line    int    `json:"line"`
	Login   string `json:"login"`
	Name    string `json:"name"`
	Fate    string `json:"fate"`
	Problem string `json:"problem,omitempty"`
}

func (d *desk) importRows(plan people.ImportPlan) []importedRow {
	out := make([]importedRow, len(plan.Rows))
	for i, r := range plan.Rows {
		out[i] = importedRow{Line: r.Line, Login: r.Person.Login, Name: r.Person.Name, Fate: r.Fate}
		if r.Problem != nil {
			out[i].Problem = d.voice.T(r.Problem.Key, pairs(r.Problem.Args)...)
		}
	}
	return out
}

func (d *desk) printImport(plan people.ImportPlan) error {
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, r := range d.importRows(plan) {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", r.Line, r.Login, r.Name, d.voice.T("import.fate."+r.Fate), r.Problem)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	d.say("cli.import_counts", "new", plan.Counts[people.FateNew], "change", plan.Counts[people.FateChange],
		"same", plan.Counts[people.FateSame], "bad", plan.Counts[people.FateBad])
	return nil
}
