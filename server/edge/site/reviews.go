package site

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/review"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	view "tongguan/web/pages/review"
	"tongguan/web/parts"
)

// mountReviews puts qualitative reviews at their addresses.
func (s *Site) mountReviews(f *fiber.App) {
	f.Get("/reviews", s.in(s.reviewHome))
	f.Get("/reviews/customer/:token", s.open(s.guestForm)).Post("/reviews/customer/:token", s.open(s.guestGive))
	f.Get("/reviews/panels/:panel", s.in(s.reviewPanel)).Post("/reviews/panels/:panel/ask", s.in(s.reviewAsk))
	f.Post("/reviews/panels/:panel/unask", s.in(s.reviewUnask))
	f.Post("/reviews/panels/:panel/invite", s.in(s.reviewInvite)).Post("/reviews/panels/:panel/withdraw", s.in(s.reviewWithdraw))
	f.Get("/reviews/:id", s.in(s.reviewForm)).Post("/reviews/:id", s.in(s.reviewGive))
}

// reviewHome lists what the reader reviews, and the panels that they look after.
func (s *Site) reviewHome(c *fiber.Ctx, v visit) error {
	open, given, err := s.Reviews.Mine(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	desk, err := s.Reviews.Panels(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	var ids []string
	for _, t := range slices.Concat(open, given) {
		ids = append(ids, t.Person)
	}
	for _, d := range desk {
		ids = append(ids, d.Person)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return err
	}
	p := view.Home{Frame: s.frame(c, v, v.voice.T("reviews.title")), Clause: s.reviewClause(v), Open: s.reviewLines(v, open, names), Given: s.reviewLines(v, given, names),
		Looks: v.actor.May(access.InviteCustomer, access.Below)}
	for _, d := range desk {
		p.Desk = append(p.Desk, view.DeskLine{URL: "/reviews/panels/" + d.ID, Name: names[d.Person], Due: s.dueText(v, d.Due), Asked: d.Asked, Given: d.Given})
	}
	return s.draw(c, view.HomePage(p))
}

func (s *Site) reviewLines(v visit, all []room.Task, names map[string]string) (out []view.Line) {
	for _, t := range all {
		l := view.Line{URL: "/reviews/" + t.ID, Name: names[t.Person], Group: string(t.Side), Due: s.dueText(v, t.Due), Takes: v.voice.T("reviews.takes", "n", t.Items+1)}
		if t.Closed {
			l.URL = ""
		}
		switch days, ok := s.daysUntil(t.Due); {
		case t.Given || !ok:
			l.Takes = ""
		case days == 0:
			l.Soon, l.Left = true, v.voice.T("reviews.today")
		default:
			l.Soon, l.Left = days <= 3, v.voice.T("reviews.left", "n", days)
		}
		out = append(out, l)
	}
	return out
}

// reviewClause is the clause that reviews rest on.
func (s *Site) reviewClause(v visit) []parts.Chip { return []parts.Chip{s.chip(v, "3.2.3.2")} }

// reviewForm shows the sheet, as it was given last.
func (s *Site) reviewForm(c *fiber.Ctx, v visit) error {
	f, err := s.Reviews.Form(c.UserContext(), v.actor, c.Params("id"))
	if err == nil && f.Closed {
		err = fault.New(fault.Missing, "error.missing")
	}
	if err != nil {
		return err
	}
	return s.drawReview(c, v, f, view.Sheet{Request: s.Clock.ID(), Comment: f.Sheet.Comments[room.Whole], Items: markItems(v, f.Items, f.Sheet, f.Given)})
}

func (s *Site) drawReview(c *fiber.Ctx, v visit, f room.Form, p view.Sheet) error {
	names, err := s.People.Names(c.UserContext(), []string{f.Person})
	if err != nil {
		return err
	}
	p.Who = names[f.Person]
	p.Frame = s.frame(c, v, v.voice.T("reviews.of", "name", p.Who))
	p.Clause = s.reviewClause(v)
	p.Action, p.Group, p.Due, p.Given, p.Minimum = "/reviews/"+f.ID, string(f.Side), s.dueText(v, f.Due), f.Given, f.MinShown
	return s.draw(c, view.SheetPage(p))
}

// markItems fills the items in as a sheet has them; in one that was given, what has no mark could not be said.
func markItems(v visit, items []room.Item, sheet room.Sheet, given bool) (out []view.Item) {
	for _, i := range items {
		one := view.Item{ID: i.ID, Name: i.Name.In(v.lang), Mark: view.Unmarked, Comment: sheet.Comments[i.ID]}
		for n, a := range i.Anchors {
			one.Anchors[n] = a.In(v.lang)
		}
		if m, ok := sheet.Marks[i.ID]; ok || given {
			one.Mark = m
		}
		out = append(out, one)
	}
	return out
}

// readMarks reads a sheet as it was sent: for the room, and to be shown again. errors says at which items nothing was chosen.
func readMarks(c *fiber.Ctx, v visit, items []room.Item) (sheet room.Sheet, p view.Sheet, errors map[string]string) {
	sheet, errors = room.Sheet{Marks: map[string]int{}, Comments: map[string]string{room.Whole: c.FormValue("comment")}}, map[string]string{}
	p = view.Sheet{Request: c.FormValue("request"), Comment: c.FormValue("comment"), Items: markItems(v, items, room.Sheet{}, false)}
	for k, i := range items {
		mark := strings.TrimSpace(c.FormValue("mark." + i.ID))
		sheet.Comments[i.ID] = c.FormValue("comment." + i.ID)
		p.Items[k].Comment = sheet.Comments[i.ID]
		n, err := strconv.Atoi(mark)
		switch {
		case mark == "":
			errors["mark."+i.ID] = v.voice.T("reviews.mark_needed")
		case err != nil:
			sheet.Marks[i.ID] = -1 // which no item takes
		case n == 0:
			p.Items[k].Mark = 0
		default:
			sheet.Marks[i.ID], p.Items[k].Mark = n, n
		}
	}
	return sheet, p, errors
}

// reviewGive gives the sheet; what cannot be is said where it stands, with everything kept, be it that the panel has closed.
func (s *Site) reviewGive(c *fiber.Ctx, v visit) error {
	f, err := s.Reviews.Form(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	sheet, p, wrong := readMarks(c, v, f.Items)
	if len(wrong) == 0 {
		err = s.Reviews.Give(c.UserContext(), v.actor, f.ID, sheet, p.Request)
	}
	switch {
	case len(wrong) > 0:
		p.Errors = wrong
		c.Status(fiber.StatusUnprocessableEntity)
		return s.drawReview(c, v, f, p)
	case again(err):
		p.Errors = s.errors(v, err)
		setStatus(c, err)
		return s.drawReview(c, v, f, p)
	case err != nil:
		return err
	}
	s.flash(c, "good", "reviews.thanks")
	return redirect(c, "/reviews")
}

// reviewing says whether the navigation leads to reviews. That it cannot be known breaks no page.
func (s *Site) reviewing(ctx context.Context, v visit) bool {
	if v.actor.May(access.InviteCustomer, access.Below) {
		return true
	}
	concerned, err := s.Reviews.Concerns(ctx, v.actor)
	if err != nil && fault.KindOf(err) == fault.Internal {
		s.Log.Warn("reviews", "error", err)
	}
	return concerned
}
