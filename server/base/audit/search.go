package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
)

// Entry is one line of the trail as an inspector reads it.
type Entry struct {
	Seq     int64
	At      int64 // milliseconds since 1970 UTC
	Act     string
	Actor   string // person id, "" for the system and for whoever was erased
	Subject string // person id, or ""
	Erased  bool   // a person stood here who was erased
	Facts   json.RawMessage
	Private json.RawMessage
}

// Filter says which entries are looked for.
type Filter struct {
	Acts        []string // one of these acts; none for all
	People      []string // done by one of these or about one of them; nil for all, and nobody where it is empty
	From, Until int64    // milliseconds since 1970 UTC, until exclusive; 0 for no bound
	Before      int64    // only entries with a smaller number; 0 for all
	Limit       int      // at most 1000
}

// Search gives the entries that the filter lets through, the latest first. The next page is what stands before the last
// one of this page: no page costs more than another. What is veiled from the actor is struck, see Veiled.
func (t *Trail) Search(ctx context.Context, q db.Q, actor access.Actor, f Filter) ([]Entry, error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return nil, err
	}
	if f.People != nil && len(f.People) == 0 {
		return nil, nil
	}
	if f.Before <= 0 {
		f.Before = math.MaxInt64
	}
	f.Limit = min(max(1, f.Limit), maxPage)
	rows, err := search(ctx, q, f)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(rows))
	for i, e := range rows {
		if out[i], err = e.entry(); err != nil {
			return nil, err
		}
		out[i] = out[i].veil(actor)
	}
	return out, nil
}

// Newest gives a page of the trail, the latest first, and how long the trail is. It counts from the end, where Search goes
// on from an entry.
func (t *Trail) Newest(ctx context.Context, q db.Q, actor access.Actor, offset, limit int) ([]Entry, int64, error) {
	size, err := t.Size(ctx, q, actor)
	if err != nil || size <= int64(offset) {
		return nil, size, err
	}
	out, err := t.Search(ctx, q, actor, Filter{Before: size - int64(max(0, offset)), Limit: limit})
	return out, size, err
}

// Acts gives every act that the trail knows, sorted.
func (t *Trail) Acts(ctx context.Context, q db.Q, actor access.Actor) ([]string, error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return nil, err
	}
	return acts(ctx, q)
}

// Size is how many entries the trail has.
func (t *Trail) Size(ctx context.Context, q db.Q, actor access.Actor) (int64, error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return 0, err
	}
	h, err := readHead(ctx, q)
	return h.Size, err
}

// entry reads a row; one whose leaf cannot be read is a broken one, and shown with what is left.
func (e entry) entry() (Entry, error) {
	out := Entry{Seq: e.Seq, At: e.At, Act: e.Act, Actor: e.ActorID, Subject: e.SubjectID}
	if e.Private != "" { // an empty RawMessage is not JSON, a nil one is
		if !json.Valid([]byte(e.Private)) {
			return out, fmt.Errorf("audit: entry %d: private facts are no JSON", e.Seq)
		}
		out.Private = json.RawMessage(e.Private)
	}
	var l read
	if err := json.Unmarshal([]byte(e.Leaf), &l); err != nil {
		return out, nil //nolint:nilerr // Verify says so; whoever looks into it must see the rest
	}
	out.Facts = l.Facts
	out.Erased = e.ActorID == "" && l.Actor != "" || e.SubjectID == "" && l.Subject != ""
	return out, nil
}
