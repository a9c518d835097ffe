package certification

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/programme"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx      = context.Background()
	operator = access.Operator()
)

const day = 24 * time.Hour

// shelf is a course with one lesson.
func shelf() fstest.MapFS {
	out := fstest.MapFS{"policy.yaml": {Data: []byte("chapters:\n  - {id: \"2\", title: {zh: 流程, en: Process}}\nclauses:\n" +
		"  - {id: \"2.1\", title: {zh: 一, en: One}, summary: {zh: 一。, en: One.}}\n")},
		"courses/one/course.yaml": {Data: []byte("id: one\nchapter: \"2\"\norder: 1\ntitle: {zh: 课, en: C}\nsummary: {zh: 课。, en: C.}\n")}}
	for _, lang := range []string{"zh", "en"} {
		out["courses/one/01-m."+lang+".md"] = &fstest.MapFile{Data: []byte("---\nid: m\ntitle: T\nsummary: S\nclauses: [\"2.1\"]\nminutes: 5\norder: 1\n---\n\n" +
			"# L {#l clauses=\"2.1\" minutes=\"5\"}\n\nText.\n")}
	}
	return out
}

var text = catalog.Text{ZH: "一", EN: "One"}

func step(id string, t programme.Task) programme.Step {
	return programme.Step{ID: id, Title: text, Need: 1, Tasks: []programme.Task{t}}
}

// programmesOf are those of the tests: basic asks for a lesson, a quiz and a scene, and lasts a year; expert asks for basic and a
// scene, and for approval; master asks for expert and the same scene; plain certifies nothing.
func programmesOf() []*programme.Programme {
	return []*programme.Programme{
		{ID: "basic", Kind: programme.NewHire, Title: text, Summary: text, Clauses: []string{"2.1"}, Steps: []programme.Step{
			step("read", programme.Task{Of: "one", Lessons: []string{"one/m/l"}}), step("quiz", programme.Task{Quiz: "one/m"}),
			step("scene", programme.Task{Roleplay: "visit", Score: 7000})},
			Certificate: &programme.Certificate{Title: text, Months: 12, Window: 60, Grace: 14, Renew: []string{"scene"}, Revoke: []string{"hr"}}},
		{ID: "expert", Kind: programme.Specialty, Title: text, Summary: text, Clauses: []string{"2.1"}, Requires: []string{"basic"},
			Steps:       []programme.Step{step("scene", programme.Task{Roleplay: "hard"})},
			Certificate: &programme.Certificate{Title: text, Approval: true, Renew: []string{"scene"}, Revoke: []string{"hr", "manager"}}},
		{ID: "master", Kind: programme.Specialty, Title: text, Summary: text, Clauses: []string{"2.1"}, Requires: []string{"expert"},
			Steps:       []programme.Step{step("scene", programme.Task{Roleplay: "hard"})},
			Certificate: &programme.Certificate{Title: text, Renew: []string{"scene"}, Revoke: []string{"hr"}}},
		{ID: "plain", Kind: programme.Periodic, Title: text, Summary: text, Steps: []programme.Step{step("quiz", programme.Task{Quiz: "one/m"})}},
	}
}

type house struct {
	testing.TB
	*Certification
	d       *db.DB
	advance func(time.Duration)
	sources int
}

func build(t testing.TB, d *db.DB, c *clock.Clock, zone *time.Location) *house {
	trail := audit.New(c)
	teams := team.New(d, c, trail)
	folk := people.New(d, c, trail, teams)
	lib, problems := catalog.NewLibrary(shelf())
	if len(lib.Current().Courses) != 1 {
		t.Fatal("the course was not read", problems)
	}
	book := programme.NewBook(programmesOf()...)
	ledger := evidence.New()
	learnt := progress.New(d, c, folk, lib, ledger)
	in := training.New(training.Parts{DB: d, Clock: c, Trail: trail, People: folk, Teams: teams, Catalog: lib, Ledger: ledger,
		Programmes: func() *programme.Book { return book }})
	return &house{TB: t, d: d, Certification: New(Parts{DB: d, Clock: c, Zone: zone, Trail: trail, People: folk, Ledger: ledger, Progress: learnt,
		Training: in, Programmes: func() *programme.Book { return book }})}
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 1, 31, 2, 0, 0, 0, time.UTC), 1)
		h := build(t, d, c, time.FixedZone("+8", 8*3600))
		h.advance = advance
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) person(login, team string, roles ...access.Role) people.Person {
	h.Helper()
	id, err := h.people.Create(ctx, operator, people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)})
	h.must(err)
	p, err := h.people.Get(ctx, operator, id)
	h.must(err)
	return p
}

func (h *house) team(name, parent string, managers ...string) string {
	h.Helper()
	id, err := team.New(h.d, h.clock, h.trail).Create(ctx, operator, team.Details{Name: name, Parent: parent, Managers: managers})
	h.must(err)
	return id
}

func (h *house) enrol(p people.Person, programmes ...string) {
	h.Helper()
	for _, id := range programmes {
		h.must(h.training.Enrol(ctx, operator, p.ID, id, "2026-01-31"))
	}
}

// shows adds a line of evidence as the quiz and the scene rooms do.
func (h *house) shows(p people.Person, kind, subject string, score int, passed bool) {
	h.Helper()
	h.sources++
	h.must(h.add(p, kind, subject, fmt.Sprintf("%s%d", p.ID, h.sources), score, passed))
}

func (h *house) add(p people.Person, kind, subject, source string, score int, passed bool) error {
	return h.d.Write(ctx, func(q db.Q) error {
		return h.ledger.Add(ctx, q, evidence.Line{Person: p.ID, Kind: kind, Subject: subject, Version: "v", Score: score, Passed: passed, Source: source,
			At: h.clock.Now()})
	})
}

func (h *house) reads(p people.Person) {
	h.Helper()
	h.must(h.progress.Finish(ctx, p.Actor(), "one/m/l", "zh"))
}

// earns does everything that basic asks for.
func (h *house) earns(p people.Person) {
	h.Helper()
	h.reads(p)
	h.shows(p, evidence.Quiz, "one/m", 8000, true)
	h.shows(p, evidence.Roleplay, "visit", 7000, true)
}

func (h *house) standing(p people.Person, id string) Standing {
	h.Helper()
	s, err := standingOf(ctx, h.d.Read(), p.ID, id)
	h.must(err)
	return s
}

func (h *house) wants(p people.Person, id string, want State) Standing {
	h.Helper()
	s := h.standing(p, id)
	if s.State != want {
		h.Errorf("%s in %s: %s, want %s", p.Login, id, s.State, want)
	}
	return s
}

// story is the history as "before>after cause", and checks that it is whole: numbered, joined and legal.
func (h *house) story(p people.Person, id string) (out []string) {
	h.Helper()
	all, err := transitionsOf(ctx, h.d.Read(), p.ID, id)
	h.must(err)
	last := State("")
	for i, tr := range all {
		if tr.Seq != int64(i+1) || tr.Before != last || !Legal(tr.Before, tr.After) || tr.At > tr.Recorded {
			h.Errorf("transition %d: %+v after %q", i+1, tr, last)
		}
		last = tr.After
		out = append(out, fmt.Sprintf("%s>%s %s", tr.Before, tr.After, tr.Cause))
	}
	if s := h.standing(p, id); s.State != last || s.Seq != int64(len(all)) {
		h.Errorf("the standing says %s %d, its history %s %d", s.State, s.Seq, last, len(all))
	}
	return out
}

func (h *house) certificates(p people.Person) []Certificate {
	h.Helper()
	all, err := certificatesOf(ctx, h.d.Read(), p.ID)
	h.must(err)
	return all
}
