package badges

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestFirstKeyIsMadeOnceAndPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "keys")
	first, err := OpenKeys(dir)
	if err != nil || len(first.all) != 1 || first.all[0].public.Alg != "EdDSA" {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := OpenKeys(dir)
	if err != nil || again.all[0].public != first.all[0].public {
		t.Errorf("another key the second time, %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "key-0001.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("files left behind: %v, %v", left, err)
	}
}

func TestStartersAtOnceShareOneKey(t *testing.T) {
	for range 30 {
		dir := filepath.Join(t.TempDir(), "keys")
		got := make([]Keys, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				k, err := OpenKeys(dir)
				if err != nil {
					t.Error(err)
				}
				got[i] = k
			})
		}
		wg.Wait()
		for _, k := range got {
			if len(k.all) != 1 || k.all[0].public != got[0].all[0].public {
				t.Fatal("the starters have different keys")
			}
		}
	}
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	old, err := OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	before := sign(t, old, example())
	k, err := Rotate(dir, RSA)
	if err != nil || len(k.Set(site).Keys) != 2 || k.all[0].public.Alg != "RS256" {
		t.Fatalf("%+v, %v", k.Set(site), err)
	}
	after := sign(t, k, example())
	for name, token := range map[string]string{"before": before, "after": after} {
		if v := Verify(token, against(k), now); v.State != Valid {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := Verify(after, against(old), now); v.State != UnknownKey {
		t.Errorf("%+v", v)
	}
	retire(t, filepath.Join(dir, "key-0001.pem"))
	k, err = OpenKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if v := Verify(before, against(k), now); v.State != Valid {
		t.Errorf("a retired key no longer verifies: %+v", v)
	}
	retire(t, filepath.Join(dir, "key-0002.pem"))
	if k, err = OpenKeys(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Sign(site, example()); err == nil {
		t.Error("signed without a private key")
	}
}

// retire leaves only the public half of a key.
func retire(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(p.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRotatorsAtOnce(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenKeys(dir); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := Rotate(dir, Ed25519); err != nil && !errors.Is(err, fs.ErrExist) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	k, err := OpenKeys(dir)
	if err != nil || len(k.all) < 2 || k.all[0].name != "key-000"+string('0'+byte(len(k.all))) {
		t.Errorf("%d keys, newest %s, %v", len(k.all), k.all[0].name, err)
	}
}

func TestSuccessor(t *testing.T) {
	for name, want := range map[string]string{"key-0001": "key-0002", "key-0999": "key-1000", "company": "company-0002", "2026": "2027", "key-9999": "key-10000"} {
		if got := successor(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestBadKeysAreRefused(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skip("this Go makes no short keys")
	}
	curve, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der := func(key any) string {
		b, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b}))
	}
	_, fine, _ := ed25519.GenerateKey(rand.Reader)
	for name, text := range map[string]string{"empty": "", "noise": "hello", "1024 bits": der(short), "P-256": der(curve),
		"two keys": der(fine) + der(fine), "PKCS#1": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(short)})),
		"a certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}}))} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "key.pem"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenKeys(dir); err == nil || !strings.Contains(err.Error(), "key.pem") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The keys and thumbprints are those of RFC 7638, 3.1, and RFC 8037, A.3.
func TestThumbprints(t *testing.T) {
	for want, k := range map[string]Key{
		"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs": {Kty: "RSA", E: "AQAB", N: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"},
		"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k": {Kty: "OKP", Crv: "Ed25519", X: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
	} {
		if got := k.thumbprint(); got != want {
			t.Errorf("%s: %s", want, got)
		}
	}
}

func TestSetIsReadBack(t *testing.T) {
	k := rsaKeys(t)
	text, err := json.Marshal(k.Set(site))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), `"d"`) || !strings.Contains(string(text), site.KeySet()+"/") {
		t.Errorf("%s", text)
	}
	set, err := ParseSet(text)
	if err != nil || len(set.Keys) != 1 || set.Keys[0] != k.Set(site).Keys[0] {
		t.Errorf("%+v, %v", set, err)
	}
	one, ok := k.Key(site, set.Keys[0].thumbprint())
	if !ok || one != set.Keys[0] {
		t.Errorf("%+v, %v", one, ok)
	}
	if _, ok := k.Key(site, "nobody"); ok {
		t.Error("found a key that is not there")
	}
	mixed := `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":"RSA","n":"AQAB","e":"AQAB"},{}]}`
	if set, err := ParseSet([]byte(mixed)); err != nil || len(set.Keys) != 0 {
		t.Errorf("%+v, %v", set, err)
	}
	for name, text := range map[string]string{"noise": "x", "huge": strings.Repeat(" ", maxSet) + "{}"} {
		if _, err := ParseSet([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
