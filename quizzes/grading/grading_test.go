package grading

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestMark(t *testing.T) {
	single := Key{Type: Single, Options: []string{"a", "b", "c", "d"}, Right: []string{"b"}}
	multiple := Key{Type: Multiple, Options: []string{"a", "b", "c", "d", "e"}, Right: []string{"a", "b", "c"}}
	allRight := Key{Type: Multiple, Options: []string{"a", "b"}, Right: []string{"a", "b"}}
	yesNo := Key{Type: TrueFalse, Options: []string{"true", "false"}, Right: []string{"false"}}
	for _, test := range []struct {
		name   string
		key    Key
		chosen []string
		want   int
		bad    bool
	}{
		{"right", single, []string{"b"}, 100, false},
		{"wrong", single, []string{"a"}, 0, false},
		{"nothing", single, nil, 0, false},
		{"two of one", single, []string{"a", "b"}, 0, true},
		{"unknown", single, []string{"x"}, 0, true},
		{"twice", multiple, []string{"a", "a"}, 0, true},
		{"all right ones", multiple, []string{"c", "a", "b"}, 100, false},
		{"one of three", multiple, []string{"a"}, 33, false},
		{"two of three", multiple, []string{"a", "b"}, 67, false},
		{"two of three and one wrong", multiple, []string{"a", "b", "d"}, 17, false},
		{"everything", multiple, []string{"a", "b", "c", "d", "e"}, 0, false},
		{"only wrong ones", multiple, []string{"d"}, 0, false},
		{"no wrong options, half", allRight, []string{"a"}, 50, false},
		{"false is right", yesNo, []string{"false"}, 100, false},
		{"true is wrong", yesNo, []string{"true"}, 0, false},
	} {
		got, err := Mark(test.key, test.chosen)
		if got != test.want || errors.Is(err, ErrAnswer) != test.bad || (err != nil) != test.bad {
			t.Errorf("%s: %d, %v; want %d", test.name, got, err, test.want)
		}
	}
}

func TestTotal(t *testing.T) {
	for _, test := range []struct {
		points []int
		want   int
	}{{nil, 0}, {[]int{100, 100}, 10000}, {[]int{100, 0}, 5000}, {[]int{100, 100, 0}, 6667}, {[]int{33, 33, 33}, 3300}, {[]int{100, 0, 0}, 3333}} {
		if got := Total(test.points); got != test.want {
			t.Errorf("%v: %d, want %d", test.points, got, test.want)
		}
	}
}

// The laws: within bounds; another right option never lowers, another wrong one never raises; neither the
// order of the choices nor that of the options matters.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := []string{"a", "b", "c", "d", "e", "f"}[:rapid.IntRange(2, 6).Draw(t, "options")]
		right := options[:rapid.IntRange(1, len(options)).Draw(t, "right")]
		k := Key{Type: Multiple, Options: options, Right: right}
		chosen := rapid.SliceOfDistinct(rapid.SampledFrom(options), rapid.ID[string]).Draw(t, "chosen")
		points := mark(t, k, chosen)
		if points < 0 || points > Full {
			t.Fatalf("%d points", points)
		}
		if all := mark(t, k, right); all != Full {
			t.Fatalf("all right options give %d", all)
		}
		turned := slices.Clone(chosen)
		slices.Reverse(turned)
		other := Key{Type: Multiple, Options: slices.Clone(options), Right: right}
		slices.Reverse(other.Options)
		if mark(t, other, turned) != points {
			t.Fatal("order matters")
		}
		for _, o := range options {
			if slices.Contains(chosen, o) {
				continue
			}
			more := mark(t, k, append(slices.Clone(chosen), o))
			if good := slices.Contains(right, o); good && more < points || !good && more > points {
				t.Fatalf("choosing %s as well: %d instead of %d", o, more, points)
			}
		}
	})
}

func mark(t *rapid.T, k Key, chosen []string) int {
	points, err := Mark(k, chosen)
	if err != nil {
		t.Fatal(err)
	}
	return points
}
