package audit

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

const (
	maxPage   = 1000 // entries read at once
	maxFaults = 50   // enough to know; a broken trail can have a fault in every line
)

// Verify recomputes the tree from its leaves, holds every entry against its leaf and against its record outside the
// database, the head against the tree, and every signed checkpoint against the tree as it was at that size.
//
// An entry that was changed together with its leaf and everything else in the database is named exactly where the file of
// record hashes covers it; where only checkpoints do, it is bracketed by two of them; what no checkpoint covers yet can be
// rewritten by whoever owns the database, and nobody could know. Without evidence (nil) only what the database itself gives
// away is found.
func (t *Trail) Verify(ctx context.Context, q db.Q, actor access.Actor, e *Evidence) (r Report, err error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return r, err
	}
	if e == nil {
		e = &Evidence{}
	}
	proof, damaged, err := e.open()
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, proof.close()) }()
	h, err := readHead(ctx, q)
	if err != nil {
		return r, err
	}
	salts, err := allSalts(ctx, q)
	if err != nil {
		return r, err
	}
	v := newVerifier(salts, e.Checkpoints, proof)
	v.faults = append(append(v.faults, e.Faults...), damaged...)
	if v.outside, err = outsiders(ctx, q, maxFaults); err != nil {
		return r, err
	}
	if err := v.takeAll(ctx, q, h.Size); err != nil {
		return r, err
	}
	return v.finish(h), nil
}

// verifier goes through the trail once, from the first entry to the last.
type verifier struct {
	report Report
	faults []Fault
	salts  map[string]string
	ids    map[string]string // commitments to the ids of people, computed once
	proof  *leaves
	bySize map[int64][]tlog.Hash
	edge   []tlog.Hash
	next   int64 // number of the entry that must come next
	good   int64 // size of the last checkpoint that agreed
	bad    int64 // and of the first that did not; 0: none
	blind  bool  // an entry is missing of which no record is left: no root can be computed any more
	lost   int64 // number of the last entry of which we do not have what was written; −1: none
	struck struckOut

	outside []int64 // numbers of entries that the head does not count
	doubt   bool    // an entry and its own column differ where nothing outside says which is right
}

func newVerifier(salts map[string]string, points []Checkpoint, proof *leaves) *verifier {
	v := &verifier{salts: salts, ids: map[string]string{}, proof: proof, bySize: map[int64][]tlog.Hash{}, lost: -1, struck: newStruckOut()}
	v.report.Proved = proof.left
	for _, c := range points {
		v.bySize[c.N] = append(v.bySize[c.N], c.Hash)
	}
	v.meetCheckpoint()
	return v
}

func (v *verifier) fault(f Fault) {
	if len(v.faults) < 4*maxFaults {
		v.faults = append(v.faults, f)
	} else {
		v.report.More++
	}
}

// at notes that an entry is bad.
func (v *verifier) at(seq int64, key string, args map[string]any) {
	v.fault(Fault{Where: InEntry, Seq: seq, Key: key, Args: args})
}

// takeAll goes through the entries that the head counts; what is appended meanwhile is the next run's.
func (v *verifier) takeAll(ctx context.Context, q db.Q, size int64) error {
	for v.next < size {
		page, err := entriesFrom(ctx, q, v.next, min(maxPage, size-v.next))
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.Seq < size {
				if err := v.take(e); err != nil {
					return err
				}
			}
		}
		if len(page) == 0 || page[len(page)-1].Seq >= size {
			break
		}
	}
	// What was signed and is not there any more was cut off.
	end := max(size, v.report.Proved)
	for n := range v.bySize {
		end = max(end, n)
	}
	return v.missing(end)
}

// missing notes that the entries from the next one up to n, exclusive, are not there.
func (v *verifier) missing(n int64) error {
	if v.next >= n {
		return nil
	}
	if !slices.ContainsFunc(v.outside, func(seq int64) bool { return seq >= v.next && seq < n }) { // else they are there, and not counted
		f := Fault{Where: InEntry, Seq: v.next, To: n - 1, Key: "missing", Args: map[string]any{"n": n - v.next}}
		if v.proof.left == 0 && v.good < v.next && len(v.bySize) > 0 {
			// Only a checkpoint knows of them: what stands before them may have been rewritten as well.
			f.Key, f.Args["good"] = "cut", v.good
		}
		v.fault(f)
	}
	v.lost = n - 1
	for v.next < n {
		h, ok, err := v.proof.next()
		if err != nil {
			return err
		}
		if !ok {
			v.blind, v.next = true, n
			return nil
		}
		v.add(h)
	}
	return nil
}

// add lets the tree grow by the record hash of an entry as it was.
func (v *verifier) add(h tlog.Hash) {
	if !v.blind {
		v.edge = grow(v.edge, v.next, h)
	}
	v.next++
	v.meetCheckpoint()
}

func (v *verifier) take(e entry) error {
	if err := v.missing(e.Seq); err != nil {
		return err
	}
	v.report.Size++
	was, proved, err := v.proof.next()
	if err != nil {
		return err
	}
	hash := tlog.RecordHash([]byte(e.Leaf))
	own, known := hexHash(e.Hash)
	switch {
	case proved && known && own != was:
		v.at(e.Seq, "hash", nil)
	case !proved && known: // nothing outside speaks for it yet; its own column finds a leaf that was changed alone
		was = own
	case !proved:
		was = hash
	}
	if hash != was {
		v.at(e.Seq, "leaf", nil)
		v.lost, v.doubt = e.Seq, v.doubt || !proved
	}
	v.row(e)
	v.add(was)
	return nil
}

func hexHash(s string) (h tlog.Hash, ok bool) {
	b, err := hex.DecodeString(s)
	return h, err == nil && copy(h[:], b) == len(h) && len(b) == len(h)
}

// read is a leaf as it is read back.
type read struct {
	Seq     int64           `json:"seq"`
	At      int64           `json:"at"`
	Act     string          `json:"act"`
	Actor   string          `json:"actor"`
	Subject string          `json:"subject"`
	Facts   json.RawMessage `json:"facts"`
	Private string          `json:"private"`
}

// row holds what an entry says against its leaf.
func (v *verifier) row(e entry) {
	var l read
	if err := json.Unmarshal([]byte(e.Leaf), &l); err != nil {
		v.at(e.Seq, "unreadable", nil)
		v.lost = e.Seq
		return
	}
	if l.Seq != e.Seq {
		v.at(e.Seq, "number", map[string]any{"leaf": l.Seq})
	}
	if l.At != e.At {
		v.at(e.Seq, "at", nil)
	}
	if l.Act != e.Act {
		v.at(e.Seq, "act", nil)
	}
	if l.Act == Erased || e.Act == Erased {
		v.report.Erased += v.struck.allow(l)
	}
	v.person(e.Seq, "actor", e.ActorID, l.Actor)
	v.person(e.Seq, "subject", e.SubjectID, l.Subject)
	v.private(e, l)
}

// person holds the id in a row against the commitment in its leaf.
func (v *verifier) person(seq int64, column, id, commitment string) {
	_, known := v.salts[id]
	switch {
	case id == "" && commitment != "":
		v.report.Erased += v.struck.person(seq, commitment)
	case id != "" && !known && commitment != "":
		v.at(seq, "salt", map[string]any{"person": id})
	case v.commitment(id) != commitment:
		v.at(seq, column, nil)
	}
}

// commitment is the one to a person's id.
func (v *verifier) commitment(id string) string {
	c, ok := v.ids[id]
	if !ok {
		c = commit(v.salts[id], id)
		v.ids[id] = c
	}
	return c
}

// private holds the private facts of a row against the commitment in its leaf.
func (v *verifier) private(e entry, l read) {
	salt, known := v.salts[e.SubjectID]
	switch {
	case e.Private == "" && l.Private != "" && e.SubjectID == "" && l.Subject != "":
		v.report.Erased += v.struck.person(e.Seq, l.Subject)
	case e.Private == "" && l.Private != "":
		v.struck.facts(e.Seq)
	case e.SubjectID != "" && !known: // said of the subject
	case commit(salt, e.Private) != l.Private:
		v.at(e.Seq, "private", nil)
	}
}

func (v *verifier) meetCheckpoint() {
	for _, h := range v.bySize[v.next] {
		switch {
		case v.blind:
		case h == root(v.edge):
			v.report.Checkpoints++
			v.good = max(v.good, v.next)
		default:
			v.fault(Fault{Where: InCheckpoint, Seq: v.next, Key: "checkpoint", Args: map[string]any{"size": v.next}})
			if v.bad == 0 {
				v.bad = v.next
			}
		}
	}
	delete(v.bySize, v.next)
}

// finish holds the head against the tree, and puts the faults in order.
func (v *verifier) finish(h head) Report {
	for _, seq := range v.outside {
		v.faults = append(v.faults, Fault{Where: InEntry, Seq: seq, Key: "outside"})
	}
	if v.bad > 0 { // any entry may be another one
		v.lost = v.next
	}
	v.faults = append(v.faults, v.struck.left(v.lost)...)
	bad := slices.ContainsFunc(v.faults, func(f Fault) bool { return f.located() && f.rank() == 0 })
	if v.bad > 0 && !bad {
		v.fault(Fault{Where: InRange, Seq: v.good, To: v.bad - 1, Key: "between"})
	}
	if !v.blind && !v.doubt && v.next == h.Size && root(v.edge) != root(h.edge) {
		v.fault(v.headFault(h))
	}
	r := v.report
	r.Faults = inOrder(v.faults)
	if len(r.Faults) > maxFaults {
		r.More += len(r.Faults) - maxFaults
		r.Faults = r.Faults[:maxFaults]
	}
	if len(r.Faults) > 0 && r.Faults[0].located() {
		first := r.Faults[0].Seq
		r.First = &first
	}
	if sum := root(v.edge); !v.blind {
		r.Root = base64.StdEncoding.EncodeToString(sum[:])
	}
	return r
}

// headFault says whether the head itself was changed or the entries under one of its hashes: those that a checkpoint
// covers are as they were.
func (v *verifier) headFault(h head) Fault {
	from, size := int64(0), h.Size
	for i, bit := 0, int64(1)<<62; bit > 0; bit >>= 1 {
		if size&bit == 0 {
			continue
		}
		if i >= len(h.edge) || i >= len(v.edge) {
			break
		}
		if h.edge[i] != v.edge[i] {
			from, size = max(from, v.good), from+bit
			if from >= size || v.report.Proved >= size {
				break // the entries are proved: it is the head
			}
			return Fault{Where: InHead, Seq: from, To: size - 1, Key: "head_or"}
		}
		from, i = from+bit, i+1
	}
	return Fault{Where: InHead, Seq: h.Size, Key: "head"}
}
