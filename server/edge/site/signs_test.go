package site

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/web/layout"
	"tongguan/web/pages/quiz"
	"tongguan/web/words"
)

// drawn is a part of a page as it is sent.
func drawn(t *testing.T, part templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := part.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What an examiner sees beside a review: the signs with what they are worth, changes of the result with their reason, and
// what became of an objection.
func TestBesideAReview(t *testing.T) {
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 15, 7, 0, time.UTC).UnixMilli()
	look := attempt.Look{Signs: &attempt.Signs{Hasty: []attempt.Hasty{{Number: 4, Seconds: 3, Reading: 20}}, Away: []attempt.Span{{From: at, To: at + 200_400}},
		AwayFor: 200_400, Guttman: 37}, Notes: []attempt.Note{{Before: 6000, After: 8000, PassedAfter: true, Reason: "两种说法都成立", At: at}}}
	marked := attempt.Marked{Question: &bank.Question{}, Appeal: &attempt.Appeal{State: attempt.Rejected, Text: "我不同意", Answer: "制度写得明白", Filed: at, Decided: at + 86_400_000}}
	for lang, want := range map[string][]string{
		"zh": {"不影响成绩", "第4题", "3秒内作答", "至少要20秒", "09:15:07", "3分20秒", "37%", "60% → 80%", "改为通过", "两种说法都成立", "异议未采纳", "制度写得明白", "3月3日"},
		"en": {"do not change the score", "Question 4", "09:15:07", "3 min 20 s", "37%", "now a pass", "objection turned down", "3 Mar 2026"},
	} {
		s, v := &Site{Zone: time.UTC, Words: book}, visit{lang: lang, voice: book.In(lang)}
		f := layout.Frame{Voice: v.voice}
		text := drawn(t, quiz.SignsOf(f, s.signs(v, look))) + drawn(t, quiz.RegradedNotes(f, s.regraded(v, look))) + drawn(t, quiz.AppealOf(f, s.appealState(v, marked)))
		for _, sentence := range want {
			if !strings.Contains(text, sentence) {
				t.Errorf("%s: no %q in %s", lang, sentence, text)
			}
		}
		if strings.Contains(text, "⟨") {
			t.Errorf("%s: a sentence is missing: %s", lang, text)
		}
		if got := drawn(t, quiz.SignsOf(f, s.signs(v, attempt.Look{}))) + drawn(t, quiz.AppealOf(f, s.appealState(v, attempt.Marked{}))); got != "" {
			t.Errorf("%s: nothing to say, and says %s", lang, got)
		}
		none := drawn(t, quiz.SignsOf(f, s.signs(v, attempt.Look{Signs: &attempt.Signs{Guttman: -1}})))
		if strings.Contains(none, "%") || strings.Contains(none, "⟨") {
			t.Errorf("%s: no signs: %s", lang, none)
		}
	}
}
