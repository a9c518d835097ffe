// Package api speaks JSON to other programs, under /api/v1; openapi.yaml beside this file says what, and a
// test holds the answers against it.
package api

import (
	_ "embed"
	"errors"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/appraisal"
	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/tally"
	"tongguan/server/base/access"
	"tongguan/server/base/door"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/check"
	"tongguan/server/edge/seal"
	"tongguan/web/words"
)

//go:embed openapi.yaml
var openapi []byte

// API answers other programs.
type API struct {
	Door     *door.Door
	People   *people.People
	Teams    *team.Teams
	Catalog  *catalog.Library
	Progress *progress.Progress
	Attempts *attempt.Attempts
	Training *training.Training
	Tally    *tally.Tally

	Certificates *certification.Certification
	Seal         *seal.Seal

	Appraisals *appraisal.Appraisals

	Matter func() check.Matter // the content in force, as it rests on clauses

	Words *words.Book
	Log   *slog.Logger
	NewID func() string // names an error in the log
}

// Mount puts the API under /api/v1.
func (a *API) Mount(app *fiber.App) {
	v1 := app.Group("/api/v1", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		if err := c.Next(); err != nil {
			return a.Fail(c, err)
		}
		return nil
	})
	v1.Get("/openapi.yaml", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/yaml; charset=utf-8")
		return c.Send(openapi)
	})
	v1.Get("/me", a.with(door.ScopeProfile, a.me))
	v1.Get("/courses", a.with(door.ScopeLearning, a.courses))
	v1.Get("/progress", a.with(door.ScopeLearning, a.progress))
	v1.Get("/quizzes/:course/:module/statistics", a.with(door.ScopeContent, a.statistics))
	v1.Get("/policy/coverage", a.with(door.ScopeContent, a.coverage))
	v1.Get("/attempts", a.with(door.ScopeLearning, a.attempts))
	v1.Get("/attempts/:id", a.with(door.ScopeLearning, a.attempt))
	v1.Get("/appraisals", a.with(door.ScopeAppraisal, a.appraisals))
	v1.Get("/appraisals/:id", a.with(door.ScopeAppraisal, a.appraisalOne))
	v1.Get("/certificates", a.with(door.ScopeLearning, a.certificates))
	v1.Get("/certificates/:number/verification", a.verification)
	v1.Use(func(*fiber.Ctx) error { return fault.New(fault.Missing, "error.missing") })
}

// with lets in a bearer token that has the scope.
func (a *API) with(scope string, do func(*fiber.Ctx, access.Actor) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		scheme, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			return fault.New(fault.Denied, "door.token_needed")
		}
		actor, scopes, err := a.Door.RecogniseToken(c.UserContext(), strings.TrimSpace(token))
		if err != nil {
			return err
		}
		for _, s := range scopes {
			if s == scope {
				return do(c, actor)
			}
		}
		return errScope(scope)
	}
}

// scopeError is a token that is good, for something else.
type scopeError struct{ cause *fault.Error }

func errScope(scope string) error {
	return scopeError{fault.New(fault.Denied, "door.token_scope", "scope", scope)}
}

func (e scopeError) Error() string { return e.cause.Error() }

// Unwrap gives the fault inside.
func (e scopeError) Unwrap() error { return e.cause }

// problem is the body of every error, as RFC 9457 has it.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Field  string `json:"field,omitempty"`
	Ref    string `json:"reference,omitempty"`
}

// Fail answers an error. It is the only place of the API that knows what a kind of fault is in HTTP.
func (a *API) Fail(c *fiber.Ctx, err error) error {
	lang := "zh"
	if c.AcceptsLanguages("zh", "en") == "en" {
		lang = "en"
	}
	if e, ok := errors.AsType[*fiber.Error](err); ok && e.Code < 500 { // the server's own refusal
		err = fault.New(fault.Invalid, "error.request")
	}
	p := problem{Type: "about:blank", Status: status(err)}
	e := fault.Of(err)
	if p.Status == fiber.StatusInternalServerError || e == nil {
		p.Ref = a.NewID()
		a.Log.Error("api", "reference", p.Ref, "method", c.Method(), "path", c.Path(), "error", err)
		e = fault.New(fault.Internal, "error.internal", "reference", p.Ref)
	}
	var args []any
	for k, v := range e.Args {
		args = append(args, k, v)
	}
	p.Title, p.Field = a.Words.In(lang).T(e.Key, args...), e.Field
	if p.Status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="tongguan"`)
	}
	c.Set("Content-Language", lang)
	return c.Status(p.Status).JSON(p, "application/problem+json")
}

func status(err error) int {
	if _, ok := err.(scopeError); ok {
		return fiber.StatusForbidden
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return fiber.StatusUnprocessableEntity
	case fault.Missing:
		return fiber.StatusNotFound
	case fault.Denied:
		return fiber.StatusUnauthorized
	case fault.Conflict:
		return fiber.StatusConflict
	case fault.Busy:
		return fiber.StatusServiceUnavailable
	default:
		return fiber.StatusInternalServerError
	}
}
