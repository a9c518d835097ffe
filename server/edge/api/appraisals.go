package api

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

// appraised is one record as programs see it. Points are hundredths.
type appraised struct {
	ID        string    `json:"id"`
	Cycle     string    `json:"cycle"`
	Person    string    `json:"person"`
	Period    string    `json:"period"`
	Title     string    `json:"title"`
	State     string    `json:"state"`
	Since     time.Time `json:"since"`
	RespondBy *string   `json:"respond_by"` // null before it is shown
	Simulated bool      `json:"simulated"`
	Visible   bool      `json:"visible"`
	Score     *int64    `json:"score"` // null where there is none, or it may not be seen
	Band      *string   `json:"band"`
	Hash      *string   `json:"sha256"`
}

func told(actor access.Actor, r appraisal.Record) appraised {
	out := appraised{ID: r.ID, Cycle: r.Cycle, Person: r.Person, Period: r.Period, Title: r.Title.In(actor.Lang), State: string(r.State),
		Since: time.UnixMilli(r.Since).UTC(), Simulated: r.Simulated, Visible: r.Visible}
	if r.RespondBy != "" {
		out.RespondBy = &r.RespondBy
	}
	if r.Has {
		out.Score, out.Band = &r.Score, &r.Band
	}
	if r.Hash != "" {
		out.Hash = &r.Hash
	}
	return out
}

// mostAppraised are the records of one answer.
const mostAppraised = 100

// appraisals gives the records that the token's person may see, by key: ?after= is the next of the answer before, and ?mine=1
// asks for their own alone, as whoever sees nobody else's always does.
func (a *API) appraisals(c *fiber.Ctx, actor access.Actor) (err error) {
	size := mostAppraised
	if text := c.Query("size"); text != "" {
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > mostAppraised {
			return fault.New(fault.Invalid, "error.request").At("size")
		}
	}
	var page appraisal.Page
	others := actor.May(access.SeeAppraisal, access.Below) || actor.May(access.InspectAppraisal, access.Other)
	if c.Query("mine") != "" || !others {
		page.Records, err = a.Appraisals.Mine(c.UserContext(), actor)
	} else {
		page, err = a.Appraisals.Records(c.UserContext(), actor, appraisal.Filter{Cycle: c.Query("cycle"), After: c.Query("after"), Size: size})
	}
	if err != nil {
		return err
	}
	out := make([]appraised, len(page.Records))
	for i, r := range page.Records {
		out[i] = told(actor, r)
	}
	var next *string
	if page.Next != "" {
		next = &page.Next
	}
	return c.JSON(fiber.Map{"appraisals": out, "next": next})
}

// entered is one result of a record.
type entered struct {
	Seq    int64     `json:"seq"`
	Kind   string    `json:"kind"`
	Score  *int64    `json:"score"`
	Band   *string   `json:"band"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// computed is one line of the computation.
type computed struct {
	Item   string `json:"item"`
	Kind   string `json:"kind"`
	Weight int64  `json:"weight"` // basis points
	Fate   string `json:"fate"`
	Score  int64  `json:"score"`
	Target int64  `json:"target"`
	Actual int64  `json:"actual"`
}

// appraisalOne gives one record with its computation and every result that it had.
func (a *API) appraisalOne(c *fiber.Ctx, actor access.Actor) error {
	w, err := a.Appraisals.Record(c.UserContext(), actor, c.Params("id"))
	if err != nil {
		return err
	}
	history, lines := []entered{}, []computed{}
	for _, e := range w.History {
		one := entered{Seq: e.Seq, Kind: string(e.Kind), Reason: e.Reason, At: time.UnixMilli(e.At).UTC()}
		if e.Has {
			one.Score, one.Band = &e.To, &e.Band
		}
		history = append(history, one)
	}
	if w.Result != nil {
		for _, l := range w.Result.Lines {
			if w.Inspected && l.Kind != composite.OfIndicator {
				continue // what reviewers say is not for inspectors, nor what tells it
			}
			lines = append(lines, computed{l.Item, string(l.Kind), l.Weight, string(l.Fate), l.Score, l.Target, l.Actual})
		}
	}
	return c.JSON(fiber.Map{"appraisal": told(actor, w.Record), "lines": lines, "history": history})
}
