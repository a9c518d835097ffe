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
	"tongguan/server/base/door"
)

// The statements about answers. A save claims its row by its own condition and stores by the same write.

// openRows makes the rows of a paper, empty and open for saves until the given moment.
func openRows(ctx context.Context, q db.Q, attempt string, paper []bank.Item, until int64) error {
	questions := make([]string, len(paper))
	for i, item := range paper {
		questions[i] = item.Question
	}
	_, err := q.Exec(ctx, `INSERT INTO answer (attempt_id, question, chosen, points, saved_at, open_until)
		SELECT $1, r.question, '[]', 0, 0, $2 FROM {rows}`, attempt, until, new(db.Rows).Text("question", questions))
	return err
}

// storeGroup stores saves of different rows and gives the number of each that found its row open, with a
// lower number, and its proof standing.
func storeGroup(ctx context.Context, d *db.DB, group []*save) (map[place]int64, error) {
	n := len(group)
	texts, numbers := make([]string, 5*n), make([]int64, 4*n)
	attempts, questions, chosen, proofs, persons := texts[:n], texts[n:2*n], texts[2*n:3*n], texts[3*n:4*n], texts[4*n:]
	points, certainty, seqs, at := numbers[:n], numbers[n:2*n], numbers[2*n:3*n], numbers[3*n:]
	for i, s := range group {
		attempts[i], questions[i], chosen[i], proofs[i], persons[i] = s.attempt, s.Question, s.text, s.request.proof, s.request.person
		points[i], certainty[i], seqs[i], at[i] = int64(s.points), int64(s.Certainty), s.Seq, s.at
	}
	rows := new(db.Rows).Text("attempt", attempts).Text("question", questions).Text("chosen", chosen).Text("proof", proofs).Text("person", persons).
		Number("points", points).Number("certainty", certainty).Number("seq", seqs).Number("at", at)
	landed := make(map[place]int64, n)
	err := d.Change(ctx, `UPDATE answer SET chosen = r.chosen, points = r.points, certainty = NULLIF(r.certainty, 0),
			saved_at = r.at, seq = CASE WHEN r.seq > 0 THEN r.seq ELSE answer.seq + 1 END
		FROM {rows} WHERE answer.attempt_id = r.attempt AND answer.question = r.question AND answer.open_until >= r.at
			AND (r.seq = 0 OR answer.seq < r.seq) AND `+door.Standing+`
		RETURNING answer.attempt_id, answer.question, answer.seq`, func(scan func(...any) error) error {
		var p place
		var seq int64
		err := scan(&p.attempt, &p.question, &seq)
		landed[p] = seq
		return err
	}, rows)
	return landed, err
}

// claimForSave claims an attempt on the way around, whatever its state.
func claimForSave(ctx context.Context, q db.Q, id string) (state string, due int64, err error) {
	var r row
	err = q.Get(ctx, &r, "UPDATE attempt SET saves = saves + 1 WHERE id = $1 RETURNING state, due_at", id)
	return r.State, r.Due, err
}

// storeOne stores a save of an attempt that is claimed and open, making or opening its row; done is false
// where one with this number or a higher is there.
func storeOne(ctx context.Context, q db.Q, s *save, until int64) (seq int64, done bool, err error) {
	var certainty *int
	if s.Certainty > 0 {
		certainty = &s.Certainty
	}
	err = q.Get(ctx, &seq, `INSERT INTO answer (attempt_id, question, chosen, points, certainty, seq, saved_at, open_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (attempt_id, question) DO UPDATE SET chosen = excluded.chosen, points = excluded.points,
			certainty = excluded.certainty, seq = CASE WHEN $9 THEN answer.seq + 1 ELSE excluded.seq END,
			saved_at = excluded.saved_at, open_until = excluded.open_until
		WHERE answer.open_until >= 0 AND ($9 OR answer.seq < excluded.seq) RETURNING seq`,
		s.attempt, s.Question, s.text, s.points, certainty, max(s.Seq, 1), s.at, until, s.Seq == 0)
	if db.None(err) {
		return 0, false, nil
	}
	return seq, err == nil, err
}

// answerRow is what is on disk.
type answerRow struct {
	Chosen    string `db:"chosen"`
	Certainty *int   `db:"certainty"`
	Seq       int64  `db:"seq"`
	Saved     int64  `db:"saved_at"`
	Until     int64  `db:"open_until"`
}

func (r answerRow) certainty() int {
	if r.Certainty == nil {
		return 0
	}
	return *r.Certainty
}

// answerOf reads a row; where there is none nothing was answered.
func answerOf(ctx context.Context, q db.Q, attempt, question string) (r answerRow, err error) {
	err = q.Get(ctx, &r, "SELECT chosen, certainty, seq, saved_at, open_until FROM answer WHERE attempt_id = $1 AND question = $2", attempt, question)
	if db.None(err) {
		return answerRow{Chosen: "[]"}, nil
	}
	return r, err
}

// given is an answer as closing and regrading see it.
type given struct {
	Question  string `db:"question"`
	Chosen    string `db:"chosen"`
	Points    int    `db:"points"`
	Certainty *int   `db:"certainty"`
}

// seal lets no more saves into the rows of an attempt whose closing is claimed, and gives what was answered. It waits for
// the saves that are being written: they are in it, and every later one finds its row shut.
func seal(ctx context.Context, q db.Q, id string) (out []given, err error) {
	err = q.Select(ctx, &out, "UPDATE answer SET open_until = 0 WHERE attempt_id = $1 RETURNING question, chosen, points, certainty", id)
	return out, err
}

// givenTo reads what was answered in an attempt that is closed.
func givenTo(ctx context.Context, q db.Q, id string) (out []given, err error) {
	err = q.Select(ctx, &out, "SELECT question, chosen, points, certainty FROM answer WHERE attempt_id = $1", id)
	return out, err
}

func setPoints(ctx context.Context, q db.Q, id, question string, points int) error {
	_, err := q.Exec(ctx, "UPDATE answer SET points = $3 WHERE attempt_id = $1 AND question = $2", id, question, points)
	return err
}

// fix lets no more saves into one row of an open attempt, and makes it where there is none: whatever was answered stands.
func fix(ctx context.Context, q db.Q, id, question string) error {
	_, err := q.Exec(ctx, `INSERT INTO answer (attempt_id, question, chosen, points, saved_at, open_until) VALUES ($1, $2, '[]', 0, 0, -1)
		ON CONFLICT (attempt_id, question) DO UPDATE SET open_until = -1`, id, question)
	return err
}

// answers gives what was answered, by question, and the highest number of a packet.
func (r row) answers() (out map[string]Answer, seq int64, err error) {
	out = map[string]Answer{}
	for line := range strings.Lines(r.Given) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), "|", 7)
		if len(parts) < 7 {
			return nil, 0, fmt.Errorf("attempt %s: answer %q", r.ID, line)
		}
		var a Answer
		var errs [4]error
		a.points, errs[0] = strconv.Atoi(parts[1])
		a.Saved, errs[1] = strconv.ParseInt(parts[2], 10, 64)
		a.Seq, errs[2] = strconv.ParseInt(parts[3], 10, 64)
		a.Certainty, errs[3] = strconv.Atoi(parts[4])
		a.Final = parts[5] == "1"
		a.Chosen, err = chosenOf(parts[6])
		if err := errors.Join(append(errs[:], err)...); err != nil {
			return nil, 0, fmt.Errorf("attempt %s: answer to %s: %w", r.ID, parts[0], err)
		}
		seq = max(seq, a.Seq)
		if len(a.Chosen) > 0 || a.Final { // an answer taken back is no answer
			out[parts[0]] = a
		}
	}
	return out, seq, nil
}

// textOf is what was chosen as it is stored.
func textOf(chosen []string) (string, error) {
	if len(chosen) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(chosen)
	return string(text), err
}

func chosenOf(text string) (chosen []string, err error) {
	err = json.Unmarshal([]byte(text), &chosen)
	return chosen, err
}
