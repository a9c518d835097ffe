package reward

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// Remind is the source of what waits for HR, of what was granted to somebody the day before, and of the days to object that
// end.
func (r *Rewards) Remind(ctx context.Context, folk []reminder.Person, day string) (map[string][]reminder.Item, error) {
	first, err := time.ParseInLocation(time.DateOnly, day, r.zone)
	if err != nil {
		return nil, err
	}
	all, err := due(ctx, r.db.Read(), first.AddDate(0, 0, -ObjectDays-1).UnixMilli())
	if err != nil || len(all) == 0 {
		return nil, err
	}
	out := map[string][]reminder.Item{}
	for _, one := range all {
		if one.State == Granted {
			r.tell(out, one, first)
		}
	}
	deciders, err := r.deciders(ctx)
	if err != nil {
		return nil, err
	}
	name := map[string]string{}
	for _, p := range folk {
		name[p.ID] = p.Name
	}
	for _, hr := range deciders {
		out[hr.ID] = append(out[hr.ID], r.waiting(hr, all, name)...)
	}
	return out, nil
}

// lastDays is how long before the end of the days to object somebody is told once more.
const lastDays = 2

// tell tells the person of what was granted: the day after, and when the days to object are nearly over.
func (r *Rewards) tell(out map[string][]reminder.Item, one Reward, day time.Time) {
	item := reminder.Item{Key: "reward_given", Path: "/rewards/" + one.ID}
	if one.Kind.Penalty() {
		item.Key, item.Due = "reward_penalty", one.Until
	}
	on := time.UnixMilli(one.DecidedAt).In(r.zone).Format(time.DateOnly)
	last := one.Until != "" && one.Until == day.AddDate(0, 0, lastDays).Format(time.DateOnly)
	if on == day.AddDate(0, 0, -1).Format(time.DateOnly) || last {
		out[one.Person] = append(out[one.Person], item)
	}
}

// waiting is what waits for one of HR: all proposals that they may decide as one thing, each objection by itself.
func (r *Rewards) waiting(hr people.Person, all []Reward, name map[string]string) (out []reminder.Item) {
	n := 0
	for _, one := range all {
		switch {
		case slices.Contains([]string{one.Person, one.ProposedBy}, hr.ID):
		case one.State == Proposed:
			n++
		case one.State == Objected && one.DecidedBy != hr.ID:
			out = append(out, reminder.Item{Key: "reward_objection", Who: name[one.Person], Path: "/rewards/" + one.ID})
		}
	}
	if n > 0 {
		count := strconv.Itoa(n)
		out = append(out, reminder.Item{Key: "reward_waiting", What: catalog.Text{ZH: count, EN: count}, Path: "/rewards"})
	}
	return out
}

// deciders gives everybody of HR.
func (r *Rewards) deciders(ctx context.Context) (out []people.Person, err error) {
	for f := (people.Filter{Role: access.HR}); ; f.From += 1000 {
		some, total, err := r.people.List(ctx, access.Operator(), f)
		if err != nil {
			return nil, err
		}
		if out = append(out, some...); len(some) == 0 || f.From+len(some) >= total {
			return out, nil
		}
	}
}
