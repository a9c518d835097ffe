package appraisal

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The machine, written out by hand; everything else must be refused.
func TestWholeMachine(t *testing.T) {
	type move struct {
		From State
		Do   Act
		To   State
	}
	want := []move{
		{"", Begin, Targets}, {Targets, EndTargets, Measuring}, {Measuring, EndFigures, Reviewing}, {Reviewing, EndReviews, Calibration}, {Calibration, Show, Shown},
		{Shown, Acknowledge, Acknowledged}, {Shown, Dispute, Disputed}, {Shown, Lapse, NoResponse}, {Acknowledged, Close, Closed}, {NoResponse, Close, Closed},
		{Disputed, Uphold, Upheld}, {Disputed, Amend, Amended}, {Upheld, Close, Closed}, {Amended, Close, Closed},
	}
	var got []move
	for _, from := range append([]State{""}, States()...) {
		for _, do := range append(Acts(), "unknown") {
			if to, ok := Next(from, do); ok {
				got = append(got, move{from, do, to})
			} else if to != from {
				t.Errorf("%s of %s is refused and leads to %s", do, from, to)
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, s := range States() {
		if do := byTime(s); do != "" {
			if _, ok := Next(s, do); !ok {
				t.Errorf("time does %s to %s", do, s)
			}
		}
		_, closable := Next(s, Close)
		if closable && !s.Open() {
			t.Errorf("%s can be closed and was not shown", s)
		}
	}
}
