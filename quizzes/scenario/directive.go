package scenario

import (
	"strconv"
	"strings"

	"tongguan/quizzes/pipeline"
)

// do reads a line that says what happens.
func (r *reader) do(l rawLine, into *doing) {
	value, when := r.when(l.line, l.value)
	switch l.key {
	case "do":
		if when != nil {
			r.wrong(l.line, "scenario.bad.do_if")
		}
		r.acts(l.line, value, into)
	case "effect":
		for _, part := range list(value) {
			r.effect(l.line, part, when, into)
		}
	case "shows":
		for _, id := range list(value) {
			n := r.behaviour(id)
			if n < 0 {
				r.wrong(l.line, "scenario.bad.unknown_behaviour", "id", id)
				continue
			}
			into.shows = append(into.shows, shows{n, when})
		}
	case "breaks":
		r.breaks(l.line, value, when, into)
	default:
		r.wrong(l.line, "scenario.bad.key", "key", l.key)
	}
}

func (r *reader) acts(line int, value string, into *doing) {
	for _, part := range list(value) {
		name, arg, _ := strings.Cut(part, " ")
		kind, ok := pipeline.ActNamed(name)
		act := pipeline.Act{Kind: kind}
		switch {
		case !ok || kind == pipeline.Offer:
			r.wrong(line, "scenario.bad.act", "name", name)
			continue
		case kind == pipeline.Match:
			n, found := r.names["product."+arg]
			if !found {
				r.wrong(line, "scenario.bad.unknown_name", "what", "product."+arg)
			}
			act.Arg = n.value - 1
		case kind == pipeline.Wait && arg != "":
			n, err := strconv.ParseInt(arg, 10, 32)
			if err != nil || n < 0 {
				r.wrong(line, "scenario.bad.act", "name", part)
			}
			act.Arg = n
		case arg != "":
			r.wrong(line, "scenario.bad.act", "name", part)
		}
		into.acts = append(into.acts, act)
	}
}

// effect reads "trust +40", "patience -10", "worry = 3".
func (r *reader) effect(line int, text string, when *expression, into *doing) {
	name, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	e := effect{counter: -1, when: when}
	field, isField := pipeline.FieldNamed(name)
	n := r.names[name]
	switch {
	case isField && (pipeline.CanSway(field) && !strings.HasPrefix(rest, "=") || pipeline.CanPut(field) && strings.HasPrefix(rest, "=")):
		e.field = field
	case !isField && n.op == "name" && n.at.kind == counterVar:
		e.counter = n.at.n
	default:
		r.wrong(line, "scenario.bad.effect", "text", text)
		return
	}
	if after, ok := strings.CutPrefix(rest, "="); ok {
		e.put, rest = true, after
	} else if !strings.HasPrefix(rest, "+") && !strings.HasPrefix(rest, "-") {
		r.wrong(line, "scenario.bad.effect", "text", text)
		return
	}
	if value := r.expr(line, strings.TrimPrefix(rest, "+")); value != nil {
		e.value = *value
		into.effects = append(into.effects, e)
	}
}

// breaks reads "2.4.2 10" or "4.4 red".
func (r *reader) breaks(line int, value string, when *expression, into *doing) {
	parts := strings.Fields(value)
	b := breaks{when: when}
	if len(parts) == 2 {
		b.clause = parts[0]
		if b.red = parts[1] == "red"; !b.red {
			b.points, _ = strconv.Atoi(parts[1])
		}
	}
	if b.clause == "" || !b.red && (b.points < 1 || b.points > 100) {
		r.wrong(line, "scenario.bad.breaks", "text", value)
		return
	}
	into.breaks = append(into.breaks, b)
}
