package site

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/fault"
)

// Fail answers an error with a page. It is the only place of the site that knows what a kind of fault is in
// HTTP. The cause of an internal one goes to the log under a reference; the page shows the reference alone.
func (s *Site) Fail(c *fiber.Ctx, err error) error {
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		err = fromFiber(e)
	}
	v := s.arrive(c)
	if v.token = unlessHushed(c.Path(), v.token); v.token != "" {
		v, _ = s.recognise(c)
	}
	setStatus(c, err)
	reference := ""
	if fault.KindOf(err) == fault.Internal {
		reference = s.Clock.ID()
		s.Log.Error("site", "reference", reference, "method", c.Method(), "path", spoken(c.Path()), "error", err)
		err = fault.New(fault.Internal, "error.internal")
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.drawError(c, v, err, reference)
}

// unlessHushed gives the token of the session, and none where nobody is to be known, see hushed: an error there is drawn without a
// look at the session, too.
func unlessHushed(path, token string) string {
	if path = strings.ToLower(path); path == "/report" || strings.HasPrefix(path, "/report/") { // addresses are matched whatever their case
		return ""
	}
	return token
}

// tokened are the beginnings of addresses that go on with a token: whoever has it is let in.
var tokened = []string{"/welcome/", "/reviews/customer/", "/calendar/"}

// spoken is a path as it may stand in the log: as its route where there is a token in it.
func spoken(path string) string {
	for _, start := range tokened {
		if strings.HasPrefix(strings.ToLower(path), start) {
			return start + ":token"
		}
	}
	return path
}

// fromFiber gives the server's own refusals a sentence.
func fromFiber(e *fiber.Error) error {
	switch e.Code {
	case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
		return fault.New(fault.Missing, "error.missing")
	case fiber.StatusRequestEntityTooLarge:
		return fault.New(fault.Invalid, "error.too_large")
	default:
		if e.Code < 500 {
			return fault.New(fault.Invalid, "error.request")
		}
		return e
	}
}

// setStatus gives the answer the status of an error, and says when to try again where that helps.
func setStatus(c *fiber.Ctx, err error) {
	c.Status(code(err))
	if fault.KindOf(err) == fault.Busy {
		c.Set(fiber.HeaderRetryAfter, "30")
	}
}

// code is the status of an error.
func code(err error) int {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return fiber.StatusUnprocessableEntity
	case fault.Missing:
		return fiber.StatusNotFound
	case fault.Denied:
		return fiber.StatusForbidden
	case fault.Conflict:
		return fiber.StatusConflict
	case fault.Busy:
		return fiber.StatusServiceUnavailable
	default:
		return fiber.StatusInternalServerError
	}
}

// again says whether the form is to be shown again, with what was typed and the reason beside it.
func again(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Busy:
		return err != nil
	default:
		return false
	}
}

// sentence is what a person reads about an error.
func (s *Site) sentence(v visit, err error) string {
	e := fault.Of(err)
	if e == nil {
		return v.voice.T("error.internal")
	}
	return v.voice.T(e.Key, pairs(e.Args)...)
}

// errors gives the sentence by the field it belongs to, as forms take it.
func (s *Site) errors(v visit, err error) map[string]string {
	if err == nil {
		return nil
	}
	field := ""
	if e := fault.Of(err); e != nil {
		field = e.Field
	}
	return map[string]string{field: s.sentence(v, err)}
}

func pairs(args map[string]any) []any {
	var out []any
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// formValues gives all values of a field that can be chosen more than once.
func formValues(c *fiber.Ctx, name string) []string {
	var out []string
	for _, raw := range c.Request().PostArgs().PeekMulti(name) {
		out = append(out, strings.Clone(string(raw)))
	}
	return out
}
