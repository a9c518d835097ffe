package admin

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestFitOfAPublicTable fits the published CRM table, whose part that is held back the flow must foretell.
func TestFitOfAPublicTable(t *testing.T) {
	folder := "../../../../shared/vectors/pipeline"
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("TONGGUAN_TEST_STRICT") == "1" {
			t.Fatal(err)
		}
		t.Skip("the published table is not here")
	}
	var out, errs bytes.Buffer
	world := filepath.Join(t.TempDir(), "crm.yaml")
	if code := Main([]string{"simulate", "fit", "-list", filepath.Join(folder, "products.csv"), "-out", world, "-json", filepath.Join(folder, "opportunities.csv")}, &out, &errs); code != 0 {
		t.Fatal(code, errs.String())
	}
	var r fitReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	f := r.Fitness
	if r.Fitted+r.HeldBack != 4726 || r.Products != 7 || f.WinError > 3*f.WinSE {
		t.Errorf("%+v", r)
	}
	for name, p := range map[string]float64{"won": f.WonDays.P, "lost": f.LostDays.P, "value": f.Value.P} {
		if p < .01 {
			t.Errorf("%s: the held-back part does not fit, p = %v: %+v", name, p, f)
		}
	}
	out.Reset()
	if code := Main([]string{"simulate", "run", world, "-policy", "script", "-reps", "20", "-json"}, &out, &errs); code != 0 {
		t.Fatal(code, errs.String())
	}
	var run runReport
	if err := json.Unmarshal(out.Bytes(), &run); err != nil {
		t.Fatal(err)
	}
	if c := run.Figures["conversion"].Mean; c < f.Win-.1 || c > f.Win+.1 {
		t.Errorf("the fitted territory converts %.3f, the table %.3f", c, f.Win)
	}
}
