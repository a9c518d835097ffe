package appraisal

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongguan/courses/certification"
	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

func TestDisputes(t *testing.T) {
	each(t, func(h *house) {
		h.calibrating()
		r := h.of(h.ann)
		rule := func(score int64, seen int64) Ruling {
			return Ruling{Score: score, Reason: "looked at it again", Seen: seen}
		}
		h.refuses(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Acknowledge}, h.form()), fault.Conflict, "")
		h.refuses(h.Calibrate(ctx, h.hr.Actor(), r.ID, Ruling{Score: 7000, Seen: 1}, h.form()), fault.Invalid, "appraisal.reason_needed")
		h.refuses(h.Calibrate(ctx, h.hr.Actor(), r.ID, rule(12_001, 1), h.form()), fault.Invalid, "appraisal.score_range")
		h.refuses(h.Calibrate(ctx, h.manager.Actor(), r.ID, rule(7000, 1), h.form()), fault.Missing, "")
		h.refuses(h.Calibrate(ctx, operator, r.ID, rule(7000, 1), h.form()), fault.Denied, "")
		form := h.form()
		for range 2 {
			h.must(h.Calibrate(ctx, h.hr.Actor(), r.ID, rule(7700, 1), form))
		}
		h.refuses(h.Calibrate(ctx, h.hr2.Actor(), r.ID, rule(7800, 1), h.form()), fault.Conflict, "")
		h.must(h.Show(ctx, h.hr.Actor(), r.ID, h.form()))
		h.refuses(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Dispute}, h.form()), fault.Invalid, "appraisal.dispute_needed")
		h.refuses(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Close}, h.form()), fault.Invalid, "appraisal.answer_unknown")
		h.refuses(h.Respond(ctx, h.manager.Actor(), r.ID, Answer{Do: Acknowledge}, h.form()), fault.Missing, "")
		h.must(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Dispute, Text: "the order of the 30th is missing"}, h.form()))
		h.refuses(h.Close(ctx, h.hr.Actor(), r.ID, h.form()), fault.Conflict, "")
		appeal := Appeal{Ruling: rule(8500, 0)}
		h.refuses(h.Decide(ctx, h.hr.Actor(), r.ID, appeal, h.form()), fault.Denied, "appraisal.decider_calibrated")
		h.refuses(h.Decide(ctx, h.manager.Actor(), r.ID, appeal, h.form()), fault.Missing, "")
		boss := h.manager.Actor()
		boss.Roles = append(boss.Roles, access.HR)
		h.refuses(h.Decide(ctx, boss, r.ID, appeal, h.form()), fault.Denied, "appraisal.decider_manages")
		self := h.ann.Actor()
		self.Roles = append(self.Roles, access.HR)
		h.refuses(h.Decide(ctx, self, r.ID, appeal, h.form()), fault.Denied, "appraisal.own_record")
		if w, err := h.Record(ctx, h.hr.Actor(), r.ID); err != nil || w.May.Decide || w.May.Close {
			h.Errorf("%+v %v", w.May, err)
		}
		if w, err := h.Record(ctx, h.hr2.Actor(), r.ID); err != nil || !w.May.Decide {
			h.Errorf("%+v %v", w.May, err)
		}
		h.must(h.Decide(ctx, h.hr2.Actor(), r.ID, appeal, h.form()))
		h.refuses(h.Decide(ctx, h.hr2.Actor(), r.ID, Appeal{Uphold: true, Ruling: rule(0, 0)}, h.form()), fault.Conflict, "")
		h.wants(h.ann, Amended)
		h.must(h.Close(ctx, h.hr.Actor(), r.ID, h.form()))
		h.refuses(h.Correct(ctx, h.hr.Actor(), r.ID, rule(8600, 3), h.form()), fault.Denied, "appraisal.corrector_calibrated")
		for _, x := range []struct {
			who access.Actor
			may bool
		}{{h.hr.Actor(), false}, {h.hr2.Actor(), true}} {
			if w, err := h.Record(ctx, x.who, r.ID); err != nil || w.May.Correct != x.may {
				h.Errorf("%+v %v", w.May, err)
			}
		}
		h.must(h.Correct(ctx, h.hr2.Actor(), r.ID, rule(8600, 3), h.form()))
		h.refuses(h.Correct(ctx, self, r.ID, rule(12_000, 4), h.form()), fault.Denied, "appraisal.own_record")
		h.refuses(h.Correct(ctx, h.hr2.Actor(), r.ID, rule(8700, 3), h.form()), fault.Conflict, "")
		w, err := h.Record(ctx, h.ann.Actor(), r.ID)
		h.must(err)
		var story []string
		for _, e := range w.History {
			story = append(story, fmt.Sprint(e.Kind, " ", e.From, ">", e.To, " ", e.Band))
		}
		if want := []string{"computed 0>8000 B", "calibrated 8000>7700 B", "amended 7700>8500 B", "corrected 8500>8600 B"}; !slices.Equal(story, want) {
			h.Errorf("%q", story)
		}
		if rep, err := h.Verify(ctx, h.ann.Actor(), r.ID); err != nil || !rep.Whole() {
			h.Errorf("%+v %v", rep, err)
		}
		h.wants(h.ann, Closed)
	})
}

func TestUpheld(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	h.shown()
	r := h.of(h.ann)
	h.must(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Dispute, Text: "no"}, h.form()))
	h.refuses(h.Decide(ctx, h.hr.Actor(), r.ID, Appeal{Uphold: true}, h.form()), fault.Invalid, "appraisal.reason_needed")
	h.must(h.Decide(ctx, h.hr.Actor(), r.ID, Appeal{Uphold: true, Ruling: Ruling{Score: 99_999, Reason: "the figures are right"}}, h.form()))
	if r := h.wants(h.ann, Upheld); r.Entries != 1 || r.Score != 8000 {
		t.Errorf("%+v", r)
	}
}

// Once a record is closed nothing takes it anywhere, and no form that was sent earlier either.
func TestClosedIsClosed(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	h.shown()
	r := h.of(h.ann)
	h.must(h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Acknowledge, Text: "thank you"}, h.form()))
	h.must(h.Close(ctx, h.hr.Actor(), r.ID, h.form()))
	before, err := proofOf(ctx, h.d.Read(), r.ID)
	h.must(err)
	for name, err := range map[string]error{
		"targets":   h.SetTargets(ctx, h.hr.Actor(), r.ID, map[string]int64{"sales": 1}, h.form()),
		"agree":     h.AgreeTargets(ctx, h.ann.Actor(), r.ID, 2, h.form()),
		"calibrate": h.Calibrate(ctx, h.hr.Actor(), r.ID, Ruling{Score: 1, Reason: "x", Seen: 1}, h.form()),
		"show":      h.Show(ctx, h.hr.Actor(), r.ID, h.form()),
		"respond":   h.Respond(ctx, h.ann.Actor(), r.ID, Answer{Do: Acknowledge}, h.form()),
		"decide":    h.Decide(ctx, h.hr.Actor(), r.ID, Appeal{Ruling: Ruling{Reason: "x"}}, h.form()),
		"close":     h.Close(ctx, h.hr.Actor(), r.ID, h.form()),
	} {
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s of a closed record: %v", name, err)
		}
	}
	h.until("2027-06-01")
	after, err := proofOf(ctx, h.d.Read(), r.ID)
	if h.must(err); before != after || h.of(h.ann).State != Closed {
		t.Errorf("%+v, then %+v", before, after)
	}
}

// A certificate counts as it stood when the period ended, whatever becomes of it later.
func TestCertificatesAsOfTheEnd(t *testing.T) {
	each(t, func(h *house) {
		h.earns(h.ann, "gate", "one/m")
		h.open(h.plan())
		h.aims()
		h.measures.put(h.ann, "2026-11", "sales-amount", 90_000, "typed")
		h.plays(h.ann, 7100)
		h.until("2026-11-30")
		h.plays(h.ann, 7200)             // on 1 December: too late
		h.earns(h.ann, "extra", "one/n") // and so is this
		h.until(november.Reviews)
		r := h.of(h.ann)
		w, err := h.Record(ctx, h.hr.Actor(), r.ID)
		h.must(err)
		c := w.Inputs.Certificates
		if len(c) != 2 || c[0].Programme != "extra" || c[0].Holding != composite.Never || c[1].Holding != composite.Held || c[1].Number == "" || len(c[1].BasisHash) != 64 {
			h.Fatalf("%+v", c)
		}
		if l := w.Inputs.Learning; l.Quizzes != 1 || len(l.Rehearse) != 1 || l.Rehearse[0].Score != 7100 || l.Rehearse[0].Line != 2 || len(l.Rehearse[0].Hash) != 64 {
			h.Errorf("%+v", l)
		}
		if r.Score != 9000 || len(w.Notes) != 0 {
			h.Errorf("%d, notes %+v, %+v", r.Score, w.Notes, w.Inputs.Learning)
		}
		h.must(h.certificates.Decide(ctx, h.hr.Actor(), c[1].Number, certification.Revoke, "cheated"))
		notes, err := h.Notes(ctx, h.hr.Actor(), r.ID)
		if h.must(err); len(notes) != 1 || notes[0].Was != "certified" || notes[0].Is != "revoked" || notes[0].Number != c[1].Number {
			h.Errorf("%+v", notes)
		}
		if h.of(h.ann).Score != 9000 {
			h.Error("the past was rewritten")
		}
		uses, err := h.Counted(ctx, h.d.Read(), c[1].Number)
		if h.must(err); len(uses) != 1 || uses[0].Record != r.ID || uses[0].Holding != composite.Held {
			h.Errorf("%+v", uses)
		}
		if rep, err := h.Verify(ctx, h.hr.Actor(), r.ID); err != nil || !rep.Whole() {
			h.Errorf("%+v %v", rep, err)
		}
	})
}

// Whatever is changed behind the room's back, Verify says so.
func TestVerifySeesForgery(t *testing.T) {
	for _, x := range []struct{ name, sql, key string }{
		{"the result", "UPDATE appraisal_record SET result = REPLACE(result, '8000', '9000')", "appraisal.verify_hash"},
		{"the result and its hash", "", "appraisal.verify_trail"},
		{"a figure", "UPDATE appraisal_record SET figures = REPLACE(figures, '120000', '130000')", "appraisal.verify_figures"},
		{"an entry", "UPDATE appraisal_entry SET score = 9999 WHERE seq = 1", "appraisal.verify_entry"},
		{"what somebody set", "UPDATE appraisal_entry SET score = 9999 WHERE seq = 2", "appraisal.verify_entries"},
		{"its band", "UPDATE appraisal_entry SET band = 'A' WHERE seq = 2", "appraisal.verify_entries"},
		{"one entry more", "INSERT INTO appraisal_entry SELECT record_id, 3, 'calibrated', 2, TRUE, 8000, TRUE, 9000, 'A', NULL, '', 0 FROM appraisal_entry WHERE seq = 1", "appraisal.verify_entries"},
		{"one entry less", "DELETE FROM appraisal_entry", "appraisal.verify_entry"},
		{"a transition", "UPDATE appraisal_transition SET act = 'amend' WHERE seq = 3", "appraisal.verify_life"},
		{"the state", "UPDATE appraisal_record SET state = 'upheld'", "appraisal.verify_life"},
		{"the scheme", "UPDATE appraisal_cycle SET scheme = REPLACE(scheme, '\"least\":5000', '\"least\":4000')", "appraisal.verify_scheme"},
		{"the inputs", "UPDATE appraisal_record SET inputs = 'x' || inputs", "appraisal.verify_inputs"},
		{"the trail", "DELETE FROM audit_entry WHERE act = 'appraisal.computed'", "appraisal.verify_trail_missing"},
	} {
		h := build(t, dbtest.SQLite(t), start, shanghai)
		h.calibrating()
		r := h.of(h.ann)
		h.must(h.Calibrate(ctx, h.hr.Actor(), r.ID, Ruling{Score: 7600, Reason: "x", Seen: 1}, h.form()))
		if x.sql == "" { // somebody who knows how hashes are made
			p, err := proofOf(ctx, h.d.Read(), r.ID)
			h.must(err)
			var in Inputs
			h.must(json.Unmarshal([]byte(p.Inputs), &in))
			in.Items[0].Given.Actual, in.Items[0].Figure.Value = 150_000, 150_000
			inputs, err := json.Marshal(in)
			h.must(err)
			result, err := json.Marshal(calculate(schemesOf()[0], in))
			h.must(err)
			_, err = h.d.Read().Exec(ctx, "UPDATE appraisal_record SET inputs = $1, result = $2, hash = $3 WHERE id = $4", string(inputs), string(result),
				sumOf(string(inputs), string(result)), r.ID)
			h.must(err)
		} else {
			n, err := h.d.Read().Exec(ctx, x.sql)
			if h.must(err); n == 0 {
				t.Errorf("%s: nothing was changed", x.name)
			}
		}
		rep, err := h.Verify(ctx, h.inspector.Actor(), r.ID)
		if h.must(err); !slices.Contains(rep.Differences, x.key) {
			t.Errorf("%s: %q", x.name, rep.Differences)
		}
	}
}

// Whoever reads the trail and sees a record as an inspector does cannot find out what reviewers gave: no score and no grade is
// anywhere, and trying out marks against the hash leads nowhere without the nonce.
func TestNothingTellsInspectorsWhatReviewersGave(t *testing.T) {
	each(t, func(h *house) {
		h.earns(h.ann, "extra", "one/n")
		cycle := h.calibrating()
		r := h.of(h.ann)
		h.must(h.Calibrate(ctx, h.hr.Actor(), r.ID, Ruling{Score: 7613, Reason: "x", Seen: 1}, h.form()))
		w, err := h.Record(ctx, h.inspector.Actor(), r.ID)
		h.must(err)
		if w.Has || w.Score != 0 || w.Band != "" || !w.Withheld || !w.Visible || w.Inputs.Nonce != "" || w.Result.Score != 0 || w.Result.Band != "" || w.Result.All.Sum != 0 ||
			w.Result.Quantitative.Score != 12_000 || len(w.History) != 2 || len(w.Result.Adjustments) != 3 {
			h.Errorf("%+v %+v", w.Record, w.Result)
		}
		seen, err := json.Marshal([]any{w.Record, w.Inputs, w.Result, w.History})
		h.must(err)
		var facts []string
		h.must(h.d.Read().Select(ctx, &facts, "SELECT leaf FROM audit_entry"))
		secret := regexp.MustCompile(`[:,\[](7613|10400|10600|7500|5000|8000)[,}\]]|"B"`)
		for _, text := range append(facts, strings.ReplaceAll(strings.ReplaceAll(string(seen), `"amount":8000,`, ""), `"weight":5000,`, "")) { // of the scheme
			if found := secret.FindString(text); found != "" {
				h.Errorf("%s is in %s", found, text)
			}
		}
		for _, f := range []Filter{{Cycle: cycle}, {Cycle: cycle, Band: "B"}} {
			p, err := h.Records(ctx, h.inspector.Actor(), f)
			if h.must(err); (len(p.Records) == 0) != (f.Band != "") || p.Next != "" {
				h.Errorf("%+v", p)
			}
			for _, r := range p.Records {
				if r.Has || r.Score != 0 || r.Band != "" || !r.Withheld {
					h.Errorf("%+v", r)
				}
			}
		}
		p, err := proofOf(ctx, h.d.Read(), r.ID)
		if h.must(err); len(p.nonce()) != 32 || p.nonce() == mustProof(h, h.of(h.bob).ID).nonce() {
			h.Errorf("nonce %q", p.nonce())
		}
		if rep, err := h.Verify(ctx, h.inspector.Actor(), r.ID); err != nil || !rep.Whole() {
			h.Errorf("%+v %v", rep, err)
		}
	})
}

func mustProof(h *house, record string) proof {
	h.Helper()
	p, err := proofOf(ctx, h.d.Read(), record)
	h.must(err)
	return p
}

// The record of somebody whom the trail no longer names can be verified as before.
func TestVerifyAfterErasure(t *testing.T) {
	h := build(t, dbtest.SQLite(t), start, shanghai)
	h.calibrating()
	r := h.of(h.ann)
	h.must(h.Calibrate(ctx, h.hr.Actor(), r.ID, Ruling{Score: 5000, Reason: "x", Seen: 1}, h.form()))
	_, err := h.d.Read().Exec(ctx, "UPDATE audit_entry SET subject_id = '', private = '' WHERE subject_id = $1", h.ann.ID)
	h.must(err)
	if rep, err := h.Verify(ctx, h.hr.Actor(), r.ID); err != nil || !rep.Whole() || rep.Trail < 0 {
		t.Errorf("%+v %v", rep, err)
	}
}
