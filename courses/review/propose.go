package review

import (
	"cmp"
	"hash/fnv"
	"slices"
)

// How many colleagues are proposed: of the person's own team, and of others. Without the others each team would be an island,
// and a mild team could not be told from a good one.
const (
	sameTeam   = 3
	otherTeams = 2
	mostLoad   = 8 // reviews as a colleague that the rule gives anybody in one cycle
)

// company is who works where.
type company struct {
	parent   map[string]string   // of each team; "" for a root
	managers map[string][]string // of each team
	team     map[string]string   // of each person
	here     []string            // persons who work here
	apart    []string            // those who supervise, clause 5.1.1, so as to stay impartial, and HR, who read what groups found
}

// propose names the reviewers of a person: as superiors the managers of the nearest team upwards that somebody else manages;
// as colleagues up to three of the same team and two of other teams, the first of these from a team beside, the second from
// anywhere. Where the team has fewer, others take their place. Those with least to review come first, so that loads stay even,
// and among them a hash decides: of the panel and the person, so that it is chance and yet can be repeated. loads counts what
// each reviews as a colleague in this cycle, and grows.
func (c company) propose(panel, person string, loads map[string]int) map[Group][]string {
	out := map[Group][]string{Superior: c.superiors(person)}
	taken := append([]string{person}, out[Superior]...)
	own := c.team[person]
	pick := func(n int, rank func(id string) int) {
		for _, id := range c.candidates(panel, person, taken, loads, rank) {
			if n == 0 {
				return
			}
			n--
			loads[id]++
			taken, out[Colleague] = append(taken, id), append(out[Colleague], id)
		}
	}
	pick(sameTeam, func(id string) int { return nearness(own != "" && c.team[id] == own, 0, -1) })
	beside := func(id string) int {
		switch team := c.team[id]; {
		case team == own:
			return -1
		case team != "" && own != "" && c.parent[team] == c.parent[own]:
			return 0
		default:
			return 1
		}
	}
	anywhere := func(id string) int { return nearness(c.team[id] != own, 0, -1) }
	pick(sameTeam+otherTeams-1-len(out[Colleague]), beside)
	pick(1, anywhere)
	return out
}

func nearness(yes bool, then, otherwise int) int {
	if yes {
		return then
	}
	return otherwise
}

// superiors are the managers of the person's team, or of the nearest one above that somebody else manages.
func (c company) superiors(person string) (out []string) {
	for team, steps := c.team[person], 0; team != "" && steps <= len(c.parent); team, steps = c.parent[team], steps+1 {
		for _, m := range c.managers[team] {
			if m != person && slices.Contains(c.here, m) {
				out = append(out, m)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// candidates are those who may be proposed as colleagues, the first to ask first; a rank below 0 leaves somebody out. Nobody
// is proposed who is asked already, who has enough to review, whom the person manages, or who manages the person, directly or
// from above: who reads what the colleagues found and is one of them could take out their own and learn the others'.
func (c company) candidates(panel, person string, taken []string, loads map[string]int, rank func(string) int) []string {
	var out []string
	for _, id := range c.here {
		if rank(id) >= 0 && loads[id] < mostLoad && !slices.Contains(taken, id) && !slices.Contains(c.apart, id) && !c.manages(person, id) && !c.manages(id, person) {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(loads[a], loads[b]), cmp.Compare(hash(panel, a), hash(panel, b)), cmp.Compare(a, b))
	})
	return out
}

// manages says whether the person manages the team of the other, or one above it.
func (c company) manages(person, other string) bool {
	for team, steps := c.team[other], 0; team != "" && steps <= len(c.parent); team, steps = c.parent[team], steps+1 {
		if slices.Contains(c.managers[team], person) {
			return true
		}
	}
	return false
}

// order is the order in which panels choose, by hash: whose id is small must not always choose first.
func order(panels []string) []string {
	out := slices.Compact(slices.Sorted(slices.Values(panels)))
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(hash(a, ""), hash(b, "")) })
	return out
}

func hash(a, b string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(a + "/" + b))
	x := h.Sum64()
	x ^= x >> 33 // the last bytes of an id must reach the first bits
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}
