package site

import (
	"cmp"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/amendment"
	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	pages "tongguan/web/pages/amendment"
	"tongguan/web/parts"
)

// policy reads how the policy is in force and notes it, so that the chips of this page are right too.
func (s *Site) policy(c *fiber.Ctx) (*amendment.Policy, error) {
	return s.Amendments.Look(c.UserContext())
}

// wording is a clause as it is in force, as this node last saw it; as the content words it where nobody has looked yet.
func (s *Site) wording(cl *catalog.Clause) amendment.Wording {
	if w := s.Amendments.InForce().Clause(cl.ID); w.Hash != "" {
		return w.Wording
	}
	return amendment.WordingOf(cl)
}

// changes shows every change of the policy.
func (s *Site) changes(c *fiber.Ctx, v visit) error {
	all, err := s.Amendments.Changes(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := pages.List{Frame: s.frame(c, v, v.voice.T("amendment.title")), Publisher: v.actor.May(access.PublishPolicy, access.Other)}
	if p.Publisher {
		waiting, err := s.Amendments.Pending(c.UserContext(), v.actor)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			one := pages.Pending{Clause: s.clauseOf(v, w.Clause, "/policy/changes/new?clause="+w.Clause), Now: piecesOf(w.From.Summary.In(v.lang), w.To.Summary.In(v.lang))}
			p.Pending = append(p.Pending, one)
		}
	}
	for _, one := range all {
		if one.Running() {
			p.Running = append(p.Running, s.changeLine(v, one))
		} else {
			p.Done = append(p.Done, s.changeLine(v, one))
		}
	}
	return s.draw(c, pages.ListPage(p))
}

func (s *Site) clauseOf(v visit, id, url string) pages.Clause {
	return pages.Clause{ID: id, Title: s.chip(v, id).Title, URL: url}
}

func (s *Site) changeLine(v visit, p amendment.Progress) pages.Line {
	return pages.Line{Clause: s.clauseOf(v, p.Clause, "/policy/changes/"+p.ID), Offer: v.voice.T("amendment.offer." + string(p.Offer)),
		When: v.voice.Date(p.Published, s.Zone), Due: s.dueText(v, p.Deadline), Asks: p.Offer != amendment.None, Done: p.Done, All: p.Open + p.Done + p.Late,
		Late: p.Late, Percent: p.Percent(), Spreading: p.Spreading(), Passed: p.Due > 0 && p.Due <= s.Clock.Now()}
}

// piecesOf compares two texts.
func piecesOf(before, after string) (out []pages.Piece) {
	for _, one := range amendment.Compare(before, after) {
		out = append(out, pages.Piece{Text: one.Text, Kind: string(one.Kind)})
	}
	return out
}

// reworded compares two wordings in both languages, the reader's first.
func (s *Site) reworded(v visit, before, now amendment.Wording) (out []pages.Compared) {
	langs := []string{"zh", "en"}
	if v.lang == "en" {
		langs = []string{"en", "zh"}
	}
	for _, lang := range langs {
		in := map[string]string{"zh": "zh-CN", "en": "en"}[lang]
		c := pages.Compared{Label: v.voice.T("amendment.lang_" + lang), Lang: in,
			Title: piecesOf(before.Title.In(lang), now.Title.In(lang)), Text: piecesOf(before.Summary.In(lang), now.Summary.In(lang)),
			Retitle: before.Title.In(lang) != now.Title.In(lang)}
		c.Same = !c.Retitle && before.Summary.In(lang) == now.Summary.In(lang)
		out = append(out, c)
	}
	return out
}

// changeNew shows what a publication would change, whom it would reach, and asks what is to be done about it.
func (s *Site) changeNew(c *fiber.Ctx, v visit) error {
	return s.drawChange(c, v, amendment.Publication{Clause: c.Query("clause"), Offer: amendment.Offer(c.Query("offer")), Deadline: c.Query("deadline"),
		Reason: c.Query("reason")}, nil)
}

func (s *Site) drawChange(c *fiber.Ctx, v visit, typed amendment.Publication, cause error) error {
	reach, err := s.Amendments.Reach(c.UserContext(), v.actor, typed.Clause)
	if err != nil {
		return err
	}
	now := s.now()
	p := pages.New{Request: cmp.Or(c.FormValue("request"), s.Clock.ID()), Clause: s.clauseOf(v, typed.Clause, "/policy/"+typed.Clause), Since: v.voice.Date(reach.Since, s.Zone), Compared: s.reworded(v, reach.From, reach.To),
		Reach: s.reach(v, reach), Deadline: typed.Deadline, Reason: typed.Reason, From: reach.From.Hash(), To: reach.To.Hash(), Errors: s.errors(v, cause),
		Earliest: now.AddDate(0, 0, 1).Format(time.DateOnly), Latest: now.AddDate(1, 0, 0).Format(time.DateOnly)}
	p.Frame = s.frame(c, v, v.voice.T("amendment.new", "clause", p.Clause.ID+" "+p.Clause.Title))
	for _, o := range amendment.Offers() {
		one := pages.OfferChoice{Value: string(o), Name: v.voice.T("amendment.offer." + string(o)), Means: v.voice.T("amendment.means." + string(o)), Chosen: o == typed.Offer}
		if o == amendment.Delta && !reach.Quiz {
			one.Why = v.voice.T("amendment.no_quiz")
		}
		p.Offers = append(p.Offers, one)
	}
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, pages.NewPage(p))
}

func (s *Site) reach(v visit, r amendment.Reach) pages.Reach {
	out := pages.Reach{QuestionCount: r.Uses.Number, Certified: r.Certified, Certificates: r.Certificates}
	for _, l := range r.Lessons {
		out.Lessons = append(out.Lessons, parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l)})
	}
	for _, m := range r.Uses.Questions {
		out.Questions = append(out.Questions, parts.Link{Text: m.Title.In(v.lang), URL: "/courses/" + m.Key + "/quiz"})
	}
	for _, m := range r.Uses.Scenes {
		out.Scenes = append(out.Scenes, parts.Link{Text: m.Title.In(v.lang)})
	}
	for _, p := range r.Programmes {
		out.Programmes = append(out.Programmes, parts.Link{Text: p.Title.In(v.lang)})
	}
	for _, u := range r.Under {
		out.Under = append(out.Under, pages.Under{Programme: u.Programme.Title.In(v.lang), Version: u.Programme.Hash()[:8], Present: u.Present, Number: u.Number})
	}
	seen := map[string]bool{}
	for _, h := range r.People {
		if !seen[h.Person] {
			seen[h.Person] = true
			out.People = append(out.People, h.Name)
		}
	}
	out.More = max(0, r.Certified-len(out.People))
	return out
}

// publication reads what somebody decides.
func publication(c *fiber.Ctx) amendment.Publication {
	p := amendment.Publication{Clause: c.FormValue("clause"), From: c.FormValue("from"), To: c.FormValue("to"), Offer: amendment.Offer(c.FormValue("offer")),
		Deadline: c.FormValue("deadline"), Reason: c.FormValue("reason")}
	if p.Offer == amendment.None {
		p.Deadline = ""
	}
	return p
}

// changePreview shows what would be published and what it asks of whom, before it is.
func (s *Site) changePreview(c *fiber.Ctx, v visit) error {
	typed := publication(c)
	err := s.Amendments.Check(c.UserContext(), v.actor, typed)
	if again(err) {
		return s.drawChange(c, v, typed, err)
	}
	if err != nil {
		return err
	}
	reach, err := s.Amendments.Reach(c.UserContext(), v.actor, typed.Clause)
	if err != nil {
		return err
	}
	back := url.Values{"clause": {typed.Clause}, "offer": {string(typed.Offer)}, "deadline": {typed.Deadline}, "reason": {typed.Reason}}
	p := pages.Preview{Clause: s.clauseOf(v, typed.Clause, ""), Compared: s.reworded(v, reach.From, reach.To), Offer: v.voice.T("amendment.offer." + string(typed.Offer)),
		Means: v.voice.T("amendment.means." + string(typed.Offer)), Asks: typed.Offer != amendment.None, Due: s.dueText(v, typed.Deadline), Reason: typed.Reason,
		Certified: reach.Certified, Certificates: reach.Certificates, Back: "/policy/changes/new?" + back.Encode()}
	p.Frame = s.frame(c, v, v.voice.T("amendment.preview_title", "clause", typed.Clause))
	for name, value := range map[string]string{"clause": typed.Clause, "from": typed.From, "to": typed.To, "offer": string(typed.Offer), "deadline": typed.Deadline,
		"reason": typed.Reason, "request": cmp.Or(c.FormValue("request"), s.Clock.ID())} {
		p.Fields = append(p.Fields, parts.Choice{Value: name, Text: value})
	}
	return s.draw(c, pages.PreviewPage(p))
}

// changePublish puts the new wording into force.
func (s *Site) changePublish(c *fiber.Ctx, v visit) error {
	typed := publication(c)
	id, err := s.Amendments.Publish(c.UserContext(), v.actor, typed, c.FormValue("request"))
	if again(err) {
		return s.drawChange(c, v, typed, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "amendment.published", "clause", typed.Clause)
	return redirect(c, "/policy/changes/"+id)
}

// changeShow shows one change and how far those are whom the reader may see.
func (s *Site) changeShow(c *fiber.Ctx, v visit) error {
	n, state := min(max(1, c.QueryInt("page", 1)), 1_000_000), amendment.State(c.Query("state"))
	d, err := s.Amendments.Detail(c.UserContext(), v.actor, c.Params("id"), state, (n-1)*perPage, perPage)
	if err != nil {
		return err
	}
	p := pages.Change{Clause: s.clauseOf(v, d.Clause, ""), Offer: v.voice.T("amendment.offer." + string(d.Offer)), Means: v.voice.T("amendment.means." + string(d.Offer)),
		When: v.voice.Date(d.Published, s.Zone), Who: d.Publisher, Due: s.dueText(v, d.Deadline), Reason: d.Reason, Asks: d.Offer != amendment.None, Spreading: d.Spreading(),
		Compared: s.reworded(v, d.Before, d.Now), Open: d.Open, Done: d.Done, Late: d.Late, Lapsed: d.Lapsed, Percent: d.Percent(), Page: n}
	p.Frame = s.frame(c, v, v.voice.T("amendment.of", "clause", d.Clause))
	var shown int
	p.Filters, shown = s.filters(v, d.Progress, state)
	p.Pages = pageLinks(c, (shown+perPage-1)/perPage)
	for _, r := range d.Rows {
		p.Rows = append(p.Rows, s.dutyRow(v, r))
	}
	return s.draw(c, pages.ChangePage(p))
}

// filters narrow the list of a change to one state; shown is how many the present one lets through.
func (s *Site) filters(v visit, d amendment.Progress, state amendment.State) (out []pages.Filter, shown int) {
	for _, f := range []struct {
		state  amendment.State
		number int
	}{{"", d.Asked()}, {amendment.Late, d.Late}, {amendment.Open, d.Open}, {amendment.Done, d.Done}, {amendment.Lapsed, d.Lapsed}} {
		one := pages.Filter{Link: parts.Link{Text: v.voice.T("amendment.all"), URL: "/policy/changes/" + d.ID}, Number: f.number, Current: f.state == state}
		if f.state != "" {
			one.Text, one.URL = v.voice.T("amendment.state."+string(f.state)), one.URL+"?state="+string(f.state)
		}
		if one.Current {
			shown = f.number
		}
		if f.number > 0 || f.state == "" {
			out = append(out, one)
		}
	}
	return out, shown
}

func (s *Site) dutyRow(v visit, r amendment.Row) pages.Row {
	out := pages.Row{Name: r.Name, URL: "/team/" + r.Person, Programme: s.programmeTitle(v, r.Programme), State: string(r.State), WasLate: r.State == amendment.Done && r.Late > 0}
	switch {
	case r.Done > 0:
		out.When = v.voice.T("amendment.done_at", "date", v.voice.Date(r.Done, s.Zone))
	case r.State == amendment.Open:
		out.When = v.voice.T("amendment.due_by", "date", v.voice.Date(r.Due-1, s.Zone))
	case r.State == amendment.Late:
		out.When = v.voice.T("amendment.was_due", "date", v.voice.Date(r.Due-1, s.Zone))
	}
	return out
}

// pending counts what waits, for the quiet note to those who may publish.
func pending(v visit, p *amendment.Policy) int {
	if !v.actor.May(access.PublishPolicy, access.Other) {
		return 0
	}
	return p.Pending
}
