package audit

import "sort"

// Where a fault stands.
const (
	InEntry      = "entry"      // Seq is the entry, or the first of those up to To
	InRange      = "range"      // one of the entries Seq to To, and nobody can say which
	InHead       = "head"       // the row that counts the entries
	InCheckpoint = "checkpoint" // a signed checkpoint and the trail do not agree
	InFile       = "file"       // the evidence outside the database is damaged
)

// Fault is one thing that is wrong with the trail; trail.fault.<Key> in web/words says it, of Args, Seq and To.
type Fault struct {
	Where string         `json:"where"`
	Seq   int64          `json:"seq"`
	To    int64          `json:"to,omitempty"`
	Key   string         `json:"key"`
	Args  map[string]any `json:"args,omitempty"`
}

// located says whether the fault names an entry, or some of which one is bad.
func (f Fault) located() bool { return f.Where == InEntry || f.Where == InRange }

// Report is what Verify found.
type Report struct {
	Size        int64   `json:"size"`
	Root        string  `json:"root"`        // base64, as in a checkpoint; "" where so much is missing that there is none
	Checkpoints int     `json:"checkpoints"` // how many signed checkpoints agree
	Proved      int64   `json:"proved"`      // how many entries were held against their own record outside the database
	Erased      int     `json:"erased"`      // commitments to people who were erased
	First       *int64  `json:"first"`       // number of the first bad entry; null where none is bad
	Faults      []Fault `json:"faults"`      // the first bad entry first; empty when the trail is whole
	More        int     `json:"more"`        // faults beyond those
}

// Whole says whether nothing is wrong with the trail.
func (r Report) Whole() bool { return len(r.Faults) == 0 }

// inOrder puts first what names an entry, by its number, and after that what follows from it or names none.
func inOrder(faults []Fault) []Fault {
	sort.SliceStable(faults, func(i, j int) bool {
		a, b := faults[i], faults[j]
		if a.rank() != b.rank() {
			return a.rank() < b.rank()
		}
		return a.Seq < b.Seq
	})
	return faults
}

func (f Fault) rank() int {
	switch {
	case f.Key == "follows":
		return 2
	case f.located():
		return 0
	case f.Where == InHead:
		return 1
	default:
		return 3
	}
}
