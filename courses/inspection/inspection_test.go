package inspection

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/external"
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

// house has a team with lead and rep, two inspectors, and strangers.
type house struct {
	*testing.T
	*Inspections
	d       *db.DB
	advance func(time.Duration)
	who     map[string]access.Actor
	asked   []Want
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 11, 27, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		folk := people.New(d, c, trail, teams)
		text := strings.Replace(planText, "id: contracts", "id: staff", 1)
		text = strings.Replace(text, "kind: listed", "kind: people", 1)
		book, problems := Read(fstest.MapFS{"inspection/contracts.yaml": {Data: []byte(planText)},
			"inspection/staff.yaml": {Data: []byte(strings.Replace(text, "size: 2", "size: 1\ntraining: true", 1))}}, knownClause)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		h := &house{T: t, d: d, advance: advance, who: map[string]access.Actor{}}
		h.Inspections = New(Parts{DB: d, Clock: c, Zone: time.FixedZone("", 8*3600), Trail: trail, People: folk, Teams: teams,
			Population: func(_ context.Context, w Want) ([]Subject, error) {
				h.asked = append(h.asked, w)
				return []Subject{{ID: h.who["rep"].ID, Person: h.who["rep"].ID}, {ID: h.who["lead"].ID, Person: h.who["lead"].ID}}, nil
			}}, book)
		east, south := h.team(team.Details{Name: "east"}), h.team(team.Details{Name: "south"})
		h.person("lead", south, access.Manager)
		h.person("rep", east)
		for login, role := range map[string]access.Role{"hr": access.HR, "inspector": access.Inspector, "second": access.Inspector, "admin": access.Admin, "author": access.Author, "stranger": access.Learner} {
			h.person(login, south, role)
		}
		h.good(teams.Change(ctx, access.Operator(), east, 1, team.Details{Name: "east", Managers: []string{h.who["lead"].ID}}))
		h.good(h.Tick(ctx))
		fn(h)
	})
}

func (h *house) team(d team.Details) string {
	id, err := h.Teams.Create(ctx, access.Operator(), d)
	h.good(err)
	return id
}

func (h *house) person(login, team string, roles ...access.Role) {
	p := people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)}
	id, err := h.People.Create(ctx, access.Operator(), p)
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

func (h *house) bad(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Errorf("%v, want kind %d", err, kind)
	}
}

const listing = "HT-1 甲公司\nHT-2，乙公司\n\nHT-3\nHT-1\nHT-4\r\nHT-5\n"

func (h *house) begin() string {
	h.Helper()
	id, err := h.Begin(ctx, h.who["inspector"], Start{Plan: "contracts", Period: "2026-11", Listed: listing}, "form")
	h.good(err)
	return id
}

// trailed gives the acts of the trail, the oldest first.
func (h *house) trailed() (acts []string, leaves []string) {
	all, _, err := h.Trail.Newest(ctx, h.d.Read(), access.Operator(), 0, 1000)
	h.good(err)
	slices.Reverse(all)
	for _, e := range all {
		acts, leaves = append(acts, e.Act), append(leaves, string(e.Facts))
	}
	return acts, leaves
}

// TestTick falls due once in a period, on however many nodes it runs.
func TestTick(t *testing.T) {
	each(t, func(h *house) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { h.good(h.Tick(ctx)) })
		}
		wg.Wait()
		now, missed, err := h.DueNow(ctx, h.who["inspector"])
		if err != nil || len(now) != 2 || len(missed) != 0 || now[0].Key != "2026-11" || now[0].EndsOn != "2026-11-30" {
			h.Fatalf("%+v %+v %v", now, missed, err)
		}
		h.advance(10 * 24 * time.Hour)
		h.good(h.Tick(ctx))
		now, missed, err = h.DueNow(ctx, h.who["inspector"])
		if err != nil || len(now) != 2 || len(missed) != 2 || now[0].Key != "2026-12" {
			h.Errorf("%+v %+v %v", now, missed, err)
		}
		acts, _ := h.trailed()
		if n := strings.Count(strings.Join(acts, " "), "inspection.due"); n != 4 {
			h.Errorf("%d times due in the trail", n)
		}
	})
}

// notesAreTrailed holds the trail against the answers of a round's sample as they stand, notes and all.
func (h *house) notesAreTrailed(round string) {
	h.Helper()
	var kept []string
	h.good(h.d.Read().Select(ctx, &kept, "SELECT answers FROM inspection_sample WHERE round_id = $1 AND saved_at > 0", round))
	_, leaves := h.trailed()
	for _, answers := range kept {
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(answers)))
		if !slices.ContainsFunc(leaves, func(facts string) bool { return strings.Contains(facts, sum) }) {
			h.Errorf("the trail does not know %s", answers)
		}
	}
	if len(kept) == 0 {
		h.Error("nothing is kept")
	}
}

// TestRound draws, fills in, raises findings and closes; the sample can be drawn again, and what was tampered with shows.
func TestRound(t *testing.T) {
	each(t, func(h *house) {
		who, id := h.who["inspector"], h.begin()
		if again := h.begin(); again != id {
			h.Error("the same form began another round")
		}
		_, err := h.Begin(ctx, who, Start{Plan: "contracts", Period: "2026-11", Listed: listing}, "other form")
		h.bad(err, fault.Conflict)
		r, all, err := h.Round(ctx, who, id)
		if err != nil || r.PopulationSize != 5 || len(all) != 2 || len(r.Seed) != 2*SeedBytes || r.Population != `["HT-1","HT-2","HT-3","HT-4","HT-5"]` {
			h.Fatalf("%+v %+v %v", r, all, err)
		}
		h.commits(r)
		again, err := h.Redraw(ctx, who, id)
		if err != nil || !again.Same || !again.Hash {
			h.Errorf("%+v %v", again, err)
		}
		h.bad(h.Close(ctx, who, id, "好"), fault.Invalid) // nothing is answered
		h.good(h.Save(ctx, who, id, Sampled{Number: 1, Answers: map[string]Answer{"legal": {No, "没有意见书"}}}))
		h.bad(h.Save(ctx, who, id, Sampled{Number: 1, Answers: map[string]Answer{"legal": {Value: Yes}}}), fault.Conflict) // another tab
		h.good(h.Save(ctx, who, id, Sampled{Number: 1, Version: 1, Answers: map[string]Answer{"legal": {No, "没有意见书"}, "filed": {Value: Yes}}}))
		h.good(h.Save(ctx, who, id, Sampled{Number: 2, Answers: map[string]Answer{"legal": {Value: Yes}, "filed": {Value: None}}}))
		h.bad(h.Close(ctx, who, id, "好"), fault.Invalid) // a no without a finding
		h.notesAreTrailed(id)
		first := h.raise(Finding{Round: id, Number: 1, Item: "legal"})
		if second := h.raise(Finding{Round: id, Number: 1, Item: "legal"}); second != first {
			h.Error("a no has two findings")
		}
		_, err = h.RaiseFinding(ctx, who, h.filled(Finding{Round: id, Number: 2, Item: "legal"}), "x")
		h.bad(err, fault.Conflict) // that was a yes
		tally, err := h.Count(ctx, r)
		if want := (Tally{Yes: 2, No: 1, None: 1, Findings: 1}); err != nil || tally != want || tally.Share() != 6666 {
			h.Errorf("%+v %v", tally, err)
		}
		h.good(h.Close(ctx, who, id, "一份没有意见书。"))
		h.bad(h.Save(ctx, who, id, Sampled{Number: 2, Version: 1, Answers: map[string]Answer{}}), fault.Conflict)
		_, err = h.d.Read().Exec(ctx, "UPDATE inspection_sample SET subject = 'HT-9' WHERE round_id = $1 AND number = 2", id)
		h.good(err)
		if again, err = h.Redraw(ctx, who, id); err != nil || again.Same {
			h.Error("a sample that was changed passes")
		}
		_, err = h.d.Read().Exec(ctx, `UPDATE inspection_round SET population = '["HT-1","HT-2"]' WHERE id = $1`, id)
		h.good(err)
		if again, err = h.Redraw(ctx, who, id); err != nil || again.Hash || again.Same {
			h.Error("a population that was changed passes")
		}
	})
}

// commits holds that the population's hash stands in the trail before the seed.
func (h *house) commits(r Round) {
	h.Helper()
	acts, leaves := h.trailed()
	at, then := slices.Index(acts, "inspection.population"), slices.Index(acts, "inspection.drawn")
	if at < 0 || then != at+1 || !strings.Contains(leaves[at], r.PopulationHash) || strings.Contains(leaves[at], r.Seed) || !strings.Contains(leaves[then], r.Seed) {
		h.Errorf("%v", acts)
	}
	seed, err := hex.DecodeString(r.Seed)
	if err != nil || slices.Equal(seed, make([]byte, SeedBytes)) {
		h.Error("no seed")
	}
}

func (h *house) filled(f Finding) Finding {
	f.Title, f.Clause, f.Severity, f.Demand, f.DueOn = "补法务意见", "2.5.1", Critical, "补一份书面意见。", "2026-12-01"
	if f.Owner == "" {
		f.Owner = h.who["rep"].ID
	}
	return f
}

func (h *house) raise(f Finding) string {
	h.Helper()
	id, err := h.RaiseFinding(ctx, h.who["inspector"], h.filled(f), h.Clock.ID())
	h.good(err)
	return id
}

func (h *house) do(login, id string, do Act) error {
	f, err := findingByID(ctx, h.d.Read(), id)
	h.good(err)
	return h.Do(ctx, h.who[login], id, Deed{Do: do, Version: f.Version, Text: "补好了", Owner: h.who["rep"].ID, DueOn: "2026-12-05"})
}

// TestWhoMay asks every verb as everybody: what may not be seen is missing.
func TestWhoMay(t *testing.T) {
	each(t, func(h *house) {
		round, plain := h.begin(), h.raise(Finding{})
		trained, err := h.Begin(ctx, h.who["inspector"], Start{Plan: "staff", Period: "2026-11"}, "staff")
		h.good(err)
		about := h.raise(Finding{Round: trained})
		verbs := map[string]func(access.Actor) error{
			"plans": func(a access.Actor) error { _, err := h.Plans(ctx, a); return err },
			"set":   func(a access.Actor) error { return h.Set(ctx, a, Setting{Plan: "contracts"}) },
			"due":   func(a access.Actor) error { _, _, err := h.DueNow(ctx, a); return err },
			"begin": func(a access.Actor) error {
				_, err := h.Begin(ctx, a, Start{Plan: "contracts", Period: "2026-11"}, "x")
				return err
			},
			"round":   func(a access.Actor) error { _, _, err := h.Round(ctx, a, round); return err },
			"trained": func(a access.Actor) error { _, _, err := h.Round(ctx, a, trained); return err },
			"save":    func(a access.Actor) error { return h.Save(ctx, a, round, Sampled{Number: 9}) },
			"close":   func(a access.Actor) error { return h.Close(ctx, a, round, "") },
			"raise":   func(a access.Actor) error { _, err := h.RaiseFinding(ctx, a, Finding{}, "y"); return err },
			"finding": func(a access.Actor) error { _, err := h.Finding(ctx, a, plain); return err },
			"about":   func(a access.Actor) error { _, err := h.Finding(ctx, a, about); return err },
			"file":    func(a access.Actor) error { return h.AddFile(ctx, a, plain, external.Upload{}) },
			"counts":  func(a access.Actor) error { _, err := h.Counts(ctx, a); return err },
		}
		both := []string{"hr", "inspector", "second"}
		may := map[string][]string{"plans": both, "set": both, "due": both, "counts": both, "trained": both, "begin": both[1:], "round": both[1:], "save": both[1:],
			"close": both[1:], "raise": both[1:], "finding": {"rep", "lead", "inspector", "second"}, "about": {"rep", "lead", "hr", "inspector", "second"}, "file": {"rep"}}
		for name, do := range verbs {
			for login, a := range h.who {
				err := do(a)
				kind := fault.KindOf(err)
				if refused := err != nil && (kind == fault.Missing || kind == fault.Denied); refused == slices.Contains(may[name], login) {
					h.Errorf("%s by %s: %v", name, login, err)
				}
				if kind == fault.Denied && err != nil && !slices.Contains(may["finding"], login) {
					h.Errorf("%s by %s tells that it is there", name, login)
				}
			}
		}
		h.lists(plain, about)
	})
}

// lists holds who is shown which findings.
func (h *house) lists(plain, about string) {
	h.Helper()
	for login, want := range map[string][]string{"rep": {plain, about}, "lead": {plain, about}, "hr": {about}, "inspector": {plain, about}, "stranger": nil, "admin": nil} {
		all, n, err := h.Findings(ctx, h.who[login], Filter{})
		h.good(err)
		var got []string
		for _, f := range all {
			got = append(got, f.ID)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" || n != len(want) {
			h.Errorf("%s sees %d:\n%s", login, n, diff)
		}
	}
}

// TestFindings is about what comes late, what is reminded of and what is enclosed.
func TestFindings(t *testing.T) {
	each(t, func(h *house) {
		id := h.raise(Finding{})
		pdf := []byte("%PDF-1.7 x")
		for range 2 {
			h.good(h.AddFile(ctx, h.who["rep"], id, external.Upload{Name: "意见.exe", Data: pdf}))
		}
		h.bad(h.AddFile(ctx, h.who["rep"], id, external.Upload{Name: "a.pdf", Data: []byte("<html>")}), fault.Invalid)
		v, err := h.Finding(ctx, h.who["lead"], id)
		if err != nil || len(v.Proofs) != 1 || v.Files != 1 || v.Proofs[0].Name != "意见.pdf" || len(v.May) != 0 {
			h.Errorf("%+v %v", v, err)
		}
		f, err := h.File(ctx, h.who["lead"], id, v.Proofs[0].ID)
		if data, err2 := f.Bytes(); err != nil || err2 != nil || string(data) != string(pdf) {
			h.Error(err, err2)
		}
		for day, told := range map[string]int{"2026-11-30": 1, "2026-11-29": 0, "2026-12-02": 1} {
			if out, err := h.Remind(ctx, nil, day); err != nil || len(out[h.who["rep"].ID]) != told {
				h.Errorf("on %s: %v %v", day, out, err)
			}
		}
		h.advance(5 * 24 * time.Hour)
		c, err := h.Counts(ctx, h.who["inspector"])
		if all, n, err2 := h.Findings(ctx, h.who["rep"], Filter{Own: true, Late: true}); err != nil || err2 != nil || n != 1 || !all[0].Overdue("2026-12-02") || c != (Counts{Pending: 1, Late: 1}) {
			h.Errorf("%+v %d %v %v", c, n, err, err2)
		}
		h.good(h.do("rep", id, Rectify))
		if c, err = h.Counts(ctx, h.who["inspector"]); err != nil || c != (Counts{Waiting: 1}) {
			h.Errorf("%+v %v", c, err)
		}
	})
}

// TestWhatCannotBe enters each field wrongly.
func TestWhatCannotBe(t *testing.T) {
	each(t, func(h *house) {
		who := h.who["inspector"]
		for field, spoil := range map[string]func(*Finding){
			"title": func(f *Finding) { f.Title = " " }, "demand": func(f *Finding) { f.Demand = "" }, "clause": func(f *Finding) { f.Clause = "二" },
			"severity": func(f *Finding) { f.Severity = "bad" }, "due": func(f *Finding) { f.DueOn = "2026-11-26" }, "owner": func(f *Finding) { f.Owner = "nobody" }} {
			f := h.filled(Finding{})
			spoil(&f)
			_, err := h.RaiseFinding(ctx, who, f, "r")
			if e := fault.Of(err); e == nil || e.Kind != fault.Invalid || e.Field != field {
				h.Errorf("%s: %v", field, err)
			}
		}
		for field, s := range map[string]Setting{"every": {Every: "daily", Size: 3, Reason: "r"}, "size": {Every: Weekly, Size: 0, Reason: "r"}, "reason": {Every: Weekly, Size: 3},
			"responsible": {Every: Weekly, Size: 3, Reason: "r", Responsible: "nobody"}} {
			s.Plan = "contracts"
			if e := fault.Of(h.Set(ctx, who, s)); e == nil || e.Kind != fault.Invalid || e.Field != field {
				h.Errorf("%s: %v", field, e)
			}
		}
		_, err := h.Begin(ctx, who, Start{Plan: "contracts", Period: "2026-11", Listed: " \n"}, "r")
		h.bad(err, fault.Invalid)
		_, err = h.Begin(ctx, who, Start{Plan: "contracts", Period: "2031-01", Listed: listing}, "r")
		h.bad(err, fault.Missing)
	})
}

// TestSettings keeps every version, and the population is asked for the period in the company's zone.
func TestSettings(t *testing.T) {
	each(t, func(h *house) {
		hr := h.who["hr"]
		s := Setting{Plan: "staff", Every: Weekly, Size: 2, Responsible: h.who["second"].ID, Reason: "多查几次"}
		h.good(h.Set(ctx, hr, s))
		h.bad(h.Set(ctx, hr, s), fault.Conflict)
		s.Version, s.Size = 1, 1
		h.good(h.Set(ctx, hr, s))
		held, past, err := h.Plan(ctx, hr, "staff")
		if err != nil || len(past) != 2 || held.Version != 2 || held.Setting.Every != Weekly || held.Setting.Size != 1 || past[1].Size != 2 {
			h.Errorf("%+v %+v %v", held, past, err)
		}
		h.good(h.Tick(ctx))
		id, err := h.Begin(ctx, h.who["inspector"], Start{Plan: "staff", Period: "2026-W48"}, "r")
		h.good(err)
		from := time.Date(2026, 11, 23, 0, 0, 0, 0, h.Zone).UnixMilli()
		if w := h.asked[0]; w.Kind != People || w.From != from || w.To != from+7*24*3600*1000 {
			h.Errorf("%+v", w)
		}
		if _, all, err := h.Round(ctx, hr, id); err != nil || len(all) != 1 || all[0].Person != all[0].Subject {
			h.Errorf("%+v %v", all, err)
		}
		if now, _, err := h.DueNow(ctx, hr); err != nil || len(now) != 1 || now[0].Plan != "contracts" {
			h.Errorf("a plan that is weekly now is due by month: %+v %v", now, err)
		}
	})
}
