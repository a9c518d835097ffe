package certification

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// desk is a house with reports: two sibling teams under one, each with a manager, one of them with a team below.
type desk struct {
	*house
	*Reports
	top, east, west, south                 people.Person // managers; south manages the team below east
	anna, bo, cai, dora, eve               people.Person // in east, east, below east, west, no team
	hr                                     people.Person
	teamTop, teamEast, teamBelow, teamWest string
}

func furnish(h *house) *desk {
	h.Helper()
	d := &desk{house: h, Reports: NewReports(Parts{DB: h.d, Clock: h.clock, Zone: h.zone, People: h.people, Training: h.training, Programmes: h.programmes})}
	d.top, d.east, d.west, d.south = h.person("top", "", access.Manager), h.person("east", "", access.Manager), h.person("west", "", access.Manager), h.person("south", "", access.Manager)
	d.teamTop = h.team("Top", "", d.top.ID)
	d.teamEast, d.teamWest = h.team("East", d.teamTop, d.east.ID), h.team("West", d.teamTop, d.west.ID)
	d.teamBelow = h.team("Below", d.teamEast, d.south.ID)
	d.anna, d.bo, d.cai = h.person("anna", d.teamEast), h.person("bo", d.teamEast), h.person("cai", d.teamBelow)
	d.dora, d.eve, d.hr = h.person("dora", d.teamWest), h.person("eve", ""), h.person("hr", "", access.HR)
	return d
}

func (d *desk) fold() {
	d.Helper()
	_, err := d.Fold(ctx)
	d.must(err)
	d.Forget()
}

// seen gives the logins that a question finds, in order.
func (d *desk) seen(by people.Person, ask Question) string {
	d.Helper()
	lines, n, err := d.People(ctx, by.Actor(), ask)
	d.must(err)
	if ask.Limit == 0 && n != len(lines) {
		d.Errorf("%d lines, and %d are said", len(lines), n)
	}
	var out []string
	for _, l := range lines {
		out = append(out, l.Name)
	}
	return strings.Join(out, " ")
}

func eachDesk(t *testing.T, fn func(d *desk)) { each(t, func(h *house) { fn(furnish(h)) }) }

func TestReportsShowTheSubtreeOnly(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.enrol(d.anna, "basic")
		d.fold()
		for _, c := range []struct {
			who  people.Person
			team string
			want string
		}{
			{d.top, "", "anna bo cai dora"}, {d.east, "", "anna bo cai"}, {d.south, "", "cai"}, {d.west, "", "dora"},
			{d.east, d.teamBelow, "cai"}, {d.top, d.teamEast, "anna bo cai"}, {d.hr, d.teamWest, "dora"},
			{d.hr, "", "anna bo cai dora east eve hr south top west"},
		} {
			if got := d.seen(c.who, Question{Team: c.team}); got != c.want {
				d.Errorf("%s in %q sees %s, want %s", c.who.Login, c.team, got, c.want)
			}
		}
		for _, c := range []struct {
			who  people.Person
			team string
		}{{d.east, d.teamWest}, {d.east, d.teamTop}, {d.west, d.teamBelow}, {d.anna, ""}, {d.anna, d.teamEast}, {d.top, "nothing"}, {d.hr, "nothing"}} {
			_, _, err1 := d.People(ctx, c.who.Actor(), Question{Team: c.team})
			_, err2 := d.Totals(ctx, c.who.Actor(), c.team)
			_, _, err3 := d.AtRisk(ctx, c.who.Actor(), Question{Team: c.team})
			_, err4 := d.Coverage(ctx, c.who.Actor(), c.team, []string{"2.1"})
			_, err5 := d.Trend(ctx, c.who.Actor(), c.team, "")
			for i, err := range []error{err1, err2, err3, err4, err5} {
				if fault.KindOf(err) != fault.Missing {
					d.Errorf("report %d to %s of %q: %v", i, c.who.Login, c.team, err)
				}
			}
		}
	})
}

func TestReportsSortAndFilter(t *testing.T) {
	eachDesk(t, func(d *desk) {
		for _, p := range []people.Person{d.anna, d.bo, d.dora} {
			d.enrol(p, "basic", "plain")
		}
		d.enrol(d.cai, "expert")
		d.earns(d.anna)                                   // certified to 2027-01-30
		d.advance(40 * day)                               // the due dates have no part in it: the programmes of the test have none
		d.earns(d.dora)                                   // to 2027-03
		d.shows(d.bo, evidence.Quiz, "one/m", 8000, true) // plain is done
		d.fold()
		for _, c := range []struct {
			ask  Question
			want string
		}{
			{Question{}, "anna bo cai dora"},
			{Question{Sort: "-name"}, "dora cai bo anna"},
			{Question{Sort: "end"}, "anna dora bo cai"},
			{Question{Sort: "-end"}, "dora anna bo cai"},
			{Question{Sort: "state"}, "cai bo anna dora"}, // not begun, begun, certified
			{Question{Sort: "name", From: 1, Limit: 2}, "bo cai"},
			{Question{Programme: "basic"}, "anna bo dora"},
			{Question{Programme: "expert", State: Outside}, "anna bo dora"},
			{Question{Programme: "basic", State: Certified}, "anna dora"},
			{Question{Programme: "basic", State: InProgress}, "bo"},
			{Question{Programme: "plain", State: Complete}, "anna bo dora"},
			{Question{State: NotStarted}, "cai"},
			{Question{State: Outside}, ""},
			{Question{Text: "an"}, "anna"},
			{Question{Text: "DORA"}, "dora"},
			{Question{Text: "%"}, ""},
			{Question{Text: "_"}, ""},
			{Question{Programme: "basi_"}, ""},
			{Question{Programme: "basic", State: Certified, Team: d.teamWest}, "dora"},
		} {
			if got := d.seen(d.top, c.ask); got != c.want {
				d.Errorf("%+v: %q, want %q", c.ask, got, c.want)
			}
		}
		if _, _, err := d.People(ctx, d.top.Actor(), Question{State: "king"}); fault.KindOf(err) != fault.Missing {
			d.Error("an unknown state:", err)
		}
	})
}

// TestTotalsAreWhatIsThere compares the sums with the standings counted one by one, after each of many changes.
func TestTotalsAreWhatIsThere(t *testing.T) {
	eachDesk(t, func(d *desk) {
		all := []people.Person{d.anna, d.bo, d.cai, d.dora}
		same := func(what string) {
			d.Helper()
			d.fold()
			got, err := d.Totals(ctx, d.top.Actor(), "")
			d.must(err)
			want := map[string]map[State]int{}
			for _, p := range all {
				standings, err := d.Standings(ctx, operator, p.ID)
				d.must(err)
				for _, s := range standings {
					if !s.counts() {
						continue
					}
					state := s.State
					if s.Programme == "plain" && state == Eligible {
						state = Complete
					}
					if want[s.Programme] == nil {
						want[s.Programme] = map[State]int{}
					}
					want[s.Programme][state]++
				}
			}
			if diff := cmp.Diff(want, got.In); diff != "" || got.People != 4 || got.Stale != 0 {
				d.Errorf("%s: %d people, %d stale (-want +got):\n%s", what, got.People, got.Stale, diff)
			}
		}
		same("nobody is in anything")
		d.enrol(d.anna, "basic", "plain", "expert")
		d.enrol(d.cai, "basic")
		same("enrolled")
		d.earns(d.anna)
		d.reads(d.cai)
		same("earned")
		d.shows(d.anna, evidence.Roleplay, "hard", 7000, true)
		same("waits for approval")
		d.must(d.Approve(ctx, operator, d.anna.ID, "expert"))
		same("approved")
		d.must(d.Decide(ctx, operator, d.certificates(d.anna)[0].Number, Suspend, "看一看"))
		same("suspended")
		d.must(d.training.Unenrol(ctx, operator, d.cai.ID, "basic", "离开"))
		same("taken out")
		for range 6 {
			d.advance(80 * day)
			d.must(d.Tick(ctx))
			same("time has passed")
		}
		stale, err := d.Totals(ctx, d.top.Actor(), "")
		d.must(err)
		d.enrol(d.bo, "basic")
		if after, err := d.Totals(ctx, d.top.Actor(), ""); err != nil || !cmp.Equal(after, stale) {
			d.Error("sums are kept for a while:", after, err)
		}
		d.advance(time.Minute)
		if after, err := d.Totals(ctx, d.top.Actor(), ""); err != nil || after.Stale != 1 || !cmp.Equal(after.In, stale.In) {
			d.Error("what is not folded is said:", after.Stale, err)
		}
	})
}

func TestWhoIsAtRisk(t *testing.T) {
	eachDesk(t, func(d *desk) {
		risks := func() (out []string) {
			d.Helper()
			d.must(d.Tick(ctx))
			d.fold()
			all, n, err := d.AtRisk(ctx, d.top.Actor(), Question{})
			d.must(err)
			if n != len(all) {
				d.Error(n, len(all))
			}
			for _, p := range all {
				for _, r := range p.Risks {
					out = append(out, fmt.Sprintf("%s %s %s %d", p.Name, r.Programme, r.Why, r.Left))
				}
			}
			return out
		}
		wants := func(what string, want ...string) {
			d.Helper()
			if got := risks(); !slices.Equal(got, want) {
				d.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		for _, p := range []people.Person{d.anna, d.bo} {
			d.enrol(p, "basic", "expert")
			d.earns(p)
		}
		wants("certified")
		d.shows(d.bo, evidence.Roleplay, "hard", 7000, true)
		wants("done, and not approved", "bo expert waits -1")
		d.advance(336 * day) // 29 are left
		d.enrol(d.cai, "basic")
		d.earns(d.cai)
		d.must(d.Decide(ctx, operator, d.certificates(d.cai)[0].Number, Suspend, "看一看"))
		wants("suspended, and soon over", "cai basic suspended -1", "anna basic ends 29", "bo basic ends 29", "bo expert waits -1")
		d.advance(31 * day)
		wants("over, in grace", "anna basic grace 12", "bo basic grace 12", "bo expert waits -1", "cai basic suspended -1")
		d.shows(d.anna, evidence.Roleplay, "visit", 8000, true)
		d.advance(14 * day)
		wants("renewed, and over", "bo basic expired -1", "bo expert waits -1", "cai basic suspended -1")
	})
}

func TestCoverageRestsOnWhatWasEarned(t *testing.T) {
	eachDesk(t, func(d *desk) {
		covered := func(want map[string]int) {
			d.Helper()
			d.must(d.Tick(ctx))
			d.fold()
			got, err := d.Coverage(ctx, d.top.Actor(), "", []string{"2.1", "2.1.3", "2", "2.2", "5"})
			d.must(err)
			if diff := cmp.Diff(want, got.Held); diff != "" || got.People != 4 {
				d.Errorf("%d people (-want +got):\n%s", got.People, diff)
			}
		}
		d.enrol(d.anna, "basic")
		covered(map[string]int{})
		d.earns(d.anna)
		d.enrol(d.dora, "basic", "plain")
		d.earns(d.dora)
		covered(map[string]int{"2": 2, "2.1": 2, "2.1.3": 2})
		d.must(d.Decide(ctx, operator, d.certificates(d.dora)[0].Number, Revoke, "看一看"))
		covered(map[string]int{"2": 1, "2.1": 1, "2.1.3": 1})
		d.advance(400 * day)
		covered(map[string]int{})
	})
}

// Those who trace the content are told how many hold a certificate on a clause, whoever they are; nobody else is.
func TestCoverageOfEverybodyIsANumber(t *testing.T) {
	eachDesk(t, func(d *desk) {
		for _, p := range []people.Person{d.anna, d.dora} {
			d.enrol(p, "basic")
			d.earns(p)
		}
		d.must(d.Tick(ctx))
		d.fold()
		writer := d.person("writer", "", access.Author)
		got, err := d.Everywhere(ctx, writer.Actor(), []string{"2.1", "5"})
		if err != nil || got.Held["2.1"] != 2 || got.Held["5"] != 0 {
			d.Errorf("%+v %v", got, err)
		}
		for _, p := range []people.Person{d.top, d.hr, d.anna} {
			if _, err := d.Everywhere(ctx, p.Actor(), []string{"2.1"}); fault.KindOf(err) != fault.Missing {
				d.Errorf("%s: %v", p.Login, err)
			}
		}
	})
}

func TestTrendIsWhatHeldAtEachMonthsEnd(t *testing.T) {
	eachDesk(t, func(d *desk) { // it is 31 January 2026
		for _, p := range []people.Person{d.anna, d.bo, d.dora} {
			d.enrol(p, "basic", "expert")
		}
		d.earns(d.anna)
		d.advance(45 * day) // in March
		d.earns(d.bo)
		d.earns(d.dora)
		d.must(d.Decide(ctx, operator, d.certificates(d.dora)[0].Number, Suspend, "看一看"))
		d.advance(61 * day) // in May
		d.must(d.Decide(ctx, operator, d.certificates(d.dora)[0].Number, Reinstate, "看过了"))
		d.advance(210 * day) // in December
		d.must(d.Tick(ctx))
		d.fold()
		got, err := d.Trend(ctx, d.top.Actor(), "", "basic")
		d.must(err)
		// the ends of December 2025 to November 2026, and now
		want := map[string][]int{
			d.teamEast: {0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2},
			d.teamWest: {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1},
		}
		if diff := cmp.Diff(want, got.Held); diff != "" {
			d.Error(diff)
		}
		if diff := cmp.Diff(map[string]int{d.teamEast: 2, d.teamBelow: 1, d.teamWest: 1}, got.Size); diff != "" {
			d.Error(diff)
		}
		if at := time.UnixMilli(got.Ends[0]).In(d.house.zone).Format(time.DateTime); at != "2026-01-01 00:00:00" {
			d.Error("the first moment is", at)
		}
		any, err := d.Trend(ctx, d.top.Actor(), "", "")
		d.must(err)
		if !cmp.Equal(any.Held, got.Held) {
			d.Error("any certificate:", any.Held)
		}
	})
}

func TestSpans(t *testing.T) {
	at := func(person, programme string, after State, at int64) passedTo {
		return passedTo{person, programme, after, at}
	}
	all := []passedTo{at("a", "x", InProgress, 1), at("a", "x", Certified, 2), at("a", "x", Expiring, 5), at("a", "x", Grace, 7), at("a", "x", Certified, 9),
		at("a", "y", Certified, 6), at("a", "y", Revoked, 8), at("b", "x", Certified, 3), at("b", "x", Grace, 3)}
	want := []span{{"a", "x", 2, 7}, {"a", "x", 9, 0}, {"a", "y", 6, 8}, {"a", "", 2, 8}, {"a", "", 9, 0}}
	if diff := cmp.Diff(want, spans(all), cmp.AllowUnexported(span{})); diff != "" {
		t.Error(diff)
	}
}

// TestFoldsMeet folds on several sides at once while standings change: nothing is left behind.
func TestFoldsMeet(t *testing.T) {
	eachDesk(t, func(d *desk) {
		done := make(chan error)
		for range 3 {
			go func() {
				var err error
				for range 20 {
					if _, e := d.Fold(ctx); e != nil {
						err = e
					}
				}
				done <- err
			}()
		}
		for _, p := range []people.Person{d.anna, d.bo, d.cai, d.dora} {
			d.enrol(p, "basic", "plain")
			d.earns(p)
		}
		for range 3 {
			d.must(<-done)
		}
		d.fold()
		if got := d.seen(d.top, Question{Programme: "basic", State: Certified}); got != "anna bo cai dora" {
			d.Error(got)
		}
		var stale int
		d.must(d.d.Read().Get(ctx, &stale, "SELECT COUNT(*) FROM standing_sum WHERE stale"))
		if stale != 0 {
			d.Error(stale, "are stale")
		}
	})
}

// TestEnrolTogether puts several people into a programme at once: each once for each request, and nobody unless all may be.
func TestEnrolTogether(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.enrol(d.anna, "basic")
		east := d.east.Actor()
		put := func(request string, who ...people.Person) (int, error) {
			var ids []string
			for _, p := range who {
				ids = append(ids, p.ID)
			}
			return d.training.EnrolTogether(ctx, east, ids, "basic", "2026-02-01", request)
		}
		if n, err := put("one", d.bo, d.dora); n != 0 || fault.KindOf(err) != fault.Missing {
			d.Error("with somebody of another team:", n, err)
		}
		if _, err := d.training.EnrolTogether(ctx, east, nil, "basic", "2026-02-01", "two"); fault.KindOf(err) != fault.Invalid {
			d.Error("nobody:", err)
		}
		for range 2 {
			if n, err := put("three", d.anna, d.bo, d.cai); n != 2 || err != nil {
				d.Error("one was in it:", n, err)
			}
		}
		d.must(d.training.Unenrol(ctx, east, d.bo.ID, "basic", "离开"))
		if n, err := put("three", d.anna, d.bo, d.cai); n != 2 || err != nil {
			d.Error("sent again:", n, err)
		}
		d.fold()
		if got := d.seen(d.top, Question{Programme: "basic"}); got != "anna cai" {
			d.Error("the form that came late has undone the leaving:", got)
		}
		if n, err := d.training.EnrolTogether(ctx, operator, []string{d.bo.ID}, "basic", "2026-02-01", "three"); fault.KindOf(err) != fault.Conflict {
			d.Error("somebody else's request:", n, err)
		}
	})
}
