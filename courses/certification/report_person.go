package certification

import (
	"context"

	"tongguan/courses/programme"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
)

// Proofs gives the lines of a person's ledger by their number, to whoever may see their certificates: an explanation names them.
func (c *Certification) Proofs(ctx context.Context, actor access.Actor, person string) (map[int64]evidence.Line, error) {
	if err := c.people.Check(ctx, actor, access.SeeCertificate, person); err != nil {
		return nil, err
	}
	lines, err := c.ledger.Of(ctx, c.db.Read(), person)
	out := make(map[int64]evidence.Line, len(lines))
	for _, l := range lines {
		out[l.Number] = l
	}
	return out, err
}

// Places gives everything that a person is in or holds a certificate of, explained, in the order of the programmes in
// force; those that are no longer in force come last.
func (c *Certification) Places(ctx context.Context, actor access.Actor, person string) ([]Explanation, error) {
	all, err := c.Standings(ctx, actor, person)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, s := range all {
		if s.counts() {
			ids = append(ids, s.Programme)
		}
	}
	var out []Explanation
	for _, id := range inOrder(c.programmes(), ids) {
		e, err := c.Explain(ctx, actor, person, id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// inOrder sorts programmes as the book has them.
func inOrder(book *programme.Book, ids []string) (out []string) {
	left := map[string]bool{}
	for _, id := range ids {
		left[id] = true
	}
	for _, p := range book.All() {
		if left[p.ID] {
			out = append(out, p.ID)
			delete(left, p.ID)
		}
	}
	for _, id := range ids {
		if left[id] {
			out = append(out, id)
		}
	}
	return out
}
