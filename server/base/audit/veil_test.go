package audit

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

// TestVeil: an inspector reads of others what is not open yet, and not of themselves; nor does the proof tell them.
func TestVeil(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr, n := newTrail(1), newNotary(t, t.TempDir(), "secret")
		acts := append(Veiled(), "role.granted")
		for _, who := range []string{"i", "someone"} {
			for _, act := range acts {
				add(t, tr, d, Event{Act: act, Actor: "boss", Subject: who, Facts: map[string]any{"score": 8137}, Private: map[string]any{"reason": "不说"}})
			}
		}
		look := func(actor access.Actor, open func(i int) bool) {
			t.Helper()
			found, err := tr.Search(context.Background(), d.Read(), actor, Filter{Limit: 100})
			if err != nil || len(found) != 2*len(acts) {
				t.Fatalf("%d entries, %v", len(found), err)
			}
			for i := range found {
				one, p, err := tr.Prove(context.Background(), d.Read(), actor, n, int64(i))
				if err != nil || p.Record == "" || p.Root == "" {
					t.Fatalf("%+v, %v", p, err)
				}
				searched := found[len(found)-1-i]
				text := fmt.Sprintf("%s %s %s %s %s", one.Facts, one.Private, searched.Facts, searched.Private, p.Leaf)
				if got := strings.Contains(text, "8137"); got != open(i) || strings.Contains(text, "不说") != open(i) {
					t.Errorf("%s about %s, as %s: %s", one.Act, one.Subject, actor.ID, text)
				}
			}
		}
		look(inspector, func(i int) bool { return i >= len(acts)-1 })
		look(access.Operator(), func(int) bool { return true })
	})
}
