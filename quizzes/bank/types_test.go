package bank

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/quizzes/grading"
)

// typesFile is where the example of every type would stand in the content.
const typesFile = "courses/example/01-types.questions.yaml"

// types reads the example of every type; only the number of its questions is short.
func types(t *testing.T) *Set {
	t.Helper()
	source, err := os.ReadFile("testdata/types.questions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, problems := Parse(typesFile, source)
	if d := cmp.Diff([]string{typesFile + ":0 bank.questions_few"}, found(problems)); d != "" {
		t.Fatal(d)
	}
	return s
}

// TestTheRightAnswerEarnsEverything marks the best answer to every question of many papers, and a wrong one.
func TestTheRightAnswerEarnsEverything(t *testing.T) {
	s := types(t)
	for n := range byte(50) {
		for _, i := range Draw(s, [32]byte{n}) {
			q := s.Question(i.Question)
			if q.Type == grading.Open {
				continue
			}
			points, err := grading.Mark(q.Key(i.Params), q.Right(i.Params))
			if err != nil || points != grading.Full {
				t.Errorf("%s %v: the right answer %q earns %d, %v", q.ID, i.Params, q.Right(i.Params), points, err)
			}
		}
	}
}

func TestAnswersToEveryType(t *testing.T) {
	s := types(t)
	things := map[string]string{}
	for _, thing := range s.Question("match").Things {
		things[thing.Text.EN] = thing.ID
	}
	partners := map[string]string{}
	for _, p := range s.Question("match").Options {
		partners[p.Text.EN] = p.ID
	}
	steps := ids(s.Question("order").Options)
	margin := Params{"price": "1000000", "cost": "600000", "off": "5"} // (950000 − 600000) ÷ 950000 = 36.84 %
	for _, c := range []struct {
		id       string
		params   Params
		response []string
		want     int
	}{
		{"match", nil, []string{things["Limit"] + "=" + partners["No signature below it"], things["Target"] + "=" + partners["Last quarter's closing price"]}, 33},
		{"order", nil, []string{steps[1], steps[0], steps[2], steps[3]}, 67},
		{"number", nil, []string{"45.6万元"}, 100},
		{"number", nil, []string{"456,000"}, 100},
		{"number", nil, []string{"459000元"}, 50},
		{"number", nil, []string{"480000"}, 0},
		{"margin", margin, []string{"36.8%"}, 100},
		{"margin", margin, []string{"36.5"}, 60},
		{"margin", margin, []string{"40"}, 0},
		{"word", nil, []string{"Gross  Profit"}, 100},
		{"word", nil, []string{"销售利润"}, 60},
		{"gaps", nil, []string{"when=a", "who=Legal", "pay=30"}, 100},
		{"gaps", nil, []string{"when=b", "who=法务部", "pay=thirty"}, 50},
		{"letter", nil, []string{"Dear Ms Lin …"}, 0},
		{"hydra-sum", nil, []string{"15,000"}, 100},
		{"hydra-act", nil, []string{"c"}, 40},
	} {
		if got, err := grading.Mark(s.Question(c.id).Key(c.params), c.response); err != nil || got != c.want {
			t.Errorf("%s %q: %d %v, want %d", c.id, c.response, got, err, c.want)
		}
	}
}

// TestPapersKeepCasesTogetherAndTheBlueprint draws many papers.
func TestPapersKeepCasesTogetherAndTheBlueprint(t *testing.T) {
	s := types(t)
	for n := range byte(60) {
		paper := Draw(s, [32]byte{n, 1})
		var order []string
		levels := map[string]int{}
		for _, i := range paper {
			q := s.Question(i.Question)
			order, levels[q.Level] = append(order, q.ID), levels[q.Level]+1
			if q.Type == grading.Ordering && slices.Equal(i.Order, ids(q.Options)) {
				t.Error("the steps stand in the right order")
			}
			if q.Type == grading.Calculated && (len(i.Params) != 3 || !q.meets(i.Params.rats())) {
				t.Errorf("parameters %v", i.Params)
			}
		}
		if len(paper) != s.Draw || levels["apply"] != 4 || levels["judge"] != 3 || levels["recall"] != 2 {
			t.Errorf("%v", order)
		}
		if at := slices.Index(order, "hydra-sum"); order[at+1] != "hydra-act" {
			t.Errorf("the case is torn apart: %v", order)
		}
		one, _ := json.Marshal(paper)
		two, _ := json.Marshal(Draw(types(t), [32]byte{n, 1}))
		if !bytes.Equal(one, two) {
			t.Error("the same seed gives another paper")
		}
	}
}

// TestIdsTellNothing shuffles the pairs and steps of the file: what a page shows before submission does not depend on it.
func TestIdsTellNothing(t *testing.T) {
	s := types(t)
	for _, id := range []string{"match", "order"} {
		shown := ids(s.Question(id).Options)
		if slices.IsSorted(shown) && id == "order" {
			t.Error("the ids of the steps are in the right order")
		}
		for _, thing := range s.Question(id).Things {
			if thing.ID[1:] == thing.Partner[1:] {
				t.Error("a thing and its partner have the same id")
			}
		}
	}
}

func TestParametersAreSpread(t *testing.T) {
	q := types(t).Question("margin")
	seen := map[string]map[string]bool{}
	chance := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		for name, v := range q.draw(chance) {
			if seen[name] == nil {
				seen[name] = map[string]bool{}
			}
			seen[name][v] = true
		}
	}
	if len(seen["price"]) != 11 || len(seen["off"]) != 3 || !seen["price"]["800000"] || !seen["price"]["1200000"] {
		t.Errorf("%v", seen)
	}
	p := Params{"price": "1171200", "cost": "626400", "off": "5"}
	if got := q.Fill(q.Stem.EN, p); !strings.Contains(got, "¥1,171,200, cost ¥626,400") || strings.Contains(got, "{") {
		t.Error(got)
	}
	if got := q.Fill(q.Explanation.EN, p); !strings.Contains(got, "43.7%") {
		t.Error(got)
	}
}

// TestPapersAreParallel spreads the expected difficulty of questions: without care papers would differ by far more.
func TestPapersAreParallel(t *testing.T) {
	s := types(t)
	s.Questions, s.byID = nil, map[string]*Question{}
	for i := range 40 {
		q := &Question{ID: string(rune('a'+i/20)) + string(rune('a'+i%20)), Type: grading.TrueFalse, Level: "apply", Facility: 30 + i*3/2,
			Options: []Option{{ID: "true", Right: true}, {ID: "false"}}}
		s.Questions, s.byID[q.ID] = append(s.Questions, q), q
	}
	s.Blueprint, s.Draw = []Cell{{Level: "apply", Take: 10}}, 10
	if low, high := s.Parallel(); high-low > 200 || high == 0 {
		t.Errorf("papers expect from %d to %d basis points", low, high)
	}
	if shares := s.Shares(); shares["aa"] != 25 {
		t.Errorf("%v", shares)
	}
}

// prints are what the questions of the example were known by when there first were prints.
var prints = map[string]string{
	"match":     "18c58ea7048e6d5c6e9bd0fbfb4fcd6f81a23f9b8573d36abf4383ec4851284b", // matching
	"order":     "39f2e8da7927a0347901fb5990f926294e6a6f1763b0d6951adb7ef927e1bb22", // ordering
	"number":    "2bcaccd7b1adae600386d71a61da1c497d1fc7530191ba92a13b332d157acdd5", // numeric
	"margin":    "33b99d872003caa37ad95e9c312cb3c517f5f552621913cea33400d9982e1796", // calculated
	"word":      "a19deb8a096fa362b5c45b20ef5a1ab9e33814138e90b46941947eb51ef6aad8", // text
	"gaps":      "0eaa02cdc894e1f90c2465e2726a78a8bd2a14656890f02f46be4342040b2c5d", // cloze
	"letter":    "a7fd99870052fa63a95259450a0471c54416b196119370be245869dc791727e1", // open
	"hydra-sum": "f303f64f84710625d497c2d0a21622c8479a3b66ec3df9fefe737ef9b53c8d2a", // numeric
	"hydra-act": "f303f64f84710625d497c2d0a21622c84c1d1a204fe517f39f571414cce29c92", // single
}

// TestPrintsStay holds what a question is known by through its versions: a correction finds the question again by it
// years later, so neither a new release of ours nor one of the YAML library may give another.
func TestPrintsStay(t *testing.T) {
	s := types(t)
	for id, want := range prints {
		if q := s.Question(id); q == nil || q.Print != want {
			t.Errorf("%s is known by another print now: %q", id, q.Print)
		}
	}
}
