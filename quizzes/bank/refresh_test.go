package bank

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// put writes a file and lets its clock move on.
func put(files fstest.MapFS, name, text string) {
	at := time.Unix(1, 0)
	if old := files[name]; old != nil {
		at = old.ModTime.Add(time.Second)
	}
	files[name] = &fstest.MapFile{Data: []byte(text), ModTime: at}
}

// library is a library over the folder of two good files, and a step that refreshes it and says what must come of it.
func library(t *testing.T) (fstest.MapFS, *Library, func(name string, changed bool, want ...string)) {
	t.Helper()
	files := folder()
	l, problems := NewLibrary(files)
	if len(problems) > 0 {
		t.Fatal(found(problems))
	}
	return files, l, func(name string, changed bool, want ...string) {
		t.Helper()
		got, problems, err := l.Refresh()
		if err != nil || got != changed {
			t.Errorf("%s: changed %v, error %v", name, got, err)
		}
		if d := cmp.Diff(want, found(problems)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestRefreshStepByStep(t *testing.T) {
	files, l, step := library(t)
	first := l.Current()
	step("nothing happened", false)
	if l.Current() != first {
		t.Error("the bank was read again for nothing")
	}
	put(files, file, strings.Replace(good(), "题3", "问3", 1))
	step("an edit of the same size", true)
	second := l.Current().Set("process/negotiation")
	if second.Question("q03").Stem.ZH != "问3" || first.Set("process/negotiation").Question("q03").Stem.ZH != "题3" {
		t.Error("the edit is not in force, or it changed the bank that was handed out before")
	}
	put(files, file, "module: [")
	step("a slip of the pen", true, file+":1 bank.yaml")
	step("a slip of the pen, again", false, file+":1 bank.yaml")
	if l.Current().Set("process/negotiation") != second {
		t.Error("the last good questions are gone")
	}
	put(files, elsewhere, strings.Replace(string(files[elsewhere].Data), "题3", "问3", 1))
	step("an edit beside it", true, file+":1 bank.yaml")
	if b := l.Current(); b.Set("general/principles").Question("p03").Stem.ZH != "问3" || b.Set("process/negotiation") != second {
		t.Error("a broken file holds up an edit elsewhere")
	}
	put(files, file, strings.Replace(good(), "level: apply", "level: hard", 1))
	step("a small problem is in force", true, file+":4 bank.level_unknown")
	put(files, file, good())
	step("put right", true)
	if h := l.Current().Set("process/negotiation").Hash; h != first.Set("process/negotiation").Hash {
		t.Error("the same text has another hash")
	}
	delete(files, elsewhere)
	step("a file was removed", true)
	if d := cmp.Diff([]string{"process/negotiation"}, keys(l.Current())); d != "" {
		t.Error(d)
	}
	if l.Current().Check("other-check") != nil {
		t.Error("the check of a removed file is still asked")
	}
}

// What a broken file keeps is whole: it is found every way, once, and stands where it stood.
func TestKeptQuestionsAreWhole(t *testing.T) {
	files, l, step := library(t)
	before := l.Current()
	put(files, elsewhere, "module: [") // the first of the two in order
	step("a slip of the pen", true, elsewhere+":1 bank.yaml")
	b, s := l.Current(), before.Set("general/principles")
	if b.ByHash(s.Hash) != s || b.Check("other-check") == nil || len(b.Examining("2.4")) != 2 {
		t.Error("what was kept is not whole")
	}
	if d := cmp.Diff(keys(before), keys(b)); d != "" {
		t.Error("the order changed: ", d)
	}
	if d := cmp.Diff(before.ClauseRefs(), b.ClauseRefs()); d != "" {
		t.Error("the places changed: ", d)
	}
}

func TestLibraryThatBeginsBroken(t *testing.T) {
	files := folder()
	put(files, file, "module: [")
	l, problems := NewLibrary(files)
	if d := cmp.Diff([]string{file + ":1 bank.yaml"}, found(problems)); d != "" {
		t.Error(d)
	}
	if b := l.Current(); b.Set("process/negotiation") != nil || b.Set("general/principles") == nil {
		t.Error("a broken file should cost its own module and no other")
	}
	if changed, problems, err := l.Refresh(); changed || len(problems) != 1 || err != nil {
		t.Error("the problem of the first reading is forgotten", changed, problems, err)
	}
	put(files, file, good())
	if changed, problems, err := l.Refresh(); !changed || len(problems) > 0 || err != nil || l.Current().Set("process/negotiation") == nil {
		t.Error(changed, problems, err)
	}
}

// failing is a folder whose files can be listed and not looked at.
type failing struct {
	fstest.MapFS
	fails bool
}

var errDisk = errors.New("the disk fails")

func (f *failing) Stat(name string) (fs.FileInfo, error) {
	if f.fails {
		return nil, errDisk
	}
	return f.MapFS.Stat(name)
}

func TestRefreshOfAFailingDisk(t *testing.T) {
	files := &failing{MapFS: folder()}
	put(files.MapFS, file, strings.Replace(good(), "level: apply", "level: hard", 1))
	l, _ := NewLibrary(files)
	before := l.Current()
	files.fails = true
	changed, problems, err := l.Refresh()
	if changed || !errors.Is(err, errDisk) || l.Current() != before || len(problems) != 1 {
		t.Error(changed, found(problems), err)
	}
	files.fails = false
	if changed, _, err := l.Refresh(); changed || err != nil {
		t.Error("the disk is well again and nothing is new", changed, err)
	}
}

func TestRefreshOnDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, folder()); err != nil {
		t.Fatal(err)
	}
	l, _ := NewLibrary(os.DirFS(dir))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				if _, _, err := l.Refresh(); err != nil {
					t.Error(err)
				}
				l.Current().Examining("2.4.1")
			}
		})
	}
	for i := range 10 {
		text := strings.Replace(good(), "题3", strings.Repeat("问", i+1), 1)
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(file)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wait.Wait()
	if _, _, err := l.Refresh(); err != nil {
		t.Fatal(err)
	}
	if got := l.Current().Set("process/negotiation").Question("q03").Stem.ZH; got != strings.Repeat("问", 10) {
		t.Errorf("the last edit is not in force: %s", got)
	}
}
