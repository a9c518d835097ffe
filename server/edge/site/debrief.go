package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/roleplay"
	"tongguan/server/base/fault"
	"tongguan/web/pages/practice"
	"tongguan/web/parts"
)

// rehearsalDebrief looks back on a rehearsal that has ended.
func (s *Site) rehearsalDebrief(c *fiber.Ctx, v visit) error {
	d, err := s.Rehearsals.Debrief(c.UserContext(), v.actor, c.Params("id"))
	if fault.KindOf(err) == fault.Conflict {
		return redirect(c, "/rehearsals/"+c.Params("id")) // it has not ended
	}
	if err != nil {
		return err
	}
	x := playing{v, s, d.Scene, d.Run, d.Run.Sight()}
	title := v.voice.T("roleplay.debrief_of", "world", s.worldTitle(v, d.World))
	base := "/rehearsals/" + d.ID
	p := practice.Debrief{Frame: s.frame(c, v, title), Back: parts.Link{Text: v.voice.T("roleplay.title"), URL: "/practice"}, Title: title, World: d.World,
		When: v.voice.DateTime(d.Closed, s.Zone), Value: yuan(v, d.Value), Proof: base + "/proof"}
	if d.Person == v.actor.ID {
		p.Branch, p.Again = base+"/branch", "/practice"
	} else {
		names, err := s.People.Names(c.UserContext(), []string{d.Person})
		if err != nil {
			return err
		}
		p.Person = names[d.Person]
	}
	x.sums(d, &p)
	x.game(d.Marks, &p)
	return s.draw(c, practice.DebriefPage(p))
}

// sums fills in what the value is made of, and the indicators of clause 3.2.1.
func (x playing) sums(d roleplay.Debrief, p *practice.Debrief) {
	w, i := x.run.Territory.Worth(&x.run.State), d.Indicators
	for _, f := range []struct {
		key string
		fen pipeline.Money
	}{{"margin", w.Margin}, {"retention", w.Retention}, {"violations", w.Fines}, {"hours", w.Time}, {"sum", w.Value()}} {
		p.Parts = append(p.Parts, practice.Figure{Label: x.voice.T("roleplay.part." + f.key), Value: yuan(x.visit, f.fen)})
	}
	percent := func(share float64) string { return x.voice.Percent(int(share*10_000 + .5)) }
	p.Figures = []practice.Figure{{Label: x.voice.T("roleplay.sales"), Value: yuan(x.visit, i.Amount)},
		{Label: x.voice.T("roleplay.customers"), Value: strconv.FormatInt(i.NewCustomers, 10)}, {Label: x.voice.T("roleplay.conversion"), Value: percent(i.Conversion)},
		{Label: x.voice.T("roleplay.fact.satisfaction"), Value: strconv.Itoa(int(i.Satisfaction + .5))}, {Label: x.voice.T("roleplay.visits"), Value: strconv.FormatInt(i.Visits, 10)},
		{Label: x.voice.T("roleplay.on_time"), Value: percent(i.OnTime)}}
	p.Breaches = x.breaches()
	for stage, n := range i.Funnel {
		p.Funnel = append(p.Funnel, practice.Bar{Label: x.voice.T("stage." + parts.Stages[stage]), Value: strconv.FormatInt(n, 10), Percent: int(n * 100 / max(1, i.Funnel[0]))})
	}
	for kind, n := range i.Minutes {
		p.Time = append(p.Time, practice.Bar{Label: x.voice.T("simulate.act." + kind), Value: x.voice.T("roleplay.hours", "n", strconv.FormatFloat(float64(n)/60, 'f', 1, 64)), Percent: int(n)})
	}
	slices.SortFunc(p.Time, func(a, b practice.Bar) int {
		return cmp.Or(cmp.Compare(b.Percent, a.Percent), cmp.Compare(a.Label, b.Label))
	})
	for k := len(p.Time) - 1; k >= 0; k-- {
		p.Time[k].Percent = p.Time[k].Percent * 100 / max(1, p.Time[0].Percent)
	}
}

// breaches are the violations, of each kind together.
func (x playing) breaches() (out []practice.Breach) {
	accounts, fines := map[pipeline.Violation][]string{}, map[pipeline.Violation]pipeline.Money{}
	for i := range x.run.Log.Len() {
		if e := x.run.Log.At(i); e.Kind == pipeline.Breach {
			v := pipeline.Violation(e.Slot)
			accounts[v], fines[v] = append(accounts[v], x.name(int(e.Entity))), fines[v]+e.Value
		}
	}
	for v := range pipeline.Violations {
		if names := accounts[v]; len(names) > 0 {
			out = append(out, practice.Breach{Text: x.voice.T("roleplay.violation." + v.String()), Count: x.voice.T("roleplay.times", "n", len(names)),
				Accounts: strings.Join(names, x.voice.T("roleplay.comma")), Fine: yuan(x.visit, -fines[v]), Clause: x.site.chip(x.visit, v.Clause())})
		}
	}
	return out
}

// Shape of the graph: the space that an act takes, and the height of the greatest loss.
const (
	graphStep = 9
	graphTop  = 96
)

// game fills in the review of the acts.
func (x playing) game(marks []roleplay.Mark, p *practice.Debrief) {
	counts, weak, worst := map[string]int{}, map[string]int64{}, int64(1)
	for _, m := range marks {
		worst = max(worst, m.Loss)
	}
	for i, m := range marks {
		counts[m.Grade]++
		mark := x.mark(m)
		p.Marks = append(p.Marks, mark)
		height := 3
		if m.Grade != "best" && m.Grade != "good" {
			height = int(4 + m.Loss*(graphTop-4)/worst)
			for _, clause := range kindOf(m).Clauses() {
				weak[clause] += m.Loss
			}
		}
		p.Graph.Bars = append(p.Graph.Bars, practice.GraphBar{X: 4 + i*graphStep, Height: height, Grade: m.Grade,
			Title: x.voice.T("roleplay.bar", "n", mark.Turn, "act", mark.Act, "grade", mark.Text, "loss", mark.Loss)})
	}
	p.Graph.Width = max(320, 8+len(marks)*graphStep)
	for _, g := range []string{"best", "good", "inaccuracy", "mistake", "blunder"} {
		p.Grades = append(p.Grades, practice.Grade{Name: g, Text: x.voice.T("simulate.grade." + g), Count: counts[g]})
	}
	p.Graph.Alt = x.voice.T("roleplay.graph_alt", "n", len(marks), "inaccuracies", counts["inaccuracy"], "mistakes", counts["mistake"], "blunders", counts["blunder"])
	p.Moments = x.moments(marks)
	for _, clause := range most(weak, 4) {
		p.Improve = append(p.Improve, x.site.chip(x.visit, clause))
	}
}

// moments are the five acts that lost most, each account's worst first, so that one slip is not told five times.
func (x playing) moments(marks []roleplay.Mark) (out []practice.Mark) {
	sorted := slices.Clone(marks)
	slices.SortStableFunc(sorted, func(a, b roleplay.Mark) int { return cmp.Compare(b.Loss, a.Loss) })
	seen := map[[2]string]bool{}
	for _, m := range sorted {
		key := [2]string{strconv.Itoa(m.Account), m.Better}
		if m.Grade == "best" || m.Grade == "good" || seen[key] || len(out) == 5 {
			continue
		}
		seen[key] = true
		out = append(out, x.mark(m))
	}
	return out
}

func kindOf(m roleplay.Mark) pipeline.ActKind {
	kind, _ := pipeline.ActNamed(m.Act)
	return kind
}

func (x playing) mark(m roleplay.Mark) practice.Mark {
	out := practice.Mark{Turn: m.Turn + 1, When: x.moment(pipeline.Minute(m.At)), Account: x.name(m.Account), Grade: m.Grade,
		Act: x.actText(m.Act, m.Arg), Text: x.voice.T("simulate.grade." + m.Grade), Loss: yuan(x.visit, m.Loss), Win: x.voice.Percent(int(m.Win * 10))}
	if m.Better != "" {
		out.Better = x.actText(m.Better, m.BestArg)
	}
	for _, clause := range kindOf(m).Clauses() {
		out.Clauses = append(out.Clauses, x.site.chip(x.visit, clause))
	}
	return out
}

// actText names an act with what it was about.
func (x playing) actText(name string, arg int64) string {
	text := x.voice.T("simulate.act." + name)
	switch name {
	case "match":
		text += x.voice.T("roleplay.colon") + titled(x.visit, x.run.Territory.World.Products[arg].Title)
	case "offer":
		text += x.voice.T("roleplay.colon") + x.terms(arg)
	}
	return text
}

// most gives the keys with the greatest sums.
func most(sums map[string]int64, n int) (out []string) {
	for k := range sums {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) })
	return out[:min(n, len(out))]
}
