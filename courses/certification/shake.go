package certification

import (
	"context"

	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// shake notes whether the present certificate still rests on what it asks. A signature, a waiver or an attendance that is
// taken back later does not end it, since that is for people to decide; but they have to learn of it.
func (c *Certification) shake(ctx context.Context, q db.Q, d *dossier, s *Standing) error {
	if s.Certificate == "" || !s.State.Holds() && s.State != Suspended {
		s.Shaken = 0
		return nil
	}
	cert, err := certificateBy(ctx, q, s.Certificate)
	if err != nil {
		return err
	}
	basis, _, err := cert.Evidence()
	if err != nil {
		return err
	}
	p, err := c.training.Version(ctx, q, cert.Version)
	if err != nil {
		return err
	}
	rests := p.Judge(programme.Case{Lines: unpractised(d.lines, cert.IssuedAt), Since: basis.Since, Held: p.Requires, Today: d.today, Only: basis.steps()}).Met
	if rests == (s.Shaken == 0) {
		return nil
	}
	if s.Shaken = d.now; rests {
		s.Shaken = 0
	}
	return c.trail.Append(ctx, q, audit.Event{Act: "certificate.shaken", Subject: s.Person,
		Facts: map[string]any{"number": cert.Number, "programme": cert.Programme, "rests": rests}})
}

// steps are those that a certificate was issued on.
func (b Basis) steps() (out []string) {
	for _, i := range b.Items {
		out = append(out, i.Step)
	}
	return out
}

// unpractised is the evidence without what an attempt made later undoes: where the latest one counts, whoever practises after
// the certificate and fails has taken nothing back.
func unpractised(lines []evidence.Line, issued int64) (out []evidence.Line) {
	for _, l := range lines {
		later := l.At > issued && (l.Kind == evidence.Quiz || l.Kind == evidence.Roleplay)
		if !later || l.Effect != evidence.Undoes {
			out = append(out, l)
		}
	}
	return out
}
