package itemstats

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// encoded gives what a value is in JSON, to compare two reports number by number.
func encoded(t *testing.T, x any) any {
	t.Helper()
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// alike fails where two values differ by more than 1e-9 relative.
func alike(t *testing.T, where string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		if !ok || math.Abs(g-w) > 1e-9*max(1, math.Abs(w)) {
			t.Errorf("%s is %v, not %v", where, got, want)
		}
	case map[string]any:
		g, _ := got.(map[string]any)
		for k := range w {
			alike(t, where+"."+k, g[k], w[k])
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Fatalf("%s: %v, not %v", where, got, want)
		}
		for i := range w {
			alike(t, fmt.Sprint(where, "[", i, "]"), g[i], w[i])
		}
	default:
		if got != want {
			t.Errorf("%s is %v, not %v", where, got, want)
		}
	}
}

// summed adds up a table, its marks in units.
func summed(table Table, unit int64) (*Sums, []About) {
	s, about := NewSums(unit), []About{}
	for i, item := range table.Items {
		about = append(about, About{Item: item, Max: int64(math.Round(table.Max[i] * float64(unit)))})
	}
	for _, row := range table.Marks {
		var attempt []Mark
		for i, x := range row {
			attempt = append(attempt, Mark{Item: table.Items[i], Points: int64(math.Round(x * float64(unit)))})
		}
		s.Add(attempt)
	}
	return s, about
}

func TestSumsReportThePublishedQuiz(t *testing.T) {
	f, err := os.Open("testdata/quiz00.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	table, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	s, about := summed(table, 10_000_000)
	alike(t, "quiz00", encoded(t, s.Report(about...)), encoded(t, Analyse(table)))
}

func TestSumsReportWhatTheTableDoes(t *testing.T) {
	luck := rand.New(rand.NewPCG(5, 6))
	for round := range 60 {
		items, n := 1+luck.IntN(12), 1+luck.IntN(80)
		table := Table{}
		for i := range items {
			table.Items, table.Max = append(table.Items, fmt.Sprint("q", i)), append(table.Max, float64(1+luck.IntN(3)))
		}
		for range n {
			row, skill := make([]float64, items), luck.Float64()
			for i := range row {
				if luck.Float64() < skill {
					row[i] = table.Max[i]
				} else {
					row[i] = float64(luck.IntN(100)) / 100
				}
				if i == 3 {
					row[i] = 1 // an item without variance
				}
			}
			table.Marks = append(table.Marks, row)
		}
		s, about := summed(table, Hundredths)
		alike(t, fmt.Sprint("table ", round), encoded(t, s.Report(about...)), encoded(t, Analyse(table)))
	}
}

// drawn makes attempts at papers that are drawn at random from a pool, with what was chosen.
func drawn(luck *rand.Rand, n, length, pool int) [][]Mark {
	out := make([][]Mark, n)
	for a := range out {
		skill := luck.Float64()
		for _, i := range luck.Perm(pool)[:length] {
			m := Mark{Item: fmt.Sprint("q", i), Options: i%3 != 0}
			switch k := luck.Float64(); {
			case k < skill:
				m.Points, m.Chosen = 100, []string{"a"}
			case k < .9:
				m.Points, m.Chosen = int64(luck.IntN(3)*20), []string{string(rune('b' + luck.IntN(3))), "e"}
			}
			out[a] = append(out[a], m)
		}
	}
	return out
}

func bytesOf(t *testing.T, s *Sums) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSumsComeToTheSameInAnyOrder(t *testing.T) {
	luck := rand.New(rand.NewPCG(7, 8))
	attempts := slices.Concat(drawn(luck, 120, 8, 14), drawn(luck, 30, 5, 14))
	want := NewSums(Hundredths)
	for _, a := range attempts {
		want.Add(a)
	}
	for range 10 {
		extra := drawn(luck, 40, 8, 20)
		shards := []*Sums{NewSums(Hundredths), NewSums(Hundredths), NewSums(Hundredths)}
		for _, i := range luck.Perm(len(attempts) + len(extra)) {
			shards[luck.IntN(3)].Add(slices.Concat(attempts, extra)[i])
		}
		got := NewSums(Hundredths)
		for _, s := range shards {
			again := NewSums(1)
			if err := json.Unmarshal([]byte(bytesOf(t, s)), again); err != nil || bytesOf(t, again) != bytesOf(t, s) {
				t.Fatal("what was written is not what is read", err)
			}
			if err := got.Merge(again); err != nil {
				t.Fatal(err)
			}
		}
		for _, i := range luck.Perm(len(extra)) {
			if err := got.Remove(extra[i]); err != nil {
				t.Fatal(err)
			}
		}
		if bytesOf(t, got) != bytesOf(t, want) {
			t.Fatalf("%s\nis not\n%s", bytesOf(t, got), bytesOf(t, want))
		}
	}
	if n := want.Attempts(); n != 150 {
		t.Errorf("%d attempts", n)
	}
}

func TestWhatIsNotInCannotBeTakenOut(t *testing.T) {
	s := NewSums(Hundredths)
	in := []Mark{{Item: "a", Points: 100}, {Item: "b", Points: 0, Options: true, Chosen: []string{"x"}}}
	s.Add(in)
	before := bytesOf(t, s)
	for name, out := range map[string][]Mark{
		"length": in[:1], "item": {in[0], {Item: "c"}}, "mark": {in[0], {Item: "b", Points: 50}},
		"choice": {in[0], {Item: "b", Options: true, Chosen: []string{"y"}}}, "blank": {in[0], {Item: "b", Options: true}},
	} {
		if err := s.Remove(out); !errors.Is(err, ErrNotIn) || bytesOf(t, s) != before {
			t.Errorf("%s: %v, %s", name, err, bytesOf(t, s))
		}
	}
	if err := s.Remove(in); err != nil || bytesOf(t, s) != bytesOf(t, NewSums(Hundredths)) {
		t.Error(err, bytesOf(t, s))
	}
	if err := s.Merge(NewSums(7)); !errors.Is(err, ErrUnits) {
		t.Error(err)
	}
	if r := s.Report(About{Item: "never"}); r.Attempts != 0 || r.Mean != nil || r.CIC != nil || r.Items[0].Answers != 0 || r.Items[0].Facility != nil {
		t.Errorf("%+v", r)
	}
}

// TestOptionsAgainstAListOfPairs computes the figures of an option from the pairs of choosing it and the rest.
func TestOptionsAgainstAListOfPairs(t *testing.T) {
	luck := rand.New(rand.NewPCG(9, 10))
	attempts, s := drawn(luck, 300, 8, 14), NewSums(Hundredths)
	for _, a := range attempts {
		s.Add(a)
	}
	about := About{Item: "q1", Options: []Option{{"a", true}, {"b", false}, {"e", false}, {"zzz", false}, {Blank, false}}}
	got := s.Report(about).Items[0]
	for _, choice := range got.Choices {
		var chose, rest, of []float64
		for _, a := range attempts {
			for _, m := range a {
				if m.Item != "q1" {
					continue
				}
				o, y := float64(total(a)-m.Points)/100, 0.0
				if slices.Contains(m.Chosen, choice.Option) || choice.Option == Blank && len(m.Chosen) == 0 {
					y, of = 1, append(of, o)
				}
				chose, rest = append(chose, y), append(rest, o)
			}
		}
		if choice.Chosen != len(of) || math.Abs(*choice.Share-float64(len(of))/float64(len(rest))) > 1e-12 {
			t.Errorf("%q: %d, %v", choice.Option, choice.Chosen, *choice.Share)
		}
		if len(of) == 0 {
			if choice.Correlation != nil || choice.RestMean != nil || choice.RestSD != nil {
				t.Errorf("%+v", choice)
			}
			continue
		}
		r := covariance(chose, rest) / math.Sqrt(covariance(chose, chose)*covariance(rest, rest))
		if math.Abs(*choice.Correlation-r) > 1e-9 || math.Abs(*choice.RestMean-mean(of)) > 1e-9 ||
			math.Abs(*choice.RestSD-math.Sqrt(covariance(of, of))) > 1e-9 || math.Abs(*got.RestMean-mean(rest)) > 1e-9 {
			t.Errorf("%q: %+v, want correlation %v, mean %v", choice.Option, choice, r, mean(of))
		}
		if c := choice.CorrelationInterval; c[0] >= r || c[1] <= r {
			t.Errorf("%q: %v", choice.Option, *c)
		}
	}
}

func TestFlagsOfOptions(t *testing.T) {
	luck := rand.New(rand.NewPCG(11, 12))
	report := func(n int) map[string][]Flag {
		s := NewSums(Hundredths)
		for range n {
			skill := luck.Float64()
			a := []Mark{{Item: "q", Options: true, Chosen: []string{"weak"}}}
			switch { // the able know a reason for "misleads"
			case skill > .7:
				a[0].Chosen = []string{"misleads"}
			case luck.Float64() < .4:
				a[0].Chosen, a[0].Points = []string{"right"}, 100
			}
			for i := range 9 {
				points := int64(0)
				if luck.Float64() < skill {
					points = 100
				}
				a = append(a, Mark{Item: fmt.Sprint(i), Points: points})
			}
			s.Add(a)
		}
		out := map[string][]Flag{}
		for _, c := range s.Report(About{Item: "q", Options: []Option{{"right", true}, {"weak", false}, {"misleads", false}, {"unused", false}}}).Items[0].Choices {
			out[c.Option] = c.Flags
		}
		return out
	}
	many := report(400)
	for option, want := range map[string][]Flag{"right": {}, "weak": {}, "misleads": {Misleads}, "unused": {Unused}} {
		if !slices.Equal(many[option], want) {
			t.Errorf("%s is flagged %v, not %v", option, many[option], want)
		}
	}
	if few := report(12); len(few["unused"]) > 0 { // nobody of twelve: perhaps one in four does
		t.Errorf("%v", few)
	}
}

// TestSlots holds the formula for drawn papers against the mean of many shuffles, each of which has slots in a classical table.
func TestSlots(t *testing.T) {
	luck := rand.New(rand.NewPCG(13, 14))
	attempts, s := drawn(luck, 400, 6, 15), NewSums(Hundredths)
	for _, a := range attempts {
		s.Add(a)
	}
	sum, rounds := 0.0, 300
	for range rounds {
		table := Table{Items: make([]string, 6), Max: []float64{1, 1, 1, 1, 1, 1}}
		for _, a := range attempts {
			row := make([]float64, 6)
			for slot, i := range luck.Perm(6) {
				row[slot] = float64(a[i].Points) / 100
			}
			table.Marks = append(table.Marks, row)
		}
		sum += *Analyse(table).CIC / float64(rounds)
	}
	r := s.Report()
	if !r.Slots || math.Abs(*r.CIC-sum) > .3 { // their variances differ in terms of 1/n
		t.Errorf("CIC %v of slots: %v, of shuffles %v", *r.CIC, r.Slots, sum)
	}
	for _, i := range r.Items {
		if math.Abs(*i.Exposure-float64(i.Answers)/400) > 1e-12 {
			t.Errorf("%+v", i)
		}
	}
	same := NewSums(Hundredths)
	for _, a := range drawn(luck, 50, 6, 6) {
		same.Add(a)
	}
	if same.Report().Slots {
		t.Error("everybody had all items")
	}
}

// TestPapersOfSeveralLengths puts totals of short papers on the scale of the others.
func TestPapersOfSeveralLengths(t *testing.T) {
	s := NewSums(Hundredths)
	long := func(points ...int64) (a []Mark) {
		for i, p := range points {
			a = append(a, Mark{Item: fmt.Sprint("q", i), Points: p})
		}
		return a
	}
	s.Add(long(100, 100, 0, 0))
	s.Add(long(100, 100, 100, 100))
	s.Add(long(0, 100)) // as good as two of four
	r := s.Report()
	if r.Attempts != 3 || r.ItemsPerPaper != 4 || math.Abs(*r.Mean-8.0/3) > 1e-12 || *r.Median != 2 {
		t.Errorf("%+v", r)
	}
	q1 := r.Items[1] // always right; the rest is 1 and 3 of 3, and 0 of 1
	if q1.Answers != 3 || *q1.Facility != 1 || math.Abs(*q1.RestMean-4.0/3) > 1e-12 || *r.Items[3].Exposure != 2.0/3 {
		t.Errorf("%+v", q1)
	}
	if want := 100 * 4.0 / 3 * (1 - 2*.5/2); math.Abs(*r.CIC-want) > 1e-9 { // of the two long papers alone
		t.Errorf("CIC %v, want %v", *r.CIC, want)
	}
}

func TestIntervals(t *testing.T) {
	if w := wilson(81.0/263, 263); math.Abs(w[0]-.2553) > 5e-5 || math.Abs(w[1]-.3662) > 5e-5 { // Newcombe 1998, method 3
		t.Error(*w)
	}
	if w := facilityInterval(81.0/263, math.Sqrt(81.0*182/263/262), 263); math.Abs(w[0]-.2553) > 5e-5 || math.Abs(w[1]-.3662) > 5e-5 {
		t.Errorf("rights and wrongs only: %v", *w)
	}
	same := Analyse(Table{Items: []string{"a", "b"}, Max: []float64{1, 1}, Marks: [][]float64{{1, .5}, {1, .5}, {1, .5}}})
	for _, i := range same.Items {
		if len(i.Flags) > 0 || i.FacilityInterval[1]-i.FacilityInterval[0] < .2 {
			t.Errorf("three alike prove %v: %v", i.Flags, *i.FacilityInterval)
		}
	}
	if w := facilityInterval(-.5, .2, 100); w[0] >= -.5 || w[1] <= -.5 {
		t.Error(*w)
	}
}

// TestFacilityIntervalsCover draws answers with a known facility: some 95 of 100 intervals must hold it, also where nearly
// everybody is right.
func TestFacilityIntervalsCover(t *testing.T) {
	luck := rand.New(rand.NewPCG(15, 16))
	for _, facility := range []float64{.5, .9, .97} {
		for _, partial := range []bool{false, true} {
			covered, rounds := 0, 2000
			for range rounds {
				sum, squares, n := 0.0, 0.0, 40.0
				for range int(n) {
					x := 0.0
					if luck.Float64() < facility {
						x = 1
					}
					if partial {
						x = (2*x + facility) / 3 // the same mean, less spread
					}
					sum, squares = sum+x, squares+x*x
				}
				f := sum / n
				w := facilityInterval(f, math.Sqrt(max(0, (squares-n*f*f)/(n-1))), n)
				if w[0] <= facility && facility <= w[1] {
					covered++
				}
			}
			if share := float64(covered) / float64(rounds); share < .925 {
				t.Errorf("facility %v, partial %v: %v covered", facility, partial, share)
			}
		}
	}
}

func FuzzSums(f *testing.F) {
	f.Add(`{"v":1,"unit":100,"forms":[{"p":1,"t":[100,1],"i":{"a":{"x":[100,1],"o":[0,1],"xo":0,"c":{"x":[1,0,0]}}}}]}`)
	f.Fuzz(func(_ *testing.T, text string) {
		s := NewSums(Hundredths)
		if err := json.Unmarshal([]byte(text), s); err == nil {
			s.Add([]Mark{{Item: "a", Points: 100, Options: true}})
			s.Report(About{Item: "a", Options: []Option{{ID: "x"}}})
		}
	})
}

// BenchmarkSums adds up 100,000 attempts at 40 items with their choices, and reports.
func BenchmarkSums(b *testing.B) {
	luck := rand.New(rand.NewPCG(3, 4))
	attempts, chosen := make([][]Mark, 100_000), [][]string{{"a"}, {"b"}, {"c"}, {"d"}, {}}
	names := make([]string, 40)
	for i := range names {
		names[i] = fmt.Sprint("q", i)
	}
	for a := range attempts {
		attempts[a] = make([]Mark, 40)
		for i := range attempts[a] {
			k := luck.IntN(5)
			attempts[a][i] = Mark{Item: names[i], Points: int64(k) * 25, Options: true, Chosen: chosen[k]}
		}
	}
	for b.Loop() {
		s := NewSums(Hundredths)
		for _, a := range attempts {
			s.Add(a)
		}
		s.Report()
	}
}
