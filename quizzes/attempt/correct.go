package attempt

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
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
	Reason   string   // everybody whose result it changes reads it
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

// Effect is what a correction would do to the results that there are.
type Effect struct {
	Settled int // closed attempts with a score that have the question on their paper
	Open    int // attempts that get the correction when they close
	Pending int // attempts that get it when their open answers are marked
	Rise    int // scores that would rise
	Pass    int // results that would become a pass
	Changes []Change
}

// Change is one result that would rise.
type Change struct {
	Person      string // whose it is, "" where the actor may not see that
	Closed      int64
	Version     string // hash of the set
	Before      int    // basis points
	After       int
	Passed      bool
	PassedAfter bool
}

// Concerned is the dry run of a correction: what it would do, and to whom where the actor may see these people's
// progress, or with Accept their answers. Nothing is written.
func (a *Attempts) Concerned(ctx context.Context, actor access.Actor, c Correction) (Effect, error) {
	if err := actor.Check(access.CorrectQuestion, access.Other); err != nil {
		return Effect{}, err
	}
	sets, err := a.check(ctx, &c)
	if err != nil {
		return Effect{}, err
	}
	var out Effect
	for cursor := ""; ; {
		rows, err := concerned(ctx, a.db.Read(), c.Module, sets, cursor)
		if err != nil || len(rows) == 0 {
			return out, err
		}
		if err := a.tryAll(ctx, actor, c, rows, &out); err != nil {
			return out, err
		}
		cursor = rows[len(rows)-1].ID
	}
}

// tryAll adds a batch of attempts to an effect.
func (a *Attempts) tryAll(ctx context.Context, actor access.Actor, c Correction, rows []row, out *Effect) error {
	q := a.db.Read()
	corrections, err := correctionsOf(ctx, q, c.Module)
	if err != nil {
		return err
	}
	corrections = append(corrections, c)
	answers, err := givenToMany(ctx, q, rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		set, err := a.set(ctx, q, r.SetHash)
		if err != nil {
			return err
		}
		s, err := layout(r, set, corrections, answers[r.ID])
		if err != nil {
			return err
		}
		switch {
		case !s.has(c):
		case r.State == Open:
			out.Open++
		case r.Pending > 0 || r.Score == nil:
			out.Pending++
		default:
			if err := a.tryOne(ctx, actor, c.names(), r, s, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// names is what somebody must be allowed to towards a person to see their name in a dry run. That of Accept lists who gave a
// response: a single answer, which those who see progress do not see.
func (c Correction) names() access.Action {
	if c.Kind == Accept {
		return access.ReviewAttempt
	}
	return access.SeeProgress
}

func (a *Attempts) tryOne(ctx context.Context, actor access.Actor, do access.Action, r row, s sheet, out *Effect) error {
	out.Settled++
	before := r.outline()
	score, passed := s.raised(r)
	if score == before.Score && passed == before.Passed {
		return nil
	}
	change := Change{Closed: before.Closed, Version: r.SetHash, Before: before.Score, After: score, Passed: before.Passed, PassedAfter: passed}
	if out.Rise++; passed && !before.Passed {
		out.Pass++
	}
	may := actor.May(do, access.Other)
	if !may && (actor.May(do, access.Below) || r.Person == actor.ID) {
		err := a.people.Check(ctx, actor, do, r.Person)
		if fault.KindOf(err) == fault.Internal && err != nil {
			return err
		}
		may = err == nil
	}
	if may {
		change.Person = r.Person
	}
	out.Changes = append(out.Changes, change)
	return nil
}

// check looks at a correction and gives the versions of its file in which the question stands as it was worded.
func (a *Attempts) check(ctx context.Context, c *Correction) (sets []string, err error) {
	asked, sets, err := a.worded(ctx, c.Module, c.Question, c.Print)
	if err != nil {
		return nil, err
	}
	c.Reason = strings.TrimSpace(c.Reason)
	switch n := utf8.RuneCountInString(c.Reason); {
	case n == 0:
		return nil, fault.New(fault.Invalid, "appeals.reason_needed").At("reason")
	case n > longestNote:
		return nil, fault.New(fault.Invalid, "marking.note_long", "max", longestNote).At("reason")
	case c.Kind == Void:
		c.Response = nil
		return sets, nil
	case c.Kind != Accept:
		return nil, fault.New(fault.Invalid, "appeals.kind_needed").At("kind")
	}
	return sets, acceptable(asked, c.Response)
}

// acceptable says whether a response may be taken as right: whether it can be given, whatever the numbers on the paper
// were, and does not earn everything already.
func acceptable(asked *bank.Question, response []string) error {
	if asked.Type == grading.Open || asked.Type == grading.Calculated {
		return fault.New(fault.Invalid, "appeals.only_void").At("kind")
	}
	if len(response) == 0 {
		return fault.New(fault.Invalid, "appeals.response_needed").At("response")
	}
	points, err := grading.Mark(asked.Key(nil), response)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "appeals.response_form").At("response")
	}
	if points >= grading.Full {
		return fault.New(fault.Invalid, "appeals.right_already").At("response")
	}
	return nil
}

// worded gives a question as it was worded, and the versions of its file in which it stands so, by hash.
func (a *Attempts) worded(ctx context.Context, module, question, print string) (asked *bank.Question, sets []string, err error) {
	hashes, err := hashesOf(ctx, a.db.Read(), module)
	if err != nil {
		return nil, nil, err
	}
	for _, hash := range hashes {
		set, err := a.set(ctx, a.db.Read(), hash)
		if err != nil {
			return nil, nil, err
		}
		if q := set.Question(question); q != nil && q.Print == print {
			asked, sets = q, append(sets, hash)
		}
	}
	if asked == nil {
		return nil, nil, fault.New(fault.Missing, "error.missing")
	}
	return asked, sets, nil
}

// atOnce is how many attempts are scored again before the answer to the form; the others follow within seconds.
const atOnce = 300

// Correct keeps a correction and scores again whom it concerns. The same request again corrects nothing twice, and gives
// the same id. done is false where more attempts than a form waits for are still to be scored: Regrade goes on with them.
func (a *Attempts) Correct(ctx context.Context, actor access.Actor, c Correction, request string) (id string, done bool, err error) {
	if err := actor.Check(access.CorrectQuestion, access.Other); err != nil {
		return "", false, err
	}
	if request == "" {
		return "", false, fault.New(fault.Invalid, "error.form_stale")
	}
	if _, err := a.check(ctx, &c); err != nil {
		return "", false, err
	}
	c.ID, c.By, c.At = a.clock.ID(), actor.ID, a.clock.Now()
	response, err := textOf(c.Response)
	if err != nil {
		return "", false, err
	}
	err = a.db.Write(ctx, func(q db.Q) error {
		if id, err = insertCorrection(ctx, q, c, response, request); err != nil || id != c.ID {
			return err
		}
		if err := a.upholdAppeals(ctx, q, c); err != nil {
			return err
		}
		return a.trail.Append(ctx, q, audit.Event{Act: "question.corrected", Actor: actor.ID,
			Facts: map[string]any{"correction": c.ID, "module": c.Module, "question": c.Question, "print": c.Print, "kind": c.Kind, "response": response}})
	})
	if err != nil {
		return "", false, err
	}
	done, err = a.regrade(ctx, id, atOnce)
	return id, done, err
}

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

func (r correctionRow) correction() (Correction, error) {
	c := Correction{ID: r.ID, Module: r.Module, Question: r.Question, Print: r.Print, Kind: r.Kind, Reason: r.Reason, By: r.By, At: r.At}
	return c, json.Unmarshal([]byte(r.Response), &c.Response)
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
		var err error
		if out[i], err = r.correction(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// insertCorrection keeps a correction and gives its id: that of the first with this request.
func insertCorrection(ctx context.Context, q db.Q, c Correction, response, request string) (id string, err error) {
	err = q.Get(ctx, &id, `INSERT INTO correction (id, module, question, print, kind, response, reason, decided_by, decided_at, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (request_id) DO UPDATE SET request_id = excluded.request_id RETURNING id`,
		c.ID, c.Module, c.Question, c.Print, c.Kind, response, c.Reason, c.By, c.At, request)
	return id, err
}

// hashesOf gives every version of a quiz's file that somebody sat.
func hashesOf(ctx context.Context, q db.Q, module string) (hashes []string, err error) {
	err = q.Select(ctx, &hashes, "SELECT hash FROM question_set WHERE module = $1 ORDER BY first_seen, hash", module)
	return hashes, err
}
