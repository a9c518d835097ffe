package indicator

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
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

var ctx = context.Background()

// house has a region that lead manages, with rep in a team below it, and strangers elsewhere.
type house struct {
	*testing.T
	*Indicators
	d       *db.DB
	advance func(time.Duration)
	who     map[string]access.Actor
	played  map[string]int64 // what the simulation gives of rep
}

func each(t *testing.T, fn func(h *house)) {
	all, problems := Read(os.DirFS("../../content"), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		h := &house{T: t, d: d, advance: advance, who: map[string]access.Actor{}}
		h.Indicators = New(Parts{DB: d, Clock: c, Zone: time.UTC, Trail: trail, People: people.New(d, c, trail, teams), Indicators: all,
			Simulated: func(_ context.Context, person string, from, until int64) (map[string]int64, bool, error) {
				if from != time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).UnixMilli() || until != time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
					return nil, false, nil
				}
				return h.played, person == h.who["rep"].ID && h.played != nil, nil
			}})
		make := func(d team.Details) string {
			id, err := teams.Create(ctx, access.Operator(), d)
			h.good(err)
			return id
		}
		east, south := make(team.Details{Name: "east"}), make(team.Details{Name: "south"})
		below := make(team.Details{Name: "below", Parent: east})
		h.person("lead", below, access.Manager) // in a team that they manage: not their own judge
		h.person("rep", below)
		h.person("stranger", south)
		h.person("hr", south, access.HR)
		h.person("inspector", south, access.Inspector)
		h.person("admin", south, access.Admin)
		h.person("author", below, access.Author)
		h.good(teams.Change(ctx, access.Operator(), east, 1, team.Details{Name: "east", Managers: []string{h.who["lead"].ID}}))
		fn(h)
	})
}

func (h *house) person(login, team string, roles ...access.Role) {
	p := people.Person{Login: login, Name: "名字" + login, Team: team, Roles: append(roles, access.Learner)}
	id, err := h.people.Create(ctx, access.Operator(), p)
	h.good(err)
	p.ID = id
	h.who[login] = p.Actor()
}

func (h *house) good(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) bad(err error, kind fault.Kind, key string) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.Of(err) == nil || fault.Of(err).Key != key {
		h.Errorf("%v, want %s of kind %d", err, key, kind)
	}
}

func (h *house) at(indicator string) Place {
	return Place{h.who["rep"].ID, "2026-02", indicator}
}

func (h *house) entry(indicator string, v int64) Entry {
	return Entry{Person: h.who["rep"].ID, Period: "2026-02", Values: map[string]int64{indicator: v}, Request: h.clock.ID()}
}

func (h *house) put(login, indicator string, v int64) []Figure {
	h.Helper()
	out, err := h.Put(ctx, h.who[login], h.entry(indicator, v))
	h.good(err)
	return out
}

// counts is what counts of the rep's, by indicator, as “value source seq”.
func (h *house) counts() map[string]string {
	h.Helper()
	all, err := h.Of(ctx, h.d.Read(), []string{h.who["rep"].ID, h.who["stranger"].ID}, "2026-02")
	h.good(err)
	out := map[string]string{}
	for id, f := range all[h.who["rep"].ID] {
		out[id] = fmt.Sprintf("%d %s %d", f.Value, f.Source, f.Seq)
	}
	return out
}

func (h *house) want(want map[string]string) {
	h.Helper()
	if diff := cmp.Diff(want, h.counts()); diff != "" {
		h.Errorf("what counts:\n%s", diff)
	}
}

func (h *house) events() (n int) {
	h.Helper()
	h.good(h.d.Read().Get(ctx, &n, "SELECT count(*) FROM audit_entry WHERE act LIKE 'figure.%'"))
	return n
}

// TestVersions enters, enters again and withdraws.
func TestVersions(t *testing.T) {
	each(t, func(h *house) {
		first := h.entry("sales-amount", 100)
		first.Values["visits"], first.Note = 3, "月报"
		wrote, err := h.Put(ctx, h.who["lead"], first)
		h.good(err)
		if len(wrote) != 2 || wrote[0].Indicator != "sales-amount" || wrote[1].Indicator != "visits" {
			t.Errorf("%+v", wrote)
		}
		h.want(map[string]string{"sales-amount": "100 typed 1", "visits": "3 typed 1"})
		h.advance(time.Minute)
		h.put("hr", "sales-amount", 200)
		if again := h.put("lead", "sales-amount", 200); len(again) != 0 {
			t.Errorf("the same value was written again: %+v", again)
		}
		before := h.events()
		repeated, err := h.Put(ctx, h.who["lead"], first) // the form is sent again
		h.good(err)
		if len(repeated) != 2 || repeated[0].Seq != 1 || h.events() != before {
			t.Errorf("sent again it gives %+v", repeated)
		}
		_, err = h.Put(ctx, h.who["hr"], first)
		h.bad(err, fault.Invalid, "error.form_stale")
		h.want(map[string]string{"sales-amount": "200 typed 2", "visits": "3 typed 1"})
		h.bad(h.Withdraw(ctx, h.who["hr"], h.at("sales-amount"), 1, "错了"), fault.Conflict, "error.changed_meanwhile")
		h.bad(h.Withdraw(ctx, h.who["hr"], h.at("sales-amount"), 2, " "), fault.Invalid, "figure.reason_needed")
		h.bad(h.Withdraw(ctx, h.who["hr"], h.at("sales-profit"), 0, "x"), fault.Conflict, "error.changed_meanwhile")
		h.good(h.Withdraw(ctx, h.who["hr"], h.at("sales-amount"), 2, "错了"))
		h.good(h.Withdraw(ctx, h.who["hr"], h.at("sales-amount"), 2, "错了")) // the form is sent again
		h.bad(h.Withdraw(ctx, h.who["lead"], h.at("sales-amount"), 2, "错了"), fault.Conflict, "error.changed_meanwhile")
		h.want(map[string]string{"visits": "3 typed 1"}) // no older one counts in its place
		h.put("lead", "sales-amount", 200)
		h.want(map[string]string{"sales-amount": "200 typed 3", "visits": "3 typed 1"})
		all, err := h.History(ctx, h.who["rep"], h.at("sales-amount"))
		h.good(err)
		if len(all) != 3 || all[0].Seq != 3 || all[1].WithdrawnWhy != "错了" || all[1].By != h.who["hr"].ID || all[2].Note != "月报" {
			t.Errorf("%+v", all)
		}
		if h.events() != 4 {
			t.Errorf("%d entries in the trail", h.events())
		}
	})
}

func TestWhatCannotBeEntered(t *testing.T) {
	each(t, func(h *house) {
		for key, change := range map[string]func(*Entry){
			"figure.period_form":     func(e *Entry) { e.Period = "2026-2" },
			"figure.period_ahead":    func(e *Entry) { e.Period = "2026-04" },
			"error.form_stale":       func(e *Entry) { e.Request = "" },
			"figure.nothing_entered": func(e *Entry) { e.Values = nil },
			"figure.least":           func(e *Entry) { e.Values = map[string]int64{"visits": -1} },
			"figure.most":            func(e *Entry) { e.Values = map[string]int64{"sales-profit": Limit + 1} },
			"figure.note_long":       func(e *Entry) { e.Note = "a\x00" },
		} {
			e := h.entry("visits", 1)
			change(&e)
			_, err := h.Put(ctx, h.who["hr"], e)
			h.bad(err, fault.Invalid, key)
		}
		e := h.entry("visits", 1)
		e.Values["nothing"] = 1
		_, err := h.Put(ctx, h.who["hr"], e)
		h.bad(err, fault.Invalid, "error.form_stale")
		e = h.entry("visits", 1)
		e.Person = "06nobody"
		_, err = h.Put(ctx, h.who["hr"], e)
		h.bad(err, fault.Missing, "error.missing")
		for _, period := range []string{"2026-03", "2026", "2000-01"} { // what has begun can be entered
			e := h.entry("visits", 1)
			e.Period = period
			_, err := h.Put(ctx, h.who["hr"], e)
			h.good(err)
		}
	})
}

// TestManyAtOnce puts one figure fifty times at once: the versions have no gap, and the last counts.
func TestManyAtOnce(t *testing.T) {
	each(t, func(h *house) {
		var wg sync.WaitGroup
		for i := range 50 {
			e := h.entry("sales-amount", int64(1000+i))
			wg.Go(func() {
				if _, err := h.Put(ctx, h.who[[]string{"lead", "hr"}[i%2]], e); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		all, err := h.History(ctx, h.who["hr"], h.at("sales-amount"))
		h.good(err)
		values := map[int64]bool{}
		for i, f := range all {
			values[f.Value] = true
			if f.Seq != int64(50-i) {
				t.Fatalf("version %d stands at place %d", f.Seq, i)
			}
		}
		if len(all) != 50 || len(values) != 50 || h.events() != 50 {
			t.Errorf("%d versions, %d values, %d entries in the trail", len(all), len(values), h.events())
		}
		h.want(map[string]string{"sales-amount": fmt.Sprintf("%d typed 50", all[0].Value)})
	})
}

// TestTheSameFormAtOnce sends one form ten times at once: it enters once.
func TestTheSameFormAtOnce(t *testing.T) {
	each(t, func(h *house) {
		e := h.entry("visits", 7)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if all, err := h.Put(ctx, h.who["hr"], e); err != nil || len(all) != 1 || all[0].Seq != 1 {
					h.Errorf("%+v, %v", all, err)
				}
			})
		}
		wg.Wait()
		h.want(map[string]string{"visits": "7 typed 1"})
	})
}

// TestFreeze races a freeze with puts: what was put before it counts in what was frozen, and nothing comes after.
func TestFreeze(t *testing.T) {
	each(t, func(h *house) {
		var wg sync.WaitGroup
		var frozen map[string]string
		for i := range 20 {
			e := h.entry("sales-amount", int64(i))
			wg.Go(func() {
				if _, err := h.Put(ctx, h.who["hr"], e); err != nil && (fault.KindOf(err) != fault.Conflict || fault.Of(err).Key != "figure.frozen") {
					h.Error(err)
				}
			})
		}
		wg.Go(func() {
			h.good(h.d.Write(ctx, func(q db.Q) error {
				if err := h.Freeze(ctx, q, h.who["rep"].ID, "2026-02", "二月考核"); err != nil {
					return err
				}
				all, err := h.Of(ctx, q, []string{h.who["rep"].ID}, "2026-02")
				frozen = map[string]string{}
				for id, f := range all[h.who["rep"].ID] {
					frozen[id] = fmt.Sprintf("%d %s %d", f.Value, f.Source, f.Seq)
				}
				return err
			}))
		})
		wg.Wait()
		h.want(frozen)
		_, err := h.Put(ctx, h.who["hr"], h.entry("visits", 5))
		h.bad(err, fault.Conflict, "figure.frozen")
		if fault.Of(err) != nil && fault.Of(err).Args["cycle"] != "二月考核" {
			t.Errorf("%v", err)
		}
		h.good(h.d.Write(ctx, func(q db.Q) error { return h.Freeze(ctx, q, h.who["rep"].ID, "2026-02", "年度考核") }))
		card, err := h.See(ctx, h.who["rep"], h.who["rep"].ID, "2026-02")
		h.good(err)
		if card.Frozen != "二月考核" {
			t.Errorf("frozen by %q", card.Frozen)
		}
		e := h.entry("visits", 5)
		e.Period = "2026-01" // another month is open
		_, err = h.Put(ctx, h.who["hr"], e)
		h.good(err)
	})
}

// TestNothingChangesWhatIsFrozen tries every way, and the same form as before is answered as before.
func TestNothingChangesWhatIsFrozen(t *testing.T) {
	each(t, func(h *house) {
		e := h.entry("visits", 5)
		_, err := h.Put(ctx, h.who["hr"], e)
		h.good(err)
		h.good(h.d.Write(ctx, func(q db.Q) error { return h.Freeze(ctx, q, h.who["rep"].ID, "2026-02", "二月考核") }))
		again, err := h.Put(ctx, h.who["hr"], e)
		if err != nil || len(again) != 1 {
			t.Errorf("%+v, %v", again, err)
		}
		h.bad(h.Withdraw(ctx, h.who["hr"], h.at("visits"), 1, "错了"), fault.Conflict, "figure.frozen")
		h.played = map[string]int64{"sales-amount": 5}
		_, err = h.Simulate(ctx, h.who["hr"], h.who["rep"].ID, "2026-02")
		h.bad(err, fault.Conflict, "figure.frozen")
		plan, done, err := h.Import(ctx, h.who["hr"], Upload{"a.csv", []byte("login,period,visits\nrep,2026-02,6\n")})
		h.good(err)
		if done || plan.Counts[FateBad] != 1 || plan.Rows[0].Cells[0].Problem.Key != "figure.frozen" {
			t.Errorf("%+v", plan)
		}
		plan, done, err = h.Import(ctx, h.who["hr"], Upload{"a.csv", []byte("login,period,visits\nrep,2026-02,5\n")})
		if err != nil || !done || plan.Counts[FateSame] != 1 {
			t.Errorf("the same value again: %+v, %v", plan, err)
		}
		h.want(map[string]string{"visits": "5 typed 1"})
	})
}

// TestSimulated takes over what was achieved in the simulation, marked, and never over what is real.
func TestSimulated(t *testing.T) {
	each(t, func(h *house) {
		rep := h.who["rep"].ID
		_, err := h.Simulate(ctx, h.who["lead"], rep, "2026-02")
		h.bad(err, fault.Invalid, "figure.nothing_simulated")
		h.played = map[string]int64{"sales-amount": 900, "visits": 4, "satisfaction": 20_000, "unknown": 1}
		for period, key := range map[string]string{"2026": "figure.simulated_month", "2026-04": "figure.period_ahead", "x": "figure.period_form", "2026-01": "figure.nothing_simulated"} {
			_, err := h.Simulate(ctx, h.who["lead"], rep, period)
			h.bad(err, fault.Invalid, key)
		}
		h.put("lead", "visits", 9)
		wrote, err := h.Simulate(ctx, h.who["lead"], rep, "2026-02")
		h.good(err)
		if len(wrote) != 1 {
			t.Errorf("wrote %+v", wrote)
		}
		h.want(map[string]string{"sales-amount": "900 simulated 1", "visits": "9 typed 1"})
		if wrote, err = h.Simulate(ctx, h.who["hr"], rep, "2026-02"); err != nil || len(wrote) != 0 {
			t.Errorf("taken over again it wrote %+v, %v", wrote, err)
		}
		h.put("lead", "sales-amount", 900) // the same value, and real
		h.want(map[string]string{"sales-amount": "900 typed 2", "visits": "9 typed 1"})
		h.played["sales-amount"] = 1000
		if wrote, err = h.Simulate(ctx, h.who["hr"], rep, "2026-02"); err != nil || len(wrote) != 0 {
			t.Errorf("over what is real it wrote %+v, %v", wrote, err)
		}
		h.good(h.Withdraw(ctx, h.who["hr"], h.at("sales-amount"), 2, "错了"))
		_, err = h.Simulate(ctx, h.who["hr"], rep, "2026-02")
		h.good(err)
		h.want(map[string]string{"sales-amount": "1000 simulated 3", "visits": "9 typed 1"})
	})
}

// TestWhoMay asks every verb about the rep's figures, about one's own and about a stranger's, as everybody.
func TestWhoMay(t *testing.T) {
	each(t, func(h *house) {
		h.put("hr", "visits", 1)
		h.played = map[string]int64{"visits": 1}
		csv := func(login string) Upload {
			return Upload{"a.csv", []byte("login,period,visits\n" + login + ",2026-02,1\n")}
		}
		verbs := map[string]func(a access.Actor, login string) error{
			"see": func(a access.Actor, login string) error {
				_, err := h.See(ctx, a, h.who[login].ID, "2026-02")
				return err
			},
			"history": func(a access.Actor, login string) error {
				_, err := h.History(ctx, a, Place{h.who[login].ID, "2026-02", "visits"})
				return err
			},
			"put": func(a access.Actor, login string) error {
				_, err := h.Put(ctx, a, Entry{Person: h.who[login].ID, Period: "2026-02", Request: h.clock.ID()}) // nothing in it: Invalid for who may
				return err
			},
			"withdraw": func(a access.Actor, login string) error {
				return h.Withdraw(ctx, a, Place{h.who[login].ID, "2026-02", "visits"}, 9, "x") // Conflict for who may
			},
			"simulate": func(a access.Actor, login string) error {
				_, err := h.Simulate(ctx, a, h.who[login].ID, "2026") // Invalid for who may
				return err
			},
			"import": func(a access.Actor, login string) error {
				p, err := h.PlanImport(ctx, a, csv(login))
				if err == nil && !p.Good() {
					err = p.Rows[0].Problem
				}
				return err
			},
		}
		enter := []string{"lead rep", "lead author", "hr rep", "hr stranger", "hr author", "hr lead", "hr inspector", "hr admin"}
		see := append(slices.Clone(enter), "inspector rep", "inspector stranger", "inspector hr", "inspector author", "inspector lead", "inspector admin")
		for name, do := range verbs {
			for login, a := range h.who {
				for about := range h.who {
					err := do(a, about)
					refused := err != nil && (fault.KindOf(err) == fault.Missing || fault.KindOf(err) == fault.Denied ||
						fault.Of(err).Key == "figure.import_person" || fault.Of(err).Key == "figure.import_own")
					may := slices.Contains(enter, login+" "+about)
					if name == "see" || name == "history" {
						may = login == about || slices.Contains(see, login+" "+about)
					}
					if refused == may {
						h.Errorf("%s of %s by %s: %v", name, about, login, err)
					}
				}
			}
		}
		h.want(map[string]string{"visits": "1 typed 1"})
	})
}

// TestTable is for who sees others: in order of their names, by team and text, page by page.
func TestTable(t *testing.T) {
	each(t, func(h *house) {
		h.put("hr", "visits", 12)
		for login, want := range map[string]int{"hr": 7, "inspector": 7, "lead": 3, "rep": -1, "stranger": -1, "admin": -1, "author": -1} {
			lines, total, err := h.Table(ctx, h.who[login], Question{Period: "2026-02"})
			if want < 0 {
				h.bad(err, fault.Missing, "error.missing")
				continue
			}
			if err != nil || total != want || len(lines) != want {
				t.Errorf("%s sees %d of %d: %v", login, len(lines), total, err)
			}
		}
		both := h.who["lead"]
		both.Roles = append(slices.Clone(both.Roles), access.Admin) // sees everybody's account, and nobody else's figures by that
		if lines, total, err := h.Table(ctx, both, Question{Period: "2026-02"}); err != nil || total != 3 || len(lines) != 3 {
			t.Errorf("a manager who is an administrator too sees %d of %d: %v", len(lines), total, err)
		}
		lines, total, err := h.Table(ctx, h.who["hr"], Question{Period: "2026-02", Text: "rep", Limit: 1})
		if err != nil || total != 1 || lines[0].Figures["visits"].Value != 12 {
			t.Errorf("%+v, %d, %v", lines, total, err)
		}
		_, _, err = h.Table(ctx, h.who["lead"], Question{Period: "2026-02", Team: h.who["stranger"].Team})
		h.bad(err, fault.Missing, "error.missing")
		lines, total, err = h.Table(ctx, h.who["hr"], Question{Period: "2026-02", Limit: 2, From: 6})
		if err != nil || total != 7 || len(lines) != 1 {
			t.Errorf("the last page has %d of %d, %v", len(lines), total, err)
		}
	})
}

// TestOfLooksAtManyAtOnce is what an appraisal asks: it must not take long.
func TestOfLooksAtManyAtOnce(t *testing.T) {
	each(t, func(h *house) {
		ids := []string{h.who["rep"].ID}
		for i := range 5000 {
			ids = append(ids, "06nobody"+strconv.Itoa(i))
		}
		h.put("hr", "visits", 12)
		all, err := h.Of(ctx, h.d.Read(), ids, "2026-02")
		if err != nil || len(all) != 1 || all[h.who["rep"].ID]["visits"].Value != 12 {
			t.Errorf("%+v, %v", all, err)
		}
		if all, err = h.Of(ctx, h.d.Read(), nil, "2026-02"); err != nil || len(all) != 0 {
			t.Errorf("of nobody: %+v, %v", all, err)
		}
	})
}
