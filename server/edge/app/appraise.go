package app

import (
	"context"

	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/quizzes/evidence"
	"tongguan/server/base/db"
	"tongguan/server/edge/check"
)

// appraise makes the room of appraisals.
func (a *App) appraise(ledger *evidence.Ledger) {
	a.readSchemes()
	a.Appraisals = appraisal.New(appraisal.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Teams: a.Teams,
		Certificates: a.Certificates, Progress: a.Progress, Ledger: ledger, Figures: unmeasured{}, Panels: unjudged{},
		Schemes: func() []*composite.Scheme { return *a.schemes.Load() }, Names: a.mayName})
}

// mayName gives what schemes may name, as it is in force.
func (a *App) mayName() composite.Names { return check.BindSchemes(a.Programmes.Current().All()) }

// readSchemes takes in the schemes of appraisal. What cannot be used is left out, and said.
func (a *App) readSchemes() {
	all, problems := composite.Read(a.files, a.mayName())
	for _, p := range problems {
		a.Log.Warn("left out", "file", p.File, "line", p.Line, "problem", p.Key)
	}
	a.schemes.Store(&all)
}

// unmeasured are the figures of an academy that measures nothing.
type unmeasured struct{}

func (unmeasured) Of(context.Context, db.Q, []string, string) (map[string]map[string]appraisal.Figure, error) {
	return nil, nil
}
func (unmeasured) Freeze(context.Context, db.Q, string, string, string) error { return nil }

// unjudged are the reviews of an academy in which nobody is asked.
type unjudged struct{}

func (unjudged) Open(context.Context, db.Q, appraisal.Panel) error { return nil }
func (unjudged) Propose(context.Context, db.Q, ...string) error    { return nil }
func (unjudged) Close(context.Context, db.Q, string) error         { return nil }
func (unjudged) Of(context.Context, db.Q, []string) (map[string][]appraisal.Opinion, error) {
	return nil, nil
}
