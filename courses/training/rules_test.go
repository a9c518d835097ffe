package training

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// in gives who is in a programme, by login, with the day from which their due dates count.
func (h *house) in(id string) (out []string) {
	h.Helper()
	all, err := enrolmentsIn(ctx, h.d.Read(), id)
	h.must(err)
	for _, e := range all {
		p, err := h.people.Get(ctx, operator, e.Person)
		h.must(err)
		out = append(out, p.Login+" "+e.Start)
	}
	slices.Sort(out)
	return out
}

func TestWhomARuleTakesIn(t *testing.T) {
	each(t, func(h *house) {
		company := h.team("company", "")
		east := h.team("east", company)
		suzhou := h.team("suzhou", east)
		hr := h.hire("hr", company, "2020-01-01", access.HR)
		h.hire("above", company, "2026-01-10")
		h.hire("rep", suzhou, "2026-01-10")
		h.hire("leap", east, "2024-02-29", access.Manager)
		h.hire("undated", suzhou, "")
		gone := h.hire("gone", suzhou, "2026-01-10")
		h.must(h.people.Suspend(ctx, operator, gone.ID))
		for _, c := range []struct {
			name string
			rule Rule
			want []string
			none int // without a hiring date, where one is needed
		}{
			{"everybody", Rule{Starts: OnJoined}, []string{"above " + today, "hr " + today, "leap " + today, "rep " + today, "undated " + today}, 0},
			{"below a team, from the hiring date", Rule{Team: east, Starts: OnHired}, []string{"leap 2024-02-29", "rep 2026-01-10"}, 1},
			{"a role, from one day", Rule{Role: access.Manager, Starts: OnDate, StartOn: "2026-03-01"}, []string{"leap 2026-03-01"}, 0},
			{"hired in a range, both ends in it", Rule{HiredFrom: "2024-02-29", HiredUntil: "2026-01-10", Starts: OnJoined},
				[]string{"above " + today, "leap " + today, "rep " + today}, 1},
			{"hired before a day", Rule{HiredUntil: "2024-02-28", Starts: OnHired}, []string{"hr 2020-01-01"}, 1},
			{"nobody", Rule{HiredFrom: "2027-01-01", Starts: OnHired}, nil, 1},
		} {
			c.rule.Programme = "onboarding"
			e, err := h.Preview(ctx, hr.Actor(), c.rule)
			h.must(err)
			if e.Count != len(c.want) || len(e.Names) != len(c.want) || e.Undated != c.none || e.Inside+e.Out != 0 {
				h.Errorf("%s: the preview says %+v", c.name, e)
			}
			h.must(h.MakeRule(ctx, hr.Actor(), c.rule, h.form()))
			h.must(h.Apply(ctx))
			h.must(h.Apply(ctx)) // again: nothing
			if got := h.in("onboarding"); !slices.Equal(got, c.want) {
				h.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
			if e, err = h.Preview(ctx, hr.Actor(), c.rule); err != nil || e.Count != 0 || e.Inside != len(c.want) || e.Undated != c.none {
				h.Errorf("%s: afterwards the preview says %+v, %v", c.name, e, err)
			}
			rules, err := h.Rules(ctx, hr.Actor())
			if err != nil || len(rules) != 1 || rules[0].Taken != len(c.want) {
				h.Errorf("%s: rules %+v, %v", c.name, rules, err)
			}
			h.must(h.EndRule(ctx, hr.Actor(), rules[0].ID))
			if got := h.in("onboarding"); !slices.Equal(got, c.want) {
				h.Errorf("%s: ended, %q", c.name, got)
			}
			h.wipe()
		}
	})
}

// wipe takes out everybody, as if nobody had ever been in.
func (h *house) wipe() {
	h.Helper()
	_, err := h.d.Read().Exec(ctx, "DELETE FROM enrolment")
	h.must(err)
}

func TestARuleTakesInLateJoinersAndNobodyTwice(t *testing.T) {
	each(t, func(h *house) {
		hr, east := h.hire("hr", "", "", access.HR), h.team("east", "")
		rep := h.hire("rep", east, "")
		h.must(h.MakeRule(ctx, hr.Actor(), Rule{Programme: "onboarding", Team: east, Starts: OnJoined}, "one"))
		h.must(h.MakeRule(ctx, hr.Actor(), Rule{Programme: "onboarding", Team: east, Starts: OnJoined}, "one")) // the same form
		h.must(h.Apply(ctx))
		h.must(h.Unenrol(ctx, hr.Actor(), rep.ID, "onboarding", "长期病假"))
		h.advance(48 * time.Hour)
		h.hire("late", east, "")
		h.must(h.Apply(ctx))
		if got := h.in("onboarding"); !slices.Equal(got, []string{"late 2026-02-04"}) {
			h.Errorf("%q", got) // who was taken out by hand stays out
		}
		if e, err := h.Preview(ctx, hr.Actor(), Rule{Programme: "onboarding", Team: east, Starts: OnJoined}); err != nil || e.Out != 1 || e.Inside != 1 || e.Count != 0 {
			h.Errorf("%+v, %v", e, err)
		}
		h.must(h.Enrol(ctx, hr.Actor(), rep.ID, "onboarding", "2026-02-03")) // by hand they come in again
		rules, err := h.Rules(ctx, hr.Actor())
		if err != nil || len(rules) != 1 {
			h.Fatal(rules, err)
		}
		h.must(h.EndRule(ctx, hr.Actor(), rules[0].ID))
		h.refuses(h.EndRule(ctx, hr.Actor(), rules[0].ID), fault.Missing, "ended twice")
		h.hire("later", east, "")
		h.must(h.Apply(ctx))
		if got := h.in("onboarding"); len(got) != 2 {
			h.Errorf("an ended rule takes in: %q", got)
		}
		if h.trailed("rule.made") != 1 || h.trailed("rule.ended") != 1 || h.trailed("programme.enrolled") != 3 {
			h.Error("the trail does not tell it")
		}
	})
}

func TestRulesThatAreWrong(t *testing.T) {
	each(t, func(h *house) {
		hr := h.hire("hr", "", "", access.HR).Actor()
		for field, r := range map[string]Rule{
			"programme":    {Programme: "none", Starts: OnJoined},
			"role":         {Programme: "onboarding", Role: "king", Starts: OnJoined},
			"team":         {Programme: "onboarding", Team: "none", Starts: OnJoined},
			"hired_from":   {Programme: "onboarding", HiredFrom: "2026-02-30", Starts: OnJoined},
			"hired_until":  {Programme: "onboarding", HiredFrom: "2026-03-01", HiredUntil: "2026-02-28", Starts: OnJoined},
			"starts":       {Programme: "onboarding"},
			"start_on":     {Programme: "onboarding", Starts: OnDate},
			"start_on alo": {Programme: "onboarding", Starts: OnJoined, StartOn: "2026-02-01"},
		} {
			for _, err := range []error{h.MakeRule(ctx, hr, r, h.form()), second(h.Preview(ctx, hr, r))} {
				if e := fault.Of(err); e == nil || e.Kind != fault.Invalid || e.Field != field[:len(e.Field)] {
					h.Errorf("%s: %v", field, err)
				}
			}
		}
		good := Rule{Programme: "onboarding", Starts: OnJoined}
		h.refuses(h.MakeRule(ctx, hr, good, ""), fault.Invalid, "a form without a number")
		for _, role := range []access.Role{access.Learner, access.Manager, access.Author, access.Inspector, access.Admin} {
			who := h.hire(string(role), "", "", role).Actor()
			_, err := h.Rules(ctx, who)
			for _, err := range []error{err, h.MakeRule(ctx, who, good, h.form()), second(h.Preview(ctx, who, good)), h.EndRule(ctx, who, "x")} {
				h.refuses(err, fault.Missing, string(role))
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// crowd makes so many people at once, without a trail: they are only there to be taken in.
func (h *house) crowd(n int) {
	h.Helper()
	h.must(h.d.Write(ctx, func(q db.Q) error {
		for i := range n {
			id := fmt.Sprintf("crowd%06d", i)
			if _, err := q.Exec(ctx, `INSERT INTO person (id, login, name, state, hired_on, sort_key, search_key, created_at)
				VALUES ($1, $1, $1, 'active', '2026-01-05', $1, $1, 1)`, id); err != nil {
				return err
			}
			if _, err := q.Exec(ctx, "INSERT INTO person_role (person_id, role) VALUES ($1, 'learner')", id); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Two nodes take in five hundred people at the same time, by two rules that both fit them: each comes in once.
func TestTwoNodesTakeInEverybodyOnce(t *testing.T) {
	each(t, func(h *house) {
		hr := h.hire("hr", "", "", access.HR)
		h.crowd(500)
		h.must(h.MakeRule(ctx, hr.Actor(), Rule{Programme: "onboarding", Role: access.Learner, Starts: OnHired}, "a"))
		h.must(h.MakeRule(ctx, hr.Actor(), Rule{Programme: "onboarding", HiredFrom: "2026-01-01", Starts: OnJoined}, "b"))
		var wg sync.WaitGroup
		var errs [2]error
		for i := range errs {
			wg.Go(func() { errs[i] = h.Apply(ctx) })
		}
		wg.Wait()
		h.must(errors.Join(errs[:]...))
		if n, m := h.count("SELECT COUNT(*) FROM enrolment"), h.trailed("programme.enrolled"); n != 500 || m != 500 {
			h.Errorf("%d places, %d entries in the trail", n, m)
		}
	})
}

// TestTenThousand measures; it runs where TONGGUAN_MEASURE is set.
func TestTenThousand(t *testing.T) {
	if os.Getenv("TONGGUAN_MEASURE") == "" {
		t.Skip("TONGGUAN_MEASURE is not set")
	}
	each(t, func(h *house) {
		hr := h.hire("hr", "", "", access.HR)
		h.crowd(10_000)
		for i := range 5 {
			h.must(h.MakeRule(ctx, hr.Actor(), Rule{Programme: "onboarding", Role: access.Learner, Starts: OnHired}, fmt.Sprint(i)))
		}
		took := func(what string, do func() error) {
			begun := time.Now()
			h.must(do())
			t.Logf("%s: %v", what, time.Since(begun))
		}
		r := Rule{Programme: "onboarding", Role: access.Learner, Starts: OnHired}
		took("preview of 10,000", func() error { return second(h.Preview(ctx, hr.Actor(), r)) })
		took("taking in 10,000", func() error { return h.Apply(ctx) })
		took("nothing to do, five rules", func() error { return h.Apply(ctx) })
		took("nothing to do, five rules", func() error { return h.Apply(ctx) })
		took("the people of a programme", func() error { return second(h.Enrolled(ctx, hr.Actor(), "onboarding", people.Filter{})) })
		took("what waits for HR", func() error { return second(h.ToSign(ctx, hr.Actor())) })
		took("reminders", func() error { return second(h.RemindSteps(ctx, nil, "2026-02-02")) })
	})
}
