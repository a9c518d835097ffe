package certification

import (
	"context"
	"slices"
	"time"

	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Reports is what managers, HR and inspectors are told of many people at once. It reads; what it sorts and sums by is
// kept in one short row a person, which Fold makes again after each change. What is shown of one person is always read
// from their standings themselves.
type Reports struct {
	db         *db.DB
	clock      *clock.Clock
	zone       *time.Location
	people     *people.People
	training   *training.Training
	programmes func() *programme.Book
	kept       kept
}

// NewReports makes them of the parts that certification is made of.
func NewReports(p Parts) *Reports {
	return &Reports{db: p.DB, clock: p.Clock, zone: p.Zone, people: p.People, training: p.Training, programmes: p.Programmes}
}

// Beside the states of a standing a report knows three more.
const (
	Complete State = "done" // everything is done in a programme that certifies nothing
	Outside  State = "none" // not in the programme
	Late     State = "late" // a step is overdue, whatever the state
)

// ReportStates lists the states that a report counts and filters by, the worst first.
func ReportStates() []State {
	return []State{Expired, Revoked, Suspended, Grace, Expiring, NotStarted, InProgress, Eligible, Certified, Complete}
}

// Question narrows a report and orders it.
type Question struct {
	Team      string // with those below; "" is everybody whom the reader sees
	Programme string
	State     State  // one of ReportStates, Outside or Late; with a programme: in that one
	Text      string // part of the name, login or e-mail
	Sort      string // name, state or end; a minus before it turns it round
	From      int
	Limit     int // 0 is all
}

// Line is one person with their standings, by programme, as they are at this moment.
type Line struct {
	Person    string           `db:"id"`
	Name      string           `db:"name"`
	Team      string           `db:"team_id"`
	Standings map[string]Shown `db:"-"`
}

// Shown is a standing as a report shows it.
type Shown struct {
	Standing
	State State // Complete for an Eligible of a programme that certifies nothing
	Late  bool  // a step is overdue
	Left  int   // days until the certificate, or its grace, ends; -1 where nothing runs out
}

// People gives the people whom the reader sees and the question lets through, with their standings, and how many there
// are in all.
func (r *Reports) People(ctx context.Context, actor access.Actor, ask Question) ([]Line, int, error) {
	s, err := r.choose(ctx, actor, ask)
	if err != nil {
		return nil, 0, err
	}
	return r.lines(ctx, s, orders[ask.Sort], ask)
}

// Some gives those of some people whom the reader sees, by name.
func (r *Reports) Some(ctx context.Context, actor access.Actor, persons []string) ([]Line, error) {
	s, err := r.choose(ctx, actor, Question{})
	if err != nil || len(persons) == 0 {
		return nil, err
	}
	s.in("p.id", persons)
	out, _, err := r.lines(ctx, s, byName, Question{})
	return out, err
}

// lines reads one page of a selection.
func (r *Reports) lines(ctx context.Context, s *selection, order string, ask Question) ([]Line, int, error) {
	n, err := keep(&r.kept, r.clock.Now(), "count "+s.key(), func() (int, error) { return countPeople(ctx, r.db.Read(), s) })
	if err != nil || n == 0 {
		return nil, n, err
	}
	if ask.Limit <= 0 {
		ask.Limit = n
	}
	out, err := pagePeople(ctx, r.db.Read(), s, order, ask)
	if err != nil {
		return nil, n, err
	}
	return out, n, r.fill(ctx, out)
}

// fill gives the lines their standings.
func (r *Reports) fill(ctx context.Context, lines []Line) error {
	ids := make([]string, len(lines))
	at := make(map[string]int, len(lines))
	for i := range lines {
		ids[i], at[lines[i].Person] = lines[i].Person, i
		lines[i].Standings = map[string]Shown{}
	}
	all, err := standingsOf(ctx, r.db.Read(), ids)
	if err != nil {
		return err
	}
	now, today, book := r.clock.Now(), r.clock.Date(r.zone), r.programmes()
	for _, s := range all {
		if s.counts() {
			s.passTime(now)
			lines[at[s.Person]].Standings[s.Programme] = shown(s, book.Get(s.Programme), now, today)
		}
	}
	return nil
}

// counts says whether a standing is shown at all: somebody who was taken out and holds nothing is in the programme no more.
func (s Standing) counts() bool { return s.Enrolled || s.Certificate != "" }

const dayLong = 24 * 60 * 60 * 1000 // milliseconds

func shown(s Standing, p *programme.Programme, now int64, today string) Shown {
	out := Shown{Standing: s, State: s.reported(p), Late: s.Enrolled && s.NextDue != "" && s.NextDue < today, Left: -1}
	if end := s.runsOut(); end > now {
		out.Left = int((end - now) / dayLong)
	}
	return out
}

// reported is the state as reports say it.
func (s Standing) reported(p *programme.Programme) State {
	if s.State == Eligible && p != nil && p.Certificate == nil {
		return Complete
	}
	return s.State
}

// runsOut is when the certificate ends, in grace when the grace does; 0 where nothing runs out.
func (s Standing) runsOut() int64 {
	switch {
	case s.State.Valid():
		return s.Expires
	case s.State == Grace:
		return s.Term.Grace
	default:
		return 0
	}
}

// choose says whom a question is about, as SQL.
func (r *Reports) choose(ctx context.Context, actor access.Actor, ask Question) (*selection, error) {
	reach, err := r.people.Reach(ctx, actor, access.SeeCertificate, ask.Team)
	if err != nil {
		return nil, err
	}
	if ask.State != "" && ask.State != Outside && ask.State != Late && !slices.Contains(ReportStates(), ask.State) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	s := selected(reach)
	s.text(ask.Text)
	s.standing(ask.Programme, ask.State, r.clock.Date(r.zone))
	return s, nil
}

// Totals are how many people stand where.
type Totals struct {
	At     int64 // when they were counted
	People int
	Stale  int                      // people whose last change is not counted yet
	In     map[string]map[State]int // by programme and state
}

// Totals counts everybody whom the reader sees, or those in a team and below it.
func (r *Reports) Totals(ctx context.Context, actor access.Actor, team string) (Totals, error) {
	s, err := r.choose(ctx, actor, Question{Team: team})
	if err != nil {
		return Totals{}, err
	}
	return keep(&r.kept, r.clock.Now(), "totals "+s.key(), func() (Totals, error) { return r.totals(ctx, s) })
}

func (r *Reports) totals(ctx context.Context, s *selection) (Totals, error) {
	t := Totals{At: r.clock.Now(), In: map[string]map[State]int{}}
	groups, err := groupStates(ctx, r.db.Read(), s)
	if err != nil {
		return t, err
	}
	for _, g := range groups {
		t.People += g.People
		for programme, state := range statesIn(g.Text) {
			if t.In[programme] == nil {
				t.In[programme] = map[State]int{}
			}
			t.In[programme][state] += g.People
		}
	}
	t.Stale, err = countStale(ctx, r.db.Read())
	return t, err
}
