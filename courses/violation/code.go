package violation

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A receipt code is 26 figures and letters of Crockford's base 32, without I, L, O and U: 125 random bits in 25 of them,
// and a check character; written in groups of five, the last of six.
//
// What is kept is SHA-256 of it and no more. A password must be hashed slowly because people choose few of them; of 2^125
// codes that are equally likely nobody tries a noticeable part, however fast the hash, and a salt has nothing to add.

// alphabet of the codes.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	payload = 25
	// CodeBytes is how many random bytes a code is made of.
	CodeBytes = 16 // 128 bits, of which the last three are not used
)

// Code makes a receipt code of CodeBytes random bytes.
func Code(random []byte) string {
	var b strings.Builder
	bits, have := uint32(0), 0
	for i := 0; b.Len() < payload; {
		if have < 5 {
			bits, have = bits<<8|uint32(random[i]), have+8
			i++
		}
		have -= 5
		b.WriteByte(alphabet[bits>>have&31])
	}
	return b.String() + string(check(b.String()))
}

// remainder is a text read as a polynomial over GF(32), the highest power first, at the element α of x⁵ + x² + 1. With the
// check character it is 0. One wrong character leaves e·αᵏ and two neighbours that have changed places e·αᵏ·(α + 1), of
// which neither is 0: both are always found.
func remainder(text string) int {
	r := 0
	for i := range len(text) {
		if r <<= 1; r >= 32 {
			r ^= 0b100101
		}
		r ^= strings.IndexByte(alphabet, text[i])
	}
	return r
}

// check is the character that makes the remainder 0.
func check(text string) byte { return alphabet[remainder(text+"0")] }

// Grouped writes a code so that it can be copied by hand.
func Grouped(code string) string {
	var parts []string
	for len(code) > 6 {
		parts, code = append(parts, code[:5]), code[5:]
	}
	return strings.Join(append(parts, code), "-")
}

// CleanCode reads a code as people write it: in any case, with spaces and dashes or without, I and L for 1, O for 0. It
// gives "" for what can be none.
func CleanCode(text string) string {
	text = strings.ToUpper(text)
	text = strings.NewReplacer("-", "", "–", "", "—", "", " ", "", "\t", "", "　", "", "O", "0", "I", "1", "L", "1").Replace(text)
	if len(text) != payload+1 || strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(alphabet, r) }) || remainder(text) != 0 {
		return ""
	}
	return text
}

func hashOf(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}
