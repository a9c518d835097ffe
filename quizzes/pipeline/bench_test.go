package pipeline

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// sixty is the log of a script-follower's first sixty acts.
func sixty(t *Territory, seed uint64) (*Log, Root) {
	run := t.NewRun(seed)
	run.Play(&ScriptFollower, 60)
	return run.Log, run.root
}

// onCores calls job from so many goroutines.
func onCores(cores int) func(int, func(int)) {
	return func(n int, job func(int)) {
		var all sync.WaitGroup
		for c := range cores {
			all.Go(func() {
				for i := c; i < n; i += cores {
					job(i)
				}
			})
		}
		all.Wait()
	}
}

// BenchmarkReview reviews sixty acts with 400 rollouts for every alternative, on two cores.
func BenchmarkReview(b *testing.B) {
	for name, t := range worldsOf(b) {
		l, root := sixty(t, 1)
		b.Run(name, func(b *testing.B) {
			tries := 0
			for b.Loop() {
				out, err := Review(l, root, Reviewing{Rollouts: 400, Each: onCores(2)})
				if err != nil {
					b.Fatal(err)
				}
				for _, j := range out {
					tries += 400 * (1 + len(j.Others))
				}
			}
			b.ReportMetric(float64(tries)/float64(b.N), "rollouts/review")
		})
	}
}

// BenchmarkTerritory is an expert's whole time in a territory, log and hash chain included.
func BenchmarkTerritory(b *testing.B) {
	t := worldsOf(b)["machinery"]
	events, acts := 0, 0
	for b.Loop() {
		run := t.NewRun(1)
		run.Play(&Expert, 0)
		events, acts = events+run.Log.Len(), acts+run.State.Acts
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
	b.ReportMetric(float64(acts)/b.Elapsed().Seconds(), "acts/s")
}

// BenchmarkTurn is a human turn: an act, the new state, and what is visible of the account. It gives the 99th
// percentile beside the mean.
func BenchmarkTurn(b *testing.B) {
	t := worldsOf(b)["machinery"]
	run := t.NewRun(1)
	took := make([]time.Duration, 0, 1<<20)
	for b.Loop() {
		if run.State.Now >= t.end {
			run = t.NewRun(1)
		}
		act := ScriptFollower.Next(run.Sight())
		begin := time.Now()
		if run.Do(act) == nil {
			for f := range fields {
				run.Sight().See(act.Account, f)
			}
		}
		if len(took) < cap(took) {
			took = append(took, time.Since(begin))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
}
