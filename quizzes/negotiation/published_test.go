package negotiation

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const vectors = "../../../shared/vectors/negotiation"

// published gives the folders of one form of published domains.
func published(t testing.TB, form string) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(vectors, form, "domain*"))
	if err != nil || len(folders) == 0 {
		if os.Getenv("TONGGUAN_TEST_STRICT") == "1" {
			t.Fatalf("no published domains in %s", vectors)
		}
		t.Skip("no published domains beside the project")
	}
	return folders
}

func load(t testing.TB, folder string) *Domain {
	t.Helper()
	var text [2][]byte
	for i, name := range []string{"profileA.json", "profileB.json"} {
		var err error
		if text[i], err = os.ReadFile(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := ReadProfiles(filepath.Base(folder), text[0], text[1])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s is %.12f, published %.12f", what, got, want)
	}
}

func TestPublishedFirstForm(t *testing.T) {
	for _, folder := range published(t, "form1") {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			var want struct {
				NumberOfBids             int
				Opposition, BalanceScore float64
				Product                  float64 `json:"Nash Product"`
				Welfare                  float64 `json:"Social Welfare"`
				NashA                    float64 `json:"Nash_A"`
				NashB                    float64 `json:"Nash_B"`
				SumA                     float64 `json:"Kalai_A"`
				SumB                     float64 `json:"Kalai_B"`
			}
			readJSON(t, filepath.Join(folder, "specs.json"), &want)
			d := load(t, folder)
			a := Analyse(d)
			if a.Outcomes != want.NumberOfBids {
				t.Errorf("%d outcomes, published %d", a.Outcomes, want.NumberOfBids)
			}
			near(t, "Nash A", a.Nash.U[A].Float(), want.NashA, 1e-9)
			near(t, "Nash B", a.Nash.U[B].Float(), want.NashB, 1e-9)
			near(t, "Nash product", a.Nash.U[A].Float()*a.Nash.U[B].Float(), want.Product, 1e-9)
			near(t, "utilitarian A", a.Utilitarian.U[A].Float(), want.SumA, 1e-9)
			near(t, "utilitarian B", a.Utilitarian.U[B].Float(), want.SumB, 1e-9)
			near(t, "welfare", (a.Utilitarian.U[A] + a.Utilitarian.U[B]).Float(), want.Welfare, 1e-9)
			near(t, "opposition", a.OppositionUtilitarian, want.Opposition, 1e-9)
			near(t, "balance", a.Balance, want.BalanceScore, 1e-9)
		})
	}
}

func TestPublishedSecondForm(t *testing.T) {
	type point struct {
		Bid     map[string]string
		Utility [2]float64
	}
	for _, folder := range published(t, "form2") {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			var want struct {
				Size        int
				Opposition  float64
				Nash, Kalai point
				Front       []point `json:"pareto_front"`
			}
			readJSON(t, filepath.Join(folder, "specials.json"), &want)
			d := load(t, folder)
			a := Analyse(d)
			if a.Outcomes != want.Size {
				t.Errorf("%d outcomes, published %d", a.Outcomes, want.Size)
			}
			same := func(what string, got Point, want point) {
				t.Helper()
				near(t, what+" A", got.U[A].Float(), want.Utility[0], 1e-6)
				near(t, what+" B", got.U[B].Float(), want.Utility[1], 1e-6)
			}
			same("Nash", *a.Nash, want.Nash)
			same("least difference", a.MinAbsDifference, want.Kalai)
			near(t, "opposition", a.OppositionMinAbsDifference, want.Opposition, 1e-6)
			slices.SortStableFunc(want.Front, func(p, q point) int {
				if p.Utility[0] > q.Utility[0] {
					return -1
				}
				return 1
			})
			if len(a.Pareto) != len(want.Front) {
				t.Fatalf("%d outcomes on the frontier, published %d", len(a.Pareto), len(want.Front))
			}
			for i, p := range a.Pareto {
				same("frontier", p, want.Front[i])
			}
		})
	}
}

func BenchmarkAnalyseAllPublished(b *testing.B) {
	var all []*Domain
	for _, form := range []string{"form1", "form2"} {
		for _, folder := range published(b, form) {
			all = append(all, load(b, folder))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range all {
			Analyse(d)
		}
	}
}
