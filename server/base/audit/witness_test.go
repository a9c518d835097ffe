package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"mime/quotedprintable"
	"os"
	"strings"
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

// Whatever mail programs do to the letter, what the witness kept can be read and its signature holds.
func TestWitnessReadsLetters(t *testing.T) {
	d, tr, n := dbtest.SQLite(t), newTrail(1), newNotary(t, t.TempDir(), "secret")
	fill(t, tr, d, 5)
	first, err := n.Sign(context.Background(), d.Read())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, tr, d, 2)
	second, err := n.Sign(context.Background(), d.Read())
	if err != nil {
		t.Fatal(err)
	}
	text := "审计记录共5条。\n\n" + Letter(first) + "\n" + n.VerifierKey() + "\n"
	var printable bytes.Buffer
	w := quotedprintable.NewWriter(&printable)
	if _, err := w.Write([]byte(text)); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	header := "From: a@example.cn\r\nSubject: =?utf-8?q?=E5=AE=A1?=\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: "
	file, err := os.ReadFile(n.file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"copied":           {text, 1},
		"two mails":        {text + "\n" + Letter(second), 2},
		"dos":              {strings.ReplaceAll(text, "\n", "\r\n"), 1},
		"quoted":           {"> " + strings.ReplaceAll(text, "\n", "\n> "), 1},
		"indented":         {"   " + strings.ReplaceAll(text, "\n", "\n   "), 1},
		"saved, printable": {header + "quoted-printable\r\n\r\n" + printable.String(), 1},
		"saved, base64":    {header + "base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(text)), 1},
		"saved, plain":     {header + "8bit\r\n\r\n" + text, 1},
		"a note":           {string(first), 1},
		"the file":         {string(file), 2},
	} {
		got, err := ReadWitness([]byte(c.text), n.VerifierKey())
		if err != nil || len(got) != c.want || got[0].N != 5 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, c := range map[string]struct{ text, key, want string }{
		"no checkpoint": {"审计", n.VerifierKey(), "trail.bad_checkpoint"},
		"empty":         {"", n.VerifierKey(), "trail.no_checkpoint"},
		"another key":   {text, newNotary(t, t.TempDir(), "another").VerifierKey(), "trail.bad_checkpoint"},
		"no key":        {text, "tongguan", "trail.bad_key"},
		"one of two":    {text + Letter(bytes.Replace(second, []byte("\n7\n"), []byte("\n6\n"), 1)), n.VerifierKey(), "trail.bad_checkpoint"},
	} {
		if got, err := ReadWitness([]byte(c.text), c.key); fault.Of(err) == nil || fault.Of(err).Key != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// A check is made once when it is due, says what it found, and a short trail is checked at once for whoever asks.
func TestCheckWhenDue(t *testing.T) {
	d, tr, n := dbtest.SQLite(t), newTrail(1), newNotary(t, t.TempDir(), "secret")
	ctx, q := context.Background(), d.Read()
	fill(t, tr, d, 5)
	if c, err := tr.LastCheck(ctx, q, inspector); err != nil || c.Done != 0 || c.Running() {
		t.Errorf("%+v, %v", c, err)
	}
	look := func() Check {
		t.Helper()
		c, err := tr.LastCheck(ctx, q, inspector)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for range 2 {
		if err := tr.CheckWhenDue(ctx, q, n); err != nil {
			t.Fatal(err)
		}
	}
	if c := look(); c.Done == 0 || !c.Report.Whole() || c.Report.Size != 5 || c.Running() || c.Asked {
		t.Errorf("%+v", c)
	}
	exec(t, d, "DELETE FROM audit_entry WHERE seq = 2")
	if err := tr.CheckWhenDue(ctx, q, n); err != nil || !look().Report.Whole() {
		t.Errorf("checked before it was due: %v", err)
	}
	if err := tr.AskCheck(ctx, q, access.Actor{ID: "p", Roles: []access.Role{access.Admin}}, n); fault.KindOf(err) != fault.Missing {
		t.Errorf("%v", err)
	}
	if err := tr.AskCheck(ctx, q, inspector, n); err != nil {
		t.Fatal(err)
	}
	if c := look(); c.Report.Whole() || *c.Report.First != 2 || c.Report.Faults[0].Key != "missing" {
		t.Errorf("%+v", c)
	}
}
