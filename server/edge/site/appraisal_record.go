package site

import (
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/server/base/fault"
	pages "tongguan/web/pages/appraisal"
	"tongguan/web/parts"
)

// appraisalRecord shows one record whole.
func (s *Site) appraisalRecord(c *fiber.Ctx, v visit) error {
	return s.drawAppraisal(c, v, appraisalDraft{})
}

// appraisalDraft is what a form on the record said, and what was wrong with it.
type appraisalDraft struct {
	deed, choice, text, score, request string
	values                             map[string]string // targets, as typed
	cause                              error
}

func (s *Site) drawAppraisal(c *fiber.Ctx, v visit, d appraisalDraft) error {
	w, err := s.Appraisals.Record(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	names, err := s.namesIn(c, w)
	if err != nil {
		return err
	}
	p := s.recordPage(v, w, names)
	p.Frame = s.frame(c, v, names[w.Person]+" · "+p.Period)
	if w.May.Verify {
		if err := s.verdict(c, v, w, &p); err != nil {
			return err
		}
	}
	d.request = c.FormValue("request")
	p.Deeds = s.appraisalDeeds(v, w, d)
	if d.cause != nil {
		if p.Deeds[d.deed] == nil && d.text == "" { // meanwhile the record has gone on
			return s.appraisalDone(c, d.cause, "")
		}
		if p.Deeds[d.deed] == nil { // likewise, and what was written must not be lost
			p.Unsaved, p.UnsavedWhy = d.text, s.sentence(v, d.cause)
		}
		setStatus(c, d.cause)
	}
	return s.draw(c, pages.RecordPage(p))
}

// namesIn gives the names of everybody on a record.
func (s *Site) namesIn(c *fiber.Ctx, w appraisal.Whole) (map[string]string, error) {
	who := []string{w.Person}
	for _, t := range w.Transitions {
		who = append(who, t.Actor)
	}
	for _, e := range w.History {
		who = append(who, e.By)
	}
	for _, t := range w.Steps {
		who = append(who, t.By)
	}
	return s.People.Names(c.UserContext(), who)
}

// verdict puts what Verify found on the page, where it was asked for.
func (s *Site) verdict(c *fiber.Ctx, v visit, w appraisal.Whole, p *pages.One) error {
	p.VerifyURL = "/appraisals/" + w.ID + "?verify=1#proof"
	if c.Query("verify") == "" {
		return nil
	}
	r, err := s.Appraisals.Verify(c.UserContext(), v.actor, w.ID)
	if err != nil {
		return err
	}
	p.Verdict = &pages.Verdict{Good: r.Whole(), Text: v.voice.T("appraisal_page.verified_bad")}
	if r.Whole() {
		p.Verdict.Text = v.voice.T("appraisal_page.verified_good")
	}
	if r.Trail >= 0 {
		p.Verdict.Trail = v.voice.T("appraisal_page.verified_trail", "n", strconv.FormatInt(r.Trail, 10))
	}
	for _, key := range r.Differences {
		p.Verdict.Lines = append(p.Verdict.Lines, v.voice.T(key))
	}
	return nil
}

// recordPage words a record.
func (s *Site) recordPage(v visit, w appraisal.Whole, names map[string]string) pages.One {
	p := pages.One{ID: w.ID, Who: names[w.Person], Title: w.Title.In(v.lang), Period: periodText(v, w.Period), State: recordState(v, w.State),
		Since: v.voice.T("appraisal_page.since", "date", v.voice.Date(w.Since, s.Zone)), Late: w.Late, Own: w.Person == v.actor.ID,
		Simulated: w.Simulated, Inspected: w.Inspected, Closed: w.State == appraisal.Closed, Hash: w.Hash, SchemeHash: w.In.Hash, Adapted: w.In.Adapted,
		Crumbs: []parts.Link{{Text: v.voice.T("appraisal_page.title"), URL: "/appraisals"}}}
	if overseer(v.actor) {
		p.Crumbs = append(p.Crumbs, parts.Link{Text: p.Title + " · " + p.Period, URL: "/appraisals/cycles/" + w.Cycle})
	}
	if d := nextOf(v, w.Record, w.In.Deadlines); d.key != "" {
		p.Next, p.Until, p.Acts = v.voice.T("appraisal_page.next."+d.key), s.dueText(v, d.until), d.acts
	}
	switch {
	case w.State == appraisal.Shown:
		p.Silence = v.voice.T("appraisal_page.silence_ahead", "date", s.dueText(v, w.RespondBy))
	case lapsed(w):
		p.Silence = v.voice.T("appraisal_page.silence", "date", s.dueText(v, w.RespondBy))
	}
	x := sums{s, v, w}
	s.goals(x, &p)
	s.targetHistory(x, &p, names)
	s.transitions(v, w, &p, names)
	switch {
	case !w.Visible && w.State == appraisal.Calibration:
		p.Hidden = v.voice.T("appraisal_page.hidden")
	case w.Result != nil && w.Inputs != nil:
		x.compute(&p)
		s.outcome(v, w, &p)
		s.entries(v, w, &p, names)
		opinions(v, w, &p)
		s.appraisalEvidence(v, w, &p)
	}
	return p
}

// lapsed says whether the person has let the days to answer go by.
func lapsed(w appraisal.Whole) bool {
	for _, t := range w.Transitions {
		if t.After == appraisal.NoResponse {
			return true
		}
	}
	return false
}

// goals lists the targets, with what was measured where that is known.
func (s *Site) goals(x sums, p *pages.One) {
	for _, g := range x.w.Goals {
		i, _ := x.w.In.Scheme.Item(g.Item)
		goal := pages.Goal{Label: x.itemName(i), Target: x.voice.T("appraisal_page.no_target")}
		if g.Value > 0 {
			goal.Target = x.value(i, g.Value)
		}
		if f, ok := x.w.Measured[g.Item]; ok {
			p.Measured = true
			goal.Actual, goal.Source, goal.Simulated = x.value(i, f.Value), x.voice.T("appraisal_page.source."+f.Source), f.Source == appraisal.Simulated
		}
		p.Goals = append(p.Goals, goal)
	}
	if len(p.Goals) > 0 {
		p.GoalsNote = x.voice.T("appraisal_page.agreement." + string(x.w.Agreement))
	}
}

func (s *Site) targetHistory(x sums, p *pages.One, names map[string]string) {
	for _, t := range x.w.Steps {
		i, _ := x.w.In.Scheme.Item(t.Item)
		text := x.voice.T("appraisal_page.target_step." + t.Kind)
		if t.Kind == "set" {
			text = x.voice.T("appraisal_page.target_step.set", "item", x.itemName(i), "value", x.value(i, t.Value))
		}
		p.Targets = append(p.Targets, pages.TargetLine{Text: text, Note: t.Text, Who: names[t.By], When: x.voice.DateTime(t.At, s.Zone)})
	}
}

func (s *Site) transitions(v visit, w appraisal.Whole, p *pages.One, names map[string]string) {
	for _, t := range w.Transitions {
		who := names[t.Actor]
		if t.Actor == "" {
			who = v.voice.T("appraisal_page.by_time")
		}
		p.Timeline = append(p.Timeline, pages.Moment{State: v.voice.T("appraisal_page.state." + string(t.After)), Cause: v.voice.T("appraisal_page.act." + string(t.Act)),
			Who: who, Note: t.Note, When: v.voice.DateTime(t.At, s.Zone)})
	}
}

// outcome words the result that counts now.
func (s *Site) outcome(v visit, w appraisal.Whole, p *pages.One) {
	if p.Has = w.Has; !w.Has {
		return
	}
	p.Score, p.Band = points(w.Score), bandName(v, w.In, w.Band)
	if n := len(w.History); n > 0 {
		p.BasedOn = v.voice.T("appraisal_page.based_on." + string(w.History[n-1].Kind))
	}
	p.Scale = scaleOf(v, w)
}

// scaleOf draws where a result stands. The scale begins ten points below whatever is of interest and ends at 120.
func scaleOf(v visit, w appraisal.Whole) *pages.Scale {
	bands := w.In.Scheme.Bands
	first := w.Score
	for _, b := range bands {
		if b.From > 0 {
			first = min(first, b.From)
		}
	}
	first = max(0, first-1000)
	at := func(score int64) int64 { return (score - first) * 1200 / (composite.MaxScore - first) }
	out := &pages.Scale{At: strconv.FormatInt(at(w.Score), 10)}
	end, above := int64(composite.MaxScore), composite.Band{}
	for _, b := range bands {
		from := max(b.From, first)
		x := at(from)
		out.Bands = append(out.Bands, pages.Band{Name: b.Name.In(v.lang), From: trimmed(from), X: fmt.Sprint(x), W: fmt.Sprint(max(at(end)-x-2, 1)),
			Mid: fmt.Sprint((x + at(end)) / 2), Here: b.ID == w.Band})
		if b.ID == w.Band {
			out.Reading = v.voice.T("appraisal_page.reading", "score", points(w.Score), "band", b.Name.In(v.lang), "from", trimmed(b.From), "to", trimmed(end))
			if above.ID != "" {
				out.Reading += v.voice.T("appraisal_page.reading_next", "band", above.Name.In(v.lang), "gap", points(above.From-w.Score))
			}
		}
		end, above = b.From, b
	}
	return out
}

// entries lists every result that the record ever had.
func (s *Site) entries(v visit, w appraisal.Whole, p *pages.One, names map[string]string) {
	for i, e := range w.History {
		step := pages.Step{Title: v.voice.T("appraisal_page.entry." + string(e.Kind)), Reason: e.Reason, Who: names[e.By], When: v.voice.DateTime(e.At, s.Zone),
			Current: i == len(w.History)-1, To: v.voice.T("appraisal_page.no_score")}
		if e.Has {
			step.To, step.Band = points(e.To), bandName(v, w.In, e.Band)
		}
		if w.Withheld {
			step.To = v.voice.T("appraisal_page.withheld_score")
		}
		if e.HadFrom {
			step.From = points(e.From)
		}
		p.History = append(p.History, step)
	}
}

// opinions words what each group of reviewers says. What is corrected for leniency stands beside what they said, never
// in its place.
func opinions(v visit, w appraisal.Whole, p *pages.One) {
	for _, o := range w.Opinions {
		g := pages.Group{Name: v.voice.T("appraisal_page.group." + o.Group), Given: v.voice.T("appraisal_page.given", "given", o.Given, "asked", o.Asked)}
		switch {
		case o.Given == 0:
			g.Withheld = v.voice.T("appraisal_page.nobody_gave")
		case o.Withheld:
			g.Withheld = v.voice.T("appraisal_page.withheld", "least", int(w.In.Scheme.Shown))
		default:
			judgement(v, w, o, &g)
		}
		p.Groups = append(p.Groups, g)
	}
}

// judgement words a result that is shown.
func judgement(v visit, w appraisal.Whole, o appraisal.Opinion, g *pages.Group) {
	g.Raw, g.Comments = points(o.Raw), o.Comments
	switch {
	case o.HasAdjusted:
		g.Adjusted = points(o.Adjusted)
	case o.Why != "" && v.voice.Has(o.Why):
		g.Why = v.voice.T(o.Why)
	default:
		g.Why = v.voice.T("appraisal_page.no_adjusted")
	}
	g.Counts = v.voice.T("appraisal_page.raw_counts")
	if w.In.Leniency && o.HasAdjusted {
		g.Counts = v.voice.T("appraisal_page.adjusted_counts")
	}
	if o.ByHand {
		g.ByHand = v.voice.T("reviews.by_hand")
	}
	for _, t := range w.In.Scheme.Traits {
		if score, ok := o.Traits[t.ID]; ok {
			g.Traits = append(g.Traits, pages.TraitLine{Name: t.Name.In(v.lang), Score: points(score), Percent: strconv.FormatInt(min(max(score/100, 0), 100), 10), Remarks: o.Remarks[t.ID]})
		}
	}
}

// appraisalEvidence words what the person held and had learnt at the end of the period, and what became of it since.
func (s *Site) appraisalEvidence(v visit, w appraisal.Whole, p *pages.One) {
	later := map[string]string{}
	for _, n := range w.Notes {
		later[n.Number] += v.voice.T("appraisal_page.later", "date", v.voice.Date(n.At, s.Zone), "was", v.voice.T("standing."+n.Was), "is", v.voice.T("standing."+n.Is))
	}
	for _, one := range w.Inputs.Certificates {
		held := pages.Held{Programme: s.programmeTitle(v, one.Programme), State: v.voice.T("appraisal_page.never_held"), Number: one.Number, Hash: one.BasisHash,
			Ruled: one.Ruled, Later: later[one.Number]}
		if one.State != "" {
			held.State = v.voice.T("standing." + one.State)
		}
		if one.Number != "" {
			held.URL = "/certificates/" + one.Number
		}
		p.Certificates = append(p.Certificates, held)
	}
	l := w.Inputs.Learning
	p.Learning = v.voice.T("appraisal_page.learnt", "date", v.voice.Date(w.Inputs.Until-1, s.Zone), "lessons", l.Lessons, "quizzes", l.Quizzes, "plays", len(l.Rehearse))
	for _, e := range l.Rehearse {
		p.Proofs = append(p.Proofs, pages.Proof{Text: v.voice.T("evidence.roleplay", "subject", s.scriptTitle(v, e.Subject)), Score: v.voice.Percent(e.Score),
			When: v.voice.DateTime(e.At, s.Zone), Number: v.voice.T("certificate.line", "n", strconv.FormatInt(e.Line, 10)), Hash: e.Hash})
	}
}

// countedIn gives the records in which a certificate counted, of those whose result the reader may see.
func (s *Site) countedIn(c *fiber.Ctx, v visit, number string) (out []parts.Link, err error) {
	uses, err := s.Appraisals.Counted(c.UserContext(), s.DB.Read(), number)
	for _, u := range uses {
		w, err := s.Appraisals.Record(c.UserContext(), v.actor, u.Record)
		switch {
		case fault.KindOf(err) == fault.Missing:
		case err != nil:
			return nil, err
		case w.Visible:
			out = append(out, parts.Link{Text: periodText(v, u.Period) + " · " + w.Title.In(v.lang), URL: "/appraisals/" + u.Record})
		}
	}
	return out, err
}
