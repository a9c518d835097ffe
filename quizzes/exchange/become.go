package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
)

// become makes a question of the bank of what was read, or says why not.
func (d *draft) become(lang string) Question {
	if d.name == "" {
		d.name = short(firstOf(d.text))
	}
	out := Question{Name: d.name, Type: d.kind, Category: d.category, Line: d.line}
	q := d.question()
	if d.status == "" {
		q.Fixed, q.Clauses, q.Level, q.Pool = q.Fixed || d.fixed && len(q.Options) > 0 && q.Type != grading.Ordering && q.Type != grading.Matching, d.clauses, d.level, d.pool
		if !d.told && !bilingual(q) && (lang == "en" || lang == "" && !chineseAny(q)) {
			eachText(q, func(t *bank.Text) { t.ZH, t.EN = "", t.ZH })
		}
		q = d.proven(q)
	}
	if d.status != "" {
		out.Status, out.Reason, out.Args = d.status, d.reason, d.args
		return out
	}
	out.Status, out.Becomes = Imported, q
	return out
}

func firstOf(t bank.Text) string {
	if t.ZH == "" {
		return t.EN
	}
	return t.ZH
}

// question turns the draft into a question by its kind.
func (d *draft) question() *bank.Question {
	q := &bank.Question{ID: "q", Stem: d.text, Explanation: join(append([]bank.Text{d.feedback}, d.more...)...)}
	if d.kind != Description && empty(d.text) {
		d.broken("exchange.no_text", "")
	}
	switch d.kind {
	case Description:
		d.unable("exchange.description", "")
	case MultiChoice:
		d.choices(q)
	case ChoiceSet:
		d.choiceSet(q)
	case TrueFalse:
		d.trueFalse(q)
	case ShortAnswer:
		d.words(q)
	case Numerical:
		d.numbers(q)
	case Match, DragMatch:
		d.matching(q)
	case Ordering:
		d.ordering(q)
	case Essay:
		d.essay(q)
	case MultiAnswer, GapSelect, DragWords:
		d.passage(q)
	case Calculated:
		d.calculated(q)
	case "ddmarker", "ddimageortext":
		d.unable("exchange.image", d.kind)
	default:
		d.unable("exchange.type", d.kind)
	}
	return q
}

// authors are the problems of a question that its author is to mend: what another system cannot say, or advice about
// good questions.
const authors = " bank.questions_few bank.draw_many bank.pass_range bank.minutes_range bank.clause_needed bank.level_unknown bank.text_missing" +
	" bank.options_few bank.steps_few bank.catch_all "

// proven writes the question and reads it again: what comes back is what the bank will hold, and any problem but the
// author's is a reason not to.
func (d *draft) proven(q *bank.Question) *bank.Question {
	written, err := bank.Write("m", []*bank.Question{q})
	if err != nil {
		d.unable("exchange.unwritable", err.Error())
		return nil
	}
	s, problems := bank.Parse("courses/c/01-m.questions.yaml", written)
	for _, p := range problems {
		if !strings.Contains(authors, " "+p.Key+" ") && d.status == "" {
			d.status, d.reason, d.args = Unsupported, p.Key, p.Args
		}
	}
	if s == nil || len(s.Questions) != 1 {
		d.unable("exchange.unwritable", "")
		return nil
	}
	return s.Questions[0]
}

// eachText goes through every text of a question that has two languages.
func eachText(q *bank.Question, do func(*bank.Text)) {
	for _, t := range []*bank.Text{&q.Stem, &q.Explanation, &q.Passage} {
		do(t)
	}
	for i := range q.Options {
		do(&q.Options[i].Text)
		do(&q.Options[i].Why)
	}
	for i := range q.Things {
		do(&q.Things[i].Text)
	}
	for _, g := range q.Gaps {
		eachText(g.Asks, do)
	}
	for i := range q.Rubric {
		do(&q.Rubric[i].Title)
		for j := range q.Rubric[i].Levels {
			do(&q.Rubric[i].Levels[j].Anchor)
		}
	}
}

// bilingual says whether the file told the languages apart.
func bilingual(q *bank.Question) (is bool) {
	eachText(q, func(t *bank.Text) { is = is || t.EN != "" })
	return is
}

func chineseAny(q *bank.Question) (is bool) {
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	eachText(q, func(t *bank.Text) { is = is || han(t.ZH) })
	for _, a := range q.Accept {
		is = is || han(a.Text)
	}
	return is
}

// optionID names options a, b … z, then o27.
func optionID(i int) string {
	if i < 26 {
		return string(rune('a' + i))
	}
	return fmt.Sprintf("o%d", i+1)
}

// options takes answers over as options. There must be two, each with a text, and one that earns something.
func (d *draft) options(q *bank.Question) {
	best := new(big.Rat)
	for i, a := range d.answers {
		if empty(a.text) {
			d.broken("exchange.empty_answer", fmt.Sprint(i+1))
		}
		if a.part.Cmp(best) > 0 {
			best = a.part
		}
		q.Options = append(q.Options, bank.Option{ID: optionID(i), Text: a.text, Why: a.why})
	}
	if best.Sign() == 0 {
		d.broken("exchange.no_right", "")
	} else if len(d.answers) < 2 {
		d.broken("exchange.one_option", "")
	}
}

// choices reads a choice of one or several.
func (d *draft) choices(q *bank.Question) {
	if d.options(q); d.single {
		q.Type = grading.Single
		d.oneOf(q)
		return
	}
	q.Type, q.Rule = grading.Multiple, d.rule
	for i, a := range d.answers {
		q.Options[i].Right = a.part.Sign() > 0
	}
	if d.rule == "" {
		d.severally(q)
	}
}

// oneOf gives the parts of a single choice: the first that earns everything is the right one. Of one choice a part may
// be rounded to whole hundredths, for that is what a mark is.
func (d *draft) oneOf(q *bank.Question) {
	right := false
	for i, a := range d.answers {
		if !right && a.part.Cmp(whole) == 0 {
			right, q.Options[i].Right = true, true
			continue
		}
		q.Options[i].Credit = hundredths(a.part)
	}
	if !right {
		d.unable("exchange.no_full", "")
	}
}

// severally finds the rule that gives the same marks as the sum of the chosen parts, for every choice.
func (d *draft) severally(q *bank.Question) {
	sum, rights := new(big.Rat), int64(0)
	for _, a := range d.answers {
		if a.part.Sign() > 0 {
			sum.Add(sum, a.part)
			rights++
		}
	}
	wrongs := int64(len(d.answers)) - rights
	even, generous, countable := wrongs > 0, true, true
	for _, a := range d.answers {
		want := big.NewRat(1, max(1, rights))
		if a.part.Sign() <= 0 {
			want = big.NewRat(-1, max(1, wrongs))
		}
		even, countable = even && a.part.Cmp(want) == 0, countable && exactly(a.part)
		generous = generous && (a.part.Sign() == 0 || a.part.Cmp(want) == 0 && a.part.Sign() > 0)
	}
	switch {
	case sum.Cmp(whole) != 0:
		d.unable("exchange.weights_sum", sumText(sum))
	case even:
		q.Rule = grading.RightMinusWrong
	case countable:
		q.Rule = grading.Weighted
		for i, a := range d.answers {
			q.Options[i].Credit = hundredths(a.part)
		}
	case generous:
		q.Rule = grading.RightOnly
	default:
		d.unable("exchange.weights_exact", "")
	}
}

func sumText(sum *big.Rat) string { return bank.Decimal(new(big.Rat).Mul(sum, hundred)) }

// choiceSet reads a choice that earns all or nothing.
func (d *draft) choiceSet(q *bank.Question) {
	d.options(q)
	q.Type, q.Rule = grading.Multiple, grading.AllOrNothing
	for i, a := range d.answers {
		q.Options[i].Right = a.part.Sign() > 0
		if a.part.Sign() != 0 && a.part.Cmp(whole) != 0 {
			d.unable("exchange.weights_sum", sumText(a.part))
		}
	}
}

func (d *draft) trueFalse(q *bank.Question) {
	q.Type = grading.TrueFalse
	parts := map[string]*big.Rat{"true": new(big.Rat), "false": new(big.Rat)}
	for _, a := range d.answers {
		word := strings.ToLower(firstOf(a.text))
		if parts[word] == nil {
			d.broken("exchange.truefalse", word)
			return
		}
		parts[word] = a.part
		q.Explanation = join(q.Explanation, a.why)
	}
	for _, word := range []string{"true", "false"} {
		q.Options = append(q.Options, bank.Option{ID: word, Right: parts[word].Sign() > 0})
	}
	switch t, f := parts["true"], parts["false"]; {
	case t.Sign() <= 0 && f.Sign() <= 0:
		d.broken("exchange.no_right", "")
	case t.Sign() != 0 && f.Sign() != 0 || new(big.Rat).Add(t, f).Cmp(whole) != 0:
		d.unable("exchange.truefalse_parts", "")
	}
}

func (d *draft) matching(q *bank.Question) {
	q.Type = grading.Matching
	ids, things := map[bank.Text]string{}, map[bank.Text]bool{}
	partner := func(t bank.Text) string {
		if ids[t] == "" {
			ids[t] = fmt.Sprintf("p%d", len(ids))
			q.Options = append(q.Options, bank.Option{ID: ids[t], Text: t})
		}
		return ids[t]
	}
	for i, p := range d.pairs {
		if empty(p.thing) || empty(p.partner) {
			d.broken("exchange.pair", fmt.Sprint(i+1))
		}
		if things[p.thing] {
			d.unable("exchange.thing_twice", short(firstOf(p.thing)))
		}
		things[p.thing] = true
		q.Things = append(q.Things, bank.Thing{ID: fmt.Sprintf("t%d", i), Text: p.thing, Partner: partner(p.partner)})
	}
	for _, t := range d.extra {
		partner(t)
	}
	if q.Rule = d.rule; len(d.pairs) < 2 {
		d.broken("exchange.no_pairs", "")
	}
}

func (d *draft) ordering(q *bank.Question) {
	q.Type, q.Rule = grading.Ordering, d.rule
	seen := map[bank.Text]bool{}
	for i, a := range d.answers {
		if empty(a.text) {
			d.broken("exchange.empty_answer", fmt.Sprint(i+1))
		}
		if seen[a.text] {
			d.unable("exchange.thing_twice", short(firstOf(a.text)))
		}
		seen[a.text] = true
		q.Options = append(q.Options, bank.Option{ID: optionID(i), Text: a.text})
	}
	if len(d.answers) < 2 {
		d.broken("exchange.no_order", "")
	}
}

// essay leaves the anchors of the one criterion to the author; its title is what the file tells those who mark.
func (d *draft) essay(q *bank.Question) {
	q.Type = grading.Open
	q.Rubric = []bank.Criterion{{ID: "answer", Title: d.guide, Levels: []bank.Level{{}, {Points: grading.Full}}}}
}

// ids gives every question that was imported an id made of the module and its name: the same name has the same id in
// every run, and a second question of that name gets a number.
func ids(module string, questions []*bank.Question, names []string) {
	taken := map[string]bool{}
	for i, q := range questions {
		base := module + "-" + slug(names[i])
		id := base
		for n := 2; taken[id]; n++ {
			id = fmt.Sprintf("%s-%d", base, n)
		}
		taken[id], q.ID = true, id
	}
}

// slug is a name in small letters, digits and hyphens; where letters are lost, a few digits tell names apart.
func slug(name string) string {
	var b strings.Builder
	lost := false
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsLetter(r):
			lost = true
			fallthrough
		default:
			b.WriteByte('-')
		}
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' })
	if n := strings.Join(words, "-"); !lost && n != "" && len(n) <= 40 {
		return n
	}
	sum := sha256.Sum256([]byte(name))
	out := strings.Join(append(words, hex.EncodeToString(sum[:4])), "-")
	return out[max(0, len(out)-40):]
}
