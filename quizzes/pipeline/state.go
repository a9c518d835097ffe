package pipeline

// What an event of a territory is. Facts change the state, each by itself; news tell what happened and are only
// counted, so that the reducer is small and a log explains itself.
const (
	Began     Kind = iota + 16 // Value accounts, Slot segments: a state with so many, all at zero
	Acted                      // the rep did the act Slot with the argument Value
	Spent                      // on the act Slot, Value minutes
	Set                        // the account's field Slot is now Value
	SetMarket                  // the segment Entity's field Slot is now Value
	SetQueue                   // the department Entity's field Slot is now Value
	SetClock                   // the world's next week begins at Value
	firstNews
)

// News.
const (
	Reached    Kind = iota + 32 // person Slot
	Unreached                   // person Slot
	Learned                     // the need Slot
	Nothing                     // a question brought nothing
	Returned                    // the department Slot gave its work back; Value what it found
	Persuaded                   // person Slot now thinks Value of us
	NotReady                    // the customer would not negotiate
	Countered                   // the customer offers the outcome Value
	Agreement                   // on the outcome Value
	BrokeOff                    // the customer left the table
	Moved                       // to Stage
	Signature                   // for the price Value
	Delivery                    // Value minutes late, negative where early
	Payment                     // of Value
	Default                     // Value was never paid
	Problem                     // a ticket
	Solved                      // a ticket
	Complained                  //
	Happened                    // the risk Slot
	Breach                      // the Violation Slot, counted as Value
	LostFor                     // the reason Slot
	Reopened                    // a new opportunity
	Missed                      // a follow-up was not made in time
	Reward                      // for a report of a violation, Value
	endOfNews
)

var newsNames = [...]string{"reached", "unreached", "learned", "nothing", "returned", "persuaded", "not_ready", "countered", "agreement", "broke_off",
	"moved", "signature", "delivery", "payment", "default", "problem", "solved", "complained", "happened", "breach", "lost", "reopened", "missed", "reward"}

func (k Kind) String() string {
	switch {
	case k >= Reached && k < endOfNews:
		return newsNames[k-Reached]
	case k >= Began && k < firstNews:
		return [...]string{"began", "acted", "spent", "set", "set_market", "set_queue", "set_clock"}[k-Began]
	}
	return "chain"
}

// Reasons for which an opportunity is lost.
const (
	ByPatience = iota
	ByRival
	ByTable // no agreement
	ByChoice
	ByScandal
)

// Field is a number that an account has.
type Field uint16

// The fields of an account. Moments are minutes; 0 is never.
const (
	Part   Field = iota // the segment
	Stage               // 1 to 6
	Status              // Open, Customer, Gone
	Done                // a bit for each of the 21 sub-steps, in the order of Steps
	Size                // what it would buy at list price
	Budget
	Urgency
	Patience
	Trust
	Rival
	CreditScore
	Unfit
	NeedWeights // four bits for each capability
	Explicit    // bits of capabilities
	Latent
	Known
	Misheard
	Confirmed
	Met // bits of persons
	Channels
	Attitude0
	Attitude1
	Attitude2
	Attitude3
	Insight
	Screened
	CreditSeen
	Matched // the product, 1 the first
	Quality
	Flaw
	Reviewed // 0 not asked, 1 asked, 2 done
	ReviewDue
	Presented
	Prepared
	Group
	Moves
	Move0
	_
	_
	_
	_
	_
	_
	_
	_
	_
	_
	_
	_
	_
	_
	lastMove
	Deal // the outcome agreed on, plus 1
	Approved
	Legal // 0 not asked, 1 asked, 2 done
	LegalDue
	Loophole
	Price
	Profit // what the deal brings, after its terms
	Signed
	PromisedBy
	Ordered
	ReadyDue
	Coordinated
	Tracked
	DeliveredAt
	PayDue
	Tickets
	TicketSince
	FixDue
	Complaint // since when
	Satisfaction
	Tempted // 1 asked, 2 paid, 3 declined, 4 reported
	Asked   // production's lead time was asked about
	Touched
	Reported
	WeekDue
	Opportunity // how many there were before this
	Wins
	Revenue
	Margin
	Fines
	Breaches
	Complaints
	Handled
	FollowUps
	Late // follow-ups not made in time
	Time // minutes of the rep's
	fields
)

// States of an account.
const (
	Open = iota
	Customer
	Gone
)

var fieldNames = [fields]string{Part: "segment", Stage: "stage", Status: "status", Done: "done", Size: "size", Budget: "budget", Urgency: "urgency",
	Patience: "patience", Trust: "trust", Rival: "rival", CreditScore: "credit", Unfit: "unfit", NeedWeights: "need_weights", Explicit: "explicit",
	Latent: "latent", Known: "known", Misheard: "misheard", Confirmed: "confirmed", Met: "met", Channels: "channels", Attitude0: "attitude_purchasing",
	Attitude1: "attitude_user", Attitude2: "attitude_technical", Attitude3: "attitude_decision_maker", Insight: "insight", Screened: "screened",
	CreditSeen: "credit_seen", Matched: "product", Quality: "quality", Flaw: "flaw", Reviewed: "review", ReviewDue: "review_due", Presented: "presented",
	Prepared: "prepared", Group: "group", Moves: "moves", Deal: "deal", Approved: "approved", Legal: "legal", LegalDue: "legal_due",
	Loophole: "loophole", Price: "price", Profit: "profit", Signed: "signed", PromisedBy: "promised_by", Ordered: "ordered", ReadyDue: "ready_due",
	Coordinated: "coordinated", Tracked: "tracked", DeliveredAt: "delivered_at", PayDue: "pay_due", Tickets: "tickets", TicketSince: "ticket_since",
	FixDue: "fix_due", Complaint: "complaint", Satisfaction: "satisfaction", Tempted: "tempted", Asked: "asked", Touched: "touched", Reported: "reported",
	WeekDue: "week_due", Opportunity: "opportunity", Wins: "wins", Revenue: "revenue", Margin: "margin", Fines: "fines", Breaches: "breaches",
	Complaints: "complaints", Handled: "handled", FollowUps: "follow_ups", Late: "late", Time: "time"}

func (f Field) String() string {
	if f >= Move0 && f <= lastMove {
		return "move"
	}
	return fieldNames[f]
}

// hidden are the fields that only the world knows. A policy may not read them.
var hidden = [fields]bool{Size: true, Budget: true, Unfit: true, Rival: true, CreditScore: true, NeedWeights: true, Explicit: true, Latent: true, Misheard: true,
	Channels: true, Flaw: true, Loophole: true, ReviewDue: true, LegalDue: true, ReadyDue: true, FixDue: true, WeekDue: true, Urgency: true,
	Attitude0: true, Attitude1: true, Attitude2: true, Attitude3: true}

// Account is a customer or one to be, with its opportunity.
type Account struct {
	V      [fields]int64
	Counts [acts]int32 // how often each act was done
}

// Queue is a department as the rep's jobs find it: what others gave it is worked through when it is looked at.
type Queue struct {
	Free [maxHands]Minute // when each hand has finished what it has
	Seen int64            // jobs of others so far
	Jobs int64            // jobs of the rep so far
}

const (
	queueSeen = maxHands + iota
	queueJobs
)

// State is what the log of a territory amounts to.
type State struct {
	Now      Minute
	Accounts []Account
	Market   [maxList]int64 // how each segment fares, 1000 as usual
	Queues   [departments]Queue
	Clock    Minute // when the world's next week begins
	Acts     int
	Minutes  [acts]int64 // spent on each act
	News     [endOfNews - Reached]int64
}

// Clone copies a state into another, whose memory it uses.
func (s *State) Clone(into *State) {
	accounts := append(into.Accounts[:0], s.Accounts...)
	*into = *s
	into.Accounts = accounts
}

var impossible = &LogError{"log.impossible", -1, 0}

// Apply takes one event in: the reducer. It needs no world and no chance. An event that cannot be gives a
// *LogError and changes nothing.
func (s *State) Apply(e Event) error {
	if e.At < s.Now || (e.Kind == Began) == (len(s.Accounts) > 0) {
		return impossible
	}
	switch e.Kind {
	case Began:
		if e.Value < 1 || e.Value > MaxAccounts {
			return impossible
		}
		s.Accounts = make([]Account, e.Value)
	case Set:
		if int(e.Entity) >= len(s.Accounts) || e.Slot >= uint16(fields) {
			return impossible
		}
		s.Accounts[e.Entity].V[e.Slot] = e.Value
	case Acted:
		if e.Slot >= uint16(acts) || int(e.Entity) >= len(s.Accounts) {
			return impossible
		}
		s.Acts++
		s.Accounts[e.Entity].Counts[e.Slot]++
	case Spent:
		if e.Slot >= uint16(acts) || int(e.Entity) >= len(s.Accounts) || e.Value < 0 || e.Value > 1<<32 {
			return impossible
		}
		s.Minutes[e.Slot] += e.Value
		if ActKind(e.Slot) != Wait { // waiting is nobody's time
			s.Accounts[e.Entity].V[Time] += e.Value
		}
	case SetMarket:
		if int(e.Entity) >= maxList {
			return impossible
		}
		s.Market[e.Entity] = e.Value
	case SetQueue:
		return s.setQueue(e)
	case SetClock:
		s.Clock = Minute(e.Value)
	default:
		if e.Kind < Reached || e.Kind >= endOfNews {
			return impossible
		}
		s.News[e.Kind-Reached]++
	}
	s.Now = e.At
	return nil
}

func (s *State) setQueue(e Event) error {
	if int(e.Entity) >= departments || e.Slot > queueJobs {
		return impossible
	}
	s.Now = e.At
	q := &s.Queues[e.Entity]
	switch e.Slot {
	case queueSeen:
		q.Seen = e.Value
	case queueJobs:
		q.Jobs = e.Value
	default:
		q.Free[e.Slot] = Minute(e.Value)
	}
	return nil
}

// Replay reduces a log of a territory: the state that it amounts to. The error is a *LogError that names the event.
func Replay(l *Log) (*State, error) {
	s := new(State)
	for i := range l.Len() {
		if err := s.Apply(l.At(i)); err != nil {
			return nil, &LogError{"log.impossible", i, i + 1}
		}
	}
	return s, nil
}

// Steps are the clauses of the 21 sub-steps of the sales process, in the order of the bits of Done.
var Steps = [21]string{"2.1.1", "2.1.2", "2.1.3", "2.2.1", "2.2.2", "2.2.3", "2.3.1", "2.3.2", "2.3.3", "2.4.1", "2.4.2", "2.4.3", "2.4.4",
	"2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.6.1", "2.6.2", "2.6.3", "2.6.4"}
