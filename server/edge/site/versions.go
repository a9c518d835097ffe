package site

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/passage"
	"tongguan/courses/progress"
	"tongguan/courses/revision"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/writing"
	"tongguan/web/parts"
)

func versionsURL(lesson string) string { return "/desk/lessons/" + lesson + "/versions" }

// lessonVersions lists the versions of a lesson and compares two of them.
func (s *Site) lessonVersions(c *fiber.Ctx, v visit) error {
	key := c.Params("course") + "/" + c.Params("module") + "/" + c.Params("lesson")
	all, err := s.Progress.Editions(c.UserContext(), v.actor, key)
	if err != nil {
		return err
	}
	p := writing.Versions{Heading: key, Module: parts.Link{Text: s.moduleTitle(v, key[:strings.LastIndexByte(key, '/')]), URL: "/courses/" + c.Params("course")},
		Lesson: parts.Link{Text: key, URL: "/courses/" + key}}
	if l := s.Catalog.Current().Lesson(key); l != nil {
		p.Heading, p.Lesson.Text = l.Title.In(v.lang), l.Title.In(v.lang)
	}
	p.Frame = s.frame(c, v, v.voice.T("writing.versions", "title", p.Heading))
	langs := []string{"zh", "en"}
	if v.lang == "en" {
		langs = []string{"en", "zh"}
	}
	from, to := chosen(all, c.Query("from"), c.Query("to"), langs)
	for _, lang := range langs {
		if one := s.editionsIn(v, all, lang, from, to); len(one.Rows) > 0 {
			p.Langs = append(p.Langs, one)
		}
	}
	if from.Hash != "" && from.Hash != to.Hash {
		if p.Compared, err = s.editionsCompared(c, v, key, from, to); err != nil {
			return err
		}
	}
	return s.draw(c, writing.VersionsPage(p))
}

// editionsIn lists the versions in one language, with the two that are chosen there: those compared, else the last step.
func (s *Site) editionsIn(v visit, all []progress.Edition, lang string, from, to progress.Edition) writing.Editions {
	if from.Lang != lang {
		from, to = lastStep(all, lang)
	}
	out := writing.Editions{Lang: lang, Label: v.voice.T("amendment.lang_" + lang), From: from.Hash, To: to.Hash}
	for _, e := range all {
		if e.Lang == lang {
			out.Rows = append(out.Rows, writing.Edition{Hash: e.Hash, Short: e.Hash[:min(8, len(e.Hash))], Seen: v.voice.DateTime(e.FirstSeen, s.Zone), Readers: e.Readers, Current: e.Current})
		}
	}
	return out
}

// chosen gives the two versions that are compared, the older first: those asked for, else the last step in the first language
// that has one.
func chosen(all []progress.Edition, from, to string, langs []string) (a, b progress.Edition) {
	at := func(hash string) int {
		return slices.IndexFunc(all, func(e progress.Edition) bool { return e.Hash == hash })
	}
	if i, k := at(from), at(to); i >= 0 && k >= 0 && all[i].Lang == all[k].Lang {
		if k > i { // the latest stand first
			i, k = k, i
		}
		return all[i], all[k]
	}
	for _, lang := range langs {
		if a, b = lastStep(all, lang); a.Hash != "" {
			return a, b
		}
	}
	return a, b
}

// lastStep gives the version in force, or the latest, and the one before it.
func lastStep(all []progress.Edition, lang string) (a, b progress.Edition) {
	for _, e := range all {
		switch {
		case e.Lang != lang:
		case b.Hash == "":
			b = e
		case a.Hash == "":
			a = e
		}
	}
	if a.Hash == "" {
		return progress.Edition{}, progress.Edition{}
	}
	return a, b
}

func (s *Site) editionsCompared(c *fiber.Ctx, v visit, lesson string, from, to progress.Edition) (*writing.Compared, error) {
	ctx := c.UserContext()
	before, err := s.Progress.Edition(ctx, v.actor, lesson, from.Hash)
	if err != nil {
		return nil, err
	}
	after, err := s.Progress.Edition(ctx, v.actor, lesson, to.Hash)
	if err != nil {
		return nil, err
	}
	out := s.sourcesCompared(before.Lang, before.Source, after.Source)
	out.From, out.To = from.Hash[:min(8, len(from.Hash))], to.Hash[:min(8, len(to.Hash))]
	behind, err := s.Progress.BehindOf(ctx, v.actor, lesson, from.Hash, to.Hash)
	if err != nil {
		return nil, err
	}
	out.Behind, out.Named, out.More = behind.Count, behind.Names, behind.Visible-len(behind.Persons)
	names, err := s.People.Names(ctx, behind.Persons)
	for _, id := range behind.Persons {
		out.Names = append(out.Names, parts.Link{Text: names[id], URL: "/team/" + id})
	}
	return &out, err
}

// sourcesCompared compares two sources of a lesson as they are read.
func (s *Site) sourcesCompared(lang, before, after string) writing.Compared {
	out := writing.Compared{Lang: htmlLang(lang)}
	cat := s.Catalog.Current()
	changes := revision.Compare(readable(cat, lang, before), readable(cat, lang, after))
	out.Count = revision.Count(changes)
	under := ""
	for _, x := range changes {
		if x.Fate == revision.Same {
			continue
		}
		if x.Under != under && x.Kind != passage.Heading {
			out.Changes = append(out.Changes, writing.Change{Fate: "heading", Pieces: []writing.Piece{{Text: x.Under}}})
		}
		under = x.Under
		one := writing.Change{Fate: string(x.Fate), Kind: string(x.Kind)}
		for _, span := range x.Spans {
			one.Pieces = append(one.Pieces, writing.Piece{Kind: string(span.Kind), Text: span.Text})
		}
		out.Changes = append(out.Changes, one)
	}
	return out
}

// readable cuts a source into the pieces that one reads, its title first.
func readable(cat *catalog.Catalog, lang, source string) []passage.Piece {
	title, body, _ := strings.Cut(source, "\n")
	title, _, _ = strings.Cut(strings.TrimLeft(title, "# "), "{")
	out := []passage.Piece{{Kind: passage.Heading, Text: strings.TrimSpace(title)}}
	return append(out, passage.Cut([]string{cat.Note(lang, body)})...)
}

// lessonSince shows somebody what changed since they read a lesson. Where nothing did, it is the lesson.
func (s *Site) lessonSince(c *fiber.Ctx, v visit) error {
	_, m, err := s.module(c)
	if err != nil {
		return err
	}
	l := s.Catalog.Current().Lesson(m.Key() + "/" + c.Params("lesson"))
	if l == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	state, err := s.Progress.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	read, ok := state.Finished[l.Key()]
	if !ok || !stale(l, read.Hash) {
		return redirect(c, lessonURL(l))
	}
	was, err := s.Progress.LearntVersion(c.UserContext(), v.actor, v.actor.ID, read.Hash)
	if err != nil {
		return err
	}
	p := writing.Since{Frame: s.frame(c, v, v.voice.T("writing.since", "title", l.Title.In(v.lang))), Module: parts.Link{Text: m.Title.In(v.lang), URL: "/courses/" + l.Course + "#" + m.ID},
		Lesson: parts.Link{Text: l.Title.In(v.lang), URL: lessonURL(l)}, Read: v.voice.Date(read.At, s.Zone), Finish: lessonURL(l) + "/finish",
		Compared: s.sourcesCompared(was.Lang, was.Source, l.Page(was.Lang).Source)}
	return s.draw(c, writing.SincePage(p))
}

// compares says whether the visitor may see the versions of lessons.
func (v visit) compares() bool { return v.actor.May(access.CompareVersions, access.Other) }
