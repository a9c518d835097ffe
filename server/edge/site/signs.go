package site

import (
	"time"

	"tongguan/quizzes/attempt"
	"tongguan/web/pages/learn"
	"tongguan/web/pages/quiz"
)

// signs writes what an examiner may want to look at; nil for anybody else.
func (s *Site) signs(v visit, look attempt.Look) *quiz.Signs {
	if look.Signs == nil {
		return nil
	}
	out := &quiz.Signs{Pattern: look.Signs.Guttman}
	for _, h := range look.Signs.Hasty {
		out.Hasty = append(out.Hasty, quiz.Hasty{Number: h.Number, Seconds: h.Seconds, Reading: h.Reading})
	}
	for _, span := range look.Signs.Away {
		out.Away = append(out.Away, quiz.Away{From: time.UnixMilli(span.From).In(s.Zone).Format(time.TimeOnly), For: length(v, span.To-span.From)})
	}
	if len(out.Away) > 0 {
		out.AwayFor = length(v, look.Signs.AwayFor)
	}
	return out
}

// length writes milliseconds as minutes and seconds.
func length(v visit, ms int64) string {
	seconds := (ms + 500) / 1000
	if seconds < 60 {
		return v.voice.T("signs.seconds", "s", seconds)
	}
	return v.voice.T("signs.minutes", "m", seconds/60, "s", seconds%60)
}

// regraded writes how corrections have changed the result of an attempt.
func (s *Site) regraded(v visit, look attempt.Look) []quiz.Regraded {
	var out []quiz.Regraded
	for _, n := range look.Notes {
		out = append(out, quiz.Regraded{When: v.voice.Date(n.At, s.Zone), Before: v.voice.Percent(n.Before), After: v.voice.Percent(n.After),
			Passes: n.PassedAfter && !n.Passed, Reason: n.Reason})
	}
	return out
}

// appealState writes what became of the objection to a question; nil where there is none.
func (s *Site) appealState(v visit, m attempt.Marked) *quiz.AppealState {
	if m.Appeal == nil {
		return nil
	}
	at := m.Appeal.Filed
	if m.Appeal.Decided > 0 {
		at = m.Appeal.Decided
	}
	return &quiz.AppealState{State: m.Appeal.State, Text: m.Appeal.Text, Answer: m.Appeal.Answer, When: v.voice.Date(at, s.Zone)}
}

// news writes what has changed for the reader and is not put aside.
func (s *Site) news(v visit, all attempt.News) []learn.News {
	var out []learn.News
	for _, n := range all.Notes {
		one := learn.News{Kind: "regraded", Module: s.moduleTitle(v, n.Module), URL: "/attempts/" + n.Attempt + "/review", Before: v.voice.Percent(n.Before),
			After: v.voice.Percent(n.After), Reason: n.Reason, Aside: "/attempts/" + n.Attempt + "/notes/" + n.Correction + "/aside"}
		if n.PassedAfter && !n.Passed {
			one.Kind = "passed"
		}
		out = append(out, one)
	}
	for _, a := range all.Appeals {
		out = append(out, learn.News{Kind: a.State, Module: s.moduleTitle(v, a.Module), URL: "/attempts/" + a.Attempt + "/review", Reason: a.Answer,
			Aside: "/attempts/" + a.Attempt + "/appeals/" + a.Question + "/aside"})
	}
	return out
}
