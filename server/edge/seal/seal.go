// Package seal gives certificates the forms in which they leave the house: the signed badge, the printed page, the lists
// of what was revoked, and what anybody may be told who knows a number.
package seal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/server/base/clock"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/edge/badges"
	"tongguan/server/edge/paper"
	"tongguan/web/words"
)

// Seal makes them. Safe for concurrent use.
type Seal struct {
	Parts

	mu    sync.Mutex // guards what follows
	keys  badges.Keys
	until time.Time // when the keys are read again
	lists map[badges.Purpose]kept

	press func() (*paper.Press, error)
}

// Parts are what the seal leans on.
type Parts struct {
	Certificates *certification.Certification
	People       *people.People
	Catalog      *catalog.Library
	Words        *words.Book
	Clock        *clock.Clock
	Zone         *time.Location
	Secret       []byte
	Keys         string // folder
	Site         badges.Site
}

// kept is a signed list and how long it is handed out again.
type kept struct {
	token string
	until time.Time
}

// New makes a seal; keys and fonts are read when they are first needed.
func New(p Parts) *Seal {
	return &Seal{Parts: p, lists: map[badges.Purpose]kept{}, press: sync.OnceValues(paper.Open)}
}

func (s *Seal) now() time.Time { return time.UnixMilli(s.Clock.Now()) }

// keysLast is how long the keys are used before the folder is looked at again: a new key signs within that time.
const keysLast = time.Minute

// Current gives the keys in force.
func (s *Seal) Current() (badges.Keys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Before(s.until) {
		return s.keys, nil
	}
	keys, err := badges.OpenKeys(s.Keys)
	if err != nil {
		return keys, fmt.Errorf("TONGGUAN_BADGE_KEYS: %w", err)
	}
	s.keys, s.until = keys, s.now().Add(keysLast)
	return keys, nil
}

// Set is the key set that is published.
func (s *Seal) Set() (badges.Set, error) {
	keys, err := s.Current()
	return keys.Set(s.Site), err
}

// Lists of what was revoked are made anew after listFresh, and may be used until listLast after that.
const (
	listFresh = time.Minute
	listLast  = 24 * time.Hour
)

// List gives the signed status list of a purpose, at most listFresh old.
func (s *Seal) List(ctx context.Context, p badges.Purpose) (string, error) {
	s.mu.Lock()
	l := s.lists[p]
	s.mu.Unlock()
	now := s.now()
	if now.Before(l.until) {
		return l.token, nil
	}
	token, err := s.makeList(ctx, p, now)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists[p] = kept{token, now.Add(listFresh)}
	return token, nil
}

func (s *Seal) makeList(ctx context.Context, p badges.Purpose, now time.Time) (string, error) {
	state, ok := map[badges.Purpose]certification.State{badges.Revocation: certification.Revoked, badges.Suspension: certification.Suspended}[p]
	if !ok {
		return "", fault.New(fault.Missing, "error.missing")
	}
	set, err := s.Certificates.Stopped(ctx, state)
	if err != nil {
		return "", err
	}
	list, err := badges.NewStatusList(p, set, now, now.Add(listLast))
	if err != nil {
		return "", err
	}
	places, err := s.Certificates.Listed(ctx)
	if err != nil {
		return "", err
	}
	list.Reach(places)
	keys, err := s.Current()
	if err != nil {
		return "", err
	}
	return keys.SignList(s.Site, list)
}

// Badge signs a certificate as an Open Badge, in the given language first. digest is that of the printed page, or nil.
func (s *Seal) Badge(ctx context.Context, look certification.Look, lang string, digest *[32]byte) (string, error) {
	b := badges.Badge{Number: look.Number, Programme: s.programme(look, lang), Issued: time.UnixMilli(look.IssuedAt), Index: int(look.Serial), Paper: digest}
	raw, err := hex.DecodeString(look.BasisHash)
	if err != nil || len(raw) != len(b.Evidence) {
		return "", errors.Join(errors.New("seal: the hash of the evidence is none"), err)
	}
	copy(b.Evidence[:], raw)
	if look.Expires > 0 {
		b.Expires = time.UnixMilli(look.Expires)
	}
	if look.Score >= 0 && look.ShowsWord(certification.ShowScore) {
		b.Score = &badges.Score{Name: s.Words.In(lang).T("certificate.score"), Hundredths: look.Score}
	}
	if b.Holder, err = s.holder(ctx, look); err != nil {
		return "", err
	}
	keys, err := s.Current()
	if err != nil {
		return "", err
	}
	return keys.Sign(s.Site, b)
}

// holder is who earned it: by name where they let it be seen, else by a hash that only they can open, with the certificate's
// number.
func (s *Seal) holder(ctx context.Context, look certification.Look) (badges.Holder, error) {
	if look.ShowsWord(certification.ShowName) {
		names, err := s.People.Names(ctx, []string{look.Person})
		return badges.Holder{Name: names[look.Person]}, err
	}
	m := hmac.New(sha256.New, s.Secret)
	m.Write([]byte("badge\x00" + look.Number))
	return badges.Holder{Kind: badges.Number, Identity: look.Number, Salt: hex.EncodeToString(m.Sum(nil)[:16])}, nil
}

func (s *Seal) programme(look certification.Look, lang string) badges.Programme {
	in := func(lang string) badges.Words {
		v := s.Words.In(lang)
		var criteria []string
		for _, step := range look.Programme.Steps {
			criteria = append(criteria, step.Title.In(lang))
		}
		return badges.Words{Language: v.T("certificate.language"), Title: look.Programme.Certificate.Title.In(lang),
			Summary: look.Programme.Summary.In(lang), Criteria: strings.Join(criteria, v.T("certificate.then"))}
	}
	return badges.Programme{ID: look.Programme.ID, Main: in(lang), Other: in(other(lang))}
}

func other(lang string) string {
	if lang == "en" {
		return "zh"
	}
	return "en"
}

// Against is what badges of this house are verified with, the lists as they are now.
func (s *Seal) Against(ctx context.Context) (badges.Against, error) {
	set, err := s.Set()
	if err != nil {
		return badges.Against{}, err
	}
	out := badges.Against{Issuer: s.Site.Issuer(), Keys: set}
	for _, p := range []badges.Purpose{badges.Revocation, badges.Suspension} {
		token, err := s.List(ctx, p)
		if err != nil {
			return out, err
		}
		out.Lists = append(out.Lists, token)
	}
	return out, nil
}

// Reload forgets the keys and the lists that are kept for a while: the next answer is made of what is true now.
func (s *Seal) Reload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = time.Time{}
	clear(s.lists)
}
