package review

import (
	"testing"
	"time"

	"tongguan/server/base/access"
)

// TestConcerns: whoever reviews somebody in an open panel is led there, at once on this node, soon on another.
func TestConcerns(t *testing.T) {
	each(t, func(h *house) {
		other := New(h.Parts) // as another node has it
		wants := func(r *Reviews, login string, want bool) {
			h.Helper()
			if got, err := r.Concerns(ctx, h.who[login]); err != nil || got != want {
				h.Errorf("%s: %v, %v", login, got, err)
			}
		}
		wants(h.Reviews, "a2", false)
		wants(other, "a2", false)
		h.open("a1", "ma", "a2")
		h.give("a1", "a2", marks(3, 3, 3))
		wants(h.Reviews, "a2", true)
		wants(h.Reviews, "a1", false)
		wants(other, "a2", false)
		h.advance(fresh * time.Millisecond)
		wants(other, "a2", true)
		h.close("a1")
		wants(h.Reviews, "a2", false)
		if got, err := h.Concerns(ctx, access.Actor{}); err != nil || got {
			h.Errorf("nobody: %v, %v", got, err)
		}
	})
}
