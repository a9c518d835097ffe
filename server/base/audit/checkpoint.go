package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Checkpoint is the size and root of the tree at some moment.
type Checkpoint = tlog.Tree // N is the size, Hash the root

// Notary signs checkpoints and keeps them in a file outside the database, and beside it the record hash of every entry
// they cover, so that whoever can rewrite the database cannot rewrite the past unnoticed. It signs no trail that does not
// go on from what it signed before. Every node of a fleet has its own: what each writes is true for all.
type Notary struct {
	file   string // checkpoints, signed notes with a separator after each
	leaves string // record hashes, 32 bytes each; see Evidence
	signer *signer
}

// NewNotary derives the signing key (Ed25519) from the academy's secret and keeps its files in the folder.
func NewNotary(folder string, secret []byte) (*Notary, error) {
	seed, err := hkdf.Key(sha256.New, secret, nil, "tongguan audit checkpoint", ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	s, err := newSigner(ed25519.NewKeyFromSeed(seed))
	return &Notary{file: filepath.Join(folder, "audit-checkpoints.txt"), leaves: filepath.Join(folder, "audit-leaves.bin"), signer: s}, err
}

// VerifierKey is the public key, in the form that golang.org/x/mod/sumdb/note reads.
func (n *Notary) VerifierKey() string { return n.signer.public }

// Sign appends the record hashes of what is new and a signed checkpoint of the trail as it stands, unless the last one
// says the same, and gives that checkpoint as a signed note. A trail that does not go on from the last checkpoint is a
// Conflict, and is not signed: what is wrong with it is found by Verify.
func (n *Notary) Sign(ctx context.Context, q db.Q) ([]byte, error) {
	notes, torn, err := n.notes()
	if err != nil {
		return nil, err
	}
	points, err := n.opened(notes)
	if err != nil {
		return nil, err
	}
	h, err := readHead(ctx, q)
	if err != nil {
		return nil, err
	}
	last := Checkpoint{Hash: root(nil)}
	if len(points) > 0 {
		last = points[len(points)-1]
	}
	if h.Size < last.N {
		return nil, fault.New(fault.Conflict, "trail.unsignable", "signed", last.N, "size", h.Size)
	}
	if err := n.catchUp(ctx, q, last, h); err != nil {
		return nil, err
	}
	tree := tlog.Tree{N: h.Size, Hash: root(h.edge)}
	if len(points) > 0 && last == tree {
		return notes[len(notes)-1], nil
	}
	signed, err := note.Sign(&note.Note{Text: string(tlog.FormatTree(tree))}, n.signer)
	if err != nil {
		return nil, fmt.Errorf("audit: sign: %w", err)
	}
	return signed, n.keep(signed, torn)
}

// keep appends a note to the file, after what a crash has left of an earlier one was taken off.
func (n *Notary) keep(signed []byte, torn int64) error {
	if torn > 0 {
		info, err := os.Stat(n.file)
		if err != nil {
			return err
		}
		if err := os.Truncate(n.file, info.Size()-torn); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(n.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(bytes.Clone(signed), separator...))
	return errors.Join(err, f.Sync(), f.Close())
}

// catchUp writes the record hashes from the last checkpoint on. What stands behind that is of a run that came to no end,
// or of another process that does the same at this moment: it is written over. Where the file is not what the checkpoint
// says, because it is new or was damaged, all of it is written again, if the database still agrees with the checkpoint.
func (n *Notary) catchUp(ctx context.Context, q db.Q, last Checkpoint, h head) error {
	if err := os.MkdirAll(filepath.Dir(n.leaves), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(n.leaves, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	edge, err := edgeOf(f, last.N)
	at := last.N
	if err == nil && root(edge) != last.Hash {
		edge, at, err = copyLeaves(ctx, q, f, nil, 0, last.N)
	}
	whole := root(edge) == last.Hash && at == last.N
	if err == nil && whole {
		edge, at, err = copyLeaves(ctx, q, f, edge, last.N, h.Size)
	}
	if whole = whole && root(edge) == root(h.edge) && at == h.Size; err == nil && !whole {
		err = fault.New(fault.Conflict, "trail.unsignable", "signed", last.N, "size", h.Size)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// edgeOf reads the right edge of the tree over the first size record hashes; fewer of them give another tree.
func edgeOf(r io.Reader, size int64) (edge []tlog.Hash, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	for i := range size {
		var h tlog.Hash
		if _, err := io.ReadFull(in, h[:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		edge = grow(edge, i, h)
	}
	return edge, nil
}

// copyLeaves writes the record hashes of the entries from one number up to another, exclusive, to their places in the
// file, lets the tree grow by them and says how far it came: it stops at a gap.
func copyLeaves(ctx context.Context, q db.Q, f *os.File, edge []tlog.Hash, from, until int64) ([]tlog.Hash, int64, error) {
	for from < until {
		page, err := entriesFrom(ctx, q, from, min(maxPage, until-from))
		if err != nil || len(page) == 0 {
			return edge, from, err
		}
		var out []byte
		start := from
		for _, e := range page {
			if e.Seq != from {
				return edge, from, nil
			}
			h := tlog.RecordHash([]byte(e.Leaf))
			edge, out, from = grow(edge, from, h), append(out, h[:]...), from+1
		}
		if _, err := f.WriteAt(out, start*tlog.HashSize); err != nil {
			return edge, from, err
		}
	}
	return edge, from, nil
}

// separator stands after every checkpoint in the file.
const separator = "---\n"

// notes reads the signed notes in the file, and how many bytes a crash has left of another.
func (n *Notary) notes() (notes [][]byte, torn int64, err error) {
	text, err := os.ReadFile(n.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, err
	}
	parts := bytes.Split(text, []byte("\n"+separator))
	for _, p := range parts[:len(parts)-1] {
		notes = append(notes, append(bytes.Clone(p), '\n'))
	}
	return notes, int64(len(parts[len(parts)-1])), nil
}

// opened checks every signature.
func (n *Notary) opened(notes [][]byte) ([]Checkpoint, error) {
	var out []Checkpoint
	for i, one := range notes {
		tree, err := openNote(one, n.signer)
		if err != nil {
			return nil, fmt.Errorf("audit: checkpoint %d in %s: %w", i+1, n.file, err)
		}
		out = append(out, tree)
	}
	return out, nil
}

// openNote checks the signature of a note and reads the tree that it speaks of.
func openNote(signed []byte, v note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.ParseTree([]byte(opened.Text))
}

// Checkpoints reads the file and checks every signature.
func (n *Notary) Checkpoints() ([]Checkpoint, error) {
	notes, _, err := n.notes()
	if err != nil {
		return nil, err
	}
	return n.opened(notes)
}

// Evidence gives what this node can say of the trail. A checkpoint that it has not signed is a fault of the evidence; the
// others still speak.
func (n *Notary) Evidence() (Evidence, error) {
	notes, _, err := n.notes()
	e := Evidence{Leaves: n.leaves}
	for i, one := range notes {
		tree, err := openNote(one, n.signer)
		if err != nil {
			e.Faults = append(e.Faults, Fault{Where: InFile, Key: "forged", Args: map[string]any{"n": i + 1}})
			continue
		}
		e.Checkpoints = append(e.Checkpoints, tree)
	}
	return e, err
}

// Last gives the last checkpoint of this node that is signed as it should be, as a note, what it says, and when the file
// was written in milliseconds since 1970 UTC; nil and 0 where there is none.
func (n *Notary) Last() ([]byte, Checkpoint, int64, error) {
	notes, _, err := n.notes()
	if err != nil {
		return nil, Checkpoint{}, 0, err
	}
	for _, one := range slices.Backward(notes) {
		tree, err := openNote(one, n.signer)
		if err != nil {
			continue // Evidence says so
		}
		info, err := os.Stat(n.file)
		if err != nil {
			return nil, Checkpoint{}, 0, err
		}
		return one, tree, info.ModTime().UnixMilli(), nil
	}
	return nil, Checkpoint{}, 0, nil
}

// signer is a note.Signer and a note.Verifier over one key.
type signer struct {
	note.Verifier
	key    ed25519.PrivateKey
	public string
}

func newSigner(key ed25519.PrivateKey) (*signer, error) {
	public, err := note.NewEd25519VerifierKey("tongguan", key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	v, err := note.NewVerifier(public)
	return &signer{Verifier: v, key: key, public: public}, err
}

// Sign signs msg.
func (s *signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }
