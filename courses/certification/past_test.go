package certification

import (
	"testing"

	"tongguan/quizzes/evidence"
)

// What was true at a moment stays true of it, whatever comes later and whenever the job of time runs.
func TestAsOf(t *testing.T) {
	each(t, func(h *house) {
		hr, p, other := h.person("hr", "", "hr"), h.person("pat", ""), h.person("other", "")
		type at struct {
			moment int64
			want   State // in basic, "" for none
		}
		var story []at
		note := func(want State) { story = append(story, at{h.clock.Now(), want}) }
		note("")
		h.advance(day)
		h.enrol(p, "basic", "plain")
		note(NotStarted)
		h.advance(day)
		h.reads(p)
		note(InProgress)
		h.advance(day)
		h.shows(p, evidence.Quiz, "one/m", 8000, true)
		h.shows(p, evidence.Roleplay, "visit", 7000, true)
		note(Certified)
		number := h.certificates(p)[0].Number
		h.advance(day)
		h.must(h.Decide(ctx, hr.Actor(), number, Suspend, "asked"))
		note(Suspended)
		h.advance(day)
		h.must(h.Decide(ctx, hr.Actor(), number, Reinstate, "answered"))
		note(Certified)
		h.advance(320 * day)
		note(Expiring) // and the job of time has not run
		h.advance(60 * day)
		note(Expired)
		check := func() {
			h.Helper()
			for i, x := range story {
				all, err := h.AsOf(ctx, h.d.Read(), []string{p.ID, other.ID}, x.moment)
				h.must(err)
				got := State("")
				for _, one := range all[p.ID] {
					if one.Programme == "basic" {
						if got = one.State; got.Has() && (one.Certificate != number || one.BasisHash != h.certificates(p)[0].BasisHash) {
							h.Errorf("moment %d: %+v", i, one)
						}
					}
				}
				if got != x.want || len(all[other.ID]) != 0 {
					h.Errorf("moment %d: %s, want %s", i, got, x.want)
				}
			}
		}
		check()
		h.must(h.Tick(ctx))
		check()
		h.advance(day)
		h.must(h.Decide(ctx, hr.Actor(), number, Revoke, "cheated"))
		note(Revoked)
		check()
		now, err := h.AsOf(ctx, h.d.Read(), []string{p.ID}, story[3].moment)
		h.must(err)
		since, err := h.Since(ctx, h.d.Read(), p.ID, "basic", now[p.ID][0].Seq)
		if h.must(err); len(since) == 0 || since[0].After != Suspended || since[len(since)-1].After != Revoked {
			h.Errorf("%+v", since)
		}
	})
}
