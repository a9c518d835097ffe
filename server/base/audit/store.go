package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"math/bits"

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
	if err := h.read(); err != nil {
		return h, err
	}
	if len(h.edge) != bits.OnesCount64(uint64(h.Size)) {
		return h, fmt.Errorf("audit: the head counts %d entries and has %d hashes", h.Size, len(h.edge))
	}
	return h, nil
}

func readHead(ctx context.Context, q db.Q) (h head, err error) {
	if err := q.Get(ctx, &h, "SELECT size, edge FROM audit_head WHERE id = 1"); err != nil {
		return h, fmt.Errorf("audit: head: %w", err)
	}
	err = h.read()
	return h, err
}

func (h *head) read() error {
	if err := json.Unmarshal([]byte(h.Edge), &h.edge); err != nil {
		return fmt.Errorf("audit: the head's hashes: %w", err)
	}
	return nil
}

// outsiders counts the entries that the head does not count, in one statement, so that one that is appended
// at this moment is not taken for one.
func outsiders(ctx context.Context, q db.Q) (n int64, err error) {
	err = q.Get(ctx, &n, "SELECT count(*) FROM audit_entry WHERE seq < 0 OR seq >= (SELECT size FROM audit_head WHERE id = 1)")
	return n, err
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

// saltOf gives a person's salt, minted where there is none. Whom the trail knows without one was erased and
// stays so: what is said of them now is committed to under a salt that nobody keeps. A kept one would make
// their earlier entries look forged.
func saltOf(ctx context.Context, q db.Q, person string, mint func() string) (salt string, err error) {
	const read = "SELECT salt FROM audit_salt WHERE person_id = $1"
	err = q.Get(ctx, &salt, read, person)
	if !db.None(err) {
		return salt, err
	}
	minted := mint()
	if _, err := q.Exec(ctx, `INSERT INTO audit_salt (person_id, salt) SELECT $1, $2
		WHERE NOT EXISTS (SELECT 1 FROM audit_entry WHERE actor_id = $1)
			AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE subject_id = $1)
		ON CONFLICT (person_id) DO NOTHING`, person, minted); err != nil {
		return "", err
	}
	if err = q.Get(ctx, &salt, read, person); db.None(err) {
		return minted, nil
	}
	return salt, err
}

func entriesFrom(ctx context.Context, q db.Q, seq, limit int64) (es []entry, err error) {
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
