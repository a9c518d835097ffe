package reward

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/composite"
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

// shelf is some appraisals, by person and period, the latest first; only HR sees those of others.
type shelf struct {
	all   []Record
	rules []composite.Proposal
}

func (s *shelf) Closed(_ context.Context, _ access.Actor, cycle, after string) (Batch, error) {
	if cycle == "nothing" {
		return Batch{}, fault.New(fault.Missing, "error.missing")
	}
	b := Batch{Earlier: map[string][]Record{}, Rules: s.rules}
	all := slices.Clone(s.all)
	slices.SortStableFunc(all, func(x, y Record) int {
		if x.Period == cycle && y.Period == cycle {
			return strings.Compare(x.ID, y.ID)
		}
		return strings.Compare(y.Period, x.Period)
	})
	for _, r := range all {
		switch {
		case r.Period == cycle && (after == "" || r.ID > after) && b.Next == "": // one at a time
			b.Records, b.Next = append(b.Records, r), r.ID
		case r.Period < cycle:
			b.Earlier[r.Person] = append(b.Earlier[r.Person], r)
		}
	}
	return b, nil
}

func (s *shelf) Cycles(context.Context, access.Actor) ([]Cycle, error) {
	return []Cycle{{ID: "2026-02", Period: "2026-02"}}, nil
}

func (s *shelf) Of(_ context.Context, _ access.Actor, person string) (out []Record, err error) {
	for _, r := range s.all {
		if r.Person == person && r.Closed {
			out = append(out, r)
		}
	}
	return out, nil
}

func (s *shelf) Get(_ context.Context, actor access.Actor, id string) (Record, error) {
	for _, r := range s.all {
		if r.ID == id && (actor.Is(access.HR) || actor.Is(access.Manager)) {
			return r, nil
		}
	}
	return Record{}, fault.New(fault.Missing, "error.missing")
}

func (s *shelf) put(person string, all ...string) {
	for _, r := range closed(all...) {
		r.ID, r.Person = person+" "+r.Period, person
		s.all = append(s.all, r)
	}
}

// house has a region that lead manages, with rep and fellow in a team below it, and strangers elsewhere.
type house struct {
	*testing.T
	*Rewards
	d       *db.DB
	teams   *team.Teams
	shelf   *shelf
	advance func(time.Duration)
	who     map[string]access.Actor
}

func each(t *testing.T, fn func(h *house)) {
	policy, problems := catalog.NewLibrary(os.DirFS("../../content"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		h := &house{T: t, d: d, teams: teams, advance: advance, who: map[string]access.Actor{}, shelf: &shelf{}}
		h.Rewards = New(Parts{DB: d, Clock: c, Zone: time.FixedZone("company", 8*3600), Trail: trail, People: people.New(d, c, trail, teams), Policy: policy, Records: h.shelf, Finding: h.owner})
		east, south := h.team(team.Details{Name: "east"}), h.team(team.Details{Name: "south"})
		below := h.team(team.Details{Name: "below", Parent: east})
		h.person("rep", below)
		h.person("fellow", below)
		h.person("lead", below, access.Manager) // in a team that they manage: not their own judge
		h.person("stranger", south)
		h.person("hr", south, access.HR)
		h.person("second", below, access.HR)
		h.person("both", south, access.HR, access.Manager)
		h.person("inspector", south, access.Inspector)
		h.person("admin", south, access.Admin)
		h.person("author", below, access.Author)
		h.good(teams.Change(ctx, access.Operator(), east, 1, team.Details{Name: "east", Managers: []string{h.who["lead"].ID, h.who["both"].ID}}))
		fn(h)
	})
}

func (h *house) team(d team.Details) string {
	id, err := h.teams.Create(ctx, access.Operator(), d)
	h.good(err)
	return id
}

func (h *house) person(login, team string, roles ...access.Role) {
	p := people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)}
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

// bad wants an error of a kind, and of a key where one is given.
func (h *house) bad(err error, kind fault.Kind, key string) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind || key != "" && fault.Of(err).Key != key {
		h.Errorf("%v, want kind %d %s", err, kind, key)
	}
}

// draft is a proposal for the rep that nothing is wrong with.
func (h *house) draft(k Kind) Draft {
	return Draft{Person: h.who["rep"].ID, Kind: k, Reason: "三月的表现", Words: "合同未经内部评审就发给了客户。", Clause: "2.3.2"}
}

func (h *house) propose(login string, d Draft) string {
	h.Helper()
	id, err := h.Propose(ctx, h.who[login], d, h.clock.ID())
	h.good(err)
	return id
}

// granted is a kind that the lead proposed for the rep and hr granted.
func (h *house) granted(k Kind) string {
	h.Helper()
	id := h.propose("lead", h.draft(k))
	h.good(h.Decide(ctx, h.who["hr"], id, Decision{Grant: true, Amount: min(k.Most(), 54_321), Reason: "属实"}, h.clock.ID()))
	return id
}

func (h *house) objected() string {
	h.Helper()
	id := h.granted(Warning)
	h.good(h.Object(ctx, h.who["rep"], id, "评审当天已经补做。", h.clock.ID()))
	return id
}

func (h *house) see(login, id string) Whole {
	h.Helper()
	w, err := h.See(ctx, h.who[login], id)
	h.good(err)
	return w
}

// owner gives whose finding it is: two of the rep, one of a fellow.
func (h *house) owner(_ context.Context, finding string) (string, error) {
	if login := map[string]string{"06abc": "rep", "06abc-1": "rep", "06xyz": "fellow"}[finding]; login != "" {
		return h.who[login].ID, nil
	}
	return "", fault.New(fault.Missing, "error.missing")
}

func TestProposals(t *testing.T) {
	each(t, func(h *house) {
		h.shelf.put(h.who["rep"].ID, "2026-02 D", "2026-01 D!")
		h.shelf.put(h.who["fellow"].ID, "2026-02 D")
		rep, fellow := h.who["rep"].ID, h.who["fellow"].ID
		long := strings.Repeat("长", 1001)
		for name, c := range map[string]struct {
			change func(*Draft)
			field  string // "" for a good one
		}{
			"words and a clause":                   {func(*Draft) {}, ""},
			"an appraisal, no clause":              {func(d *Draft) { d.Record, d.Clause, d.Words = rep+" 2026-02", "", "" }, ""},
			"a finding":                            {func(d *Draft) { d.Finding, d.Words = "06abc-1", "" }, ""},
			"a reward needs no clause":             {func(d *Draft) { d.Kind, d.Clause = Honour, "" }, ""},
			"a reward for any clause":              {func(d *Draft) { d.Kind, d.Clause = Bonus, "5.1.3" }, ""},
			"a penalty for words without a clause": {func(d *Draft) { d.Clause = "" }, "clause"},
			"a penalty for a finding without one":  {func(d *Draft) { d.Clause, d.Finding = "", "06abc" }, "clause"},
			"a clause of supervision":              {func(d *Draft) { d.Clause = "5.1.3" }, "clause"},
			"a clause of chapter 1":                {func(d *Draft) { d.Clause = "1.3.1" }, "clause"},
			"no clause of the policy":              {func(d *Draft) { d.Clause = "2.9.9" }, "clause"},
			"no such kind":                         {func(d *Draft) { d.Kind = "praise" }, "kind"},
			"nothing to rest on":                   {func(d *Draft) { d.Words = " " }, "words"},
			"too many words":                       {func(d *Draft) { d.Words = long }, "words"},
			"no reason":                            {func(d *Draft) { d.Reason = "\n" }, "reason"},
			"too long a reason":                    {func(d *Draft) { d.Reason = long }, "reason"},
			"a finding that nobody has":            {func(d *Draft) { d.Finding = "06nobody" }, "finding"},
			"somebody else's finding":              {func(d *Draft) { d.Finding = "06xyz" }, "finding"},
			"a finding that is none":               {func(d *Draft) { d.Finding = "../x" }, "finding"},
			"an appraisal that is none":            {func(d *Draft) { d.Record = "x" }, "record"},
			"somebody else's appraisal":            {func(d *Draft) { d.Record = fellow + " 2026-02" }, "record"},
			"an appraisal of invented figures":     {func(d *Draft) { d.Record = rep + " 2026-01" }, "record"},
		} {
			d := h.draft(Warning)
			c.change(&d)
			_, err := h.Propose(ctx, h.who["lead"], d, h.clock.ID())
			if c.field == "" && err != nil || c.field != "" && (fault.KindOf(err) != fault.Invalid || fault.Of(err).Field != c.field) {
				h.Errorf("%s: %v", name, err)
			}
		}
		for login, kind := range map[string]fault.Kind{"rep": fault.Denied, "fellow": fault.Missing, "stranger": fault.Missing, "inspector": fault.Missing,
			"admin": fault.Missing, "author": fault.Missing} {
			_, err := h.Propose(ctx, h.who[login], h.draft(Honour), h.clock.ID())
			h.bad(err, kind, "")
		}
		d := h.draft(Honour)
		for login, person := range map[string]string{"lead": h.who["stranger"].ID, "hr": "nobody", "second": h.who["second"].ID} {
			d.Person = person
			if _, err := h.Propose(ctx, h.who[login], d, h.clock.ID()); err == nil {
				h.Errorf("%s proposed for %s", login, person)
			}
		}
		h.propose("hr", h.draft(Promotion))
	})
}

func TestSameFormTwice(t *testing.T) {
	each(t, func(h *house) {
		id, err := h.Propose(ctx, h.who["lead"], h.draft(Bonus), "r1")
		h.good(err)
		again, err := h.Propose(ctx, h.who["lead"], h.draft(Bonus), "r1")
		h.good(err)
		if id != again {
			h.Errorf("%s, then %s", id, again)
		}
		_, err = h.Propose(ctx, h.who["hr"], h.draft(Bonus), "r1")
		h.bad(err, fault.Invalid, "error.form_stale")
		_, err = h.Propose(ctx, h.who["lead"], h.draft(Bonus), "")
		h.bad(err, fault.Invalid, "error.form_stale")
		d := Decision{Grant: true, Amount: 100, Reason: "好"}
		h.good(h.Decide(ctx, h.who["hr"], id, d, "r2"))
		h.good(h.Decide(ctx, h.who["hr"], id, d, "r2"))
		h.bad(h.Decide(ctx, h.who["hr"], id, d, "r3"), fault.Conflict, "error.changed_meanwhile")
		h.bad(h.Decide(ctx, h.who["hr"], id, Decision{Reason: "不"}, "r2"), fault.Invalid, "error.form_stale")
		if w := h.see("hr", id); len(w.History) != 2 || w.State != Granted {
			h.Errorf("%+v", w.History)
		}
	})
}

func TestDecisions(t *testing.T) {
	each(t, func(h *house) {
		for name, c := range map[string]struct {
			kind  Kind
			d     Decision
			field string
		}{
			"bonus without an amount":     {Bonus, Decision{Grant: true, Reason: "好"}, "amount"},
			"bonus below nothing":         {Bonus, Decision{Grant: true, Amount: -1, Reason: "好"}, "amount"},
			"bonus at its bound":          {Bonus, Decision{Grant: true, Amount: 100_000_000, Reason: "好"}, ""},
			"bonus over its bound":        {Bonus, Decision{Grant: true, Amount: 100_000_001, Reason: "好"}, "amount"},
			"fine at its bound":           {Fine, Decision{Grant: true, Amount: 1_000_000, Reason: "好"}, ""},
			"fine over its bound":         {Fine, Decision{Grant: true, Amount: 1_000_001, Reason: "好"}, "amount"},
			"honour with money":           {Honour, Decision{Grant: true, Amount: 1, Reason: "好"}, "amount"},
			"declined with money":         {Bonus, Decision{Amount: 1, Reason: "不"}, "amount"},
			"granted without a reason":    {Honour, Decision{Grant: true}, "reason"},
			"declined without a reason":   {Demotion, Decision{Reason: " "}, "reason"},
			"declined with a long reason": {Demotion, Decision{Reason: strings.Repeat("长", 501)}, "reason"},
			"declined":                    {Demotion, Decision{Reason: "不"}, ""},
		} {
			err := h.Decide(ctx, h.who["hr"], h.propose("lead", h.draft(c.kind)), c.d, h.clock.ID())
			if c.field == "" && err != nil || c.field != "" && (fault.KindOf(err) != fault.Invalid || fault.Of(err).Field != c.field) {
				h.Errorf("%s: %v", name, err)
			}
		}
		yes := Decision{Grant: true, Reason: "好"}
		id := h.propose("both", h.draft(Honour)) // HR who manages the rep
		h.bad(h.Decide(ctx, h.who["both"], id, yes, h.clock.ID()), fault.Denied, "reward.own_proposal")
		for _, login := range []string{"lead", "rep", "fellow", "stranger", "inspector", "admin", "author"} {
			h.bad(h.Decide(ctx, h.who[login], id, yes, h.clock.ID()), fault.Missing, "error.missing")
		}
		d := h.draft(Honour)
		d.Person = h.who["second"].ID // HR themself: they do not even see it
		own := h.propose("lead", d)
		h.bad(h.Decide(ctx, h.who["second"], own, yes, h.clock.ID()), fault.Missing, "error.missing")
		h.good(h.Decide(ctx, h.who["second"], id, yes, h.clock.ID()))
		h.good(h.Decide(ctx, h.who["hr"], own, yes, h.clock.ID()))
		h.bad(h.Decide(ctx, h.who["second"], own, yes, h.clock.ID()), fault.Denied, "")
	})
}

func TestWithdraw(t *testing.T) {
	each(t, func(h *house) {
		id := h.propose("lead", h.draft(Fine))
		for login, kind := range map[string]fault.Kind{"hr": fault.Denied, "both": fault.Denied, "inspector": fault.Denied, "rep": fault.Missing, "stranger": fault.Missing} {
			h.bad(h.Withdraw(ctx, h.who[login], id, h.clock.ID()), kind, "")
		}
		h.good(h.Withdraw(ctx, h.who["lead"], id, h.clock.ID()))
		h.bad(h.Decide(ctx, h.who["hr"], id, Decision{Reason: "不"}, h.clock.ID()), fault.Conflict, "")
		h.bad(h.Withdraw(ctx, h.who["lead"], h.granted(Warning), h.clock.ID()), fault.Conflict, "")
	})
}

func TestObjections(t *testing.T) {
	each(t, func(h *house) {
		id := h.granted(Warning)
		for _, login := range []string{"lead", "hr", "fellow", "inspector"} {
			h.bad(h.Object(ctx, h.who[login], id, "不对", h.clock.ID()), fault.Missing, "")
		}
		h.bad(h.Object(ctx, h.who["rep"], id, " ", h.clock.ID()), fault.Invalid, "reward.reason_needed")
		h.bad(h.Object(ctx, h.who["rep"], h.granted(Honour), "不要", h.clock.ID()), fault.Invalid, "reward.no_objection")
		h.bad(h.Settle(ctx, h.who["second"], id, Ruling{Lift: true, Reason: "好"}, h.clock.ID()), fault.Conflict, "")
		h.good(h.Object(ctx, h.who["rep"], id, "评审当天已经补做。", h.clock.ID()))
		h.bad(h.Object(ctx, h.who["rep"], id, "还是不对", h.clock.ID()), fault.Conflict, "")
		h.bad(h.Settle(ctx, h.who["hr"], id, Ruling{Lift: true, Reason: "好"}, h.clock.ID()), fault.Denied, "reward.own_decision")
		h.bad(h.Settle(ctx, h.who["second"], id, Ruling{Lift: true}, h.clock.ID()), fault.Invalid, "")
		for _, login := range []string{"lead", "inspector", "stranger", "admin"} {
			h.bad(h.Settle(ctx, h.who[login], id, Ruling{Lift: true, Reason: "好"}, h.clock.ID()), fault.Missing, "")
		}
		h.bad(h.Settle(ctx, h.who["rep"], id, Ruling{Lift: true, Reason: "好"}, h.clock.ID()), fault.Denied, "")
		h.good(h.Settle(ctx, h.who["second"], id, Ruling{Lift: true, Reason: "已补做"}, h.clock.ID()))
		h.bad(h.Settle(ctx, h.who["both"], id, Ruling{Reason: "不"}, h.clock.ID()), fault.Conflict, "")
		h.bad(h.Object(ctx, h.who["rep"], id, "再来", h.clock.ID()), fault.Conflict, "")

		upheld := h.objected()
		h.good(h.Settle(ctx, h.who["both"], upheld, Ruling{Reason: "当天没有补做的记录"}, h.clock.ID()))
		if w := h.see("rep", upheld); w.State != Upheld || w.May.Object {
			h.Errorf("%+v", w)
		}
		proposer := h.propose("second", h.draft(Demotion)) // who proposed it does not settle it either
		h.good(h.Decide(ctx, h.who["hr"], proposer, Decision{Grant: true, Reason: "是"}, h.clock.ID()))
		h.good(h.Object(ctx, h.who["rep"], proposer, "不对", h.clock.ID()))
		h.bad(h.Settle(ctx, h.who["second"], proposer, Ruling{Lift: true, Reason: "好"}, h.clock.ID()), fault.Denied, "reward.own_proposal")
	})
}

// The days end at the company's midnight: 2 March 09:30 there, so the last day is 16 March.
func TestLastDayToObject(t *testing.T) {
	each(t, func(h *house) {
		in, late := h.granted(Warning), h.granted(Fine)
		if u := h.see("rep", in).Until; u != "2026-03-16" {
			h.Fatal(u)
		}
		h.advance(14*24*time.Hour + 14*time.Hour + 29*time.Minute) // 16 March 23:59
		if !h.see("rep", late).May.Object {
			h.Error("the last day is one of them")
		}
		h.good(h.Object(ctx, h.who["rep"], in, "不对", h.clock.ID()))
		h.advance(time.Minute)
		h.bad(h.Object(ctx, h.who["rep"], late, "不对", h.clock.ID()), fault.Conflict, "reward.too_late")
		if h.see("rep", late).May.Object {
			h.Error("the days are over")
		}
	})
}
