package ical

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
	"github.com/google/go-cmp/cmp"
)

var example = Calendar{Name: "通关：我的培训", Refresh: time.Hour, Events: []Event{
	{UID: "06a@tongguan.example.cn", Stamp: 1_770_000_000_123, Sequence: 2, Start: 1_770_100_000_000, End: 1_770_107_200_000, Summary: "价格谈判；第二单元, 上午",
		Description: "请带电脑。\r\n地址：C:\\培训\n" + strings.Repeat("很长的说明", 40), Location: "上海, 3楼; 会议室", URL: "https://tongguan.example.cn/training/06a?x=1,2;3",
		Categories: []string{"培训,内部", "", "必修"}},
	{UID: "06b@tongguan.example.cn", Stamp: 1_770_000_000_000, Day: "2026-12-31", Free: true, Summary: "到期"},
	{UID: "06c@tongguan.example.cn", Stamp: 1_770_000_000_000, Day: "2026-02-27", LastDay: "2026-03-01", Cancelled: true, Summary: "Retreat"},
	{UID: "06d@tongguan.example.cn", Stamp: 1_770_000_000_000, Start: 1_770_100_000_000, Summary: "开考"},
}}

func written(t testing.TB, c Calendar) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, c); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestCalendarIsAsItWas(t *testing.T) {
	got := written(t, example)
	want, err := os.ReadFile("testdata/example.ics")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// read is the calendar as an independent reader understands it.
func read(t testing.TB, file string) (name string, events []Event) {
	t.Helper()
	c, err := ical.NewDecoder(strings.NewReader(file)).Decode()
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	name = text(t, c.Props, "X-WR-CALNAME")
	for _, e := range c.Events() {
		seq, err := e.Props.Get(ical.PropSequence).Int()
		if err != nil {
			t.Fatal(err)
		}
		x := Event{UID: text(t, e.Props, ical.PropUID), Summary: text(t, e.Props, ical.PropSummary), Description: text(t, e.Props, ical.PropDescription),
			Location: text(t, e.Props, ical.PropLocation), Sequence: int64(seq), Stamp: moment(t, e.Props, ical.PropDateTimeStamp),
			Cancelled: text(t, e.Props, ical.PropStatus) == "CANCELLED", Free: text(t, e.Props, ical.PropTransparency) == "TRANSPARENT"}
		if e.Props.Get(ical.PropDateTimeStart).ValueType() == ical.ValueDate {
			x.Day = time.UnixMilli(moment(t, e.Props, ical.PropDateTimeStart)).UTC().Format(time.DateOnly)
			x.LastDay = time.UnixMilli(moment(t, e.Props, ical.PropDateTimeEnd)).UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		} else {
			x.Start = moment(t, e.Props, ical.PropDateTimeStart)
			x.End = moment(t, e.Props, ical.PropDateTimeEnd)
		}
		if p := e.Props.Get(ical.PropURL); p != nil {
			u, err := p.URI()
			if err != nil {
				t.Fatal(err)
			}
			x.URL = u.String()
		}
		if p := e.Props.Get(ical.PropCategories); p != nil {
			if x.Categories, err = p.TextList(); err != nil {
				t.Fatal(err)
			}
		}
		events = append(events, x)
	}
	return name, events
}

func text(t testing.TB, p ical.Props, name string) string {
	t.Helper()
	s, err := p.Text(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func moment(t testing.TB, p ical.Props, name string) int64 {
	t.Helper()
	at, err := p.DateTime(name, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

func TestAnotherReaderUnderstands(t *testing.T) {
	name, got := read(t, written(t, example))
	want := append([]Event(nil), example.Events...)
	want[0].Stamp = 1_770_000_000_000 // whole seconds
	want[0].Description = plain(want[0].Description)
	want[0].Categories = []string{"培训,内部", "必修"}
	want[1].LastDay = want[1].Day
	if diff := cmp.Diff(want, got); diff != "" || name != example.Name {
		t.Errorf("%q\n%s", name, diff)
	}
}

// wellFormed says what RFC 5545 says of every file: lines end in CR LF, have at most 75 bytes and hold whole characters.
func wellFormed(t testing.TB, file string) {
	t.Helper()
	body, ended := strings.CutSuffix(file, "\r\n")
	if !ended {
		t.Fatalf("the last line has no end: %q", file)
	}
	for l := range strings.SplitSeq(body, "\r\n") {
		if l == "" || len(l) > 75 || !utf8.ValidString(l) || strings.ContainsFunc(l, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			t.Fatalf("line %q", l)
		}
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	good := Event{UID: "1", Start: 1000, End: 2000}
	for name, change := range map[string]func(*Event){
		"no UID": func(e *Event) { e.UID = "" }, "no start": func(e *Event) { e.Start = 0 }, "ends before": func(e *Event) { e.End = 500 },
		"days and moments": func(e *Event) { e.Day = "2026-11-27" }, "no date": func(e *Event) { *e = Event{UID: "1", Day: "2026-02-30"} },
		"no last date": func(e *Event) { *e = Event{UID: "1", Day: "2026-02-28", LastDay: "soon"} },
		"backwards":    func(e *Event) { *e = Event{UID: "1", Day: "2026-02-28", LastDay: "2026-02-27"} },
		"path":         func(e *Event) { e.URL = "/training" }, "two lines": func(e *Event) { e.URL = "https://a.cn/\r\nATTENDEE:b" },
		"no text": func(e *Event) { e.URL = "https://a.cn/?" + strings.Repeat("\x80", 200) },
	} {
		e := good
		change(&e)
		var out bytes.Buffer
		if err := Write(&out, Calendar{Events: []Event{good, e}}); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, out.Len())
		}
	}
	if err := Write(&bytes.Buffer{}, Calendar{Events: []Event{good}}); err != nil {
		t.Error(err)
	}
}

func FuzzAnyTextArrives(f *testing.F) {
	for _, s := range []string{"", "通关", `\n`, "\\;,\n", "a\r\nEND:VCALENDAR\r\nb", strings.Repeat("通", 30), strings.Repeat("😀", 40) + "x", " \t ", "\x00\x7f\xff", "\u2028\u0085\v",
		strings.Repeat(" ", 80), `"^:`, strings.Repeat("a", 67) + "é"} {
		f.Add(s, "b", int64(1_770_000_000))
	}
	f.Fuzz(func(t *testing.T, a, b string, at int64) {
		start := 1000 * (1 + (at&0x7fffffffffffffff)%250_000_000_000) // up to the year 9892
		c := Calendar{Name: a, Events: []Event{
			{UID: "1" + a, Stamp: start, Start: start, End: start + 1000, Summary: a, Description: b, Location: b + a, Categories: []string{a, b}},
			{UID: "2" + b, Stamp: start, Start: start, Summary: b, Description: a},
		}}
		file := written(t, c)
		wellFormed(t, file)
		name, got := read(t, file)
		want := append([]Event(nil), c.Events...)
		for i := range want {
			e := &want[i]
			e.UID, e.Summary, e.Description, e.Location = plain(e.UID), plain(e.Summary), plain(e.Description), plain(e.Location)
			var kept []string
			for _, k := range e.Categories {
				if k != "" {
					kept = append(kept, plain(k))
				}
			}
			e.Categories = kept
		}
		if diff := cmp.Diff(want, got); diff != "" || name != plain(a) {
			t.Errorf("%q\n%s", name, diff)
		}
	})
}
