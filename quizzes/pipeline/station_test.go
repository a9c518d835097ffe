package pipeline

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// queueing plays an M/M/c station on the engine's own queue and gives the mean number inside and the mean stay.
func queueing(seed uint64, hands int, load float64, jobs int) (inside, stay float64, rate float64) {
	const service = 20_000 // minutes; long, so that whole minutes do not matter
	gap := Minute(service / (load * float64(hands)))
	const arrive, finish Kind = 1, 2
	root := Root{seed, "station"}
	arrivals, services := root.Stream(0, "arrivals"), root.Stream(0, "services")
	q, s := newQueue(), &Station{Hands: hands}
	came := make([]Minute, 0, jobs)
	stayed := int64(0)
	q.add(arrivals.Exponential(gap), Normal, 0, arrive)
	for {
		at, job, kind, ok := q.take(math.MaxUint32)
		if !ok {
			break
		}
		if kind == arrive {
			came = append(came, at)
			if s.Arrive(at, job) {
				q.add(at+services.Exponential(service), Normal, job, finish)
			}
			if len(came) < jobs {
				q.add(at+arrivals.Exponential(gap), Normal, job+1, arrive)
			}
			continue
		}
		stayed += int64(at - came[job])
		if next, ok := s.Finish(at); ok {
			q.add(at+services.Exponential(service), Normal, next, finish)
		}
	}
	end := float64(s.since)
	return float64(s.Area) / end, float64(stayed) / float64(jobs) / service, float64(jobs) / end * service
}

// TestStationsAgreeWithErlang holds simulated departments against the formulas of M/M/c, and against Little's law.
func TestStationsAgreeWithErlang(t *testing.T) {
	for _, c := range []struct {
		hands int
		load  float64
	}{{1, .5}, {1, .8}, {3, .8}} {
		want := Servers{Arrivals: c.load * float64(c.hands), Service: 1, Count: c.hands}
		const seeds = 5
		inside := 0.0
		for seed := range uint64(seeds) {
			l, w, rate := queueing(seed, c.hands, c.load, 15_000)
			inside += l / seeds
			if math.Abs(l/(rate*w)-1) > .005 {
				t.Errorf("%+v: %v inside, Little's law says %v", c, l, rate*w)
			}
		}
		if math.Abs(inside/want.InSystem()-1) > .06 {
			t.Errorf("%+v: %v inside, Erlang says %v", c, inside, want.InSystem())
		}
	}
}

// TestExponential holds mean, variance and tail.
func TestExponential(t *testing.T) {
	s := Root{1, "exponential"}.Stream(0, "test")
	const n, mean = 400_000, 1_000_000
	sum, squares, beyond := 0.0, 0.0, 0
	for range n {
		x := float64(s.Exponential(mean)) / mean
		sum, squares = sum+x, squares+x*x
		if x > 3 {
			beyond++
		}
	}
	if m := sum / n; math.Abs(m-1) > .006 {
		t.Errorf("mean %v", m)
	}
	if v := squares/n - (sum/n)*(sum/n); math.Abs(v-1) > .02 {
		t.Errorf("variance %v", v)
	}
	if p := float64(beyond) / n; math.Abs(p-math.Exp(-3)) > .0015 {
		t.Errorf("beyond three means %v, want %v", p, math.Exp(-3))
	}
	for x := .5; x <= 1; x += 1. / 256 {
		if got := logarithm(x); math.Abs(got-math.Log(x)) > 1e-15 {
			t.Errorf("ln %v is %v", x, got)
		}
	}
}

func TestCalendar(t *testing.T) {
	c := Usual(time.Date(2026, 9, 28, 0, 0, 0, 0, time.UTC)) // a Monday
	c.Holidays = map[string]bool{"2026-10-01": true, "2026-10-02": true, "2026-10-05": true, "2026-10-06": true, "2026-10-07": true}
	c.Extra = map[string]bool{"2026-10-10": true} // a Saturday, worked in exchange
	if err := c.Check(); err != nil || c.Day() != 450 {
		t.Fatal(c.Day(), err)
	}
	for m, want := range map[Minute]string{
		0: "2026-09-28 09:00", 179: "2026-09-28 11:59", 180: "2026-09-28 13:30", 449: "2026-09-28 17:59", 450: "2026-09-29 09:00",
		3 * 450: "2026-10-08 09:00", 5 * 450: "2026-10-10 09:00", 6 * 450: "2026-10-12 09:00",
	} {
		if got := c.When(m).Format("2006-01-02 15:04"); got != want {
			t.Errorf("minute %d is %s, want %s", m, got, want)
		}
	}
	for text, want := range map[string]Minute{
		"2026-09-01 10:00": 0, "2026-09-28 07:00": 0, "2026-09-28 12:30": 180, "2026-09-28 20:00": 450, "2026-10-03 10:00": 1350, "2026-10-10 09:30": 5*450 + 30,
	} {
		moment, _ := time.Parse("2006-01-02 15:04", text)
		if got := c.At(moment); got != want {
			t.Errorf("%s is minute %d, want %d", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := Minute(rapid.IntRange(0, 200_000).Draw(t, "minute"))
		if back := c.At(c.When(m)); back != m {
			t.Fatalf("minute %d is %s, which is minute %d", m, c.When(m), back)
		}
	})
	for _, bad := range []Calendar{{}, {Weekdays: c.Weekdays}, {Weekdays: c.Weekdays, Shifts: []Shift{{600, 600}}}, {Weekdays: c.Weekdays, Shifts: []Shift{{600, 700}, {650, 800}}}} {
		if bad.Check() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}
