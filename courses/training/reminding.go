package training

import (
	"context"
	"slices"

	"tongguan/courses/programme"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// RemindSteps is the source of the steps that are due soon or late.
func (t *Training) RemindSteps(ctx context.Context, _ []reminder.Person, day string) (map[string][]reminder.Item, error) {
	all, err := enrolmentsIn(ctx, t.db.Read(), "")
	if err != nil {
		return nil, err
	}
	plans, err := t.judge(ctx, all, day)
	out := map[string][]reminder.Item{}
	for _, p := range plans {
		for i, item := range p.Verdict.Items {
			if item.State != programme.Ready || !reminder.Told(item.Due, day) {
				continue
			}
			key := "step"
			if p.Next[i].Kind == ToBeShown {
				key = "shown"
			}
			out[p.Enrolment.Person] = append(out[p.Enrolment.Person], reminder.Item{Key: key, What: item.Step.Title, In: p.Programme.Title,
				Due: item.Due, Path: "/programmes/" + p.Programme.ID + "#" + item.Step.ID})
		}
	}
	return out, err
}

// RemindSigners is the source of the steps that wait for somebody's signature, on the days on which their person is told of
// them: the buddy's, the nearest manager's, or that of everybody in HR.
func (t *Training) RemindSigners(ctx context.Context, _ []reminder.Person, day string) (map[string][]reminder.Item, error) {
	all, err := placesOf(ctx, t.db.Read(), "", nil, true)
	if err != nil {
		return nil, err
	}
	anybody := func(place) []programme.Signer {
		return []programme.Signer{programme.Buddy, programme.Manager, programme.HR}
	}
	waiting, err := t.waiting(ctx, all, anybody, day)
	if err != nil {
		return nil, err
	}
	whom, err := t.signers(ctx, all)
	if err != nil {
		return nil, err
	}
	out := map[string][]reminder.Item{}
	for _, w := range waiting {
		due := w.Verdict.Items[w.Item].Due
		if !reminder.Told(due, day) {
			continue
		}
		item := reminder.Item{Key: "sign", What: w.Step().Title, In: w.Programme.Title, Who: w.Name, Due: due, Path: "/signoffs"}
		for _, id := range whom(w) {
			out[id] = append(out[id], item)
		}
	}
	return out, nil
}

// signers gives who is told of a step that waits.
func (t *Training) signers(ctx context.Context, all []place) (func(Waiting) []string, error) {
	tree, err := t.teams.Tree(ctx, access.Operator())
	if err != nil {
		return nil, err
	}
	hr, err := t.everybody(ctx, access.Operator(), people.Filter{Role: access.HR})
	if err != nil {
		return nil, err
	}
	byID, teams := map[string]team.Team{}, map[string]string{}
	for _, x := range tree {
		byID[x.ID] = x
	}
	for _, p := range all {
		teams[p.Person] = p.Team
	}
	return func(w Waiting) (ids []string) {
		person := w.Enrolment.Person
		switch w.As {
		case programme.Buddy:
			if w.Enrolment.Buddy != "" {
				ids = []string{w.Enrolment.Buddy}
			}
		case programme.Manager:
			return nearest(byID, teams[person], person)
		default:
			for id := range hr {
				if id != person {
					ids = append(ids, id)
				}
			}
			slices.Sort(ids)
		}
		return ids
	}, nil
}

// nearest gives the managers of the team, or of the next one above it that has somebody else than the person.
func nearest(teams map[string]team.Team, id, person string) []string {
	for ; id != ""; id = teams[id].Parent {
		above := slices.DeleteFunc(slices.Clone(teams[id].Managers), func(m string) bool { return m == person })
		if len(above) > 0 {
			return above
		}
	}
	return nil
}
