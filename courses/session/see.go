package session

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math"
	"slices"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Seat is a session as it stands for one person.
type Seat struct {
	Session
	Invited  bool   `db:"invited"` // it is for them
	Marks    int64  `db:"marks"`
	Mark     string `db:"mark"`         // the last one they were given, or ""
	MarkedAt int64  `db:"marked_at"`    // milliseconds since 1970 UTC
	CaughtUp int64  `db:"caught_up_at"` // when they caught up; 0 for not

	Due      string `db:"-"` // the last day to catch up in time, YYYY-MM-DD, or ""
	MayCatch bool   `db:"-"` // they were away and can catch up now
	MayMark  bool   `db:"-"` // they can mark others
	MayHold  bool   `db:"-"` // they can change and cancel it

	keeps bool // they can plan such a session or mark others at it, whatever its state
}

// Mine is what a person has before them.
type Mine struct {
	Coming   []Seat // from now on, also those that were cancelled
	CatchUps []Seat // they were marked away, and have not caught up
	ToMark   []Seat // they host it, it has begun, and nobody has marked it
}

// Mine gives the sessions that are coming for the actor, as audience or host, those to be caught up on and those that wait
// for them to be marked.
func (s *Sessions) Mine(ctx context.Context, actor access.Actor) (Mine, error) {
	coming, err := seatsFrom(ctx, s.db.Read(), actor.ID, s.clock.Now())
	if err != nil {
		return Mine{}, err
	}
	away, err := missed(ctx, s.db.Read(), actor.ID)
	for i := range away {
		away[i].Due, away[i].MayCatch = away[i].dueOn(away[i].MarkedAt, s.zone), true
	}
	slices.SortStableFunc(away, func(a, b Seat) int { return compareDue(a.Due, b.Due) })
	if err != nil {
		return Mine{}, err
	}
	open, err := unmarked(ctx, s.db.Read(), actor.ID, s.clock.Now())
	return Mine{coming, away, open}, err
}

// compareDue puts the earliest first, and what has no date last.
func compareDue(a, b string) int {
	switch {
	case a == b:
		return 0
	case b == "" || a != "" && a < b:
		return -1
	default:
		return 1
	}
}

// See gives one session, to those whom it is for, its host, those who may hold it and managers of somebody whom it is for.
func (s *Sessions) See(ctx context.Context, actor access.Actor, id string) (Seat, error) {
	seat, err := seatOf(ctx, s.db.Read(), actor.ID, id)
	if err != nil {
		return Seat{}, err
	}
	switch err := s.mayHold(ctx, actor, seat.Team); {
	case err == nil:
		seat.MayHold = true
	case fault.KindOf(err) != fault.Missing && fault.KindOf(err) != fault.Denied:
		return Seat{}, err
	}
	switch _, err := s.markable(ctx, s.db.Read(), actor, seat.Session); {
	case err == nil:
		seat.MayMark = true
	case fault.KindOf(err) != fault.Missing:
		return Seat{}, err
	}
	if !seat.Invited && !seat.MayHold && !seat.MayMark {
		return Seat{}, fault.New(fault.Missing, "error.missing")
	}
	seat.keeps = seat.MayHold || seat.MayMark
	seat.MayHold = seat.MayHold && seat.State == Planned
	seat.MayMark = seat.MayMark && seat.State != Cancelled && seat.StartsAt <= s.clock.Now()
	seat.MayCatch = seat.Invited && seat.Host != actor.ID && seat.State == Held && seat.Session.CatchUp && seat.EndsAt <= s.clock.Now() &&
		!attended(seat.Mark) && seat.CaughtUp == 0 && (!seat.keeps || seat.Mark != "")
	if seat.Mark == Absent || seat.Mark == Excused {
		seat.Due = seat.dueOn(seat.MarkedAt, s.zone)
	}
	return seat, nil
}

// Edit gives a session with its slot and its guests, to those who may change it.
func (s *Sessions) Edit(ctx context.Context, actor access.Actor, id string) (Session, Slot, []string, error) {
	one, err := s.kept(ctx, actor, id)
	if err != nil {
		return Session{}, Slot{}, nil, err
	}
	if one.State != Planned {
		return Session{}, Slot{}, nil, fault.New(fault.Missing, "error.missing")
	}
	invited, err := guests(ctx, s.db.Read(), id)
	return one, span{one.StartsAt, one.EndsAt}.slot(s.zone), invited, err
}

// Of gives the sessions on a topic that are the actor's and were not cancelled, in order of time.
func (s *Sessions) Of(ctx context.Context, actor access.Actor, topic string) ([]Seat, error) {
	return seatsOn(ctx, s.db.Read(), actor.ID, topic)
}

// Upcoming gives the sessions ahead that the actor holds or hosts, or that are for somebody below them.
func (s *Sessions) Upcoming(ctx context.Context, actor access.Actor) ([]Session, error) {
	return s.touching(ctx, actor, s.clock.Now(), math.MaxInt64)
}

// Earlier gives the same for those that have begun since a moment, the last first.
func (s *Sessions) Earlier(ctx context.Context, actor access.Actor, since int64) ([]Session, error) {
	all, err := s.touching(ctx, actor, since, s.clock.Now())
	slices.Reverse(all)
	return all, err
}

// touching gives the sessions that begin in a span of time and are the actor's to look after.
func (s *Sessions) touching(ctx context.Context, actor access.Actor, from, to int64) ([]Session, error) {
	all, err := between(ctx, s.db.Read(), from, to)
	if err != nil || actor.May(access.HoldSession, access.Other) {
		return all, err
	}
	c, err := s.company(ctx, actor, access.HoldSession, from, to)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(one Session) bool { return one.Host != actor.ID && len(c.audience(one)) == 0 }), nil
}

// company is everybody whom the actor may see, and what says for whom a session is.
type company struct {
	members []member
	parents map[string]string   // of teams
	guests  map[string][]string // by session
	records map[string]map[string]record
}

// company reads what tells for whom the sessions of a span of time are, and leaves in it those persons to whom the actor
// may do this. Five statements.
func (s *Sessions) company(ctx context.Context, actor access.Actor, do access.Action, from, to int64) (c company, err error) {
	q := s.db.Read()
	if c.members, err = members(ctx, q); err != nil {
		return c, err
	}
	if !actor.May(do, access.Other) {
		managed := map[string]bool{}
		if actor.May(do, access.Below) {
			if managed, err = s.teams.ManagedBy(ctx, actor.ID); err != nil {
				return c, err
			}
		}
		c.members = slices.DeleteFunc(c.members, func(m member) bool { return !managed[m.Team] })
	}
	tree, err := s.teams.Tree(ctx, access.Operator())
	if err != nil {
		return c, err
	}
	c.parents = make(map[string]string, len(tree))
	for _, t := range tree {
		c.parents[t.ID] = t.Parent
	}
	if c.guests, err = guestsBetween(ctx, q, from, to); err != nil {
		return c, err
	}
	all, err := recordsBetween(ctx, q, from, to)
	c.records = map[string]map[string]record{}
	for _, r := range all {
		if c.records[r.Session] == nil {
			c.records[r.Session] = map[string]record{}
		}
		c.records[r.Session][r.Person] = r
	}
	return c, err
}

// audience gives those whom a session is for, without its host.
func (c company) audience(s Session) (out []member) {
	for _, m := range c.members {
		_, marked := c.records[s.ID][m.ID]
		in := s.Team == "" || slices.Contains(c.guests[s.ID], m.ID)
		for up := m.Team; up != "" && !in; up = c.parents[up] {
			in = up == s.Team
		}
		if m.ID != s.Host && (marked || in && !m.Suspended) {
			out = append(out, m)
		}
	}
	return out
}

// Tally counts how people stood with sessions.
type Tally struct {
	Expected, Present, Late, Excused, Absent int
	CaughtUp                                 int // of those who were away
}

// Attended says how many were there.
func (t Tally) Attended() int { return t.Present + t.Late }

// Unmarked says of how many nobody knows.
func (t Tally) Unmarked() int { return t.Expected - t.Present - t.Late - t.Excused - t.Absent }

// Rate is the part of those expected that was there, in basis points; 0 of nobody is 0.
func (t Tally) Rate() int {
	if t.Expected == 0 {
		return 0
	}
	return t.Attended() * 10_000 / t.Expected
}

func (t *Tally) count(r record) {
	t.Expected++
	switch r.Mark {
	case Present:
		t.Present++
	case Late:
		t.Late++
	case Excused:
		t.Excused++
	case Absent:
		t.Absent++
	}
	if r.CaughtUp > 0 && !attended(r.Mark) {
		t.CaughtUp++
	}
}

// Report is attendance over a span of time.
type Report struct {
	Sessions []SessionTally // in order of time, the last first
	People   []PersonTally  // by name
}

// SessionTally is the attendance at one session.
type SessionTally struct {
	Session
	Tally
}

// PersonTally is the attendance of one person.
type PersonTally struct {
	ID, Name string
	Tally
}

// Report gives the attendance at the sessions held that began in a span of time, as far as the actor may see the progress
// of those who were expected: of everybody for HR and inspectors, of the people below them for managers.
func (s *Sessions) Report(ctx context.Context, actor access.Actor, from, to int64) (Report, error) {
	if !actor.May(access.SeeProgress, access.Below) {
		return Report{}, fault.New(fault.Missing, "error.missing")
	}
	all, err := between(ctx, s.db.Read(), from, to)
	if err != nil {
		return Report{}, err
	}
	c, err := s.company(ctx, actor, access.SeeProgress, from, to)
	if err != nil {
		return Report{}, err
	}
	out, by := Report{}, map[string]*Tally{}
	for _, one := range slices.Backward(all) {
		audience := c.audience(one)
		if one.State != Held || len(audience) == 0 {
			continue
		}
		t := SessionTally{Session: one}
		for _, m := range audience {
			r := c.records[one.ID][m.ID]
			t.count(r)
			if by[m.ID] == nil {
				by[m.ID] = &Tally{}
			}
			by[m.ID].count(r)
		}
		out.Sessions = append(out.Sessions, t)
	}
	for _, m := range c.members {
		if t := by[m.ID]; t != nil {
			out.People = append(out.People, PersonTally{m.ID, m.Name, *t})
		}
	}
	return out, nil
}

// tokenBytes is the length of the secret in the address of a calendar.
const tokenBytes = 32

// NewAddress makes the secret part of the address of the actor's calendar, which is shown this once; the one before it is
// dead from now on.
func (s *Sessions) NewAddress(ctx context.Context, actor access.Actor) (string, error) {
	if err := actor.Check(access.KeepAccount, access.Self); err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(s.clock.Bytes(tokenBytes))
	return token, s.db.Write(ctx, func(q db.Q) error { return setAddress(ctx, q, actor.ID, hashed(token), s.clock.Now()) })
}

// hashed is what is kept of a token. It has so much chance in it that nobody finds it by trying, however fast the hash.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// AddressMade says when the address of the actor's calendar was made, in milliseconds since 1970 UTC; 0 for never.
func (s *Sessions) AddressMade(ctx context.Context, actor access.Actor) (int64, error) {
	return addressMade(ctx, s.db.Read(), actor.ID)
}

// back is how far a calendar reaches into the past.
const back = 90 * 24 * time.Hour

// Calendar gives the sessions of the person whose calendar has this secret, also those that were cancelled, and the
// language in which they read. What is no secret of anybody is Missing.
func (s *Sessions) Calendar(ctx context.Context, token string) ([]Session, string, error) {
	person, lang, err := addressee(ctx, s.db.Read(), hashed(token))
	if err != nil {
		return nil, "", err
	}
	seats, err := seatsFrom(ctx, s.db.Read(), person, s.clock.Now()-back.Milliseconds())
	out := make([]Session, len(seats))
	for i, seat := range seats {
		out[i] = seat.Session
	}
	return out, lang, err
}
