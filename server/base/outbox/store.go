package outbox

import (
	"context"

	"tongguan/server/base/db"
)

func insert(ctx context.Context, q db.Q, id string, m Mail, now int64) error {
	_, err := q.Exec(ctx, `INSERT INTO outbox_mail (id, key, person_id, address, subject, text_body, html_body, state, next_at, created_at)
		VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6, $7, 'waiting', $8, $8) ON CONFLICT (key) DO NOTHING`,
		id, m.Key, m.Person, m.To, m.Subject, m.Text, m.HTML, now)
	return err
}

func due(ctx context.Context, q db.Q, now int64) (waits bool, err error) {
	err = q.Get(ctx, &waits, "SELECT EXISTS (SELECT 1 FROM outbox_mail WHERE state = 'waiting' AND next_at <= $1 AND leased_until <= $1)", now)
	return waits, err
}

// claimTurn lets takers in one by one. Otherwise two would choose the same mails, and the second, having waited for
// the first, be left with none, or each wait for the other's.
func claimTurn(ctx context.Context, q db.Q) error {
	return only(q.Exec(ctx, "UPDATE outbox_turn SET turns = turns + 1 WHERE id = 1"))
}

// giveUp fails those whose last try was never heard of: a mail must not bring down node after node for ever.
func giveUp(ctx context.Context, q db.Q, now int64) error {
	_, err := q.Exec(ctx, `UPDATE outbox_mail SET state = 'failed',
			last_error = CASE WHEN last_error = '' THEN 'every try was cut short' ELSE last_error END
		WHERE state = 'waiting' AND next_at <= $1 AND leased_until <= $1 AND tries >= $2`, now, Tries)
	return err
}

type row struct {
	ID      string `db:"id"`
	Key     string `db:"key"`
	Person  string `db:"person_id"`
	To      string `db:"address"`
	Subject string `db:"subject"`
	Text    string `db:"text_body"`
	HTML    string `db:"html_body"`
	Created int64  `db:"created_at"`
	Tries   int64  `db:"tries"`
}

func lease(ctx context.Context, q db.Q, n int, now, until int64) ([]Taken, error) {
	var rows []row
	err := q.Select(ctx, &rows, `UPDATE outbox_mail SET leased_until = $2, tries = tries + 1
		WHERE state = 'waiting' AND leased_until <= $1 AND id IN (SELECT id FROM outbox_mail
			WHERE state = 'waiting' AND next_at <= $1 AND leased_until <= $1 ORDER BY next_at, id LIMIT $3)
		RETURNING id, key, COALESCE(person_id, '') AS person_id, address, subject, text_body, html_body, created_at, tries`, now, until, n)
	taken := make([]Taken, len(rows))
	for i, r := range rows {
		taken[i] = Taken{r.ID, Mail{r.Key, r.Person, r.To, r.Subject, r.Text, r.HTML}, r.Created, r.Tries}
	}
	return taken, err
}

func sent(ctx context.Context, q db.Q, id string, now int64) (int64, error) {
	return q.Exec(ctx, `UPDATE outbox_mail SET state = 'sent', sent_at = $2, leased_until = 0, last_error = '', text_body = '', html_body = ''
		WHERE id = $1 AND state <> 'sent'`, id, now)
}

// failed claims the mail as it was handed out: the count of tries is another one where it was handed out since.
func failed(ctx context.Context, q db.Q, t Taken, state, text string, next int64) (int64, error) {
	return q.Exec(ctx, `UPDATE outbox_mail SET state = $3, last_error = $4, next_at = $5, leased_until = 0
		WHERE id = $1 AND tries = $2 AND state = 'waiting'`, t.ID, t.Try, state, text, next)
}

func giveBack(ctx context.Context, q db.Q, t Taken) (int64, error) {
	return q.Exec(ctx, `UPDATE outbox_mail SET tries = tries - 1, leased_until = 0
		WHERE id = $1 AND tries = $2 AND state = 'waiting' AND leased_until > 0`, t.ID, t.Try)
}

func trouble(ctx context.Context, q db.Q, most int) (out []Failure, err error) {
	err = q.Select(ctx, &out, `SELECT id, COALESCE(person_id, '') AS person_id, address, subject, state = 'failed' AS final, tries, next_at, last_error, created_at
		FROM outbox_mail WHERE state <> 'sent' AND last_error <> '' ORDER BY created_at DESC, id DESC LIMIT $1`, most)
	return out, err
}
