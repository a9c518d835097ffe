package understanding

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// library reads the shared utterances of a language: every fifth of an act is kept aside.
func library(t testing.TB, lang string) (train, aside []Example) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "content", "utterances", lang+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	acts := map[string][]string{}
	if err := yaml.Unmarshal(text, &acts); err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(acts))
	for act := range acts {
		names = append(names, act)
	}
	slices.Sort(names)
	for _, act := range names {
		for i, s := range acts[act] {
			if i%5 == 4 {
				aside = append(aside, Example{act, s})
			} else {
				train = append(train, Example{act, s})
			}
		}
	}
	return train, aside
}

// cues reads the notions of a language.
func cues(t testing.TB, lang string) Cues {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "content", "utterances", "cues.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string][]string{}
	if err := yaml.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	out := Cues{}
	for name, words := range all {
		out[name] = words[lang]
	}
	return out
}

// macroF1 is the mean over acts of the harmonic mean of precision and recall.
func macroF1(m *Model, aside []Example, wrong func(e Example, got Guess)) float64 {
	hits, said, are := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for _, e := range aside {
		got := m.Classify(e.Text)[0]
		said[got.Act]++
		are[e.Act]++
		if got.Act == e.Act {
			hits[e.Act]++
		} else {
			wrong(e, got)
		}
	}
	sum := 0.0
	for act := range are {
		if hits[act] > 0 {
			p, r := hits[act]/said[act], hits[act]/are[act]
			sum += 2 * p * r / (p + r)
		}
	}
	return sum / float64(len(are))
}

func TestTheLibraryIsLargeAndUnderstood(t *testing.T) {
	total := 0
	for _, lang := range []string{"zh", "en"} {
		train, aside := library(t, lang)
		total += len(train) + len(aside)
		m := Train(train, cues(t, lang))
		if len(m.Acts()) < 25 {
			t.Errorf("%s: %d acts", lang, len(m.Acts()))
		}
		f := macroF1(m, aside, func(e Example, got Guess) { t.Logf("%s: %s for %s (%.2f): %s", lang, got.Act, e.Act, got.P, e.Text) })
		t.Logf("%s: macro-F1 %.3f on %d kept aside", lang, f, len(aside))
		if f < 0.85 {
			t.Errorf("%s: macro-F1 %.3f", lang, f)
		}
	}
	if total < 1500 {
		t.Errorf("%d sentences", total)
	}
}

func TestTrainingIsTheSameEveryTime(t *testing.T) {
	some := []Example{{"greet", "您好"}, {"price", "五十万一台"}, {"greet", "早上好"}, {"price", "报价是三十万"}}
	a, b := Train(some, nil).Classify("您好啊"), Train(some, nil).Classify("您好啊")
	if a[0] != b[0] || a[0].Act != "greet" {
		t.Error(a, b)
	}
}

func TestSlots(t *testing.T) {
	text, err := os.ReadFile("testdata/slots.txt")
	if err != nil {
		t.Fatal(err)
	}
	right, all := 0, 0
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		want, sentence, _ := strings.Cut(line, "\t")
		all++
		if got := Find(sentence).String(); got == want {
			right++
		} else {
			t.Logf("line %d: %s: got %s, want %s", i+1, sentence, got, want)
		}
	}
	t.Logf("%d of %d exact", right, all)
	if all < 100 || float64(right) < 0.97*float64(all) {
		t.Errorf("%d of %d exact", right, all)
	}
}

func TestStrangeTexts(t *testing.T) {
	m := Train([]Example{{"a", "你好"}, {"b", "再见"}}, nil)
	for _, s := range []string{"", " ", "\x00", strings.Repeat("万", 3000), strings.Repeat("9", 3000) + "万元", "打零折", "九九九九九九亿亿亿万元", "1e999", "\xff\xfe", "net 999999", "点点点万"} {
		m.Classify(s)
		f := Find(s)
		if f.Money < 0 || f.Percent < 0 || f.Days < 0 || f.Number < 0 {
			t.Errorf("%.20q: %+v", s, f)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("账期60天，打九折，五十万元，三月十五日，12台")
	f.Fuzz(func(t *testing.T, s string) {
		if got := Find(s); got.Money < 0 || got.Percent < 0 || got.Days < 0 || got.Number < 0 || got.Date < 0 {
			t.Errorf("%q: %+v", s, got)
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	train, _ := library(b, "zh")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m := Train(train, cues(b, "zh"))
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		m.Classify("如果你们今天能签，账期60天可以改成90天，价格再让两个点")
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
}

func BenchmarkTrain(b *testing.B) {
	train, _ := library(b, "zh")
	for b.Loop() {
		Train(train, nil)
	}
}
