package door

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"tongguan/server/base/clock"
	"tongguan/server/base/fault"
)

func TestHush(t *testing.T) {
	c, advance := clock.Fake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), 1)
	h := NewHush(c)
	for i := range hushMost {
		if err := h.Knock("192.0.2.1"); err != nil {
			t.Fatal(i, err)
		}
	}
	if fault.KindOf(h.Knock("192.0.2.1")) != fault.Busy {
		t.Error("a machine is let through")
	}
	if err := h.Knock("192.0.2.2"); err != nil {
		t.Error("a neighbour is held up", err)
	}
	for who := range h.seen {
		if strings.Contains(string(who[:]), "192.0.2") || who == sha256.Sum256([]byte("192.0.2.1")) || who == sha256.Sum256([]byte("192.0.2.2")) {
			t.Error("the address is kept, or what can be reckoned from it")
		}
	}
	before := string(h.key)
	advance(15 * time.Minute)
	if err := h.Knock("192.0.2.1"); err != nil || len(h.seen) != 1 || string(h.key) == before {
		t.Error("nothing is forgotten", err)
	}
}
