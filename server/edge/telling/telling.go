// Package telling says in a language what the engine's numbers mean: terms, money, dates, news.
package telling

import (
	"strconv"
	"strings"
	"time"

	"tongguan/quizzes/negotiation"
	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/scenario"
	"tongguan/web/words"
)

// Teller speaks of one territory.
type Teller struct {
	Voice     words.Voice
	English   bool
	Territory *pipeline.Territory
}

// Title is a name in the language.
func (t Teller) Title(n pipeline.Title) string {
	if t.English {
		return n.En
	}
	return n.Zh
}

// Yuan writes money, to the whole yuan.
func (t Teller) Yuan(fen pipeline.Money) string {
	if fen < 0 {
		return "−" + t.Yuan(-fen)
	}
	return t.Voice.T("roleplay.yuan", "n", t.Voice.Number((fen+50)/100))
}

// Basis writes basis points as a percentage, without its sign.
func Basis(n int64) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }

// Terms writes an outcome of the negotiation.
func (t Teller) Terms(outcome int64) string {
	v, _ := t.Territory.Terms(negotiation.Outcome(outcome))
	return t.Voice.T("roleplay.terms", "discount", Basis(v[0]), "payment", v[1], "delivery", v[2], "warranty", v[3])
}

// Format writes a number as a place in a script asks for it.
func (t Teller) Format(as string, n int64) string {
	switch as {
	case "money":
		return t.Yuan(n)
	case "percent":
		return Basis(n) + "%"
	case "terms":
		return t.Terms(n)
	case "date":
		return t.Territory.Calendar.When(pipeline.Minute(n)).Format(time.DateOnly)
	}
	return strconv.FormatInt(n, 10)
}

// Leaning says what a person thinks of us, as the key's last part.
func Leaning(n int64) string {
	switch {
	case n < 420:
		return "against"
	case n < 580:
		return "undecided"
	}
	return "for"
}

// IsNews says whether an event is something to be told.
func IsNews(e pipeline.Event) bool { return e.Kind >= pipeline.Reached && e.Kind != pipeline.Moved }

// Event says one piece of news.
func (t Teller) Event(e pipeline.Event) string {
	key, args := "roleplay.news."+e.Kind.String(), []any{}
	switch slot := strconv.Itoa(int(e.Slot)); e.Kind {
	case pipeline.Reached, pipeline.Unreached:
		args = []any{"person", t.Voice.T("roleplay.person." + slot)}
	case pipeline.Persuaded:
		return t.Voice.T("roleplay.news.persuaded."+Leaning(e.Value), "person", t.Voice.T("roleplay.person."+slot))
	case pipeline.Learned:
		args = []any{"need", t.Title(t.Territory.World.Capabilities[e.Slot].Title)}
	case pipeline.Returned:
		found := "clean"
		if e.Value != 0 {
			found = "found"
		}
		key += "_" + slot + "_" + found
	case pipeline.Countered, pipeline.Agreement:
		args = []any{"terms", t.Terms(e.Value)}
	case pipeline.Signature, pipeline.Payment, pipeline.Default, pipeline.Reward:
		args = []any{"amount", t.Yuan(e.Value)}
	case pipeline.Delivery:
		if e.Value > 0 {
			key, args = key+"_late", []any{"days", e.Value/450 + 1}
		}
	case pipeline.BrokeOff, pipeline.Happened, pipeline.LostFor:
		key += "_" + slot
	case pipeline.Breach:
		v := pipeline.Violation(e.Slot)
		args = []any{"what", t.Voice.T("roleplay.violation." + v.String()), "clause", v.Clause(), "fine", t.Yuan(e.Value)}
	}
	return t.Voice.T(key, args...)
}

// News says what happened between two places of a log. What the customer answers to an offer is the customer's to say.
func (t Teller) News(log *pipeline.Log, from, to int) (out []string) {
	for i := from; i < min(to, log.Len()); i++ {
		if e := log.At(i); IsNews(e) && e.Kind != pipeline.Countered {
			out = append(out, t.Event(e))
		}
	}
	return out
}

// Line says one line of a play's transcript; "" where there is nothing to say.
func (t Teller) Line(p *scenario.Play, lang string, l scenario.Line) string {
	switch l.Who {
	case scenario.News:
		return strings.Join(t.News(p.Run.Log, l.From, l.To), " ")
	case scenario.Offers:
		return t.Voice.T("scenario.offer", "terms", t.Terms(l.Value))
	case scenario.Asks:
		return t.Voice.T("scenario.asks_back")
	}
	text := p.Say(lang, l, t.Format)
	if len(l.Values) == 1 && l.Who == scenario.Rep && l.Value == l.Values[0] && l.Said == "" && p.Script.Beats[l.Beat].Kind == scenario.Form {
		text = t.Voice.T("scenario.filled", "label", text, "value", l.Value)
	}
	return text
}
