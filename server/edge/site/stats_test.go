package site

import "testing"

func TestTextIsNoFormula(t *testing.T) {
	for text, want := range map[string]string{"=1+1": "'=1+1", "+86": "'+86", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"价格=成本": "价格=成本", "": "", "plain": "plain"} {
		if got := harmless(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	n, m, small := 0.125, -0.5, -0.001
	for got, want := range map[string]string{percent(&n): "12%", percent(&m): "−50%", percent(&small): "0%", percent(nil): "–"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
