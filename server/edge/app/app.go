// Package app builds the academy from its parts; it is the only place where the parts meet.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tongguan/content"
	"tongguan/courses/amendment"
	"tongguan/courses/appraisal"
	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/courses/composite"
	"tongguan/courses/external"
	"tongguan/courses/indicator"
	"tongguan/courses/inspection"
	"tongguan/courses/manuscript"
	"tongguan/courses/programme"
	"tongguan/courses/progress"
	"tongguan/courses/remark"
	"tongguan/courses/reminder"
	"tongguan/courses/review"
	"tongguan/courses/reward"
	"tongguan/courses/session"
	"tongguan/courses/training"
	"tongguan/courses/violation"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/tally"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/db"
	"tongguan/server/base/door"
	"tongguan/server/base/fault"
	"tongguan/server/base/outbox"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/badges"
	"tongguan/server/edge/check"
	"tongguan/server/edge/deliver"
	"tongguan/server/edge/personal"
	"tongguan/server/edge/seal"
	"tongguan/server/edge/witness"
	"tongguan/web"
	"tongguan/web/words"
)

// App is the academy, ready to serve.
type App struct {
	Config     config.Config
	DB         *db.DB
	Clock      *clock.Clock
	Zone       *time.Location
	Secret     []byte
	Words      *words.Book
	Trail      *audit.Trail
	Notary     *audit.Notary
	Teams      *team.Teams
	People     *people.People
	Door       *door.Door
	Catalog    *catalog.Library
	Bank       *bank.Library
	Programmes *programme.Library
	Attempts   *attempt.Attempts
	Tally      *tally.Tally
	Rehearsals *roleplay.Rehearsals
	Plays      *roleplay.Plays
	Listener   *roleplay.Listener
	Progress   *progress.Progress
	Training   *training.Training
	Reminders  *reminder.Reminders
	Sessions   *session.Sessions
	External   *external.Trainings
	Outbox     *outbox.Outbox // nil where no mail server is set, and then takes nothing
	Assets     *web.Assets
	Log        *slog.Logger

	Certificates *certification.Certification
	Amendments   *amendment.Amendments
	Reports      *certification.Reports
	Seal         *seal.Seal

	Indicators *indicator.Indicators
	Reviews    *review.Reviews
	Appraisals *appraisal.Appraisals
	schemes    atomic.Pointer[[]*composite.Scheme] // in the order of their ids

	Rewards     *reward.Rewards
	Inspections *inspection.Inspections
	Violations  *violation.Violations
	Witness     *witness.Witness
	Personal    *personal.Personal

	standards   atomic.Pointer[check.Standards]
	Manuscripts *manuscript.Desk
	Remarks     *remark.Remarks

	// Authoring is set when the content is served from a folder whose edits are picked up at once.
	Authoring bool
	// Demo shows the demo company's sign-ins on the sign-in page.
	Demo bool

	files     fs.FS
	deliverer *deliver.Deliverer // nil where Outbox is
}

// Options are what a command decides beyond the settings.
type Options struct {
	Content string // folder to serve the content from; "" for what is built in
	Clock   *clock.Clock
	Log     *slog.Logger
	Demo    bool
}

// Build opens the database and makes every room. It runs no migration.
func Build(cfg config.Config, o Options) (*App, error) {
	zone, err := cfg.Location()
	if err != nil {
		return nil, err
	}
	secret, err := cfg.Secret()
	if err != nil {
		return nil, err
	}
	book, err := words.Load()
	if err != nil {
		return nil, err
	}
	d, err := db.Open(cfg.Database, cfg.Pool)
	if err != nil {
		return nil, err
	}
	a := &App{Config: cfg, DB: d, Clock: o.Clock, Zone: zone, Secret: secret, Words: book, Log: o.Log, Demo: o.Demo}
	if err := a.furnish(o.Content); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

// furnish makes the rooms, those leant on first.
func (a *App) furnish(folder string) (err error) {
	files := Content(folder)
	a.Authoring = folder != ""
	reading := make(chan *bank.Library, 1)
	go func() { reading <- bank.Open(files) }() // beside the lessons: the two are most of what a start takes
	a.Catalog, err = firstRead(catalog.NewLibrary(files))
	a.Bank = <-reading
	if err != nil {
		return err
	}
	if a.Notary, err = audit.NewNotary(a.Config.Data, a.Secret); err != nil {
		return err
	}
	if a.Assets, err = web.LoadAssets(); err != nil {
		return err
	}
	relay, err := a.Config.Relay()
	if err != nil {
		return err
	}
	if relay != nil {
		a.Outbox = outbox.New(a.DB, a.Clock)
		a.deliverer = deliver.New(a.Outbox, *relay)
	}
	a.Trail = audit.New(a.Clock)
	a.Teams = team.New(a.DB, a.Clock, a.Trail)
	a.People = people.New(a.DB, a.Clock, a.Trail, a.Teams)
	a.Door = door.New(a.DB, a.Clock, a.Trail, door.Settings{Secret: a.Secret, Lasts: a.Config.Session, Hashers: a.Config.Hashers})
	ledger := evidence.New()
	a.Progress = progress.New(a.DB, a.Clock, a.People, a.Catalog, ledger)
	ledger.Tell(a.Progress.Follow)
	a.Training = training.New(training.Parts{DB: a.DB, Clock: a.Clock, Trail: a.Trail, People: a.People, Teams: a.Teams, Catalog: a.Catalog,
		Ledger: ledger, Progress: a.Progress, Zone: a.Zone, Programmes: a.current})
	parts := certification.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Ledger: ledger,
		Progress: a.Progress, Training: a.Training, Programmes: a.current}
	a.Certificates, a.Reports = certification.New(parts), certification.NewReports(parts)
	a.Training.Holds(a.Certificates.Terms)
	a.Seal = seal.New(seal.Parts{Certificates: a.Certificates, People: a.People, Catalog: a.Catalog, Words: a.Words, Clock: a.Clock, Zone: a.Zone, Secret: a.Secret,
		Keys: a.Config.BadgeKeys, Site: badges.Site{URL: a.Config.URL, Name: a.Config.Company}})
	a.Sessions = session.New(session.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Teams: a.Teams, Ledger: ledger})
	a.External = external.New(external.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Teams: a.Teams, Ledger: ledger})
	a.Reviews = review.New(review.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Teams: a.Teams, Outbox: a.Outbox, Letter: a.letter})
	a.Tally = tally.New(a.DB, a.Bank)
	a.Attempts = attempt.New(attempt.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Bank: a.Bank, Ledger: ledger,
		Regraded: a.Tally.Forget, Since: a.Certificates.AttemptsSince})
	a.rehearse(files, ledger)
	a.author(folder)
	a.measure()
	a.amend(ledger)
	a.inspect(files, ledger)
	if a.Programmes, err = firstRead(programme.NewLibrary(files, a.bound)); err != nil {
		return err
	}
	a.appraise(ledger)
	a.reward()
	a.Witness = witness.New(witness.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Notary: a.Notary, Outbox: a.Outbox, Words: a.Words, To: a.Config.Witness, URL: a.Config.URL})
	a.readStandards()
	a.Personal = personal.New(personal.Parts{DB: a.DB, Clock: a.Clock, Trail: a.Trail, People: a.People})
	return a.remind()
}

// rehearse makes the rooms of rehearsal. What cannot be read is left out, and said.
func (a *App) rehearse(files fs.FS, ledger *evidence.Ledger) {
	worlds, problems := roleplay.ReadWorlds(files)
	scripts, more := roleplay.ReadScripts(files)
	utterances, last := roleplay.ReadUtterances(files)
	for _, p := range slices.Concat(problems, more, last) {
		a.Log.Warn("left out", "file", p.File, "line", p.Line, "problem", p.Key)
	}
	a.Rehearsals = roleplay.New(roleplay.Parts{DB: a.DB, Clock: a.Clock, Trail: a.Trail, People: a.People, Worlds: worlds})
	a.Plays = roleplay.NewPlays(roleplay.PlayParts{DB: a.DB, Clock: a.Clock, Trail: a.Trail, People: a.People, Ledger: ledger, Scripts: scripts})
	a.Listener = roleplay.NewListener(utterances)
	a.files = files
}

// bound gives what programmes may name, as it is in force.
func (a *App) bound() programme.Content {
	return check.Bind(a.Catalog.Current(), a.Bank.Current(), a.scenes())
}

// Reread takes in worlds and scripts that an author has changed, and what rests on them.
func (a *App) Reread() {
	worlds, problems := roleplay.ReadWorlds(a.files)
	scripts, more := roleplay.ReadScripts(a.files)
	for _, p := range slices.Concat(problems, more) {
		a.Log.Warn("left out", "file", p.File, "line", p.Line, "problem", p.Key)
	}
	a.Rehearsals.Use(worlds)
	a.Plays.Use(scripts)
	a.rereadIndicators()
	a.Inspections.Use(a.plans(a.files))
	if _, _, err := a.Programmes.Refresh(); err != nil {
		a.Log.Warn("content", "error", err)
	}
	a.readSchemes()
	a.readStandards()
}

// current gives the programmes in force.
func (a *App) current() *programme.Book { return a.Programmes.Current() }

// Content gives the content of a folder, or what is built in.
func Content(folder string) fs.FS {
	if folder == "" {
		return content.Files
	}
	return os.DirFS(folder)
}

// Close closes the database.
func (a *App) Close() error { return a.DB.Close() }

// chore is something that must be done from time to time.
type chore struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error
}

func (a *App) chores() []chore {
	all := []chore{
		{"visits", time.Second, a.Progress.Flush},
		{"versions of lessons", 5 * time.Second, a.Progress.KeepVersions},
		{"old requests", time.Hour, a.Progress.Forget},
		{"tally", 5 * time.Second, func(ctx context.Context) error { _, err := a.Tally.Fold(ctx); return err }}, // what is left comes the next time
		{"overdue plays", 15 * time.Second, a.Plays.CloseOverdue},
		{"overdue attempts", 15 * time.Second, a.Attempts.CloseOverdue},
		{"corrections", 15 * time.Second, a.Attempts.Regrade},
		{"rules", time.Minute, a.Training.Apply},
		{"reminders", time.Minute, a.Reminders.Tell},
		{"certificates", time.Minute, a.Certificates.Tick},
		{"inspections", time.Minute, a.Inspections.Tick},
		{"anonymous reports", time.Minute, a.Violations.Tick},
		{"policy", 5 * time.Second, a.Amendments.Settle},
		{"changes of the policy", 5 * time.Second, a.Amendments.Spread},
		{"overdue duties", 30 * time.Second, a.Amendments.Close},
		{"appraisals", time.Minute, a.Appraisals.Tick},
		{"reports", 2 * time.Second, func(ctx context.Context) error { _, err := a.Reports.Fold(ctx); return err }},
		{"skills", 10 * time.Second, func(ctx context.Context) error { _, err := a.Plays.FoldSkills(ctx); return err }},
		{"clock", 30 * time.Second, a.setClock},
		{"checkpoint", a.Config.Checkpoint, a.sign},
		{"witness", 5 * time.Minute, a.Witness.Daily},
		{"audit", 2 * time.Second, func(ctx context.Context) error { return a.Trail.CheckWhenDue(ctx, a.DB.Read(), a.Notary) }},
	}
	if a.deliverer != nil {
		all = append(all, chore{"mail", 3 * time.Second, a.deliverer.Deliver})
	}
	return all
}

// Tend does the chores until ctx ends, none waiting for another, and at the end what must not be left undone.
func (a *App) Tend(ctx context.Context) {
	go a.Listener.Warm()
	go a.Catalog.Current().Warm()
	var tending sync.WaitGroup
	for _, c := range a.chores() {
		tending.Go(func() {
			t := time.NewTicker(c.every)
			defer t.Stop()
			for {
				select {
				case <-t.C:
					a.report(c.name, c.do(ctx))
				case <-ctx.Done():
					return
				}
			}
		})
	}
	tending.Wait()
	last, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	a.report("visits", a.Progress.Flush(last))
	a.report("checkpoint", a.sign(last))
}

// sign has the notary sign the trail as it stands.
func (a *App) sign(ctx context.Context) error {
	_, err := a.Notary.Sign(ctx, a.DB.Read())
	return err
}

// setClock sets this node's clock by the database's: all nodes must agree on when an exam ends.
func (a *App) setClock(ctx context.Context) error {
	ahead, err := a.DB.Skew(ctx)
	if err == nil {
		a.Clock.Correct(ahead)
	}
	return err
}

func (a *App) report(what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		a.Log.Error("tend", "what", what, "error", err)
	}
}

// Ready refuses a database whose schema is behind.
func (a *App) Ready(ctx context.Context) error {
	n, err := a.DB.Pending(ctx)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d migrations have not run: run `migrate` first", n)
	}
	return err
}

// firstRead takes what a library found when it was made. Smaller problems are the author's, who sees them
// on the content desk and with `content lint`; without anything to serve there is no academy.
func firstRead[L any](lib L, _ []fault.Problem) (L, error) { return lib, nil }
