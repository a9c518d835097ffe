package app

import (
	"tongguan/courses/amendment"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/evidence"
	"tongguan/quizzes/scenario"
	"tongguan/server/edge/check"
)

// amend makes the room of changes of the policy, after those that it leans on.
func (a *App) amend(ledger *evidence.Ledger) {
	a.Amendments = amendment.New(amendment.Parts{DB: a.DB, Clock: a.Clock, Trail: a.Trail, People: a.People, Teams: a.Teams, Ledger: ledger,
		Catalog: a.Catalog, Training: a.Training, Programmes: a.current, Certificates: a.Certificates,
		Uses: func(clause string) amendment.Uses {
			return check.Uses(a.Catalog.Current(), a.Bank.Current(), a.scenes(), clause)
		},
		About: func(kind, subject string) []string { return check.About(a.bound(), kind, subject) },
		Quiz: func(clause string) (string, bool) {
			return bank.DeltaKey(clause), a.Bank.Current().Delta(clause) != nil
		},
		Began: a.Attempts.Began})
}

// scenes gives the scripts in force.
func (a *App) scenes() (out []*scenario.Script) {
	for _, s := range a.Plays.Scripts() {
		out = append(out, s.Script)
	}
	return out
}
