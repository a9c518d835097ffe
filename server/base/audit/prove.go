package audit

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Proof shows that an entry is in a tree, to anybody who knows the root of it: hash the leaf, then with one hash of the
// path after the other, and the root must come out (RFC 6962, section 2.1.1).
type Proof struct {
	Seq    int64    `json:"seq"`
	Leaf   string   `json:"leaf"`   // the exact text that was hashed, or "" where it is veiled
	Record string   `json:"record"` // its hash, base64: SHA-256 of a zero byte and the leaf
	Size   int64    `json:"size"`   // entries in the tree
	Path   []string `json:"path"`   // base64, from the leaf up
	Root   string   `json:"root"`   // base64
	Signed string   `json:"signed"` // the checkpoint that signs the root, or ""
	Key    string   `json:"key"`    // the public key that it is signed with
}

// Prove gives an entry with its proof: in the tree of the notary's last checkpoint, or where that does not cover it, in
// the tree as it stands. An entry that the trail does not prove is a Conflict. Of what is veiled from the actor the proof
// holds the hash without the leaf, see Veiled.
func (t *Trail) Prove(ctx context.Context, q db.Q, actor access.Actor, n *Notary, seq int64) (Entry, Proof, error) {
	if err := actor.Check(access.ReadTrail, access.Other); err != nil {
		return Entry{}, Proof{}, err
	}
	row, err := entryAt(ctx, q, seq)
	if err != nil {
		return Entry{}, Proof{}, err
	}
	out, err := row.entry()
	if err != nil {
		return out, Proof{}, err
	}
	h, err := readHead(ctx, q)
	if err != nil {
		return out, Proof{}, err
	}
	signed, tree, _, err := n.Last()
	if err != nil {
		return out, Proof{}, err
	}
	if seq >= tree.N {
		signed, tree = nil, tlog.Tree{N: h.Size, Hash: root(h.edge)}
	}
	p, err := prove(ctx, q, n.leaves, tree, row)
	p.Signed, p.Key = string(signed), n.VerifierKey()
	if out.veiled(actor) {
		p.Leaf = ""
	}
	return out.veil(actor), p, err
}

func prove(ctx context.Context, q db.Q, file string, tree tlog.Tree, e entry) (Proof, error) {
	record := tlog.RecordHash([]byte(e.Leaf))
	p := Proof{Seq: e.Seq, Leaf: e.Leaf, Record: base64.StdEncoding.EncodeToString(record[:]), Size: tree.N,
		Root: base64.StdEncoding.EncodeToString(tree.Hash[:])}
	if e.Seq < 0 || e.Seq >= tree.N {
		return p, fault.New(fault.Conflict, "trail.unproved")
	}
	hashes, err := recordHashes(ctx, q, file, tree)
	if err != nil {
		return p, err
	}
	path, err := tlog.ProveRecord(tree.N, e.Seq, subtrees(hashes))
	if err != nil {
		return p, fmt.Errorf("audit: prove: %w", err)
	}
	for _, h := range path {
		p.Path = append(p.Path, base64.StdEncoding.EncodeToString(h[:]))
	}
	if tlog.CheckRecord(path, tree.N, tree.Hash, e.Seq, record) != nil {
		return p, fault.New(fault.Conflict, "trail.unproved")
	}
	return p, nil
}

// recordHashes gives the record hashes of a tree: of the file where it has them, which is a thousand times faster, else
// of the leaves. Whether they are right the root says.
func recordHashes(ctx context.Context, q db.Q, file string, tree tlog.Tree) ([]tlog.Hash, error) {
	hashes, err := readHashes(file, tree.N)
	if err != nil {
		return nil, err
	}
	var edge []tlog.Hash
	for i, h := range hashes {
		edge = grow(edge, int64(i), h)
	}
	if int64(len(hashes)) == tree.N && root(edge) != tree.Hash {
		hashes = hashes[:0]
	}
	for int64(len(hashes)) < tree.N {
		next := int64(len(hashes))
		page, err := entriesFrom(ctx, q, next, min(maxPage, tree.N-next))
		if err != nil {
			return nil, err
		}
		if len(page) == 0 || page[0].Seq != next {
			return nil, fault.New(fault.Conflict, "trail.unproved")
		}
		for _, e := range page {
			hashes = append(hashes, tlog.RecordHash([]byte(e.Leaf)))
		}
	}
	return hashes, nil
}

// readHashes reads at most n record hashes.
func readHashes(file string, n int64) ([]tlog.Hash, error) {
	f, err := openOrNone(file)
	if err != nil || f == nil {
		return nil, err
	}
	in := bufio.NewReaderSize(f, 1<<16)
	hashes := make([]tlog.Hash, 0, n)
	for int64(len(hashes)) < n {
		var h tlog.Hash
		if _, err = io.ReadFull(in, h[:]); err != nil {
			break
		}
		hashes = append(hashes, h)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return hashes, errors.Join(err, f.Close())
}

// subtrees gives hashes of whole subtrees, as tlog asks for them.
func subtrees(records []tlog.Hash) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			level, n := tlog.SplitStoredHashIndex(at)
			var edge []tlog.Hash
			for j, h := range records[n<<level : (n+1)<<level] {
				edge = grow(edge, int64(j), h)
			}
			out[i] = root(edge)
		}
		return out, nil
	})
}
