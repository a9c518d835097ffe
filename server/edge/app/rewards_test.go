package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tongguan/courses/reward"
	"tongguan/server/base/access"
)

// reward makes rewards and penalties of the learner's in every state in which something can be done; what was decided, whoever
// runs the program decided.
func (h *house) reward() {
	h.Helper()
	ctx, manager := context.Background(), h.actor("manager")
	for name, kind := range map[string]reward.Kind{"reward-open": reward.Demotion, "reward-bonus": reward.Bonus, "reward-granted": reward.Warning, "reward-objected": reward.Warning} {
		id, err := h.Rewards.Propose(ctx, manager, reward.Draft{Person: h.names["learner"], Kind: kind, Reason: "三月的表现", Words: "方案没有评审就发给了客户。", Clause: "2.4.2"}, "stock "+name)
		h.names[name] = id
		if err == nil && kind == reward.Warning {
			err = h.Rewards.Decide(ctx, access.Operator(), id, reward.Decision{Grant: true, Reason: "属实"}, "stock decide "+name)
		}
		if err == nil && name == "reward-objected" {
			err = h.Rewards.Object(ctx, h.actor("learner"), id, "评审已经补做", "stock object "+name)
		}
		if err != nil {
			h.Fatal(name, err)
		}
	}
}

// TestRewardFromProposalToLifted goes the whole way through the pages: proposed, granted, objected to, lifted by another of HR.
func TestRewardFromProposalToLifted(t *testing.T) {
	each(t, func(h *house) {
		h.addPerson("second", "elsewhere", access.Learner, access.HR)
		manager, hr, learner, second := h.as("manager"), h.as("hr"), h.as("learner"), h.as("second")
		if a := manager.get("/rewards/new?who=learner").want(t, http.StatusOK); !strings.Contains(a.body, "某人 learner") || !strings.Contains(a.body, h.names["learner"]) {
			h.Error("the form is not about whom was meant")
		}
		manager.get("/rewards/new?who=outsider").want(t, http.StatusOK)
		at := manager.post("/rewards", f{"person": {h.names["learner"]}, "kind": {"fine"}, "clause": {"2.4.2"}, "words": {"没有评审"}, "reason": {"第二次了"}, "request": {"a"}}).
			want(t, http.StatusSeeOther).location
		learner.get(at).want(t, http.StatusNotFound)
		if a := hr.get("/rewards").want(t, http.StatusOK); !strings.Contains(a.body, at) {
			h.Error("what waits is not listed")
		}
		hr.post(at+"/decide", f{"amount": {"1,200.50"}, "reason": {"用印登记为证"}, "decision": {"grant"}, "request": {"b"}}).want(t, http.StatusSeeOther)
		a := learner.get(at).want(t, http.StatusOK)
		if !strings.Contains(a.body, "¥1,200.50") || !strings.Contains(a.body, "用印登记为证") || strings.Contains(a.body, "第二次了") || strings.Contains(a.body, "某人 manager") {
			h.Error(a.body)
		}
		if mine := learner.get("/rewards/mine").want(t, http.StatusOK); !strings.Contains(mine.body, at) {
			h.Error("one's own is not listed")
		}
		learner.post(at+"/object", f{"reason": {"当天补做了"}, "request": {"c"}}).want(t, http.StatusSeeOther)
		hr.post(at+"/settle", f{"reason": {"好"}, "decision": {"lift"}, "request": {"d"}}).want(t, http.StatusForbidden)
		second.post(at+"/settle", f{"reason": {"已核实"}, "decision": {"lift"}, "request": {"e"}}).want(t, http.StatusSeeOther)
		if a := learner.get(at); !strings.Contains(a.body, "已撤销") || strings.Contains(a.body, at+"/object") {
			h.Error(a.body)
		}
	})
}

// TestRewardListIsPagedByKey walks through more than a page, and finds all of it in the files.
func TestRewardListIsPagedByKey(t *testing.T) {
	h := one(t, options{})
	ctx := context.Background()
	const n = 53
	for i := range n {
		if _, err := h.Rewards.Propose(ctx, h.actor("hr"), reward.Draft{Person: h.names["learner"], Kind: reward.Bonus, Reason: fmt.Sprintf("=第%02d件", i), Words: "好"}, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	b, seen := h.as("manager"), 0
	first := b.get("/rewards").want(t, http.StatusOK)
	seen += strings.Count(first.body, "=第")
	page, err := h.Rewards.List(ctx, h.actor("manager"), reward.Filter{})
	if err != nil || page.Next == "" || !strings.Contains(first.body, url.QueryEscape(page.Next)) {
		t.Fatalf("%q, %v", page.Next, err)
	}
	if seen += strings.Count(b.get("/rewards?after="+page.Next).want(t, http.StatusOK).body, "=第"); seen != n {
		t.Errorf("%d of %d", seen, n)
	}
	if csv := b.get("/rewards.csv?kind=bonus").want(t, http.StatusOK); strings.Count(csv.body, "=第") != n || strings.Count(csv.body, "\n") != n+1 {
		t.Error(csv.body[:200])
	}
	if none := b.get("/rewards.csv?kind=fine").want(t, http.StatusOK); strings.Contains(none.body, "=第") {
		t.Error("the filter does not count")
	}
}
