package site

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/edge/check"
	"tongguan/server/edge/telling"
	"tongguan/web/pages/desk"
	"tongguan/web/pages/find"
	"tongguan/web/pages/policy"
	"tongguan/web/parts"
)

// policyList shows the whole policy.
func (s *Site) policyList(c *fiber.Ctx, v visit) error {
	now, err := s.policy(c)
	if err != nil {
		return err
	}
	p := policy.List{Frame: s.frame(c, v, v.voice.T("policy.title")), Pending: pending(v, now),
		Changes: v.actor.May(access.SeeCertificate, access.Below) || v.actor.May(access.SeeCertificate, access.Other),
		Matrix:  v.actor.May(access.TraceContent, access.Other)}
	cover := s.Matter().Cover()
	for _, ch := range s.Catalog.Current().Chapters {
		chapter := policy.Chapter{ID: ch.ID, Title: ch.Title.In(v.lang)}
		for _, cl := range s.Catalog.Current().Clauses {
			if cl.Chapter == ch.ID {
				chapter.Clauses = append(chapter.Clauses, s.clause(v, cl, cover.Clause(cl.ID)))
			}
		}
		p.Chapters = append(p.Chapters, chapter)
	}
	return s.draw(c, policy.ListPage(p))
}

// clause is one clause, with how much rests on it.
func (s *Site) clause(v visit, cl *catalog.Clause, cover check.Cover) policy.Clause {
	w := s.wording(cl)
	return policy.Clause{ID: cl.ID, Title: w.Title.In(v.lang), Summary: w.Summary.In(v.lang), URL: "/policy/" + cl.ID,
		Depth: strings.Count(cl.ID, "."), Lessons: len(cover.Lessons), Questions: cover.Questions}
}

// queried is what somebody looks for.
func queried(c *fiber.Ctx) string {
	q := []rune(strings.TrimSpace(c.Query("q")))
	return string(q[:min(100, len(q))])
}

// search finds lessons.
func (s *Site) search(c *fiber.Ctx, v visit) error {
	p := find.Page{Frame: s.frame(c, v, v.voice.T("find.title")), Query: queried(c)}
	p.Tries = strings.Fields(v.voice.T("find.tries"))
	for _, h := range s.Catalog.Current().Search(v.lang, p.Query, 30) {
		hit := find.Hit{Title: h.Lesson.Title.In(v.lang), Place: s.moduleTitle(v, h.Lesson.Course+"/"+h.Lesson.Module),
			URL: lessonURL(h.Lesson) + "?q=" + url.QueryEscape(p.Query), Heading: h.Heading}
		if h.Anchor != "" {
			hit.URL += "#" + h.Anchor
		}
		for _, span := range h.Snippet {
			hit.Snippet = append(hit.Snippet, find.Span{Text: span.Text, Match: span.Match})
		}
		p.Hits = append(p.Hits, hit)
	}
	p.Library = s.foundInLibrary(v, p.Query)
	return s.draw(c, find.PageOf(p))
}

// contentDesk shows authors what is wrong with the content and what it covers.
func (s *Site) contentDesk(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.SeeContentDesk, access.Other); err != nil {
		return err
	}
	cat, questions := s.Catalog.Current(), s.Bank.Current()
	p := desk.Page{Frame: s.frame(c, v, v.voice.T("desk.title")), Authoring: s.Authoring}
	var err error
	if p.Head, err = s.deskHead(c, v); err != nil {
		return err
	}
	for _, problem := range check.All(s.Catalog, s.Bank, s.Programmes) {
		p.Problems = append(p.Problems, desk.Problem{File: problem.File, Line: problem.Line, Text: v.voice.T(problem.Key, pairs(problem.Args)...)})
	}
	for _, k := range s.Plays.Scripts() {
		p.Scenes = append(p.Scenes, desk.Scene{Title: k.In(v.lang).Title, URL: "/desk/scenes/" + k.ID, Stage: v.voice.T("stage." + parts.Stages[stageOf(int64(k.Stage))]),
			Level: v.voice.T("scenario.level." + k.Level), Beats: len(k.Beats), Version: k.Hash()[:8], Exam: k.Exam != nil})
	}
	for _, k := range cat.Courses {
		for _, m := range k.Modules {
			row := desk.Set{Title: m.Title.In(v.lang), URL: "/courses/" + k.ID + "#" + m.ID, Lessons: len(m.Lessons), Minutes: m.Minutes}
			if set := questions.Set(m.Key()); set != nil {
				row.Questions, row.Version, row.Statistics = len(set.Questions), set.Hash[:8], "/desk/quizzes/"+m.Key()
			}
			p.Modules = append(p.Modules, row)
		}
	}
	cover, standards := s.Matter().Cover(), s.Standards()
	p.Coverage = v.voice.T("trace.desk.sum", "holes", standards.Holed(cover), "all", len(cover.Clauses))
	return s.draw(c, desk.PageOf(p))
}

// sceneDesk shows authors how hard a scene's exam is.
func (s *Site) sceneDesk(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.SeeContentDesk, access.Other); err != nil {
		return err
	}
	k, ok := s.Plays.Script(c.Params("id"))
	if !ok {
		return fault.New(fault.Missing, "error.missing")
	}
	title := k.In(v.lang).Title
	p := desk.Exam{Frame: s.frame(c, v, v.voice.T("scenario.desk.title", "title", title)), Title: title, HasExam: k.Exam != nil}
	_, notes := k.Lint("scenarios/"+k.ID+"/zh.md", scenario.Known{Clause: func(string) bool { return true }, Act: func(string) bool { return true }})
	for _, n := range notes {
		p.Notes = append(p.Notes, desk.Problem{File: n.File, Line: n.Line, Text: v.voice.T(n.Key, pairs(n.Args)...)})
	}
	if p.HasExam {
		s.hardness(v, k, &p)
	}
	return s.draw(c, desk.ExamPage(p))
}

func (s *Site) hardness(v visit, k roleplay.Script, p *desk.Exam) {
	h := k.Hardness()
	add := func(key, value string, bad bool) {
		p.Facts = append(p.Facts, desk.Fact{Label: v.voice.T("scenario.desk." + key), Value: value, Bad: bad})
	}
	points := telling.PointsOf
	add("seeds", strconv.Itoa(h.Seeds), false)
	add("mean", points(h.Mean), false)
	add("sd", points(h.SD), false)
	add("range", points(h.Least)+" – "+points(h.Most), false)
	add("band", strconv.Itoa(k.Exam.Band[0])+" – "+strconv.Itoa(k.Exam.Band[1]), false)
	add("inside", strconv.Itoa(h.Inside), h.Inside*4 < h.Seeds)
	add("spread", points(h.InsideSpread), false)
	add("expert", strconv.Itoa(h.Experts), h.Experts*10 < h.Seeds*9)
	for _, name := range sortedKeys(h.Cheats) {
		p.Habits = append(p.Habits, desk.Fact{Label: v.voice.T("scenario.desk.habit." + name), Value: strconv.Itoa(h.Cheats[name]), Bad: h.Cheats[name] > 0})
	}
}
