package amendment

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/certification"
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
	zone     = time.FixedZone("+8", 8*3600)
)

const day = 24 * time.Hour

// shelf is a course with one lesson on 2.1; two clauses beside it.
func shelf() fstest.MapFS {
	out := fstest.MapFS{"courses/one/course.yaml": {Data: []byte("id: one\nchapter: \"2\"\norder: 1\ntitle: {zh: 课, en: C}\nsummary: {zh: 课。, en: C.}\n")}}
	for _, lang := range []string{"zh", "en"} {
		out["courses/one/01-m."+lang+".md"] = &fstest.MapFile{Data: []byte("---\nid: m\ntitle: T\nsummary: S\nclauses: [\"2.1\"]\nminutes: 5\norder: 1\n---\n\n" +
			"# L {#l clauses=\"2.1\" minutes=\"5\"}\n\nText.\n")}
	}
	word(out, nil)
	return out
}

var writings atomic.Int64

// word writes the policy, with other summaries for some clauses.
func word(shelf fstest.MapFS, other map[string]string) {
	text := "chapters:\n  - {id: \"2\", title: {zh: 流程, en: Process}}\nclauses:\n"
	for _, id := range []string{"2.1", "2.2", "2.3"} {
		said := "第一版"
		if s := other[id]; s != "" {
			said = s
		}
		text += fmt.Sprintf("  - {id: %q, title: {zh: 一, en: One}, summary: {zh: %s%s。, en: %s %s.}}\n", id, said, id, said, id)
	}
	shelf["policy.yaml"] = &fstest.MapFile{Data: []byte(text), ModTime: time.Unix(writings.Add(1), 0)}
}

var text = catalog.Text{ZH: "一", EN: "One"}

func step(id string, t programme.Task) programme.Step {
	return programme.Step{ID: id, Title: text, Need: 1, Tasks: []programme.Task{t}}
}

// programmesOf: basic rests on 2.1 and lasts a year, other on 2.1 too and for ever, far on 2.2.
func programmesOf() []*programme.Programme {
	return []*programme.Programme{
		{ID: "basic", Kind: programme.NewHire, Title: text, Summary: text, Clauses: []string{"2.1"}, Steps: []programme.Step{
			step("quiz", programme.Task{Quiz: "one/m"}), step("scene", programme.Task{Roleplay: "visit"})},
			Certificate: &programme.Certificate{Title: text, Months: 12, Window: 60, Grace: 14, Renew: []string{"scene"}, Revoke: []string{"hr"}}},
		{ID: "other", Kind: programme.Specialty, Title: text, Summary: text, Clauses: []string{"2.1"}, Steps: []programme.Step{step("quiz", programme.Task{Quiz: "one/m"})},
			Certificate: &programme.Certificate{Title: text, Renew: []string{"quiz"}, Revoke: []string{"hr"}}},
		{ID: "far", Kind: programme.Specialty, Title: text, Summary: text, Clauses: []string{"2.2"}, Steps: []programme.Step{step("quiz", programme.Task{Quiz: "one/m"})},
			Certificate: &programme.Certificate{Title: text, Renew: []string{"quiz"}, Revoke: []string{"hr"}}},
	}
}

// house is one node, or several on the same database.
type house struct {
	testing.TB
	*Amendments
	d       *db.DB
	clock   *clock.Clock
	advance func(time.Duration)
	shelf   fstest.MapFS
	trail   *audit.Trail
	hr      access.Actor

	mu      sync.Mutex
	sources int
	began   map[string]int64
}

func build(t testing.TB, d *db.DB, c *clock.Clock) *house {
	h := &house{TB: t, d: d, clock: c, shelf: shelf(), began: map[string]int64{}}
	h.trail = audit.New(c)
	teams := team.New(d, c, h.trail)
	folk := people.New(d, c, h.trail, teams)
	lib, problems := catalog.NewLibrary(h.shelf)
	if len(lib.Current().Clauses) != 3 {
		t.Fatal("the policy was not read", problems)
	}
	book := programme.NewBook(programmesOf()...)
	current := func() *programme.Book { return book }
	ledger := evidence.New()
	learnt := progress.New(d, c, folk, lib, ledger)
	in := training.New(training.Parts{DB: d, Clock: c, Trail: h.trail, People: folk, Teams: teams, Catalog: lib, Ledger: ledger, Programmes: current})
	certs := certification.New(certification.Parts{DB: d, Clock: c, Zone: zone, Trail: h.trail, People: folk, Ledger: ledger, Progress: learnt, Training: in, Programmes: current})
	h.Amendments = New(Parts{DB: d, Clock: c, Trail: h.trail, People: folk, Teams: teams, Ledger: ledger, Catalog: lib, Training: in, Programmes: current, Certificates: certs,
		Uses: func(string) Uses { return Uses{Number: 4, Questions: []Ref{{"one/m", text}}} },
		About: func(kind, subject string) []string {
			return map[string][]string{"quiz one/m": {"2.1", "2.2"}, "quiz policy/2-1": {"2.1"}, "roleplay visit": {"2.1"}}[kind+" "+subject]
		},
		Quiz: func(clause string) (string, bool) {
			return "policy/" + map[string]string{"2.1": "2-1"}[clause], clause == "2.1"
		},
		Began: func(_ context.Context, _ db.Q, source string) (int64, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			return h.began[source], nil
		}})
	return h
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(furnished(t, d)) })
}

func furnished(t testing.TB, d *db.DB) *house {
	c, advance := clock.Fake(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC), 1)
	h := build(t, d, c)
	h.advance = advance
	h.hr = h.person("hr", "", access.HR).Actor()
	h.must(h.Settle(ctx))
	return h
}

// node is another node on the same database.
func (h *house) node() *house {
	n := build(h.TB, h.d, h.clock)
	n.advance, n.hr, n.began = h.advance, h.hr, h.began
	return n
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) person(login, team string, roles ...access.Role) people.Person {
	h.Helper()
	id, err := h.People.Create(ctx, operator, people.Person{Login: "rep-" + login, Name: login, Team: team, Roles: append(roles, access.Learner)})
	h.must(err)
	p, err := h.People.Get(ctx, operator, id)
	h.must(err)
	return p
}

// certified is somebody with the certificates of these programmes.
func (h *house) certified(login, team string, programmes ...string) people.Person {
	h.Helper()
	p := h.person(login, team)
	for _, id := range programmes {
		h.must(h.Training.Enrol(ctx, operator, p.ID, id, "2026-03-02"))
	}
	h.shows(p, evidence.Quiz, "one/m", h.clock.Now())
	h.shows(p, evidence.Roleplay, "visit", h.clock.Now())
	for _, id := range programmes {
		h.wants(p, id, certification.Certified)
	}
	return p
}

// shows adds a line of evidence that was passed, of an attempt that was begun at a moment.
func (h *house) shows(p people.Person, kind, subject string, began int64) {
	h.Helper()
	h.must(h.show(p, kind, subject, began))
}

func (h *house) show(p people.Person, kind, subject string, began int64) error {
	h.mu.Lock()
	h.sources++
	source := fmt.Sprintf("%s%d", p.ID, h.sources)
	h.began[source] = began
	h.mu.Unlock()
	return h.d.Write(ctx, func(q db.Q) error {
		return h.Ledger.Add(ctx, q, evidence.Line{Person: p.ID, Kind: kind, Subject: subject, Version: "v", Score: 9000, Passed: true, Source: source, At: h.clock.Now()})
	})
}

func (h *house) standing(p people.Person, id string) certification.Standing {
	h.Helper()
	all, err := h.Certificates.Standings(ctx, operator, p.ID)
	h.must(err)
	for _, s := range all {
		if s.Programme == id {
			return s
		}
	}
	h.Fatalf("%s has no standing in %s", p.Login, id)
	return certification.Standing{}
}

func (h *house) wants(p people.Person, id string, want certification.State) certification.Standing {
	h.Helper()
	s := h.standing(p, id)
	if s.State != want {
		h.Errorf("%s in %s: %s, want %s", p.Login, id, s.State, want)
	}
	return s
}

// reword changes clauses in the content.
func (h *house) reword(other map[string]string) {
	h.Helper()
	word(h.shelf, other)
	if _, _, err := h.Catalog.Refresh(); err != nil {
		h.Fatal(err)
	}
}

// publish rewords 2.1 and publishes it.
func (h *house) publish(offer Offer, deadline string) Change {
	h.Helper()
	h.sources++
	h.reword(map[string]string{"2.1": fmt.Sprintf("新版%d号", h.sources)})
	id, err := h.Publish(ctx, h.hr, h.draft("2.1", offer, deadline), fmt.Sprint("r", h.sources))
	h.must(err)
	c, err := changeBy(ctx, h.d.Read(), id)
	h.must(err)
	return c
}

func (h *house) draft(clause string, offer Offer, deadline string) Publication {
	h.Helper()
	w, err := h.waits(ctx, h.hr, clause)
	h.must(err)
	return Publication{Clause: clause, From: w.From.Hash(), To: w.To.Hash(), Offer: offer, Deadline: deadline, Reason: "新的规定"}
}

// spread goes through the holders until there is no more to do.
func (h *house) spread() {
	h.Helper()
	h.must(h.Spread(ctx))
}

func (h *house) duties(c Change, p people.Person) []Duty {
	h.Helper()
	all, err := dutiesOf(ctx, h.d.Read(), c.ID, p.ID)
	h.must(err)
	return all
}

// stands checks the states of a person's duties of a change, by programme.
func (h *house) stands(c Change, p people.Person, want ...State) []Duty {
	h.Helper()
	all := h.duties(c, p)
	var got []State
	for _, d := range all {
		got = append(got, d.State)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.Errorf("%s: duties %v, want %v", p.Login, got, want)
	}
	return all
}

// acts counts entries of the trail about a person, by act.
func (h *house) acts(p people.Person, act string) (n int) {
	h.Helper()
	entries, _, err := h.trail.Newest(ctx, h.d.Read(), operator, 0, 1000)
	h.must(err)
	for _, e := range entries {
		if e.Act == act && e.Subject == p.ID {
			n++
		}
	}
	return n
}
