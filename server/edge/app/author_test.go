package app_test

import (
	"context"
	"html"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tongguan/courses/passage"
	"tongguan/courses/remark"
	"tongguan/server/edge/app"
)

const sheetAt = "/desk/write/:group/:name/:part"

var authorDeeds = []deed{
	{route: sheetAt + "/preview", by: "author", target: [2]string{":part", "zh-part"}, form: f{"source": {"---\nid: negotiation\n---\n"}, "loaded": {"$zh-hash"}}, status: 200, still: true},
	{route: sheetAt + "/save", by: "author", target: [2]string{":part", "zh-part"}, form: f{"source": {"x"}, "loaded": {"$zh-hash"}, "request": {"r-w1"}}, status: 422, still: true}, // there is no folder; see below
	{route: sheetAt + "/patch", by: "author", target: [2]string{":part", "zh-part"}, form: f{"source": {"x"}, "loaded": {"$zh-hash"}, "request": {"r-w2"}}, status: 200},
	{route: sheetAt + "/file", by: "author", target: [2]string{":part", "zh-part"}, form: f{"source": {"x"}, "loaded": {"$zh-hash"}, "request": {"r-w3"}}, status: 200},
	{route: "/courses/:course/:module/:lesson/notes", by: "learner", form: f{"n": {"1"}, "version": {"$prepare-hash"}, "reason": {"unclear"}, "text": {"没看懂"}, "request": {"r-n1"}}},
	{route: "/notes/:id/withdraw", by: "learner", target: [2]string{":id", "note3"}},
	{route: "/notes/:id/seen", by: "learner", target: [2]string{":id", "answered"}},
	{route: "/desk/notes/:id/answer", by: "author", target: [2]string{":id", "note"}, form: f{"answer": {"下一版改。"}}},
	{route: "/desk/notes/:id/close", by: "author", target: [2]string{":id", "note2"}},
}

var authorMistakes = []mistake{
	{route: sheetAt + "/patch", field: "source", value: strings.Repeat("x", 513<<10)},
	{route: sheetAt + "/patch", field: "loaded", value: "older", status: http.StatusConflict},
	{route: sheetAt + "/file", field: "loaded", value: "older", status: http.StatusConflict},
	{route: "/courses/:course/:module/:lesson/notes", field: "text", value: strings.Repeat("长", 501)},
	{route: "/courses/:course/:module/:lesson/notes", field: "version", value: "older", status: http.StatusConflict},
	{route: "/desk/notes/:id/answer", field: "answer", value: " "},
	{route: "/desk/notes/:id/answer", field: "answer", value: strings.Repeat("长", 2001)},
}

// note makes notes of the learner: three that wait, and one that was answered.
func (h *house) note() {
	h.Helper()
	ctx := context.Background()
	h.names["zh-part"] = "zh"
	l, err := h.Manuscripts.Load(h.actor("author"), "process/negotiation/zh")
	if err != nil {
		h.Fatal(err)
	}
	h.names["zh-hash"], h.names["prepare-hash"] = l.Hash, h.Catalog.Current().Lesson("process/negotiation/prepare").Page("zh").Hash
	for _, name := range []string{"note", "note2", "note3", "answered"} {
		n := remark.Remark{Lesson: "process/negotiation/prepare", Module: "process/negotiation", Lang: "zh", Version: h.names["prepare-hash"], Place: 1, Kind: passage.Paragraph, Quote: "先想清楚底线。", Reason: "unclear", Text: name}
		id, err := h.Remarks.Send(ctx, h.actor("learner"), n, "stock-"+name)
		if err == nil && name == "answered" {
			err = h.Remarks.Answer(ctx, h.actor("author"), id, "看下一节。")
		}
		if err != nil {
			h.Fatal(err)
		}
		h.names[name] = id
	}
}

// writable builds a house over a copy of the content, to which authors save.
func writable(t *testing.T) (h *house, folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("testdata/content")); err != nil {
		t.Fatal(err)
	}
	return one(t, options{content: folder, furnish: func(a *app.App) { a.Authoring, a.Manuscripts.Place = true, folder }}), folder
}

// TestAnAuthorWrites goes through a morning at the desk: a preview, a save that readers see at once, a text that cannot be read,
// and a colleague who was faster.
func TestAnAuthorWrites(t *testing.T) {
	h, folder := writable(t)
	b, reader := h.as("author"), h.as("learner")
	const at = "/desk/write/process/negotiation/zh"
	file := filepath.Join(folder, "courses/process/04-negotiation.zh.md")
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	loaded := hidden(t, b.get(at).want(t, http.StatusOK).body, "loaded")
	better := strings.Replace(string(old), "{#prepare", "之前{#prepare", 1)
	if better == string(old) {
		t.Fatal("the lesson has another heading")
	}
	preview := b.post(at+"/preview", f{"source": {better}, "loaded": {loaded}}).want(t, http.StatusOK)
	if !strings.Contains(preview.body, "之前</h2>") {
		t.Error("the preview does not show the new title")
	}
	form := f{"source": {better}, "loaded": {loaded}, "request": {"r1"}}
	for range 2 {
		b.post(at+"/save", form).want(t, http.StatusSeeOther)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != better {
		t.Error("the file is not what was saved", err)
	}
	if page := reader.get("/courses/process/negotiation/prepare").want(t, http.StatusOK); !strings.Contains(page.body, "之前</h1>") {
		t.Error("the reader does not see it")
	}
	late := b.post(at+"/save", f{"source": {better + "\n晚了一步\n"}, "loaded": {loaded}, "request": {"r2"}}).want(t, http.StatusConflict)
	for _, want := range []string{"晚了一步\n</textarea>", "<ins>", hidden(t, late.body, "loaded")} {
		if !strings.Contains(late.body, want) {
			t.Errorf("the page of a conflict has no %q", want)
		}
	}
	again := hidden(t, late.body, "loaded")
	broken := b.post(at+"/save", f{"source": {"---\n没有结尾\n"}, "loaded": {again}, "request": {"r3"}}).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(broken.body, "没有结尾") {
		t.Error("what was typed is gone")
	}
	b.post(at+"/save", f{"source": {better + "\n晚了一步\n"}, "loaded": {again}, "request": {"r4"}}).want(t, http.StatusSeeOther)
	if got, err := os.ReadFile(file); err != nil || !strings.HasSuffix(string(got), "晚了一步\n") {
		t.Error("knowing what the other saved, one may save over it", err)
	}
	reader.post(at+"/save", form).want(t, http.StatusNotFound)
}

// TestThePreviewAloneIsAFragment is what the script asks for.
func TestThePreviewAloneIsAFragment(t *testing.T) {
	h := one(t, options{})
	b := h.as("author")
	r := formRequest("/desk/write/process/negotiation/questions/preview", withCSRF(f{"source": {"module: [\n"}}, b.csrf))
	r.Header.Set("X-Fragment", "1")
	a := b.send(r).want(t, http.StatusOK)
	if strings.Contains(a.body, "<html") || !strings.Contains(a.body, `data-line="`) {
		t.Error(a.body)
	}
}

// TestEveryPassageCanBeNoted follows the link of a passage and sends a note on it.
func TestEveryPassageCanBeNoted(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("learner")
		page := b.get("/courses/process/negotiation/prepare").want(h.T, http.StatusOK)
		links := strings.Count(page.body, `class="note-at"`)
		pieces := 0
		for _, p := range passage.Cut(runs(h)) {
			if p.Number > 0 {
				pieces++
			}
		}
		if links == 0 || links != pieces {
			h.Errorf("%d links for %d passages", links, pieces)
		}
		form := b.get("/courses/process/negotiation/prepare/note?n=2").want(h.T, http.StatusOK)
		send := f{"n": {"2"}, "version": {hidden(h.T, form.body, "version")}, "request": {hidden(h.T, form.body, "request")}, "reason": {"wrong"}, "text": {"这里不对"}}
		for range 2 {
			if a := b.post("/courses/process/negotiation/prepare/notes", send).want(h.T, http.StatusSeeOther); !strings.HasSuffix(a.location, "/prepare#p-2") {
				h.Error(a.location)
			}
		}
		for field, value := range map[string]string{"n": "999", "reason": "praise", "version": "older"} {
			wrong := maps.Clone(send)
			wrong.Set(field, value)
			wrong.Set("request", "wrong-"+field)
			if a := b.post("/courses/process/negotiation/prepare/notes", wrong); a.status < 400 || !strings.Contains(a.body, ">这里不对</textarea>") {
				h.Errorf("%s: status %d, or what was typed is lost", field, a.status)
			}
		}
		author := h.as("author")
		list := author.get("/desk/notes").want(h.T, http.StatusOK)
		if n := strings.Count(list.body, `href="/desk/notes/06`); n != 1 {
			h.Errorf("%d notes on the desk", n)
		}
		if strings.Contains(list.body, "learner") {
			h.Error("the desk says who sent it")
		}
	})
}

func runs(h *house) (out []string) {
	for _, b := range h.Catalog.Current().Lesson("process/negotiation/prepare").Page("zh").Blocks {
		out = append(out, b.HTML)
	}
	return out
}

// TestWhatChangedIsShown has somebody read a lesson that is then rewritten.
func TestWhatChangedIsShown(t *testing.T) {
	h, _ := writable(t)
	ctx := context.Background()
	keep := func() {
		t.Helper()
		if err := h.Progress.KeepVersions(ctx); err != nil {
			t.Fatal(err)
		}
	}
	keep()
	reader, author := h.as("learner"), h.as("author")
	reader.post("/courses/process/negotiation/prepare/finish", nil).want(t, http.StatusSeeOther)
	const at = "/desk/write/process/negotiation/zh"
	source := textarea(t, author.get(at).want(t, http.StatusOK).body)
	loaded := hidden(t, author.get(at).body, "loaded")
	line := strings.Index(source, "## ")
	author.post(at+"/save", f{"source": {source[:line] + "整段都是新写的。\n\n" + source[line:]}, "loaded": {loaded}, "request": {"r1"}}).want(t, http.StatusSeeOther)
	reader.get("/courses").want(t, http.StatusOK) // takes it in
	h.advance(time.Minute)
	keep()
	page := reader.get("/courses/process/negotiation/prepare").want(t, http.StatusOK)
	if !strings.Contains(page.body, "/prepare/changes") {
		t.Error("a lesson that changed does not lead to what changed")
	}
	if since := reader.get("/courses/process/negotiation/prepare/changes").want(t, http.StatusOK); !strings.Contains(since.body, "整段都是新写的。</ins>") {
		t.Error("what changed is not shown")
	}
	for who, want := range map[string][2]bool{"author": {true, false}, "hr": {true, true}, "manager": {true, true}} {
		p := h.as(who).get("/desk/lessons/process/negotiation/prepare/versions").want(t, http.StatusOK)
		if got := [2]bool{strings.Contains(p.body, "整段都是新写的。</ins>"), strings.Contains(p.body, "某人 learner</a>")}; got != want {
			t.Errorf("%s sees the change and the name: %v, want %v", who, got, want)
		}
	}
}

// hidden gives the value of a hidden field.
func hidden(t testing.TB, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no field %s in %.400s", name, body)
	}
	return html.UnescapeString(m[1])
}

// textarea gives what stands in the field of the source; its first line end is the browser's.
func textarea(t testing.TB, body string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, `name="source"`)
	_, rest, ok2 := strings.Cut(rest, ">")
	text, _, ok3 := strings.Cut(rest, "</textarea>")
	if !ok || !ok2 || !ok3 {
		t.Fatal("no source")
	}
	return strings.TrimPrefix(html.UnescapeString(text), "\n")
}
