package amendment

import (
	"strings"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// Everybody may read how a clause was worded; whom a change reached is for those who see certificates.
func TestPast(t *testing.T) {
	each(t, func(h *house) {
		p := h.certified("a", "", "basic")
		if all, err := h.Past(ctx, p.Actor(), "2.1"); err != nil || len(all) != 0 {
			t.Errorf("nothing has changed yet: %v %v", all, err)
		}
		h.advance(time.Hour)
		c := h.publish(Confirm, "2026-03-20")
		h.spread()
		h.advance(time.Hour)
		h.reword(map[string]string{c.Clause: "第三版"})
		second, err := h.Publish(ctx, h.hr, h.draft(c.Clause, None, ""), "again")
		h.must(err)
		all, err := h.Past(ctx, h.hr, c.Clause)
		h.must(err)
		if len(all) != 2 || all[0].ID != second || all[1].ID != c.ID || !all[0].Seen || all[1].People != 1 || all[1].Open != 1 {
			t.Fatalf("HR: %+v", all)
		}
		if all[0].Before != all[1].Now || !strings.Contains(all[0].Now.Summary.ZH, "第三版") || !strings.Contains(all[1].Before.Summary.ZH, "第一版") {
			t.Errorf("the wordings do not follow each other: %+v", all)
		}
		mine, err := h.Past(ctx, p.Actor(), c.Clause)
		if err != nil || len(mine) != 2 || mine[1].Seen || mine[1].People != 0 || mine[1].Open != 0 {
			t.Errorf("somebody who sees nobody: %+v %v", mine, err)
		}
		if others, err := h.Past(ctx, h.hr, "2.2"); err != nil || len(others) != 0 {
			t.Errorf("another clause: %v %v", others, err)
		}
		if _, err := h.Past(ctx, access.Actor{ID: "x"}, c.Clause); fault.KindOf(err) != fault.Denied {
			t.Errorf("nobody in particular: %v", err)
		}
	})
}
