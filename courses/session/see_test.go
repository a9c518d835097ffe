package session

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// TestWhoLooksAfterWhat asks for the sessions ahead and behind of each who looks after some.
func TestWhoLooksAfterWhat(t *testing.T) {
	each(t, func(h *house) {
		far, everybody, guest := h.series(), h.series(), h.series()
		far.Team, far.Host = h.south, h.who["stranger"].ID
		everybody.Team, everybody.Host = "", h.who["boss"].ID
		guest.Team, guest.Host, guest.Guests = h.south, h.who["stranger"].ID, []string{h.who["rep"].ID}
		for i, s := range []Series{h.series(), far, everybody, guest} {
			s.Topic = string(rune('a' + i))
			h.plan(s)
		}
		for _, begun := range []bool{false, true} {
			if begun {
				h.advance(time.Hour)
			}
			for login, want := range map[string]string{"hr": "abcd", "lead": "acd", "stranger": "bd", "boss": "c", "rep": "", "inspector": ""} {
				ahead, err := h.Upcoming(ctx, h.actor(login))
				h.good(err)
				behind, err := h.Earlier(ctx, h.actor(login), 0)
				h.good(err)
				got, other := topics(ahead), behind
				if begun {
					got, other = topics(behind), ahead
				}
				if got != want || len(other) > 0 {
					h.Errorf("%s, begun %v: %q and %d others, want %q", login, begun, got, len(other), want)
				}
				mine, err := h.Mine(ctx, h.actor(login))
				if hosts := len(want) > 0 && login != "hr"; err != nil || begun && hosts != (len(mine.ToMark) > 0) || !begun && len(mine.ToMark) > 0 {
					h.Errorf("%s has %d to mark, %v", login, len(mine.ToMark), err)
				}
			}
		}
	})
}

// topics gives the topics of sessions in one order.
func topics(all []Session) string {
	var out []string
	for _, s := range all {
		out = append(out, s.Topic)
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

func TestCalendarAddress(t *testing.T) {
	each(t, func(h *house) {
		s := h.series()
		s.Slot.Date = "2026-03-05"
		id := h.plan(s)
		token, err := h.NewAddress(ctx, h.actor("rep"))
		h.good(err)
		h.good(h.Cancel(ctx, h.actor("hr"), id, 0, "展会", false))
		all, lang, err := h.Calendar(ctx, token)
		if err != nil || lang != "zh" || len(all) != 1 || all[0].State != Cancelled || all[0].Sequence != 1 || len(token) != 43 {
			h.Errorf("%+v, %s, %v", all, lang, err)
		}
		for _, c := range []string{"", "x", token + "x", hashed(token)} {
			_, _, err := h.Calendar(ctx, c)
			h.bad(err, fault.Missing)
		}
		renewed, err := h.NewAddress(ctx, h.actor("rep"))
		h.good(err)
		_, _, err = h.Calendar(ctx, token)
		h.bad(err, fault.Missing)
		_, _, err = h.Calendar(ctx, renewed)
		h.good(err)
		h.good(h.people.Suspend(ctx, access.Operator(), h.who["rep"].ID))
		_, _, err = h.Calendar(ctx, renewed)
		h.bad(err, fault.Missing)
		var kept []string
		h.good(h.d.Read().Select(ctx, &kept, "SELECT token_hash FROM calendar_address"))
		if slices.Contains(kept, renewed) || len(kept) != 1 {
			h.Error("the token itself is kept")
		}
	})
}
