package certification

import (
	"context"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
)

// ahead is how long before a certificate ends its holder is told for the first time, in days.
const ahead = 30

// Remind is the source of the certificates that end soon, or whose days of grace do.
func (c *Certification) Remind(ctx context.Context, _ []reminder.Person, day string) (map[string][]reminder.Item, error) {
	today, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, err
	}
	all, err := endingBefore(ctx, c.db.Read(), dayStart(today.AddDate(0, 0, ahead+2), c.zone))
	out := map[string][]reminder.Item{}
	for _, s := range all {
		state, end := s.Now(dayStart(today, c.zone)), s.Term
		if state == Grace {
			end.Expires = s.Grace
		}
		due := end.LastDay(c.zone)
		first := today.AddDate(0, 0, ahead).Format(time.DateOnly)
		if state != Expiring && state != Grace || due != first && !reminder.Told(due, day) {
			continue
		}
		out[s.Person] = append(out[s.Person], reminder.Item{Key: string(state), What: c.called(s.Programme), Due: due, Path: "/programmes/" + s.Programme})
	}
	return out, err
}

// called is what a programme's certificate is called today; one that is no longer in the content goes by its id.
func (c *Certification) called(id string) catalog.Text {
	if p := c.programmes().Get(id); p != nil && p.Certificate != nil {
		return p.Certificate.Title
	}
	return catalog.Text{ZH: id, EN: id}
}
