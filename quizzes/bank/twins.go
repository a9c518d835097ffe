package bank

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tongguan/quizzes/grading"
	"tongguan/server/base/fault"
)

// Limits of sameness and of negation.
const (
	shingleRunes  = 3  // Chinese characters that make a shingle; of other words the same number
	twinShare     = 55 // per cent of their shingles that two questions may have in common (Jaccard)
	twinShingles  = 8  // fewer say nothing
	negationShare = 12 // per cent of stems that may ask for what is not so
	negationFrom  = 60
)

// negations reports when too many stems turn the question round: those who misread one letter are marked for reading, not for selling.
func (b *Bank) negations() []fault.Problem {
	negative, n := 0, 0
	for _, s := range b.sets {
		for _, q := range s.Questions {
			if len(q.Options) == 0 || q.Type == grading.TrueFalse {
				continue
			}
			n++
			if Negative(q) {
				negative++
			}
		}
	}
	if n < negationFrom || negative*100 <= negationShare*n {
		return nil
	}
	return []fault.Problem{fault.ProblemAt("courses", 0, "bank.negations", "n", negative, "of", n, "max", negationShare)}
}

var (
	negativeZH = regexp.MustCompile(`(哪|何)[^。？]*(不(是|对|属于|应|该|能|当|符合|正确|妥|必|可|宜|需|合)|没有|错)|(不(是|对|属于|应|该|能|当|符合|正确|妥|合)|没有|错)[^。？]{0,8}的?是哪`)
	negativeEN = regexp.MustCompile(`(?i)\b(which|what)\b[^.?]*\b(not|except|wrong|false|incorrect|least)\b`)
)

// Negative says whether a question asks for what is not so, in either language.
func Negative(q *Question) bool {
	return negativeZH.MatchString(last(q.Stem.ZH, "。！？\n")) || negativeEN.MatchString(last(q.Stem.EN, ".!?\n"))
}

// last gives the last sentence of a text.
func last(text, ends string) string {
	text = strings.TrimSpace(text)
	body := strings.TrimRight(text, ends)
	if i := strings.LastIndexAny(body, ends); i >= 0 {
		return text[i:]
	}
	return text
}

// Twin is a question that is nearly another one.
type Twin struct {
	One, Other *Question
	In, With   *Set // where they stand
	Share      int  // per cent of their shingles that they have in common
	Lang       string
}

// twins reports questions that say nearly the same: whoever has seen one knows the other.
func (b *Bank) twins() []fault.Problem {
	var out []fault.Problem
	for _, t := range b.Twins() {
		out = append(out, fault.ProblemAt(t.With.File, t.Other.Line, "bank.twins", "id", t.Other.ID, "other", t.One.ID,
			"file", t.In.File, "at", t.One.Line, "share", t.Share, "max", twinShare))
	}
	return out
}

// Twins finds the pairs whose stems and right answers have more shingles in common than they may, each pair once, in the order
// of the files. A shingle is a run of neighbouring characters or words; the share is Jaccard's: common by all (Broder 1997, "On the
// resemblance and containment of documents"). Inline checks are compared too. Numbers do not make a difference.
func (b *Bank) Twins() []Twin {
	type entry struct {
		q *Question
		s *Set
	}
	var all []entry
	for _, s := range b.sets {
		for _, q := range slices.Concat(s.Checks, s.Questions) {
			all = append(all, entry{q, s})
		}
	}
	found := map[[2]int]Twin{}
	for _, lang := range []string{"zh", "en"} {
		sizes, where := make([]int, len(all)), map[string][]int{}
		common := map[[2]int]int{}
		for n, e := range all {
			own := shingles(spoken(e.q, lang))
			sizes[n] = len(own)
			for sh := range own {
				for _, before := range where[sh] {
					common[[2]int{before, n}]++
				}
				where[sh] = append(where[sh], n)
			}
		}
		for pair, both := range common {
			a, c := pair[0], pair[1]
			if min(sizes[a], sizes[c]) < twinShingles {
				continue
			}
			share := both * 100 / (sizes[a] + sizes[c] - both)
			if share > twinShare && share > found[pair].Share {
				found[pair] = Twin{all[a].q, all[c].q, all[a].s, all[c].s, share, lang}
			}
		}
	}
	pairs := make([][2]int, 0, len(found))
	for p := range found {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(x, y [2]int) int { return cmp.Or(x[0]-y[0], x[1]-y[1]) })
	out := make([]Twin, 0, len(pairs))
	for _, p := range pairs {
		out = append(out, found[p])
	}
	return out
}

// spoken is what a question says and what is right about it.
func spoken(q *Question, lang string) string {
	parts := []string{q.Stem.In(lang), q.Passage.In(lang)}
	for _, o := range q.Options {
		if o.Right || q.Type == grading.Ordering || q.Type == grading.Matching {
			parts = append(parts, o.Text.In(lang))
		}
	}
	return strings.Join(parts, "\n")
}

// shingles gives the runs of neighbouring units of a text: a Chinese character, a Latin word. Figures and marks are left out.
func shingles(text string) map[string]bool {
	var units []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			units = append(units, word.String())
			word.Reset()
		}
	}
	for _, r := range grading.Fold(text) {
		switch {
		case unicode.Is(unicode.Han, r):
			flush()
			units = append(units, string(r))
		case unicode.IsLetter(r):
			word.WriteRune(r)
		default:
			flush()
		}
	}
	flush()
	out := map[string]bool{}
	for i := 0; i+shingleRunes <= len(units); i++ {
		out[strings.Join(units[i:i+shingleRunes], " ")] = true
	}
	return out
}
