package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
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
	Hash      string `db:"hash"`
}

const entryColumns = "seq, at, act, actor_id, subject_id, private, leaf, hash"

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

// outsiders gives numbers of entries that the head does not count, in one statement, so that one that is appended at
// this moment is not taken for one.
func outsiders(ctx context.Context, q db.Q, most int) (seqs []int64, err error) {
	err = q.Select(ctx, &seqs, `SELECT seq FROM audit_entry WHERE seq < 0 OR seq >= (SELECT size FROM audit_head WHERE id = 1)
		ORDER BY seq LIMIT $1`, most)
	return seqs, err
}

func store(ctx context.Context, q db.Q, h head, e entry) error {
	edge, err := json.Marshal(h.edge)
	if err != nil {
		return err
	}
	if _, err := q.Exec(ctx, `INSERT INTO audit_entry (seq, at, act, actor_id, subject_id, private, leaf, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.Seq, e.At, e.Act, e.ActorID, e.SubjectID, e.Private, e.Leaf, e.Hash); err != nil {
		return fmt.Errorf("audit: append: %w", err)
	}
	_, err = q.Exec(ctx, "UPDATE audit_head SET edge = $1 WHERE id = 1", string(edge))
	return err
}

// saltOf gives a person's salt, minted where there is none: for somebody who is new, and for the pseudonym that is left
// of somebody who was erased. The head is claimed, so that nobody else mints or deletes it.
func saltOf(ctx context.Context, q db.Q, person string, mint func() string) (salt string, err error) {
	err = q.Get(ctx, &salt, "SELECT salt FROM audit_salt WHERE person_id = $1", person)
	if !db.None(err) {
		return salt, err
	}
	salt = mint()
	_, err = q.Exec(ctx, "INSERT INTO audit_salt (person_id, salt) VALUES ($1, $2)", person, salt)
	return salt, err
}

func entriesFrom(ctx context.Context, q db.Q, seq, limit int64) (es []entry, err error) {
	err = q.Select(ctx, &es, "SELECT "+entryColumns+" FROM audit_entry WHERE seq >= $1 ORDER BY seq LIMIT $2", seq, limit)
	return es, err
}

func entryAt(ctx context.Context, q db.Q, seq int64) (e entry, err error) {
	err = q.Get(ctx, &e, "SELECT "+entryColumns+" FROM audit_entry WHERE seq = $1", seq)
	if db.None(err) {
		err = fault.New(fault.Missing, "error.missing")
	}
	return e, err
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

// search reads backwards from a number, through an index of what is asked for where there is one.
func search(ctx context.Context, q db.Q, f Filter) (es []entry, err error) {
	where, args := []string{"seq < ?"}, []any{f.Before}
	and := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if len(f.Acts) > 0 {
		and("act IN (?)", f.Acts)
	}
	if f.People != nil {
		and("seq IN (SELECT seq FROM audit_entry WHERE actor_id IN (?) UNION SELECT seq FROM audit_entry WHERE subject_id IN (?))",
			f.People, f.People)
	}
	if f.From > 0 {
		and("at >= ?", f.From)
	}
	if f.Until > 0 {
		and("at < ?", f.Until)
	}
	query, args, err := db.In("SELECT "+entryColumns+" FROM audit_entry WHERE "+strings.Join(where, " AND ")+" ORDER BY seq DESC LIMIT ?",
		append(args, f.Limit)...)
	if err != nil {
		return nil, err
	}
	err = q.Select(ctx, &es, query, args...)
	return es, err
}

// acts steps through the index from one act to the next, and reads a row for each.
func acts(ctx context.Context, q db.Q) (out []string, err error) {
	err = q.Select(ctx, &out, `WITH RECURSIVE step (act) AS (
			SELECT MIN(act) FROM audit_entry
			UNION ALL SELECT (SELECT MIN(e.act) FROM audit_entry e WHERE e.act > step.act) FROM step WHERE step.act IS NOT NULL)
		SELECT act FROM step WHERE act IS NOT NULL`)
	slices.Sort(out) // the database's order may be a language's
	return out, err
}

// holdHead makes everybody wait who wants to append.
func holdHead(ctx context.Context, q db.Q) error {
	_, err := q.Exec(ctx, "UPDATE audit_head SET size = size WHERE id = 1")
	return err
}

// mentioning gives the entries about others whose private facts hold the text. It may find too many: LIKE sees no case
// on one of the databases.
func mentioning(ctx context.Context, q db.Q, person, text string) (es []entry, err error) {
	err = q.Select(ctx, &es, "SELECT "+entryColumns+` FROM audit_entry WHERE subject_id <> $1 AND private LIKE $2 ESCAPE '!' ORDER BY seq`,
		person, "%"+likeEscaper.Replace(text)+"%")
	return es, err
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func strikePrivate(ctx context.Context, q db.Q, seq int64) error {
	_, err := q.Exec(ctx, "UPDATE audit_entry SET private = '' WHERE seq = $1", seq)
	return err
}

// strike takes a person out of every entry, and their salt with them.
func strike(ctx context.Context, q db.Q, person string) error {
	for _, s := range []string{"DELETE FROM audit_salt WHERE person_id = $1",
		"UPDATE audit_entry SET subject_id = '', private = '' WHERE subject_id = $1",
		"UPDATE audit_entry SET actor_id = '' WHERE actor_id = $1"} {
		if _, err := q.Exec(ctx, s, person); err != nil {
			return err
		}
	}
	return nil
}

type checkRow struct {
	Next   int64  `db:"next_at"`
	Begun  int64  `db:"begun_at"`
	Done   int64  `db:"done_at"`
	Report string `db:"report"`
}

func lastCheck(ctx context.Context, q db.Q) (r checkRow, err error) {
	err = q.Get(ctx, &r, "SELECT next_at, begun_at, done_at, report FROM audit_check WHERE id = 1")
	return r, err
}

// claimCheck begins a check where one is due: of all nodes one does it. The next is due at next, whatever becomes of this one.
func claimCheck(ctx context.Context, q db.Q, now, next int64) (bool, error) {
	n, err := q.Exec(ctx, "UPDATE audit_check SET begun_at = $1, next_at = $2 WHERE id = 1 AND next_at <= $1", now, next)
	return n == 1, err
}

func askCheck(ctx context.Context, q db.Q) error {
	_, err := q.Exec(ctx, "UPDATE audit_check SET next_at = 0 WHERE id = 1")
	return err
}

func noteCheck(ctx context.Context, q db.Q, begun, done int64, report string) error {
	_, err := q.Exec(ctx, "UPDATE audit_check SET begun_at = $1, done_at = $2, report = $3 WHERE id = 1 AND begun_at <= $1", begun, done, report)
	return err
}
