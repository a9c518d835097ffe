package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// verification tells anybody who knows a number whether the certificate is valid, and what its holder agreed to show.
// It needs no token, and who asks too often has to wait.
func (a *API) verification(c *fiber.Ctx) error {
	if certification.CleanNumber(c.Params("number")) == "" {
		return fault.New(fault.Missing, "error.missing")
	}
	if err := a.Door.Knock(c.UserContext(), c.IP()); err != nil {
		return err
	}
	v, err := a.Certificates.Verify(c.UserContext(), c.Params("number"))
	if err != nil {
		return err
	}
	return c.JSON(a.Seal.Tell(v))
}

// owned is one certificate as its holder sees it.
type owned struct {
	Number    string     `json:"number"`
	Programme string     `json:"programme"`
	Title     string     `json:"title"`
	Status    string     `json:"status"`
	Issued    time.Time  `json:"issued"`
	Expires   *time.Time `json:"expires"` // null: no end
	Basis     string     `json:"basis_sha256"`
}

// certificates gives the holder's own, the latest first.
func (a *API) certificates(c *fiber.Ctx, actor access.Actor) error {
	all, err := a.Certificates.Mine(c.UserContext(), actor, actor.ID)
	if err != nil {
		return err
	}
	out := make([]owned, len(all))
	for i, l := range all {
		out[i] = owned{Number: l.Number, Programme: l.Programme.ID, Title: l.Programme.Certificate.Title.In(actor.Lang), Status: string(l.State), Issued: time.UnixMilli(l.IssuedAt).UTC(), Basis: l.BasisHash}
		if l.Expires > 0 {
			ends := time.UnixMilli(l.Expires).UTC()
			out[i].Expires = &ends
		}
	}
	return c.JSON(fiber.Map{"certificates": out})
}
