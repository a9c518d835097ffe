package pipeline

import (
	"math"
	"slices"
)

// Verify plays the acts of a log again in the world that it carries and compares event by event: what comes back is
// the run as it stood at the end. A log whose hashes are right and whose events the engine would not have made is
// found too. The error is a *LogError that names the first event that differs. Logs of an older engine are only
// reduced (Replay): their rules are no longer these.
func Verify(l *Log, r Root) (*Run, error) {
	run, err := begin(l, r)
	if err != nil {
		return nil, err
	}
	for i := 0; i < l.Len(); i++ {
		e := l.At(i)
		if i < run.Log.Len() {
			if run.Log.At(i) != e {
				return nil, &LogError{"log.forged", i, i + 1}
			}
			continue
		}
		act, ok := e.act()
		if !ok || run.Can(act) != nil {
			return nil, &LogError{"log.forged", i, i + 1}
		}
		run.do(act)
		if run.Log.At(i) != e {
			return nil, &LogError{"log.forged", i, i + 1}
		}
	}
	if run.Log.Len() != l.Len() {
		return nil, &LogError{"log.forged", l.Len(), run.Log.Len()}
	}
	return run, nil
}

func begin(l *Log, r Root) (*Run, error) {
	t, err := TerritoryOf(l)
	if err != nil {
		return nil, err
	}
	if t.World.Name != r.World {
		return nil, &LogError{"log.world", -1, 0}
	}
	return t.NewRun(r.Seed), nil
}

// act is the act that an event records.
func (e Event) act() (Act, bool) {
	return Act{ActKind(e.Slot), int(e.Entity), e.Value}, e.Kind == Acted && e.Slot < uint16(acts)
}

// Acts are the acts of a log, in order.
func (l *Log) Acts() (out []Act) {
	for i := range l.Len() {
		if act, ok := l.At(i).act(); ok {
			out = append(out, act)
		}
	}
	return out
}

// Estimate is what an act can be expected to lead to when the reference policy plays on, for the account that it
// concerns: means over the rollouts with their standard errors.
type Estimate struct {
	Act          Act
	Value        Mean // in fen: margin, less fines and time, with what the customer is worth afterwards (see Score)
	Margin       Mean // in fen
	Win          Mean // share of rollouts in which this opportunity was signed
	Satisfaction Mean // 0 to 1000, of the rollouts in which the account is or becomes a customer
	Risk         Mean // in fen, what the violations count
	Loss         Mean // in fen, to the best act, rollout by rollout under the same luck
	Grade        Grade
}

// Mean is a mean and its standard error.
type Mean struct {
	Mean float64 `json:"mean"`
	SE   float64 `json:"se"`
}

// Grade is how good an act was, as a chess engine says it.
type Grade int

// Grades. An act loses what its value falls short of the best one's, in proportion to what the account would buy
// at list price. Below two standard errors of that loss nothing is held against it.
const (
	Best       Grade = iota // none is better
	Good                    // loses less than 1 %, or no more than chance would
	Inaccuracy              // less than 4 %
	Mistake                 // less than 10 %
	Blunder                 // more
)

func (g Grade) String() string {
	return [...]string{"best", "good", "inaccuracy", "mistake", "blunder"}[g]
}

func (e *Estimate) grade(size float64) {
	switch share := e.Loss.Mean / size; {
	case e.Loss.Mean <= 0:
		e.Grade = Best
	case share < .01 || e.Loss.Mean < 2*e.Loss.SE:
		e.Grade = Good
	case share < .04:
		e.Grade = Inaccuracy
	case share < .10:
		e.Grade = Mistake
	default:
		e.Grade = Blunder
	}
}

// Judged is one act of a log beside what else could have been done.
type Judged struct {
	Number int // of the act in the log, from 0
	At     Minute
	Played Estimate
	Others []Estimate // the best first
	// Advice is what to have done instead: the reference policy's own act where it is about as good as the best, which
	// is easier to learn from than whatever happens to be best by a little; else the best.
	Advice Estimate
}

// Reviewing says how a log is reviewed.
type Reviewing struct {
	Policy   *Habits // plays on after each act; nil is Expert
	Rollouts int     // for each act that is looked at
	// Each calls job with 0 to n-1, in any order and as many at a time as it likes. Nil is one after the other. The
	// result is the same.
	Each func(n int, job func(i int))
}

// MaxRollouts is how many rollouts an act may have.
const MaxRollouts = 10_000

// Review looks at every act of a log as a chess engine looks at a game: from the state before it, each act that was
// possible for the account is tried so often under the same luck, other than the log's own, and the reference policy
// plays on. What the log's account does not touch stays out: the rep's time has its price instead.
func Review(l *Log, root Root, how Reviewing) ([]Judged, error) {
	if _, err := Verify(l, root); err != nil {
		return nil, err
	}
	run, err := begin(l, root)
	if err != nil {
		return nil, err
	}
	run.Log = nil
	played := l.Acts()
	out := make([]Judged, 0, len(played))
	var branches []*Run
	var tables [][]Act
	how = how.filled()
	for i, act := range played {
		if act.Kind != Wait {
			out = append(out, Judged{Number: i, At: run.State.Now})
			b := run.branch(act.Account)
			branches, tables = append(branches, b), append(tables, run.alternatives(act, b.advised(how.Policy, act)))
		}
		run.do(act)
	}
	lucks := run.Territory.lucksOf(root, how.Rollouts)
	how.Each(len(out), func(i int) { out[i].judge(branches[i], tables[i], how, lucks) })
	return out, nil
}

func (how Reviewing) filled() Reviewing {
	if how.Policy == nil {
		how.Policy = &Expert
	}
	how.Rollouts = min(MaxRollouts, max(2, how.Rollouts))
	if how.Each == nil {
		how.Each = func(n int, job func(int)) {
			for i := range n {
				job(i)
			}
		}
	}
	return how
}

// lucksOf are the lucks of the rollouts: hashes of the root that the log itself does not use.
func (t *Territory) lucksOf(root Root, rollouts int) []*luck {
	out := make([]*luck, rollouts)
	for i := range out {
		out[i] = t.newLuck(Root{root.Seed ^ uint64(i+1)*0x9e3779b97f4a7c15, root.World + "/rollout"})
	}
	return out
}

// branch is a run of one account alone, as it stands.
func (r *Run) branch(a int) *Run {
	b := &Run{Territory: r.Territory, root: r.root, next: make([]Minute, 1)}
	b.State = r.State
	b.State.Accounts = []Account{r.State.Accounts[a]}
	b.luck = r.luck.one(a)
	b.settle(0)
	return b
}

// Advise is what a policy would do for an account now, out of what the rep knows alone.
func (r *Run) Advise(p *Habits, account int) Act {
	return r.branch(account).advised(p, Act{Account: account})
}

// advised is what the policy would do for the account of an act.
func (r *Run) advised(p *Habits, played Act) Act {
	act := p.Next(r.Sight())
	if act.Account = played.Account; act.Kind == Wait {
		act.Arg = workingDay
	}
	return act
}

// alternatives are the acts that are possible for the account of an act: that act, the advised one, all others.
func (r *Run) alternatives(played, advised Act) []Act {
	out := []Act{played}
	add := func(a Act) {
		if !slices.Contains(out, a) && r.Can(a) == nil {
			out = append(out, a)
		}
	}
	s, a := r.Sight(), played.Account
	add(advised)
	for k := range acts {
		switch k {
		case Match:
			for p := range r.Territory.covers {
				add(Act{Match, a, int64(p)})
			}
		case Offer:
			for _, level := range []int64{4, 14, 24, 36, 48} {
				add(Act{Offer, a, int64(s.Cheapest(a, level))})
			}
		case Wait:
			add(Act{Wait, a, workingDay})
		default:
			add(Act{Kind: k, Account: a})
		}
	}
	return out
}

// tried is what one rollout came to.
type tried struct{ value, margin, risk, satisfaction, won, bought int64 }

// judge tries every alternative and compares.
func (j *Judged) judge(from *Run, table []Act, how Reviewing, lucks []*luck) {
	account := table[0].Account
	results := make([][]tried, len(table))
	scratch := &Run{Territory: from.Territory, luck: new(luck), next: make([]Minute, 1)}
	for i, act := range table {
		act.Account = 0
		results[i] = make([]tried, len(lucks))
		for n, l := range lucks {
			results[i][n] = from.try(scratch, act, l, account, how.Policy)
		}
	}
	best := 0
	for i := range results {
		if total(results[i]) > total(results[best]) {
			best = i
		}
	}
	size := float64(max(1, from.of(0)[Size]))
	all := make([]Estimate, len(table))
	for i, act := range table {
		all[i] = estimate(act, results[i], results[best])
		all[i].grade(size)
	}
	j.Played, j.Others, j.Advice = all[0], all[1:], all[best]
	advised := from.advised(how.Policy, table[0])
	for _, e := range all {
		if e.Act == advised && e.Grade <= Good {
			j.Advice = e
		}
	}
	slices.SortStableFunc(j.Others, func(x, y Estimate) int {
		if x.Value.Mean > y.Value.Mean {
			return -1
		} else if x.Value.Mean < y.Value.Mean {
			return 1
		}
		return 0
	})
}

// try does an act and lets the policy play on to the end of the world, under this luck.
func (r *Run) try(scratch *Run, act Act, l *luck, account int, p *Habits) tried {
	r.State.Clone(&scratch.State)
	scratch.luck.seeds = append(append(scratch.luck.seeds[:0], l.seeds[account]), l.seeds[len(l.seeds)-maxList-departments:]...)
	scratch.luck.jobs = l.jobs
	scratch.settle(0)
	before := *scratch.of(0)
	scratch.do(act)
	for scratch.State.Now < scratch.Territory.end && scratch.of(0)[Status] != Gone {
		next := p.Next(scratch.Sight())
		if next.Kind == Wait {
			next.Arg = int64(max(1, min(workingWeek, max(scratch.next[0], scratch.State.Now)-scratch.State.Now)))
		}
		scratch.do(next)
	}
	v := scratch.of(0)
	out := tried{value: scratch.Territory.value(v), margin: v[Margin], risk: v[Fines] - before[Fines]}
	if v[Wins] > before[Wins] || before[Signed] != 0 {
		out.won = 1
	}
	if v[Wins] > 0 {
		out.bought, out.satisfaction = 1, v[Satisfaction]
	}
	return out
}

func total(results []tried) (sum int64) {
	for _, t := range results {
		sum += t.value
	}
	return sum
}

func estimate(act Act, mine, best []tried) Estimate {
	of := func(f func(i int) (int64, bool)) Mean {
		n, sum, squares := 0.0, 0.0, 0.0
		for i := range mine {
			if x, ok := f(i); ok {
				n, sum, squares = n+1, sum+float64(x), squares+float64(float64(x)*float64(x))
			}
		}
		if n < 2 {
			return Mean{Mean: sum}
		}
		mean := sum / n
		return Mean{mean, math.Sqrt(max(0, squares/n-float64(mean*mean)) / (n - 1))}
	}
	return Estimate{Act: act,
		Value:        of(func(i int) (int64, bool) { return mine[i].value, true }),
		Margin:       of(func(i int) (int64, bool) { return mine[i].margin, true }),
		Win:          of(func(i int) (int64, bool) { return mine[i].won, true }),
		Satisfaction: of(func(i int) (int64, bool) { return mine[i].satisfaction, mine[i].bought > 0 }),
		Risk:         of(func(i int) (int64, bool) { return mine[i].risk, true }),
		Loss:         of(func(i int) (int64, bool) { return best[i].value - mine[i].value, true }),
	}
}

// Planner chooses among all acts that are possible for the account that its base policy would turn to, by what the
// rollouts say. It sees the customer as the world knows them, and of luck nothing: it shows what perfect
// understanding would be worth.
type Planner struct {
	Base     *Habits
	Rollouts int
}

// Next tries the acts and takes the best.
func (p Planner) Next(s Sight) Act {
	act, r := p.Base.Next(s), s.run
	if act.Kind == Wait {
		return act
	}
	var j Judged
	lucks := r.Territory.lucksOf(Root{r.root.Seed, "planner"}, p.Rollouts)
	from := r.branch(act.Account)
	table := r.alternatives(act, act)
	j.judge(from, table, Reviewing{Policy: p.Base}, lucks)
	if best := j.Others; len(best) > 0 && best[0].Act.Kind != Wait && j.Played.Loss.Mean > 2*j.Played.Loss.SE {
		return best[0].Act
	}
	return act
}
