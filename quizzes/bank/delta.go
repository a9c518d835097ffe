package bank

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/grading"
)

// A delta quiz asks what a changed clause lays down: short, and the same rules for every clause.
const (
	deltaCourse   = "policy"
	deltaMost     = 8  // questions of a paper
	deltaFewest   = 3  // below which there is no quiz
	deltaPass     = 80 // per cent
	deltaMinutes  = 2  // for each question
	deltaFileForm = "courses/" + deltaCourse + "/00-%.questions.yaml"
)

// DeltaKey is the module under which the delta quiz on a clause is kept: "policy/2-4-2" on 2.4.2.
func DeltaKey(clause string) string {
	return deltaCourse + "/" + strings.ReplaceAll(clause, ".", "-")
}

// DeltaClause gives the clause of a delta quiz's module; ok is false where it is another module.
func DeltaClause(module string) (clause string, ok bool) {
	course, name, _ := strings.Cut(module, "/")
	clause = strings.ReplaceAll(name, "-", ".")
	return clause, course == deltaCourse && clauseForm.MatchString(clause) && DeltaKey(clause) == module
}

// Delta gives the quiz on one clause: the questions that name it and need nobody to mark them. It is nil where there are
// too few. It is a file of questions like any other, though nobody wrote it: an attempt keeps its source, and whoever
// reads it again years later has the questions as they were, wherever the originals went.
func (b *Bank) Delta(clause string) *Set {
	if s, ok := b.deltas.Load(clause); ok {
		return s.(*Set)
	}
	if len(b.examining[clause]) < deltaFewest {
		return nil
	}
	s, _ := b.deltas.LoadOrStore(clause, b.makeDelta(clause))
	return s.(*Set)
}

// asked gives the questions of the quiz on a clause, and whether its answers may be shown. It may be taken as often as one
// likes, so questions of exams that may not are left out where there are enough others, and else not answered.
func (b *Bank) asked(clause string) (questions []*Question, shown bool) {
	guarded := map[*Question]bool{}
	for _, s := range b.sets {
		for _, q := range s.Questions {
			guarded[q] = s.guarded()
		}
	}
	var free []*Question
	seen := map[string]bool{}
	for _, q := range b.examining[clause] {
		if q.Type == grading.Open || seen[q.ID] { // an open answer waits for people, and a deadline does not
			continue
		}
		questions, seen[q.ID] = append(questions, q), true
		if !guarded[q] {
			free = append(free, q)
		}
	}
	if len(free) >= deltaFewest {
		questions = free
	}
	return questions, len(free) == len(questions)
}

// guarded says whether the rules keep the answers from whoever would take the quiz again and again.
func (r Rules) guarded() bool {
	return r.Attempts > 0 || r.Wait > 0 || r.From != "" || r.Until != "" || r.Answers == AfterAll || r.Answers == Never
}

func (b *Bank) makeDelta(clause string) *Set {
	questions, shown := b.asked(clause)
	if len(questions) < deltaFewest {
		return nil
	}
	draw := min(deltaMost, len(questions))
	module := strings.ReplaceAll(clause, ".", "-")
	rules := []pair{{"draw", number(draw)}, {"pass", number(deltaPass)}, {"minutes", number(deltaMinutes * draw)}}
	if !shown {
		rules = append(rules, pair{"show", flow(pair{"answers", str(string(Never))}, pair{"explanations", str(string(Never))})})
	}
	source, err := write(module, flow(rules...), questions)
	if err != nil {
		return nil
	}
	s, _ := Parse(strings.Replace(deltaFileForm, "%", module, 1), source) // what there is to say was said of the originals
	return s
}

// write gives a file of questions with the rules of its quiz.
func write(module string, quiz *yaml.Node, questions []*Question) ([]byte, error) {
	return encode(mapping(pair{"module", str(module)}, pair{"quiz", quiz}, pair{"questions", list(questionNodes(questions)...)}))
}
