package e2e_test

import (
	"context"

	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// somebody gives the id of the demo's learner.
func somebody(a *academy) string {
	all, _, err := a.app.People.List(context.Background(), access.Operator(), people.Filter{Text: "learner"})
	if err != nil || len(all) == 0 {
		return "nobody"
	}
	return all[0].ID
}
