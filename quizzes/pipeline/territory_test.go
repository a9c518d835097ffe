package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// worldOf reads a world of the content.
func worldOf(t testing.TB, name string) World {
	t.Helper()
	return worldIn(t, "../../content/worlds/"+name+".yaml")
}

func worldIn(t testing.TB, file string) World {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var w World
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatal(file, err)
	}
	return w
}

// worldsOf reads every world of the content.
func worldsOf(t testing.TB) map[string]*Territory {
	t.Helper()
	files, err := filepath.Glob("../../content/worlds/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	out := map[string]*Territory{}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".yaml")
		territory, err := NewTerritory(worldOf(t, name))
		if err != nil {
			t.Fatal(f, err)
		}
		out[name] = territory
	}
	return out
}

// TestALogOfATerritoryIsItsState replays, verifies, and takes the last event away.
func TestALogOfATerritoryIsItsState(t *testing.T) {
	for name, territory := range worldsOf(t) {
		for _, p := range PolicyNames[:5] {
			run := territory.NewRun(7)
			run.Play(PolicyNamed(p), 250)
			text := run.Log.Encode()
			l, root, err := Decode(text)
			if err != nil || root != run.root {
				t.Fatal(root, err)
			}
			replayed, err := Replay(l)
			if err != nil {
				t.Fatal(name, p, err)
			}
			if d := cmp.Diff(&run.State, replayed); d != "" {
				t.Fatal(name, p, d)
			}
			again, err := Verify(l, root)
			if err != nil {
				t.Fatal(name, p, err)
			}
			if again.Log.Hash() != run.Log.Hash() {
				t.Error(name, p, "another hash")
			}
		}
	}
}

// TestALogOfVersion2StillReplays reads a territory's log as this version first wrote it.
func TestALogOfVersion2StillReplays(t *testing.T) {
	text, err := os.ReadFile("testdata/version2.log")
	if err != nil {
		t.Fatal(err)
	}
	l, root, err := Decode(text)
	if err != nil || l.Version != 2 || root != (Root{5, "starter"}) {
		t.Fatal(root, err)
	}
	territory, err := TerritoryOf(l)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Replay(l)
	if err != nil {
		t.Fatal(err)
	}
	if i := territory.Indicators(s, l); s.Acts != 80 || i.Amount != 231_240_00 || i.Value != 43_422_67 {
		t.Errorf("%+v", i)
	}
	if Version == 2 {
		if _, err := Verify(l, root); err != nil {
			t.Error(err)
		}
	}
}

func TestWithoutTheLastEventItIsTheStateBefore(t *testing.T) {
	run := worldsOf(t)["headwind"].NewRun(3)
	run.Play(&Cheat, 200)
	cut := func(n int) *State {
		l := NewLog(run.root, nil)
		for i := range n {
			l.Append(run.Log.At(i))
		}
		s, err := Replay(l)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, run.Log.Len()).Draw(rt, "events")
		before, after := cut(n-1), cut(n)
		if err := before.Apply(run.Log.At(n - 1)); err != nil {
			rt.Fatal(err)
		}
		if d := cmp.Diff(after, before); d != "" {
			rt.Fatal(d)
		}
	})
}

// TestAForgedLogIsFound changes single events and seals the log anew, as whoever holds the file can.
func TestAForgedLogIsFound(t *testing.T) {
	run := worldsOf(t)["starter"].NewRun(3)
	run.Play(&ScriptFollower, 60)
	for i := 5; i < run.Log.Len(); i += 17 {
		for _, spoil := range []func(*Event){func(e *Event) { e.Value++ }, func(e *Event) { e.Slot ^= 1 }, func(e *Event) { e.Entity ^= 1 }, func(e *Event) { e.At++ }} {
			forged := NewLog(run.root, run.Log.World)
			for j := range run.Log.Len() {
				e := run.Log.At(j)
				if j == i {
					spoil(&e)
				}
				forged.Append(e)
			}
			l, root, err := Decode(forged.Encode())
			if err != nil {
				t.Fatal(err)
			}
			var e *LogError
			_, err = Verify(l, root) // another act is found by what should have followed it
			if !errors.As(err, &e) || e.Key != "log.forged" || e.Event > i && run.Log.At(i).Kind != Acted {
				t.Fatalf("event %d forged: %v", i, err)
			}
		}
	}
	short := NewLog(run.root, run.Log.World)
	for j := range run.Log.Len() - 1 {
		short.Append(run.Log.At(j))
	}
	if _, err := Verify(short, run.root); err == nil {
		t.Error("the end is missing and nobody saw it")
	}
}

// fates are the events of each account but one.
func fates(r *Run, but uint32, accounts int) map[uint32][]Event {
	out := map[uint32][]Event{}
	for i := range r.Log.Len() {
		if e := r.Log.At(i); e.Entity != but && int(e.Entity) < accounts && (e.Kind == Set || e.Kind >= Reached) {
			out[e.Entity] = append(out[e.Entity], e)
		}
	}
	return out
}

// TestOneAccountIsNotAnothersLuck does different acts for one account and looks at all others.
func TestOneAccountIsNotAnothersLuck(t *testing.T) {
	territory := worldsOf(t)["headwind"]
	var before map[uint32][]Event
	for _, k := range []ActKind{Visit, Research, Drop, Mail} {
		run := territory.NewRun(5)
		for a := 1; a < 6; a++ { // some who are in play
			for range 3 {
				run.do(Act{Kind: Visit, Account: a})
			}
		}
		run.do(Act{Kind: k})
		run.do(Act{Kind: Wait, Arg: 3*workingWeek - int64(run.State.Now)})
		for a := 1; a < 6; a++ {
			run.do(Act{Kind: AskOpen, Account: a})
		}
		run.do(Act{Kind: Wait, Arg: 20 * workingWeek})
		now := fates(run, 0, len(run.State.Accounts))
		if before != nil {
			if d := cmp.Diff(before, now); d != "" {
				t.Fatal(k, d)
			}
		}
		before = now
	}
}

// TestOneMoreAccountMovesNobody adds an account and compares the others'.
func TestOneMoreAccountMovesNobody(t *testing.T) {
	w := worldOf(t, "machinery")
	few, err := NewTerritory(w)
	if err != nil {
		t.Fatal(err)
	}
	w.Segments[2].Accounts++
	more, err := NewTerritory(w)
	if err != nil {
		t.Fatal(err)
	}
	a, b := few.NewRun(9), more.NewRun(9)
	for _, r := range []*Run{a, b} {
		for k := range 8 {
			r.do(Act{Kind: Visit, Account: k})
		}
		r.do(Act{Kind: Wait, Arg: 40_000})
	}
	n := len(a.State.Accounts)
	if d := cmp.Diff(fates(a, 1<<31, n), fates(b, 1<<31, n)); d != "" {
		t.Error(d)
	}
}

// TestPoliciesSeeOnlyWhatARepSees changes everything that is hidden and asks again.
func TestPoliciesSeeOnlyWhatARepSees(t *testing.T) {
	territory := worldsOf(t)["headwind"]
	for _, p := range PolicyNames[:5] {
		run := territory.NewRun(2)
		policy := PolicyNamed(p)
		for n := range 600 {
			want := policy.Next(run.Sight())
			other := &Run{Territory: territory, root: run.root, luck: run.luck, next: run.next}
			run.State.Clone(&other.State)
			for a := range other.State.Accounts {
				v := other.of(a)
				for f := range fields {
					due := f == ReviewDue || f == LegalDue || f == FixDue || f == ReadyDue || f == WeekDue // that something is under way is known
					if run.Sight().See(a, f) == 0 && hidden[f] && !due {
						v[f] = (v[f] + int64(n)*7919 + int64(f)) % 500
					}
				}
			}
			if got := policy.Next(other.Sight()); got != want {
				t.Fatalf("%s, act %d: %v, and %v with other secrets", p, n, want, got)
			}
			if run.State.Now >= territory.end {
				break
			}
			run.do(want)
		}
	}
}

// TestPoliciesRank holds the order of the reference policies over 30 seeds of every world.
func TestPoliciesRank(t *testing.T) {
	const seeds = 30
	order := []Policy{&Novice, &ScriptFollower, &Expert}
	for name, territory := range worldsOf(t) {
		var tau float64
		var sums [5]int64
		for seed := range uint64(seeds) {
			var values [5]int64
			for i, p := range append(order, &Cheat, &HurriedDiscounter) {
				run := territory.NewRun(seed)
				run.Play(p, 0)
				values[i] = run.Score().Value
				sums[i] += values[i]
			}
			for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
				if values[pair[0]] < values[pair[1]] {
					tau += 1. / 3
				} else {
					tau -= 1. / 3
				}
			}
			if values[3] > values[1] || values[4] > values[1] {
				t.Errorf("%s, seed %d: script %d, cheat %d, discounter %d", name, seed, values[1], values[3], values[4])
			}
		}
		t.Logf("%s: τ %.3f; mean value in yuan: novice %d, script %d, expert %d, cheat %d, discounter %d", name, tau/seeds,
			sums[0]/seeds/100, sums[1]/seeds/100, sums[2]/seeds/100, sums[3]/seeds/100, sums[4]/seeds/100)
		if tau/seeds < .9 {
			t.Errorf("%s: Kendall's τ %.3f", name, tau/seeds)
		}
	}
}

// TestLookingAheadPays compares the planner with the policy that it improves on.
func TestLookingAheadPays(t *testing.T) {
	territory := worldsOf(t)["starter"]
	var plain, planned int64
	for seed := range uint64(3) {
		for _, p := range []Policy{&Expert, Planner{&Expert, 8}} {
			run := territory.NewRun(seed)
			run.Play(p, 0)
			if p == Policy(&Expert) {
				plain += run.Score().Value
			} else {
				planned += run.Score().Value
			}
		}
	}
	t.Logf("expert %d, planner %d yuan", plain/300, planned/300)
	if planned <= plain {
		t.Errorf("expert %d, planner %d", plain, planned)
	}
}

// TestAThousandSeeds is the same on every machine: amd64 and arm64, any number of cores, with the race detector
// and without.
func TestAThousandSeeds(t *testing.T) {
	territory, err := NewTerritory(worldIn(t, "testdata/golden.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := sha256.New()
	for seed := range uint64(1000) {
		run := territory.NewRun(seed)
		run.Play(PolicyNamed(PolicyNames[seed%5]), 120)
		all.Write(run.Log.bytes) // not the header, which says how the world is written
	}
	golden, err := os.ReadFile("testdata/thousand.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(all.Sum(nil)); got != strings.TrimSpace(string(golden)) {
		t.Errorf("%s, and it has always been %s: a change of the rules needs a new Version and a golden log of the old one", got, golden)
	}
}

// TestDepartmentsAreQueues holds what others wait against Erlang's formula.
func TestDepartmentsAreQueues(t *testing.T) {
	w := worldOf(t, "starter")
	w.Days = maxDays
	territory, err := NewTerritory(w)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []int{presales, legal, aftersales} {
		dep := territory.queues[d]
		var waited, jobs float64
		for seed := range uint64(20) {
			q := Queue{}
			for _, j := range territory.newLuck(Root{seed, "queues"}).jobs[d] {
				waited += float64(q.serve(dep.Hands, j.at, j.takes) - j.at - max(1, j.takes))
				jobs++
			}
		}
		s := Servers{1 / float64(dep.Every+1), 1 / float64(dep.Service), dep.Hands}
		wait := s.InSystem()*float64(dep.Every+1) - float64(dep.Service)
		if r := waited / jobs / wait; math.Abs(r-1) > .05 {
			t.Errorf("%s: a mean wait of %.1f minutes, Erlang says %.1f", departmentNames[d], waited/jobs, wait)
		}
	}
}

func TestWhatIsImpossibleChangesNothing(t *testing.T) {
	run := worldsOf(t)["starter"].NewRun(1)
	hash := run.Log.Hash()
	for _, act := range []Act{{Sign, 0, 0}, {Offer, 0, 3}, {Offer, 0, -1}, {Offer, 0, 1 << 40}, {AskOpen, 0, 0}, {Match, 0, 99}, {acts, 0, 0}, {Call, -1, 0}, {Call, 1 << 20, 0},
		{Wait, 0, -5}, {Accept, 0, 0}, {Order, 0, 0}, {Pay, 0, 0}, {Revisit, 0, 0}} {
		var e *ActError
		if err := run.Do(act); !errors.As(err, &e) || !strings.HasPrefix(e.Key, "act.") {
			t.Errorf("%v: %v", act, err)
		}
	}
	if run.Log.Hash() != hash {
		t.Error("something happened")
	}
}

// TestForbiddenIsPossible does what the policy forbids, and looks at what follows.
func TestForbiddenIsPossible(t *testing.T) {
	territory := worldsOf(t)["machinery"]
	seen := map[string]bool{}
	for seed := range uint64(10) {
		run := territory.NewRun(seed)
		run.Play(&Cheat, 0)
		for name, n := range territory.Indicators(&run.State, run.Log).Breaches {
			seen[name] = seen[name] || n > 0
		}
	}
	for _, name := range violationNames {
		if !seen[name] {
			t.Errorf("nobody ever committed %s", name)
		}
	}
}

func TestIndicators(t *testing.T) {
	territory := worldsOf(t)["starter"]
	run := territory.NewRun(4)
	run.Play(&Expert, 0)
	i := territory.Indicators(&run.State, run.Log)
	var minutes int64
	for _, n := range i.Minutes {
		minutes += n
	}
	if minutes != int64(run.State.Now) || i.Funnel[0] < int64(len(run.State.Accounts)) || i.Amount != run.Score().Revenue || i.Value != run.Score().Value {
		t.Errorf("%+v", i)
	}
	for s := 1; s < 6; s++ {
		if i.Funnel[s] > i.Funnel[s-1] {
			t.Errorf("the funnel widens: %v", i.Funnel)
		}
	}
	if i.Conversion <= 0 || i.Conversion > 1 || i.OnTime < .8 || i.Cycle <= 0 || i.Utilised <= 0 || i.Utilised > 1 {
		t.Errorf("%+v", i)
	}
}

// TestReviewIsTheSameOnAnyNumberOfCores compares whole reviews.
func TestReviewIsTheSameOnAnyNumberOfCores(t *testing.T) {
	l, root := sixty(worldsOf(t)["starter"], 2)
	one, err := Review(l, root, Reviewing{Rollouts: 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, cores := range []int{2, 3, 16} {
		many, err := Review(l, root, Reviewing{Rollouts: 20, Each: onCores(cores)})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(one, many); d != "" {
			t.Fatal(cores, d)
		}
	}
}

// TestReviewKnowsABlunder signs a contract that legal has not seen, where it could have been submitted.
func TestReviewKnowsABlunder(t *testing.T) {
	territory := worldsOf(t)["machinery"]
	signed := 0
	for seed := uint64(0); signed < 3; seed++ {
		run := territory.NewRun(seed)
		deal := -1
		for deal < 0 && run.State.Now < territory.end {
			act := Expert.Next(run.Sight())
			run.do(act)
			if v := run.of(act.Account); v[Deal] != 0 && v[Legal] == 0 {
				deal = act.Account
			}
		}
		if deal < 0 {
			continue
		}
		signed++
		run.do(Act{Kind: Sign, Account: deal})
		out, err := Review(run.Log, run.root, Reviewing{Rollouts: 200, Each: onCores(2)})
		if err != nil {
			t.Fatal(err)
		}
		last := out[len(out)-1]
		if last.Played.Act.Kind != Sign || last.Played.Grade < Inaccuracy || last.Played.Risk.Mean < float64(territory.fines[Unchecked]) {
			t.Errorf("signed unread: %v, %+v", last.Played.Grade, last.Played)
		}
		for i := 1; i < len(last.Others); i++ {
			if last.Others[i].Value.Mean > last.Others[i-1].Value.Mean {
				t.Error("the others are not in order")
			}
		}
	}
}

// TestReviewRanks looks at whole games: who plays better loses less by the act.
func TestReviewRanks(t *testing.T) {
	territory := worldsOf(t)["starter"]
	mean := func(p Policy) (loss float64) {
		n := 0.0
		for seed := range uint64(3) {
			run := territory.NewRun(seed)
			run.Play(p, 60)
			out, err := Review(run.Log, run.root, Reviewing{Rollouts: 40, Each: onCores(2)})
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range out {
				loss, n = loss+j.Played.Loss.Mean/100, n+1
			}
		}
		return loss / n
	}
	expert, discounter := mean(&Expert), mean(&HurriedDiscounter)
	t.Logf("mean loss an act: expert %.0f, discounter %.0f yuan", expert, discounter)
	if expert*2 > discounter {
		t.Errorf("expert %.0f, discounter %.0f", expert, discounter)
	}
}

func TestWorldsThatAreWrong(t *testing.T) {
	for key, spoil := range map[string]func(*World){
		"world.name":       func(w *World) { w.Name = "" },
		"world.date":       func(w *World) { w.Holidays = []string{"yesterday"} },
		"world.range":      func(w *World) { w.Segments[0].Unfit = -1 },
		"world.number":     func(w *World) { w.Products = nil },
		"world.twice":      func(w *World) { w.Products[1].ID = w.Products[0].ID },
		"world.unknown":    func(w *World) { w.Products[0].Covers = []string{"nothing"} },
		"world.quantiles":  func(w *World) { w.Segments[0].Size = []Money{5, 4} },
		"world.order":      func(w *World) { w.Segments[0].Rival = Range{900, 100} },
		"world.costs":      func(w *World) { w.Terms.Cost.Payment[0] = 500 },
		"world.overloaded": func(w *World) { w.Departments = map[string]Department{"legal": {Hands: 1, Service: 500, Every: 400}} },
	} {
		w := worldOf(t, "starter")
		w.Terms.Payment, w.Terms.Cost.Payment = []int64{0, 30}, []int64{0, 50}
		spoil(&w)
		var e *WorldError
		if _, err := NewTerritory(w); !errors.As(err, &e) || e.Key != key {
			t.Errorf("want %s, got %v", key, err)
		}
	}
}

// FuzzApply feeds the reducer events that nobody made.
func FuzzApply(f *testing.F) {
	run := worldsOf(f)["starter"].NewRun(1)
	run.Play(&Expert, 5)
	f.Add(run.Log.bytes)
	f.Fuzz(func(t *testing.T, text []byte) {
		s := new(State)
		for ; len(text) >= size; text = text[size:] {
			e := decode(text)
			if e.Kind == Began {
				e.Value %= 50 // memory is not what is tried here
			}
			var before State
			s.Clone(&before)
			if err := s.Apply(e); err != nil {
				if d := cmp.Diff(&before, s); d != "" && len(s.Accounts) > 0 {
					t.Fatal(e, d)
				}
			}
		}
	})
}

func TestFlowFitsItself(t *testing.T) {
	truth := &Flow{Advance: []Permille{800, 600}, WonDays: []int64{5, 9, 20, 70, 90}, LostDays: []int64{3, 30}, Ratio: []int64{8000, 9500, 10_000},
		Products: []FlowShare{{"a", 700_000, 5000}, {"b", 300_000, 90_000}}}
	deals := truth.Simulate(Root{1, "truth"}, 20_000)
	f, err := FitFlow(deals[:10_000], 2, map[string]Money{"a": 5000, "b": 90_000})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(float64(f.Advance[0]-800)) > 15 || math.Abs(float64(f.Advance[1]-600)) > 15 {
		t.Errorf("rates %v", f.Advance)
	}
	fit := f.Fits(deals[10_000:], 3, 20_000)
	if fit.WonDays.D > .03 || fit.LostDays.D > .03 || fit.Value.D > .03 || fit.WinError > .02 {
		t.Errorf("%+v", fit)
	}
	truth.Advance[1] = 300
	truth.WonDays = []int64{50, 60}
	if off := truth.Fits(deals, 3, 20_000); off.WonDays.P > 1e-6 || off.WinError < .1 {
		t.Errorf("a wrong flow fits: %+v", off)
	}
}

// TestKolmogorov uses the textbook's critical value: 1.36·√(2/n) at 5 %.
func TestKolmogorov(t *testing.T) {
	if p := survival(1.3581); math.Abs(p-.05) > .001 {
		t.Errorf("p %v", p)
	}
	if k := kolmogorov([]int64{1, 2, 3, 4}, []int64{3, 4, 5, 6}); k.D != .5 {
		t.Errorf("%+v", k)
	}
}
