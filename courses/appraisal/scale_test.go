package appraisal

import (
	"fmt"
	"testing"

	"tongguan/server/base/db"
)

// More people than are taken on in one transaction.
func TestManyPeople(t *testing.T) {
	each(t, func(h *house) {
		const n = 2*batch + 1
		var ids, names []string
		for i := range n {
			ids, names = append(ids, h.clock.ID()), append(names, fmt.Sprint("z", i))
		}
		h.must(h.d.Write(ctx, func(q db.Q) error {
			_, err := q.Exec(ctx, `INSERT INTO person (id, login, name, email, lang, team_id, state, sort_key, search_key, created_at)
				SELECT r.id, r.name, r.name, '', 'zh', $1, 'active', r.name, r.name, CAST(1 AS BIGINT) FROM {rows}`, h.north,
				new(db.Rows).Text("id", ids).Text("name", names))
			return err
		}))
		p := h.plan()
		p.Least, p.Missing = 0, "zero"
		cycle := h.open(p)
		h.until(november.Reviews)
		if h.judges.early > 0 || len(h.judges.closed) != n+2 {
			h.Errorf("%d results asked for the reviews while others of the cycle were open; %d closed", h.judges.early, len(h.judges.closed))
		}
		h.until(november.Calibration)
		if shown, err := h.ShowAll(ctx, h.hr.Actor(), cycle, h.form()); err != nil || shown != 0 {
			h.Errorf("%d were left to show, %v", shown, err)
		}
		h.until(november.Response)
		if closed, err := h.CloseAll(ctx, h.hr.Actor(), cycle, h.form()); err != nil || closed != n+2 {
			h.Errorf("%d closed, want %d, %v", closed, n+2, err)
		}
		if c, err := h.Cycle(ctx, h.hr.Actor(), cycle); err != nil || c.States[Closed] != n+2 || c.ClosedAt == 0 {
			h.Errorf("%+v %v", c.States, err)
		}
	})
}
