package tally

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/itemstats"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// This file reads the tables of attempt, and nothing else does: attempts, answers and the sets that they were sat with.

// unfoldedSets gives the sets with closed attempts that are not folded.
func unfoldedSets(ctx context.Context, q db.Q) (hashes []string, err error) {
	err = q.Select(ctx, &hashes, "SELECT DISTINCT set_hash FROM attempt WHERE state = 'closed' AND pending = 0 AND NOT folded ORDER BY set_hash")
	return hashes, err
}

// unfolded counts a set's closed attempts that are not folded.
func unfolded(ctx context.Context, q db.Q, hash string) (n int64, err error) {
	err = q.Get(ctx, &n, "SELECT count(*) FROM attempt WHERE set_hash = $1 AND state = 'closed' AND pending = 0 AND NOT folded", hash)
	return n, err
}

func versionsOf(ctx context.Context, q db.Q, module string) (out []Version, err error) {
	err = q.Select(ctx, &out, `SELECT s.hash, s.first_seen, COALESCE(i.attempts, 0) +
			(SELECT count(*) FROM attempt a WHERE a.set_hash = s.hash AND a.state = 'closed' AND a.pending = 0 AND NOT a.folded) AS attempts
		FROM question_set s LEFT JOIN item_sums i ON i.set_hash = s.hash
		WHERE s.module = $1 ORDER BY s.first_seen DESC, s.hash`, module)
	return out, err
}

func sourceOf(ctx context.Context, q db.Q, hash string) (file, source string, err error) {
	var r struct{ File, Source string }
	err = q.Get(ctx, &r, "SELECT file, source FROM question_set WHERE hash = $1", hash)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return r.File, r.Source, err
}

type attemptRow struct {
	ID    string `db:"id"`
	Paper string `db:"paper"`
	Given string `db:"given"` // every answer as question|points|chosen, a line each
}

// attemptsOf reads attempts with their answers as marks. What was not answered, or was begun and never given, has no points.
func attemptsOf(ctx context.Context, q db.Q, set *bank.Set, ids []string) (out [][]itemstats.Mark, err error) {
	for some := range slices.Chunk(ids, chunk) {
		query, args, err := db.In(`SELECT id, paper, COALESCE((SELECT string_agg(question || '|' || points || '|' || chosen, '
')
			FROM answer WHERE attempt_id = attempt.id AND saved_at > 0), '') AS given FROM attempt WHERE id IN (?)`, padded(some))
		if err != nil {
			return nil, err
		}
		var found []attemptRow
		if err := q.Select(ctx, &found, query, args...); err != nil {
			return nil, err
		}
		for _, r := range found {
			marks, err := r.marks(set)
			if err != nil {
				return nil, fmt.Errorf("attempt %s: %w", r.ID, err)
			}
			out = append(out, marks)
		}
	}
	return out, nil
}

func (r attemptRow) marks(set *bank.Set) ([]itemstats.Mark, error) {
	var paper []struct {
		Question string `json:"q"`
	}
	if err := json.Unmarshal([]byte(r.Paper), &paper); err != nil {
		return nil, err
	}
	out, at := make([]itemstats.Mark, len(paper)), map[string]int{}
	for i, item := range paper {
		out[i], at[item.Question] = itemstats.Mark{Item: item.Question, Options: counted(set.Question(item.Question))}, i
	}
	for line := range strings.Lines(r.Given) {
		question, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "|")
		points, given, ok := strings.Cut(rest, "|")
		i, asked := at[question]
		if !ok {
			return nil, fmt.Errorf("answer %q", line)
		}
		if !asked {
			continue
		}
		var err error
		if out[i].Points, err = strconv.ParseInt(points, 10, 64); err != nil {
			return nil, fmt.Errorf("answer to %s: %w", question, err)
		}
		if !out[i].Options {
			continue
		}
		var chosen []string
		if err := json.Unmarshal([]byte(given), &chosen); err != nil {
			return nil, fmt.Errorf("answer to %s: %w", question, err)
		}
		out[i].Chosen = categoriesOf(set.Question(question), chosen)
	}
	return out, nil
}
