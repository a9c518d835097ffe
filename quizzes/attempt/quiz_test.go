package attempt

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/people"
)

// A single question of four options, of which a is right.
func single(id string) string {
	return fmt.Sprintf(`{id: %s, type: single, clauses: ["2.4.1"], level: apply, stem: {zh: 题%s, en: q %s}, explanation: {zh: 因为, en: so}, options: [
    {id: a, right: true, text: {zh: 甲, en: x}, why: {zh: 由, en: y}}, {id: b, text: {zh: 乙, en: z}, why: {zh: 由, en: y}},
    {id: c, text: {zh: 丙, en: u}, why: {zh: 由, en: y}}, {id: d, text: {zh: 丁, en: v}, why: {zh: 由, en: y}}]}`, id, id, id)
}

// An open question whose two criteria have the levels 0, 10, 21, 45, 50 hundredths.
func open(id string) string {
	levels := ""
	for _, points := range []int{0, 10, 21, 45, 50} {
		levels += fmt.Sprintf("{points: %d, anchor: {zh: 档%d, en: level %d}},", points, points, points)
	}
	return fmt.Sprintf(`{id: %s, type: open, clauses: ["2.4.1"], level: judge, stem: {zh: 写%s, en: write %s}, explanation: {zh: 因为, en: so}, longest: 500,
    rubric: [{id: x, title: {zh: 一, en: one}, levels: [%s]}, {id: y, title: {zh: 二, en: two}, levels: [%s]}]}`, id, id, id, levels, levels)
}

// quiz puts a quiz of these rules and questions in place; each call is another version.
func (h *house) quiz(rules string, questions ...string) {
	h.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "module: negotiation\nquiz: {draw: %d, pass: 80, minutes: 20%s}\nquestions:\n", len(questions), rules)
	for _, q := range questions {
		b.WriteString("  - " + q + "\n")
	}
	b.WriteString("# " + h.clock.ID() + "\n")
	moment := time.Unix(int64(binary.BigEndian.Uint32(h.clock.Bytes(4))), 0) // another for each version, so that it is read
	h.files[file] = &fstest.MapFile{Data: []byte(b.String()), ModTime: moment}
	if _, _, err := h.bank.Refresh(); err != nil || h.bank.Current().Set(module) == nil {
		h.Fatal(err)
	}
	if set := h.bank.Current().Set(module); len(set.Questions) != len(questions) {
		h.Fatalf("%d questions of %d were read", len(set.Questions), len(questions))
	}
}

// add makes somebody who acts.
func (h *house) add(login string, roles ...access.Role) access.Actor {
	h.Helper()
	id, err := h.people.Create(ctx, access.Operator(), people.Person{Login: login, Name: "name of " + login, Roles: append(roles, access.Learner)})
	if err != nil {
		h.Fatal(err)
	}
	p, err := h.people.Get(ctx, access.Operator(), id)
	if err != nil {
		h.Fatal(err)
	}
	h.who[login] = p.Actor()
	return h.who[login]
}

// sits takes the quiz with these answers and hands it in.
func (h *house) sits(login string, answers map[string]string) string {
	h.Helper()
	id := h.start(login)
	for _, q := range slices.Sorted(maps.Keys(answers)) {
		h.answer(login, id, q, answers[q])
	}
	h.submit(login, id)
	return id
}

// stored is the row of an attempt.
func (h *house) stored(id string) row {
	h.Helper()
	r, err := attemptByID(ctx, h.d.Read(), id)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// acts counts the lines of the trail by act.
func (h *house) acts() map[string]int {
	h.Helper()
	out := map[string]int{}
	for _, e := range h.entries() {
		out[e.Act]++
	}
	return out
}

func (h *house) entries() []audit.Entry {
	h.Helper()
	entries, _, err := h.trail.Newest(ctx, h.d.Read(), access.Operator(), 0, 5000)
	if err != nil {
		h.Fatal(err)
	}
	return entries
}

// do fails on an error.
func (h *house) do(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// correction is one of a question of the present set.
func (h *house) correction(question string, kind Kind, response ...string) Correction {
	h.Helper()
	q := h.bank.Current().Set(module).Question(question)
	return Correction{Module: module, Question: question, Print: q.Print, Kind: kind, Response: response, Reason: "题干有歧义"}
}

// berlin is a zone whose clocks change.
func berlin(h *house) *time.Location {
	h.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	h.do(err)
	return zone
}

// until moves the clock to a moment in the house's zone.
func (h *house) until(moment string) {
	h.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", moment, h.zone)
	h.do(err)
	h.advance(at.Sub(time.UnixMilli(h.clock.Now())))
}
