package certification

import (
	"context"
	"slices"
	"time"

	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Holder is somebody with a certificate that holds, or that is suspended and may hold again.
type Holder struct {
	Person    string `db:"person_id"`
	Programme string `db:"programme"`
	Number    string `db:"certificate"`
	Version   string `db:"version"` // of the programme, that it was earned under
	IssuedAt  int64  `db:"issued_at"`
}

// Held counts the certificates that are held under one version of a programme.
type Held struct {
	Programme string `db:"programme"`
	Version   string `db:"version"`
	Number    int    `db:"number"`
}

// HeldBy counts what is held now, by version.
func (c *Certification) HeldBy(ctx context.Context, q db.Q) ([]Held, error) {
	return heldBy(ctx, q, c.clock.Now())
}

// Holders gives those who hold a certificate under one of these versions, by person and programme, the first ones after
// the given one.
func (c *Certification) Holders(ctx context.Context, q db.Q, versions []string, after Holder, most int) ([]Holder, error) {
	if len(versions) == 0 {
		return nil, nil
	}
	return holders(ctx, q, versions, after, c.clock.Now(), most)
}

// Persons counts the people who hold a certificate under one of these versions.
func (c *Certification) Persons(ctx context.Context, q db.Q, versions []string) (n int, err error) {
	if len(versions) == 0 {
		return 0, nil
	}
	return holdingPersons(ctx, q, versions, c.clock.Now())
}

// EndOf is the moment at which a day (YYYY-MM-DD) ends in the company's zone.
func (c *Certification) EndOf(day string) (int64, error) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, err
	}
	return dayStart(d.AddDate(0, 0, 1), c.zone), nil
}

// LastDayBefore is the last day (YYYY-MM-DD) that is over at a moment in the company's zone: EndOf turned round.
func (c *Certification) LastDayBefore(end int64) string { return Term{Expires: end}.LastDay(c.zone) }

// BringForward ends a certificate at a moment, if it would have ended later, and lets it be renewed at once by what was done
// from a moment on. In grace it has ended already, and only what is done from then on renews it. It does nothing where the
// certificate is not the present one or holds no more. q is a transaction.
func (c *Certification) BringForward(ctx context.Context, q db.Q, number string, from, end int64, note string) error {
	cert, s, err := c.seize(ctx, q, number)
	if err != nil {
		return err
	}
	changes := s.passTime(c.clock.Now())
	if s.Certificate != cert.Number || !s.State.Holds() && s.State != Suspended {
		return nil
	}
	p, err := c.training.Version(ctx, q, cert.Version)
	if err != nil || p.Certificate == nil {
		return err
	}
	before := s.Expires
	if s.Expires == 0 || end < s.Expires {
		s.Expires = end
		s.Grace = dayStart(time.UnixMilli(end).In(c.zone).AddDate(0, 0, p.Certificate.Grace), c.zone)
	}
	if s.Window == 0 || from < s.Window {
		s.Window = from
	}
	s.FreshFrom, s.Done, s.Steps, s.NextDue = from, 0, len(p.Certificate.Renew), ""
	if s.State == Certified {
		changes = append(changes, s.to(Expiring, reason{cause: ByPolicy, note: note, at: c.clock.Now()}))
	}
	if err := c.keep(ctx, q, s, changes); err != nil {
		return err
	}
	if err := setTerm(ctx, q, cert.Number, s.Term); err != nil {
		return err
	}
	if err := c.trail.Append(ctx, q, audit.Event{Act: "certificate.brought_forward", Subject: cert.Person,
		Facts: map[string]any{"number": cert.Number, "programme": cert.Programme, "before": before, "expires": s.Expires, "note": note}}); err != nil {
		return err
	}
	return c.reconsider(ctx, q, cert.Person, reason{cause: ByPolicy})
}

// Stands says whether a certificate is its holder's present one and was not revoked, be it expired or not.
func (c *Certification) Stands(ctx context.Context, q db.Q, number string) (bool, error) {
	cert, err := certificateBy(ctx, q, number)
	if err != nil {
		return false, err
	}
	s, err := standingOf(ctx, q, cert.Person, cert.Programme)
	return s.Certificate == number && s.State != Revoked, err
}

// Basis gives a certificate with the evidence that it was issued on, for whoever decides from it.
func (c *Certification) Basis(ctx context.Context, q db.Q, number string) (Certificate, Basis, error) {
	cert, err := certificateBy(ctx, q, number)
	if err != nil {
		return cert, Basis{}, err
	}
	b, _, err := cert.Evidence()
	return cert, b, err
}

// seize claims the standings of a certificate's holder and gives the one that it belongs to.
func (c *Certification) seize(ctx context.Context, q db.Q, number string) (Certificate, Standing, error) {
	cert, err := certificateBy(ctx, q, number)
	if err != nil {
		return cert, Standing{}, err
	}
	if err := c.ledger.Hold(ctx, q, cert.Person); err != nil {
		return cert, Standing{}, err
	}
	if err := claimStandings(ctx, q, cert.Person); err != nil {
		return cert, Standing{}, err
	}
	s, err := standingOf(ctx, q, cert.Person, cert.Programme)
	return cert, s, err
}

// Lapse suspends a certificate because what a change of policy asks was not done in time. held is false where there is
// nothing to suspend: it ended, or a later one took its place. Suspended already, it stays so. q is a transaction.
func (c *Certification) Lapse(ctx context.Context, q db.Q, number, note string) (held bool, err error) {
	cert, s, err := c.seize(ctx, q, number)
	if err != nil {
		return false, err
	}
	s.passTime(c.clock.Now())
	if s.Certificate != cert.Number || s.State != Suspended && !slices.Contains(acts[Suspend].from, s.State) {
		return false, nil
	}
	if s.State == Suspended {
		return true, nil
	}
	return true, c.decide(ctx, q, cert, Suspend, reason{cause: ByPolicy, note: note})
}

// Relent reinstates a certificate that Lapse suspended, and nothing else: what somebody decided is theirs to undo. q is a
// transaction.
func (c *Certification) Relent(ctx context.Context, q db.Q, number, note string) error {
	cert, s, err := c.seize(ctx, q, number)
	if err != nil {
		return err
	}
	s.passTime(c.clock.Now())
	if s.Certificate != cert.Number || s.State != Suspended || s.Cause != ByPolicy {
		return nil
	}
	err = c.decide(ctx, q, cert, Reinstate, reason{cause: ByPolicy, note: note})
	if fault.KindOf(err) == fault.Conflict { // its end has come at this very moment
		return nil
	}
	return err
}

// present is what is held: by its recorded state, and by time, which may not be recorded yet. Its argument is now.
const present = `FROM standing s JOIN certificate c ON c.number = s.certificate
	WHERE s.state IN ('certified', 'expiring', 'grace', 'suspended') AND (s.grace_at IS NULL OR s.grace_at > ?)`

func heldBy(ctx context.Context, q db.Q, now int64) (out []Held, err error) {
	query, args, err := db.In("SELECT s.programme, c.version, COUNT(*) AS number "+present+" GROUP BY s.programme, c.version ORDER BY s.programme, c.version", now)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

func holders(ctx context.Context, q db.Q, versions []string, after Holder, now int64, most int) (out []Holder, err error) {
	query, args, err := db.In("SELECT s.person_id, s.programme, s.certificate, c.version, c.issued_at "+present+
		" AND c.version IN (?) AND (s.person_id, s.programme) > (?, ?) ORDER BY s.person_id, s.programme LIMIT ?",
		now, versions, after.Person, after.Programme, most)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

func holdingPersons(ctx context.Context, q db.Q, versions []string, now int64) (n int, err error) {
	query, args, err := db.In("SELECT COUNT(DISTINCT s.person_id) "+present+" AND c.version IN (?)", now, versions)
	if err != nil {
		return 0, err
	}
	err = q.Get(ctx, &n, query, args...)
	return n, err
}

// setTerm writes a certificate's new end where its holder reads it, and keeps the one that its badges name.
func setTerm(ctx context.Context, q db.Q, number string, t Term) error {
	_, err := q.Exec(ctx, `UPDATE certificate SET window_at = $2, expires_at = $3, grace_at = $4,
		promised_at = COALESCE(promised_at, expires_at, 9223372036854775807) WHERE number = $1`, number, t.Window, t.Expires, t.Grace)
	return err
}
