package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"tongguan/courses/amendment"
	"tongguan/courses/catalog"
	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

// publication is the wording of 2.4 that waits.
var publication = f{"clause": {"2.4"}, "from": {"$before"}, "to": {"$after"}, "offer": {"confirm"}, "deadline": {"2026-04-01"}, "reason": {"第四阶段改了说法"}, "request": {"r-policy"}}

// amend makes a clause whose new wording waits, and two changes that ask something of the learner, who has a certificate: a
// delta quiz on 2.4.2 and a confirmation of 2.4.1.
func (h *house) amend() {
	h.Helper()
	ctx := context.Background()
	before := map[string]amendment.Wording{}
	for _, id := range []string{"2.4", "2.4.1", "2.4.2"} {
		cl := h.Catalog.Current().Clause(id)
		before[id] = amendment.Wording{Title: cl.Title, Summary: catalog.Text{ZH: "从前的说法。", EN: "As it was."}}
	}
	h.names["before"], h.names["after"] = before["2.4"].Hash(), amendment.WordingOf(h.Catalog.Current().Clause("2.4")).Hash()
	if err := h.Amendments.Begin(ctx, access.Operator(), before); err != nil {
		h.Fatal(err)
	}
	if err := h.Amendments.Settle(ctx); err != nil {
		h.Fatal(err)
	}
	h.holds(ctx)
	for _, x := range []struct {
		name string
		p    amendment.Publication
	}{{"change", amendment.Publication{Clause: "2.4.2", Offer: amendment.Delta}}, {"confirm", amendment.Publication{Clause: "2.4.1", Offer: amendment.Confirm}}} {
		p := x.p
		p.From, p.To = before[p.Clause].Hash(), amendment.WordingOf(h.Catalog.Current().Clause(p.Clause)).Hash()
		p.Deadline, p.Reason = "2026-03-31", "价格谈判要讲底线"
		id, err := h.Amendments.Publish(ctx, h.actor("hr"), p, "stock-"+x.name)
		if err != nil {
			h.Fatal(x.name, err)
		}
		h.names[x.name] = id
	}
	if err := h.Amendments.Spread(ctx); err != nil {
		h.Fatal(err)
	}
}

// holds gives the learner a certificate of a programme that rests on 2.4, which the content of these tests has not.
func (h *house) holds(ctx context.Context) {
	h.Helper()
	version, text := strings.Repeat("c", 64), `{"id":"selling","kind":"specialty","order":1,"title":{"ZH":"销售","EN":"Selling"},"summary":{"ZH":"销售","EN":"Selling"},"clauses":["2.4"],`+
		`"steps":[{"id":"quiz","title":{"ZH":"测验","EN":"Quiz"},"need":1,"tasks":[{"quiz":"process/negotiation"}]}],`+
		`"certificate":{"title":{"ZH":"销售","EN":"Selling"},"renew":["quiz"],"revoke":["hr"]}}`
	if err := h.DB.Write(ctx, func(q db.Q) error {
		for _, s := range []struct {
			text string
			args []any
		}{
			{`INSERT INTO programme_version (hash, programme, text, first_seen) VALUES ($1, 'selling', $2, 1)`, []any{version, text}},
			{`INSERT INTO certificate (number, serial, person_id, programme, version, issued_at, basis, basis_hash, ended, shows)
				VALUES ('TG-AMND-AMND-AMND-AMND', 900, $1, 'selling', $2, 1, '{"items":[]}', '', '', '')`, []any{h.names["learner"], version}},
			{`INSERT INTO standing (person_id, programme, state, since, cause, enrolled, done, steps, certificate)
				VALUES ($1, 'selling', 'certified', 1, 'rules', FALSE, 0, 1, 'TG-AMND-AMND-AMND-AMND')`, []any{h.names["learner"]}},
		} {
			if _, err := q.Exec(ctx, s.text, s.args...); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		h.Fatal(err)
	}
}

// TestDeltaQuizIsAQuiz sits the quiz on a changed clause from the page that asks for it to its review, and closes the duty.
func TestDeltaQuizIsAQuiz(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		ctx, b := context.Background(), h.as("learner")
		duty := "/duties/" + h.names["change"]
		if a := b.get("/learn").want(h.T, http.StatusOK); !strings.Contains(a.body, duty) {
			h.Error("my learning does not say what is asked")
		}
		at := b.post(duty+"/quiz", nil).want(h.T, http.StatusSeeOther).location
		if again := b.post(duty+"/quiz", nil).want(h.T, http.StatusSeeOther).location; again != at {
			h.Errorf("a second attempt at %s", again)
		}
		page := b.get(at).want(h.T, http.StatusOK)
		if !strings.Contains(page.body, h.Words.In("zh").T("amendment.quiz", "clause", "2.4.2 价格谈判")) {
			h.Error("the page of the attempt does not say what it is about")
		}
		id := strings.TrimPrefix(at, "/attempts/")
		s, err := h.Attempts.Sit(ctx, h.actor("learner"), id)
		if err != nil {
			h.Fatal(err)
		}
		for i, q := range s.Questions {
			if _, err := h.Attempts.Answer(ctx, h.actor("learner"), id, q.ID, q.Right(s.Paper[i].Params)); err != nil {
				h.Fatal(q.ID, err)
			}
		}
		b.post(at+"/submit", nil).want(h.T, http.StatusSeeOther)
		b.get(at+"/review").want(h.T, http.StatusOK)
		if to := b.get("/courses/"+bank.DeltaKey("2.4.2")+"/quiz").want(h.T, http.StatusSeeOther).location; to != duty {
			h.Errorf("once more leads to %s", to)
		}
		if a := b.get(duty).want(h.T, http.StatusOK); !strings.Contains(a.body, "notice-good") || strings.Contains(a.body, duty+"/quiz") {
			h.Error("the duty is not done")
		}
		if a := b.get("/learn").want(h.T, http.StatusOK); strings.Contains(a.body, duty) {
			h.Error("my learning still asks")
		}
		b.post(duty+"/quiz", nil).want(h.T, http.StatusNotFound) // there is nothing to do, and nothing to practise on
		h.as("hr").get("/policy/changes/"+h.names["change"]+"?page=9223372036854775807").want(h.T, http.StatusOK)
		if to := h.as("outsider").get("/courses/"+bank.DeltaKey("2.4.2")+"/quiz").want(h.T, http.StatusSeeOther).location; to != "/policy/2.4.2" {
			h.Errorf("who is not asked is led to %s", to)
		}
		b.get("/courses/policy/9-9-9/quiz").want(h.T, http.StatusNotFound)
	})
}

// TestPagesShowWhatIsInForce publishes a wording: every page shows the old one before and the new one after.
func TestPagesShowWhatIsInForce(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		b, hr := h.as("learner"), h.as("hr")
		now := h.Catalog.Current().Clause("2.4").Summary.ZH
		for _, path := range []string{"/policy", "/policy/2.4"} {
			if a := b.get(path); !strings.Contains(a.body, "从前的说法。") || strings.Contains(a.body, now) || strings.Contains(a.body, "change-waits") {
				h.Errorf("%s before the publication", path)
			}
			if a := hr.get(path); !strings.Contains(a.body, "change-waits") {
				h.Errorf("%s does not tell the publisher", path)
			}
		}
		if a := hr.get("/policy/changes/new?clause=2.4").want(h.T, http.StatusOK); !strings.Contains(a.body, "<del") || !strings.Contains(a.body, "<ins") {
			h.Error("no difference")
		}
		hr.get("/policy/changes/new?clause=1.1").want(h.T, http.StatusNotFound)
		form := h.filled(deed{form: publication})
		to := hr.post("/policy/changes", form).want(h.T, http.StatusSeeOther).location
		if again := hr.post("/policy/changes", form).want(h.T, http.StatusSeeOther).location; again != to {
			h.Errorf("the same form published twice: %s and %s", to, again)
		}
		if a := b.get("/policy/2.4"); !strings.Contains(a.body, now) || strings.Contains(a.body, "从前的说法。") {
			h.Error("after the publication")
		}
	})
}
