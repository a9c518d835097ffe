package review

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Sheet is what a reviewer gives.
type Sheet struct {
	Marks    map[string]int    // 1 to 5 by item; an item that is not there: the reviewer cannot say
	Comments map[string]string // by item, and under "" of the whole
}

// Lengths of comments, in characters.
const (
	LongestRemark  = 500  // on one item
	LongestComment = 2000 // on the whole
)

// Whole is the name under which a sheet's comment on the whole stands.
const Whole = ""

// clean refuses a sheet that says nothing or not what is asked; comments are trimmed and empty ones left out.
func (s *Sheet) clean(items []Item) error {
	marks, comments := map[string]int{}, map[string]string{}
	for _, i := range items {
		if m, ok := s.Marks[i.ID]; ok {
			if m < 1 || m > 5 {
				return fault.New(fault.Invalid, "reviews.mark_range").At("mark." + i.ID)
			}
			marks[i.ID] = m
		}
	}
	if len(marks) != len(s.Marks) {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	for _, id := range append([]string{Whole}, ids(items)...) {
		longest, field := LongestRemark, "comment."+id
		if id == Whole {
			longest, field = LongestComment, "comment"
		}
		text := strings.TrimSpace(strings.ReplaceAll(s.Comments[id], "\r\n", "\n"))
		if utf8.RuneCountInString(text) > longest {
			return fault.New(fault.Invalid, "reviews.comment_long", "max", longest).At(field)
		}
		if text != "" {
			comments[id] = text
		}
	}
	if len(marks) == 0 {
		return fault.New(fault.Invalid, "reviews.nothing_marked").At("marks")
	}
	s.Marks, s.Comments = marks, comments
	return nil
}

func ids(items []Item) (out []string) {
	for _, i := range items {
		out = append(out, i.ID)
	}
	return out
}

// Task is one review that somebody was asked for.
type Task struct {
	ID     string `db:"id"`
	Panel  string `db:"panel_id"`
	Person string `db:"person_id"` // who is reviewed
	Cycle  string `db:"cycle"`
	Side   Group  `db:"side"`
	Due    string `db:"due"` // YYYY-MM-DD
	Given  bool   `db:"given"`
	Closed bool   `db:"closed"` // or the last day is over
	Items  int    `db:"-"`

	ItemsText string `db:"items"`
}

// Mine gives what the actor has to review, the most urgent first, and what they gave: what can still be changed first, by its
// last day, then the others, the latest first.
func (r *Reviews) Mine(ctx context.Context, actor access.Actor) (open, given []Task, err error) {
	if err := actor.Check(access.GiveReview, access.Other); err != nil {
		return nil, nil, err
	}
	all, err := tasksOf(ctx, r.DB.Read(), actor.ID, r.today())
	for _, t := range all {
		items, err := readItems(t.ItemsText)
		if err != nil {
			return nil, nil, err
		}
		t.Items, t.ItemsText = len(items), ""
		if t.Given {
			given = append(given, t)
		} else {
			open = append(open, t)
		}
	}
	return open, given, err
}

// Form is what a reviewer fills in.
type Form struct {
	Task
	Items    []Item
	MinShown int   // colleagues are shown from so many on
	Sheet    Sheet // as the reviewer gave it last
}

// Form gives the form of a review that the actor was asked for, with what they gave. Once it can be given no more it is Closed, and
// nothing that was given is in it any more.
func (r *Reviews) Form(ctx context.Context, actor access.Actor, id string) (Form, error) {
	one, p, err := r.asked(ctx, actor, id)
	if err != nil {
		return Form{}, err
	}
	f := Form{Task: Task{ID: one.ID, Panel: p.ID, Person: p.Person, Cycle: p.Cycle, Side: one.Side, Due: p.Due, Given: one.Version > 0, Items: len(p.Items)},
		Items: p.Items, MinShown: p.MinShown}
	if f.Closed = r.over(p); one.Version > 0 && !f.Closed {
		f.Sheet, err = sheetOf(ctx, r.DB.Read(), one.ID, one.Version)
	}
	return f, err
}

// asked gives a request of the actor's own.
func (r *Reviews) asked(ctx context.Context, actor access.Actor, id string) (request, panel, error) {
	one, err := requestByID(ctx, r.DB.Read(), id)
	if err == nil && (one.Person == "" || one.Person != actor.ID) {
		err = missing()
	}
	if err != nil {
		return one, panel{}, err
	}
	p, to, err := r.panelFor(ctx, actor, one.Panel)
	if err == nil {
		err = actor.Check(access.GiveReview, to)
	}
	return one, p, err
}

// Give gives a sheet, or another in place of the last one, until the last day is over or the panel closes. Every version is
// kept, the latest counts.
// form identifies the form that was sent: sent twice, it gives once.
func (r *Reviews) Give(ctx context.Context, actor access.Actor, id string, s Sheet, form string) error {
	one, p, err := r.asked(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := s.clean(p.Items); err != nil {
		return err
	}
	if form == "" || len(form) > 64 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	return r.DB.Write(ctx, func(q db.Q) error {
		closed := claimPanel(ctx, q, p.ID)
		if closed != nil && fault.KindOf(closed) != fault.Conflict {
			return closed
		}
		if done, err := sheetByForm(ctx, q, id, hashToken(form)); err != nil || done {
			return err
		}
		if closed == nil && r.over(p) {
			closed = fault.New(fault.Conflict, "reviews.closed")
		}
		if closed != nil {
			return closed
		}
		version, err := nextVersion(ctx, q, id, actor.ID)
		if err != nil {
			return err
		}
		return r.keep(ctx, q, kept{Panel: p.ID, Request: one.ID, Version: version, Sheet: s, Form: hashToken(form)})
	})
}

// kept is one version of a sheet.
type kept struct {
	Panel, Request string
	Version        int64
	Sheet          Sheet
	Salt           string // hex
	Counts         bool   // no other came in its place
	Form           string // hash of the form's id
}

// keep stores a version of a sheet. The trail has it when the panel closes: an entry now would be a clock of single sheets.
func (r *Reviews) keep(ctx context.Context, q db.Q, k kept) error {
	k.Salt = r.salt()
	return insertSheet(ctx, q, k)
}

// proofs gives the proofs of all sheets of a panel, sorted: of those that count, and of those in whose place another came.
// Neither is nil.
func proofs(ctx context.Context, q db.Q, panel string) (counting, earlier []string, err error) {
	all, err := keptOf(ctx, q, panel)
	if err != nil {
		return nil, nil, err
	}
	counting, earlier = []string{}, []string{}
	for _, k := range all {
		proof, err := k.proof()
		switch {
		case err != nil:
			return nil, nil, err
		case k.Counts:
			counting = append(counting, proof)
		default:
			earlier = append(earlier, proof)
		}
	}
	slices.Sort(counting)
	slices.Sort(earlier)
	return counting, earlier, nil
}

// proof is HMAC-SHA256 of the sheet, with what it was given to, under its salt; hex.
func (k kept) proof() (string, error) {
	text, err := json.Marshal([]any{k.Panel, k.Request, k.Sheet.Marks, k.Sheet.Comments}) // keys of maps are sorted
	if err != nil {
		return "", err
	}
	m := hmac.New(sha256.New, []byte(k.Salt))
	m.Write(text)
	return hex.EncodeToString(m.Sum(nil)), nil
}

// salt is 256 random bits, hex.
func (r *Reviews) salt() string { return hex.EncodeToString(r.Clock.Bytes(32)) }
