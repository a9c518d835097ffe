package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tongguan/courses/indicator"
	"tongguan/server/base/db"
)

var figureFile = base64.StdEncoding.EncodeToString([]byte("login,period,visits\nlearner,2025-12,3\n"))

// measure gives the learner two figures.
func (h *house) measure() {
	h.Helper()
	h.names["mine"] = "mine"
	for _, period := range []string{"2026-01", "2026-02"} {
		if _, err := h.Indicators.Put(context.Background(), h.actor("manager"), indicator.Entry{Person: h.names["learner"], Period: period,
			Values: map[string]int64{"visits": 5}, Request: "stock " + period}); err != nil {
			h.Fatal(err)
		}
	}
}

var carriedFile = regexp.MustCompile(`<textarea name="data" hidden>([^<]*)</textarea>`)

// TestFiguresGoOutAndComeIn exports the table, fills it in, looks at what would become of it and imports it: as CSV and as a workbook.
// What was simulated says so in the file, and cannot come back as something real.
func TestFiguresGoOutAndComeIn(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		b, at := h.as("hr"), "?q=learner&period=2026-02"
		table := b.get("/figures.csv"+at).want(h.T, http.StatusOK).body
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 2 || rows[0][4] != "拜访次数（个）" || rows[1][4] != "5" {
			h.Fatal(table, err)
		}
		f, err := excelize.OpenReader(strings.NewReader(b.get("/figures.xlsx"+at).want(h.T, http.StatusOK).body))
		if err != nil {
			h.Fatal(err)
		}
		if err := f.SetCellInt(f.GetSheetName(0), "E2", 9); err != nil {
			h.Fatal(err)
		}
		var book bytes.Buffer
		if err := f.Write(&book); err != nil {
			h.Fatal(err)
		}
		for want, file := range map[int64]string{9: book.String(), 8: strings.Replace(table, ",5\r", ",8\r", 1)} {
			a := b.send(uploadRequest("/figures/import", url.Values{"csrf": {b.csrf}}, file)).want(h.T, http.StatusOK)
			m := carriedFile.FindStringSubmatch(a.body)
			if m == nil || h.visits("2026-02") == want {
				h.Fatalf("the preview carries nothing, or has written: %.500s", a.body)
			}
			b.post("/figures/import/apply", field1("data", html.UnescapeString(m[1]))).want(h.T, http.StatusSeeOther)
			if got := h.visits("2026-02"); got != want {
				h.Errorf("%d visits, want %d", got, want)
			}
		}
		h.simulated(b)
	})
}

func field1(name, value string) url.Values { return url.Values{name: {value}} }

// simulated takes over a simulated figure and follows it through every page that shows it.
func (h *house) simulated(b *browser) {
	h.Helper()
	at := "/figures/" + h.names["learner"]
	b.post(at+"/simulate", field1("period", "2026-03")).want(h.T, http.StatusSeeOther)
	table := b.get("/figures.csv?q=learner&period=2026-03").want(h.T, http.StatusOK).body
	tag := `<span class="tag tag-now">模拟</span>`
	for what, body := range map[string]string{"table": b.get("/figures?period=2026-03").body, "page": b.get(at + "?period=2026-03").body,
		"file": strings.ReplaceAll(table, "（模拟）", tag), "own page": h.as("learner").get("/figures/mine?period=2026-03").body} {
		if !strings.Contains(body, tag) {
			h.Errorf("the %s does not say that it is simulated", what)
		}
	}
	before := h.dump()
	again := b.send(uploadRequest("/figures/import", url.Values{"csrf": {b.csrf}}, table)).want(h.T, http.StatusOK)
	b.post("/figures/import/apply", field1("data", base64.StdEncoding.EncodeToString([]byte(table)))).want(h.T, http.StatusUnprocessableEntity)
	if !strings.Contains(again.body, "tag-red") || !sameRows(before, h.dump()) {
		h.Error("what was simulated came back as something real")
	}
}

// visits is what counts of the learner's.
func (h *house) visits(period string) int64 {
	h.Helper()
	all, err := h.Indicators.Of(context.Background(), h.DB.Read(), []string{h.names["learner"]}, period)
	if err != nil {
		h.Fatal(err)
	}
	return all[h.names["learner"]]["visits"].Value
}

// TestFrozenFigures are shown with the appraisal that they rest with, and without a form.
func TestFrozenFigures(t *testing.T) {
	h := one(t, options{}).stock()
	if err := h.DB.Write(context.Background(), func(q db.Q) error {
		return h.Indicators.Freeze(context.Background(), q, h.names["learner"], "2026-02", "二月考核")
	}); err != nil {
		t.Fatal(err)
	}
	b, at := h.as("hr"), "/figures/"+h.names["learner"]
	page := b.get(at+"?period=2026-02").want(t, http.StatusOK).body
	if !strings.Contains(page, "二月考核") || strings.Contains(page, "v.visits") || strings.Contains(page, "/withdraw") {
		t.Errorf("%.3000s", page)
	}
	a := b.post(at, url.Values{"period": {"2026-02"}, "v.visits": {"7"}, "request": {"late"}}).want(t, http.StatusConflict)
	if !strings.Contains(a.body, "notice-bad") || h.visits("2026-02") != 5 {
		t.Errorf("%.3000s", a.body)
	}
}

// TestOfferedFilesOfFigures sends what is no table of figures.
func TestOfferedFilesOfFigures(t *testing.T) {
	h := one(t, options{}).stock()
	b := h.as("manager")
	for name, file := range map[string]string{"binary": "\x00\x01\xff\xfe", "no book": "PK\x03\x04", "no headings": "a,b\n1,2\n", "too large": strings.Repeat("x", 3<<20), "empty": ""} {
		before := h.dump()
		if a := b.send(uploadRequest("/figures/import", url.Values{"csrf": {b.csrf}}, file)); a.status != http.StatusUnprocessableEntity || !sameRows(before, h.dump()) {
			t.Errorf("%s: status %d", name, a.status)
		}
	}
	b.post("/figures/import/apply", field1("data", "%%%")).want(t, http.StatusUnprocessableEntity)
	out := b.send(uploadRequest("/figures/import", url.Values{"csrf": {b.csrf}}, "login,period,visits\noutsider,2026-01,1\nnobody,2026-01,1\n")).want(t, http.StatusOK).body
	if strings.Contains(out, "某人 outsider") || strings.Count(out, "tag-red") != 2 {
		t.Errorf("somebody out of reach is seen: %.3000s", out)
	}
}
