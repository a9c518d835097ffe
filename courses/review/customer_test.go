package review

import (
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tongguan/server/base/fault"
)

func (h *house) invite(of string, g Guest) Invitation {
	h.Helper()
	i, err := h.Invite(ctx, h.who["ma"], "of-"+of, g)
	h.good(err)
	return i
}

func (h *house) state(token string) LinkState {
	h.Helper()
	l, err := h.OpenLink(ctx, token)
	h.good(err)
	return l.State
}

func TestInvitation(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma")
		for _, g := range []Guest{{}, {Name: " ", Form: "x"}, {Name: strings.Repeat("长", 61), Form: "x"}, {Name: "王总", Email: "nobody", Form: "x"},
			{Name: "王总", Email: "王总 <w@example.com>", Form: "x"}, {Name: "王总"}} {
			_, err := h.Invite(ctx, h.who["ma"], "of-a1", g)
			h.bad(err, fault.Invalid)
		}
		i := h.invite("a1", Guest{Name: "王总", Form: "f1"})
		if bits, err := base64.RawURLEncoding.DecodeString(i.Token); err != nil || len(bits) < 16 || i.Mailed {
			h.Errorf("%+v, %v", i, err)
		}
		l, err := h.OpenLink(ctx, i.Token)
		if err != nil || l.State != LinkOpen || l.Person != h.id("a1") || l.Contact != "王总" || len(l.Items) != 3 {
			h.Errorf("%+v, %v", l, err)
		}
		var kept int
		h.good(h.d.Read().Get(ctx, &kept, "SELECT count(*) FROM review_request WHERE token_hash = $1", i.Token))
		if kept != 0 {
			h.Error("the token itself is kept")
		}
		again := h.invite("a1", Guest{Name: "王总", Form: "f1"}) // the same form: one invitation, whose last link works
		if _, err := h.OpenLink(ctx, i.Token); fault.KindOf(err) != fault.Missing || err == nil {
			h.Errorf("the first link: %v", err)
		}
		s := marks(5, 5, 4)
		s.Comments[Whole] = "反应快"
		h.good(h.GiveByLink(ctx, again.Token, s, "g1"))
		h.good(h.GiveByLink(ctx, again.Token, s, "g1"))
		h.bad(h.GiveByLink(ctx, again.Token, s, "g2"), fault.Conflict)
		if h.state(again.Token) != LinkUsed {
			h.Error("it is not said to be used")
		}
		_, err = h.OpenLink(ctx, "none")
		h.bad(err, fault.Missing)
		h.bad(h.GiveByLink(ctx, "none", s, "g3"), fault.Missing)
		h.close("a1")
		r := h.results("a1")[Customer]
		if r.Asked != 1 || r.Given != 1 || r.Withheld || r.Raw != 9167 || r.HasAdjusted || r.Why != "reviews.why.customer" || r.Comments[0] != "反应快" {
			h.Errorf("%+v", r)
		}
	})
}

func TestLinksEnd(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma")
		h.open("a2", "ma")
		withdrawn, used, late := h.invite("a1", Guest{Name: "甲", Form: "1"}), h.invite("a1", Guest{Name: "乙", Form: "2"}), h.invite("a1", Guest{Name: "丙", Form: "3"})
		shut := h.invite("a2", Guest{Name: "丁", Form: "4"})
		h.good(h.GiveByLink(ctx, used.Token, marks(4, 4, 4), "g"))
		v, err := h.See(ctx, h.who["hr"], "of-a1")
		h.good(err)
		for _, c := range v.Customers[:2] { // the second was used, and is withdrawn without a word about it
			h.good(h.Withdraw(ctx, h.who["hr"], "of-a1", c.ID))
		}
		h.good(h.Withdraw(ctx, h.who["hr"], "of-a2", v.Customers[2].ID)) // of another panel: nothing
		h.close("a2")
		for token, want := range map[string]LinkState{withdrawn.Token: LinkWithdrawn, used.Token: LinkUsed, late.Token: LinkOpen, shut.Token: LinkOver} {
			if got := h.state(token); got != want {
				h.Errorf("%s, want %s", got, want)
			}
		}
		h.bad(h.GiveByLink(ctx, withdrawn.Token, marks(4, 4, 4), "w"), fault.Conflict)
		h.bad(h.GiveByLink(ctx, shut.Token, marks(4, 4, 4), "s"), fault.Conflict)
		h.advance(29 * 24 * time.Hour) // the last day
		if h.state(late.Token) != LinkOpen {
			h.Error("it does not work on the last day")
		}
		h.advance(24 * time.Hour)
		if h.state(late.Token) != LinkOver {
			h.Error("it works after the last day")
		}
		h.bad(h.GiveByLink(ctx, late.Token, marks(4, 4, 4), "l"), fault.Conflict)
		_, err = h.Invite(ctx, h.who["ma"], "of-a1", Guest{Name: "戊", Form: "5"})
		h.bad(err, fault.Conflict)
		h.close("a1")
		if r := h.results("a1")[Customer]; r.Asked != 3 || r.Given != 1 {
			h.Errorf("%+v", r)
		}
	})
}

func TestMail(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma")
		i := h.invite("a1", Guest{Name: "王总", Email: "wang@example.com", Form: "1"})
		again := h.invite("a1", Guest{Name: "王总", Email: "wang@example.com", Form: "1"})
		mails, err := h.Outbox.Take(ctx, 10)
		if err != nil || len(mails) != 1 || mails[0].To != "wang@example.com" || mails[0].Text == "" || !i.Mailed || i.Token != "" || again.Token != "" || !again.Mailed {
			h.Errorf("%+v, %+v, %+v, %v", mails, i, again, err)
		}
		if h.state(mails[0].Text) != LinkOpen {
			h.Error("the link that was mailed does not work")
		}
		h.Outbox = nil
		if i := h.invite("a1", Guest{Name: "李总", Email: "li@example.com", Form: "2"}); i.Mailed || i.Token == "" {
			h.Errorf("without mail: %+v", i)
		}
	})
}

// TestByHand: what customers found says whether whoever invited had a link in their hands.
func TestByHand(t *testing.T) {
	each(t, func(h *house) {
		for _, login := range []string{"a1", "a2"} {
			h.open(login, "ma")
			h.invite(login, Guest{Name: "王总", Email: "wang@example.com", Form: "m" + login})
			mails, err := h.Outbox.Take(ctx, 10)
			h.good(err)
			h.good(h.GiveByLink(ctx, mails[len(mails)-1].Text, marks(4, 4, 4), "g"))
			h.give(login, "ma", marks(4, 4, 4))
		}
		h.invite("a2", Guest{Name: "李总", Form: "hand"})
		for login, want := range map[string]bool{"a1": false, "a2": true} {
			h.close(login)
			if r := h.results(login); r[Customer].Given != 1 || r[Customer].ByHand != want || r[Superior].ByHand {
				h.Errorf("%s: %+v", login, r)
			}
		}
	})
}

// TestUsedOnce uses a link ten times at once.
func TestUsedOnce(t *testing.T) {
	each(t, func(h *house) {
		h.open("a1", "ma")
		token := h.invite("a1", Guest{Name: "王总", Form: "1"}).Token
		errs := make([]error, 10)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = h.GiveByLink(ctx, token, marks(i%5+1, 3, 3), fmt.Sprint(i)) })
		}
		wg.Wait()
		taken := 0
		for _, err := range errs {
			if err == nil {
				taken++
			} else if fault.KindOf(err) != fault.Conflict {
				h.Error(err)
			}
		}
		h.close("a1")
		if r := h.results("a1")[Customer]; taken != 1 || r.Given != 1 || h.proven("a1") != 1 {
			h.Errorf("taken %d times: %+v", taken, r)
		}
	})
}
