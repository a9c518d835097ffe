package appraisal

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongguan/courses/certification"
	"tongguan/courses/composite"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// known is what the rooms know of many people, for computing their records together.
type known struct {
	steps    map[string][]TargetStep
	opinions map[string][]Opinion
	months   map[string][]Month
	last     map[string]last
	past     map[string][]certification.Past
	lines    map[string][]evidence.Line
	from     int64 // when the period begins
	until    int64 // its last moment
}

// computeAll computes records whose panels are closed, and gives what goes into the trail of it.
func (a *Appraisals) computeAll(ctx context.Context, q db.Q, c Cycle, steps []step) (events []audit.Event, err error) {
	k, err := a.know(ctx, q, c, steps)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		in, err := a.gather(ctx, q, c, s.living, k)
		if err != nil {
			return nil, err
		}
		e, err := a.keep(ctx, q, c, s.living, in)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// know reads what is needed about all of them at once.
func (a *Appraisals) know(ctx context.Context, q db.Q, c Cycle, steps []step) (k known, err error) {
	persons, numbers := make([]string, len(steps)), make([]string, len(steps))
	for i, s := range steps {
		persons[i], numbers[i] = s.Person, s.ID
	}
	if k.from, k.until, err = a.bounds(c); err != nil {
		return k, err
	}
	if k.steps, err = stepsOf(ctx, q, numbers); err != nil {
		return k, err
	}
	if reviewed(c.Scheme) {
		if k.opinions, err = a.panels.Of(ctx, q, numbers); err != nil {
			return k, err
		}
	}
	if c.Kind == "year" {
		if k.months, err = monthsOf(ctx, q, persons, c.Period); err != nil {
			return k, err
		}
	}
	if k.last, err = lastClosed(ctx, q, persons, c.Scheme.ID, c.Period); err != nil {
		return k, err
	}
	if k.past, err = a.certificates.AsOf(ctx, q, persons, k.until); err != nil {
		return k, err
	}
	k.lines, err = a.ledger.OfMany(ctx, q, persons)
	return k, err
}

// bounds gives the first and the last moment of a cycle's period.
func (a *Appraisals) bounds(c Cycle) (from, until int64, err error) {
	day, err := lastDay(c.Kind, c.Period)
	if err != nil {
		return 0, 0, err
	}
	first, err := time.Parse(time.DateOnly, map[string]string{"year": c.Period + "-01-01", "month": c.Period + "-01"}[c.Kind])
	if err != nil {
		return 0, 0, err
	}
	if from, err = a.end(first.AddDate(0, 0, -1).Format(time.DateOnly)); err != nil {
		return 0, 0, err
	}
	until, err = a.end(day)
	return from, until - 1, err
}

// gather gives what one record is computed from.
func (a *Appraisals) gather(ctx context.Context, q db.Q, c Cycle, r living, k known) (Inputs, error) {
	in := Inputs{Version: 1, Nonce: hex.EncodeToString(a.clock.Bytes(16)), Record: r.ID, Cycle: c.ID, Period: c.Period, Until: k.until, Scheme: c.Hash, Leniency: c.Leniency, Roles: strings.Fields(r.Roles)}
	figures, before := map[string]Figure{}, composite.Result{}
	if r.Figures != "" {
		if err := json.Unmarshal([]byte(r.Figures), &figures); err != nil {
			return in, err
		}
	}
	if l := k.last[r.Person]; l.Result != "" {
		if err := json.Unmarshal([]byte(l.Result), &before); err != nil {
			return in, err
		}
	}
	targets := latest(k.steps[r.ID])
	for _, item := range c.Scheme.Items {
		i := Input{Item: item.ID}
		switch item.Kind {
		case composite.OfIndicator:
			i.measured(figures, item, targets[item.ID].Value)
		case composite.OfReviews:
			i.judged(k.opinions[r.ID], item.Of, c.Leniency)
		case composite.OfMonths:
			i.summed(k.months[r.Person])
		}
		i.carry(before, k.last[r.Person].Record, item.ID)
		in.Simulated = in.Simulated || i.simulated(c.Scheme, k.last[r.Person])
		in.Items = append(in.Items, i)
	}
	in.Certificates = standings(c.Scheme, k.past[r.Person])
	lessons, err := a.progress.LessonsIn(ctx, q, r.Person)
	in.Learning = learnt(lessons, k.lines[r.Person], k.from, k.until)
	return in, err
}

func (i *Input) measured(figures map[string]Figure, item composite.Item, target int64) {
	i.Given.Target = target
	if f, ok := figures[item.Of]; ok {
		i.Figure, i.Given.Known, i.Given.Actual = &f, true, f.Value
	}
}

// judged takes what a group says: as corrected for leniency where the cycle wants that and it could be done. What is withheld
// because too few have said something counts as unknown, since the result would tell it.
func (i *Input) judged(all []Opinion, group string, leniency bool) {
	at := slices.IndexFunc(all, func(o Opinion) bool { return o.Group == group })
	if at < 0 {
		return
	}
	o := all[at]
	i.Opinion = &o
	if o.Given == 0 || o.Withheld {
		return
	}
	i.Given.Known, i.Given.Score = true, o.Raw
	if leniency && o.HasAdjusted {
		i.Given.Score = o.Adjusted
	}
}

func (i *Input) summed(months []Month) {
	scores := make([]int64, len(months))
	for n, m := range months {
		scores[n] = m.Score
	}
	i.Months = months
	i.Given.Score, i.Given.Known = composite.Mean(scores)
}

// carry notes the score of the same item in the last closed record, where it counted there.
func (i *Input) carry(before composite.Result, record, item string) {
	for _, l := range before.Lines {
		if l.Item == item && (l.Fate == composite.Counted || l.Fate == composite.Carried) {
			i.Given.Before, i.Given.Carries, i.Carried = l.Score, true, record
		}
	}
}

// simulated says whether an item rests on figures that nobody has measured: its own, a month's, or those of the record whose
// score stands in.
func (i *Input) simulated(s *composite.Scheme, before last) bool {
	return i.Figure != nil && i.Figure.Source == Simulated || slices.ContainsFunc(i.Months, func(m Month) bool { return m.Simulated }) ||
		!i.Given.Known && i.Given.Carries && s.Missing == composite.Carry && before.Simulated
}

// standings gives how somebody stood with every programme they had to do with, and with those that the rules name.
func standings(s *composite.Scheme, past []certification.Past) (out []Certificate) {
	ruled := func(programme string) bool {
		return slices.ContainsFunc(s.Rules, func(r composite.Rule) bool { return r.Programme == programme })
	}
	for _, p := range past {
		c := Certificate{Programme: p.Programme, State: string(p.State), Holding: composite.Never, Seq: p.Seq, Ruled: ruled(p.Programme)}
		switch {
		case p.State.Holds():
			c.Holding = composite.Held
		case p.State.Has():
			c.Holding = composite.Lapsed
		}
		if p.State.Has() {
			c.Number, c.BasisHash = p.Certificate, p.BasisHash
		}
		out = append(out, c)
	}
	for _, r := range s.Rules {
		if !slices.ContainsFunc(out, func(c Certificate) bool { return c.Programme == r.Programme }) {
			out = append(out, Certificate{Programme: r.Programme, Holding: composite.Never, Ruled: true})
		}
	}
	slices.SortFunc(out, func(x, y Certificate) int { return cmp.Compare(x.Programme, y.Programme) })
	return out
}

// learnt counts what was read and passed until the end of the period, and gives the exams in role-plays within it.
func learnt(lessons, lines []evidence.Line, from, until int64) Learning {
	out, read, quizzes := Learning{Rehearse: []Evidence{}}, map[string]bool{}, map[string]bool{}
	for _, l := range lessons {
		if l.At <= until {
			read[l.Subject] = true
		}
	}
	for _, l := range lines {
		if l.At > until {
			continue
		}
		switch {
		case l.Kind == evidence.Quiz && l.Effect == evidence.Undoes:
			quizzes[l.Subject] = l.Passed
		case l.Kind == evidence.Quiz && l.Passed && l.Effect == evidence.AsSaid:
			quizzes[l.Subject] = true
		case l.Kind == evidence.Roleplay && l.At >= from:
			out.Rehearse = append(out.Rehearse, Evidence{Line: l.Number, Kind: l.Kind, Subject: l.Subject, Score: l.Score, Passed: l.Passed, At: l.At, Hash: lineHash(l)})
		}
	}
	out.Lessons = len(read)
	for _, passed := range quizzes {
		if passed {
			out.Quizzes++
		}
	}
	return out
}

// lineHash is SHA-256 over a line of evidence as JSON, hex.
func lineHash(l evidence.Line) string {
	text, err := json.Marshal(l)
	if err != nil {
		panic(err) // it consists of strings and numbers
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// calculate does the arithmetic of a record.
func calculate(s *composite.Scheme, in Inputs) composite.Result {
	given, held := map[string]composite.Given{}, map[string]composite.Holding{}
	for _, i := range in.Items {
		given[i.Item] = i.Given
	}
	for _, c := range in.Certificates {
		held[c.Programme] = c.Holding
	}
	for _, r := range s.Rules {
		if held[r.Programme] == "" {
			held[r.Programme] = composite.Never
		}
	}
	return composite.Compute(s, given, held, in.Roles)
}

// sumOf is SHA-256 over inputs and result as they are kept, hex.
func sumOf(inputs, result string) string {
	sum := sha256.Sum256([]byte(inputs + "\n" + result))
	return hex.EncodeToString(sum[:])
}

// sumOfEntry is SHA-256 over a result that somebody set, hex. Like that of the computed one it is no help in trying out
// scores to whoever does not know the record's nonce.
func sumOfEntry(nonce, record string, e Entry) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s %d %s %t %d %s", nonce, record, e.Seq, e.Kind, e.Has, e.To, e.Band))
	return hex.EncodeToString(sum[:])
}

// keep computes a record and keeps it with what it was computed from.
func (a *Appraisals) keep(ctx context.Context, q db.Q, c Cycle, r living, in Inputs) (audit.Event, error) {
	result := calculate(c.Scheme, in)
	inputs, err := json.Marshal(in)
	if err != nil {
		return audit.Event{}, err
	}
	text, err := json.Marshal(result)
	if err != nil {
		return audit.Event{}, err
	}
	hash := sumOf(string(inputs), string(text))
	if err := setResult(ctx, q, r.ID, string(inputs), string(text), hash, in.Simulated); err != nil {
		return audit.Event{}, err
	}
	e := Entry{Seq: 1, Kind: Computed, Has: result.Enough, To: result.Score, Band: result.Band, At: a.clock.Now()}
	if ok, err := insertEntry(ctx, q, r.ID, e, Calibration); err != nil || !ok {
		return audit.Event{}, cmp.Or(err, fmt.Errorf("appraisal: record %s has entries already", r.ID))
	}
	if err := insertCertificates(ctx, q, r.ID, in.Certificates); err != nil {
		return audit.Event{}, err
	}
	if result.Enough {
		next, err := a.end(c.Calibration)
		if err != nil {
			return audit.Event{}, err
		}
		if err := awaken(ctx, q, r.ID, next); err != nil {
			return audit.Event{}, err
		}
	}
	return audit.Event{Act: computedAct, Subject: r.Person, Facts: facts{Record: r.ID, Cycle: c.ID, Entry: 1, Hash: hash, Has: result.Enough}}, nil
}

// computedAct and ruledAct are how the trail names results.
const (
	computedAct = "appraisal.computed"
	ruledAct    = "appraisal.ruled"
)

// facts are what the trail says of a result. Inspectors read the trail, and no scores that reviews are part of: so it has none.
type facts struct {
	Record string    `json:"record"`
	Cycle  string    `json:"cycle"`
	Entry  int64     `json:"entry"`
	Kind   EntryKind `json:"kind,omitempty"`
	Hash   string    `json:"hash,omitempty"` // of what was computed, or of the entry
	Has    bool      `json:"has"`
	Score  *int64    `json:"score,omitempty"` // only in entries from before there was a nonce
}
