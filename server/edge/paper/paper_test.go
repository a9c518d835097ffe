package paper

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"tongguan/server/edge/badges"
)

var press = sync.OnceValues(Open)

func open(t testing.TB) *Press {
	t.Helper()
	p, err := press()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func chinese(holder string) Certificate {
	return Certificate{Language: "zh-CN", Holder: holder, Number: "TG-2026-000123", Link: "https://learn.example.cn/certificates/TG-2026-000123",
		Issued: time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC),
		Main: Words{Heading: "认证证书", Confers: "兹证明", Earned: "已通过下列认证项目规定的全部课程、测验与演练", Title: "大客户销售通关认证", Issuer: "远山机械股份有限公司",
			Facts:   []Fact{{"证书编号", "TG-2026-000123"}, {"颁发日期", "2026年11月27日"}, {"有效期至", "2028年11月26日"}, {"总分", "92.05"}},
			Clauses: "依据的制度条款", Verify: "扫描二维码，或打开 learn.example.cn/certificates/TG-2026-000123 查验。本文件内含数字签名，可离线查验。"},
		Other: Words{Heading: "Certificate", Confers: "This is to certify that", Earned: "has completed all courses, quizzes and rehearsals required for", Title: "Key Account Sales Certification", Issuer: "Yuanshan Machinery Co., Ltd.",
			Facts:   []Fact{{"Number", "TG-2026-000123"}, {"Issued", "27 November 2026"}, {"Valid until", "26 November 2028"}, {"Score", "92.05"}},
			Clauses: "Clauses of the policy", Verify: "Scan the code or open the address to verify. The file carries a digital signature and can be verified offline."},
		Stages:  stages(),
		Clauses: []Clause{{"2.1.1", "客户信息收集"}, {"2.2.3", "需求确认"}, {"2.3.1", "方案评审"}, {"2.4.2", "价格谈判"}, {"2.5.1", "合同签订"}, {"2.6.4", "客户回访"}}}
}

func stages() []Stage {
	return []Stage{{"客户开发", "Develop", true}, {"需求分析", "Understand", true}, {"方案制定", "Design", true}, {"商务谈判", "Negotiate", true}, {"签约执行", "Deliver", true}, {"售后服务", "Care", true}}
}

func english(holder string) Certificate {
	c := chinese(holder)
	c.Language = "en"
	c.Main, c.Other = c.Other, c.Main
	c.Main.Verify, c.Other.Verify = "Scan the code or open learn.example.cn/certificates/TG-2026-000123 to verify. The file carries a digital signature and can be verified offline.", "扫描二维码或打开网址查验。本文件内含数字签名，可离线查验。"
	for i, s := range c.Stages {
		c.Stages[i].Main, c.Stages[i].Other = s.Other, s.Main
	}
	c.Clauses = []Clause{{"2.1.1", "Customer information"}, {"2.4.2", "Price negotiation"}, {"2.5.1", "Signing of contracts"}}
	return c
}

func samples() map[string]Certificate {
	endless := chinese("欧阳䶮㛃")
	endless.Main.Facts[2], endless.Other.Facts[2] = Fact{"有效期", "长期有效"}, Fact{"Validity", "No end"}
	long := chinese("阿卜杜热合曼·阿卜杜克里木·买买提明")
	long.Main.Title = "面向装备制造业大客户的顾问式销售流程（含需求分析、方案制定、商务谈判、签约执行与售后服务）高级认证"
	long.Other.Title = "Advanced certification in consultative selling to key accounts of the equipment industry, from needs analysis to after-sales service"
	partly := english("Нгуен Ґалаґан-Ївженко")
	for i := range 3 {
		partly.Stages[i+3].Passed = false
	}
	bare := english("Ng")
	bare.Other, bare.Clauses, bare.Stages = Words{}, nil, nil
	return map[string]Certificate{"two": chinese("李娜"), "rare": chinese("𠮷田𬭚"), "endless": endless, "long": long,
		"latin60": english("Maximiliane-Theodora von Württemberg-Hohenzollern zu Schönau"), "viet": english("Nguyễn Thị Ánh Đặng"), "cyrillic": partly, "bare": bare,
		"mixed": chinese("Łukasz 王"), "korean": chinese("김민준"), "huge": chinese(strings.Repeat("长孙无忌", 12))}
}

func print(t testing.TB, c Certificate) []byte {
	t.Helper()
	pdf, err := open(t).Print(c)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// prints are the samples, printed once for all tests that read them.
var prints = sync.OnceValues(func() (map[string][]byte, error) {
	p, err := press()
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for name, c := range samples() {
		if out[name], err = p.Print(c); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
})

func printed(t *testing.T) map[string][]byte {
	t.Helper()
	all, err := prints()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSamples(t *testing.T) {
	for name, pdf := range printed(t) {
		if len(pdf) > 700<<10 {
			t.Errorf("%s: %d bytes", name, len(pdf))
		}
		if dir := os.Getenv("TONGGUAN_TEST_SHOTS"); dir != "" {
			t.Log(name, len(pdf))
			if err := os.WriteFile(filepath.Join(dir, "certificate-"+name+".pdf"), pdf, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestSameCertificateSameBytes(t *testing.T) {
	c := chinese("𠮷田娜")
	first := print(t, c)
	other, err := Open() // as after a restart
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			again, err := other.Print(c)
			if err != nil || !bytes.Equal(first, again) {
				t.Errorf("other bytes the second time, %v", err)
			}
		})
	}
	wg.Wait()
	c.Issued = c.Issued.Add(time.Hour)
	if bytes.Equal(first, print(t, c)) {
		t.Error("another moment gives the same bytes")
	}
}

// Every name must come out of the file as it went in, when it is copied or searched.
func TestNamesAreReadBack(t *testing.T) {
	for name, c := range samples() {
		got := strings.ReplaceAll(read(t, printed(t)[name]), " ", "")
		for _, want := range []string{c.Holder, c.Main.Title, c.Number, c.Main.Facts[1].Value} {
			if !strings.Contains(got, strings.ReplaceAll(want, " ", "")) {
				t.Errorf("%s: %q is not in %q", name, want, got)
			}
		}
	}
}

// A printed certificate with its badge in it is bound to the last byte, and read by what reads PDF.
func TestAPrintedBadgeIsBound(t *testing.T) {
	site := badges.Site{URL: "https://learn.example.cn", Name: "远山机械股份有限公司"}
	keys, err := badges.OpenKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pdf := print(t, chinese("𠮷田娜"))
	sum := sha256.Sum256(pdf)
	issued := chinese("").Issued
	token, err := keys.Sign(site, badges.Badge{Number: "TG-2026-000123", Issued: issued, Paper: &sum, Holder: badges.Holder{Name: "𠮷田娜"},
		Programme: badges.Programme{ID: "key", Main: badges.Words{Title: "大客户销售通关认证", Summary: "六道关", Criteria: "全部通过"}}})
	if err != nil {
		t.Fatal(err)
	}
	file, err := badges.Attach(pdf, token)
	if err != nil {
		t.Fatal(err)
	}
	against := badges.Against{Issuer: site.Issuer(), Keys: keys.Set(site)}
	if v := badges.VerifyFile(file, against, issued); v.State != badges.Valid || v.Said.Holder.Hash != "𠮷田娜" {
		t.Errorf("%+v", v)
	}
	rapid.Check(t, func(t *rapid.T) {
		changed := bytes.Clone(file)
		for range 3 {
			changed[rapid.IntRange(0, len(file)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		}
		if v := badges.VerifyFile(changed, against, issued); !bytes.Equal(changed, file) && v.State != badges.Altered && v.State != badges.UnknownKey {
			t.Fatalf("%+v", v)
		}
	})
	chance := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		changed, at := bytes.Clone(file), chance.IntN(len(file))
		changed[at] ^= 1 << chance.IntN(8)
		if v := badges.VerifyFile(changed, against, issued); v.State != badges.Altered && v.State != badges.UnknownKey {
			t.Fatalf("byte %d: %+v", at, v)
		}
	}
	if dir := os.Getenv("TONGGUAN_TEST_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "certificate-signed.pdf"), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPdftotextAgrees(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is missing: only our own reader has read the files")
	}
	for name, c := range samples() {
		cmd := exec.Command("pdftotext", "-", "-")
		cmd.Stdin = bytes.NewReader(printed(t)[name])
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if got := strings.Join(strings.Fields(string(out)), ""); !strings.Contains(got, strings.ReplaceAll(c.Holder, " ", "")) || strings.Contains(got, "Error") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestCharactersThatNoFontHasAreNamed(t *testing.T) {
	for holder, want := range map[string]string{
		"王𪚥":            "no font has '𪚥' (U+2A6A5)",
		"محمد":          "no font has 'م' (U+0645) 'ح' (U+062D) 'د' (U+062F)",
		"สมชาย":         "no font has 'ส' (U+0E2A) 'ม' (U+0E21) 'ช' (U+0E0A) 'า' (U+0E32) 'ย' (U+0E22)",
		"李\u200b娜":      "no font has '\\u200b' (U+200B)",
		"李\n娜":          "no font has '\\n' (U+000A)",
		"葛\U000e0100":   "(U+E0100)",
		"x\u0323\u0332": "no font has '\u0323' (U+0323) '\u0332' (U+0332)",
		"李\ue000":       "no font has '\\ue000' (U+E000)",
		"王😀":            "no font has '😀' (U+1F600)",
		"\u202eabc":     "no font has '\\u202e' (U+202E)",
		"\uffff李\ufffe": "no font has '\\uffff' (U+FFFF) '\\ufffe' (U+FFFE)",
	} {
		_, err := open(t).Print(chinese(holder))
		var missing *MissingError
		if !errors.As(err, &missing) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", holder, err)
		}
	}
	c := chinese("李娜")
	c.Clauses[0].Title = "𪚥"
	if _, err := open(t).Print(c); err == nil {
		t.Error("a gap in a clause was accepted")
	}
}

// Typed apart or as one, an accented letter is set with the same glyph; what looks like a rare form stays as it is.
func TestCompose(t *testing.T) {
	for in, want := range map[string]string{"Nguye\u0302\u0303n": "Nguyễn", "Jose\u0301": "José", " 李娜 ": "李娜", "\ufa19": "\ufa19"} {
		if got := compose(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	if !bytes.Equal(print(t, english("Jose\u0301")), print(t, english("José"))) {
		t.Error("José is not José")
	}
	apart, joined := chinese("李娜"), chinese("李娜")
	apart.Other.Title, joined.Other.Title = "Cafe\u0301", "Café"
	apart.Clauses[1].Title, joined.Clauses[1].Title = "か\u3099", "が"
	if !bytes.Equal(print(t, apart), print(t, joined)) {
		t.Error("other texts are not composed")
	}
}

// The characters of personal names that public registers found hard, from the planes beyond the first too.
func TestCoverage(t *testing.T) {
	for what, text := range map[string]string{
		"rare":       "𠮷㛃䶮𬭚𬣙𬇙𫖯𫍽𬘓𬬭𫄨𫟹㑇㧑䓫䲟𫠊𦒍𣲘𣲗𫭼𬍛𤩽𡐓𬸪龘喆堃犇淼焱昉昇祎玥珺璟赟翀翯燚",
		"Western":    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŒœŠšŸŽž",
		"Central":    "ĄąĆćĘęŁłŃńŚśŹźŻżČčĎďĚěŇňŘřŤťŮůŐőŰűĂăȘșȚțŢţĐđĞğİıŞşĀāĒēĪīŪūĢģĶķĻļŅņĖėĮįŲų",
		"Vietnamese": "ĂăÂâĐđÊêÔôƠơƯưẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ",
		"Pinyin":     "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü",
		"Cyrillic":   "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюяЂЃЄЅІЇЈЉЊЋЌЎЏҐґҒғҚқҢңҮүҰұӘәӨө",
		"Greek":      "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩάέήίόύώϊϋΐΰ",
		"Kana":       "あいうえおアイウエオガギグ々ー",
		"Hangul":     "가각힣김이박최정",
		"marks":      "，。、；：？！（）《》「」『』【】〈〉“”‘’—…·－～％＃＆0123456789'’ʻ",
	} {
		if missing := open(t).Missing(text); len(missing) > 0 {
			t.Errorf("%s: %v", what, &MissingError{missing})
		}
	}
}

func TestBadCertificatesAreRefused(t *testing.T) {
	for name, f := range map[string]func(*Certificate){
		"nobody":       func(c *Certificate) { c.Holder = "  " },
		"no title":     func(c *Certificate) { c.Main.Title = "" },
		"no moment":    func(c *Certificate) { c.Issued = time.Time{} },
		"seven stages": func(c *Certificate) { c.Stages = append(c.Stages, c.Stages[0]) },
		"five facts":   func(c *Certificate) { c.Main.Facts = append(c.Main.Facts, c.Main.Facts[0]) },
		"endless link": func(c *Certificate) { c.Link = strings.Repeat("x", 5000) },
	} {
		c := chinese("李娜")
		f(&c)
		if _, err := open(t).Print(c); err == nil {
			t.Errorf("%s: printed", name)
		}
	}
	for _, n := range []int{150, 300, 100_000} {
		if _, err := open(t).Print(chinese(strings.Repeat("李", n))); !errors.Is(err, ErrTooLong) {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

// Whatever is set in lines: nothing is lost, nothing is wider than it may be, and no line begins or ends wrongly.
func TestLines(t *testing.T) {
	p := open(t)
	letters := []rune("销售流程需求分析，。）（《》“”abcDEF 12%-·…吉")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(strings.Fields(string(rapid.SliceOfN(rapid.SampledFrom(letters), 1, 60).Draw(t, "text"))), " ")
		s := style{size: 20}
		width := rapid.Float64Range(60, 400).Draw(t, "width")
		lines := p.lines(text, s, width)
		if a, b := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(text, " ", ""); a != b {
			t.Fatalf("%q became %q", b, a)
		}
		for _, l := range lines {
			if len([]rune(l)) > 1 && p.width(l, s) > width+0.001 {
				t.Fatalf("%q is wider than %v", l, width)
			}
		}
	})
	for text, width := range map[string]float64{"需求分析，方案制定，商务谈判，签约执行。": 84, "（需求分析）（方案制定）（商务谈判）": 105, "“需求”与“方案”与“谈判”": 65} {
		lines := p.lines(text, style{size: 20}, width)
		for i, l := range lines {
			r := []rune(l)
			if i > 0 && strings.ContainsRune(notFirst, r[0]) || i < len(lines)-1 && strings.ContainsRune(notLast, r[len(r)-1]) {
				t.Errorf("%q in %q", l, lines)
			}
		}
		if len(lines) < 3 {
			t.Errorf("%q", lines)
		}
	}
}

func TestChineseMarksAreChinese(t *testing.T) {
	p := open(t)
	for text, want := range map[string]string{"他说“好”": "han", "“Go”": "latin", "Łukasz": "latin", "𠮷": "rare"} {
		if got := p.runs(text, style{size: 10}); got[len(got)-1].face.name != want {
			t.Errorf("%s ends in %s", text, got[len(got)-1].face.name)
		}
	}
	loose, tight := p.width("A级", style{size: 10}), p.width("A级", style{size: 10, tight: true})
	if loose-tight < 1.79 || loose-tight > 1.81 {
		t.Errorf("%v and %v", loose, tight)
	}
}

var (
	stream  = regexp.MustCompile(`(?s)/Filter ?/FlateDecode.*?stream\n(.*?)\n?endstream`)
	fontObj = regexp.MustCompile(`(?m)^/BaseFont /([a-z-]+)\n(?:.*\n)*?/ToUnicode ([0-9]+) 0 R`)
	mapping = regexp.MustCompile(`(?m)^<([0-9A-F]{4})> <([0-9A-F]+)>$`)
	shown   = regexp.MustCompile(`/F([0-9]+) [^[]*\[<([0-9A-F]*)>\] TJ`)
)

// read takes the text out of a file by its tables of characters, as copying does.
func read(t *testing.T, pdf []byte) string {
	t.Helper()
	objects, err := split(pdf)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]map[string]string{}
	for n, m := range fontObj.FindAllSubmatch(bytes.Join(objects, nil), -1) {
		at, _ := strconv.Atoi(string(m[2]))
		table := map[string]string{}
		for _, l := range mapping.FindAllSubmatch(objects[at-1], -1) {
			units, _ := hex.DecodeString(string(l[2]))
			var utf []uint16
			for i := 0; i < len(units); i += 2 {
				utf = append(utf, binary.BigEndian.Uint16(units[i:]))
			}
			table[string(l[1])] = string(utf16.Decode(utf))
		}
		tables[strconv.Itoa(n+1)] = table
	}
	var out strings.Builder
	for _, o := range objects {
		m := stream.FindSubmatch(o)
		if m == nil || bytes.Contains(o, []byte("/Length1")) {
			continue
		}
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range shown.FindAllSubmatch(text, -1) {
			for glyphs := string(s[2]); glyphs != ""; glyphs = glyphs[4:] {
				out.WriteString(tables[string(s[1])][glyphs[:4]])
			}
		}
	}
	return out.String()
}
