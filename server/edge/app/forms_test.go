package app_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mistake is one field of a deed filled in wrongly, and the status that the form comes back with.
type mistake struct {
	route, field, value string
	status              int // 0 for 422
}

var mistakes = slices.Concat(supervisionMistakes, authorMistakes, []mistake{
	{route: "/signin", field: "password", value: "wrong password", status: http.StatusForbidden},
	{route: "/welcome/:token", field: "password", value: "short"},
	{route: "/assignments", field: "due", value: "2026-02-30"},
	{route: "/assignments", field: "course", value: "no-such-course"},
	{route: "/admin/people", field: "name", value: ""},
	{route: "/admin/people", field: "name", value: strings.Repeat("长", 61)},
	{route: "/admin/people", field: "name", value: "a\tb"},
	{route: "/admin/people", field: "login", value: `"<not a login>"`},
	{route: "/admin/people", field: "login", value: "learner"}, // somebody else's
	{route: "/admin/people", field: "email", value: "nobody"},
	{route: "/admin/people", field: "hired_on", value: "30/02/2026"},
	{route: "/admin/people", field: "lang", value: "fr"},
	{route: "/admin/people", field: "roles", value: "king"},
	{route: "/admin/people", field: "team", value: "06nosuchteam000000000000000"},
	{route: "/admin/people/:id", field: "name", value: ""},
	{route: "/admin/people/:id", field: "email", value: "nobody"},
	{route: "/admin/people/:id", field: "version", value: "0", status: http.StatusConflict},
	{route: "/admin/people/:id", field: "version", value: "x", status: http.StatusConflict},
	{route: "/admin/teams", field: "name", value: ""},
	{route: "/admin/teams", field: "parent", value: "06nosuchteam000000000000000"},
	{route: "/admin/teams", field: "managers", value: "06nobody000000000000000000"},
	{route: "/admin/teams/:id", field: "name", value: strings.Repeat("长", 300)},
	{route: "/admin/teams/:id", field: "version", value: "99", status: http.StatusConflict},
	{route: "/attempts/:id/appeals", field: "text", value: "太短"},
	{route: "/attempts/:id/appeals", field: "text", value: strings.Repeat("长", 1001)},
	{route: "/desk/marking/:veiled/:question", field: "level.needs", value: "7"},
	{route: "/desk/marking/:veiled/:question", field: "note", value: strings.Repeat("长", 1001)},
	{route: "/desk/appeals/:id/preview", field: "reason", value: " "},
	{route: "/desk/appeals/:id/preview", field: "kind", value: "praise"},
	{route: "/desk/appeals/:id/correct", field: "reason", value: ""},
	{route: "/desk/appeals/:id/reject", field: "answer", value: ""},
	{route: "/team/:person/time", field: "percent", value: "301"},
	{route: "/team/:person/time", field: "percent", value: "some"},
	{route: "/team/:person/time", field: "reason", value: " "},
	{route: "/programmes/rules", field: "programme", value: "none"},
	{route: "/programmes/rules", field: "hired_from", value: "2026-02-30"},
	{route: "/programmes/rules", field: "start_on", value: ""},
	{route: "/programmes/rules", field: "starts", value: "never"},
	{route: "/programmes/:programme/people", field: "start", value: "soon"},
	{route: "/programmes/:programme/people", field: "person", value: ""},
	{route: "/programmes/:programme/people/:person/buddy", field: "buddy", value: "06nobody000000000000000000"},
	{route: "/programmes/:programme/people/:person/end", field: "reason", value: " "},
	{route: "/programmes/:programme/people/:person/waive", field: "reason", value: strings.Repeat("长", 501)},
	{route: "/programmes/:programme/people/:person/unwaive", field: "reason", value: ""},
	{route: "/programmes/:programme/people/:person/move", field: "to", value: "x", status: http.StatusConflict},
	{route: "/signoffs/:programme/:step/:person", field: "points", value: "0"},
	{route: "/signoffs/:programme/:step/:person", field: "note", value: strings.Repeat("长", 501)},
	{route: "/signoffs/:programme/:step/:person/back", field: "reason", value: ""},
	{route: "/certificates/:number/decide", field: "note", value: " "},
	{route: "/certificates/:number/decide", field: "note", value: strings.Repeat("长", 501)},
	{route: "/training/sessions", field: "title", value: ""},
	{route: "/training/sessions", field: "topic", value: "市场"},
	{route: "/training/sessions", field: "date", value: "2026-02-30"},
	{route: "/training/sessions", field: "start", value: "soon"},
	{route: "/training/sessions", field: "end", value: "09:59"},
	{route: "/training/sessions", field: "rule", value: "daily"},
	{route: "/training/sessions", field: "count", value: "61"},
	{route: "/training/sessions", field: "host", value: "06nobody000000000000000000"},
	{route: "/training/sessions", field: "guests", value: "no-such-login"},
	{route: "/training/sessions", field: "link", value: "javascript:alert(1)"},
	{route: "/training/sessions", field: "days", value: "999"},
	{route: "/training/sessions", field: "place", value: strings.Repeat("长", 81)},
	{route: "/training/sessions/:id/change", field: "title", value: " "},
	{route: "/training/sessions/:id/change", field: "end", value: "13:00"},
	{route: "/training/sessions/:id/change", field: "sequence", value: "99", status: http.StatusConflict},
	{route: "/training/sessions/:id/cancel", field: "reason", value: " "},
	{route: "/training/sessions/:id/cancel", field: "sequence", value: "99", status: http.StatusConflict},
	{route: "/training/external", field: "title", value: ""},
	{route: "/training/external", field: "url", value: "ftp://example.com"},
	{route: "/training/external", field: "topic", value: "谈判"},
	{route: "/training/external", field: "starts", value: "2026-02-30"},
	{route: "/training/external", field: "ends", value: "2026-03-31"},
	{route: "/training/external", field: "cost", value: "many"},
	{route: "/training/external", field: "aim", value: " "},
	{route: "/training/external/:id/decide", field: "days", value: "0"},
	{route: "/training/external/:id/decide", field: "days", value: "soon"},
	{route: "/training/external/:id/decide", field: "reason", value: strings.Repeat("长", 501)},
	{route: "/training/external/:id/share", field: "title", value: ""},
	{route: "/training/external/:id/share", field: "text", value: "太短"},
	{route: "/training/external/:id/share", field: "form", value: "song"},
	{route: "/training/shared/:id/rating", field: "stars", value: "6"},
	{route: "/training/shared/:id/rating", field: "comment", value: strings.Repeat("长", 501)},
	{route: "/reviews/:id", field: "mark.attitude", value: "6"},
	{route: "/reviews/:id", field: "mark.attitude", value: ""},
	{route: "/reviews/:id", field: "mark.attitude", value: "0"}, // then nothing is marked
	{route: "/reviews/:id", field: "mark.attitude", value: "very good"},
	{route: "/reviews/:id", field: "comment.teamwork", value: strings.Repeat("长", 501)},
	{route: "/reviews/:id", field: "comment", value: strings.Repeat("长", 2001)},
	{route: "/reviews/customer/:token", field: "mark.teamwork", value: ""},
	{route: "/reviews/customer/:token", field: "comment", value: strings.Repeat("长", 2001)},
	{route: "/reviews/panels/:panel/ask", field: "person", value: ""},
	{route: "/reviews/panels/:panel/ask", field: "group", value: "customer"},
	{route: "/reviews/panels/:panel/invite", field: "name", value: " "},
	{route: "/reviews/panels/:panel/invite", field: "name", value: strings.Repeat("长", 61)},
	{route: "/appraisals/preview", field: "weight-visits", value: "61"},
	{route: "/appraisals/preview", field: "weight-visits", value: "much"},
	{route: "/appraisals/preview", field: "period", value: "2026-13"},
	{route: "/appraisals/preview", field: "figures", value: "2026-06-29"},
	{route: "/appraisals/preview", field: "reviews", value: "2026-02-30"},
	{route: "/appraisals/preview", field: "response", value: "2026-07-01"},
	{route: "/appraisals/preview", field: "least", value: "-1"},
	{route: "/appraisals/preview", field: "bonus.0", value: "21"},
	{route: "/appraisals/preview", field: "people", value: "no-such-login"},
	{route: "/appraisals", field: "weight-superior", value: "39.99"},
	{route: "/appraisals", field: "missing", value: "guess"},
	{route: "/appraisals/cycles/:id/people", field: "people", value: "no-such-login"},
	{route: "/appraisals/cycles/:id/people", field: "people", value: ""},
	{route: "/appraisals/cycles/:id/days", field: "figures", value: "2026-03-30"},
	{route: "/appraisals/cycles/:id/days", field: "response", value: "soon"},
	{route: "/appraisals/:id/targets", field: "target-visits", value: "0"},
	{route: "/appraisals/:id/targets", field: "target-visits", value: "many"},
	{route: "/appraisals/:id/agree", field: "seen", value: "0", status: http.StatusConflict},
	{route: "/appraisals/:id/object", field: "text", value: " "},
	{route: "/appraisals/:id/calibrate", field: "score", value: "120.01"},
	{route: "/appraisals/:id/calibrate", field: "score", value: "good"},
	{route: "/appraisals/:id/calibrate", field: "reason", value: ""},
	{route: "/appraisals/:id/calibrate", field: "seen", value: "0", status: http.StatusConflict},
	{route: "/appraisals/:id/respond", field: "answer", value: "perhaps"},
	{route: "/appraisals/:id/respond", field: "text", value: ""},
	{route: "/appraisals/:id/decide", field: "ruling", value: "postpone"},
	{route: "/appraisals/:id/decide", field: "reason", value: " "},
	{route: "/appraisals/:id/decide", field: "score", value: ""},
	{route: "/appraisals/:id/correct", field: "score", value: "-1"},
	{route: "/appraisals/:id/correct", field: "reason", value: " "},
	{route: "/figures/:person", field: "v.visits", value: "many"},
	{route: "/figures/:person", field: "v.visits", value: "-1"},
	{route: "/figures/:person", field: "v.visits", value: ""},
	{route: "/figures/:person", field: "note", value: strings.Repeat("长", 201)},
	{route: "/figures/:person", field: "period", value: "2026-04"},
	{route: "/figures/:person/withdraw", field: "reason", value: ""},
	{route: "/figures/:person/withdraw", field: "reason", value: strings.Repeat("长", 201)},
	{route: "/figures/:person/withdraw", field: "seq", value: "7", status: http.StatusConflict},
	{route: "/policy/changes/preview", field: "offer", value: "praise"},
	{route: "/policy/changes/preview", field: "deadline", value: "2026-02-30"},
	{route: "/policy/changes/preview", field: "deadline", value: "2026-03-02"},
	{route: "/policy/changes/preview", field: "reason", value: " "},
	{route: "/policy/changes", field: "to", value: "x", status: http.StatusConflict},
	{route: "/team/enrol", field: "start", value: "2026-02-30"},
	{route: "/team/enrol", field: "programme", value: "no-such-programme"},
	{route: "/rewards", field: "kind", value: "praise"},
	{route: "/rewards", field: "words", value: " "},
	{route: "/rewards", field: "finding", value: "../x"},
	{route: "/rewards", field: "reason", value: strings.Repeat("长", 501)},
	{route: "/rewards/:id/decide", field: "amount", value: "many"},
	{route: "/rewards/:id/decide", field: "amount", value: ""},
	{route: "/rewards/:id/decide", field: "amount", value: "1000000.01"},
	{route: "/rewards/:id/decide", field: "reason", value: " "},
	{route: "/rewards/:id/object", field: "reason", value: " "},
	{route: "/rewards/:id/settle", field: "reason", value: strings.Repeat("长", 501)},
	{route: "/admin/people/:id/erase", field: "reason", value: " "},
	{route: "/admin/people/:id/erase", field: "reason", value: "离职者本人申请"}, // names the person
	{route: "/admin/people/:id/erase", field: "confirm", value: "somebody"},
	{route: "/account/tokens", field: "name", value: " "},
	{route: "/account/tokens", field: "days", value: "-1"},
	{route: "/account/tokens", field: "days", value: "99999999999999999999"},
	{route: "/account/tokens", field: "days", value: "soon"},
	{route: "/account/tokens", field: "scopes", value: "everything"},
	{route: "/account/password", field: "old", value: "wrong password"},
	{route: "/account/password", field: "password", value: "short"},
})

// TestFormsKeepWhatWasEntered makes one mistake at a time: the form says so and everything else is still in it.
func TestFormsKeepWhatWasEntered(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		browsers := map[string]*browser{}
		before := h.dump()
		for _, m := range mistakes {
			d := deeds[slices.IndexFunc(deeds, func(d deed) bool { return d.route == m.route })]
			if browsers[d.by] == nil {
				browsers[d.by] = h.as(d.by)
			}
			h.mistake(browsers[d.by], d, m)
		}
		after := h.dump()
		for _, table := range []string{"session", "throttle"} { // those the browsers and the wrong passwords made
			delete(before, table)
			delete(after, table)
		}
		if !sameRows(before, after) {
			h.Error("forms with mistakes in them have changed the database")
		}
	})
}

func (h *house) mistake(b *browser, d deed, m mistake) {
	h.Helper()
	what, form := fmt.Sprintf("%s with %s=%.30q", m.route, m.field, m.value), h.filled(d)
	form.Set(m.field, m.value)
	a, want := b.post(h.path(d, false), form), m.status
	if want == 0 {
		want = http.StatusUnprocessableEntity
	}
	if a.status != want {
		h.Errorf("%s: status %d, want %d: %.300s", what, a.status, want, a.body)
		return
	}
	if !strings.Contains(a.body, `class="wrong"`) && !strings.Contains(a.body, "notice-bad") {
		h.Errorf("%s: the page does not say what is wrong", what)
	}
	for name, values := range form {
		if slices.Contains([]string{"password", "old", "to", "state", "back", "decision"}, name) || name == m.field && (name == "version" || name == "seq" || name == "loaded") {
			continue
		}
		for _, v := range values {
			chosen := name == "roles" || name == "team" || name == "managers" || name == "parent" || name == "course" || name == "lang" || name == "scopes" ||
				slices.Contains([]string{"programme", "person", "buddy", "starts", "kind", "host", "rule", "form", "stars", "offer", "group", "missing", "answer", "ruling", "seen", "every", "severity"}, name) || strings.HasPrefix(name, "level.") ||
				strings.HasPrefix(name, "mark.") || strings.HasPrefix(name, "a.")
			if name == m.field && chosen || m.route == "/welcome/:token" || m.route == "/assignments" && name == "team" ||
				m.route == "/desk/appeals/:id/correct" && name == "request" {
				continue // nothing that could be chosen; or a field that this form does not have
			}
			if !keeps(a.body, name, v) {
				h.Errorf("%s: %s=%q is lost", what, name, v)
			}
		}
	}
}

var tags = regexp.MustCompile(`<(input|option|textarea)\b[^>]*>[^<]*`)

// keeps says whether a page has a field that is filled in with the value, or offers it and has it chosen.
func keeps(body, name, value string) bool {
	for _, tag := range tags.FindAllString(body, -1) {
		head, _, _ := strings.Cut(tag, ">")
		head, content := html.UnescapeString(head), html.UnescapeString(tag[strings.Index(tag, ">")+1:])
		filled := strings.Contains(head, `value="`+value+`"`)
		named := strings.Contains(head, `name="`+name+`"`)
		boxed := strings.Contains(head, "checkbox") || strings.Contains(head, "radio")
		switch {
		case strings.HasPrefix(tag, "<option"):
			if filled && strings.Contains(head, "selected") {
				return true
			}
		case strings.HasPrefix(tag, "<textarea"):
			if named && content == value {
				return true
			}
		case named && filled && (!boxed || strings.Contains(head, "checked")):
			return true
		case named && value == "" && !strings.Contains(head, `value="`):
			return true
		}
	}
	return false
}

// TestUploads sends files that are what import expects, and files that are not.
func TestUploads(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("admin")
		for name, c := range map[string]struct {
			file   string
			status int
		}{
			"a table":       {"name,login,roles\n何立新,helixin,learner\n", http.StatusOK},
			"empty":         {"", http.StatusUnprocessableEntity},
			"binary":        {"\x00\x01\xff\xfe", http.StatusUnprocessableEntity},
			"no headings":   {"a,b,c\n1,2,3\n", http.StatusUnprocessableEntity},
			"open quote":    {"name,login\n\"unclosed", http.StatusUnprocessableEntity},
			"NUL in a name": {"name,login,roles\na\x00b,helixin,learner\n", http.StatusUnprocessableEntity},
			"too large":     {"name,login\n" + strings.Repeat("x", 3<<20), http.StatusUnprocessableEntity},
		} {
			before := h.dump()
			r := uploadRequest("/admin/import", url.Values{"csrf": {b.csrf}}, c.file)
			if a := b.send(r); a.status != c.status {
				h.Errorf("%s: status %d, want %d: %.300s", name, a.status, c.status, a.body)
			}
			if !sameRows(before, h.dump()) {
				h.Errorf("%s: the preview has changed the database", name)
			}
		}
		h.survived(b.post("/admin/import/apply", url.Values{"text": {"name,login,roles\na\tb,helixin,learner\n"}}), "a bad row")
		b.send(uploadRequest("/admin/import", nil, "name,login\n")).want(h.T, http.StatusForbidden)
	})
}
