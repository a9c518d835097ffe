// Package reward is what follows from good and bad work (3.2.4): bonus, promotion, honour, warning, fine and demotion.
//
// A rule of an appraisal's scheme or a person proposes; a person decides, with a reason; nothing is ever given by itself.
// What was granted is never changed: whoever is given a penalty may object once, and another decides whether it is lifted,
// which is a further entry.
package reward

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// ObjectDays is for how many days after the day of the decision a penalty can be objected to.
const ObjectDays = 14

// Reward is a reward or a penalty, proposed or more.
type Reward struct {
	ID         string  `db:"id"`
	Person     string  `db:"person_id"`
	Kind       Kind    `db:"kind"`
	State      State   `db:"state"`
	Seq        int64   `db:"seq"` // entries so far
	Derived    bool    `db:"derived"`
	ProposedBy string  `db:"proposed_by"` // "" where derived
	ProposedAt int64   `db:"proposed_at"` // milliseconds since 1970 UTC
	Proposal   string  `db:"proposal"`    // why, as the proposer says
	Record     string  `db:"record_id"`   // the appraisal that it rests on, or ""
	Band       string  `db:"band"`        // of that when it was proposed
	Months     []Month `db:"-"`           // that appraisal and those before it that count with it, newest first
	Finding    string  `db:"finding_id"`
	Words      string  `db:"words"`
	Clause     string  `db:"clause"`
	Amount     int64   `db:"amount"`     // fen
	DecidedBy  string  `db:"decided_by"` // "" before
	DecidedAt  int64   `db:"decided_at"`
	Decision   string  `db:"decision"`     // why, as the decider says
	Until      string  `db:"object_until"` // YYYY-MM-DD, the last day to object; "" where one cannot
	Team       string  `db:"team_id"`      // that the person is in now; only in lists
}

// Entry is one step of a reward's history.
type Entry struct {
	Seq    int64  `db:"seq"` // from 1, without a gap
	Act    Act    `db:"act"`
	Before State  `db:"before"`
	After  State  `db:"after"`
	By     string `db:"by_id"`
	Reason string `db:"reason"`
	Amount int64  `db:"amount"` // fen
	At     int64  `db:"at"`     // milliseconds since 1970 UTC
}

// Rewards keeps them.
type Rewards struct {
	db      *db.DB
	clock   *clock.Clock
	zone    *time.Location
	trail   *audit.Trail
	people  *people.People
	policy  *catalog.Library
	records Records
	finding func(ctx context.Context, id string) (string, error)
}

// Parts are what the room leans on.
type Parts struct {
	DB      *db.DB
	Clock   *clock.Clock
	Zone    *time.Location // the company's, for the last day to object
	Trail   *audit.Trail
	People  *people.People
	Policy  *catalog.Library
	Records Records
	// Finding gives the owner of a finding of inspection; Missing where there is none.
	Finding func(ctx context.Context, id string) (owner string, err error)
}

// New makes the room.
func New(p Parts) *Rewards {
	return &Rewards{p.DB, p.Clock, p.Zone, p.Trail, p.People, p.Policy, p.Records, p.Finding}
}

// Draft is what somebody proposes by hand. It rests on an appraisal, a finding of an inspection or words, at least one of
// them; a penalty that rests on no appraisal names the clause of chapters 2 to 4 that was broken.
type Draft struct {
	Person  string
	Kind    Kind
	Reason  string
	Record  string
	Finding string
	Words   string
	Clause  string
}

// Limits of what is written, in characters.
const (
	longestReason = 500
	longestWords  = 1000
)

// Propose proposes something for somebody below the actor, or for anybody where HR proposes, and gives its id; never for
// oneself. request identifies the form that was sent: sent twice, it proposes once.
func (r *Rewards) Propose(ctx context.Context, actor access.Actor, d Draft, request string) (string, error) {
	if err := r.people.Check(ctx, actor, access.ProposeReward, d.Person); err != nil {
		return "", err
	}
	if _, err := r.people.Get(ctx, actor, d.Person); err != nil { // somebody who does not exist
		return "", err
	}
	if err := d.clean(r.policy.Current()); err != nil {
		return "", err
	}
	one := Reward{ID: r.clock.ID(), Person: d.Person, Kind: d.Kind, ProposedBy: actor.ID, Proposal: d.Reason, Finding: d.Finding, Words: d.Words, Clause: d.Clause}
	if err := r.restOn(ctx, actor, d.Record, &one); err != nil {
		return "", err
	}
	if err := r.found(ctx, one); err != nil {
		return "", err
	}
	err := r.once(ctx, actor, sent{request, Propose, d.Person, one.ID}, func(q db.Q) error {
		_, err := r.open(ctx, q, actor, Propose, one)
		return err
	}, &one.ID)
	return one.ID, err
}

// found says whether a finding that a proposal rests on is one of the person's.
func (r *Rewards) found(ctx context.Context, one Reward) error {
	if one.Finding == "" {
		return nil
	}
	owner, err := r.finding(ctx, one.Finding)
	if fault.KindOf(err) == fault.Missing && err != nil || err == nil && owner != one.Person {
		return fault.New(fault.Invalid, "reward.finding_unknown").At("finding")
	}
	return err
}

// restOn puts a closed appraisal of the person under a proposal.
func (r *Rewards) restOn(ctx context.Context, actor access.Actor, record string, one *Reward) error {
	if record == "" {
		return nil
	}
	got, err := r.records.Get(ctx, actor, record)
	if fault.KindOf(err) == fault.Missing && err != nil || err == nil && (got.Person != one.Person || !got.Closed) {
		return fault.New(fault.Invalid, "reward.record_unknown").At("record")
	}
	if err == nil && got.Simulated {
		return fault.New(fault.Invalid, "reward.record_simulated").At("record")
	}
	one.Record, one.Band, one.Months = got.ID, got.Band, []Month{got.month()}
	return err
}

// open puts a proposal into the database; false says that the rule has proposed it before.
func (r *Rewards) open(ctx context.Context, q db.Q, actor access.Actor, do Act, one Reward) (bool, error) {
	one.ProposedAt = r.clock.Now()
	added, err := insert(ctx, q, one)
	if err != nil || !added {
		return false, err
	}
	if err := addEntry(ctx, q, one.ID, Entry{Act: do, After: Proposed, By: actor.ID, Reason: one.Proposal, At: one.ProposedAt}); err != nil {
		return false, err
	}
	return true, r.note(ctx, q, actor, do, one, map[string]any{"reason": one.Proposal, "words": one.Words, "finding": one.Finding, "months": one.Months})
}

// note appends to the trail what was done. What it rests on, amounts and reasons are the person's own.
func (r *Rewards) note(ctx context.Context, q db.Q, actor access.Actor, do Act, one Reward, private map[string]any) error {
	return r.trail.Append(ctx, q, audit.Event{Act: "reward." + string(do), Actor: actor.ID, Subject: one.Person,
		Facts: map[string]any{"reward": one.ID, "kind": one.Kind, "record": one.Record, "clause": one.Clause}, Private: private})
}

var findingForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)

func (d *Draft) clean(policy *catalog.Catalog) error {
	for _, text := range []*string{&d.Reason, &d.Record, &d.Finding, &d.Words, &d.Clause} {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	switch {
	case !d.Kind.Known():
		return fault.New(fault.Invalid, "reward.kind_unknown").At("kind")
	case d.Clause != "" && policy.Clause(d.Clause) == nil:
		return fault.New(fault.Invalid, "reward.clause_unknown").At("clause")
	case d.Kind.Penalty() && d.Clause != "" && !breakable(d.Clause):
		return fault.New(fault.Invalid, "reward.clause_chapter").At("clause")
	case d.Kind.Penalty() && d.Record == "" && d.Clause == "":
		return fault.New(fault.Invalid, "reward.clause_needed").At("clause")
	case d.Finding != "" && !findingForm.MatchString(d.Finding):
		return fault.New(fault.Invalid, "reward.finding_form").At("finding")
	case utf8.RuneCountInString(d.Words) > longestWords:
		return fault.New(fault.Invalid, "reward.text_long", "max", longestWords).At("words")
	case d.Record == "" && d.Finding == "" && d.Words == "":
		return fault.New(fault.Invalid, "reward.basis_needed").At("words")
	}
	return reasoned(d.Reason, longestReason)
}

// breakable says whether a clause is sales policy that can be broken: chapters 2 to 4.
func breakable(clause string) bool {
	chapter, _, _ := strings.Cut(clause, ".")
	return chapter == "2" || chapter == "3" || chapter == "4"
}

// reasoned refuses an empty reason and one that is too long.
func reasoned(text string, most int) error {
	switch {
	case text == "":
		return fault.New(fault.Invalid, "reward.reason_needed").At("reason")
	case utf8.RuneCountInString(text) > most:
		return fault.New(fault.Invalid, "reward.text_long", "max", most).At("reason")
	}
	return nil
}
