package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongguan/courses/certification"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/people"
	"tongguan/server/edge/admin"
	"tongguan/server/edge/app"
)

// academy is a data folder with one certificate in it, as the settings in the environment name it.
type academy struct {
	*testing.T
	dir, number string
	app         *app.App
}

func newAcademy(t *testing.T) *academy {
	t.Helper()
	dir := t.TempDir()
	for name, value := range map[string]string{"TONGGUAN_DATA": filepath.Join(dir, "data"), "TONGGUAN_DATABASE": "", "TONGGUAN_SECRET_FILE": "", "TONGGUAN_BADGE_KEYS": "",
		"TONGGUAN_URL": "https://learn.example.cn", "TONGGUAN_COMPANY": "衡川工控", "LANG": "en_GB.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""} {
		t.Setenv(name, value)
	}
	if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Build(cfg, app.Options{Content: "../app/testdata/content", Clock: clock.System(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) //nolint:errcheck // the folder goes with it
	out := &academy{T: t, dir: dir, app: a}
	out.earn()
	return out
}

// earn has 吉𠮷 do what the programme asks, which is to be signed by HR.
func (a *academy) earn() {
	a.Helper()
	ctx, operator := context.Background(), access.Operator()
	_, err := a.app.DB.Migrate(ctx)
	rep, err2 := a.app.People.Create(ctx, operator, people.Person{Login: "ji", Name: "吉𠮷", Roles: []access.Role{access.Learner}})
	boss, err3 := a.app.People.Create(ctx, operator, people.Person{Login: "hr", Name: "人力", Roles: []access.Role{access.HR}})
	if err != nil || err2 != nil || err3 != nil {
		a.Fatal(err, err2, err3)
	}
	hr, err := a.app.People.Get(ctx, operator, boss)
	if err == nil {
		err = a.app.Training.Enrol(ctx, hr.Actor(), rep, "seal", "2026-03-01")
	}
	if err == nil {
		err = a.app.Training.Sign(ctx, hr.Actor(), training.Signing{Person: rep, Programme: "seal", Step: "signed"}, "once")
	}
	all, err2 := a.app.Certificates.Mine(ctx, hr.Actor(), rep)
	if err != nil || err2 != nil || len(all) != 1 {
		a.Fatal(all, err, err2)
	}
	a.number = all[0].Number
}

// run runs a command and gives what it printed and its exit code.
func (a *academy) run(args ...string) (out string, code int) {
	a.Helper()
	var b, errs bytes.Buffer
	code = admin.Main(args, &b, &errs)
	return b.String() + errs.String(), code
}

func (a *academy) wants(code int, says string, args ...string) string {
	a.Helper()
	out, got := a.run(args...)
	if got != code || !strings.Contains(out, says) {
		a.Errorf("%v: exit %d, want %d and %q:\n%s", args, got, code, says, out)
	}
	return out
}

func (a *academy) file(name string) string { return filepath.Join(a.dir, name) }

// fetch keeps what the site publishes at a path.
func (a *academy) fetch(path, name string) string {
	a.Helper()
	res, err := a.app.Fiber(nil).Test(httptest.NewRequest(http.MethodGet, "https://learn.example.cn"+path, nil), -1)
	if err != nil || res.StatusCode != http.StatusOK {
		a.Fatal(path, err, res)
	}
	text, err := io.ReadAll(res.Body)
	if err == nil {
		err = os.WriteFile(a.file(name), text, 0o600)
	}
	if err != nil {
		a.Fatal(err)
	}
	return a.file(name)
}

func TestCertificateCommands(t *testing.T) {
	a := newAcademy(t)
	var rows []map[string]any
	if err := json.Unmarshal([]byte(a.wants(0, a.number, "certificate", "list", "-json")), &rows); err != nil || len(rows) != 1 ||
		rows[0]["person"] != "ji" || rows[0]["programme"] != "seal" || rows[0]["status"] != "certified" || rows[0]["issued"] == "" || rows[0]["expires"] == nil {
		t.Errorf("%v %v", rows, err)
	}
	a.wants(0, "valid", "certificate", "list")
	a.wants(0, `"eligible": false`, "certificate", "explain", "-json", "ji", "seal")
	a.wants(0, "[done]", "certificate", "explain", "ji", "seal")
	a.wants(0, "not begun", "certificate", "explain", "ji", "onboarding")
	a.wants(1, "nobody called", "certificate", "explain", "nobody", "seal")
	a.wants(1, "", "certificate", "explain", "ji", "nothing")
	a.wants(2, "-out FILE", "certificate", "export", a.number, "-format", "png", "-out", a.file("x"))
	a.wants(2, "-out FILE", "certificate", "export", a.number)
	a.wants(1, "", "certificate", "export", "TG-0000-0000-0000-0000", "-format", "pdf", "-out", a.file("x"))

	jwt, pdf := a.file("badge.jwt"), a.file("certificate.pdf")
	a.wants(0, "", "certificate", "export", a.number, "-format", "vc-jwt", "-out", jwt)
	a.wants(0, "", "certificate", "export", strings.ToLower(a.number), "-format", "pdf", "-lang", "zh", "-out", pdf)
	for _, file := range []string{jwt, pdf} {
		a.wants(0, "valid: ", "certificate", "verify", file)
		a.wants(0, `"status": "valid"`, "certificate", "verify", file, "-json")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text[len(text)/2] ^= 1
		if err := os.WriteFile(file+".altered", text, 0o600); err != nil {
			t.Fatal(err)
		}
		a.wants(1, `"status": "altered"`, "certificate", "verify", "-json", file+".altered")
	}
	a.wants(1, "", "certificate", "verify", a.file("no-such-file"))
}

// With the published keys and lists as files nothing else is needed; what nobody could look up is not called valid; a key
// that was rotated away still verifies; a revoked certificate is one as soon as the list says so.
func TestVerifyOffline(t *testing.T) {
	a := newAcademy(t)
	jwt := a.file("badge.jwt")
	a.wants(0, "", "certificate", "export", a.number, "-out", jwt)
	before := a.fetch("/badges/keys", "before.json")
	a.wants(0, "2 are published", "certificate", "rotate", "-kind", "rsa")
	a.wants(2, "ed25519 or rsa", "certificate", "rotate", "-kind", "dsa")
	a.app.Seal.Reload()
	keys, revoked, suspended := a.fetch("/badges/keys", "keys.json"), a.fetch("/badges/status/revocation", "revoked"), a.fetch("/badges/status/suspension", "suspended")
	offline := func(code int, status string, more ...string) {
		t.Helper()
		a.wants(code, `"status": "`+status+`"`, append([]string{"certificate", "verify", "-json", "-keys", keys, "-issuer", "https://learn.example.cn/badges/issuer"}, more...)...)
	}
	t.Setenv("TONGGUAN_DATA", a.file("nowhere"))
	offline(0, "valid", "-list", revoked, "-list", suspended, jwt)
	offline(1, "unchecked", jwt)
	offline(0, "valid", "-without-lists", jwt)
	a.wants(1, `"status": "altered"`, "certificate", "verify", "-json", "-keys", keys, "-issuer", "https://other.example/badges/issuer", "-without-lists", jwt)
	if _, err := os.Stat(a.file("nowhere")); err == nil {
		t.Error("verifying offline has made a data folder")
	}
	t.Setenv("TONGGUAN_DATA", a.file("data"))
	second := a.file("second.jwt") // signed by the new key, which the keys of before do not have
	a.wants(0, "", "certificate", "export", a.number, "-out", second)
	offline(0, "valid", "-list", revoked, "-list", suspended, second)
	a.wants(1, `"status": "unknown_key"`, "certificate", "verify", "-json", "-keys", before, "-list", revoked, second)

	if err := a.app.Certificates.Decide(context.Background(), access.Operator(), a.number, certification.Suspend, "looked into"); err != nil {
		t.Fatal(err)
	}
	a.app.Seal.Reload()
	offline(1, "suspended", "-list", revoked, "-list", a.fetch("/badges/status/suspension", "suspended"), jwt)
	if err := a.app.Certificates.Decide(context.Background(), access.Operator(), a.number, certification.Revoke, "found"); err != nil {
		t.Fatal(err)
	}
	a.wants(1, `"status": "revoked"`, "certificate", "verify", "-json", jwt) // with what this house knows now
	a.app.Seal.Reload()
	offline(1, "revoked", "-list", a.fetch("/badges/status/revocation", "revoked"), "-list", suspended, jwt)
}
