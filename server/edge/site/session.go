package site

import (
	"time"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/session"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/session"
)

// training shows a person what is before them: sessions, what is to be caught up on, external training, colleagues' notes.
func (s *Site) training(c *fiber.Ctx, v visit) error { return s.drawTraining(c, v, "") }

// feedNew makes another address of the reader's calendar and shows it, this once.
func (s *Site) feedNew(c *fiber.Ctx, v visit) error {
	token, err := s.Sessions.NewAddress(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	base := s.URL
	if base == "" {
		base = c.BaseURL()
	}
	return s.drawTraining(c, v, base+"/calendar/"+token+".ics")
}

func (s *Site) drawTraining(c *fiber.Ctx, v visit, address string) error {
	mine, err := s.Sessions.Mine(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	made, err := s.Sessions.AddressMade(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	p := session.Home{Frame: s.frame(c, v, v.voice.T("session.home")), Feed: session.Feed{Address: address}}
	if made > 0 {
		p.Feed.Made = v.voice.Date(made, s.Zone)
	}
	var items []dated
	for _, seat := range mine.Coming {
		i := s.sessionItem(v, seat.Session)
		i.Host = seat.Host == v.actor.ID
		items = append(items, dated{seat.StartsAt, i})
	}
	p.Weeks, p.Later = s.agenda(v, items)
	for _, seat := range mine.ToMark {
		i := s.sessionItem(v, seat.Session)
		i.Mark = i.URL + "/attendance"
		p.ToMark = append(p.ToMark, i)
	}
	for _, seat := range mine.CatchUps {
		p.CatchUps = append(p.CatchUps, session.CatchUp{URL: "/training/sessions/" + seat.ID, Title: seat.Title, Day: s.day(v, seat.StartsAt),
			Due: s.dueText(v, seat.Due), Overdue: s.before(seat.Due)})
	}
	if err := s.homeExternal(c, v, &p); err != nil {
		return err
	}
	if v.actor.May(access.HoldSession, access.Below) {
		p.Desk = "/training/sessions"
	}
	return s.draw(c, session.HomePage(p))
}

// before says whether a day, YYYY-MM-DD or "" for none, is over.
func (s *Site) before(day string) bool { return day != "" && day < s.Clock.Date(s.Zone) }

// day writes the day of a moment with its weekday: 3月5日周四, Thu 5 Mar.
func (s *Site) day(v visit, ms int64) string {
	t := time.UnixMilli(ms).In(s.Zone)
	if v.lang == "en" {
		return t.Format("Mon 2 Jan")
	}
	return t.Format("1月2日") + v.voice.T("session.weekday."+t.Format("Mon"))
}

// clockTimes writes from when to when something lasts on its day.
func (s *Site) clockTimes(from, to int64) string {
	return time.UnixMilli(from).In(s.Zone).Format("15:04") + "–" + time.UnixMilli(to).In(s.Zone).Format("15:04")
}

func (s *Site) sessionItem(v visit, one room.Session) session.Item {
	return session.Item{URL: "/training/sessions/" + one.ID, Title: one.Title, Day: s.day(v, one.StartsAt), Time: s.clockTimes(one.StartsAt, one.EndsAt),
		Place: one.Place, Cancelled: one.State == room.Cancelled}
}

// dated is an item of the agenda with its moment.
type dated struct {
	at   int64
	item session.Item
}

// near is how many weeks of an agenda are shown at once.
const near = 4

// agenda groups what is in order of time by weeks, those near apart from those that are far off.
func (s *Site) agenda(v visit, items []dated) (soon, later []session.Week) {
	far := s.monday(s.Clock.Now()).AddDate(0, 0, 7*near).UnixMilli()
	for i, d := range items {
		if d.at >= far && i > 0 {
			return s.weeks(v, items[:i]), s.weeks(v, items[i:])
		}
	}
	return s.weeks(v, items), nil
}

// weeks groups what is in order of time by weeks that begin on Monday.
func (s *Site) weeks(v visit, items []dated) (out []session.Week) {
	this, last := s.monday(s.Clock.Now()), time.Time{}
	for _, d := range items {
		m := s.monday(d.at)
		if out == nil || !m.Equal(last) {
			out, last = append(out, session.Week{Title: s.weekTitle(v, this, m)}), m
		}
		out[len(out)-1].Items = append(out[len(out)-1].Items, d.item)
	}
	return out
}

func (s *Site) monday(ms int64) time.Time {
	t := time.UnixMilli(ms).In(s.Zone)
	return time.Date(t.Year(), t.Month(), t.Day()-(int(t.Weekday())+6)%7, 0, 0, 0, 0, s.Zone)
}

func (s *Site) weekTitle(v visit, this, week time.Time) string {
	switch {
	case week.Equal(this):
		return v.voice.T("session.this_week")
	case week.Equal(this.AddDate(0, 0, 7)):
		return v.voice.T("session.next_week")
	}
	end := week.AddDate(0, 0, 6)
	if week.Year() == this.Year() && end.Year() == this.Year() {
		return v.voice.T("session.week", "from", s.plainDay(v, week), "to", s.plainDay(v, end))
	}
	return v.voice.T("session.week", "from", v.voice.Date(week.UnixMilli(), s.Zone), "to", s.plainDay(v, end))
}

// plainDay writes a day without its year and weekday.
func (s *Site) plainDay(v visit, t time.Time) string {
	if v.lang == "en" {
		return t.Format("2 Jan")
	}
	return t.Format("1月2日")
}

// sessionShow shows one session.
func (s *Site) sessionShow(c *fiber.Ctx, v visit) error {
	seat, err := s.Sessions.See(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	names, err := s.People.Names(c.UserContext(), []string{seat.Host})
	if err != nil {
		return err
	}
	p := session.One{Frame: s.frame(c, v, seat.Title), Title: seat.Title, When: s.day(v, seat.StartsAt) + " " + s.clockTimes(seat.StartsAt, seat.EndsAt),
		Place: seat.Place, Link: seat.Link, Host: names[seat.Host], State: seat.State, Reason: seat.Reason, Mark: seat.Mark,
		Due: s.dueText(v, seat.Due), Overdue: s.before(seat.Due), Description: s.Catalog.Current().Note(v.lang, seat.Description)}
	if p.Audience, err = s.audience(c, v, seat.Team); err != nil {
		return err
	}
	s.sessionMaterial(v, &p, seat.Material)
	at := "/training/sessions/" + seat.ID
	if seat.CaughtUp > 0 {
		p.CaughtUp = v.voice.Date(seat.CaughtUp, s.Zone)
	}
	if seat.MayCatch {
		p.CatchUp = at + "/caught-up"
	}
	if seat.MayHold {
		p.Edit = at + "/change"
	}
	if seat.MayMark {
		p.Sheet = at + "/attendance"
	}
	return s.draw(c, session.OnePage(p))
}

// sessionMaterial shows the material as a link where it is one address, else as the Markdown that it is.
func (s *Site) sessionMaterial(v visit, p *session.One, material string) {
	if room.WebAddress(material) {
		p.MaterialURL = material
		return
	}
	p.Material = s.Catalog.Current().Note(v.lang, material)
}

func (s *Site) audience(c *fiber.Ctx, v visit, team string) (string, error) {
	if team == "" {
		return v.voice.T("session.everybody"), nil
	}
	names, err := s.Teams.Names(c.UserContext())
	return names[team], err
}

// caughtUp takes the word of somebody who was away that they have caught up.
func (s *Site) caughtUp(c *fiber.Ctx, v visit) error {
	at := "/training/sessions/" + c.Params("id")
	err := s.Sessions.CatchUp(c.UserContext(), v.actor, c.Params("id"))
	if fault.KindOf(err) == fault.Conflict && err != nil {
		s.flash(c, "bad", fault.Of(err).Key)
		return redirect(c, at)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "session.caught_up_done")
	return redirect(c, "/training")
}
