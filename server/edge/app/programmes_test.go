package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongguan/server/edge/app"
)

const mine = `id: mine
kind: new-hire
title: {zh: 我的项目, en: Mine}
summary: {zh: 试一试, en: A try}
steps:
  - {id: read, title: {zh: 读, en: Read}, lesson: general}
  - {id: quiz, title: {zh: 考, en: Quiz}, quiz: process/negotiation}
  - {id: talk, title: {zh: 谈, en: Talk}, session: talk}
`

// An author's edit of a programme, or of what it names, is in force at the next page; a slip of the pen is named on the
// desk, and leaves what was in force before.
func TestProgrammesAreRereadWithTheirContent(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("testdata/content")); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("programmes/mine.yaml", mine)
	h := one(t, options{content: folder, furnish: func(a *app.App) { a.Authoring = true }})
	first := h.Programmes.Current().Get("mine")
	if first == nil || len(first.Clauses) == 0 || len(first.Step("read").Tasks[0].Lessons) == 0 {
		t.Fatalf("the programme is %+v", first)
	}
	author := h.as("author")
	author.get("/desk").want(t, http.StatusOK)
	if h.Programmes.Current().Get("mine") != first {
		t.Error("read again for nothing")
	}

	write("programmes/mine.yaml", strings.Replace(mine, "我的项目", "改过的项目", 1))
	author.get("/account").want(t, http.StatusOK)
	second := h.Programmes.Current().Get("mine")
	if second.Title.ZH != "改过的项目" || second.Hash() == first.Hash() {
		t.Errorf("the edit is not in force: %+v", second)
	}

	write("programmes/mine.yaml", mine+"  - {id: scene, title: {zh: 演, en: Scene}, roleplay: unseen}\n")
	if page := author.get("/desk").want(t, http.StatusOK).body; !strings.Contains(page, "programmes/mine.yaml") || !strings.Contains(page, "unseen") {
		t.Error("the desk does not say what is wrong")
	}
	if h.Programmes.Current().Get("mine") != second {
		t.Error("the last good version is gone")
	}

	write("programmes/mine.yaml", mine)
	if err := os.Remove(filepath.Join(folder, "courses/process/04-negotiation.questions.yaml")); err != nil {
		t.Fatal(err)
	}
	if page := author.get("/desk").want(t, http.StatusOK).body; !strings.Contains(page, "programmes/mine.yaml") {
		t.Error("a programme outlives its quiz unnoticed")
	}
	h.Reread()
	if h.Programmes.Current().Get("mine") == nil {
		t.Error("a programme went with its quiz")
	}
}
