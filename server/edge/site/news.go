package site

import (
	"strconv"

	"tongguan/quizzes/negotiation"
	"tongguan/quizzes/pipeline"
)

func pipelineOutcome(n int64) negotiation.Outcome { return negotiation.Outcome(n) }

// news tells what happened since the last act began. What concerns another account than the one that is open names it.
func (x playing) news(open int) (out []string) {
	if x.scene.Turns == 0 {
		return []string{x.voice.T("roleplay.begin")}
	}
	log := x.run.Log
	for i := x.scene.Latest; i < log.Len(); i++ {
		e := log.At(i)
		if e.Kind < pipeline.Reached || e.Kind == pipeline.Moved {
			continue
		}
		text := x.event(e)
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

// event says one piece of news.
func (x playing) event(e pipeline.Event) string {
	key, args := "roleplay.news."+e.Kind.String(), []any{}
	switch slot := strconv.Itoa(int(e.Slot)); e.Kind {
	case pipeline.Reached, pipeline.Unreached:
		args = []any{"person", x.voice.T("roleplay.person." + slot)}
	case pipeline.Persuaded:
		return x.voice.T("roleplay.news.persuaded."+x.leaning(e.Value), "person", x.voice.T("roleplay.person."+slot))
	case pipeline.Learned:
		args = []any{"need", titled(x.visit, x.run.Territory.World.Capabilities[e.Slot].Title)}
	case pipeline.Returned:
		found := "clean"
		if e.Value != 0 {
			found = "found"
		}
		key += "_" + slot + "_" + found
	case pipeline.Countered, pipeline.Agreement:
		args = []any{"terms", x.terms(e.Value)}
	case pipeline.Signature, pipeline.Payment, pipeline.Default, pipeline.Reward:
		args = []any{"amount", yuan(x.visit, e.Value)}
	case pipeline.Delivery:
		if e.Value > 0 {
			key, args = key+"_late", []any{"days", e.Value/450 + 1}
		}
	case pipeline.BrokeOff, pipeline.Happened, pipeline.LostFor:
		key += "_" + slot
	case pipeline.Breach:
		v := pipeline.Violation(e.Slot)
		args = []any{"what", x.voice.T("roleplay.violation." + v.String()), "clause", v.Clause(), "fine", yuan(x.visit, e.Value)}
	}
	return x.voice.T(key, args...)
}
