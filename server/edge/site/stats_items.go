package site

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/itemstats"
	"tongguan/quizzes/tally"
	"tongguan/web/pages/desk"
)

// statsItems fills in the table and the section of every question.
func (s *Site) statsItems(c *fiber.Ctx, x stats, p *desk.Stats) {
	by, order := c.Query("sort"), c.Query("order")
	for _, name := range []string{"order", "reading", "facility", "discrimination", "weight", "answers"} {
		sort := desk.Sort{URL: x.link("sort", name) + "#items-heading"}
		if name == by {
			if sort.Order = "ascending"; order == "desc" {
				sort.Order = "descending"
			} else {
				sort.URL = x.link("sort", name, "order", "desc") + "#items-heading"
			}
		}
		p.Sorts[name] = sort
	}
	open := c.Query("item")
	p.All = x.link("item", "all", "sort", by, "order", order) + "#each-heading"
	for _, i := range x.sorted(by, order == "desc") {
		one := x.item(i)
		one.URL = x.link("item", i.Item, "sort", by, "order", order) + "#" + i.Item
		one.Open = open == "all" || open == i.Item
		if q := x.Set.Question(i.Item); q != nil {
			for _, clause := range q.Clauses {
				one.Clauses = append(one.Clauses, s.chip(x.visit, clause))
			}
		}
		p.Items = append(p.Items, one)
	}
}

// sorted gives the items by a column; what is not defined comes last.
func (x stats) sorted(by string, descending bool) []itemstats.Item {
	out := slices.Clone(x.Items)
	key := map[string]func(i itemstats.Item) *float64{
		"reading":        func(i itemstats.Item) *float64 { n := float64(x.urgency(i)); return &n },
		"facility":       func(i itemstats.Item) *float64 { return i.Facility },
		"discrimination": func(i itemstats.Item) *float64 { return i.DiscriminationIndex },
		"weight":         func(i itemstats.Item) *float64 { return i.EffectiveWeight },
		"answers":        func(i itemstats.Item) *float64 { n := float64(i.Answers); return &n },
	}[by]
	if key == nil {
		if descending {
			slices.Reverse(out)
		}
		return out
	}
	slices.SortStableFunc(out, func(a, b itemstats.Item) int {
		m, n := key(a), key(b)
		switch {
		case m == nil || n == nil:
			return cmp.Compare(btoi(m == nil), btoi(n == nil))
		case descending:
			return cmp.Compare(*n, *m)
		}
		return cmp.Compare(*m, *n)
	})
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// urgency is 0 for what should be looked at first.
func (x stats) urgency(i itemstats.Item) int {
	return slices.Index(urgencies, x.readings(i)[0])
}

// urgencies are the readings of a question, the most urgent first, and the state that each is shown in.
var (
	urgencies = []string{"backwards", "guessing", "misleads", "too_hard", "weak", "unused", "too_easy", "good", "few", "none"}
	states    = map[string]string{"backwards": "red", "guessing": "red", "misleads": "red", "too_hard": "now", "weak": "now", "unused": "now", "too_easy": "now", "good": "pass"}
)

// readings are what can be said of a question, the most urgent first: what the intervals leave no doubt of, or else that it does
// well, or that there are too few answers.
func (x stats) readings(i itemstats.Item) (out []string) {
	for _, f := range i.Flags {
		out = append(out, string(f))
	}
	for _, o := range i.Choices {
		for _, f := range o.Flags {
			if !slices.Contains(out, string(f)) {
				out = append(out, string(f))
			}
		}
	}
	switch {
	case i.Answers == 0:
		return []string{"none"}
	case len(out) > 0:
	case i.Answers < enough:
		return []string{"few"}
	default:
		return []string{"good"}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(slices.Index(urgencies, a), slices.Index(urgencies, b)) })
	return out
}

func (x stats) item(i itemstats.Item) desk.ItemStats {
	q := x.Set.Question(i.Item)
	out := desk.ItemStats{ID: i.Item, Stem: x.stem(i.Item), Answers: i.Answers, Exposure: x.voice.T("tally.on_papers", "share", percent(i.Exposure)),
		Facility: percent(i.Facility), Facilities: x.between(i.FacilityInterval, 100), Discrimination: percent(of(i.DiscriminationIndex, 100)),
		Within: x.between(i.DiscriminationInterval, 1), Weight: percent(of(i.EffectiveWeight, 100)),
		Intended: x.voice.T("tally.intended", "share", percent(of(i.IntendedWeight, 100)))}
	for _, r := range x.readings(i) {
		out.Tags = append(out.Tags, desk.Tag{Text: x.voice.T("tally.reading."+r, "answers", i.Answers, "enough", enough), State: states[r]})
		out.Actions = append(out.Actions, x.voice.T("tally.action."+r))
	}
	if first := x.readings(i)[0]; first != "few" && first != "none" && first != "good" {
		out.Action = out.Actions[0]
	}
	fact := func(key, value string) {
		out.Facts = append(out.Facts, desk.Fact{Label: x.voice.T("tally.fact." + key), Value: value})
	}
	fact("facility", out.Facility+" "+out.Facilities)
	fact("discrimination", out.Discrimination+" "+out.Within)
	fact("efficiency", percent(of(i.DiscriminativeEfficiency, 100)))
	if i.Guess != nil {
		fact("guess", percent(i.Guess))
	}
	fact("weight", out.Weight)
	fact("exposure", x.voice.T("tally.stood", "answers", i.Answers, "attempts", x.Attempts))
	letter := 0
	for _, o := range i.Choices {
		if o.Option == itemstats.Blank && o.Chosen == 0 {
			continue
		}
		out.Options = append(out.Options, x.option(q, i, o, &letter))
	}
	return out
}

func (x stats) stem(item string) string {
	if q := x.Set.Question(item); q != nil {
		return q.Stem.In(x.lang)
	}
	return item
}

// option is one row of the table of options. The rest is that of the paper, as a share of what it is worth.
func (x stats) option(q *bank.Question, i itemstats.Item, o itemstats.Choice, letter *int) desk.OptionStats {
	out := desk.OptionStats{Right: o.Right, Chosen: strconv.Itoa(o.Chosen), Share: percent(o.Share), Shares: x.voice.T("tally.times", "n", o.Chosen),
		Rest: percent(of(o.RestMean, x.ItemsPerPaper-1)), Within: x.between(o.CorrelationInterval, 100), Correlation: percent(o.Correlation)}
	if o.Share != nil {
		out.Percent = int(math.Round(100 * *o.Share))
	}
	switch {
	case o.Option == itemstats.Blank:
		out.Text = x.voice.T("tally.blank")
	case o.Option == tally.Other:
		out.Text = x.voice.T("tally.other")
	default:
		out.Letter = string(rune('A' + *letter%26))
		*letter++
		out.Text = x.optionText(q, o.Option)
	}
	key := "tally.choice.plain"
	switch {
	case i.Answers == 0:
		return out
	case slices.Contains(o.Flags, itemstats.Misleads):
		key, out.State = "tally.choice.misleads", "red"
	case slices.Contains(o.Flags, itemstats.Unused):
		key, out.State = "tally.choice.unused", "now"
	case o.Option == itemstats.Blank:
		key = "tally.choice.blank"
	case o.Right && o.CorrelationInterval != nil && o.CorrelationInterval[1] < 0:
		key, out.State = "tally.choice.wrong_key", "red"
	case o.Right && o.CorrelationInterval != nil && o.CorrelationInterval[0] > 0:
		key, out.State = "tally.choice.right", "pass"
	case o.CorrelationInterval != nil && o.CorrelationInterval[1] < 0:
		key = "tally.choice.works"
	case o.Chosen == 0:
		key = "tally.choice.nobody"
	}
	out.Reading = x.voice.T(key, "option", out.Letter, "rest", percent(of(o.RestMean, x.ItemsPerPaper-1)), "all", percent(of(i.RestMean, x.ItemsPerPaper-1)))
	return out
}

func (x stats) optionText(q *bank.Question, id string) string {
	if id == "true" || id == "false" {
		return x.voice.T("quiz.option." + id)
	}
	if q != nil {
		for _, o := range q.Options {
			if o.ID == id {
				return o.Text.In(x.lang)
			}
		}
	}
	return id
}
