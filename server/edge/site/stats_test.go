package site

import "testing"

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	n, m, small := 0.125, -0.5, -0.001
	for got, want := range map[string]string{percent(&n): "12%", percent(&m): "−50%", percent(&small): "0%", percent(nil): "–"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
