package certification

import (
	"context"
	"iter"
	"math"
	"slices"

	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Explanation says why somebody is or is not certified, item by item.
type Explanation struct {
	Standing  Standing
	State     State // at the moment of asking
	Programme *programme.Programme
	Verdict   programme.Verdict
	Renewal   bool // what is asked are the steps of a renewal
	Settled   bool // nothing is asked now: the certificate holds and cannot be renewed yet, or it is suspended
	Waiting   bool // everything is done, and somebody has to approve it
	History   []Transition
}

// Explain says where a person stands in a programme and why. Who is not in it is judged by its present version.
func (c *Certification) Explain(ctx context.Context, actor access.Actor, person, id string) (Explanation, error) {
	if err := c.people.Check(ctx, actor, access.SeeCertificate, person); err != nil {
		return Explanation{}, err
	}
	q := c.db.Read()
	d, err := c.look(ctx, q, person)
	if err != nil {
		return Explanation{}, err
	}
	p, start, err := c.placed(ctx, q, d, id)
	if err != nil {
		return Explanation{}, err
	}
	s := d.standings[id]
	if s == nil {
		s = &Standing{Person: person, Programme: id, State: NotStarted}
	}
	s.begin(p, start, c.zone)
	s.passTime(d.now)
	out := Explanation{Standing: *s, State: s.State, Programme: p, Renewal: s.State == Expiring || s.State == Grace}
	v, asked := d.judge(p, s, start)
	if !asked { // what it was earned by
		v = p.Judge(programme.Case{Lines: d.lines, Held: p.Requires, Today: d.today})
	}
	out.Verdict, out.Settled = v, !asked
	out.Waiting = asked && v.Met && p.Certificate != nil && p.Certificate.Approval
	out.History, err = transitionsOf(ctx, q, person, id)
	return out, err
}

// look is gather without a claim: for what is only shown.
func (c *Certification) look(ctx context.Context, q db.Q, person string) (*dossier, error) {
	d := &dossier{person: person, standings: map[string]*Standing{}, now: c.clock.Now(), today: c.clock.Date(c.zone)}
	all, err := standingsOf(ctx, q, []string{person})
	if err != nil {
		return nil, err
	}
	for i := range all {
		d.standings[all[i].Programme] = &all[i]
	}
	if d.enrolments, err = c.training.EnrolmentsIn(ctx, q, person); err != nil {
		return nil, err
	}
	d.lines, err = c.lines(ctx, q, person)
	return d, err
}

// placed gives the version of a programme that counts for somebody: the one that they are in, the one that their
// certificate was earned under, or the present one.
func (c *Certification) placed(ctx context.Context, q db.Q, d *dossier, id string) (p *programme.Programme, start string, err error) {
	at := slices.IndexFunc(d.enrolments, func(e training.Enrolment) bool { return e.Programme == id })
	if at >= 0 {
		p, err = c.training.Version(ctx, q, d.enrolments[at].Version)
		return p, d.enrolments[at].Start, err
	}
	if s := d.standings[id]; s != nil && s.Certificate != "" {
		cert, err := certificateBy(ctx, q, s.Certificate)
		if err != nil {
			return nil, "", err
		}
		p, err = c.training.Version(ctx, q, cert.Version)
		return p, "", err
	}
	if p = c.programmes().Get(id); p == nil {
		err = fault.New(fault.Missing, "error.missing")
	}
	return p, "", err
}

// Look is a certificate with what is true of it now.
type Look struct {
	Certificate
	State     State // Superseded where a later one took its place
	Since     int64 // when the state began; 0 where a later one took its place
	Note      string
	Programme *programme.Programme // the version that it was earned under
}

// Certificate gives one certificate to whom it belongs and who may see it.
func (c *Certification) Certificate(ctx context.Context, actor access.Actor, number string) (Look, error) {
	out, err := c.find(ctx, number)
	if err != nil {
		return Look{}, err
	}
	if err := c.people.Check(ctx, actor, access.SeeCertificate, out.Person); err != nil {
		return Look{}, fault.New(fault.Missing, "error.missing")
	}
	return out, nil
}

// find gives a certificate to whoever knows its number.
func (c *Certification) find(ctx context.Context, number string) (Look, error) {
	q := c.db.Read()
	cert, err := certificateBy(ctx, q, CleanNumber(number))
	if err != nil {
		return Look{}, err
	}
	out := Look{Certificate: cert, State: cert.Ended}
	if out.Programme, err = c.training.Version(ctx, q, cert.Version); err != nil || cert.Ended != "" {
		return out, err
	}
	s, err := standingOf(ctx, q, cert.Person, cert.Programme)
	if err != nil {
		return out, err
	}
	out.State, out.Since, out.Term = s.Now(c.clock.Now()), s.Since, s.Term // a change of policy may have brought the end forward
	if s.State == Suspended || s.State == Revoked {
		history, err := transitionsOf(ctx, q, cert.Person, cert.Programme)
		if err != nil || len(history) == 0 {
			return out, err
		}
		out.Note = history[len(history)-1].Note
	}
	return out, nil
}

// Verification is what anybody who knows a number is told: whether the certificate is valid, and what its holder agreed
// to show.
type Verification struct {
	Number    string
	State     State
	Name      string               // of the holder, "" where it is not shown
	Programme *programme.Programme // nil where it is not shown
	IssuedAt  int64                // 0 where it is not shown, as the next
	Expires   int64
	Score     int  // -1 where it is not shown
	Whole     bool // the evidence is what was hashed when it was issued
	Erased    bool // the holder's data were erased: nobody can tell any more who it was
}

// Word says in one word what a certificate is worth: valid, expired, suspended, revoked, superseded or altered.
func (v Verification) Word() string {
	switch {
	case !v.Whole:
		return "altered"
	case v.State.Valid():
		return "valid"
	case v.State == Grace || v.State == Expired:
		return "expired"
	default:
		return string(v.State)
	}
}

// Verify answers for a number. What is not there and what was never there look the same.
func (c *Certification) Verify(ctx context.Context, number string) (Verification, error) {
	look, err := c.find(ctx, number)
	if err != nil {
		return Verification{}, err
	}
	out := Verification{Number: look.Number, State: look.State, Score: -1}
	if _, out.Whole, err = look.Evidence(); err != nil {
		return out, err
	}
	if look.ShowsWord(ShowProgramme) {
		out.Programme = look.Programme
	}
	if look.ShowsWord(ShowDates) {
		out.IssuedAt, out.Expires = look.IssuedAt, look.Expires
	}
	if look.ShowsWord(ShowScore) {
		out.Score = look.Score
	}
	erased, err := c.people.Erased(ctx, look.Person)
	if err != nil {
		return out, err
	}
	if out.Erased = erased > 0; !out.Erased && look.ShowsWord(ShowName) {
		names, err := c.people.Names(ctx, []string{look.Person})
		if err != nil {
			return out, err
		}
		out.Name = names[look.Person]
	}
	return out, nil
}

// Mine gives a person's certificates, the latest first, to whoever may see them.
func (c *Certification) Mine(ctx context.Context, actor access.Actor, person string) ([]Look, error) {
	if err := c.people.Check(ctx, actor, access.SeeCertificate, person); err != nil {
		return nil, err
	}
	q := c.db.Read()
	all, err := certificatesOf(ctx, q, person)
	if err != nil {
		return nil, err
	}
	standings, err := standingsOf(ctx, q, []string{person})
	if err != nil {
		return nil, err
	}
	out := make([]Look, len(all))
	for i, cert := range all {
		out[i] = Look{Certificate: cert, State: cert.Ended}
		if out[i].Programme, err = c.training.Version(ctx, q, cert.Version); err != nil {
			return nil, err
		}
		for _, s := range standings {
			if s.Certificate == cert.Number {
				out[i].State, out[i].Since, out[i].Term = s.Now(c.clock.Now()), s.Since, s.Term
			}
		}
	}
	return out, nil
}

// History gives every change of a person's standing in a programme, the first one first.
func (c *Certification) History(ctx context.Context, actor access.Actor, person, programme string) ([]Transition, error) {
	if err := c.people.Check(ctx, actor, access.SeeCertificate, person); err != nil {
		return nil, err
	}
	return transitionsOf(ctx, c.db.Read(), person, programme)
}

// Standings gives where a person stands in every programme, at this moment.
func (c *Certification) Standings(ctx context.Context, actor access.Actor, person string) ([]Standing, error) {
	if err := c.people.Check(ctx, actor, access.SeeCertificate, person); err != nil {
		return nil, err
	}
	all, err := standingsOf(ctx, c.db.Read(), []string{person})
	for i := range all {
		all[i].passTime(c.clock.Now())
	}
	return all, err
}

// Row is a certificate in a list of all.
type Row struct {
	Certificate
	Login string
	State State
}

// All gives every certificate to whoever may see everybody's, the latest first.
func (c *Certification) All(ctx context.Context, actor access.Actor) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := actor.Check(access.SeeCertificate, access.Other); err != nil {
			yield(Row{}, err)
			return
		}
		now := c.clock.Now()
		for at, number := int64(math.MaxInt64), ""; ; {
			rows, err := certificatesBefore(ctx, c.db.Read(), at, number)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, r := range rows {
				if r.Ended == "" {
					r.Ended = r.Now(r.Present, now)
				}
				if !yield(Row{r.Certificate, r.Login, r.Ended}, nil) {
					return
				}
				at, number = r.IssuedAt, r.Number
			}
			if len(rows) < page {
				return
			}
		}
	}
}
