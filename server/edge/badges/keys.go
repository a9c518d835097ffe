package badges

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Keys are the keys of a folder, newest first. They do not change; after Rotate they are opened anew.
type Keys struct{ all []pair }

// pair is one file: the public half, and the private one unless the key is retired.
type pair struct {
	name    string // of the file without .pem, by which keys are ordered
	public  Key
	private crypto.Signer
}

// Kind is a kind of key that Rotate makes.
type Kind string

// Ed25519 is the default; RSA is what the conformance tests of 1EdTech ask for (RS256).
const (
	Ed25519 Kind = "ed25519"
	RSA     Kind = "rsa"
)

const firstKey = "key-0001" // one name for the first key, so that two processes cannot make two

// OpenKeys reads all *.pem of a folder: PKCS#8 private keys, and public keys for those that only verify any more. The
// one with the greatest name that has a private half signs; all are published. An empty folder gets its first key.
func OpenKeys(dir string) (Keys, error) {
	k, err := readKeys(dir)
	if err != nil || len(k.all) > 0 {
		return k, err
	}
	if err := makeKey(dir, firstKey, Ed25519); err != nil && !errors.Is(err, fs.ErrExist) {
		return Keys{}, err
	}
	return readKeys(dir) // ours, or that of another process that was faster
}

// Rotate adds a key that signs from now on; those before it stay published, so that what they signed stays valid.
// Two that rotate at once get one new key between them, and the slower one an error of fs.ErrExist.
func Rotate(dir string, kind Kind) (Keys, error) {
	k, err := OpenKeys(dir)
	if err != nil {
		return Keys{}, err
	}
	name := successor(k.all[0].name)
	if name <= k.all[0].name {
		return Keys{}, fmt.Errorf("badges: no name follows %s", k.all[0].name)
	}
	if err := makeKey(dir, name, kind); err != nil {
		return Keys{}, err
	}
	return readKeys(dir)
}

// successor counts up the digits that a name ends with, or starts to count.
func successor(name string) string {
	stem := strings.TrimRight(name, "0123456789")
	digits := name[len(stem):]
	n, err := strconv.Atoi(digits)
	if err != nil {
		return name + "-0002"
	}
	return fmt.Sprintf("%s%0*d", stem, len(digits), n+1)
}

// Set is the JWKS to publish.
func (k Keys) Set(s Site) Set {
	var out Set
	for _, p := range k.all {
		p.public.Kid = s.Key(p.public.thumbprint())
		out.Keys = append(out.Keys, p.public)
	}
	return out
}

// Key gives the one JWK with a thumbprint, for the page at Site.Key.
func (k Keys) Key(s Site, thumbprint string) (Key, bool) { return k.Set(s).find(thumbprint) }

func readKeys(dir string) (Keys, error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Keys{}, fmt.Errorf("badges: %w", err)
	}
	var k Keys
	for _, f := range files {
		name, isKey := strings.CutSuffix(f.Name(), ".pem")
		if !isKey || f.IsDir() || strings.HasPrefix(name, ".") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return Keys{}, fmt.Errorf("badges: %w", err)
		}
		p, err := parseKey(text)
		if err != nil {
			return Keys{}, fmt.Errorf("badges: %s: %w", f.Name(), err)
		}
		p.name = name
		k.all = append(k.all, p)
	}
	slices.SortFunc(k.all, func(a, b pair) int { return strings.Compare(b.name, a.name) })
	return k, nil
}

// parseKey reads a file that holds one key and nothing else.
func parseKey(text []byte) (pair, error) {
	block, rest := pem.Decode(text)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return pair{}, errors.New("must hold one PEM block")
	}
	var p pair
	var public crypto.PublicKey
	switch block.Type {
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return pair{}, err
		}
		signer, ok := key.(crypto.Signer)
		if !ok {
			return pair{}, fmt.Errorf("a key of type %T cannot sign", key)
		}
		p.private, public = signer, signer.Public()
	case "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return pair{}, err
		}
		public = key
	default:
		return pair{}, fmt.Errorf("holds a %s; a PKCS#8 PRIVATE KEY or a PUBLIC KEY is wanted", block.Type)
	}
	var err error
	p.public, err = publish(public)
	return p, err
}

// makeKey writes a new key under another name and links it into place: nobody ever reads half of one, and a name that
// is taken stays what it is (fs.ErrExist).
func makeKey(dir, name string, kind Kind) error {
	text, err := newKey(kind)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".key-") // readable to its owner only
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a second name of the file, or nobody's
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), filepath.Join(dir, name+".pem"))
}

func newKey(kind Kind) ([]byte, error) {
	var key crypto.Signer
	var err error
	switch kind {
	case Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case RSA:
		key, err = rsa.GenerateKey(rand.Reader, 3072)
	default:
		err = fmt.Errorf("badges: keys of kind %q are not known here", kind)
	}
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}
