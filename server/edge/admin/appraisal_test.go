package admin_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"testing"
	"time"

	"tongguan/courses/appraisal"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
)

// appraised gives the record of an appraisal of ji whose days are all over, and of whom nothing is known.
func (a *academy) appraised() string {
	a.Helper()
	ctx := context.Background()
	cfg, err := config.Load()
	if err != nil {
		a.Fatal(err)
	}
	built, err := app.Build(cfg, app.Options{Clock: clock.System(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}) // the schemes that are built in
	if err != nil {
		a.Fatal(err)
	}
	defer built.Close() //nolint:errcheck // the folder goes with it
	found, _, err := built.People.List(ctx, access.Operator(), people.Filter{})
	if err != nil || len(found) != 2 {
		a.Fatal(found, err)
	}
	ids := map[string]people.Person{}
	for _, p := range found {
		ids[p.Login] = p
	}
	before := time.Now().AddDate(0, -2, -time.Now().Day()+1) // the first of the month before last
	on := before.AddDate(0, 1, 0).Format(time.DateOnly)
	if _, err := built.Appraisals.Open(ctx, ids["hr"].Actor(), appraisal.Plan{Scheme: "sales-monthly", Period: before.Format("2006-01"), Persons: []string{ids["ji"].ID}, Least: -1,
		Deadlines: appraisal.Deadlines{Targets: on, Figures: on, Reviews: on, Calibration: on, Response: before.AddDate(0, 1, 3).Format(time.DateOnly)}}, "once"); err != nil {
		a.Fatal(err)
	}
	if err := built.Appraisals.Tick(ctx); err != nil {
		a.Fatal(err)
	}
	page, err := built.Appraisals.Records(ctx, access.Operator(), appraisal.Filter{})
	if err != nil || len(page.Records) != 1 {
		a.Fatal(page, err)
	}
	return page.Records[0].ID
}

func TestAppraisalCommands(t *testing.T) {
	a := newAcademy(t)
	a.wants(0, "[]", "appraisal", "list", "-json")
	record := a.appraised()
	var rows []map[string]any
	if err := json.Unmarshal([]byte(a.wants(0, record, "appraisal", "list", "-json")), &rows); err != nil || len(rows) != 1 || rows[0]["person"] != "ji" ||
		rows[0]["state"] != "calibration" || rows[0]["score"] != nil || len(rows[0]["hash"].(string)) != 64 {
		t.Errorf("%v %v", rows, err)
	}
	a.wants(0, "in calibration", "appraisal", "list")
	a.wants(0, "Whole: computed again", "appraisal", "verify", record)
	a.wants(0, `"differences": []`, "appraisal", "verify", "-json", record)
	a.wants(1, "", "appraisal", "verify", "nothing")
	a.wants(2, "", "appraisal", "verify")
	if n, err := a.app.DB.Read().Exec(context.Background(), "UPDATE appraisal_record SET result = REPLACE(result, 'false', 'true')"); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	a.wants(1, "Computed again from what is kept, the result is another.", "appraisal", "verify", record)
	a.wants(1, `"appraisal.verify_hash"`, "appraisal", "verify", "-json", record)
}
