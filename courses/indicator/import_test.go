package indicator

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

const wide = "登录名,姓名,月份,销售额（元）,潜在客户转化率,拜访次数\nrep,名字rep,2026-02,\"12,345.67\",12.5%,8\nauthor,,2026年2月,,,3\nlead,,2026-01,5万,7,\n"

// fates writes what becomes of the rows as “line fate cell…”, with the keys of what is wrong.
func fates(p Plan) (out []string) {
	for _, r := range p.Rows {
		s := fmt.Sprint(r.Line, " ", r.Fate)
		if r.Problem != nil {
			s += " " + strings.TrimPrefix(r.Problem.Key, "figure.")
		}
		for _, c := range r.Cells {
			if c.Problem != nil {
				s += " " + c.Indicator + ":" + strings.TrimPrefix(c.Problem.Key, "figure.")
			}
		}
		out = append(out, s)
	}
	return out
}

func (h *house) stored() (n int) {
	h.Helper()
	h.good(h.d.Read().Get(ctx, &n, "SELECT (SELECT count(*) FROM figure) + (SELECT count(*) FROM figure_import) + (SELECT count(*) FROM figure_period)"))
	return n
}

// TestImport looks first, imports, and imports again: in every encoding, and from a workbook.
func TestImport(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(wide)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(strings.ReplaceAll(wide, `"12,345.67"`, "12345.67"), ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(h *house) {
		h.put("hr", "visits", 7)
		for name, data := range map[string][]byte{"utf-8": []byte(wide), "mark": []byte("\ufeff" + wide), "gb18030": []byte(gb), "utf-16": []byte(utf16),
			"semicolons": []byte(strings.NewReplacer(`"12,345.67"`, "12345.67", ",", ";").Replace(wide)), "workbook": workbook(t)} {
			before := h.stored()
			plan, err := h.PlanImport(ctx, h.who["hr"], Upload{"月报.csv", data})
			h.good(err)
			if diff := cmp.Diff([]string{"2 change", "3 new", "4 new"}, fates(plan)); diff != "" || plan.Writes != 6 || h.stored() != before {
				t.Errorf("%s: %d to write, %s", name, plan.Writes, diff)
			}
			if c := plan.Rows[0].Cells[2]; c.Before == nil || *c.Before != 7 || c.Value != 8 || plan.Rows[0].Name != "名字rep" {
				t.Errorf("%s: %+v", name, plan.Rows[0])
			}
		}
		plan, done, err := h.Import(ctx, h.who["hr"], Upload{`C:\报表\月报.csv`, []byte(wide)})
		if err != nil || !done || plan.Writes != 6 {
			t.Fatal(plan, done, err)
		}
		h.want(map[string]string{"sales-amount": "1234567 imported 1", "conversion-rate": "1250 imported 1", "visits": "8 imported 2"})
		for name, data := range map[string][]byte{"the same": []byte(wide), "in another form": workbook(t)} {
			before := h.stored()
			plan, done, err = h.Import(ctx, h.who["hr"], Upload{"月报.csv", data})
			if err != nil || !done || plan.Writes != 0 || plan.Counts[FateSame] != 3 || h.stored() != before {
				t.Errorf("%s again: %v, %+v, %v", name, done, plan.Counts, err)
			}
		}
		all, err := h.History(ctx, h.who["rep"], h.at("visits"))
		h.good(err)
		if len(all) != 2 || all[0].File != "月报.csv" {
			t.Errorf("%+v", all)
		}
		h.digest()
	})
}

// digest holds the trail's digest of the import against what is stored.
func (h *house) digest() {
	h.Helper()
	var leaf string
	h.good(h.d.Read().Get(ctx, &leaf, "SELECT leaf FROM audit_entry WHERE act = 'figure.imported'"))
	var entry struct {
		Facts struct {
			Import, Digest string
			Figures        int
		}
	}
	h.good(json.Unmarshal([]byte(leaf), &entry))
	var all []Figure
	h.good(h.d.Read().Select(ctx, &all, "SELECT "+columns+from+"WHERE f.import_id = $1", entry.Facts.Import))
	if entry.Facts.Digest != Digest(all) || entry.Facts.Figures != len(all) || len(all) != 6 {
		h.Errorf("%+v does not prove %d figures", entry, len(all))
	}
	all[0].Value++
	if entry.Facts.Digest == Digest(all) {
		h.Error("another value has the same digest")
	}
}

// workbook is the same table as Excel would keep it: a share, a date, a formula with the value it had, and a number as computed.
func workbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	rows := [][]any{{"登录名", "姓名", "月份", "销售额（元）", "潜在客户转化率", "拜访次数"}, {"rep", "名字rep", 46054, 12345.670000000002, 0.125, 2.9999999999999996 + 5},
		{"author", nil, "2026年2月", nil, nil, nil}, {"lead", nil, "2026-01", "5万", 7.004, nil}}
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	percent, err := f.NewStyle(&excelize.Style{NumFmt: 9}) // 0 %: it shows 13 %
	month, err2 := f.NewStyle(&excelize.Style{NumFmt: 17}) // mmm-yy
	for _, err := range []error{err, err2, f.SetCellStyle("Sheet1", "E2", "E2", percent), f.SetCellStyle("Sheet1", "C2", "C2", month),
		f.SetCellFormula("Sheet1", "F3", "1+2")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return rezip(t, out.Bytes(), func(name, text string) string {
		return strings.Replace(text, "<f>1+2</f>", "<f>1+2</f><v>3</v>", 1) // the value that Excel writes beside a formula
	})
}

// rezip changes the files of a workbook.
func rezip(t *testing.T, data []byte, change func(name, text string) string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		to, err := w.Create(f.Name)
		if err == nil {
			_, err = io.WriteString(to, change(f.Name, string(text)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestBadRows says of each row and cell what is wrong, and writes nothing of the file.
func TestBadRows(t *testing.T) {
	file := strings.Join([]string{"login,name,period,sales-amount,visits",
		"rep,,2026-02,100,1", "nobody,,2026-02,1,1", "hr,,2026-02,1,1", "rep,李四,2026-01,1,1", "rep,,next month,1,1", "rep,,2026-04,1,1", "rep,,2026-02,,2",
		"author,,2026-02,\"1,2\",3.5", "author,,2026-01,1,-1", ",,2026-02,1,1", "rep,,,1,1", "rep,,2025-12,1,1,9", "rep,,2025-11,,", "stranger,,2026-02,1,1"}, "\n")
	want := []string{"2 new", "3 bad import_person", "4 bad import_own", "5 bad import_name", "6 bad period_form", "7 bad period_ahead", "8 bad visits:import_twice",
		"9 bad sales-amount:comma visits:exact_count", "10 bad visits:least", "11 bad import_login_missing", "12 bad period_form", "13 bad import_cells", "14 none", "15 new"}
	each(t, func(h *house) {
		before := h.stored()
		plan, done, err := h.Import(ctx, h.who["hr"], Upload{"a.csv", []byte(file)})
		if diff := cmp.Diff(want, fates(plan)); err != nil || done || diff != "" {
			t.Errorf("%v, %v\n%s", done, err, diff)
		}
		lead, err := h.PlanImport(ctx, h.who["lead"], Upload{"a.csv", []byte("login,period,visits\nstranger,2026-02,1\nnobody,2026-02,1\nlead,2026-02,1\n")})
		h.good(err)
		if diff := cmp.Diff([]string{"2 bad import_person", "3 bad import_person", "4 bad import_own"}, fates(lead)); diff != "" || lead.Rows[0].Name != "" {
			t.Errorf("who is out of reach looks otherwise than who does not exist:\n%s", diff)
		}
		if h.stored() != before {
			t.Error("a part of it was written")
		}
	})
}

// TestLongForm has one figure to a row.
func TestLongForm(t *testing.T) {
	each(t, func(h *house) {
		plan, done, err := h.Import(ctx, h.who["lead"], Upload{"a.csv", []byte("账号,月份,指标,数值\nrep,2026-02,拜访次数,8\nREP,2026/2,sales-amount,1.5万\nrep,2026-02,Visits,\n")})
		if err != nil || !done || plan.Writes != 2 {
			t.Fatalf("%+v, %v", fates(plan), err)
		}
		h.want(map[string]string{"sales-amount": "1500000 imported 1", "visits": "8 imported 1"})
		plan, done, err = h.Import(ctx, h.who["lead"], Upload{"a.csv", []byte("login,period,indicator,value\nrep,2026-02,luck,8\nrep,2026-02,visits,8\nrep,2026-02,visits,9\n")})
		if diff := cmp.Diff([]string{"2 bad luck:import_indicator", "3 same", "4 bad visits:import_twice"}, fates(plan)); err != nil || done || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	})
}

// TestFilesThatCannotBeRead are refused with a reason each.
func TestFilesThatCannotBeRead(t *testing.T) {
	bomb := rezip(t, workbook(t), func(name, text string) string {
		if strings.HasSuffix(name, "sheet1.xml") {
			return strings.Replace(text, "<sheetData>", "<sheetData>"+strings.Repeat(" ", maxUnzipped), 1)
		}
		return text
	})
	broad := rezip(t, workbook(t), func(name, text string) string {
		if strings.HasSuffix(name, "sheet1.xml") {
			var b strings.Builder
			for i := range 100_000 {
				fmt.Fprintf(&b, `<row r="%d"><c r="XFD%d" t="str"><v xml:space="preserve"> </v></c></row>`, 10+i, 10+i)
			}
			return strings.Replace(text, "</sheetData>", b.String()+"</sheetData>", 1)
		}
		return text
	})
	if len(bomb) > MaxImportBytes || len(broad) > MaxImportBytes {
		t.Fatal("the bomb is no small file")
	}
	each(t, func(h *house) {
		for _, c := range []struct {
			data []byte
			key  string
		}{
			{nil, "import_empty"}, {[]byte("login,period,visits\n"), "import_empty"}, {[]byte("\n\n"), "import_empty"}, {bomb, "import_book"}, {broad, "import_book"}, {[]byte("PK\x03\x04 no book"), "import_book"},
			{[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "import_old"}, {bytes.Repeat([]byte("x"), MaxImportBytes+1), "import_large"}, {[]byte("a\x00b"), "import_encoding"},
			{[]byte("\x81\xff\xff"), "import_encoding"}, {[]byte("login,period,visits\n\"rep"), "import_line"}, {[]byte("login,period,luck\nrep,1,1"), "import_heading"},
			{[]byte("login,period,visits,拜访次数\nrep,1,1,1"), "import_heading_twice"}, {[]byte("period,visits\n2026-02,1"), "import_no_login"},
			{[]byte("login,visits\nrep,1"), "import_no_period"}, {[]byte("login,period\nrep,2026-02"), "import_no_values"}, {[]byte("login,period,indicator\nrep,2026-02,visits"), "import_no_values"},
			{[]byte("login,period,visits,indicator,value\nrep,2026-02,1,visits,1"), "import_no_values"},
			{[]byte("login,period,visits\n" + strings.Repeat("rep,2026-02,1\n", MaxImportRows+1)), "import_rows"},
			{[]byte("login" + strings.Repeat(",", maxColumns+1) + "\n"), "import_columns"},
		} {
			_, err := h.PlanImport(ctx, h.who["hr"], Upload{"a", c.data})
			h.bad(err, fault.Invalid, "figure."+c.key)
		}
		_, err := h.PlanImport(ctx, h.who["rep"], Upload{"a", []byte(wide)})
		h.bad(err, fault.Missing, "error.missing")
	})
}

// TestTenThousandRows imports as many as there may be: one person's, for every month that there is and every indicator.
func TestTenThousandRows(t *testing.T) {
	var b strings.Builder
	b.WriteString("login,period,indicator,value\n")
	ids, n := []string{"sales-amount", "sales-profit", "growth-rate", "new-customers", "conversion-rate", "satisfaction", "complaints", "visits", "follow-up"}, 0
	for year := 2000; year <= 2025; year++ {
		for month := 1; month <= 12; month++ {
			for _, id := range ids {
				fmt.Fprintf(&b, "rep,%d-%02d,%s,%d\n", year, month, id, n%90)
				n++
			}
		}
	}
	for i := 0; n < MaxImportRows; i++ { // other people's
		login := []string{"author", "lead", "stranger"}[i/2800]
		fmt.Fprintf(&b, "%s,%d-%02d,%s,%d\n", login, 2000+i%2800/108, i%2800/9%12+1, ids[i%9], i%90)
		n++
	}
	each(t, func(h *house) {
		plan, done, err := h.Import(ctx, h.who["hr"], Upload{"a.csv", []byte(b.String())})
		if err != nil || !done || plan.Writes != MaxImportRows {
			t.Fatalf("%d to write, %v, %v, %v", plan.Writes, plan.Counts, done, err)
		}
		if h.events() != 1 {
			t.Errorf("%d entries in the trail", h.events())
		}
		plan, done, err = h.Import(ctx, h.who["hr"], Upload{"a.csv", []byte(b.String())})
		if err != nil || !done || plan.Writes != 0 || plan.Counts[FateSame] != MaxImportRows {
			t.Errorf("again: %v, %v, %v", plan.Counts, done, err)
		}
	})
}

// TestWhatASpreadsheetKeepsIsRead holds for every value of every unit: written by a spreadsheet, as a number or as we show it, it is
// read as the same.
func TestWhatASpreadsheetKeepsIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.SampledFrom(Units()).Draw(t, "unit")
		v := rapid.Int64Range(-Limit, Limit).Draw(t, "value")
		lang := rapid.SampledFrom([]string{"zh", "en"}).Draw(t, "lang")
		for shown, kept := range map[string]string{Plain(u, v): Plain(u, v), Format(u, v, lang): Format(u, v, lang)} {
			if got, err := Parse(u, bookCell(shown, kept, false).in(u)); err != nil || got != v {
				t.Fatalf("%s %d, kept as %s and shown as %s, is read %d, %v", u, v, kept, shown, got, err)
			}
		}
	})
}

// FuzzTable reads any file: rows within the bounds, or a reason.
func FuzzTable(f *testing.F) {
	all, _ := Read(os.DirFS("../../content"), nil)
	f.Add([]byte(wide))
	f.Add([]byte("login;period;visits\n\"rep\";2026-02;1"))
	f.Add([]byte("\xff\xfel\x00"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("login,period,indicator,value\nrep,2026,visits\n"))
	x := &Indicators{}
	x.Use(all)
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := readTable(data)
		if err == nil {
			_, err = x.headings(rows[0].cells)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
		for _, r := range rows {
			if len(r.cells) > maxColumns || r.line < 1 || slices.ContainsFunc(r.cells, func(c text) bool { return len(c.s) > maxText || strings.Contains(c.s, "\x00") }) {
				t.Fatalf("%+v", r)
			}
			for _, i := range all {
				for _, c := range r.cells {
					if v, err := i.Parse(c.in(i.Unit)); err == nil && (v < i.Least || v > i.Most) {
						t.Fatalf("%s %+v is %d", i.ID, c, v)
					}
				}
			}
		}
	})
}

// TestTwoImportsAtOnce imports two files about the same figures at once: each is there whole.
func TestTwoImportsAtOnce(t *testing.T) {
	each(t, func(h *house) {
		files := make(chan error, 8)
		for i := range 8 {
			text := fmt.Sprintf("login,period,visits,sales-amount\nrep,2026-02,%d,%d\nauthor,2026-02,%d,%d\n", i, i, i, i)
			who := h.who[[]string{"lead", "hr"}[i%2]]
			go func(a access.Actor) { _, _, err := h.Import(ctx, a, Upload{"a.csv", []byte(text)}); files <- err }(who)
		}
		for range 8 {
			h.good(<-files)
		}
		for _, login := range []string{"rep", "author"} {
			card, err := h.See(ctx, h.who["hr"], h.who[login].ID, "2026-02")
			h.good(err)
			visits, amounts := card.Versions["visits"], card.Versions["sales-amount"]
			for i := range visits {
				if len(visits) != len(amounts) || visits[i].Value*100 != amounts[i].Value || visits[i].Seq != int64(len(visits)-i) {
					t.Fatalf("of %s, version %d is %+v and %+v", login, i, visits[i], amounts[i])
				}
			}
		}
	})
}

// TestBookCell is how a spreadsheet shows and keeps what it has in a cell, and what we take it for.
func TestBookCell(t *testing.T) {
	for _, c := range []struct {
		shown, kept string
		want        text
	}{
		{"12.50%", "0.125", text{"12.5%", true}}, {"13%", "0.125", text{"12.5%", true}}, {"12,345.67", "12345.670000000002", text{"12345.67", true}},
		{"1.2E+07", "12345678", text{"12345678", true}}, {"Nov-26", "46327", text{s: "2026-11"}}, {"2026/11/1", "46327", text{s: "2026-11"}}, {"11/1/26", "46327", text{s: "2026-11"}},
		{"2026年11月", "46327.5", text{s: "2026-11"}}, {"46,327.00", "46327", text{"46327", true}}, {"46327kg", "46327", text{"46327", true}}, {"¥-12.00", "-12", text{"-12", true}},
		{"1/2", "0.5", text{"0.5", true}}, {"2026", "2026", text{"2026", true}}, {"", "5", text{}}, {"TRUE", "1x", text{s: "TRUE"}}, {"#DIV/0!", "#DIV/0!", text{s: "#DIV/0!"}},
		{"NaN", "NaN", text{s: "NaN"}}, {"1E+300", "1e300", text{}},
	} {
		got := bookCell(c.shown, c.kept, false)
		if c.kept == "1e300" {
			if _, err := Parse(Fen, got.in(Fen)); err == nil {
				t.Errorf("%s is an amount", c.kept)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s, kept as %s, is %+v", c.shown, c.kept, got)
		}
	}
	if got := bookCell("Nov-26", "44865", true); got.s != "2026-11" {
		t.Errorf("counted from 1904 it is %s", got.s)
	}
}
