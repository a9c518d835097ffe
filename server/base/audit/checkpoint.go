package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/db"
)

// Checkpoint is the size and root of the tree at some moment.
type Checkpoint = tlog.Tree // N is the size, Hash the root

// Notary signs checkpoints and keeps them in a file outside the database, so that whoever can rewrite the
// database cannot rewrite the past unnoticed.
type Notary struct {
	file   string
	signer *signer
}

// NewNotary derives the signing key (Ed25519) from the academy's secret and keeps checkpoints in the folder.
func NewNotary(folder string, secret []byte) (*Notary, error) {
	seed, err := hkdf.Key(sha256.New, secret, nil, "tongguan audit checkpoint", ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	s, err := newSigner(ed25519.NewKeyFromSeed(seed))
	return &Notary{file: filepath.Join(folder, "audit-checkpoints.txt"), signer: s}, err
}

// VerifierKey is the public key, in the form that golang.org/x/mod/sumdb/note reads.
func (n *Notary) VerifierKey() string { return n.signer.public }

// Sign appends a signed checkpoint of the trail as it stands to the file, unless the last one says the same.
func (n *Notary) Sign(ctx context.Context, q db.Q) error {
	h, err := readHead(ctx, q)
	if err != nil {
		return err
	}
	text := tlog.FormatTree(tlog.Tree{N: h.Size, Hash: root(h.edge)})
	signed, err := note.Sign(&note.Note{Text: string(text)}, n.signer)
	if err != nil {
		return fmt.Errorf("audit: sign: %w", err)
	}
	before, err := os.ReadFile(n.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if bytes.HasSuffix(before, append(signed, separator...)) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(n.file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(n.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(signed, separator...))
	return errors.Join(err, f.Sync(), f.Close())
}

// separator stands after every checkpoint in the file.
const separator = "---\n"

// Checkpoints reads the file and checks every signature.
func (n *Notary) Checkpoints() ([]Checkpoint, error) {
	text, err := os.ReadFile(n.file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(text) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	known := note.VerifierList(n.signer)
	var out []Checkpoint
	for i, part := range strings.Split(strings.TrimSuffix(string(text), separator), separator) {
		opened, err := note.Open([]byte(part), known)
		if err != nil {
			return nil, fmt.Errorf("audit: checkpoint %d in %s: %w", i+1, n.file, err)
		}
		tree, err := tlog.ParseTree([]byte(opened.Text))
		if err != nil {
			return nil, fmt.Errorf("audit: checkpoint %d in %s: %w", i+1, n.file, err)
		}
		out = append(out, tree)
	}
	return out, nil
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
