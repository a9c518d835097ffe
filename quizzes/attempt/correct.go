package attempt

import (
	"context"
	"encoding/json"

	"tongguan/server/base/db"
)

// Correction says that a question was wrong as it was worded. It only ever helps those who answered it: the slip was
// ours. No answer is changed or deleted.
type Correction struct {
	ID       string
	Module   string
	Question string
	Print    string // of the question as it was worded (bank.Question.Print)
	Kind     Kind
	Response []string // the response that is right as well, of Accept
	Reason   string
	By       string
	At       int64
}

// Kind is what a correction does.
type Kind string

// The kinds of corrections.
const (
	Void   Kind = "void"   // the question counts for nobody whom that would harm
	Accept Kind = "accept" // a response earns everything that did not
)

type correctionRow struct {
	ID       string `db:"id"`
	Module   string `db:"module"`
	Question string `db:"question"`
	Print    string `db:"print"`
	Kind     Kind   `db:"kind"`
	Response string `db:"response"`
	Reason   string `db:"reason"`
	By       string `db:"decided_by"`
	At       int64  `db:"decided_at"`
}

// correctionsOf gives the corrections of a quiz's questions in order.
func correctionsOf(ctx context.Context, q db.Q, module string) ([]Correction, error) {
	var rows []correctionRow
	if err := q.Select(ctx, &rows, `SELECT id, module, question, print, kind, response, reason, decided_by, decided_at
		FROM correction WHERE module = $1 ORDER BY decided_at, id`, module); err != nil {
		return nil, err
	}
	out := make([]Correction, len(rows))
	for i, r := range rows {
		out[i] = Correction{ID: r.ID, Module: r.Module, Question: r.Question, Print: r.Print, Kind: r.Kind, Reason: r.Reason, By: r.By, At: r.At}
		if err := json.Unmarshal([]byte(r.Response), &out[i].Response); err != nil {
			return nil, err
		}
	}
	return out, nil
}
