package scenario

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/quizzes/negotiation"
	"tongguan/quizzes/pipeline"
)

// MaxTurns is how many moves a play may have.
const MaxTurns = 120

// MaxSay is how much a learner may type at a time, in characters, and maxTyped in a whole play, in bytes: a play that is
// kept stays below 64 KB.
const (
	MaxSay   = 2_000
	maxTyped = 40_000
	maxVoice = 4_000 // of a model's words, in bytes
)

// Move is what a learner does: one of Pick, Offer, Form and Say, at the beat at which it was decided.
type Move struct {
	Beat  string           `json:"beat"`
	Pick  string           `json:"pick,omitempty"`
	Offer []int            `json:"offer,omitempty"` // the position of each term
	Form  map[string]int64 `json:"form,omitempty"`
	Say   string           `json:"say,omitempty"`
	Heard *Heard           `json:"heard,omitempty"` // what Say was understood as: no replay needs the classifier
	Voice string           `json:"voice,omitempty"` // how the customer's answer was put by a language model, where one is on
}

// Heard is what was understood of a typed sentence.
type Heard struct {
	Act        string   `json:"act,omitempty"`
	Pick       string   `json:"pick,omitempty"` // the option that it is, "" where the customer asks back
	Confidence int64    `json:"confidence"`     // thousandths
	Choices    []string `json:"choices,omitempty"`
	Money      int64    `json:"money,omitempty"`   // fen
	Percent    int64    `json:"percent,omitempty"` // basis points
	Days       int64    `json:"days,omitempty"`
	Number     int64    `json:"number,omitempty"`
}

// MoveError says why a move is not possible. Key names the sentence.
type MoveError struct{ Key string }

func (e *MoveError) Error() string { return "scenario: " + e.Key }

// Line is one line of a transcript.
type Line struct {
	Turn   int // after how many moves it came: 0 is the beginning
	Who    Who
	Beat   int
	Text   int     // a text of the script, −1 none
	Values []int64 // of its places
	Said   string  // what a learner typed, or a model voiced
	Value  int64   // an outcome
	From   int     // events of the log
	To     int
}

// Breach is a rule that was broken.
type Breach struct {
	Turn      int
	Clause    string
	Points    int
	Red       bool
	Option    *Option            // nil where the engine found it
	Violation pipeline.Violation // where the engine found it
}

// Play is a script at work.
type Play struct {
	Script *Script
	Seed   uint64
	Run    *pipeline.Run
	Beat   int // where it is; −1 when it has ended
	Turns  int
	Lines  []Line
	Shown  [][]int // of each behaviour, the turns that showed it
	Broken []Breach
	Ended  bool

	counters []int64
	seen     []int32
	took     []int32
	memory   [systemVars]int64
	typed    int
	choices  []string // what the last sentence may have meant, where it was not understood
	deal     bool
	quiet    bool // keeps no lines
	hash     [32]byte
}

// NewPlay begins a script under the luck of a seed.
func (s *Script) NewPlay(seed uint64) *Play {
	p := &Play{Script: s, Seed: seed, Run: s.Territory.NewRun(seed)}
	p.begin()
	p.hash = sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(s.hash), seed))
	return p
}

// begin sets the stage, draws, and enters the first beat.
func (p *Play) begin() {
	s := p.Script
	p.counters, p.seen, p.took = make([]int64, len(s.counters)), make([]int32, len(s.Beats)), make([]int32, len(s.options))
	p.Shown = make([][]int, len(s.Behaviours))
	for _, d := range s.draws {
		p.counters[d.counter] = d.values[pick(p.Seed, d.name, len(d.values))]
	}
	p.Run.Put(0, pipeline.Unfit, 0)
	for _, e := range s.start {
		p.Run.Put(0, e.field, e.value.node.eval(p.look))
	}
	if len(s.Agreed) > 0 {
		o, _ := s.Territory.Table(0).Outcome(s.Agreed...)
		p.Run.Agree(0, o)
	}
	p.enter(0)
}

// pick draws the place of one of n values, by the seed and the name of what is drawn.
func pick(seed uint64, name string, n int) int {
	sum := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, seed), "draw "+name...))
	return int(binary.LittleEndian.Uint64(sum[:8]) % uint64(n))
}

// Hash proves everything so far, hex: script, seed, moves and what the engine made of them.
func (p *Play) Hash() string { return hex.EncodeToString(p.hash[:]) }

// At is the beat where the play is; ok is false when it has ended.
func (p *Play) At() (*Beat, bool) {
	if p.Ended || p.Beat < 0 {
		return nil, false
	}
	return &p.Script.Beats[p.Beat], true
}

func (p *Play) holds(e *expression) bool { return e == nil || e.node.eval(p.look) != 0 }

// Open gives the options that can be picked now, in an order that the seed decides: no place is the right one.
func (p *Play) Open() (out []*Option) {
	b, ok := p.At()
	if !ok {
		return nil
	}
	for _, o := range b.Options {
		if (o.Again || p.took[o.number] == 0) && p.holds(o.When) && p.able(o) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b *Option) int { return cmp.Compare(p.place(a), p.place(b)) })
	return out
}

// place is where an option stands among its like (the finaliser of SplitMix64).
func (p *Play) place(o *Option) uint64 {
	x := p.Seed + uint64(o.number+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// able says whether the engine would do the first act of an option: what it bars cannot be picked.
func (p *Play) able(o *Option) bool {
	return len(o.Doing.acts) == 0 || p.Run.Can(o.Doing.acts[0]) == nil
}

// CanOffer says whether an offer can be made now.
func (p *Play) CanOffer() bool {
	b, ok := p.At()
	return ok && b.Kind == Table && p.Run.Can(pipeline.Act{Kind: pipeline.Offer}) == nil
}

// Do makes a move. One that is not possible changes nothing; the error is a *MoveError.
func (p *Play) Do(m Move) error {
	b, ok := p.At()
	switch {
	case !ok:
		return &MoveError{"scenario.move.ended"}
	case m.Beat != b.ID:
		return &MoveError{"scenario.move.stale"}
	case p.Turns >= MaxTurns:
		return &MoveError{"scenario.move.ended"}
	}
	do, err := p.check(b, m)
	if err != nil {
		return err
	}
	p.Turns++
	p.memory[sysTurns]++
	before := p.Run.State.News[pipeline.Breach-pipeline.Reached]
	start := p.length()
	do()
	if p.Run.State.News[pipeline.Breach-pipeline.Reached] > before {
		p.engineBreaches(start)
	}
	p.judgeDeal()
	p.goneOrOver()
	p.voice(m.Voice)
	p.seal(m)
	return nil
}

// check finds out what a move does, without doing it.
func (p *Play) check(b *Beat, m Move) (func(), error) {
	switch {
	case m.Pick != "" && m.Offer == nil && m.Form == nil && m.Say == "":
		o, err := p.openOption(m.Pick)
		if b.Kind == Free && !slices.Contains(p.choices, m.Pick) {
			return nil, &MoveError{"scenario.move.not_open"} // in a free talk it must be said
		}
		return func() { p.take(o, "") }, err
	case m.Offer != nil && m.Pick == "" && m.Form == nil && m.Say == "":
		outcome, err := p.outcome(m.Offer)
		return func() { p.offer(outcome) }, err
	case m.Form != nil && m.Pick == "" && m.Offer == nil && m.Say == "":
		if err := checkForm(b, m.Form); err != nil {
			return nil, err
		}
		return func() { p.fill(b, m.Form) }, nil
	case m.Say != "" && m.Heard != nil && m.Pick == "" && m.Offer == nil && m.Form == nil:
		return p.checkSay(b, m)
	}
	return nil, &MoveError{"scenario.move.nothing"}
}

func (p *Play) openOption(id string) (*Option, error) {
	for _, o := range p.Open() {
		if o.ID == id {
			return o, nil
		}
	}
	return nil, &MoveError{"scenario.move.not_open"}
}

func (p *Play) outcome(terms []int) (negotiation.Outcome, error) {
	o, err := p.Script.Territory.Table(0).Outcome(terms...)
	if err != nil || !p.CanOffer() {
		return 0, &MoveError{"scenario.move.no_offer"}
	}
	return o, nil
}

// maxFill is the greatest number that a form takes.
const maxFill = 1_000_000_000_000

func checkForm(b *Beat, form map[string]int64) error {
	if b.Kind != Form || len(form) != len(b.Fields) {
		return &MoveError{"scenario.move.form"}
	}
	for _, f := range b.Fields {
		if v, ok := form[f.ID]; !ok || v < 0 || v > maxFill {
			return &MoveError{"scenario.move.form"}
		}
	}
	return nil
}

func (p *Play) checkSay(b *Beat, m Move) (func(), error) {
	if b.Kind != Free {
		return nil, &MoveError{"scenario.move.not_open"}
	}
	if len([]rune(m.Say)) > MaxSay || len(m.Voice) > maxVoice || !utf8.ValidString(m.Say) || strings.ContainsRune(m.Say, 0) {
		return nil, &MoveError{"scenario.move.too_long"}
	}
	if p.typed+len(m.Say)+len(m.Voice) > maxTyped {
		return nil, &MoveError{"scenario.move.enough"}
	}
	if m.Heard.Pick == "" {
		return func() { p.hear(m); p.askBack(m) }, nil
	}
	o, err := p.openOption(m.Heard.Pick)
	return func() { p.hear(m); p.take(o, m.Say) }, err
}

// Choices are the options that the last sentence may have meant, where it was not understood.
func (p *Play) Choices() []string { return p.choices }

// hear keeps what was understood.
func (p *Play) hear(m Move) {
	h := m.Heard
	p.typed += len(m.Say) + len(m.Voice)
	p.choices = h.Choices
	p.memory[sysMoney], p.memory[sysPercent], p.memory[sysTerm], p.memory[sysNumber] = h.Money, h.Percent, h.Days, h.Number
}

// askBack costs a little of the customer's patience.
func (p *Play) askBack(m Move) {
	p.line(Line{Who: Rep, Text: -1, Said: m.Say})
	p.line(Line{Who: Asks, Text: -1})
	p.memory[sysAsked]++
	p.Run.Sway(0, pipeline.Patience, -20)
}

// line keeps a line of the transcript, with the values of its places as they are now.
func (p *Play) line(l Line) {
	if p.quiet {
		return
	}
	l.Turn, l.Beat = p.Turns, p.Beat
	if l.Text >= 0 && l.Values == nil {
		for _, h := range p.Script.texts[l.Text].holds {
			l.Values = append(l.Values, h.at.eval(p.look))
		}
	}
	p.Lines = append(p.Lines, l)
}

// voice puts a model's words in the place of what the customer said in this move.
func (p *Play) voice(words string) {
	if words == "" || p.quiet {
		return
	}
	spoken := false
	p.Lines = slices.DeleteFunc(p.Lines, func(l Line) bool {
		mine := l.Turn == p.Turns && l.Who == Client
		gone := mine && spoken
		spoken = spoken || mine
		return gone
	})
	for i := range p.Lines {
		if l := &p.Lines[i]; l.Turn == p.Turns && l.Who == Client {
			l.Said = words
		}
	}
}

// seal takes a move and what came of it into the hash.
func (p *Play) seal(m Move) {
	if p.quiet {
		return
	}
	text, _ := json.Marshal(m) // strings and numbers
	h := sha256.New()
	h.Write(p.hash[:])
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(p.Beat+1)))
	log := p.Run.Log.Hash()
	h.Write(log[:])
	for _, c := range p.counters {
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(c)))
	}
	h.Write(text)
	h.Sum(p.hash[:0])
}

// Fork is a copy that keeps no transcript, and goes on under other luck, or under its own where that is none.
func (p *Play) Fork(l pipeline.Luck) *Play {
	out := *p
	out.Run, out.quiet, out.Lines = p.Run.Fork(l), true, nil
	out.counters, out.seen, out.took = slices.Clone(p.counters), slices.Clone(p.seen), slices.Clone(p.took)
	out.Broken = slices.Clone(p.Broken)
	out.Shown = slices.Clone(p.Shown)
	for i := range out.Shown {
		out.Shown[i] = slices.Clip(out.Shown[i])
	}
	return &out
}

// Say writes a line of the transcript that has words.
func (p *Play) Say(lang string, l Line, format Format) string {
	if l.Said != "" || l.Text < 0 {
		return l.Said
	}
	return p.Script.write(lang, l.Text, l.Values, format)
}

// Text writes a text of the script with the values that its places have now.
func (p *Play) Text(lang string, n int, format Format) string {
	if n < 0 {
		return ""
	}
	var values []int64
	for _, h := range p.Script.texts[n].holds {
		values = append(values, h.at.eval(p.look))
	}
	return p.Script.write(lang, n, values, format)
}
