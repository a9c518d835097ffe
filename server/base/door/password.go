package door

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"tongguan/server/base/fault"
)

// Argon2id with 19 MiB and two passes, the first of the settings OWASP recommends: 20 to 25 ms a password.
const (
	argonTime   = 2
	argonMemory = 19 * 1024 // KiB
	argonKey    = 32        // bytes
	saltBytes   = 16
)

// Bounds of a password, in characters. The upper one keeps a megabyte from being hashed.
const (
	MinPassword = 10
	MaxPassword = 128
)

// hasher bounds how many passwords are hashed at once: one costs as much as a thousand saved answers.
type hasher struct{ slots chan struct{} }

func newHasher(n int) *hasher { return &hasher{make(chan struct{}, max(1, n))} }

func (h *hasher) run(ctx context.Context, password, salt []byte) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		return argon2.IDKey(password, salt, argonTime, argonMemory, 1, argonKey), nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Busy, ctx.Err(), "door.busy")
	}
}

// hash gives the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string, salt []byte) (string, error) {
	key, err := h.run(ctx, []byte(password), salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, argonMemory, argonTime, enc(salt), enc(key)), nil
}

// matches takes the same time whether the account exists or not: without a hash to compare it still hashes.
func (h *hasher) matches(ctx context.Context, password, phc string) (bool, error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 {
		_, err := h.run(ctx, []byte(password), make([]byte, saltBytes))
		return false, err
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false, fault.New(fault.Internal, "error.internal")
	}
	got, err := h.run(ctx, []byte(password), salt)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// CheckPassword refuses a password that is too short, too long, or one of those that everybody tries first.
func CheckPassword(password, login string) error {
	n := utf8.RuneCountInString(password)
	folded := strings.ToLower(password)
	switch {
	case n < MinPassword:
		return fault.New(fault.Invalid, "door.password_short", "min", MinPassword).At("password")
	case n > MaxPassword:
		return fault.New(fault.Invalid, "door.password_long", "max", MaxPassword).At("password")
	case login != "" && strings.Contains(folded, login) && utf8.RuneCountInString(strings.ReplaceAll(folded, login, "")) < MinPassword,
		distinct(folded) < 5:
		return fault.New(fault.Invalid, "door.password_weak").At("password")
	}
	for _, known := range []string{"password", "123456", "qwerty", "abc123", "111111", "letmein", "iloveyou"} {
		if strings.HasPrefix(folded, known) && n < len(known)+6 {
			return fault.New(fault.Invalid, "door.password_weak").At("password")
		}
	}
	return nil
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
