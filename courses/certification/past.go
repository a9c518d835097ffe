package certification

import (
	"context"
	"slices"

	"tongguan/server/base/db"
)

// Past is where somebody stood in a programme at a moment.
type Past struct {
	Person      string `db:"person_id"`
	Programme   string `db:"programme"`
	Seq         int64  `db:"seq"` // of the last transition until then
	State       State  `db:"after"`
	Certificate string `db:"certificate"` // number of the one that was present then, or ""
	BasisHash   string `db:"basis_hash"`
	Term
}

// AsOf gives where people stood at a moment of the past, from what was written down about them: by person, in the order of
// programmes. Who had nothing to do with a programme yet has no line of it. Time that had passed and was not written down
// yet counts.
func (c *Certification) AsOf(ctx context.Context, q db.Q, persons []string, at int64) (map[string][]Past, error) {
	out := map[string][]Past{}
	for part := range slices.Chunk(persons, 500) {
		some, err := pasts(ctx, q, part, at)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			p.State = p.Term.Now(p.State, at)
			out[p.Person] = append(out[p.Person], p)
		}
	}
	return out, nil
}

// Since gives what became of a standing after one of its transitions.
func (c *Certification) Since(ctx context.Context, q db.Q, person, programme string, seq int64) ([]Transition, error) {
	all, err := transitionsOf(ctx, q, person, programme)
	return slices.DeleteFunc(all, func(t Transition) bool { return t.Seq <= seq }), err
}

// pasts gives the last transition of each standing until a moment, with the certificate that it names.
func pasts(ctx context.Context, q db.Q, persons []string, at int64) (out []Past, err error) {
	query, args, err := db.In(`SELECT t.person_id, t.programme, t.seq, t.after, COALESCE(t.certificate, '') AS certificate,
			COALESCE(c.basis_hash, '') AS basis_hash, COALESCE(c.window_at, 0) AS window_at, COALESCE(c.expires_at, 0) AS expires_at,
			COALESCE(c.grace_at, 0) AS grace_at
		FROM transition t LEFT JOIN certificate c ON c.number = t.certificate
		WHERE t.person_id IN (?) AND t.at <= ? AND NOT EXISTS (SELECT 1 FROM transition n
			WHERE n.person_id = t.person_id AND n.programme = t.programme AND n.seq > t.seq AND n.at <= ?)
		ORDER BY t.person_id, t.programme`, persons, at, at)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &out, query, args...)
	return out, err
}
