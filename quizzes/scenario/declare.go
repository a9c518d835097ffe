package scenario

import (
	"slices"
	"strings"
)

// declare makes the names that expressions may use.
func (r *reader) declare() {
	r.names = systemNames()
	constant := func(name string, v int64) { r.names[name] = node{op: "number", value: v} }
	for i, c := range r.Territory.World.Capabilities {
		constant("need."+c.ID, 1<<i)
	}
	for i, p := range r.Territory.World.Products {
		constant("product."+p.ID, int64(i+1))
	}
	for i, who := range []string{"purchasing", "user", "technical", "decision_maker"} {
		constant("person."+who, 1<<i)
	}
	for i, reply := range replies {
		constant(reply, int64(i+1))
	}
	for _, name := range sortedKeys(r.Draws) {
		d := draw{name: name, counter: r.counter(name)}
		for _, v := range r.Draws[name] {
			switch v := v.(type) {
			case int:
				d.values = append(d.values, int64(v))
			case string:
				d.values = append(d.values, r.symbol(v))
			default:
				r.wrong(1, "scenario.bad.draw", "name", name)
			}
		}
		if len(d.values) == 0 {
			r.wrong(1, "scenario.bad.draw", "name", name)
			d.values = []int64{0}
		}
		r.draws = append(r.draws, d)
	}
	for _, b := range r.raw.beats { // counters and marks of all beats, before any expression is read
		r.names["seen."+b.id] = node{op: "name", at: variable{seenVar, len(r.ids)}}
		r.unique(b.id, b.line)
		for _, o := range b.options {
			if b.kind == string(Form) {
				r.counter(o.id)
			}
			for _, s := range o.subs {
				r.declareEffect(s)
			}
		}
		for _, d := range b.doing {
			r.declareEffect(d)
		}
	}
	n := 0
	for _, b := range r.raw.beats {
		for _, o := range b.options {
			r.unique(o.id, o.line)
			if b.kind != string(Form) {
				r.names["took."+o.id] = node{op: "name", at: variable{tookVar, n}}
				n++
			}
		}
	}
}

func (r *reader) unique(id string, line int) {
	if at, twice := r.ids[id]; twice {
		r.wrong(line, "scenario.bad.twice_at", "id", id, "line", at)
	}
	r.ids[id] = line
}

// declareEffect makes a counter of what an effect changes, unless it is a field.
func (r *reader) declareEffect(l rawLine) {
	if l.key != "effect" {
		return
	}
	for _, part := range strings.Split(l.value, ",") {
		if name, _, ok := strings.Cut(strings.TrimSpace(part), " "); ok {
			if _, known := r.names[name]; !known && identifier(name) {
				r.counter(name)
			}
		}
	}
}

func identifier(s string) bool {
	for i, c := range s {
		if (c < 'a' || c > 'z') && c != '_' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// counter gives the number of a counter, which is made if there is none of the name.
func (r *reader) counter(name string) int {
	if n, ok := r.names[name]; ok && n.at.kind == counterVar && n.op == "name" {
		return n.at.n
	}
	r.counters = append(r.counters, name)
	r.names[name] = node{op: "name", at: variable{counterVar, len(r.counters) - 1}}
	return len(r.counters) - 1
}

func (r *reader) symbol(name string) int64 {
	i := slices.Index(r.symbols, name)
	if i < 0 {
		i = len(r.symbols)
		r.symbols = append(r.symbols, name)
		for lang, w := range r.words {
			if lang == First && w.Words[name] == "" {
				r.wrong(1, "scenario.bad.no_word", "name", name)
			}
		}
	}
	n := int64(symbolBase + i)
	r.names[name] = node{op: "number", value: n}
	return n
}
