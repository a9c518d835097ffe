package appraisal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/courses/composite"
	"tongguan/courses/programme"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ctx      = context.Background()
	operator = access.Operator()
	text     = catalog.Text{ZH: "一", EN: "One"}
)

const day = 24 * time.Hour

// measures stands in for the room of figures: what was measured, and which periods are closed.
type measures struct {
	mu     sync.Mutex
	of     map[string]map[string]Figure // person and period -> indicator
	frozen map[string]int
	seq    int64
}

func (m *measures) Of(_ context.Context, _ db.Q, persons []string, period string) (map[string]map[string]Figure, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]map[string]Figure{}
	for _, p := range persons {
		out[p] = maps.Clone(m.of[p+period])
	}
	return out, nil
}

func (m *measures) Freeze(_ context.Context, _ db.Q, person, period, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.frozen[person+period]++
	return nil
}

func (m *measures) put(p people.Person, period, indicator string, value int64, source string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of[p.ID+period] == nil {
		m.of[p.ID+period] = map[string]Figure{}
	}
	m.seq++
	m.of[p.ID+period][indicator] = Figure{Value: value, Source: source, Seq: m.seq, At: 1}
}

// judges stand in for the room of reviews.
type judges struct {
	mu       sync.Mutex
	opened   map[string]Panel
	asked    map[string]bool
	closed   map[string]bool
	shown    map[string]bool
	early    int                  // how often somebody asked while panels of the same cycle were open
	opinions map[string][]Opinion // by person
}

func (j *judges) Open(_ context.Context, _ db.Q, p Panel) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.opened[p.ID] = p
	return nil
}

func (j *judges) Propose(_ context.Context, _ db.Q, panels ...string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, p := range panels {
		if j.opened[p].ID == "" {
			return fault.New(fault.Internal, "a panel that is not open")
		}
		j.asked[p] = true
	}
	return nil
}

func (j *judges) Close(_ context.Context, _ db.Q, panel string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed[panel] {
		return fault.New(fault.Conflict, "closed before")
	}
	j.closed[panel] = true
	return nil
}

func (j *judges) Show(_ context.Context, _ db.Q, panel string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.closed[panel] || j.shown[panel] {
		return fault.New(fault.Internal, "a panel that is not closed, or shown already")
	}
	j.shown[panel] = true
	return nil
}

func (j *judges) Of(_ context.Context, _ db.Q, panels []string) (map[string][]Opinion, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	out, open := map[string][]Opinion{}, map[string]bool{}
	for _, p := range j.opened {
		if !j.closed[p.ID] {
			open[p.Cycle] = true
		}
	}
	for _, p := range panels {
		if open[j.opened[p].Cycle] {
			j.early++
		}
		out[p] = slices.Clone(j.opinions[j.opened[p].Person])
	}
	return out, nil
}

// schemesOf are those of the tests: month is half sales (more), a fifth complaints (less), and reviews of two groups; year rests
// on months and sales.
func schemesOf() []*composite.Scheme {
	curve := composite.Curve{Slope: composite.Whole, Cap: composite.MaxScore}
	bands := []composite.Band{{ID: "A", From: 9000, Name: text}, {ID: "B", From: 7000, Name: text}, {ID: "C", From: 0, Name: text}}
	traits := []composite.Trait{{ID: "attitude", Name: text, Anchors: [5]catalog.Text{text, text, text, text, text}}}
	rules := []composite.Rule{{Programme: "gate", HasCap: true, Cap: 8000, Flag: true, Warn: true}, {Programme: "extra", Bonus: 200}}
	month := &composite.Scheme{ID: "month", Title: text, Cycle: "month", Missing: composite.Renormalise, Least: 5000, MaxBonus: 300, Bands: bands, Rules: rules,
		Traits: traits, Shown: 3, Items: []composite.Item{
			{ID: "sales", Kind: composite.OfIndicator, Of: "sales-amount", Weight: 5000, Curve: curve},
			{ID: "complaints", Kind: composite.OfIndicator, Of: "complaints", Weight: 2000, Less: true, Curve: curve},
			{ID: "superior", Kind: composite.OfReviews, Of: "superior", Weight: 2000},
			{ID: "colleague", Kind: composite.OfReviews, Of: "colleague", Weight: 1000}}}
	year := &composite.Scheme{ID: "year", Title: text, Cycle: "year", Missing: composite.Renormalise, Least: 5000, Bands: bands, Items: []composite.Item{
		{ID: "months", Kind: composite.OfMonths, Weight: 6000},
		{ID: "sales", Kind: composite.OfIndicator, Of: "sales-amount", Weight: 4000, Curve: curve}}}
	for _, s := range []*composite.Scheme{month, year} {
		s.Hash = s.Sum()
	}
	return []*composite.Scheme{month, year}
}

func step1(id string, t programme.Task) programme.Step {
	return programme.Step{ID: id, Title: text, Need: 1, Tasks: []programme.Task{t}}
}

func programmesOf() []*programme.Programme {
	cert := &programme.Certificate{Title: text, Months: 12, Window: 30, Grace: 10, Renew: []string{"quiz"}, Revoke: []string{"hr"}}
	return []*programme.Programme{
		{ID: "gate", Kind: programme.NewHire, Title: text, Summary: text, Steps: []programme.Step{step1("quiz", programme.Task{Quiz: "one/m"})}, Certificate: cert},
		{ID: "extra", Kind: programme.Specialty, Title: text, Summary: text, Steps: []programme.Step{step1("quiz", programme.Task{Quiz: "one/n"})}, Certificate: cert}}
}

type house struct {
	testing.TB
	*Appraisals
	d        *db.DB
	advance  func(time.Duration)
	measures *measures
	judges   *judges
	training *training.Training
	n        int

	hr, hr2, manager, ann, bob, inspector people.Person
	north                                 string
}

// second makes the room once more on the same database, as another node has it.
func (h *house) second() *Appraisals {
	return New(h.parts())
}

func (h *house) parts() Parts {
	a := h.Appraisals
	return Parts{DB: a.db, Clock: a.clock, Zone: a.zone, Trail: a.trail, People: a.people, Teams: a.teams, Certificates: a.certificates, Progress: a.progress,
		Ledger: a.ledger, Figures: a.figures, Panels: a.panels, Schemes: a.schemes, Names: a.names}
}

func names() composite.Names {
	return composite.Names{Indicator: func(string) (bool, bool) { return false, true }, Programme: func(id string) bool { return id == "gate" || id == "extra" },
		Role: func(id string) bool { return access.Role(id).Known() }}
}

func build(t testing.TB, d *db.DB, at time.Time, zone *time.Location) *house {
	c, advance := clock.Fake(at, 1)
	trail := audit.New(c)
	teams := team.New(d, c, trail)
	folk := people.New(d, c, trail, teams)
	lib, _ := catalog.NewLibrary(fstest.MapFS{"policy.yaml": {Data: []byte("chapters: []\nclauses: []\n")}})
	book := programme.NewBook(programmesOf()...)
	ledger := evidence.New()
	learnt := progress.New(d, c, folk, lib, ledger)
	in := training.New(training.Parts{DB: d, Clock: c, Trail: trail, People: folk, Teams: teams, Catalog: lib, Ledger: ledger, Progress: learnt, Zone: zone,
		Programmes: func() *programme.Book { return book }})
	certificates := certification.New(certification.Parts{DB: d, Clock: c, Zone: zone, Trail: trail, People: folk, Ledger: ledger, Progress: learnt, Training: in,
		Programmes: func() *programme.Book { return book }})
	in.Holds(certificates.Terms)
	m := &measures{of: map[string]map[string]Figure{}, frozen: map[string]int{}}
	j := &judges{opened: map[string]Panel{}, asked: map[string]bool{}, closed: map[string]bool{}, shown: map[string]bool{}, opinions: map[string][]Opinion{}}
	all := schemesOf()
	h := &house{TB: t, d: d, advance: advance, measures: m, judges: j, training: in, Appraisals: New(Parts{DB: d, Clock: c, Zone: zone, Trail: trail, People: folk,
		Teams: teams, Certificates: certificates, Progress: learnt, Ledger: ledger, Figures: m, Panels: j, Schemes: func() []*composite.Scheme { return all }, Names: names})}
	h.hr, h.hr2 = h.person("hr", "", access.HR), h.person("hr2", "", access.HR)
	h.manager, h.inspector = h.person("manager", "", access.Manager), h.person("inspector", "", access.Inspector)
	id, err := teams.Create(ctx, operator, team.Details{Name: "North", Managers: []string{h.manager.ID}})
	h.must(err)
	h.north = id
	h.ann, h.bob = h.person("ann", id), h.person("bob", id)
	return h
}

var shanghai = time.FixedZone("+8", 8*3600)

// start is the morning of 2 November 2026 in Shanghai.
var start = time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(build(t, d, start, shanghai)) })
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// refuses wants an error of a kind, with a key where one is named.
func (h *house) refuses(err error, kind fault.Kind, key string) {
	h.Helper()
	if fault.KindOf(err) != kind || err == nil || key != "" && fault.Of(err).Key != key {
		h.Errorf("%v, want kind %d %s", err, kind, key)
	}
}

func (h *house) person(login, team string, roles ...access.Role) people.Person {
	h.Helper()
	id, err := h.people.Create(ctx, operator, people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)})
	h.must(err)
	p, err := h.people.Get(ctx, operator, id)
	h.must(err)
	return p
}

// form gives a request id that was not used before.
func (h *house) form() string { h.n++; return fmt.Sprint("form", h.n) }

// earns issues the certificate of a programme.
func (h *house) earns(p people.Person, programme, module string) {
	h.Helper()
	h.must(h.training.Enrol(ctx, operator, p.ID, programme, h.clock.Date(h.zone)))
	h.n++
	source := fmt.Sprint("source", h.n)
	h.must(h.d.Write(ctx, func(q db.Q) error {
		return h.ledger.Add(ctx, q, evidence.Line{Person: p.ID, Kind: evidence.Quiz, Subject: module, Version: "v", Score: 9000, Passed: true, Source: source, At: h.clock.Now()})
	}))
}

// plays passes an exam in a role-play.
func (h *house) plays(p people.Person, score int) {
	h.Helper()
	h.n++
	source := fmt.Sprint("play", h.n)
	h.must(h.d.Write(ctx, func(q db.Q) error {
		return h.ledger.Add(ctx, q, evidence.Line{Person: p.ID, Kind: evidence.Roleplay, Subject: "visit", Version: "v", Score: score, Passed: true, Source: source, At: h.clock.Now()})
	}))
}

var november = Deadlines{Targets: "2026-11-10", Figures: "2026-12-02", Reviews: "2026-12-05", Calibration: "2026-12-08", Response: "2026-12-15"}

func (h *house) plan() Plan {
	return Plan{Scheme: "month", Period: "2026-11", Teams: []string{h.north}, Deadlines: november, Least: -1}
}

func (h *house) open(p Plan) string {
	h.Helper()
	id, err := h.Open(ctx, h.hr.Actor(), p, h.form())
	h.must(err)
	return id
}

// of gives somebody's only record.
func (h *house) of(p people.Person) Record {
	h.Helper()
	var id string
	h.must(h.d.Read().Get(ctx, &id, "SELECT id FROM appraisal_record WHERE person_id = $1 ORDER BY period DESC LIMIT 1", p.ID))
	r, err := recordByID(ctx, h.d.Read(), id, h.clock.Date(h.zone))
	h.must(err)
	return r
}

// until lets time pass up to the first minute of the day after a date, and does what it brings.
func (h *house) until(date string) {
	h.Helper()
	at, err := h.end(date)
	h.must(err)
	h.advance(time.Duration(at-h.clock.Now())*time.Millisecond + time.Minute)
	h.must(h.Tick(ctx))
}

func (h *house) wants(p people.Person, s State) Record {
	h.Helper()
	r := h.of(p)
	if r.State != s {
		h.Errorf("%s is in %s, want %s", p.Login, r.State, s)
	}
	h.whole(r)
	return r
}

// whole checks that a record's history is numbered, joined and legal, and ends where the record stands.
func (h *house) whole(r Record) {
	h.Helper()
	all, err := transitionsOf(ctx, h.d.Read(), r.ID)
	h.must(err)
	now := State("")
	for i, t := range all {
		to, ok := Next(now, t.Act)
		if t.Seq != int64(i+1) || t.Before != now || !ok || t.After != to {
			h.Errorf("transition %d of %s: %+v after %q", i+1, r.ID, t, now)
		}
		now = t.After
	}
	if now != r.State || int64(len(all)) != r.Seq {
		h.Errorf("the record says %s %d, its history %s %d", r.State, r.Seq, now, len(all))
	}
	entries, err := entriesOf(ctx, h.d.Read(), r.ID)
	h.must(err)
	for i, e := range entries {
		if e.Seq != int64(i+1) || e.Prior != int64(i) || i > 0 && (e.From != entries[i-1].To || e.HadFrom != entries[i-1].Has) {
			h.Errorf("entry %d of %s: %+v", i+1, r.ID, e)
		}
	}
	if int64(len(entries)) != r.Entries {
		h.Errorf("%d entries, the record says %d", len(entries), r.Entries)
	}
}

// aims sets what ann and bob are to aim at.
func (h *house) aims() {
	h.Helper()
	for _, p := range []people.Person{h.ann, h.bob} {
		h.must(h.SetTargets(ctx, h.manager.Actor(), h.of(p).ID, map[string]int64{"sales": 100_000, "complaints": 4}, h.form()))
	}
}

// calibrating opens November and takes it to calibration: ann has 120 % of the sales and 2 complaints of 4, her superior gives
// 75 and three colleagues 50; bob has no figure and no review at all.
func (h *house) calibrating() string {
	h.Helper()
	cycle := h.open(h.plan())
	h.aims()
	h.measures.put(h.ann, "2026-11", "sales-amount", 120_000, "imported")
	h.measures.put(h.ann, "2026-11", "complaints", 2, "typed")
	h.judges.opinions[h.ann.ID] = []Opinion{{Group: "superior", Asked: 1, Given: 1, Raw: 7500}, {Group: "colleague", Asked: 4, Given: 3, Raw: 5000, Adjusted: 6000, HasAdjusted: true,
		Comments: []string{"quick"}}}
	h.until(november.Reviews)
	h.wants(h.ann, Calibration)
	return cycle
}

func (h *house) shown() {
	h.Helper()
	h.calibrating()
	h.must(h.Show(ctx, h.hr.Actor(), h.of(h.ann).ID, h.form()))
}

func dateAfter(date string, days int) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return d.AddDate(0, 0, days).Format(time.DateOnly)
}
