package violation

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx    = context.Background()
	nobody access.Actor
)

type house struct {
	*testing.T
	*Violations
	d       *db.DB
	advance func(time.Duration)
	who     map[string]access.Actor
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 11, 27, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		h := &house{T: t, d: d, advance: advance, who: map[string]access.Actor{}, Violations: New(Parts{DB: d, Clock: c, Zone: time.FixedZone("", 8*3600),
			Trail: trail, People: people.New(d, c, trail, team.New(d, c, trail))})}
		for login, role := range map[string]access.Role{"rep": access.Learner, "lead": access.Manager, "hr": access.HR, "hr2": access.HR, "inspector": access.Inspector,
			"second": access.Inspector, "admin": access.Admin, "author": access.Author} {
			p := people.Person{Login: login, Name: "某 " + login, Roles: []access.Role{access.Learner, role}}
			if role == access.Learner {
				p.Roles = p.Roles[:1]
			}
			id, err := h.People.Create(ctx, access.Operator(), p)
			h.good(err)
			p.ID = id
			h.who[login] = p.Actor()
		}
		fn(h)
	})
}

func (h *house) good(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) bad(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Errorf("%v, want kind %d", err, kind)
	}
}

func text() Text {
	return Text{Happened: "合同没有送法务就签了，金额是八十万。", Place: "上周五，三号会议室", Clause: "2.5.1", Evidence: "合同编号 HT-1"}
}

// submit reports, and gives the code and the id.
func (h *house) submit(actor access.Actor, accused string) (code, id string) {
	h.Helper()
	t := text()
	t.Accused = accused
	code = h.NewCode()
	h.good(h.Submit(ctx, actor, t, code))
	r, err := h.Open(ctx, code)
	h.good(err)
	return code, r.ID
}

func (h *house) decide(login, id string, to State) error {
	r, err := byID(ctx, h.d.Read(), id)
	h.good(err)
	return h.Decide(ctx, h.who[login], id, r.Version, to, "查过了")
}

func (h *house) trailed() (acts []string, entries []audit.Entry) {
	entries, _, err := h.Trail.Newest(ctx, h.d.Read(), access.Operator(), 0, 1000)
	h.good(err)
	slices.Reverse(entries)
	for _, e := range entries {
		if strings.HasPrefix(e.Act, "violation.") {
			acts = append(acts, e.Act)
		}
	}
	return acts, entries
}

// TestTwoWays is a talk with somebody whom nobody knows.
func TestTwoWays(t *testing.T) {
	each(t, func(h *house) {
		code, id := h.submit(nobody, "")
		h.good(h.Ask(ctx, h.who["inspector"], id, "还有谁知道？", "f1"))
		h.good(h.Ask(ctx, h.who["inspector"], id, "还有谁知道？", "f1")) // sent twice
		h.good(h.Reply(ctx, strings.ToLower(Grouped(code)), "助理也在场。", "f2"))
		h.good(h.Reply(ctx, code, "助理也在场。", "f2"))
		r, err := h.Open(ctx, code)
		want := []Message{{1, h.who["inspector"].ID, "还有谁知道？", "2026-11-27"}, {2, "", "助理也在场。", "2026-11-27"}}
		if diff := cmp.Diff(want, r.Talk); err != nil || diff != "" || r.Messages != 2 || !r.Anonymous() {
			h.Errorf("%v\n%s", err, diff)
		}
		h.bad(h.Reply(ctx, code, " ", "f3"), fault.Invalid)
		h.bad(h.Reply(ctx, code, strings.Repeat("长", 4001), "f3"), fault.Invalid)
	})
}

// TestWrongCodes look like codes that nobody has.
func TestWrongCodes(t *testing.T) {
	each(t, func(h *house) {
		code, _ := h.submit(nobody, "")
		wrong := code[:25] + string(alphabet[(strings.IndexByte(alphabet, code[25])+1)%32])
		var keys []string
		for _, c := range []string{h.NewCode(), wrong, "", "x", strings.Repeat("长", 9000)} {
			_, err := h.Open(ctx, c)
			h.bad(err, fault.Missing)
			keys = append(keys, fault.Of(err).Error())
		}
		if len(slices.Compact(keys)) != 1 {
			h.Errorf("they differ: %v", keys)
		}
		var rows []struct {
			Hash string `db:"code_hash"`
		}
		h.good(h.d.Read().Select(ctx, &rows, "SELECT code_hash FROM violation_report"))
		if len(rows) != 1 || len(rows[0].Hash) != 64 || strings.Contains(strings.ToUpper(rows[0].Hash), code[:8]) {
			h.Errorf("%v", rows)
		}
	})
}

// TestSentTwice reports once, and another text under the same code is refused.
func TestSentTwice(t *testing.T) {
	each(t, func(h *house) {
		code := h.NewCode()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { h.good(h.Submit(ctx, nobody, text(), code)) })
		}
		wg.Wait()
		other := text()
		other.Happened += "不一样。"
		h.bad(h.Submit(ctx, nobody, other, code), fault.Conflict)
		h.bad(h.Submit(ctx, h.who["rep"], text(), code), fault.Conflict)
		h.bad(h.Submit(ctx, nobody, text(), "ABC"), fault.Invalid)
		if all, err := h.Reports(ctx, h.who["inspector"]); err != nil || len(all) != 1 {
			h.Errorf("%d reports, %v", len(all), err)
		}
	})
}

// TestTheTrailLearnsLater: of what comes anonymously it is silent until the day is over, and then tells it once.
func TestTheTrailLearnsLater(t *testing.T) {
	each(t, func(h *house) {
		code, first := h.submit(nobody, "")
		_, second := h.submit(h.who["rep"], "") // nor does it tell who gave their name
		h.good(h.Reply(ctx, code, "补一句。", "f"))
		h.good(h.Tick(ctx))
		if acts, _ := h.trailed(); len(acts) != 0 {
			h.Fatalf("the trail tells the moment: %v", acts)
		}
		h.advance(15 * time.Hour) // it is tomorrow in the company's zone
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { h.good(h.Tick(ctx)) })
		}
		wg.Wait()
		acts, entries := h.trailed()
		if !slices.Equal(acts, []string{"violation.kept"}) {
			h.Fatalf("%v", acts)
		}
		last := entries[len(entries)-1]
		var lines []string
		for _, id := range []string{first, second} {
			r, err := byID(ctx, h.d.Read(), id)
			h.good(err)
			key, err := keyOf(ctx, h.d.Read(), id)
			h.good(err)
			if lines = append(lines, digestOf(key, r)); id == first {
				lines = append(lines, digest(key, first, Message{Seq: 1, Text: "补一句。"}))
			}
		}
		want := `{"sha256":"` + digestAll(lines) + `","until":"2026-11-28"}` // nothing says which ones they are, or how many
		if diff := cmp.Diff(want, string(last.Facts)); diff != "" || last.Actor != "" || last.Subject != "" {
			h.Error(diff)
		}
	})
}

// TestTheTrailNamesNoReport: whoever reads the trail cannot tell from it which report the examiners work at, and whoever has
// the report can.
func TestTheTrailNamesNoReport(t *testing.T) {
	each(t, func(h *house) {
		code, id := h.submit(nobody, "lead")
		h.good(h.Reply(ctx, code, "补一句。", "f"))
		h.good(h.decide("inspector", id, Examining))
		h.good(h.Ask(ctx, h.who["inspector"], id, "还有谁？", "g"))
		h.good(h.decide("inspector", id, Substantiated))
		h.good(h.Propose(ctx, h.who["inspector"], id, Reward{Amount: 100, Reason: "有功"}))
		h.good(h.DecideReward(ctx, h.who["hr"], id, true, ""))
		_, err := h.Pay(ctx, h.who["hr2"], code)
		h.good(err)
		h.advance(24 * time.Hour)
		h.good(h.Tick(ctx))
		key, err := keyOf(ctx, h.d.Read(), id)
		h.good(err)
		acts, entries := h.trailed()
		known := 0
		for _, e := range entries {
			text := string(e.Facts) + string(e.Private)
			if strings.Contains(text, id) || strings.Contains(text, key) {
				h.Errorf("%s: %s", e.Act, text)
			}
			if strings.Contains(text, handle(key, id)) {
				known++
			}
		}
		if len(acts) != 7 || known != 6 {
			h.Errorf("%d of %v are known by whoever has the report", known, acts)
		}
	})
}

// TestIDsHoldNoTime: two reports a year apart have ids that do not sort by it, as those of clock.ID do.
func TestIDsHoldNoTime(t *testing.T) {
	each(t, func(h *house) {
		later := 0
		for range 16 {
			_, a := h.submit(nobody, "")
			h.advance(24 * time.Hour)
			if _, b := h.submit(nobody, ""); b > a {
				later++
			}
		}
		if later == 16 || later == 0 {
			h.Error("ids sort by time")
		}
	})
}

// TestMachine tries every state after every state through the verbs.
func TestMachine(t *testing.T) {
	way := map[State][]State{Received: {}, Examining: {Examining}, Substantiated: {Examining, Substantiated}, Unsubstantiated: {Examining, Unsubstantiated}, PassedOn: {PassedOn}}
	each(t, func(h *house) {
		for _, from := range States() {
			for _, to := range States() {
				_, id := h.submit(nobody, "")
				for _, s := range way[from] {
					h.good(h.decide("inspector", id, s))
				}
				err := h.decide("second", id, to)
				if ok := slices.Contains(from.Follows(), to); ok && err != nil || !ok && fault.KindOf(err) != fault.Conflict {
					h.Errorf("%s after %s: %v", to, from, err)
				}
			}
		}
		_, id := h.submit(nobody, "")
		h.bad(h.Decide(ctx, h.who["inspector"], id, 7, Examining, ""), fault.Conflict)
		h.bad(h.Decide(ctx, h.who["inspector"], id, 1, PassedOn, " "), fault.Invalid)
		h.bad(h.Decide(ctx, h.who["inspector"], id, 1, "lost", "x"), fault.Invalid)
		var wg sync.WaitGroup
		done := make([]error, 12)
		for i := range done {
			wg.Go(func() { done[i] = h.Decide(ctx, h.who["inspector"], id, 1, Examining, "") })
		}
		wg.Wait()
		n := 0
		for _, err := range done {
			if err == nil {
				n++
			}
		}
		if v, err := h.Report(ctx, h.who["second"], id); err != nil || n != 1 || len(v.History) != 1 || v.ExaminedBy != h.who["inspector"].ID {
			h.Errorf("%d of twelve took it up: %+v %v", n, v, err)
		}
	})
}

// TestWhoMay asks every verb as everybody.
func TestWhoMay(t *testing.T) {
	each(t, func(h *house) {
		_, id := h.submit(h.who["rep"], "")
		verbs := map[string]func(access.Actor) error{
			"report":  func(a access.Actor) error { _, err := h.Report(ctx, a, id); return err },
			"decide":  func(a access.Actor) error { return h.Decide(ctx, a, id, 99, Examining, "") },
			"ask":     func(a access.Actor) error { return h.Ask(ctx, a, id, "", "f") },
			"propose": func(a access.Actor) error { return h.Propose(ctx, a, id, Reward{}) },
			"rewards": func(a access.Actor) error { _, err := h.Rewards(ctx, a); return err },
			"pay": func(a access.Actor) error {
				if _, err := h.Pay(ctx, a, "x"); fault.Of(err).Key != "violation.code_unknown" {
					return err
				}
				return nil
			},
		}
		examine, pay := []string{"inspector", "second"}, []string{"hr", "hr2"}
		may := map[string][]string{"report": examine, "decide": examine, "ask": examine, "propose": examine, "rewards": pay, "pay": pay}
		for name, do := range verbs {
			for login, a := range h.who {
				err := do(a)
				if refused := err != nil && fault.KindOf(err) == fault.Missing; refused == slices.Contains(may[name], login) || fault.KindOf(err) == fault.Denied && err != nil {
					h.Errorf("%s by %s: %v", name, login, err)
				}
			}
		}
	})
}

// TestFlood stops a machine, and lets those through who give their name.
func TestFlood(t *testing.T) {
	each(t, func(h *house) {
		for range mostADay {
			h.good(h.Submit(ctx, nobody, text(), h.NewCode()))
		}
		h.bad(h.Submit(ctx, nobody, text(), h.NewCode()), fault.Busy)
		h.good(h.Submit(ctx, h.who["rep"], text(), h.NewCode()))
		h.advance(24 * time.Hour)
		h.good(h.Submit(ctx, nobody, text(), h.NewCode()))
	})
}

func TestWhatCannotBeReported(t *testing.T) {
	each(t, func(h *house) {
		for field, spoil := range map[string]func(*Text){
			"happened": func(t *Text) { t.Happened = "太短" }, "place": func(t *Text) { t.Place = strings.Repeat("长", 201) }, "clause": func(t *Text) { t.Clause = "二" },
			"accused": func(t *Text) { t.Accused = strings.Repeat("某,", 11) }, "evidence": func(t *Text) { t.Evidence = strings.Repeat("长", 4001) }} {
			one := text()
			spoil(&one)
			err := h.Submit(ctx, nobody, one, h.NewCode())
			if e := fault.Of(err); e == nil || e.Kind != fault.Invalid || e.Field != field {
				h.Errorf("%s: %v", field, err)
			}
		}
	})
}
