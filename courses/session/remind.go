package session

import (
	"context"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
)

// Remind is the source of the sessions of today and tomorrow, for those whom they are for and for their host.
func (s *Sessions) Remind(ctx context.Context, _ []reminder.Person, day string) (map[string][]reminder.Item, error) {
	first, err := time.ParseInLocation(time.DateOnly, day, s.zone)
	if err != nil {
		return nil, err
	}
	from, tomorrow, to := first.UnixMilli(), first.AddDate(0, 0, 1).UnixMilli(), first.AddDate(0, 0, 2).UnixMilli()
	all, err := between(ctx, s.db.Read(), from, to)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	c, err := s.company(ctx, access.Operator(), access.HoldSession, from, to)
	if err != nil {
		return nil, err
	}
	out := map[string][]reminder.Item{}
	for _, one := range all {
		if one.State != Planned {
			continue
		}
		key := "session_today"
		if one.StartsAt >= tomorrow {
			key = "session_tomorrow"
		}
		title := time.UnixMilli(one.StartsAt).In(s.zone).Format("15:04") + " " + one.Title
		item := reminder.Item{Key: key, What: catalog.Text{ZH: title, EN: title}, Path: "/training/sessions/" + one.ID}
		out[one.Host] = append(out[one.Host], item)
		for _, m := range c.audience(one) {
			out[m.ID] = append(out[m.ID], item)
		}
	}
	return out, nil
}
