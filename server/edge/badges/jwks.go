package badges

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Set is a JWKS (RFC 7517): the public halves of all keys that ever signed.
type Set struct {
	Keys []Key `json:"keys"`
}

// Key is the public half of one key as a JWK: Ed25519 (RFC 8037) or RSA of 2048 to 8192 bits.
type Key struct {
	Kty string `json:"kty"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	Alg string `json:"alg"`
	Use string `json:"use"`
	Kid string `json:"kid"`
}

const maxSet = 256 << 10 // bytes of a JWKS that are read: some hundred keys

// ParseSet reads a JWKS, leaving out keys of other kinds.
func ParseSet(text []byte) (Set, error) {
	if len(text) > maxSet {
		return Set{}, fmt.Errorf("badges: a key set of %d bytes is too large", len(text))
	}
	var all, out Set
	if err := json.Unmarshal(text, &all); err != nil {
		return Set{}, fmt.Errorf("badges: key set: %w", err)
	}
	for _, k := range all.Keys {
		if _, err := k.public(); err == nil {
			out.Keys = append(out.Keys, k)
		}
	}
	return out, nil
}

// find gives the key that a kid names by its thumbprint, whatever address the site had when it signed.
func (s Set) find(kid string) (Key, bool) {
	thumb := kid[strings.LastIndexByte(kid, '/')+1:]
	for _, k := range s.Keys {
		if k.thumbprint() == thumb {
			return k, true
		}
	}
	return Key{}, false
}

// thumbprint is the one of RFC 7638: SHA-256 of the required members in order of name.
func (k Key) thumbprint() string {
	canonical := fmt.Sprintf(`{"e":%q,"kty":"RSA","n":%q}`, k.E, k.N)
	if k.Kty == "OKP" {
		canonical = fmt.Sprintf(`{"crv":%q,"kty":"OKP","x":%q}`, k.Crv, k.X)
	}
	sum := sha256.Sum256([]byte(canonical))
	return encode(sum[:])
}

func (k Key) public() (crypto.PublicKey, error) {
	switch {
	case k.Kty == "OKP" && k.Crv == "Ed25519" && (k.Alg == "EdDSA" || k.Alg == ""):
		x, err := decode(k.X)
		if err != nil || len(x) != ed25519.PublicKeySize {
			return nil, errors.New("badges: not an Ed25519 key")
		}
		return ed25519.PublicKey(x), nil
	case k.Kty == "RSA" && (k.Alg == "RS256" || k.Alg == ""):
		n, err1 := decode(k.N)
		e, err2 := decode(k.E)
		if err1 != nil || err2 != nil || len(e) > 4 || len(n) > 1024 {
			return nil, errors.New("badges: not an RSA key")
		}
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if key.N.BitLen() < 2048 || key.E < 3 {
			return nil, errors.New("badges: an RSA key needs 2048 bits")
		}
		return key, nil
	}
	return nil, fmt.Errorf("badges: keys of kind %q are not known here", k.Kty)
}

// method is the only algorithm that the key may be used with.
func (k Key) method() string {
	if k.Kty == "OKP" {
		return "EdDSA"
	}
	return "RS256"
}

// publish writes a public key as a JWK; the kid is added by whoever knows the site.
func publish(public crypto.PublicKey) (Key, error) {
	switch p := public.(type) {
	case ed25519.PublicKey:
		return Key{Kty: "OKP", Crv: "Ed25519", X: encode(p), Alg: "EdDSA", Use: "sig"}, nil
	case *rsa.PublicKey:
		if p.N.BitLen() < 2048 || p.N.BitLen() > 8192 {
			return Key{}, fmt.Errorf("badges: an RSA key of %d bits: 2048 to 8192 are accepted", p.N.BitLen())
		}
		return Key{Kty: "RSA", N: encode(p.N.Bytes()), E: encode(big.NewInt(int64(p.E)).Bytes()), Alg: "RS256", Use: "sig"}, nil
	}
	return Key{}, fmt.Errorf("badges: a key of type %T: Ed25519 and RSA are accepted", public)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func decode(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }
