package clock

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 3, 1, 16, 30, 0, 0, time.UTC)

func TestIDsSortByTheTimeOfMinting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "from"))
		c, advance := Fake(from, rapid.Uint64().Draw(t, "seed"))
		var ids []string
		for range 20 {
			ids = append(ids, c.ID())
			advance(time.Duration(rapid.Int64Range(1, 1<<31).Draw(t, "ms")) * time.Millisecond)
		}
		if !slices.IsSorted(ids) {
			t.Fatalf("%v", ids)
		}
		for _, id := range ids {
			if len(id) != 26 || strings.Trim(id, "0123456789abcdefghjkmnpqrstvwxyz") != "" {
				t.Fatalf("%q is not an identifier", id)
			}
		}
	})
}

func TestIDsOfOneMomentDiffer(t *testing.T) {
	c, _ := Fake(start, 1)
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[string]bool{}
	for range 8 {
		wg.Go(func() {
			for range 200 {
				id := c.ID()
				mu.Lock()
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 1600 {
		t.Errorf("%d of 1600 identifiers differ", len(seen))
	}
}

func TestFakeIsDeterministic(t *testing.T) {
	run := func(seed uint64) string {
		c, advance := Fake(start, seed)
		a := c.ID()
		advance(time.Second)
		return a + c.ID() + string(c.Bytes(16))
	}
	once, again := run(7), run(7)
	if once != again {
		t.Error("one seed gave two runs")
	}
	if once == run(8) {
		t.Error("two seeds gave one run")
	}
	c, advance := Fake(start, 1)
	before := c.Now()
	advance(90 * time.Second)
	if got := c.Now() - before; got != 90_000 {
		t.Errorf("moved by %d ms", got)
	}
}

func TestDateIsThatOfTheZone(t *testing.T) {
	c, _ := Fake(start, 1)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Date(shanghai); got != "2026-03-02" { // half past midnight there
		t.Errorf("in Shanghai it is %s", got)
	}
	if got := c.Date(time.UTC); got != "2026-03-01" {
		t.Errorf("in Greenwich it is %s", got)
	}
}

func TestSystemDrawsChance(t *testing.T) {
	c := System()
	if first := string(c.Bytes(32)); first == string(c.Bytes(32)) {
		t.Error("the same bytes twice")
	}
	if d := time.Since(time.UnixMilli(c.Now())); d < -time.Second || d > time.Minute {
		t.Errorf("the clock is off by %v", d)
	}
}

func TestCorrection(t *testing.T) {
	c := System()
	off := func() time.Duration { return time.Until(time.UnixMilli(c.Now())).Round(time.Second) }
	for _, step := range []struct{ to, want time.Duration }{
		{time.Hour, time.Hour},
		{time.Hour + noise - 1, time.Hour}, // the network's
		{-time.Minute, -time.Minute},
		{0, 0},
	} {
		if c.Correct(step.to); off() != step.want {
			t.Errorf("corrected by %v the clock is off by %v", step.to, off())
		}
	}
	c.Correct(48 * time.Hour)
	if got, want := c.Date(time.UTC), time.Now().Add(48*time.Hour).UTC().Format(time.DateOnly); got != want {
		t.Errorf("the date is %s, not %s", got, want)
	}
	held, _ := Fake(start, 1)
	if held.Correct(time.Hour); held.Now() != start.UnixMilli() {
		t.Error("a test's clock was corrected")
	}
}
