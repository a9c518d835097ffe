package attempt

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tongguan/quizzes/bank"
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

const (
	module = "process/negotiation"
	file   = "courses/process/04-negotiation.questions.yaml"
	drawn  = 10
)

// house is the room with those it leans on, and five people: a learner, their manager, an inspector, HR and
// somebody of another team.
type house struct {
	*testing.T
	*Attempts
	d       *db.DB
	advance func(time.Duration)
	trail   *audit.Trail
	files   fstest.MapFS
	who     map[string]access.Actor
	follow  func(evidence.Line) error // nil follows nothing
	lines   []evidence.Line
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newHouse(t, d)) })
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	c, advance := clock.Fake(time.UnixMilli(1_770_000_000_000), 1)
	h := &house{T: t, d: d, advance: advance, trail: audit.New(c), files: fstest.MapFS{}, who: map[string]access.Actor{}}
	h.write("")
	teams := team.New(d, c, h.trail)
	folk := people.New(d, c, h.trail, teams)
	lib, problems := bank.NewLibrary(h.files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	ledger := evidence.New(func(_ context.Context, _ db.Q, l evidence.Line) error {
		if h.follow != nil {
			if err := h.follow(l); err != nil {
				return err
			}
		}
		h.lines = append(h.lines, l)
		return nil
	})
	h.Attempts = New(Parts{DB: d, Clock: c, Trail: h.trail, People: folk, Bank: lib, Ledger: ledger})
	h.settle(teams, folk)
	return h
}

func (h *house) settle(teams *team.Teams, folk *people.People) {
	h.Helper()
	must := func(id string, err error) string {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
		return id
	}
	ours := must(teams.Create(ctx, access.Operator(), team.Details{Name: "ours"}))
	other := must(teams.Create(ctx, access.Operator(), team.Details{Name: "other"}))
	for login, role := range map[string]access.Role{"learner": access.Learner, "manager": access.Manager, "inspector": access.Inspector,
		"hr": access.HR, "stranger": access.Learner} {
		p := people.Person{Login: login, Name: login, Team: ours, Roles: []access.Role{access.Learner, role}}
		if login != "learner" {
			p.Team = other
		}
		p.ID = must(folk.Create(ctx, access.Operator(), p))
		p, err := folk.Get(ctx, access.Operator(), p.ID)
		must("", err)
		h.who[login] = p.Actor()
	}
	must("", teams.Change(ctx, access.Operator(), ours, 1, team.Details{Name: "ours", Managers: []string{h.who["manager"].ID}}))
}

// write puts a set of fourteen questions in place; their stems end in a mark, so that each mark is another version.
func (h *house) write(mark string) {
	var b strings.Builder
	fmt.Fprintf(&b, "module: negotiation\nquiz: {draw: %d, pass: 80, minutes: 20}\nquestions:\n", drawn)
	for i := range 14 {
		fmt.Fprintf(&b, "  - {id: q%d, type: %s, clauses: [\"2.4.%d\"], level: apply, stem: {zh: 题%d%s, en: q%d}, explanation: {zh: 因为, en: so}",
			i, []string{"single", "multiple"}[i%2], i%4+1, i, mark, i)
		b.WriteString(", options: [")
		for j, id := range []string{"a", "b", "c", "d"} {
			right := j == i%4 || i%2 == 1 && j == (i+1)%4
			fmt.Fprintf(&b, "{id: %s, right: %v, text: {zh: 甲%d%d, en: x%d%d}, why: {zh: 由, en: y}},", id, right, i, j, i, j)
		}
		b.WriteString("]}\n")
	}
	h.files[file] = &fstest.MapFile{Data: []byte(b.String()), ModTime: time.Unix(int64(len(mark)), 0)}
}

func (h *house) start(login string) string {
	h.Helper()
	id, err := h.Start(ctx, h.who[login], module, true)
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// answerAll answers the first n questions rightly and the others wrongly.
func (h *house) answerAll(login, id string, n int) {
	h.Helper()
	s, err := h.Sit(ctx, h.who[login], id)
	if err != nil {
		h.Fatal(err)
	}
	for i, q := range s.Questions {
		chosen := q.Key(nil).Right
		if i >= n {
			chosen = slices.DeleteFunc(q.Key(nil).Options, func(o string) bool { return slices.Contains(q.Key(nil).Right, o) })[:1]
		}
		h.answer(login, id, q.ID, chosen...)
	}
}

func (h *house) answer(login, id, question string, chosen ...string) {
	h.Helper()
	if _, err := h.Answer(ctx, h.who[login], id, question, chosen); err != nil {
		h.Fatal(err)
	}
}

func (h *house) submit(login, id string) {
	h.Helper()
	if err := h.Submit(ctx, h.who[login], id); err != nil {
		h.Fatal(err)
	}
}

// refused fails unless the error has the kind.
func (h *house) refused(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Fatalf("%v, want kind %v", err, kind)
	}
}

// closings is how many attempts the trail says were closed.
func (h *house) closings() (n int) {
	h.Helper()
	entries, _, err := h.trail.Newest(ctx, h.d.Read(), access.Operator(), 0, 1000)
	if err != nil {
		h.Fatal(err)
	}
	for _, e := range entries {
		if e.Act == "attempt.closed" {
			n++
		}
	}
	return n
}
