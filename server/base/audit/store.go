package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/db"
)

type head struct {
	Size int64  `db:"size"`
	Edge string `db:"edge"`

	edge []tlog.Hash
}

type entry struct {
	Seq       int64  `db:"seq"`
	At        int64  `db:"at"`
	Act       string `db:"act"`
	ActorID   string `db:"actor_id"`
	SubjectID string `db:"subject_id"`
	Private   string `db:"private"`
	Leaf      string `db:"leaf"`
}

// claimHead locks the head of the log and gives it as it is.
func claimHead(ctx context.Context, q db.Q) (h head, err error) {
	if err := q.Get(ctx, &h, "UPDATE audit_head SET size = size + 1 WHERE id = 1 RETURNING size, edge"); err != nil {
		return h, fmt.Errorf("audit: claim: %w", err)
	}
	h.Size--
	err = json.Unmarshal([]byte(h.Edge), &h.edge)
	return h, err
}

func readHead(ctx context.Context, q db.Q) (h head, err error) {
	if err := q.Get(ctx, &h, "SELECT size, edge FROM audit_head WHERE id = 1"); err != nil {
		return h, fmt.Errorf("audit: head: %w", err)
	}
	err = json.Unmarshal([]byte(h.Edge), &h.edge)
	return h, err
}

func store(ctx context.Context, q db.Q, h head, e entry) error {
	edge, err := json.Marshal(h.edge)
	if err != nil {
		return err
	}
	if _, err := q.Exec(ctx, `INSERT INTO audit_entry (seq, at, act, actor_id, subject_id, private, leaf)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, e.Seq, e.At, e.Act, e.ActorID, e.SubjectID, e.Private, e.Leaf); err != nil {
		return fmt.Errorf("audit: append: %w", err)
	}
	_, err = q.Exec(ctx, "UPDATE audit_head SET edge = $1 WHERE id = 1", string(edge))
	return err
}

func saltOf(ctx context.Context, q db.Q, person string, mint func() string) (salt string, err error) {
	const read = "SELECT salt FROM audit_salt WHERE person_id = $1"
	err = q.Get(ctx, &salt, read, person)
	if !db.None(err) {
		return salt, err
	}
	if _, err := q.Exec(ctx, "INSERT INTO audit_salt (person_id, salt) VALUES ($1, $2) ON CONFLICT (person_id) DO NOTHING",
		person, mint()); err != nil {
		return "", err
	}
	err = q.Get(ctx, &salt, read, person)
	return salt, err
}

func entriesFrom(ctx context.Context, q db.Q, seq int64, limit int) (es []entry, err error) {
	err = q.Select(ctx, &es, `SELECT seq, at, act, actor_id, subject_id, private, leaf FROM audit_entry
		WHERE seq >= $1 ORDER BY seq LIMIT $2`, seq, limit)
	return es, err
}

func allSalts(ctx context.Context, q db.Q) (map[string]string, error) {
	var rows []struct {
		Person string `db:"person_id"`
		Salt   string `db:"salt"`
	}
	if err := q.Select(ctx, &rows, "SELECT person_id, salt FROM audit_salt"); err != nil {
		return nil, err
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.Person] = r.Salt
	}
	return out, nil
}

func newest(ctx context.Context, q db.Q, offset, limit int) (es []entry, err error) {
	err = q.Select(ctx, &es, `SELECT seq, at, act, actor_id, subject_id, private, leaf FROM audit_entry
		ORDER BY seq DESC LIMIT $1 OFFSET $2`, limit, offset)
	return es, err
}
