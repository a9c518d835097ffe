package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// forged is the test content with a figure and a form by somebody who means ill, and a lesson that shows the figure.
func forged(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/content")); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("fieldbook/figures/evil.yaml", `id: evil
title: {zh: "<script>CANARY</script>", en: "\"><script>CANARY</script>"}
describe: {zh: "</desc><script>CANARY</script>", en: "</desc><script>CANARY</script>"}
words:
  w: {zh: "</text><script>CANARY</script>", en: "</text><script>CANARY</script>"}
`)
	write("fieldbook/figures/evil.svg", `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 100" onload="CANARY"><script>CANARY</script><text x="1" onclick="CANARY">{w}</text>`+
		`<foreignObject><p xmlns="http://www.w3.org/1999/xhtml" style="CANARY">CANARY</p></foreignObject><a href="javascript:CANARY"><rect/></a><rect class="CANARY fg-ink" style="CANARY"/></svg>`)
	for _, lang := range []string{"zh", "en"} {
		write("fieldbook/templates/evil."+lang+".md", "---\nid: evil\ntitle: <script>CANARY</script>\nsummary: <img src=x onerror=CANARY>\nclauses: [\"2.4.2\"]\norder: 2\n---\n## <script>CANARY</script>\n\n"+
			"[x](javascript:CANARY) ![](https://CANARY) ![e](figure:evil)\n\n![see](figure:evil)\n")
		name := "courses/process/04-negotiation." + lang + ".md"
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Index(string(text), "\n## ")
		write(name, string(text[:at])+"\n\n![see **it**](figure:evil)\n"+string(text[at:]))
	}
	return dir
}

// TestForgedContentNeverWorks looks at every page that shows a figure or a form, and searches for them.
func TestForgedContentNeverWorks(t *testing.T) {
	h := one(t, options{content: forged(t)})
	for _, lang := range []string{"zh", "en"} {
		b := h.as("learner")
		b.cookies["tongguan_lang"] = lang
		for _, path := range []string{module + "/prepare", "/library", "/library/templates", "/library/templates/evil", "/library/templates/visit", "/search?q=CANARY", "/library/glossary?q=%3Cscript%3ECANARY"} {
			body := strings.ToLower(b.get(path).want(t, http.StatusOK).body)
			for _, bad := range []string{"<script>", "<img", "<foreignobject", "javascript:canary\"", `onload=`, `onclick=`, ` style=`, `src=x onerror=canary>`, `class="canary`, "</desc><script"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s %s holds %s", lang, path, bad)
				}
			}
		}
		if body := b.get(module + "/prepare").body; !strings.Contains(body, `<figure class="fig"><svg viewBox="0 0 480 100" role="img"`) || !strings.Contains(body, "&lt;script&gt;CANARY") {
			t.Error("the lesson does not show the figure at all")
		}
	}
}

// TestLibrarySaysWhatItHas follows the ways through the field library.
func TestLibrarySaysWhatItHas(t *testing.T) {
	h := one(t, options{})
	b := h.as("learner")
	for path, want := range map[string]string{
		"/library":                     `<a href="/library/templates/visit">`,
		"/library/glossary":            `id="concession"`,
		"/library/glossary?q=give+up":  `<a href="/library/glossary">`,
		"/library/templates":           "出门前五分钟填好。",
		"/library/templates/visit":     `href="/library/templates/visit.md"`,
		"/library/templates/visit.md":  "# 拜访计划\n\n## 对象\n",
		"/library/phrases/negotiate":   `<p class="lib-said lib-second" lang="en">If you prepay half, I can take two points off.</p>`,
		"/search?q=%E8%AE%A9%E6%AD%A5": `<a href="/library/glossary#concession">让步</a>`,
	} {
		if a := b.get(path).want(t, http.StatusOK); !strings.Contains(a.body, want) {
			t.Errorf("%s does not hold %s: %s", path, want, a.body)
		}
	}
	if got := b.get("/library/templates/visit.md").header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") {
		t.Error(got)
	}
}
