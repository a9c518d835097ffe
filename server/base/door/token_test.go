package door

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

func (h house) token(a access.Actor, scopes ...string) string {
	h.Helper()
	text, err := h.NewToken(ctx, a, "laptop", scopes, 30)
	if err != nil {
		h.Fatal(err)
	}
	return text
}

func (h house) bad(name, text string) {
	h.Helper()
	if _, _, err := h.RecogniseToken(ctx, text); fault.KindOf(err) != fault.Denied {
		h.Errorf("%s: %v", name, err)
	}
}

func TestTokenOpensItsScopes(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang", access.HR)
		text := h.token(a, ScopeProfile)
		got, scopes, err := h.RecogniseToken(ctx, text)
		if err != nil || got.ID != a.ID || !got.Is(access.HR) || !cmp.Equal(scopes, []string{ScopeProfile}) {
			h.Errorf("%+v, %v, %v", got, scopes, err)
		}
		h.advance(30*24*time.Hour - time.Second)
		if _, _, err := h.RecogniseToken(ctx, text); err != nil {
			h.Error(err)
		}
		h.advance(time.Second)
		h.bad("expired", text)
		if ts, err := h.Tokens(ctx, a); len(ts) != 0 || err != nil {
			h.Errorf("%+v, %v", ts, err)
		}
	})
}

func TestRefusedTokenForms(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		for _, c := range []struct {
			name   string
			scopes []string
			days   int
			key    string
		}{
			{" ", Scopes(), 1, "door.token_name"},
			{strings.Repeat("名", 61), Scopes(), 1, "door.token_name_long"},
			{"x", Scopes(), 0, "door.token_days"},
			{"x", Scopes(), MaxTokenDays + 1, "door.token_days"},
			{"x", nil, 1, "door.token_scopes"},
			{"x", []string{ScopeProfile, "admin"}, 1, "door.token_scopes"},
		} {
			_, err := h.NewToken(ctx, a, c.name, c.scopes, c.days)
			h.wants(err, fault.Invalid, c.key)
		}
		if _, err := h.NewToken(ctx, a, "x\x00\xff", Scopes(), 1); err != nil {
			h.Error(err)
		}
	})
}

func TestRevokedTokenStopsAndOthersCannotRevoke(t *testing.T) {
	each(t, func(h house) {
		a, other := h.person("wang"), h.person("li", access.Admin)
		text := h.token(a, ScopeProfile)
		kept := h.token(a, ScopeLearning)
		ts, err := h.Tokens(ctx, a)
		if err != nil || len(ts) != 2 {
			h.Fatal(ts, err)
		}
		if theirs, err := h.Tokens(ctx, other); len(theirs) != 0 || err != nil {
			h.Errorf("%+v, %v", theirs, err)
		}
		for _, tk := range ts {
			h.wants(h.RevokeToken(ctx, other, tk.ID), fault.Missing, "error.missing")
			if cmp.Equal(tk.Scopes, []string{ScopeProfile}) {
				if err := h.RevokeToken(ctx, a, tk.ID); err != nil {
					h.Error(err)
				}
				h.wants(h.RevokeToken(ctx, a, tk.ID), fault.Missing, "error.missing")
			}
		}
		h.bad("revoked", text)
		if _, _, err := h.RecogniseToken(ctx, kept); err != nil {
			h.Error(err)
		}
	})
}

// forge signs what claims it likes with what key it likes.
func forge(t *testing.T, method jwt.SigningMethod, key any, c jwt.Claims) string {
	t.Helper()
	text, err := jwt.NewWithClaims(method, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestForgedTokensOpenNothing(t *testing.T) {
	each(t, func(h house) {
		a, other := h.person("wang"), h.person("li")
		text := h.token(a, ScopeProfile)
		ts, err := h.Tokens(ctx, a)
		if err != nil {
			h.Fatal(err)
		}
		with := func(change func(*jwt.RegisteredClaims)) jwt.Claims {
			c := jwt.RegisteredClaims{ID: ts[0].ID, Subject: a.ID, Issuer: issuer, Audience: jwt.ClaimStrings{audience},
				ExpiresAt: jwt.NewNumericDate(time.UnixMilli(ts[0].Expires))}
			change(&c)
			return claims{ScopeProfile, c}
		}
		same := with(func(*jwt.RegisteredClaims) {})
		if _, _, err := h.RecogniseToken(ctx, forge(h.T, jwt.SigningMethodHS256, secret, same)); err != nil {
			h.Fatalf("the forger's own claims do not work to begin with: %v", err)
		}
		hs := jwt.SigningMethodHS256
		for name, forged := range map[string]string{
			"none":           forge(h.T, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, same),
			"HS512":          forge(h.T, jwt.SigningMethodHS512, secret, same),
			"empty key":      forge(h.T, hs, []byte{}, same),
			"another key":    forge(h.T, hs, []byte("another key"), same),
			"no expiry":      forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.ExpiresAt = nil })),
			"other issuer":   forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.Issuer = "badge" })),
			"no issuer":      forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.Issuer = "" })),
			"other audience": forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.Audience = jwt.ClaimStrings{"badge"} })),
			"no audience":    forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.Audience = nil })),
			"other person":   forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.Subject = other.ID })),
			"unknown token":  forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.ID = "x" })),
			"no id":          forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) { c.ID = "" })),
			"not yet": forge(h.T, hs, secret, with(func(c *jwt.RegisteredClaims) {
				c.NotBefore = jwt.NewNumericDate(time.UnixMilli(ts[0].Expires))
			})),
			"altered":      altered(h.T, text, other.ID, a.ID),
			"no signature": text[:strings.LastIndex(text, ".")+1],
			"empty":        "",
			"nonsense":     "a.b.c",
		} {
			h.bad(name, forged)
		}
	})
}

// altered puts another person into the token and leaves the signature.
func altered(t *testing.T, text, to, from string) string {
	t.Helper()
	parts := strings.Split(text, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !strings.Contains(string(payload), from) {
		t.Fatal(string(payload), err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.ReplaceAll(string(payload), from, to)))
	return strings.Join(parts, ".")
}

// The scopes are those in the database, whatever the token claims.
func TestScopesAreThoseThatWereGiven(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		h.token(a, ScopeProfile)
		ts, err := h.Tokens(ctx, a)
		if err != nil {
			h.Fatal(err)
		}
		wide := ts[0]
		wide.Joined = "profile learning"
		text, err := h.sign(wide, a.ID)
		if err != nil {
			h.Fatal(err)
		}
		if _, scopes, err := h.RecogniseToken(ctx, text); err != nil || !cmp.Equal(scopes, []string{ScopeProfile}) {
			h.Errorf("%v, %v", scopes, err)
		}
	})
}

func TestWithoutASecretThereAreNoTokens(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		h.secret = nil
		if text, err := h.NewToken(ctx, a, "x", Scopes(), 1); err == nil {
			h.Errorf("signed %s", text)
		}
		text := forge(h.T, jwt.SigningMethodHS256, []byte{}, claims{})
		if _, _, err := h.RecogniseToken(ctx, text); fault.KindOf(err) != fault.Internal {
			h.Errorf("%v", err)
		}
	})
}

// A stolen backup opens nothing: neither a token nor a cookie nor a link stands in it.
func TestNothingThatOpensStandsInTheDatabase(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		text := h.token(a, ScopeProfile)
		cookie, _ := h.signIn("wang")
		link := h.link(a.ID)
		var all string
		for table, columns := range map[string]string{
			"session": "token_hash || id || agent", "one_time_link": "token_hash", "api_token": "id || name || scopes",
			"audit_entry": "leaf || private", "person": "password_hash || search_key",
		} {
			var rows []string
			if err := h.db.Read().Select(ctx, &rows, "SELECT "+columns+" FROM "+table); err != nil || len(rows) == 0 {
				h.Fatal(table, err)
			}
			all += strings.Join(rows, "\n")
		}
		for _, opens := range append(strings.Split(text, "."), cookie, link, good) {
			if strings.Contains(all, opens) {
				h.Errorf("%s stands in the database", opens)
			}
		}
	})
}
