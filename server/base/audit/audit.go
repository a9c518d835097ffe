// Package audit keeps the trail of what changed a score, a role or an assignment, as a Merkle log.
//
// A leaf is appended in the transaction of the act itself, so one is never there without the other. The leaf
// names people only through commitments, HMAC-SHA256 under a salt of their own: deleting the salt erases the
// person from the trail and leaves the tree valid. Hashes are those of RFC 6962 (golang.org/x/mod/sumdb/tlog).
//
// What proves the trail stands outside the database: signed checkpoints, the record hash of every entry they cover, and
// checkpoints that a witness keeps. Each node has its own, see Notary.
package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/clock"
	"tongguan/server/base/db"
)

// Trail appends to the log and proves it. Safe for concurrent use.
type Trail struct {
	clock *clock.Clock
}

// New makes a Trail.
func New(c *clock.Clock) *Trail { return &Trail{clock: c} }

// Event is one act.
type Event struct {
	Act     string // what was done: attempt.closed, role.granted, …
	Actor   string // id of who did it; "" for the system
	Subject string // id of the person concerned, or ""
	Facts   any    // what may be known for ever: ids of things, hashes, scores
	Private any    // facts about the person: committed to, and erasable
}

// leaf is the text that is hashed.
type leaf struct {
	Version int    `json:"v"`
	Seq     int64  `json:"seq"`
	At      int64  `json:"at"`
	Act     string `json:"act"`
	Actor   string `json:"actor,omitempty"`   // commitment to the id
	Subject string `json:"subject,omitempty"` // commitment to the id
	Facts   any    `json:"facts,omitempty"`
	Private string `json:"private,omitempty"` // commitment to the text
}

// Append adds the event to the log. q must be a transaction, and Append its last claim: every writer meets
// at the head of the log, so whoever holds it should be nearly done.
func (t *Trail) Append(ctx context.Context, q db.Q, e Event) error {
	private := ""
	if e.Private != nil {
		text, err := json.Marshal(e.Private)
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		private = string(text)
	}
	h, err := claimHead(ctx, q)
	if err != nil {
		return err
	}
	// After the claim: nobody is erased between the reading of a salt and its use.
	salts, err := t.salts(ctx, q, e.Actor, e.Subject)
	if err != nil {
		return err
	}
	l := leaf{Version: 1, Seq: h.Size, At: t.clock.Now(), Act: e.Act, Facts: e.Facts,
		Actor: commit(salts[e.Actor], e.Actor), Subject: commit(salts[e.Subject], e.Subject),
		Private: commit(salts[e.Subject], private)}
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	hash := tlog.RecordHash(text)
	h.edge = grow(h.edge, h.Size, hash)
	return store(ctx, q, h, entry{Seq: h.Size, At: l.At, Act: e.Act, ActorID: e.Actor, SubjectID: e.Subject,
		Private: private, Leaf: string(text), Hash: hex.EncodeToString(hash[:])})
}

// salts gives each person's salt, made on first use.
func (t *Trail) salts(ctx context.Context, q db.Q, ids ...string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		if id == "" || out[id] != "" {
			continue
		}
		salt, err := saltOf(ctx, q, id, func() string { return hex.EncodeToString(t.clock.Bytes(32)) })
		if err != nil {
			return nil, err
		}
		out[id] = salt
	}
	return out, nil
}

// commit is HMAC-SHA256(salt, text) in hex, or "" for an empty text. A fact that concerns nobody has no salt
// and is committed to under the empty key.
func commit(salt, text string) string {
	if text == "" {
		return ""
	}
	key, _ := hex.DecodeString(salt)
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// grow adds a leaf's hash to the right edge of a tree of size leaves. The edge holds one hash for every bit
// set in the size, highest first, as a binary counter does.
func grow(edge []tlog.Hash, size int64, h tlog.Hash) []tlog.Hash {
	for ; size&1 == 1; size >>= 1 {
		h = tlog.NodeHash(edge[len(edge)-1], h)
		edge = edge[:len(edge)-1]
	}
	return append(edge, h)
}

// root folds the edge into the root of the tree. The root of the empty tree is SHA-256 of nothing, as in RFC 6962.
func root(edge []tlog.Hash) tlog.Hash {
	if len(edge) == 0 {
		return sha256.Sum256(nil)
	}
	h := edge[len(edge)-1]
	for i := len(edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(edge[i], h)
	}
	return h
}
