package evidence

import (
	"context"
	"fmt"

	"tongguan/server/base/db"
)

func insert(ctx context.Context, q db.Q, l Line) error {
	n, err := q.Exec(ctx, `INSERT INTO evidence (person_id, line, kind, subject, version, score, passed, source, at, effect)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (kind, source) DO NOTHING`,
		l.Person, l.Number, l.Kind, l.Subject, l.Version, l.Score, l.Passed, l.Source, l.At, l.Effect)
	if err == nil && n == 0 {
		return fmt.Errorf("evidence: %s %s was there already", l.Kind, l.Source)
	}
	return err
}

func lines(ctx context.Context, q db.Q, person string) (ls []Line, err error) {
	err = q.Select(ctx, &ls, `SELECT person_id, line, kind, subject, version, score, passed, source, at, effect
		FROM evidence WHERE person_id = $1 ORDER BY line`, person)
	return ls, err
}

func linesOf(ctx context.Context, q db.Q, persons []string) (ls []Line, err error) {
	query, args, err := db.In(`SELECT person_id, line, kind, subject, version, score, passed, source, at, effect
		FROM evidence WHERE person_id IN (?) ORDER BY person_id, line`, persons)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &ls, query, args...)
	return ls, err
}
