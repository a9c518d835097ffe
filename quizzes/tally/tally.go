// Package tally is what the closed attempts of a quiz come to, kept as sums that grow.
//
// Every closed attempt is folded into the sums of its question set once, by whichever node comes first, and a report is
// computed from the sums. Whoever changes what a closed attempt came to calls Forget in the same transaction, and the
// sums grow again from the attempts. An edited question set is another set with sums of its own.
package tally

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/quizzes/itemstats"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

const (
	batch      = 500 // attempts of one transaction
	perFold    = 20  // transactions of one Fold
	perReport  = 4   // and of one Report, whose reader waits
	categories = 30  // options of a question that are counted one by one
)

// Other is the category of the options past the first thirty, and of what is no option of the question.
const Other = "*"

// Tally keeps the sums.
type Tally struct {
	db   *db.DB
	bank *bank.Library
	old  sync.Map // hash -> *bank.Set that is no longer the current one

	measured sync.Map // hash -> measured, of the sums as this node last read them
}

// New makes the room.
func New(d *db.DB, b *bank.Library) *Tally { return &Tally{db: d, bank: b} }

// Version is one version of a module's questions.
type Version struct {
	Hash      string `db:"hash"`
	FirstSeen int64  `db:"first_seen"` // when it was first sat; 0 where nobody has yet
	Attempts  int64  `db:"attempts"`   // closed
	Current   bool   `db:"-"`
}

// Report is how the questions of one version perform.
type Report struct {
	Set     *bank.Set
	Version int64 // of the sums; 0 where there are none
	Waiting int64 // closed attempts that are not in it yet
	Passed  int64 // attempts that reach the set's pass mark
	Totals  []itemstats.Total
	itemstats.Report
}

// Fold takes closed attempts into the sums of their sets, batch by batch, each in a transaction of its own. It may run on
// any number of nodes, be interrupted and run again: an attempt is folded once. more says that some may be left.
func (t *Tally) Fold(ctx context.Context) (more bool, err error) {
	hashes, err := unfoldedSets(ctx, t.db.Read())
	if err != nil {
		return false, err
	}
	left := perFold
	var failed []error
	for _, hash := range hashes { // a set that cannot be folded must not keep the others waiting
		for full := true; full; left-- {
			if left == 0 {
				return true, errors.Join(failed...)
			}
			if full, err = t.fold(ctx, hash); err != nil {
				failed = append(failed, fmt.Errorf("tally: set %s: %w", hash, err))
				break
			}
		}
	}
	return false, errors.Join(failed...)
}

// fold takes one batch of a set's attempts in; full says that there may be more.
func (t *Tally) fold(ctx context.Context, hash string) (full bool, err error) {
	set, err := t.set(ctx, hash)
	if err != nil {
		return false, err
	}
	err = t.db.Write(ctx, func(q db.Q) error {
		sums, err := claim(ctx, q, hash)
		if err != nil {
			return err
		}
		ids, err := claimAttempts(ctx, q, hash)
		if err != nil || len(ids) == 0 {
			full = false
			return err
		}
		attempts, err := attemptsOf(ctx, q, set, ids)
		if err != nil {
			return err
		}
		for _, a := range attempts {
			sums.Add(a)
		}
		full = len(ids) == batch
		return keep(ctx, q, hash, sums)
	})
	return full, err
}

// Forget says that a set's sums are stale: in the caller's transaction they are dropped and all of the set's attempts are to be
// folded again. Call it before the first change of an attempt: sums are claimed before attempts, here as in Fold.
func (t *Tally) Forget(ctx context.Context, q db.Q, setHash string) error {
	if _, err := claim(ctx, q, setHash); err != nil {
		return err
	}
	if err := drop(ctx, q, setHash); err != nil {
		return err
	}
	return unfold(ctx, q, setHash)
}

// Versions gives the versions of a module's questions that were sat, the newest first, and the current one.
func (t *Tally) Versions(ctx context.Context, actor access.Actor, module string) ([]Version, error) {
	if err := actor.Check(access.SeeContentDesk, access.Other); err != nil {
		return nil, err
	}
	out, err := versionsOf(ctx, t.db.Read(), module)
	if err != nil {
		return nil, err
	}
	if set := t.bank.Current().Set(module); set != nil {
		i := slices.IndexFunc(out, func(v Version) bool { return v.Hash == set.Hash })
		if i < 0 {
			out, i = slices.Insert(out, 0, Version{Hash: set.Hash}), 0
		}
		out[i].Current = true
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	return out, nil
}

// Report gives the figures of one version of a module's questions; hash "" is the current version. Attempts that were closed
// just now are folded first, some thousand at most.
func (t *Tally) Report(ctx context.Context, actor access.Actor, module, hash string) (Report, error) {
	if err := actor.Check(access.SeeContentDesk, access.Other); err != nil {
		return Report{}, err
	}
	set, err := t.setOf(ctx, module, hash)
	if err != nil {
		return Report{}, err
	}
	waiting, err := unfolded(ctx, t.db.Read(), set.Hash)
	for n := 0; err == nil && waiting > 0 && n < perReport; n++ {
		if _, err = t.fold(ctx, set.Hash); err == nil {
			waiting, err = unfolded(ctx, t.db.Read(), set.Hash)
		}
	}
	if err != nil {
		return Report{}, err
	}
	sums, version, err := sumsOf(ctx, t.db.Read(), set.Hash)
	if err != nil {
		return Report{}, err
	}
	r := Report{Set: set, Version: version, Waiting: waiting, Totals: sums.Totals(), Report: sums.Report(About(set)...)}
	for _, total := range r.Totals {
		if Score(total) >= set.Pass {
			r.Passed += total.Attempts
		}
	}
	return r, nil
}

// Score is what a total is in basis points, as grading rounds it.
func Score(t itemstats.Total) int {
	n := int64(t.Length)
	return int((2*grading.Full*t.Units + n) / (2 * n))
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// setOf gives a version of a module's questions; what is not of the module is missing.
func (t *Tally) setOf(ctx context.Context, module, hash string) (*bank.Set, error) {
	if hash == "" {
		versions, err := versionsOf(ctx, t.db.Read(), module)
		switch set := t.bank.Current().Set(module); {
		case set != nil:
			return set, nil
		case err != nil:
			return nil, err
		case len(versions) > 0: // the module has gone, its attempts have not
			return t.set(ctx, versions[0].Hash)
		}
		return nil, fault.New(fault.Missing, "error.missing")
	}
	if !hashForm.MatchString(hash) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	set, err := t.set(ctx, hash)
	if err == nil && set.Key() != module {
		err = fault.New(fault.Missing, "error.missing")
	}
	return set, err
}

// set gives the question set with this hash: the current one, or an earlier one out of the database.
func (t *Tally) set(ctx context.Context, hash string) (*bank.Set, error) {
	if s := t.bank.Current().ByHash(hash); s != nil {
		return s, nil
	}
	if s, ok := t.old.Load(hash); ok {
		return s.(*bank.Set), nil
	}
	file, source, err := sourceOf(ctx, t.db.Read(), hash)
	if err != nil {
		return nil, err
	}
	s, problems := bank.Parse(file, []byte(source))
	if s == nil {
		return nil, fault.New(fault.Internal, "error.internal", "set", hash, "problems", len(problems))
	}
	t.old.Store(hash, s)
	return s, nil
}

// decode reads sums; ” are none.
func decode(text string) (*itemstats.Sums, error) {
	s := itemstats.NewSums(itemstats.Hundredths)
	if text == "" {
		return s, nil
	}
	return s, json.Unmarshal([]byte(text), s)
}
