package attempt

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Bounds of an objection, in characters.
const (
	ShortestAppeal = 10
	LongestAppeal  = 1000
)

// States of an objection; one that nobody has decided is Open.
const (
	Upheld   = "upheld"
	Rejected = "rejected"
)

// Appeal is an objection to a question of one's own closed attempt.
type Appeal struct {
	ID       string `db:"id"`
	Attempt  string `db:"attempt_id"`
	Question string `db:"question"`
	Module   string `db:"module"`
	SetHash  string `db:"set_hash"`
	Text     string `db:"text"`
	State    string `db:"state"` // Open, Upheld or Rejected
	Answer   string `db:"answer_text"`
	Filed    int64  `db:"created_at"`
	Decided  int64  `db:"decided_at"` // 0 while open
}

// Disputed is an objection as those who decide it see it. Whose it is they do not see.
type Disputed struct {
	ID       string
	State    string
	Text     string
	Answer   string // the reason of the decision
	Filed    int64
	Module   string
	Version  string // hash of the set
	Question *bank.Question
	Item     bank.Item // as it was shown
	Response []string  // what was answered
	Points   int       // that it earned
	Void     bool      // the question was taken out meanwhile
	Given    []Given   // how everybody answered it, the most frequent first; none of an open question
}

// Given is one response to a question and how many gave it; an empty one is no answer.
type Given struct {
	Response []string
	People   int
	Points   int // the most that somebody earned with it, hundredths
}

// mostGiven is how many different responses are shown at most.
const mostGiven = 12

// DisputedQuestion is a question that has open objections.
type DisputedQuestion struct {
	Module   string
	Question *bank.Question
	Version  string // hash of the latest set that an objection comes from
	Appeals  []Appeal
}

// Appeal keeps an objection to a question of the actor's own closed attempt, where its answers are shown. Each question of
// an attempt can be objected to once.
func (a *Attempts) Appeal(ctx context.Context, actor access.Actor, id, question, text string) error {
	m, err := a.Appealable(ctx, actor, id, question)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < ShortestAppeal || n > LongestAppeal {
		return fault.New(fault.Invalid, "appeals.length", "min", ShortestAppeal, "max", LongestAppeal).At("text")
	}
	return a.db.Write(ctx, func(q db.Q) error {
		if _, err := claimClosed(ctx, q, id); err != nil {
			return err
		}
		done, err := insertAppeal(ctx, q, a.clock.ID(), id, m.Question.ID, actor.ID, text, a.clock.Now())
		if err != nil {
			return err
		}
		if !done {
			return fault.New(fault.Conflict, "appeals.once")
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "appeal.filed", Actor: actor.ID, Subject: actor.ID,
			Facts: map[string]any{"attempt": id, "question": question, "print": m.Question.Print}})
	})
}

// Appealable gives a question of the actor's own closed attempt that can be objected to.
func (a *Attempts) Appealable(ctx context.Context, actor access.Actor, id, question string) (Marked, error) {
	if _, err := a.own(ctx, actor, id); err != nil {
		return Marked{}, err
	}
	look, err := a.Review(ctx, actor, id)
	if err != nil {
		return Marked{}, err
	}
	if !look.Shows.Answers {
		return Marked{}, fault.New(fault.Denied, "error.denied")
	}
	for _, m := range look.Marked {
		if m.Question.ID != question {
			continue
		}
		if m.Appeal != nil {
			return m, fault.New(fault.Conflict, "appeals.once")
		}
		return m, nil
	}
	return Marked{}, fault.New(fault.Missing, "error.missing")
}

// Appeals lists the questions with open objections that the actor may decide: not their own. What waits longest is first.
func (a *Attempts) Appeals(ctx context.Context, actor access.Actor) ([]DisputedQuestion, error) {
	if err := actor.Check(access.CorrectQuestion, access.Other); err != nil {
		return nil, err
	}
	open, err := appealsWhere(ctx, a.db.Read(), "a.state = 'open' AND a.person_id <> $1", actor.ID)
	if err != nil {
		return nil, err
	}
	var out []DisputedQuestion
	for _, one := range open {
		set, err := a.set(ctx, a.db.Read(), one.SetHash)
		if err != nil {
			return nil, err
		}
		asked := set.Question(one.Question)
		if asked == nil {
			continue
		}
		at := slices.IndexFunc(out, func(d DisputedQuestion) bool {
			return d.Module == one.Module && d.Question.ID == asked.ID && d.Question.Print == asked.Print
		})
		if at < 0 {
			at, out = len(out), append(out, DisputedQuestion{Module: one.Module, Question: asked})
		}
		out[at].Version, out[at].Appeals = one.SetHash, append(out[at].Appeals, one)
	}
	return out, nil
}

// Dispute gives one objection to whoever may decide it.
func (a *Attempts) Dispute(ctx context.Context, actor access.Actor, id string) (Disputed, error) {
	one, r, err := a.appeal(ctx, actor, id)
	if err != nil {
		return Disputed{}, err
	}
	s, err := a.sitting(ctx, a.db.Read(), r)
	if err != nil {
		return Disputed{}, err
	}
	at := s.index(one.Question)
	if at < 0 {
		return Disputed{}, fault.New(fault.Missing, "error.missing")
	}
	m := s.marked(at)
	out := Disputed{ID: id, State: one.State, Text: one.Text, Answer: one.Answer, Filed: one.Filed, Module: r.Module, Version: r.SetHash,
		Question: m.Question, Item: m.Item, Response: m.Chosen, Points: m.Points}
	corrections, err := correctionsOf(ctx, a.db.Read(), r.Module)
	if err != nil {
		return out, err
	}
	out.Void = void(corrections, m.Question)
	_, sets, err := a.worded(ctx, r.Module, m.Question.ID, m.Question.Print)
	if err == nil && m.Question.Type != grading.Open {
		out.Given, err = everybody(ctx, a.db.Read(), r.Module, sets, m)
	}
	return out, err
}

// appeal gives an objection and its attempt to whoever may decide it; nobody decides their own.
func (a *Attempts) appeal(ctx context.Context, actor access.Actor, id string) (Appeal, row, error) {
	missing := fault.New(fault.Missing, "error.missing")
	if err := actor.Check(access.CorrectQuestion, access.Other); err != nil {
		return Appeal{}, row{}, err
	}
	found, err := appealsWhere(ctx, a.db.Read(), "a.id = $1", id)
	if err == nil && len(found) == 0 {
		err = missing
	}
	if err != nil {
		return Appeal{}, row{}, err
	}
	r, err := attemptByID(ctx, a.db.Read(), found[0].Attempt)
	if err == nil && r.Person == actor.ID {
		err = missing
	}
	return found[0], r, err
}

// void says whether a question was taken out.
func void(corrections []Correction, asked *bank.Question) bool {
	return slices.ContainsFunc(corrections, func(c Correction) bool {
		return c.Kind == Void && c.Question == asked.ID && c.Print == asked.Print
	})
}

// RejectAppeal turns an objection down, with a reason that the person reads.
func (a *Attempts) RejectAppeal(ctx context.Context, actor access.Actor, id, reason string) error {
	one, r, err := a.appeal(ctx, actor, id)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.New(fault.Invalid, "appeals.reason_needed").At("answer")
	}
	if utf8.RuneCountInString(reason) > longestNote {
		return fault.New(fault.Invalid, "marking.note_long", "max", longestNote).At("answer")
	}
	return a.db.Write(ctx, func(q db.Q) error {
		return a.decide(ctx, q, one, r.Person, decision{Rejected, reason, actor.ID, a.clock.Now()})
	})
}

type decision struct {
	state, reason, by string
	at                int64
}

func (a *Attempts) decide(ctx context.Context, q db.Q, one Appeal, person string, d decision) error {
	if err := decideAppeal(ctx, q, one.ID, d); err != nil {
		return err
	}
	return a.trail.Append(ctx, q, audit.Event{Act: "appeal." + d.state, Actor: d.by, Subject: person,
		Facts: map[string]any{"attempt": one.Attempt, "question": one.Question}})
}

// upholdAppeals answers the open objections that a correction settles: with Void all to the question, with Accept those
// whose response it takes. The corrector's own are answered too: the correction is the same for everybody.
func (a *Attempts) upholdAppeals(ctx context.Context, q db.Q, c Correction) error {
	open, err := appealsWhere(ctx, q, "a.state = 'open' AND t.module = $1", c.Module)
	if err != nil {
		return err
	}
	for _, one := range open {
		if one.Question != c.Question {
			continue
		}
		r, err := attemptByID(ctx, q, one.Attempt)
		if err != nil {
			return err
		}
		s, err := a.sitting(ctx, q, r)
		if err != nil {
			return err
		}
		at := s.index(c.Question)
		if at < 0 || s.Questions[at].Print != c.Print {
			continue
		}
		if m := s.marked(at); c.Kind == Accept && !grading.Same(m.Question.Key(m.Item.Params), c.Response, m.Chosen) {
			continue
		}
		err = a.decide(ctx, q, one, r.Person, decision{Upheld, c.Reason, c.By, c.At})
		if err != nil && fault.KindOf(err) != fault.Conflict { // somebody has decided it at this very moment
			return err
		}
	}
	return nil
}

// everybody counts how a question was answered in closed attempts; responses that are the same answer count together.
func everybody(ctx context.Context, q db.Q, module string, sets []string, m Marked) ([]Given, error) {
	rows, err := responsesTo(ctx, q, module, sets, m.Question.ID)
	if err != nil {
		return nil, err
	}
	var out []Given
	key, by := m.Question.Key(m.Item.Params), map[string]int{} // by form, into out
	for _, r := range rows {
		chosen, err := chosenOf(r.Chosen)
		if err != nil {
			return nil, err
		}
		form := grading.Form(key, chosen)
		at, there := by[form]
		if !there {
			at, out = len(out), append(out, Given{Response: chosen})
			by[form] = at
		}
		out[at].People, out[at].Points = out[at].People+r.People, max(out[at].Points, r.Points)
	}
	slices.SortStableFunc(out, func(x, y Given) int { return cmp.Compare(y.People, x.People) })
	return out[:min(len(out), mostGiven)], nil
}

type responseRow struct {
	Chosen string `db:"chosen"`
	People int    `db:"people"`
	Points int    `db:"points"`
}

func responsesTo(ctx context.Context, q db.Q, module string, sets []string, question string) (rows []responseRow, err error) {
	query, args, err := db.In(`SELECT b.chosen, COUNT(*) AS people, MAX(b.points) AS points FROM answer b JOIN attempt a ON a.id = b.attempt_id
		WHERE a.module = ? AND a.state = 'closed' AND a.set_hash IN (?) AND b.question = ?
		GROUP BY b.chosen ORDER BY COUNT(*) DESC, b.chosen LIMIT 2000`, module, sets, question)
	if err == nil {
		err = q.Select(ctx, &rows, query, args...)
	}
	return rows, err
}

// appealsWhere gives objections, the oldest first; where is one of this package's conditions on a and t, with one parameter.
func appealsWhere(ctx context.Context, q db.Q, where, arg string) (out []Appeal, err error) {
	err = q.Select(ctx, &out, `SELECT a.id, a.attempt_id, a.question, t.module, t.set_hash, a.text, a.state, a.answer_text, a.created_at,
			COALESCE(a.decided_at, 0) AS decided_at
		FROM appeal a JOIN attempt t ON t.id = a.attempt_id WHERE `+where+" ORDER BY a.created_at, a.id", arg)
	return out, err
}

func insertAppeal(ctx context.Context, q db.Q, id, attempt, question, person, text string, now int64) (done bool, err error) {
	n, err := q.Exec(ctx, `INSERT INTO appeal (id, attempt_id, question, person_id, text, state, created_at)
		VALUES ($1, $2, $3, $4, $5, 'open', $6) ON CONFLICT (attempt_id, question) DO NOTHING`, id, attempt, question, person, text, now)
	return n == 1, err
}

func decideAppeal(ctx context.Context, q db.Q, id string, d decision) error {
	n, err := q.Exec(ctx, "UPDATE appeal SET state = $2, answer_text = $3, decided_by = $4, decided_at = $5 WHERE id = $1 AND state = 'open'",
		id, d.state, d.reason, d.by, d.at)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "appeals.decided")
	}
	return err
}
