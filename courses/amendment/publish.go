package amendment

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Bounds of what a publication may say.
const (
	maxReason = 500 // characters
	maxDays   = 366 // of a deadline
	listed    = 50  // people that a reach names
)

// Waiting is a clause whose new wording is not in force.
type Waiting struct {
	Clause   string
	From, To Wording
	Since    int64 // when the wording in force came into it
}

// Pending lists what waits to be published, in the order of the policy.
func (a *Amendments) Pending(ctx context.Context, actor access.Actor) ([]Waiting, error) {
	if err := actor.Check(access.PublishPolicy, access.Other); err != nil {
		return nil, err
	}
	p, err := a.Look(ctx)
	if err != nil {
		return nil, err
	}
	var out []Waiting
	for _, c := range a.Catalog.Current().Clauses {
		if now := p.Clause(c.ID); now.Pending {
			out = append(out, Waiting{Clause: c.ID, From: now.Wording, To: WordingOf(c), Since: now.Since})
		}
	}
	return out, nil
}

// waits gives the one that waits for a clause, Missing where nothing does.
func (a *Amendments) waits(ctx context.Context, actor access.Actor, clause string) (Waiting, error) {
	all, err := a.Pending(ctx, actor)
	for _, w := range all {
		if w.Clause == clause {
			return w, nil
		}
	}
	if err == nil {
		err = fault.New(fault.Missing, "error.missing")
	}
	return Waiting{}, err
}

// Reach is what rests on a clause whose new wording waits.
type Reach struct {
	Waiting
	Lessons      []*catalog.Lesson
	Uses         Uses
	Programmes   []*programme.Programme // in force
	Certified    int                    // people with a certificate that holds, or is suspended
	Certificates int
	Under        []Under
	People       []Certified // the first of them
	Quiz         bool        // there are questions enough for a delta quiz
}

// Under counts the certificates that were earned under one version of a programme.
type Under struct {
	Programme *programme.Programme
	Present   bool // it is the version in force
	Number    int
}

// Certified is somebody with a certificate that rests on the clause.
type Certified struct {
	certification.Holder
	Name string
}

// Reach counts and lists what a change of a clause would reach.
func (a *Amendments) Reach(ctx context.Context, actor access.Actor, clause string) (Reach, error) {
	w, err := a.waits(ctx, actor, clause)
	if err != nil {
		return Reach{}, err
	}
	out := Reach{Waiting: w, Lessons: a.Catalog.Current().Teaching(clause), Uses: a.Uses(clause)}
	_, out.Quiz = a.Quiz(clause)
	for _, p := range a.Programmes().All() {
		if p.Rests(clause) {
			out.Programmes = append(out.Programmes, p)
		}
	}
	q := a.DB.Read()
	versions, err := a.resting(ctx, q, clause, func(p *programme.Programme, h certification.Held) {
		present := a.Programmes().Get(p.ID)
		out.Under = append(out.Under, Under{Programme: p, Present: present != nil && present.Hash() == h.Version, Number: h.Number})
		out.Certificates += h.Number
	})
	if err != nil {
		return out, err
	}
	if out.Certified, err = a.Certificates.Persons(ctx, q, versions); err != nil {
		return out, err
	}
	out.People, err = a.names(ctx, q, versions)
	return out, err
}

func (a *Amendments) names(ctx context.Context, q db.Q, versions []string) (out []Certified, err error) {
	some, err := a.Certificates.Holders(ctx, q, versions, certification.Holder{}, listed)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, h := range some {
		ids = append(ids, h.Person)
	}
	names, err := a.People.Names(ctx, ids)
	for _, h := range some {
		out = append(out, Certified{h, names[h.Person]})
	}
	return out, err
}

// resting gives the versions of programmes that rest on a clause and under which certificates are held; each is told of.
func (a *Amendments) resting(ctx context.Context, q db.Q, clause string, each func(*programme.Programme, certification.Held)) (versions []string, err error) {
	held, err := a.Certificates.HeldBy(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		p, err := a.Training.Version(ctx, q, h.Version)
		if err != nil {
			return nil, err
		}
		if p.Rests(clause) {
			versions = append(versions, h.Version)
			each(p, h)
		}
	}
	return versions, nil
}

// Publication is what somebody decides about a wording that waits.
type Publication struct {
	Clause   string
	From, To string // hashes of what they have seen: the wording in force and the new one
	Offer    Offer
	Deadline string // YYYY-MM-DD; "" with None
	Reason   string
}

// Check says what is wrong with a publication, before it is one.
func (a *Amendments) Check(ctx context.Context, actor access.Actor, p Publication) error {
	_, err := a.plan(ctx, actor, p)
	return err
}

// plan makes the change that a publication is, or says what is wrong with it.
func (a *Amendments) plan(ctx context.Context, actor access.Actor, p Publication) (Change, error) {
	w, err := a.waits(ctx, actor, p.Clause)
	if err != nil {
		return Change{}, err
	}
	if w.From.Hash() != p.From || w.To.Hash() != p.To {
		return Change{}, fault.New(fault.Conflict, "amendment.changed_meanwhile")
	}
	c := Change{Clause: p.Clause, From: p.From, To: p.To, Offer: p.Offer, Reason: strings.TrimSpace(p.Reason), By: actor.ID}
	switch p.Offer {
	case None:
	case Delta:
		if _, ok := a.Quiz(p.Clause); !ok {
			return c, fault.New(fault.Invalid, "amendment.no_quiz").At("offer")
		}
	case Confirm, Full:
	default:
		return c, fault.New(fault.Invalid, "amendment.offer_needed").At("offer")
	}
	if p.Offer != None {
		if err := a.deadline(&c, p.Deadline); err != nil {
			return c, err
		}
	}
	switch {
	case c.Reason == "":
		return c, fault.New(fault.Invalid, "amendment.reason_needed").At("reason")
	case utf8.RuneCountInString(c.Reason) > maxReason:
		return c, fault.New(fault.Invalid, "amendment.reason_long", "max", maxReason).At("reason")
	}
	return c, nil
}

// deadline reads the last day: at least one whole day is left, and no more than a year.
func (a *Amendments) deadline(c *Change, day string) (err error) {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fault.New(fault.Invalid, "amendment.deadline_form").At("deadline")
	}
	c.Deadline = day
	if c.Due, err = a.Certificates.EndOf(day); err != nil {
		return err
	}
	left := c.Due - a.Clock.Now()
	if left < (24 * time.Hour).Milliseconds() {
		return fault.New(fault.Invalid, "amendment.deadline_near").At("deadline")
	}
	if left > (maxDays * 24 * time.Hour).Milliseconds() {
		return fault.New(fault.Invalid, "amendment.deadline_far").At("deadline")
	}
	return nil
}

// Publish puts a new wording into force and gives the change's id. request identifies the form that was sent: sent twice,
// it publishes once. Who has to do what is spread by a chore.
func (a *Amendments) Publish(ctx context.Context, actor access.Actor, p Publication, request string) (string, error) {
	if err := actor.Check(access.PublishPolicy, access.Other); err != nil {
		return "", err
	}
	if request == "" || len(request) > 64 {
		return "", fault.New(fault.Invalid, "error.form_stale")
	}
	if id, err := changeOfRequest(ctx, a.DB.Read(), request, actor.ID); err != nil || id != "" {
		return id, err
	}
	c, err := a.plan(ctx, actor, p)
	if err != nil {
		return "", err
	}
	c.ID, c.Published = a.Clock.ID(), a.Clock.Now()
	if c.Offer != None {
		c.PassAt = c.Published
	}
	words := WordingOf(a.Catalog.Current().Clause(p.Clause))
	id := c.ID
	err = a.DB.Write(ctx, func(q db.Q) (err error) {
		id, err = a.publish(ctx, q, c, words, request)
		return err
	})
	if err != nil {
		return "", err
	}
	_, err = a.Look(ctx)
	return id, err
}

func (a *Amendments) publish(ctx context.Context, q db.Q, c Change, words Wording, request string) (string, error) {
	claimed, err := claimClause(ctx, q, c.Clause, c.From, c.To, c.Published)
	if err != nil {
		return "", err
	}
	if !claimed { // somebody was quicker: the same form, or another
		id, err := changeOfRequest(ctx, q, request, c.By)
		if err == nil && id == "" {
			err = fault.New(fault.Conflict, "amendment.changed_meanwhile")
		}
		return id, err
	}
	if words.Hash() != c.To {
		return "", fault.New(fault.Conflict, "amendment.changed_meanwhile")
	}
	if err := putVersion(ctx, q, c.Clause, words, c.Published); err != nil {
		return "", err
	}
	if err := insertChange(ctx, q, c, request); err != nil {
		return "", err
	}
	if err := nameChange(ctx, q, c.Clause, c.ID); err != nil {
		return "", err
	}
	return c.ID, a.Trail.Append(ctx, q, audit.Event{Act: "policy.published", Actor: c.By,
		Facts:   map[string]any{"change": c.ID, "clause": c.Clause, "from": c.From, "to": c.To, "offer": c.Offer, "deadline": c.Deadline},
		Private: map[string]any{"reason": c.Reason}})
}
