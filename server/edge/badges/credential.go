package badges

import (
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The contexts give the terms their meaning; this order is prescribed.
const (
	contextVC = "https://www.w3.org/ns/credentials/v2"
	contextOB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
)

// The types that tell a badge from a status list: neither may pass for the other.
const (
	typeBadge = "OpenBadgeCredential"
	typeList  = "BitstringStatusListCredential"
)

// envelope is what badge and status list have in common: the credential's own terms, and the claims that repeat them.
type envelope struct {
	Context    []string         `json:"@context"`
	ID         string           `json:"id"`
	Type       []string         `json:"type"`
	Issuer     Profile          `json:"issuer"`
	ValidFrom  string           `json:"validFrom"`
	ValidUntil string           `json:"validUntil,omitempty"`
	Iss        string           `json:"iss"`
	Jti        string           `json:"jti"`
	Sub        string           `json:"sub"`
	Nbf        *jwt.NumericDate `json:"nbf"`
	Exp        *jwt.NumericDate `json:"exp,omitempty"`
}

// Profile is an issuer as Open Badges describes it.
type Profile struct {
	ID   string   `json:"id"`
	Type []string `json:"type"`
	Name string   `json:"name,omitempty"`
	URL  string   `json:"url,omitempty"`
}

func seal(s Site, kind, id, subject string, from, until time.Time) envelope {
	e := envelope{Context: []string{contextVC}, ID: id, Type: []string{"VerifiableCredential", kind}, Issuer: s.Profile(),
		ValidFrom: stamp(from), Iss: s.Issuer(), Jti: id, Sub: subject, Nbf: jwt.NewNumericDate(from.Truncate(time.Second))}
	if !until.IsZero() {
		e.ValidUntil, e.Exp = stamp(until), jwt.NewNumericDate(until.Truncate(time.Second))
	}
	return e
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// GetExpirationTime and the rest are what golang-jwt asks of claims.
func (e envelope) GetExpirationTime() (*jwt.NumericDate, error) { return e.Exp, nil }

// GetNotBefore is the nbf claim.
func (e envelope) GetNotBefore() (*jwt.NumericDate, error) { return e.Nbf, nil }

// GetIssuedAt is nothing: the format has nbf instead.
func (e envelope) GetIssuedAt() (*jwt.NumericDate, error) { return nil, nil }

// GetIssuer is the iss claim.
func (e envelope) GetIssuer() (string, error) { return e.Iss, nil }

// GetSubject is the sub claim.
func (e envelope) GetSubject() (string, error) { return e.Sub, nil }

// GetAudience is nothing: a badge is for everybody.
func (e envelope) GetAudience() (jwt.ClaimStrings, error) { return nil, nil }

// agrees says whether the claims repeat what the credential says, and whether it is of the kind that is asked for.
func (e envelope) agrees(kind, subject string) error {
	if !slices.Contains(e.Type, "VerifiableCredential") || !slices.Contains(e.Type, kind) || len(e.Context) == 0 || e.Context[0] != contextVC {
		return errors.New("badges: the credential is of another type")
	}
	if e.Iss != e.Issuer.ID || e.Jti == "" || e.Jti != e.ID || e.Sub != subject {
		return errors.New("badges: the claims and the credential name different things")
	}
	if e.Nbf == nil || stamp(e.Nbf.Time) != e.ValidFrom {
		return errors.New("badges: nbf is not validFrom")
	}
	if e.Exp == nil && e.ValidUntil != "" || e.Exp != nil && stamp(e.Exp.Time) != e.ValidUntil {
		return errors.New("badges: exp is not validUntil")
	}
	return nil
}

type credential struct {
	envelope
	Name     string      `json:"name"`
	Subject  subject     `json:"credentialSubject"`
	Evidence []evidence  `json:"evidence"`
	Related  []resource  `json:"relatedResource,omitempty"`
	Status   statusEntry `json:"credentialStatus"`
}

type subject struct {
	ID          string      `json:"id"`
	Type        []string    `json:"type"`
	Identifier  []Identity  `json:"identifier"`
	Achievement achievement `json:"achievement"`
	Result      []result    `json:"result,omitempty"`
}

// Identity names the holder, or hides them behind a hash.
type Identity struct {
	Type   string `json:"type"`
	Hash   string `json:"identityHash"` // the name itself where Hashed is false
	Kind   string `json:"identityType"`
	Hashed bool   `json:"hashed"`
	Salt   string `json:"salt,omitempty"`
}

type achievement struct {
	ID          string              `json:"id"`
	Type        []string            `json:"type"`
	Language    string              `json:"inLanguage,omitempty"`
	Name        string              `json:"name"`
	Description string              `json:"description"`
	Criteria    criteria            `json:"criteria"`
	Kind        string              `json:"achievementType"`
	Results     []resultDescription `json:"resultDescription,omitempty"`
}

type criteria struct {
	Narrative string `json:"narrative"`
}

type resultDescription struct {
	ID   string   `json:"id"`
	Type []string `json:"type"`
	Name string   `json:"name"`
	Kind string   `json:"resultType"`
	Min  string   `json:"valueMin"`
	Max  string   `json:"valueMax"`
}

type result struct {
	Type        []string `json:"type"`
	Description string   `json:"resultDescription"`
	Value       string   `json:"value"`
}

type evidence struct {
	ID   string   `json:"id"`
	Type []string `json:"type"`
}

// resource is the relatedResource of the data model 2.0: something outside that the signature covers by its digest.
type resource struct {
	ID     string `json:"id"`
	Digest string `json:"digestSRI"`
	Media  string `json:"mediaType"`
}

// statusEntry is the badge's place in the list of the revoked. Open Badges 3.0 allows one entry only (more are planned for
// 3.1), and a second would make strict readers refuse the badge; so the list of the suspended is found by convention:
// it stands beside the other one (Site.List), and the index is the same.
type statusEntry struct {
	ID      string  `json:"id"`
	Type    string  `json:"type"`
	Purpose Purpose `json:"statusPurpose"`
	Index   string  `json:"statusListIndex"`
	List    string  `json:"statusListCredential"`
}

// credential lays the badge out. The subject's id names the holder of this one badge, so that the badges of a person
// cannot be joined by it.
func (b Badge) credential(s Site) credential {
	id := s.Certificate(b.Number)
	holder := id + "#holder"
	c := credential{envelope: seal(s, typeBadge, id, holder, b.Issued, b.Expires), Name: b.Programme.Main.Title,
		Subject: subject{ID: holder, Type: []string{"AchievementSubject"}, Identifier: []Identity{b.Holder.identity()},
			Achievement: b.Programme.achievement(s)},
		Evidence: []evidence{{ID: named(b.Evidence), Type: []string{"Evidence"}}}}
	c.Context = append(c.Context, contextOB)
	if b.Paper != nil {
		c.Related = []resource{{ID: named(*b.Paper), Digest: sri(*b.Paper), Media: "application/pdf"}}
	}
	if b.Score != nil {
		rd := s.Programme(b.Programme.ID) + "#score"
		c.Subject.Achievement.Results = []resultDescription{{ID: rd, Type: []string{"ResultDescription"}, Name: b.Score.Name,
			Kind: "Percent", Min: "0", Max: "100"}}
		c.Subject.Result = []result{{Type: []string{"Result"}, Description: rd, Value: percent(b.Score.Hundredths)}}
	}
	index := strconv.Itoa(b.Index)
	c.Status = statusEntry{ID: s.List(Revocation) + "#" + index, Type: "BitstringStatusListEntry", Purpose: Revocation,
		Index: index, List: s.List(Revocation)}
	return c
}

// list is the address of the list of a purpose that the badge has its place in.
func (e statusEntry) list(p Purpose) string {
	return strings.TrimSuffix(e.List, string(Revocation)) + string(p)
}

func (h Holder) identity() Identity {
	if h.Name != "" {
		return Identity{Type: "IdentityObject", Hash: h.Name, Kind: "name"}
	}
	return Identity{Type: "IdentityObject", Hash: HashIdentity(h.Identity, h.Salt), Kind: h.Kind, Hashed: true, Salt: h.Salt}
}

// achievement says the programme in the main language, and below in the other: its terms take one plain text each.
func (p Programme) achievement(s Site) achievement {
	return achievement{ID: s.Programme(p.ID), Type: []string{"Achievement"}, Language: p.Main.Language, Name: p.Main.Title,
		Description: paragraphs(p.Main.Summary, p.Other.Title, p.Other.Summary),
		Criteria:    criteria{Narrative: paragraphs(p.Main.Criteria, p.Other.Criteria)}, Kind: "Certification"}
}

func paragraphs(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(t string) bool { return t == "" }), "\n\n")
}

// named is the address of a thing by its hash (RFC 6920), for what has no public page.
func named(sum [32]byte) string {
	return "ni:///sha-256;" + base64.RawURLEncoding.EncodeToString(sum[:])
}

func sri(sum [32]byte) string { return "sha256-" + base64.StdEncoding.EncodeToString(sum[:]) }
