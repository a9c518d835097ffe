package app

import "tongguan/server/edge/check"

// matter is the content in force that rests on clauses.
func (a *App) matter() check.Matter {
	return check.Matter{Catalog: a.Catalog.Current(), Bank: a.Bank.Current(), Scenes: a.scenes(), Indicators: a.Indicators.All(), Plans: a.Inspections.Book().All()}
}

// readStandards takes in what the content is held to. Where something is wrong with that it is said, and the built-in standards apply.
func (a *App) readStandards() {
	s, _, problems := check.ReadStandards(a.files)
	for _, p := range problems {
		a.Log.Warn("left out", "file", p.File, "line", p.Line, "problem", p.Key)
	}
	a.standards.Store(&s)
}
