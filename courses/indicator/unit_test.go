package indicator

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongguan/server/base/fault"
)

// TestParse is what people type, and what comes of it.
func TestParse(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		text string
		want int64
		key  string
	}{
		{Fen, "12,345.67", 1234567, ""}, {Fen, " ¥12,345.67 元 ", 1234567, ""}, {Fen, "１２，３４５．６７", 1234567, ""}, {Fen, "12345", 1234500, ""},
		{Fen, "-0.05", -5, ""}, {Fen, "−0.5", -50, ""}, {Fen, "(1,000.00)", -100000, ""}, {Fen, "（12）", -1200, ""}, {Fen, "12.5万", 12500000, ""},
		{Fen, "1.23456789亿元", 12345678900, ""}, {Fen, "12 345.6", 1234560, ""}, {Fen, "+3", 300, ""}, {Fen, ".5", 50, ""}, {Fen, "5.", 500, ""},
		{Fen, "-¥3", -300, ""}, {Fen, "¥-3", -300, ""}, {Fen, "1.500", 150, ""}, {Fen, "1000000000000", 100000000000000, ""},
		{Basis, "12.5", 1250, ""}, {Basis, "12.5%", 1250, ""}, {Basis, "１２．５％", 1250, ""}, {Basis, "-100", -10000, ""}, {Basis, "0", 0, ""},
		{Count, "1,234", 1234, ""}, {Count, "3.0", 3, ""}, {Count, "1.2万", 12000, ""}, {Points, "92.5", 9250, ""}, {Points, "92.5分", 9250, ""},
		{Fen, "", 0, "figure.value_needed"}, {Fen, "  ", 0, "figure.value_needed"}, {Fen, "many", 0, "figure.form_fen"}, {Fen, "12,5", 0, "figure.comma"},
		{Fen, "1,23,456", 0, "figure.comma"}, {Fen, "1.234", 0, "figure.exact_fen"}, {Fen, "1.2.3", 0, "figure.form_fen"}, {Fen, "--3", 0, "figure.form_fen"},
		{Fen, "-(3)", 0, "figure.form_fen"}, {Fen, "(-3)", 0, "figure.form_fen"}, {Fen, "(3", 0, "figure.form_fen"}, {Fen, "1e5", 0, "figure.form_fen"},
		{Fen, "1000000000000.01", 0, "figure.large"}, {Fen, "99999999999999999999", 0, "figure.large"}, {Fen, "-", 0, "figure.form_fen"}, {Fen, ".", 0, "figure.form_fen"},
		{Fen, "12%", 0, "figure.form_fen"}, {Count, "3.5", 0, "figure.exact_count"}, {Count, "¥3", 0, "figure.form_count"}, {Basis, "12.345", 0, "figure.exact_bp"},
		{Basis, "12万", 0, "figure.form_bp"}, {Points, "a", 0, "figure.form_points"}, {Points, "1.001", 0, "figure.exact_points"}, {Fen, "#DIV/0!", 0, "figure.form_fen"},
		{Fen, strings.Repeat("9", 400), 0, "figure.form_fen"}, {Fen, "元", 0, "figure.form_fen"}, {Fen, "-+3", 0, "figure.form_fen"},
	} {
		got, err := Parse(c.unit, c.text)
		key := ""
		if e := fault.Of(err); e != nil {
			key = e.Key
		}
		if key != c.key || err == nil && got != c.want {
			t.Errorf("%s %q is %d, %v; want %d %s", c.unit, c.text, got, err, c.want, c.key)
		}
	}
}

// TestWhatIsWrittenIsRead holds for every value of every unit, in both languages.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, v := rapid.SampledFrom(Units()).Draw(t, "unit"), rapid.Int64Range(-Limit, Limit).Draw(t, "value")
		for _, text := range []string{Format(u, v, "zh"), Format(u, v, "en"), Plain(u, v)} {
			if got, err := Parse(u, text); err != nil || got != v {
				t.Fatalf("%s %d is written %s and read %d, %v", u, v, text, got, err)
			}
		}
	})
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		unit         Unit
		v            int64
		zh, en, bare string
	}{{Fen, 1234567, "¥12,345.67", "¥12,345.67", "12345.67"}, {Fen, -5, "−¥0.05", "−¥0.05", "-0.05"}, {Fen, 150, "¥1.50", "¥1.50", "1.50"},
		{Fen, 100000000, "¥1,000,000", "¥1,000,000", "1000000"}, {Basis, 1250, "12.5%", "12.5%", "12.5"}, {Basis, -7, "−0.07%", "−0.07%", "-0.07"},
		{Count, 1234, "1,234", "1,234", "1234"}, {Points, 9250, "92.5分", "92.5", "92.5"}} {
		if zh, en, bare := Format(c.unit, c.v, "zh"), Format(c.unit, c.v, "en"), Plain(c.unit, c.v); zh != c.zh || en != c.en || bare != c.bare {
			t.Errorf("%s %d is %s, %s, %s", c.unit, c.v, zh, en, bare)
		}
	}
}

// FuzzParse reads anything: a value within the limit that is written and read as the same, or a reason.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"12,345.67", "（12）", "1.2亿", "-¥3", "1e5", "٣", "１２％", "(", "0.0000000000000000000", "−"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, u := range Units() {
			v, err := Parse(u, s)
			if err != nil {
				if fault.KindOf(err) != fault.Invalid {
					t.Fatalf("%s %q: %v", u, s, err)
				}
				continue
			}
			if again, err := Parse(u, Plain(u, v)); err != nil || again != v || v > Limit || v < -Limit {
				t.Fatalf("%s %q: %d, then %d, %v", u, s, v, again, err)
			}
		}
	})
}

func TestReadPeriod(t *testing.T) {
	for text, want := range map[string]string{"2026-11": "2026-11", "2026-1": "2026-01", "2026/11": "2026-11", "2026年11月": "2026-11", "２０２６年１月": "2026-01", "202611": "2026-11",
		"2026-11-30": "2026-11", "2026年11月3日": "2026-11", "Nov-26": "2026-11", "2026": "2026", "2026年": "2026", "2026.3": "2026-03", "2026-11-01 00:00:00": "2026-11",
		"2026-13": "", "2026-0": "", "1999": "", "2201-01": "", "11月": "", "": "", "202613": "", "26-11": "", "2026-11-": "2026-11", "x": ""} {
		got, err := ReadPeriod(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}
