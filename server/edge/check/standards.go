package check

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"tongguan/server/base/fault"
	"tongguan/server/base/strict"
)

// StandardsFile says what the content has to hold. Content without it is held to nothing: a company that trains on three clauses
// need not have an academy.
const StandardsFile = "standards.yaml"

// The standards of an academy that is whole. The file may set others.
const (
	leastQuestions = 700 // different ones in the bank
	leastPerClause = 8   // questions
	leastPerStep   = 12  // questions of a step of chapter 2, that is a clause 2.x.y
	leastJudged    = 40  // per cent of the questions that ask to apply or to judge
	leastOfEach    = 1   // lessons, scenarios, indicators and items of inspection of a clause
)

// mostAsked bounds every number of the file.
const mostAsked = 100_000

// Standards are what the content, and each clause in it, has to hold at least.
type Standards struct {
	Questions   int `yaml:"questions"`
	PerClause   int `yaml:"per_clause"`
	PerStep     int `yaml:"per_step"`
	JudgedShare int `yaml:"judged_share"` // per cent
	Lessons     int `yaml:"lessons"`      // of each clause, as are the next three
	Scenarios   int `yaml:"scenarios"`
	Indicators  int `yaml:"indicators"`
	Inspection  int `yaml:"inspection"`
}

// Whole are the standards of an academy that is whole.
func Whole() Standards {
	return Standards{Questions: leastQuestions, PerClause: leastPerClause, PerStep: leastPerStep, JudgedShare: leastJudged,
		Lessons: leastOfEach, Scenarios: leastOfEach, Indicators: leastOfEach, Inspection: leastOfEach}
}

// ReadStandards reads what the content is held to, and what is wrong with the file; what it does not say is as in Whole. set says
// whether there is such a file that can be used.
func ReadStandards(files fs.FS) (s Standards, set bool, problems []fault.Problem) {
	if _, err := fs.Stat(files, StandardsFile); errors.Is(err, fs.ErrNotExist) {
		return Whole(), false, nil
	}
	s = Whole()
	f, ok := strict.Read(files, StandardsFile, &s)
	if ok {
		for _, x := range []struct {
			field       string
			value, most int
		}{{"questions", s.Questions, mostAsked}, {"per_clause", s.PerClause, mostAsked}, {"per_step", s.PerStep, mostAsked}, {"judged_share", s.JudgedShare, 100},
			{"lessons", s.Lessons, mostAsked}, {"scenarios", s.Scenarios, mostAsked}, {"indicators", s.Indicators, mostAsked}, {"inspection", s.Inspection, mostAsked}} {
			if x.value < 0 || x.value > x.most {
				f.At(f.Root().Field(x.field), "trace.lint.number", "field", x.field, "max", x.most)
			}
		}
	}
	if len(f.Problems) > 0 {
		return Whole(), false, f.Problems
	}
	return s, true, nil
}

// held gives what the content lacks by its own standards, beside what was said of it; nothing where it sets none.
func held(files fs.FS, m Matter, said []fault.Problem) []fault.Problem {
	s, set, problems := ReadStandards(files)
	if !set {
		return problems
	}
	text, err := fs.ReadFile(files, policyFile)
	if err != nil {
		return problems // which the catalogue has said
	}
	untaught := map[any]bool{} // which the catalogue has said as well
	for _, p := range said {
		if p.Key == "lint.clause_untaught" {
			untaught[p.Args["clause"]] = true
		}
	}
	return slices.DeleteFunc(s.Miss(m.Cover(), lines(string(text))), func(p fault.Problem) bool {
		return p.Key == "trace.lint."+string(NoLesson) && untaught[p.Args["clause"]]
	})
}

const policyFile = "policy.yaml"

var clauseLine = regexp.MustCompile(`^\s*-\s+id:\s*["']?([0-9.]+)`)

// lines gives the line of each clause, from 1.
func lines(policy string) map[string]int {
	out, n := map[string]int{}, 0
	for line := range strings.Lines(policy) {
		n++
		if m := clauseLine.FindStringSubmatch(line); m != nil {
			out[m[1]] = n
		}
	}
	return out
}

// Miss gives what the content lacks by the standards, at the lines of the clauses.
func (s Standards) Miss(c Coverage, lines map[string]int) (out []fault.Problem) {
	if c.Questions < s.Questions {
		out = append(out, fault.ProblemAt(StandardsFile, 0, "trace.lint.bank", "have", c.Questions, "need", s.Questions))
	}
	if share := Share(c.Judged, c.Questions); c.Questions > 0 && share < s.JudgedShare {
		out = append(out, fault.ProblemAt(StandardsFile, 0, "trace.lint.judged", "have", share, "need", s.JudgedShare))
	}
	for _, one := range c.Clauses {
		for _, hole := range s.Holes(one) {
			out = append(out, fault.ProblemAt(policyFile, lines[one.Clause], "trace.lint."+string(hole), "clause", one.Clause, "have", one.Questions, "need", s.Asks(one.Clause)))
		}
	}
	return out
}
