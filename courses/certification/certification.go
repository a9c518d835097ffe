// Package certification is which evidence earns which certificate, and what becomes of it.
//
// A standing is where one person stands in one programme. It follows from recorded evidence, from time and from what
// people decide; each change is written down with its cause. Whoever adds evidence holds the person's ledger, and this
// room decides as a follower in the same transaction: a certificate is issued exactly once, however often and wherever
// the last step is submitted.
package certification

import (
	"context"
	"slices"
	"time"

	"tongguan/courses/programme"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/people"
)

// Standing is where a person stands in a programme.
type Standing struct {
	Person      string `db:"person_id"`
	Programme   string `db:"programme"`
	State       State  `db:"state"`
	Since       int64  `db:"since"` // milliseconds since 1970 UTC
	Cause       Cause  `db:"cause"` // of the last change
	Enrolled    bool   `db:"enrolled"`
	Done        int    `db:"done"` // steps done of those that are asked now: all, or those of the renewal
	Steps       int    `db:"steps"`
	NextDue     string `db:"next_due"`    // YYYY-MM-DD of the first step that is not done, or ""
	FreshFrom   int64  `db:"fresh_from"`  // only evidence from this moment counts towards the next certificate
	Certificate string `db:"certificate"` // number of the present one, or ""
	Term
	Shaken int64 `db:"shaken_at"` // since when the certificate rests on less than it asks, because evidence was taken back; 0: it does not
	Seq    int64 `db:"seq"`
}

// Now is the standing's state at a moment.
func (s Standing) Now(now int64) State { return s.Term.Now(s.State, now) }

// Cause is why a standing changed.
type Cause string

// The causes.
const (
	ByEvidence  Cause = "evidence"  // a line was added; the transition names it
	ByEnrolment Cause = "enrolment" // put into a programme, or taken out
	ByRules     Cause = "rules"     // everything is done: issued
	ByApproval  Cause = "approval"  // issued with somebody's approval
	ByTime      Cause = "time"      // the window, the end, the end of grace
	ByDecision  Cause = "decision"  // somebody suspended, reinstated or revoked it
	ByPolicy    Cause = "policy"    // a clause that it rests on has changed
)

// Certification keeps standings and certificates.
type Certification struct {
	db         *db.DB
	clock      *clock.Clock
	zone       *time.Location
	trail      *audit.Trail
	people     *people.People
	ledger     *evidence.Ledger
	progress   *progress.Progress
	training   *training.Training
	programmes func() *programme.Book
	issued     []Issued
}

// Issued is told of every certificate inside the transaction that issues it.
type Issued func(ctx context.Context, q db.Q, c Certificate) error

// Parts are what certification leans on.
type Parts struct {
	DB         *db.DB
	Clock      *clock.Clock
	Zone       *time.Location // the company's: certificates end at its midnight
	Trail      *audit.Trail
	People     *people.People
	Ledger     *evidence.Ledger
	Progress   *progress.Progress
	Training   *training.Training
	Programmes func() *programme.Book
}

// New makes the room and lets it follow the ledger and the enrolments.
func New(p Parts) *Certification {
	c := &Certification{db: p.DB, clock: p.Clock, zone: p.Zone, trail: p.Trail, people: p.People, ledger: p.Ledger, progress: p.Progress,
		training: p.Training, programmes: p.Programmes}
	p.Ledger.Tell(func(ctx context.Context, q db.Q, l evidence.Line) error {
		return c.reconsider(ctx, q, l.Person, reason{cause: ByEvidence, line: l.Number})
	})
	p.Training.Tell(func(ctx context.Context, q db.Q, person, _ string) error {
		return c.reconsider(ctx, q, person, reason{cause: ByEnrolment})
	})
	return c
}

// Tell adds somebody who is told of certificates, before any is issued.
func (c *Certification) Tell(f Issued) { c.issued = append(c.issued, f) }

// reason is why something is reconsidered.
type reason struct {
	cause Cause
	line  int64  // of the ledger
	actor string // who decided; "" for rules and time
	note  string
	at    int64 // when it takes effect; 0 is now
}

// Terms says what certificates mean for the programmes that people are in, for training's plans.
func (c *Certification) Terms(ctx context.Context, q db.Q, persons []string) (map[string]training.Terms, error) {
	all, err := standingsOf(ctx, q, persons)
	if err != nil {
		return nil, err
	}
	now, out := c.clock.Now(), map[string]training.Terms{}
	for _, s := range all {
		t := out[s.Person]
		if t.Asked == nil {
			t.Asked = map[string]training.Asked{}
		}
		state := s.Now(now)
		if state.Holds() {
			t.Held = append(t.Held, s.Programme)
		}
		t.Asked[s.Programme] = training.Asked{Since: s.FreshFrom, Again: state.Has(), Renewal: state == Expiring || state == Grace,
			Settled: state == Certified || state == Suspended}
		out[s.Person] = t
	}
	return out, nil
}

// AttemptsSince gives the moment from which a person's attempts at a quiz count towards its limit: when they may renew a
// certificate that asks for the quiz, or earn it again, they have every attempt anew; else 0.
func (c *Certification) AttemptsSince(ctx context.Context, q db.Q, person, module string) (since int64, err error) {
	all, err := standingsOf(ctx, q, []string{person})
	if err != nil {
		return 0, err
	}
	now := c.clock.Now()
	for _, s := range all {
		state := s.Now(now)
		if state == Suspended || state == Certified || !state.Has() || s.FreshFrom > now {
			continue
		}
		cert, err := certificateBy(ctx, q, s.Certificate)
		if err != nil {
			return 0, err
		}
		p, err := c.training.Version(ctx, q, cert.Version)
		if err != nil {
			return 0, err
		}
		if asks(p, module, state) {
			since = max(since, s.FreshFrom)
		}
	}
	return since, nil
}

// asks says whether a programme asks for a quiz, of somebody in this state: of a renewal only its own steps.
func asks(p *programme.Programme, module string, state State) bool {
	for _, s := range p.Steps {
		if (state == Expiring || state == Grace) && !slices.Contains(p.Certificate.Renew, s.ID) {
			continue
		}
		if slices.ContainsFunc(s.Tasks, func(t programme.Task) bool { return t.Quiz == module }) {
			return true
		}
	}
	return false
}
