package progress

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tongguan/courses/catalog"
	"tongguan/quizzes/evidence"
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

const zhFile = "courses/process/01-first.zh.md"

// content is a course of two modules with two lessons and one lesson.
func content() fstest.MapFS {
	out := fstest.MapFS{}
	put := func(name, text string) { out[name] = &fstest.MapFile{Data: []byte(text), ModTime: time.Unix(1, 0)} }
	put("policy.yaml", "chapters:\n  - {id: \"2\", title: {zh: 流程, en: Process}}\nclauses:\n  - {id: \"2.1\", title: {zh: 一, en: One}, summary: {zh: 一。, en: One.}}\n")
	put("courses/process/course.yaml", "id: process\nchapter: \"2\"\norder: 1\ntitle: {zh: 流程, en: Process}\nsummary: {zh: 流程。, en: Process.}\n")
	head := func(id, order, minutes string) string {
		return "---\nid: " + id + "\ntitle: T\nsummary: S\nclauses: [\"2.1\"]\nminutes: " + minutes + "\norder: " + order + "\n---\n\n"
	}
	for _, lang := range []string{"zh", "en"} {
		put("courses/process/01-first."+lang+".md", head("first", "1", "10")+
			"# A {#a clauses=\"2.1\" minutes=\"5\"}\n\nText "+lang+".\n\n# B {#b clauses=\"2.1\" minutes=\"5\"}\n\nText "+lang+".\n")
		put("courses/process/02-second."+lang+".md", head("second", "2", "5")+"# C {#c clauses=\"2.1\" minutes=\"5\"}\n\nText "+lang+".\n")
	}
	return out
}

type house struct {
	*testing.T
	*Progress
	d       *db.DB
	advance func(time.Duration)
	files   fstest.MapFS
	folk    *people.People
	who     map[string]access.Actor
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		h := &house{T: t, d: d, advance: advance, files: content(), folk: people.New(d, c, trail, teams), who: map[string]access.Actor{}}
		lib, _ := catalog.NewLibrary(h.files)
		if lib.Current().Course("process") == nil {
			t.Fatal("the content was not read")
		}
		h.Progress = New(d, c, h.folk, lib, evidence.New())
		ours, err := teams.Create(ctx, access.Operator(), team.Details{Name: "ours"})
		for login, role := range map[string]access.Role{"learner": access.Learner, "manager": access.Manager, "hr": access.HR, "stranger": access.Learner, "admin": access.Admin} {
			p := people.Person{Login: login, Name: login, Roles: []access.Role{access.Learner, role}}
			if login == "learner" {
				p.Team = ours
			}
			if err == nil {
				p.ID, err = h.folk.Create(ctx, access.Operator(), p)
			}
			h.who[login] = p.Actor()
		}
		if err == nil {
			err = teams.Change(ctx, access.Operator(), ours, 1, team.Details{Name: "ours", Managers: []string{h.who["manager"].ID}})
		}
		if err != nil {
			t.Fatal(err)
		}
		fn(h)
	})
}

func (h *house) finish(lesson, lang string) {
	h.Helper()
	if err := h.Finish(ctx, h.who["learner"], lesson, lang); err != nil {
		h.Fatal(err)
	}
}

func (h *house) passes(module string, score int, at int64) {
	h.Helper()
	g := evidence.New(h.Follow)
	err := h.d.Write(ctx, func(q db.Q) error {
		return g.Add(ctx, q, evidence.Line{Person: h.who["learner"].ID, Kind: evidence.Quiz, Subject: module, Version: "v", Score: score,
			Passed: score >= 8000, Source: module + string(rune('a'+score/1000)), At: at})
	})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) state() State {
	h.Helper()
	s, err := h.Of(ctx, h.who["learner"], h.who["learner"].ID)
	if err != nil {
		h.Fatal(err)
	}
	return s
}

// TestTheWayThroughACourse goes step by step and looks at how far one is and what comes next.
func TestTheWayThroughACourse(t *testing.T) {
	each(t, func(h *house) {
		course := h.lib.Current().Course("process")
		step := func(done int, lesson, quiz string) {
			h.Helper()
			s := h.state()
			if m := s.Course(course); m != (Measure{done, 5}) || m.Percent() != done*20 || m.Complete() != (done == 5) {
				h.Errorf("%+v, want %d of 5", m, done)
			}
			gotLesson, gotQuiz := "", ""
			l, m := s.Next(course)
			if l != nil {
				gotLesson = l.ID
			}
			if m != nil {
				gotQuiz = m.ID
			}
			if gotLesson != lesson || gotQuiz != quiz {
				h.Errorf("after %d steps: lesson %q, quiz %q; want %q, %q", done, gotLesson, gotQuiz, lesson, quiz)
			}
		}
		step(0, "a", "")
		h.Visit(h.who["learner"], h.lib.Current().Lesson("process/second/c"))
		step(0, "c", "")
		h.finish("process/second/c", "zh")
		step(1, "a", "")
		h.finish("process/first/a", "zh")
		h.finish("process/first/b", "en")
		step(3, "", "first")
		h.passes("process/first", 7000, 5)
		step(3, "", "first")
		h.passes("process/first", 9000, 6)
		step(4, "", "second")
		h.passes("process/first", 8000, 7)
		h.passes("process/second", 10_000, 8)
		step(5, "", "")
		if got := h.state().Passed["process/first"]; got != (Passed{Score: 9000, At: 6}) {
			h.Errorf("passed %+v, want the best score and the first time", got)
		}
	})
}

// TestWhatWasLearntIsKept finishes a lesson before and after an edit.
func TestWhatWasLearntIsKept(t *testing.T) {
	each(t, func(h *house) {
		h.finish("process/first/a", "zh")
		first := h.state().Finished["process/first/a"]
		h.advance(time.Minute)
		h.finish("process/first/a", "zh")
		if again := h.state().Finished["process/first/a"]; again != first {
			h.Errorf("the same version finished twice: %+v, then %+v", first, again)
		}
		text := string(h.files[zhFile].Data)
		h.files[zhFile] = &fstest.MapFile{Data: []byte(strings.Replace(text, "Text zh.", "Newer text.", 1)), ModTime: time.Unix(2, 0)}
		if changed, _, err := h.lib.Refresh(); !changed || err != nil {
			h.Fatal(changed, err)
		}
		if m := h.state().Course(h.lib.Current().Course("process")); m.Done != 1 {
			h.Errorf("an edit took away what was finished: %+v", m)
		}
		h.advance(time.Minute)
		h.finish("process/first/a", "zh")
		second := h.state().Finished["process/first/a"]
		if second.Hash == first.Hash || second.At <= first.At {
			h.Errorf("the newer version is %+v, the older %+v", second, first)
		}
		for hash, want := range map[string]string{first.Hash: "Text zh.", second.Hash: "Newer text."} {
			v, err := h.LearntVersion(ctx, h.who["manager"], h.who["learner"].ID, hash)
			if err != nil || v.Lesson != "process/first/a" || v.Lang != "zh" || !strings.Contains(v.Source, want) {
				h.Errorf("%+v, %v; want %q", v, err, want)
			}
		}
		since, err := h.FirstLearnt(ctx, []string{first.Hash, second.Hash, "none"})
		if err != nil || len(since) != 2 || since[first.Hash] != first.At || since[second.Hash] != second.At {
			h.Errorf("in use since %v, %v", since, err)
		}
		if since, err := h.FirstLearnt(ctx, nil); err != nil || len(since) != 0 {
			h.Errorf("no texts: %v %v", since, err)
		}
		if _, err := h.LearntVersion(ctx, h.who["manager"], h.who["learner"].ID, "none"); fault.KindOf(err) != fault.Missing {
			h.Error(err)
		}
	})
}

func TestVisitsAreWrittenTogether(t *testing.T) {
	each(t, func(h *house) {
		a, c := h.lib.Current().Lesson("process/first/a"), h.lib.Current().Lesson("process/second/c")
		h.Visit(h.who["learner"], a)
		if s := h.state(); s.Latest != "process/first/a" {
			h.Errorf("a visit that is not yet written is not seen: %+v", s)
		}
		if err := h.Flush(ctx); err != nil {
			h.Fatal(err)
		}
		h.advance(time.Second)
		h.Visit(h.who["learner"], c)
		if err := h.Flush(ctx); err != nil {
			h.Fatal(err)
		}
		if s := h.state(); s.Latest != "process/second/c" || s.Last["process"] != "process/second/c" {
			h.Errorf("%+v", s)
		}
		old := map[visitKey]visit{{h.who["learner"].ID, "process"}: {"process/first/b", 1}} // another node, late
		if err := h.d.Write(ctx, func(q db.Q) error { return writeVisits(ctx, q, old) }); err != nil {
			h.Fatal(err)
		}
		if s := h.state(); s.Latest != "process/second/c" {
			h.Errorf("an older visit took the place of a newer one: %+v", s)
		}
	})
}

// TestVisitsThatCannotBeWrittenWait lets the database refuse once.
func TestVisitsThatCannotBeWrittenWait(t *testing.T) {
	each(t, func(h *house) {
		h.Visit(h.who["learner"], h.lib.Current().Lesson("process/first/a"))
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		if err := h.Flush(cancelled); !errors.Is(err, context.Canceled) {
			h.Fatal(err)
		}
		if err := h.Flush(ctx); err != nil {
			h.Fatal(err)
		}
		h.waiting = nothing()
		if s := h.state(); s.Latest != "process/first/a" {
			h.Error("the visit was lost")
		}
	})
}

func TestWhoSeesProgress(t *testing.T) {
	each(t, func(h *house) {
		h.finish("process/first/a", "zh")
		learner := h.who["learner"].ID
		var none error
		_, none = h.Of(ctx, h.who["stranger"], "nobody")
		for login, may := range map[string]bool{"learner": true, "manager": true, "hr": true, "stranger": false, "admin": false} {
			s, err := h.Of(ctx, h.who[login], learner)
			if may && (err != nil || len(s.Finished) != 1) || !may && (err == nil || err.Error() != none.Error()) {
				h.Errorf("%s: %v, %v", login, s, err)
			}
			many, err := h.OfMany(ctx, h.who[login], []string{learner, h.who["stranger"].ID})
			if mayMany := login == "manager" || login == "hr"; mayMany != (err == nil) {
				h.Errorf("%s reads many: %v", login, err)
			} else if mayMany && (!cmp.Equal(many[learner].Finished, h.state().Finished) || len(many[h.who["stranger"].ID].Finished) != 0) {
				h.Errorf("many: %+v", many)
			}
		}
		if err := h.Finish(ctx, h.who["learner"], "process/none/none", "zh"); fault.KindOf(err) != fault.Missing {
			h.Errorf("a lesson that is not there was finished: %v", err)
		}
	})
}

// Where the latest attempt counts a pass can be undone, by a line that says so, and come again; what counts for nothing
// changes nothing. No line of what was passed is ever wiped.
func TestAPassIsUndone(t *testing.T) {
	each(t, func(h *house) {
		line := func(n int, module string, passed bool, effect evidence.Effect) {
			h.Helper()
			if err := h.d.Write(ctx, func(q db.Q) error {
				return evidence.New(h.Follow).Add(ctx, q, evidence.Line{Person: h.who["learner"].ID, Kind: evidence.Quiz, Subject: module, Version: "v", Score: n * 100, Passed: passed,
					Source: fmt.Sprint("attempt ", n), At: int64(n), Effect: effect})
			}); err != nil {
				h.Fatal(err)
			}
		}
		for i, step := range []struct {
			passed bool
			effect evidence.Effect
			counts bool // the module is passed afterwards
			at     int64
		}{
			{false, evidence.Undoes, false, 0}, // nothing to undo
			{true, evidence.AsSaid, true, 2},
			{false, evidence.Undoes, false, 0},
			{true, evidence.Idle, false, 0}, // an earlier attempt, settled late
			{true, evidence.AsSaid, true, 5},
			{false, evidence.Idle, true, 5},
			{false, evidence.AsSaid, true, 5},
		} {
			line(i+1, "process/first", step.passed, step.effect)
			passed, ok := h.state().Passed["process/first"]
			if ok != step.counts || passed.At != step.at {
				h.Errorf("after line %d: passed %v at %d, want %v at %d", i+1, ok, passed.At, step.counts, step.at)
			}
		}
		var kept, undone int
		err := h.d.Read().Get(ctx, &kept, "SELECT COUNT(*) FROM module_passed")
		err2 := h.d.Read().Get(ctx, &undone, "SELECT COUNT(*) FROM module_passed WHERE undone = 3")
		if err != nil || err2 != nil || kept != 2 || undone != 1 {
			h.Errorf("%d passes are kept, %d are undone by line 3; %v %v", kept, undone, err, err2)
		}
	})
}

func TestLastAt(t *testing.T) {
	s := State{Finished: map[string]Finished{"a": {At: 3}}, Passed: map[string]Passed{"m": {At: 7}}, latestAt: 5}
	if s.LastAt() != 7 || (State{}).LastAt() != 0 {
		t.Error(s.LastAt())
	}
	if (Measure{}).Complete() || (Measure{}).Percent() != 0 || (Measure{2, 3}).Percent() != 66 {
		t.Error("measures")
	}
}

// A first reading is told and has no line; read again on a later day, the same text gives one line a day.
func TestReadAgainIsEvidence(t *testing.T) {
	each(t, func(h *house) {
		g := evidence.New()
		var told []int64
		g.Tell(func(_ context.Context, _ db.Q, l evidence.Line) error { told = append(told, l.Number); return nil })
		h.ledger = g
		read := func() {
			if err := h.Finish(ctx, h.who["learner"], "process/first/a", "zh"); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			read()
			read() // the same day again
			h.advance(24 * time.Hour)
		}
		if diff := cmp.Diff([]int64{0, 1}, told); diff != "" {
			t.Error(diff)
		}
		kept, err := g.Of(ctx, h.d.Read(), h.who["learner"].ID)
		first, again := h.LessonsOf(ctx, []string{h.who["learner"].ID})
		if err != nil || again != nil || len(kept) != 1 || len(first) != 1 || kept[0].Subject != first[0].Subject || kept[0].Version != first[0].Version || kept[0].At <= first[0].At {
			t.Errorf("lines %v, readings %v, %v %v", kept, first, err, again)
		}
	})
}
