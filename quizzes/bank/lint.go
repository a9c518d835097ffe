package bank

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/quizzes/grading"
	"tongguan/server/base/fault"
)

// Least and most that a set may have, and shares (per cent) above which the right option gives itself away.
const (
	fewestQuestions = 12
	fewestOptions   = 3
	giveawayLongest = 45
	giveawayPlace   = 45
	giveawayFrom    = 12 // single-choice questions from which on the shares mean something
)

var (
	levels     = []string{"recall", "apply", "judge"}
	clauseForm = regexp.MustCompile(`^[1-9]\d*(\.[1-9]\d*)+$`)
	catchAll   = regexp.MustCompile(`(?i)以上(都|全|均|皆)|all of the above|none of the above|both of the above`)
	idForm     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
)

// linter collects what is wrong with one file.
type linter struct {
	file     string
	ids      map[string]int // line of the first question with the id
	problems []fault.Problem
	drawn    []Params // of the calculated question that was read last
}

func (l *linter) at(line int, key string, args ...any) {
	l.problems = append(l.problems, fault.ProblemAt(l.file, line, key, args...))
}

// head looks at what every question has.
func (l *linter) head(q *Question) {
	l.id(q)
	if !slices.Contains(levels, q.Level) {
		l.at(q.Line, "bank.level_unknown", "id", q.ID, "level", q.Level)
	}
	if len(q.Clauses) == 0 {
		l.at(q.Line, "bank.clause_needed", "id", q.ID)
	}
	for _, c := range q.Clauses {
		if !clauseForm.MatchString(c) {
			l.at(q.Line, "bank.clause_form", "id", q.ID, "clause", c)
		}
	}
	if q.Facility < 0 || q.Facility > 100 {
		l.at(q.Line, "bank.facility_range", "id", q.ID, "value", q.Facility)
	}
	l.both(q, "stem", q.Stem)
	l.both(q, "explanation", q.Explanation)
	if strings.Contains(q.Stem.ZH+q.Stem.EN, "**") {
		l.at(q.Line, "bank.stars", "id", q.ID)
	}
}

// id looks at the id of a question or a case.
func (l *linter) id(q *Question) {
	if !idForm.MatchString(q.ID) {
		l.at(q.Line, "bank.id_form", "id", q.ID)
	}
	if before, twice := l.ids[q.ID]; twice {
		l.at(q.Line, "bank.id_twice", "id", q.ID, "file", l.file, "at", before)
	} else {
		l.ids[q.ID] = q.Line
	}
}

// both reports a text that is missing in a language.
func (l *linter) both(q *Question, field string, t Text) {
	if t.ZH == "" {
		l.at(q.Line, "bank.text_missing", "id", q.ID, "field", field, "lang", "zh")
	}
	if t.EN == "" {
		l.at(q.Line, "bank.text_missing", "id", q.ID, "field", field, "lang", "en")
	}
}

func (l *linter) options(q *Question) {
	if len(q.Options) < fewestOptions {
		l.at(q.Line, "bank.options_few", "id", q.ID, "min", fewestOptions)
	}
	seen, right := map[string]bool{}, 0
	for _, o := range q.Options {
		if o.ID == "" || seen[o.ID] {
			l.at(q.Line, "bank.option_id", "id", q.ID, "option", o.ID)
		}
		seen[o.ID] = true
		if o.Right {
			right++
		}
		l.both(q, o.ID+".text", o.Text)
		l.both(q, o.ID+".why", o.Why)
		if o.Credit < -grading.Full || o.Credit > grading.Full {
			l.at(q.Line, "bank.credit_range", "id", q.ID, "credit", o.Credit)
		}
		if o.Credit != 0 && q.Type == grading.Multiple && q.Rule != grading.Weighted {
			l.at(q.Line, "bank.credit_unused", "id", q.ID, "option", o.ID)
		}
		if catchAll.MatchString(o.Text.ZH + " " + o.Text.EN) {
			l.at(q.Line, "bank.catch_all", "id", q.ID, "option", o.ID)
		}
	}
	if q.Rule == grading.Weighted {
		l.weights(q)
		return
	}
	if right == 0 {
		l.at(q.Line, "bank.no_right_answer", "id", q.ID)
	}
	if q.Type == grading.Single && right > 1 {
		l.at(q.Line, "bank.right_many", "id", q.ID, "n", right)
	}
	if q.Type == grading.Multiple && right == len(q.Options) && right > 0 {
		l.at(q.Line, "bank.right_all", "id", q.ID)
	}
}

// weights sees that what is best of several options earns everything.
func (l *linter) weights(q *Question) {
	sum := 0
	for _, o := range q.Options {
		sum += max(0, o.Credit)
	}
	if sum != grading.Full {
		l.at(q.Line, "bank.credit_sum", "id", q.ID, "sum", sum)
	}
}

// rules looks at the quiz as a whole.
func (l *linter) rules(s *Set) {
	if len(s.Questions) < fewestQuestions {
		l.at(0, "bank.questions_few", "n", len(s.Questions), "min", fewestQuestions)
	}
	if s.Draw < 1 || s.Draw > len(s.Questions) {
		l.at(0, "bank.draw_many", "draw", s.Draw, "n", len(s.Questions))
	}
	if s.Pass < 100 || s.Pass > 10_000 {
		l.at(0, "bank.pass_range", "pass", s.Pass/100)
	}
	if s.Minutes < 1 || s.Minutes > 600 {
		l.at(0, "bank.minutes_range", "minutes", s.Minutes)
	}
}

// giveaways measures by what a guesser could tell the right option: being the longest, or standing at one place.
func (l *linter) giveaways(s *Set) {
	longest, places, n := 0, map[int]int{}, 0
	for _, q := range oneOfSeveral(s) {
		n++
		for i, o := range q.Options {
			if !o.Right {
				continue
			}
			places[i]++
			if isLongest(q, i) {
				longest++
			}
			break
		}
	}
	if n < giveawayFrom {
		return
	}
	if longest*100 > giveawayLongest*n {
		l.at(0, "bank.longest_right", "n", longest, "of", n, "max", giveawayLongest)
	}
	for _, i := range slices.Sorted(maps.Keys(places)) {
		if times := places[i]; times*100 > giveawayPlace*n {
			l.at(0, "bank.place_right", "place", i+1, "n", times, "of", n, "max", giveawayPlace)
		}
	}
}

// oneOfSeveral gives what has one right option among several: questions, also those of a case, and gaps.
func oneOfSeveral(s *Set) []*Question {
	var out []*Question
	for _, q := range s.Questions {
		if q.Type == grading.Single {
			out = append(out, q)
		}
		for _, g := range q.Gaps { // of two options one is always the longer, and stands first half the time
			if g.Asks.Type == grading.Single && len(g.Asks.Options) >= fewestOptions {
				out = append(out, g.Asks)
			}
		}
	}
	return out
}

func isLongest(q *Question, right int) bool {
	for i, o := range q.Options {
		if i != right && utf8.RuneCountInString(o.Text.ZH) >= utf8.RuneCountInString(q.Options[right].Text.ZH) {
			return false
		}
	}
	return true
}
