package audit

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"tongguan/server/base/db"
)

// Erased is the act by which a person's data were erased. Its entry is what tells an erasure from tampering: the leaf
// names the commitment to the person, who is not to be found by it any more, and the entries about others that spoke of them.
const Erased = "person.erased"

// Erasure is the wish to take a person out of the trail.
type Erasure struct {
	Person string   // id; a pseudonym from now on
	Actor  string   // id of who does it, "" for the operator
	Reason string   // is kept for ever: it must not name the person
	Names  []string // name, login, e-mail: where the private facts about others mention one, those are struck too
}

// Erase appends the entry that says so and takes the person out of all entries, this one included: ids, private facts and
// salt. q must be a transaction, and this its last deed. The tree stays as it is.
func (t *Trail) Erase(ctx context.Context, q db.Q, e Erasure) error {
	if err := holdHead(ctx, q); err != nil {
		return err
	}
	var seqs []int64
	for _, name := range e.Names {
		found, err := mentioning(ctx, q, e.Person, name)
		if err != nil {
			return err
		}
		for _, one := range found {
			if strings.Contains(one.Private, name) && !slices.Contains(seqs, one.Seq) {
				seqs = append(seqs, one.Seq)
			}
		}
	}
	slices.Sort(seqs)
	facts := map[string]any{"reason": e.Reason}
	if len(seqs) > 0 {
		facts["struck"] = seqs
	}
	if err := t.Append(ctx, q, Event{Act: Erased, Actor: e.Actor, Subject: e.Person, Facts: facts}); err != nil {
		return err
	}
	for _, seq := range seqs {
		if err := strikePrivate(ctx, q, seq); err != nil {
			return err
		}
	}
	return strike(ctx, q, e.Person)
}

// struckOut is what the rows do not say any more though their leaves are committed to it, until an erasure explains it.
type struckOut struct {
	people  map[string]*gap // by commitment
	private map[int64]bool  // numbers of entries
	erased  map[string]bool // commitments to people who were erased further up
}

// gap is where somebody is struck out.
type gap struct {
	first, last int64
	times       int
}

func newStruckOut() struckOut {
	return struckOut{people: map[string]*gap{}, private: map[int64]bool{}, erased: map[string]bool{}}
}

// person notes that somebody is struck out of an entry. It gives 1 where the entry is the erasure itself, whose subject
// it is, and else 0: it is counted when the erasure comes.
func (s struckOut) person(seq int64, commitment string) int {
	g := s.people[commitment]
	if g == nil {
		if s.erased[commitment] { // of nothing later: by then there is another salt
			delete(s.erased, commitment)
			return 1
		}
		g = &gap{first: seq}
		s.people[commitment] = g
	}
	g.last, g.times = seq, g.times+1
	return 0
}

// facts notes that the private facts about somebody else are struck out of an entry.
func (s struckOut) facts(seq int64) { s.private[seq] = true }

// allow takes the entry of an erasure for what it explains, and counts that.
func (s struckOut) allow(l read) (n int) {
	if g := s.people[l.Subject]; g != nil {
		n += g.times
		delete(s.people, l.Subject)
	}
	s.erased[l.Subject] = true
	var facts struct {
		Struck []int64 `json:"struck"`
	}
	if json.Unmarshal(l.Facts, &facts) == nil {
		for _, seq := range facts.Struck {
			if s.private[seq] {
				n++
				delete(s.private, seq)
			}
		}
	}
	return n
}

// left gives what no erasure explains. Where an entry after it is lost, that may have been the erasure: then it only
// follows from the loss.
func (s struckOut) left(lost int64) (out []Fault) {
	note := func(seq, last int64, times int) {
		f := Fault{Where: InEntry, Seq: seq, Key: "struck", Args: map[string]any{"n": times}}
		if last < lost {
			f.Key = "follows"
		}
		out = append(out, f)
	}
	for _, g := range s.people {
		note(g.first, g.last, g.times)
	}
	for seq := range s.private {
		note(seq, seq, 1)
	}
	return out
}
