// Package understanding turns what somebody types into a dialogue act and its slots, in Chinese and in English.
//
// A model is linear: features of the text (pieces of one to three Chinese characters; English words, pairs of words and
// pieces of words; which slots there are) into a softmax over acts, trained by stochastic gradient descent with AdaGrad
// steps (Duchi, Hazan and Singer 2011) in an order that never changes. It knows the sentences of a library and nothing
// else: no service, no dictionary, no state.
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

// Bounds of a model.
const (
	bits    = 15 // features are hashed into so many bits
	buckets = 1 << bits
	epochs  = 24
	rate    = 0.35
	decay   = 2e-6
	longest = 4_000 // bytes of a text that are looked at
)

// Model knows acts. It may be used by any number of goroutines.
type Model struct {
	acts    []string
	weights []float32 // of each bucket, a row of acts
	bias    []float32
}

// feature is a bucket and its weight.
type feature struct {
	at     uint32
	weight float32
}

// Train makes a model of examples. The same examples in the same order give the same model.
func Train(examples []Example) *Model {
	m := &Model{}
	for _, e := range examples {
		if !slices.Contains(m.acts, e.Act) {
			m.acts = append(m.acts, e.Act)
		}
	}
	slices.Sort(m.acts)
	n := len(m.acts)
	m.weights, m.bias = make([]float32, buckets*n), make([]float32, n)
	squares, biasSquares := make([]float32, buckets*n), make([]float32, n)
	seen := make([][]feature, len(examples))
	labels := make([]int, len(examples))
	for i, e := range examples {
		seen[i] = features(e.Text)
		labels[i], _ = slices.BinarySearch(m.acts, e.Act)
	}
	p := make([]float64, n)
	for epoch := range epochs {
		for i := range examples {
			k := shuffled(i, epoch, len(examples))
			m.step(seen[k], labels[k], p, squares, biasSquares)
		}
	}
	return m
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

// step moves the weights against the gradient of the logarithmic loss of one example.
func (m *Model) step(fs []feature, label int, p []float64, squares, biasSquares []float32) {
	m.softmax(fs, p)
	n := len(m.acts)
	for a := range n {
		g := float32(p[a])
		if a == label {
			g--
		}
		if g > -1e-4 && g < 1e-4 {
			continue
		}
		biasSquares[a] += g * g
		m.bias[a] -= rate * g / float32(math.Sqrt(float64(biasSquares[a])+1e-6))
		for _, f := range fs {
			i := int(f.at)*n + a
			d := g*f.weight + decay*m.weights[i]
			squares[i] += d * d
			m.weights[i] -= rate * d / float32(math.Sqrt(float64(squares[i])+1e-6))
		}
	}
}

func (m *Model) softmax(fs []feature, p []float64) {
	n := len(m.acts)
	for a := range p {
		p[a] = float64(m.bias[a])
	}
	for _, f := range fs {
		row := m.weights[int(f.at)*n : int(f.at)*n+n]
		for a, w := range row {
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
	m.softmax(features(text), p)
	out := make([]Guess, len(p))
	for i, act := range m.acts {
		out[i] = Guess{act, p[i]}
	}
	slices.SortStableFunc(out, func(a, b Guess) int { return cmp.Compare(b.P, a.P) })
	return out
}

// Alike says how alike two texts are, 0 to 1: the cosine of their features.
func Alike(a, b string) float64 {
	x, y := features(a), features(b)
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

// features of a text, by bucket, of length 1 together.
func features(text string) []feature {
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
	}
	return f.list()
}

type collector struct{ counts map[uint32]float32 }

// seed is fixed: a model is the same wherever it is trained. FNV-1a.
func hashed(kind, s string) uint32 {
	h := uint32(2166136261)
	for _, t := range [2]string{kind, s} {
		for i := range len(t) {
			h = (h ^ uint32(t[i])) * 16777619
		}
		h = (h ^ 0xff) * 16777619
	}
	return (h ^ h>>bits) & (buckets - 1)
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
