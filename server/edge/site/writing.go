package site

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/manuscript"
	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/edge/check"
	"tongguan/web/pages/writing"
	"tongguan/web/parts"
)

// mountWriting puts the writing desk, versions of lessons and notes on them at their addresses.
func (s *Site) mountWriting(f *fiber.App) {
	f.Get("/desk/write", s.in(s.writingFiles)).Get("/desk/write/:group/:name/:part", s.in(s.writingSheet))
	f.Post("/desk/write/:group/:name/:part/preview", s.in(s.writingPreview)).Post("/desk/write/:group/:name/:part/save", s.in(s.writingSave))
	f.Post("/desk/write/:group/:name/:part/patch", s.in(s.writingTake(manuscript.Patched))).Post("/desk/write/:group/:name/:part/file", s.in(s.writingTake(manuscript.Whole)))
	f.Get("/desk/lessons/:course/:module/:lesson/versions", s.in(s.lessonVersions))
	f.Get("/courses/:course/:module/:lesson/changes", s.in(s.lessonSince))
	f.Get("/courses/:course/:module/:lesson/note", s.in(s.noteForm)).Post("/courses/:course/:module/:lesson/notes", s.in(s.noteSend))
	f.Get("/notes", s.in(s.notesMine)).Post("/notes/:id/withdraw", s.in(s.noteWithdraw)).Post("/notes/:id/seen", s.in(s.noteSeen))
	f.Get("/desk/notes", s.in(s.notesDesk)).Get("/desk/notes/:id", s.in(s.noteDesk))
	f.Post("/desk/notes/:id/answer", s.in(s.noteAnswer)).Post("/desk/notes/:id/close", s.in(s.noteClose))
}

// writingFiles lists what authors may write.
func (s *Site) writingFiles(c *fiber.Ctx, v visit) error {
	files, err := s.Manuscripts.List(v.actor)
	if err != nil {
		return err
	}
	s.inCatalogOrder(files)
	p := writing.Files{Frame: s.frame(c, v, v.voice.T("writing.title")), Writes: s.Manuscripts.Writes()}
	group, name := "", ""
	for _, f := range files {
		if f.Group != group {
			p.Groups = append(p.Groups, writing.Group{Title: s.groupTitle(v, f.Group)})
			group, name = f.Group, ""
		}
		g := &p.Groups[len(p.Groups)-1]
		if f.Name != name {
			name = f.Name
			g.Rows = append(g.Rows, writing.Row{Title: s.fileTitle(v, f), Lessons: s.versionLinks(v, f)})
		}
		row := &g.Rows[len(g.Rows)-1]
		row.Parts = append(row.Parts, parts.Link{Text: v.voice.T("writing.part_" + f.Part), URL: "/desk/write/" + f.Address()})
	}
	for i := range p.Groups {
		for k := range p.Groups[i].Rows {
			inReadingOrder(p.Groups[i].Rows[k].Parts)
		}
	}
	return s.draw(c, writing.FilesPage(p))
}

// inCatalogOrder puts courses as the catalogue has them, and the rest behind.
func (s *Site) inCatalogOrder(files []manuscript.File) {
	courses := s.Catalog.Current().Courses
	order := func(f manuscript.File) int {
		at := slices.IndexFunc(courses, func(k *catalog.Course) bool { return k.ID == f.Group })
		if at < 0 {
			return len(courses)
		}
		return at
	}
	slices.SortStableFunc(files, func(a, b manuscript.File) int { return order(a) - order(b) })
}

// inReadingOrder puts Chinese first, then English, then the questions.
func inReadingOrder(links []parts.Link) {
	order := func(l parts.Link) int {
		return slices.Index([]string{"zh", "en", "questions", "text"}, l.URL[strings.LastIndexByte(l.URL, '/')+1:])
	}
	slices.SortFunc(links, func(a, b parts.Link) int { return order(a) - order(b) })
}

func (s *Site) groupTitle(v visit, group string) string {
	if k := s.Catalog.Current().Course(group); k != nil {
		return k.Title.In(v.lang)
	}
	if group == manuscript.Programmes || group == manuscript.Scenarios {
		return v.voice.T("writing.group_" + group)
	}
	return group
}

func (s *Site) fileTitle(v visit, f manuscript.File) string {
	switch f.Group {
	case manuscript.Programmes:
		if p := s.Programmes.Current().Get(f.Name); p != nil {
			return p.Title.In(v.lang)
		}
	case manuscript.Scenarios:
		if k, ok := s.Plays.Script(f.Name); ok {
			return k.In(v.lang).Title
		}
	default:
		if m := s.Catalog.Current().Module(f.Group + "/" + f.Name); m != nil {
			return m.Title.In(v.lang)
		}
	}
	return f.Name
}

func (s *Site) versionLinks(v visit, f manuscript.File) (out []parts.Link) {
	if m := s.Catalog.Current().Module(f.Group + "/" + f.Name); m != nil {
		for _, l := range m.Lessons {
			out = append(out, parts.Link{Text: l.Title.In(v.lang), URL: versionsURL(l.Key())})
		}
	}
	return out
}

// requestAgain is the id of a form that is shown again: the same, as long as nothing was done by it.
func (s *Site) requestAgain(c *fiber.Ctx, cause error) string {
	e, request := fault.Of(cause), c.FormValue("request")
	if request == "" || len(request) > 64 || e != nil && e.Key == "error.form_stale" {
		return s.Clock.ID()
	}
	return request
}

func addressOf(c *fiber.Ctx) string {
	return c.Params("group") + "/" + c.Params("name") + "/" + c.Params("part")
}

// writingSheet shows a file beside how it looks.
func (s *Site) writingSheet(c *fiber.Ctx, v visit) error {
	l, err := s.Manuscripts.Load(v.actor, addressOf(c))
	if err != nil {
		return err
	}
	return s.drawWriting(c, v, l, l.Source, nil)
}

// drawWriting shows what was typed over a file as it lies there; cause is why it was not saved.
func (s *Site) drawWriting(c *fiber.Ctx, v visit, l manuscript.Loaded, source string, cause error) error {
	p := writing.Sheet{Frame: s.frame(c, v, s.fileTitle(v, l.File)), Path: l.Path, Source: source, Lines: 32, Loaded: l.Hash, Writes: s.Manuscripts.Writes(),
		Base: "/desk/write/" + l.Address(), Lang: htmlLang(l.Part)}
	p.Request = s.requestAgain(c, cause)
	p.Heading, p.Frame.Scripts = p.Title+" · "+v.voice.T("writing.part_"+l.Part), append(p.Scripts, s.Assets.URL("writing.js"))
	if cause != nil {
		p.Problem, p.Conflicted = s.sentence(v, cause), fault.KindOf(cause) == fault.Conflict
		setStatus(c, cause)
	}
	if p.Conflicted {
		p.Conflict = hunksOf(v, manuscript.Diff(l.Source, strings.ReplaceAll(source, "\r\n", "\n")))
	}
	if err := s.besides(c, v, l, &p); err != nil {
		return err
	}
	var err error
	if p.Preview, err = s.preview(c, v, l.Address(), source); err != nil && !again(err) {
		return err
	}
	if err != nil && cause == nil { // it is no text at all: there is nothing to look at
		p.Problem = s.sentence(v, err)
		setStatus(c, err)
	}
	return s.draw(c, writing.SheetPage(p))
}

// besides finds the other files of the module, and the other language's text where it is asked for.
func (s *Site) besides(c *fiber.Ctx, v visit, l manuscript.Loaded, p *writing.Sheet) error {
	all, err := s.Manuscripts.List(v.actor)
	if err != nil {
		return err
	}
	shown := c.Query("beside") != ""
	for _, f := range all {
		if f.Group != l.Group || f.Name != l.Name {
			continue
		}
		p.Parts = append(p.Parts, parts.Link{Text: v.voice.T("writing.part_" + f.Part), URL: "/desk/write/" + f.Address()})
		if f.Path != catalog.Pair(l.Path) {
			continue
		}
		if p.OtherURL, p.Beside = p.Base+"?beside=1", v.voice.T("writing.beside"); shown {
			p.OtherURL, p.Beside = p.Base, v.voice.T("writing.alone")
			other, err := s.Manuscripts.Load(v.actor, f.Address())
			if err != nil {
				return err
			}
			p.Other = &writing.Other{Label: v.voice.T("writing.other_" + f.Part), Lang: htmlLang(f.Part), Source: other.Source, Lines: p.Lines}
		}
	}
	inReadingOrder(p.Parts)
	return nil
}

func htmlLang(part string) string {
	return map[string]string{"zh": "zh-CN", "en": "en", "questions": "zh-CN", "text": "zh-CN"}[part]
}

func hunksOf(v visit, all []manuscript.Hunk) (out []writing.Hunk) {
	for _, h := range all {
		one := writing.Hunk{At: v.voice.T("writing.hunk", "n", h.Before)}
		for _, l := range h.Lines {
			one.Lines = append(one.Lines, writing.HunkLine{Kind: map[byte]string{'-': "gone", '+': "added"}[l.Mark], Text: strings.TrimSuffix(l.Text, "\n")})
		}
		out = append(out, one)
	}
	return out
}

// writingPreview shows how a text would look. Asked by script it is the preview alone. Nothing is kept.
func (s *Site) writingPreview(c *fiber.Ctx, v visit) error {
	l, err := s.Manuscripts.Load(v.actor, addressOf(c))
	if err != nil {
		return err
	}
	if c.Get("X-Fragment") == "" {
		l.Hash = c.FormValue("loaded")
		return s.drawWriting(c, v, l, c.FormValue("source"), nil)
	}
	p, err := s.preview(c, v, l.Address(), c.FormValue("source"))
	if err != nil {
		return err
	}
	return s.draw(c, writing.PreviewOf(p))
}

// writingSave writes a file, or shows again what was typed and why it was not written.
func (s *Site) writingSave(c *fiber.Ctx, v visit) error {
	source := c.FormValue("source")
	_, err := s.Manuscripts.Save(c.UserContext(), v.actor, manuscript.Save{Address: addressOf(c), Source: source, Loaded: c.FormValue("loaded")}, c.FormValue("request"))
	if err == nil {
		s.flash(c, "good", "writing.saved", "time", s.second(s.Clock.Now()))
		return redirect(c, "/desk/write/"+addressOf(c))
	}
	return s.sheetAgain(c, v, source, err)
}

func (s *Site) sheetAgain(c *fiber.Ctx, v visit, source string, cause error) error {
	if !again(cause) {
		return cause
	}
	l, err := s.Manuscripts.Load(v.actor, addressOf(c))
	if err != nil {
		return err
	}
	if fault.KindOf(cause) != fault.Conflict { // who has seen what another saved may save over it
		l.Hash = c.FormValue("loaded")
	}
	return s.drawWriting(c, v, l, source, cause)
}

// writingTake gives a text as a file to take away.
func (s *Site) writingTake(way manuscript.Way) handler {
	return func(c *fiber.Ctx, v visit) error {
		source := c.FormValue("source")
		t, err := s.Manuscripts.Take(c.UserContext(), v.actor, manuscript.Save{Address: addressOf(c), Source: source, Loaded: c.FormValue("loaded")}, way, c.FormValue("request"))
		if err != nil {
			return s.sheetAgain(c, v, source, err)
		}
		c.Attachment(t.Name)
		c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		return c.SendString(t.Text)
	}
}

// preview reads a text as the readers of the content do.
func (s *Site) preview(c *fiber.Ctx, v visit, address, source string) (writing.Preview, error) {
	begun := s.Clock.Now()
	file, files, err := s.Manuscripts.Try(v.actor, address, source)
	if err != nil {
		return writing.Preview{}, err
	}
	d := check.Try(s.Catalog, s.Bank, file.Path, files)
	p := writing.Preview{Frame: s.frame(c, v, ""), Refused: d.Refused, Lang: htmlLang(file.Part)}
	for _, m := range d.Problems {
		one := writing.Message{Line: m.Line, Text: v.voice.T(m.Key, pairs(m.Args)...)}
		if m.File != file.Path {
			one.Other = m.File[strings.LastIndexByte(m.File, '/')+1:]
		}
		p.Messages = append(p.Messages, one)
	}
	reader := v
	if file.Part == "en" || file.Part == "zh" {
		reader.lang = file.Part // the words around stay the author's
	}
	switch {
	case d.Catalog != nil:
		s.lessonsOf(reader, d.Catalog.Module(file.Group+"/"+file.Name), &p)
	case d.Set != nil:
		for _, q := range slices.Concat(d.Set.Checks, d.Set.Questions) {
			p.Questions = append(p.Questions, s.questionOf(reader, q))
		}
	default:
		p.Plain = true
	}
	p.Took = v.voice.T("writing.took", "time", s.second(s.Clock.Now()), "ms", s.Clock.Now()-begun)
	return p, nil
}

var anchors = regexp.MustCompile(`(<h[1-6]) id="[^"]*"`)

func (s *Site) lessonsOf(v visit, m *catalog.Module, p *writing.Preview) {
	if m == nil {
		return
	}
	for _, l := range m.Lessons {
		if v.lang == "zh" && l.Title.ZH == "" || v.lang == "en" && l.Title.EN == "" {
			continue // it is not in this file, and readers would get the other language
		}
		page := l.Page(v.lang)
		one := writing.Lesson{Title: l.Title.In(v.lang), Facts: v.voice.T("writing.lesson_facts", "minutes", l.Minutes, "reading", page.ReadingMinutes, "runes", page.Runes)}
		for _, b := range page.Blocks {
			if b.Check == "" {
				one.Blocks = append(one.Blocks, writing.Block{HTML: anchors.ReplaceAllString(b.HTML, "$1")}) // a page has every id once
			} else if q := s.Bank.Current().Check(b.Check); q != nil {
				asked := s.questionOf(v, q)
				one.Blocks = append(one.Blocks, writing.Block{Check: &asked})
			}
		}
		p.Lessons = append(p.Lessons, one)
	}
}

func (s *Site) questionOf(v visit, q *bank.Question) writing.Question {
	return writing.Question{ID: q.ID, Facts: fmt.Sprint(q.Type, " · ", q.Level), Asked: s.askedOf(v, q, bank.Item{Question: q.ID, Order: idsOf(q.Options)}, nil)}
}

// second writes a moment of today, "15:04:05".
func (s *Site) second(ms int64) string { return time.UnixMilli(ms).In(s.Zone).Format(time.TimeOnly) }

// writes says whether the visitor writes content.
func (v visit) writes() bool { return v.actor.May(access.WriteContent, access.Other) }
