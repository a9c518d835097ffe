package badges

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

var (
	site   = Site{URL: "https://learn.example.cn", Name: "远山机械"}
	issued = time.Date(2026, 11, 27, 8, 0, 0, 123e6, time.UTC)
	ends   = issued.AddDate(2, 0, 0)
	now    = issued.Add(time.Hour)
)

func example() Badge {
	return Badge{Number: "TG-2026-000123", Index: 4711, Issued: issued, Expires: ends, Evidence: sha256.Sum256([]byte("evidence")),
		Programme: Programme{ID: "key-account",
			Main:  Words{"zh-CN", "大客户销售通关", "六个阶段，六道关。", "每一关的测验不低于80分。"},
			Other: Words{"en", "Key account sales", "Six stages, six gates.", "At least 80 in the quiz of each gate."}},
		Holder: Holder{Kind: Number, Identity: "E10086", Salt: "0123456789abcdef"},
		Score:  &Score{Name: "总分", Hundredths: 9205}}
}

func keys(t testing.TB) Keys {
	t.Helper()
	k, err := OpenKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rsaKeys(t testing.TB) Keys {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeKey(t, filepath.Join(dir, "company.pem"), key)
	k, err := OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func writeKey(t testing.TB, path string, key any) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func sign(t testing.TB, k Keys, b Badge) string {
	t.Helper()
	token, err := k.Sign(site, b)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func list(t testing.TB, k Keys, p Purpose, from time.Time, set ...int) string {
	t.Helper()
	l, err := NewStatusList(p, set, from, from.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	token, err := k.SignList(site, l)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func against(k Keys, lists ...string) Against {
	return Against{Issuer: site.Issuer(), Keys: k.Set(site), Lists: lists}
}

// forge signs whatever it is told to, with our own key: what a careless issuer could do.
func forge(t testing.TB, k Keys, method jwt.SigningMethod, header map[string]any, claims jwt.Claims, key any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["typ"], token.Header["kid"] = "JWT", site.Key(k.all[0].public.thumbprint())
	for name, v := range header {
		token.Header[name] = v
		if v == nil {
			delete(token.Header, name)
		}
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifyStates(t *testing.T) {
	k, other := keys(t), keys(t)
	token := sign(t, k, example())
	endless := example()
	endless.Expires = time.Time{}
	both := []string{list(t, k, Revocation, issued, 1, 2), list(t, k, Suspension, issued, 9)}
	for _, c := range []struct {
		name  string
		token string
		with  Against
		at    time.Time
		want  State
		why   Reason
		not   []Unchecked
	}{
		{"valid", token, against(k, both...), now, Valid, "", nil},
		{"no lists", token, against(k), now, Valid, "", []Unchecked{NoSuspension, NoRevocation}},
		{"one list", token, against(k, both[0]), now, Valid, "", []Unchecked{NoSuspension}},
		{"revoked", token, against(k, list(t, k, Revocation, issued, 4711), both[1]), now, Revoked, "", nil},
		{"suspended", token, against(k, both[0], list(t, k, Suspension, issued, 4711)), now, Suspended, "", nil},
		{"both", token, against(k, list(t, k, Revocation, issued, 4711), list(t, k, Suspension, issued, 4711)), now, Revoked, "", nil},
		{"suspension taken back", token, against(k, both[0], list(t, k, Suspension, issued.Add(time.Minute)), list(t, k, Suspension, issued, 4711)), now, Valid, "", nil},
		{"revocation is for good", token, against(k, both[1], list(t, k, Revocation, issued.Add(time.Minute)), list(t, k, Revocation, issued, 4711)), now, Revoked, "", nil},
		{"stale list", token, against(k, list(t, k, Revocation, issued.AddDate(0, -1, 0), 4711), both[1]), now, Valid, "", []Unchecked{NoRevocation}},
		{"list of another key", token, against(k, list(t, other, Revocation, issued, 4711), both[1]), now, Valid, "", []Unchecked{NoRevocation}},
		{"list that is a badge", token, against(k, token, both[1]), now, Valid, "", []Unchecked{NoRevocation}},
		{"expired", token, against(k, both...), ends.Add(time.Second), Expired, "", []Unchecked{NoSuspension, NoRevocation}},
		{"revoked and expired", token, against(k, list(t, k, Revocation, ends, 4711), list(t, k, Suspension, ends)), ends.Add(time.Second), Revoked, "", nil},
		{"a second before its end", token, against(k), ends.Truncate(time.Second).Add(-time.Second), Valid, "", []Unchecked{NoSuspension, NoRevocation}},
		{"at its end", token, against(k), ends.Truncate(time.Second), Expired, "", []Unchecked{NoSuspension, NoRevocation}},
		{"no end", sign(t, k, endless), against(k, both...), now.AddDate(0, 0, 0), Valid, "", nil},
		{"no end, a century later", sign(t, k, endless), against(k), now.AddDate(100, 0, 0), Valid, "", []Unchecked{NoSuspension, NoRevocation}},
		{"early", token, against(k), issued.Add(-time.Hour), Early, "", []Unchecked{NoSuspension, NoRevocation}},
		{"unknown key", token, against(other), now, UnknownKey, "", nil},
		{"no keys", token, Against{Issuer: site.Issuer()}, now, UnknownKey, "", nil},
		{"another issuer", token, Against{Issuer: "https://elsewhere.cn/badges/issuer", Keys: k.Set(site)}, now, Altered, Issuer, nil},
		{"no issuer asked for", token, Against{Keys: k.Set(site)}, now, Altered, Issuer, nil},
		{"a status list is no badge", both[0], against(k), now, Altered, Form, nil},
		{"empty", "", against(k), now, Altered, Form, nil},
		{"oversize", token + strings.Repeat("A", maxBadge), against(k), now, Altered, Size, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Verify(c.token, c.with, c.at)
			if v.State != c.want || v.Reason != c.why || !cmp.Equal(v.NotChecked, c.not) {
				t.Errorf("got %+v", v)
			}
			if (v.Said != nil) != (c.want != Altered && c.want != UnknownKey) {
				t.Errorf("said %+v", v.Said)
			}
		})
	}
}

func TestForgeriesAreAltered(t *testing.T) {
	k := keys(t)
	key := k.all[0].private
	good := example().credential(site)
	change := func(f func(*credential)) credential { c := good; f(&c); return c }
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	public, _ := k.all[0].public.public()
	for name, c := range map[string]struct {
		token string
		why   Reason
	}{
		"alg none":                   {forge(t, k, jwt.SigningMethodNone, nil, good, jwt.UnsafeAllowNoneSignatureType), Signature},
		"HS256 with the public key":  {forge(t, k, jwt.SigningMethodHS256, nil, good, []byte(public.(ed25519.PublicKey))), Signature},
		"RS256 under an Ed25519 kid": {forge(t, k, jwt.SigningMethodRS256, nil, good, r), Header},
		"RS512":                      {forge(t, k, jwt.SigningMethodRS512, nil, good, r), Signature},
		"signed by a stranger":       {forge(t, k, jwt.SigningMethodEdDSA, nil, good, stranger), Signature},
		"with a jwk of its own":      {forge(t, k, jwt.SigningMethodEdDSA, map[string]any{"jwk": k.all[0].public}, good, key), Header},
		"with crit":                  {forge(t, k, jwt.SigningMethodEdDSA, map[string]any{"crit": []string{"exp"}}, good, key), Header},
		"without typ":                {forge(t, k, jwt.SigningMethodEdDSA, map[string]any{"typ": nil}, good, key), Header},
		"typ of a list":              {forge(t, k, jwt.SigningMethodEdDSA, map[string]any{"typ": "vc+jwt"}, good, key), Header},
		"without kid":                {forge(t, k, jwt.SigningMethodEdDSA, map[string]any{"kid": nil}, good, key), Header},
		"kid is no text":             {forge(t, k, jwt.SigningMethodEdDSA, map[string]any{"kid": 7}, good, key), Header},
		"list in a badge's clothes":  {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Type = []string{"VerifiableCredential", typeList} }), key), Claims},
		"issuer inside is another":   {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Issuer.ID = "https://x.cn" }), key), Claims},
		"iss is another":             {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Iss = "https://x.cn" }), key), Issuer},
		"iss is missing":             {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Iss = "" }), key), Issuer},
		"jti is another":             {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Jti += "4" }), key), Claims},
		"sub is another":             {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Sub += "4" }), key), Claims},
		"nbf is missing":             {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Nbf = nil }), key), Claims},
		"nbf is not validFrom":       {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.ValidFrom = stamp(issued.Add(-time.Hour)) }), key), Claims},
		"validUntil without exp":     {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.Exp = nil }), key), Claims},
		"exp without validUntil":     {forge(t, k, jwt.SigningMethodEdDSA, nil, change(func(c *credential) { c.ValidUntil = "" }), key), Claims},
		"an empty object":            {forge(t, k, jwt.SigningMethodEdDSA, nil, jwt.MapClaims{}, key), Issuer},
		"a list of things":           {forge(t, k, jwt.SigningMethodEdDSA, nil, jwt.MapClaims{"type": 7, "iss": site.Issuer()}, key), Form},
	} {
		if v := Verify(c.token, against(k), now); v.State != Altered || v.Reason != c.why || v.Said != nil {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := Verify(forge(t, k, jwt.SigningMethodEdDSA, nil, good, key), against(k), now); v.State != Valid {
		t.Errorf("the forger's own copy should be valid: %+v", v)
	}
}

// Any other last character of a signature that decodes to the same bytes must be refused too.
func TestEveryCharacterCounts(t *testing.T) {
	for name, k := range map[string]Keys{"ed25519": keys(t), "rsa": rsaKeys(t)} {
		token := sign(t, k, example())
		for i := range token {
			c := byte('A')
			if token[i] == 'A' {
				c = 'B'
			}
			changed := token[:i] + string(c) + token[i+1:]
			if v := Verify(changed, against(k), now); v.State != Altered && v.State != UnknownKey {
				t.Fatalf("%s: character %d of %d: %+v", name, i, len(token), v)
			}
		}
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=." {
			changed := token[:len(token)-1] + string(c)
			if v := Verify(changed, against(k), now); changed != token && v.State != Altered {
				t.Errorf("%s: ending in %c: %+v", name, c, v)
			}
		}
	}
}

func TestWhatABadgeSays(t *testing.T) {
	k := keys(t)
	b := example()
	paper := sha256.Sum256([]byte("paper"))
	b.Paper = &paper
	v := Verify(sign(t, k, b), against(k), now)
	want := &Said{ID: "https://learn.example.cn/certificates/TG-2026-000123", Issuer: "https://learn.example.cn/badges/issuer", IssuerName: "远山机械",
		Programme: "https://learn.example.cn/programmes/key-account", Language: "zh-CN", Title: "大客户销售通关",
		Description: "六个阶段，六道关。\n\nKey account sales\n\nSix stages, six gates.", Criteria: "每一关的测验不低于80分。\n\nAt least 80 in the quiz of each gate.",
		Holder: Identity{Type: "IdentityObject", Hash: HashIdentity("E10086", "0123456789abcdef"), Kind: Number, Hashed: true, Salt: "0123456789abcdef"},
		Issued: issued.Truncate(time.Second), Expires: ends.Truncate(time.Second), Evidence: named(b.Evidence), Paper: named(paper), Score: "92.05"}
	opt := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, v.Said, opt); diff != "" {
		t.Error(diff)
	}
	if !cmp.Equal(v.NotChecked, []Unchecked{NoSuspension, NoRevocation, NoPaper}) {
		t.Errorf("not checked: %v", v.NotChecked)
	}
	if sum, err := Digest(v.Said.Evidence); err != nil || sum != b.Evidence {
		t.Errorf("%x, %v", sum, err)
	}
	b.Holder = Holder{Name: "𠮷䶮", Kind: Number, Identity: "E10086", Salt: "0123456789abcdef"}
	named := sign(t, k, b)
	if h := Verify(named, against(k), now).Said.Holder; h != (Identity{Type: "IdentityObject", Hash: "𠮷䶮", Kind: "name"}) {
		t.Errorf("%+v", h)
	}
	for _, token := range []string{sign(t, k, example()), named} {
		if payload, _ := decode(strings.Split(token, ".")[1]); strings.Contains(string(payload), "E10086") {
			t.Errorf("the number has left: %s", payload)
		}
	}
}

// The golden file is read by people: it shows what the world gets to see.
func TestGoldenPayload(t *testing.T) {
	for file, v := range map[string]any{"badge.golden.json": example().credential(site), "profile.golden.json": site.Profile()} {
		got, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", file)
		if os.Getenv("TONGGUAN_TEST_UPDATE") != "" {
			if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

func TestBadBadgesAreNotSigned(t *testing.T) {
	k := keys(t)
	for name, f := range map[string]func(*Badge){
		"no number":            func(b *Badge) { b.Number = "" },
		"no programme":         func(b *Badge) { b.Programme.ID = "" },
		"no summary":           func(b *Badge) { b.Programme.Main.Summary = "" },
		"no criteria":          func(b *Badge) { b.Programme.Main.Criteria = "" },
		"no title":             func(b *Badge) { b.Programme.Main.Title = "" },
		"no moment":            func(b *Badge) { b.Issued = time.Time{} },
		"ends before it began": func(b *Badge) { b.Expires = b.Issued },
		"nobody":               func(b *Badge) { b.Holder = Holder{} },
		"no salt":              func(b *Badge) { b.Holder.Salt = "short" },
		"unknown identity":     func(b *Badge) { b.Holder.Kind = "passport" },
		"index below":          func(b *Badge) { b.Index = -1 },
		"index above":          func(b *Badge) { b.Index = MaxEntries },
		"score above":          func(b *Badge) { b.Score = &Score{"x", 10001} },
	} {
		b := example()
		f(&b)
		if _, err := k.Sign(site, b); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
	if _, err := k.Sign(Site{URL: "/", Name: "x"}, example()); err == nil {
		t.Error("signed for a site without a host")
	}
}

func FuzzVerify(f *testing.F) {
	dir := f.TempDir() // the same key in every process that fuzzes, so that the seeds are good in all of them
	writeKey(f, filepath.Join(dir, "seed.pem"), ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	k, err := OpenKeys(dir)
	if err != nil {
		f.Fatal(err)
	}
	token := sign(f, k, example())
	l := list(f, k, Revocation, issued, 4711)
	f.Add(token, l)
	f.Add(l, token)
	f.Add("", "")
	f.Add(token[:len(token)/2], l[:len(l)-1])
	f.Add("eyJhbGciOiJub25lIn0.e30.", "e30.e30.e30")
	f.Fuzz(func(t *testing.T, a, b string) {
		v := Verify(a, against(k, b), now)
		if a != token && v.State != Altered && v.State != UnknownKey {
			t.Errorf("%q: %+v", a, v)
		}
		v = Verify(token, against(k, b), now)
		if b == l && v.State != Revoked || b != l && v.State != Valid {
			t.Errorf("with the list %q: %+v", b, v)
		}
	})
}
