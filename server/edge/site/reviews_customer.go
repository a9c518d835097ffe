package site

import (
	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/review"
	"tongguan/server/base/fault"
	view "tongguan/web/pages/review"
)

// guestLink gives what a customer's link leads to. Who looks for links that are none has to wait; whoever has one is not counted,
// and nothing is kept of where they come from.
func (s *Site) guestLink(c *fiber.Ctx) (room.Link, error) {
	l, err := s.Reviews.OpenLink(c.UserContext(), c.Params("token"))
	if fault.KindOf(err) == fault.Missing && err != nil {
		if busy := s.Door.Knock(c.UserContext(), c.IP()); busy != nil {
			return l, busy
		}
	}
	return l, err
}

// guestForm shows a customer the sheet, or what became of the link.
func (s *Site) guestForm(c *fiber.Ctx, v visit) error {
	l, err := s.guestLink(c)
	if err != nil {
		return err
	}
	return s.drawGuest(c, v, l, view.Sheet{Request: s.Clock.ID(), Items: markItems(v, l.Items, room.Sheet{}, false)})
}

func (s *Site) drawGuest(c *fiber.Ctx, v visit, l room.Link, p view.Sheet) error {
	v.actor.ID = "" // whoever is signed in here, the page is the customer's
	names, err := s.People.Names(c.UserContext(), []string{l.Person})
	if err != nil {
		return err
	}
	p.Who, p.Contact, p.Company, p.State = names[l.Person], l.Contact, s.Seal.Site.Name, string(l.State)
	p.Due, p.Action = s.dueText(v, l.Due), c.Path()
	p.Frame = s.frame(c, v, v.voice.T("reviews.guest.title", "name", p.Who))
	p.Path = c.Path() // the switch of language leads back here after a mistake, too
	return s.draw(c, view.GuestPage(p))
}

// guestGive gives a customer's sheet, and leads to the thanks.
func (s *Site) guestGive(c *fiber.Ctx, v visit) error {
	l, err := s.guestLink(c)
	if err != nil {
		return err
	}
	sheet, p, wrong := readMarks(c, v, l.Items)
	if len(wrong) == 0 || l.State != room.LinkOpen {
		err = s.Reviews.GiveByLink(c.UserContext(), c.Params("token"), sheet, p.Request)
		wrong = s.errors(v, err)
	}
	switch {
	case err != nil && !again(err):
		return err
	case fault.KindOf(err) == fault.Conflict && err != nil:
		return redirect(c, c.Path()) // which says what became of the link
	case err != nil || len(wrong) > 0:
		p.Errors = wrong
		c.Status(fiber.StatusUnprocessableEntity)
		if err != nil {
			setStatus(c, err)
		}
		return s.drawGuest(c, v, l, p)
	}
	return redirect(c, c.Path())
}
