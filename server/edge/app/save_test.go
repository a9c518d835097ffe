package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
)

// savesRequest sends JSON as the page of an attempt does.
func savesRequest(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

type saveReply struct {
	Results []struct {
		Seq      int64
		Question string
		Status   string
		At       int64
		Stored   int64
		Time     string
		Message  string
		Value    []string
	}
	Error string
}

func (a answer) saves(t testing.TB) (r saveReply) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return r
}

func (h *house) packet(seq int, choice string) string {
	return fmt.Sprintf(`{"seq":%d,"question":%q,"value":[%q]}`, seq, h.names["question"], choice)
}

func TestSavesAsJSON(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		b, path := h.as("learner"), "/attempts/"+h.names["attempt"]+"/save"
		post := func(body string) saveReply {
			h.Helper()
			return b.send(savesRequest(path, body)).want(h.T, http.StatusOK).saves(h.T)
		}
		body := fmt.Sprintf(`{"csrf":%q,"saves":[%s,%s,%s],"away":[{"from":%d,"to":%d}]}`, b.csrf, h.packet(5, h.names["choice"]), h.packet(4, h.names["choice"]),
			`{"seq":6,"question":"nothing \"<王>\" 2028 ","value":["a"]}`, h.Clock.Now(), h.Clock.Now())
		r := post(body)
		if len(r.Results) != 3 || r.Results[0].Status != "saved" || r.Results[1].Status != "stale" || r.Results[2].Status != "invalid" {
			h.Fatalf("%+v", r)
		}
		clock := time.UnixMilli(h.Clock.Now()).In(h.Zone).Format(time.TimeOnly)
		if one := r.Results[0]; one.Time != clock || one.Message != "" || one.At != h.Clock.Now() || one.Value != nil {
			h.Errorf("%+v", one)
		}
		if one := r.Results[1]; one.Stored != 5 || cmp.Diff([]string{h.names["choice"]}, one.Value) != "" || one.Message == "" {
			h.Errorf("%+v", one)
		}
		if one := r.Results[2]; one.Question != "nothing \"<王>\" 2028 " || one.At != 0 || one.Message == "" {
			h.Errorf("%+v", one)
		}
		if n := len(h.dump()["attempt_away"]); n != 1 {
			h.Errorf("%d absences", n)
		}
		b.cookies["tongguan_lang"] = "en"
		req := savesRequest(path, `{"saves":[`+h.packet(4, h.names["choice"])+`]}`)
		req.Header.Set("X-CSRF", b.csrf)
		if r := b.send(req).want(h.T, http.StatusOK).saves(h.T); r.Results[0].Status != "stale" || !strings.HasPrefix(r.Results[0].Message, "A later answer") {
			h.Errorf("%+v", r)
		}
		b.post("/attempts/"+h.names["attempt"]+"/submit", nil).want(h.T, http.StatusSeeOther)
		r = post(fmt.Sprintf(`{"csrf":%q,"saves":[%s],"away":[{"from":1,"to":2}]}`, b.csrf, h.packet(9, h.names["choice"])))
		if r.Results[0].Status != "closed" || r.Results[0].Stored != 5 || len(r.Results[0].Value) != 1 {
			h.Errorf("%+v", r)
		}
	})
}

// TestSavesThatAreNotTaken sends saves in every wrong way: the answer is JSON with a sentence, and nothing is kept.
func TestSavesThatAreNotTaken(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		b, other, nobody := h.as("learner"), h.as("outsider"), h.as("")
		path := "/attempts/" + h.names["attempt"] + "/save"
		good := func(b *browser) string {
			return fmt.Sprintf(`{"csrf":%q,"saves":[%s]}`, b.csrf, h.packet(1, h.names["choice"]))
		}
		stale := h.as("learner")
		stale.cookies["tongguan_session"] = "no-such-session"
		before := h.dump()
		for name, c := range map[string]struct {
			by     *browser
			path   string
			body   string
			status int
		}{
			"signed out":            {nobody, path, good(b), http.StatusUnauthorized},
			"session ended":         {stale, path, good(stale), http.StatusUnauthorized},
			"somebody else's":       {other, path, good(other), http.StatusNotFound},
			"no such attempt":       {b, "/attempts/" + h.names["missing"] + "/save", good(b), http.StatusNotFound},
			"no token":              {b, path, `{"saves":[` + h.packet(1, h.names["choice"]) + `]}`, http.StatusForbidden},
			"another token":         {b, path, good(other), http.StatusForbidden},
			"no JSON":               {b, path, "q=1", http.StatusUnprocessableEntity},
			"nothing":               {b, path, "", http.StatusUnprocessableEntity},
			"a number for a text":   {b, path, fmt.Sprintf(`{"csrf":%q,"saves":[{"seq":1,"question":7,"value":["a"]}]}`, b.csrf), http.StatusUnprocessableEntity},
			"no text":               {b, path, good(b) + "\xff", http.StatusUnprocessableEntity},
			"more than fifty saves": {b, path, fmt.Sprintf(`{"csrf":%q,"saves":[%s]}`, b.csrf, strings.Repeat(h.packet(1, "a")+",", 50)+h.packet(2, "a")), http.StatusUnprocessableEntity},
		} {
			a := c.by.send(savesRequest(c.path, c.body))
			if a.status != c.status || a.saves(h.T).Error == "" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
				h.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		forged := savesRequest(path, good(b))
		forged.Header.Set("Sec-Fetch-Site", "cross-site")
		b.send(forged).want(h.T, http.StatusForbidden)
		if diff := cmp.Diff(before, h.dump()); diff != "" {
			h.Errorf("kept: %s", diff)
		}
	})
}

// TestSavesOfWhoIsLetInNoMore lets a node remember a learner who saves, and shuts them out in each way: the next
// save is refused as if nobody had been remembered, whatever it holds, and nothing is kept.
func TestSavesOfWhoIsLetInNoMore(t *testing.T) {
	ctx := context.Background()
	for name, shut := range map[string]func(h *house, b *browser) error{
		"signed out": func(h *house, b *browser) error { return h.Door.SignOut(ctx, b.cookies["tongguan_session"]) },
		"suspended":  func(h *house, b *browser) error { return h.People.Suspend(ctx, access.Operator(), h.names["learner"]) },
		"expired": func(h *house, b *browser) error {
			_, err := h.DB.Read().Exec(ctx, "UPDATE session SET expires_at = $1", h.Clock.Now()+1)
			h.advance(time.Second)
			return err
		},
		"another's session": func(h *house, b *browser) error {
			_, err := h.DB.Read().Exec(ctx, "UPDATE session SET person_id = $1 WHERE person_id = $2", h.names["outsider"], h.names["learner"])
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) {
				h.stock()
				b, path := h.as("learner"), "/attempts/"+h.names["attempt"]+"/save"
				body := func(saves string) string { return fmt.Sprintf(`{"csrf":%q,"saves":[%s]}`, b.csrf, saves) }
				for n := range 3 {
					b.send(savesRequest(path, body(h.packet(n+1, h.names["choice"])))).want(h.T, http.StatusOK)
				}
				if err := shut(h, b); err != nil {
					h.Fatal(err)
				}
				want := http.StatusUnauthorized
				if name == "another's session" {
					want = http.StatusNotFound
				}
				before := h.dump()
				for _, saves := range []string{h.packet(9, h.names["choice"]), h.packet(1, h.names["choice"]), "", `{"seq":6,"question":"no-such","value":["a"]}`} {
					if a := b.send(savesRequest(path, body(saves))).want(h.T, want); len(a.saves(h.T).Results) != 0 {
						h.Errorf("%s: %s", saves, a.body)
					}
				}
				for _, broken := range []string{"q=1", `{"csrf":"x","saves":[]}`} {
					if a := b.send(savesRequest(path, broken)); want == http.StatusUnauthorized && a.status != want {
						h.Errorf("%s: %d", broken, a.status)
					}
				}
				if diff := cmp.Diff(before, h.dump()); diff != "" {
					h.Errorf("kept: %s", diff)
				}
			})
		})
	}
}

// TestASaveIsOneStatement counts them, and looks whether the session of somebody who only saves is seen to be used.
func TestASaveIsOneStatement(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		b, path, n := h.as("learner"), "/attempts/"+h.names["attempt"]+"/save", 0
		save := func() int64 {
			h.Helper()
			n++
			before := h.DB.Statements()
			b.send(savesRequest(path, fmt.Sprintf(`{"csrf":%q,"saves":[%s]}`, b.csrf, h.packet(n, h.names["choice"])))).want(h.T, http.StatusOK)
			return h.DB.Statements() - before
		}
		save()
		if n := save(); n != 1 {
			h.Errorf("%d statements for a save", n)
		}
		h.advance(6 * time.Minute)
		save()
		if list, err := h.Door.Sessions(context.Background(), h.actor("learner")); err != nil || list[0].Seen != h.Clock.Now() {
			h.Errorf("%+v, %v", list, err)
		}
		if n := save(); n != 1 {
			h.Errorf("%d statements for a save", n)
		}
	})
}
