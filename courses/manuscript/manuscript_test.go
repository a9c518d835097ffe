package manuscript

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

const (
	text    = "courses/process/04-negotiation.zh.md"
	address = "process/negotiation/zh"
)

type house struct {
	*testing.T
	*Desk
	who map[string]access.Actor
}

// each has a folder of content on the disk, and a reader that cannot read what begins with "BROKEN".
func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		for _, name := range []string{text, "courses/process/04-negotiation.en.md", "courses/process/04-negotiation.questions.yaml", "courses/process/course.yaml",
			"courses/process/notes.txt", "programmes/onboarding.yaml", "scenarios/first_visit/zh.md", "scenarios/first_visit/notes.md", "policy.yaml"} {
			good(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o750))
			good(t, os.WriteFile(filepath.Join(dir, name), []byte("good\n"), 0o640))
		}
		c, _ := clock.Fake(time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		folk := people.New(d, c, trail, team.New(d, c, trail))
		h := &house{T: t, who: map[string]access.Actor{}, Desk: New(Parts{DB: d, Clock: c, Trail: trail, Files: os.DirFS(dir), Place: dir, Judge: judge})}
		for _, login := range []string{"author", "second", "manager", "hr", "inspector", "admin", "learner"} {
			role := access.Role(login)
			if login == "second" {
				role = access.Author
			}
			p := people.Person{Login: login, Name: login, Roles: []access.Role{role}}
			id, err := folk.Create(ctx, access.Operator(), p)
			good(t, err)
			p.ID = id
			h.who[login] = p.Actor()
		}
		fn(h)
	})
}

func judge(file string, files fs.FS) Verdict {
	got, err := fs.ReadFile(files, file)
	return Verdict{Refused: err != nil || strings.HasPrefix(string(got), "BROKEN")}
}

func good(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) save(who, source, loaded, request string) error {
	_, err := h.Save(ctx, h.who[who], Save{address, source, loaded}, request)
	return err
}

func (h *house) lie() string {
	h.Helper()
	got, err := os.ReadFile(filepath.Join(h.Place, text))
	good(h, err)
	return string(got)
}

func (h *house) want(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Errorf("%v, want kind %d", err, kind)
	}
}

func (h *house) saves() (n int) {
	h.Helper()
	good(h, h.DB.Read().Get(ctx, &n, "SELECT count(*) FROM manuscript_save"))
	var entries int
	good(h, h.DB.Read().Get(ctx, &entries, "SELECT count(*) FROM audit_entry WHERE act = 'manuscript.saved'"))
	if n != entries {
		h.Errorf("%d saves and %d entries of the trail", n, entries)
	}
	return n
}

func TestOnlyWhatAuthorsWriteIsListed(t *testing.T) {
	each(t, func(h *house) {
		good(h, os.Symlink("/etc/hostname", filepath.Join(h.Place, "courses/process/05-link.zh.md")))
		good(h, os.Symlink("/etc", filepath.Join(h.Place, "courses/etc")))
		good(h, os.Symlink(filepath.Join(h.Place, "courses/process"), filepath.Join(h.Place, "courses/mirror")))
		all, err := h.List(h.who["author"])
		good(h, err)
		var got []string
		for _, f := range all {
			got = append(got, f.Address()+" "+f.Path)
		}
		slices.Sort(got)
		want := []string{"process/negotiation/en courses/process/04-negotiation.en.md", "process/negotiation/questions courses/process/04-negotiation.questions.yaml",
			"process/negotiation/zh " + text, "programmes/onboarding/text programmes/onboarding.yaml", "scenarios/first_visit/zh scenarios/first_visit/zh.md"}
		if diff := cmp.Diff(want, got); diff != "" {
			h.Error(diff)
		}
	})
}

func TestASaveIsWholeAndKnown(t *testing.T) {
	each(t, func(h *house) {
		l, err := h.Load(h.who["author"], address)
		good(h, err)
		good(h, h.save("author", "better\r\n\r\n", l.Hash, "r1"))
		good(h, h.save("author", "better\r\n\r\n", l.Hash, "r1")) // sent twice
		if h.lie() != "better\n" || h.saves() != 1 {
			h.Error(h.lie(), h.saves())
		}
		h.want(h.save("second", "better\n", l.Hash, "r1"), fault.Invalid) // somebody else's form
		info, err := os.Stat(filepath.Join(h.Place, text))
		good(h, err)
		if info.Mode().Perm() != 0o640 {
			h.Error(info.Mode())
		}
		h.want(h.save("author", "better\n", hash([]byte("better\n")), "r2"), fault.Invalid) // nothing changed
		h.want(h.save("author", "worse\n", l.Hash, "r3"), fault.Conflict)
		if entries, err := os.ReadDir(filepath.Join(h.Place, "courses/process")); err != nil || len(entries) != 5 {
			h.Error(entries, err)
		}
	})
}

// TestTwoAuthorsAtOnce has many save over the same text: one wins, and what lies there is what that one wrote.
func TestTwoAuthorsAtOnce(t *testing.T) {
	each(t, func(h *house) {
		l, err := h.Load(h.who["author"], address)
		good(h, err)
		errs := make([]error, 8)
		var wait sync.WaitGroup
		for i := range errs {
			wait.Go(func() {
				errs[i] = h.save([]string{"author", "second"}[i%2], fmt.Sprint("text ", i), l.Hash, fmt.Sprint("r", i))
			})
		}
		wait.Wait()
		won := -1
		for i, err := range errs {
			switch {
			case err == nil && won < 0:
				won = i
			case err == nil:
				h.Error("two have won")
			default:
				h.want(err, fault.Conflict)
			}
		}
		if won < 0 || h.lie() != fmt.Sprint("text ", won, "\n") || h.saves() != 1 {
			h.Error(won, h.lie(), h.saves())
		}
	})
}

func TestWhatCannotBeReadTakesNoGoodPlace(t *testing.T) {
	each(t, func(h *house) {
		l, err := h.Load(h.who["author"], address)
		good(h, err)
		h.want(h.save("author", "BROKEN", l.Hash, "r1"), fault.Invalid)
		h.want(h.save("author", "nul\x00", l.Hash, "r2"), fault.Invalid)
		h.want(h.save("author", strings.Repeat("长", largest/3+1), l.Hash, "r3"), fault.Invalid)
		if h.lie() != "good\n" {
			h.Error(h.lie())
		}
		good(h, os.WriteFile(filepath.Join(h.Place, text), []byte("BROKEN already"), 0o600))
		l, err = h.Load(h.who["author"], address)
		good(h, err)
		good(h, h.save("author", "BROKEN less", l.Hash, "r4")) // half of the way is better than none
	})
}

// TestNothingOutsideIsTouched tries every way out of the folder.
func TestNothingOutsideIsTouched(t *testing.T) {
	each(t, func(h *house) {
		outside := filepath.Join(h.TempDir(), "secret.zh.md")
		good(h, os.WriteFile(outside, []byte("secret\n"), 0o600))
		good(h, os.Symlink(outside, filepath.Join(h.Place, "courses/process/05-link.zh.md")))
		for _, at := range []string{"", "..", "../../etc/passwd", "process/../zh", "process/negotiation/../../policy", "process/link/zh", "process/negotiation/zh.md", "process/negotiation/course",
			"process/notes/txt", "process//zh", "/etc/passwd", "courses/process/04-negotiation.zh.md", "scenarios/first_visit/notes", "programmes/onboarding/zh", "process/negotiation/%2e%2e"} {
			_, err := h.Load(h.who["author"], at)
			h.want(err, fault.Missing)
			_, err = h.Save(ctx, h.who["author"], Save{at, "x", hash([]byte("secret\n"))}, "r"+at)
			h.want(err, fault.Missing)
			_, _, err = h.Try(h.who["author"], at, "x")
			h.want(err, fault.Missing)
		}
		// a file, and then its folder, become links between the listing and the writing
		w := &writing{Desk: h.Desk, actor: h.who["author"], file: File{Path: "courses/process/05-link.zh.md"}, loaded: hash([]byte("secret\n")), text: []byte("x\n"), way: Folder, request: "race"}
		_, err := w.do(ctx)
		h.want(err, fault.Missing)
		away := filepath.Join(h.TempDir(), "away")
		good(h, os.Rename(filepath.Join(h.Place, "courses/process"), away))
		good(h, os.Symlink(away, filepath.Join(h.Place, "courses/process")))
		w = &writing{Desk: h.Desk, actor: h.who["author"], file: File{Path: text}, loaded: hash([]byte("good\n")), text: []byte("x\n"), way: Folder, request: "race2"}
		if _, err = w.do(ctx); err == nil {
			h.Error("written through a folder that is a link")
		}
		for name, want := range map[string]string{outside: "secret\n", filepath.Join(away, "04-negotiation.zh.md"): "good\n"} {
			if got, err := os.ReadFile(name); err != nil || string(got) != want {
				h.Errorf("%q %v", got, err)
			}
		}
		if h.saves() != 0 {
			h.Error("something was saved")
		}
	})
}

// TestWhatIsNotCommittedIsNotWritten has the commit fail after the file was put in its place.
func TestWhatIsNotCommittedIsNotWritten(t *testing.T) {
	each(t, func(h *house) {
		w := &writing{Desk: h.Desk, actor: h.who["author"], file: File{Path: text}, loaded: hash([]byte("good\n")), text: []byte("better\n"), way: Folder, request: "r"}
		broken := errors.New("the commit failed")
		err := h.DB.Write(ctx, func(q db.Q) error {
			return errors.Join(claim(ctx, q, text), w.replace(ctx, q, hash(w.text)), broken)
		})
		if !errors.Is(err, broken) || h.lie() != "better\n" {
			h.Fatal(err, h.lie())
		}
		if err := w.undo(err); !errors.Is(err, broken) || h.lie() != "good\n" || h.saves() != 0 {
			h.Error(err, h.lie())
		}
		// not acknowledged: what was written stays, and the same form sent again notes it
		good(h, os.WriteFile(filepath.Join(h.Place, text), []byte("better\n"), 0o600))
		good(h, h.save("author", "better\n", hash([]byte("good\n")), "again"))
		if h.saves() != 1 || h.lie() != "better\n" {
			h.Error(h.saves(), h.lie())
		}
	})
}

func TestOnlyAuthorsWrite(t *testing.T) {
	each(t, func(h *house) {
		for who, actor := range h.who {
			if who == "author" || who == "second" {
				continue
			}
			_, err := h.List(actor)
			h.want(err, fault.Missing)
			_, err = h.Load(actor, address)
			h.want(err, fault.Missing)
			_, _, err = h.Try(actor, address, "x")
			h.want(err, fault.Missing)
			h.want(h.save(who, "x", hash([]byte("good\n")), "r"), fault.Missing)
		}
		h.Place = ""
		h.want(h.save("author", "x", hash([]byte("good\n")), "r"), fault.Invalid)
	})
}

// TestWhatIsBuiltInIsTakenAway has no folder to write to.
func TestWhatIsBuiltInIsTakenAway(t *testing.T) {
	each(t, func(h *house) {
		h.Place = ""
		s := Save{address, "better\r\n", hash([]byte("good\n"))}
		for range 2 {
			got, err := h.Take(ctx, h.who["author"], s, Patched, "r1")
			good(h, err)
			if got.Name != "04-negotiation.zh.md.patch" || got.Text != "--- a/content/"+text+"\n+++ b/content/"+text+"\n@@ -1,1 +1,1 @@\n-good\n+better\n" {
				h.Error(got)
			}
		}
		got, err := h.Take(ctx, h.who["author"], s, Whole, "r2")
		good(h, err)
		if got != (Taken{"04-negotiation.zh.md", "better\n"}) {
			h.Error(got)
		}
		var n int
		good(h, h.DB.Read().Get(ctx, &n, "SELECT count(*) FROM audit_entry WHERE act = 'manuscript.exported'"))
		if n != 2 {
			h.Error(n, "entries")
		}
		s.Loaded = hash([]byte("older\n"))
		_, err = h.Take(ctx, h.who["author"], s, Patched, "r3")
		h.want(err, fault.Conflict)
		_, err = h.Take(ctx, h.who["hr"], s, Patched, "r4")
		h.want(err, fault.Missing)
	})
}

// TestTheOverlayIsAFolder holds it against the rules for such.
func TestTheOverlayIsAFolder(t *testing.T) {
	files := fstest.MapFS{"a/b.md": {Data: []byte("old")}, "a/c.md": {Data: []byte("c")}}
	o := With(files, "a/b.md", []byte("new and longer"))
	got, err := fs.ReadFile(o, "a/b.md")
	other, err2 := fs.ReadFile(o, "a/c.md")
	entries, err3 := fs.ReadDir(o, "a")
	if err := errors.Join(err, err2, err3); err != nil || string(got) != "new and longer" || string(other) != "c" || len(entries) != 2 {
		t.Error(string(got), string(other), entries, err)
	}
	info, err := fs.Stat(o, "a/b.md")
	if err != nil || info.Size() != 14 || info.IsDir() {
		t.Error(info, err)
	}
}
