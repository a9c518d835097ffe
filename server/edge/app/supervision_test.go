package app_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tongguan/courses/external"
	"tongguan/courses/inspection"
	"tongguan/courses/violation"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// raise raises a finding of the learner's by hand, or from a no of a round.
func (h *house) raise(f inspection.Finding) string {
	h.Helper()
	f.Title, f.Demand, f.Clause, f.Severity, f.Owner, f.DueOn = "补一份书面意见", "补上并归档。", "2.4.2", inspection.Major, h.names["learner"], "2026-03-20"
	id, err := h.Inspections.RaiseFinding(context.Background(), h.actor("inspector"), f, h.Clock.ID())
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// colleague is somebody else of HR.
func (h *house) colleague() access.Actor {
	h.Helper()
	p := people.Person{Login: "hr.colleague", Name: "钱多多", Roles: []access.Role{access.Learner, access.HR}}
	var err error
	if p.ID, err = h.People.Create(context.Background(), access.Operator(), p); err != nil {
		h.Fatal(err)
	}
	return p.Actor()
}

// supervise makes a round that runs, findings in each state that something can be done in, and reports of violations.
func (h *house) supervise() {
	h.Helper()
	ctx, who := context.Background(), h.actor("inspector")
	h.names["contracts"], h.names["orders"], h.names["training-compliance"] = "contracts", "orders", "training-compliance"
	good := func(err error) {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
	}
	good(h.Inspections.Tick(ctx))
	round, err := h.Inspections.Begin(ctx, who, inspection.Start{Plan: "contracts", Period: "2026-03", Listed: "HT-1 甲\nHT-2 乙\nHT-3 丙"}, "stock")
	good(err)
	good(h.Inspections.Save(ctx, who, round, inspection.Sampled{Number: 2, Answers: map[string]inspection.Answer{"reviewed": {Value: inspection.No, Note: "没有"}}}))
	h.names["round"], h.names["finding"] = round, h.raise(inspection.Finding{Round: round, Number: 2, Item: "reviewed"})
	good(h.Inspections.AddFile(ctx, h.actor("learner"), h.names["finding"], external.Upload{Name: "意见.pdf", Data: []byte("%PDF-1.7 x")}))
	v, err := h.Inspections.Finding(ctx, who, h.names["finding"])
	good(err)
	h.names["evidence"], h.names["finding2"], h.names["rectified"] = v.Proofs[0].ID, h.raise(inspection.Finding{}), h.raise(inspection.Finding{})
	good(h.Inspections.Do(ctx, h.actor("learner"), h.names["rectified"], inspection.Deed{Do: inspection.Rectify, Version: 1, Text: "补好了"}))
	h.names["newcode"] = violation.Grouped(h.Violations.NewCode())
	for _, name := range []string{"violation", "proven", "rewarded", "payable"} {
		code := h.Violations.NewCode()
		good(h.Violations.Submit(ctx, access.Actor{}, violation.Text{Happened: "合同没有送审就签了，" + name}, code))
		r, err := h.Violations.Open(ctx, code)
		good(err)
		h.names[name], h.names[name+"-code"] = r.ID, violation.Grouped(code)
		if name == "violation" {
			continue
		}
		good(h.Violations.Decide(ctx, who, r.ID, 1, violation.Examining, ""))
		good(h.Violations.Decide(ctx, who, r.ID, 2, violation.Substantiated, "属实"))
		if name != "proven" {
			good(h.Violations.Propose(ctx, who, r.ID, violation.Reward{Amount: 300000, Reason: "避免了损失"}))
		}
		if name == "payable" {
			good(h.Violations.DecideReward(ctx, h.colleague(), r.ID, true, "")) // whoever decides does not pay
		}
	}
}

// supervisionDeeds are the forms of supervision.
var supervisionDeeds = []deed{
	{route: "/inspections/plans/:id", by: "hr", target: [2]string{":id", "contracts"}, form: f{"version": {"0"}, "every": {"weekly"}, "size": {"5"}, "responsible": {"inspector"}, "reason": {"合同多了"}}},
	{route: "/inspections/plans/:id/rounds", by: "inspector", target: [2]string{":id", "orders"}, form: f{"period": {"2026-03"}, "listed": {"DD-1 甲\nDD-2 乙"}, "request": {"r-10"}}},
	{route: "/inspections/plans/:id/findings", by: "inspector", target: [2]string{":id", "training-compliance"}},
	{route: "/inspections/rounds/:id/items/:number", by: "inspector", target: [2]string{":id", "round"}, form: f{"version": {"0"}, "a.reviewed": {"yes"}, "n.reviewed": {"有意见书"}}},
	{route: "/inspections/rounds/:id/close", by: "inspector", target: [2]string{":id", "round"}, form: f{"conclusion": {"一份没有审。"}}},
	{route: "/inspections/findings", by: "inspector", form: f{"request": {"r-11"}, "round": {""}, "number": {""}, "item": {""}, "title": {"没有归档"}, "clause": {"2.4.2"}, "severity": {"minor"},
		"owner": {"learner"}, "due": {"2026-03-20"}, "demand": {"归档。"}}},
	{route: "/inspections/findings/:id/rectify", by: "learner", target: [2]string{":id", "finding"}, form: f{"version": {"1"}, "text": {"补好了"}, "link": {"https://example.com/a"}}},
	{route: "/inspections/findings/:id/judge", by: "inspector", target: [2]string{":id", "rectified"}, form: f{"version": {"2"}, "text": {"看过了"}, "decision": {"verify"}}},
	{route: "/inspections/findings/:id/move", by: "inspector", target: [2]string{":id", "finding2"}, form: f{"version": {"1"}, "owner": {"learner"}, "due": {"2026-03-25"}, "why": {"出差"}}},
	{route: "/inspections/findings/:id/files", by: "learner", target: [2]string{":id", "finding2"}, form: f{"file": {"$file"}}, status: 422, still: true}, // without its file
	{route: "/report", form: f{"code": {"$newcode"}, "happened": {"有人私下答应了客户的回扣。"}, "place": {"上周"}, "accused": {"某人 author"}, "clause": {""}, "evidence": {"聊天记录"}, "name": {"no"}},
		status: 200, door: true},
	{route: "/report/receipt", form: f{"code": {"$violation-code"}}, status: 200, still: true, door: true},
	{route: "/report/receipt/reply", form: f{"code": {"$violation-code"}, "text": {"再补一句。"}, "form": {"r-12"}}, status: 200, door: true},
	{route: "/violations/:id/state", by: "inspector", target: [2]string{":id", "violation"}, form: f{"version": {"1"}, "to": {"examining"}, "note": {"先看合同"}}},
	{route: "/violations/:id/messages", by: "inspector", target: [2]string{":id", "violation"}, form: f{"text": {"还有谁知道？"}, "form": {"r-13"}}},
	{route: "/violations/:id/reward", by: "inspector", target: [2]string{":id", "proven"}, form: f{"amount": {"3000"}, "honour": {"诚信奖"}, "reason": {"避免了损失"}}},
	{route: "/violations/rewards/:id", by: "hr", target: [2]string{":id", "rewarded"}, form: f{"decision": {"approve"}, "why": {"同意"}}},
	{route: "/violations/rewards/pay", by: "hr", form: f{"code": {"$payable-code"}}, status: 200},
}

// supervisionMay says who else may send them.
var supervisionMay = map[string][]string{"/inspections/plans/:id": {"hr", "inspector"}, "/inspections/plans/:id/rounds": {"inspector"}, "/inspections/plans/:id/findings": {"inspector"},
	"/inspections/rounds/:id/items/:number": {"inspector"}, "/inspections/rounds/:id/close": {"inspector"}, "/inspections/findings": {"inspector"},
	"/inspections/findings/:id/judge": {"inspector"}, "/inspections/findings/:id/move": {"inspector"}, "/violations/:id/state": {"inspector"},
	"/violations/:id/messages": {"inspector"}, "/violations/:id/reward": {"inspector"}, "/violations/rewards/:id": {"hr"}, "/violations/rewards/pay": {"hr"}}

var supervisionMistakes = []mistake{
	{route: "/inspections/plans/:id", field: "every", value: "daily"},
	{route: "/inspections/plans/:id", field: "size", value: "0"},
	{route: "/inspections/plans/:id", field: "responsible", value: "no-such-login"},
	{route: "/inspections/plans/:id", field: "reason", value: " "},
	{route: "/inspections/plans/:id", field: "version", value: "9", status: http.StatusConflict},
	{route: "/inspections/plans/:id/rounds", field: "listed", value: " "},
	{route: "/inspections/rounds/:id/items/:number", field: "a.reviewed", value: "maybe"},
	{route: "/inspections/rounds/:id/items/:number", field: "n.reviewed", value: strings.Repeat("长", 501)},
	{route: "/inspections/rounds/:id/items/:number", field: "version", value: "9", status: http.StatusConflict},
	{route: "/inspections/rounds/:id/close", field: "conclusion", value: ""},
	{route: "/inspections/rounds/:id/close", field: "conclusion", value: "还没有答完"},
	{route: "/inspections/findings", field: "title", value: " "},
	{route: "/inspections/findings", field: "severity", value: "bad"},
	{route: "/inspections/findings", field: "owner", value: "no-such-login"},
	{route: "/inspections/findings", field: "due", value: "2026-02-30"},
	{route: "/inspections/findings", field: "clause", value: "二"},
	{route: "/inspections/findings/:id/rectify", field: "text", value: ""},
	{route: "/inspections/findings/:id/rectify", field: "link", value: "ftp://example.com"},
	{route: "/inspections/findings/:id/rectify", field: "version", value: "9", status: http.StatusConflict},
	{route: "/inspections/findings/:id/judge", field: "text", value: strings.Repeat("长", 2001)},
	{route: "/inspections/findings/:id/move", field: "due", value: "2026-03-01"},
	{route: "/inspections/findings/:id/move", field: "owner", value: "no-such-login"},
	{route: "/inspections/findings/:id/move", field: "why", value: ""},
	{route: "/report", field: "happened", value: "太短"},
	{route: "/report", field: "accused", value: strings.Repeat("某,", 11)},
	{route: "/report", field: "name", value: "yes"}, // nobody is signed in
	{route: "/report/receipt", field: "code", value: "no such code", status: http.StatusNotFound},
	{route: "/report/receipt/reply", field: "text", value: " "},
	{route: "/violations/:id/state", field: "note", value: strings.Repeat("长", 1001)},
	{route: "/violations/:id/state", field: "version", value: "9", status: http.StatusConflict},
	{route: "/violations/:id/messages", field: "text", value: ""},
	{route: "/violations/:id/reward", field: "amount", value: "many"},
	{route: "/violations/:id/reward", field: "reason", value: ""},
	{route: "/violations/rewards/:id", field: "why", value: strings.Repeat("长", 1001)},
	{route: "/violations/rewards/pay", field: "code", value: "no such code", status: http.StatusNotFound},
}

// TestAnonymousReportsLeaveNoTrace has somebody who is signed in report anonymously, come back with the code and write more, and
// then searches every row of every table that was not there before for them: id, login, name, address, browser and moment.
func TestAnonymousReportsLeaveNoTrace(t *testing.T) {
	each(t, func(h *house) {
		h.addPerson("wangxiaomei", "team", access.Learner)
		b := h.as("wangxiaomei")
		code := h.Violations.NewCode()
		h.advance(10*time.Minute + 7777*time.Millisecond) // later than a session notes when it was last used
		moment := fmt.Sprint(h.Clock.Now())[:9]           // to ten seconds or so
		before := h.dump()
		page := b.get("/report").want(t, http.StatusOK)
		if strings.Contains(page.body, "某人 wangxiaomei") || strings.Contains(page.body, `name="csrf"`) {
			h.Error("the form knows who reads it")
		}
		send := func(path string, form f) answer {
			r := formRequest(path, form)
			r.Header.Set("User-Agent", "Netscape/4.79")
			r.Header.Set("X-Forwarded-For", "198.51.100.77")
			return b.send(r).want(t, http.StatusOK)
		}
		done := send("/report", f{"code": {code}, "happened": {"有人私下答应了客户的回扣。"}, "name": {"no"}})
		if !strings.Contains(done.body, violation.Grouped(code)) || strings.Contains(b.get("/report/receipt").body, violation.Grouped(code)[:11]) {
			h.Error("the code is to be shown exactly once")
		}
		send("/report/receipt", f{"code": {violation.Grouped(code)}})
		send("/report/receipt/reply", f{"code": {code}, "text": {"补充一句。"}, "form": {h.Violations.NewCode()}})
		for _, lost := range []string{"/report/nothing", "/Report/nothing"} { // nor does an error look who it is
			if a := b.get(lost).want(t, http.StatusNotFound); strings.Contains(a.body, "/signout") {
				h.Errorf("%s knows who it is", lost)
			}
		}
		traces := []string{h.names["wangxiaomei"], "wangxiaomei", "Netscape", "198.51.100.77", "0.0.0.0", code, moment}
		found := 0
		for table, rows := range h.dump() {
			for _, row := range rows {
				if slices.Contains(before[table], row) {
					continue
				}
				found++
				for _, trace := range traces {
					if strings.Contains(row, trace) {
						h.Errorf("%s holds %q: %s", table, trace, row)
					}
				}
			}
		}
		if found != 2 {
			h.Errorf("%d new rows, want the report and its message", found)
		}
		h.advance(24 * time.Hour)
		if err := h.Violations.Tick(context.Background()); err != nil {
			t.Fatal(err)
		}
		entries, _, err := h.Trail.Newest(context.Background(), h.DB.Read(), access.Operator(), 0, 1)
		if err != nil || entries[0].Act != "violation.kept" || entries[0].Actor != "" || strings.Contains(string(entries[0].Facts), h.names["wangxiaomei"]) {
			h.Errorf("%+v %v", entries, err)
		}
	})
}

// TestReportUnderAName needs somebody who is signed in, and knows them.
func TestReportUnderAName(t *testing.T) {
	h := one(t, options{})
	form := f{"code": {h.Violations.NewCode()}, "happened": {"有人私下答应了客户的回扣。"}, "name": {"yes"}}
	h.as("").post("/report", form).want(t, http.StatusUnprocessableEntity)
	h.as("learner").post("/report", form).want(t, http.StatusOK)
	all, err := h.Violations.Reports(context.Background(), h.actor("inspector"))
	if err != nil || len(all) != 1 || all[0].Reporter != h.names["learner"] {
		t.Errorf("%+v %v", all, err)
	}
}

// TestWrongCodesAndThrottle: wrong codes look alike, and who tries too many has to wait.
func TestWrongCodesAndThrottle(t *testing.T) {
	h := one(t, options{})
	b := h.as("")
	var bodies []string
	for _, code := range []string{h.Violations.NewCode(), "AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA", "x"} {
		a := b.post("/report/receipt", f{"code": {code}}).want(t, http.StatusNotFound)
		bodies = append(bodies, strings.ReplaceAll(a.body, `value="`+code+`"`, ""))
	}
	if len(slices.Compact(bodies)) != 1 {
		t.Error("wrong codes differ")
	}
	busy := false
	for range 60 {
		a := b.post("/report/receipt", f{"code": {h.Violations.NewCode()}})
		busy = busy || a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != ""
	}
	if dump := h.dump(); !busy || len(dump["throttle"]) != 0 {
		t.Errorf("throttled %v, kept %v", busy, dump["throttle"])
	}
}

// TestRecordsBecomeFindings raises what has lapsed, once in a period, and HR sees it.
func TestRecordsBecomeFindings(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		ctx, who := context.Background(), h.actor("inspector")
		h.advance(20 * 24 * time.Hour)
		if _, err := h.Reports.Fold(ctx); err != nil {
			t.Fatal(err)
		}
		h.Reports.Forget()
		c, err := h.Inspections.Compliance(ctx, h.actor("hr"))
		if err != nil || len(c.Lapsed) == 0 || c.All == 0 || len(c.Programmes) == 0 {
			t.Fatalf("%+v %v", c, err)
		}
		b := h.as("inspector")
		for range 2 {
			b.post("/inspections/plans/training-compliance/findings", nil).want(t, http.StatusSeeOther)
		}
		all, n, err := h.Inspections.Findings(ctx, h.actor("hr"), inspection.Filter{Plan: "training-compliance"})
		if err != nil || n != len(c.Lapsed) || !all[0].Training || all[0].Owner != c.Lapsed[0].Person && n == 1 {
			t.Errorf("%d findings of %d lapses: %v", n, len(c.Lapsed), err)
		}
		if _, _, err := h.Inspections.Findings(ctx, who, inspection.Filter{}); err != nil {
			t.Error(err)
		}
		at := b.get("/inspections/rounds/"+all[0].Round).want(t, http.StatusOK)
		if !strings.Contains(at.body, "/inspections/findings/"+all[0].ID) {
			t.Error("the round does not lead to its findings")
		}
		h.as("hr").get("/inspections/rounds/"+all[0].Round).want(t, http.StatusOK)
	})
}

// TestPopulations gives people of a role, certificates in force and what was closed in a period.
func TestPopulations(t *testing.T) {
	h := one(t, options{})
	h.stock()
	ctx := context.Background()
	for kind, want := range map[string]int{inspection.People: 8, inspection.Certificates: 2, inspection.Evidence: 1, inspection.Listed: 0} {
		got, err := h.Inspections.Population(ctx, inspection.Want{Kind: kind, To: h.Clock.Now() + 1})
		if err != nil || len(got) != want {
			t.Errorf("%s: %+v, want %d, %v", kind, got, want, err)
		}
	}
	if got, err := h.Inspections.Population(ctx, inspection.Want{Kind: inspection.People, Roles: []string{"inspector"}}); err != nil || len(got) != 1 || got[0].Person != h.names["inspector"] {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := h.Inspections.Population(ctx, inspection.Want{Kind: inspection.Evidence, To: 1}); err != nil || len(got) != 0 {
		t.Errorf("%+v %v", got, err)
	}
}
