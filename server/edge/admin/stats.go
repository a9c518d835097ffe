package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"

	"tongguan/quizzes/itemstats"
)

// statsItems says how the items of a quiz perform, out of a table of marks.
func statsItems(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	file, err := os.Open(f.Arg(0))
	if err != nil {
		return d.misused(err)
	}
	defer file.Close() //nolint:errcheck // read only
	table, err := itemstats.Read(file)
	var wrong *itemstats.ReadError
	if errors.As(err, &wrong) {
		return d.misused(fmt.Errorf("%s:%d: %s", f.Arg(0), wrong.Line, d.voice.T(wrong.Key, "value", wrong.Value)))
	}
	if err != nil {
		return d.misused(err)
	}
	r := itemstats.Analyse(table)
	if *asJSON {
		return d.json(r)
	}
	return d.printStats(r)
}

// decimal writes a number, or a dash where it is not defined.
func decimal(x *float64, digits int) string {
	if x == nil {
		return "–"
	}
	return strconv.FormatFloat(*x, 'f', digits, 64)
}

func (d *desk) printStats(r itemstats.Report) error {
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%d\n", d.voice.T("stats.attempts"), r.Attempts)
	for _, f := range []struct {
		key   string
		value *float64
	}{{"mean", r.Mean}, {"median", r.Median}, {"sd", r.SD}, {"skewness", r.Skewness}, {"kurtosis", r.Kurtosis}, {"cic", r.CIC}, {"error_ratio", r.ErrorRatio},
		{"standard_error", r.StandardError}} {
		fmt.Fprintf(w, "%s\t%s\n", d.voice.T("stats.figure."+f.key), decimal(f.value, 3))
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, d.voice.T("stats.columns"))
	for _, i := range r.Items {
		reading := ""
		for _, flag := range i.Flags {
			reading += d.voice.T("stats.flag."+string(flag)) + " "
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", i.Item, i.Answers, decimal(i.Facility, 3), decimal(i.SD, 3), decimal(i.EffectiveWeight, 1),
			decimal(i.DiscriminationIndex, 1), decimal(i.DiscriminativeEfficiency, 1), reading)
	}
	return w.Flush()
}
