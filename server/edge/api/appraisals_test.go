package api_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"tongguan/courses/appraisal"
	"tongguan/courses/indicator"
	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
	"tongguan/server/base/people"
)

// TestAppraisals are told as they stand: no result before it is shown, and nothing of others.
func TestAppraisals(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		c, ctx := newCaller(t, dsn), context.Background()
		id, err := c.app.People.Create(ctx, access.Operator(), people.Person{Name: "陈知微", Login: "chen", Roles: []access.Role{access.HR}, Lang: "zh", Email: "chen@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		hr := access.Actor{ID: id, Name: "陈知微", Roles: []access.Role{access.HR}}
		token, stranger := c.token(door.ScopeAppraisal), c.token(door.ScopeProfile, door.ScopeLearning, door.ScopeContent)
		record := c.appraised(ctx, hr)
		before := c.held("/api/v1/appraisals/"+record, token, http.StatusOK)
		if !bytes.Contains(before.body, []byte(`"state":"calibration"`)) || !bytes.Contains(before.body, []byte(`"score":null`)) || bytes.Contains(before.body, []byte("100")) {
			t.Errorf("before it is shown: %s", before.body)
		}
		if err := c.app.Appraisals.Calibrate(ctx, hr, record, appraisal.Ruling{Score: 8750, Reason: "试行", Seen: 1}, "cal"); err != nil {
			t.Fatal(err)
		}
		if err := c.app.Appraisals.Show(ctx, hr, record, "show"); err != nil {
			t.Fatal(err)
		}
		after := c.held("/api/v1/appraisals/"+record, token, http.StatusOK)
		if !bytes.Contains(after.body, []byte(`"score":8750`)) || !bytes.Contains(after.body, []byte(`"item":"visits"`)) {
			t.Errorf("after: %s", after.body)
		}
		for _, at := range []string{"?mine=1", "", "?size=1"} {
			if all := c.held("/api/v1/appraisals"+at, token, http.StatusOK); !bytes.Contains(all.body, []byte(record)) {
				t.Errorf("%s: %s", at, all.body)
			}
		}
		c.held("/api/v1/appraisals?size=many", token, http.StatusUnprocessableEntity)
		c.held("/api/v1/appraisals/06nosuchrecord000000000000", token, http.StatusNotFound)
		c.held("/api/v1/appraisals", stranger, http.StatusForbidden)
		c.held("/api/v1/appraisals/"+record, stranger, http.StatusForbidden)
	})
}

// appraised makes a record of the person's that waits in calibration.
func (c *caller) appraised(ctx context.Context, hr access.Actor) string {
	c.Helper()
	cycle, err := c.app.Appraisals.Open(ctx, hr, appraisal.Plan{Scheme: "sales-monthly", Period: "2025-06", Persons: []string{c.person}, Least: 0,
		Deadlines: appraisal.Deadlines{Targets: "2025-07-01", Figures: "2025-07-02", Reviews: "2025-07-03", Calibration: "2199-01-01", Response: "2199-01-04"}}, "open")
	if err != nil {
		c.Fatal(err)
	}
	page, err := c.app.Appraisals.Records(ctx, hr, appraisal.Filter{Cycle: cycle})
	if err != nil || len(page.Records) != 1 {
		c.Fatal(len(page.Records), err)
	}
	id := page.Records[0].ID
	err = c.app.Appraisals.SetTargets(ctx, hr, id, map[string]int64{"visits": 10}, "aim")
	if err == nil {
		_, err = c.app.Indicators.Put(ctx, hr, indicator.Entry{Person: c.person, Period: "2025-06", Values: map[string]int64{"visits": 9}, Request: "figure"})
	}
	for range 4 {
		if err == nil {
			err = c.app.Appraisals.Tick(ctx)
		}
	}
	if err != nil {
		c.Fatal(err)
	}
	return id
}
