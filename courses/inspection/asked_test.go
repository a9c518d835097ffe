package inspection

import (
	"testing"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// Everybody may know what is inspected and how often, as the company holds it and not as the content has it.
func TestWhatIsAsked(t *testing.T) {
	each(t, func(h *house) {
		before, err := h.Asked(ctx, h.who["stranger"])
		h.good(err)
		if len(before) == 0 || before[0].Plan.ID != "contracts" || before[0].Every != before[0].Plan.Every {
			h.Fatalf("%+v", before)
		}
		h.good(h.Set(ctx, h.who["hr"], Setting{Plan: "contracts", Every: Yearly, Size: 2, Responsible: h.who["inspector"].ID, Reason: "少一些"}))
		after, err := h.Asked(ctx, h.who["stranger"])
		if err != nil || len(after) != len(before) || after[0].Every != Yearly || after[0].Item.ID != before[0].Item.ID {
			h.Errorf("%+v %v", after, err)
		}
		h.bad(func() error { _, err := h.Asked(ctx, access.Actor{ID: "x"}); return err }(), fault.Denied)
	})
}
