package certification

import (
	"testing"

	"tongguan/courses/training"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// What a certificate rests on can be taken back. It holds until somebody decides, and whoever decides learns of it.
func TestEvidenceTakenBack(t *testing.T) {
	eachDesk(t, func(d *desk) {
		hr := d.person("waives", "", access.HR)
		waiver := training.Waiver{Person: d.anna.ID, Programme: "basic", Step: "scene", Reason: "做过同样的事"}
		d.enrol(d.anna, "basic")
		d.reads(d.anna)
		d.shows(d.anna, evidence.Quiz, "one/m", 8000, true)
		d.must(d.training.Waive(ctx, hr.Actor(), waiver, "1"))
		d.wants(d.anna, "basic", Certified)
		risks := func(want int) {
			t.Helper()
			d.fold()
			all, n, err := d.AtRisk(ctx, d.top.Actor(), Question{})
			d.must(err)
			if n != want || n == 1 && (all[0].Person != d.anna.ID || all[0].Risks[0].Why != IsShaken || all[0].Risks[0].State != Certified) {
				t.Fatalf("%d at risk, %+v", n, all)
			}
		}
		risks(0)
		d.advance(day)
		d.must(d.training.Unwaive(ctx, hr.Actor(), waiver, "2"))
		if s := d.wants(d.anna, "basic", Certified); s.Shaken != d.clock.Now() {
			t.Errorf("shaken at %d, now is %d", s.Shaken, d.clock.Now())
		}
		risks(1)
		d.advance(day)
		d.shows(d.anna, evidence.Roleplay, "visit", 8000, true) // made good
		if s := d.wants(d.anna, "basic", Certified); s.Shaken != 0 {
			t.Error("it rests on everything again")
		}
		risks(0)
	})
}

// Whoever practises after the certificate and fails has taken nothing back.
func TestPractisingShakesNothing(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("rep", "")
		h.enrol(p, "basic")
		h.earns(p)
		h.advance(day)
		h.must(h.d.Write(ctx, func(q db.Q) error {
			return h.ledger.Add(ctx, q, evidence.Line{Person: p.ID, Kind: evidence.Quiz, Subject: "one/m", Source: "worse", Score: 1000, Effect: evidence.Undoes, At: h.clock.Now()})
		}))
		if s := h.wants(p, "basic", Certified); s.Shaken != 0 {
			t.Error("the certificate is shaken by an attempt after it")
		}
	})
}

// Nobody approves what they have waived a step of, where a colleague can.
func TestFourEyes(t *testing.T) {
	each(t, func(h *house) {
		hr := h.person("hr", "", access.HR)
		p := h.person("rep", "")
		h.enrol(p, "basic", "expert")
		h.earns(p)
		h.must(h.training.Waive(ctx, hr.Actor(), training.Waiver{Person: p.ID, Programme: "expert", Step: "scene", Reason: "在客户现场做过"}, "1"))
		h.wants(p, "expert", Eligible)
		second := h.person("second", "", access.HR)
		_, err := h.d.Read().Exec(ctx, "UPDATE person SET state = 'active' WHERE id IN ($1, $2)", hr.ID, second.ID)
		h.must(err)
		if err := h.Approve(ctx, hr.Actor(), p.ID, "expert"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("one pair of eyes: %v", err)
		}
		h.wants(p, "expert", Eligible)
		h.must(h.Approve(ctx, second.Actor(), p.ID, "expert"))
		h.wants(p, "expert", Certified)
	})
}
