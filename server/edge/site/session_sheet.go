package site

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/session"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/session"
)

// attendance shows the sheet on which a session is marked.
func (s *Site) attendance(c *fiber.Ctx, v visit) error { return s.drawAttendance(c, v, nil, nil) }

// drawAttendance draws the sheet with what was entered on it, where it comes back, by person.
func (s *Site) drawAttendance(c *fiber.Ctx, v visit, entered map[string]string, cause error) error {
	one, rows, err := s.Sessions.Sheet(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	if one.State == room.Cancelled || one.StartsAt > s.Clock.Now() {
		s.flash(c, "bad", "session.not_yet")
		return redirect(c, "/training/sessions/"+one.ID)
	}
	teams, err := s.Teams.Names(c.UserContext())
	if err != nil {
		return err
	}
	at := "/training/sessions/" + one.ID
	p := session.Sheet{Frame: s.frame(c, v, v.voice.T("session.sheet")), Title: one.Title, When: s.day(v, one.StartsAt) + " " + s.clockTimes(one.StartsAt, one.EndsAt),
		Action: at + "/attendance", Back: at}
	for _, r := range rows {
		row := session.Row{ID: r.ID, Name: r.Name, Team: teams[r.Team], Seen: strconv.FormatInt(r.Marks, 10), Mark: r.Mark, CaughtUp: r.CaughtUp > 0}
		if mark, ok := entered[r.ID]; ok && fault.KindOf(cause) != fault.Conflict {
			row.Mark = mark
		}
		p.Rows = append(p.Rows, row)
	}
	if cause != nil {
		p.Error = s.sentence(v, cause)
		setStatus(c, cause)
	}
	return s.draw(c, session.SheetPage(p))
}

// mostRows of a sheet that one form may send.
const mostOnSheet = 5000

// attendanceMark marks everybody on the sheet for whom something was chosen.
func (s *Site) attendanceMark(c *fiber.Ctx, v visit) error {
	var marks []room.Mark
	entered := map[string]string{}
	for i := 0; i < mostOnSheet; i++ {
		n := "." + strconv.Itoa(i)
		person, value := c.FormValue("person"+n), c.FormValue("mark"+n)
		if person == "" {
			break
		}
		if value == "" {
			continue
		}
		seen, err := strconv.ParseInt(c.FormValue("seen"+n), 10, 64)
		if err != nil {
			seen = -1
		}
		marks, entered[person] = append(marks, room.Mark{Person: person, Value: value, Seen: seen}), value
	}
	err := s.Sessions.Mark(c.UserContext(), v.actor, c.Params("id"), marks)
	if again(err) {
		return s.drawAttendance(c, v, entered, err)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "session.marked", "n", fmt.Sprint(len(marks)))
	return redirect(c, "/training/sessions/"+c.Params("id")+"/attendance")
}

// reach is how far back the desk and the report look by themselves.
const reach = 90 * 24 * time.Hour

// sessionDesk lists the sessions that the reader looks after.
func (s *Site) sessionDesk(c *fiber.Ctx, v visit) error {
	if !v.actor.May(access.HoldSession, access.Below) {
		return fault.New(fault.Missing, "error.missing")
	}
	coming, err := s.Sessions.Upcoming(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	since := s.Clock.Now() - reach.Milliseconds()
	earlier, err := s.Sessions.Earlier(c.UserContext(), v.actor, since)
	if err != nil {
		return err
	}
	rates, err := s.rates(c, v, since)
	if err != nil {
		return err
	}
	p := session.Desk{Frame: s.frame(c, v, v.voice.T("session.desk"))}
	var items []dated
	for _, one := range coming {
		items = append(items, dated{one.StartsAt, s.sessionItem(v, one)})
	}
	p.Weeks, p.Later = s.agenda(v, items)
	for _, one := range earlier {
		i := s.sessionItem(v, one)
		if i.Rate = rates[one.ID]; one.State != room.Cancelled {
			i.Mark = i.URL + "/attendance"
		}
		p.Earlier = append(p.Earlier, i)
	}
	return s.draw(c, session.DeskPage(p))
}

// rates gives the attendance of sessions since a moment, as the reader may see it, by session.
func (s *Site) rates(c *fiber.Ctx, v visit, since int64) (map[string]string, error) {
	report, err := s.Sessions.Report(c.UserContext(), v.actor, since, s.Clock.Now()+1)
	out := map[string]string{}
	for _, t := range report.Sessions {
		out[t.ID] = strconv.Itoa(t.Rate()/100) + "%"
	}
	return out, err
}

// attendanceReport shows attendance by session and by person over a span of time.
func (s *Site) attendanceReport(c *fiber.Ctx, v visit) error {
	now := time.UnixMilli(s.Clock.Now()).In(s.Zone)
	p := session.Report{Frame: s.frame(c, v, v.voice.T("session.report")), From: c.Query("from", now.Add(-reach).Format(time.DateOnly)),
		To: c.Query("to", now.Format(time.DateOnly))}
	from, err := time.ParseInLocation(time.DateOnly, p.From, s.Zone)
	to, err2 := time.ParseInLocation(time.DateOnly, p.To, s.Zone)
	if err != nil || err2 != nil || to.Before(from) {
		p.Error = v.voice.T("session.span_form")
		to = from
	}
	report, err := s.Sessions.Report(c.UserContext(), v.actor, from.UnixMilli(), to.AddDate(0, 0, 1).UnixMilli())
	if err != nil {
		return err
	}
	for _, t := range report.Sessions {
		line := tallyLine(t.Title, t.Tally)
		line.URL, line.Note = "/training/sessions/"+t.ID, s.day(v, t.StartsAt)
		p.Sessions = append(p.Sessions, line)
	}
	for _, t := range report.People {
		p.People = append(p.People, tallyLine(t.Name, t.Tally))
	}
	if p.Error != "" {
		p.Sessions = nil
	}
	return s.draw(c, session.ReportPage(p))
}

func tallyLine(name string, t room.Tally) session.TallyLine {
	return session.TallyLine{Name: name, Expected: t.Expected, Present: t.Present, Late: t.Late, Excused: t.Excused, Absent: t.Absent, CaughtUp: t.CaughtUp,
		Percent: t.Rate() / 100}
}
