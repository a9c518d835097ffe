package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tongguan/quizzes/grading"
)

func readAll(t *testing.T, format, text string) []Question {
	t.Helper()
	out, err := Read(format, strings.NewReader(text), "")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fates writes what became of questions, a line each.
func fates(qs []Question) (out []string) {
	for _, q := range qs {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %s", q.Line, q.Type, q.Status, q.Reason)))
	}
	return out
}

const gift = `// a comment
$CATEGORY: $course$/Sales

::Q1:: Who reviews the contract? {
=Legal # right
~Sales
~%-50%Nobody
}

// true or false
The floor may be undercut.{F#never without approval}

Two are right {~%50%one ~%50%two ~%-100%three}

Stage {=four =4} is negotiation.

Match them {
=2.4.1 -> Preparation
=2.4.2 -> Price
}

How many stages? {#6}

::pi:: [html]<p>Pi &amp; co</p> {#3.14:0.01}

Between {#1..5}

Write about it {}

Just a text, 5 \{not an answer\}.

Broken {=a ~b

::Escaped:: Is 2 \= 2\: yes? {=yes\, it is \= so ~no}
`

func TestGIFT(t *testing.T) {
	qs := readAll(t, "gift", gift)
	want := []string{"4 multichoice imported", "11 truefalse imported", "13 multichoice imported", "15 shortanswer imported",
		"17 match imported", "22 numerical imported", "24 numerical imported", "26 numerical imported", "28 essay imported",
		"30 description unsupported exchange.description", "32  broken exchange.brace", "34 multichoice imported"}
	if d := cmp.Diff(want, fates(qs)); d != "" {
		t.Fatal(d)
	}
	if q := qs[0]; q.Name != "Q1" || q.Category != "$course$/Sales" || q.Becomes.Stem.EN != "Who reviews the contract?" || q.Becomes.Type != grading.Single ||
		q.Becomes.Options[0].Why.EN != "right" || !q.Becomes.Options[0].Right || q.Becomes.Options[2].Credit != -50 {
		t.Errorf("%+v", q.Becomes)
	}
	if q := qs[1].Becomes; !q.Options[1].Right || q.Explanation.EN != "never without approval" {
		t.Errorf("%+v", q)
	}
	if q := qs[2].Becomes; q.Rule != grading.RightMinusWrong || !q.Options[1].Right || q.Options[2].Right {
		t.Errorf("%+v", q)
	}
	if qs[3].Becomes.Stem.EN != "Stage _____ is negotiation." || qs[4].Becomes.Things[1].Text.EN != "2.4.2" || qs[6].Becomes.Stem.EN != "Pi & co" ||
		qs[6].Becomes.Figures[0].Tolerance != "0.01" || qs[7].Becomes.Figures[0].Value != "3" || qs[7].Becomes.Figures[0].Tolerance != "2" {
		t.Errorf("%+v", qs[3:8])
	}
	if q := qs[11]; q.Name != "Escaped" || q.Becomes.Stem.EN != "Is 2 = 2: yes?" || q.Becomes.Options[0].Text.EN != `yes\, it is = so` {
		t.Errorf("%+v", q.Becomes)
	}
}

func TestAiken(t *testing.T) {
	qs := readAll(t, "aiken", "Which is first?\nof the six\nA. Development\nB) Price\nANSWER: A\n\nNo answer\nA. x\nB. y\n\nWrong answer\nA. x\nB. y\nANSWER: Q\nANSWER: A\n")
	want := []string{"1 multichoice imported", "7 multichoice broken exchange.no_answer_line", "11 multichoice broken exchange.answer", "15 multichoice broken exchange.answer"}
	if got := fates(qs); !slices.Equal(got, want) {
		t.Fatalf("%q", got)
	}
	if q := qs[0].Becomes; q.Stem.EN != "Which is first?\nof the six" || !q.Options[0].Right || q.Options[1].Right {
		t.Errorf("%+v", q)
	}
}

const moodle = `<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>Sales/Law</text></category></question>
<question type="multichoice"><name><text>Q</text></name><questiontext format="html"><text><![CDATA[<p>Who<script>alert(1)</script> signs?</p>]]></text></questiontext>
<single>true</single><answer fraction="100"><text>Legal</text><feedback><text>yes</text></feedback></answer><answer fraction="-33.33333"><text>Me</text></answer></question>
<question type="truefalse"><name><text>T</text></name><questiontext><text>True?</text></questiontext><answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
<question type="matching"><name><text>M</text></name><questiontext><text>m</text></questiontext><subquestion><text>a</text><answer><text>1</text></answer></subquestion><subquestion><text>b</text><answer><text>2</text></answer></subquestion><subquestion><text></text><answer><text>3</text></answer></subquestion></question>
<question type="essay"><name><text>E</text></name><questiontext><text>e</text></questiontext></question>
<question type="cloze"><name><text>C</text></name><questiontext><text>c {1:SA:=x}</text></questiontext></question>
<question type="calculatedmulti"><name><text>F</text></name><questiontext><text>{a}+{b}</text></questiontext></question>
<question type="numerical"><name><text>N</text></name><questiontext><text>n</text></questiontext><answer fraction="100"><text>3.1</text><tolerance>0.1</tolerance></answer></question>
<question type="ddmarker"><name><text>D</text></name><questiontext><text>d</text></questiontext></question>
<question type="multichoice"><name><text>None</text></name><questiontext><text>none right</text></questiontext><answer fraction="0"><text>x</text></answer></question>
</quiz>`

func TestMoodleXML(t *testing.T) {
	qs := readAll(t, "moodlexml", moodle)
	var got []string
	for _, q := range qs {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", q.Name, q.Type, q.Status, q.Reason)))
	}
	want := []string{"Q multichoice imported", "T truefalse imported", "M match imported", "E essay imported",
		"C multianswer imported", "F calculated unsupported exchange.calculated_options", "N numerical imported",
		"D ddmarker unsupported exchange.image", "None multichoice broken exchange.no_right"}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
	if q := qs[0]; q.Becomes.Stem.EN != "Who signs?" || q.Category != "Sales/Law" || q.Becomes.Options[1].Credit != -33 || q.Line < 4 {
		t.Errorf("%+v", q)
	}
	half := readAll(t, "moodlexml", moodle[:strings.Index(moodle, "<question type=\"essay\"")+60])
	if last := half[len(half)-1]; len(half) != 4 || last.Status != Broken || last.Reason != "exchange.xml" {
		t.Errorf("%q", fates(half))
	}
}

func TestCSV(t *testing.T) {
	qs := readAll(t, "csv", "name,type,text,right,wrong\nq1,multichoice,Who?,Legal,Sales|Nobody\n,numerical,How many?,6±0,\nm,match,Match,a=1|b=2,\nbad,match,Match,a|b,\nnone,multichoice,What?,,x\n")
	want := []string{"2 multichoice imported", "3 numerical imported", "4 match imported", "5 match broken exchange.pair", "6 multichoice broken exchange.no_right"}
	if d := cmp.Diff(want, fates(qs)); d != "" {
		t.Fatal(d)
	}
}

func TestEncodings(t *testing.T) {
	const zh, fr = "谁审核合同？\nA. 法务\nB. 销售\nANSWER: A\n", "Le délai est-il tenu ?\nA. Oui, déjà\nB. Non\nANSWER: A\n"
	gb, _ := simplifiedchinese.GB18030.NewEncoder().String(zh)
	latin, _ := charmap.Windows1252.NewEncoder().String(fr)
	wide16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(zh)
	for name, c := range map[string][2]string{"UTF-8": {zh, "谁审核合同？"}, "a mark": {"\ufeff" + zh, "谁审核合同？"}, "GB18030": {gb, "谁审核合同？"},
		"windows-1252": {latin, "Le délai est-il tenu ?"}, "UTF-16": {wide16, "谁审核合同？"}, "CRLF": {strings.ReplaceAll(zh, "\n", "\r\n"), "谁审核合同？"}} {
		if qs := readAll(t, "aiken", c[0]); len(qs) != 1 || qs[0].Status != Imported || qs[0].Becomes.Stem.In("en") != c[1] && qs[0].Becomes.Stem.ZH != c[1] {
			t.Errorf("%s: %+v", name, qs)
		}
	}
	head := strings.Replace(moodle, "UTF-8", "GB18030", 1)
	encoded, _ := simplifiedchinese.GB18030.NewEncoder().String(strings.Replace(head, "Legal", "法务", 1))
	if qs := readAll(t, "moodlexml", encoded); qs[0].Becomes.Options[0].Text.ZH != "法务" {
		t.Errorf("%+v", qs[0])
	}
}

// TestRefusedFiles tries files that must not be read, and says why each is refused.
func TestRefusedFiles(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><quiz><question type="essay"><name><text>&b;</text></name></question></quiz>`
	outside := `<!DOCTYPE quiz SYSTEM "file:///etc/passwd"><quiz></quiz>`
	for name, c := range map[string][3]string{
		"an entity bomb": {"moodlexml", bomb, "exchange.entities"},
		"another's file": {"moodlexml", outside, "exchange.entities"},
		"another root":   {"moodlexml", "<html></html>", "exchange.not_quiz"},
		"no XML":         {"moodlexml", "hello & <", "exchange.xml"},
		"half a UTF-16":  {"gift", "\xff\xfeh\x00i", "exchange.encoding"},
		"zero bytes":     {"aiken", "a\x00b", "exchange.encoding"},
		"another format": {"word", "x", "exchange.format"},
		"no header":      {"csv", "a,b\n1,2\n", "exchange.csv_header"},
		"a broken row":   {"csv", "name,type,text,right,wrong\n\"a,b\n", "exchange.csv"},
		"a hundred MB":   {"gift", strings.Repeat("x", MaxFile+1), "exchange.too_large"},
		"odd charset":    {"moodlexml", `<?xml version="1.0" encoding="EBCDIC"?><quiz></quiz>`, "exchange.xml"},
	} {
		_, err := Read(c[0], strings.NewReader(c[1]), "")
		var e *FileError
		if !errors.As(err, &e) || e.Key != c[2] {
			t.Errorf("%s: %v, want %s", name, err, c[2])
		}
	}
}
