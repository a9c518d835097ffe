package e2e_test

import (
	"context"
	"testing"

	"tongguan/courses/review"
)

func TestReviewPagesLookRight(t *testing.T) { lookAt(t, reviewPlaces) }

func reviewPlaces(t *testing.T, a *academy) []place {
	ctx, hr := context.Background(), named(t, a, "hr").Actor()
	open, _, err := a.app.Reviews.Mine(ctx, named(t, a, "learner").Actor())
	if err != nil || len(open) == 0 {
		t.Fatal("the learner has nothing to review", err)
	}
	fresh, err := a.app.Reviews.Invite(ctx, hr, "demo-now-1", review.Guest{Name: "一家名字很长很长的工业自动化设备集成有限公司 欧阳诸葛采购总监", Form: "e2e-1"})
	if err != nil {
		t.Fatal(err)
	}
	gone, err := a.app.Reviews.Invite(ctx, hr, "demo-now-1", review.Guest{Name: "Ms A-Very-Long-Name-Without-A-Break-Anywhere-In-It", Form: "e2e-2"})
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.app.Reviews.See(ctx, hr, "demo-now-1")
	if err == nil {
		err = a.app.Reviews.Withdraw(ctx, hr, "demo-now-1", v.Customers[len(v.Customers)-1].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return []place{
		{"reviews", "learner", "/reviews"},
		{"reviews-none", "author", "/reviews"},
		{"reviews-hr", "hr", "/reviews"},
		{"review-sheet", "learner", "/reviews/" + open[0].ID},
		{"review-panel-hr", "hr", "/reviews/panels/demo-now-1"},
		{"review-panel-manager", "manager", "/reviews/panels/demo-now-1"},
		{"review-results", "learner", "/reviews/panels/demo-past-1"},
		{"review-results-hr", "hr", "/reviews/panels/demo-past-1"},
		{"review-guest", "", "/reviews/customer/" + fresh.Token},
		{"review-guest-gone", "", "/reviews/customer/" + gone.Token},
	}
}
