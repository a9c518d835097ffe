package pipeline

import "math/bits"

func popcount(x int64) int64 { return int64(bits.OnesCount64(uint64(x))) }

// Policy says what a rep does next. It knows what Sight shows and nothing else.
type Policy interface {
	Next(s Sight) Act
}

// Habits are a rep's way of working through the process: which steps are taken at all, how often, and what is done
// when the customer pushes. The reference policies are rows of habits.
type Habits struct {
	Research, Screen, Confirm, Design, Review, Prepare, Credit, Legal, Coordinate, Feedback, Revisit bool

	Meet        int  // persons to meet before a solution is made
	Open, Probe int  // questions to ask
	ByNeed      bool // the product is chosen by what is known, not by its price
	Weighs      bool // and by what it costs; the choice is thought over until it is designed

	Opening, Step int64 // the first offer's utility to the customer and what every further one adds, in 1/64
	Grabs         bool  // takes the customer's first counter-offer
	Floor         bool  // keeps the floor

	Tempted ActKind // what to do when a kickback is asked for
	Track   int64   // minutes between two looks at an order, 0 never
	Touch   int64   // minutes after which a waiting customer is called, 0 never
	Tickets bool    // problems and complaints are looked after
	Reports bool    // the superior is told once a week
	Ranks   bool    // who is furthest comes first, else who has waited longest
	Slips   Permille
}

// The reference policies.
var (
	// Novice means well, knows half of the process and gives in.
	Novice = Habits{Design: true, Confirm: true, Legal: true, Meet: 1, Open: 1, ByNeed: true, Opening: 24, Step: 8, Tempted: Decline,
		Tickets: true, Slips: 450}
	// HurriedDiscounter goes straight for the price.
	HurriedDiscounter = Habits{Meet: 1, Opening: 44, Step: 12, Grabs: true, Tempted: Decline, Ranks: true}
	// ScriptFollower takes every step once, in order, whoever the customer is.
	ScriptFollower = Habits{Research: true, Screen: true, Confirm: true, Design: true, Review: true, Legal: true, Feedback: true, Prepare: true,
		Meet: 2, Open: 2, Probe: 1, ByNeed: true, Opening: 12, Step: 8, Floor: true, Tempted: Decline, Track: 2 * workingWeek, Tickets: true,
		Reports: true, Touch: 2 * workingWeek, Slips: 100}
	// Expert sells by understanding: the whole decision unit, needs that were not said, exchange instead of concession.
	Expert = Habits{Research: true, Screen: true, Confirm: true, Design: true, Review: true, Prepare: true, Credit: true, Legal: true, Coordinate: true,
		Feedback: true, Revisit: true, Meet: people, Open: 4, Probe: 3, ByNeed: true, Weighs: true, Opening: 3, Step: 2, Floor: true, Tempted: ReportViolation,
		Track: workingWeek, Touch: workingWeek, Tickets: true, Reports: true, Ranks: true}
	// Cheat knows the process and bends it: no reviews, any price, any promise, and the kickback is paid.
	Cheat = Habits{Research: true, Screen: true, Design: true, Meet: 3, Open: 3, Probe: 2, ByNeed: true, Opening: 20, Step: 12, Grabs: true,
		Tempted: Pay, Touch: 2 * workingWeek, Tickets: true, Ranks: true}
)

// PolicyNames are the names that PolicyNamed knows, from the weakest.
var PolicyNames = []string{"novice", "discounter", "cheat", "script", "expert", "planner"}

// PolicyNamed gives a reference policy; nil where there is none of that name.
func PolicyNamed(name string) Policy {
	switch name {
	case "novice":
		return &Novice
	case "discounter":
		return &HurriedDiscounter
	case "cheat":
		return &Cheat
	case "script":
		return &ScriptFollower
	case "expert":
		return &Expert
	case "planner":
		return Planner{Base: &Expert, Rollouts: 12}
	}
	return nil
}

// Next is the most urgent step of all accounts; where none has one, the rest of the day is let pass.
func (h *Habits) Next(s Sight) Act {
	best, most := Act{Kind: Wait}, int64(0)
	for a := range s.Accounts() {
		if s.run.of(a)[Status] == Gone {
			continue
		}
		act, urgency := h.step(s, a)
		if urgency == 0 {
			continue
		}
		if urgency = urgency<<32 + h.rank(s, a); urgency > most {
			best, most = act, urgency
			best.Account = a
		}
	}
	return best
}

// rank orders accounts that are equally urgent.
func (h *Habits) rank(s Sight, a int) int64 {
	if h.Ranks {
		return s.See(a, Stage)<<24 + min(1<<24-1, s.See(a, Size)>>8)
	}
	return max(0, 1<<24-s.See(a, Touched))
}

// step is what the habits say about one account, and how urgent it is: 0 where nothing is to be done.
func (h *Habits) step(s Sight, a int) (Act, int64) {
	v := s.run.of(a) // only fields that are not hidden are read below
	switch {
	case v[Tempted] == 1:
		return Act{Kind: h.Tempted}, 9
	case h.Tickets && v[Complaint] != 0:
		return Act{Kind: HandleComplaint}, 8
	case h.Tickets && v[Tickets] > 0 && s.Can(Act{Kind: Assign, Account: a}):
		return Act{Kind: Assign}, 8
	case v[DeliveredAt] != 0:
		return h.care(s, a, v)
	case v[Signed] != 0:
		return h.execute(s, a, v)
	case v[Deal] != 0:
		return h.contract(s, a, v)
	case h.Touch != 0 && v[Met] != 0 && s.Now()-v[Touched] > h.Touch:
		return Act{Kind: Call}, 6
	case v[Moves] > 0:
		return h.bargain(s, a, v)
	}
	return h.sell(s, a, v)
}

// slips says whether the rep forgets a step this time.
func (h *Habits) slips(s Sight, a int, step int64) bool {
	return h.Slips > 0 && s.run.luck.hits(a, forPolicy, s.run.place(a, step), h.Slips)
}

func (h *Habits) sell(s Sight, a int, v *[fields]int64) (Act, int64) {
	talks := s.Count(a, Call) + s.Count(a, Visit)
	opp := int(v[Opportunity])
	switch {
	case h.Research && v[Insight] == 0:
		return Act{Kind: Research}, 1
	case h.Screen && v[Screened] == 0:
		return Act{Kind: Screen}, 1
	case v[Screened] == 2 && h.Screen:
		return Act{Kind: Drop}, 9
	case popcount(v[Met]) < int64(h.Meet) && talks < 4*h.Meet:
		if talks%3 == 0 {
			return Act{Kind: Call}, 2
		}
		return Act{Kind: Visit}, 2
	case v[Met] == 0:
		return Act{Kind: Call}, 1
	case s.Count(a, AskOpen) < h.Open*(opp+1) && v[Confirmed] == 0:
		return Act{Kind: AskOpen}, 3
	case s.Count(a, AskProbing) < h.Probe*(opp+1) && v[Confirmed] == 0:
		return Act{Kind: AskProbing}, 3
	case h.Confirm && v[Known] != v[Confirmed] && !h.slips(s, a, 1):
		return Act{Kind: Confirm}, 3
	case h.Weighs && v[Quality] == 0 && v[Matched] != s.Wisest(a)+1:
		return Act{Kind: Match, Arg: s.Wisest(a)}, 3
	case v[Matched] == 0 && h.ByNeed:
		return Act{Kind: Match, Arg: s.Best(a)}, 3
	case v[Matched] == 0:
		return Act{Kind: Match}, 3
	}
	return h.show(s, a, v)
}

func (h *Habits) show(s Sight, a int, v *[fields]int64) (Act, int64) {
	switch {
	case h.Design && v[Quality] == 0:
		return Act{Kind: Design}, 4
	case h.Review && v[Reviewed] == 0 && !h.slips(s, a, 2):
		return Act{Kind: SubmitReview}, 5
	case v[Reviewed] == 1:
		return Act{}, 0 // pre-sales is at it
	case v[Presented] == 0:
		return Act{Kind: Present}, 4
	case h.Prepare && v[Prepared] == 0:
		return Act{Kind: Prepare}, 4
	case h.Credit && v[CreditSeen] == 0:
		return Act{Kind: CreditCheck}, 4
	}
	return h.bargain(s, a, v)
}

// bargain makes the next offer, or takes what is on the table.
func (h *Habits) bargain(s Sight, a int, v *[fields]int64) (Act, int64) {
	round := v[Moves] / 2
	next := s.Cheapest(a, h.Opening+h.Step*round)
	for back := int64(1); h.Floor && !s.keepsFloor(a, next) && back <= reserves; back++ {
		next = s.Cheapest(a, h.Opening+h.Step*round-back)
	}
	counter, ok := s.Counter(a)
	fine := ok && (!h.Floor || s.keepsFloor(a, counter))
	switch last := round >= int64(s.run.Territory.World.Terms.Rounds); {
	case fine && (h.Grabs || last || s.Cost(counter) <= s.Cost(next)):
		return Act{Kind: Accept}, 7
	case last:
		return Act{Kind: WalkAway}, 7
	}
	return Act{Kind: Offer, Arg: int64(next)}, 5
}

func (h *Habits) contract(s Sight, a int, v *[fields]int64) (Act, int64) {
	switch {
	case h.Legal && v[Legal] == 0 && !h.slips(s, a, 3):
		return Act{Kind: SubmitLegal}, 8
	case h.Coordinate && v[Coordinated] == 0:
		return Act{Kind: Coordinate}, 6
	case v[Legal] == 1:
		return Act{}, 0
	}
	return Act{Kind: Sign}, 8
}

func (h *Habits) execute(s Sight, _ int, v *[fields]int64) (Act, int64) {
	switch {
	case v[Ordered] == 0:
		return Act{Kind: Order}, 8
	case h.Track != 0 && s.Now()-max(v[Tracked], v[Ordered]) >= h.Track:
		return Act{Kind: Track}, 6
	}
	return h.reports(s, v)
}

func (h *Habits) care(s Sight, a int, v *[fields]int64) (Act, int64) {
	switch {
	case h.Feedback && v[Done]&(1<<17) == 0:
		return Act{Kind: Feedback}, 5
	case h.Revisit && s.Now()-max(v[Touched], v[DeliveredAt]) > 3*workingWeek && s.Count(a, Revisit) < 6*int(v[Opportunity]+1):
		return Act{Kind: Revisit}, 3
	}
	return Act{}, 0
}

func (h *Habits) reports(s Sight, v *[fields]int64) (Act, int64) {
	if h.Reports && s.Now()-v[Reported] > 3*workingWeek {
		return Act{Kind: Report}, 2
	}
	return Act{}, 0
}
