package scenario

import (
	"tongguan/quizzes/negotiation"
	"tongguan/quizzes/pipeline"
)

// take does an option.
func (p *Play) take(o *Option, said string) {
	p.line(Line{Who: Rep, Text: o.Text, Said: said})
	p.took[o.number]++
	p.choices = nil
	p.happen(&o.Doing, o)
	p.tell(o.Replies)
	if p.gone() {
		return
	}
	for _, d := range o.Diverts {
		if p.holds(d.when) {
			p.enter(d.to)
			return
		}
	}
	p.stay()
}

func (p *Play) offer(outcome negotiation.Outcome) {
	p.line(Line{Who: Offers, Text: -1, Value: int64(outcome)})
	p.memory[sysLast] = int64(outcome)
	from := p.length()
	talked := p.Run.State.News
	if err := p.Run.Do(pipeline.Act{Kind: pipeline.Offer, Arg: int64(outcome)}); err != nil {
		return // it was possible when the move was checked
	}
	for i, kind := range []pipeline.Kind{pipeline.Countered, pipeline.Agreement, pipeline.BrokeOff, pipeline.NotReady} {
		if p.Run.State.News[kind-pipeline.Reached] > talked[kind-pipeline.Reached] {
			p.memory[sysReply] = int64(i + 1)
		}
	}
	p.line(Line{Who: News, Text: -1, From: from, To: p.length()})
	if !p.gone() {
		p.onward()
	}
}

func (p *Play) fill(b *Beat, form map[string]int64) {
	p.memory[sysRight] = 0
	for _, f := range b.Fields {
		p.counters[f.at] = form[f.ID]
		p.memory[sysRight] += truth(form[f.ID] == f.Is.node.eval(p.look))
		p.line(Line{Who: Rep, Text: f.Label, Value: form[f.ID], Values: []int64{form[f.ID]}})
	}
	p.onward()
}

// onward follows the diverts of the beat, and stays where none holds.
func (p *Play) onward() {
	for _, d := range p.Script.Beats[p.Beat].Diverts {
		if p.holds(d.when) {
			p.enter(d.to)
			return
		}
	}
	p.stay()
}

// stay says again what a beat has to say to what has just happened.
func (p *Play) stay() {
	b := &p.Script.Beats[p.Beat]
	p.seen[p.Beat]++
	var again []passage
	for _, t := range b.Texts {
		if t.again {
			again = append(again, t)
		}
	}
	p.tell(again)
	if next, on := p.passes(b); on {
		p.enter(next)
	}
}

// maxHops is how many beats may follow each other without the learner doing anything.
const maxHops = 40

// enter goes to a beat, and on through those that ask nothing of the learner.
func (p *Play) enter(beat int) {
	for hops := 0; ; hops++ {
		if beat < 0 || hops > maxHops {
			p.end()
			return
		}
		p.Beat = beat
		p.seen[beat]++
		b := &p.Script.Beats[beat]
		p.happen(&b.Doing, nil)
		p.tell(b.Texts)
		if p.gone() {
			return
		}
		if next, on := p.passes(b); !on {
			return
		} else {
			beat = next
		}
	}
}

// passes says where a beat leads by itself: one that offers nothing, or nothing any more.
func (p *Play) passes(b *Beat) (next int, on bool) {
	if b.Kind == Form || b.Kind == Table && p.CanOffer() || len(p.Open()) > 0 {
		return 0, false
	}
	for _, d := range b.Diverts {
		if p.holds(d.when) {
			return d.to, true
		}
	}
	return -1, true
}

func (p *Play) end() { p.Beat, p.Ended = -1, true }

// gone says whether the customer has left, and goes where the script says then.
func (p *Play) gone() bool {
	if p.Ended || p.Run.Of(0, pipeline.Status) != pipeline.Gone {
		return p.Ended
	}
	if at := p.Script.gone; at >= 0 && p.seen[at] == 0 {
		p.enterGone(at)
	}
	p.end()
	return true
}

// enterGone says what a script says when the customer has left, and nothing else.
func (p *Play) enterGone(beat int) {
	p.Beat = beat
	p.seen[beat]++
	p.happen(&p.Script.Beats[beat].Doing, nil)
	p.tell(p.Script.Beats[beat].Texts)
}

// goneOrOver ends what has ended of itself.
func (p *Play) goneOrOver() {
	if !p.gone() && !p.Ended && p.Run.State.Now >= p.Run.Territory.End() {
		p.end()
	}
}

// happen does what is beside words: acts, then effects, then what is shown and broken.
func (p *Play) happen(d *doing, o *Option) {
	from := p.length()
	for _, act := range d.acts {
		if p.Run.Can(act) == nil {
			_ = p.Run.Do(act) // Can has said so
		}
	}
	if to := p.length(); to > from {
		p.line(Line{Who: News, Text: -1, From: from, To: to})
	}
	for _, e := range d.effects {
		if p.holds(e.when) {
			p.apply(e)
		}
	}
	for _, s := range d.shows {
		if p.holds(s.when) {
			p.Shown[s.behaviour] = append(p.Shown[s.behaviour], p.Turns)
		}
	}
	for _, b := range d.breaks {
		if p.holds(b.when) {
			p.Broken = append(p.Broken, Breach{Turn: p.Turns, Clause: b.clause, Points: b.points, Red: b.red, Option: o})
		}
	}
}

func (p *Play) apply(e effect) {
	v := e.value.node.eval(p.look)
	switch {
	case e.counter >= 0 && e.put:
		p.counters[e.counter] = v
	case e.counter >= 0:
		p.counters[e.counter] = bounded(p.counters[e.counter] + v)
	case e.put:
		p.Run.Put(0, e.field, v)
	default:
		p.Run.Sway(0, e.field, v)
	}
}

// enginePoints is what a violation that the engine finds costs, in points; a kickback fails.
const enginePoints = 10

// engineBreaches takes over the violations that the engine found in this move.
func (p *Play) engineBreaches(from int) {
	if p.Run.Log == nil { // only tried out: which they were is in the account's bits
		p.Broken = append(p.Broken, Breach{Turn: p.Turns, Clause: pipeline.Unreviewed.Clause(), Points: enginePoints, Red: p.Run.Of(0, pipeline.Breaches)&(1<<pipeline.Kickback) != 0})
		return
	}
	for i := from; i < p.Run.Log.Len(); i++ {
		if e := p.Run.Log.At(i); e.Kind == pipeline.Breach {
			v := pipeline.Violation(e.Slot)
			p.Broken = append(p.Broken, Breach{Turn: p.Turns, Clause: v.Clause(), Points: enginePoints, Red: v == pipeline.Kickback, Violation: v})
		}
	}
}

func (p *Play) length() int {
	if p.Run.Log == nil {
		return 0
	}
	return p.Run.Log.Len()
}

// tell shows passages: of neighbours with conditions by the same speaker the first that holds.
func (p *Play) tell(passages []passage) {
	if p.quiet {
		return
	}
	chosen := false
	for i, t := range passages {
		if t.when == nil || i == 0 || passages[i-1].when == nil || passages[i-1].who != t.who {
			chosen = false
		}
		if t.when == nil || !chosen && p.holds(t.when) {
			chosen = t.when != nil
			p.line(Line{Who: t.who, Text: t.text})
		}
	}
}
