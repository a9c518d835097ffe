package site

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/amendment"
	"tongguan/courses/catalog"
	"tongguan/courses/indicator"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/quizzes/tally"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/edge/check"
	"tongguan/web/pages/policy"
)

// mountTrace puts what rests on the policy at its addresses.
func (s *Site) mountTrace(f *fiber.App) {
	f.Get("/policy", s.in(s.policyList))
	f.Get("/policy/matrix", s.in(s.traceMatrix))
	for _, kind := range []string{"csv", "xlsx"} {
		f.Get("/policy/matrix."+kind, s.in(s.export("policy-matrix", kind, s.traceTable)))
	}
	f.Get("/policy/:clause", s.in(s.policyClause))
}

// policyClause shows one clause with everything that rests on it.
func (s *Site) policyClause(c *fiber.Ctx, v visit) error {
	cat := s.Catalog.Current()
	cl := cat.Clause(c.Params("clause"))
	if cl == nil {
		return fault.New(fault.Missing, "error.missing")
	}
	now, err := s.policy(c)
	if err != nil {
		return err
	}
	here, cover := now.Clause(cl.ID), s.Matter().Cover().Clause(cl.ID)
	p := policy.One{Clause: s.clause(v, cl, cover), Pending: here.Pending && pending(v, now) > 0, Matrix: v.actor.May(access.TraceContent, access.Other)}
	p.Frame = s.frame(c, v, p.ID+" "+p.Clause.Title)
	if here.Change != "" {
		p.Since = v.voice.Date(here.Since, s.Zone)
	}
	if cl.ID == "5.1.3" {
		p.Report = "/report"
	}
	for _, ch := range cat.Chapters {
		if ch.ID == cl.Chapter {
			p.Chapter = ch.Title.In(v.lang)
		}
	}
	p.Prev, p.Next = s.besideClause(v, cl)
	if p.Trace, err = s.trace(c, v, cover, here); err != nil {
		return err
	}
	return s.draw(c, policy.OnePage(p))
}

// besideClause gives the clauses before and after one, nil at the ends.
func (s *Site) besideClause(v visit, cl *catalog.Clause) (prev, next *policy.Clause) {
	all := s.Catalog.Current().Clauses
	i := slices.Index(all, cl)
	name := func(cl *catalog.Clause) *policy.Clause {
		return &policy.Clause{ID: cl.ID, Title: s.wording(cl).Title.In(v.lang), URL: "/policy/" + cl.ID}
	}
	if i > 0 {
		prev = name(all[i-1])
	}
	if i+1 < len(all) {
		next = name(all[i+1])
	}
	return prev, next
}

// trace fills in what rests on a clause.
func (s *Site) trace(c *fiber.Ctx, v visit, cover check.Cover, now amendment.Clause) (out policy.Trace, err error) {
	for _, cl := range s.Catalog.Current().Clauses {
		if strings.HasPrefix(cl.ID, cover.Clause+".") {
			out.Under = append(out.Under, s.chip(v, cl.ID))
		}
	}
	if v.actor.May(access.TraceContent, access.Other) {
		out.Holes = s.holeWords(v, cover)
	}
	if out.Teaching, err = s.traceLessons(c, v, cover); err != nil {
		return out, err
	}
	if out.Asked, err = s.traceQuestions(c, v, cover); err != nil {
		return out, err
	}
	for _, id := range cover.Scenarios {
		if k, ok := s.Plays.Script(id); ok {
			out.Scenes = append(out.Scenes, policy.Scene{Title: k.In(v.lang).Title, URL: "/practice#scene-" + id, Level: v.voice.T("scenario.level." + k.Level)})
		}
	}
	for _, id := range cover.Indicators {
		if i, ok := s.Indicators.Get(id); ok {
			out.Indicators = append(out.Indicators, s.traceIndicator(v, i, cover.Clause))
		}
	}
	if out.Inspected, err = s.traceInspected(c, v, cover); err != nil {
		return out, err
	}
	if out.Certified, err = s.traceCertified(c, v, cover.Clause); err != nil {
		return out, err
	}
	out.Past, err = s.tracePast(c, v, cover.Clause)
	if len(out.Past) == 0 && now.Since > 0 {
		out.First = v.voice.Date(now.Since, s.Zone)
	}
	s.traceJump(v, cover, &out)
	return out, err
}

func (s *Site) traceJump(v visit, c check.Cover, out *policy.Trace) {
	for _, j := range []struct {
		to string
		n  int
	}{{"lessons", len(c.Lessons)}, {"questions", c.Questions}, {"scenarios", len(c.Scenarios)}, {"indicators", len(c.Indicators)}, {"inspection", len(c.Inspection)},
		{"certified", -1}, {"versions", len(out.Past) + 1}} {
		one := policy.Jump{To: j.to, Text: v.voice.T("trace.jump." + j.to)}
		if j.n >= 0 {
			one.Figure = strconv.Itoa(j.n)
		}
		out.Jump = append(out.Jump, one)
	}
}

// holeWords says what a clause lacks.
func (s *Site) holeWords(v visit, c check.Cover) (out []string) {
	standards := s.Standards()
	for _, h := range standards.Holes(c) {
		out = append(out, v.voice.T("trace.hole."+string(h), "need", standards.Asks(c.Clause)))
	}
	return out
}

func (s *Site) traceLessons(c *fiber.Ctx, v visit, cover check.Cover) (out []policy.Lesson, err error) {
	var lessons []*catalog.Lesson
	var hashes []string
	for _, key := range cover.Lessons {
		if l := s.Catalog.Current().Lesson(key); l != nil {
			lessons, hashes = append(lessons, l), append(hashes, l.Page(v.lang).Hash)
		}
	}
	since, err := s.Progress.FirstLearnt(c.UserContext(), hashes)
	for i, l := range lessons {
		one := policy.Lesson{Title: l.Title.In(v.lang), Module: s.moduleTitle(v, l.Course+"/"+l.Module), URL: lessonURL(l), Version: hashes[i][:8]}
		if at := since[hashes[i]]; at > 0 {
			one.Since = v.voice.Date(at, s.Zone)
		}
		out = append(out, one)
	}
	return out, err
}

// traceQuestions counts what is asked and says how hard it is; single questions only to authors and inspectors, by their ids.
func (s *Site) traceQuestions(c *fiber.Ctx, v visit, cover check.Cover) (out policy.Asked, err error) {
	out.Total = cover.Questions
	levels, types := map[string]int{}, map[grading.Type]int{}
	for _, q := range cover.Asked {
		levels[q.Level]++
		types[q.Type]++
	}
	for _, l := range []string{"recall", "apply", "judge"} {
		out.Levels = append(out.Levels, policy.Count{Text: v.voice.T("trace.level." + l), N: levels[l]})
	}
	for _, t := range grading.Types() {
		if types[t] > 0 {
			out.Types = append(out.Types, policy.Count{Text: v.voice.T("trace.type." + string(t)), N: types[t]})
		}
	}
	measures, err := s.Tally.Measures(c.UserContext(), v.actor, s.setsOf(cover.Asked))
	if err != nil {
		return out, err
	}
	out.Difficulty = difficulty(v, measures.Of(questionIDs(cover.Asked)), cover.Questions)
	if v.actor.May(access.TraceContent, access.Other) {
		for _, q := range cover.Asked {
			out.Each = append(out.Each, s.traceQuestion(v, q, measures))
		}
	}
	return out, nil
}

func questionIDs(all []*bank.Question) []string {
	out := make([]string, len(all))
	for i, q := range all {
		out[i] = q.ID
	}
	return out
}

// setsOf gives the sets that have some of the questions.
func (s *Site) setsOf(all []*bank.Question) (out []*bank.Set) {
	for _, set := range s.Bank.Current().Sets() {
		if slices.ContainsFunc(all, func(q *bank.Question) bool { return set.Question(q.ID) != nil }) {
			out = append(out, set)
		}
	}
	return out
}

// difficulty says how hard questions are together, or that nobody can say yet.
func difficulty(v visit, d tally.Difficulty, questions int) string {
	if d.Facility == nil {
		return v.voice.T("trace.page.unmeasured", "answers", d.Answers, "enough", tally.Enough)
	}
	key := "trace.page.measured"
	if d.Discrimination == nil {
		key = "trace.page.measured_facility"
	}
	return v.voice.T(key, "facility", percent(d.Facility), "discrimination", percent(d.Discrimination), "answers", v.voice.Number(int64(d.Answers)),
		"questions", d.Questions, "all", questions)
}

func (s *Site) traceQuestion(v visit, q *bank.Question, measures *tally.Measures) policy.Question {
	out := policy.Question{ID: q.ID, Level: v.voice.T("trace.level." + q.Level), Type: v.voice.T("trace.type." + string(q.Type)), Answers: "0", Facility: "–", Discriminates: "–"}
	for _, set := range s.Bank.Current().Sets() {
		if set.Question(q.ID) == nil {
			continue
		}
		out.Module = s.moduleTitle(v, set.Key())
		if v.actor.May(access.SeeContentDesk, access.Other) {
			out.URL = "/desk/quizzes/" + set.Key() + "?item=" + q.ID + "#" + q.ID
		}
		break
	}
	if m, ok := measures.Question(q.ID); ok {
		out.Answers = v.voice.Number(int64(m.Answers))
		if m.Measured() {
			out.Facility, out.Discriminates = percent(m.Facility), percent(m.Discrimination)
		}
	}
	return out
}

func (s *Site) traceIndicator(v visit, i indicator.Indicator, clause string) policy.Indicator {
	return policy.Indicator{ID: i.ID, Name: i.Name.In(v.lang), Means: i.Means.In(v.lang), Home: s.chip(v, i.Clause), Here: i.Clause == clause}
}

func (s *Site) traceInspected(c *fiber.Ctx, v visit, cover check.Cover) (out []policy.Inspected, err error) {
	all, err := s.Inspections.Asked(c.UserContext(), v.actor)
	for _, x := range all {
		if !slices.Contains(cover.Inspection, x.Plan.ID+"/"+x.Item.ID) {
			continue
		}
		one := policy.Inspected{Ask: x.Item.Ask.In(v.lang), Plan: x.Plan.Title.In(v.lang), Often: v.voice.T("inspection.often." + string(x.Every)),
			Severity: v.voice.T("inspection.severity." + string(x.Item.Severity))}
		if v.actor.May(access.KeepPlans, access.Other) {
			one.URL = "/inspections/plans/" + x.Plan.ID
		}
		out = append(out, one)
	}
	return out, err
}

func (s *Site) tracePast(c *fiber.Ctx, v visit, clause string) (out []policy.Change, err error) {
	all, err := s.Amendments.Past(c.UserContext(), v.actor, clause)
	for _, x := range all {
		one := policy.Change{When: v.voice.Date(x.Published, s.Zone), Offer: v.voice.T("amendment.offer." + string(x.Offer)), Reason: x.Reason, Compared: s.reworded(v, x.Before, x.Now)}
		if x.Seen {
			one.URL = "/policy/changes/" + x.ID
			switch {
			case x.Asked() == 0:
				one.Reached = v.voice.T("trace.page.reached_nobody")
			default:
				one.Reached = v.voice.T("trace.page.reached", "n", x.People, "done", x.Done, "all", x.Asked())
			}
		}
		out = append(out, one)
	}
	return out, err
}
