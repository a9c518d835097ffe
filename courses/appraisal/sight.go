package appraisal

import (
	"slices"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
)

// sight is how much of a record somebody sees.
type sight int

const (
	nothing sight = iota
	opened        // all of it; the result once it is shown: the person and their manager
	proved        // how it was computed and what became of it, without what reviewers say or what tells it: inspectors
	all           // all of it at any time: who runs appraisals, but for their own
)

func sightOf(actor access.Actor, to access.Relation) sight {
	switch {
	case actor.May(access.RunAppraisal, to) && to != access.Self:
		return all
	case actor.May(access.InspectAppraisal, to) && !actor.May(access.SeeAppraisal, to):
		return proved
	case actor.May(access.SeeAppraisal, to):
		return opened
	}
	return nothing
}

// telling says whether a result of a scheme tells what reviewers say: from it and all that is open one could work that out. A
// month may rest on reviews, so a year does as well.
func telling(s *composite.Scheme) bool {
	return slices.ContainsFunc(s.Items, func(i composite.Item) bool { return secret(i.Kind) })
}

// secret says whether what an item is worth is not for inspectors.
func secret(k composite.Kind) bool { return k == composite.OfReviews || k == composite.OfMonths }

// veil takes away what may not be seen yet, and from inspectors a result that tells what reviewers say.
func (r Record) veil(s sight, tells bool) Record {
	if r.Withheld = s == proved && tells; r.Withheld {
		r.Has, r.Score, r.Band = false, 0, ""
	}
	if r.Visible = s == all || s == proved || r.State.Open(); !r.Visible {
		r.Has, r.Score, r.Band, r.Entries, r.Hash = false, 0, "", 0, ""
	}
	return r
}

// opine gives what each group says as it was when the result was computed. Comments are no part of what is kept with it; they
// come from the reviews, as does all of a group that is no item of the scheme.
func (w *Whole) opine(now []Opinion) {
	kept := map[string]*Opinion{}
	for _, i := range w.Inputs.Items {
		if i.Opinion != nil {
			kept[i.Opinion.Group] = i.Opinion
		}
	}
	for _, o := range now {
		if then := kept[o.Group]; then != nil {
			comments := o.Comments
			if o = *then; !o.Withheld {
				o.Comments = comments
			}
			delete(kept, o.Group)
		}
		w.Opinions = append(w.Opinions, o)
	}
	for _, i := range w.Inputs.Items {
		if i.Opinion != nil && kept[i.Opinion.Group] != nil { // the reviews have lost it
			w.Opinions = append(w.Opinions, *i.Opinion)
		}
	}
}

// withhold takes away what reviewers say, and everything that it could be worked out from.
func (w *Whole) withhold() {
	hidden := map[string]bool{}
	for i, l := range w.Result.Lines {
		if secret(l.Kind) {
			hidden[l.Item] = true
			w.Result.Lines[i].Score, w.Result.Lines[i].Product = 0, 0
		}
	}
	w.Result.Qualitative = composite.Part{Weight: w.Result.Qualitative.Weight, Some: w.Result.Qualitative.Some}
	w.Inputs.Nonce = ""
	for i := range w.Inputs.Items {
		in := &w.Inputs.Items[i]
		if !hidden[in.Item] {
			continue
		}
		in.Opinion, in.Given = nil, composite.Given{Known: in.Given.Known}
		for m := range in.Months {
			in.Months[m].Score = 0
		}
	}
	if !w.Withheld {
		return
	}
	w.Result.All = composite.Part{Weight: w.Result.All.Weight, Some: w.Result.All.Some}
	w.Result.Score, w.Result.Band = 0, ""
	for i := range w.Result.Adjustments {
		w.Result.Adjustments[i].Before, w.Result.Adjustments[i].After = 0, 0
	}
	for i := range w.History {
		e := &w.History[i]
		e.HadFrom, e.From, e.Has, e.To, e.Band = false, 0, false, 0, ""
	}
}
