package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// The names that QTI 3.0 has for its schemas, and the ways to make points that it has names for.
const (
	qtiSpace     = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
	qtiSchema    = qtiSpace + " https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0p1_v1p0.xsd"
	packSpace    = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
	packSchema   = packSpace + " https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd"
	xsiSpace     = "http://www.w3.org/2001/XMLSchema-instance"
	matchCorrect = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
	mapResponse  = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"
)

// qtiTeller writes a package of QTI 3.0: a manifest, a test, and an item for every question. The score of an item is 0 to 1.
type qtiTeller struct {
	set   *bank.Set
	lang  string
	names Names
	items []qtiItem
}

type qtiItem struct{ id, file, text string }

// node is an element of XML: its name with attributes, and what is in it.
func node(name string, inner ...string) string {
	if body := strings.Join(inner, ""); body != "" {
		return "<" + name + ">" + body + "</" + strings.Fields(name)[0] + ">"
	}
	return "<" + name + "/>"
}

// with writes values into the attributes of a name, each escaped.
func with(name string, values ...string) string {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = strings.ReplaceAll(escaped(v), "\n", " ")
	}
	return fmt.Sprintf(name, args...)
}

// paragraphs writes the lines of a text.
func paragraphs(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) != "" {
			b.WriteString(node("p", escaped(line)))
		}
	}
	return b.String()
}

// qtiDraft is an item in the making.
type qtiDraft struct {
	declared   string // of responses
	body       string
	processing string
	human      bool // marked by people
}

func (t *qtiTeller) tell(q *bank.Question) refusal {
	d, no := t.draft(q)
	if no.key != "" {
		return no
	}
	id := fmt.Sprintf("item-%s", q.ID)
	score := `qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"`
	if d.human {
		score += ` external-scored="human"`
	}
	parts := []string{d.declared, node(score, fallback("0")),
		node(`qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float"`, fallback("1"))}
	said := t.explained(q)
	if said != "" {
		parts = append(parts, node(`qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier"`, fallback("EXPLANATION")))
	}
	parts = append(parts, node("qti-item-body", d.body), d.processing)
	if said != "" {
		parts = append(parts, node(`qti-modal-feedback outcome-identifier="FEEDBACK" identifier="EXPLANATION" show-hide="show"`, node("qti-content-body", said)))
	}
	text := node(with(`qti-assessment-item xmlns="%s" xmlns:xsi="%s" xsi:schemaLocation="%s" identifier="%s" title="%s" adaptive="false" time-dependent="false" xml:lang="%s"`,
		qtiSpace, xsiSpace, qtiSchema, id, q.ID, t.lang), parts...)
	t.items = append(t.items, qtiItem{id, "items/" + id + ".xml", xml.Header + text + "\n"})
	return refusal{}
}

// fallback is the value of an outcome before anything is processed.
func fallback(value string) string { return node("qti-default-value", node("qti-value", value)) }

// explained is the explanation, and what is said of each option.
func (t *qtiTeller) explained(q *bank.Question) string {
	text := paragraphs(q.Explanation.In(t.lang))
	for _, o := range q.Options {
		if why := o.Why.In(t.lang); why != "" {
			text += node("p", escaped(o.Text.In(t.lang)+" – "+why))
		}
	}
	return text
}

// stem is what is asked, after the case that it is about.
func (t *qtiTeller) stem(q *bank.Question) string {
	if q.Case == nil {
		return paragraphs(q.Stem.In(t.lang))
	}
	rows := ""
	for _, row := range q.Case.Table {
		cells := ""
		for _, c := range row {
			cells += node("td", escaped(c.In(t.lang)))
		}
		rows += node("tr", cells)
	}
	table := ""
	if rows != "" {
		table = node("table", node("tbody", rows))
	}
	return node("div", node("h2", escaped(q.Case.Title.In(t.lang))), paragraphs(q.Case.Passage.In(t.lang)), table) + paragraphs(q.Stem.In(t.lang))
}

func (t *qtiTeller) draft(q *bank.Question) (qtiDraft, refusal) {
	switch q.Type {
	case grading.Single, grading.Multiple, grading.TrueFalse:
		return t.choice(q)
	case grading.Matching:
		return t.match(q), refusal{}
	case grading.Ordering:
		return t.order(q)
	case grading.ShortText, grading.Numeric:
		cases, kind, no := answerCases("RESPONSE", q)
		return qtiDraft{declared: declared("RESPONSE", "single", kind, nil, ""),
			body:       t.stem(q) + node("p", node(`qti-text-entry-interaction response-identifier="RESPONSE" expected-length="30"`)),
			processing: node("qti-response-processing", chain(cases, 1))}, no
	case grading.Cloze:
		return t.cloze(q)
	case grading.Open:
		return t.open(q), refusal{}
	}
	return qtiDraft{}, refusal{"exchange.out.drawn", ""}
}

// declared declares a response, with the right values and a mapping where there is one.
func declared(id, cardinality, kind string, right []string, mapping string) string {
	correct := ""
	for _, r := range right {
		correct += node("qti-value", escaped(r))
	}
	if correct != "" {
		correct = node("qti-correct-response", correct)
	}
	return node(with(`qti-response-declaration identifier="%s" cardinality="%s" base-type="%s"`, id, cardinality, kind), correct, mapping)
}

// decimal writes a part of the score; ten places are far below the grain of marks.
func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func optionNames(q *bank.Question) map[string]string {
	out := map[string]string{}
	for i, o := range q.Options {
		out[o.ID] = "C" + strconv.Itoa(i+1)
	}
	return out
}

func (t *qtiTeller) choice(q *bank.Question) (d qtiDraft, no refusal) {
	names, choices, entries := optionNames(q), "", ""
	var right []string
	values, base := qtiValues(q)
	for i, o := range q.Options {
		label := o.Text.In(t.lang)
		if q.Type == grading.TrueFalse {
			label = map[string]string{"true": t.names.True, "false": t.names.False}[o.ID]
		}
		choices += node(with(`qti-simple-choice identifier="%s"`, names[o.ID]), escaped(label))
		if o.Right {
			right = append(right, names[o.ID])
		}
		if values != nil {
			entries += node(with(`qti-map-entry map-key="%s" mapped-value="%s"`, names[o.ID], decimal(values[i])))
		}
	}
	bounds := ` lower-bound="0" upper-bound="1"`
	d.processing = node(with(`qti-response-processing template="%s"`, mapResponse))
	switch {
	case values == nil:
		d.processing = node(with(`qti-response-processing template="%s"`, matchCorrect))
	case base != 0:
		bounds, d.processing = "", node("qti-response-processing", leftRightly(base))
	}
	mapping := ""
	if values != nil {
		mapping = node(`qti-mapping default-value="0"`+bounds, entries)
	}
	cardinality, most := "multiple", "0"
	if q.Type != grading.Multiple {
		cardinality, most = "single", "1"
	}
	d.declared = declared("RESPONSE", cardinality, "identifier", right, mapping)
	shuffle := strconv.FormatBool(!q.Fixed && q.Type != grading.TrueFalse)
	d.body = t.stem(q) + node(with(`qti-choice-interaction response-identifier="RESPONSE" shuffle="%s" max-choices="%s" min-choices="0"`, shuffle, most), choices)
	return d, refusal{}
}

// qtiValues are what choosing each option adds, and what all that is rightly left adds before; nil where only the very
// right choice earns anything.
func qtiValues(q *bank.Question) (values []float64, base float64) {
	n, rights := float64(len(q.Options)), 0.0
	for _, o := range q.Options {
		if o.Right {
			rights++
		}
	}
	for _, o := range q.Options {
		sign := -1.0
		if o.Right {
			sign = 1
		}
		switch rule := q.Rule; {
		case rule == grading.AllOrNothing:
			return nil, 0
		case rule == grading.PerOption:
			values, base = append(values, sign/n), (n-rights)/n
		case rule == grading.PerOptionMinus:
			values, base = append(values, 2*sign/n), (2*(n-rights)-n)/n
		case q.Type != grading.Multiple && !o.Right, rule == grading.Weighted:
			values = append(values, float64(o.Credit)/grading.Full)
		case o.Right && q.Type == grading.Multiple:
			values = append(values, 1/rights)
		case o.Right:
			values = append(values, 1)
		case rule == grading.RightOnly:
			values = append(values, 0)
		default:
			values = append(values, -1/(n-rights))
		}
	}
	return values, base
}

// leftRightly adds what is rightly left to what is chosen; no answer earns nothing.
func leftRightly(base float64) string {
	sum := node("qti-sum", number("float", decimal(base)), node(`qti-map-response identifier="RESPONSE"`))
	bounded := node("qti-max", number("float", "0"), node("qti-min", number("float", "1"), sum))
	return node("qti-response-condition", node("qti-response-if", node("qti-not", node("qti-is-null", variable("RESPONSE"))), setScore(bounded)))
}

func number(kind, value string) string {
	return node(with(`qti-base-value base-type="%s"`, kind), escaped(value))
}

func variable(id string) string { return node(with(`qti-variable identifier="%s"`, id)) }

func setScore(expression string) string {
	return node(`qti-set-outcome-value identifier="SCORE"`, expression)
}

func (t *qtiTeller) match(q *bank.Question) qtiDraft {
	names := optionNames(q)
	things, partners, entries := "", "", ""
	var right []string
	for i, thing := range q.Things {
		id := "T" + strconv.Itoa(i+1)
		things += node(with(`qti-simple-associable-choice identifier="%s" match-max="1" match-min="0"`, id), escaped(thing.Text.In(t.lang)))
		pair := id + " " + names[thing.Partner]
		right = append(right, pair)
		entries += node(with(`qti-map-entry map-key="%s" mapped-value="%s"`, pair, decimal(1/float64(len(q.Things)))))
	}
	for _, o := range q.Options {
		partners += node(with(`qti-simple-associable-choice identifier="%s" match-max="%s" match-min="0"`, names[o.ID], strconv.Itoa(len(q.Things))), escaped(o.Text.In(t.lang)))
	}
	template, mapping := mapResponse, node(`qti-mapping default-value="0" lower-bound="0" upper-bound="1"`, entries)
	if q.Rule == grading.AllOrNothing {
		template, mapping = matchCorrect, ""
	}
	return qtiDraft{declared: declared("RESPONSE", "multiple", "directedPair", right, mapping),
		body: t.stem(q) + node(with(`qti-match-interaction response-identifier="RESPONSE" shuffle="true" max-associations="%s"`, strconv.Itoa(len(q.Things))),
			node("qti-simple-match-set", things), node("qti-simple-match-set", partners)),
		processing: node(with(`qti-response-processing template="%s"`, template))}
}

// open is written freely; the rubric is for those who mark.
func (t *qtiTeller) open(q *bank.Question) qtiDraft {
	block := ""
	if text := rubric(q, t.lang); text != "" {
		block = node(`qti-rubric-block view="scorer" use="scoring"`, node("qti-content-body", paragraphs(text)))
	}
	return qtiDraft{human: true, declared: declared("RESPONSE", "single", "string", nil, ""),
		body: block + t.stem(q) + node(with(`qti-extended-text-interaction response-identifier="RESPONSE" expected-length="%s"`, strconv.Itoa(q.Longest)))}
}

// end puts the package together. Its files have no times, so that the same questions give the same bytes.
func (t *qtiTeller) end() ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	files := append([]qtiItem{{"", "imsmanifest.xml", t.manifest()}, {"", "test.xml", t.test()}}, t.items...)
	for _, f := range files {
		w, err := z.Create(f.file)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(f.text)); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

func (t *qtiTeller) manifest() string {
	needs, resources := node(`file href="test.xml"`), ""
	for _, i := range t.items {
		needs += node(with(`dependency identifierref="%s"`, i.id))
		resources += node(with(`resource identifier="%s" type="imsqti_item_xmlv3p0" href="%s"`, i.id, i.file), node(with(`file href="%s"`, i.file)))
	}
	test := node(`resource identifier="test" type="imsqti_test_xmlv3p0" href="test.xml"`, needs)
	return xml.Header + node(with(`manifest xmlns="%s" xmlns:xsi="%s" xsi:schemaLocation="%s" identifier="package"`, packSpace, xsiSpace, packSchema),
		node("metadata", node("schema", "QTI Package"), node("schemaversion", "3.0.1")), node("organizations"), node("resources", test, resources)) + "\n"
}

func (t *qtiTeller) test() string {
	refs := ""
	for _, i := range t.items {
		refs += node(with(`qti-assessment-item-ref identifier="%s" href="%s"`, i.id, i.file))
	}
	limits := ""
	if t.set.Minutes > 0 {
		limits = node(with(`qti-time-limits max-time="%s"`, strconv.Itoa(60*t.set.Minutes)))
	}
	title := t.set.Key()
	return xml.Header + node(with(`qti-assessment-test xmlns="%s" xmlns:xsi="%s" xsi:schemaLocation="%s" identifier="test" title="%s"`, qtiSpace, xsiSpace, qtiSchema, title),
		node(`qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"`, fallback("0")), limits,
		node(`qti-test-part identifier="part" navigation-mode="nonlinear" submission-mode="simultaneous"`,
			node(with(`qti-assessment-section identifier="section" title="%s" visible="true"`, title), refs)),
		node("qti-outcome-processing", setScore(node("qti-sum", node(`qti-test-variables variable-identifier="SCORE"`))))) + "\n"
}

// sortedIDs are the ids of the steps in an order that tells nothing.
func sortedIDs(q *bank.Question) []string {
	var out []string
	for _, o := range q.Options {
		out = append(out, o.ID)
	}
	slices.Sort(out)
	return out
}
