package app_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"tongguan/server/base/dbtest"
)

// Bounds of a page that a browser asks for with nothing kept.
const (
	maxBytes    = 100 << 10
	maxRequests = 8
	maxQueries  = 4  // statements of a view
	maxClause   = 7  // of a clause's page: how its questions perform, its history, its inspections, who is certified on it
	maxLearn    = 11 // of /learn, which says what is next in programmes, by what certificates ask, what the day brings, what the policy asks and what authors answered too
)

var linked = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)

// TestColdPagesAreLight adds up what a browser that has nothing yet must fetch for a page of the real content.
func TestColdPagesAreLight(t *testing.T) {
	h := one(t, options{content: "../../../content"})
	b := h.as("learner")
	attempt := b.post(module+"/quiz", nil).want(t, http.StatusSeeOther).location
	pages := []string{"/signin", "/learn", "/courses", "/policy", attempt, attempt + "/submit"}
	for _, k := range h.Catalog.Current().Courses {
		pages = append(pages, "/courses/"+k.ID)
		for _, m := range k.Modules {
			pages = append(pages, "/courses/"+m.Key()+"/quiz")
			for _, l := range m.Lessons {
				pages = append(pages, "/courses/"+l.Key())
			}
		}
	}
	for _, path := range pages {
		who := b
		if path == "/signin" {
			who = h.as("")
		}
		bytes, requests := who.weigh(path)
		if bytes > maxBytes || requests > maxRequests {
			t.Errorf("%s costs %.1f KB in %d requests", path, float64(bytes)/1024, requests)
		}
		t.Logf("%s: %.1f KB in %d requests", path, float64(bytes)/1024, requests)
	}
}

// weigh fetches a page and all it links, and counts the bytes that travel, headers too.
func (b *browser) weigh(path string) (bytes, requests int) {
	b.Helper()
	page, n := b.fetch(path)
	bytes, requests = n, 1
	seen := map[string]bool{}
	for _, m := range linked.FindAllStringSubmatch(page, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			_, n := b.fetch(m[1])
			bytes, requests = bytes+n, requests+1
		}
	}
	if requests < 3 {
		b.Errorf("%s links %d files: this test does not find them", path, requests-1)
	}
	return bytes, requests
}

// fetch asks as a browser does, and counts before it unpacks.
func (b *browser) fetch(path string) (text string, n int) {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	a := b.send(r).want(b.T, http.StatusOK)
	n = len(a.body)
	for k, v := range a.header {
		n += len(k) + len(strings.Join(v, "")) + 4
	}
	if a.header.Get("Content-Encoding") != "gzip" {
		return a.body, n
	}
	z, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		b.Fatal(path, err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		b.Fatal(path, err)
	}
	return string(plain), n
}

// TestViewsAskLittle counts the statements of each view, once everything is prepared.
func TestViewsAskLittle(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		h := furnished(t, dsn, options{}).stock()
		b := h.as("learner")
		attempt := "/attempts/" + h.names["attempt"]
		for _, path := range []string{"/learn", "/courses", "/courses/process", module + "/price", module + "/quiz", attempt, attempt + "?q=2",
			attempt + "/submit", "/policy", "/policy/2.4.2", "/search?q=x", "/library", "/library/glossary", "/library/templates/visit", "/library/phrases/negotiate"} {
			b.get(path)
			before := h.DB.Statements()
			b.get(path).want(t, http.StatusOK)
			most := int64(maxQueries)
			switch path {
			case "/learn":
				most = maxLearn
			case "/policy/2.4.2":
				most = maxClause
			}
			if n := h.DB.Statements() - before; n > most || n < 1 {
				t.Errorf("%s runs %d statements", path, n)
			}
		}
	})
}

// TestStatementsDoNotGrowWithTheCompany compares a manager's pages for a small team and a larger one.
func TestStatementsDoNotGrowWithTheCompany(t *testing.T) {
	each(t, func(h *house) {
		counts := func() (out [3]int64) {
			b := h.as("hr")
			for i, path := range []string{"/team", "/admin/people", "/admin/teams"} {
				b.get(path)
				before := h.DB.Statements()
				b.get(path).want(h.T, http.StatusOK)
				out[i] = h.DB.Statements() - before
			}
			return out
		}
		small := counts()
		for i := range 12 {
			h.addPerson(fmt.Sprint("colleague-", i), "team", "learner")
		}
		if large := counts(); large != small {
			h.Errorf("statements for 7 people %v, for 19 %v", small, large)
		}
	})
}
