package training

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// today is the day on which the tests begin, in the company's zone.
const today = "2026-02-02"

// programmeFiles are an onboarding that the others follow: lessons, a quiz, and three sign-offs by three kinds of signer.
var programmeFiles = map[string]string{
	"onboarding": `id: onboarding
kind: new-hire
order: 1
title: {zh: 新人, en: Onboarding}
summary: {zh: 新人。, en: Onboarding.}
clauses: ["2.1"]
steps:
  - {id: read, title: {zh: 读, en: Read}, day: 7, lesson: one/m/l}
  - {id: quiz, title: {zh: 考, en: Quiz}, day: 14, after: [read], quiz: one/m, score: 80}
  - id: ride
    title: {zh: 陪访, en: Ride along}
    day: 30
    signoff: buddy
    points: [{zh: 问好, en: Greeted}, {zh: 记录, en: Took notes}]
  - {id: talk, title: {zh: 谈话, en: Talk}, day: 31, signoff: manager}
  - {id: papers, title: {zh: 手续, en: Papers}, signoff: hr}
certificate:
  title: {zh: 上岗, en: Onboarded}
`,
	"track": `id: track
kind: specialty
order: 2
title: {zh: 谈判, en: Negotiation}
summary: {zh: 谈判。, en: Negotiation.}
requires: [onboarding]
steps:
  - id: choose
    title: {zh: 二选一, en: Either}
    any:
      - {quiz: one/m}
      - {lesson: two/m/l}
`,
}

func readBook(t testing.TB, files map[string]string) *programme.Book {
	t.Helper()
	fsys := fstest.MapFS{}
	for id, text := range files {
		fsys["programmes/"+id+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	known := func(string) ([]string, bool) { return []string{"2.1"}, true }
	book, problems := programme.Read(fsys, programme.Content{Lessons: func(key string) []string { return []string{key} },
		Clauses: func(string) []string { return nil }, Quiz: known, Scene: known, Clause: func(string) bool { return true }})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return book
}

// must fails where there was an error.
func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refuses fails unless the error is of this kind.
func (h *house) refuses(err error, want fault.Kind, what string) {
	h.Helper()
	if fault.KindOf(err) != want || err == nil {
		h.Errorf("%s: %v", what, err)
	}
}

// form is the number of a form that was not sent yet.
func (h *house) form() string { h.sent++; return fmt.Sprint("form", h.sent) }

// hire makes a person with a hiring date.
func (h *house) hire(login, team, day string, roles ...access.Role) people.Person {
	h.Helper()
	p := people.Person{Login: login, Name: login, Team: team, HiredOn: day, Roles: append(roles, access.Learner)}
	id, err := h.people.Create(ctx, operator, p)
	h.must(err)
	p, err = h.people.Get(ctx, operator, id)
	h.must(err)
	return p
}

// activate makes an account that is only invited one that is used.
func (h *house) activate(ids ...string) {
	h.Helper()
	for _, id := range ids {
		_, err := h.d.Read().Exec(ctx, "UPDATE person SET state = 'active' WHERE id = $1", id)
		h.must(err)
	}
}

// plan gives a person's plan as the operator sees it.
func (h *house) plan(person, id string) Plan {
	h.Helper()
	p, err := h.Plan(ctx, operator, person, id)
	h.must(err)
	return p
}

// states writes a plan's steps with their states.
func (p Plan) states() string {
	var out []string
	for _, i := range p.Verdict.Items {
		out = append(out, i.Step.ID+" "+string(i.State))
	}
	return strings.Join(out, ", ")
}

// passes adds a passed quiz to somebody's ledger.
func (h *house) passes(person, quiz, attempt string, score int) {
	h.Helper()
	h.must(h.d.Write(ctx, func(q db.Q) error {
		return h.ledger.Add(ctx, q, evidence.Line{Person: person, Kind: evidence.Quiz, Subject: quiz, Score: score, Passed: true, Source: attempt, At: h.clock.Now()})
	}))
}

// count reads one number.
func (h *house) count(query string, args ...any) (n int) {
	h.Helper()
	h.must(h.d.Read().Get(ctx, &n, query, args...))
	return n
}

// trailed counts the entries of an act.
func (h *house) trailed(act string) (n int) {
	h.Helper()
	entries, _, err := h.Training.trail.Newest(ctx, h.d.Read(), operator, 0, 10000)
	h.must(err)
	for _, e := range entries {
		if e.Act == act {
			n++
		}
	}
	return n
}

func replaceOne(s, old, new string) string {
	if !strings.Contains(s, old) {
		panic("nothing to replace: " + old)
	}
	return strings.Replace(s, old, new, 1)
}

func join(s []string) string { return strings.Join(s, ", ") }
