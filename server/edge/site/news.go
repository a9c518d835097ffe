package site

import (
	"tongguan/quizzes/negotiation"
	"tongguan/server/edge/telling"
)

// teller says what the engine's numbers mean, in the visitor's language.
func (x playing) teller() telling.Teller {
	return telling.Teller{Voice: x.voice, English: x.lang == "en", Territory: x.run.Territory}
}

func pipelineOutcome(n int64) negotiation.Outcome { return negotiation.Outcome(n) }

// news tells what happened since the last act began. What concerns another account than the one that is open names it.
func (x playing) news(open int) (out []string) {
	if x.scene.Turns == 0 {
		return []string{x.voice.T("roleplay.begin")}
	}
	log := x.run.Log
	for i := x.scene.Latest; i < log.Len(); i++ {
		e := log.At(i)
		if !telling.IsNews(e) {
			continue
		}
		text := x.teller().Event(e)
		if int(e.Entity) != open {
			text = x.voice.T("roleplay.elsewhere_news", "account", x.name(int(e.Entity)), "news", text)
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		out = append(out, x.voice.T("roleplay.quiet"))
	}
	return out
}
