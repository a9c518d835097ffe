// Package badges gives a certificate its outside form: an Open Badge 3.0 that anybody can verify without asking us.
//
// A badge is a W3C Verifiable Credential in the JWT proof format of Open Badges 3.0 (1EdTech, section 8.2): the
// credential itself is the payload, and iss, jti, sub, nbf and exp repeat its issuer.id, id, credentialSubject.id,
// validFrom and validUntil. The format allows three headers and no more: alg, kid and typ. The kid must be an address
// that gives the key, so it is the site's address of the key, whose last part is the thumbprint of RFC 7638.
// Whether a badge was revoked or suspended since stands in two Bitstring Status Lists (W3C, v1.0), see status.go; a badge
// names the first and has the same place in the second.
package badges

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Site is who issues: every address that a badge mentions lies under its URL.
type Site struct {
	URL  string // https://learn.example.cn, without a slash at the end
	Name string // the organisation, as it wants to be read
}

// Issuer is the id of the issuer, under which its profile (see Profile) can be read.
func (s Site) Issuer() string { return s.URL + "/badges/issuer" }

// KeySet is where the JWKS with all keys can be read.
func (s Site) KeySet() string { return s.URL + "/badges/keys" }

// Key is the kid of a key, under which its JWK can be read.
func (s Site) Key(thumbprint string) string { return s.KeySet() + "/" + thumbprint }

// List is where the signed status list of a purpose can be read.
func (s Site) List(p Purpose) string { return s.URL + "/badges/status/" + string(p) }

// Certificate is the id of a badge, under which the certificate can be verified.
func (s Site) Certificate(number string) string {
	return s.URL + "/certificates/" + url.PathEscape(number)
}

// Programme is the id of what was achieved.
func (s Site) Programme(id string) string { return s.URL + "/programmes/" + url.PathEscape(id) }

// Profile is the issuer as it stands in every badge; the page at Issuer gives the same as JSON.
func (s Site) Profile() Profile {
	return Profile{ID: s.Issuer(), Type: []string{"Profile"}, Name: s.Name, URL: s.URL}
}

// Badge is what a certificate says to the outside.
type Badge struct {
	Number    string // of the certificate
	Programme Programme
	Holder    Holder
	Issued    time.Time // cut to whole seconds
	Expires   time.Time // zero: no end
	Evidence  [32]byte  // SHA-256 of the evidence that the certificate rests on
	Paper     *[32]byte // SHA-256 of the printed certificate before Attach; nil: there is none
	Score     *Score    // nil: not told
	Index     int       // its place in both status lists; chance, not order of issue, should give it
}

// Programme is what was achieved, in the main language and in the other one.
type Programme struct {
	ID          string
	Main, Other Words
}

// Words describe a programme in one language.
type Words struct {
	Language string // BCP 47: zh-CN, en
	Title    string
	Summary  string // what it is about
	Criteria string // what had to be done
}

// The kinds of identity that a holder may be known by (Open Badges 3.0, IdentifierTypeEnum).
const (
	Email  = "emailAddress"
	Number = "systemId"
)

// Holder is who earned it: by name where they agreed, else by a salted hash that only those can check who know whom
// to look for.
type Holder struct {
	Name     string // where given, the rest stays unused
	Kind     string // Email or Number
	Identity string // the address or the number, which itself never leaves
	Salt     string // at least 16 characters of chance, kept with the certificate
}

// Score is the result that was reached.
type Score struct {
	Name       string // what is measured, in words
	Hundredths int    // of a percent, 0–10000
}

// HashIdentity is the hash that stands for an identity; the caller brings addresses to one form (lower case) first.
func HashIdentity(identity, salt string) string {
	sum := sha256.Sum256([]byte(identity + salt))
	return "sha256$" + hex.EncodeToString(sum[:])
}

// Sign makes the badge, signed by the newest key.
func (k Keys) Sign(s Site, b Badge) (string, error) {
	if err := b.check(s); err != nil {
		return "", err
	}
	return k.sign(s, "JWT", b.credential(s))
}

func (k Keys) sign(s Site, typ string, claims jwt.Claims) (string, error) {
	i := slices.IndexFunc(k.all, func(p pair) bool { return p.private != nil })
	if i < 0 {
		return "", errors.New("badges: no key with a private half to sign with")
	}
	t := jwt.NewWithClaims(jwt.GetSigningMethod(k.all[i].public.Alg), claims)
	t.Header["typ"] = typ
	t.Header["kid"] = s.Key(k.all[i].public.thumbprint())
	return t.SignedString(k.all[i].private)
}

// check refuses what would give a badge that nobody can verify.
func (b Badge) check(s Site) error {
	if u, err := url.Parse(s.URL); err != nil || u.Host == "" || s.Name == "" {
		return fmt.Errorf("badges: the site needs an address and a name: %q, %q", s.URL, s.Name)
	}
	if m := b.Programme.Main; b.Number == "" || b.Programme.ID == "" || m.Title == "" || m.Summary == "" || m.Criteria == "" {
		return errors.New("badges: number, programme, title, summary and criteria are needed")
	}
	if b.Issued.IsZero() || !b.Expires.IsZero() && !b.Expires.After(b.Issued) {
		return fmt.Errorf("badges: issued %v, expires %v", b.Issued, b.Expires)
	}
	if h := b.Holder; h.Name == "" && (h.Identity == "" || len(h.Salt) < 16 || h.Kind != Email && h.Kind != Number) {
		return errors.New("badges: the holder needs a name, or an identity with its kind and a salt of 16 characters")
	}
	if b.Index < 0 || b.Index >= MaxEntries {
		return fmt.Errorf("badges: index %d is outside of any status list", b.Index)
	}
	if b.Score != nil && (b.Score.Name == "" || b.Score.Hundredths < 0 || b.Score.Hundredths > 10000) {
		return fmt.Errorf("badges: score %+v", *b.Score)
	}
	return nil
}

// percent writes hundredths of a percent as a decimal number.
func percent(hundredths int) string {
	return strconv.Itoa(hundredths/100) + fmt.Sprintf(".%02d", hundredths%100)
}
