package witness_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/outbox"
	"tongguan/server/edge/witness"
	"tongguan/web/words"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// Of all nodes one mails one checkpoint a day, with which the trail can be verified; and one more when asked.
func TestWitnessIsToldOnceADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		c, advance := clock.Fake(time.Date(2026, 11, 24, 3, 20, 0, 0, time.UTC), 1)
		tr, box := audit.New(c), outbox.New(d, c)
		book, err := words.Load()
		if err != nil {
			t.Fatal(err)
		}
		node := func() *witness.Witness {
			n, err := audit.NewNotary(t.TempDir(), []byte("secret"))
			if err != nil {
				t.Fatal(err)
			}
			return witness.New(witness.Parts{DB: d, Clock: c, Zone: time.UTC, Notary: n, Outbox: box, Words: book, To: "auditor@example.cn", URL: "https://academy.example"})
		}
		a, b := node(), node()
		var text string
		for range 3 { // days
			if err := d.Write(ctx, func(q db.Q) error { return tr.Append(ctx, q, audit.Event{Act: "a"}) }); err != nil {
				t.Fatal(err)
			}
			for _, w := range []*witness.Witness{a, b, a, b} {
				if err := w.Daily(ctx); err != nil {
					t.Fatal(err)
				}
			}
			mails, err := box.Take(ctx, 9)
			if err != nil || len(mails) != 1 || mails[0].To != "auditor@example.cn" || !strings.Contains(mails[0].Text, a.Notary.VerifierKey()) {
				t.Fatalf("%+v, %v", mails, err)
			}
			text += mails[0].Text
			if err := box.Sent(ctx, mails[0]); err != nil {
				t.Fatal(err)
			}
			advance(24 * time.Hour)
		}
		if err := a.Send(ctx); err != nil {
			t.Fatal(err)
		}
		points, err := audit.ReadWitness([]byte(text), a.Notary.VerifierKey())
		if err != nil || len(points) != 3 || points[2].N != 3 {
			t.Fatalf("%+v, %v", points, err)
		}
		r, err := tr.Verify(ctx, d.Read(), access.Operator(), &audit.Evidence{Checkpoints: points})
		if err != nil || !r.Whole() || r.Checkpoints != 3 {
			t.Errorf("%+v, %v", r, err)
		}
		// A trail that does not go on from what was signed is not vouched for.
		if _, err := d.Read().Exec(ctx, "UPDATE audit_head SET size = 1 WHERE id = 1"); err != nil {
			t.Fatal(err)
		}
		if err := a.Daily(ctx); fault.KindOf(err) != fault.Conflict {
			t.Errorf("mailed: %v", err)
		}
		a.To = ""
		if err := a.Send(ctx); fault.KindOf(err) != fault.Invalid {
			t.Errorf("mailed to nobody: %v", err)
		}
	})
}
