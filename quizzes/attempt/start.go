package attempt

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"tongguan/quizzes/bank"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Prospect is what awaits whoever is about to take a quiz.
type Prospect struct {
	Rules       bank.Rules
	Minutes     int // with the person's extra time
	Extra       int // extra time, per cent
	From, Until int64
	Past        []Attempt // the newest first
	Open        string    // the attempt that is open, or ""
	Left        int       // how often it may still be taken; −1 is as often as one likes
	NextAt      int64     // when it may be begun again, where that is later than now
	Counting    *Attempt  // the attempt that counts, or nil
	Why         error     // why it may not be begun now, or nil
}

// Prepare says what awaits the actor at a module's quiz.
func (a *Attempts) Prepare(ctx context.Context, actor access.Actor, module string) (Prospect, error) {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return Prospect{}, err
	}
	set := a.bank.Current().Set(module)
	if set == nil {
		return Prospect{}, fault.New(fault.Missing, "error.missing")
	}
	p := Prospect{Rules: set.Rules}
	var err error
	if p.Past, err = attemptsOf(ctx, a.db.Read(), actor.ID, module, every); err != nil {
		return p, err
	}
	if p.Extra, err = extraOf(ctx, a.db.Read(), actor.ID); err != nil {
		return p, err
	}
	now := a.clock.Now()
	p.Minutes = stretched(set.Minutes, p.Extra)
	p.From, p.Until = a.window(set.Rules, p.Minutes-set.Minutes)
	for _, past := range p.Past {
		if past.State == Open && past.Due > now {
			p.Open = past.ID
		}
	}
	p.Counting = counting(set.Counts, p.Past)
	tries, err := a.tries(ctx, a.db.Read(), actor.ID, set, p.Past)
	if err != nil {
		return p, err
	}
	p.Left, p.NextAt, p.Why = a.mayBegin(set.Rules, tries, now, p.Minutes-set.Minutes)
	return p, a.hide(ctx, p.Past) // Counting is one of them
}

// stretched is a time limit in minutes with extra time in per cent, rounded up.
func stretched(minutes, percent int) int { return (minutes*(100+percent) + 99) / 100 }

// window gives the moments between which a quiz may be begun; 0 is open. Extra minutes are added at the end.
func (a *Attempts) window(r bank.Rules, extra int) (from, until int64) {
	begin, end := r.Window(a.zone)
	if !begin.IsZero() {
		from = begin.UnixMilli()
	}
	if !end.IsZero() {
		until = end.Add(time.Duration(extra) * time.Minute).UnixMilli()
	}
	return from, until
}

// tries is how often somebody has taken a quiz.
type tries struct {
	past []Attempt // the newest first
	used int       // of the attempts that the rules allow
}

// tries counts the attempts of a quiz that is limited: where a certificate is to be renewed, those of the renewal.
func (a *Attempts) tries(ctx context.Context, q db.Q, person string, set *bank.Set, past []Attempt) (tries, error) {
	out := tries{past, len(past)}
	if set.Attempts == 0 || a.since == nil || len(past) == 0 {
		return out, nil
	}
	since, err := a.since(ctx, q, person, set.Key())
	out.used = 0
	for _, p := range past {
		if p.Started >= since {
			out.used++
		}
	}
	return out, err
}

// mayBegin says how often a quiz may still be taken, from when, and why not now.
func (a *Attempts) mayBegin(r bank.Rules, t tries, now int64, extra int) (left int, next int64, why error) {
	left = -1
	if r.Attempts > 0 {
		left = max(0, r.Attempts-t.used)
	}
	for _, p := range t.past {
		if p.State == Closed && p.Closed+r.Wait.Milliseconds() > now {
			next = max(next, p.Closed+r.Wait.Milliseconds())
		}
	}
	from, until := a.window(r, extra)
	switch {
	case from > now:
		next, why = max(next, from), fault.New(fault.Conflict, "quiz.not_yet")
	case until > 0 && until <= now:
		why = fault.New(fault.Conflict, "quiz.window_over")
	case left == 0:
		why = fault.New(fault.Conflict, "quiz.no_attempts", "n", r.Attempts)
	case next > 0:
		why = fault.New(fault.Conflict, "quiz.cooling")
	}
	return left, next, why
}

// counting gives the attempt that counts, by the rule; past is the newest first.
func counting(c bank.Counts, past []Attempt) *Attempt {
	var found *Attempt
	for i := range past {
		p := &past[i]
		switch {
		case c == bank.First:
			if p.State == Closed {
				found = p // the oldest is the last
			}
		case !p.Settled():
		case found == nil, c == bank.Best && p.Score > found.Score:
			found = p
		}
	}
	return found
}

// Start begins an attempt at a module's quiz and gives its id; accepted says that the declaration was, where the quiz has
// one. While an attempt is open it gives that one: a second tab or a double click starts nothing twice.
func (a *Attempts) Start(ctx context.Context, actor access.Actor, module string, accepted bool) (string, error) {
	if err := actor.Check(access.TakeQuiz, access.Self); err != nil {
		return "", err
	}
	set := a.bank.Current().Set(module)
	if set == nil {
		return "", fault.New(fault.Missing, "error.missing")
	}
	r, items, err := a.newAttempt(actor, set)
	if err != nil {
		return "", err
	}
	declared := accepted || set.Declaration == bank.Text{}
	id, overdue := "", false
	err = a.db.Write(ctx, func(q db.Q) error {
		id, overdue = "", false
		if err := claimSeat(ctx, q, actor.ID, module); err != nil {
			return err
		}
		if id, overdue, err = openIn(ctx, q, actor.ID, module, r.Started-grace.Milliseconds()); err != nil || id != "" {
			return err
		}
		if !declared {
			return fault.New(fault.Invalid, "quiz.declaration_needed").At("accepted")
		}
		id = r.ID
		return a.begin(ctx, q, set, r, items, accepted)
	})
	if err == nil && overdue {
		if err = a.close(ctx, id); err == nil || fault.KindOf(err) == fault.Conflict {
			return a.Start(ctx, actor, module, accepted)
		}
	}
	if err != nil {
		return "", err
	}
	return id, nil
}

// newAttempt draws a paper.
func (a *Attempts) newAttempt(actor access.Actor, set *bank.Set) (row, []bank.Item, error) {
	var seed [32]byte
	copy(seed[:], a.clock.Bytes(len(seed)))
	items := bank.Draw(set, seed)
	paper, err := json.Marshal(items)
	return row{ID: a.clock.ID(), Person: actor.ID, Module: set.Key(), SetHash: set.Hash, Seed: hex.EncodeToString(seed[:]),
		Paper: string(paper), State: Open, Started: a.clock.Now(), Pass: set.Pass}, items, err
}

// begin opens an attempt of a person whose seat is claimed, where the rules allow it.
func (a *Attempts) begin(ctx context.Context, q db.Q, set *bank.Set, r row, items []bank.Item, accepted bool) error {
	percent, err := extraOf(ctx, q, r.Person)
	if err != nil {
		return err
	}
	extra := stretched(set.Minutes, percent) - set.Minutes
	if set.Attempts > 0 || set.Wait > 0 || set.From != "" || set.Until != "" {
		past, err := attemptsOf(ctx, q, r.Person, r.Module, every)
		if err != nil {
			return err
		}
		tries, err := a.tries(ctx, q, r.Person, set, past)
		if err != nil {
			return err
		}
		if _, _, err := a.mayBegin(set.Rules, tries, r.Started, extra); err != nil {
			return err
		}
	}
	r.Due = r.Started + int64(set.Minutes+extra)*time.Minute.Milliseconds()
	if _, until := a.window(set.Rules, extra); until > 0 {
		r.Due = min(r.Due, until)
	}
	if err := keepSet(ctx, q, set, r.Started); err != nil {
		return err
	}
	if err := insertAttempt(ctx, q, r, accepted); err != nil {
		return err
	}
	return openRows(ctx, q, r.ID, items, r.Due+grace.Milliseconds())
}
