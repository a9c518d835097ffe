package itemstats

import (
	"errors"
	"maps"
	"slices"
)

// Sums are the sufficient statistics of a quiz in exact integers: all that a report needs, however many attempts there
// were. They can be added to, taken from and merged in any order, and come to the same.
//
// Papers may be drawn at random, so every figure of an item is over the attempts that had it. Papers of different lengths
// are kept apart (a total of ten items and one of twelve are no two values of one thing) and put on one scale only by
// Report. Integers hold n·ΣxT up to 9·10¹⁸: with hundredths and papers of 100 items, three million attempts.
type Sums struct {
	unit  int64
	forms map[int]*form // by the number of items of the paper
}

// Hundredths is the unit of marks that are counted in hundredths.
const Hundredths = 100

// ErrNotIn means that an attempt was taken out of sums that it is not in.
var ErrNotIn = errors.New("itemstats: the attempt is not in the sums")

// ErrUnits means that sums of different units were merged.
var ErrUnits = errors.New("itemstats: the sums count in different units")

// Mark is what one item of an attempt came to.
type Mark struct {
	Item    string
	Points  int64    // in units
	Options bool     // what was chosen is counted, option by option
	Chosen  []string // distinct; nothing chosen is counted as Blank
}

// Blank is the category of an answer in which nothing was chosen.
const Blank = ""

// form is what the attempts at papers of one length come to.
type form struct {
	totals hist // of T
	items  map[string]*cell
}

// cell is one item: x its mark, o = T − x the rest.
type cell struct {
	x, o    hist
	xo      int64 // Σ x·o; Σ x·T is this and Σ x²
	options map[string]*choosers
}

// choosers are the attempts in which an option was chosen.
type choosers struct{ n, o, oo int64 } // how many, Σ o, Σ o²

// hist counts how often each value was seen; a value seen 0 times has no entry.
type hist map[int64]int64

func (h hist) add(value, times int64) {
	if h[value] += times; h[value] == 0 {
		delete(h, value)
	}
}

// NewSums gives empty sums of marks that are counted in so many units: Hundredths, say.
func NewSums(unit int64) *Sums { return &Sums{unit: unit, forms: map[int]*form{}} }

// Attempts is how many attempts are in the sums.
func (s *Sums) Attempts() (n int64) {
	for _, f := range s.forms {
		n += f.attempts()
	}
	return n
}

func (f *form) attempts() (n int64) {
	for _, times := range f.totals {
		n += times
	}
	return n
}

// Add takes an attempt in. Each item stands on a paper once; a paper without items changes nothing.
func (s *Sums) Add(attempt []Mark) { s.count(attempt, 1) }

// Remove takes an attempt out that was added before; one that cannot have been gives ErrNotIn and changes nothing.
func (s *Sums) Remove(attempt []Mark) error {
	if !s.holds(attempt) {
		return ErrNotIn
	}
	s.count(attempt, -1)
	return nil
}

func total(attempt []Mark) (t int64) {
	for _, m := range attempt {
		t += m.Points
	}
	return t
}

// holds says whether every value of the attempt has been counted.
func (s *Sums) holds(attempt []Mark) bool {
	f, t := s.forms[len(attempt)], total(attempt)
	if f == nil || f.totals[t] == 0 {
		return len(attempt) == 0
	}
	for _, m := range attempt {
		c := f.items[m.Item]
		if c == nil || c.x[m.Points] == 0 || c.o[t-m.Points] == 0 {
			return false
		}
		for _, o := range m.categories() {
			if c.options[o] == nil {
				return false
			}
		}
	}
	return true
}

// blank is shared by all answers in which nothing was chosen.
var blank = []string{Blank}

func (m Mark) categories() []string {
	switch {
	case !m.Options:
		return nil
	case len(m.Chosen) == 0:
		return blank
	}
	return m.Chosen
}

func (s *Sums) count(attempt []Mark, times int64) {
	if len(attempt) == 0 {
		return
	}
	f := s.form(len(attempt))
	t := total(attempt)
	f.totals.add(t, times)
	for _, m := range attempt {
		c, o := f.cell(m.Item), t-m.Points
		c.x.add(m.Points, times)
		c.o.add(o, times)
		c.xo += times * m.Points * o
		for _, name := range m.categories() {
			c.choose(name, choosers{times, times * o, times * o * o})
		}
		if len(c.x) == 0 {
			delete(f.items, m.Item)
		}
	}
	if len(f.totals) == 0 {
		delete(s.forms, len(attempt))
	}
}

func (s *Sums) form(length int) *form {
	f := s.forms[length]
	if f == nil {
		f = &form{totals: hist{}, items: map[string]*cell{}}
		s.forms[length] = f
	}
	return f
}

func (f *form) cell(item string) *cell {
	c := f.items[item]
	if c == nil {
		c = &cell{x: hist{}, o: hist{}, options: map[string]*choosers{}}
		f.items[item] = c
	}
	return c
}

func (c *cell) choose(name string, more choosers) {
	k := c.options[name]
	if k == nil {
		k = &choosers{}
		c.options[name] = k
	}
	k.n, k.o, k.oo = k.n+more.n, k.o+more.o, k.oo+more.oo
	if k.n == 0 {
		delete(c.options, name)
	}
}

// Merge takes in all attempts of other sums.
func (s *Sums) Merge(other *Sums) error {
	if other.unit != s.unit {
		return ErrUnits
	}
	for length, from := range other.forms {
		f := s.form(length)
		f.totals.merge(from.totals)
		for item, more := range from.items {
			c := f.cell(item)
			c.x.merge(more.x)
			c.o.merge(more.o)
			c.xo += more.xo
			for name, k := range more.options {
				c.choose(name, *k)
			}
		}
	}
	return nil
}

func (h hist) merge(other hist) {
	for value, times := range other {
		h.add(value, times)
	}
}

// Total is how many attempts at papers of a length had a total.
type Total struct {
	Length   int   // items of the paper
	Units    int64 // of the total
	Attempts int64
}

// Totals gives the distribution of the totals, by length and then by total.
func (s *Sums) Totals() (out []Total) {
	for _, length := range slices.Sorted(maps.Keys(s.forms)) {
		totals := s.forms[length].totals
		for _, t := range slices.Sorted(maps.Keys(totals)) {
			out = append(out, Total{length, t, totals[t]})
		}
	}
	return out
}
