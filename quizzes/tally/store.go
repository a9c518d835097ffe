package tally

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/itemstats"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// claim claims the sums of a set, whether there are any yet or not, and gives them.
func claim(ctx context.Context, q db.Q, hash string) (*itemstats.Sums, error) {
	var text string
	err := q.Get(ctx, &text, `INSERT INTO item_sums (set_hash, attempts, sums, version) VALUES ($1, 0, '', 1)
		ON CONFLICT (set_hash) DO UPDATE SET version = item_sums.version + 1 RETURNING sums`, hash)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// keep stores the sums that were claimed.
func keep(ctx context.Context, q db.Q, hash string, s *itemstats.Sums) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, "UPDATE item_sums SET attempts = $2, sums = $3 WHERE set_hash = $1", hash, s.Attempts(), string(text))
	return err
}

// drop empties the sums that were claimed. The row stays: who folds meanwhile waits for it.
func drop(ctx context.Context, q db.Q, hash string) error {
	_, err := q.Exec(ctx, "UPDATE item_sums SET attempts = 0, sums = '' WHERE set_hash = $1", hash)
	return err
}

// sumsOf gives the sums of a set and their version, 0 where there are none.
func sumsOf(ctx context.Context, q db.Q, hash string) (*itemstats.Sums, int64, error) {
	var r struct {
		Sums    string
		Version int64
	}
	err := q.Get(ctx, &r, "SELECT sums, version FROM item_sums WHERE set_hash = $1", hash)
	if err != nil && !db.None(err) {
		return nil, 0, err
	}
	s, err := decode(r.Sums)
	return s, r.Version, err
}

// sumVersions gives the versions of the sums of some sets, by hash; sets that nobody has sat have none.
func sumVersions(ctx context.Context, q db.Q, sets []*bank.Set) (map[string]int64, error) {
	if len(sets) == 0 {
		return nil, nil
	}
	hashes := make([]string, len(sets))
	for i, s := range sets {
		hashes[i] = s.Hash
	}
	query, args, err := db.In("SELECT set_hash, version FROM item_sums WHERE attempts > 0 AND set_hash IN (?)", hashes)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Hash    string `db:"set_hash"`
		Version int64  `db:"version"`
	}
	err = q.Select(ctx, &rows, query, args...)
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.Hash] = r.Version
	}
	return out, err
}

// claimAttempts marks some closed attempts of a set as folded and gives their ids; which come first does not matter. The sums were
// claimed, so nobody else folds or forgets between the two statements. The column is this room's; everything else of the table is
// attempt's. As one statement with a
// subquery it took PostgreSQL through the whole table.
func claimAttempts(ctx context.Context, q db.Q, hash string) ([]string, error) {
	var ids []string
	err := q.Select(ctx, &ids, "SELECT id FROM attempt WHERE set_hash = $1 AND state = 'closed' AND pending = 0 AND NOT folded LIMIT $2", hash, batch)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	for some := range slices.Chunk(ids, chunk) {
		query, args, err := db.In("UPDATE attempt SET folded = TRUE WHERE id IN (?) AND NOT folded", padded(some))
		if err != nil {
			return nil, err
		}
		n, err := q.Exec(ctx, query, args...)
		if err == nil && n != int64(len(some)) {
			err = fault.New(fault.Conflict, "error.changed_meanwhile")
		}
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// chunk is how many attempts one statement names. With 500 of them PostgreSQL reckons the query so dear, before it has statistics
// of a table, that it compiles it or reads the whole table: 25 to 200 ms for what takes 1.
const chunk = 25

// padded is always a whole chunk long, so that a list of ids is always the same query.
func padded(ids []string) []string {
	out := slices.Clone(ids)
	for len(out) < chunk {
		out = append(out, ids[0])
	}
	return out
}

func unfold(ctx context.Context, q db.Q, hash string) error {
	if _, err := q.Exec(ctx, "UPDATE attempt SET folded = FALSE WHERE set_hash = $1 AND folded", hash); err != nil {
		return fmt.Errorf("tally: unfold: %w", err)
	}
	return nil
}
