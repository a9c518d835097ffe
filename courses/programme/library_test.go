package programme

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const sampleFile, otherFile = "programmes/sample.yaml", "programmes/other.yaml"

// put writes a file and lets its clock move on.
func put(files fstest.MapFS, name, text string) {
	at := time.Unix(1, 0)
	if old := files[name]; old != nil {
		at = old.ModTime.Add(time.Second)
	}
	files[name] = &fstest.MapFile{Data: []byte(text), ModTime: at}
}

func TestRefreshStepByStep(t *testing.T) {
	files, c := folder(t), content()
	l, problems := NewLibrary(files, func() Content { return c })
	if len(problems) > 0 {
		t.Fatal(found(problems))
	}
	step := func(name string, changed bool, want ...string) {
		t.Helper()
		got, problems, err := l.Refresh()
		if err != nil || got != changed {
			t.Errorf("%s: changed %v, error %v", name, got, err)
		}
		if diff := cmp.Diff(want, found(problems)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	first := l.Current()
	step("nothing happened", false)
	if l.Current() != first {
		t.Error("read again for nothing")
	}
	text := sample(t, "sample")
	put(files, sampleFile, strings.Replace(text, "day: 3", "day: 4", 1))
	step("an edit of the same size", true)
	second := l.Current().Get("sample")
	if second.Step("read").Day != 4 || first.Get("sample").Step("read").Day != 3 || second.Hash() == first.Get("sample").Hash() {
		t.Error("the edit is not in force, or changed what was handed out before")
	}
	put(files, sampleFile, strings.Replace(text, "lesson: c/m", "lesson: c/x", 1))
	step("a slip of the pen", true, "sample.yaml:12 lesson_unknown")
	step("a slip of the pen, again", false, "sample.yaml:12 lesson_unknown")
	if l.Current().Get("sample") != second {
		t.Error("the last good version is gone")
	}
	put(files, otherFile, strings.Replace(sample(t, "other"), "zh: 谈", "zh: 说", 1))
	step("an edit beside it", true, "sample.yaml:12 lesson_unknown")
	if b := l.Current(); b.Get("other").Step("talk").Title.ZH != "说" || b.Get("sample") != second || len(b.All()) != 2 {
		t.Error("a broken file holds up an edit elsewhere")
	}
	put(files, sampleFile, text)
	step("put right", true)
	if l.Current().Get("sample").Hash() != first.Get("sample").Hash() {
		t.Error("the same text has another hash")
	}
	c.Version, c.Scene = "without the scene", func(string) ([]string, bool) { return nil, false }
	step("a scene was removed", true, "sample.yaml:26 scene_unknown")
	if l.Current().Get("sample") == nil {
		t.Error("a programme went with a scene")
	}
	c = content()
	step("and put back", true)
	delete(files, otherFile)
	step("a file was removed", true, "sample.yaml:7 requires_unknown")
	if l.Current().Get("other") != nil {
		t.Error("a programme outlives its file")
	}
}

// broken is a folder that can no longer be listed.
type broken struct{ fstest.MapFS }

func (broken) Stat(string) (fs.FileInfo, error) { return nil, errors.New("gone") }

func TestAFolderThatIsGone(t *testing.T) {
	l, _ := NewLibrary(folder(t), content)
	before := l.Current()
	l.fsys = broken{folder(t)}
	if changed, _, err := l.Refresh(); changed || err == nil || l.Current() != before {
		t.Errorf("changed %v, error %v", changed, err)
	}
}

func TestManyRefreshAtOnce(t *testing.T) {
	files := folder(t)
	l, _ := NewLibrary(files, content)
	put(files, otherFile, sample(t, "other"))
	var wait sync.WaitGroup
	changes := make(chan bool, 8)
	for range 8 {
		wait.Go(func() {
			changed, problems, err := l.Refresh()
			if err != nil || len(problems) > 0 || l.Current().Get("sample") == nil {
				t.Error(problems, err)
			}
			changes <- changed
		})
	}
	wait.Wait()
	close(changes)
	n := 0
	for c := range changes {
		if c {
			n++
		}
	}
	if n != 1 {
		t.Errorf("read %d times", n)
	}
}
