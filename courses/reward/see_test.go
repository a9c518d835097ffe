package reward

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/reminder"
	"tongguan/server/base/fault"
)

// Who sees a reward in which state; all others find nothing.
func TestWhoSees(t *testing.T) {
	each(t, func(h *house) {
		lifted := h.objected()
		h.good(h.Settle(ctx, h.who["second"], lifted, Ruling{Lift: true, Reason: "已补做"}, h.clock.ID()))
		declined, withdrawn := h.propose("lead", h.draft(Fine)), h.propose("lead", h.draft(Fine))
		h.good(h.Decide(ctx, h.who["hr"], declined, Decision{Reason: "不"}, h.clock.ID()))
		h.good(h.Withdraw(ctx, h.who["lead"], withdrawn, h.clock.ID()))
		always := []string{"both", "hr", "inspector", "lead", "second"}
		for state, id := range map[State]string{Proposed: h.propose("hr", h.draft(Fine)), Declined: declined, Withdrawn: withdrawn, Granted: h.granted(Bonus),
			Objected: h.objected(), Lifted: lifted} {
			want := slices.Clone(always)
			if state.Told() {
				want = append(want, "rep")
			}
			slices.Sort(want)
			var got []string
			for login, who := range h.who {
				w, err := h.See(ctx, who, id)
				if err == nil {
					got = append(got, login)
					if w.State != state {
						h.Errorf("%s: %s", state, w.State)
					}
				} else if fault.KindOf(err) != fault.Missing {
					h.Errorf("%s sees %s: %v", login, state, err)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				h.Errorf("%s:\n%s", state, diff)
			}
		}
		_, err := h.See(ctx, h.who["hr"], "nothing")
		h.bad(err, fault.Missing, "error.missing")
	})
}

func TestWhatThePersonIsTold(t *testing.T) {
	each(t, func(h *house) {
		id := h.granted(Fine)
		h.propose("lead", h.draft(Warning))
		w := h.see("rep", id)
		if !w.Own || w.Proposal != "" || w.ProposedBy != "" || w.Decision != "属实" || w.Amount != 54_321 || w.Words == "" || w.Clause != "2.3.2" || !w.May.Object {
			h.Errorf("%+v", w)
		}
		if len(w.History) != 1 || w.History[0].Act != Grant || w.History[0].By != h.who["hr"].ID {
			h.Errorf("%+v", w.History)
		}
		mine, err := h.Mine(ctx, h.who["rep"])
		h.good(err)
		if len(mine) != 1 || mine[0].ID != id || mine[0].Proposal != "" {
			h.Errorf("%+v", mine)
		}
		if w := h.see("lead", id); w.Proposal == "" || len(w.History) != 2 || w.May != (May{}) {
			h.Errorf("%+v", w)
		}
		if none, err := h.Mine(ctx, h.who["admin"]); err != nil || len(none) != 0 {
			h.Error(none, err)
		}
	})
}

func TestList(t *testing.T) {
	each(t, func(h *house) {
		var ids []string
		for range 7 {
			ids = append(ids, h.propose("lead", h.draft(Honour)))
			h.advance(time.Second)
		}
		slices.Reverse(ids)
		bonus := h.granted(Bonus)
		var got []string
		pages := 0
		for f := (Filter{Size: 3}); pages == 0 || f.After != ""; pages++ {
			p, err := h.List(ctx, h.who["inspector"], f)
			h.good(err)
			for _, r := range p.Rewards {
				got = append(got, r.ID)
			}
			f.After = p.Next
		}
		if diff := cmp.Diff(ids, got); diff != "" || pages != 3 {
			h.Errorf("%d pages: %s", pages, diff)
		}
		for _, c := range []struct {
			who  string
			f    Filter
			want int
		}{
			{"hr", Filter{View: Settled}, 1}, {"hr", Filter{View: All}, 8}, {"hr", Filter{View: All, Kind: Bonus}, 1}, {"lead", Filter{}, 7},
			{"hr", Filter{Team: h.who["rep"].Team}, 7}, {"hr", Filter{Team: h.who["hr"].Team}, 0}, {"hr", Filter{Kind: Demotion}, 0}, {"hr", Filter{After: ids[5]}, 1},
		} {
			p, err := h.List(ctx, h.who[c.who], c.f)
			h.good(err)
			if len(p.Rewards) != c.want || p.Next != "" {
				h.Errorf("%s with %+v: %d", c.who, c.f, len(p.Rewards))
			}
		}
		for _, login := range []string{"rep", "admin", "author", "stranger"} {
			_, err := h.List(ctx, h.who[login], Filter{})
			h.bad(err, fault.Missing, "")
		}
		_, err := h.List(ctx, h.who["lead"], Filter{Team: h.who["hr"].Team})
		h.bad(err, fault.Missing, "")
		if h.see("hr", bonus).State != Granted {
			h.Error("the bonus")
		}
	})
}

func TestRecordsOf(t *testing.T) {
	each(t, func(h *house) {
		h.months()
		all, err := h.RecordsOf(ctx, h.who["lead"], h.who["rep"].ID)
		if err != nil || len(all) != 3 {
			h.Error(all, err)
		}
		_, err = h.RecordsOf(ctx, h.who["fellow"], h.who["rep"].ID)
		h.bad(err, fault.Missing, "")
		for login, want := range map[string]int{"hr": 1, "lead": 0, "inspector": 0, "rep": 0} {
			if got, err := h.Cycles(ctx, h.who[login]); err != nil || len(got) != want {
				h.Errorf("%s: %v, %v", login, got, err)
			}
		}
	})
}

func TestReminders(t *testing.T) {
	each(t, func(h *house) {
		told := func(day string) map[string]string {
			t.Helper()
			got, err := h.Remind(ctx, []reminder.Person{{ID: h.who["rep"].ID, Name: "rep"}}, day)
			h.good(err)
			out := map[string]string{}
			for login, a := range h.who {
				for _, i := range got[a.ID] {
					out[login] += strings.TrimRight(strings.Join([]string{i.Key, i.What.ZH, i.Who, i.Due}, " "), " ") + ";"
				}
			}
			return out
		}
		if got := told("2026-03-02"); len(got) != 0 {
			h.Error(got)
		}
		h.propose("hr", h.draft(Bonus))
		h.propose("lead", h.draft(Bonus))
		fine := h.granted(Fine)
		h.advance(time.Second)
		h.granted(Honour)
		for day, want := range map[string]map[string]string{
			"2026-03-02": {"hr": "reward_waiting 1;", "second": "reward_waiting 2;", "both": "reward_waiting 2;"},
			"2026-03-03": {"hr": "reward_waiting 1;", "second": "reward_waiting 2;", "both": "reward_waiting 2;", "rep": "reward_penalty   2026-03-16;reward_given;"},
			"2026-03-14": {"hr": "reward_waiting 1;", "second": "reward_waiting 2;", "both": "reward_waiting 2;", "rep": "reward_penalty   2026-03-16;"},
		} {
			if diff := cmp.Diff(want, told(day)); diff != "" {
				h.Errorf("%s: %s", day, diff)
			}
		}
		h.good(h.Object(ctx, h.who["rep"], fine, "不对", h.clock.ID()))
		want := map[string]string{"hr": "reward_waiting 1;", "second": "reward_objection  rep;reward_waiting 2;", "both": "reward_objection  rep;reward_waiting 2;"}
		if diff := cmp.Diff(want, told("2026-03-14")); diff != "" {
			h.Error(diff)
		}
	})
}

// The trail has every act, and nothing of the person in what is known for ever.
func TestTrail(t *testing.T) {
	each(t, func(h *house) {
		id := h.objected()
		h.good(h.Settle(ctx, h.who["second"], id, Ruling{Lift: true, Reason: "已补做"}, h.clock.ID()))
		h.good(h.Withdraw(ctx, h.who["lead"], h.propose("lead", h.draft(Bonus)), h.clock.ID()))
		h.good(h.Decide(ctx, h.who["hr"], h.propose("lead", h.draft(Bonus)), Decision{Reason: "预算"}, h.clock.ID()))
		h.granted(Fine)
		var rows []struct {
			Act     string `db:"act"`
			Leaf    string `db:"leaf"`
			Private string `db:"private"`
		}
		h.good(h.d.Read().Select(ctx, &rows, "SELECT act, leaf, private FROM audit_entry WHERE act LIKE 'reward.%' ORDER BY seq"))
		var acts []string
		private := ""
		for _, r := range rows {
			acts, private = append(acts, strings.TrimPrefix(r.Act, "reward.")), private+r.Private
			for _, secret := range []string{"54321", "属实", "补做", "预算", "三月", "合同"} {
				if strings.Contains(r.Leaf, secret) {
					h.Errorf("%s: %s stays for ever: %s", r.Act, secret, r.Leaf)
				}
			}
		}
		if diff := cmp.Diff(strings.Fields("propose grant object lift propose withdraw propose decline propose grant"), acts); diff != "" {
			h.Error(diff)
		}
		for _, said := range []string{"54321", "属实", "补做", "预算", "三月", "合同"} {
			if !strings.Contains(private, said) {
				h.Errorf("%s is not committed to", said)
			}
		}
	})
}
