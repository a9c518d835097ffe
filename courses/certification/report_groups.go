package certification

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// Coverage is how many people hold a valid certificate that rests on each clause.
type Coverage struct {
	At     int64 // when they were counted
	People int
	Stale  int
	Held   map[string]int // by clause
}

// Coverage counts for each of some clauses who holds a valid certificate that rests on it, on one below it or on one above
// it, under the version of the programme by which it was earned.
func (r *Reports) Coverage(ctx context.Context, actor access.Actor, team string, clauses []string) (Coverage, error) {
	s, err := r.choose(ctx, actor, Question{Team: team})
	if err != nil {
		return Coverage{}, err
	}
	return keep(&r.kept, r.clock.Now(), "coverage "+strings.Join(clauses, " ")+s.key(), func() (Coverage, error) { return r.covered(ctx, s, clauses) })
}

// Everywhere is Coverage of the whole company for those who trace the content: numbers, and nobody's name.
func (r *Reports) Everywhere(ctx context.Context, actor access.Actor, clauses []string) (Coverage, error) {
	if err := actor.Check(access.TraceContent, access.Other); err != nil {
		return Coverage{}, err
	}
	s := selected(people.Reach{All: true})
	return keep(&r.kept, r.clock.Now(), "coverage "+strings.Join(clauses, " ")+s.key(), func() (Coverage, error) { return r.covered(ctx, s, clauses) })
}

func (r *Reports) covered(ctx context.Context, s *selection, clauses []string) (Coverage, error) {
	versions, err := r.versions(ctx)
	if err != nil {
		return Coverage{}, err
	}
	out := Coverage{At: r.clock.Now(), Held: map[string]int{}}
	groups, err := groupHolds(ctx, r.db.Read(), s)
	if err != nil {
		return out, err
	}
	for _, g := range groups {
		out.People += g.People
		var held []*programme.Programme
		for _, v := range strings.Fields(g.Text) {
			if p := versions[v]; p != nil {
				held = append(held, p)
			}
		}
		for _, c := range clauses {
			if slices.ContainsFunc(held, func(p *programme.Programme) bool { return p.Rests(c) }) {
				out.Held[c] += g.People
			}
		}
	}
	out.Stale, err = countStale(ctx, r.db.Read())
	return out, err
}

// versions gives every version of every programme by the beginning of its hash.
func (r *Reports) versions(ctx context.Context) (map[string]*programme.Programme, error) {
	hashes, err := versionHashes(ctx, r.db.Read())
	out := make(map[string]*programme.Programme, len(hashes))
	for _, h := range hashes {
		p, err := r.training.Version(ctx, r.db.Read(), h)
		if err != nil {
			return nil, err
		}
		out[shortVersion(h)] = p
	}
	return out, err
}

// months is how far back a trend goes, with the present one.
const months = 13

// Trend is how many of the people in each team held a certificate at the end of each month, and do now.
type Trend struct {
	Ends  []int64 // the moments: the first of the next month at midnight; the last is now
	Now   int64
	Size  map[string]int   // people now in each team itself, without those below it
	Held  map[string][]int // of those, by moment; a team in which nobody ever held one is not there
	Stale int
}

// Trend counts who held a valid certificate of a programme, or of any where it is "", at the end of each of the last
// twelve months, and now. It counts the people who are in the teams today.
func (r *Reports) Trend(ctx context.Context, actor access.Actor, team, programme string) (Trend, error) {
	s, err := r.choose(ctx, actor, Question{Team: team})
	if err != nil {
		return Trend{}, err
	}
	return keep(&r.kept, r.clock.Now(), fmt.Sprintf("trend %q ", programme)+s.key(), func() (Trend, error) { return r.trend(ctx, s, programme) })
}

func (r *Reports) trend(ctx context.Context, s *selection, programme string) (Trend, error) {
	out := Trend{Ends: monthEnds(r.clock.Now(), r.zone), Size: map[string]int{}, Held: map[string][]int{}}
	out.Now = out.Ends[months-1]
	sizes, err := groupTeams(ctx, r.db.Read(), s)
	if err != nil {
		return out, err
	}
	for _, g := range sizes {
		out.Size[g.Team] = g.People
	}
	groups, err := groupMoments(ctx, r.db.Read(), s, programme, out.Ends)
	if err != nil {
		return out, err
	}
	for _, g := range groups {
		counts := make([]int, 0, months)
		for _, word := range strings.Fields(g.Text) {
			var n int
			if _, err := fmt.Sscan(word, &n); err != nil {
				return out, fmt.Errorf("certification: %w", err)
			}
			counts = append(counts, n)
		}
		out.Held[g.Team] = counts
	}
	out.Stale, err = countStale(ctx, r.db.Read())
	return out, err
}

// monthEnds gives the moments at which the last months ended in a zone, and the present one.
func monthEnds(now int64, zone *time.Location) []int64 {
	today := time.UnixMilli(now).In(zone)
	out := make([]int64, months)
	for i := range months - 1 {
		out[i] = dayStart(time.Date(today.Year(), today.Month()-time.Month(months-2-i), 1, 0, 0, 0, 0, time.UTC), zone)
	}
	out[months-1] = now
	return out
}
