package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A copy is the same for everybody who may read, to the byte, and holds nothing that belongs to one of them.
func TestACopyIsTheSameForEverybody(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		for _, path := range []string{module + "/prepare/offline", "/courses/offline"} {
			want := h.as("learner").get(path).want(h.T, http.StatusOK).body
			for _, login := range watchers[2:] {
				if diff := cmp.Diff(want, h.as(login).get(path).want(h.T, http.StatusOK).body); diff != "" {
					h.Errorf("%s differs for %s:\n%s", path, login, diff)
				}
			}
			for _, no := range []string{"<form", "csrf", "<input", "<select", "<textarea", h.actor("learner").Name, h.actor("learner").ID} {
				if no != "" && strings.Contains(want, no) {
					h.Errorf("%s holds %q", path, no)
				}
			}
		}
	})
}

// What there is to take of a module is its lessons, the shelf and four files; all of it is there.
func TestWhatIsTakenAlong(t *testing.T) {
	h := one(t, options{content: "../../../content"})
	b := h.as("learner")
	var plan struct {
		Shelf string
		URLs  []string
	}
	if err := json.Unmarshal([]byte(b.get(module+"/offline").want(t, http.StatusOK).body), &plan); err != nil {
		t.Fatal(err)
	}
	if n := len(h.Catalog.Current().Module("process/negotiation").Lessons); len(plan.URLs) != n+5 {
		t.Errorf("%d files for %d lessons: %v", len(plan.URLs), n, plan.URLs)
	}
	for _, u := range plan.URLs {
		b.get(u).want(t, http.StatusOK)
	}
	page := b.get(module+"/price").want(t, http.StatusOK).body
	if !strings.Contains(page, `data-shelf="`+plan.Shelf+`"`) {
		t.Error("the lesson names another set")
	}
	b.post("/language", url.Values{"lang": {"en"}, "back": {"/"}})
	if strings.Contains(b.get(module+"/price").body, plan.Shelf) {
		t.Error("the other language has the same set")
	}
}

// The application has a name in either language, and its pictures are there.
func TestTheManifest(t *testing.T) {
	h := one(t, options{})
	for lang, name := range map[string]string{"zh": "通关", "en": "Tongguan"} {
		a := h.as("").get("/manifest.webmanifest?lang="+lang).want(t, http.StatusOK)
		var m struct {
			Short string `json:"short_name"`
			Start string `json:"start_url"`
			Icons []struct{ Src, Type, Purpose string }
		}
		if err := json.Unmarshal([]byte(a.body), &m); err != nil || m.Short != name || len(m.Icons) != 4 {
			t.Errorf("%s: %+v, %v", lang, m, err)
		}
		for _, i := range m.Icons {
			if got := h.as("").get(i.Src).want(t, http.StatusOK).header.Get("Content-Type"); got != i.Type {
				t.Errorf("%s is %s", i.Src, got)
			}
		}
		h.as("learner").get(m.Start).want(t, http.StatusSeeOther)
	}
}

// What was finished without a network arrives once; a text that nobody was given is refused, and so is a place that is none.
func TestFinishedWithoutANetwork(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		b, lesson := h.as("outsider"), h.Catalog.Current().Lesson("process/negotiation/price")
		finish := func(hash string) answer {
			return b.post(module+"/price/finish", url.Values{"request": {"r-1"}, "hash": {hash}})
		}
		finish("none").want(h.T, http.StatusConflict)
		for range 2 {
			finish(lesson.Page("en").Hash).want(h.T, http.StatusNoContent)
		}
		s, err := h.Progress.Of(context.Background(), h.actor("outsider"), h.actor("outsider").ID)
		if err != nil || s.Finished[lesson.Key()].Hash != lesson.Page("en").Hash {
			h.Errorf("%+v, %v", s.Finished, err)
		}
		for _, bad := range []url.Values{{"anchor": {""}, "part": {"x"}}, {"anchor": {"nowhere"}, "part": {"1"}}, {"anchor": {""}, "part": {"1001"}}} {
			b.post(module+"/prepare/place", bad).want(h.T, http.StatusUnprocessableEntity)
		}
		b.post("/text-size", url.Values{"size": {"huge"}}).want(h.T, http.StatusUnprocessableEntity)
	})
}
