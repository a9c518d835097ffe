package pipeline

import "math/bits"

// Stages 1 to 3: customer development, needs analysis, solution design. All shares are in thousandths.

// Persons of a customer's decision unit.
const (
	Purchasing = iota
	User
	Technical
	DecisionMaker
)

// powers are what each person's attitude weighs.
var powers = [people]int64{200, 200, 200, 400}

// guarded is the trust below which nobody leads on to the decision maker.
const guarded = 260

func (r *Run) touch(a int) { r.set(a, Touched, int64(r.State.Now)) }

// trust grows the slower the more of it there is.
func (r *Run) trust(a int, by int64) {
	if by > 0 {
		by = by * (1300 - r.of(a)[Trust]) / 1000
	}
	r.add(a, Trust, by)
}

func (r *Run) research(a int, _ int64) {
	r.set(a, Insight, 1)
	r.done(a, 0)
}

// screen finds out whether an account is worth the work: 1 it is, 2 it is not.
func (r *Run) screen(a int, _ int64) {
	r.set(a, Screened, 1+r.of(a)[Unfit])
	r.done(a, 1)
}

// contact makes the act that tries to reach a person: the probability, the trust gained, and the channel's number
// as a customer prefers it.
func contact(share Permille, gain int64, channel int64) func(*Run, int, int64) {
	return func(r *Run, a int, _ int64) {
		v := r.of(a)
		who := r.nextPerson(a)
		count := int64(r.State.Accounts[a].Counts[Call] + r.State.Accounts[a].Counts[Mail] + r.State.Accounts[a].Counts[Visit])
		p := share
		if channelOf(v[Channels], who) == channel {
			p += 250
		}
		if v[Met] != 0 && int64(r.State.Now)-v[Touched] < workingDay {
			r.add(a, Patience, -25) // again so soon
		}
		if !r.luck.hits(a, forReach, r.place(a, 4*count+channel), min(980, p+120*v[Insight]-100*(1-min(1, v[Patience]/300)))) {
			r.tell(Unreached, a, who, 0)
			r.add(a, Patience, -15)
			return
		}
		r.tell(Reached, a, who, 0)
		r.set(a, Met, v[Met]|1<<who)
		r.trust(a, gain)
		r.add(a, Patience, 40)
		r.touch(a)
		r.done(a, 2)
		r.reach(a, 2)
		if who == DecisionMaker && bits.OnesCount64(uint64(v[Met])) >= 3 {
			r.done(a, 3)
		}
	}
}

// channelOf is the channel that a person prefers, out of digits to the base of three.
func channelOf(channels int64, who int) int64 {
	for range who {
		channels /= 3
	}
	return channels % 3
}

// nextPerson is whom a contact leads to: the next who is not met, the decision maker only with some trust.
func (r *Run) nextPerson(a int) int {
	v := r.of(a)
	for p := range people {
		if v[Met]&(1<<p) == 0 && (p != DecisionMaker || v[Trust] >= guarded) {
			return p
		}
	}
	return User
}

func (r *Run) askOpen(a int, _ int64) {
	v := r.of(a)
	n := int64(r.State.Accounts[a].Counts[AskOpen])
	r.learn(a, v[Explicit]&^v[Known], n, 850, 300-100*v[Insight])
}

func (r *Run) askProbing(a int, _ int64) {
	v := r.of(a)
	n := int64(r.State.Accounts[a].Counts[AskProbing])
	if v[Latent]&^v[Known] == 0 || r.learn(a, v[Latent]&^v[Known], 1<<16+n, 200+v[Trust]*6/10+100*v[Insight], 250) {
		r.done(a, 4)
	}
}

// learn may reveal the first of the needs that are left, and may get it wrong.
func (r *Run) learn(a int, left, n int64, share, misheard Permille) bool {
	r.touch(a)
	if left == 0 || !r.luck.hits(a, forAsk, r.place(a, 2*n), share) {
		r.tell(Nothing, a, 0, 0)
		r.add(a, Patience, -25)
		return false
	}
	need := bits.TrailingZeros64(uint64(left))
	r.tell(Learned, a, need, 0)
	r.set(a, Known, r.of(a)[Known]|1<<need)
	if r.luck.hits(a, forAsk, r.place(a, 2*n+1), misheard) {
		r.set(a, Misheard, r.of(a)[Misheard]|1<<need)
	}
	r.trust(a, 15)
	return true
}

func (r *Run) askConfirming(a int, _ int64) {
	v := r.of(a)
	n := int64(r.State.Accounts[a].Counts[AskConfirming])
	r.touch(a)
	if v[Misheard] != 0 && r.luck.hits(a, forAsk, r.place(a, 1<<18+n), 800) {
		r.set(a, Misheard, v[Misheard]&(v[Misheard]-1))
		r.trust(a, 20)
		return
	}
	r.add(a, Patience, -10)
}

// confirm puts in writing what was learnt; what was misheard is put right.
func (r *Run) confirm(a int, _ int64) {
	v := r.of(a)
	if v[Confirmed] != v[Known] {
		r.trust(a, 50)
	} else {
		r.add(a, Patience, -30)
	}
	r.set(a, Confirmed, v[Known])
	r.set(a, Misheard, 0)
	r.touch(a)
	r.done(a, 5)
	r.reach(a, 3)
}

func (r *Run) match(a int, product int64) {
	r.set(a, Matched, product+1)
	r.set(a, Quality, 0)
	r.set(a, Reviewed, 0)
	r.done(a, 6)
	r.reach(a, 3)
}

// design works the solution out: the better, the more is known and confirmed.
func (r *Run) design(a int, _ int64) {
	v := r.of(a)
	n := int64(r.State.Accounts[a].Counts[Design])
	known, sure := int64(bits.OnesCount64(uint64(v[Known]))), int64(bits.OnesCount64(uint64(v[Known]&v[Confirmed])))
	r.set(a, Quality, min(800, max(v[Quality], 0)/10+420+40*known+30*sure+60*v[Insight]+80*v[Group]))
	flaw := int64(0)
	if r.luck.hits(a, forReview, r.place(a, n), 450) {
		flaw = 1
	}
	r.set(a, Flaw, flaw)
	r.set(a, Reviewed, 0)
}

// submitReview hands the solution to pre-sales for the internal review (2.3.2).
func (r *Run) submitReview(a int, _ int64) {
	r.set(a, Reviewed, 1)
	r.set(a, ReviewDue, int64(r.hand(presales, 1000-200*r.of(a)[Group])))
}

func (r *Run) reviewed(a int) {
	flaw := r.of(a)[Flaw]
	r.tell(Returned, a, presales, flaw)
	r.set(a, Reviewed, 2)
	r.set(a, Flaw, 0)
	r.add(a, Quality, 120)
	r.done(a, 7)
}

// present shows the solution. Each person who was met judges it by what it does for the customer.
func (r *Run) present(a int, _ int64) {
	v := r.of(a)
	if v[Reviewed] != 2 {
		r.breach(a, Unreviewed)
	}
	worth := r.worth(a)
	if v[Flaw] != 0 {
		worth = worth * 6 / 10
		r.trust(a, -60)
	}
	n := int64(r.State.Accounts[a].Counts[Present])
	for p := range people {
		if v[Met]&(1<<p) == 0 {
			continue
		}
		shift := (worth-400)/3 + r.luck.below(a, forPresent, r.place(a, 8*n+int64(p)), 61) - 30
		if n > 1 {
			shift = min(shift, 0) - 20 // the same again wins nobody
		}
		r.add(a, Attitude0+Field(p), shift)
		r.tell(Persuaded, a, p, v[Attitude0+Field(p)])
	}
	r.plus(a, Presented, 1)
	r.touch(a)
	r.done(a, 8)
	r.reach(a, 4)
}

// fit is how much of what the customer needs the product does: of what is said and understood all, of what is said
// and not understood half, of what was only found by asking more than the customer thought of. It can exceed 1000.
func (r *Run) fit(a int) int64 {
	v := r.of(a)
	if v[Matched] == 0 {
		return 0
	}
	covers := r.Territory.covers[v[Matched]-1] &^ v[Misheard]
	var total, met int64
	for left := v[Explicit] | v[Latent]; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(uint64(left))
		w, bit := v[NeedWeights]>>(4*i)&15, int64(1)<<i
		said, known := v[Explicit]&bit != 0, v[Known]&bit != 0
		if said {
			total += 2 * w
		} else {
			total += w
		}
		switch {
		case covers&bit == 0:
		case said && !known:
			met += w
		case known:
			met += 2 * w
		}
	}
	return met * 1000 / max(1, total)
}

// worth is what the solution is worth to the customer.
func (r *Run) worth(a int) int64 { return r.fit(a) * max(250, r.of(a)[Quality]) / 1000 }

// conviction is how much the customer wants this solution from us, 0 to 1000.
func (r *Run) conviction(a int) int64 {
	v := r.of(a)
	if v[Unfit] != 0 {
		return 0
	}
	worth := r.worth(a) * (1000 - 350*v[Flaw]) / 1000
	if v[Presented] == 0 {
		worth /= 2
	}
	attitude := int64(0)
	for p, power := range powers {
		attitude += power * v[Attitude0+Field(p)] / 1000
	}
	urgency := v[Urgency] * r.State.Market[v[Part]] / 1000
	return min(1000, max(0, worth*45/100+v[Trust]*22/100+attitude*20/100+urgency*10/100+40-v[Rival]*20/100))
}
