package tally

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// TestReportOfMany measures, and fails of nothing but errors and wrong sums. TONGGUAN_TALLY_ATTEMPTS=100000 makes a million
// answers; without it there is nothing to measure.
func TestReportOfMany(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("TONGGUAN_TALLY_ATTEMPTS"))
	if n == 0 {
		t.Skip("TONGGUAN_TALLY_ATTEMPTS is not set")
	}
	each(t, func(h *house) {
		begin := time.Now()
		h.sit(h.sets[1], n, true)
		h.Logf("%d attempts at %d questions written in %v", n, drawn, time.Since(begin).Round(time.Millisecond))
		h.exec("ANALYZE") // as PostgreSQL does by itself within a minute
		begin = time.Now()
		h.foldAll(h.Tally)
		took := time.Since(begin)
		h.Logf("folded in %v, %.0f attempts/s", took.Round(time.Millisecond), float64(n)/took.Seconds())
		h.exec("ANALYZE") // and when much has changed
		measure := func(what string, closing int) {
			var took []time.Duration
			for range 200 {
				h.sit(h.sets[1], closing, true)
				begin := time.Now()
				r, err := h.Report(ctx, author, module, "")
				took = append(took, time.Since(begin))
				if n += closing; err != nil || r.Attempts != n {
					h.Fatal(r.Attempts, err)
				}
			}
			slices.Sort(took)
			h.Logf("%s: p50 %v, p95 %v, most %v", what, took[99], took[189], took[199])
		}
		measure("report", 0)
		measure("report with 20 attempts to fold first", 20)
	})
}
