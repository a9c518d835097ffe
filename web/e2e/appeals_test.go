package e2e_test

import (
	"context"
	"strings"
	"testing"

	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/people"
	"tongguan/server/edge/site"
)

// essays is a quiz with an open question of two criteria.
const essays = `module: negotiation
quiz: {draw: 1, pass: 80, minutes: 20}
questions:
  - id: letter
    type: open
    clauses: ["2.4.2"]
    level: judge
    stem:
      zh: 客户来信说：“价格再降8%，这周就签。”请写一封回信，守住价格底线，同时给出可以交换的条件。
      en: "A customer writes: “8% off and we sign this week.” Answer the letter: hold the limit, and offer something in exchange."
    longest: 1500
    rubric:
      - id: limit
        title: {zh: 守住底线, en: The limit holds}
        levels:
          - {points: 0, anchor: {zh: 直接答应降价, en: The discount is granted}}
          - {points: 25, anchor: {zh: 没有答应，也没有说明理由, en: "It is refused, without a reason"}}
          - {points: 50, anchor: {zh: 说明价值和理由，没有松口, en: "It is refused, with the value and the reason"}}
      - id: exchange
        title: {zh: 有条件交换, en: An exchange is offered}
        levels:
          - {points: 0, anchor: {zh: 没有提出交换, en: Nothing is offered}}
          - {points: 20, anchor: {zh: 提出让步，没有要求对方付出, en: A concession without anything in return}}
          - {points: 50, anchor: {zh: 每项让步都要对方拿出相应条件, en: Every concession has its price}}
    explanation: {zh: 先说价值，再谈交换。, en: "Value first, then the exchange."}
`

const letter = `["尊敬的王总：\n\n谢谢您的来信。我们报的价格已经包含两年的上门维护和备件，按您现有的停机时间算，每年能省下大约46万元。\n\n如果贵公司能把预付款提高到50%，并在本周内签订三年的服务协议，我们可以把首批备件计入合同总价。\n\n盼复。"]`

// writeEssays makes closed attempts whose open answers wait: one for its first mark, one for the third.
func writeEssays(t *testing.T, a *academy, names ...string) (ids []string) {
	t.Helper()
	ctx, hash := context.Background(), strings.Repeat("e", 64)
	for i, name := range names {
		newcomer(t, a, name)
		ids = append(ids, "06essay"+name)
		if err := a.app.DB.Write(ctx, func(q db.Q) error {
			if _, err := q.Exec(ctx, `INSERT INTO question_set (hash, module, file, source, first_seen) VALUES ($1, 'process/negotiation',
				'courses/process/04-negotiation.questions.yaml', $2, 1) ON CONFLICT DO NOTHING`, hash, essays); err != nil {
				return err
			}
			closed := a.app.Clock.Now() - int64(3-i)*86_400_000
			if _, err := q.Exec(ctx, `INSERT INTO attempt (id, person_id, module, set_hash, seed, paper, state, started_at, due_at, closed_at, pass, pending)
				SELECT $1, id, 'process/negotiation', $3, '', '[{"q":"letter"}]', 'closed', $4, $4, $4, 8000, 1 FROM person WHERE login = $2`, ids[i], name, hash, closed); err != nil {
				return err
			}
			_, err := q.Exec(ctx, `INSERT INTO answer (attempt_id, question, chosen, points, saved_at, seq) VALUES ($1, 'letter', $2, 0, 1, 1)`, ids[i], letter)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// author makes somebody who may mark.
func author(t *testing.T, a *academy, login string) access.Actor {
	t.Helper()
	p := people.Person{Name: login, Login: login, Roles: []access.Role{access.Learner, access.Author}, Lang: "zh"}
	id, err := a.app.People.Create(context.Background(), access.Operator(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.ID = id
	return p.Actor()
}

// The pages on which authors mark open answers and decide objections, and the word that follows.
func TestMarkingAndObjectionsLookRight(t *testing.T) {
	a, ctx := open(t), context.Background()
	ids := writeEssays(t, a, "writer-one", "writer-two")
	for i, levels := range []map[string]int{{"limit": 2, "exchange": 2}, {"limit": 1, "exchange": 0}} {
		if err := a.app.Attempts.GiveMark(ctx, author(t, a, []string{"marker-one", "marker-two"}[i]), ids[1], "letter", levels, []string{"条件写得具体。", ""}[i]); err != nil {
			t.Fatal(err)
		}
	}
	b := a.tab(t)
	b.signIn("author", a.company.Password)
	sheet := func(id string) string { return "/desk/marking/" + site.Veil(a.app.Secret, id) + "/letter" }
	everyWay(t, b, "marking", "/desk/marking")
	everyWay(t, b, "marking-one", sheet(ids[0]))
	everyWay(t, b, "marking-third", sheet(ids[1]))
	b.visit(sheet(ids[0]))
	b.submit(".marking-form button")
	inspect(t, b, "marking-wrong")

	objection, id, question := object(t, a)
	everyWay(t, b, "appeals", "/desk/appeals")
	everyWay(t, b, "appeal", "/desk/appeals/"+objection)
	b.visit("/desk/appeals/" + objection)
	b.submit(".deciding form button")
	inspect(t, b, "appeal-wrong")
	b.visit("/desk/appeals/" + objection)
	b.fill("#reason", "题干没有说明客户是不是已经看过样机，两种做法都说得通。")
	b.submit(".deciding form button")
	inspect(t, b, "effect")
	b.size(390, 900)
	inspect(t, b, "effect-390")
	b.submit("main form button")
	everyWay(t, b, "desk-head", "/desk")

	learner := a.tab(t)
	learner.signIn("objector", a.company.Password)
	everyWay(t, learner, "news", "/learn")
	everyWay(t, learner, "object", "/attempts/"+id+"/appeals/"+question)
	hr := a.tab(t)
	hr.signIn("hr", a.company.Password)
	everyWay(t, hr, "extra-time", "/team/"+somebody(a))
}

// object sits a quiz as somebody new and objects to a question that was answered wrongly; it gives the objection, the
// attempt, and another question of it.
func object(t *testing.T, a *academy) (objection, id, another string) {
	t.Helper()
	ctx := context.Background()
	person, err := a.app.People.Get(ctx, access.Operator(), newcomer(t, a, "objector"))
	if err != nil {
		t.Fatal(err)
	}
	who := person.Actor()
	id, err = a.app.Attempts.Start(ctx, who, "process/negotiation", true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.app.Attempts.Sit(ctx, who, id)
	if err != nil {
		t.Fatal(err)
	}
	var singles []string // those of one choice, answered wrongly
	for _, q := range s.Questions {
		for _, o := range q.Options {
			if q.Type == grading.Single && !o.Right && o.Credit == 0 {
				if _, err := a.app.Attempts.Answer(ctx, who, id, q.ID, []string{o.ID}); err != nil {
					t.Fatal(err)
				}
				singles = append(singles, q.ID)
				break
			}
		}
	}
	if len(singles) < 2 {
		t.Fatal("too few questions of one choice")
	}
	if err := a.app.Attempts.Submit(ctx, who, id); err != nil {
		t.Fatal(err)
	}
	if err := a.app.Attempts.Appeal(ctx, who, id, singles[0], "题干没有说明客户是不是已经看过样机，我选的做法在制度第2.4.2条里也有写。"); err != nil {
		t.Fatal(err)
	}
	appeals, err := a.app.Attempts.Appeals(ctx, author(t, a, "decider"))
	if err != nil {
		t.Fatal(err)
	}
	for _, disputed := range appeals { // the demo has one of its own
		for _, one := range disputed.Appeals {
			if one.Attempt == id {
				return one.ID, id, singles[1]
			}
		}
	}
	t.Fatalf("%v", appeals)
	return "", "", ""
}
