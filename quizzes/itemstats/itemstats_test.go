package itemstats

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func near(got *float64, want float64) bool {
	return got != nil && math.Abs(*got-want) <= 1e-6*max(1, math.Abs(want))
}

// TestPublishedQuiz holds every figure of the published quiz 00 to 1e-6.
func TestPublishedQuiz(t *testing.T) {
	f, err := os.Open("testdata/quiz00.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	table, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	r := Analyse(table)
	if r.Attempts != 25 || len(r.Items) != 7 {
		t.Fatal(r.Attempts, len(r.Items))
	}
	for name, c := range map[string]struct {
		got  *float64
		want float64
	}{
		"median": {r.Median, 4.5}, "mean": {r.Mean, 4.617333332}, "sd": {r.SD, .8117265554}, "skewness": {r.Skewness, -.092502502},
		"kurtosis": {r.Kurtosis, -.7073968557}, "cic": {r.CIC, -87.2230935542}, "error ratio": {r.ErrorRatio, 136.8294900795},
		"standard error": {r.StandardError, 1.1106813066},
	} {
		if !near(c.got, c.want) {
			t.Errorf("%s is %v, not %v", name, *c.got, c.want)
		}
	}
	for i, want := range [][5]float64{
		{.704, .4513682901, 21.2922742344, -7.0650767526, -9.4550536967},
		{.48, .5099019514, 18.8979800309, -28.8982125772, -36.7834118938},
		{.973333332, .13333334, 4.443012573, -9.1230674268, -21.6545012165},
		{.68, .4760952286, 18.9347251357, -22.6306444113, -31.4411395613},
		{.52, .3055050463, 11.1450138688, -17.6997047674, -21.1794802584},
		{.64, .4898979486, 9.8081339177, -45.3785178421, -56.9365974439},
		{.62, .331662479, 15.4788602394, -5.6543166602, -6.5043742058},
	} {
		x := r.Items[i]
		for k, got := range []*float64{x.Facility, x.SD, x.EffectiveWeight, x.DiscriminationIndex, x.DiscriminativeEfficiency} {
			if !near(got, want[k]) {
				t.Errorf("%s: figure %d is %v, not %v", x.Item, k, got, want[k])
			}
		}
		if x.Answers != 25 || x.FacilityInterval[0] >= *x.Facility || x.DiscriminationInterval[1] <= *x.DiscriminationIndex {
			t.Errorf("%+v", x)
		}
	}
}

func TestWhatIsNotDefinedIsNil(t *testing.T) {
	same := Analyse(Table{Items: []string{"a", "b"}, Max: []float64{1, 1}, Marks: [][]float64{{1, 1}, {1, 1}, {1, 1}}})
	if same.CIC != nil || same.Skewness != nil || same.Items[0].DiscriminationIndex != nil || same.Items[0].EffectiveWeight != nil || *same.SD != 0 {
		t.Errorf("%+v", same)
	}
	one := Analyse(Table{Items: []string{"a"}, Max: []float64{2}, Marks: [][]float64{{1}}})
	if one.SD != nil || *one.Mean != 1 || *one.Median != 1 || *one.Items[0].Facility != .5 || *one.Items[0].IntendedWeight != 100 {
		t.Errorf("%+v", one)
	}
	against := Analyse(Table{Items: []string{"a", "b", "c"}, Max: []float64{1, 5, 5}, Marks: [][]float64{{1, 0, 0}, {1, 1, 1}, {0, 5, 4}, {0, 4, 5}}})
	if against.Items[0].EffectiveWeight != nil || *against.Items[0].DiscriminationIndex >= 0 {
		t.Errorf("%+v", against.Items[0])
	}
}

// TestFlagsAreRaisedWhenThereIsNoDoubt simulates items of known quality: with few answers nothing is flagged.
func TestFlagsAreRaisedWhenThereIsNoDoubt(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 2))
	make := func(n int) Report {
		t := Table{Items: []string{"good", "easy", "noise", "backwards", "good2", "good3"}, Max: []float64{1, 1, 1, 1, 1, 1}}
		hit := func(p float64) float64 {
			if luck.Float64() < p {
				return 1
			}
			return 0
		}
		for range n {
			skill := luck.Float64()
			t.Marks = append(t.Marks, []float64{hit(skill), hit(.99), hit(.5), hit(1 - skill), hit(skill), hit(skill)})
		}
		return Analyse(t)
	}
	want := map[string][]Flag{"good": nil, "easy": {TooEasy, Weak}, "noise": {Weak}, "backwards": {Backward}}
	for _, i := range make(4000).Items {
		if flags, ok := want[i.Item]; ok && !equal(i.Flags, flags) {
			t.Errorf("%s is flagged %v, not %v", i.Item, i.Flags, flags)
		}
	}
	for _, i := range make(8).Items {
		if i.Item == "good" && len(i.Flags) > 0 {
			t.Errorf("eight answers flag %s: %v", i.Item, i.Flags)
		}
	}
}

func equal(a, b []Flag) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestReading(t *testing.T) {
	got, err := Read(strings.NewReader("\ufeffattempt,q1,q2\nmax,2,1\n1,1.5,0\n2,2,1\n"))
	if err != nil || got.Max[0] != 2 || len(got.Marks) != 2 || got.Marks[0][0] != 1.5 {
		t.Errorf("%+v %v", got, err)
	}
	for text, want := range map[string]ReadError{
		"":                              {1, "stats.header", ""},
		"who,q1\n1,1\n":                 {1, "stats.header", ""},
		"attempt\n":                     {1, "stats.header", ""},
		"attempt,q1,q1\n1,1,1\n":        {1, "stats.name", "q1"},
		"attempt,q1\n":                  {2, "stats.no_attempts", ""},
		"attempt,q1\n1,x\n":             {2, "stats.number", "x"},
		"attempt,q1\n1,NaN\n":           {2, "stats.number", "NaN"},
		"attempt,q1,q2\n1,1\n":          {2, "stats.fields", ""},
		"attempt,q1\nmax,0\n1,1\n":      {2, "stats.max", "0"},
		"attempt,q1\n1,1\n2,\"broken\n": {3, "stats.csv", "extraneous or missing \" in quoted-field"},
	} {
		_, err := Read(strings.NewReader(text))
		var e *ReadError
		if !errors.As(err, &e) || e.Key != want.Key || e.Line != want.Line || e.Value != want.Value {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("attempt,q1,q2\nmax,2,1\n1,1.5,0\n2,2,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		if table, err := Read(strings.NewReader(text)); err == nil {
			Analyse(table)
		}
	})
}

// BenchmarkAnalyse is 100,000 attempts at 40 items.
func BenchmarkAnalyse(b *testing.B) {
	luck := rand.New(rand.NewPCG(3, 4))
	t := Table{}
	for range 40 {
		t.Items, t.Max = append(t.Items, "q"), append(t.Max, 1)
	}
	for range 100_000 {
		row := make([]float64, 40)
		for i := range row {
			row[i] = float64(luck.IntN(5)) / 4
		}
		t.Marks = append(t.Marks, row)
	}
	for b.Loop() {
		Analyse(t)
	}
}
