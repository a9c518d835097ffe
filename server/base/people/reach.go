package people

import (
	"context"
	"maps"
	"slices"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// Reach is whose records a reader of a report may see: everybody's, or those of the people in some teams.
type Reach struct {
	All   bool
	Teams []string // ids, sorted, with all teams below; nothing where All is set
}

// Reach gives whose records the actor may see where a report shows many, narrowed to a team and those below it where one
// is named. Somebody who sees nobody but themselves gets Missing, and so does a team that they do not see.
func (p *People) Reach(ctx context.Context, actor access.Actor, do access.Action, team string) (Reach, error) {
	missing := fault.New(fault.Missing, "error.missing")
	var managed map[string]bool
	if !actor.May(do, access.Other) {
		if !actor.May(do, access.Below) {
			return Reach{}, missing
		}
		var err error
		if managed, err = p.teams.ManagedBy(ctx, actor.ID); err != nil {
			return Reach{}, err
		}
		if len(managed) == 0 || team != "" && !managed[team] {
			return Reach{}, missing
		}
	}
	if team == "" {
		return Reach{All: managed == nil, Teams: slices.Sorted(maps.Keys(managed))}, nil
	}
	under, err := p.teams.Under(ctx, team)
	if err == nil && len(under) == 0 {
		err = missing
	}
	return Reach{Teams: slices.Sorted(maps.Keys(both(managed, under)))}, err
}

// Reached gives, by login, those of these people to whom the actor may do something. Whoever is out of reach is not there, like
// somebody who does not exist.
func (p *People) Reached(ctx context.Context, actor access.Actor, do access.Action, logins []string) (map[string]Person, error) {
	found, err := peopleByLogin(ctx, p.db.Read(), logins)
	if err != nil {
		return nil, err
	}
	managed := map[string]bool{}
	if actor.Is(access.Manager) {
		if managed, err = p.teams.ManagedBy(ctx, actor.ID); err != nil {
			return nil, err
		}
	}
	maps.DeleteFunc(found, func(_ string, one Person) bool {
		to := access.Other
		switch {
		case one.ID == actor.ID:
			to = access.Self
		case managed[one.Team]:
			to = access.Below
		}
		return !actor.May(do, to)
	})
	return found, nil
}
