package audit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

// Entry is one line of the trail as an inspector reads it.
type Entry struct {
	Seq     int64
	At      int64 // milliseconds since 1970 UTC
	Act     string
	Actor   string // person id, "" for the system
	Subject string // person id, or ""
	Facts   json.RawMessage
	Private json.RawMessage
}

// Newest gives a page of the trail, the latest first, and how long the trail is.
func (t *Trail) Newest(ctx context.Context, q db.Q, actor access.Actor, offset, limit int) ([]Entry, int64, error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return nil, 0, err
	}
	h, err := readHead(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	rows, err := newest(ctx, q, offset, limit)
	if err != nil {
		return nil, 0, err
	}
	out := make([]Entry, len(rows))
	for i, e := range rows {
		var l struct {
			Facts json.RawMessage `json:"facts"`
		}
		if err := json.Unmarshal([]byte(e.Leaf), &l); err != nil {
			return nil, 0, fmt.Errorf("audit: entry %d: %w", e.Seq, err)
		}
		out[i] = Entry{e.Seq, e.At, e.Act, e.ActorID, e.SubjectID, l.Facts, json.RawMessage(e.Private)}
	}
	return out, h.Size, nil
}

// Report is what Verify found.
type Report struct {
	Size        int64    `json:"size"`
	Root        string   `json:"root"`        // base64, as in a checkpoint
	Checkpoints int      `json:"checkpoints"` // how many signed checkpoints agree
	Erased      int      `json:"erased"`      // commitments whose salt was deleted
	Faults      []string `json:"faults"`      // empty when the trail is whole
}

// Whole says whether nothing is wrong with the trail.
func (r Report) Whole() bool { return len(r.Faults) == 0 }

// Verify recomputes the tree from its leaves, holds every entry against its leaf, the head against the tree
// and every signed checkpoint against the tree as it was at that size.
func (t *Trail) Verify(ctx context.Context, q db.Q, actor access.Actor, checkpoints []Checkpoint) (r Report, err error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return r, err
	}
	h, err := readHead(ctx, q)
	if err != nil {
		return r, err
	}
	salts, err := allSalts(ctx, q)
	if err != nil {
		return r, err
	}
	v := verifier{report: &r, salts: salts, bySize: bySize(checkpoints)}
	v.meetCheckpoint()
	for v.report.Size < h.Size {
		page, err := entriesFrom(ctx, q, v.report.Size, 1000)
		if err != nil {
			return r, err
		}
		if len(page) == 0 {
			v.fault("the head counts %d entries and the last one found is number %d", h.Size, v.report.Size-1)
			break
		}
		for _, e := range page {
			if v.report.Size < h.Size { // what was appended meanwhile is the next run's
				v.take(e)
			}
		}
	}
	v.finish(h)
	return r, nil
}

type verifier struct {
	report *Report
	salts  map[string]string
	bySize map[int64][]tlog.Hash
	edge   []tlog.Hash
}

func (v *verifier) fault(format string, args ...any) {
	if len(v.report.Faults) < 50 { // enough to know; a broken trail can have a fault in every line
		v.report.Faults = append(v.report.Faults, fmt.Sprintf(format, args...))
	}
}

func (v *verifier) take(e entry) {
	if e.Seq != v.report.Size {
		v.fault("entry %d is missing", v.report.Size)
	}
	var l leaf
	if err := json.Unmarshal([]byte(e.Leaf), &l); err != nil {
		v.fault("entry %d: the leaf cannot be read: %v", e.Seq, err)
	}
	if l.Seq != e.Seq || l.At != e.At || l.Act != e.Act {
		v.fault("entry %d: number, time or act differ from the leaf", e.Seq)
	}
	v.committed(e.Seq, "actor", e.ActorID, e.ActorID, l.Actor)
	v.committed(e.Seq, "person concerned", e.SubjectID, e.SubjectID, l.Subject)
	v.committed(e.Seq, "private facts", e.SubjectID, e.Private, l.Private)
	v.edge = grow(v.edge, v.report.Size, tlog.RecordHash([]byte(e.Leaf)))
	v.report.Size++
	v.meetCheckpoint()
}

// committed holds what a row says against the commitment in its leaf. Without the salt nothing can be said.
func (v *verifier) committed(seq int64, what, person, text, commitment string) {
	salt, known := v.salts[person]
	switch {
	case person != "" && !known:
		v.report.Erased++
	case commit(salt, text) != commitment:
		v.fault("entry %d: %s differ from the leaf", seq, what)
	}
}

func (v *verifier) meetCheckpoint() {
	for _, h := range v.bySize[v.report.Size] {
		if h == root(v.edge) {
			v.report.Checkpoints++
		} else {
			v.fault("the signed checkpoint at %d entries has another root", v.report.Size)
		}
	}
	delete(v.bySize, v.report.Size)
}

func (v *verifier) finish(h head) {
	if root(v.edge) != root(h.edge) {
		v.fault("the head has another root than the entries")
	}
	for size := range v.bySize {
		v.fault("there is a signed checkpoint at %d entries, and the trail has only %d", size, v.report.Size)
	}
	sum := root(v.edge)
	v.report.Root = base64.StdEncoding.EncodeToString(sum[:])
}

func bySize(checkpoints []Checkpoint) map[int64][]tlog.Hash {
	m := map[int64][]tlog.Hash{}
	for _, c := range checkpoints {
		m[c.N] = append(m[c.N], c.Hash)
	}
	return m
}
