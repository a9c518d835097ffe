package api

import (
	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/access"
)

// coverage gives what rests on each clause of the policy, as content coverage -json prints it.
func (a *API) coverage(c *fiber.Ctx, actor access.Actor) error {
	if err := actor.Check(access.TraceContent, access.Other); err != nil {
		return err
	}
	return c.JSON(a.Matter().Cover())
}
