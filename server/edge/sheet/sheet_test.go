package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// shanghai has no summer time and needs no zone data.
var shanghai = time.FixedZone("CST", 8*60*60)

func rows(all ...[]Cell) iter.Seq2[[]Cell, error] {
	return func(yield func([]Cell, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

var example = Table{Name: "成绩: 华东/[一组]", Header: []string{"姓名", "=分数"}, Zone: shanghai, Rows: rows(
	[]Cell{Text("张伟"), Whole(-42), Decimal("-92.50"), Date("2026-11-27"), Moment(1_770_000_000_000)},
	[]Cell{Text("a,\"b\"\r\nc"), Whole(1 << 62), Decimal("0.1234567890123456"), Date("明天"), Moment(0)},
	[]Cell{Text("=1+1"), {}, Decimal("-1+1"), Date("1899-12-31"), Decimal("7")},
)}

func TestCSVIsWhatExcelReads(t *testing.T) {
	var out bytes.Buffer
	if err := CSV(&out, example); err != nil {
		t.Fatal(err)
	}
	want := "\ufeff姓名,'=分数\r\n张伟,-42,-92.50,2026-11-27,2026-02-02 10:40:00\r\n" +
		"\"a,\"\"b\"\"\r\nc\",4611686018427387904,0.1234567890123456,明天,\r\n'=1+1,,'-1+1,1899-12-31,7\r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestXLSXKeepsTypes(t *testing.T) {
	f := workbook(t, example)
	if name := f.GetSheetName(0); name != "成绩  华东  一组" {
		t.Errorf("sheet %q", name)
	}
	type cell struct {
		Shown, Raw string
		Kind       excelize.CellType
	}
	const number, written = excelize.CellTypeUnset, excelize.CellTypeInlineString
	for at, want := range map[string]cell{
		"A1": {"姓名", "姓名", written}, "B1": {"=分数", "=分数", written},
		"A2": {"张伟", "张伟", written}, "B2": {"-42", "-42", number}, "C2": {"-92.50", "-92.5", number},
		"D2": {"2026-11-27", "46353", number}, "E2": {"2026-02-02 10:40:00", "46055.4444444444", number},
		"A3": {"a,\"b\"\nc", "a,\"b\"\nc", written}, "B3": {"4611686018427387904", "4611686018427387904", written},
		"C3": {"0.1234567890123456", "0.1234567890123456", written}, "D3": {"明天", "明天", written},
		"A4": {"=1+1", "=1+1", written}, "C4": {"-1+1", "-1+1", written}, "D4": {"1899-12-31", "1899-12-31", written}, "E4": {"7", "7", number},
	} {
		var got cell
		var errs [3]error
		sheet := f.GetSheetName(0)
		got.Shown, errs[0] = f.GetCellValue(sheet, at)
		got.Raw, errs[1] = f.GetCellValue(sheet, at, excelize.Options{RawCellValue: true})
		got.Kind, errs[2] = f.GetCellType(sheet, at)
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", at, diff)
		}
		if formula, err := f.GetCellFormula(sheet, at); formula != "" || err != nil {
			t.Errorf("%s is the formula %s, %v", at, formula, err)
		}
		style, err := f.GetCellStyle(sheet, at)
		if err != nil {
			t.Fatal(err)
		}
		quoted := f.Styles.CellXfs.Xf[style].QuotePrefix
		if got, want := quoted != nil && *quoted, slices.Contains([]string{"B1", "A4", "C4"}, at); got != want {
			t.Errorf("%s quoted: %t", at, got)
		}
	}
}

func workbook(t interface{ Fatal(...any) }, x Table) *excelize.File {
	var out bytes.Buffer
	if err := XLSX(&out, x); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWhatMightRunIsSeen(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "plain": false, "价格=成本": false, "'=1": false, "−1": false, "1-1": false, "（=1）": false, "《": false,
		"=1+1": true, "+86": true, "-1": true, "@SUM(A1)": true, "\t=1": true, "\r=1": true, "\tplain": true, "\nplain": true, "\r": true,
		"＝1": true, "＋1": true, "－1": true, "＠A": true, " =1": true, "\u3000＝1": true, "\u00a0=1": true, "\u200b=1": true, "\ufeff=1": true,
		"\u202e=1": true, "\u00ad-1": true, "\ufe0f=1": true, "\u3164=1": true, "\u2060\u200d @A": true, "\u0301=1": true, "\U000e0001=1": true,
	} {
		if got := risky(s); got != want {
			t.Errorf("%q: %t", s, got)
		}
	}
}

func TestLongTextIsCutBetweenCharacters(t *testing.T) {
	for _, unit := range []string{"a", "通", "😀"} {
		for _, extra := range []string{"", "b"} {
			for n := longest/2 - 2; n < longest+3; n++ {
				if unit != "😀" && n < longest-3 {
					n = longest - 3
				}
				s := extra + strings.Repeat(unit, n)
				got := Text(s).text
				size := len(utf16.Encode([]rune(got)))
				if whole := len(utf16.Encode([]rune(s))) <= longest; whole != (got == s) || !utf8.ValidString(got) || size > longest ||
					!whole && (size < longest-1 || !strings.HasSuffix(got, "…") || !strings.HasPrefix(s, strings.TrimSuffix(got, "…"))) {
					t.Fatalf("%d of %q became %d units", n, unit, size)
				}
				if unit == "😀" && n > longest/2+3 {
					break
				}
			}
		}
	}
}

// No text that was exported begins a formula when it is read back, and nothing else of it is changed.
func TestNoTextIsAFormula(t *testing.T) {
	part := rapid.OneOf(rapid.SampledFrom([]string{"=", "+", "-", "@", "＝", "＋", "－", "＠", " ", "\u3000", "\u200b", "\ufeff", "\t", "\r", "\n", "\x00", "\x1b", "\u0085",
		"\ufffe", "\xff", "'", "\"", ",", ";", "_x003D_", "_x000D_", "_x005F_", "<f>1</f>", "&", "😀", "通", "1", "SUM(A1)"}), rapid.String())
	written := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, "parts"), "") })
	rapid.Check(t, func(t *rapid.T) {
		s := []string{"x", written.Draw(t, "a"), written.Draw(t, "b")}
		x := Table{Header: s, Rows: rows([]Cell{Text(s[0]), Text(s[1]), Decimal(s[2])})}
		var out bytes.Buffer
		if err := CSV(&out, x); err != nil {
			t.Fatal(err)
		}
		text, marked := bytes.CutPrefix(out.Bytes(), []byte("\ufeff"))
		read, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil || !marked || len(read) != 2 {
			t.Fatalf("%q, %v", out.String(), err)
		}
		f := workbook(t, x)
		for i, row := range read {
			for j, got := range row {
				want := legible(s[j])
				if number := i == 1 && fixedPoint.MatchString(s[j]) && j == 2; !number && strings.ContainsAny(firstSeen(got), "=+-@＝＋－＠\t\r\n") {
					t.Fatalf("%q is run", got)
				}
				if got != want && got != "'"+want {
					t.Fatalf("%q became %q", want, got)
				}
				at, err := excelize.CoordinatesToCellName(j+1, i+1)
				if err != nil {
					t.Fatal(err)
				}
				sheet := f.GetSheetName(0)
				shown, err1 := f.GetCellValue(sheet, at)
				formula, err2 := f.GetCellFormula(sheet, at)
				kind, err3 := f.GetCellType(sheet, at)
				if err := errors.Join(err1, err2, err3); err != nil || formula != "" || shown != want ||
					kind != excelize.CellTypeInlineString && shown != "" && !fixedPoint.MatchString(want) {
					t.Fatalf("%q became %q, formula %q, kind %v, %v", want, shown, formula, kind, err)
				}
			}
		}
	})
}

// firstSeen is the first character, or the first that is seen.
func firstSeen(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "\t\r\n") {
		return s[:1]
	}
	for _, r := range strings.TrimLeft(s, " \t\r\n\u3000\u00a0\u200b\ufeff\u0085") {
		return string(r)
	}
	return ""
}

func TestBrokenOffTable(t *testing.T) {
	gone := errors.New("gone")
	x := Table{Header: []string{"a"}, Rows: func(yield func([]Cell, error) bool) { _ = yield([]Cell{Text("b")}, nil) && yield(nil, gone) }}
	var out bytes.Buffer
	if err := CSV(&out, x); !errors.Is(err, gone) {
		t.Errorf("CSV: %v", err)
	}
	out.Reset()
	if err := XLSX(&out, x); !errors.Is(err, gone) || out.Len() > 0 {
		t.Errorf("XLSX: %v, %d bytes", err, out.Len())
	}
}

func TestSheetNames(t *testing.T) {
	for s, want := range map[string]string{"": "Sheet1", "'": "Sheet1", "[]": "Sheet1", "团队": "团队", strings.Repeat("长", 40): strings.Repeat("长", 31),
		strings.Repeat("长", 30) + "😀": strings.Repeat("长", 30), "'a'": "a", "\x00\xff": "Sheet1"} {
		if got := sheetName(s); got != want {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// What waits in memory does not grow with the rows: go test -bench . ./server/edge/sheet tells.
func BenchmarkTenThousandRows(b *testing.B) {
	for name, write := range map[string]func(io.Writer, Table) error{"csv": CSV, "xlsx": XLSX} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var most, now runtime.MemStats
				x := Table{Header: []string{"a"}, Rows: func(yield func([]Cell, error) bool) {
					for i := range 10_000 {
						if !yield([]Cell{Text(fmt.Sprint("员工", i)), Whole(int64(i)), Decimal("92.50"), Date("2026-11-27"), Moment(1_770_000_000_000), Text("备注")}, nil) {
							return
						}
						if i%1000 == 0 {
							if runtime.ReadMemStats(&now); now.HeapInuse > most.HeapInuse {
								most = now
							}
						}
					}
				}}
				if err := write(io.Discard, x); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(most.HeapInuse)/(1<<20), "MB-in-use")
			}
		})
	}
}
