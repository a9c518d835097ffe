// Package violation takes reports of violations (5.1.3), under the reporter's name or without one, and what becomes of them.
//
// Of an anonymous report nothing is kept that leads to whoever wrote it: no account, no address, no session, no request;
// its id is chance alone, its times are days. The trail would tell the moment, and is read by inspectors whom a report may
// name: it learns of reports and of what their authors write only when the day is over, of all of a day together, in no
// order and without a name, even of those who gave one (Tick). Whoever reported comes back with the receipt code; reports
// under a name have one too.
package violation

import (
	"context"
	"encoding/base32"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Parts are what reports lean on.
type Parts struct {
	DB     *db.DB
	Clock  *clock.Clock
	Zone   *time.Location // the company's, for what day it is
	Trail  *audit.Trail
	People *people.People
}

// Violations keeps the reports. Safe for concurrent use.
type Violations struct{ Parts }

// New makes the room.
func New(p Parts) *Violations { return &Violations{p} }

// State is how far a report has come.
type State string

// The states.
const (
	Received        State = "received"
	Examining       State = "examining"
	Substantiated   State = "substantiated"
	Unsubstantiated State = "unsubstantiated"
	PassedOn        State = "passed_on" // to whom it belongs: not a matter of this policy
)

// States lists the states in order.
func States() []State {
	return []State{Received, Examining, Substantiated, Unsubstantiated, PassedOn}
}

// follows is the whole machine. A case may be taken up again when something new comes to light.
var follows = map[State][]State{
	Received:        {Examining, PassedOn},
	Examining:       {Substantiated, Unsubstantiated, PassedOn},
	Unsubstantiated: {Examining},
	PassedOn:        {Examining},
}

// Follows gives the states that may follow.
func (s State) Follows() []State { return slices.Clone(follows[s]) }

// Text is what somebody reports.
type Text struct {
	Happened string `db:"happened"` // what happened
	Place    string `db:"place"`    // where and when
	Accused  string `db:"accused"`  // who, by name or login, several with commas
	Clause   string `db:"clause"`   // "" where the reporter knows none
	Evidence string `db:"evidence"` // what shows it
}

// Report is one report.
type Report struct {
	ID string `db:"id"`
	Text
	Reporter   string `db:"reporter_id"` // "" for an anonymous one
	ReceivedOn string `db:"received_on"` // YYYY-MM-DD
	State      State  `db:"state"`
	Version    int64  `db:"version"` // what a change must name
	Messages   int    `db:"messages"`
	ExaminedBy string `db:"examined_by"`
	Note       string `db:"note"`
}

// Anonymous says whether nobody knows who reported.
func (r Report) Anonymous() bool { return r.Reporter == "" }

// Message is one message between whoever reported and the examiners.
type Message struct {
	Seq    int64  `db:"seq"`
	Author string `db:"author_id"` // "" for whoever reported
	Text   string `db:"text"`
	SentOn string `db:"sent_on"` // YYYY-MM-DD
}

// Limits, in characters; of a day.
const (
	shortest    = 10
	longest     = 4000
	longestLine = 200
	mostNames   = 10
	mostADay    = 300 // anonymous reports of the whole company: more is a machine
	mostTalk    = 200 // messages of one report
)

func (t *Text) clean() error {
	for _, s := range []*string{&t.Happened, &t.Place, &t.Accused, &t.Clause, &t.Evidence} {
		*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	}
	line := func(s string) bool {
		return utf8.RuneCountInString(s) <= longestLine && !strings.ContainsFunc(s, unicode.IsControl)
	}
	switch {
	case utf8.RuneCountInString(t.Happened) < shortest:
		return fault.New(fault.Invalid, "violation.happened_short", "min", shortest).At("happened")
	case utf8.RuneCountInString(t.Happened) > longest:
		return fault.New(fault.Invalid, "violation.text_long", "max", longest).At("happened")
	case !line(t.Place):
		return fault.New(fault.Invalid, "violation.text_long", "max", longestLine).At("place")
	case !line(t.Accused) || len(names(t.Accused)) > mostNames:
		return fault.New(fault.Invalid, "violation.accused_long", "max", mostNames).At("accused")
	case len(t.Clause) > 20 || strings.Trim(t.Clause, "0123456789.") != "":
		return fault.New(fault.Invalid, "violation.clause_wrong").At("clause")
	case utf8.RuneCountInString(t.Evidence) > longest:
		return fault.New(fault.Invalid, "violation.text_long", "max", longest).At("evidence")
	}
	return nil
}

// names gives the single names of a list.
func names(text string) (out []string) {
	for _, n := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，、;；", r) }) {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// chance is an id in which there is no time.
func (x *Violations) chance() string { return crockford.EncodeToString(x.Clock.Bytes(16)) }

// NewCode makes a receipt code for a form. It travels with the form and comes back with it, so that a form that is sent
// twice reports once and is answered alike, though nobody keeps the code.
func (x *Violations) NewCode() string { return Code(x.Clock.Bytes(CodeBytes)) }

// Submit takes a report. The zero actor reports anonymously: whoever calls this must not hand in anybody else then. code is
// the one of the form.
func (x *Violations) Submit(ctx context.Context, actor access.Actor, t Text, code string) error {
	if code = CleanCode(code); code == "" {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	if err := t.clean(); err != nil {
		return err
	}
	accused, err := x.accused(ctx, t)
	if err != nil {
		return err
	}
	r := Report{ID: x.chance(), Text: t, Reporter: actor.ID, ReceivedOn: x.Clock.Date(x.Zone), State: Received, Version: 1}
	return x.DB.Write(ctx, func(q db.Q) error {
		added, err := insertReport(ctx, q, r, hashOf(code))
		switch {
		case err != nil:
			return err
		case !added:
			return x.same(ctx, q, r, code)
		}
		if err := insertAccused(ctx, q, r.ID, accused); err != nil {
			return err
		}
		if r.Anonymous() {
			return x.flood(ctx, q, r.ReceivedOn)
		}
		return nil
	})
}

// accused gives everybody whom a report accuses, and who of those who would read it is named anywhere in it.
func (x *Violations) accused(ctx context.Context, t Text) ([]string, error) {
	ids, err := accusedOf(ctx, x.DB.Read(), names(t.Accused))
	if err != nil {
		return nil, err
	}
	more, err := x.namedIn(ctx, t.Accused, t.Happened, t.Place, t.Evidence)
	return append(ids, more...), err
}

// same accepts a form that comes again, and refuses another text under a code that is taken.
func (x *Violations) same(ctx context.Context, q db.Q, r Report, code string) error {
	before, err := byCode(ctx, q, hashOf(code))
	if err == nil && (before.Text != r.Text || before.Reporter != r.Reporter) {
		err = fault.New(fault.Conflict, "error.form_stale")
	}
	return err
}

// flood refuses more anonymous reports in a day than people write.
func (x *Violations) flood(ctx context.Context, q db.Q, day string) error {
	n, err := countOn(ctx, q, day)
	if err == nil && n > mostADay {
		err = fault.New(fault.Busy, "violation.too_many")
	}
	return err
}

// Receipt is what whoever reported reads with the code.
type Receipt struct {
	Report
	Talk   []Message
	Reward Reward // the zero Reward where there is none yet, or none that was approved
}

// Open gives the report of a code. A code that is wrong and one that nobody has look the same.
func (x *Violations) Open(ctx context.Context, code string) (r Receipt, err error) {
	if code = CleanCode(code); code == "" {
		return r, fault.New(fault.Missing, "violation.code_unknown")
	}
	if r.Report, err = byCode(ctx, x.DB.Read(), hashOf(code)); err != nil {
		return Receipt{}, err
	}
	if r.Talk, err = talk(ctx, x.DB.Read(), r.ID); err != nil {
		return Receipt{}, err
	}
	r.Note, r.ExaminedBy = "", ""
	reward, ok, err := rewardOf(ctx, x.DB.Read(), r.ID)
	if ok && (reward.State == Approved || reward.State == Collected) {
		r.Reward = reward
	}
	return r, err
}

// Reply adds a message of whoever reported. form is chance from the form: sent twice, it is there once.
func (x *Violations) Reply(ctx context.Context, code, text, form string) error {
	r, err := x.Open(ctx, code)
	if err != nil {
		return err
	}
	if text, err = message(text); err != nil {
		return err
	}
	return x.say(ctx, r.Report, Message{Text: text}, form)
}

func message(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.New(fault.Invalid, "violation.message_needed").At("text")
	case n > longest:
		return "", fault.New(fault.Invalid, "violation.text_long", "max", longest).At("text")
	}
	return text, nil
}

// say adds a message; of what the reporter writes the trail learns when the day is over. Whoever it names reads no further.
func (x *Violations) say(ctx context.Context, r Report, m Message, form string) error {
	if form == "" || len(form) > 64 {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	m.SentOn = x.Clock.Date(x.Zone)
	named := []string(nil)
	if m.Author == "" {
		var err error
		if named, err = x.namedIn(ctx, m.Text); err != nil {
			return err
		}
	}
	return x.DB.Write(ctx, func(q db.Q) error {
		seq, err := claimTalk(ctx, q, r.ID)
		if err != nil {
			return err
		}
		m.Seq = seq
		added, err := insertMessage(ctx, q, r.ID, m, form)
		switch {
		case err != nil:
			return err
		case !added:
			return releaseTalk(ctx, q, r.ID)
		case m.Author == "":
			return insertAccused(ctx, q, r.ID, named)
		}
		return x.tell(ctx, q, r.ID, m)
	})
}

// tell tells the trail of an examiner's message.
func (x *Violations) tell(ctx context.Context, q db.Q, id string, m Message) error {
	if err := toldMessage(ctx, q, id, m.Seq); err != nil {
		return err
	}
	key, err := keyOf(ctx, q, id)
	if err != nil {
		return err
	}
	return x.Trail.Append(ctx, q, audit.Event{Act: "violation.message", Actor: m.Author,
		Facts: map[string]any{"report": handle(key, id), "seq": m.Seq, "sha256": digest(key, id, m)}})
}
