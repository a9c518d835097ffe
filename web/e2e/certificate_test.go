package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tongguan/courses/amendment"
	"tongguan/courses/certification"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// Every page of programmes, sessions, certificates and the policy's changes, as two readers see them who differ in everything.
func TestProgrammePagesLookRight(t *testing.T) { lookAt(t, programmePlaces) }

func TestTrainingPagesLookRight(t *testing.T) { lookAt(t, trainingPlaces) }

func TestCertificatePagesLookRight(t *testing.T) { lookAt(t, certificatePlaces) }

func TestTeamCertificatePagesLookRight(t *testing.T) { lookAt(t, teamPlaces) }

func TestPolicyChangePagesLookRight(t *testing.T) { lookAt(t, changePlaces) }

// lookAt opens each place on a bright desktop in Chinese and on a dark phone in English.
func lookAt(t *testing.T, list func(*testing.T, *academy) []place) {
	a := open(t)
	tabs := map[string]*tab{"": a.tab(t)}
	for _, p := range list(t, a) {
		b := tabs[p.login]
		if b == nil {
			b = a.tab(t)
			b.signIn(p.login, a.company.Password)
			tabs[p.login] = b
		}
		twoWays(t, b, p.name, p.path)
	}
}

// twoWays opens a page as two readers would: a few pages, each looked at in all eight ways, say more about the frame around
// them than all pages, but what is new about a page shows in these.
func twoWays(t *testing.T, b *tab, name, path string) {
	t.Helper()
	for _, way := range []struct {
		lang, theme string
		width       int64
	}{{"zh", "light", 1280}, {"en", "dark", 390}} {
		b.cookie("tongguan_lang", way.lang)
		b.cookie("tongguan_theme", way.theme)
		b.size(way.width, 900)
		b.visit(path)
		if b.path() != path {
			t.Errorf("%s: %s leads to %s", name, path, b.path())
		}
		if status := ask(b, chromedp.Evaluate[int](`performance.getEntriesByType("navigation")[0].responseStatus`)); status >= 400 && name != "verify-none" {
			t.Errorf("%s: %s answers %d", name, path, status)
		}
		inspect(t, b, fmt.Sprintf("%s-%s-%s-%d", name, way.lang, way.theme, way.width))
	}
}

// named gives the person with a login.
func named(t *testing.T, a *academy, login string) people.Person {
	t.Helper()
	all, _, err := a.app.People.List(context.Background(), access.Operator(), people.Filter{Text: login})
	for _, p := range all {
		if p.Login == login {
			return p
		}
	}
	t.Fatalf("nobody is %s: %v", login, err)
	return people.Person{}
}

// get gives what a room gave, and ends the test where it gave an error.
func get[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func programmePlaces(t *testing.T, a *academy) []place {
	person := "/programmes/onboarding/people/" + somebody(a)
	rule := "/programmes/rules?preview=1&programme=risk-and-compliance&role=learner&starts=hired"
	waits := get[[]training.Waiting](t)(a.app.Training.ToSign(context.Background(), named(t, a, "manager").Actor()))
	if len(waits) == 0 {
		t.Fatal("nothing waits for the manager's signature")
	}
	w := waits[0]
	return []place{
		{"programmes", "learner", "/programmes"},
		{"programme", "learner", "/programmes/onboarding"},
		{"programme-outside", "learner", "/programmes/negotiation-3"},
		{"programmes-hr", "hr", "/programmes"},
		{"programme-people", "manager", "/programmes/onboarding/people"},
		{"programme-member", "manager", person},
		{"programme-member-hr", "hr", person},
		{"rules", "hr", "/programmes/rules"},
		{"rules-preview", "hr", rule},
		{"signoffs", "manager", "/signoffs"},
		{"signoff", "manager", "/signoffs/" + w.Programme.ID + "/" + w.Step().ID + "/" + w.Enrolment.Person},
		{"account-mail", "learner", "/account"},
	}
}

func trainingPlaces(t *testing.T, a *academy) []place {
	ctx, hr, learner := context.Background(), named(t, a, "hr").Actor(), named(t, a, "learner").Actor()
	coming, err := a.app.Sessions.Upcoming(ctx, hr)
	if err != nil || len(coming) == 0 {
		t.Fatal("no session is ahead", err)
	}
	earlier, err := a.app.Sessions.Earlier(ctx, hr, 0)
	if err != nil || len(earlier) == 0 {
		t.Fatal("no session is past", err)
	}
	shared, err := a.app.External.Colleagues(ctx, learner)
	if err != nil || len(shared) == 0 {
		t.Fatal("nobody shared anything", err)
	}
	mine, err := a.app.External.Mine(ctx, learner)
	if err != nil || len(mine) == 0 {
		t.Fatal("the learner has asked for nothing", err)
	}
	out := []place{
		{"training", "learner", "/training"},
		{"training-manager", "manager", "/training"},
		{"sessions", "hr", "/training/sessions"},
		{"session-new", "hr", "/training/sessions/new"},
		{"session", "learner", "/training/sessions/" + coming[0].ID},
		{"session-hr", "hr", "/training/sessions/" + earlier[0].ID},
		{"session-change", "hr", "/training/sessions/" + coming[0].ID + "/change"},
		{"attendance", "hr", "/training/sessions/" + earlier[0].ID + "/attendance"},
		{"attendance-report", "hr", "/training/attendance"},
		{"external-manager", "manager", "/training/external"},
		{"external-new", "learner", "/training/external/new"},
		{"shared", "learner", "/training/shared/" + shared[0].ID},
	}
	for _, one := range mine {
		out = append(out, place{"external-" + string(one.State), "learner", "/training/external/" + one.ID},
			place{"external-" + string(one.State) + "-manager", "manager", "/training/external/" + one.ID})
	}
	return out
}

// numbers gives a certificate for each state that the demo has, and whose it is.
func numbers(t *testing.T, a *academy) map[certification.State]certification.Row {
	t.Helper()
	out := map[certification.State]certification.Row{}
	for row, err := range a.app.Certificates.All(context.Background(), access.Operator()) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := out[row.State]; !ok || row.Login == "manager" {
			out[row.State] = row
		}
	}
	return out
}

func certificatePlaces(t *testing.T, a *academy) []place {
	all := numbers(t, a)
	out := []place{{"verify", "", "/verify"}, {"verify-none", "", "/verify?number=nonsense"}}
	for _, state := range []certification.State{certification.Certified, certification.Expiring, certification.Grace, certification.Expired,
		certification.Suspended, certification.Revoked, certification.Superseded} {
		row, ok := all[state]
		if !ok {
			t.Errorf("no certificate of the demo is %s", state)
			continue
		}
		name, at := "certificate-"+string(state), "/certificates/"+row.Number
		out = append(out, place{name + "-public", "", at}, place{name + "-hr", "hr", at})
	}
	valid, renewed := all[certification.Certified], all[certification.Superseded]
	return append(out, place{"certificates-none", "learner", "/certificates"}, place{"certificates", valid.Login, "/certificates"},
		place{"certificate-own", valid.Login, "/certificates/" + valid.Number}, place{"certificates-renewed", renewed.Login, "/certificates"})
}

func teamPlaces(t *testing.T, a *academy) []place {
	ctx := context.Background() // what the server counts in the background is counted here, so that there is something to look at
	get[int](t)(a.app.Reports.Fold(ctx))
	get[int](t)(a.app.Plays.FoldSkills(ctx))
	who, manager := somebody(a), named(t, a, "manager").ID
	return []place{
		{"matrix", "manager", "/team/certificates"},
		{"risk", "manager", "/team/risk"},
		{"coverage", "manager", "/team/coverage"},
		{"skills", "manager", "/team/skills"},
		{"trend", "manager", "/team/trend"},
		{"matrix-hr", "hr", "/team/certificates"},
		{"coverage-hr", "hr", "/team/coverage"},
		{"trend-hr", "hr", "/team/trend"},
		{"standing", "manager", "/team/" + who + "/certificates/onboarding"},
		{"standing-held", "hr", "/team/" + manager + "/certificates/onboarding"},
		{"evidence", "manager", "/team/" + who + "/evidence"},
		{"evidence-held", "hr", "/team/" + manager + "/evidence"},
		{"enrol-together", "manager", "/team/enrol?into=risk-and-compliance&person=" + who},
	}
}

func changePlaces(t *testing.T, a *academy) []place {
	ctx, hr := context.Background(), named(t, a, "hr").Actor()
	changes := get[[]amendment.Progress](t)(a.app.Amendments.Changes(ctx, hr))
	out := []place{
		{"changes", "hr", "/policy/changes"},
		{"changes-manager", "manager", "/policy/changes"},
		{"change-new", "hr", "/policy/changes/new?clause=2.6.4"},
	}
	seen := map[amendment.State]bool{}
	for _, c := range changes {
		out = append(out, place{"change-" + c.Clause, "hr", "/policy/changes/" + c.ID}, place{"change-" + c.Clause + "-manager", "manager", "/policy/changes/" + c.ID})
		for _, row := range get[amendment.Detail](t)(a.app.Amendments.Detail(ctx, hr, c.ID, "", 0, 1000)).Rows {
			if state := row.State; !seen[state] {
				seen[state] = true
				holder := get[people.Person](t)(a.app.People.Get(ctx, access.Operator(), row.Person))
				out = append(out, place{"duty-" + string(state), holder.Login, "/duties/" + c.ID})
			}
		}
	}
	if !seen[amendment.Open] || !seen[amendment.Late] {
		t.Errorf("the demo has no open duty, or no late one: %v", seen)
	}
	return out
}

// almost gives a newcomer one step away from the certificate of the onboarding: everything else is waived.
func almost(t *testing.T, a *academy, login, left string) {
	t.Helper()
	ctx, hr, id := context.Background(), named(t, a, "hr").Actor(), newcomer(t, a, login)
	if err := a.app.Training.Enrol(ctx, hr, id, "onboarding", a.app.Clock.Date(a.app.Zone)); err != nil {
		t.Fatal(err)
	}
	for _, step := range a.app.Programmes.Current().Get("onboarding").Steps {
		if step.ID == left {
			continue
		}
		w := training.Waiver{Person: id, Programme: "onboarding", Step: step.ID, Reason: "入职前在同一岗位做过三年，记录已核对。"}
		if err := a.app.Training.Waive(ctx, hr, w, login+"-"+step.ID); err != nil {
			t.Fatal(step.ID, err)
		}
	}
}

// A learner does the last step, is given the certificate, and says that their name may be shown; a stranger sees it at the
// certificate's address, and sees at once that HR has suspended it.
func TestACertificateIsEarnedShownAndSuspended(t *testing.T) {
	a := open(t)
	almost(t, a, "earner", "purpose")
	b := a.tab(t)
	b.signIn("earner", a.company.Password)
	b.size(390, 800)
	b.visit("/certificates")
	if b.exists(".cert-list") {
		t.Fatal("there is a certificate before the last step")
	}
	b.lastStep()
	b.visit("/certificates")
	b.submit(".cert-list .cert-name a")
	at := b.path()
	stranger := a.tab(t)
	stranger.cookie("tongguan_lang", "zh")
	stranger.verified(at, "有效", "司徒一鸣", false)
	b.do(chromedp.Click(chromedp.CSS(`input[name=shows][value=name]`)))
	b.submit(`form[action$="/shares"] button`)
	if !b.exists(`input[name=shows][value=name]:checked`) {
		t.Error("the choice was not kept")
	}
	stranger.verified(at, "有效", "司徒一鸣", true)
	b.answersPDF()

	hr := a.tab(t)
	hr.signIn("hr", a.company.Password)
	hr.visit(at)
	hr.do(chromedp.Click(chromedp.CSS(`input[name=act][value=suspend]`)))
	hr.submit("#decide button") // without a reason nothing is decided
	if !hr.exists("#note-error") {
		t.Error("nobody asked for a reason")
	}
	stranger.verified(at, "有效", "司徒一鸣", true)
	hr.fill("#note", "客户来电核实，查清之前先暂停。")
	hr.submit("#decide button")
	if text := hr.text("main"); !strings.Contains(text, "查清之前先暂停") {
		t.Error("the reason is not shown")
	}
	stranger.verified(at, "已暂停", "司徒一鸣", true)
	if text := stranger.text("main"); strings.Contains(text, "查清之前先暂停") {
		t.Error("a stranger reads the reason")
	}
}

// lastStep goes from the plan to what is next, a lesson, and finishes it.
func (b *tab) lastStep() {
	b.t.Helper()
	b.visit("/programmes/onboarding")
	b.submit("main a.button")
	if !b.exists(".lesson-foot button") {
		b.t.Fatalf("the plan led to %s", b.path())
	}
	b.submit(".lesson-foot button")
}

// verified asks for a certificate by its number, without a sign-in, and comes to its address.
func (b *tab) verified(at, word, name string, shown bool) {
	b.t.Helper()
	b.visit("/verify?number=" + strings.ToLower(strings.TrimPrefix(at, "/certificates/"))) // as somebody types it from paper
	if got := b.path(); got != at {
		b.t.Fatalf("verification led to %s", got)
	}
	if got := b.text(".verified-word"); got != word {
		b.t.Errorf("verification says %q, not %q", got, word)
	}
	if got := strings.Contains(b.text("main"), name); got != shown {
		b.t.Errorf("the name shows: %v", got)
	}
}

// answersPDF asks for the file that the page's own link names.
func (b *tab) answersPDF() {
	b.t.Helper()
	got := ask(b, chromedp.Evaluate[string](`fetch(document.querySelector(".cert-actions a").href).then(async r =>
		r.status + " " + r.headers.get("Content-Type") + " " + (await r.text()).slice(0, 5))`, chromedp.EvalAwaitPromise))
	if got != "200 application/pdf %PDF-" {
		b.t.Errorf("the PDF answers %s", got)
	}
}
