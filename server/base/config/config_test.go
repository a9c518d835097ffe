package config

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// clean removes every setting from the environment of the test.
func clean(t *testing.T) {
	t.Helper()
	for f := range reflect.TypeFor[Config]().Fields() {
		name := f.Tag.Get("env")
		t.Setenv(name, "") // restores the old value afterwards
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDefaults(t *testing.T) {
	clean(t)
	got, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Addr: "127.0.0.1:8080", Data: "./data", Database: "data/tongguan.db", SecretFile: "data/secret",
		URL: "http://127.0.0.1:8080", Company: "通关 Tongguan", BadgeKeys: "data/badge-keys", Zone: "Asia/Shanghai", Session: 336 * time.Hour, Pool: 16, Hashers: max(1, runtime.NumCPU()/2), DigestAt: "08:00", Checkpoint: time.Hour}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Secure() {
		t.Error("http is not secure")
	}
}

func TestValuesAreTaken(t *testing.T) {
	clean(t)
	t.Setenv("TONGGUAN_URL", "https://learn.example.cn/")
	t.Setenv("TONGGUAN_TRUSTED_PROXIES", "10.0.0.0/8,::1")
	t.Setenv("TONGGUAN_DATA", "/srv/tongguan")
	t.Setenv("TONGGUAN_TIMEZONE", "Europe/Berlin")
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if !c.Secure() || c.URL != "https://learn.example.cn" || len(c.Proxies) != 2 || c.Database != "/srv/tongguan/tongguan.db" {
		t.Errorf("%+v", c)
	}
	if zone, err := c.Location(); err != nil || zone.String() != "Europe/Berlin" {
		t.Errorf("%v, %v", zone, err)
	}
}

func TestBadValuesAreRefusedByName(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"TONGGUAN_SESSION", "two weeks"},
		{"TONGGUAN_SESSION", "-1h"},
		{"TONGGUAN_SESSION", "0s"},
		{"TONGGUAN_CHECKPOINT_EVERY", "0s"},
		{"TONGGUAN_DATABASE_CONNECTIONS", "1"},
		{"TONGGUAN_DATABASE_CONNECTIONS", "many"},
		{"TONGGUAN_PASSWORD_HASHERS", "-1"},
		{"TONGGUAN_TIMEZONE", "Asia/Atlantis"},
		{"TONGGUAN_STATS", "maybe"},
		{"TONGGUAN_URL", "learn.example.cn"},
		{"TONGGUAN_URL", "ftp://learn.example.cn"},
		{"TONGGUAN_ADDR", "8080"},
		{"TONGGUAN_TRUSTED_PROXIES", "10.0.0.1,everybody"},
		{"TONGGUAN_SMTP_URL", "smtp://mail.example.cn:587"}, // no sender
		{"TONGGUAN_DIGEST_AT", "8 o'clock"},
		{"TONGGUAN_DIGEST_AT", "24:00"},
		{"TONGGUAN_MAIL_FROM", "nobody"},
		{"TONGGUAN_AUDIT_WITNESS", "nobody"},
		{"TONGGUAN_AUDIT_WITNESS", "auditor@example.cn"}, // no mail server
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			clean(t)
			t.Setenv(c.name, c.value)
			if _, err := Load(); err == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestHidePassword(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://app:s3cret@db:5432/tongguan?sslmode=require":  "postgres://app:•••@db:5432/tongguan?sslmode=require",
		"postgres://app:s3@cr:et@db/tongguan":                     "postgres://app:•••@db/tongguan",
		"postgres://app:s3/cret@db/tongguan":                      "postgres://app:•••@db/tongguan",
		"postgres://:s3cret@db/tongguan":                          "postgres://:•••@db/tongguan",
		"postgres://db:5432/tongguan":                             "postgres://db:5432/tongguan",
		"postgres://db/tongguan?user=app&password=s3cret":         "postgres://db/tongguan?user=app&password=•••",
		"host=db password=s3cret dbname=tongguan":                 "host=db password=••• dbname=tongguan",
		"host=db PASSWORD = 's3 \\' cret' dbname=tongguan":        "host=db PASSWORD = ••• dbname=tongguan",
		`host=db password=s3\ cret dbname=tongguan`:               "host=db password=••• dbname=tongguan",
		"host=db sslpassword=s3cret password=s3cret2 sslmode=off": "host=db sslpassword=••• password=••• sslmode=off",
		"./data/tongguan.db":                                      "./data/tongguan.db",
	} {
		if got := HidePassword(dsn); got != want {
			t.Errorf("%s\n got %s\nwant %s", dsn, got, want)
		}
	}
}

func TestSettingsHidePasswordsAndExplainEverything(t *testing.T) {
	clean(t)
	t.Setenv("TONGGUAN_DATABASE", "host=db password=s3cret sslmode=disable")
	t.Setenv("TONGGUAN_SMTP_URL", "smtp://me@example.cn:s3cret@mail.example.cn")
	t.Setenv("TONGGUAN_MAIL_FROM", "me@example.cn")
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Settings() {
		if strings.Contains(s.Value, "s3cret") {
			t.Errorf("%s shows the password", s.Name)
		}
		if s.Name == "" || s.Help == "" {
			t.Errorf("%+v is not explained", s)
		}
	}
}

func TestSecretIsMadeOnceAndPrivate(t *testing.T) {
	c := Config{SecretFile: filepath.Join(t.TempDir(), "new", "secret")}
	first, err := c.Secret()
	if err != nil || len(first) != 32 {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	again, err := c.Secret()
	if err != nil || string(again) != string(first) {
		t.Errorf("another secret the second time, %v", err)
	}
	info, err := os.Stat(c.SecretFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(c.SecretFile))
	if err != nil || len(left) != 1 {
		t.Errorf("files left behind: %v, %v", left, err)
	}
}

// Whoever comes second must never read a file that is not written yet.
func TestStartersAtOnceShareOneSecret(t *testing.T) {
	for range 50 {
		c := Config{SecretFile: filepath.Join(t.TempDir(), "secret")}
		got := make([]string, 8)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				secret, err := c.Secret()
				if err != nil {
					t.Error(err)
				}
				got[i] = string(secret)
			})
		}
		wg.Wait()
		for _, s := range got {
			if s != got[0] || s == "" {
				t.Fatal("the starters have different secrets")
			}
		}
	}
}

func TestBadSecretFileIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "short": hex.EncodeToString(make([]byte, 31)), "not hexadecimal": strings.Repeat("xyz", 40),
	} {
		c := Config{SecretFile: filepath.Join(t.TempDir(), "secret")}
		if err := os.WriteFile(c.SecretFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Secret(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
