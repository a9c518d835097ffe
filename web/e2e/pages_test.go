package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// place is a page and who looks at it.
type place struct{ name, login, path string }

func places(a *academy) []place {
	lesson, module := firstLesson(a)
	return []place{
		{"signin", "", "/signin"},
		{"learn", "learner", "/learn"},
		{"courses", "learner", "/courses"},
		{"course", "learner", "/courses/process"},
		{"lesson", "learner", "/courses/" + lesson},
		{"quiz", "learner", "/courses/" + module + "/quiz"},
		{"policy", "learner", "/policy"},
		{"clause", "learner", "/policy/2.4.2"},
		{"search", "learner", "/search?q=%E4%BB%B7%E6%A0%BC"},
		{"search-none", "learner", "/search?q=%E9%BE%98%E9%BE%98"},
		{"account", "learner", "/account"},
		{"missing", "learner", "/no/such/page"},
		{"team", "manager", "/team"},
		{"member", "manager", "/team/" + somebody(a)},
		{"assign", "manager", "/assignments/new"},
		{"people", "admin", "/admin/people"},
		{"person", "admin", "/admin/people/" + somebody(a)},
		{"teams", "admin", "/admin/teams"},
		{"import", "admin", "/admin/import"},
		{"audit", "inspector", "/audit"},
		{"desk", "author", "/desk"},
	}
}

func firstLesson(a *academy) (lesson, module string) {
	m := a.app.Catalog.Current().Module("process/negotiation")
	return m.Lessons[0].Key(), m.Key()
}

// Every page, in both languages, both themes and two widths: axe finds nothing, nothing sticks out sideways,
// no sentence is missing.
func TestEveryPageLooksRight(t *testing.T) {
	a := open(t)
	tabs := map[string]*tab{"": a.tab(t)}
	for _, p := range places(a) {
		b := tabs[p.login]
		if b == nil {
			b = a.tab(t)
			b.signIn(p.login, a.company.Password)
			tabs[p.login] = b
		}
		everyWay(t, b, p.name, p.path)
	}
}

func inspect(t *testing.T, b *tab, name string) {
	t.Helper()
	for _, v := range b.violations() {
		t.Errorf("%s: axe: %s", name, v)
	}
	wider := ask(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if wider > 0 {
		t.Errorf("%s: the page is %d px wider than the window", name, wider)
	}
	body := ask(b, chromedp.Evaluate[string](`document.body.innerText`))
	if strings.Contains(body, "⟨") {
		t.Errorf("%s: a sentence is missing: %.200s", name, body[strings.Index(body, "⟨"):])
	}
	b.shot(name)
}

// The pages of a sitting: a question, the overview, the review.
func TestASittingLooksRight(t *testing.T) {
	a := open(t)
	newcomer(t, a, "sitting")
	b := a.tab(t)
	b.signIn("sitting", a.company.Password)
	_, module := firstLesson(a)
	b.size(1280, 900)
	attempt := b.begin(module)
	for n := 1; !b.exists(shown + " input[name=choice]"); n++ { // papers are drawn: the first may have nothing to choose
		b.visit(fmt.Sprintf("%s?q=%d", attempt, n))
	}
	b.do(chromedp.Click(chromedp.CSS(shown + " input[name=choice]")))
	b.says(shown+" .saved", "已保存")
	everyWay(t, b, "question", attempt+"?q=1")
	everyWay(t, b, "overview", attempt+"/submit")
	b.visit(attempt + "/submit")
	b.submit("[data-submit] button")
	everyWay(t, b, "review", attempt+"/review")
}

// eachWay opens a page in each language, theme and width, not in all ways in which they go together.
func eachWay(t *testing.T, b *tab, name, path string) {
	t.Helper()
	for _, way := range []struct {
		lang, theme string
		width       int64
	}{{"zh", "light", 1280}, {"zh", "dark", 390}, {"en", "light", 390}, {"en", "dark", 1280}} {
		b.cookie("tongguan_lang", way.lang)
		b.cookie("tongguan_theme", way.theme)
		b.size(way.width, 900)
		b.visit(path)
		inspect(t, b, fmt.Sprintf("%s-%s-%s-%d", name, way.lang, way.theme, way.width))
	}
}

func everyWay(t *testing.T, b *tab, name, path string) {
	t.Helper()
	for _, lang := range []string{"zh", "en"} {
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{1280, 390} {
				b.cookie("tongguan_lang", lang)
				b.cookie("tongguan_theme", theme)
				b.size(width, 900)
				b.visit(path)
				inspect(t, b, fmt.Sprintf("%s-%s-%s-%d", name, lang, theme, width))
			}
		}
	}
}
