package bank

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/quizzes/grading"
)

// three is a set of a few questions about three clauses, two of them statements.
func three(draw int) *Set {
	s := &Set{Rules: Rules{Draw: draw}, byID: map[string]*Question{}}
	for _, d := range []struct {
		id, clause string
		options    []string
	}{
		{"a1", "1.1", []string{"w", "x", "y", "z"}},
		{"a2", "1.1", []string{"true", "false"}},
		{"a3", "1.1", []string{"w", "x", "y"}},
		{"b1", "1.2", []string{"w", "x", "y", "z"}},
		{"b2", "1.2", []string{"true", "false"}},
		{"c1", "2.1", []string{"w", "x", "y"}},
	} {
		q := &Question{ID: d.id, Type: grading.Single, Clauses: []string{d.clause, "9.9"}}
		if d.options[0] == "true" {
			q.Type = grading.TrueFalse
		}
		for _, o := range d.options {
			q.Options = append(q.Options, Option{ID: o})
		}
		s.Questions, s.byID[q.ID] = append(s.Questions, q), q
	}
	return s
}

// A paper is kept as this text; neither chance nor form may change while old ones are shown.
func TestGoldenPapers(t *testing.T) {
	var counting [32]byte
	for i := range counting {
		counting[i] = byte(i)
	}
	for _, tt := range []struct {
		name string
		draw int
		seed [32]byte
		want string
	}{
		{"no seed", 3, [32]byte{}, `[{"q":"b1","o":["y","x","z","w"]},{"q":"c1","o":["w","y","x"]},{"q":"a1","o":["y","x","z","w"]}]`},
		{"counting", 4, counting, `[{"q":"b1","o":["y","w","x","z"]},{"q":"a2","o":["true","false"]},{"q":"a3","o":["y","w","x"]},{"q":"c1","o":["w","y","x"]}]`},
		{"the last byte counts", 4, [32]byte{31: 1}, `[{"q":"b1","o":["w","x","y","z"]},{"q":"a2","o":["true","false"]},{"q":"b2","o":["true","false"]},{"q":"c1","o":["w","x","y"]}]`},
		{"more than there are", 60, counting, `[{"q":"b1","o":["y","z","x","w"]},{"q":"a2","o":["true","false"]},{"q":"c1","o":["w","y","x"]},{"q":"b2","o":["true","false"]},{"q":"a1","o":["w","y","x","z"]},{"q":"a3","o":["x","y","w"]}]`},
		{"none", 0, counting, `[]`},
		{"less than none", -1, counting, `[]`},
	} {
		got, err := json.Marshal(Draw(three(tt.draw), tt.seed))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %s %v", tt.name, got, err)
		}
	}
}

// anySeed draws a seed.
func anySeed(t *rapid.T) (seed [32]byte) {
	copy(seed[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))
	return seed
}

// Where the paper is as long as there are clauses, each is examined, and two clauses differ by more than one
// question only where the lesser has no more.
func TestClausesAreExamined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		there, examined := map[string]int{}, map[string]int{}
		for _, q := range s.Questions {
			there[q.Clauses[0]]++
		}
		for _, i := range Draw(s, anySeed(t)) {
			examined[s.Question(i.Question).Clauses[0]]++
		}
		for c, n := range there {
			if s.Draw >= len(there) && examined[c] == 0 {
				t.Fatalf("%s is not examined: %v of %v", c, examined, there)
			}
			for other := range there {
				if examined[other]-examined[c] > 1 && examined[c] < n {
					t.Fatalf("%v of %v", examined, there)
				}
			}
		}
	})
}

// A set is shared by all who sit a quiz; drawing leaves it as it was.
func TestDrawLeavesTheSetAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSet(t)
		names := func() (out []string) {
			for _, q := range s.Questions {
				out = append(out, fmt.Sprint(q.ID, q.Key(nil).Options))
			}
			return out
		}
		before := names()
		Draw(s, anySeed(t))
		if d := cmp.Diff(before, names()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestStatementsStandTrueBeforeFalse(t *testing.T) {
	s, _ := read(t, good())
	s.Draw = len(s.Questions)
	for n := range 50 {
		for _, i := range Draw(s, [32]byte{byte(n)}) {
			if i.Question == "statement" && !slices.Equal(i.Order, []string{"true", "false"}) {
				t.Fatal(i.Order)
			}
		}
	}
}

// Over many seeds each question of a clause, each place on the paper and each order of options comes about equally
// often. The bounds are six standard deviations of a binomial count or more; the seeds are fixed.
func TestChanceIsEvenWithinAClause(t *testing.T) {
	const papers = 12000
	asked, firsts, orders := map[string]int{}, map[string]int{}, map[string]int{}
	for n := range papers {
		paper := Draw(three(3), [32]byte{byte(n), byte(n >> 8), 7})
		firsts[paper[0].Question[:1]]++
		for _, i := range paper {
			asked[i.Question]++
			if i.Question == "c1" {
				orders[fmt.Sprint(i.Order)]++
			}
		}
	}
	even := func(what string, got map[string]int, want map[string]int) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %v", what, got)
		}
		for k, n := range want {
			if d := got[k] - n; d < -330 || d > 330 {
				t.Errorf("%s: %s came %d times, not about %d", what, k, got[k], n)
			}
		}
	}
	even("questions", asked, map[string]int{"a1": papers / 3, "a2": papers / 3, "a3": papers / 3, "b1": papers / 2, "b2": papers / 2, "c1": papers})
	even("first on the paper", firsts, map[string]int{"a": papers / 3, "b": papers / 3, "c": papers / 3})
	even("options", orders, map[string]int{"[w x y]": papers / 6, "[w y x]": papers / 6, "[x w y]": papers / 6,
		"[x y w]": papers / 6, "[y w x]": papers / 6, "[y x w]": papers / 6})
}
