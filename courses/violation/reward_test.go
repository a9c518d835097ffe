package violation

import (
	"sync"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// TestReward is proposed by an inspector, decided by HR who cannot read the report, and collected with the code.
func TestReward(t *testing.T) {
	each(t, func(h *house) {
		code, id := h.submit(nobody, "lead")
		w := Reward{Amount: 500_000, Honour: "诚信奖", Reason: "避免了损失"}
		h.good(h.decide("inspector", id, Examining))
		h.bad(h.Propose(ctx, h.who["inspector"], id, w), fault.Conflict)
		h.good(h.decide("inspector", id, Substantiated))
		h.bad(h.Propose(ctx, h.who["inspector"], id, Reward{Reason: "x"}), fault.Invalid)
		h.bad(h.Propose(ctx, h.who["inspector"], id, Reward{Amount: 1}), fault.Invalid)
		h.good(h.Propose(ctx, h.who["inspector"], id, w))
		h.bad(h.Propose(ctx, h.who["inspector"], id, w), fault.Conflict)
		all, err := h.Rewards(ctx, h.who["hr"])
		if err != nil || len(all) != 1 || all[0].Amount != w.Amount || all[0].Clause != "2.5.1" {
			h.Fatalf("%+v %v", all, err)
		}
		_, err = h.Report(ctx, h.who["hr"], id)
		h.bad(err, fault.Missing)
		if r, err := h.Open(ctx, code); err != nil || r.Reward.State != "" || r.Note != "" || r.ExaminedBy != "" {
			h.Errorf("the reporter is told too early: %+v %v", r, err)
		}
		h.bad(h.DecideReward(ctx, h.who["hr"], id, false, ""), fault.Invalid)
		h.good(h.DecideReward(ctx, h.who["hr"], id, false, "太多"))
		h.good(h.Propose(ctx, h.who["second"], id, Reward{Amount: 200_000, Reason: "避免了损失"}))
		both := h.who["second"]
		both.Roles = append(both.Roles, access.HR)
		h.bad(h.DecideReward(ctx, both, id, true, ""), fault.Denied) // their own proposal
		_, err = h.Pay(ctx, h.who["hr"], code)
		h.bad(err, fault.Missing)
		h.good(h.DecideReward(ctx, h.who["hr"], id, true, ""))
		h.bad(h.DecideReward(ctx, h.who["hr2"], id, false, "不"), fault.Conflict)
		_, err = h.Pay(ctx, h.who["hr"], code)
		h.bad(err, fault.Denied) // their own decision
		var wg sync.WaitGroup
		paid := make([]error, 6)
		for i := range paid {
			wg.Go(func() { _, paid[i] = h.Pay(ctx, h.who["hr2"], Grouped(code)) })
		}
		wg.Wait()
		n := 0
		for _, err := range paid {
			if err == nil {
				n++
			}
		}
		if r, err := h.Open(ctx, code); err != nil || n != 1 || r.Reward.State != Collected || r.Reward.CollectedOn != "2026-11-27" {
			h.Errorf("paid %d times: %+v %v", n, r.Reward, err)
		}
	})
}

// TestNobodyPaysThemselves: neither whoever reported nor whoever is named hands the reward over; the history has the day alone.
func TestNobodyPaysThemselves(t *testing.T) {
	each(t, func(h *house) {
		for login, report := range map[string]func() (string, string){
			"wrote": func() (string, string) { return h.submit(h.who["hr2"], "lead") },
			"named": func() (string, string) { return h.submit(nobody, "lead, hr2") },
			"other": func() (string, string) { return h.submit(nobody, "lead") },
		} {
			code, id := report()
			h.good(h.decide("inspector", id, Examining))
			h.good(h.decide("inspector", id, Substantiated))
			h.good(h.Propose(ctx, h.who["inspector"], id, Reward{Amount: 100, Reason: "有功"}))
			h.good(h.DecideReward(ctx, h.who["hr"], id, true, ""))
			if _, err := h.Pay(ctx, h.who["hr2"], code); login != "other" {
				h.bad(err, fault.Missing)
				continue
			}
			v, err := h.Report(ctx, h.who["inspector"], id)
			h.good(err)
			if last := v.History[len(v.History)-1]; last.Act != Collected || time.UnixMilli(last.At).In(h.Zone).Format(time.DateTime) != "2026-11-27 00:00:00" {
				h.Errorf("%+v", last)
			}
		}
	})
}
