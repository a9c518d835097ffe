package app_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tongguan/courses/external"
	"tongguan/courses/session"
	"tongguan/server/base/team"
)

// train makes sessions, two in a series that are to come and one, for the learner alone, that was held and missed; and
// external trainings of the learner's in every state that something can be done in.
func (h *house) train() {
	h.Helper()
	ctx := context.Background()
	details := session.Details{Topic: "market-q1", Title: "市场动态", Host: h.names["manager"], Team: h.names["team"], CatchUp: true, CatchUpDays: 7}
	var errs [4]error
	for i, name := range []string{"planned", "planned2"} {
		h.names[name], errs[i] = h.Sessions.Plan(ctx, h.actor("manager"), session.Series{Details: details, Rule: session.Weekly, Count: 2,
			Slot: session.Slot{Date: "2026-03-09", Start: "10:00", End: "11:00"}}, "stock "+name)
	}
	details.Team, details.Host, details.Guests = h.addTeam(team.Details{Name: "空"}), h.names["hr"], []string{h.names["learner"]}
	h.names["held"], errs[2] = h.Sessions.Plan(ctx, h.actor("hr"), session.Series{Details: details, Rule: session.Once,
		Slot: session.Slot{Date: "2026-03-02", Start: "08:00", End: "09:00"}}, "stock held")
	if errs[2] == nil {
		errs[2] = h.Sessions.Mark(ctx, h.actor("hr"), h.names["held"], []session.Mark{{Person: h.names["learner"], Value: session.Absent}})
	}
	token, err := h.Sessions.NewAddress(ctx, h.actor("learner"))
	h.names["calendar"], errs[3] = token+".ics", err
	for _, err := range errs {
		if err != nil {
			h.Fatal(err)
		}
	}
	for _, name := range []string{"wanted", "wanted2", "approved", "taken", "shared"} {
		if err := h.abroad(ctx, name); err != nil {
			h.Fatal(err)
		}
	}
}

// abroad takes an external training of the learner's as far as its name says.
func (h *house) abroad(ctx context.Context, name string) error {
	learner := h.actor("learner")
	id, err := h.External.Ask(ctx, learner, external.Request{Title: "大客户谈判研修", StartsOn: "2026-02-20", EndsOn: "2026-02-21", Aim: "学会让步的次序。"}, "stock "+name)
	if h.names[name] = id; err != nil || strings.HasPrefix(name, "wanted") {
		return err
	}
	if err := h.External.Decide(ctx, h.actor("manager"), id, external.Decision{Approve: true, ShareDays: 14}); err != nil {
		return err
	}
	if err := h.External.AddFile(ctx, learner, id, external.Upload{Name: "证书.pdf", Data: []byte("%PDF-1.7 x")}); err != nil || name == "approved" {
		return err
	}
	if err := h.External.Take(ctx, learner, id); err != nil {
		return err
	}
	if name == "shared" {
		return h.External.Share(ctx, learner, id, external.Sharing{Form: external.Note, Title: "让步的次序", Text: shareText}, nil)
	}
	one, err := h.External.See(ctx, learner, id)
	if err == nil {
		h.names["proof"] = one.Proofs[0].ID
	}
	return err
}

// TestProofsAreSentToBeKept uploads what is proof and what only says so, and looks at how a proof comes back.
func TestProofsAreSentToBeKept(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		b := h.as("learner")
		at := "/training/external/" + h.names["approved"]
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			file   string
			status int
		}{
			"a page":    {"<!doctype html><script>alert(1)</script>", http.StatusUnprocessableEntity},
			"a picture": {picture.String(), http.StatusSeeOther},
			"too large": {"%PDF-" + strings.Repeat("x", external.MaxFileBytes), http.StatusUnprocessableEntity},
		} {
			if a := b.send(uploadRequest(at+"/files", url.Values{"csrf": {b.csrf}}, c.file)); a.status != c.status {
				h.Errorf("%s: status %d, want %d", name, a.status, c.status)
			}
		}
		b.send(uploadRequest(at+"/files", nil, picture.String())).want(h.T, http.StatusForbidden)
		one, err := h.External.See(context.Background(), h.actor("learner"), h.names["approved"])
		if err != nil || len(one.Proofs) != 2 {
			h.Fatalf("%+v, %v", one, err)
		}
		if one.Proofs[0].Kind != "image/png" { // both are of one moment
			slices.Reverse(one.Proofs)
		}
		a := b.get(at+"/files/"+one.Proofs[0].ID).want(h.T, http.StatusOK)
		if a.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment;") ||
			a.header.Get("X-Content-Type-Options") != "nosniff" || a.body != picture.String() {
			h.Errorf("it comes back as %v", a.header)
		}
	})
}

// TestCalendarFeed subscribes without a session, follows a cancellation and finds the old address dead.
func TestCalendarFeed(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		nobody, path := h.as(""), "/calendar/"+h.names["calendar"]
		a := nobody.get(path).want(h.T, http.StatusOK)
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/calendar") || strings.Count(a.body, "BEGIN:VEVENT") != 5 || !strings.Contains(a.body, "SUMMARY:市场动态") ||
			!strings.Contains(a.body, "DTSTART:20260309T020000Z") || strings.Contains(a.body, "CANCELLED") {
			h.Error(a.body)
		}
		cancel := f{"sequence": {"0"}, "reason": {"展会"}, "scope": {"following"}}
		h.as("manager").post("/training/sessions/"+h.names["planned"]+"/cancel", cancel).want(h.T, http.StatusSeeOther)
		if a = nobody.get(path); strings.Count(a.body, "STATUS:CANCELLED") != 2 || strings.Count(a.body, "SEQUENCE:1") != 2 {
			h.Error(a.body)
		}
		made := h.as("learner").post("/training/feed", nil).want(h.T, http.StatusOK).body
		if !strings.Contains(made, host+"/calendar/") {
			h.Error("the new address is not shown")
		}
		nothing, dead := nobody.get("/calendar/nothing.ics"), nobody.get(path)
		if dead.status != http.StatusNotFound || bare(dead.body) != bare(nothing.body) {
			h.Errorf("the old address answers %d", dead.status)
		}
	})
}
