package site

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"tongguan/server/base/fault"
)

// The id of an attempt begins with the moment at which it began. Whoever marks an open answer must not know whose it is,
// and might know who sat a quiz at that moment: their addresses carry the id sealed.

// Veil seals an id for an address; the same id gives the same text.
func Veil(secret []byte, id string) string {
	sealer, nonce := veiler(secret), veilSum(secret, id)
	return base64.RawURLEncoding.EncodeToString(sealer.Seal(nonce[:sealer.NonceSize():sealer.NonceSize()], nonce[:sealer.NonceSize()], []byte(id), nil))
}

// unveil gives the id; Missing where it was not sealed here.
func unveil(secret []byte, text string) (string, error) {
	missing := fault.New(fault.Missing, "error.missing")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	sealer := veiler(secret)
	if err != nil || len(raw) < sealer.NonceSize() {
		return "", missing
	}
	id, err := sealer.Open(nil, raw[:sealer.NonceSize()], raw[sealer.NonceSize():], nil)
	if err != nil {
		return "", missing
	}
	return string(id), nil
}

func veiler(secret []byte) cipher.AEAD {
	block, err := aes.NewCipher(veilSum(secret, "key"))
	if err != nil {
		panic(err) // a sum has the length of a key
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has the length of a block
	}
	return sealer
}

func veilSum(secret []byte, text string) []byte {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("veil\x00" + text))
	return m.Sum(nil)
}
