package door

import (
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

func TestSessionExpires(t *testing.T) {
	each(t, func(h house) {
		h.person("wang")
		token, _ := h.signIn("wang")
		h.advance(time.Hour - time.Millisecond)
		h.open(token)
		h.advance(time.Millisecond)
		h.shut(token)
		h.signIn("wang") // clears away what has expired
		var n int
		if err := h.db.Read().Get(ctx, &n, "SELECT count(*) FROM session"); err != nil || n != 1 {
			h.Errorf("%d sessions are kept, %v", n, err)
		}
	})
}

func TestSuspendedPersonIsOutAtOnce(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		token, _ := h.signIn("wang")
		text, err := h.NewToken(ctx, a, "laptop", Scopes(), 1)
		if err != nil {
			h.Fatal(err)
		}
		h.suspend("wang")
		h.shut(token)
		_, _, err = h.RecogniseToken(ctx, text)
		h.wants(err, fault.Denied, "door.token_bad")
		if err := h.people.Resume(ctx, operator, a.ID); err != nil {
			h.Fatal(err)
		}
		h.shut(token)
		if _, _, err := h.RecogniseToken(ctx, text); err != nil {
			h.Errorf("the token of a resumed person: %v", err)
		}
	})
}

func TestRolesTakenAwayAreGoneAtTheNextRequest(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang", access.HR)
		token, _ := h.signIn("wang")
		p, err := h.people.Get(ctx, operator, a.ID)
		if err != nil {
			h.Fatal(err)
		}
		p.Roles = []access.Role{access.Learner}
		if err := h.people.Change(ctx, operator, p); err != nil {
			h.Fatal(err)
		}
		if s, err := h.Recognise(ctx, token); err != nil || s.Actor.Is(access.HR) {
			h.Errorf("%+v, %v", s.Actor, err)
		}
	})
}

func TestEndingSessions(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		other := h.person("li")
		first, s1 := h.signIn("wang")
		second, s2 := h.signIn("wang")
		third, _ := h.signIn("wang")
		foreign, sf := h.signIn("li")
		h.advance(seenEvery + time.Second)
		h.open(second) // and so it was used last
		list, err := h.Sessions(ctx, a)
		if err != nil || len(list) != 3 || list[0].ID != s2.ID || list[0].Seen != h.clock.Now() {
			h.Errorf("%+v, %v", list, err)
		}
		for _, id := range []string{sf.ID, "nothing"} {
			if err := h.End(ctx, a, id); err != nil {
				h.Error(err)
			}
		}
		h.open(foreign)
		if err := h.End(ctx, a, s1.ID); err != nil {
			h.Error(err)
		}
		h.shut(first)
		h.open(third)
		if err := h.EndOthers(ctx, a, s2.ID); err != nil {
			h.Error(err)
		}
		h.open(second)
		h.shut(third)
		h.open(foreign)
		if list, err := h.Sessions(ctx, other); len(list) != 1 || err != nil {
			h.Errorf("%+v, %v", list, err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(h house) {
		a := h.person("wang")
		here1, s := h.signIn("wang")
		elsewhere, _ := h.signIn("wang")
		change := func(old, password string) error { return h.ChangePassword(ctx, a, s.ID, old, password) }
		h.wants(change("wrong horse", "another horse"), fault.Invalid, "door.old_wrong")
		h.wants(change(good, "short"), fault.Invalid, "door.password_short")
		h.open(elsewhere)
		if err := change(good, "another horse"); err != nil {
			h.Fatal(err)
		}
		h.open(here1)
		h.shut(elsewhere)
		_, _, err := h.SignIn(ctx, "wang", good, here)
		h.wants(err, fault.Denied, "door.wrong")
		if _, _, err := h.SignIn(ctx, "wang", "another horse", here); err != nil {
			h.Error(err)
		}
		for range allowed {
			h.wants(change("wrong horse", "third horse"), fault.Invalid, "door.old_wrong")
		}
		h.wants(change("another horse", "third horse"), fault.Busy, "door.throttled")
		if _, _, err := h.SignIn(ctx, "wang", "another horse", here); err != nil {
			h.Errorf("an open browser locks its owner out: %v", err)
		}
	})
}

func TestPasswordRules(t *testing.T) {
	for _, c := range []struct{ password, login, key string }{
		{"correct horse", "wang", ""},
		{"九个字的口令不够长", "wang", "door.password_short"},
		{"十个字的口令刚刚好啊", "wang", ""},
		{string(make([]rune, MaxPassword+1)), "wang", "door.password_long"},
		{"aaaaaaaaaaaa", "wang", "door.password_weak"},
		{"abababababab", "wang", "door.password_weak"},
		{"password123", "wang", "door.password_weak"},
		{"Qwerty12345", "wang", "door.password_weak"},
		{"WangXiaoming1", "wangxiaoming", "door.password_weak"},
		{"delightful otter", "li", ""},
		{"wang eats noodles", "wang", ""},
	} {
		err := CheckPassword(c.password, c.login)
		if e := fault.Of(err); (e == nil) != (c.key == "") || e != nil && (e.Key != c.key || e.Field != "password") {
			t.Errorf("%q for %s: %v", c.password, c.login, err)
		}
	}
}

func TestHashesAreSaltedAndSlowed(t *testing.T) {
	each(t, func(h house) {
		a, b := h.person("wang"), h.person("li")
		var hashes []string
		if err := h.db.Read().Select(ctx, &hashes, "SELECT password_hash FROM person WHERE id IN ($1, $2)", a.ID, b.ID); err != nil {
			h.Fatal(err)
		}
		if len(hashes) != 2 || hashes[0] == hashes[1] {
			h.Errorf("one password, one hash: %v", hashes)
		}
		for _, phc := range hashes {
			if phc[:len("$argon2id$v=19$m=19456,t=2,p=1$")] != "$argon2id$v=19$m=19456,t=2,p=1$" {
				h.Error(phc)
			}
		}
	})
}
