package app_test

import (
	"context"
	"net/http"
	pathpkg "path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"tongguan/server/edge/site"
)

// sight says who sees what: an address, what stands at its parameter, and a sign for each of nobody, learner,
// outsider (a learner of another team), manager, author, hr, inspector and administrator.
//
//   - the page   > leads elsewhere   D is sent to the door   T wants an API token   . looks like what is not there
const sight = `
/                                 -         D > > > > > > >
/signin                           -         + > > > > > > >
/welcome/:token                   link      + + + + + + + +
/welcome/:token                   missing   . . . . . . . .
/account                          -         D + + + + + + +
/learn                            -         D + + + + + + +
/courses                          -         D + + + + + + +
/courses/:course                  course    D + + + + + + +
/courses/:course                  missing   D . . . . . . .
/courses/:course/:module/quiz     module    D + + + + + + +
/courses/:course/:module/quiz     missing   D . . . . . . .
/courses/:course/:module/:lesson  lesson    D + + + + + + +
/courses/:course/:module/:lesson  missing   D . . . . . . .
/courses/:course/:module/:lesson/offline  lesson    D + + + + + + +
/courses/:course/:module/:lesson/offline  missing   D . . . . . . .
/courses/:course/:module/offline  module    D + + + + + + +
/courses/:course/:module/offline  missing   D . . . . . . .
/courses/:course/:module/print    module    D + + + + + + +
/courses/:course/:module/print    missing   D . . . . . . .
/courses/offline                  -         D + + + + + + +
/courses/offline/start            -         D > > > > > > >
/courses/offline/pass             -         D + + + + + + +
/courses/sw.js                    -         + + + + + + + +
/manifest.webmanifest             -         + + + + + + + +
/attempts/:id                     attempt   D + . . . . . .
/attempts/:id                     closed    D > . . . . . .
/attempts/:id                     missing   D . . . . . . .
/attempts/:id/submit              attempt   D + . . . . . .
/attempts/:id/submit              closed    D > . . . . . .
/attempts/:id/submit              missing   D . . . . . . .
/attempts/:id/review              attempt   D > . . . . > .
/attempts/:id/review              closed    D + . . . . + .
/attempts/:id/review              missing   D . . . . . . .
/attempts/:id/appeals/:question   asked     D + . . . . . .
/attempts/:id/appeals/:question   disputed  D > . . . . . .
/attempts/:id/appeals/:question   missing   D . . . . . . .
/practice                         -         D + + + + + + +
/rehearsals/:id                   rehearsal D + . . . . . .
/rehearsals/:id                   played    D > . . . . . .
/rehearsals/:id                   missing   D . . . . . . .
/rehearsals/:id/debrief           rehearsal D > . > . > > .
/rehearsals/:id/debrief           played    D + . + . + + .
/rehearsals/:id/debrief           missing   D . . . . . . .
/rehearsals/:id/proof             rehearsal D > . > . > > .
/rehearsals/:id/proof             played    D + . + . + + .
/rehearsals/:id/proof             missing   D . . . . . . .
/plays/:id                        acted     D > . . . . . .
/plays/:id                        acting    D + . . . . . .
/plays/:id                        missing   D . . . . . . .
/plays/:id/debrief                acting    D > . > . > > .
/plays/:id/debrief                acted     D + . + . + + .
/plays/:id/debrief                missing   D . . . . . . .
/plays/:id/proof                  acting    D > . > . > > .
/plays/:id/proof                  acted     D + . + . + + .
/plays/:id/proof                  missing   D . . . . . . .
/programmes                       -         D + + + + + + +
/programmes/rules                 -         D . . . . + . .
/programmes/:programme            programme D + + + + + + +
/programmes/:programme            missing   D . . . . . . .
/programmes/:programme/people     programme D . . + . + + .
/programmes/:programme/people     missing   D . . . . . . .
/programmes/:programme/people/:person  learner   D + . + . + + .
/programmes/:programme/people/:person  outsider  D . + . . + + .
/programmes/:programme/people/:person  missing   D . . . . . . .
/signoffs                         -         D + + + + + + +
/signoffs/:programme/:step/:person  learner   D . . + . . . .
/signoffs/:programme/:step/:person  missing   D . . . . . . .
/training                         -         D + + + + + + +
/training/sessions                -         D . . + . + . .
/training/sessions/new            -         D . . + . + . .
/training/sessions/:id            planned   D + . + + + + +
/training/sessions/:id            held      D + . + . + . .
/training/sessions/:id            missing   D . . . . . . .
/training/sessions/:id/change     planned   D . . + . + . .
/training/sessions/:id/change     held      D . . . . . . .
/training/sessions/:id/change     missing   D . . . . . . .
/training/sessions/:id/attendance planned   D . . > . > . .
/training/sessions/:id/attendance held      D . . + . + . .
/training/sessions/:id/attendance  missing   D . . . . . . .
/training/attendance              -         D . . + . + + .
/training/external                -         D . . + . + . .
/training/external/new            -         D + + + + + + +
/training/external/:id            wanted    D + . + . + . .
/training/external/:id            taken     D + . + . + . .
/training/external/:id            missing   D . . . . . . .
/training/external/:id/files/:file  proof     D + . + . + . .
/training/external/:id/files/:file  missing   D . . . . . . .
/training/shared/:id              shared    D + + + + + + +
/training/shared/:id              taken     D . . . . . . .
/training/shared/:id              missing   D . . . . . . .
/inspections                      -         D . . . . + + .
/inspections/plans/:id            contracts D . . . . + + .
/inspections/plans/:id            training-compliance D . . . . + + .
/inspections/plans/:id            missing   D . . . . . . .
/inspections/rounds/:id           round     D . . . . . + .
/inspections/rounds/:id           missing   D . . . . . . .
/inspections/rounds/:id/report    round     D . . . . . + .
/inspections/rounds/:id/report    missing   D . . . . . . .
/inspections/findings             -         D . . . . + + .
/inspections/findings/new         -         D . . . . . + .
/inspections/findings.csv         -         D . . . . + + .
/inspections/findings.xlsx        -         D . . . . + + .
/inspections/findings/:id         finding   D + . + . . + .
/inspections/findings/:id         missing   D . . . . . . .
/inspections/findings/:id/files/:file  evidence  D + . + . . + .
/inspections/findings/:id/files/:file  missing   D . . . . . . .
/findings                         -         D + + + + + + +
/report                           -         + + + + + + + +
/report/receipt                   -         + + + + + + + +
/violations                       -         D . . . . . + .
/violations/rewards               -         D . . . . + . .
/violations/:id                   violation D . . . . . + .
/violations/:id                   missing   D . . . . . . .
/calendar/:token.ics              calendar  + + + + + + + +
/calendar/:token.ics              missing   . . . . . . . .
/reviews                          -         D + + + + + + +
/reviews/:id                      review    D + . . . . . .
/reviews/:id                      others    D . . + . . . .
/reviews/:id                      missing   D . . . . . . .
/reviews/panels/:panel            panel     D . . + . + . .
/reviews/panels/:panel            found     D + . + . + . .
/reviews/panels/:panel            missing   D . . . . . . .
/reviews/customer/:token          guest     + + + + + + + +
/reviews/customer/:token          missing   . . . . . . . .
/policy                           -         D + + + + + + +
/policy/matrix                    -         D . . . + . + .
/policy/matrix.csv                -         D . . . + . + .
/policy/matrix.xlsx               -         D . . . + . + .
/policy/changes                   -         D . . + . + + .
/policy/changes/new               -         D . . . . . . .
/policy/changes/:id               change    D . . + . + + .
/policy/changes/:id               missing   D . . . . . . .
/duties/:change                   change    D + . . . . . .
/duties/:change                   confirm   D + . . . . . .
/duties/:change                   missing   D . . . . . . .
/policy/:clause                   clause    D + + + + + + +
/policy/:clause                   missing   D . . . . . . .
/rewards                          -         D . . + . + + .
/rewards.csv                      -         D . . + . + + .
/rewards.xlsx                     -         D . . + . + + .
/rewards/mine                     -         D + + + + + + +
/rewards/new                      -         D . . + . + . .
/rewards/:id                      reward-open     D . . + . + + .
/rewards/:id                      reward-granted  D + . + . + + .
/rewards/:id                      missing   D . . . . . . .
/library                          -         D + + + + + + +
/library/glossary                 -         D + + + + + + +
/library/templates                -         D + + + + + + +
/library/templates/:id            form      D + + + + + + +
/library/templates/:id            missing   D . . . . . . .
/library/templates/:id.md         form-text D + + + + + + +
/library/templates/:id.md         missing   D . . . . . . .
/library/phrases/:stage           phrases   D + + + + + + +
/library/phrases/:stage           missing   D . . . . . . .
/search                           -         D + + + + + + +
/team                             -         D . . + . + + .
/team/:person                     learner   D + . + . + + .
/team/:person                     outsider  D . + . . + + .
/team/:person                     hr        D . . + . + + .
/team/:person                     missing   D . . . . . . .
/team/certificates                -         D . . + . + + .
/team/risk                        -         D . . + . + + .
/team/coverage                    -         D . . + . + + .
/team/skills                      -         D . . + . + + .
/team/trend                       -         D . . + . + + .
/team/certificates.csv            -         D . . + . + + .
/team/certificates.xlsx           -         D . . + . + + .
/team/risk.csv                    -         D . . + . + + .
/team/risk.xlsx                   -         D . . + . + + .
/team/coverage.csv                -         D . . + . + + .
/team/coverage.xlsx               -         D . . + . + + .
/team/enrol                       -         D . . + . + . .
/team/:person/certificates/:programme  gate      D + . + . + + .
/team/:person/certificates/:programme  missing   D . . . . . . .
/team/:person/evidence            learner   D + . + . + + .
/team/:person/evidence            outsider  D . + . . + + .
/team/:person/evidence            hr        D . . + . + + .
/team/:person/evidence            missing   D . . . . . . .
/figures                          -         D . . + . + + .
/figures.csv                      -         D . . + . + + .
/figures.xlsx                     -         D . . + . + + .
/appraisals                       -         D + + + + + + +
/appraisals/new                   -         D . . . . + . .
/appraisals/cycles/:id            cycle     D . . . . + + .
/appraisals/cycles/:id            missing   D . . . . . . .
/appraisals/cycles/:id/records.csv  cycle   D . . . . + + .
/appraisals/cycles/:id/records.csv  missing D . . . . . . .
/appraisals/cycles/:id/records.xlsx  cycle   D . . . . + + .
/appraisals/cycles/:id/records.xlsx  missing D . . . . . . .
/appraisals/:id                   shown     D + . + . + + .
/appraisals/:id                   aiming    D + . + . + + .
/appraisals/:id                   missing   D . . . . . . .
/figures/import                   -         D . . + . + . .
/figures/:person                  mine      D + + + + + + +
/figures/:person                  learner   D + . + . + + .
/figures/:person                  outsider  D . + . . + + .
/figures/:person                  missing   D . . . . . . .
/assignments/new                  -         D . . + . + . .
/certificates                     -         D + + + + + + +
/certificates/:number             certificate + + + + + + + +
/certificates/:number             missing   . . . . . . . .
/certificates/:number/pdf         certificate D + . + . + + .
/certificates/:number/pdf         missing   D . . . . . . .
/certificates/:number/badge       certificate D + . + . + + .
/certificates/:number/badge       missing   D . . . . . . .
/verify                           -         + + + + + + + +
/badges/issuer                    -         + + + + + + + +
/badges/keys                      -         + + + + + + + +
/badges/keys/:thumbprint          key       + + + + + + + +
/badges/keys/:thumbprint          missing   . . . . . . . .
/badges/status/:purpose           revocation + + + + + + + +
/badges/status/:purpose           missing   . . . . . . . .
/admin/people                     -         D . . . . + + +
/admin/people/new                 -         D . . . . . . +
/admin/people/:id                 learner   D . . . . + + +
/admin/people/:id                 outsider  D . . . . + + +
/admin/people/:id                 missing   D . . . . . . .
/admin/teams                      -         D . . . . + + +
/admin/import                     -         D . . . . . . +
/admin/people/:id/erase           learner   D . . . . . . +
/admin/people/:id/erase           leaver    D . . . . . . +
/admin/people/:id/erase           missing   D . . . . . . .
/account/data                     -         D + + + + + + +
/account/data/download            -         D + + + + + + +
/audit                            -         D . . . . . + .
/audit/:seq                       entry     D . . . . . + .
/audit/:seq                       missing   D . . . . . . .
/audit/:seq/proof                 entry     D . . . . . + .
/audit/:seq/proof                 missing   D . . . . . . .
/desk                             -         D . . . + . . .
/desk/scenes/:id                  greeting  D . . . + . . .
/desk/scenes/:id                  missing   D . . . . . . .
/desk/quizzes/:course/:module     module    D . . . + . . .
/desk/quizzes/:course/:module     missing   D . . . . . . .
/desk/quizzes/:course/:module/items.csv  module    D . . . + . . .
/desk/quizzes/:course/:module/items.csv  missing   D . . . . . . .
/desk/marking                     -         D . . . + . . .
/desk/marking/:veiled/:question   essay     D . . . + . . .
/desk/marking/:veiled/:question   missing   D . . . . . . .
/desk/appeals                     -         D . . . + . . .
/desk/appeals/:id                 appeal    D . . . + . . .
/desk/appeals/:id                 missing   D . . . . . . .
/courses/:course/:module/:lesson/changes  lesson  D > > > > > > >
/courses/:course/:module/:lesson/changes  missing  D . . . . . . .
/courses/:course/:module/:lesson/note  lesson  D + + + + + + +
/courses/:course/:module/:lesson/note  missing  D . . . . . . .
/notes                            -         D + + + + + + +
/desk/write                       -         D . . . + . . .
/desk/write/:group/:name/:part    zh-part   D . . . + . . .
/desk/write/:group/:name/:part    missing   D . . . . . . .
/desk/lessons/:course/:module/:lesson/versions  lesson  D . . + + + + .
/desk/lessons/:course/:module/:lesson/versions  missing  D . . . . . . .
/desk/notes                       -         D . . . + . . .
/desk/notes/:id                   note      D . . . + . . .
/desk/notes/:id                   missing   D . . . . . . .
/static/*                         style     + + + + + + + +
/static/*                         missing   . . . . . . . .
/healthz                          -         + + + + + + + +
/stats                            -         + + + + + + + +
/api/v1/openapi.yaml              -         + + + + + + + +
/api/v1/me                        -         T T T T T T T T
/api/v1/courses                   -         T T T T T T T T
/api/v1/progress                  -         T T T T T T T T
/api/v1/quizzes/:course/:module/statistics  module    T T T T T T T T
/api/v1/quizzes/:course/:module/statistics  missing   T T T T T T T T
/api/v1/appraisals                -         T T T T T T T T
/api/v1/appraisals/:id            shown     T T T T T T T T
/api/v1/appraisals/:id            missing   T T T T T T T T
/api/v1/certificates              -         T T T T T T T T
/api/v1/certificates/:number/verification  certificate + + + + + + + +
/api/v1/certificates/:number/verification  missing   . . . . . . . .
/api/v1/policy/coverage           -         T T T T T T T T
/api/v1/attempts                  -         T T T T T T T T
/api/v1/attempts/:id              closed    T T T T T T T T
/api/v1/attempts/:id              missing   T T T T T T T T
`

// watchers are the columns of the table.
var watchers = []string{"", "learner", "outsider", "manager", "author", "hr", "inspector", "admin"}

// row is one line of the table.
type row struct {
	route, target string
	signs         []string // in the order of watchers
}

func sightRows(t *testing.T) (out []row) {
	t.Helper()
	for line := range strings.Lines(strings.TrimSpace(sight)) {
		f := strings.Fields(line)
		if len(f) != 2+len(watchers) {
			t.Fatalf("%d columns: %s", len(f), line)
		}
		out = append(out, row{f[0], f[1], f[2:]})
	}
	return out
}

// address puts what the row names into the parameters; what is missing is missing in the last of them.
func (h *house) address(r row) string {
	values := map[string]string{":course": "process", ":module": "negotiation", ":lesson": "prepare", ":clause": "2.4.2", ":person": h.names["learner"],
		":id": h.names["closed"], ":veiled": site.Veil(h.Secret, h.names["essays"]), ":programme": "gate", ":step": "visit",
		":group": "process", ":name": "negotiation"}
	if strings.HasPrefix(r.route, "/training/external/") {
		values[":id"] = h.names["taken"]
	}
	if strings.HasPrefix(r.route, "/inspections/findings/") {
		values[":id"] = h.names["finding"]
	}
	var params []string
	for p := range strings.SplitSeq(r.route, "/") {
		if strings.HasPrefix(p, ":") || p == "*" {
			params = append(params, p)
		}
	}
	if r.target == "style" {
		values["*"] = strings.TrimPrefix(h.Assets.URL("style.css"), "/static/")
	} else if id := h.names[r.target]; id != "" {
		values[params[len(params)-1]] = id
	}
	return fill(r.route, values)
}

func TestEveryAddressIsInTheTable(t *testing.T) {
	h := one(t, options{})
	var listed []string
	for _, r := range sightRows(t) {
		listed = append(listed, r.route)
		if strings.ContainsAny(r.route, ":*") && !strings.Contains(sight, padded(r.route)+"missing") {
			t.Errorf("%s: the table does not say how it looks when it is not there", r.route)
		}
	}
	slices.Sort(listed)
	gets := h.routes(http.MethodGet)
	slices.Sort(gets)
	if diff := cmp.Diff(gets, slices.Compact(listed)); diff != "" {
		t.Errorf("addresses served (-) and in the table (+):\n%s", diff)
	}
}

func padded(route string) string { return "\n" + route + strings.Repeat(" ", max(2, 34-len(route))) }

// TestWhoSeesWhat walks the table. Looking changes nothing.
func TestWhoSeesWhat(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		rows, browsers := sightRows(h.T), map[string]*browser{}
		for _, login := range watchers {
			browsers[login] = h.as(login)
		}
		if _, err := h.Tally.Fold(context.Background()); err != nil { // what is left to fold would be folded by whoever looks first
			h.Fatal(err)
		}
		before := h.dump()
		for i, login := range watchers {
			for _, r := range rows {
				a := browsers[login].get(h.address(r))
				if got := sign(a); got != r.signs[i] {
					h.Errorf("%q at %s (%s): %s (status %d), want %s", login, r.route, r.target, got, a.status, r.signs[i])
				}
				if a.status == http.StatusNotFound && r.target != "missing" {
					h.looksMissing(browsers[login], r, a)
				}
			}
		}
		after := h.dump()
		delete(before, "throttle") // who looks at certificates without an account is counted
		delete(after, "throttle")
		if diff := cmp.Diff(before, after); diff != "" {
			h.Errorf("looking has changed the database:\n%s", diff)
		}
	})
}

// sign is what the table would say of an answer.
func sign(a answer) string {
	switch {
	case a.status == http.StatusOK:
		return "+"
	case a.status == http.StatusSeeOther && strings.HasPrefix(a.location, "/signin"):
		return "D"
	case a.status == http.StatusSeeOther:
		return ">"
	case a.status == http.StatusNotFound:
		return "."
	case a.status == http.StatusUnauthorized:
		return "T"
	default:
		return "?"
	}
}

// looksMissing holds what somebody may not see against what does not exist: at the same address with another
// parameter, or where it has none, at an address beside it that nothing stands at.
func (h *house) looksMissing(b *browser, r row, hidden answer) {
	h.Helper()
	path := pathpkg.Join(pathpkg.Dir(r.route), "there-is-nothing-here")
	if strings.ContainsAny(r.route, ":*") {
		path = h.address(row{route: r.route, target: "missing"})
	}
	missing := b.get(path).want(h.T, http.StatusNotFound)
	if diff := cmp.Diff(bare(missing.body), bare(hidden.body)); diff != "" {
		h.Errorf("%s: what may not be seen differs from what is not there:\n%s", hidden.what, diff)
	}
	for name := range hidden.header {
		if hidden.header.Get(name) != missing.header.Get(name) && name != "Date" && name != "Content-Length" {
			h.Errorf("%s: header %s: %q, and of what is not there %q", hidden.what, name, hidden.header.Get(name), missing.header.Get(name))
		}
	}
}

var ownAddress = regexp.MustCompile(`(name="back" value=")[^"]*`)

// bare takes out of a page the address at which it was asked for.
func bare(body string) string { return ownAddress.ReplaceAllString(body, "$1") }
