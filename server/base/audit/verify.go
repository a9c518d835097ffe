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

const maxPage = 1000 // entries read at once

// Newest gives a page of the trail, the latest first, and how long the trail is.
func (t *Trail) Newest(ctx context.Context, q db.Q, actor access.Actor, offset, limit int) ([]Entry, int64, error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return nil, 0, err
	}
	h, err := readHead(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	rows, err := newest(ctx, q, max(0, offset), min(max(1, limit), maxPage))
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
		out[i] = Entry{Seq: e.Seq, At: e.At, Act: e.Act, Actor: e.ActorID, Subject: e.SubjectID, Facts: l.Facts}
		if e.Private != "" { // an empty RawMessage is not JSON, a nil one is
			out[i].Private = json.RawMessage(e.Private)
		}
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
	if err := v.takeAll(ctx, q, h.Size); err != nil {
		return r, err
	}
	n, err := outsiders(ctx, q)
	if n > 0 {
		v.fault("%d entries stand outside those that the head counts", n)
	}
	v.finish(h)
	return r, err
}

type verifier struct {
	report *Report
	salts  map[string]string
	bySize map[int64][]tlog.Hash
	edge   []tlog.Hash
	next   int64 // number of the entry that must come next
}

func (v *verifier) fault(format string, args ...any) {
	if len(v.report.Faults) < 50 { // enough to know; a broken trail can have a fault in every line
		v.report.Faults = append(v.report.Faults, fmt.Sprintf(format, args...))
	}
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
				v.take(e)
			}
		}
		if len(page) == 0 || page[len(page)-1].Seq >= size {
			break
		}
	}
	if v.next < size {
		v.fault("the head counts %d entries and the last one found is number %d", size, v.next-1)
	}
	return nil
}

func (v *verifier) take(e entry) {
	if e.Seq != v.next {
		v.fault("before entry %d, %d are missing", e.Seq, e.Seq-v.next)
	}
	v.next = e.Seq + 1
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
	case person != "" && !known && commitment != "":
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
