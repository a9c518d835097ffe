package reminder

import (
	"context"

	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

func dayDone(ctx context.Context, q db.Q, day string) (bool, error) {
	var n int
	err := q.Get(ctx, &n, "SELECT COUNT(*) FROM digest_day WHERE day = $1 AND done_at IS NOT NULL", day)
	return n > 0, err
}

// claimDay takes the day where nobody has it, or whoever had it has not been heard of for the lease.
func claimDay(ctx context.Context, d *db.DB, day string, now, until int64) (mine bool, err error) {
	n, err := d.Read().Exec(ctx, `INSERT INTO digest_day (day, lease_until) VALUES ($1, $2)
		ON CONFLICT (day) DO UPDATE SET lease_until = excluded.lease_until
		WHERE digest_day.done_at IS NULL AND digest_day.lease_until <= $3`, day, until, now)
	return n == 1, err
}

func endDay(ctx context.Context, q db.Q, day string, now int64) error {
	_, err := q.Exec(ctx, "UPDATE digest_day SET done_at = $2 WHERE day = $1 AND done_at IS NULL", day, now)
	return err
}

// claim says whether the person has not been told that day.
func claim(ctx context.Context, q db.Q, person, day, items string, now int64) (bool, error) {
	n, err := q.Exec(ctx, `INSERT INTO digest (person_id, day, items, told_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, day) DO NOTHING`, person, day, items, now)
	return n == 1, err
}

func notice(ctx context.Context, q db.Q, person, day string) (items string, err error) {
	err = q.Get(ctx, &items, "SELECT items FROM digest WHERE person_id = $1 AND day = $2 AND aside_at IS NULL", person, day)
	if db.None(err) {
		return "", nil
	}
	return items, err
}

func aside(ctx context.Context, q db.Q, person, day string, now int64) error {
	n, err := q.Exec(ctx, "UPDATE digest SET aside_at = COALESCE(aside_at, $3) WHERE person_id = $1 AND day = $2", person, day, now)
	if err == nil && n == 0 {
		err = fault.New(fault.Missing, "error.missing")
	}
	return err
}

// forget removes what was told before a day.
func forget(ctx context.Context, q db.Q, before string) error {
	if _, err := q.Exec(ctx, "DELETE FROM digest WHERE day < $1", before); err != nil {
		return err
	}
	_, err := q.Exec(ctx, "DELETE FROM digest_day WHERE day < $1", before)
	return err
}

func optedOut(ctx context.Context, q db.Q) (map[string]bool, error) {
	var ids []string
	err := q.Select(ctx, &ids, "SELECT person_id FROM digest_choice WHERE mail_off")
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

func hasOptedOut(ctx context.Context, q db.Q, person string) (bool, error) {
	var n int
	err := q.Get(ctx, &n, "SELECT COUNT(*) FROM digest_choice WHERE person_id = $1 AND mail_off", person)
	return n > 0, err
}

func setOptedOut(ctx context.Context, q db.Q, person string, off bool, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO digest_choice (person_id, mail_off, changed_at) VALUES ($1, $2, $3)
		ON CONFLICT (person_id) DO UPDATE SET mail_off = excluded.mail_off, changed_at = excluded.changed_at`, person, off, now)
	return err
}
