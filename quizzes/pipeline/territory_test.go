package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"go.yaml.in/yaml/v3"
)

// worldsOf reads every world of the content.
func worldsOf(t testing.TB) map[string]*Territory {
	t.Helper()
	files, err := filepath.Glob("../../content/worlds/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	out := map[string]*Territory{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var w World
		if err := yaml.Unmarshal(text, &w); err != nil {
			t.Fatal(f, err)
		}
		territory, err := NewTerritory(w)
		if err != nil {
			t.Fatal(f, err)
		}
		out[w.Name] = territory
	}
	return out
}

func TestLook(t *testing.T) {
	for name, territory := range worldsOf(t) {
		for _, p := range PolicyNames[:5] {
			var sum Score
			acts, lost := 0, [5]int{}
			for seed := range uint64(30) {
				r := territory.NewRun(seed)
				r.Play(PolicyNamed(p), 0)
				s := r.Score()
				sum.Value += s.Value / 30
				sum.Margin += s.Margin / 30
				sum.Revenue += s.Revenue / 30
				sum.Wins += s.Wins
				sum.Satisfaction += s.Satisfaction
				sum.Fines += s.Fines / 30
				acts += r.State.Acts
				for i := range r.Log.Len() {
					if e := r.Log.At(i); e.Kind == LostFor {
						lost[e.Slot]++
					}
				}
			}
			t.Logf("%-10s %-10s value %9d margin %9d revenue %9d wins %.1f sat %d fines %8d acts %d lost %v", name, p, sum.Value/100, sum.Margin/100, sum.Revenue/100, float64(sum.Wins)/30, sum.Satisfaction/30, sum.Fines/100, acts/30, lost)
		}
	}
}
