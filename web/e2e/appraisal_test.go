package e2e_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tongguan/courses/appraisal"
)

// Every page of appraisals, in every state that the demo has, as those see it whom it concerns.
func TestAppraisalPagesLookRight(t *testing.T) { lookAt(t, appraisalPlaces) }

// inState gives the demo's records by state, the learner's own before others.
func inState(t *testing.T, a *academy) map[appraisal.State]appraisal.Record {
	t.Helper()
	learner, out := named(t, a, "learner").ID, map[appraisal.State]appraisal.Record{}
	for _, r := range get[appraisal.Page](t)(a.app.Appraisals.Records(context.Background(), named(t, a, "hr").Actor(), appraisal.Filter{Size: 500})).Records {
		if _, ok := out[r.State]; !ok || r.Person == learner {
			out[r.State] = r
		}
	}
	return out
}

func appraisalPlaces(t *testing.T, a *academy) []place {
	out := []place{
		{"appraisals", "learner", "/appraisals"},
		{"appraisals-manager", "manager", "/appraisals"},
		{"appraisals-hr", "hr", "/appraisals"},
		{"appraisals-inspector", "inspector", "/appraisals"},
		{"appraisal-new", "hr", "/appraisals/new"},
		{"appraisal-new-year", "hr", "/appraisals/new?scheme=sales-annual&period=2027"},
	}
	for _, c := range get[[]appraisal.Cycle](t)(a.app.Appraisals.Cycles(context.Background(), named(t, a, "hr").Actor())) {
		out = append(out, place{"appraisal-cycle-" + c.Period, "hr", "/appraisals/cycles/" + c.ID})
	}
	for state, r := range inState(t, a) {
		name, at := "appraisal-"+string(state), "/appraisals/"+r.ID
		out = append(out, place{name + "-hr", "hr", at}, place{name + "-manager", "manager", at}, place{name + "-inspector", "inspector", at + "?verify=1"})
		if r.Person == named(t, a, "learner").ID {
			out = append(out, place{name + "-own", "learner", at})
		}
	}
	return out
}

// Somebody is shown a result, disputes it on a phone, HR decides with another result, and they see both with the reason.
func TestAResultIsDisputedAndDecided(t *testing.T) {
	a := open(t)
	ctx, boss := context.Background(), named(t, a, "hr").Actor()
	record := ready(t, a)
	at := "/appraisals/" + record
	b := a.tab(t)
	b.signIn("learner", a.company.Password)
	b.size(390, 800)
	b.visit("/appraisals")
	if !b.exists(`.appr-acts a[href="` + at + `"]`) {
		t.Fatal("the page does not say that there is something to answer")
	}
	b.visit(at)
	if text := b.text("main"); !strings.Contains(text, "不反馈不等于同意") {
		t.Error("what silence means is not said")
	}
	b.do(chromedp.Click(chromedp.CSS(`input[name=answer][value=dispute]`)))
	b.submit("#respond button") // without saying what is wrong nothing is disputed
	if !b.exists("#respond-text-error") || !b.exists(`input[name=answer][value=dispute]:checked`) {
		t.Error("nobody asked what is wrong, or the choice is lost")
	}
	b.fill("#respond-text", "客户反馈的问卷发给了别人。")
	b.submit("#respond button")
	if b.exists("#respond") {
		t.Error("the form is still there")
	}

	hr := a.tab(t)
	hr.signIn("hr", a.company.Password)
	hr.visit(at)
	hr.do(chromedp.Click(chromedp.CSS(`input[name=ruling][value=amend]`)))
	hr.fill("#decide-score", "96.5")
	hr.fill("#decide-reason", "问卷已重新发给项目负责人，按新的回答计算。")
	hr.submit("#decide button")
	b.visit(at)
	for _, says := range []string{"96.50", "优秀", "按新的回答计算", "异议改判"} {
		if !strings.Contains(b.text("main"), says) {
			t.Errorf("the person does not see %s", says)
		}
	}
	inspect(t, b, "appraisal-decided-phone")
	if w := get[appraisal.Whole](t)(a.app.Appraisals.Record(ctx, boss, record)); w.State != appraisal.Amended || len(w.History) < 2 {
		t.Errorf("the record is %s with %d results", w.State, len(w.History))
	}
}

// ready gives a record of the learner's whose result is shown and not answered.
func ready(t *testing.T, a *academy) string {
	t.Helper()
	for _, r := range get[[]appraisal.Record](t)(a.app.Appraisals.Mine(context.Background(), named(t, a, "learner").Actor())) {
		if r.State == appraisal.Shown {
			return r.ID
		}
	}
	t.Skip("by the calendar no result of the learner's is shown yet: figures of a month come in its second week")
	return ""
}
