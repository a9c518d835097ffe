// Package revision says what changed between two versions of a lesson.
package revision

import (
	"slices"
	"strings"

	"tongguan/courses/amendment"
	"tongguan/courses/passage"
)

// Fate is what became of a piece.
type Fate string

// The fates.
const (
	Same    Fate = "same"
	Changed Fate = "changed"
	Gone    Fate = "gone"
	Added   Fate = "added"
)

// Change is a piece of either version, or of both.
type Change struct {
	Fate  Fate
	Kind  passage.Kind
	Under string           // the heading above
	Spans []amendment.Span // what became of its words
}

// alike is how much two pieces have in common, in thousandths, that are two wordings of one; mostPairs bounds how many are held
// against each other between two that stayed.
const (
	alike     = 350
	mostPairs = 10_000
)

// Compare lines two versions up and compares, inside the pieces that were reworded, Chinese by characters and English by words.
// What is the same, gone and changed makes up the version before, in its order; what is the same, added and changed the one after.
func Compare(before, after []passage.Piece) (out []Change) {
	a, b := lines(before), lines(after)
	i, j := 0, 0
	for _, m := range append(common(a, b), [2]int{len(a), len(b)}) {
		out = append(out, between(a[i:m[0]], b[j:m[1]])...)
		if i, j = m[0]+1, m[1]+1; m[0] < len(a) {
			out = append(out, whole(Same, b[m[1]]))
		}
	}
	return out
}

// Count says how many pieces are not the same.
func Count(all []Change) (n int) {
	for _, c := range all {
		if c.Fate != Same {
			n++
		}
	}
	return n
}

// lines makes every row of a table a piece.
func lines(pieces []passage.Piece) (out []passage.Piece) {
	for _, p := range pieces {
		for line := range strings.SplitSeq(p.Text, "\n") {
			p.Text = line
			out = append(out, p)
		}
	}
	return out
}

func whole(f Fate, p passage.Piece) Change {
	kind := map[Fate]amendment.Kind{Same: amendment.Same, Gone: amendment.Gone, Added: amendment.Added}[f]
	return Change{Fate: f, Kind: p.Kind, Under: p.Under, Spans: []amendment.Span{{Text: p.Text, Kind: kind}}}
}

func equal(a, b passage.Piece) bool { return a.Kind == b.Kind && a.Text == b.Text }

// common gives the longest sequence of pieces that both have.
func common(a, b []passage.Piece) (out [][2]int) {
	return best(len(a), len(b), func(i, j int) int {
		if equal(a[i], b[j]) {
			return 1
		}
		return 0
	})
}

// between compares what stands between two pieces that stayed.
func between(a, b []passage.Piece) (out []Change) {
	var pairs [][2]int
	if len(a)*len(b) <= mostPairs {
		pairs = best(len(a), len(b), func(i, j int) int {
			if n := passage.Likeness(a[i].Text, b[j].Text); n >= alike && a[i].Kind == b[j].Kind {
				return n
			}
			return 0
		})
	}
	i, j := 0, 0
	for _, m := range append(pairs, [2]int{len(a), len(b)}) {
		for ; i < m[0]; i++ {
			out = append(out, whole(Gone, a[i]))
		}
		for ; j < m[1]; j++ {
			out = append(out, whole(Added, b[j]))
		}
		if i < len(a) && j < len(b) {
			out = append(out, Change{Changed, b[j].Kind, b[j].Under, amendment.Compare(a[i].Text, b[j].Text)})
			i, j = i+1, j+1
		}
	}
	return out
}

// best pairs two sequences in order so that the pairs are worth most; what is worth nothing is no pair. O(n·m).
func best(n, m int, worth func(i, j int) int) (out [][2]int) {
	sum := make([][]int, n+1) // of the pairs from i and j on
	value := make([][]int, n)
	for i := range sum {
		sum[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		value[i] = make([]int, m)
		for j := m - 1; j >= 0; j-- {
			value[i][j] = worth(i, j)
			sum[i][j] = max(sum[i+1][j], sum[i][j+1])
			if value[i][j] > 0 {
				sum[i][j] = max(sum[i][j], sum[i+1][j+1]+value[i][j])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case value[i][j] > 0 && sum[i][j] == sum[i+1][j+1]+value[i][j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case sum[i][j] == sum[i+1][j]:
			i++
		default:
			j++
		}
	}
	return slices.Clip(out)
}
