package badges

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Purpose is what a bit of a status list means.
type Purpose string

// Revocation is for good, suspension may be taken back.
const (
	Revocation Purpose = "revocation"
	Suspension Purpose = "suspension"
)

// A list has at least MinEntries, so that a badge cannot be told by the length of its list, and at most MaxEntries,
// so that a small file cannot unpack into one that fills the memory.
const (
	MinEntries = 131072
	MaxEntries = 8 << 20
)

// StatusList says of each badge by its index whether it is revoked (or suspended).
type StatusList struct {
	Purpose Purpose
	From    time.Time // when it was made
	Until   time.Time // how long it may be used; later it says nothing
	id      string    // where it is published; known of lists that were read
	bits    []byte    // index 0 is the highest bit of the first byte
}

// NewStatusList builds a list in which the given indexes are set; it grows in powers of two where they need it.
func NewStatusList(p Purpose, set []int, from, until time.Time) (StatusList, error) {
	if p != Revocation && p != Suspension {
		return StatusList{}, fmt.Errorf("badges: purpose %q", p)
	}
	if !until.After(from) {
		return StatusList{}, fmt.Errorf("badges: a list from %v until %v", from, until)
	}
	size := MinEntries
	for _, i := range set {
		if i < 0 || i >= MaxEntries {
			return StatusList{}, fmt.Errorf("badges: index %d is outside of any status list", i)
		}
		for size <= i {
			size *= 2
		}
	}
	l := StatusList{Purpose: p, From: from, Until: until, bits: make([]byte, size/8)}
	for _, i := range set {
		l.bits[i/8] |= 0x80 >> (i % 8)
	}
	return l, nil
}

// Reach lets the list grow until it has at least n entries: what is in none of its bits is not known to be good.
func (l *StatusList) Reach(n int) {
	for l.Len() < min(n, MaxEntries) {
		l.bits = append(l.bits, make([]byte, len(l.bits))...)
	}
}

// Len is how many entries the list has.
func (l StatusList) Len() int { return len(l.bits) * 8 }

// At gives the bit of an index; known is false where the list does not reach that far.
func (l StatusList) At(index int) (set, known bool) {
	if index < 0 || index >= l.Len() {
		return false, false
	}
	return l.bits[index/8]&(0x80>>(index%8)) != 0, true
}

type listCredential struct {
	envelope
	Subject listSubject `json:"credentialSubject"`
}

type listSubject struct {
	ID      string  `json:"id"`
	Type    string  `json:"type"`
	Purpose Purpose `json:"statusPurpose"`
	Encoded string  `json:"encodedList"`
}

// SignList makes the list a credential of its own. Its typ is the one of the W3C (VC-JOSE-COSE), which Open Badges
// forbids: so the two cannot be taken for each other even by their headers.
func (k Keys) SignList(s Site, l StatusList) (string, error) {
	encoded, err := pack(l.bits)
	if err != nil {
		return "", err
	}
	id := s.List(l.Purpose)
	return k.sign(s, "vc+jwt", listCredential{envelope: seal(s, typeList, id, id+"#list", l.From, l.Until),
		Subject: listSubject{ID: id + "#list", Type: "BitstringStatusList", Purpose: l.Purpose, Encoded: encoded}})
}

// pack compresses and writes as the Recommendation says: gzip, then multibase base64url, whose letter is u.
func pack(bits []byte) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(bits); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return "u" + encode(b.Bytes()), nil
}

// unpack reads it back and stops as soon as it is larger than any list may be.
func unpack(encoded string) ([]byte, error) {
	text, ok := strings.CutPrefix(encoded, "u")
	if !ok {
		return nil, errors.New("badges: the list is not in base64url")
	}
	r, err := gzip.NewReader(base64.NewDecoder(base64.RawURLEncoding.Strict(), strings.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("badges: status list: %w", err)
	}
	bits, err := io.ReadAll(io.LimitReader(r, MaxEntries/8+1))
	if err != nil {
		return nil, fmt.Errorf("badges: status list: %w", err)
	}
	if len(bits) < MinEntries/8 || len(bits) > MaxEntries/8 {
		return nil, fmt.Errorf("badges: a status list of %d bytes or more", len(bits))
	}
	return bits, nil
}

const maxList = 2 << 20 // bytes of a signed list: one with every entry at random takes 1.9 MB

// ReadList verifies a signed list and reads it.
func ReadList(token string, against Against, at time.Time) (StatusList, error) {
	if len(token) > maxList {
		return StatusList{}, fmt.Errorf("badges: a status list of %d bytes is too large", len(token))
	}
	var c listCredential
	if err := against.parse(token, "vc+jwt", &c, at); err != nil {
		return StatusList{}, err
	}
	if err := c.agrees(typeList, c.Subject.ID); err != nil {
		return StatusList{}, err
	}
	if c.Exp == nil || c.Subject.Type != "BitstringStatusList" || !slices.Contains([]Purpose{Revocation, Suspension}, c.Subject.Purpose) {
		return StatusList{}, errors.New("badges: not a status list that is used here")
	}
	bits, err := unpack(c.Subject.Encoded)
	return StatusList{Purpose: c.Subject.Purpose, From: c.Nbf.Time, Until: c.Exp.Time, id: c.ID, bits: bits}, err
}
