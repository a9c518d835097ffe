package site

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/tally"
	"tongguan/web/pages/desk"
	"tongguan/web/parts"
)

// enough is how many answers a question should have before its figures are read as more than a hint.
const enough = 100

// some is how many papers it takes until reliability and error of the whole quiz are worth a sentence.
const some = 30

// stats is one version's report as it is shown to somebody.
type stats struct {
	visit
	tally.Report
	address string // of the page
	version string // as the address names it, "" for the current one
}

// statsOf reads what the address names.
func (s *Site) statsOf(c *fiber.Ctx, v visit) (stats, error) {
	module := c.Params("course") + "/" + c.Params("module")
	r, err := s.Tally.Report(c.UserContext(), v.actor, module, c.Query("set"))
	return stats{visit: v, Report: r, address: "/desk/quizzes/" + module, version: c.Query("set")}, err
}

// link is the page in this version with more in its query.
func (x stats) link(pairs ...string) string {
	q := url.Values{}
	if x.version != "" {
		q.Set("set", x.version)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return x.address
	}
	return x.address + "?" + q.Encode()
}

// quizDesk shows authors how the questions of a quiz perform.
func (s *Site) quizDesk(c *fiber.Ctx, v visit) error {
	x, err := s.statsOf(c, v)
	if err != nil {
		return err
	}
	title := x.Set.Key()
	if m := s.Catalog.Current().Module(x.Set.Key()); m != nil {
		title = m.Title.In(v.lang)
	}
	p := desk.Stats{Frame: s.frame(c, v, v.voice.T("tally.page", "title", title)), Heading: title, Address: x.address, Attempts: x.Attempts,
		Lead:  v.voice.T("tally.lead", "attempts", x.Attempts, "pass", v.voice.Percent(x.Set.Pass), "questions", len(x.Set.Questions), "version", x.Set.Hash[:8]),
		Items: []desk.ItemStats{}, CSV: x.address + "/items.csv", Sorts: map[string]desk.Sort{}}
	if x.version != "" {
		p.CSV += "?set=" + x.Set.Hash
	}
	if p.Versions, err = s.statsVersions(c, x); err != nil {
		return err
	}
	if len(x.Set.Blueprint) > 0 && len(x.Set.Questions) > 0 {
		low, high := x.Set.Parallel()
		p.Parallel = v.voice.T("tally.parallel", "low", v.voice.Percent(low), "high", v.voice.Percent(high),
			"exposure", v.voice.Percent(100*slices.Max(slices.Collect(maps.Values(x.Set.Shares())))))
	}
	x.notes(&p)
	if x.Attempts > 0 {
		x.whole(&p)
		p.Scores = x.scores()
		s.statsItems(c, x, &p)
	}
	return s.draw(c, desk.StatsPage(p))
}

// statsVersions offers the versions of the quiz.
func (s *Site) statsVersions(c *fiber.Ctx, x stats) (parts.Select, error) {
	out := parts.Select{ID: "set", Name: "set", Label: x.voice.T("tally.version")}
	versions, err := s.Tally.Versions(c.UserContext(), x.actor, x.Set.Key())
	for _, one := range versions {
		key, when := "tally.version_old", x.voice.T("tally.never")
		if one.Current {
			key = "tally.version_current"
		}
		if one.FirstSeen > 0 {
			when = x.voice.Date(one.FirstSeen, s.Zone)
		}
		out.Choices = append(out.Choices, parts.Choice{Value: one.Hash, Chosen: one.Hash == x.Set.Hash,
			Text: x.voice.T(key, "version", one.Hash[:8], "when", when, "attempts", one.Attempts)})
	}
	return out, err
}

func (x stats) notes(p *desk.Stats) {
	if x.Waiting > 0 {
		p.Notes = append(p.Notes, x.voice.T("tally.waiting", "attempts", x.Waiting))
	}
	if x.Attempts > 0 && x.Attempts < enough {
		p.Notes = append(p.Notes, x.voice.T("tally.few", "attempts", x.Attempts, "enough", enough))
	}
}

// percent writes a share, or a dash where it is not defined.
func percent(x *float64) string {
	if x == nil {
		return "–"
	}
	return signed(strconv.FormatFloat(100**x, 'f', 0, 64)) + "%"
}

// signed has the typographic minus, and no minus before nothing.
func signed(text string) string {
	if text[0] != '-' {
		return text
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && f == 0 {
		return text[1:]
	}
	return "−" + text[1:]
}

// between writes an interval of shares.
func (x stats) between(i *[2]float64, scale float64) string {
	if i == nil {
		return ""
	}
	low, high := strconv.FormatFloat(scale*i[0], 'f', 0, 64), strconv.FormatFloat(scale*i[1], 'f', 0, 64)
	return x.voice.T("tally.between", "low", signed(low), "high", signed(high))
}

// of is a number of marks as a share of a paper of so many items.
func of(x *float64, items int) *float64 {
	if x == nil || items <= 0 {
		return nil
	}
	share := *x / float64(items)
	return &share
}

// figure adds a figure of the whole quiz with the sentence that fits it.
func (x stats) figure(p *desk.Stats, name, value, grade, state string, args ...any) {
	p.Figures = append(p.Figures, desk.Reading{Label: x.voice.T("tally.figure." + name), Value: value, State: state,
		Text: x.voice.T("tally.means."+name+"."+grade, args...)})
}

// whole fills in the figures of the whole quiz, each with what it means.
func (x stats) whole(p *desk.Stats) {
	passed := float64(x.Passed) / float64(x.Attempts)
	grade, state := "some", ""
	switch {
	case passed < .5:
		grade, state = "few", "now"
	case passed > .95:
		grade, state = "nearly_all", "now"
	}
	x.figure(p, "passed", percent(&passed), grade, state, "passed", x.Passed, "attempts", x.Attempts)
	mean := of(x.Mean, x.ItemsPerPaper)
	grade = "above"
	if mean != nil && *mean*10_000 < float64(x.Set.Pass) {
		grade = "below"
	}
	x.figure(p, "mean", percent(mean), grade, "", "median", percent(of(x.Median, x.ItemsPerPaper)), "sd", percent(of(x.SD, x.ItemsPerPaper)))
	grade, state = "none", ""
	switch {
	case x.CIC == nil, x.Attempts < some: // it wanders too much to be read
	case *x.CIC < 50:
		grade, state = "low", "red"
	case *x.CIC < 70:
		grade, state = "fair", "now"
	default:
		grade, state = "good", "pass"
	}
	cic := "–"
	if x.CIC != nil {
		cic = signed(strconv.FormatFloat(*x.CIC/100, 'f', 2, 64))
	}
	x.figure(p, "cic", cic, grade, state)
	grade = "none"
	reach := of(x.StandardError, x.ItemsPerPaper)
	if reach != nil {
		*reach *= 1.96
		if x.Attempts >= some {
			grade = "some"
		}
	}
	value := "–"
	if reach != nil {
		value = "±" + percent(reach)
	}
	x.figure(p, "error", value, grade, "", "reach", percent(reach), "pass", x.voice.Percent(x.Set.Pass))
	x.more(p)
}

// more fills in the figures for those who know them.
func (x stats) more(p *desk.Stats) {
	for _, f := range []struct {
		key    string
		value  *float64
		digits int
	}{{"skewness", x.Skewness, 2}, {"kurtosis", x.Kurtosis, 2}, {"error_ratio", x.ErrorRatio, 0}, {"standard_error", x.StandardError, 2}, {"sd", x.SD, 2}, {"mean", x.Mean, 2}} {
		value := "–"
		if f.value != nil {
			value = signed(strconv.FormatFloat(*f.value, 'f', f.digits, 64))
		}
		p.More = append(p.More, desk.Fact{Label: x.voice.T("stats.figure." + f.key), Value: value})
	}
	key := "tally.classical"
	if x.Slots {
		key = "tally.slots"
	}
	p.More = append(p.More, desk.Fact{Label: x.voice.T("stats.figure.cic"), Value: x.voice.T(key)})
}

// scores is how many reached which score, in classes of ten per cent; the last one holds a hundred too.
func (x stats) scores() desk.Scores {
	var counts [10]int
	for _, t := range x.Totals {
		counts[min(9, max(0, tally.Score(t)/1000))] += int(t.Attempts)
	}
	most, top := slices.Max(counts[:]), 0
	out := desk.Scores{Pass: x.Set.Pass / 100, PassText: x.voice.T("tally.pass", "pass", x.voice.Percent(x.Set.Pass))}
	for i, n := range counts {
		label := x.voice.T("tally.class", "from", i*10, "to", i*10+9)
		if i == 9 {
			label = x.voice.T("tally.class", "from", 90, "to", 100)
		}
		if n == most {
			top = i
		}
		out.Bars = append(out.Bars, desk.ScoreBar{Label: label, Count: n, Height: (100*n + most - 1) / max(1, most), Passed: i*1000 >= x.Set.Pass})
	}
	out.Text = x.voice.T("tally.scores_text", "class", out.Bars[top].Label, "count", most, "attempts", x.Attempts, "passed", x.Passed)
	out.Alt = x.voice.T("tally.scores_alt", "text", out.Text, "pass", x.voice.Percent(x.Set.Pass))
	return out
}
