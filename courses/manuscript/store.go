package manuscript

import (
	"context"

	"tongguan/server/base/db"
)

// claim counts one more save of a file: of two at once, the second waits here.
func claim(ctx context.Context, q db.Q, file string) error {
	_, err := q.Exec(ctx, "INSERT INTO manuscript (file, saves) VALUES ($1, 1) ON CONFLICT (file) DO UPDATE SET saves = manuscript.saves + 1", file)
	return err
}

// saved is what a form has done.
type saved struct {
	File  string `db:"file"`
	By    string `db:"saved_by"`
	After string `db:"after_hash"`
	Way   Way    `db:"way"`
}

// byRequest gives what a form that was sent before has done, or nothing.
func byRequest(ctx context.Context, q db.Q, request string) (s saved, err error) {
	err = q.Get(ctx, &s, "SELECT file, saved_by, after_hash, way FROM manuscript_save WHERE request_id = $1", request)
	if db.None(err) {
		err = nil
	}
	return s, err
}

func insert(ctx context.Context, q db.Q, w *writing, after string) error {
	_, err := q.Exec(ctx, `INSERT INTO manuscript_save (id, file, saved_by, before_hash, after_hash, way, saved_at, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, w.Clock.ID(), w.file.Path, w.actor.ID, w.loaded, after, w.way, w.Clock.Now(), w.request)
	return err
}
