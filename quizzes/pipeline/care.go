package pipeline

// Stage 6, teamwork, and what happens of itself: after-sales, colleagues, risks.

// Risks, as they are told.
const (
	marketShift = iota
	competitor
	contactLeaves
	creditFalls
	disruption
	dispute
	temptation
)

func (r *Run) feedback(a int, _ int64) {
	if r.State.Accounts[a].Counts[Feedback] <= 2 {
		r.add(a, Satisfaction, 30)
	}
	r.touch(a)
	r.done(a, 17)
}

// assign gives a problem to after-sales.
func (r *Run) assign(a int, _ int64) {
	r.set(a, FixDue, int64(r.hand(aftersales, 1000)))
	r.touch(a)
}

func (r *Run) solve(a int, _ int64) { r.fixed(a) }

// fixed solves a problem: in time is within a working week.
func (r *Run) fixed(a int) {
	v := r.of(a)
	if v[Tickets] == 0 {
		return
	}
	r.tell(Solved, a, 0, 0)
	if int64(r.State.Now)-v[TicketSince] <= workingWeek {
		r.add(a, Satisfaction, 25)
	}
	r.plus(a, Tickets, -1)
	r.set(a, TicketSince, int64(r.State.Now))
	r.done(a, 18)
}

func (r *Run) revisit(a int, _ int64) {
	v := r.of(a)
	n := int64(r.State.Accounts[a].Counts[Revisit])
	soon := n > 1 && int64(r.State.Now)-v[Touched] < workingWeek
	r.touch(a)
	r.done(a, 19)
	if soon {
		r.add(a, Patience, -40)
		return
	}
	r.add(a, Satisfaction, 25)
	r.trust(a, 25)
	if v[Status] == Customer && v[PayDue] == 0 && v[Tickets] == 0 && r.luck.hits(a, forRevisit, n, max(0, v[Satisfaction]-450)*8/10) {
		r.reopen(a)
	}
}

// reopen begins the next opportunity of a customer who is content.
func (r *Run) reopen(a int) {
	v := r.of(a)
	r.tell(Reopened, a, 0, 0)
	for _, f := range []Field{Done, Known, Misheard, Confirmed, Matched, Quality, Flaw, Reviewed, Presented, Prepared, Moves, Deal, Approved, Legal,
		Loophole, Price, Profit, Signed, PromisedBy, Ordered, Coordinated, Tracked, DeliveredAt, Tempted, Asked, Group} {
		r.set(a, f, 0)
	}
	r.open(a, v[Opportunity]+1)
	r.done(a, 2)
	r.move(a, 2)
}

func (r *Run) handle(a int, _ int64) {
	v := r.of(a)
	gain := int64(40)
	if int64(r.State.Now)-v[Complaint] <= 2*workingDay {
		gain = 100
	}
	r.add(a, Satisfaction, gain)
	r.set(a, Complaint, 0)
	r.plus(a, Handled, 1)
	r.touch(a)
	r.done(a, 20)
}

// escalate asks the superior: for a price below the floor, and to hurry whoever has the file.
func (r *Run) escalate(a int, _ int64) {
	v := r.of(a)
	n := int64(r.State.Accounts[a].Counts[Escalate])
	share := Permille(450)
	if v[Reported] != 0 && int64(r.State.Now)-v[Reported] < 2*workingWeek {
		share += 300
	}
	if v[Deal] == 0 && r.luck.hits(a, forMood, r.place(a, n), share) {
		r.set(a, Approved, 1)
	}
	for _, f := range []Field{ReviewDue, LegalDue} {
		if left := v[f] - int64(r.State.Now); v[f] != 0 && left > 0 {
			r.set(a, f, int64(r.State.Now)+left/2+1)
		}
	}
}

func (r *Run) meeting(a int, _ int64) { r.set(a, Group, 1) }
func (r *Run) report(a int, _ int64)  { r.set(a, Reported, max(1, int64(r.State.Now))) }
func (r *Run) decline(a int, _ int64) { r.set(a, Tempted, 3); r.trust(a, 10) }
func (r *Run) pay(a int, _ int64)     { r.set(a, Tempted, 2); r.breach(a, Kickback) }
func (r *Run) reportViolation(a int, _ int64) {
	r.set(a, Tempted, 4)
	r.tell(Reward, a, 0, reward)
	r.plus(a, Margin, reward)
}

// reward is what a report that proves true brings (5.1.3), in fen.
const reward = 1_000_00

// season is how a segment fares in a week: the quarter's season.
func (t *Territory) season(segment int, week int64) int64 {
	return t.World.Segments[segment].Season[week/13%4]
}

// week lets the markets move.
func (r *Run) week() {
	week := int64(r.State.Now) / workingWeek
	for i := range r.Territory.World.Segments {
		now := r.State.Market[i] + (r.Territory.season(i, week)-r.State.Market[i])/4
		if r.luck.hits(r.luck.segment(i), forMarket, 2*week, r.Territory.risks.market) {
			now = now * (600 + r.luck.below(r.luck.segment(i), forMarket, 2*week+1, 801)) / 1000
		}
		if now != r.State.Market[i] {
			r.emit(SetMarket, uint32(i), 0, now)
		}
	}
	r.emit(SetClock, 0, 0, int64(r.State.Clock)+workingWeek)
}

// weekOf is a week in the life of an account. The same week has the same luck whatever the rep did; how likely
// each risk is depends on it.
func (r *Run) weekOf(a int) {
	v := r.of(a)
	if v[Status] == Gone {
		return
	}
	week := int64(r.State.Now) / workingWeek
	hits := func(risk int64, share Permille) bool { return r.luck.hits(a, forWeek, 8*week+risk, share) }
	idle := int64(r.State.Now) - v[Touched]
	if v[Met] != 0 {
		r.followUp(a, idle)
	}
	if hits(creditFalls, r.Territory.risks.credit) {
		r.add(a, CreditScore, -200)
	}
	switch {
	case v[Signed] == 0 && v[Met] != 0:
		r.weekOpen(a, idle, hits)
	case v[Signed] != 0 && v[DeliveredAt] == 0:
		r.weekOrdered(a, hits)
	case v[DeliveredAt] != 0:
		r.weekCustomer(a, hits)
	}
}

// followUp counts whether the account was looked after within two weeks (3.2.1.4, 3.3.2).
func (r *Run) followUp(a int, idle int64) {
	r.plus(a, FollowUps, 1)
	if idle > 2*workingWeek {
		r.plus(a, Late, 1)
		r.tell(Missed, a, 0, idle)
	}
}

func (r *Run) weekOpen(a int, idle int64, hits func(int64, Permille) bool) {
	v, risks := r.of(a), &r.Territory.risks
	if idle > workingWeek {
		r.add(a, Patience, -70)
		r.add(a, Trust, -15)
	}
	share := risks.competitor * (500 + v[Rival]) / 1000
	if idle > workingWeek {
		share *= 2
	}
	if hits(competitor, share) {
		r.add(a, Rival, 120)
		r.tell(Happened, a, competitor, 0)
		if v[Rival] >= 800 && r.conviction(a) < 550 {
			r.lose(a, ByRival)
			return
		}
	}
	if hits(contactLeaves, risks.contact) && v[Met]&(1<<User) != 0 {
		r.set(a, Met, v[Met]&^(1<<User))
		r.set(a, Attitude0+User, 450)
		r.add(a, Trust, -60)
		r.tell(Happened, a, contactLeaves, 0)
	}
	r.giveUp(a)
}

// giveUp loses a customer whose patience is at its end.
func (r *Run) giveUp(a int) {
	if r.of(a)[Patience] == 0 && r.of(a)[Deal] == 0 {
		r.lose(a, ByPatience)
	}
}

func (r *Run) weekOrdered(a int, hits func(int64, Permille) bool) {
	v := r.of(a)
	if v[Ordered] == 0 {
		if int64(r.State.Now)-v[Signed] > workingWeek {
			r.add(a, Satisfaction, -40) // nobody has placed the order
		}
		return
	}
	r.disputed(a, hits)
	watched := v[Tracked] != 0 && int64(r.State.Now)-v[Tracked] <= workingWeek+workingDay
	share, delay := r.Territory.risks.disruption, int64(6*workingDay)
	if watched {
		share, delay = share/2, 2*workingDay
	}
	if hits(disruption, share) && v[ReadyDue] != 0 {
		r.set(a, ReadyDue, v[ReadyDue]+delay)
		r.tell(Happened, a, disruption, delay)
	}
}

// disputed lets a loophole be found by the other side.
func (r *Run) disputed(a int, hits func(int64, Permille) bool) {
	v := r.of(a)
	if v[Loophole] != 0 && hits(dispute, 2*r.Territory.risks.dispute) {
		loss := v[Price] / 10
		r.set(a, Loophole, 0)
		r.plus(a, Margin, -loss)
		r.add(a, Satisfaction, -60)
		r.tell(Happened, a, dispute, loss)
	}
}

func (r *Run) weekCustomer(a int, hits func(int64, Permille) bool) {
	v := r.of(a)
	r.disputed(a, hits)
	if v[Complaint] != 0 && int64(r.State.Now)-v[Complaint] > 3*workingDay {
		r.add(a, Satisfaction, -90)
	}
	if v[Tickets] > 0 && int64(r.State.Now)-v[TicketSince] > workingWeek && v[Complaint] == 0 {
		r.set(a, Complaint, int64(r.State.Now))
		r.plus(a, Complaints, 1)
		r.add(a, Satisfaction, -80)
		r.tell(Complained, a, 0, 0)
	}
	if int64(r.State.Now)-v[DeliveredAt] < 12*workingWeek && hits(6, r.Territory.risks.ticket*(1500-v[Quality]+500*v[Flaw])/1000) {
		if v[Tickets] == 0 {
			r.set(a, TicketSince, int64(r.State.Now))
		}
		r.plus(a, Tickets, 1)
		r.tell(Problem, a, 0, 0)
	}
}
