package grading

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// anyKey draws a question of any type that Mark marks, with its right answer.
func anyKey(t *rapid.T) (k Key, right []string) {
	all := []string{"a", "b", "c", "d", "e", "f"}[:rapid.IntRange(2, 6).Draw(t, "options")]
	k.Type = rapid.SampledFrom([]Type{Single, Multiple, TrueFalse, Matching, Ordering, Numeric, ShortText, Cloze}).Draw(t, "type")
	switch k.Type {
	case Single, TrueFalse:
		k.Options, k.Right = all, all[:1]
		return k, k.Right
	case Multiple:
		k.Options, k.Right = all, all[:rapid.IntRange(1, len(all)).Draw(t, "right")]
		k.Rule = rapid.SampledFrom([]Rule{"", RightMinusWrong, AllOrNothing, PerOption, PerOptionMinus}).Draw(t, "rule")
		return k, k.Right
	case Matching:
		k.Pairs, k.Partners = map[string]string{}, []string{"x", "y", "z"}
		for _, thing := range all {
			k.Pairs[thing] = rapid.SampledFrom(k.Partners).Draw(t, "partner")
			right = append(right, thing+"="+k.Pairs[thing])
		}
		return k, right
	case Ordering:
		k.Right, k.Rule = all, rapid.SampledFrom(append(OrderRules(), "")).Draw(t, "rule")
		return k, all
	case Numeric:
		v := big.NewRat(rapid.Int64Range(-10_000, 10_000).Draw(t, "value"), 100)
		k.Numbers = []Number{{Value: v, Absolute: big.NewRat(1, 100), Points: Full}, {Value: v, Absolute: big.NewRat(1, 1), Points: 40}}
		return k, []string{v.FloatString(2)}
	case ShortText:
		k.Accepted = []Accepted{{"毛利", Full}, {"*利润", 60}}
		return k, []string{" 毛利。"}
	}
	k.Gaps = []GapKey{
		{"g1", rapid.IntRange(1, 4).Draw(t, "w1"), Key{Type: Single, Options: all, Right: all[:1]}},
		{"g2", rapid.IntRange(1, 4).Draw(t, "w2"), Key{Type: ShortText, Accepted: []Accepted{{"合同", Full}}}},
	}
	return k, []string{"g1=" + all[0], "g2=合同"}
}

// The laws of every type: the right answer earns everything, no answer nothing, any answer between; the same answer is
// the same; marking changes neither the key nor the answer.
func TestLawsOfEveryType(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, right := anyKey(t)
		if got, err := Mark(k, right); err != nil || got != Full {
			t.Fatalf("%s: the right answer %q earns %d, %v", k.Type, right, got, err)
		}
		if got, err := Mark(k, nil); err != nil || got != 0 {
			t.Fatalf("%s: no answer earns %d, %v", k.Type, got, err)
		}
		if !Same(k, right, slices.Clone(right)) {
			t.Fatalf("%s: %q is not itself", k.Type, right)
		}
		given := slices.Clone(right)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			i, j := rapid.IntRange(0, len(given)-1).Draw(t, "i"), rapid.IntRange(0, len(given)-1).Draw(t, "j")
			given[i], given[j] = given[j], given[i]
			if k.Type != Ordering && rapid.Bool().Draw(t, "less") && len(given) > 1 {
				given = given[:len(given)-1]
			}
		}
		kept := slices.Clone(given)
		got, err := Mark(k, given)
		if err != nil || got < 0 || got > Full {
			t.Fatalf("%s: %q earns %d, %v", k.Type, given, got, err)
		}
		if again, _ := Mark(k, given); again != got || !slices.Equal(given, kept) {
			t.Fatalf("%s: marking twice gives %d and %d", k.Type, got, again)
		}
		if Same(k, right, given) && got != Full {
			t.Fatalf("%s: %q is the right answer and earns %d", k.Type, given, got)
		}
	})
}

func TestSame(t *testing.T) {
	money := []Unit{{"元", rat("1")}, {"万元", rat("10000")}, {"", rat("1")}}
	for _, c := range []struct {
		k    Key
		a, b []string
		want bool
	}{
		{Key{Type: Multiple}, []string{"a", "b"}, []string{"b", "a"}, true},
		{Key{Type: Multiple}, []string{"a", "b"}, []string{"a"}, false},
		{Key{Type: Ordering}, []string{"a", "b"}, []string{"b", "a"}, false},
		{Key{Type: Matching}, []string{"q=x", "r=y"}, []string{"r=y", "q=x"}, true},
		{Key{Type: ShortText}, []string{"Gross  Profit"}, []string{"ｇross profit。"}, true},
		{Key{Type: Numeric, Units: money}, []string{"48万元"}, []string{"480,000"}, true},
		{Key{Type: Numeric, Units: money}, []string{"48"}, []string{"48万元"}, false},
		{Key{Type: Numeric}, []string{"about ten"}, []string{"About  ten"}, true},
		{Key{Type: Numeric}, []string{"ten"}, []string{"10"}, false},
		{Key{Type: Cloze}, []string{"g1=A", "g2=b"}, []string{"g2=B", "g1=a"}, true},
	} {
		if got := Same(c.k, c.a, c.b); got != c.want {
			t.Errorf("%s %q %q: %v", c.k.Type, c.a, c.b, got)
		}
	}
}
