package reward

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A model of the life, written otherwise than the table: what was done tells what can be done.
func can(k Kind, done []Act, do Act) bool {
	has := func(a Act) bool { return slices.Contains(done, a) }
	switch do {
	case Derive, Propose:
		return len(done) == 0
	case Withdraw, Decline, Grant:
		return len(done) == 1
	case Object:
		return slices.Contains([]Kind{Warning, Fine, Demotion}, k) && has(Grant) && !has(Object)
	default:
		return has(Object) && !has(Uphold) && !has(Lift)
	}
}

func TestLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		var now State
		var done []Act
		for _, do := range rapid.SliceOfN(rapid.SampledFrom(Acts()), 0, 30).Draw(t, "acts") {
			next, ok := Next(kind, now, do)
			if ok != can(kind, done, do) {
				t.Fatalf("%s after %v: %v", do, done, ok)
			}
			if !ok && next != now {
				t.Fatalf("a refused %s leads from %s to %s", do, now, next)
			}
			if ok {
				if now.Told() && !next.Told() {
					t.Fatalf("what the person was told is hidden again: %s to %s", now, next)
				}
				if slices.Contains(done, Grant) && next != Objected && next != Upheld && next != Lifted {
					t.Fatalf("what was granted became %s", next)
				}
				now, done = next, append(done, do)
			}
		}
		if len(done) > 4 || now != "" && !slices.Contains(States(), now) {
			t.Fatalf("%v leads to %q", done, now)
		}
	})
	if next, ok := Next(Warning, Proposed, "praise"); ok || next != Proposed {
		t.Error("an act that is none")
	}
}

func TestKinds(t *testing.T) {
	for k, want := range map[Kind]struct {
		penalty bool
		clause  string
		most    int64
	}{
		Bonus: {false, "3.2.4.1", 100_000_000}, Promotion: {false, "3.2.4.1", 0}, Honour: {false, "3.2.4.1", 0},
		Warning: {true, "3.2.4.2", 0}, Fine: {true, "3.2.4.2", 1_000_000}, Demotion: {true, "3.2.4.2", 0},
	} {
		if k.Penalty() != want.penalty || k.Clause() != want.clause || k.Most() != want.most || !k.Known() {
			t.Errorf("%s: %v %s %d", k, k.Penalty(), k.Clause(), k.Most())
		}
	}
	if Kind("praise").Known() || len(Kinds()) != 6 {
		t.Error("the policy knows six kinds")
	}
}
