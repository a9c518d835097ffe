package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/team"
)

// TestReportsStopAtTheSubtree asks for every report as two sibling managers, HR, the inspector, a learner and the
// administrator, and looks whose names stand in it.
func TestReportsStopAtTheSubtree(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		ctx := context.Background()
		h.addPerson("sibling", "", access.Learner, access.Manager)
		d := team.Details{Name: "华南", Managers: []string{h.names["sibling"]}}
		if err := h.Teams.Change(ctx, access.Operator(), h.names["elsewhere"], 1, d); err != nil {
			t.Fatal(err)
		}
		if err := h.Training.Enrol(ctx, access.Operator(), h.names["outsider"], "gate", "2026-01-20"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Reports.Fold(ctx); err != nil {
			t.Fatal(err)
		}
		h.advance(30 * 24 * 3600e9) // steps are overdue: both are at risk
		ours, theirs := "某人 learner", "某人 outsider"
		for who, sees := range map[string][2]bool{"manager": {true, false}, "sibling": {false, true}, "hr": {true, true}, "inspector": {true, true}} {
			b := h.as(who)
			for _, page := range []string{"certificates", "risk", "certificates.csv", "risk.csv", "certificates?q=某人&sort=state"} {
				body := b.get("/team/"+page).want(t, http.StatusOK).body
				if strings.Contains(body, ours) != sees[0] || strings.Contains(body, theirs) != sees[1] {
					t.Errorf("%s at %s sees ours %v, theirs %v", who, page, strings.Contains(body, ours), strings.Contains(body, theirs))
				}
			}
			for i, id := range []string{"team", "elsewhere"} {
				for _, page := range []string{"certificates", "risk", "coverage", "skills", "trend", "certificates.csv", "coverage.xlsx"} {
					want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[sees[i]]
					b.get("/team/"+page+"?team="+h.names[id]).want(t, want)
				}
			}
			for i, id := range []string{"learner", "outsider"} {
				want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[sees[i]]
				b.get("/team/"+h.names[id]+"/certificates/gate").want(t, want)
				b.get("/team/"+h.names[id]+"/evidence").want(t, want)
			}
		}
		for _, who := range []string{"learner", "admin"} {
			for _, page := range []string{"certificates", "risk", "coverage", "skills", "trend", "enrol", "certificates.csv"} {
				h.as(who).get("/team/"+page).want(t, http.StatusNotFound)
			}
		}
	})
}
