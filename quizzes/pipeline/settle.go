package pipeline

import "tongguan/quizzes/negotiation"

// Stages 4 and 5: negotiation, contract, execution.

// largeDeal is from which size on a customer's credit must be looked at before signing, in fen.
const largeDeal = 300_000_00

// penalties of a late delivery: of the price a day, and at most.
const (
	latePenalty = 5
	mostPenalty = 100
)

func (r *Run) prepare(a int, _ int64) {
	r.set(a, Prepared, 1)
	r.done(a, 9)
}

func (r *Run) checkCredit(a int, _ int64) { r.set(a, CreditSeen, 1+r.of(a)[CreditScore]) }

// session is the negotiation as the account's moves make it.
func (r *Run) session(a int) *negotiation.Session {
	v := r.of(a)
	reserve := 850 - r.conviction(a)*115/100 - 40*v[Prepared]
	if v[Tempted] == 2 {
		reserve -= 150
	}
	if over := v[Size] - v[Budget]; over > 0 {
		reserve = max(reserve, 0) + over*700/v[Size]
	}
	level := min(reserves, max(2, reserve*reserves/1000))
	s := &r.talk
	*s = negotiation.Session{Table: r.Territory.reserved[v[Part]][level], Rounds: r.Territory.World.Terms.Rounds, Moves: s.Moves[:0]}
	for i := range v[Moves] {
		s.Moves = append(s.Moves, negotiation.Move{Kind: negotiation.Offer, Outcome: negotiation.Outcome(v[Move0+Field(i)])})
	}
	return s
}

// ready is the conviction below which a customer does not negotiate; an offer that gives all away lowers it by hunger.
const (
	ready  = 290
	hunger = 200
)

func (r *Run) offer(a int, outcome int64) {
	v := r.of(a)
	r.touch(a)
	r.reach(a, 4)
	generous := int64(r.Territory.tables[v[Part]].Utility(negotiation.B, negotiation.Outcome(outcome))) * hunger / int64(negotiation.One)
	if r.conviction(a)+generous < ready {
		r.tell(NotReady, a, 0, 0)
		r.add(a, Patience, -150)
		r.giveUp(a)
		return
	}
	r.tempt(a)
	r.stall(a, outcome)
	r.set(a, Move0+Field(v[Moves]), outcome)
	r.plus(a, Moves, 1)
	s := r.session(a)
	move := r.Territory.tactics[v[Part]].Move(s.View())
	switch move.Kind {
	case negotiation.Accept:
		r.agree(a, outcome)
	case negotiation.Offer:
		r.tell(Countered, a, 0, int64(move.Outcome))
		r.set(a, Move0+Field(v[Moves]), int64(move.Outcome))
		r.plus(a, Moves, 1)
		r.add(a, Patience, -20)
	default:
		r.tell(BrokeOff, a, 0, 0)
		r.lose(a, ByTable)
	}
}

// stall tells on a customer to whom the rep does not move at all.
func (r *Run) stall(a int, outcome int64) {
	v := r.of(a)
	if v[Moves] < 2 {
		return
	}
	table, before := r.Territory.tables[v[Part]], negotiation.Outcome(v[Move0+Field(v[Moves]-2)])
	if table.Utility(negotiation.B, negotiation.Outcome(outcome)) <= table.Utility(negotiation.B, before) {
		r.add(a, Patience, -120)
		r.trust(a, -30)
	}
}

// tempt may have somebody ask for a kickback at the first offer.
func (r *Run) tempt(a int) {
	v := r.of(a)
	if v[Moves] == 0 && v[Tempted] == 0 && r.luck.hits(a, forTemptation, r.place(a, 0), r.segment(a).Temptation) {
		r.set(a, Tempted, 1)
		r.tell(Happened, a, temptation, 0)
	}
}

func (r *Run) accept(a int, _ int64) {
	v := r.of(a)
	r.touch(a)
	r.agree(a, v[Move0+Field(v[Moves]-1)])
}

// agree settles price and terms. The contract is drawn up, and may have a loophole.
func (r *Run) agree(a int, outcome int64) {
	v := r.of(a)
	p := &r.Territory.World.Products[v[Matched]-1]
	price, profit := r.ProfitOf(a, negotiation.Outcome(outcome))
	r.tell(Agreement, a, 0, outcome)
	r.set(a, Deal, outcome+1)
	r.set(a, Price, price)
	r.set(a, Profit, profit)
	if r.luck.hits(a, forLegal, r.place(a, 0), 400) {
		r.set(a, Loophole, 1)
	}
	if profit*1000 < price*p.Floor && v[Approved] == 0 {
		r.breach(a, Floor)
	} else {
		r.done(a, 10)
	}
	if v[Moves] > 2 || v[Prepared] != 0 {
		r.done(a, 11)
	}
	r.done(a, 12)
	r.reach(a, 5)
}

func (r *Run) walkAway(a int, _ int64) {
	r.tell(BrokeOff, a, 1, 0)
	r.lose(a, ByTable)
}

func (r *Run) submitLegal(a int, _ int64) {
	r.set(a, Legal, 1)
	r.set(a, LegalDue, int64(r.hand(legal, 1000-250*r.of(a)[Group])))
}

func (r *Run) legalReturned(a int) {
	r.tell(Returned, a, legal, r.of(a)[Loophole])
	r.set(a, Legal, 2)
	r.set(a, Loophole, 0)
	r.done(a, 13)
}

func (r *Run) sign(a int, _ int64) {
	v := r.of(a)
	terms := r.Territory.terms[v[Deal]-1]
	if v[Legal] != 2 {
		r.breach(a, Unchecked)
	}
	if v[CreditSeen] == 0 && v[Price] >= largeDeal {
		r.breach(a, Credit)
	}
	if v[Asked] == 0 && terms[2]*workingDay < r.lead() {
		r.breach(a, Promise)
	}
	r.tell(Signature, a, 0, v[Price])
	r.set(a, Signed, int64(r.State.Now))
	r.set(a, PromisedBy, int64(r.State.Now)+terms[2]*workingDay)
	r.set(a, LegalDue, 0)
	r.plus(a, Revenue, v[Price])
	r.plus(a, Margin, v[Profit])
	r.plus(a, Wins, 1)
	r.set(a, Satisfaction, 600)
	r.touch(a)
	r.done(a, 14)
	r.reach(a, 5)
}

// lead is about how long production takes, in minutes.
func (r *Run) lead() int64 { return r.Territory.queues[production].Service * 5 / 4 }

func (r *Run) order(a int, _ int64) {
	v := r.of(a)
	r.set(a, Ordered, int64(r.State.Now))
	r.set(a, ReadyDue, int64(r.hand(production, 1000-250*v[Coordinated]-100*v[Group])))
	r.done(a, 15)
}

// coordinate asks production and purchasing what they can do, and has them do it sooner.
func (r *Run) coordinate(a int, _ int64) {
	v := r.of(a)
	r.set(a, Coordinated, 1)
	r.set(a, Asked, 1)
	if left := v[ReadyDue] - int64(r.State.Now); v[ReadyDue] != 0 && left > 0 {
		r.set(a, ReadyDue, int64(r.State.Now)+left*85/100)
	}
}

func (r *Run) track(a int, _ int64) {
	r.set(a, Tracked, int64(r.State.Now))
	r.add(a, Satisfaction, 5)
	r.touch(a)
	r.done(a, 16)
}

// delivered hands the goods over. What the customer thinks of them is what the solution is worth, and when it came.
func (r *Run) delivered(a int) {
	v := r.of(a)
	late := int64(r.State.Now) - v[PromisedBy]
	r.tell(Delivery, a, 0, late)
	r.set(a, DeliveredAt, max(1, int64(r.State.Now)))
	r.set(a, Status, Customer)
	days := max(0, late) / workingDay
	r.plus(a, Margin, -v[Price]*min(mostPenalty, latePenalty*days)/1000)
	r.set(a, Satisfaction, min(1000, max(0, v[Satisfaction]+(r.worth(a)-600)/3+v[Trust]/10-10*min(30, days))))
	r.set(a, PayDue, int64(r.State.Now)+1+r.Territory.terms[v[Deal]-1][1]*workingWeek/7)
	r.move(a, 6)
}

// paid is when the money is due. Who pays at once pays before the goods leave.
func (r *Run) paid(a int) {
	v := r.of(a)
	if r.Territory.terms[v[Deal]-1][1] > 0 && r.luck.hits(a, forPayment, r.place(a, 0), max(5, (650-v[CreditScore])/2)) {
		loss := v[Price] * 6 / 10
		r.tell(Default, a, 0, loss)
		r.plus(a, Margin, -loss)
		return
	}
	r.tell(Payment, a, 0, v[Price])
}
