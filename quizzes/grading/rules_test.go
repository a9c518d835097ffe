package grading

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// by is a question with several right options, marked by a rule.
func by(k Key, r Rule) Key {
	k.Type, k.Rule = Multiple, r
	return k
}

func TestRulesForChoices(t *testing.T) {
	k := Key{Options: []string{"a", "b", "c", "d", "e"}, Right: []string{"a", "b"}}
	for _, c := range []struct {
		chosen string
		want   [5]int // right minus wrong, all or nothing, per option, per option minus, right only
	}{
		{"", [5]int{0, 0, 0, 0, 0}},
		{"ab", [5]int{100, 100, 100, 100, 100}},
		{"a", [5]int{50, 0, 80, 60, 50}},
		{"ac", [5]int{17, 0, 60, 20, 50}},
		{"abc", [5]int{67, 0, 80, 60, 100}},
		{"c", [5]int{0, 0, 40, 0, 0}},
		{"abcde", [5]int{0, 0, 40, 0, 100}},
		{"cde", [5]int{0, 0, 0, 0, 0}},
	} {
		for i, rule := range []Rule{RightMinusWrong, AllOrNothing, PerOption, PerOptionMinus, RightOnly} {
			var chosen []string
			if c.chosen != "" {
				chosen = strings.Split(c.chosen, "")
			}
			if got, err := Mark(by(k, rule), chosen); err != nil || got != c.want[i] {
				t.Errorf("%s of %q: %d %v, want %d", rule, c.chosen, got, err, c.want[i])
			}
		}
	}
	for _, bad := range [][]string{{"z"}, {"a", "a"}} {
		if _, err := Mark(by(k, PerOption), bad); !errors.Is(err, ErrAnswer) {
			t.Error(bad, err)
		}
	}
	if _, err := Mark(by(k, "sum"), []string{"a"}); !errors.Is(err, ErrAnswer) {
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
		for _, rule := range []Rule{RightMinusWrong, AllOrNothing, PerOption, PerOptionMinus, RightOnly} {
			before, _ := Mark(by(k, rule), chosen)
			for _, o := range all {
				better := slices.Clone(chosen)
				if right, has := slices.Contains(k.Right, o), slices.Index(chosen, o); right && has < 0 {
					better = append(better, o)
				} else if !right && has >= 0 && len(chosen) > 1 {
					better = slices.Delete(better, has, has+1)
				} else {
					continue
				}
				if after, err := Mark(by(k, rule), better); err != nil || after < before || after > Full {
					t.Fatalf("%s, right %v: %v has %d, %v has %d", rule, k.Right, chosen, before, better, after)
				}
			}
		}
	}
}

func TestMatching(t *testing.T) {
	k := Key{Type: Matching, Pairs: map[string]string{"q1": "x", "q2": "y", "q3": "x"}, Partners: []string{"x", "y", "z"}}
	for _, c := range []struct {
		given []string
		want  int
	}{{nil, 0}, {[]string{"q1=x", "q2=y", "q3=x"}, 100}, {[]string{"q1=x"}, 33}, {[]string{"q1=x", "q2=x", "q3=x"}, 67}, {[]string{"q1=z", "q2="}, 0}} {
		if got, err := Mark(k, c.given); err != nil || got != c.want {
			t.Errorf("%v: %d %v", c.given, got, err)
		}
	}
	for _, bad := range []string{"q9=x", "q1=w", "q1", "=x"} {
		if _, err := Mark(k, []string{bad}); !errors.Is(err, ErrAnswer) {
			t.Error(bad, err)
		}
	}
	if _, err := Mark(k, []string{"q1=x", "q1=y"}); !errors.Is(err, ErrAnswer) {
		t.Error("two partners of one thing", err)
	}
	k.Rule = AllOrNothing
	if got, _ := Mark(k, []string{"q1=x", "q2=y"}); got != 0 {
		t.Error(got)
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
			if got, err := Mark(Key{Type: Ordering, Rule: rule, Right: right}, strings.Split(c.given, "")); err != nil || got != c.want[i] {
				t.Errorf("%s of %s: %d %v, want %d", rule, c.given, got, err, c.want[i])
			}
		}
	}
	for _, bad := range []string{"abcd", "abcdd", "abcdz", "abcdea"} {
		if _, err := Mark(Key{Type: Ordering, Right: right}, strings.Split(bad, "")); !errors.Is(err, ErrAnswer) {
			t.Error(bad, err)
		}
	}
	if got, _ := Mark(Key{Type: Ordering, Right: []string{"a"}}, []string{"a"}); got != 100 {
		t.Error(got)
	}
}

func TestCloze(t *testing.T) {
	k := Key{Type: Cloze, Gaps: []GapKey{
		{"g1", 1, Key{Type: ShortText, Accepted: []Accepted{{"利润", 100}, {"毛利", 50}}}},
		{"g2", 2, Key{Type: Numeric, Numbers: []Number{{Value: rat("10.7"), Absolute: rat("0.1"), Points: 100}}}},
		{"g3", 1, Key{Type: Single, Options: []string{"a", "b"}, Right: []string{"a"}}},
	}}
	for given, want := range map[string]int{"g1=利润|g2=10.7|g3=a": 100, "g1=毛利|g2=10.7|g3=b": 63, "g2=about ten|g3=a": 25, "g1=利润=": 0, "g2=": 0, "g1=毛利": 13} {
		if got, err := Mark(k, strings.Split(given, "|")); err != nil || got != want {
			t.Errorf("%s: %d %v, want %d", given, got, err, want)
		}
	}
	for _, bad := range []string{"g9=x", "g3=z", "g1"} {
		if _, err := Mark(k, []string{bad}); !errors.Is(err, ErrAnswer) {
			t.Error(bad, err)
		}
	}
}

// TestCredit marks options that earn a part by themselves: of one choice, and summed of several.
func TestCredit(t *testing.T) {
	one := Key{Type: Single, Options: []string{"a", "b", "c"}, Right: []string{"a"}, Credit: map[string]int{"b": 40, "c": -50}}
	many := Key{Type: Multiple, Rule: Weighted, Options: []string{"a", "b", "c", "d"}, Credit: map[string]int{"a": 60, "b": 40, "c": -50}}
	for _, c := range []struct {
		k     Key
		given string
		want  int
	}{{one, "a", 100}, {one, "b", 40}, {one, "c", 0}, {many, "a", 60}, {many, "ab", 100}, {many, "abc", 50}, {many, "c", 0}, {many, "d", 0}} {
		if got, err := Mark(c.k, strings.Split(c.given, "")); err != nil || got != c.want {
			t.Errorf("%s: %d %v, want %d", c.given, got, err, c.want)
		}
	}
}

func TestOpenEarnsNothingByItself(t *testing.T) {
	if got, err := Mark(Key{Type: Open}, []string{"Dear Ms Lin"}); got != 0 || err != nil {
		t.Error(got, err)
	}
	for _, k := range []Key{{Type: Open}, {Type: ShortText}, {Type: Numeric}} {
		if _, err := Mark(k, []string{"a", "b"}); !errors.Is(err, ErrAnswer) {
			t.Error(k.Type, err)
		}
	}
	if _, err := Mark(Key{Type: "essay"}, []string{"a"}); !errors.Is(err, ErrAnswer) {
		t.Error(err)
	}
}

func TestCertainty(t *testing.T) {
	// The published table: right 1 / 2 / 3, wrong 0 / −2 / −6, partial credit f > 0: f·1 / f·2 / f·3.
	for i, c := range []Certainty{Guess, Fairly, Sure} {
		for points, want := range map[int][3]int{100: {100, 200, 300}, 0: {0, -200, -600}, 40: {40, 80, 120}} {
			if got, err := ByCertainty(points, c); err != nil || got != want[i] {
				t.Errorf("%d at %d: %d %v", points, c, got, err)
			}
		}
	}
	for _, c := range []struct {
		points []int
		want   int
	}{{[]int{300, 300}, 10000}, {[]int{300, -600}, 0}, {[]int{300, 100, 0}, 4444}, {nil, 0}} {
		if got := CertainTotal(c.points); got != c.want {
			t.Errorf("%v: %d, want %d", c.points, got, c.want)
		}
	}
	for _, c := range []Certainty{0, 4, -1} {
		if _, err := ByCertainty(100, c); !errors.Is(err, ErrAnswer) {
			t.Error(c, err)
		}
	}
}

func TestTyped(t *testing.T) {
	accepted := []Accepted{{"需求确认", 100}, {"确认*需求", 80}, {"Pareto frontier", 100}, {"*frontier", 50}, {"2.4.1", 100}}
	for text, want := range map[string]int{
		"需求确认": 100, " 需求 确认 。": 100, "确认客户的需求": 80, "确认需求": 80, "需求": 0, "": 0, "   ": 0, "。": 0,
		"pareto  FRONTIER": 100, "Ｐａｒｅｔｏ frontier": 100, "the frontier": 50, "frontiers": 0, "２.４.１": 100,
	} {
		if got := Typed(accepted, text); got != want {
			t.Errorf("%q: %d, want %d (folded %q)", text, got, want, Fold(text))
		}
	}
}

// What is seen as the same is the same: quotation marks of either side of the strait, and marks that nobody sees.
func TestFoldingWhatLooksAlike(t *testing.T) {
	for _, alike := range [][]string{
		{"“先审后签”", "「先审后签」", "\"先审后签\""}, {"‘是’", "『是』"},
		{"底价", "\u200b底价", "底\u200d价", "\ufeff底价\u200e", "\u202a底价\u202c"}, {"12 000", "12\u00a0000", "12\u200b 000"},
	} {
		for _, text := range alike[1:] {
			if Fold(text) != Fold(alike[0]) {
				t.Errorf("%+q is folded to %+q, %+q to %+q", text, Fold(text), alike[0], Fold(alike[0]))
			}
		}
	}
}

func rat(s string) *big.Rat { r, _ := new(big.Rat).SetString(s); return r }

func TestFigure(t *testing.T) {
	accepted := []Number{{Value: rat("12.5"), Absolute: rat("0.05"), Points: 100}, {Value: rat("12.5"), Relative: rat("0.1"), Points: 60}}
	for text, want := range map[string]int{"12.5": 100, "１２.５": 100, "12.55": 100, "12.551": 60, "13.75": 60, "13.76": 0, "-12.5": 0, "+12.50": 100, " 12.5 ": 100, "1250%": 100, "12": 60, "12.": 60, ".5": 0} {
		if got, err := Figure(accepted, nil, text); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "abc", "1e3", "0x10", "1/2", "12,5", "1,2345", "1,,000", "--1", "12.5.1", ".", "-", "1 000a", strings.Repeat("9", 100), "Inf", "NaN", "1_000"} {
		if _, err := Figure(accepted, nil, bad); !errors.Is(err, ErrAnswer) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for text, want := range map[string]int{".5": 100, "．5": 100, " .5": 100, "+.5": 100, "0.5": 100, "50%": 100, ".5。": 100, "5": 0, "5.": 0, ".": -1, "..5": -1} {
		got, err := Figure([]Number{{Value: rat("0.5"), Points: 100}}, nil, text)
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %d %v, want %d of a half", text, got, err, want)
		}
	}
	units := []Unit{{"万元", rat("10000")}, {"元", rat("1")}, {"yuan", rat("1")}, {"¥", rat("1")}}
	price := []Number{{Value: rat("480000"), Points: 100}}
	for text, want := range map[string]int{"48万元": 100, "480,000元": 100, "480000 yuan": 100, "¥480,000": 100, "￥４８０，０００": 100, "48元": 0, "48.0 万元": 100} {
		if got, err := Figure(price, units, text); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, err, want)
		}
	}
	if _, err := Figure(price, units, "480000"); !errors.Is(err, ErrAnswer) {
		t.Error("a number without its unit was taken", err)
	}
	bare := append([]Unit{{"", rat("10000")}}, units...)
	for text, want := range map[string]int{"48": 100, "48万元": 100, "480000元": 100, "480000": 0} {
		if got, err := Figure(price, bare, text); err != nil || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, err, want)
		}
	}
}

func FuzzTyped(f *testing.F) {
	f.Add("48 万元", "需求*")
	f.Fuzz(func(t *testing.T, answer, pattern string) {
		if points := Typed([]Accepted{{pattern, 100}}, answer); points != 0 && points != 100 {
			t.Error(points)
		}
		if Fold(Fold(answer)) != Fold(answer) {
			t.Errorf("folding %q twice is not folding it once: %q, %q", answer, Fold(answer), Fold(Fold(answer)))
		}
		_, _ = Figure([]Number{{Value: rat("1"), Points: 100}}, nil, answer)
	})
}

// The form of a response is the same for the same answers, and for no others.
func TestForm(t *testing.T) {
	units := []Unit{{"万元", rat("10000")}, {"元", rat("1")}}
	for _, c := range []struct {
		key    Key
		groups [][][]string // answers that are the same, and others
	}{
		{Key{Type: Multiple}, [][][]string{{{"a", "b"}, {"b", "a"}}, {{"a"}}, {{"ab"}}, {{"a b"}}, {nil, {}}}},
		{Key{Type: Ordering}, [][][]string{{{"a", "b"}}, {{"b", "a"}}}},
		{Key{Type: Numeric, Units: units}, [][][]string{{{"5元"}, {"0.0005万元"}, {"5.0 元"}}, {{"5"}}, {{"６"}, {"6 "}}}},
		{Key{Type: Numeric}, [][][]string{{{"0.5"}, {"50%"}, {".5"}}, {{"1/2"}, {"1／2"}}}},
		{Key{Type: ShortText}, [][][]string{{{"底价"}, {" 底 价。"}}, {{"\"底价\""}, {"“底价”"}}}},
		{Key{Type: Cloze}, [][][]string{{{"x=1", "y=甲"}, {"y=甲", "x=1"}}, {{"x=1"}}, {{"x=1\" \"y=甲"}}}},
	} {
		group := map[string]int{}
		for i, alike := range c.groups {
			for _, response := range alike {
				form := Form(c.key, response)
				if j, ok := group[form]; ok && j != i || !Same(c.key, response, alike[0]) {
					t.Errorf("%s: %q has the form %q", c.key.Type, response, form)
				}
				group[form] = i
			}
		}
	}
}
