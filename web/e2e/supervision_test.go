package e2e_test

import (
	"context"
	"testing"

	"tongguan/courses/inspection"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

func TestSupervisionPagesLookRight(t *testing.T) { lookAt(t, supervisionPlaces) }

// by gives whoever signs in with a login as somebody who acts.
func (a *academy) by(t *testing.T, login string) access.Actor {
	t.Helper()
	all, _, err := a.app.People.List(context.Background(), access.Operator(), people.Filter{Text: login})
	if err == nil {
		for _, p := range all {
			if p.Login == login {
				return p.Actor()
			}
		}
	}
	t.Fatal(login, err)
	return access.Actor{}
}

// supervisionPlaces are the pages of inspections, findings and reports of violations.
func supervisionPlaces(t *testing.T, a *academy) []place {
	t.Helper()
	ctx, who := context.Background(), a.by(t, "inspector")
	rounds, err := a.app.Inspections.Rounds(ctx, who, 9)
	if err != nil || len(rounds) < 3 {
		t.Fatal("few rounds", len(rounds), err)
	}
	found, _, err := a.app.Inspections.Findings(ctx, who, inspection.Filter{})
	if err != nil || len(found) < 4 {
		t.Fatal("few findings", len(found), err)
	}
	reports, err := a.app.Violations.Reports(ctx, who)
	if err != nil || len(reports) < 4 {
		t.Fatal("few reports", len(reports), err)
	}
	out := []place{
		{"inspections", "inspector", "/inspections"},
		{"inspections-hr", "hr", "/inspections"},
		{"plan", "inspector", "/inspections/plans/contracts"},
		{"plan-records", "hr", "/inspections/plans/training-compliance"},
		{"round-running", "inspector", "/inspections/rounds/" + rounds[0].ID},
		{"round-closed", "inspector", "/inspections/rounds/" + rounds[1].ID},
		{"round-report", "inspector", "/inspections/rounds/" + rounds[1].ID + "/report"},
		{"findings", "inspector", "/inspections/findings"},
		{"finding-new", "inspector", "/inspections/findings/new"},
		{"findings-own", "learner", "/findings"},
		{"report", "", "/report"},
		{"receipt", "", "/report/receipt"},
		{"violations", "inspector", "/violations"},
		{"rewards", "hr", "/violations/rewards"},
	}
	for _, f := range found {
		out = append(out, place{"finding-" + string(f.State), "inspector", "/inspections/findings/" + f.ID})
	}
	for _, r := range reports {
		out = append(out, place{"violation-" + string(r.State), "inspector", "/violations/" + r.ID})
	}
	return out
}
