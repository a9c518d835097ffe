package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"tongguan/courses/catalog"
	"tongguan/courses/review"
	"tongguan/server/base/config"
	"tongguan/server/base/db"
)

func anchored(id, zh, en string) review.Item {
	i := review.Item{ID: id, Name: catalog.Text{ZH: zh, EN: en}}
	for n, a := range []string{"很差", "较差", "一般", "较好", "很好"} {
		i.Anchors[n] = catalog.Text{ZH: a, EN: a}
	}
	return i
}

// review makes a panel about the outsider that the learner is asked in, one about the learner that is open, with the manager
// asked, and one that is closed and shown.
func (h *house) review() {
	h.Helper()
	ctx, hr := context.Background(), h.actor("hr")
	items := []review.Item{anchored("attitude", "工作态度", "Attitude"), anchored("teamwork", "团队合作", "Teamwork")}
	good := func(err error) {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
	}
	for id, person := range map[string]string{"panel": "learner", "found": "learner", "theirs": "outsider"} {
		good(h.DB.Write(ctx, func(q db.Q) error {
			return h.Reviews.Open(ctx, q, review.Panel{ID: id, Cycle: "2026", Person: h.names[person], Items: items, MinShown: 3, Due: "2026-03-20"})
		}))
		h.names[id] = id
	}
	good(h.Reviews.Ask(ctx, hr, "theirs", review.Colleague, h.names["learner"]))
	for _, panel := range []string{"panel", "found"} {
		good(h.Reviews.Ask(ctx, hr, panel, review.Superior, h.names["manager"]))
	}
	good(h.DB.Write(ctx, func(q db.Q) error {
		if err := h.Reviews.Close(ctx, q, "found"); err != nil {
			return err
		}
		return h.Reviews.Show(ctx, q, "found")
	}))
	i, err := h.Reviews.Invite(ctx, h.actor("manager"), "panel", review.Guest{Name: "王经理", Form: "stock guest"})
	good(err)
	_, err = h.Reviews.Invite(ctx, h.actor("manager"), "panel", review.Guest{Name: "李总", Form: "stock invited"})
	good(err)
	v, err := h.Reviews.See(ctx, hr, "panel")
	good(err)
	mine, _, err := h.Reviews.Mine(ctx, h.actor("learner"))
	good(err)
	h.names["guest"], h.names["invited"], h.names["others"], h.names["review"] = i.Token, v.Customers[1].ID, v.Asked[0].ID, mine[0].ID
}

// TestACustomersLink is used, looked at again, used again, and withdrawn; nobody who uses it is remembered.
func TestACustomersLink(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		guest, at := h.as(""), "/reviews/customer/"+h.names["guest"]
		page := guest.get(at).want(h.T, http.StatusOK)
		for _, says := range []string{"王经理", "某人 learner", "谁会看到", "只能提交一次"} {
			if !strings.Contains(page.body, says) {
				h.Errorf("the page does not say %s", says)
			}
		}
		before := h.dump()
		guest.post(at, sheet).want(h.T, http.StatusSeeOther)
		after := h.dump()
		for table, rows := range after {
			if changed := !sameRows(map[string][]string{table: before[table]}, map[string][]string{table: rows}); changed && !strings.HasPrefix(table, "review_") && !strings.HasPrefix(table, "audit") {
				h.Errorf("%s has changed", table)
			}
		}
		for range 2 {
			if page := guest.get(at).want(h.T, http.StatusOK); !strings.Contains(page.body, "只能用一次") || strings.Contains(page.body, "<textarea") {
				h.Errorf("a second look: %.300s", page.body)
			}
			again := f{"mark.attitude": {"1"}, "mark.teamwork": {"1"}, "request": {"another"}}
			guest.post(at, again).want(h.T, http.StatusSeeOther)
		}
		h.as("hr").post("/reviews/panels/panel/withdraw", f{"customer": {h.names["invited"]}}).want(h.T, http.StatusSeeOther)
		if page := h.as("hr").get("/reviews/panels/panel").want(h.T, http.StatusOK); !strings.Contains(page.body, "已撤回") || strings.Contains(page.body, h.names["guest"]) {
			h.Error("the panel does not say that a link was withdrawn, or shows one again")
		}
	})
}

// TestWrongLinksWait has somebody try links that are none: soon they have to wait, and whoever has a link has not.
func TestWrongLinksWait(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		guest, refused := h.as(""), 0
		for range 200 {
			if a := guest.get("/reviews/customer/not-a-link"); a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused < 80 {
			h.Errorf("refused %d times", refused)
		}
		guest.get("/reviews/customer/"+h.names["guest"]).want(h.T, http.StatusOK)
	})
}

// TestASheetOutlivesItsPanel sends a sheet that closes meanwhile: it is not taken, and comes back with everything in it.
func TestASheetOutlivesItsPanel(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		ctx, learner := context.Background(), h.as("learner")
		if err := h.DB.Write(ctx, func(q db.Q) error { return h.Reviews.Close(ctx, q, "theirs") }); err != nil {
			h.Fatal(err)
		}
		a := learner.post("/reviews/"+h.names["review"], sheet).want(h.T, http.StatusConflict)
		if !strings.Contains(a.body, "随叫随到") || !strings.Contains(a.body, "已经截止") {
			h.Errorf("what was written is lost: %.500s", a.body)
		}
		learner.get("/reviews/"+h.names["review"]).want(h.T, http.StatusNotFound)
	})
}

// TestACustomerIsWrittenTo mails a link where mail is set up: the mail says who asks about whom in both languages, and its link works.
func TestACustomerIsWrittenTo(t *testing.T) {
	h := one(t, options{change: func(c *config.Config) {
		c.SMTP, c.MailFrom, c.Company = "smtp://127.0.0.1:1?tls=none", "tongguan@example.cn", "衡川工控"
	}})
	h.stock()
	form := f{"name": {"恒川机械 王经理"}, "email": {"wang@example.com"}, "request": {"r-9"}}
	if a := h.as("manager").post("/reviews/panels/panel/invite", form).want(t, http.StatusSeeOther); strings.Contains(a.body, "/reviews/customer/") {
		t.Error("whoever invites is shown the link that was mailed")
	}
	h.as("manager").post("/reviews/panels/panel/invite", form).want(t, http.StatusSeeOther) // the same form again
	mails, err := h.Outbox.Take(context.Background(), 100)
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for _, m := range mails {
		if m.To != "wang@example.com" {
			continue
		}
		sent++
		_, link, found := strings.Cut(m.Text, h.Config.URL+"/reviews/customer/")
		link, _, _ = strings.Cut(link, "\n")
		if !found || m.Subject != "衡川工控请您评价某人 learner" || !strings.Contains(m.Text, "Dear 恒川机械 王经理") {
			t.Errorf("%s\n%s", m.Subject, m.Text)
		}
		h.as("").get("/reviews/customer/"+link).want(t, http.StatusOK)
	}
	if sent != 1 {
		t.Errorf("%d mails", sent)
	}
}
