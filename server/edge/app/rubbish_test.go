package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// rubbish is what people and programs send that no form asks for.
var rubbish = map[string]string{
	"empty": "", "blank": " \t", "long": strings.Repeat("长", 3400), "NUL": "a\x00b", "not UTF-8": "a\xff\xfe", "half a rune": "\xe9\x95",
	"surrogate": "\xed\xa0\x80", "markup": `'"<img src=x>`, "sql": "' OR 1=1 --", "negative": "-1", "zero": "0", "fraction": "1.5",
	"huge": "9223372036854775807", "nearly huge": "400000000000000000", "beyond": "99999999999999999999", "date": "2026-02-30",
	"date of another kind": "30/02/2026", "year": "999999-01-01", "path": "../../etc/passwd", "percent": "%00%ff", "like": "%_\\",
	"template": "{{7*7}}{n}", "direction": "\u202eabc\u200b", "emoji": "🙂👨\u200d👩\u200d👧", "lines": "a\r\nSet-Cookie: b=c", "number": "NaN", "json": `{"a":[1]}`,
}

// illegible are those that are no text.
var illegible = []string{"NUL", "not UTF-8", "half a rune", "surrogate"}

// kinds gives the names of the rubbish in one order.
func kinds() []string { return slices.Sorted(maps.Keys(rubbish)) }

// survived fails where an answer is an error of ours, or gives back unescaped what was sent.
func (h *house) survived(a answer, with string) {
	h.Helper()
	throttled := a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != ""
	if a.status >= 500 && !throttled || a.status == 0 {
		h.Errorf("%.100s with %s: status %d", a.what, with, a.status)
	}
	if strings.Contains(a.body, "<img src=x>") {
		h.Errorf("%.100s with %s: gives it back unescaped", a.what, with)
	}
	if a.header.Get("Set-Cookie") == "b=c" {
		h.Errorf("%.100s with %s: sets a header", a.what, with)
	}
}

// TestRubbishInEveryField sends every form with one field wrong, as it is and as a multipart form.
func TestRubbishInEveryField(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		for _, d := range deeds {
			if d.route == "/signout" {
				continue // has no field
			}
			b := h.as(d.by)
			for _, field := range append(slices.Sorted(maps.Keys(d.form)), "csrf") {
				for _, kind := range kinds() {
					h.spoil(b, d, field, kind)
				}
			}
		}
	})
}

// spoil sends a deed with one field spoilt. Passwords are hashed at great cost: for those a few kinds do.
func (h *house) spoil(b *browser, d deed, field, kind string) {
	h.Helper()
	if d.form.Has("password") && !slices.Contains([]string{"empty", "long", "NUL", "not UTF-8"}, kind) {
		return
	}
	form := withCSRF(h.filled(d), b.csrf)
	form[field] = []string{rubbish[kind]}
	h.survived(b.send(formRequest(h.path(d, false), form)), fmt.Sprintf("%s: %s", field, kind))
	if d.form.Has("password") {
		return
	}
	if slices.Contains(illegible, kind) { // text that is text is read alike however it comes
		h.survived(b.send(multipartRequest(h.path(d, false), form)), fmt.Sprintf("%s: %s (multipart)", field, kind))
	}
	if d.by == "learner" && b.get("/account").status != http.StatusOK {
		*b = *h.as(d.by) // the session was ended, as the form says
	}
}

func multipartRequest(path string, form url.Values) *http.Request {
	return uploadRequest(path, form, "")
}

// uploadRequest sends a form with a file in it, unless the file is empty.
func uploadRequest(path string, form url.Values, file string) *http.Request {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, vs := range form {
		for _, v := range vs {
			_ = w.WriteField(k, v) // into memory
		}
	}
	if file != "" {
		part, _ := w.CreateFormFile("file", "people.csv")
		_, _ = part.Write([]byte(file))
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// questions are the parameters that pages take after the question mark.
var questions = []string{"q", "team", "role", "page", "sort", "person", "course", "back", "nothing"}

// short cuts rubbish so that the address or header that it is put into is read at all.
func short(kind string) string { return rubbish[kind][:min(len(rubbish[kind]), 900)] }

// asked are the pages that look at parameters one by one.
var asked = []string{"/signin", "/search", "/team", "/assignments/new", "/admin/people", "/audit"}

// TestRubbishInEveryAddress puts rubbish into every parameter of every page and form, as those who see most.
func TestRubbishInEveryAddress(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		browsers := []*browser{h.as("admin"), h.as("inspector"), h.as("learner"), h.as("manager"), h.as("")}
		for _, kind := range kinds() {
			junk := short(kind)
			inPath := strings.ReplaceAll(url.PathEscape(junk), "%5C", `\`)
			for _, b := range browsers {
				for _, r := range sightRows(h.T) {
					for _, path := range spoilt(r, inPath, url.QueryEscape(junk)) {
						h.survived(b.raw(http.MethodGet, path), kind)
					}
				}
			}
			for _, d := range deeds {
				for _, path := range spoilt(row{route: d.route, target: "missing"}, inPath, "") {
					h.survived(browsers[0].raw(http.MethodPost, path), kind)
				}
			}
		}
	})
}

// spoilt gives the addresses of a row with rubbish in one parameter each, in the path or after it.
func spoilt(r row, inPath, inQuery string) (out []string) {
	if r.target == "-" {
		all := r.route + "?"
		for _, q := range questions {
			all += "&" + q + "=" + inQuery
			if slices.Contains(asked, r.route) {
				out = append(out, r.route+"?"+q+"="+inQuery)
			}
		}
		if len(all) < 3000 { // a longer address is not read
			out = append(out, all)
		}
	}
	if r.target != "missing" {
		return out
	}
	values := map[string]string{":course": "process", ":module": "negotiation", ":lesson": "prepare", ":check": "neg-c1"}
	for p := range strings.SplitSeq(r.route, "/") {
		if strings.HasPrefix(p, ":") || p == "*" {
			with := maps.Clone(values)
			with[p] = inPath
			out = append(out, fill(r.route, with))
		}
	}
	return out
}

// raw sends a request whose address is no address at all, if need be.
func (b *browser) raw(method, path string) answer {
	b.Helper()
	r := formRequest("/", url.Values{"csrf": {b.csrf}})
	if method == http.MethodGet {
		r = httptest.NewRequest(method, "/", nil)
	}
	r.RequestURI, r.URL = path, &url.URL{Path: path}
	return b.send(r)
}

// TestIllegibleText is refused at the edge, before any page or database sees it.
func TestIllegibleText(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("admin")
		for _, path := range []string{"/search?q=%ff", "/search?q=%00", "/search?%ff=1", "/policy/%ff", "/policy/%00", "/admin/people/a%00b",
			"/admin/people?q=%ED%A0%80", "/policy/\xff", "/search?q=\xff", "/static/%00", "/%ff"} {
			a := b.raw(http.MethodGet, path).want(h.T, http.StatusUnprocessableEntity)
			if !strings.Contains(a.body, h.Words.In("zh").T("error.illegible")) {
				h.Errorf("%q does not say what is wrong: %.300s", path, a.body)
			}
		}
		for _, junk := range []string{"a\x00b", "a\xffb"} {
			form := url.Values{"csrf": {b.csrf}, "name": {junk}, "parent": {""}}
			before := h.dump()
			b.send(formRequest("/admin/teams", form)).want(h.T, http.StatusUnprocessableEntity)
			b.send(multipartRequest("/admin/teams", form)).want(h.T, http.StatusUnprocessableEntity)
			if !sameRows(before, h.dump()) {
				h.Errorf("%q was kept", junk)
			}
		}
	})
}

func sameRows(a, b map[string][]string) bool {
	return maps.EqualFunc(a, b, slices.Equal)
}

// TestAddressesTooLongToBeRead asks over a real connection for more than is ever read of an address or header.
func TestAddressesTooLongToBeRead(t *testing.T) {
	h := one(t, options{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go h.fiber.Listener(ln)                  //nolint:errcheck // ends with the test
	t.Cleanup(func() { h.fiber.Shutdown() }) //nolint:errcheck // ends with the test
	long := strings.Repeat("%E9%95%BF", 3400)
	for _, path := range []string{"/search?q=" + long, "/policy/" + long, "/api/v1/me?" + long} {
		res, err := http.Get("http://" + ln.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode < 400 || res.StatusCode >= 500 || len(body) == 0 || bytes.Contains(body, []byte("buffer")) {
			t.Errorf("%.20s…: %d %.300s", path, res.StatusCode, body)
		}
	}
}

// TestRubbishInHeaders sends what a stranger's program may put beside the address.
func TestRubbishInHeaders(t *testing.T) {
	each(t, func(h *house) {
		for _, kind := range kinds() {
			junk := strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(short(kind))
			for _, name := range []string{"User-Agent", "Accept-Language", "X-Forwarded-For", "Referer", "Origin", "HX-Request", "Accept-Encoding", "Authorization"} {
				for _, path := range []string{"/signin", "/learn", "/api/v1/me"} {
					r := httptest.NewRequest(http.MethodGet, path, nil)
					r.Header.Set(name, junk)
					h.survived(h.as("").send(r), name+": "+kind)
				}
			}
			for _, name := range []string{"tongguan_session", "tongguan_lang", "tongguan_theme", "tongguan_flash"} {
				r := httptest.NewRequest(http.MethodGet, "/signin", nil)
				r.Header.Set("Cookie", name+"="+junk)
				h.survived(h.as("").send(r), name+": "+kind)
			}
		}
		r := formRequest("/signin", url.Values{"login": {"learner"}, "password": {password}})
		r.Header.Set("User-Agent", "agent \xff\xfe")
		h.as("").send(r).want(h.T, http.StatusSeeOther)
	})
}
