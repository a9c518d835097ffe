package e2e_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"tongguan/courses/progress"
	"tongguan/server/base/access"
)

// wire leads from a port of its own to the academy, and can be cut: a browser's own switch for being offline does not reach
// its service workers.
type wire struct {
	t        *testing.T
	at, to   string
	mu       sync.Mutex
	listener net.Listener
	open     map[net.Conn]bool
}

func newWire(t *testing.T, a *academy) *wire {
	t.Helper()
	w := &wire{t: t, at: "127.0.0.1:0", to: strings.TrimPrefix(a.base, "http://"), open: map[net.Conn]bool{}}
	w.mend()
	t.Cleanup(w.cut)
	return w
}

func (w *wire) mend() {
	w.t.Helper()
	ln, err := net.Listen("tcp", w.at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.listener, w.at = ln, ln.Addr().String()
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", w.to)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.join(near, far)
		}
	}()
}

func (w *wire) join(near, far net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[near], w.open[far] = true, true
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			_, _ = near.Close(), far.Close()
		}()
	}
}

func (w *wire) cut() {
	_ = w.listener.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.open {
		_ = c.Close()
	}
	clear(w.open)
}

// stored gives all that this browser keeps in caches for the site: address and text.
func (b *tab) stored() map[string]string {
	b.t.Helper()
	text := ask(b, chromedp.Evaluate[string](`(async () => {
		const out = {};
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const r of await cache.keys()) out[new URL(r.url).pathname + new URL(r.url).search] = await (await cache.match(r)).text();
		}
		return JSON.stringify(out);
	})()`, chromedp.EvalAwaitPromise))
	out := map[string]string{}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// reads signs somebody new in behind a wire and opens a lesson until its module is kept.
func reads(t *testing.T, a *academy, w *wire, login, lesson string) (b *tab, id string) {
	t.Helper()
	id = newcomer(t, a, login)
	b = a.tab(t)
	b.base = "http://" + w.at
	b.signIn(login, a.company.Password)
	b.visit("/courses/" + lesson)
	b.until("the module is kept", func() bool { return b.truth(`document.querySelector("#offline").dataset.whole === "1"`) })
	return b, id
}

func progressOf(t *testing.T, a *academy, id string) progress.State {
	t.Helper()
	ctx := context.Background()
	p, err := a.app.People.Get(ctx, access.Operator(), id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.app.Progress.Of(ctx, p.Actor(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var keepable = regexp.MustCompile(`^(/courses/offline(/lease)?|/courses/process/negotiation/[a-z-]+/offline|/static/[0-9a-f]{8}/(style\.css|offline\.js|reading\.js|icon\.svg))$`)

// Without a network the lessons of a module that was begun can be read, and nothing else; what is finished meanwhile arrives.
func TestLessonsWithoutANetwork(t *testing.T) {
	a := open(t)
	w := newWire(t, a)
	lesson, module := firstLesson(a)
	b, id := reads(t, a, w, "offline-reader", lesson)
	at := b.begin(module)
	b.gathered()
	stem := ask(b, chromedp.Evaluate[string](`document.querySelector(".ask .stem").textContent.trim().slice(0, 40)`)) // a few words may stand in a lesson as well
	token := ask(b, chromedp.Evaluate[string](`document.querySelector("input[name=csrf]").value`))
	b.visit("/courses/" + module + "/quiz")
	b.visit("/learn")
	b.visit("/courses/" + lesson)
	b.theShelfHolds(a, stem, token)

	w.cut()
	b.visit("/courses/" + lesson)
	if text := b.text(".kept-notice"); !strings.Contains(text, "离线副本") {
		t.Errorf("the copy does not say that it is one: %s", text)
	}
	inspect(t, b, "offline-lesson")
	for _, path := range []string{"/courses/" + module + "/quiz", "/courses/general/principles/purpose"} {
		b.visit(path)
		if text := b.text("main"); !strings.Contains(text, "离线课文") || strings.Contains(text, stem) {
			t.Errorf("%s without a network: %.200s", path, text)
		}
	}
	inspect(t, b, "offline-shelf")
	b.visit("/courses/" + lesson)
	b.do(chromedp.Click(chromedp.CSS("#offline-finish button")))
	b.says("#offline-finish [data-said]", "已记下")
	b.visit("/courses/" + lesson) // opened anew, it still says so
	b.says("#offline-finish [data-said]", "已记下")
	if len(progressOf(t, a, id).Finished) != 0 {
		t.Fatal("the network was not cut")
	}

	w.mend()
	b.run(`dispatchEvent(new Event("online"))`)
	b.says("#offline-finish [data-said]", "已送达")
	if f := progressOf(t, a, id).Finished[lesson]; f.Hash != a.app.Catalog.Current().Lesson(lesson).Page("zh").Hash {
		t.Errorf("finished %+v", f)
	}
	b.visit("/courses/" + lesson)
	b.says("#offline .notice-good", "已送达")
	b.visit(at)
	if b.exists(".kept-notice") {
		t.Error("an attempt came from the shelf")
	}
}

// theShelfHolds looks at everything that the browser keeps.
func (b *tab) theShelfHolds(a *academy, secrets ...string) {
	b.t.Helper()
	kept := b.stored()
	if len(kept) < 9 {
		b.t.Errorf("only %d files are kept", len(kept))
	}
	var answers []string // to the checks that the lessons ask
	set := a.app.Bank.Current().Set("process/negotiation")
	for _, q := range set.Checks {
		answers = append(answers, q.Explanation.In("zh"))
	}
	for _, q := range set.Questions {
		answers = append(answers, q.Stem.In("zh"))
	}
	for url, text := range kept {
		if !keepable.MatchString(url) {
			b.t.Errorf("%s is kept", url)
		}
		for _, secret := range append(answers, secrets...) {
			if secret != "" && strings.Contains(text, secret) {
				b.t.Errorf("%s holds %q", url, secret)
			}
		}
		if strings.Contains(url, "/offline") && (strings.Contains(text, "<form") || strings.Contains(text, "csrf\"") || strings.Contains(text, "司徒一鸣")) {
			b.t.Errorf("%s holds a form, a token or a name", url)
		}
	}
}

// Who signs out, or whose sign-in has ended, leaves no copy behind; nor does somebody else find one.
func TestCopiesGoWithTheirReader(t *testing.T) {
	a := open(t)
	w := newWire(t, a)
	lesson, _ := firstLesson(a)
	b, id := reads(t, a, w, "leaves-first", lesson)
	gone := func(what string) {
		t.Helper()
		b.until(what+": no copy is left", func() bool { return len(b.stored()) == 0 })
	}
	b.visit("/account")
	b.submit(`form[action="/signout"] button`)
	gone("signed out")

	b.signIn("leaves-first", a.company.Password)
	b.visit("/courses/" + lesson)
	b.until("kept again", func() bool { return len(b.stored()) > 8 })
	if err := a.app.People.Suspend(context.Background(), access.Operator(), id); err != nil {
		t.Fatal(err)
	}
	b.visit("/courses/" + lesson) // leads to the door
	gone("suspended")

	newcomer(t, a, "comes-second")
	b.signIn("comes-second", a.company.Password)
	b.visit("/courses/" + lesson)
	b.until("the second's are kept", func() bool { return len(b.stored()) > 8 })
	b.run(`(async () => { const c = await caches.open("lessons:somebody-else:/courses/x/y:zh-1"); await c.put("/courses/x/y/z/offline", new Response("x")); })()`)
	b.visit("/learn")
	b.until("another's copy is gone", func() bool { _, there := b.stored()["/courses/x/y/z/offline"]; return !there && len(b.stored()) > 8 })
}

// A new version of the text is a new set of copies, and the old one goes.
func TestANewVersionTakesThePlaceOfTheOld(t *testing.T) {
	a := open(t)
	w := newWire(t, a)
	lesson, _ := firstLesson(a)
	b, _ := reads(t, a, w, "reads-anew", lesson)
	b.run(`(async () => { const [n] = await caches.keys(); const c = await caches.open(n.replace(/zh-.*/, "zh-old")); await c.put("/courses/offline/lease", Response.json({until: 9e15})); })()`)
	b.until("there are two sets", func() bool { return b.sets() == 2 })
	b.visit("/courses/" + lesson)
	b.until("the old set is gone", func() bool { return b.sets() == 1 })
	if len(b.stored()) < 9 {
		t.Error("the present set is gone too")
	}
	// Whoever has not been online for as long as a sign-in lasts reads no more.
	b.run(`(async () => { const [n] = await caches.keys(); await (await caches.open(n)).put("/courses/offline/lease", Response.json({until: Date.now() - 1})); })()`)
	b.until("the lease has run out", func() bool {
		b.run(`fetch(document.querySelector("link[rel=stylesheet]").href)`)
		return b.sets() == 0
	})
}

func (b *tab) sets() int {
	b.t.Helper()
	return ask(b, chromedp.Evaluate[int](`caches.keys().then(k => k.length)`, chromedp.EvalAwaitPromise))
}

// Where one stopped on one device, one goes on on another: with a script at the very spot, without one at the heading.
func TestGoingOnOnAnotherDevice(t *testing.T) {
	a := open(t)
	lesson, _ := firstLesson(a)
	id := newcomer(t, a, "two-devices")
	desk, phone := a.tab(t), a.tab(t)
	desk.signIn("two-devices", a.company.Password)
	desk.size(1280, 900)
	desk.visit("/courses/" + lesson)
	if desk.exists(".resume") {
		t.Error("who has read nothing is sent somewhere")
	}
	heading := ask(desk, chromedp.Evaluate[string](`(() => { const h = document.querySelectorAll("article h2")[2]; scrollTo(0, h.getBoundingClientRect().top + scrollY - innerHeight * 0.3 + 8); return h.textContent; })()`))
	desk.until("the table of contents follows", func() bool {
		return desk.truth(`document.querySelector('.toc a[aria-current="location"]')?.textContent === "` + heading + `"`)
	})
	desk.until("the place is kept", func() bool { return progressOf(t, a, id).Places[lesson].Heading > 0 })

	phone.signIn("two-devices", a.company.Password)
	phone.scripts(false)
	phone.size(390, 844)
	phone.visit("/learn")
	if text := phone.text(".next"); !strings.Contains(text, heading) {
		t.Errorf("the way on does not name %q: %s", heading, text)
	}
	phone.submit(".next .button")
	if got := phone.path(); !strings.HasPrefix(got, "/courses/"+lesson+"#") {
		t.Errorf("going on leads to %s", got)
	}
	phone.scripts(true)
	phone.cookie("tongguan_lang", "en")
	phone.visit("/courses/" + lesson)
	if text := phone.text(".resume"); !strings.Contains(text, "How to do it well") {
		t.Errorf("in English: %s", text)
	}
	phone.do(chromedp.Click(chromedp.CSS(".resume a")))
	phone.until("the page is there", func() bool { return phone.truth(`scrollY > 400`) })
	phone.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".lesson-foot form").scrollIntoView()`))
	phone.submit(".lesson-foot form button")
	if s := progressOf(t, a, id); len(s.Places) != 0 || len(s.Finished) != 1 {
		t.Errorf("after finishing: %+v", s.Places)
	}
}

// What is new to look at, in every way of looking.
func TestReadingLooksRight(t *testing.T) {
	a := open(t)
	lesson, module := firstLesson(a)
	b := a.tab(t)
	b.signIn("learner", a.company.Password)
	everyWay(t, b, "print", "/courses/"+module+"/print")
	everyWay(t, b, "lesson-marked", "/courses/"+lesson+"?q=%E8%B0%88%E5%88%A4+price")
	everyWay(t, b, "copy", "/courses/"+lesson+"/offline")
	b.cookie("tongguan_lang", "zh")
	b.visit("/search?q=%E4%BB%B7%E6%A0%BC")
	b.submit(".hits a")
	if n := ask(b, chromedp.Evaluate[int](`document.querySelectorAll("article mark").length`)); n == 0 {
		t.Error("what was found is not marked in the lesson")
	}
	b.submit(`.read-sizes button[value="large"]`)
	if !b.truth(`document.documentElement.dataset.text === "large" && location.search.startsWith("?q=")`) {
		t.Errorf("the text is not larger on %s", b.path())
	}
}
