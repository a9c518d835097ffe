package badges

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// State is what verifying found.
type State string

// The states. Revoked goes before suspended, suspended before expired.
const (
	Valid      State = "valid"
	Expired    State = "expired"
	Revoked    State = "revoked"
	Suspended  State = "suspended"
	Early      State = "early"       // signed, and not valid yet
	Altered    State = "altered"     // not what the issuer signed; Reason says where it shows
	UnknownKey State = "unknown_key" // signed by a key that is not in the key set
)

// Reason is where it shows that something is altered.
type Reason string

// The reasons.
const (
	Size       Reason = "size"      // larger than any badge is
	Form       Reason = "form"      // not a badge at all, or one of another kind
	Header     Reason = "header"    // an algorithm, a type or a header that is not allowed
	Signature  Reason = "signature" // the signature does not fit
	Issuer     Reason = "issuer"    // signed for another issuer
	Claims     Reason = "claims"    // the claims contradict the credential
	NoBadge    Reason = "no_badge"  // the file carries none
	PaperBytes Reason = "paper"     // the file is not the one that was signed
)

// Unchecked is something that could not be looked at with what was at hand.
type Unchecked string

// What may be left unchecked.
const (
	NoRevocation Unchecked = "revocation" // no usable list of the revoked
	NoSuspension Unchecked = "suspension" // no usable list of the suspended
	NoPaper      Unchecked = "paper"      // the badge names a file that was not shown
)

// Against is what to verify with.
type Against struct {
	Issuer string   // Site.Issuer; whoever else signs is refused
	Keys   Set      // the issuer's key set
	Lists  []string // signed status lists, as far as there are any
}

// Verdict is the result: the state, and what the badge says once its signature held.
type Verdict struct {
	State      State
	Reason     Reason // of Altered
	NotChecked []Unchecked
	Said       *Said // nil as long as nothing is known to be the issuer's word
}

// Said is what a badge says.
type Said struct {
	ID, Issuer, IssuerName string
	Programme              string // its id
	Language               string
	Title, Description     string
	Criteria               string
	Holder                 Identity
	Issued, Expires        time.Time // Expires zero: no end
	Evidence               string    // ni address (RFC 6920) of the evidence
	Paper                  string    // ni address of the printed certificate without its badge, or ""
	Score                  string    // percent, or ""
}

const maxBadge = 64 << 10 // bytes of a badge; one of ours takes 3 KB

// errUnknownKey and errHeader are how the search for the key ends early.
var (
	errUnknownKey = errors.New("badges: the key is not in the set")
	errHeader     = errors.New("badges: a header that is not allowed")
)

// Verify says what a badge is worth at a moment.
func Verify(token string, against Against, at time.Time) Verdict {
	v, c := verify(token, against, at)
	if c != nil && len(c.Related) > 0 {
		v.NotChecked = append(v.NotChecked, NoPaper)
	}
	return v
}

func verify(token string, against Against, at time.Time) (Verdict, *credential) {
	if len(token) > maxBadge {
		return Verdict{State: Altered, Reason: Size}, nil
	}
	var c credential
	v := judge(against.parse(token, "JWT", &c, at))
	if v.State == Altered || v.State == UnknownKey {
		return v, nil
	}
	if err := c.agrees(typeBadge, c.Subject.ID); err != nil {
		return Verdict{State: Altered, Reason: Claims}, nil
	}
	v.Said = c.said()
	return c.status(v, against, at), &c
}

// judge turns what the library found into a state, the worst first: it reports several things together.
func judge(err error) Verdict {
	switch {
	case err == nil:
		return Verdict{State: Valid}
	case errors.Is(err, errUnknownKey):
		return Verdict{State: UnknownKey}
	case errors.Is(err, errHeader):
		return Verdict{State: Altered, Reason: Header}
	case errors.Is(err, jwt.ErrTokenMalformed):
		return Verdict{State: Altered, Reason: Form}
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return Verdict{State: Altered, Reason: Signature}
	case errors.Is(err, jwt.ErrTokenInvalidIssuer) || errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return Verdict{State: Altered, Reason: Issuer}
	case errors.Is(err, jwt.ErrTokenExpired):
		return Verdict{State: Expired}
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return Verdict{State: Early}
	}
	return Verdict{State: Altered, Reason: Form}
}

// parse verifies signature, issuer and time. No expiry is required: a certificate may have no end.
func (a Against) parse(token, typ string, claims jwt.Claims, at time.Time) error {
	if a.Issuer == "" {
		return jwt.ErrTokenInvalidIssuer // an empty one would switch the check off
	}
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"EdDSA", "RS256"}), jwt.WithStrictDecoding(), jwt.WithIssuer(a.Issuer),
		jwt.WithTimeFunc(func() time.Time { return at })).ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		if len(t.Header) != 3 || t.Header["typ"] != typ || kid == "" {
			return nil, errHeader
		}
		k, ok := a.Keys.find(kid)
		if !ok {
			return nil, errUnknownKey
		}
		if t.Method.Alg() != k.method() {
			return nil, errHeader
		}
		return k.public()
	})
	return err
}

// status looks the badge up in the lists; only a list that the issuer signed and that is in time counts.
func (c *credential) status(v Verdict, against Against, at time.Time) Verdict {
	for _, p := range []struct {
		purpose Purpose
		missing Unchecked
		state   State
	}{{Suspension, NoSuspension, Suspended}, {Revocation, NoRevocation, Revoked}} {
		set, known := c.lookUp(p.purpose, against, at)
		if !known {
			v.NotChecked = append(v.NotChecked, p.missing)
		}
		if set {
			v.State = p.state
		}
	}
	return v
}

// lookUp asks every list of the purpose: where two are in time and disagree, the newer one is right, since a suspension
// may be taken back. A revocation is for good, whichever list tells of it.
func (c *credential) lookUp(p Purpose, against Against, at time.Time) (set, known bool) {
	index, err := strconv.Atoi(c.Status.Index)
	if err != nil || c.Status.Type != "BitstringStatusListEntry" || c.Status.Purpose != Revocation {
		return false, false
	}
	var newest time.Time
	for _, token := range against.Lists {
		l, err := ReadList(token, against, at)
		if err != nil || l.Purpose != p || l.id != c.Status.list(p) { // unusable, which the verdict says as "not checked"
			continue
		}
		bit, reaches := l.At(index)
		switch {
		case !reaches:
		case !known || l.From.After(newest):
			newest, set = l.From, bit || set && p == Revocation
		default:
			set = set || bit && p == Revocation
		}
		known = known || reaches
	}
	return set, known
}

func (c *credential) said() *Said {
	s := &Said{ID: c.ID, Issuer: c.Issuer.ID, IssuerName: c.Issuer.Name, Programme: c.Subject.Achievement.ID,
		Language: c.Subject.Achievement.Language, Title: c.Subject.Achievement.Name, Description: c.Subject.Achievement.Description,
		Criteria: c.Subject.Achievement.Criteria.Narrative, Issued: c.Nbf.Time}
	if c.Exp != nil {
		s.Expires = c.Exp.Time
	}
	if len(c.Subject.Identifier) > 0 {
		s.Holder = c.Subject.Identifier[0]
	}
	if len(c.Evidence) > 0 {
		s.Evidence = c.Evidence[0].ID
	}
	if len(c.Related) > 0 {
		s.Paper = c.Related[0].ID
	}
	if len(c.Subject.Result) > 0 {
		s.Score = c.Subject.Result[0].Value
	}
	return s
}

// Digest reads the SHA-256 out of an ni address such as Said.Evidence.
func Digest(ni string) ([32]byte, error) {
	var sum [32]byte
	text, ok := strings.CutPrefix(ni, "ni:///sha-256;")
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(b) != len(sum) {
		return sum, fmt.Errorf("badges: %q is not the name of a hash", ni)
	}
	copy(sum[:], b)
	return sum, nil
}
