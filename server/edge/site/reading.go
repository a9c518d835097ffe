package site

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/progress"
	"tongguan/server/base/fault"
	"tongguan/web/layout"
	"tongguan/web/pages/courses"
	"tongguan/web/parts"
)

// Where the copies of lessons for reading without a network are kept.
const (
	shelfURL = "/courses/offline"
	passURL  = shelfURL + "/pass"
)

// mountReading puts what makes reading easier at its addresses. It comes before the courses: the shelf has an address
// that could be a course's.
func (s *Site) mountReading(f *fiber.App) {
	f.Get("/manifest.webmanifest", s.open(s.manifest)).Post("/text-size", s.open(s.chooseText))
	f.Get("/courses/sw.js", s.open(s.worker))
	f.Get(shelfURL, s.in(s.shelf)).Get(shelfURL+"/start", s.in(func(c *fiber.Ctx, _ visit) error { return redirect(c, "/learn") }))
	f.Get(passURL, s.in(s.pass))
	f.Get("/courses/:course/:module/print", s.in(s.printModule)).Get("/courses/:course/:module/offline", s.in(s.takeAlong))
	f.Get("/courses/:course/:module/:lesson/offline", s.in(s.copy)).Post("/courses/:course/:module/:lesson/place", s.in(s.place))
}

// chooseText remembers how large somebody likes lessons to be set.
func (s *Site) chooseText(c *fiber.Ctx, _ visit) error {
	switch t := c.FormValue("size"); t {
	case "small", "medium", "large":
		s.remember(c, textCookie, t)
	default:
		return fault.New(fault.Invalid, "error.request")
	}
	return redirect(c, local(c.FormValue("back"), "/"))
}

// textSize is how large lessons are set here.
func textSize(c *fiber.Ctx) string {
	switch t := c.Cookies(textCookie); t {
	case "small", "large":
		return t
	default:
		return "medium"
	}
}

// theLesson is the lesson of an address, with its course and module.
func (s *Site) theLesson(c *fiber.Ctx) (*catalog.Course, *catalog.Module, *catalog.Lesson, error) {
	course, m, err := s.module(c)
	if err != nil {
		return nil, nil, nil, err
	}
	l := s.Catalog.Current().Lesson(m.Key() + "/" + c.Params("lesson"))
	if l == nil {
		return nil, nil, nil, fault.New(fault.Missing, "error.missing")
	}
	return course, m, l, nil
}

// place notes how far somebody has read. Nothing is shown.
func (s *Site) place(c *fiber.Ctx, v visit) error {
	_, _, l, err := s.theLesson(c)
	if err != nil {
		return err
	}
	part, err := strconv.Atoi(c.FormValue("part"))
	if err != nil {
		return fault.New(fault.Invalid, "reading.place_unknown")
	}
	if err := s.Progress.Mark(v.actor, l.Key(), c.FormValue("anchor"), part); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// placeURL is where to go on in a lesson: at the heading where one was.
func placeURL(l *catalog.Lesson, lang string, places map[string]progress.Place) string {
	if h := places[l.Key()].In(l.Page(lang)); h != nil {
		return lessonURL(l) + "#" + h.ID
	}
	return lessonURL(l)
}

// readerTag names a person on their own device without saying who it is: copies are kept under it, and go when somebody
// else comes.
func (s *Site) readerTag(person string) string {
	m := hmac.New(sha256.New, s.Secret)
	m.Write([]byte("reader\x00" + person))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:12])
}

// withOffline adds the script that keeps copies of lessons, and sends what was finished without a network.
func (s *Site) withOffline(f layout.Frame, v visit) layout.Frame {
	f.Scripts = append(f.Scripts, s.Assets.URL("offline.js"))
	if f.Reader = "-"; v.actor.ID != "" {
		f.Reader = s.readerTag(v.actor.ID)
	}
	return f
}

// copyForm is the version of what a copy looks like: another one is fetched anew.
const copyForm = "1"

// shelfOf names a set of copies of a module: other texts, another look or another language is another name.
func (s *Site) shelfOf(c *fiber.Ctx, lang string, m *catalog.Module) string {
	h := sha256.New()
	fmt.Fprintln(h, copyForm, lang, theme(c), textSize(c), m.Key(), m.Title.In(lang))
	for _, l := range m.Lessons {
		fmt.Fprintln(h, l.Key(), l.Page(lang).Hash)
	}
	for _, name := range copyAssets {
		fmt.Fprintln(h, s.Assets.URL(name))
	}
	return lang + "-" + hex.EncodeToString(h.Sum(nil)[:8])
}

// copyAssets are the files that a copy needs.
var copyAssets = []string{"style.css", "offline.js", "reading.js", "icon.svg"}

// takeAlong says what there is to take of a module: the script fetches it. What is given out is kept on record.
func (s *Site) takeAlong(c *fiber.Ctx, v visit) error {
	_, m, err := s.module(c)
	if err != nil {
		return err
	}
	if err := s.Progress.Copy(v.actor, m, v.lang); err != nil {
		return err
	}
	urls := []string{shelfURL}
	for _, l := range m.Lessons {
		urls = append(urls, lessonURL(l)+"/offline")
	}
	for _, name := range copyAssets {
		urls = append(urls, s.Assets.URL(name))
	}
	return c.JSON(fiber.Map{"shelf": s.shelfOf(c, v.lang, m), "urls": urls})
}

// pass lets a page that holds no token, as a copy is, send what was finished: whose browser it is, and their token.
func (s *Site) pass(c *fiber.Ctx, v visit) error {
	return c.JSON(fiber.Map{"reader": s.readerTag(v.actor.ID), "csrf": s.csrf(v.token)})
}

// bareFrame is what stands around a page that is the same for everybody who may read it: nothing of a person, no token.
func (s *Site) bareFrame(c *fiber.Ctx, v visit, title string) layout.Frame {
	return layout.Frame{Voice: v.voice, Title: title, Theme: theme(c), Text: textSize(c), Style: s.Assets.URL("style.css"), Icon: s.Assets.URL("icon.svg"),
		Scripts: []string{s.Assets.URL("offline.js"), s.Assets.URL("reading.js")}}
}

// copy draws a lesson to be kept on a device and read without a network.
func (s *Site) copy(c *fiber.Ctx, v visit) error {
	course, m, l, err := s.theLesson(c)
	if err != nil {
		return err
	}
	page := l.Page(v.lang)
	p := courses.Copy{Frame: s.bareFrame(c, v, l.Title.In(v.lang)), Handout: s.handout(v, m, l), Place: course.Title.In(v.lang) + " / " + m.Title.In(v.lang),
		Taken: v.voice.DateTime(s.Clock.Now(), s.Zone), URL: lessonURL(l), Hash: page.Hash, Shelf: shelfURL}
	for _, h := range page.TOC {
		p.Contents = append(p.Contents, courses.Heading{ID: h.ID, Text: h.Text, Level: h.Level})
	}
	before, after := s.Catalog.Current().Neighbours(l)
	if before != nil && before.Module == l.Module {
		p.Prev = parts.Link{Text: before.Title.In(v.lang), URL: lessonURL(before)}
	}
	if after != nil && after.Module == l.Module {
		p.Next = parts.Link{Text: after.Title.In(v.lang), URL: lessonURL(after)}
	}
	return s.draw(c, courses.CopyPage(p))
}

// shelf draws the list of what is kept on a device; the script fills it in.
func (s *Site) shelf(c *fiber.Ctx, v visit) error {
	return s.draw(c, courses.ShelfPage(s.bareFrame(c, v, v.voice.T("reading.shelf"))))
}

// numberOf says which lesson of its module this is.
func (s *Site) numberOf(v visit, m *catalog.Module, l *catalog.Lesson) string {
	return v.voice.T("lesson.number", "n", slices.Index(m.Lessons, l)+1, "count", len(m.Lessons))
}

// handout is a lesson as it stands on paper: nothing to fill in, nothing to press.
func (s *Site) handout(v visit, m *catalog.Module, l *catalog.Lesson) courses.Handout {
	page := l.Page(v.lang)
	out := courses.Handout{ID: l.ID, Heading: l.Title.In(v.lang), Number: s.numberOf(v, m, l), Minutes: l.Minutes, Version: page.Hash[:min(8, len(page.Hash))]}
	for _, id := range l.Clauses {
		out.Clauses = append(out.Clauses, s.chip(v, id))
	}
	for _, b := range s.blocks(v, l, page) {
		if b.Check != nil {
			b.Check.CSRF = "" // a handout is nobody's
		}
		out.Blocks = append(out.Blocks, b)
	}
	return out
}

// printModule shows all lessons of a module on one page, to be printed.
func (s *Site) printModule(c *fiber.Ctx, v visit) error {
	course, m, err := s.module(c)
	if err != nil {
		return err
	}
	p := courses.Printed{Frame: s.withReading(s.frame(c, v, m.Title.In(v.lang)), v), Course: parts.Link{Text: course.Title.In(v.lang), URL: "/courses/" + course.ID},
		Heading: m.Title.In(v.lang), Summary: m.Summary.In(v.lang), Minutes: m.Minutes, Date: s.Clock.Date(s.Zone), URL: strings.TrimPrefix(strings.TrimPrefix(s.URL, "https://"), "http://") + "/courses/" + m.Key() + "/print"}
	for _, id := range m.Clauses {
		p.Clauses = append(p.Clauses, s.chip(v, id))
	}
	for _, l := range m.Lessons {
		p.Lessons = append(p.Lessons, s.handout(v, m, l))
	}
	return s.draw(c, courses.PrintPage(p))
}

// worker is the script that answers for the network when there is none.
func (s *Site) worker(c *fiber.Ctx, _ visit) error {
	file, ok := s.Assets.Get(s.Assets.URL("sw.js"))
	if !ok {
		return fault.New(fault.Missing, "error.missing")
	}
	c.Set(fiber.HeaderContentType, file.Type)
	return c.Send(file.Body)
}

// manifest makes the site an application that can be installed, in the language of its address.
func (s *Site) manifest(c *fiber.Ctx, v visit) error {
	lang := v.lang
	if l := c.Query("lang"); l == "zh" || l == "en" {
		lang = l
	}
	voice := s.Words.In(lang)
	icon := func(name, sizes, purpose, kind string) fiber.Map {
		return fiber.Map{"src": s.Assets.URL(name), "sizes": sizes, "purpose": purpose, "type": kind}
	}
	if err := c.JSON(fiber.Map{"id": "/", "name": voice.T("reading.app_name"), "short_name": voice.T("product.name"), "description": voice.T("reading.app_about"),
		"lang": layout.Frame{Voice: voice}.HTMLLang(), "start_url": shelfURL + "/start", "scope": "/", "display": "standalone",
		"background_color": "#fbfaf6", "theme_color": "#0e6657",
		"icons": []fiber.Map{icon("icon.svg", "any", "any", "image/svg+xml"), icon("icon-192.png", "192x192", "any", "image/png"),
			icon("icon-512.png", "512x512", "any", "image/png"), icon("icon-maskable-512.png", "512x512", "maskable", "image/png")}}); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/manifest+json")
	return nil
}

// keeping tells the script what it may keep of a lesson's module, and what to say about it.
func (s *Site) keeping(c *fiber.Ctx, v visit, m *catalog.Module) courses.Keeping {
	return courses.Keeping{Module: "/courses/" + m.Key(), Shelf: s.shelfOf(c, v.lang, m), Until: s.lease()}
}

// resume is the way back to where somebody was in a lesson; none above the first heading.
func resume(page *catalog.Page, x progress.Place) (out courses.Resume) {
	if h := x.In(page); h != nil && (x.Heading > 1 || x.Part > 0) {
		return courses.Resume{Anchor: h.ID, Text: h.Text, Part: x.Part}
	}
	return out
}

// marked puts what was searched for into the lesson's pieces, checks left as they are.
func marked(blocks []courses.Block, query string) (n int) {
	for i, b := range blocks {
		if b.Check == nil {
			found := 0
			blocks[i].HTML, found = catalog.MarkHits(b.HTML, query)
			n += found
		}
	}
	return n
}

// lease is how long copies may be read without having been online as the same person, the length of a sign-in.
func (s *Site) lease() int64 {
	return s.Clock.Now() + s.Lasts.Truncate(time.Millisecond).Milliseconds()
}
