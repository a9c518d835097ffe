package grading

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFormula(t *testing.T) {
	values := map[string]*big.Rat{"price": rat("1171200"), "cost": rat("626400"), "off": rat("5")}
	for source, want := range map[string]string{
		"1 + 2 * 3": "7", "(1+2)*3": "9", "2^3^2": "512", "-2^2": "-4", "7 - 3 - 2": "2", "8/2/2": "2", "2*-3": "-6",
		"price - cost": "544800",
		"round(price*off/100 / (price-cost)*100, 1)": "10.7",
		"round(2.5)": "3", "round(-2.5)": "-3", "round(1.005, 2)": "1.01", "round(0-1.004, 2)": "-1",
		"floor(-1.5)": "-2", "ceil(-1.5)": "-1", "abs(-3)": "3", "min(3, 1, 2)": "1", "max(3, 1+3)": "4",
		"price > cost": "1", "off >= 6": "0", "off != 5": "0", "1/3*3 = 1": "1",
	} {
		f, err := ParseFormula(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := f.Value(values); err != nil || got.Cmp(rat(want)) != 0 {
			t.Errorf("%s = %v %v, want %s", source, got, err, want)
		}
	}
	for _, bad := range []string{"", "1 +", "(1", "1)", "sin(1)", "1 2", "round(1,2,3)", "min()", "a b", "1..2", "os.exit", "`", "1 < 2 < 3", strings.Repeat("(", 50) + "1", strings.Repeat("1", 500)} {
		if _, err := ParseFormula(bad); !errors.Is(err, ErrFormula) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, none := range []string{"1/(2-2)", "nobody", "2^0.5", "2^65", "2^-1", "round(1, 13)", "((99999999999999999999^60)^60)^60"} {
		f, err := ParseFormula(none)
		if err != nil {
			t.Errorf("%s: %v", none, err)
			continue
		}
		if got, err := f.Value(values); !errors.Is(err, ErrComputed) {
			t.Errorf("%s = %v %v", none, got, err)
		}
	}
}

// TestFormulaAgreesWithFractions compares random sums and products with the same computed step by step.
func TestFormulaAgreesWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := rapid.IntRange(-99, 99).Draw(t, "a"), rapid.IntRange(-99, 99).Draw(t, "b"), rapid.IntRange(1, 99).Draw(t, "c")
		values := map[string]*big.Rat{"a": big.NewRat(int64(a), 1), "b": big.NewRat(int64(b), 1), "c": big.NewRat(int64(c), 1)}
		for source, want := range map[string]*big.Rat{
			"a + b*c - a/c": new(big.Rat).Sub(big.NewRat(int64(a+b*c), 1), big.NewRat(int64(a), int64(c))),
			"-(a-b)^2":      big.NewRat(int64(-(a-b)*(a-b)), 1),
		} {
			f, err := ParseFormula(source)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := f.Value(values); err != nil || got.Cmp(want) != 0 {
				t.Fatalf("%s with %d %d %d: %v %v, want %v", source, a, b, c, got, err, want)
			}
		}
	})
}

func FuzzFormula(f *testing.F) {
	f.Add("round(price*(1-off/100), 2) > 3")
	f.Fuzz(func(t *testing.T, source string) {
		if parsed, err := ParseFormula(source); err == nil {
			_, _ = parsed.Value(map[string]*big.Rat{"a": big.NewRat(7, 3)})
		} else if !errors.Is(err, ErrFormula) {
			t.Error(err)
		}
	})
}
