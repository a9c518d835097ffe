package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"tongguan/courses/appraisal"
	"tongguan/courses/indicator"
)

// appraise makes records of the learner's in every state that something can be done in, each of a month of its own.
func (h *house) appraise() {
	h.Helper()
	ctx, hr, learner := context.Background(), h.actor("hr"), h.actor("learner")
	good := func(err error) {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
	}
	ahead := appraisal.Deadlines{Targets: "2026-04-05", Figures: "2026-07-05", Reviews: "2026-07-10", Calibration: "2026-07-15", Response: "2026-07-22"}
	behind := appraisal.Deadlines{Targets: "2026-02-01", Figures: "2026-02-02", Reviews: "2026-02-03", Calibration: "2026-03-20", Response: "2026-03-27"}
	for name, period := range map[string]string{"aiming": "2026-03", "agreeing": "2026-04", "objecting": "2026-05"} {
		h.open(name, period, ahead)
		if name != "aiming" {
			good(h.Appraisals.SetTargets(ctx, h.actor("manager"), h.names[name], map[string]int64{"visits": 6}, "stock aim "+name))
		}
	}
	past := map[string]string{"calibrating": "2025-06", "shown": "2025-07", "contested": "2025-08", "noted": "2025-09", "filed": "2025-10"}
	for name, period := range past {
		h.open(name, period, behind)
		good(h.Appraisals.SetTargets(ctx, hr, h.names[name], map[string]int64{"visits": 6}, "stock aim "+name))
		_, err := h.Indicators.Put(ctx, h.actor("manager"), indicator.Entry{Person: learner.ID, Period: period, Values: map[string]int64{"visits": 5}, Request: "stock " + name})
		good(err)
	}
	for range 4 {
		good(h.Appraisals.Tick(ctx))
	}
	for name := range past {
		if name == "calibrating" {
			continue
		}
		good(h.Appraisals.Show(ctx, hr, h.names[name], "stock show "+name))
		do := map[string]appraisal.Act{"contested": appraisal.Dispute, "noted": appraisal.Acknowledge, "filed": appraisal.Acknowledge}[name]
		if do != "" {
			good(h.Appraisals.Respond(ctx, learner, h.names[name], appraisal.Answer{Do: do, Text: "有三次拜访没有记上。"}, "stock answer "+name))
		}
	}
	good(h.Appraisals.Close(ctx, hr, h.names["filed"], "stock close"))
	h.names["cycle"] = h.names["cycle of aiming"]
}

// open opens a cycle for the learner alone; the record has the name, the cycle "cycle of" it.
func (h *house) open(name, period string, on appraisal.Deadlines) {
	h.Helper()
	ctx, hr := context.Background(), h.actor("hr")
	id, err := h.Appraisals.Open(ctx, hr, appraisal.Plan{Scheme: "short", Period: period, Persons: []string{h.names["learner"]}, Deadlines: on, Least: -1}, "stock open "+name)
	if err != nil {
		h.Fatal(err)
	}
	page, err := h.Appraisals.Records(ctx, hr, appraisal.Filter{Cycle: id})
	if err != nil || len(page.Records) != 1 {
		h.Fatal(len(page.Records), err)
	}
	h.names[name], h.names["cycle of "+name] = page.Records[0].ID, id
}

// TestARecordCanBeReckonedAgain reads on the page what was computed, how, and that it verifies.
func TestARecordCanBeReckonedAgain(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		at := "/appraisals/" + h.names["shown"]
		page := h.as("learner").get(at+"?verify=1").want(h.T, http.StatusOK).body
		for _, says := range []string{"完成率：5 ÷ 6 = 83.33%", "得分：100 − 1 × 16.67 = 83.33", "(70×83.33) ÷ 70", "= 5833.10 ÷ 70 =", "83.33", "岗位要求的",
			"没有收到评价。不计入", "未反馈", "不反馈不等于同意", "核对一致", "2026年3月27日"} {
			if !strings.Contains(page, says) {
				h.Errorf("the record does not say %s", says)
			}
		}
		if strings.Contains(page, `name="score"`) {
			h.Error("the person is offered to set their own result")
		}
		hidden := h.as("learner").get("/appraisals/"+h.names["calibrating"]).want(h.T, http.StatusOK).body
		if strings.Contains(hidden, "83.33") || !strings.Contains(hidden, "结果公布后才会显示在这里") {
			h.Error("the person sees a result before it is shown")
		}
	})
}

// TestADisputeGoesThroughThePages is disputed by the person, amended by HR, and seen by the person with both results.
func TestADisputeGoesThroughThePages(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		at := "/appraisals/" + h.names["shown"]
		learner, hr := h.as("learner"), h.as("hr")
		learner.post(at+"/respond", f{"answer": {"dispute"}, "text": {"有两次拜访没有记上。"}, "request": {"a-1"}}).want(h.T, http.StatusSeeOther)
		if page := hr.get(at).want(h.T, http.StatusOK).body; !strings.Contains(page, "有两次拜访没有记上。") || !strings.Contains(page, `name="ruling"`) {
			h.Error("HR does not see the dispute, or cannot decide it")
		}
		hr.post(at+"/decide", f{"ruling": {"amend"}, "score": {"91.50"}, "reason": {"补上了两次。"}, "seen": {"1"}, "request": {"a-2"}}).want(h.T, http.StatusSeeOther)
		hr.post(at+"/decide", f{"ruling": {"amend"}, "score": {"12"}, "reason": {"再改一次。"}, "seen": {"2"}, "request": {"a-3"}}).want(h.T, http.StatusConflict)
		page := learner.get(at).want(h.T, http.StatusOK).body
		for _, says := range []string{"91.50", "优秀", "83.33", "补上了两次。", "异议改判", "已改判"} {
			if !strings.Contains(page, says) {
				h.Errorf("after the decision the person does not see %s", says)
			}
		}
		cycle := "/appraisals/cycles/" + h.names["cycle of shown"]
		for _, path := range []string{at, at + "?verify=1", cycle, cycle + "/records.csv"} {
			seen := h.as("inspector").get(path).want(h.T, http.StatusOK).body
			for _, secret := range []string{"91.5", "优秀"} {
				if strings.Contains(seen, secret) {
					h.Errorf("%s tells the inspector %s", path, secret)
				}
			}
			if !strings.Contains(seen, h.names["shown"]) {
				h.Errorf("%s does not tell the inspector of the record", path)
			}
		}
		if strings.Contains(page, "再改一次") {
			h.Error("a dispute was decided twice")
		}
	})
}

// TestTwoTabs answers in one tab what was answered in another: what was written there is shown, to be copied.
func TestTwoTabs(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		at, learner := "/appraisals/"+h.names["shown"], h.as("learner")
		learner.post(at+"/respond", f{"answer": {"acknowledge"}, "request": {"t-1"}}).want(h.T, http.StatusSeeOther)
		page := learner.post(at+"/respond", f{"answer": {"dispute"}, "text": {"有两次拜访没有记上。"}, "request": {"t-2"}}).want(h.T, http.StatusConflict).body
		if !strings.Contains(page, "有两次拜访没有记上。") || !strings.Contains(page, "没有记下") {
			h.Error("what was written in the second tab is lost")
		}
	})
}

// TestWhatCertificatesCountedIn leads from a certificate to the records that it counted in, and only those that are open.
func TestWhatCertificatesCountedIn(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		uses, err := h.Appraisals.Counted(context.Background(), h.DB.Read(), h.names["certificate"])
		if err != nil {
			h.Fatal(err)
		}
		page := h.as("learner").get("/certificates/"+h.names["certificate"]).want(h.T, http.StatusOK).body
		for _, u := range uses {
			if leads, hidden := strings.Contains(page, "/appraisals/"+u.Record), u.Record == h.names["calibrating"]; leads == hidden {
				h.Errorf("the record of %s: on the page %v, though hidden %v", u.Period, leads, hidden)
			}
		}
	})
}
