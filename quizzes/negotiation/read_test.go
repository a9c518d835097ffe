package negotiation

import (
	"errors"
	"strings"
	"testing"
)

const profile = `{
  "reservationValue": 0.25,
  "issueWeights": {"price": 0.6, "delivery": 0.4},
  "issues": {
    "price": {"low": 0, "high": 1},
    "delivery": {"fast": 0.5, "slow": 1e0}
  }
}`

func TestReadProfiles(t *testing.T) {
	b := strings.NewReplacer(`"low": 0`, `"low": 1`, `"high": 1`, `"high": 0`).Replace(profile)
	d, err := ReadProfiles("d", []byte(profile), []byte(b))
	if err != nil {
		t.Fatal(err)
	}
	o, err := d.Outcome(1, 0) // high, fast
	if err != nil || d.Utility(A, o) != One*8/10 || d.Utility(B, o) != One*2/10 || d.Reserve[A] != One/4 {
		t.Errorf("%v %v %v, %v", d.Utility(A, o), d.Utility(B, o), d.Reserve, err)
	}
	if got := d.Values(o); got["price"] != "high" || got["delivery"] != "fast" {
		t.Errorf("%v", got)
	}
}

// TestProfilesThatAreWrong changes one thing of a good profile each.
func TestProfilesThatAreWrong(t *testing.T) {
	for _, c := range []struct {
		old, new, key string
		line          int
	}{
		{`0.25`, `-0.25`, "negotiation.number_range", 2},
		{`0.25`, `NaN`, "negotiation.json", 2},
		{`0.25`, `"much"`, "negotiation.number_needed", 2},
		{`0.25`, `1e-999999999`, "negotiation.number_needed", 2},
		{`"price": 0.6`, `"price": 1.6`, "negotiation.number_range", 3},
		{`"price": 0.6`, `"prize": 0.6`, "negotiation.weight_missing", 3},
		{`"price": 0.6,`, `"price": 0.6, "more": 0,`, "negotiation.issues_differ", 3},
		{`0.4}`, `0.4, "price": 0.2}`, "negotiation.key_twice", 3},
		{`"high": 1}`, `"high": 1}, "delivery": {}`, "negotiation.key_twice", 6},
		{`{"low": 0, "high": 1}`, `7`, "negotiation.object_needed", 5},
		{`{"low": 0, "high": 1}`, `{}`, "negotiation.values_number", 0},
		{`"issues"`, `"things"`, "negotiation.object_needed", 1},
		{`"price": 0.6, "delivery": 0.4`, `"price": 0.9, "delivery": 0.9`, "negotiation.utility_above_one", 0},
		{"\n}", "\n} 7", "negotiation.json", 8},
		{"\n}", "\n", "negotiation.json", 7},
		{profile, ``, "negotiation.json", 1},
		{profile, `[]`, "negotiation.object_needed", 1},
		{profile, strings.Repeat("[", 100), "negotiation.json", 1},
	} {
		text := strings.Replace(profile, c.old, c.new, 1)
		if text == profile {
			t.Fatalf("nothing to change at %s", c.old)
		}
		_, err := ReadProfiles("d", []byte(text), []byte(text))
		var e *Error
		if !errors.As(err, &e) || e.Key != c.key || e.Line != c.line {
			t.Errorf("%s for %s: %v, want %s at line %d", c.new, c.old, err, c.key, c.line)
		}
	}
}

func TestProfilesThatDiffer(t *testing.T) {
	for old, key := range map[string]string{
		`"price": {"low": 0, "high": 1}`: "negotiation.values_differ",
		`{"fast"`:                        "negotiation.value_missing",
	} {
		change := map[string]string{`"price": {"low": 0, "high": 1}`: `"price": {"low": 0}`, `{"fast"`: `{"quick"`}[old]
		_, err := ReadProfiles("d", []byte(profile), []byte(strings.Replace(profile, old, change, 1)))
		var e *Error
		if !errors.As(err, &e) || e.Key != key {
			t.Errorf("%s: %v, want %s", change, err, key)
		}
	}
}

// good is a domain that every case of TestSpecsThatAreWrong spoils in one place.
func good() Spec {
	money := func(n int64) *int64 { return &n }
	side := func(weight Number, linear ...Number) EvaluationSpec {
		return EvaluationSpec{Weight: weight, Linear: linear}
	}
	return Spec{Name: "good", Deadline: 10, Issues: []IssueSpec{
		{Name: "price", Values: []ValueSpec{{"low", money(100)}, {"high", money(200)}}, A: side("0.7", "0", "1"), B: side("0.5", "1", "0")},
		{Name: "delivery", Values: []ValueSpec{{Name: "fast"}, {Name: "slow"}}, A: side("0.3", "0", "1"), B: side("0.5", "1", "0")},
	}}
}

func TestSpecsThatAreWrong(t *testing.T) {
	if _, err := good().Domain(); err != nil {
		t.Fatal(err)
	}
	for key, spoil := range map[string]func(*Spec){
		"deadline_range":  func(s *Spec) { s.Deadline = -1 },
		"issues_number":   func(s *Spec) { s.Issues = nil },
		"issue_twice":     func(s *Spec) { s.Issues[1].Name = "price" },
		"name_missing":    func(s *Spec) { s.Issues[1].Name = "" },
		"value_twice":     func(s *Spec) { s.Issues[1].Values[1].Name = "fast" },
		"values_number":   func(s *Spec) { s.Issues[1].Values = nil },
		"money_for_all":   func(s *Spec) { s.Issues[0].Values[1].Money = nil },
		"price_twice":     func(s *Spec) { s.Issues[1].Values = s.Issues[0].Values },
		"weights_sum":     func(s *Spec) { s.Issues[1].A.Weight = "0.31" },
		"number_range":    func(s *Spec) { s.Reserve.A = "1.5" },
		"number_needed":   func(s *Spec) { s.Reserve.B = "half" },
		"evaluation_form": func(s *Spec) { s.Issues[0].B.Linear = s.Issues[0].B.Linear[:1] },
	} {
		s := good()
		spoil(&s)
		_, err := s.Domain()
		var e *Error
		if !errors.As(err, &e) || e.Key != "negotiation."+key {
			t.Errorf("want %s, got %v", key, err)
		}
	}
}

func FuzzReadProfiles(f *testing.F) {
	f.Add([]byte(profile))
	f.Add([]byte(`{"LinearAdditiveUtilitySpace":{"issueWeights":{"a":1},"issueUtilities":{"a":{"DiscreteValueSetUtilities":{"valueUtilities":{"x":0.5}}}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := ReadProfiles("fuzz", text, text)
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if err == nil && d.Size() <= 10_000 {
			Analyse(d)
		}
	})
}
