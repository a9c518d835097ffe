package site

import (
	"io"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/external"
	"tongguan/server/base/fault"
	"tongguan/web/pages/external"
)

// upload reads a file of a form; nil where none was sent.
func upload(c *fiber.Ctx, field string) (*room.Upload, error) {
	head, err := c.FormFile(field)
	if err != nil || head.Size == 0 {
		return nil, nil //nolint:nilerr // a form without a file says so by an error
	}
	f, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, room.MaxFileBytes+1))
	return &room.Upload{Name: head.Filename, Data: data}, err
}

// externalProve adds a file that proves a training.
func (s *Site) externalProve(c *fiber.Ctx, v visit) error {
	u, err := upload(c, "file")
	if err != nil {
		return err
	}
	if u == nil {
		u = &room.Upload{}
	}
	err = s.External.AddFile(c.UserContext(), v.actor, c.Params("id"), *u)
	if again(err) {
		return s.externalAgain(c, v, err, func(*external.One) {})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "external.file_added")
	return redirect(c, "/training/external/"+c.Params("id")+"#proof")
}

// externalShare shares what was learnt at a training.
func (s *Site) externalShare(c *fiber.Ctx, v visit) error {
	id := c.Params("id")
	slides, err := upload(c, "slides")
	if err != nil {
		return err
	}
	n := room.Sharing{Form: c.FormValue("form"), Title: c.FormValue("title"), Text: c.FormValue("text"), TalkOn: c.FormValue("talk_on")}
	err = s.External.Share(c.UserContext(), v.actor, id, n, slides)
	if again(err) {
		return s.externalAgain(c, v, err, func(p *external.One) {
			p.Form, p.ShareTitle, p.ShareText, p.ShareDate = n.Form, n.Title, n.Text, n.TalkOn
		})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "external.shared_done")
	return redirect(c, "/training/shared/"+id)
}

// externalFile sends a file to those who may have it.
func (s *Site) externalFile(c *fiber.Ctx, v visit) error {
	f, err := s.External.File(c.UserContext(), v.actor, c.Params("id"), c.Params("file"))
	if err != nil {
		return err
	}
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	return attachment(c, f.Name, f.Kind, data)
}

// sharedShow shows what a colleague brought back.
func (s *Site) sharedShow(c *fiber.Ctx, v visit) error {
	p, err := s.sharedPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, external.NotePage(p))
}

func (s *Site) sharedPage(c *fiber.Ctx, v visit) (external.Note, error) {
	one, ratings, slides, err := s.External.Read(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return external.Note{}, err
	}
	ids := []string{one.Person}
	for _, r := range ratings {
		ids = append(ids, r.Person)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return external.Note{}, err
	}
	p := external.Note{Frame: s.frame(c, v, one.Title), Title: one.Title, Who: names[one.Person], Training: one.Training, Provider: one.Provider,
		Date: v.voice.Date(one.SharedAt, s.Zone), Talk: s.dueText(v, one.TalkOn), Text: s.Catalog.Current().Note(v.lang, one.Text),
		Slides: s.fileLines(v, one.ID, slides), Mean: stars(one.Tenths()), Own: one.Person == v.actor.ID, Action: "/training/shared/" + one.ID + "/rating"}
	for _, r := range ratings {
		p.Ratings = append(p.Ratings, external.Rating{Who: names[r.Person], When: v.voice.Date(r.RatedAt, s.Zone), Comment: r.Comment, Stars: r.Stars})
		if r.Person == v.actor.ID {
			p.Stars, p.Comment = r.Stars, r.Comment
		}
	}
	return p, nil
}

// sharedRate rates what a colleague brought back.
func (s *Site) sharedRate(c *fiber.Ctx, v visit) error {
	id, n, comment := c.Params("id"), whole(c.FormValue("stars")), c.FormValue("comment")
	err := s.External.Rate(c.UserContext(), v.actor, id, n, comment)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		p, missing := s.sharedPage(c, v)
		if missing != nil {
			return missing
		}
		p.Stars, p.Comment, p.Errors = n, comment, s.errors(v, err)
		setStatus(c, err)
		return s.draw(c, external.NotePage(p))
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "external.rated")
	return redirect(c, "/training/shared/"+id+"#rating")
}
