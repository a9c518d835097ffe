package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// element of a package, as it stands there.
type qtiNode struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []qtiNode  `xml:",any"`
}

func (n qtiNode) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all gives every element of a name, at any depth.
func (n qtiNode) all(name string) (out []qtiNode) {
	if n.XMLName.Local == name {
		out = append(out, n)
	}
	for _, c := range n.Nodes {
		out = append(out, c.all(name)...)
	}
	return out
}

func opened(t *testing.T, pack []byte) map[string]qtiNode {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]qtiNode{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		var n qtiNode
		if err := xml.Unmarshal(text, &n); err != nil {
			t.Fatalf("%s: %v\n%s", f.Name, err, text)
		}
		out[f.Name] = n
	}
	return out
}

// children are the elements that an item may have, in the order that the schema asks for.
var children = []string{"qti-response-declaration", "qti-outcome-declaration", "qti-item-body", "qti-response-processing", "qti-modal-feedback"}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

func TestQTIPackageIsWhole(t *testing.T) {
	for _, s := range examples(t) {
		for _, lang := range []string{"zh", "en"} {
			var pack, again bytes.Buffer
			told, err := Export("qti3", s, lang, Names{"对", "错"}, &pack)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Export("qti3", s, lang, Names{"对", "错"}, &again); err != nil || !bytes.Equal(pack.Bytes(), again.Bytes()) {
				t.Error("the same questions give other bytes")
			}
			files := opened(t, pack.Bytes())
			n := 0
			for _, row := range told {
				if row.Status == Exported {
					n++
					item(t, files["items/item-"+row.ID+".xml"], row.ID)
				}
			}
			var hrefs []string
			for _, f := range files["imsmanifest.xml"].all("file") {
				hrefs = append(hrefs, f.attr("href"))
				if _, ok := files[f.attr("href")]; !ok {
					t.Errorf("the manifest names %s, which is not there", f.attr("href"))
				}
			}
			if len(hrefs) != n+1 || len(files) != n+2 {
				t.Errorf("%d told, %d files in the manifest, %d in the package", n, len(hrefs), len(files))
			}
			for _, r := range files["imsmanifest.xml"].all("resource") {
				if r.XMLName.Space != packSpace || !slices.Contains([]string{"imsqti_item_xmlv3p0", "imsqti_test_xmlv3p0"}, r.attr("type")) {
					t.Errorf("%+v", r)
				}
			}
			for _, r := range files["test.xml"].all("qti-assessment-item-ref") {
				if files[r.attr("href")].attr("identifier") != r.attr("identifier") {
					t.Errorf("the test names %s", r.attr("href"))
				}
			}
		}
	}
}

// item looks at the rules of structure that the schema has.
func item(t *testing.T, n qtiNode, id string) {
	t.Helper()
	if n.XMLName.Local != "qti-assessment-item" || n.XMLName.Space != qtiSpace || n.attr("title") == "" || n.attr("time-dependent") != "false" {
		t.Fatalf("%s: %+v", id, n.XMLName)
	}
	last := 0
	for _, c := range n.Nodes {
		at := slices.Index(children, c.XMLName.Local)
		if at < last {
			t.Errorf("%s: %s stands at the wrong place", id, c.XMLName.Local)
		}
		last = at
	}
	declared := map[string]string{}
	for _, d := range n.all("qti-response-declaration") {
		declared[d.attr("identifier")] = d.attr("cardinality") + " " + d.attr("base-type")
	}
	used := map[string]bool{}
	kinds := map[string]string{"qti-choice-interaction": "identifier", "qti-order-interaction": "ordered identifier", "qti-match-interaction": "multiple directedPair",
		"qti-text-entry-interaction": "", "qti-inline-choice-interaction": "single identifier", "qti-extended-text-interaction": "single string"}
	for kind, want := range kinds {
		for _, i := range n.all(kind) {
			response := i.attr("response-identifier")
			used[response] = true
			if got := declared[response]; got == "" || !strings.HasSuffix(got, want) {
				t.Errorf("%s: %s has the response %q %q", id, kind, response, got)
			}
		}
	}
	if len(used) != len(declared) || len(used) == 0 {
		t.Errorf("%s: %d responses, %d interactions", id, len(declared), len(used))
	}
	seen := map[string]bool{}
	for _, name := range []string{"qti-simple-choice", "qti-simple-associable-choice"} {
		for _, c := range n.all(name) {
			if !identifier.MatchString(c.attr("identifier")) || seen[c.attr("identifier")] || strings.TrimSpace(c.Text) == "" {
				t.Errorf("%s: %+v", id, c)
			}
			seen[c.attr("identifier")] = true
		}
	}
	for _, v := range n.all("qti-variable") {
		if v.attr("identifier") != "SCORE" && declared[v.attr("identifier")] == "" {
			t.Errorf("%s: nothing is called %s", id, v.attr("identifier"))
		}
	}
}

// TestQTIItemsEarnTheSame processes every answer to every item as QTI says, and marks it as we do.
func TestQTIItemsEarnTheSame(t *testing.T) {
	want := strings.Fields("margin:drawn number:units hydra-sum:units total:drawn strict-unit:units")
	for _, s := range examples(t) {
		var pack bytes.Buffer
		told, err := Export("qti3", s, "en", Names{"True", "False"}, &pack)
		if err != nil {
			t.Fatal(err)
		}
		files := opened(t, pack.Bytes())
		for i, row := range told {
			if row.Status != Exported {
				key := row.ID + ":" + strings.TrimPrefix(row.Reason, "exchange.out.")
				if !slices.Contains(want, key) {
					t.Errorf("%s was not told", key)
				}
				continue
			}
			q, n := s.Questions[i], files["items/item-"+row.ID+".xml"]
			if q.Type == grading.Open {
				if len(n.all("qti-rubric-block")) != 1 || !strings.Contains(n.all("qti-rubric-block")[0].all("p")[1].Text, "No need is named") {
					t.Errorf("%s: %+v", q.ID, n)
				}
				continue
			}
			tried, sum := 0, 0.0
			for _, r := range responses(q) {
				points := mark(q, nil, r)
				score, fits := process(n, q, r)
				if points < 0 && !fits {
					continue // neither can be given
				}
				tried, sum = tried+1, sum+score
				if points = max(0, points); math.Abs(score*100-float64(points)) > 0.5001 {
					t.Errorf("%s %q: %d here, %f there", q.ID, r, points, score)
					break
				}
			}
			if tried < 3 || sum == 0 {
				t.Errorf("%s: nothing was tried", q.ID)
			}
		}
	}
}

// process gives the score of a response to an item; false where an interaction does not let it be given.
func process(n qtiNode, q *bank.Question, r []string) (float64, bool) {
	e := &engine{values: map[string][]string{}, item: n}
	names := optionNames(q)
	for _, x := range r {
		switch q.Type {
		case grading.Matching:
			thing, partner, _ := strings.Cut(x, "=")
			at := slices.IndexFunc(q.Things, func(t bank.Thing) bool { return t.ID == thing })
			if partner != "" {
				e.values["RESPONSE"] = append(e.values["RESPONSE"], "T"+strconv.Itoa(at+1)+" "+names[partner])
			}
		case grading.Cloze:
			gap, value, _ := strings.Cut(x, "=")
			at := slices.IndexFunc(q.Gaps, func(g bank.Gap) bool { return g.ID == gap })
			id := "RESPONSE" + strconv.Itoa(at+1)
			if len(q.Gaps[at].Asks.Options) > 0 && value != "" {
				value = optionNames(q.Gaps[at].Asks)[value]
			}
			if _, err := strconv.ParseFloat(value, 64); q.Gaps[at].Asks.Type == grading.Numeric && err != nil {
				value = ""
			}
			if value != "" {
				e.values[id] = []string{value}
			}
		case grading.Numeric:
			if _, err := strconv.ParseFloat(x, 64); err != nil {
				return 0, false
			}
			e.values["RESPONSE"] = []string{x}
		case grading.ShortText:
			e.values["RESPONSE"] = []string{x}
		default:
			e.values["RESPONSE"] = append(e.values["RESPONSE"], names[x])
		}
	}
	e.run()
	return e.score, true
}

// engine is as much of QTI's processing as our items use.
type engine struct {
	item   qtiNode
	values map[string][]string
	score  float64
}

func (e *engine) run() {
	p := e.item.all("qti-response-processing")[0]
	switch template := p.attr("template"); {
	case strings.HasSuffix(template, "match_correct.xml"):
		var right []string
		for _, v := range e.item.all("qti-correct-response")[0].Nodes {
			right = append(right, v.Text)
		}
		given := slices.Clone(e.values["RESPONSE"])
		if e.item.all("qti-response-declaration")[0].attr("cardinality") != "ordered" {
			slices.Sort(right)
			slices.Sort(given)
		}
		if slices.Equal(right, given) {
			e.score = 1
		}
	case strings.HasSuffix(template, "map_response.xml"):
		e.score = e.mapped()
	default:
		for _, rule := range p.Nodes {
			e.rule(rule)
		}
	}
}

func (e *engine) mapped() (sum float64) {
	m := e.item.all("qti-mapping")[0]
	for _, given := range e.values["RESPONSE"] {
		for _, entry := range m.Nodes {
			if v, _ := strconv.ParseFloat(entry.attr("mapped-value"), 64); entry.attr("map-key") == given {
				sum += v
			}
		}
	}
	if low := m.attr("lower-bound"); low != "" {
		sum = math.Max(0, math.Min(1, sum))
	}
	return sum
}

func (e *engine) rule(n qtiNode) {
	switch n.XMLName.Local {
	case "qti-set-outcome-value":
		e.score = e.number(n.Nodes[0])
	case "qti-response-condition":
		for _, branch := range n.Nodes {
			if e.holds(branch.Nodes[0]) {
				for _, r := range branch.Nodes[1:] {
					e.rule(r)
				}
				return
			}
		}
	default:
		panic(n.XMLName.Local)
	}
}

func (e *engine) text(n qtiNode) string {
	switch n.XMLName.Local {
	case "qti-base-value":
		return n.Text
	case "qti-variable":
		if v := e.values[n.attr("identifier")]; len(v) > 0 {
			return v[0]
		}
		return ""
	case "qti-index":
		at, _ := strconv.Atoi(n.attr("n"))
		if v := e.values[n.Nodes[0].attr("identifier")]; at <= len(v) {
			return v[at-1]
		}
		return ""
	}
	panic(n.XMLName.Local)
}

func (e *engine) number(n qtiNode) float64 {
	var parts []float64
	for _, c := range n.Nodes {
		parts = append(parts, e.number(c))
	}
	switch n.XMLName.Local {
	case "qti-variable":
		if n.attr("identifier") == "SCORE" {
			return e.score
		}
		fallthrough
	case "qti-base-value":
		v, err := strconv.ParseFloat(e.text(n), 64)
		if err != nil {
			return math.NaN()
		}
		return v
	case "qti-map-response":
		return e.mapped()
	case "qti-sum":
		return parts[0] + parts[1]
	case "qti-subtract":
		return parts[0] - parts[1]
	case "qti-product":
		return parts[0] * parts[1]
	case "qti-max":
		return math.Max(parts[0], parts[1])
	case "qti-min":
		return math.Min(parts[0], parts[1])
	}
	panic(n.XMLName.Local)
}

func (e *engine) holds(n qtiNode) bool {
	switch n.XMLName.Local {
	case "qti-not":
		return !e.holds(n.Nodes[0])
	case "qti-and":
		return e.holds(n.Nodes[0]) && e.holds(n.Nodes[1])
	case "qti-is-null":
		return len(e.values[n.Nodes[0].attr("identifier")]) == 0
	case "qti-match":
		return e.text(n.Nodes[0]) == e.text(n.Nodes[1])
	case "qti-string-match":
		return strings.EqualFold(e.text(n.Nodes[0]), e.text(n.Nodes[1]))
	case "qti-pattern-match":
		return regexp.MustCompile("^(" + n.attr("pattern") + ")$").MatchString(e.text(n.Nodes[0]))
	case "qti-equal":
		off, _ := strconv.ParseFloat(strings.Fields(n.attr("tolerance") + " 0")[0], 64)
		return math.Abs(e.number(n.Nodes[0])-e.number(n.Nodes[1])) <= off+1e-9
	}
	panic(n.XMLName.Local)
}
