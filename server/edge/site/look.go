package site

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/negotiation"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/fault"
	"tongguan/server/edge/telling"
	"tongguan/web/pages/practice"
	"tongguan/web/parts"
)

// playDebrief looks back on a play that has ended.
func (s *Site) playDebrief(c *fiber.Ctx, v visit) error {
	d, err := s.Plays.Debrief(c.UserContext(), v.actor, c.Params("id"))
	if fault.KindOf(err) == fault.Conflict {
		return redirect(c, "/plays/"+c.Params("id")) // it has not ended
	}
	if err != nil {
		return err
	}
	p, err := s.lookPage(c, v, d)
	if err != nil {
		return err
	}
	return s.draw(c, practice.LookPage(p))
}

func (s *Site) lookPage(c *fiber.Ctx, v visit, d roleplay.PlayDebrief) (practice.Look, error) {
	x := s.acting(v, d.PlayScene)
	w := d.On.Script.In(v.lang)
	base := "/plays/" + d.ID
	title := v.voice.T("roleplay.debrief_of", "world", w.Title)
	p := practice.Look{Frame: s.frame(c, v, title), Back: parts.Link{Text: v.voice.T("roleplay.title"), URL: "/practice"}, Title: title, Script: d.Play.Script,
		When: v.voice.DateTime(d.Closed, s.Zone), Mode: v.voice.T("scenario.mode." + d.Mode), Score: telling.PointsOf(d.Score.Total), Passed: d.Score.Passed,
		Verdict: v.voice.T("scenario.verdict."+strconv.FormatBool(d.Score.Passed), "score", d.On.Script.Pass.Score), Proof: base + "/proof"}
	x.score(d.Score, &p)
	x.curve(d, &p)
	x.moments(d, &p)
	p.Picture = x.picture()
	if err := s.transcript(c, x, d, &p); err != nil {
		return p, err
	}
	if d.Person == v.actor.ID {
		p.Again = "/plays"
		if d.Mode != roleplay.Exam {
			p.Branch = base + "/branch"
		}
		return p, nil
	}
	p.NoteForm, p.RateForm = base+"/notes", base+"/ratings"
	return p, s.raters(c, v, d, &p)
}

// score fills in the score, part by part, and why it was not passed.
func (x acting) score(s scenario.Score, p *practice.Look) {
	w := x.on.Script.In(x.lang)
	for _, part := range []string{scenario.Process, scenario.Outcome, scenario.Compliance, scenario.Relationship} {
		points, of := s.Part(part)
		if of == 0 {
			continue
		}
		g := practice.ScoreGroup{Title: x.voice.T("scenario.part." + part), Points: telling.PointsOf(points), Of: telling.PointsOf(of), Percent: int(points * 100 / of)}
		for _, i := range s.Items {
			if i.Part == part {
				g.Items = append(g.Items, x.item(w, i))
			}
		}
		p.Groups = append(p.Groups, g)
	}
	for _, b := range s.Red {
		p.Why = append(p.Why, x.voice.T("scenario.red", "clause", b.Clause, "turn", b.Turn))
	}
	for _, id := range s.Missing {
		p.Why = append(p.Why, x.voice.T("scenario.missing", "what", w.Behaviours[id]))
	}
	for _, f := range []string{"process", "outcome", "compliance", "relationship"} {
		p.Formula = append(p.Formula, x.voice.T("scenario.formula."+f))
	}
}

func (x acting) item(w scenario.Words, i scenario.Item) practice.ScoreItem {
	out := practice.ScoreItem{Text: w.Behaviours[i.ID] + w.Measures[i.ID], Points: telling.PointsOf(i.Points), Good: i.Points > 0 && i.Points == i.Of}
	if i.Of > 0 {
		out.Of = telling.PointsOf(i.Of)
	}
	switch {
	case i.ID == "kept":
		out.Text = x.voice.T("scenario.kept")
	case i.Breach != nil:
		out.Text, out.Bad = x.voice.T("scenario.broken"), true
		if o := i.Breach.Option; o != nil {
			out.Text = x.on.Script.Plain(x.lang, o.Text)
		} else {
			out.Text = x.voice.T("roleplay.violation." + i.Breach.Violation.String())
		}
	case i.Part == scenario.Outcome || i.Part == scenario.Relationship:
		out.Turns = x.voice.T("scenario.measured", "value", i.Value)
	}
	if i.Clause != "" {
		out.Clause = x.site.chip(x.visit, i.Clause)
	}
	if len(i.Turns) > 0 {
		var turns []string
		for _, t := range i.Turns {
			turns = append(turns, strconv.Itoa(t))
		}
		out.Turns = x.voice.T("scenario.at_turns", "turns", strings.Join(turns, x.voice.T("roleplay.comma")))
	}
	return out
}

// curve fills in the graph of the game.
func (x acting) curve(d roleplay.PlayDebrief, p *practice.Look) {
	counts := map[string]int{}
	for i, m := range d.Marks {
		counts[m.Grade]++
		p.Every = append(p.Every, practice.LookMark{Turn: m.Turn + 1, Move: x.moveText(d.Moves[i]), Grade: m.Grade, Text: x.voice.T("simulate.grade." + m.Grade),
			Loss: telling.PointsOf(scenario.Points(m.Loss)), SE: telling.PointsOf(scenario.Points(m.SE)), Expects: telling.PointsOf(scenario.Points(m.Value)),
			Win: x.voice.Percent(int(m.Win * 10)), Margin: yuan(x.visit, m.Margin)})
		p.Curve.Points = append(p.Curve.Points, practice.CurvePoint{Win: int(m.Win / 10), Value: int(m.Value / 100), Grade: m.Grade,
			Title: x.voice.T("scenario.point", "n", m.Turn+1, "grade", x.voice.T("simulate.grade."+m.Grade), "value", telling.PointsOf(scenario.Points(m.Value)),
				"win", x.voice.Percent(int(m.Win*10)), "margin", yuan(x.visit, m.Margin))})
	}
	for _, g := range []string{"best", "good", "inaccuracy", "mistake", "blunder"} {
		p.Grades = append(p.Grades, practice.Grade{Name: g, Text: x.voice.T("simulate.grade." + g), Count: counts[g]})
	}
	p.Curve.Alt = x.voice.T("roleplay.graph_alt", "n", len(d.Marks), "inaccuracies", counts["inaccuracy"], "mistakes", counts["mistake"], "blunders", counts["blunder"])
}

// moveText says what a move is.
func (x acting) moveText(m scenario.Move) string {
	pick := m.Pick
	if m.Heard != nil {
		pick = m.Heard.Pick
	}
	o, ok := x.on.Script.Option(pick)
	switch {
	case ok && m.Say != "":
		return m.Say
	case ok:
		return x.on.Script.Plain(x.lang, o.Text)
	case m.Offer != nil:
		if n, err := x.on.Script.Territory.Table(0).Outcome(m.Offer...); err == nil {
			return x.voice.T("scenario.offer", "terms", x.terms(int64(n)))
		}
	case m.Form != nil:
		return x.voice.T("scenario.form_move")
	}
	return m.Say
}

// why is what the script says about a move, and the clauses that it shows or breaks.
func (x acting) why(m scenario.Move) (text string, clauses []string) {
	pick := m.Pick
	if m.Heard != nil {
		pick = m.Heard.Pick
	}
	if o, ok := x.on.Script.Option(pick); ok {
		return x.on.Script.Plain(x.lang, o.Why), x.on.Script.ClausesOf(o)
	}
	return "", nil
}

// moments are the five moves that lost most.
func (x acting) moments(d roleplay.PlayDebrief, p *practice.Look) {
	sorted := slices.Clone(d.Marks)
	slices.SortStableFunc(sorted, func(a, b roleplay.PlayMark) int { return cmp.Compare(b.Loss, a.Loss) })
	weak, offers := map[string]int64{}, 0
	for _, m := range sorted {
		if m.Better == nil || len(p.Moments) == 5 || m.Better.Offer != nil && offers == 2 {
			continue
		}
		if m.Better.Offer != nil {
			offers++ // one bargaining mistake is much like the next
		}
		mine, better := d.Moves[m.Turn], *m.Better
		look := practice.LookMark{Turn: m.Turn + 1, Grade: m.Grade, Text: x.voice.T("simulate.grade." + m.Grade), Move: x.moveText(mine),
			Loss: x.voice.T("scenario.lost", "points", telling.PointsOf(scenario.Points(m.Loss))), Better: x.moveText(better)}
		if better.Form != nil {
			look.Better = x.voice.T("scenario.form_right")
		}
		var of []string
		look.MyWhy, _ = x.why(mine)
		look.Why, of = x.why(better)
		switch {
		case better.Form != nil:
			look.Why = x.voice.T("scenario.listen")
		case better.Offer != nil:
			look.Why, of = x.voice.T("scenario.offer_better"), []string{"2.4.2", "2.4.3"}
		}
		for _, clause := range of {
			weak[clause] += m.Loss
			look.Clauses = append(look.Clauses, x.site.chip(x.visit, clause))
		}
		p.Moments = append(p.Moments, look)
	}
	for _, clause := range most(weak, 4) {
		p.Improve = append(p.Improve, x.site.chip(x.visit, clause))
	}
}

// transcript fills in the whole conversation with the review's marks and people's remarks.
func (s *Site) transcript(c *fiber.Ctx, x acting, d roleplay.PlayDebrief, p *practice.Look) error {
	ids := []string{d.Person}
	for _, n := range d.Notes {
		ids = append(ids, n.Author)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return err
	}
	if d.Person != x.actor.ID {
		p.Person = names[d.Person]
	}
	notes := map[int][]practice.SceneNote{}
	for _, n := range d.Notes {
		notes[n.Turn] = append(notes[n.Turn], practice.SceneNote{Author: names[n.Author], When: x.voice.DateTime(n.Made, s.Zone), Text: n.Text})
	}
	p.Lines = x.lines()
	p.Turns = []parts.Choice{{Value: "0", Text: x.voice.T("scenario.whole")}}
	for i := range p.Lines {
		l := &p.Lines[i]
		l.Latest = false
		if i+1 < len(p.Lines) && p.Lines[i+1].Turn == l.Turn {
			continue
		}
		l.Notes = notes[l.Turn]
		if l.Turn > 0 && l.Turn <= len(d.Marks) {
			m := d.Marks[l.Turn-1]
			l.Mark = &practice.Mark{Grade: m.Grade, Text: x.voice.T("simulate.grade." + m.Grade)}
			p.Turns = append(p.Turns, parts.Choice{Value: strconv.Itoa(l.Turn), Text: x.voice.T("scenario.move_n", "n", l.Turn)})
		}
	}
	return nil
}

// raters fills in what a reviewer may score.
func (s *Site) raters(c *fiber.Ctx, v visit, d roleplay.PlayDebrief, p *practice.Look) error {
	ratings, err := s.Plays.RatingsOf(c.UserContext(), v.actor, d.ID)
	if err != nil {
		return err
	}
	for _, item := range roleplay.Items {
		r := practice.RateItem{ID: item, Title: v.voice.T("scenario.rating." + item + ".title"), Low: v.voice.T("scenario.rating." + item + ".low"),
			Middle: v.voice.T("scenario.rating." + item + ".middle"), High: v.voice.T("scenario.rating." + item + ".high")}
		sum, n := 0, 0
		for _, x := range ratings {
			switch {
			case x.Item != item:
			case x.Rater == v.actor.ID:
				r.Value = x.Value
			default:
				sum, n = sum+x.Value, n+1
			}
		}
		if n > 0 && r.Value > 0 { // what others gave is shown after one's own
			r.Others = v.voice.T("scenario.others_rated", "n", n, "mean", strconv.FormatFloat(float64(sum)/float64(n), 'f', 1, 64))
		}
		p.Rates = append(p.Rates, r)
	}
	a, err := s.Plays.Agreement(c.UserContext(), v.actor)
	if fault.KindOf(err) == fault.Denied || fault.KindOf(err) == fault.Missing {
		return nil // who reviews their own team sees no figures of the company
	}
	if err == nil && a.Pairs > 0 && !math.IsNaN(a.ICC) && !math.IsNaN(a.Kappa) {
		p.Agreement = v.voice.T("scenario.agreement", "plays", a.Plays, "kappa", fmt.Sprintf("%.2f", a.Kappa), "icc", fmt.Sprintf("%.2f", a.ICC))
	}
	return err
}

// spot is where an outcome is drawn: to the right the company's utility, upwards the customer's.
func spot(u [2]negotiation.Utility, title string) practice.Spot {
	at := func(x negotiation.Utility) int { return int(min(1, max(0, x.Float())) * 300) }
	return practice.Spot{X: at(u[negotiation.A]), Y: 300 - at(u[negotiation.B]), Title: title}
}

// picture draws the negotiation of a play; nil where there was none.
func (x acting) picture() *practice.Picture {
	b, ok := x.on.Bargain()
	if !ok {
		return nil
	}
	d := b.Table.Domain
	p := &practice.Picture{}
	edge := spot(b.Table.Reserve, "")
	p.Reserve = [2]int{edge.X, edge.Y}
	seen := map[[2]int]bool{}
	for o := range negotiation.Outcome(b.Table.Size()) {
		if s := spot(d.Point(o).U, ""); !seen[[2]int{s.X / 3, s.Y / 3}] {
			seen[[2]int{s.X / 3, s.Y / 3}] = true
			p.Others = append(p.Others, s)
		}
	}
	var frontier strings.Builder
	for _, q := range b.Analysis.Pareto {
		s := spot(q.U, "")
		fmt.Fprintf(&frontier, "%d,%d ", s.X, s.Y)
	}
	for i, m := range b.Moves {
		s := spot(d.Point(m.Outcome).U, x.terms(int64(m.Outcome)))
		p.Paths[i%2] += fmt.Sprintf("%d,%d ", s.X, s.Y)
		if i%2 == 0 {
			p.Mine = append(p.Mine, s)
		} else {
			p.Theirs = append(p.Theirs, s)
		}
	}
	p.Frontier = frontier.String()
	if n := b.Analysis.Nash; n != nil {
		s := spot(n.U, "")
		p.Nash = &s
	}
	x.bargained(b, p)
	return p
}

// bargained says in words and figures what the picture shows.
func (x acting) bargained(b scenario.Bargain, p *practice.Picture) {
	add := func(key, value string) {
		p.Facts = append(p.Facts, practice.Figure{Label: x.voice.T("scenario.bargain." + key), Value: value})
	}
	add("offers", strconv.Itoa(len(p.Mine)))
	if b.Deal == nil {
		p.Alt = x.voice.T("scenario.picture_none", "offers", len(p.Mine))
		return
	}
	s := spot(b.Deal.U, x.terms(int64(b.Deal.Outcome)))
	p.Deal = &s
	add("deal", s.Title)
	add("profit", yuan(x.visit, b.Profit))
	add("left", yuan(x.visit, b.Left))
	add("near", x.voice.Percent(int(10_000-min(1, b.Verdict.ToFrontier)*10_000)))
	p.Alt = x.voice.T("scenario.picture_alt", "offers", len(p.Mine), "deal", s.Title, "left", yuan(x.visit, b.Left))
}

// playProof verifies a play before the reader's eyes.
func (s *Site) playProof(c *fiber.Ctx, v visit) error {
	proof, err := s.Plays.Verify(c.UserContext(), v.actor, c.Params("id"))
	if fault.KindOf(err) == fault.Conflict {
		return redirect(c, "/plays/"+c.Params("id")) // it has not ended
	}
	if err != nil {
		return err
	}
	return s.draw(c, practice.ProofPage(s.proofPage(c, v, proof, "/plays/")))
}

// playNote keeps a remark on a turn.
func (s *Site) playNote(c *fiber.Ctx, v visit) error {
	turn, err := strconv.Atoi(c.FormValue("turn"))
	if err != nil {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	return s.reviewed(c, v, s.Plays.Remark(c.UserContext(), v.actor, c.Params("id"), turn, c.FormValue("text")))
}

// playRate keeps a reviewer's scores.
func (s *Site) playRate(c *fiber.Ctx, v visit) error {
	values := map[string]int{}
	for _, item := range roleplay.Items {
		values[item], _ = strconv.Atoi(c.FormValue(item)) // 0 is refused by Rate
	}
	return s.reviewed(c, v, s.Plays.Rate(c.UserContext(), v.actor, c.Params("id"), values))
}

// reviewed goes back to the debrief, or shows there what was wrong.
func (s *Site) reviewed(c *fiber.Ctx, v visit, cause error) error {
	if fault.KindOf(cause) != fault.Invalid || cause == nil {
		if cause != nil {
			return cause
		}
		return redirect(c, "/plays/"+c.Params("id")+"/debrief")
	}
	d, err := s.Plays.Debrief(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	p, err := s.lookPage(c, v, d)
	if err != nil {
		return err
	}
	p.Problem = s.sentence(v, cause)
	setStatus(c, cause)
	return s.draw(c, practice.LookPage(p))
}
