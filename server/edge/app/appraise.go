package app

import (
	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/quizzes/evidence"
	"tongguan/server/edge/check"
)

// appraise makes the room of appraisals.
func (a *App) appraise(ledger *evidence.Ledger) {
	a.readSchemes()
	a.Appraisals = appraisal.New(appraisal.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Teams: a.Teams,
		Certificates: a.Certificates, Progress: a.Progress, Ledger: ledger, Figures: measured{a.Indicators}, Panels: judged{a.Reviews},
		Schemes: func() []*composite.Scheme { return *a.schemes.Load() }, Names: a.mayName})
}

// mayName gives what schemes may name, as it is in force.
func (a *App) mayName() composite.Names {
	return check.BindSchemes(a.Indicators.All(), a.Programmes.Current().All())
}

// readSchemes takes in the schemes of appraisal. What cannot be used is left out, and said.
func (a *App) readSchemes() {
	all, problems := composite.Read(a.files, a.mayName())
	for _, p := range problems {
		a.Log.Warn("left out", "file", p.File, "line", p.Line, "problem", p.Key)
	}
	a.schemes.Store(&all)
}
