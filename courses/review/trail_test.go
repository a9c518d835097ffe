package review

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// proven counts the proofs in the trail's entry of the end of a panel.
func (h *house) proven(login string) int {
	h.Helper()
	counting, earlier := h.proofs(login)
	return len(counting) + len(earlier)
}

func (h *house) proofs(login string) (counting, earlier []string) {
	h.Helper()
	for _, e := range h.events("review.closed") {
		var entry struct {
			Facts struct {
				Panel           string
				Sheets, Earlier []string
			}
		}
		if h.good(json.Unmarshal([]byte(e), &entry)); entry.Facts.Panel == "of-"+login {
			return entry.Facts.Sheets, entry.Facts.Earlier
		}
	}
	h.Fatalf("the panel of %s has not closed", login)
	return nil, nil
}

// TestTheTrailTellsNothingOfSheets: the trail has no reviewer and no request beside a panel, nothing when a sheet is given, and
// nothing of what was given.
func TestTheTrailTellsNothingOfSheets(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma", "a2", "a3", "b1", "b2")
		h.good(h.Unask(ctx, h.who["hr"], "of-a1", h.request("a1", "b2")))
		_, before, err := h.Trail.Newest(ctx, h.d.Read(), h.who["inspector"], 0, 1)
		h.good(err)
		for i, login := range []string{"ma", "a2", "a3", "b1"} {
			s := marks(i%4+2, 3, 4)
			s.Comments[Whole] = "说明 " + login
			h.give("a1", login, s)
			h.give("a1", login, s)
		}
		if _, after, err := h.Trail.Newest(ctx, h.d.Read(), h.who["inspector"], 0, 1); err != nil || after != before {
			h.Errorf("%v entries before, %v after, %v", before, after, err)
		}
		h.close("a1")
		if counting, earlier := h.proofs("a1"); len(counting) != 4 || len(earlier) != 4 || !slices.IsSorted(counting) || !slices.IsSorted(earlier) {
			h.Errorf("%v, %v", counting, earlier)
		}
		said := map[string]int{"review.asked": 5, "review.unasked": 1, "review.opened": 1, "review.closed": 1}
		for act, want := range said {
			entries := h.events(act)
			if len(entries) != want {
				h.Errorf("%s: %d entries", act, len(entries))
			}
			for _, e := range entries {
				for _, login := range []string{"ma", "a2", "a3", "b1", "b2"} {
					if strings.Contains(e, h.id(login)) {
						h.Errorf("the trail names %s: %s", login, e)
					}
				}
				asks := strings.HasSuffix(act, "asked")
				if asks && (strings.Contains(e, "of-a1") || strings.Contains(e, h.id("a1")) || strings.Contains(e, string(Colleague))) {
					h.Errorf("the trail says whom somebody reviews: %s", e)
				}
				if strings.Contains(e, "attitude") || strings.Contains(e, "说明") || !asks && strings.Contains(e, h.request("a1", "a2")) {
					h.Errorf("the trail says what was given, or by whom: %s", e)
				}
			}
		}
	})
}

// TestTheSheetIsProvable finds every version's proof in the trail: which one counts, and which no more.
func TestTheSheetIsProvable(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma")
		h.give("a1", "ma", marks(4, 4, 4))
		h.give("a1", "ma", marks(5, 4, 0))
		h.close("a1")
		id := h.request("a1", "ma")
		counting, earlier := h.proofs("a1")
		for version := range int64(2) {
			s, err := sheetOf(ctx, h.d.Read(), id, version+1)
			h.good(err)
			salt := ""
			h.good(h.d.Read().Get(ctx, &salt, "SELECT salt FROM review_sheet WHERE request_id = $1 AND version = $2", id, version+1))
			k := kept{Panel: "of-a1", Request: id, Sheet: s, Salt: salt}
			proof, err := k.proof()
			if in := [][]string{earlier, counting}[version]; err != nil || !slices.Equal(in, []string{proof}) {
				h.Errorf("version %d is not in the trail", version+1)
			}
			s.Marks["teamwork"] = 1
			if other, err := k.proof(); err != nil || other == proof {
				h.Errorf("another sheet proves the same: %v", err)
			}
		}
	})
}
