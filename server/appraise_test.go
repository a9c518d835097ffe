package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tongguan/courses/appraisal"
	"tongguan/courses/review"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/dbtest"
	"tongguan/server/edge/app"
)

// Two server processes on one database, fifty deeds on one appraisal sent to both at once, every form to each, while a third
// process does what time brings: each is done once or refused, and the history says which.
func TestOneAppraisalFromTwoServers(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		a := newKilling(t, dsn)
		b := a.beside()
		r := &appraised{T: t, nodes: [2]*killing{a, b}}
		a.inReviews(r)
		a.start()
		b.start()
		r.signIn()
		a.house(func(x *app.App) {
			r.App, r.ahead = x, a.later()
			r.reviewed()
			r.calibrated()
			r.answered()
			r.filed()
			r.lived()
			r.ruled()
			a.whole(x, x.DB.Read())
		})
	})
}

// reviewed has the superior and three colleagues give sheet upon sheet while the days of reviews end.
func (r *appraised) reviewed() {
	r.Helper()
	var forms []deed
	for _, by := range []string{"two.boss", "two.c1", "two.c2", "two.c3"} {
		for i := range 7 {
			forms = append(forms, r.sheet(by, int64(i%5+1)))
		}
	}
	missed := []deed{r.sheet("two.boss", 1), r.sheet("two.c1", 1)}
	r.rush(forms[:25], 1+rand.Int64N(4))
	for _, d := range missed {
		if r.send(d, 0) || r.send(d, 1) {
			r.Errorf("a sheet of %s was taken after the end", d.by)
		}
	}
	r.agrees(r.whole(appraisal.Calibration))
}

// sheet is a sheet of somebody's with the same mark for everything.
func (r *appraised) sheet(by string, mark int64) deed {
	r.Helper()
	open, given, err := r.Reviews.Mine(context.Background(), r.who[by])
	all := slices.Concat(open, given)
	if err != nil || len(all) != 1 || all[0].Panel != r.record {
		r.Fatalf("%s reviews %+v, %v", by, all, err)
	}
	d := r.deed("sheet", by, "", "mark.attitude", fmt.Sprint(mark), "mark.teamwork", fmt.Sprint(mark), "mark.communication", fmt.Sprint(mark))
	d.to, d.score = "/reviews/"+all[0].ID, mark
	return d
}

// agrees checks that what was computed from the reviews is what was accepted of them, and nothing later.
func (r *appraised) agrees(w appraisal.Whole) {
	r.Helper()
	marks := map[string]map[int64]bool{}
	for _, d := range r.accepted["sheet"] {
		if marks[d.by] == nil {
			marks[d.by] = map[int64]bool{}
		}
		marks[d.by][review.Points(d.score, 1)] = true
	}
	superiors, colleagues := min(1, len(marks["two.boss"])), 0
	for by := range marks {
		if by != "two.boss" {
			colleagues++
		}
	}
	given := map[string]int{string(review.Superior): superiors, string(review.Colleague): colleagues}
	seen := 0
	for _, now := range w.Opinions {
		at := slices.IndexFunc(w.Inputs.Items, func(i appraisal.Input) bool { return i.Opinion != nil && i.Opinion.Group == now.Group })
		if at < 0 {
			r.Fatalf("nothing was computed from what the %s say", now.Group)
		}
		seen++
		then := *w.Inputs.Items[at].Opinion
		if now.Given != given[now.Group] || then.Given != now.Given || then.Raw != now.Raw || then.Withheld != now.Withheld {
			r.Errorf("%s: sheets of %d were accepted; computed from %+v, now %+v", now.Group, given[now.Group], then, now)
		}
		if now.Group == string(review.Superior) && superiors > 0 && !marks["two.boss"][now.Raw] {
			r.Errorf("the superior gave %d, of %v", now.Raw, marks["two.boss"])
		}
	}
	if seen != 2 {
		r.Errorf("%d groups were asked", seen)
	}
	r.sheets()
}

// sheets counts the sheets that are kept, and those in the trail.
func (r *appraised) sheets() {
	r.Helper()
	ctx, want := context.Background(), len(r.accepted["sheet"])
	var kept int
	err := r.DB.Read().Get(ctx, &kept, "SELECT count(*) FROM review_sheet s JOIN review_request q ON q.id = s.request_id WHERE q.panel_id = $1", r.record)
	if err != nil || kept != want || want == 0 {
		r.Errorf("%d sheets were accepted, %d are kept, %v", want, kept, err)
	}
	told, err := r.Trail.Search(ctx, r.DB.Read(), access.Operator(), audit.Filter{Acts: []string{"review.closed"}, Limit: 1000})
	var said struct {
		Panel           string
		Sheets, Earlier []string
	}
	for _, e := range told {
		if json.Unmarshal(e.Facts, &said) == nil && said.Panel == r.record {
			break
		}
	}
	if err != nil || len(said.Sheets)+len(said.Earlier) != want {
		r.Errorf("%d sheets were accepted, %d and %d are in the trail, %v", want, len(said.Sheets), len(said.Earlier), err)
	}
}

// calibrated has two of HR set the result at once, and then show it while it is set again.
func (r *appraised) calibrated() {
	r.Helper()
	var first, second []deed
	for i := range 25 {
		by := []string{"two.hr1", "two.hr2"}[i%2]
		first = append(first, r.rules(appraisal.Calibrated, by, "calibrate", 1))
		if i < 15 {
			second = append(second, r.rules(appraisal.Calibrated, by, "calibrate", 2))
		} else {
			second = append(second, r.deed("show", by, "show"))
		}
	}
	if n := len(r.rush(first, 0)); n != 1 {
		r.Errorf("of %d results in the place of one, %d were accepted", len(first), n)
	}
	shown := r.rush(second, 0)
	if n := count(shown, "show"); n != 1 || len(shown)-n > 1 {
		r.Errorf("shown %d times, calibrated %d", n, len(shown)-n)
	}
}

// answered has the person take note and dispute at once, while HR tries to calibrate what is shown; a dispute is decided.
func (r *appraised) answered() {
	r.Helper()
	var answers, rulings []deed
	seen := int(r.whole(appraisal.Shown).Entries)
	for i := range 25 {
		switch {
		case i < 6:
			answers = append(answers, r.rules(appraisal.Calibrated, "two.hr2", "calibrate", seen))
		case i < 12:
			answers = append(answers, r.deed("acknowledge", "two.ann", "respond", "answer", "acknowledge"))
		default:
			answers = append(answers, r.deed("dispute", "two.ann", "respond", "answer", "dispute", "text", "少记了三次。"))
		}
		switch {
		case i < 12:
			rulings = append(rulings, r.rules(appraisal.Amendment, "two.hr3", "decide", seen))
		case i < 20:
			rulings = append(rulings, r.deed("uphold", "two.hr3", "decide", "ruling", "uphold", "reason", "核对过", "seen", fmt.Sprint(seen)))
		default:
			rulings = append(rulings, r.deed("acknowledge", "two.ann", "respond", "answer", "acknowledge"))
		}
	}
	got := r.rush(answers, 0)
	if len(got) != 1 || got[0].by != "two.ann" {
		r.Errorf("%d answers were accepted", len(got))
	}
	if count(got, "dispute") == 0 {
		return
	}
	if got = r.rush(rulings, 0); len(got) != 1 || got[0].by != "two.hr3" {
		r.Errorf("%d decisions were accepted", len(got))
	}
}

// filed has two of HR close the record while it is corrected, and correct it.
func (r *appraised) filed() {
	r.Helper()
	seen := int(r.whole("").Entries)
	var closing []deed
	for i := range 25 {
		by := []string{"two.hr1", "two.hr2"}[i%2]
		if i < 12 {
			closing = append(closing, r.deed("close", by, "close"))
		} else {
			closing = append(closing, r.rules(appraisal.Correction, []string{"two.hr3", "two.hr4"}[i%2], "correct", seen+1)) // in the place of one that is not there yet
		}
	}
	if got := r.rush(closing, 0); len(got) != 1 || got[0].kind != "close" {
		r.Errorf("%d deeds were accepted over the closing", len(got))
	}
	for n := range 2 {
		var corrections []deed
		for i := range 25 {
			corrections = append(corrections, r.rules(appraisal.Correction, []string{"two.hr3", "two.hr4"}[i%2], "correct", seen+n))
		}
		if got := r.rush(corrections, 0); len(got) != 1 {
			r.Errorf("%d corrections of one result were accepted", len(got))
		}
	}
}

// whole reads the record as HR sees it; in a state, where one is named.
func (r *appraised) whole(in appraisal.State) appraisal.Whole {
	r.Helper()
	w, err := r.Appraisals.Record(context.Background(), r.who["two.hr1"], r.record)
	if err != nil || in != "" && w.State != in {
		r.Fatalf("the record is in %s, want %s, %v", w.State, in, err)
	}
	return w
}

// lived checks that every step of the record's life is legal and follows on the one before, and was accepted of somebody.
func (r *appraised) lived() {
	r.Helper()
	w := r.whole(appraisal.Closed)
	now, acts := appraisal.State(""), map[appraisal.Act]int{}
	for i, t := range w.Transitions {
		to, ok := appraisal.Next(now, t.Act)
		if !ok || t.Seq != int64(i+1) || t.Before != now || t.After != to {
			r.Errorf("step %d: %+v after %q", i+1, t, now)
		}
		now = t.After
		acts[t.Act]++
	}
	if now != w.State || w.Seq != int64(len(w.Transitions)) {
		r.Errorf("the record stands at %s %d, its history at %s %d", w.State, w.Seq, now, len(w.Transitions))
	}
	if acts[appraisal.Acknowledge]+acts[appraisal.Dispute] != 1 {
		r.Errorf("answered %d times, disputed %d", acts[appraisal.Acknowledge], acts[appraisal.Dispute])
	}
	for act, kind := range map[appraisal.Act]string{appraisal.Show: "show", appraisal.Acknowledge: "acknowledge", appraisal.Dispute: "dispute",
		appraisal.Uphold: "uphold", appraisal.Amend: string(appraisal.Amendment), appraisal.Close: "close"} {
		if acts[act] != len(r.accepted[kind]) {
			r.Errorf("%s: accepted %d times, in the history %d times", act, len(r.accepted[kind]), acts[act])
		}
	}
	if w.In.ClosedAt == 0 {
		r.Error("the last record of the cycle is closed, and the cycle is not")
	}
}

// ruled checks that the results are those that were accepted, each in the place of the one before, and that they can be
// reckoned again.
func (r *appraised) ruled() {
	r.Helper()
	w := r.whole(appraisal.Closed)
	want := slices.Concat([]deed{{kind: string(appraisal.Computed)}}, r.accepted[string(appraisal.Calibrated)], r.accepted[string(appraisal.Amendment)],
		r.accepted[string(appraisal.Correction)])
	if len(w.History) != len(want) || w.Entries != int64(len(want)) {
		r.Fatalf("%d results were accepted, %d are kept, the record says %d", len(want), len(w.History), w.Entries)
	}
	for i, e := range w.History {
		if e.Seq != int64(i+1) || e.Prior != int64(i) || i > 0 && (e.From != w.History[i-1].To || e.HadFrom != w.History[i-1].Has) {
			r.Errorf("result %d: %+v", i+1, e)
		}
		if d := want[i]; string(e.Kind) != d.kind || e.By != r.who[d.by].ID || i > 0 && e.To != d.score {
			r.Errorf("result %d is %+v, accepted was %d of %s", i+1, e, d.score, d.by)
		}
	}
	if last := w.History[len(w.History)-1]; w.Score != last.To {
		r.Errorf("%d counts, the last result is %d", w.Score, last.To)
	}
	if v, err := r.Appraisals.Verify(context.Background(), r.who["two.hr3"], r.record); err != nil || !v.Whole() {
		r.Errorf("verified: %v %v", v.Differences, err)
	}
}

// count says how many of the deeds are of a kind.
func count(all []deed, kind string) (n int) {
	for _, d := range all {
		if d.kind == kind {
			n++
		}
	}
	return n
}
