package site

import (
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/layout"
	"tongguan/web/pages/door"
)

// frame is what stands around a page for this visit.
func (s *Site) frame(c *fiber.Ctx, v visit, title string) layout.Frame {
	f := layout.Frame{Voice: v.voice, Title: title, Theme: theme(c), Text: textSize(c), Path: path(c), Style: s.Assets.URL("style.css"),
		Icon: s.Assets.URL("icon.svg"), Scripts: []string{s.Assets.URL("app.js")}, Demo: s.Demo != nil}
	f.Flash.Kind, f.Flash.Text = s.takeFlash(c, v.voice)
	if v.actor.ID == "" {
		return f
	}
	f.SignedIn, f.Person, f.CSRF, f.Nav = true, v.actor.Name, s.csrf(v.token), s.nav(c, v)
	return f
}

// withHTMX adds the library to a page whose forms are smoother with it.
func (s *Site) withHTMX(f layout.Frame) layout.Frame {
	f.Scripts = append(f.Scripts, s.Assets.URL("vendor/htmx.min.js"))
	return f
}

// withReading adds what a lesson needs: answers in place, the reader's place, copies for reading without a network.
func (s *Site) withReading(f layout.Frame, v visit) layout.Frame {
	f = s.withOffline(s.withHTMX(f), v)
	f.Scripts = append(f.Scripts, s.Assets.URL("reading.js"))
	return f
}

// withQuiz adds the script of a page on which questions are answered.
func (s *Site) withQuiz(f layout.Frame) layout.Frame {
	f.Scripts = append(f.Scripts, s.Assets.URL("quiz.js"))
	return f
}

func theme(c *fiber.Ctx) string {
	switch t := c.Cookies(themeCookie); t {
	case "light", "dark":
		return t
	default:
		return "auto"
	}
}

// path is where the switches of language and theme lead back to: this page, if it can be fetched.
func path(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return c.OriginalURL()
	}
	return "/"
}

// place is an entry of the navigation: where it leads, and whether the person may go there.
type place struct {
	key, url string
	may      bool
}

// nav lists the places that the person may go to. Of those that belong together only the first stands in the row of all.
func (s *Site) nav(c *fiber.Ctx, v visit) (out []layout.NavItem) {
	for _, group := range [][]place{
		{{"nav.learn", "/learn", true}},
		{{"nav.programmes", "/programmes", true}},
		{{"nav.courses", "/courses", true}},
		{{"nav.library", "/library", true}},
		{{"nav.practice", "/practice", true}},
		{{"nav.certificates", "/certificates", true}},
		{{"nav.training", "/training", true}},
		{
			{"nav.appraisal", "/appraisals", true},
			{"nav.reviews", "/reviews", s.reviewing(c.UserContext(), v)},
			{"nav.figures", figureHome(v), true},
			{"nav.rewards", rewardHome(v), true},
		},
		{{"nav.policy", "/policy", true}},
		{{"nav.team", "/team", v.actor.May(access.SeeProgress, access.Below)}},
		{
			{"nav.people", "/admin/people", v.actor.May(access.SeePeople, access.Other)},
			{"nav.teams", "/admin/teams", v.actor.May(access.SeeTeams, access.Other)},
		},
		{{"nav.desk", "/desk", v.actor.May(access.SeeContentDesk, access.Other)}},
		{
			{"nav.inspection", "/inspections", v.actor.May(access.KeepPlans, access.Other)},
			{"nav.findings", "/inspections/findings", v.actor.May(access.KeepPlans, access.Other)},
			{"nav.violations", "/violations", v.actor.May(access.ExamineReports, access.Other)},
			{"nav.bounties", "/violations/rewards", v.actor.May(access.RewardReport, access.Other)},
			{"nav.audit", "/audit", v.actor.May(access.ReadTrail, access.Other)},
		},
		{{"nav.search", "/search", true}},
	} {
		var inside []layout.NavItem
		here, longest := -1, 0
		for _, p := range group {
			if !p.may {
				continue
			}
			if within(c.Path(), p.url) && len(p.url) > longest {
				here, longest = len(inside), len(p.url)
			}
			inside = append(inside, layout.NavItem{Text: v.voice.T(p.key), URL: p.url})
		}
		if here >= 0 {
			inside[here].Current = true
		}
		if len(inside) > 0 {
			out = append(out, layout.NavItem{Text: inside[0].Text, URL: inside[0].URL, Current: here >= 0, Inside: inside})
		}
	}
	return out
}

// within says whether an address lies at or below that of a place; one's own of something is the place of all of it.
func within(path, url string) bool {
	url = strings.TrimSuffix(url, "/mine")
	return path == url || strings.HasPrefix(path, url+"/")
}

// figureHome is where figures are looked at: those of the people below, or one's own.
func figureHome(v visit) string {
	if v.actor.May(access.SeeFigures, access.Below) {
		return "/figures"
	}
	return "/figures/mine"
}

// firstFlight is what a server sends before it waits for the first acknowledgement (RFC 6928: ten segments).
// A page that fits, as most do, arrives no sooner compressed.
const firstFlight = 14_600

// draw sends a page, whole or not at all, and compressed where that makes it arrive sooner.
func (s *Site) draw(c *fiber.Ctx, page templ.Component) error {
	res := c.Response()
	if err := page.Render(c.UserContext(), res.BodyWriter()); err != nil {
		res.ResetBody()
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Vary(fiber.HeaderAcceptEncoding)
	if len(res.Body()) > firstFlight && c.Request().Header.HasAcceptEncoding("gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		res.SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, res.Body(), fasthttp.CompressBestSpeed))
	}
	return nil
}

// drawError shows an error; what is missing says so alike whether it is not there or may not be seen.
func (s *Site) drawError(c *fiber.Ctx, v visit, err error, reference string) error {
	missing := fault.KindOf(err) == fault.Missing
	heading := v.voice.T("error.heading")
	if missing {
		heading = v.voice.T("error.missing_heading")
	}
	frame := s.frame(c, v, heading)
	if missing { // nobody is anywhere, or the menu would tell what may not be seen from what is not there
		for i := range frame.Nav {
			frame.Nav[i].Current = false
			for k := range frame.Nav[i].Inside {
				frame.Nav[i].Inside[k].Current = false
			}
		}
	}
	p := door.Error{Frame: frame, Heading: heading, Text: s.sentence(v, err), Reference: reference, Missing: missing}
	return s.draw(c, door.ErrorPage(p))
}

// daysUntil counts the days from today to a date YYYY-MM-DD; ok is false where there is no date.
func (s *Site) daysUntil(due string) (days int, ok bool) {
	day, err := time.Parse(time.DateOnly, due)
	if err != nil {
		return 0, false
	}
	today, err := time.Parse(time.DateOnly, s.Clock.Date(s.Zone))
	return int(day.Sub(today).Hours() / 24), err == nil
}
