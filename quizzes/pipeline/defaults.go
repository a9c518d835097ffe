package pipeline

// Department is another part of the company as a queue: so many hands, the mean minutes that a job takes, and
// the mean minutes between two jobs that others give it.
type Department struct {
	Hands   int   `yaml:"hands" json:"hands"`
	Service int64 `yaml:"service" json:"service"`
	Every   int64 `yaml:"every" json:"every"`
}

// The departments that work for a rep.
const (
	presales = iota // reviews solutions before they go out (2.3.2)
	legal           // reviews contracts before they are signed (2.5.1)
	production
	aftersales
)

var departmentNames = [departments]string{"presales", "legal", "production", "aftersales"}

var usualDepartments = map[string]Department{
	"presales":   {Hands: 2, Service: 240, Every: 180},
	"legal":      {Hands: 1, Service: 180, Every: 260},
	"production": {Hands: 3, Service: 4200, Every: 1900},
	"aftersales": {Hands: 2, Service: 220, Every: 150},
}

// usualRisks are probabilities in thousandths a week, before what the rep did and left undone changes them.
var usualRisks = map[string]Permille{
	"market": 60, "competitor": 120, "contact": 25, "credit": 15, "disruption": 120, "dispute": 60, "ticket": 150,
}

// usualFines are what a violation counts against the rep, in fen (3.2.4.2).
var usualFines = map[string]Money{
	"unreviewed": 5_000_00, "floor": 20_000_00, "promise": 15_000_00, "unchecked": 15_000_00, "credit": 8_000_00, "kickback": 200_000_00,
}

// Violation is a breach of the policy.
type Violation uint16

// The violations that the engine knows.
const (
	Unreviewed Violation = iota // a solution shown without internal review (2.3.2)
	Floor                       // a price below the floor without approval (2.4.2)
	Promise                     // a delivery promised that production was not asked about and cannot do (2.4.3)
	Unchecked                   // a contract signed without legal review (2.5.1)
	Credit                      // a large contract signed without looking at the customer's credit (4.2)
	Kickback                    // a kickback paid (1.3.1, 4.4)
	violations
)

// Violations is how many kinds there are.
const Violations = violations

var violationNames = [violations]string{"unreviewed", "floor", "promise", "unchecked", "credit", "kickback"}

func (v Violation) String() string { return violationNames[v] }

// Clause is the one that the violation breaks.
func (v Violation) Clause() string {
	return [violations]string{"2.3.2", "2.4.2", "2.4.3", "2.5.1", "4.2", "4.4"}[v]
}

func usualMinutes() map[string]int64 {
	out := make(map[string]int64, acts)
	for _, a := range rules {
		out[a.name] = int64(a.minutes)
	}
	return out
}
