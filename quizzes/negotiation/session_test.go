package negotiation

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// tables gives all published domains ready to play.
func tables(t testing.TB) (out []*Table) {
	for _, form := range []string{"form1", "form2"} {
		for _, folder := range published(t, form) {
			out = append(out, NewTable(load(t, folder)))
		}
	}
	return out
}

func tactic(t testing.TB, name string) Negotiator {
	t.Helper()
	n, err := NewTactic(name, 1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func play(t testing.TB, table *Table, rounds int, a, b Negotiator) *Session {
	t.Helper()
	s, err := NewSession(table, rounds)
	if err == nil {
		err = s.Run(a, b)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPatienceIsRewarded holds the order that the literature finds: against the same opponents on the same
// domains, Boulware earns more than linear, and linear more than conceder.
func TestPatienceIsRewarded(t *testing.T) {
	ranked := []string{"boulware", "linear", "conceder"}
	mean := map[string]float64{}
	for _, table := range tables(t) {
		for _, name := range ranked {
			for _, other := range ranked {
				if other != name { // a mirror match says nothing about the tactic
					mean[name] += play(t, table, 30, tactic(t, name), tactic(t, other)).Utility(A).Float()
					mean[name] += play(t, table, 30, tactic(t, other), tactic(t, name)).Utility(B).Float()
				}
			}
		}
	}
	if !(mean["boulware"] > mean["linear"] && mean["linear"] > mean["conceder"]) {
		t.Errorf("utilities %v", mean)
	}
}

// TestEveryTacticKeepsTheRules plays every pair on random domains.
func TestEveryTacticKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := NewTable(drawDomain(t))
		rounds := rapid.IntRange(1, 12).Draw(t, "rounds")
		names := rapid.SliceOfN(rapid.SampledFrom(TacticNames()), 2, 2).Draw(t, "tactics")
		var s *Session
		for range 2 { // a second time with fresh tactics: the same moves
			a, _ := NewTactic(names[0], 1)
			b, _ := NewTactic(names[1], 2)
			again, _ := NewSession(table, rounds)
			if err := again.Run(a, b); err != nil {
				t.Fatal(err)
			}
			if s != nil && len(s.Moves) != len(again.Moves) {
				t.Fatalf("%d moves, then %d", len(s.Moves), len(again.Moves))
			}
			s = again
		}
		if s.End == Agreed && !table.Rational(table.Point(s.Result)) {
			t.Fatalf("%v agreed on an outcome that one of them is better off without", names)
		}
		if len(s.Moves) > 2*rounds+1 {
			t.Fatalf("%d moves in %d rounds", len(s.Moves), rounds)
		}
		for i, m := range s.Moves {
			if side := Side(i % 2); m.Kind == Offer && table.Utility(side, m.Outcome) < table.Reserve[side] && table.Best(side) >= table.Reserve[side] {
				t.Fatalf("%s offered below its reservation value", names[side])
			}
		}
		s.Review()
	})
}

func TestMovesThatAreNotPossible(t *testing.T) {
	d, err := Spec{Name: "d", Issues: []IssueSpec{{Name: "price", Values: []ValueSpec{{Name: "low"}, {Name: "high"}},
		A: EvaluationSpec{Weight: "1", Linear: []Number{"0", "1"}}, B: EvaluationSpec{Weight: "1", Linear: []Number{"1", "0"}}}}}.Domain()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		before []Move
		move   Move
		key    string
	}{
		{nil, Move{Kind: Accept}, "negotiation.nothing_to_accept"},
		{nil, Move{Outcome: 2}, "negotiation.outcome_unknown"},
		{nil, Move{Outcome: -1}, "negotiation.outcome_unknown"},
		{nil, Move{Kind: 7}, "negotiation.move_unknown"},
		{[]Move{{Outcome: 1}, {Outcome: 0}}, Move{Outcome: 1}, "negotiation.no_offers_left"},
		{[]Move{{Outcome: 1}, {Kind: Accept}}, Move{Outcome: 1}, "negotiation.session_over"},
	} {
		s, err := NewSession(NewTable(d), 1)
		for _, m := range c.before {
			if err == nil {
				err = s.Play(m)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if err := s.Play(c.move); !errors.As(err, &e) || e.Key != c.key {
			t.Errorf("%v after %v: %v, want %s", c.move, c.before, err, c.key)
		}
		if len(s.Moves) != len(c.before) {
			t.Errorf("%v: the refused move was kept", c.move)
		}
	}
}

func BenchmarkSessions(b *testing.B) {
	all := tables(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		play(b, all[i%len(all)], 20, tactic(b, "boulware"), tactic(b, "linear"))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sessions/s")
}
