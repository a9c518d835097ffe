package site

import (
	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/edge/personal"
	pages "tongguan/web/pages/personal"
)

// mountPersonal puts what concerns people's own data at its addresses.
func (s *Site) mountPersonal(f *fiber.App) {
	f.Get("/account/data", s.in(s.dataPage)).Get("/account/data/download", s.in(s.dataDownload))
	f.Get("/admin/people/:id/erase", s.in(s.eraseForm)).Post("/admin/people/:id/erase", s.in(s.erase))
}

// dataPage says what the reader may take with them.
func (s *Site) dataPage(c *fiber.Ctx, v visit) error {
	return s.draw(c, pages.DataPage(pages.Data{Frame: s.frame(c, v, v.voice.T("personal.title")), Download: "/account/data/download", Back: "/account"}))
}

// dataDownload sends everything that is kept about the reader.
func (s *Site) dataDownload(c *fiber.Ctx, v visit) error {
	e, err := s.Personal.Export(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	data, err := e.Zip(personal.Explain(s.Words))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="tongguan-data-`+s.Clock.Date(s.Zone)+`.zip"`)
	return c.Send(data)
}

// eraseForm asks whether somebody is to be erased.
func (s *Site) eraseForm(c *fiber.Ctx, v visit) error {
	return s.drawErase(c, v, personal.Erasure{Person: c.Params("id")}, nil)
}

func (s *Site) drawErase(c *fiber.Ctx, v visit, e personal.Erasure, cause error) error {
	if !v.actor.May(access.ErasePerson, access.Other) {
		return fault.New(fault.Missing, "error.missing")
	}
	if err := s.People.Check(c.UserContext(), v.actor, access.ErasePerson, e.Person); err != nil {
		return err
	}
	who, err := s.People.Get(c.UserContext(), v.actor, e.Person)
	if err != nil {
		return err
	}
	erased, err := s.People.Erased(c.UserContext(), e.Person)
	if err != nil {
		return err
	}
	back := "/admin/people/" + e.Person
	if cause != nil {
		setStatus(c, cause)
	}
	return s.draw(c, pages.ErasePage(pages.Erase{Frame: s.frame(c, v, v.voice.T("personal.erase_title", "name", who.Name)), Name: who.Name, Login: who.Login,
		Ready: who.State == people.Suspended && erased == 0, Confirm: e.Confirm, Reason: e.Reason, Errors: s.errors(v, cause), URL: back + "/erase",
		Back: back, People: "/admin/people"}))
}

// erase takes somebody out of the database.
func (s *Site) erase(c *fiber.Ctx, v visit) error {
	e := personal.Erasure{Person: c.Params("id"), Confirm: c.FormValue("confirm"), Reason: c.FormValue("reason")}
	err := s.Personal.Erase(c.UserContext(), v.actor, e)
	if again(err) {
		return s.drawErase(c, v, e, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "personal.erased")
	return redirect(c, "/admin/people/"+e.Person)
}
