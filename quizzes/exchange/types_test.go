package exchange

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// quiz puts one question of Moodle XML into a file.
func quiz(kind, inner string) string {
	return `<quiz><question type="` + kind + `"><name><text>N</text></name>` + inner + `</question></quiz>`
}

const asks = `<questiontext format="html"><text>Q?</text></questiontext>`

func answered(percent, text, more string) string {
	return `<answer fraction="` + percent + `"><text>` + text + `</text>` + more + `</answer>`
}

// set writes a data set of a calculated question.
func set(name, from, to, decimals string, items ...string) string {
	out := "<dataset_definition><name><text>" + name + "</text></name><distribution><text>uniform</text></distribution><minimum><text>" + from +
		"</text></minimum><maximum><text>" + to + "</text></maximum><decimals><text>" + decimals + "</text></decimals><dataset_items>"
	for i, v := range items {
		out += fmt.Sprintf("<dataset_item><number>%d</number><value>%s</value></dataset_item>", i+1, v)
	}
	return out + "</dataset_items></dataset_definition>"
}

func sets(list ...string) string {
	return "<dataset_definitions>" + strings.Join(list, "") + "</dataset_definitions>"
}

const order = `<answer fraction="1"><text>a</text></answer><answer fraction="2"><text>b</text></answer><answer fraction="3"><text>c</text></answer>`

// TestMoodleQuestions reads questions of every type; each is held exactly, or says why not.
func TestMoodleQuestions(t *testing.T) {
	cloze := func(s string) string {
		return quiz("cloze", `<questiontext format="html"><text><![CDATA[`+s+`]]></text></questiontext>`)
	}
	calculated := func(formula, more string) string {
		return quiz("calculated", `<questiontext><text>{a} and {b}?</text></questiontext>`+
			answered("100", formula, "<tolerance>0.01</tolerance><tolerancetype>2</tolerancetype>")+more)
	}
	ab := sets(set("a", "1", "9", "0", "3", "4"), set("b", "1", "2", "1", "1.5", "1.1"))
	units := "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit><unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"
	cases := map[string][]string{ // what the file has, and what becomes of it; then a response and its marks
		"case that matters":       {quiz("shortanswer", asks+`<usecase>1</usecase>`+answered("100", "Paris", "")), "exchange.case"},
		"case that cannot matter": {quiz("shortanswer", asks+`<usecase>1</usecase>`+answered("100", "法务", "")), "", "法务", "100"},
		"wildcards":               {quiz("shortanswer", asks+answered("100", "*legal*", "")+answered("0", "*", "")), "", "the legal one", "100"},
		"a real asterisk":         {quiz("shortanswer", asks+answered("100", `2\*3`, "")), "exchange.star"},
		"worse before better":     {quiz("shortanswer", asks+answered("50", "a*", "")+answered("100", "ab", "")), "exchange.first_counts"},
		"wrong before right":      {quiz("shortanswer", asks+answered("0", "ab", "")+answered("100", "a*", "")), "exchange.first_counts"},
		"worse apart from better": {quiz("shortanswer", asks+answered("50", "a*", "")+answered("100", "b*", "")), "", "ax", "50"},
		"anything":                {quiz("shortanswer", asks+answered("100", "*", "")), "exchange.anything"},
		"half at most":            {quiz("shortanswer", asks+answered("50", "a", "")), "exchange.no_full"},
		"signs of HTML":           {quiz("shortanswer", asks+answered("100", "a &lt;b&gt; c", "")), "", "a <b> c", "100"},
		"units":                   {quiz("numerical", asks+answered("100", "2", "<tolerance>0.1</tolerance>")+"<unitgradingtype>0</unitgradingtype><showunits>0</showunits>"+units), "", "205 cm", "100"},
		"units, bare":             {quiz("numerical", asks+answered("100", "2", "<tolerance>0</tolerance>")+"<unitgradingtype>0</unitgradingtype><showunits>0</showunits>"+units), "", "2", "100"},
		"units that count":        {quiz("numerical", asks+answered("100", "2", "")+"<unitgradingtype>1</unitgradingtype><unitpenalty>1.0</unitpenalty><showunits>0</showunits>"+units), "", "2", "-1"},
		"units for a tenth":       {quiz("numerical", asks+answered("100", "2", "")+"<unitgradingtype>1</unitgradingtype><unitpenalty>0.1</unitpenalty><showunits>0</showunits>"+units), "exchange.unit_penalty"},
		"no units at all":         {quiz("numerical", asks+answered("100", "2e3", "")+"<showunits>3</showunits>"+units), "", "2000", "100"},
		"a huge number":           {quiz("numerical", asks+answered("100", "1e99", "")), "exchange.number_long"},
		"a hostile exponent":      {quiz("numerical", asks+answered("100", "1e999999999", "")), "exchange.number"},
		"ranges that meet":        {quiz("numerical", asks+answered("50", "2", "<tolerance>2</tolerance>")+answered("100", "3", "")), "exchange.first_counts"},
		"otherwise wrong":         {quiz("numerical", asks+answered("100", "3", "")+answered("0", "*", "<feedback><text>no</text></feedback>")), "", "3", "100"},
		"an image":                {quiz("essay", `<questiontext format="html"><text>&lt;img src="@@PLUGINFILE@@/a.png"&gt;</text><file name="a.png" encoding="base64">AA</file></questiontext>`), "exchange.image"},
		"an image of an option":   {quiz("multichoice", asks+answered("100", "&lt;img src=x&gt;", "")+answered("0", "b", "")), "exchange.image"},
		"elements in a text":      {quiz("essay", `<questiontext><text>a <b>c</b></text></questiontext>`), "exchange.markup"},
		"an essay":                {quiz("essay", asks+"<graderinfo><text>Look for figures.</text></graderinfo>"), "", "anything", "0"},
		"an essay with a file":    {quiz("essay", asks+"<attachments>1</attachments>"), "exchange.attachment"},
		"an essay in words":       {quiz("essay", asks+"<maxwordlimit>200</maxwordlimit>"), "exchange.word_limit"},
		"an order":                {quiz("ordering", asks+"<gradingtype>ABSOLUTE_POSITION</gradingtype>"+order), "", "", ""},
		"an order by pairs":       {quiz("ordering", asks+"<gradingtype>RELATIVE_ALL_PREVIOUS_AND_NEXT</gradingtype>"+order), "exchange.order_grading"},
		"a part of an order":      {quiz("ordering", asks+"<selecttype>RANDOM</selecttype><selectcount>2</selectcount>"+order), "exchange.order_subset"},
		"an order by itself":      {quiz("ordering", asks+order), "", "", ""},
		"an order with twins":     {quiz("ordering", asks+order+`<answer fraction="4"><text>a</text></answer>`), "exchange.thing_twice"},
		"choices of a set":        {quiz("multichoiceset", asks+answered("100", "a", "")+answered("100", "b", "")+answered("0", "c", "")), "", "", ""},
		"gaps":                    {cloze(`The {1:SA:=capital~%50%city#nearly} of {2:MC:=France~Spain#no} has {:NM:=2:0.5~%50%2:1} rivers.`), "", "", ""},
		"gaps with escapes":       {cloze(`Sign {1:SHORTANSWER:=a\}b\~c\#d\/e\"f}`), "", "g1=a}b~c#d/e\"f", "100"},
		"gaps with entities":      {cloze(`Sign {1:SHORTANSWER:=&#20013;#x}`), "", "g1=中", "100"},
		"gaps that take several":  {cloze(`Which? {1:MULTIRESPONSE:=a~=b~c}`), "exchange.gap_several"},
		"gaps that take away":     {cloze(`Which? {1:MC:=a~%-50%b} {1:MC:=a~b}`), "exchange.gap_negative"},
		"gaps in thirds":          {cloze(`Which? {1:MC:=a~%33.33333%b} {1:MC:=a~b}`), "exchange.weights_exact"},
		"gaps with capitals":      {cloze(`Which? {1:SAC:=Paris}`), "exchange.case"},
		"gaps without a right":    {cloze(`Which? {1:MC:a~b}`), "exchange.no_right"},
		"no gaps":                 {cloze(`Which?`), "exchange.no_gaps"},
		"a gap without an end":    {cloze(`Which? {1:MC:=a~b`), "exchange.brace"},
		"brackets of ours":        {cloze(`Which [[a]]? {1:MC:=a~b}`), "exchange.brackets"},
		"a formula":               {calculated("{a}*{b}", ab), "", "", ""},
		"a power":                 {calculated("pow({a}, 2) + pow({b},3)", ab), "", "", ""},
		"a root":                  {calculated("sqrt({a})", ab), "exchange.function"},
		"a power of a number":     {calculated("pow({a},{b})", ab), "exchange.power"},
		"an unknown wildcard":     {calculated("{a}+{c}", ab), "exchange.no_set"},
		"no sets":                 {calculated("1+1", ""), "exchange.no_sets"},
		"sets chosen by hand":     {calculated("{a}+{b}", sets(set("a", "1", "9", "0", "33"), set("b", "1", "2", "1"))), "exchange.set_chosen"},
		"a division by zero":      {calculated("{a}/({b}-{b})", ab), "bank.params_impossible"},
		"a formula in the text":   {quiz("calculated", `<questiontext><text>{={a}+1}?</text></questiontext>`+answered("100", "{a}", "")+ab), "exchange.formula_in_text"},
		"two formulas":            {calculated("{a}", answered("50", "{b}", "")+ab), "exchange.formulas"},
		"a geometric tolerance":   {quiz("calculated", asks+answered("100", "{a}", "<tolerance>0.01</tolerance><tolerancetype>3</tolerancetype>")+ab), "exchange.geometric"},
		"missing words": {quiz("gapselect", `<questiontext format="html"><text>The [[2]] signs the [[1]].</text></questiontext>`+
			`<selectoption><text>contract</text><group>1</group></selectoption><selectoption><text>customer</text><group>2</group></selectoption>`+
			`<selectoption><text>order</text><group>1</group></selectoption><selectoption><text>rival</text><group>2</group></selectoption>`), "", "g1=a", "50"},
		"words to drag once": {quiz("ddwtos", `<questiontext format="html"><text>The [[1]].</text></questiontext>`+
			`<dragbox><text>a</text><group>1</group></dragbox><dragbox><text>b</text><group>1</group></dragbox>`), "exchange.drag_once"},
		"words to drag": {quiz("ddwtos", `<questiontext format="html"><text>The [[1]].</text></questiontext>`+
			`<dragbox><text>a</text><group>1</group><infinite/></dragbox><dragbox><text>b</text><group>1</group><infinite/></dragbox>`), "", "g1=a", "100"},
		"things to drag": {quiz("ddmatch", asks+`<subquestion format="html"><text>&lt;p&gt;a&lt;/p&gt;</text><answer format="html"><text>&lt;p&gt;1&lt;/p&gt;</text></answer></subquestion>`+
			`<subquestion><text>b</text><answer><text>2</text></answer></subquestion>`), "", "", ""},
		"a random question":  {quiz("random", asks), "exchange.type"},
		"truth by halves":    {quiz("truefalse", asks+answered("100", "true", "")+answered("50", "false", "")), "exchange.truefalse_parts"},
		"neither true":       {quiz("truefalse", asks+answered("100", "yes", "")+answered("0", "no", "")), "exchange.truefalse"},
		"one option":         {quiz("multichoice", asks+answered("100", "a", "")), "exchange.one_option"},
		"an empty option":    {quiz("multichoice", asks+answered("100", "a", "")+answered("0", "", "")), "exchange.empty_answer"},
		"a thing twice":      {quiz("matching", asks+strings.Repeat(`<subquestion><text>a</text><answer><text>1</text></answer></subquestion>`, 2)), "exchange.thing_twice"},
		"more than 100":      {quiz("multichoice", asks+answered("150", "a", "")+answered("0", "b", "")), "exchange.weight"},
		"a third of one":     {quiz("multichoice", asks+"<single>true</single>"+answered("100", "a", "")+answered("33.33333", "b", "")), "", "b", "33"},
		"without a question": {quiz("multichoice", "<questiontext><text> </text></questiontext>"+answered("100", "a", "")+answered("0", "b", "")), "exchange.no_text"},
	}
	for name, c := range cases {
		q := readAll(t, "moodlexml", c[0])[0]
		if c[1] != "" {
			if q.Reason != c[1] || q.Status == Imported {
				t.Errorf("%s: %s %s %v, want %s", name, q.Status, q.Reason, q.Args, c[1])
			}
			continue
		}
		if q.Status != Imported {
			t.Errorf("%s: %s %s %v", name, q.Status, q.Reason, q.Args)
			continue
		}
		if c[3] != "" && fmt.Sprint(mark(q.Becomes, nil, []string{c[2]})) != c[3] {
			t.Errorf("%s: %q earns %d, want %s\n%+v", name, c[2], mark(q.Becomes, nil, []string{c[2]}), c[3], q.Becomes)
		}
	}
}

// TestClozeKeepsItsParts reads a text with gaps of every kind, and marks it by the weights.
func TestClozeKeepsItsParts(t *testing.T) {
	q := readAll(t, "moodlexml", quiz("multianswer", `<questiontext format="html"><text><![CDATA[<p>Fill in.</p><p>The {1:SA:=capital~%50%city#nearly} of {2:MCV:=France~Spain#no} has {:NUMERICAL:=2:0.5~%50%2:1} rivers.</p>]]></text></questiontext>`))[0].Becomes
	if q.Type != grading.Cloze || q.Stem.EN != "Fill in." || q.Passage.EN != "The [[g1]] of [[g2]] has [[g3]] rivers." || q.Gaps[1].Weight != 2 ||
		q.Gaps[1].Asks.Options[1].Why.EN != "no" || q.Explanation.EN != "city – nearly" {
		t.Fatalf("%+v", q)
	}
	for _, c := range []struct {
		r    []string
		want int
	}{{[]string{"g1=Capital", "g2=a", "g3=2.5"}, 100}, {[]string{"g1=city", "g2=a", "g3=3"}, 75}, {[]string{"g2=b", "g3=x"}, 0}, {[]string{"g2=a"}, 50}} {
		if got := mark(q, nil, c.r); got != c.want {
			t.Errorf("%q: %d, want %d", c.r, got, c.want)
		}
	}
}

func TestCalculatedBecomesAFormula(t *testing.T) {
	q := readAll(t, "moodlexml", quiz("calculatedsimple", `<questiontext><text>{Price A} and {2nd}?</text></questiontext>`+
		answered("100", "pow({Price A},2)-{2nd}", "<tolerance>0.01</tolerance><tolerancetype>1</tolerancetype>")+
		`<generalfeedback><text>It is {=pow({Price A},2)-{2nd}}.</text></generalfeedback>`+
		sets(set("Price A", "1", "9", "1", "3.5"), set("2nd", "10", "20", "0", "11"))))[0]
	if q.Status != Imported {
		t.Fatalf("%+v", q)
	}
	b := q.Becomes
	if b.Formula.String() != "((price_a)^2)-nd" || b.Stem.EN != "{price_a} and {nd}?" || b.Explanation.EN != "It is {answer}." || b.Figures[0].Relative != "0.01" {
		t.Errorf("%+v", b)
	}
	if got := mark(b, bank.Params{"price_a": "3.5", "nd": "11"}, []string{"1.26"}); got != 100 { // 12.25 − 11 = 1.25, within 0.0125
		t.Errorf("%d", got)
	}
	if got := mark(b, bank.Params{"price_a": "3.5", "nd": "11"}, []string{"1.27"}); got != 0 {
		t.Errorf("%d", got)
	}
}

func TestGIFTQuestions(t *testing.T) {
	for name, c := range map[string][]string{
		"both feedbacks":          {"Sky? {T#no, it is#yes}", "truefalse", "yes\nno, it is"},
		"general feedback":        {"Sky? {=blue ~red####Look up.}", "multichoice", "Look up."},
		"feedback of an answer":   {"Sky? {=blue#well =%50%grey#nearly}", "shortanswer", "blue – well\ngrey – nearly"},
		"numbers":                 {"Pi? {#=3.14:0.01#good =%50%3.1:0.1 ~#bad}", "numerical", "3.14 – good\nbad"},
		"a comment within":        {"Sky? {\n// no\n=blue\n~red\n}", "multichoice", ""},
		"a missing word":          {"The sky is {=blue ~red} today.", "multichoice", ""},
		"markdown":                {"[markdown]**Sky**\\n\\n* a\\n* b {=blue ~red####*well*}", "multichoice", "well"},
		"HTML":                    {"[html]<p>Sky</p><ul><li>a</li></ul>{=[plain]<b> ~red####<i>well</i>}", "multichoice", "well"},
		"a partner too many":      {"Match {=a -> 1 =b -> 2 = -> 3}", "match", ""},
		"an order":                {"Order {>6 ALL VERTICAL ABSOLUTE_POSITION SHOW none\nModular\nObject\nOriented\n}", "ordering", ""},
		"an order by chance":      {"Order {>9\nModular\nObject\nOriented\n}", "ordering", ""},
		"an essay":                {"Write {####Well.}", "essay", "Well."},
		"a word alone":            {"Say {yes}", "shortanswer", ""},
		"a per cent in an answer": {"How many? {=%50% of all ~none}", "multichoice", ""},
	} {
		q := readAll(t, "gift", c[0])[0]
		if q.Status != Imported || q.Type != c[1] || q.Becomes.Explanation.EN != c[2] {
			t.Errorf("%s: %+v %+v", name, q, q.Becomes)
		}
	}
	if q := readAll(t, "gift", "How many? {=%50% of all ~none}")[0].Becomes; q.Options[0].Text.EN != "%50% of all" {
		t.Errorf("%+v", q)
	}
	if q := readAll(t, "gift", "Pi? {#=3.14:0.01 =%50%3:0.2}")[0].Becomes; mark(q, nil, []string{"3.1"}) != 50 || mark(q, nil, []string{"3.15"}) != 100 {
		t.Errorf("%+v", q)
	}
	for text, reason := range map[string]string{"Two {=a ~b} gaps {=c ~d}": "exchange.two_gaps", "Bad {=a ~%500%b}": "exchange.weight", "Match {=a -> 1 =b}": "exchange.pair",
		"One {#x}": "exchange.number", "None {~a ~b}": "exchange.no_right", "Open }": "exchange.brace", "From {#5..1}": "exchange.number",
		"Order {>3 RANDOM\na\nb\nc\nd\n}": "exchange.order_subset", "Order {>3 ALL V LONGEST_ORDERED_SUBSET\na\nb\nc\n}": "exchange.order_grading", "Order {>x}": "exchange.order_head",
		"See <img src='/x/plan.png'> {=a ~b}": "exchange.image"} {
		if q := readAll(t, "gift", text)[0]; q.Reason != reason {
			t.Errorf("%s: %+v", text, q)
		}
	}
}

// TestTextsKeepTheirShape flattens HTML: lines, lists and tables stay, marks and what they hide go.
func TestTextsKeepTheirShape(t *testing.T) {
	for in, want := range map[string]string{
		"<p>One</p><p>Two<br>Three</p>": "One\nTwo\nThree",
		"a\n b":                         "a b",
		"<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>":  "- a\n- b\n1. c\n2. d",
		"<table><tr><th>a</th><th>b</th></tr><tr><td>1</td></table>":  "a | b\n1",
		"1 &lt; 2 &amp;&amp; 2 &gt; 1":                                "1 < 2 && 2 > 1",
		"1 < 2":                                                       "1 < 2",
		"x<sup>2</sup> + x<sub>10</sub>":                              "x^2 + x_(10)",
		"<script>alert(1)</script>a<style>b{}</style><!-- c > d -->e": "ae",
		"<b>bo</b>ld&nbsp; &eacute;":                                  "bold é",
		"a<script>":                                                   "a",
		"<pre>a\n  b</pre>":                                           "a\nb",
		"&lt;b&gt;":                                                   "<b>",
		"<a href=\"javascript:x\">go</a>":                             "go",
	} {
		if got := flatten(in, formHTML).text; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := flatten("<p>a & b</p>\n  c", formPlain).text; got != "<p>a & b</p>\nc" {
		t.Errorf("%q", got)
	}
}

// TestTemplate reads the template: everything in it can be imported, and both languages are there.
func TestTemplate(t *testing.T) {
	kinds := map[string]bool{}
	for _, q := range readAll(t, "csv", Template) {
		kinds[q.Type] = true
		if q.Status != Imported || q.Becomes.Stem.ZH == "" || q.Becomes.Stem.EN == "" || q.Becomes.Explanation.EN == "" {
			t.Errorf("%+v", q)
		}
	}
	for _, k := range []string{MultiChoice, TrueFalse, Match, Ordering, Numerical, ShortAnswer, MultiAnswer, Essay} {
		if !kinds[k] {
			t.Errorf("the template has no %s", k)
		}
	}
	qs := readAll(t, "csv", Template)
	if q := qs[6].Becomes; mark(qs[5].Becomes, nil, []string{"45.9万元"}) != 50 || mark(qs[0].Becomes, nil, []string{"c"}) != 40 {
		t.Errorf("%+v", q)
	}
}

func TestCSVRows(t *testing.T) {
	head := "name,type,text_zh,text_en,right_zh,right_en,wrong_zh,wrong_en,rule,units\n"
	for row, reason := range map[string]string{
		"a,multichoice,问,Q,甲|乙,A,丙,C,,":                           "exchange.csv_languages",
		"a,multichoice,问,Q,甲,A,丙,C,sum,":                          "exchange.rule",
		"a,calculated,问,Q,1+1,,,,,":                               "exchange.csv_calculated",
		"a,numerical,问,Q,1±x%,,,,,":                               "exchange.number",
		"a,numerical,问,Q,1,,,,,元=0":                               "exchange.unit",
		"a,multianswer,问{1:SA:=甲},Q{2:SA:=A},,,,,,":               "exchange.csv_gaps",
		"a,multianswer,问{1:SA:=甲}{1:SA:=乙},Q{1:SA:=A},,,,,,":      "exchange.csv_gaps",
		"a,poem,问,Q,甲,A,丙,C,,":                                    "exchange.type",
		"a,ordering,问,Q,甲|乙|丙,A|B|C,,,weighted,":                  "bank.rule_unknown",
		`a,multichoice,问,Q,甲\|1|乙\#\%,A\|1|B\#\%,丙,C,per_option,`: "",
	} {
		q := readAll(t, "csv", head+row)[0]
		if reason == "" && (q.Status != Imported || q.Becomes.Options[0].Text.ZH != "甲|1" || q.Becomes.Options[1].Text.EN != "B#%" || q.Becomes.Rule != grading.PerOption) || q.Reason != reason {
			t.Errorf("%s: %+v %+v", row, q, q.Becomes)
		}
	}
}

// TestTablesKeepWhatIsMissingMissing tells questions of one language in a table, and reads them again.
func TestTablesKeepWhatIsMissingMissing(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		questions, err := Read("moodlexml", strings.NewReader(strings.Replace(moodle, `type="ddmarker"`, `type="essay"`, 1)), lang)
		if err != nil {
			t.Fatal(err)
		}
		file, n, err := File(questions, Given{Module: "m"})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := bank.Parse("courses/c/01-m.questions.yaml", file)
		var table strings.Builder
		told, err := Export("csv", s, lang, Names{}, &table)
		if err != nil || len(told) != n {
			t.Fatal(err)
		}
		for _, q := range readAll(t, "csv", table.String()) {
			if q.Status != Imported || lang == "zh" != (q.Becomes.Stem.EN == "" && q.Becomes.Passage.EN == "") || lang == "en" != (q.Becomes.Stem.ZH == "" && q.Becomes.Passage.ZH == "") {
				t.Errorf("%s: %+v %+v\n%s", lang, q, q.Becomes, table.String())
			}
		}
	}
}

// TestFileIsReadByTheBank writes what was imported and reads it as the bank does: only what its author is to say is missing.
func TestFileIsReadByTheBank(t *testing.T) {
	for format, text := range map[string]string{"gift": gift, "moodlexml": moodle, "csv": Template, "aiken": "Q\nA. x\nB. y\nC. z\nANSWER: B\n\nQ\nA. x\nB. y\nC. z\nANSWER: A\n"} {
		questions := readAll(t, format, text)
		file, n, err := File(questions, Given{Module: "new", Clause: "2.4", Level: "apply"})
		if err != nil || n == 0 {
			t.Fatal(err)
		}
		s, problems := bank.Parse("courses/c/01-new.questions.yaml", file)
		if s == nil || len(s.Questions) != n {
			t.Fatalf("%s: %v\n%s", format, problems, file)
		}
		for _, p := range problems {
			if !strings.Contains(authors, " "+p.Key+" ") || strings.Contains("bank.clause_needed bank.level_unknown", p.Key) {
				t.Errorf("%s: %s %v", format, p.Key, p.Args)
			}
		}
		again, _, _ := File(readAll(t, format, text), Given{Module: "new", Clause: "2.4", Level: "apply"})
		if d := cmp.Diff(string(file), string(again)); d != "" {
			t.Errorf("%s: another file for the same questions\n%s", format, d)
		}
	}
	two, _, _ := File(readAll(t, "aiken", "Q\nA. x\nB. y\nANSWER: B\n\nQ\nA. x\nB. y\nANSWER: A\n\n谁审核？\nA. x\nB. y\nANSWER: A"), Given{Module: "m"})
	for _, id := range []string{"id: m-q\n", "id: m-q-2\n", "id: m-" + slug("谁审核？") + "\n"} {
		if !strings.Contains(string(two), id) {
			t.Errorf("%q is not in\n%s", id, two)
		}
	}
	if _, n, _ := File(nil, Given{Module: "m"}); n != 0 {
		t.Error("something of nothing")
	}
}

// TestEveryReasonHasWords looks for every key of a reason in both languages.
func TestEveryReasonHasWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, _ := filepath.Glob("../../server/edge/admin/questions*.go")
	keys := map[string]bool{}
	for _, f := range append(files, more...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(exchange\.[a-z_.]+[a-z])"`).FindAllStringSubmatch(string(text), -1) {
			keys[m[1]] = true
		}
	}
	for _, lang := range []string{"zh", "en"} {
		text, err := os.ReadFile("../../web/words/" + lang + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var all map[string]any
		if err := yaml.Unmarshal(text, &all); err != nil {
			t.Fatal(err)
		}
		has := map[string]bool{}
		var walk func(prefix string, m map[string]any)
		walk = func(prefix string, m map[string]any) {
			for k, v := range m {
				if inner, ok := v.(map[string]any); ok {
					walk(prefix+k+".", inner)
				} else {
					has[prefix+k] = true
				}
			}
		}
		walk("exchange.", all["exchange"].(map[string]any))
		for k := range keys {
			if !has[k] && k != "exchange.weights" {
				t.Errorf("%s: nobody says %s", lang, k)
			}
		}
		for k := range has {
			if !keys[k] && !strings.HasPrefix(k, "exchange.status.") {
				t.Errorf("%s: %s is said by nobody", lang, k)
			}
		}
	}
}
