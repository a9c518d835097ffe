package appraisal

import (
	"context"
	"slices"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// population gives whom a plan is about, in order of their names. Who is suspended is left out.
func (a *Appraisals) population(ctx context.Context, actor access.Actor, p Plan) ([]people.Person, error) {
	if len(p.Teams)+len(p.Roles)+len(p.Persons) == 0 {
		return nil, fault.New(fault.Invalid, "appraisal.nobody").At("population")
	}
	for _, r := range p.Roles {
		if !access.Role(r).Known() {
			return nil, fault.New(fault.Invalid, "appraisal.role_unknown").At("population")
		}
	}
	teams, err := a.under(ctx, p)
	if err != nil {
		return nil, err
	}
	var out []people.Person
	for from := 0; ; from += 1000 {
		page, n, err := a.people.List(ctx, actor, people.Filter{From: from})
		if err != nil {
			return nil, err
		}
		for _, one := range page {
			if one.State != people.Suspended && p.means(one, teams) {
				out = append(out, one)
			}
		}
		if from+len(page) >= n || len(page) == 0 {
			break
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "appraisal.nobody").At("population")
	}
	return out, nil
}

// under gives the teams of a plan with all below them.
func (a *Appraisals) under(ctx context.Context, p Plan) (map[string]bool, error) {
	out := map[string]bool{}
	for _, t := range p.Teams {
		below, err := a.teams.Under(ctx, t)
		if err != nil {
			return nil, err
		}
		if len(below) == 0 {
			return nil, fault.New(fault.Invalid, "appraisal.team_unknown").At("population")
		}
		for id := range below {
			out[id] = true
		}
	}
	return out, nil
}

// means says whether a plan is about somebody.
func (p Plan) means(one people.Person, teams map[string]bool) bool {
	if slices.Contains(p.Persons, one.ID) {
		return true
	}
	if len(p.Teams)+len(p.Roles) == 0 || len(p.Teams) > 0 && !teams[one.Team] {
		return false
	}
	return len(p.Roles) == 0 || slices.ContainsFunc(one.Roles, func(r access.Role) bool { return slices.Contains(p.Roles, string(r)) })
}

func ids(folk []people.Person) []string {
	out := make([]string, len(folk))
	for i, p := range folk {
		out[i] = p.ID
	}
	return out
}
