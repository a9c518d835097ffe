package review

import (
	"context"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
	"tongguan/server/base/fault"
)

// Remind is the source of the reviews that people owe, up to the last day.
func (r *Reviews) Remind(ctx context.Context, persons []reminder.Person, day string) (map[string][]reminder.Item, error) {
	all, err := owed(ctx, r.DB.Read(), day)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, p := range persons {
		names[p.ID] = p.Name
	}
	out := map[string][]reminder.Item{}
	for _, o := range all {
		name, known := names[o.Of]
		if !known || !reminder.Told(o.Due, day) {
			continue
		}
		out[o.Person] = append(out[o.Person], reminder.Item{Key: "review", What: catalog.Text{ZH: name, EN: name}, Due: o.Due, Path: "/reviews/" + o.ID})
	}
	return out, nil
}

// nothing takes Missing for an answer: nothing concerns the actor.
func nothing(err error) error {
	if fault.KindOf(err) == fault.Missing {
		return nil
	}
	return err
}
