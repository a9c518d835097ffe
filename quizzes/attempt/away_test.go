package attempt

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/fault"
)

func TestAbsencesAreKeptOnce(t *testing.T) {
	each(t, func(h *house) {
		id, began := h.start("learner"), h.clock.Now()
		h.advance(time.Minute)
		span := func(from, to int64) Span { return Span{began + from, began + to} }
		first := []Span{span(1000, 2000), span(5000, 5000), span(-1, 5), span(7000, 6000), span(59_000, 60_001)}
		for range 2 {
			if err := h.NoteAway(ctx, h.who["learner"], id, first); err != nil {
				h.Fatal(err)
			}
		}
		got, err := awayOf(ctx, h.d.Read(), id)
		if diff := cmp.Diff(first[:2], got); diff != "" || err != nil {
			h.Error(diff, err)
		}
		for login, kind := range map[string]fault.Kind{"stranger": fault.Missing, "inspector": fault.Missing} {
			h.refused(h.NoteAway(ctx, h.who[login], id, first), kind)
		}
		for n := range 12 {
			var many []Span
			for i := range 50 {
				many = append(many, span(int64(100*n+i), 50_000))
			}
			if err := h.NoteAway(ctx, h.who["learner"], id, many); err != nil {
				h.Fatal(err)
			}
		}
		if got, err := awayOf(ctx, h.d.Read(), id); err != nil || len(got) != mostAway {
			h.Errorf("%d absences, %v", len(got), err)
		}
		h.submit("learner", id)
		for login, sees := range map[string]bool{"learner": false, "inspector": true} {
			if look, err := h.Review(ctx, h.who[login], id); err != nil || (look.Signs != nil) != sees || sees && len(look.Signs.Away) != mostAway {
				h.Errorf("%s: %+v, %v", login, look.Signs, err)
			}
		}
		h.refused(h.NoteAway(ctx, h.who["learner"], id, first), fault.Conflict)
	})
}
