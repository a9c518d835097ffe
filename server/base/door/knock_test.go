package door

import (
	"testing"
	"time"

	"tongguan/server/base/fault"
)

func TestKnocking(t *testing.T) {
	each(t, func(h house) {
		knock := func(address string) int {
			for n := range 200 {
				if err := h.Knock(ctx, address); err != nil {
					if fault.KindOf(err) != fault.Busy {
						t.Fatal(err)
					}
					return n
				}
			}
			return 200
		}
		if n := knock("192.0.2.1"); n != allowedLooks {
			t.Errorf("let in %d times", n)
		}
		if n := knock("2001:db8::1"); n != allowedLooks {
			t.Errorf("let in %d times", n)
		}
		if n := knock("2001:db8::2"); n != 0 {
			t.Errorf("a neighbour was let in %d times", n)
		}
		if n := knock("2001:db8:0:1::1"); n != allowedLooks {
			t.Errorf("another network was let in %d times", n)
		}
		h.advance(16 * time.Minute)
		if n := knock("192.0.2.1"); n != allowedLooks {
			t.Errorf("later let in %d times", n)
		}
	})
}
