package app_test

import (
	"database/sql"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/db"
)

// TestEveryFormIsKnown wants a deed for each address that takes a form.
func TestEveryFormIsKnown(t *testing.T) {
	h := one(t, options{})
	var known []string
	for _, d := range deeds {
		known = append(known, d.route)
	}
	known = append(known, "/attempts/:id/save") // no form: save_test.go
	posts := h.routes(http.MethodPost)
	slices.Sort(known)
	slices.Sort(posts)
	if diff := cmp.Diff(posts, known); diff != "" {
		t.Errorf("forms served (-) and in the table of deeds (+):\n%s", diff)
	}
	for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if r := h.routes(method); r != nil {
			t.Errorf("%s is served at %v and not tested here", method, r)
		}
	}
}

// forgery is a way in which a form comes that was not sent from one of our pages.
type forgery struct {
	name   string
	token  string
	header [2]string
}

// forgeries are the ways; at a door only those that name another site.
func forgeries(own, others string, d deed) []forgery {
	out := []forgery{
		{"cross-site", own, [2]string{"Sec-Fetch-Site", "cross-site"}},
		{"another host of the domain", own, [2]string{"Sec-Fetch-Site", "same-site"}},
		{"old browser, another site", own, [2]string{"Origin", "https://evil.example"}},
		{"old browser, a site named like ours", own, [2]string{"Origin", host + ".evil.example"}},
		{"old browser, another port", own, [2]string{"Origin", host + ":81"}},
		{"old browser, a file or a frame in a sandbox", own, [2]string{"Origin", "null"}},
	}
	if d.door {
		return out
	}
	same := [2]string{"Sec-Fetch-Site", "same-origin"}
	return append(out, forgery{"no token", "", same}, forgery{"garbage", "x", same}, forgery{"another session's token", others, same},
		forgery{"a program", "", [2]string{"X-Nothing", "x"}})
}

// TestForgedFormsChangeNothing sends every form in every forged way and looks at the whole database.
func TestForgedFormsChangeNothing(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		others, browsers := h.as("learner"), map[string]*browser{}
		for _, d := range deeds {
			if browsers[d.by] == nil {
				browsers[d.by] = h.as(d.by)
			}
		}
		before := h.dump()
		for _, d := range deeds {
			b := browsers[d.by]
			for _, x := range forgeries(b.csrf, others.csrf, d) {
				r := formRequest(h.path(d, false), withCSRF(h.filled(d), x.token))
				r.Header.Del("Sec-Fetch-Site")
				r.Header.Set(x.header[0], x.header[1])
				if a := b.send(r); a.status != http.StatusForbidden {
					h.Errorf("%s, %s: status %d, want 403", d.route, x.name, a.status)
				}
			}
			if !d.door {
				h.strangerIsSentAway(d)
			}
		}
		if diff := cmp.Diff(before, h.dump()); diff != "" {
			h.Errorf("forged forms have changed the database:\n%s", diff)
		}
	})
}

// strangerIsSentAway sends the form without being signed in, and with a session that does not exist.
func (h *house) strangerIsSentAway(d deed) {
	h.Helper()
	for _, session := range []string{"", "no-such-session"} {
		b := h.as("")
		if session != "" {
			b.cookies["tongguan_session"] = session
		}
		a := b.post(h.path(d, false), h.filled(d))
		if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/signin") {
			h.Errorf("%s with session %q: %d to %q", d.route, session, a.status, a.location)
		}
	}
}

// TestEveryFormWorksWithItsToken is the other half: sent as it should be, every form does something, so that the
// test above refuses forms that would have done it.
func TestEveryFormWorksWithItsToken(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		for _, d := range deeds {
			b := h.as(d.by)
			before := h.dump()
			want := d.status
			if want == 0 {
				want = http.StatusSeeOther
			}
			if a := b.post(h.path(d, false), h.filled(d)); a.status != want {
				h.Errorf("%s: status %d, want %d: %.400s", d.route, a.status, want, a.body)
			}
			if changed := cmp.Diff(before, h.dump()) != ""; changed == d.still {
				h.Errorf("%s: the database changed %v, want %v", d.route, changed, !d.still)
			}
		}
	})
}

// TestFormsByWhomMayNot sends every form as people of every other role, with their own token.
func TestFormsByWhomMayNot(t *testing.T) {
	may := map[string][]string{"/audit/check": {"inspector"}, "/policy/changes": {"hr"}, "/policy/changes/preview": {"hr"},
		"/assignments": {"manager", "hr"}, "/assignments/:id/withdraw": {"manager", "hr"},
		"/desk/marking/:veiled/:question": {"author"}, "/desk/appeals/:id/preview": {"author"}, "/desk/appeals/:id/correct": {"author"},
		"/desk/appeals/:id/reject": {"author"}, "/team/:person/time": {"hr"}, "/team/enrol": {"manager", "hr"}, "/certificates/:number/decide": {"hr", "inspector"}, "/team/:person/certificates/:programme/approve": {"hr"},
		"/programmes/rules": {"hr"}, "/programmes/rules/:rule/end": {"hr"}, "/programmes/:programme/people": {"manager", "hr"},
		"/programmes/:programme/people/:person/buddy": {"manager", "hr"}, "/programmes/:programme/people/:person/end": {"manager", "hr"},
		"/programmes/:programme/people/:person/waive": {"hr"}, "/programmes/:programme/people/:person/unwaive": {"hr"}, "/programmes/:programme/people/:person/move": {"hr"},
		"/signoffs/:programme/:step/:person": {"manager"}, "/signoffs/:programme/:step/:person/back": {"manager"},
		"/training/sessions": {"manager", "hr"}, "/training/sessions/:id/change": {"manager", "hr"}, "/training/sessions/:id/cancel": {"manager", "hr"},
		"/training/sessions/:id/attendance": {"manager", "hr"}, "/training/external/:id/decide": {"manager", "hr"},
		"/reviews/panels/:panel/ask": {"hr"}, "/reviews/panels/:panel/unask": {"hr"}, "/reviews/panels/:panel/invite": {"manager", "hr"}, "/reviews/panels/:panel/withdraw": {"manager", "hr"},
		"/figures/:person": {"manager", "hr"}, "/figures/:person/withdraw": {"manager", "hr"}, "/figures/:person/simulate": {"manager", "hr"},
		"/figures/import": {"manager", "hr"}, "/figures/import/apply": {"manager", "hr"},
		"/appraisals/preview": {"hr"}, "/appraisals": {"hr"}, "/appraisals/cycles/:id/people": {"hr"}, "/appraisals/cycles/:id/days": {"hr"}, "/appraisals/cycles/:id/show": {"hr"},
		"/appraisals/cycles/:id/close": {"hr"}, "/appraisals/:id/targets": {"manager", "hr"}, "/appraisals/:id/calibrate": {"hr"}, "/appraisals/:id/show": {"hr"},
		"/appraisals/:id/decide": {"hr"}, "/appraisals/:id/close": {"hr"}, "/appraisals/:id/correct": {"hr"},
		"/rewards": {"manager", "hr"}, "/rewards/derive": {"hr"}, "/rewards/:id/decide": {"hr"}, "/rewards/:id/settle": {"hr"}}
	maps.Copy(may, supervisionMay)
	each(t, func(h *house) {
		h.stock()
		browsers := map[string]*browser{}
		for _, login := range []string{"learner", "manager", "author", "hr", "inspector", "admin", "outsider"} {
			browsers[login] = h.as(login)
		}
		before := h.dump()
		for _, d := range deeds {
			own := d.target[0] != "" && d.by == "learner" // others have none of it
			if d.door || !own && !strings.HasPrefix(d.route, "/admin") && may[d.route] == nil {
				continue // everybody may, for themselves
			}
			for login, b := range browsers {
				if login == d.by || slices.Contains(may[d.route], login) {
					continue
				}
				want := []int{http.StatusNotFound}
				if login == d.target[1] || login == "learner" && may[d.route] != nil {
					want = append(want, http.StatusForbidden) // it is about themselves: there is nobody to conceal
				} else if strings.HasPrefix(d.route, "/inspections/findings/:id/") {
					want = append(want, http.StatusForbidden) // they see it, and it is not theirs to do
				} else if strings.HasPrefix(d.route, "/account/") {
					want = append(want, http.StatusSeeOther) // of theirs, the one that is named is gone already
				}
				if a := b.post(h.path(d, false), h.filled(d)); !slices.Contains(want, a.status) {
					h.Errorf("%s by %s: status %d, want %v", d.route, login, a.status, want)
				}
			}
		}
		if diff := cmp.Diff(before, h.dump()); diff != "" {
			h.Errorf("people who may not have changed the database:\n%s", diff)
		}
	})
}

// dump is every row of every table, by table.
func (h *house) dump() map[string][]string {
	h.Helper()
	driver, names := "sqlite", "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if db.IsPostgres(h.dsn) {
		driver, names = "postgres", "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
	}
	x, err := sql.Open(driver, h.dsn)
	if err != nil {
		h.Fatal(err)
	}
	defer x.Close() //nolint:errcheck // only read
	out := map[string][]string{}
	for _, table := range h.rows(x, names) {
		table = strings.TrimSuffix(strings.TrimPrefix(table, "map[name:"), "]")
		out[table] = h.rows(x, "SELECT * FROM "+table)
	}
	return out
}

// rows gives every row that a query finds as one line, map[column:value …], in order of the lines.
func (h *house) rows(x *sql.DB, query string) (out []string) {
	h.Helper()
	rows, err := x.Query(query)
	if err != nil {
		h.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read whole
	columns, err := rows.Columns()
	if err != nil {
		h.Fatal(err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			h.Fatal(err)
		}
		line := make(map[string]any, len(columns))
		for i, c := range columns {
			line[c] = values[i]
		}
		out = append(out, fmt.Sprintf("%s", line))
	}
	if err := rows.Err(); err != nil {
		h.Fatal(err)
	}
	sort.Strings(out)
	return out
}
