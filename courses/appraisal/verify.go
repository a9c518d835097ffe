package appraisal

import (
	"context"
	"encoding/json"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Verify computes a record again from what it was computed from, and compares the result, the hashes, the figures and every
// later entry with what is kept elsewhere: the figures' own room and the trail. Whether the trail itself is whole is for
// `audit verify` to say.
func (a *Appraisals) Verify(ctx context.Context, actor access.Actor, record string) (Report, error) {
	for {
		r, _, err := a.see(ctx, actor, record)
		if err != nil {
			return Report{}, err
		}
		if !r.Visible {
			return Report{}, fault.New(fault.Conflict, "appraisal.verify_later")
		}
		out, err := a.verify(ctx, r)
		if err != nil || len(out.Differences) == 0 {
			return out, err
		}
		if now, _, err := a.see(ctx, actor, record); err != nil || now.Seq == r.Seq && now.Entries == r.Entries {
			return out, err
		} // somebody decided something meanwhile, and part of it was read before and part after
	}
}

// verify compares a record as it was read.
func (a *Appraisals) verify(ctx context.Context, r Record) (Report, error) {
	q := a.db.Read()
	p, err := proofOf(ctx, q, r.ID)
	if err != nil {
		return Report{}, err
	}
	out := Report{Record: r.ID, Computed: p.Hash != "", Hash: p.Hash, Trail: -1, Differences: []string{}}
	if !out.Computed {
		return out, nil
	}
	v := verifying{Report: &out, r: r, p: p}
	if v.c, err = cycleByID(ctx, q, r.Cycle); err != nil {
		return out, err
	}
	if v.entries, err = entriesOf(ctx, q, r.ID); err != nil {
		return out, err
	}
	v.again()
	if err := v.life(ctx, q); err != nil {
		return out, err
	}
	if err := v.measured(ctx, q, a.figures); err != nil {
		return out, err
	}
	return out, v.trailed(ctx, q, a)
}

// verifying is one verification on its way.
type verifying struct {
	*Report
	r       Record
	c       Cycle
	p       proof
	in      Inputs
	entries []Entry
}

func (v *verifying) differs(key string) { v.Differences = append(v.Differences, key) }

// again does the arithmetic again and compares it with what is stored.
func (v *verifying) again() {
	if sumOf(v.p.Inputs, v.p.Result) != v.p.Hash {
		v.differs("appraisal.verify_hash")
	}
	if json.Unmarshal([]byte(v.p.Inputs), &v.in) != nil {
		v.differs("appraisal.verify_inputs")
		return
	}
	if v.c.Scheme.Hash != v.c.Hash || v.in.Scheme != v.c.Hash {
		v.differs("appraisal.verify_scheme")
	}
	result := calculate(v.c.Scheme, v.in)
	if text, err := json.Marshal(result); err != nil || string(text) != v.p.Result {
		v.differs("appraisal.verify_result")
	}
	if len(v.entries) == 0 || v.entries[0].Kind != Computed || v.entries[0].Has != result.Enough || v.entries[0].To != result.Score || v.entries[0].Band != result.Band {
		v.differs("appraisal.verify_entry")
	}
}

// life checks that every step follows on the one before, by an act that leads there, and that the record stands where the
// last one left it.
func (v *verifying) life(ctx context.Context, q db.Q) error {
	all, err := transitionsOf(ctx, q, v.r.ID)
	now := State("")
	for i, t := range all {
		to, ok := Next(now, t.Act)
		if !ok || t.Seq != int64(i+1) || t.Before != now || t.After != to {
			v.differs("appraisal.verify_life")
			return err
		}
		now = to
	}
	if err == nil && (now != v.r.State || int64(len(all)) != v.r.Seq) {
		v.differs("appraisal.verify_life")
	}
	return err
}

// measured compares the figures that were frozen with those of their own room, and with those that were computed from.
func (v *verifying) measured(ctx context.Context, q db.Q, figures Figures) error {
	now, err := figures.Of(ctx, q, []string{v.r.Person}, v.r.Period)
	if err != nil {
		return err
	}
	frozen := map[string]Figure{}
	if json.Unmarshal([]byte(v.p.Figures), &frozen) != nil {
		v.differs("appraisal.verify_figures")
		return nil
	}
	for id, f := range frozen {
		if now[v.r.Person][id] != f {
			v.differs("appraisal.verify_figures")
			return nil
		}
	}
	for _, i := range v.in.Items {
		item, _ := v.c.Scheme.Item(i.Item)
		if i.Figure != nil && *i.Figure != frozen[item.Of] {
			v.differs("appraisal.verify_figures")
			return nil
		}
	}
	return nil
}

// tells says whether the trail tells of an entry as it stands: by its hash, or in old ones by its score. The computed one is
// compared with its hash elsewhere.
func (f facts) tells(nonce, record string, e Entry) bool {
	if f.Score != nil {
		return *f.Score == e.To
	}
	return e.Seq == 1 || f.Hash == sumOfEntry(nonce, record, e)
}

// trailed compares results with the trail by their hashes.
func (v *verifying) trailed(ctx context.Context, q db.Q, a *Appraisals) error {
	said := map[int64]facts{}
	for _, act := range []string{computedAct, ruledAct} {
		if err := v.told(ctx, q, a, act, v.r.Person, said); err != nil {
			return err
		}
	}
	switch f, ok := said[1]; {
	case !ok:
		v.differs("appraisal.verify_trail_missing")
	case f.Hash != v.p.Hash:
		v.differs("appraisal.verify_trail")
	}
	for _, e := range v.entries {
		if f, ok := said[e.Seq]; !ok || f.Has != e.Has || e.Seq > 1 && f.Kind != e.Kind || !f.tells(v.in.Nonce, v.r.ID, e) {
			v.differs("appraisal.verify_entries")
			return nil
		}
	}
	if len(said) != len(v.entries) {
		v.differs("appraisal.verify_entries")
	}
	return nil
}

// told gathers what the trail says of the record's results. Where the person was erased, the trail does not say any more whom
// it is about, and still says which record.
func (v *verifying) told(ctx context.Context, q db.Q, a *Appraisals, act, subject string, said map[int64]facts) error {
	entries, err := a.trail.About(ctx, q, subject, act)
	if err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		var f facts
		if err := json.Unmarshal(e.Facts, &f); err != nil {
			return err
		}
		if f.Record != v.r.ID {
			continue
		}
		found = true
		if said[f.Entry] = f; act == computedAct {
			v.Trail = e.Seq
		}
	}
	if !found && subject != "" {
		return v.told(ctx, q, a, act, "", said)
	}
	return nil
}
