// Package understanding turns what somebody types into a dialogue act and its slots, in Chinese and in English.
//
// A model is linear: features of the text (pieces of one to three Chinese characters; English words, pairs of words and
// pieces of words; the notions that it is about; which slots there are), weighed by how rare they are, into a softmax
// over acts, trained by stochastic gradient descent in an order that never changes. It knows the sentences of a library
// and nothing else: no service, no state.
package understanding

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Example is a sentence and the act that it is.
type Example struct{ Act, Text string }

// Guess is an act and how likely it is, 0 to 1.
type Guess struct {
	Act string
	P   float64
}

// How a model is trained.
const (
	epochs  = 30
	rate    = 0.2
	slowing = 0.1 // the rate of epoch e is rate ÷ (1 + slowing·e)
	decay   = 1e-5
	scale   = 3     // length of a text's features together
	longest = 4_000 // bytes of a text that are looked at
)

// Cues are notions, each with words that give it away.
type Cues map[string][]string

// cue is one notion.
type cue struct {
	name  string
	words []string
}

// feature is something that a text has, and its weight.
type feature struct {
	at     uint32
	weight float32
}

// Model knows acts. It may be used by any number of goroutines.
type Model struct {
	cues    []cue
	acts    []string
	known   map[uint32]uint32 // feature to its place
	rare    []float32         // of each place, ln(1 + texts ÷ texts with it)
	weights []float32         // of each place, a row of acts
}

// Train makes a model of examples. The same examples in the same order give the same model.
func Train(examples []Example, cues Cues) *Model {
	m := &Model{}
	for name, words := range cues {
		m.cues = append(m.cues, cue{name, words})
	}
	slices.SortFunc(m.cues, func(a, b cue) int { return cmp.Compare(a.name, b.name) })
	texts, labels := make([][]feature, len(examples)), make([]int, len(examples))
	for i, e := range examples {
		if !slices.Contains(m.acts, e.Act) {
			m.acts = append(m.acts, e.Act)
		}
		texts[i] = features(e.Text, m.cues)
	}
	slices.Sort(m.acts)
	m.count(texts)
	for i, e := range examples {
		texts[i] = m.weigh(texts[i])
		labels[i], _ = slices.BinarySearch(m.acts, e.Act)
	}
	m.weights = make([]float32, len(m.rare)*len(m.acts))
	p := make([]float64, len(m.acts))
	for epoch := range epochs {
		for i := range examples {
			k := shuffled(i, epoch, len(examples))
			m.step(texts[k], labels[k], p, float32(rate/(1+slowing*float64(epoch))))
		}
	}
	return m
}

// count gives every feature of the texts a place, and says how rare it is.
func (m *Model) count(texts [][]feature) {
	m.known = map[uint32]uint32{}
	var seen []int
	for _, fs := range texts {
		for _, f := range fs {
			at, ok := m.known[f.at]
			if !ok {
				at = uint32(len(seen))
				m.known[f.at], seen = at, append(seen, 0)
			}
			seen[at]++
		}
	}
	m.rare = make([]float32, len(seen))
	for at, n := range seen {
		m.rare[at] = float32(math.Log(1 + float64(len(texts))/float64(n)))
	}
}

// weigh keeps the features that are known, by their places and weights.
func (m *Model) weigh(fs []feature) []feature {
	out, squares := fs[:0], 0.0
	for _, f := range fs {
		if at, ok := m.known[f.at]; ok {
			f = feature{at, f.weight * m.rare[at]}
			out = append(out, f)
			squares += float64(f.weight) * float64(f.weight)
		}
	}
	norm := float32(scale / math.Sqrt(max(squares, 1e-9)))
	for i := range out {
		out[i].weight *= norm
	}
	return out
}

// shuffled is the i-th place of an order that differs from epoch to epoch: steps of a size that shares no factor with n.
func shuffled(i, epoch, n int) int {
	step := 7919 + 2*epoch
	for gcd(step, n) != 1 {
		step++
	}
	return (i*step + epoch*31) % n
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// step moves the weights against the gradient of the logarithmic loss of one text.
func (m *Model) step(fs []feature, label int, p []float64, rate float32) {
	m.softmax(fs, p)
	n := len(m.acts)
	for a := range n {
		if a == label {
			p[a]--
		}
	}
	for _, f := range fs {
		row := m.weights[int(f.at)*n : int(f.at)*n+n]
		for a := range row {
			row[a] -= rate * (float32(p[a])*f.weight + decay*row[a])
		}
	}
}

func (m *Model) softmax(fs []feature, p []float64) {
	n := len(m.acts)
	clear(p)
	for _, f := range fs {
		for a, w := range m.weights[int(f.at)*n : int(f.at)*n+n] {
			p[a] += float64(w * f.weight)
		}
	}
	most, sum := slices.Max(p), 0.0
	for a := range p {
		p[a] = math.Exp(p[a] - most)
		sum += p[a]
	}
	for a := range p {
		p[a] /= sum
	}
}

// Acts are those that the model knows, in order.
func (m *Model) Acts() []string { return m.acts }

// Classify gives every act with its probability, the likeliest first.
func (m *Model) Classify(text string) []Guess {
	p := make([]float64, len(m.acts))
	m.softmax(m.weigh(features(text, m.cues)), p)
	out := make([]Guess, len(p))
	for i, act := range m.acts {
		out[i] = Guess{act, p[i]}
	}
	slices.SortStableFunc(out, func(a, b Guess) int { return cmp.Compare(b.P, a.P) })
	return out
}

// Shape is what a text has, for comparing it with others.
type Shape []feature

// ShapeOf gives the shape of a text.
func ShapeOf(text string) Shape { return features(text, nil) }

// Alike says how alike two texts are, 0 to 1: the cosine of their features.
func (x Shape) Alike(y Shape) float64 {
	var sum float64
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i].at < y[j].at:
			i++
		case x[i].at > y[j].at:
			j++
		default:
			sum += float64(x[i].weight * y[j].weight)
			i, j = i+1, j+1
		}
	}
	return min(1, sum)
}

// features of a text, in order, of length 1 together.
func features(text string, cues []cue) []feature {
	f := collector{counts: map[uint32]float32{}}
	clean := fold(text)
	f.characters(clean)
	f.words(clean)
	s := Find(text)
	for name, v := range map[string]int64{"money": s.Money, "percent": s.Percent, "days": s.Days, "number": s.Number, "date": s.Date} {
		if v != 0 {
			f.add("slot", name, 1)
		}
	}
	if strings.ContainsAny(clean, "?") || strings.HasSuffix(strings.TrimRight(clean, "。. "), "吗") {
		f.add("question", "", 1)
		f.asks = true
	}
	f.notions(clean, cues)
	return f.list()
}

// Weights of notions beside pieces and words.
const (
	oneNotion  = 2.2
	twoNotions = 0.7
)

// notions adds what a sentence is about, every two notions together, and whether it asks about them.
func (f *collector) notions(text string, cues []cue) {
	padded := " " + strings.TrimSpace(text) + " "
	var found []string
	for _, c := range cues {
		if slices.ContainsFunc(c.words, func(w string) bool { return cued(padded, w) }) {
			found = append(found, c.name)
		}
	}
	for i, a := range found {
		f.add("notion", a, oneNotion)
		if f.asks {
			f.add("asked", a, twoNotions)
		}
		for _, b := range found[i+1:] {
			f.add("notions", a+" "+b, twoNotions)
		}
	}
}

// cued says whether a word stands in a text: an English one at the beginning of a word.
func cued(padded, word string) bool {
	if word[0] < 0x80 && word[0] != ' ' {
		return strings.Contains(padded, " "+word)
	}
	return strings.Contains(padded, word)
}

type collector struct {
	counts map[uint32]float32
	asks   bool
}

// hashed names a feature by 32 bits (FNV-1a): a model is the same wherever it is trained.
func hashed(kind, s string) uint32 {
	h := uint32(2166136261)
	for _, t := range [2]string{kind, s} {
		for i := range len(t) {
			h = (h ^ uint32(t[i])) * 16777619
		}
		h = (h ^ 0xff) * 16777619
	}
	return h
}

func (f *collector) add(kind, s string, weight float32) { f.counts[hashed(kind, s)] += weight }

func (f *collector) list() []feature {
	out := make([]feature, 0, len(f.counts))
	var squares float64
	for at, w := range f.counts {
		w = float32(math.Sqrt(float64(w))) // the second time counts less
		out = append(out, feature{at, w})
		squares += float64(w) * float64(w)
	}
	slices.SortFunc(out, func(a, b feature) int { return cmp.Compare(a.at, b.at) })
	norm := float32(math.Sqrt(max(squares, 1e-9)))
	for i := range out {
		out[i].weight /= norm
	}
	return out
}

// characters adds pieces of one to three Chinese characters; a number is one piece.
func (f *collector) characters(text string) {
	var run []string
	flush := func() {
		padded := append(append([]string{"^"}, run...), "$")
		for i := range padded {
			for n := 1; n <= 3 && i+n <= len(padded); n++ {
				if piece := strings.Join(padded[i:i+n], ""); len(run) > 0 && piece != "^" && piece != "$" {
					f.add("han", piece, []float32{0.6, 1, 0.8}[n-1])
				}
			}
		}
		run = run[:0]
	}
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			run = append(run, string(r))
		case r >= '0' && r <= '9':
			if len(run) == 0 || run[len(run)-1] != "#" {
				run = append(run, "#")
			}
		case r == '.' || r == ',' && len(run) > 0 && run[len(run)-1] == "#":
		default:
			if hasHan(run) {
				flush()
			} else {
				run = run[:0]
			}
		}
	}
	if hasHan(run) {
		flush()
	}
}

func hasHan(run []string) bool {
	return slices.ContainsFunc(run, func(s string) bool { return s != "#" })
}

// words adds English words, pairs of them, and pieces of four letters.
func (f *collector) words(text string) {
	before := "^"
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z') && !(r >= '0' && r <= '9') && r != '\'' && r != '%'
	}) {
		if w = strings.Trim(w, "'"); w == "" {
			continue
		}
		if w[0] >= '0' && w[0] <= '9' {
			w = "#"
		}
		f.add("word", w, 1)
		f.add("pair", before+" "+w, 1)
		padded := "<" + w + ">"
		for i := 0; i+4 <= len(padded); i++ {
			f.add("piece", padded[i:i+4], 0.4)
		}
		before = w
	}
	if before != "^" {
		f.add("pair", before+" $", 1)
	}
}

// fold makes full-width letters, digits and marks narrow and small, and cuts what is too long.
func fold(text string) string {
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			r -= 0xfee0
		case r == 0x3000:
			r = ' '
		case r == '’' || r == '‘':
			r = '\''
		}
		return unicode.ToLower(r)
	}, text)
}
