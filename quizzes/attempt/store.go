package attempt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

type row struct {
	ID      string `db:"id"`
	Person  string `db:"person_id"`
	Module  string `db:"module"`
	SetHash string `db:"set_hash"`
	Seed    string `db:"seed"`
	Paper   string `db:"paper"`
	State   string `db:"state"`
	Started int64  `db:"started_at"`
	Due     int64  `db:"due_at"`
	Closed  *int64 `db:"closed_at"`
	Score   *int   `db:"score"`
	Pass    int    `db:"pass"`
	Passed  *bool  `db:"passed"`
	Given   string `db:"given"` // every answer as question|points|saved|chosen, a line each; only where it was asked for
}

const columns = "id, person_id, module, set_hash, seed, paper, state, started_at, due_at, closed_at, score, pass, passed"

// outline is the attempt without its paper.
func (r row) outline() Attempt {
	a := Attempt{ID: r.ID, Person: r.Person, Module: r.Module, SetHash: r.SetHash, State: r.State,
		Started: r.Started, Due: r.Due, Pass: r.Pass}
	if r.Closed != nil {
		a.Closed = *r.Closed
	}
	if r.Score != nil && r.Passed != nil {
		a.Score, a.Passed = *r.Score, *r.Passed
	}
	return a
}

func (r row) attempt() (Attempt, error) {
	a := r.outline()
	if err := json.Unmarshal([]byte(r.Paper), &a.Paper); err != nil {
		return a, fmt.Errorf("attempt %s: paper: %w", r.ID, err)
	}
	return a, nil
}

// keepSet keeps the source of a question set under its hash, once.
func keepSet(ctx context.Context, q db.Q, s *bank.Set, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO question_set (hash, module, file, source, first_seen) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO NOTHING`, s.Hash, s.Key(), s.File, string(s.Source), now)
	return err
}

func setSource(ctx context.Context, q db.Q, hash string) (file string, source []byte, err error) {
	var r struct{ File, Source string }
	err = q.Get(ctx, &r, "SELECT file, source FROM question_set WHERE hash = $1", hash)
	return r.File, []byte(r.Source), err
}

// insertOrFind opens the attempt, or finds the one that is open; overdue says that its time is up.
func insertOrFind(ctx context.Context, q db.Q, r row, now int64) (id string, overdue bool, err error) {
	n, err := q.Exec(ctx, `INSERT INTO attempt (id, person_id, module, set_hash, seed, paper, state, started_at, due_at, pass)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9) ON CONFLICT (person_id, module) WHERE state = 'open' DO NOTHING`,
		r.ID, r.Person, r.Module, r.SetHash, r.Seed, r.Paper, r.Started, r.Due, r.Pass)
	if err != nil || n == 1 {
		return r.ID, false, err
	}
	var found struct {
		ID  string `db:"id"`
		Due int64  `db:"due_at"`
	}
	err = q.Get(ctx, &found, "SELECT id, due_at FROM attempt WHERE person_id = $1 AND module = $2 AND state = 'open'", r.Person, r.Module)
	if db.None(err) { // closed at this very moment by another request
		err = fault.New(fault.Conflict, "error.changed_meanwhile")
	}
	return found.ID, found.Due < now, err
}

func openOf(ctx context.Context, q db.Q, person, module string, now int64) (id string, err error) {
	err = q.Get(ctx, &id, "SELECT id FROM attempt WHERE person_id = $1 AND module = $2 AND state = 'open' AND due_at > $3", person, module, now)
	if db.None(err) {
		return "", nil
	}
	return id, err
}

// attemptByID reads the attempt with its answers in one statement: every page of a sitting asks for both.
func attemptByID(ctx context.Context, q db.Q, id string) (r row, err error) {
	err = q.Get(ctx, &r, "SELECT "+columns+`, COALESCE((SELECT string_agg(question || '|' || points || '|' || saved_at || '|' || chosen, '
')
		FROM answer WHERE attempt_id = attempt.id), '') AS given FROM attempt WHERE id = $1`, id)
	if db.None(err) {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, err
}

// claimOpen claims an attempt for an answer: this person's, open, and in time.
func claimOpen(ctx context.Context, q db.Q, id, person string, now int64) (r row, err error) {
	err = q.Get(ctx, &r, `UPDATE attempt SET saves = saves + 1
		WHERE id = $1 AND person_id = $2 AND state = 'open' AND due_at >= $3 RETURNING `+columns, id, person, now)
	if !db.None(err) {
		return r, err
	}
	var n int
	if err := q.Get(ctx, &n, "SELECT count(*) FROM attempt WHERE id = $1 AND person_id = $2", id, person); err != nil {
		return r, err
	}
	if n == 0 {
		return r, fault.New(fault.Missing, "error.missing")
	}
	return r, fault.New(fault.Conflict, "quiz.closed")
}

// claimClose closes an open attempt; one whose time was up closed when it was due.
func claimClose(ctx context.Context, q db.Q, id, person string, now int64) (r row, err error) {
	err = q.Get(ctx, &r, `UPDATE attempt SET state = 'closed', closed_at = CASE WHEN due_at < $3 THEN due_at ELSE $3 END
		WHERE id = $1 AND person_id = $2 AND state = 'open' RETURNING `+columns, id, person, now)
	if db.None(err) {
		return r, fault.New(fault.Conflict, "quiz.closed")
	}
	return r, err
}

func setResult(ctx context.Context, q db.Q, id string, score int, passed bool) error {
	_, err := q.Exec(ctx, "UPDATE attempt SET score = $2, passed = $3 WHERE id = $1", id, score, passed)
	return err
}

func saveAnswer(ctx context.Context, q db.Q, id, question string, chosen []string, points int, now int64) error {
	if chosen == nil {
		chosen = []string{}
	}
	text, err := json.Marshal(chosen)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `INSERT INTO answer (attempt_id, question, chosen, points, saved_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (attempt_id, question) DO UPDATE SET chosen = excluded.chosen, points = excluded.points, saved_at = excluded.saved_at`,
		id, question, string(text), points, now)
	return err
}

// answers gives what was answered, by question.
func (r row) answers() (map[string]Answer, error) {
	out := map[string]Answer{}
	for line := range strings.Lines(r.Given) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), "|", 4)
		if len(parts) < 4 {
			return nil, fmt.Errorf("attempt %s: answer %q", r.ID, line)
		}
		points, err1 := strconv.Atoi(parts[1])
		saved, err2 := strconv.ParseInt(parts[2], 10, 64)
		a := Answer{Saved: saved, points: points}
		if err := errors.Join(err1, err2, json.Unmarshal([]byte(parts[3]), &a.Chosen)); err != nil {
			return nil, fmt.Errorf("attempt %s: answer to %s: %w", r.ID, parts[0], err)
		}
		if len(a.Chosen) > 0 { // an answer taken back is no answer
			out[parts[0]] = a
		}
	}
	return out, nil
}

// pointsOf gives the points of every question of the paper; one without an answer has none.
func pointsOf(ctx context.Context, q db.Q, id string, questions int) ([]int, error) {
	var given []int
	if err := q.Select(ctx, &given, "SELECT points FROM answer WHERE attempt_id = $1", id); err != nil {
		return nil, err
	}
	return append(given, make([]int, max(0, questions-len(given)))...), nil
}

// attemptsOf gives the latest attempts without their papers, which are the most of a row.
func attemptsOf(ctx context.Context, q db.Q, person, module string) ([]Attempt, error) {
	var rows []row
	if err := q.Select(ctx, &rows, `SELECT id, person_id, module, set_hash, state, started_at, due_at, closed_at, score, pass, passed
		FROM attempt WHERE person_id = $1 AND ($2 = '' OR module = $2) ORDER BY started_at DESC, id DESC LIMIT $3`,
		person, module, latest); err != nil {
		return nil, err
	}
	out := make([]Attempt, len(rows))
	for i, r := range rows {
		out[i] = r.outline()
	}
	return out, nil
}
