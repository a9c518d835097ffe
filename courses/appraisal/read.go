package appraisal

import (
	"context"
	"encoding/json"

	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// see gives a record as the actor sees it, with how much that is.
func (a *Appraisals) see(ctx context.Context, actor access.Actor, id string) (Record, sight, error) {
	r, err := recordByID(ctx, a.db.Read(), id, a.clock.Date(a.zone))
	if err != nil {
		return r, nothing, err
	}
	to, err := a.people.Relation(ctx, actor, r.Person)
	if err != nil {
		return Record{}, nothing, err
	}
	s := sightOf(actor, to)
	if s == nothing {
		return Record{}, nothing, fault.New(fault.Missing, "error.missing")
	}
	tells := false
	if s == proved {
		c, err := cycleByID(ctx, a.db.Read(), r.Cycle)
		if err != nil {
			return Record{}, nothing, err
		}
		tells = telling(c.Scheme)
	}
	return r.veil(s, tells), s, nil
}

// overseen refuses who neither runs appraisals nor inspects them.
func overseen(actor access.Actor) error {
	if actor.May(access.InspectAppraisal, access.Other) {
		return nil
	}
	return actor.Check(access.RunAppraisal, access.Other)
}

// Cycles gives every cycle, the latest first, to those who run appraisals or inspect them.
func (a *Appraisals) Cycles(ctx context.Context, actor access.Actor) ([]Cycle, error) {
	if err := overseen(actor); err != nil {
		return nil, err
	}
	return allCycles(ctx, a.db.Read())
}

// Cycle gives a cycle and how far it has come.
func (a *Appraisals) Cycle(ctx context.Context, actor access.Actor, id string) (Overview, error) {
	if err := overseen(actor); err != nil {
		return Overview{}, err
	}
	c, err := cycleByID(ctx, a.db.Read(), id)
	if err != nil {
		return Overview{}, err
	}
	out := Overview{Cycle: c, States: map[State]int{}}
	tallies, err := tallyOf(ctx, a.db.Read(), id, a.clock.Date(a.zone), len(wanted(c.Scheme)))
	for _, t := range tallies {
		out.People += t.N
		out.States[t.State] += t.N
		if t.Late {
			out.Late += t.N
		}
		if t.State != Targets && t.State != Measuring {
			continue
		}
		switch {
		case !t.Whole:
			out.Untargeted += t.N
		case t.Agreement != Agreed:
			out.Unagreed += t.N
		}
		if t.Agreement == Objected {
			out.Objected += t.N
		}
	}
	return out, err
}

// Records gives a page of the records that the actor may see.
func (a *Appraisals) Records(ctx context.Context, actor access.Actor, f Filter) (Page, error) {
	do := access.SeeAppraisal
	if !actor.May(do, access.Other) && actor.May(access.InspectAppraisal, access.Other) {
		do = access.InspectAppraisal
	}
	reach, err := a.people.Reach(ctx, actor, do, f.Team)
	if err != nil {
		return Page{}, err
	}
	if f.Size <= 0 || f.Size > 500 {
		f.Size = 100
	}
	if do == access.InspectAppraisal && f.Band != "" {
		return Page{}, nil // a filter would tell the band
	}
	open := do == access.SeeAppraisal && !actor.May(access.RunAppraisal, access.Other)
	rows, err := recordsPage(ctx, a.db.Read(), reach, f, open, a.clock.Date(a.zone))
	if err != nil {
		return Page{}, err
	}
	var p Page
	if len(rows) > f.Size {
		rows = rows[:f.Size]
		p.Next = rows[f.Size-1].ID
	}
	p.Records, err = a.veiled(ctx, actor, rows, do, f)
	return p, err
}

// veiled gives records as whoever may do that with them sees them.
func (a *Appraisals) veiled(ctx context.Context, actor access.Actor, rows []Record, do access.Action, f Filter) (out []Record, err error) {
	tells := map[string]bool{} // by cycle
	for _, r := range rows {
		if _, known := tells[r.Cycle]; !known && do == access.InspectAppraisal {
			c, err := cycleByID(ctx, a.db.Read(), r.Cycle)
			if err != nil {
				return nil, err
			}
			tells[r.Cycle] = telling(c.Scheme)
		}
		s := all
		switch {
		case r.Person == actor.ID || do == access.SeeAppraisal && !actor.May(access.RunAppraisal, access.Other):
			s = opened
		case do == access.InspectAppraisal:
			s = proved
		}
		if r = r.veil(s, tells[r.Cycle]); f.Band == "" || r.Visible { // one's own band is not told by a filter either
			out = append(out, r)
		}
	}
	return out, nil
}

// Mine gives the actor's own records, the latest first.
func (a *Appraisals) Mine(ctx context.Context, actor access.Actor) ([]Record, error) {
	if err := actor.Check(access.SeeAppraisal, access.Self); err != nil {
		return nil, err
	}
	rows, err := recordsOf(ctx, a.db.Read(), actor.ID, a.clock.Date(a.zone))
	for i := range rows {
		rows[i] = rows[i].veil(opened, false)
	}
	return rows, err
}

// Record gives everything about a record that the actor may see.
func (a *Appraisals) Record(ctx context.Context, actor access.Actor, id string) (Whole, error) {
	r, s, err := a.see(ctx, actor, id)
	if err != nil {
		return Whole{}, err
	}
	q := a.db.Read()
	w := Whole{Record: r, Measured: map[string]Figure{}, Inspected: s == proved}
	if w.In, err = cycleByID(ctx, q, r.Cycle); err != nil {
		return Whole{}, err
	}
	if err := a.fillTargets(ctx, q, &w); err != nil {
		return Whole{}, err
	}
	p, err := proofOf(ctx, q, id)
	if err != nil {
		return Whole{}, err
	}
	if err := w.measure(p.Figures); err != nil {
		return Whole{}, err
	}
	if w.Transitions, err = transitionsOf(ctx, q, id); err != nil {
		return Whole{}, err
	}
	if r.Visible && r.Hash != "" {
		if err := a.fillResult(ctx, q, &w, p); err != nil {
			return Whole{}, err
		}
	}
	w.May, err = a.may(ctx, q, actor, w)
	return w, err
}

func (a *Appraisals) fillTargets(ctx context.Context, q db.Q, w *Whole) error {
	steps, err := stepsOf(ctx, q, []string{w.ID})
	w.Steps = steps[w.ID]
	now := latest(w.Steps)
	for _, item := range wanted(w.In.Scheme) {
		t := now[item]
		w.Goals = append(w.Goals, Target{Item: item, Value: t.Value, By: t.By, At: t.At})
	}
	return err
}

// measure gives the frozen figures by item.
func (w *Whole) measure(text string) error {
	if text == "" {
		return nil
	}
	figures := map[string]Figure{}
	if err := json.Unmarshal([]byte(text), &figures); err != nil {
		return err
	}
	for _, item := range w.In.Scheme.Items {
		if f, ok := figures[item.Of]; ok && item.Kind == composite.OfIndicator {
			w.Measured[item.ID] = f
		}
	}
	return nil
}

// fillResult adds what was computed, from what, and what was decided since.
func (a *Appraisals) fillResult(ctx context.Context, q db.Q, w *Whole, p proof) (err error) {
	w.Inputs, w.Result = new(Inputs), new(composite.Result)
	if err := json.Unmarshal([]byte(p.Inputs), w.Inputs); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(p.Result), w.Result); err != nil {
		return err
	}
	if w.History, err = entriesOf(ctx, q, w.ID); err != nil {
		return err
	}
	if w.Inspected {
		w.withhold()
	} else if reviewed(w.In.Scheme) {
		opinions, err := a.panels.Of(ctx, q, []string{w.ID})
		if err != nil {
			return err
		}
		w.opine(opinions[w.ID])
	}
	w.Notes, err = a.notes(ctx, q, w.Person, w.Inputs.Certificates)
	return err
}

// may says which verbs the actor may use on a record as it stands.
func (a *Appraisals) may(ctx context.Context, q db.Q, actor access.Actor, w Whole) (m May, err error) {
	to, err := a.people.Relation(ctx, actor, w.Person)
	if err != nil {
		return m, err
	}
	runs, self := actor.May(access.RunAppraisal, to), to == access.Self && actor.ID != ""
	phase := w.State == Targets || w.State == Measuring
	m.SetTargets = actor.May(access.SetTarget, to) && (w.State == Targets || phase && actor.May(access.RunAppraisal, access.Other))
	m.AnswerTargets = self && phase && w.Agreement != Agreed && w.Targets > 0
	m.Calibrate = runs && actor.ID != "" && w.State == Calibration
	m.Show = runs && w.State == Calibration && w.Has
	m.Respond = self && w.State == Shown
	_, closable := Next(w.State, Close)
	m.Close = runs && closable
	if runs && actor.ID != "" && w.State == Closed {
		err := a.mayCorrect(ctx, q, actor, w.ID)
		if m.Correct = err == nil; fault.KindOf(err) == fault.Internal && err != nil {
			return m, err
		}
	}
	m.Verify = w.Visible && w.Hash != ""
	if w.State == Disputed && actor.ID != "" {
		err := a.mayDecide(ctx, q, actor, living{ID: w.ID, Person: w.Person})
		if m.Decide = err == nil; fault.KindOf(err) == fault.Internal && err != nil {
			return m, err
		}
	}
	return m, nil
}

// notes compares certificates as they stood with what became of them.
func (a *Appraisals) notes(ctx context.Context, q db.Q, person string, then []Certificate) (out []Note, err error) {
	for _, c := range then {
		if c.Number == "" {
			continue
		}
		since, err := a.certificates.Since(ctx, q, person, c.Programme, c.Seq)
		if err != nil {
			return nil, err
		}
		was := c.State
		for _, t := range since {
			if string(t.After) != was {
				out = append(out, Note{Programme: c.Programme, Number: c.Number, Was: was, Is: string(t.After), At: t.At})
				was = string(t.After)
			}
		}
	}
	return out, nil
}

// Notes says what became of the certificates in a record after the period: the record itself stays as it is.
func (a *Appraisals) Notes(ctx context.Context, actor access.Actor, record string) ([]Note, error) {
	w, err := a.Record(ctx, actor, record)
	return w.Notes, err
}

// Counted gives the records whose rules looked at a certificate, the latest period first. Who may see them is for the page
// of each to say.
func (a *Appraisals) Counted(ctx context.Context, q db.Q, number string) ([]Use, error) {
	return usesOf(ctx, q, number)
}
