package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// walk is the drunkard's walk on five corners (Grinstead and Snell, example 11.3), begun at an inner corner.
var walk = Chain{Advance: []float64{.5, .5, .5}, Lose: []float64{.5, 0, 0}, Back: []float64{0, .5, .5}, Arrivals: .5}

// six is the six-stage chain of the first test: forward a half, out a tenth.
var six = Chain{Advance: slices.Repeat([]float64{.5}, 6), Lose: slices.Repeat([]float64{.1}, 6), Back: make([]float64, 6), Arrivals: 2}

func TestPublishedChains(t *testing.T) {
	near := cmpopts.EquateApprox(0, 1e-12)
	s, err := walk.Solve()
	if err != nil {
		t.Fatal(err)
	}
	want := Solution{Win: []float64{.25, .5, .75}, Steps: []float64{3, 4, 3}, Visits: [][]float64{{1.5, 1, .5}, {1, 2, 1}, {.5, 1, 1.5}}, Variance: []float64{8, 8, 8}}
	if d := cmp.Diff(want, s, near); d != "" {
		t.Error(d)
	}
	s, err = six.Solve()
	if err != nil || math.Abs(s.Win[0]-math.Pow(5./6, 6)) > 1e-12 {
		t.Errorf("win probability %v, want (5/6)^6; %v", s.Win, err)
	}
}

func TestPublishedQueues(t *testing.T) {
	if l := (Servers{0.9, 1, 1}).InSystem(); math.Abs(l-9) > 1e-12 {
		t.Errorf("M/M/1 at load 0.9 holds %v, want 9", l)
	}
	if w := (Servers{2.4, 1, 3}).Waits(); math.Abs(w-0.647191) > 5e-7 {
		t.Errorf("Erlang C of 2.4 offered to 3 is %v, want 0.647191", w)
	}
	if s := (Servers{3, 1, 2}); s.Waits() != 1 || !math.IsInf(s.InSystem(), 1) {
		t.Error("a queue that grows without end has an end")
	}
}

// TestSimulatorAgreesWithSolver pools the deviations of twenty seeds, in standard errors, for every figure.
func TestSimulatorAgreesWithSolver(t *testing.T) {
	const seeds, replications = 20, 100_000
	for name, c := range map[string]Chain{"walk": walk, "six": six} {
		exact, err := c.Solve()
		if err != nil {
			t.Fatal(err)
		}
		win, steps := make([]float64, len(c.Advance)), make([]float64, len(c.Advance))
		for seed := range uint64(seeds) {
			s, err := c.Simulate(seed, replications)
			if err != nil {
				t.Fatal(err)
			}
			for i := range win {
				win[i] += (s.Win[i] - exact.Win[i]) / s.StandardError.Win[i] / math.Sqrt(seeds)
				steps[i] += (s.Steps[i] - exact.Steps[i]) / s.StandardError.Steps[i] / math.Sqrt(seeds)
				if r := s.Variance[i] / exact.Variance[i]; math.Abs(r-1) > .05 {
					t.Errorf("%s from stage %d: variance %v, exact %v", name, i, s.Variance[i], exact.Variance[i])
				}
				for j, v := range s.Visits[i] {
					if math.Abs(v-exact.Visits[i][j]) > .05 {
						t.Errorf("%s from stage %d: %v visits to stage %d, exact %v", name, i, v, j, exact.Visits[i][j])
					}
				}
			}
			if r := s.MeanInSystem / s.LittleInSystem; math.Abs(r-1) > .005 {
				t.Errorf("%s, seed %d: %v in the system, Little's law says %v", name, seed, s.MeanInSystem, s.LittleInSystem)
			}
		}
		for i := range win {
			if math.Abs(win[i]) > 3 || math.Abs(steps[i]) > 3 {
				t.Errorf("%s from stage %d: z of the win probability %.2f, of the steps %.2f", name, i, win[i], steps[i])
			}
		}
	}
}

func TestChainsThatAreWrong(t *testing.T) {
	for key, spoil := range map[string]func(*Chain){
		"chain.lengths":    func(c *Chain) { c.Lose = c.Lose[1:] },
		"chain.range":      func(c *Chain) { c.Advance[1] = math.NaN() },
		"chain.sum":        func(c *Chain) { c.Lose[1] = .6 },
		"chain.back_first": func(c *Chain) { c.Back[0] = .1 },
		"chain.endless":    func(c *Chain) { c.Advance[5], c.Lose[5] = 0, 0 },
		"chain.arrivals":   func(c *Chain) { c.Arrivals = math.Inf(1) },
	} {
		c := Chain{slices.Clone(six.Advance), slices.Clone(six.Lose), slices.Clone(six.Back), six.Arrivals}
		spoil(&c)
		var e *ChainError
		if _, err := c.Solve(); !errors.As(err, &e) || e.Key != key {
			t.Errorf("want %s, got %v", key, err)
		}
	}
}

// runOf plays some opportunities of the six-stage chain with a log.
func runOf(seed uint64, n int) *ChainRun {
	run := NewChainRun(Root{seed, "six"}, six, true)
	for range n {
		run.Enter(0)
	}
	run.Run(1 << 20)
	return run
}

// TestTheLogIsTheState replays logs: the same state, and before the last event the state before it.
func TestTheLogIsTheState(t *testing.T) {
	run := NewChainRun(Root{7, "six"}, six, true)
	var before ChainState
	for range 300 {
		run.Enter(0)
	}
	for i := range 40 {
		run.Run(Minute(i))
		replayed, err := ReplayChain(run.Log, 6)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(run.State, replayed, cmp.AllowUnexported(ChainState{})); d != "" {
			t.Fatal(d)
		}
		before = *replayed
	}
	last := NewLog(Root{7, "six"}, nil)
	for i := range run.Log.Len() - 1 {
		last.Append(run.Log.At(i))
	}
	state, err := ReplayChain(last, 6)
	if err == nil {
		err = state.Apply(run.Log.At(run.Log.Len() - 1))
	}
	if err != nil || state.Won != before.Won || state.Area != before.Area {
		t.Errorf("%+v, %v; want %+v", state, err, before)
	}
}

// TestOneMoreChangesNobodysLuck compares a run with one that has a further opportunity.
func TestOneMoreChangesNobodysLuck(t *testing.T) {
	fate := func(run *ChainRun) map[uint32]string {
		out := map[uint32]string{}
		for i := range run.Log.Len() {
			e := run.Log.At(i)
			out[e.Entity] += fmt.Sprint(e.Kind, e.Stage, " ")
		}
		return out
	}
	few, more := fate(runOf(3, 50)), fate(runOf(3, 51))
	for entity, story := range few {
		if more[entity] != story {
			t.Errorf("opportunity %d: %s became %s", entity, story, more[entity])
		}
	}
}

func TestTheSameSeedGivesTheSameHash(t *testing.T) {
	golden := map[uint64]string{1: "8e005f43307e2123"}
	for seed := range uint64(3) {
		a, b := runOf(seed, 2000).Log.Hash(), runOf(seed, 2000).Log.Hash()
		if a != b {
			t.Errorf("seed %d: %x, then %x", seed, a, b)
		}
		if want, ok := golden[seed]; ok && fmt.Sprintf("%x", a[:8]) != want {
			t.Errorf("seed %d: %x, and it has always been %s", seed, a[:8], want)
		}
	}
}

// TestALogOfVersion1StillReplays reads what an older engine wrote.
func TestALogOfVersion1StillReplays(t *testing.T) {
	text, err := os.ReadFile("testdata/version1.log")
	if err != nil {
		t.Fatal(err)
	}
	l, root, err := Decode(text)
	if err != nil || l.Version != 1 || root != (Root{11, "chain/6"}) {
		t.Fatal(l, root, err)
	}
	s, err := ReplayChain(l, 6)
	if err != nil || s.Arrived != 300 || s.Won != 111 || s.Lost != 189 {
		t.Errorf("%+v, %v", s, err)
	}
	if sum := l.Hash(); fmt.Sprintf("%x", sum[:8]) != "f66041903ecdcd15" || !bytes.Equal(l.Encode(), text) {
		t.Errorf("hash %x", sum[:8])
	}
}

// TestEveryChangedByteIsFound flips bytes of a written log.
func TestEveryChangedByteIsFound(t *testing.T) {
	text := runOf(5, 400).Log.Encode()
	if _, root, err := Decode(text); err != nil || root != (Root{5, "six"}) {
		t.Fatal(root, err)
	}
	chance := rand.New(rand.NewPCG(1, 1))
	for range 400 {
		at := chance.IntN(len(text))
		changed := slices.Clone(text)
		changed[at] ^= byte(1 << chance.IntN(8))
		l, _, err := Decode(changed)
		var e *LogError
		if err == nil || !errors.As(err, &e) || l != nil {
			t.Fatalf("byte %d of %d changed and nobody saw it", at, len(text))
		}
		body := len(magic) + 12 + len("six") + 4 + 8
		if event := (at - body) / size; at >= body && event < 400 && e.Event >= 0 && (event < e.Event || event >= e.Until) {
			t.Errorf("event %d changed, said to be %d to %d", event, e.Event, e.Until)
		}
		if _, _, err := Decode(text[:at]); err == nil {
			t.Fatalf("cut at %d and nobody saw it", at)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(runOf(1, 3).Log.Encode())
	f.Add([]byte("tongguan-log\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, _, err := Decode(text)
		var e *LogError
		if (err == nil) == (l == nil) || err != nil && !errors.As(err, &e) {
			t.Fatalf("%v, %v", l, err)
		}
		if l != nil {
			ReplayChain(l, 6) //nolint:errcheck // it must only not break
		}
	})
}

// TestQueueOrder holds the queue against a sorted list.
func TestQueueOrder(t *testing.T) {
	type thing struct {
		at       Minute
		priority Priority
		seq      int
	}
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue()
		var waiting []thing
		seq := 0
		add := func() {
			at := q.now + Minute(rapid.SampledFrom([]int{0, 1, 2, 50, window - 1, window, window + 1, 3 * window}).Draw(t, "ahead"))
			p := Priority(rapid.IntRange(0, int(priorities)-1).Draw(t, "priority"))
			q.add(at, p, uint32(seq), Stayed)
			waiting = append(waiting, thing{at, p, seq})
			seq++
		}
		for range rapid.IntRange(1, 30).Draw(t, "first") {
			add()
		}
		for len(waiting) > 0 {
			slices.SortFunc(waiting, func(x, y thing) int {
				return (int(x.at)-int(y.at))*1_000_000 + (int(x.priority)-int(y.priority))*10_000 + x.seq - y.seq
			})
			at, entity, _, ok := q.take(1 << 30)
			if want := waiting[0]; !ok || at != want.at || int(entity) != want.seq {
				t.Fatalf("%d at %d, want %+v", entity, at, want)
			}
			waiting = waiting[1:]
			if seq < 60 && rapid.Bool().Draw(t, "more") {
				add()
			}
		}
		if _, _, _, ok := q.take(1 << 30); ok {
			t.Fatal("something came out of nothing")
		}
	})
}

// TestPCG holds the generator to its published numbers.
func TestPCG(t *testing.T) {
	var s Stream
	s.source.Seed(1, 2)
	if a, b := s.Uint64(), s.Uint64(); a != 0xc4f5a58656eef510 || b != 0x9dcec3ad077dec6c {
		t.Errorf("%x %x", a, b)
	}
}

func TestBelowIsEven(t *testing.T) {
	s := Root{1, "even"}.Stream(0, "test")
	counts := [7]int{}
	const draws = 700_000
	for range draws {
		counts[s.Below(7)]++
	}
	chi := 0.0
	for _, n := range counts {
		chi += math.Pow(float64(n)-draws/7, 2) / (draws / 7)
	}
	if chi > 22.46 { // 6 degrees of freedom, one in a thousand
		t.Errorf("χ² = %.1f: %v", chi, counts)
	}
}

func BenchmarkEvents(b *testing.B) {
	endless := Chain{Advance: []float64{.1, .1, .1, .1, .1, 0}, Lose: []float64{0, 0, 0, 0, 0, 1e-12}, Back: []float64{0, .1, .1, .1, .1, .1}}
	run := NewChainRun(Root{1, "bench"}, endless, true)
	const live = 200_000
	for range live {
		run.Enter(0)
	}
	until := Minute(3)
	run.Run(until)
	run.Log.bytes = slices.Grow(run.Log.bytes, (b.N+10*live)*size)
	b.ReportAllocs()
	b.ResetTimer()
	events := 0
	for events < b.N {
		before := run.Log.Len()
		until++
		run.Run(until)
		events += run.Log.Len() - before
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
	b.ReportMetric(float64(len(run.Log.bytes)+32*len(run.Log.seals))/float64(run.Log.Len()), "bytes/event")
}
