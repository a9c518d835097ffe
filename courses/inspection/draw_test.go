package inspection

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestDraw holds the algorithm: the sample below was computed by hand with sha256sum.
func TestDraw(t *testing.T) {
	seed := bytes.Repeat([]byte{7}, SeedBytes)
	ids := []string{"HT-003", "HT-001", "HT-002", "HT-001"}
	if got, want := HashOf(ids), "08610ad42564e86f01ad46b9b7cac52ee76b15d241bed7ea9e45426411ab2eed"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	if HashOf(ids) != HashOf([]string{"HT-001", "HT-002", "HT-003"}) || HashOf(ids) == HashOf([]string{"HT-001", "HT-002"}) {
		t.Error("the hash is of the set")
	}
	if got, want := Draw(seed, ids, 9), []string{"HT-001", "HT-003", "HT-002"}; !slices.Equal(got, want) {
		t.Errorf("drawn %v, want %v", got, want)
	}
}

// TestDrawLaws: the same at every call and in whatever order the ids come; a larger sample begins with the smaller one;
// nobody is drawn twice or from outside.
func TestDrawLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9]{1,6}`), 0, 40).Draw(t, "ids")
		seed := rapid.SliceOfN(rapid.Byte(), SeedBytes, SeedBytes).Draw(t, "seed")
		n := rapid.IntRange(0, 50).Draw(t, "n")
		got := Draw(seed, ids, n)
		mixed := rapid.Permutation(ids).Draw(t, "mixed")
		if !slices.Equal(got, Draw(seed, mixed, n)) || HashOf(ids) != HashOf(mixed) {
			t.Fatal("the order of the ids decides")
		}
		if len(got) != min(n, len(sorted(ids))) || len(sorted(got)) != len(got) {
			t.Fatalf("%d of %d drawn: %q", n, len(ids), got)
		}
		for _, id := range got {
			if !slices.Contains(ids, id) {
				t.Fatalf("%q is not in the population", id)
			}
		}
		if more := Draw(seed, ids, n+1); !slices.Equal(more[:len(got)], got) {
			t.Fatal("a larger sample is another one")
		}
	})
}

// TestDrawIsFair draws one of ten with four thousand seeds: each comes about as often as the others (chi-square with 9
// degrees of freedom, far beyond its 99.99th percentile of 33.7 would be a bias).
func TestDrawIsFair(t *testing.T) {
	var ids []string
	for i := range 10 {
		ids = append(ids, fmt.Sprint("id", i))
	}
	hits, rounds := map[string]int{}, 4000
	for i := range rounds {
		seed, err := hex.DecodeString(fmt.Sprintf("%064x", i))
		if err != nil {
			t.Fatal(err)
		}
		hits[Draw(seed, ids, 1)[0]]++
	}
	chi := 0.0
	for _, id := range ids {
		d := float64(hits[id]) - float64(rounds)/10
		chi += d * d / (float64(rounds) / 10)
	}
	if chi > 33.7 {
		t.Errorf("chi-square %.1f: %v", chi, hits)
	}
}
