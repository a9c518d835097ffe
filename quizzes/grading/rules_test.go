package grading

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestRulesForChoices(t *testing.T) {
	k := Key{Options: []string{"a", "b", "c", "d", "e"}, Right: []string{"a", "b"}}
	for _, c := range []struct {
		chosen string
		want   [4]int // right minus wrong, all or nothing, per option, per option minus
	}{
		{"", [4]int{0, 0, 0, 0}},
		{"ab", [4]int{100, 100, 100, 100}},
		{"a", [4]int{50, 0, 80, 60}},
		{"ac", [4]int{17, 0, 60, 20}},
		{"abc", [4]int{67, 0, 80, 60}},
		{"c", [4]int{0, 0, 40, 0}},
		{"abcde", [4]int{0, 0, 40, 0}},
		{"cde", [4]int{0, 0, 0, 0}},
	} {
		for i, rule := range []Rule{RightMinusWrong, AllOrNothing, PerOption, PerOptionMinus} {
			var chosen []string
			if c.chosen != "" {
				chosen = strings.Split(c.chosen, "")
			}
			if got, err := Choices(rule, k, chosen); err != nil || got != c.want[i] {
				t.Errorf("%s of %q: %d %v, want %d", rule, c.chosen, got, err, c.want[i])
			}
		}
	}
	for _, bad := range [][]string{{"z"}, {"a", "a"}} {
		if _, err := Choices(PerOption, k, bad); !errors.Is(err, ErrAnswer) {
			t.Error(bad, err)
		}
	}
	if _, err := Choices("sum", k, []string{"a"}); !errors.Is(err, ErrAnswer) {
		t.Error(err)
	}
}

// TestMoreRightIsNeverWorse adds a right option, and takes a wrong one away, by every rule.
func TestMoreRightIsNeverWorse(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 1))
	all := []string{"a", "b", "c", "d", "e", "f"}
	for range 3000 {
		k := Key{Options: all, Right: all[:1+luck.IntN(5)]}
		var chosen []string
		for _, o := range all {
			if luck.IntN(2) == 0 {
				chosen = append(chosen, o)
			}
		}
		for _, rule := range []Rule{RightMinusWrong, AllOrNothing, PerOption, PerOptionMinus} {
			before, _ := Choices(rule, k, chosen)
			for _, o := range all {
				better := slices.Clone(chosen)
				if right, has := slices.Contains(k.Right, o), slices.Index(chosen, o); right && has < 0 {
					better = append(better, o)
				} else if !right && has >= 0 && len(chosen) > 1 {
					better = slices.Delete(better, has, has+1)
				} else {
					continue
				}
				if after, err := Choices(rule, k, better); err != nil || after < before || after > Full {
					t.Fatalf("%s, right %v: %v has %d, %v has %d", rule, k.Right, chosen, before, better, after)
				}
			}
		}
	}
}

func TestMatching(t *testing.T) {
	right := map[string]string{"q1": "x", "q2": "y", "q3": "x"}
	for _, c := range []struct {
		given map[string]string
		want  int
	}{{nil, 0}, {right, 100}, {map[string]string{"q1": "x"}, 33}, {map[string]string{"q1": "x", "q2": "x", "q3": "x"}, 67}, {map[string]string{"q1": "y", "q2": ""}, 0}} {
		if got, err := Matching(right, c.given); err != nil || got != c.want {
			t.Errorf("%v: %d %v", c.given, got, err)
		}
	}
	for _, bad := range []map[string]string{{"q9": "x"}, {"q1": "z"}} {
		if _, err := Matching(right, bad); !errors.Is(err, ErrAnswer) {
			t.Error(bad, err)
		}
	}
}

func TestOrdering(t *testing.T) {
	right := strings.Split("abcde", "")
	for _, c := range []struct {
		given string
		want  [4]int // exact, positions, neighbours, pairs
	}{
		{"abcde", [4]int{100, 100, 100, 100}},
		{"bacde", [4]int{0, 60, 50, 80}},
		{"edcba", [4]int{0, 20, 0, 0}},
		{"bcdea", [4]int{0, 0, 75, 20}},
		{"eabcd", [4]int{0, 0, 75, 20}},
	} {
		for i, rule := range []Rule{Exact, Positions, Neighbours, Pairs} {
			if got, err := Ordering(rule, right, strings.Split(c.given, "")); err != nil || got != c.want[i] {
				t.Errorf("%s of %s: %d %v, want %d", rule, c.given, got, err, c.want[i])
			}
		}
	}
	for _, bad := range []string{"abcd", "abcdd", "abcdz", "abcdea"} {
		if _, err := Ordering(Pairs, right, strings.Split(bad, "")); !errors.Is(err, ErrAnswer) {
			t.Error(bad, err)
		}
	}
	if got, _ := Ordering(Pairs, []string{"a"}, []string{"a"}); got != 100 {
		t.Error(got)
	}
}

func TestClozeAndCertainty(t *testing.T) {
	if got := Cloze([]Gap{{100, 1}, {0, 1}, {50, 2}}); got != 50 {
		t.Error(got)
	}
	if Cloze(nil) != 0 || Cloze([]Gap{{100, 1}, {0, 2}}) != 33 {
		t.Error("cloze")
	}
	// The published table: right 1 / 2 / 3, wrong 0 / −2 / −6, partial credit f > 0: f·1 / f·2 / f·3.
	for i, c := range []Certainty{Guess, Fairly, Sure} {
		for points, want := range map[int][3]int{100: {100, 200, 300}, 0: {0, -200, -600}, 40: {40, 80, 120}} {
			if got, err := ByCertainty(points, c); err != nil || got != want[i] {
				t.Errorf("%d at %d: %d %v", points, c, got, err)
			}
		}
	}
	for _, c := range []Certainty{0, 4, -1} {
		if _, err := ByCertainty(100, c); !errors.Is(err, ErrAnswer) {
			t.Error(c, err)
		}
	}
}

func TestShortText(t *testing.T) {
	accepted := []Accepted{{"需求确认", 100}, {"确认*需求", 80}, {"Pareto frontier", 100}, {"*frontier", 50}, {"2.4.1", 100}}
	for text, want := range map[string]int{
		"需求确认": 100, " 需求 确认 。": 100, "确认客户的需求": 80, "确认需求": 80, "需求": 0, "": 0, "   ": 0, "。": 0,
		"pareto  FRONTIER": 100, "Ｐａｒｅｔｏ frontier": 100, "the frontier": 50, "frontiers": 0, "２.４.１": 100,
	} {
		if got := ShortText(accepted, text); got != want {
			t.Errorf("%q: %d, want %d (folded %q)", text, got, want, Fold(text))
		}
	}
}

func rat(s string) *big.Rat { r, _ := new(big.Rat).SetString(s); return r }

func TestNumeric(t *testing.T) {
	accepted := []Number{{Value: rat("12.5"), Absolute: rat("0.05"), Points: 100}, {Value: rat("12.5"), Relative: rat("0.1"), Points: 60}}
	for text, want := range map[string]int{"12.5": 100, "１２.５": 100, "12.55": 100, "12.551": 60, "13.75": 60, "13.76": 0, "-12.5": 0, "+12.50": 100, " 12.5 ": 100, "1250%": 100, "12": 60, "12.": 60, ".5": 0} {
		if got, err := Numeric(accepted, nil, text); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "abc", "1e3", "0x10", "1/2", "12,5", "1,2345", "1,,000", "--1", "12.5.1", ".", "-", "1 000a", strings.Repeat("9", 100), "Inf", "NaN", "1_000"} {
		if _, err := Numeric(accepted, nil, bad); !errors.Is(err, ErrAnswer) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	units := []Unit{{"万元", rat("10000")}, {"元", rat("1")}, {"yuan", rat("1")}, {"¥", rat("1")}}
	price := []Number{{Value: rat("480000"), Points: 100}}
	for text, want := range map[string]int{"48万元": 100, "480,000元": 100, "480000 yuan": 100, "¥480,000": 100, "48元": 0, "48.0 万元": 100} {
		if got, err := Numeric(price, units, text); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, err, want)
		}
	}
	if _, err := Numeric(price, units, "480000"); !errors.Is(err, ErrAnswer) {
		t.Error("a number without its unit was taken", err)
	}
}

func FuzzTyped(f *testing.F) {
	f.Add("48 万元", "需求*")
	f.Fuzz(func(t *testing.T, answer, pattern string) {
		if points := ShortText([]Accepted{{pattern, 100}}, answer); points != 0 && points != 100 {
			t.Error(points)
		}
		if Fold(Fold(answer)) != Fold(answer) {
			t.Errorf("folding %q twice is not folding it once: %q, %q", answer, Fold(answer), Fold(Fold(answer)))
		}
		_, _ = Numeric([]Number{{Value: rat("1"), Points: 100}}, nil, answer)
	})
}
