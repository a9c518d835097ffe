package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// touch puts a text in a file and lets its clock move on.
func touch(t *testing.T, files fstest.MapFS, name, old, new string) {
	t.Helper()
	edit(t, files, name, old, new)
	files[name].ModTime = files[name].ModTime.Add(time.Second)
}

func TestRefresh(t *testing.T) {
	files := folder(t)
	lib, problems := NewLibrary(files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	first := lib.Current()
	step := func(name string, wantChanged bool, wantProblem string) {
		t.Helper()
		changed, problems, err := lib.Refresh()
		if err != nil || changed != wantChanged {
			t.Errorf("%s: changed %v, error %v", name, changed, err)
		}
		if got := found(nil, problems); wantProblem != "" && !slices.Contains(got, wantProblem) || wantProblem == "" && len(got) > 0 {
			t.Errorf("%s: problems %v", name, got)
		}
	}
	step("nothing happened", false, "")
	if lib.Current() != first {
		t.Error("the catalog was read again for nothing")
	}

	touch(t, files, zhFile, "汤蕙要九折", "汤蕙要八折")
	step("a lesson was edited", true, "")
	second := lib.Current()
	edited, kept := "process/negotiation/price", "process/negotiation/prepare"
	if first.Lesson(edited).Page("zh").Hash == second.Lesson(edited).Page("zh").Hash || first.Hash == second.Hash {
		t.Error("the edit is not to be seen in the hashes")
	}
	if first.Lesson(edited).Page("en") != second.Lesson(edited).Page("en") || first.Lesson(kept).Page("zh") != second.Lesson(kept).Page("zh") {
		t.Error("a page was rendered again although it is the same")
	}

	touch(t, files, zhFile, "id: negotiation", "id: [negotiation")
	step("a slip of the pen", false, zhFile+":1 lint.yaml")
	step("a slip of the pen, again", false, zhFile+":1 lint.yaml")
	if lib.Current() != second {
		t.Error("the last good catalog is gone")
	}
	touch(t, files, zhFile, "id: [negotiation", "id: negotiation")
	step("put right", false, "")

	touch(t, files, zhFile, "汤蕙要八折", "汤蕙要 8 折")
	step("a small problem is in force", true, zhFile+":55 lint.spacing")

	touch(t, files, "policy.yaml", "zh: 价格谈判", "zh: 谈价格")
	step("the policy was edited", true, zhFile+":55 lint.spacing")
	if !strings.Contains(lib.Current().Lesson("basics/purpose/why").Page("zh").Blocks[0].HTML, "目的") {
		t.Error("a page lost its chip")
	}
	touch(t, files, "policy.yaml", "zh: 目的", "zh: 宗旨")
	step("a title in a chip was edited", true, zhFile+":55 lint.spacing")
	if page := lib.Current().Lesson("basics/purpose/why").Page("zh"); !strings.Contains(page.Blocks[0].HTML, "宗旨") {
		t.Error("a page still shows the old title of a clause")
	}
}

// Edits that move a lesson move its problems with it, though the page itself comes from the cache.
func TestProblemsMoveWithTheirLesson(t *testing.T) {
	files := folder(t)
	edit(t, files, zhFile, "汤蕙要九折", "汤蕙要 9 折")
	lib, _ := NewLibrary(files)
	touch(t, files, zhFile, "林岚只有一小时，\n", "林岚只有一小时，\n真的，\n")
	_, problems, err := lib.Refresh()
	if got := found(nil, problems); err != nil || !slices.Contains(got, zhFile+":56 lint.spacing") {
		t.Error(got, err)
	}
}

func TestLibraryThatBeginsBroken(t *testing.T) {
	files := folder(t)
	edit(t, files, zhFile, "---\nid", "id")
	edit(t, files, "courses/basics/course.yaml", "order: 1", "order: one")
	lib, problems := NewLibrary(files)
	if len(problems) == 0 || lib.Current().Course("basics") != nil {
		t.Fatal("nothing was wrong")
	}
	touch(t, files, "courses/basics/course.yaml", "order: one", "order: 1")
	if changed, _, err := lib.Refresh(); !changed || err != nil || lib.Current().Course("basics") == nil {
		t.Error("what was put right should count, although not all of it is")
	}
}

func TestRefreshOnDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, folder(t)); err != nil {
		t.Fatal(err)
	}
	lib, _ := NewLibrary(os.DirFS(dir))
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			for range 20 {
				if _, _, err := lib.Refresh(); err != nil {
					t.Error(err)
				}
				lib.Current().Search(languages[i%2], "价格", 5)
			}
		})
	}
	name := filepath.Join(dir, filepath.FromSlash(zhFile))
	for i := range 10 {
		text := strings.Replace(string(folder(t)[zhFile].Data), "要九折", fmt.Sprintf("要%d折%s", i, strings.Repeat("！", i)), 1)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wait.Wait()
	if _, _, err := lib.Refresh(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(lib.Current().Lesson("process/negotiation/price").Page("zh").Source, "要9折") {
		t.Error("the last edit is not in force")
	}
}

func BenchmarkRefreshOfNothing(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, folder(b)); err != nil {
		b.Fatal(err)
	}
	lib, _ := NewLibrary(os.DirFS(dir))
	for b.Loop() {
		if _, _, err := lib.Refresh(); err != nil {
			b.Fatal(err)
		}
	}
}
