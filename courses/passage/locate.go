package passage

// Fate is what became of a piece in another version.
type Fate string

// The fates.
const (
	Same    Fate = "same"
	Changed Fate = "changed"
	Gone    Fate = "gone"
)

// alike is how much two pieces must have in common, in thousandths, to be two wordings of one.
const alike = 400

// Locate finds a piece of an earlier version among the pieces of a later one: by its words, the nearest where they stand more
// than once, else the most similar of its kind.
func Locate(pieces []Piece, was Piece) (Piece, Fate) {
	best, score, fate := Piece{}, alike-1, Gone
	for _, p := range pieces {
		if p.Number == 0 {
			continue
		}
		switch near := p.Kind == was.Kind && Likeness(p.Text, was.Text) > score; {
		case p.Text == was.Text && (fate != Same || distance(p, was) < distance(best, was)):
			best, fate = p, Same
		case near && fate != Same:
			best, score, fate = p, Likeness(p.Text, was.Text), Changed
		}
	}
	return best, fate
}

func distance(a, b Piece) int {
	if a.Number > b.Number {
		return a.Number - b.Number
	}
	return b.Number - a.Number
}

// Likeness says how alike two texts are, in thousandths: twice the pairs of neighbouring characters that they share, by all
// pairs (Dice, 1945).
func Likeness(a, b string) int {
	if a == b {
		return 1000
	}
	have, all := map[[2]rune]int{}, 0
	pairs(a, func(p [2]rune) { have[p]++; all++ })
	shared := 0
	pairs(b, func(p [2]rune) {
		all++
		if have[p] > 0 {
			have[p]--
			shared++
		}
	})
	if all == 0 {
		return 0
	}
	return 2000 * shared / all
}

func pairs(text string, each func([2]rune)) {
	last := rune(-1)
	for _, r := range text {
		if last >= 0 {
			each([2]rune{last, r})
		}
		last = r
	}
}
