package attempt

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Open answers are marked by two people who know neither whose they are nor what the other thinks. Where their marks are at
// most agreement apart the answer earns the mean, rounded half up; where they are further apart a third person sees both
// marks, without names, and decides.
const agreement = 10 // hundredths of the question's points

// waitingPage is how many answers are looked through at once for those that wait for a mark.
const waitingPage = 2000

// mostWaiting is how many of them are listed.
const mostWaiting = 100

// longestNote bounds what a marker may write, in characters.
const longestNote = 1000

// ToMark is an open answer that waits for a mark.
type ToMark struct {
	Attempt  string
	Question *bank.Question
	Module   string
	Closed   int64
	Turn     int // which mark it would be: 1, 2, or 3 where two people disagree
}

// Mark is what one person thinks of an open answer.
type Mark struct {
	Turn   int
	Levels map[string]int // criterion to level, from 0
	Points int            // hundredths
	Note   string
	At     int64
}

// MarkSheet is one open answer as its marker sees it.
type MarkSheet struct {
	ToMark
	Text   string
	Others []Mark // only for the third
}

// Waiting lists the open answers that the actor may mark, the oldest first, at most a hundred: not their own, and none that
// they have marked.
func (a *Attempts) Waiting(ctx context.Context, actor access.Actor) ([]ToMark, error) {
	if err := actor.Check(access.MarkAnswer, access.Other); err != nil {
		return nil, err
	}
	out, corrections := []ToMark{}, map[string][]Correction{}
	for after := (waitingRow{}); ; {
		rows, err := waitingAnswers(ctx, a.db.Read(), actor.ID, after)
		if err != nil {
			return nil, err
		}
		if out, err = a.toMark(ctx, rows, out, corrections); err != nil || len(rows) < waitingPage || len(out) == mostWaiting {
			return out, err
		}
		after = rows[len(rows)-1]
	}
}

// toMark adds those of a page of answers that wait for a mark, up to the most that are listed.
func (a *Attempts) toMark(ctx context.Context, rows []waitingRow, out []ToMark, corrections map[string][]Correction) ([]ToMark, error) {
	for _, r := range rows {
		set, err := a.set(ctx, a.db.Read(), r.SetHash)
		if err != nil {
			return nil, err
		}
		if _, known := corrections[r.Module]; !known {
			if corrections[r.Module], err = correctionsOf(ctx, a.db.Read(), r.Module); err != nil {
				return nil, err
			}
		}
		asked := set.Question(r.Question)
		if asked == nil || asked.Type != grading.Open || len(out) == mostWaiting || void(corrections[r.Module], asked) {
			continue
		}
		turn := r.Marks + 1
		if r.Marks == 2 && r.Apart <= agreement || turn > 3 {
			continue // it is being settled
		}
		out = append(out, ToMark{Attempt: r.Attempt, Question: asked, Module: r.Module, Closed: r.Closed, Turn: turn})
	}
	return out, nil
}

// Marking gives one open answer to whoever may mark it.
func (a *Attempts) Marking(ctx context.Context, actor access.Actor, id, question string) (MarkSheet, error) {
	r, err := attemptByID(ctx, a.db.Read(), id)
	if err != nil {
		return MarkSheet{}, err
	}
	return a.markSheet(ctx, a.db.Read(), actor, r, question)
}

func (a *Attempts) markSheet(ctx context.Context, q db.Q, actor access.Actor, r row, question string) (MarkSheet, error) {
	missing := fault.New(fault.Missing, "error.missing")
	if r.Person == actor.ID || r.State != Closed || r.Pending == 0 || a.people.Check(ctx, actor, access.MarkAnswer, r.Person) != nil {
		return MarkSheet{}, missing
	}
	s, err := a.sitting(ctx, q, r)
	if err != nil {
		return MarkSheet{}, err
	}
	given, at := s.Answers[question], s.index(question)
	if at < 0 || s.Questions[at].Type != grading.Open || len(given.Chosen) == 0 {
		return MarkSheet{}, missing
	}
	marks, mine, err := marksOf(ctx, q, r.ID, question, actor.ID)
	if err != nil {
		return MarkSheet{}, err
	}
	corrections, err := correctionsOf(ctx, q, r.Module)
	if err != nil {
		return MarkSheet{}, err
	}
	if mine || settled(marks) || void(corrections, s.Questions[at]) {
		return MarkSheet{}, fault.New(fault.Conflict, "marking.done")
	}
	out := MarkSheet{ToMark: ToMark{Attempt: r.ID, Question: s.Questions[at], Module: r.Module, Closed: *r.Closed, Turn: len(marks) + 1}, Text: given.Chosen[0]}
	if len(marks) == 2 {
		out.Others = marks
	}
	return out, nil
}

// settled says whether nobody has to mark any more.
func settled(marks []Mark) bool {
	return len(marks) > 2 || len(marks) == 2 && apart(marks) <= agreement
}

func apart(marks []Mark) int {
	d := marks[0].Points - marks[1].Points
	return max(d, -d)
}

// GiveMark keeps a mark. The mark that settles the last open answer of an attempt gives it its score and its evidence.
func (a *Attempts) GiveMark(ctx context.Context, actor access.Actor, id, question string, levels map[string]int, note string) error {
	if utf8.RuneCountInString(note) > longestNote {
		return fault.New(fault.Invalid, "marking.note_long", "max", longestNote).At("note")
	}
	now := a.clock.Now()
	return a.db.Write(ctx, func(q db.Q) error {
		if _, err := claimClosed(ctx, q, id); err != nil {
			return err
		}
		r, err := attemptByID(ctx, q, id)
		if err != nil {
			return err
		}
		s, err := a.markSheet(ctx, q, actor, r, question)
		if err != nil {
			return err
		}
		points, err := pointsFor(s.Question, levels)
		if err != nil {
			return err
		}
		m := Mark{Turn: s.Turn, Levels: levels, Points: points, Note: note, At: now}
		if err := insertMark(ctx, q, id, question, actor.ID, m); err != nil {
			return err
		}
		if err := a.trail.Append(ctx, q, audit.Event{Act: "answer.marked", Actor: actor.ID, Subject: r.Person,
			Facts: map[string]any{"attempt": id, "question": question, "turn": m.Turn}, Private: map[string]any{"points": points}}); err != nil {
			return err
		}
		return a.afterMark(ctx, q, r, question)
	})
}

// pointsFor sums the levels; every criterion needs one.
func pointsFor(asked *bank.Question, levels map[string]int) (int, error) {
	sum := 0
	for _, c := range asked.Rubric {
		level, ok := levels[c.ID]
		if !ok || level < 0 || level >= len(c.Levels) {
			return 0, fault.New(fault.Invalid, "marking.level_needed").At("level." + c.ID)
		}
		sum += c.Levels[level].Points
	}
	if len(levels) != len(asked.Rubric) {
		return 0, fault.New(fault.Invalid, "error.form_stale")
	}
	return sum, nil
}

// afterMark settles the answer where the marks do, and the attempt with its last one.
func (a *Attempts) afterMark(ctx context.Context, q db.Q, r row, question string) error {
	marks, _, err := marksOf(ctx, q, r.ID, question, "")
	if err != nil || !settled(marks) {
		return err
	}
	points := (marks[0].Points + marks[1].Points + 1) / 2
	if len(marks) > 2 {
		points = marks[2].Points
	}
	if err := setPoints(ctx, q, r.ID, question, points); err != nil {
		return err
	}
	answers, err := givenTo(ctx, q, r.ID)
	if err != nil {
		return err
	}
	s, err := a.sheet(ctx, q, r, answers)
	if err != nil {
		return err
	}
	return a.marksLeft(ctx, q, r, s)
}

type waitingRow struct {
	Attempt  string `db:"attempt_id"`
	Question string `db:"question"`
	Module   string `db:"module"`
	SetHash  string `db:"set_hash"`
	Closed   int64  `db:"closed_at"`
	Marks    int    `db:"marks"`
	Apart    int    `db:"apart"`
}

// waitingAnswers gives a page of what was answered in attempts that wait for marks and was not marked by this person, after a row.
func waitingAnswers(ctx context.Context, q db.Q, marker string, after waitingRow) (rows []waitingRow, err error) {
	err = q.Select(ctx, &rows, `SELECT b.attempt_id, b.question, a.module, a.set_hash, a.closed_at, COUNT(m.marker_id) AS marks,
			COALESCE(MAX(m.points) - MIN(m.points), 0) AS apart
		FROM attempt a JOIN answer b ON b.attempt_id = a.id AND b.saved_at > 0
		LEFT JOIN open_mark m ON m.attempt_id = b.attempt_id AND m.question = b.question
		WHERE a.state = 'closed' AND a.pending > 0 AND a.person_id <> $1 AND (a.closed_at, b.attempt_id, b.question) > ($2, $3, $4)
			AND NOT EXISTS (SELECT 1 FROM open_mark o WHERE o.attempt_id = b.attempt_id AND o.question = b.question AND o.marker_id = $1)
		GROUP BY b.attempt_id, b.question, a.module, a.set_hash, a.closed_at ORDER BY a.closed_at, b.attempt_id, b.question LIMIT $5`,
		marker, after.Closed, after.Attempt, after.Question, waitingPage)
	return rows, err
}

// marksOf gives the marks of an answer in turn, and whether one is the person's.
func marksOf(ctx context.Context, q db.Q, id, question, person string) (marks []Mark, mine bool, err error) {
	var rows []struct {
		Marker string `db:"marker_id"`
		Turn   int    `db:"turn"`
		Levels string `db:"levels"`
		Points int    `db:"points"`
		Note   string `db:"note"`
		At     int64  `db:"marked_at"`
	}
	if err := q.Select(ctx, &rows, `SELECT marker_id, turn, levels, points, note, marked_at FROM open_mark
		WHERE attempt_id = $1 AND question = $2 ORDER BY turn`, id, question); err != nil {
		return nil, false, err
	}
	for _, r := range rows {
		m := Mark{Turn: r.Turn, Points: r.Points, Note: r.Note, At: r.At}
		if err := json.Unmarshal([]byte(r.Levels), &m.Levels); err != nil {
			return nil, false, err
		}
		marks, mine = append(marks, m), mine || r.Marker == person
	}
	return marks, mine, nil
}

func insertMark(ctx context.Context, q db.Q, id, question, marker string, m Mark) error {
	levels, err := json.Marshal(m.Levels)
	if err != nil {
		return err
	}
	n, err := q.Exec(ctx, `INSERT INTO open_mark (attempt_id, question, marker_id, turn, levels, points, note, marked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`, id, question, marker, m.Turn, string(levels), m.Points, m.Note, m.At)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "marking.done")
	}
	return err
}
