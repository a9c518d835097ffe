package certification

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// maxNote is how long a reason may be, in characters.
const maxNote = 500

// Approve issues a certificate that waits for approval. Nobody approves their own, nor what they have signed or waived a step
// of, so that no certificate is one person's word; where nobody else could approve it, the history says who did all of it.
func (c *Certification) Approve(ctx context.Context, actor access.Actor, person, id string) error {
	if err := c.people.Check(ctx, actor, access.GrantCertificate, person); err != nil {
		return err
	}
	_, approvers, err := c.people.List(ctx, actor, people.Filter{Role: access.HR, State: people.Active, Limit: 1})
	if err != nil {
		return err
	}
	return c.db.Write(ctx, func(q db.Q) error {
		if err := c.ledger.Hold(ctx, q, person); err != nil {
			return err
		}
		d, err := c.gather(ctx, q, person)
		if err != nil {
			return err
		}
		for _, e := range d.enrolments {
			if e.Programme != id {
				continue
			}
			p, err := c.training.Version(ctx, q, e.Version)
			if err != nil {
				return err
			}
			if spoke, err := c.training.Spoke(ctx, q, actor.ID, person, id); err != nil {
				return err
			} else if spoke && approvers > 1 {
				return fault.New(fault.Conflict, "certificate.second_eyes")
			}
			return c.approve(ctx, q, d, p, e.Start, actor)
		}
		return fault.New(fault.Missing, "error.missing")
	})
}

func (c *Certification) approve(ctx context.Context, q db.Q, d *dossier, p *programme.Programme, start string, actor access.Actor) error {
	s := d.standings[p.ID]
	changes := s.passTime(d.now)
	v, asked := d.judge(p, s, start)
	if p.Certificate == nil || !p.Certificate.Approval || !asked || !v.Met {
		return fault.New(fault.Conflict, "certificate.not_eligible")
	}
	why := reason{cause: ByApproval, actor: actor.ID}
	changes = append(changes, s.follow(v, reason{cause: ByEvidence}, d.now)...)
	if err := c.issue(ctx, q, grant{d: d, p: p, s: s, v: v, why: why}, &changes); err != nil {
		return err
	}
	if err := c.keep(ctx, q, *s, changes); err != nil {
		return err
	}
	return c.reconsider(ctx, q, d.person, why) // it may open another, for which everything is done
}

// Act is what somebody decides about a certificate.
type Act string

// The acts.
const (
	Suspend   Act = "suspend"
	Reinstate Act = "reinstate"
	Revoke    Act = "revoke"
)

// Decide suspends, reinstates or revokes the present certificate with this number, with a reason. The programme says
// which roles may; nobody decides about their own.
func (c *Certification) Decide(ctx context.Context, actor access.Actor, number string, act Act, note string) error {
	cert, err := certificateBy(ctx, c.db.Read(), CleanNumber(number))
	if err != nil {
		return err
	}
	if err := c.mayRevoke(ctx, actor, cert); err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	switch {
	case note == "":
		return fault.New(fault.Invalid, "certificate.reason_needed").At("note")
	case utf8.RuneCountInString(note) > maxNote:
		return fault.New(fault.Invalid, "certificate.reason_long", "max", maxNote).At("note")
	}
	return c.db.Write(ctx, func(q db.Q) error {
		return c.decide(ctx, q, cert, act, reason{cause: ByDecision, actor: actor.ID, note: note})
	})
}

// mayRevoke refuses who may not decide about a certificate, as if there were none.
func (c *Certification) mayRevoke(ctx context.Context, actor access.Actor, cert Certificate) error {
	if err := c.people.Check(ctx, actor, access.RevokeCertificate, cert.Person); err != nil {
		return fault.New(fault.Missing, "error.missing")
	}
	p, err := c.training.Version(ctx, c.db.Read(), cert.Version)
	if err != nil {
		return err
	}
	to, err := c.people.Relation(ctx, actor, cert.Person)
	if err != nil || p.Certificate == nil {
		return err
	}
	for _, role := range p.Certificate.Revoke {
		// Whoever is it by a role that the programme names, towards this person.
		as := access.Actor{ID: actor.ID, Roles: []access.Role{access.Role(role)}}
		if actor.Is(access.Role(role)) && as.May(access.RevokeCertificate, to) {
			return nil
		}
	}
	if actor.May(access.RevokeCertificate, access.Self) { // the operator
		return nil
	}
	return fault.New(fault.Missing, "error.missing")
}

// MayDecide says whether the actor may suspend, reinstate or revoke a certificate.
func (c *Certification) MayDecide(ctx context.Context, actor access.Actor, cert Certificate) bool {
	return c.mayRevoke(ctx, actor, cert) == nil
}

// acts is what each act does, and to what is said in the trail.
var acts = map[Act]struct {
	from  []State
	trail string
}{
	Suspend:   {[]State{Certified, Expiring, Grace}, "certificate.suspended"},
	Reinstate: {[]State{Suspended}, "certificate.reinstated"},
	Revoke:    {[]State{Certified, Expiring, Grace, Expired, Suspended}, "certificate.revoked"},
}

// ActsFrom gives the acts that a state allows, the mildest first.
func ActsFrom(s State) (out []Act) {
	for _, act := range []Act{Suspend, Reinstate, Revoke} {
		if slices.Contains(acts[act].from, s) {
			out = append(out, act)
		}
	}
	return out
}

// decide makes the change on a claimed standing. It is a conflict where the certificate is not the present one any more,
// or its state does not allow it.
func (c *Certification) decide(ctx context.Context, q db.Q, cert Certificate, act Act, why reason) error {
	if err := c.ledger.Hold(ctx, q, cert.Person); err != nil {
		return err
	}
	if err := claimStandings(ctx, q, cert.Person); err != nil {
		return err
	}
	s, err := standingOf(ctx, q, cert.Person, cert.Programme)
	if err != nil {
		return err
	}
	now := c.clock.Now()
	changes := s.passTime(now)
	rule, known := acts[act]
	if !known || s.Certificate != cert.Number || !slices.Contains(rule.from, s.State) {
		return fault.New(fault.Conflict, "certificate.state_changed")
	}
	why.at = now
	after := map[Act]State{Suspend: Suspended, Reinstate: s.At(now), Revoke: Revoked}[act]
	changes = append(changes, s.to(after, why))
	if act == Revoke {
		s.FreshFrom, s.Done = now+1, 0
	}
	if err := c.keep(ctx, q, s, changes); err != nil {
		return err
	}
	if err := c.trail.Append(ctx, q, audit.Event{Act: rule.trail, Actor: why.actor, Subject: cert.Person,
		Facts: map[string]any{"number": cert.Number, "programme": cert.Programme, "cause": why.cause}, Private: map[string]any{"reason": why.note}}); err != nil {
		return err
	}
	if act == Suspend {
		return nil
	}
	return c.reconsider(ctx, q, cert.Person, reason{cause: ByDecision}) // a renewal may have been completed meanwhile
}

// Share sets what verification shows of one's own certificate: words of Show.
func (c *Certification) Share(ctx context.Context, actor access.Actor, number string, words []string) error {
	if err := actor.Check(access.ShareCertificate, access.Self); err != nil {
		return err
	}
	var shows []string
	for _, w := range []string{ShowName, ShowProgramme, ShowDates, ShowScore} {
		if slices.Contains(words, w) {
			shows = append(shows, w)
		}
	}
	return c.db.Write(ctx, func(q db.Q) error {
		if err := setShows(ctx, q, actor.ID, CleanNumber(number), strings.Join(shows, " ")); err != nil {
			return err
		}
		return c.trail.Append(ctx, q, audit.Event{Act: "certificate.shared", Actor: actor.ID, Subject: actor.ID,
			Facts: map[string]any{"number": CleanNumber(number), "shows": shows}})
	})
}
