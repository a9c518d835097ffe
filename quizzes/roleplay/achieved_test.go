package roleplay

import (
	"testing"

	"tongguan/quizzes/pipeline"
)

// TestAchieved is of the last territory that was closed within the span, and of none that is open or was branched off.
func TestAchieved(t *testing.T) {
	each(t, func(h house) {
		now := h.clock.Now()
		none := func(what string, from, until int64) {
			h.Helper()
			if _, ok, err := h.Achieved(ctx, h.learner.ID, from, until); ok || err != nil {
				h.Errorf("%s: %v, %v", what, ok, err)
			}
		}
		none("nothing was played", 0, now+1)
		id := h.begin()
		for turn, kind := range []pipeline.ActKind{pipeline.Research, pipeline.Visit, pipeline.Visit} {
			if err := h.Turn(ctx, h.learner, id, turn, pipeline.Act{Kind: kind, Account: 1}); err != nil {
				h.Fatal(err)
			}
		}
		none("it is open", 0, now+1)
		empty := h.begin()
		for _, one := range []string{id, empty} {
			if err := h.Close(ctx, h.learner, one); err != nil {
				h.Fatal(err)
			}
		}
		branch, err := h.Branch(ctx, h.learner, id, 2)
		if err == nil {
			err = h.Close(ctx, h.learner, branch)
		}
		if err != nil {
			h.Fatal(err)
		}
		got, ok, err := h.Achieved(ctx, h.learner.ID, now, now+1)
		if err != nil || !ok || got.Visits != 2 || got.Acts != 3 {
			h.Errorf("%+v, %v, %v", got, ok, err)
		}
		none("before it was closed", 0, now)
		none("after it was closed", now+1, now+2)
		if _, ok, err := h.Achieved(ctx, h.stranger.ID, 0, now+1); ok || err != nil {
			h.Error("somebody else's", ok, err)
		}
	})
}
