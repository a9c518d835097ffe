package site

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/session"
	"tongguan/server/edge/ical"
)

// refreshCalendar is how often programs may ask for a calendar again.
const refreshCalendar = time.Hour

// calendar sends the sessions of the person to whom its address belongs, to whoever knows it: calendars cannot sign in.
func (s *Site) calendar(c *fiber.Ctx, _ visit) error {
	all, lang, err := s.Sessions.Calendar(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	base := s.URL
	if base == "" {
		base = c.BaseURL()
	}
	host := "tongguan"
	if u, err := url.Parse(base); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	out := ical.Calendar{Name: s.Words.In(lang).T("session.calendar"), Refresh: refreshCalendar}
	for _, one := range all {
		out.Events = append(out.Events, ical.Event{UID: "session-" + one.ID + "@" + host, Stamp: one.ChangedAt, Sequence: int64(one.Sequence),
			Start: one.StartsAt, End: one.EndsAt, Cancelled: one.State == room.Cancelled, Summary: one.Title, Location: one.Place,
			Description: eventText(one), URL: base + "/training/sessions/" + one.ID})
	}
	var text bytes.Buffer
	if err := ical.Write(&text, out); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="training.ics"`)
	return c.Send(text.Bytes())
}

// eventText is what a calendar says of a session: what it is about, where to join, or why it was called off.
func eventText(one room.Session) string {
	var out []string
	for _, text := range []string{one.Reason, one.Link, one.Description} {
		if text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, "\n\n")
}
