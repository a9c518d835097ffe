package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/catalog"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/server/base/access"
)

type text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

func both(t catalog.Text) text { return text{t.In("zh"), t.In("en")} }

type person struct {
	ID    string   `json:"id"`
	Login string   `json:"login"`
	Name  string   `json:"name"`
	Lang  string   `json:"lang"`
	Roles []string `json:"roles"`
	Team  *unit    `json:"team"`
}

type unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// me says whom the token was issued to.
func (a *API) me(c *fiber.Ctx, actor access.Actor) error {
	out := person{ID: actor.ID, Login: actor.Login, Name: actor.Name, Lang: actor.Lang, Roles: []string{}}
	for _, r := range actor.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	if actor.Team != "" {
		names, err := a.Teams.Names(c.UserContext())
		if err != nil {
			return err
		}
		out.Team = &unit{actor.Team, names[actor.Team]}
	}
	return c.JSON(out)
}

type course struct {
	ID       string   `json:"id"`
	Title    text     `json:"title"`
	Assigned bool     `json:"assigned"`
	Due      *string  `json:"due"`
	Done     int      `json:"steps_done"`
	Steps    int      `json:"steps"`
	Complete bool     `json:"complete"`
	Modules  []module `json:"modules"`
}

type module struct {
	ID       string   `json:"id"`
	Title    text     `json:"title"`
	Clauses  []string `json:"clauses"`
	Minutes  int      `json:"minutes"`
	Done     int      `json:"steps_done"`
	Steps    int      `json:"steps"`
	Complete bool     `json:"complete"`
}

// courses gives every course with what is assigned and how far the person is.
func (a *API) courses(c *fiber.Ctx, actor access.Actor) error {
	state, err := a.Progress.Of(c.UserContext(), actor, actor.ID)
	if err != nil {
		return err
	}
	assigned, err := a.Training.For(c.UserContext(), actor.ID, actor.Team)
	if err != nil {
		return err
	}
	out := []course{}
	for _, k := range a.Catalog.Current().Courses {
		out = append(out, describe(k, state, assigned))
	}
	return c.JSON(fiber.Map{"courses": out})
}

func describe(k *catalog.Course, state progress.State, assigned []training.Assignment) course {
	m := state.Course(k)
	out := course{ID: k.ID, Title: both(k.Title), Done: m.Done, Steps: m.Steps, Complete: m.Complete(), Modules: []module{}}
	for _, a := range assigned {
		if a.Course == k.ID {
			out.Assigned = true
			if a.Due != "" {
				out.Due = &a.Due
			}
		}
	}
	for _, one := range k.Modules {
		m := state.Module(one)
		out.Modules = append(out.Modules, module{ID: one.Key(), Title: both(one.Title), Clauses: one.Clauses,
			Minutes: one.Minutes, Done: m.Done, Steps: m.Steps, Complete: m.Complete()})
	}
	return out
}

type finished struct {
	Lesson string    `json:"lesson"`
	Hash   string    `json:"hash"`
	At     time.Time `json:"finished_at"`
}

type passed struct {
	Module string    `json:"module"`
	Score  *float64  `json:"score_percent"`
	At     time.Time `json:"passed_at"`
}

// passed describes a module that the actor has passed, without its score where the quiz does not show it.
func (a *API) passed(c *fiber.Ctx, module string, p progress.Passed) (passed, error) {
	out := passed{Module: module, At: time.UnixMilli(p.At).UTC()}
	shown, err := a.Attempts.ScoreShown(c.UserContext(), module)
	if err == nil && shown {
		score := float64(p.Score) / 100
		out.Score = &score
	}
	return out, err
}

// progress gives every finished lesson, with the hash of the version that was read, and every passed module.
func (a *API) progress(c *fiber.Ctx, actor access.Actor) error {
	state, err := a.Progress.Of(c.UserContext(), actor, actor.ID)
	if err != nil {
		return err
	}
	lessons, modules := []finished{}, []passed{}
	for _, k := range a.Catalog.Current().Courses {
		for _, m := range k.Modules {
			for _, l := range m.Lessons {
				if f, ok := state.Finished[l.Key()]; ok {
					lessons = append(lessons, finished{l.Key(), f.Hash, time.UnixMilli(f.At).UTC()})
				}
			}
			if p, ok := state.Passed[m.Key()]; ok {
				one, err := a.passed(c, m.Key(), p)
				if err != nil {
					return err
				}
				modules = append(modules, one)
			}
		}
	}
	return c.JSON(fiber.Map{"lessons": lessons, "modules": modules})
}
