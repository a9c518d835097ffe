package app

import (
	"context"
	"math"
	"slices"

	"tongguan/courses/composite"
	"tongguan/courses/indicator"
	"tongguan/quizzes/pipeline"
)

// measure makes the room of figures.
func (a *App) measure() {
	a.Indicators = indicator.New(indicator.Parts{DB: a.DB, Clock: a.Clock, Zone: a.Zone, Trail: a.Trail, People: a.People, Simulated: a.simulated})
	a.rereadIndicators()
}

// rereadIndicators takes the indicators in. Where something is wrong with them it is said, and they stay as they were.
func (a *App) rereadIndicators() {
	all, problems := indicator.Read(a.files, func(id string) bool { return a.Catalog.Current().Clause(id) != nil })
	for _, p := range problems {
		a.Log.Warn("left out", "file", p.File, "line", p.Line, "problem", p.Key)
	}
	if len(problems) == 0 {
		a.Indicators.Use(all)
	}
}

// askedFor gives the indicators that people are asked for: all but the optional ones that no scheme weighs.
func (a *App) askedFor() []indicator.Indicator {
	return slices.DeleteFunc(slices.Clone(a.Indicators.All()), func(i indicator.Indicator) bool {
		return i.Optional && !slices.ContainsFunc(*a.schemes.Load(), func(s *composite.Scheme) bool {
			return slices.ContainsFunc(s.Items, func(item composite.Item) bool { return item.Kind == composite.OfIndicator && item.Of == i.ID })
		})
	})
}

// simulated is what somebody achieved in the territory that they closed last, by the indicators of clause 3.2.1. The engine's ratios
// become whole numbers here: basis points, hundredths of a point.
func (a *App) simulated(ctx context.Context, person string, from, until int64) (map[string]int64, bool, error) {
	got, ok, err := a.Rehearsals.Achieved(ctx, person, from, until)
	if err != nil || !ok {
		return nil, false, err
	}
	return figuresOf(got), true, nil
}

func figuresOf(got pipeline.Indicators) map[string]int64 {
	out := map[string]int64{"sales-amount": got.Amount, "sales-profit": got.Profit, "new-customers": got.NewCustomers,
		"conversion-rate": share(got.Conversion), "complaints": got.Complaints - got.Handled, "visits": got.Visits, "follow-up": share(got.OnTime)}
	if got.Growth != nil {
		out["growth-rate"] = share(*got.Growth)
	}
	if got.NewCustomers > 0 { // nobody else was asked
		out["satisfaction"] = int64(math.Round(got.Satisfaction * 100))
	}
	return out
}

// share is a ratio in basis points.
func share(x float64) int64 { return int64(math.Round(x * 10_000)) }
