package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/itemstats"
	"tongguan/server/base/access"
)

type quizVersion struct {
	Hash      string     `json:"hash"`
	FirstSeen *time.Time `json:"first_seen"`
	Attempts  int64      `json:"attempts"`
	Current   bool       `json:"current"`
}

type statistics struct {
	Module      string           `json:"module"`
	Set         string           `json:"set"`
	PassPercent float64          `json:"pass_percent"`
	Passed      int64            `json:"passed"`
	Waiting     int64            `json:"waiting"`
	Versions    []quizVersion    `json:"versions"`
	Figures     itemstats.Report `json:"figures"`
}

// statistics gives how the questions of one version of a quiz perform; ?set= names the version.
func (a *API) statistics(c *fiber.Ctx, actor access.Actor) error {
	module := c.Params("course") + "/" + c.Params("module")
	versions, err := a.Tally.Versions(c.UserContext(), actor, module)
	if err != nil {
		return err
	}
	r, err := a.Tally.Report(c.UserContext(), actor, module, c.Query("set"))
	if err != nil {
		return err
	}
	out := statistics{Module: module, Set: r.Set.Hash, PassPercent: float64(r.Set.Pass) / 100, Passed: r.Passed, Waiting: r.Waiting,
		Versions: []quizVersion{}, Figures: r.Report}
	for _, v := range versions {
		one := quizVersion{Hash: v.Hash, Attempts: v.Attempts, Current: v.Current}
		if v.FirstSeen > 0 {
			at := time.UnixMilli(v.FirstSeen).UTC()
			one.FirstSeen = &at
		}
		out.Versions = append(out.Versions, one)
	}
	return c.JSON(out)
}
