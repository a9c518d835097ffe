package attempt

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/door"
	"tongguan/server/base/fault"
)

// Packet is one answer as a page sends it.
type Packet struct {
	Seq       int64 // counts the packets of an attempt from 1; 0 is a form without a counter, which is always the latest
	Question  string
	Chosen    []string // what was answered; nothing takes an answer back
	Certainty int      // 1 to 3, or 0 where it was not asked for
}

// Status is what became of a packet.
type Status string

// What can become of a packet.
const (
	Saved   Status = "saved"   // it is on disk
	Stale   Status = "stale"   // one that is later, or another with this number, is on disk; it stands
	Late    Status = "closed"  // the attempt is closed or its time is up
	Invalid Status = "invalid" // it is no answer to a question of the paper
)

// Outcome is the reply to a packet.
type Outcome struct {
	Status Status
	At     int64    // when what is on disk was saved; 0 where nothing is
	Seq    int64    // of what is on disk
	Chosen []string // what is on disk, where it is not the packet
	Reason error    // why, where it was not saved
}

// Bounds of a request.
const (
	MaxPackets = 50
	maxAnswer  = 8 << 10 // bytes of an answer that is not open
	mostSeq    = 1 << 52 // a page cannot count further exactly
)

// Save keeps answers of the actor's own attempt. Each outcome that says saved is on disk; a packet whose number
// is not above that of what is on disk never replaces it, and the same packet again is acknowledged again. On
// Busy nobody knows, and the caller sends the same again.
func (a *Attempts) Save(ctx context.Context, actor access.Actor, id string, packets []Packet) ([]Outcome, error) {
	return a.save(ctx, actor, "", id, packets)
}

// errUnproven says that a save did not land and nothing shows that its sender is let in.
var errUnproven = errors.New("attempt: nothing shows that the sender is let in")

// SaveBy is Save for somebody whom a node may only remember: the statement that writes looks at the proof of their
// pass, too. Where the pass has one, an error other than Busy says nothing about the sender: they must be
// recognised anew and the same be saved again, which acknowledges again what had landed.
func (a *Attempts) SaveBy(ctx context.Context, pass door.Pass, id string, packets []Packet) ([]Outcome, error) {
	return a.save(ctx, pass.Actor, pass.Proof, id, packets)
}

func (a *Attempts) save(ctx context.Context, actor access.Actor, proof, id string, packets []Packet) ([]Outcome, error) {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return nil, err
	}
	p, err := a.paper(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.person != actor.ID {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	r := &request{proof: proof, person: actor.ID, saves: make([]save, len(packets)), done: make(chan struct{})}
	now, out := a.clock.Now(), make([]Outcome, len(packets))
	for i, packet := range packets {
		r.saves[i] = save{Packet: packet, attempt: id, at: now, request: r}
		if err := a.prepare(p, &r.saves[i]); err != nil {
			r.saves[i].out = Outcome{Status: Invalid, Reason: err}
		} else {
			r.left++
		}
	}
	if r.left == 0 && proof != "" {
		return nil, errUnproven
	}
	if r.left > 0 {
		a.send(ctx, r)
		select {
		case <-r.done:
		case <-ctx.Done(): // they may be written or not
			return nil, fault.Wrap(fault.Busy, ctx.Err(), "error.unacknowledged")
		}
	}
	for i := range r.saves {
		if err := r.saves[i].err; err != nil {
			return nil, err
		}
		out[i] = r.saves[i].out
	}
	return out, nil
}

// Answer keeps an answer to one question that comes without a number; when it returns nil the answer is on
// disk. The same answer sent again is kept again and counts once; a later one replaces an earlier one.
func (a *Attempts) Answer(ctx context.Context, actor access.Actor, id, question string, chosen []string) (saved int64, err error) {
	out, err := a.Save(ctx, actor, id, []Packet{{Question: question, Chosen: chosen}})
	if err != nil {
		return 0, err
	}
	return out[0].At, out[0].Reason
}

// prepare marks an answer and brings it into the form in which it is stored.
func (a *Attempts) prepare(p *paper, s *save) (err error) {
	size := 0
	for _, c := range s.Chosen {
		size += len(c)
		if !utf8.ValidString(c) || strings.IndexByte(c, 0) >= 0 {
			return fault.New(fault.Invalid, "error.illegible")
		}
	}
	if s.Seq < 0 || s.Seq > mostSeq || s.Certainty < 0 || s.Certainty > 3 {
		return fault.New(fault.Invalid, "quiz.answer_form")
	}
	asked, params := p.question(s.Question)
	if asked == nil {
		return fault.New(fault.Invalid, "quiz.not_on_paper")
	}
	if tooLong(asked, s.Chosen, size) {
		return fault.New(fault.Invalid, "quiz.answer_form")
	}
	if s.points, err = mark(asked, params, s.Chosen); err != nil {
		return err
	}
	s.text, err = textOf(s.Chosen)
	return err
}

// tooLong says whether an answer is longer than its question allows: an open one by its characters, any other by its bytes.
func tooLong(asked *bank.Question, chosen []string, size int) bool {
	if asked.Type == grading.Open && len(chosen) == 1 {
		return utf8.RuneCountInString(chosen[0]) > asked.Longest
	}
	return size > maxAnswer
}

// paper is what never changes of an attempt: all that marking an answer needs.
type paper struct {
	person string
	asked  []*bank.Question
	params []bank.Params
}

// question gives a question of the paper with what was drawn for it, or nil.
func (p *paper) question(id string) (*bank.Question, bank.Params) {
	for i, q := range p.asked {
		if q.ID == id {
			return q, p.params[i]
		}
	}
	return nil, nil
}

// paper gives the paper of an attempt, from this node's memory where it was asked for before.
func (a *Attempts) paper(ctx context.Context, id string) (*paper, error) {
	if p := a.papers.get(id); p != nil {
		return p, nil
	}
	r, err := paperByID(ctx, a.db.Read(), id)
	if err != nil {
		return nil, err
	}
	at, err := r.attempt()
	if err != nil {
		return nil, err
	}
	set, err := a.set(ctx, a.db.Read(), r.SetHash)
	if err != nil {
		return nil, err
	}
	p := &paper{person: r.Person}
	for _, item := range at.Paper {
		if q := set.Question(item.Question); q != nil {
			p.asked, p.params = append(p.asked, q), append(p.params, item.Params)
		}
	}
	a.papers.put(id, p)
	return p, nil
}
