package site

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/fieldbook"
	"tongguan/courses/prose"
	"tongguan/server/base/fault"
	"tongguan/web/pages/find"
	"tongguan/web/pages/library"
	"tongguan/web/parts"
)

// mountLibrary puts the field library at its addresses.
func (s *Site) mountLibrary(f *fiber.App) {
	f.Get("/library", s.in(s.library)).Get("/library/glossary", s.in(s.glossary))
	f.Get("/library/templates", s.in(s.templates)).Get("/library/templates/:id.md", s.in(s.templateText))
	f.Get("/library/templates/:id", s.in(s.template)).Get("/library/phrases/:stage", s.in(s.phrases))
}

func (s *Site) book() *fieldbook.Book { return s.Catalog.Current().Book }

// library shows the shelves.
func (s *Site) library(c *fiber.Ctx, v visit) error {
	b := s.book()
	p := library.Home{Frame: s.frame(c, v, v.voice.T("library.title")), Terms: len(b.Terms), Stages: s.stages(v, "")}
	for _, t := range b.Templates {
		p.Templates = append(p.Templates, form(v, t))
	}
	return s.draw(c, library.HomePage(p))
}

// stages lists the stages that there are phrases for.
func (s *Site) stages(v visit, current string) []library.Stage {
	var out []library.Stage
	for _, b := range s.book().Phrases {
		one := library.Stage{ID: b.ID, Name: v.voice.T("stage." + b.ID), URL: "/library/phrases/" + b.ID, Current: b.ID == current}
		for _, g := range b.Groups {
			one.Phrases += len(g.Phrases)
		}
		out = append(out, one)
	}
	return out
}

func form(v visit, t *fieldbook.Template) library.Form {
	return library.Form{Title: t.Title.In(v.lang), Summary: t.Summary.In(v.lang), URL: "/library/templates/" + t.ID}
}

// glossary shows the terms, or those that hold what was asked for.
func (s *Site) glossary(c *fiber.Ctx, v visit) error {
	p := library.Glossary{Frame: s.frame(c, v, v.voice.T("library.glossary")), Query: prose.Clip(strings.TrimSpace(c.Query("q")), 100)}
	for _, section := range s.book().Glossary(v.lang, p.Query) {
		letter := library.Letter{Name: section.Letter}
		for _, t := range section.Terms {
			letter.Terms = append(letter.Terms, s.term(v, t))
		}
		p.Count += len(letter.Terms)
		p.Letters = append(p.Letters, letter)
	}
	return s.draw(c, library.GlossaryPage(p))
}

// order is the reader's language, then the other.
func order(v visit) [2]string {
	if v.lang == "en" {
		return [2]string{"en", "zh"}
	}
	return [2]string{"zh", "en"}
}

// said gives a text in the reader's language, then in the other.
func said(v visit, t prose.Text) (out [2]library.Said) {
	for i, lang := range order(v) {
		out[i] = library.Said{Text: t.In(lang), Lang: map[string]string{"zh": "zh-CN", "en": "en"}[lang]}
	}
	return out
}

func (s *Site) term(v visit, t *fieldbook.Term) library.Term {
	out := library.Term{ID: t.ID, Name: said(v, t.Term), Means: said(v, t.Means), Example: said(v, t.Example)}
	for i, lang := range order(v) {
		out.Also[i] = strings.Join(t.Also.In(lang), map[string]string{"zh": "、", "en": ", "}[lang])
	}
	for _, id := range t.Clauses {
		out.Clauses = append(out.Clauses, s.chip(v, id))
	}
	for _, id := range t.See {
		if other := s.book().Term(id); other != nil {
			out.See = append(out.See, parts.Link{Text: other.Term.In(v.lang), URL: "/library/glossary#" + id})
		}
	}
	return out
}

// templates lists the forms by stage; those of no stage come last.
func (s *Site) templates(c *fiber.Ctx, v visit) error {
	p := library.Templates{Frame: s.frame(c, v, v.voice.T("library.templates"))}
	for _, stage := range append(append([]string{}, fieldbook.Stages...), "") {
		g := library.Group{ID: stage, Title: v.voice.T("library.any_stage")}
		if stage != "" {
			g.Title = v.voice.T("stage." + stage)
		}
		for _, t := range s.book().Templates {
			if t.Stage == stage {
				g.Forms = append(g.Forms, form(v, t))
			}
		}
		if len(g.Forms) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return s.draw(c, library.TemplatesPage(p))
}

// template shows one form.
func (s *Site) template(c *fiber.Ctx, v visit) error {
	t := s.book().Template(c.Params("id"))
	if t == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	p := library.Template{Frame: s.frame(c, v, t.Title.In(v.lang)), Heading: t.Title.In(v.lang), Summary: t.Summary.In(v.lang),
		Markdown: "/library/templates/" + t.ID + ".md"}
	if t.Stage != "" {
		p.Stage = v.voice.T("stage." + t.Stage)
	}
	for _, id := range t.Clauses {
		p.Clauses = append(p.Clauses, s.chip(v, id))
	}
	for _, b := range t.Page(v.lang).Blocks {
		p.HTML += b.HTML
	}
	return s.draw(c, library.TemplatePage(p))
}

// templateText sends a form as Markdown, to be filled in with any editor.
func (s *Site) templateText(c *fiber.Ctx, v visit) error {
	t := s.book().Template(c.Params("id"))
	if t == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	text := "# " + t.Title.In(v.lang) + "\n\n" + t.Page(v.lang).Source
	return attachment(c, t.Title.In(v.lang)+".md", "text/markdown; charset=utf-8", []byte(text))
}

// phrases shows what can be said at a stage.
func (s *Site) phrases(c *fiber.Ctx, v visit) error {
	b := s.book().PhrasesOf(c.Params("stage"))
	if b == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	p := library.Phrases{Frame: s.frame(c, v, b.Title.In(v.lang)), Stages: s.stages(v, b.ID), Heading: b.Title.In(v.lang), About: b.About.In(v.lang)}
	for i, g := range b.Groups {
		purpose := library.Purpose{ID: fmt.Sprintf("group-%d", i+1), Title: g.Title.In(v.lang)}
		for _, one := range g.Phrases {
			purpose.Phrases = append(purpose.Phrases, library.Phrase{Said: said(v, prose.Text{ZH: one.ZH, EN: one.EN}), When: one.When.In(v.lang)})
		}
		p.Purposes = append(p.Purposes, purpose)
	}
	return s.draw(c, library.PhrasesPage(p))
}

// foundInLibrary gives what the field library has on a query.
func (s *Site) foundInLibrary(v visit, query string) []find.Hit {
	var out []find.Hit
	for _, f := range s.book().Search(v.lang, query, 12) {
		hit := find.Hit{Title: f.Title, Place: v.voice.T("library.kind." + f.Kind), Snippet: marks(f.Text, query)}
		switch f.Kind {
		case "term":
			hit.URL = "/library/glossary#" + f.To
		case "template":
			hit.URL = "/library/templates/" + f.To
		default:
			hit.Place += " · " + v.voice.T("stage."+f.To)
			hit.URL = fmt.Sprintf("/library/phrases/%s#group-%d", f.To, f.Group)
		}
		out = append(out, hit)
	}
	return out
}

// marks shows where the words of a query stand in a text.
func marks(text, query string) []find.Span {
	words := strings.Fields(strings.ToLower(query))
	var out []find.Span
	put := func(s string, match bool) {
		if n := len(out); n > 0 && out[n-1].Match == match {
			out[n-1].Text += s
		} else {
			out = append(out, find.Span{Text: s, Match: match})
		}
	}
	for text != "" {
		n := 0
		for _, w := range words {
			if len(w) > n && len(w) <= len(text) && strings.EqualFold(text[:len(w)], w) {
				n = len(w)
			}
		}
		if n > 0 {
			put(text[:n], true)
		} else {
			_, n = utf8.DecodeRuneInString(text)
			put(text[:n], false)
		}
		text = text[n:]
	}
	return out
}
