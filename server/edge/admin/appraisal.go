package admin

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"tongguan/courses/appraisal"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
)

// appraised is one record as `appraisal list -json` prints it.
type appraised struct {
	Record    string `json:"record"`
	Cycle     string `json:"cycle"`
	Period    string `json:"period"`
	Person    string `json:"person"` // login
	State     string `json:"state"`
	Score     *int64 `json:"score"` // hundredths of a point; null: there is none
	Band      string `json:"band,omitempty"`
	Simulated bool   `json:"simulated"`
	Hash      string `json:"hash,omitempty"`
}

// appraisalList lists every record, in the order in which they were made.
func appraisalList(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	rows, err := records(ctx, a)
	if err != nil {
		return err
	}
	if *asJSON {
		return d.json(rows)
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		score := ""
		if r.Score != nil {
			score = fmt.Sprintf("%d.%02d %s", *r.Score/100, *r.Score%100, r.Band)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Record, r.Period, r.Person, d.voice.T("appraisal.state_"+r.State), score)
	}
	return w.Flush()
}

// records reads them page by page.
func records(ctx context.Context, a *app.App) ([]appraised, error) {
	logins, err := logins(ctx, a)
	if err != nil {
		return nil, err
	}
	rows := []appraised{}
	for f := (appraisal.Filter{Size: 500}); ; {
		page, err := a.Appraisals.Records(ctx, access.Operator(), f)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			one := appraised{Record: r.ID, Cycle: r.Cycle, Period: r.Period, Person: logins[r.Person], State: string(r.State), Band: r.Band, Simulated: r.Simulated, Hash: r.Hash}
			if r.Has {
				one.Score = &r.Score
			}
			rows = append(rows, one)
		}
		if f.After = page.Next; f.After == "" {
			return rows, nil
		}
	}
}

// logins gives everybody's login by id.
func logins(ctx context.Context, a *app.App) (map[string]string, error) {
	out := map[string]string{}
	for {
		page, n, err := a.People.List(ctx, access.Operator(), people.Filter{From: len(out)})
		for _, p := range page {
			out[p.ID] = p.Login
		}
		if err != nil || len(page) == 0 || len(out) >= n {
			return out, err
		}
	}
}

// appraisalVerify computes a record again and compares it with the trail. What differs makes the exit code 1.
func appraisalVerify(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	r, err := a.Appraisals.Verify(ctx, access.Operator(), f.Arg(0))
	if err != nil {
		return err
	}
	if *asJSON {
		err = d.json(r)
	} else {
		d.printVerified(r)
	}
	if err == nil && !r.Whole() {
		err = errors.New(d.voice.T("cli.appraisal_broken", "n", len(r.Differences)))
	}
	return err
}

func (d *desk) printVerified(r appraisal.Report) {
	switch {
	case !r.Computed:
		d.say("cli.appraisal_uncomputed")
	case r.Whole():
		d.say("cli.appraisal_whole", "hash", r.Hash, "entry", r.Trail)
	}
	for _, key := range r.Differences {
		d.say(key)
	}
}
