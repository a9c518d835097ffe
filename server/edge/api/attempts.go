package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/attempt"
	"tongguan/server/base/access"
)

type sat struct {
	ID      string     `json:"id"`
	Module  string     `json:"module"`
	State   string     `json:"state"`
	Started time.Time  `json:"started_at"`
	Due     time.Time  `json:"due_at"`
	Closed  *time.Time `json:"closed_at"`
	Pass    float64    `json:"pass_percent"`
	Pending int        `json:"pending"`
	Score   *float64   `json:"score_percent"`
	Passed  *bool      `json:"passed"`
}

func describeAttempt(a attempt.Attempt) sat {
	out := sat{ID: a.ID, Module: a.Module, State: a.State, Started: time.UnixMilli(a.Started).UTC(), Due: time.UnixMilli(a.Due).UTC(),
		Pass: float64(a.Pass) / 100, Pending: a.Pending}
	if a.State == attempt.Closed {
		at := time.UnixMilli(a.Closed).UTC()
		out.Closed = &at
	}
	if a.Settled() && !a.Hidden {
		score := float64(a.Score) / 100
		out.Score, out.Passed = &score, &a.Passed
	}
	return out
}

// attempts gives the latest attempts at quizzes, the newest first.
func (a *API) attempts(c *fiber.Ctx, actor access.Actor) error {
	all, err := a.Attempts.Of(c.UserContext(), actor, actor.ID, "")
	if err != nil {
		return err
	}
	out := []sat{}
	for _, one := range all {
		out = append(out, describeAttempt(one))
	}
	return c.JSON(fiber.Map{"attempts": out})
}

// attempt gives one of them.
func (a *API) attempt(c *fiber.Ctx, actor access.Actor) error {
	one, err := a.Attempts.Result(c.UserContext(), actor, c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(describeAttempt(one))
}
