package site

import (
	"bytes"
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tongguan/server/base/fault"
)

// contentPolicy allows nothing but what the pages use: our own files.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard sets what every answer carries, refuses what other sites send, turns a panic into an error and
// text that is none away. What it refuses is answered by the server's error handler, in the form of the address.
func (s *Site) Guard(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	c.Set("Content-Security-Policy", contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	if s.Secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	if !legible(c) {
		return fault.New(fault.Invalid, "error.illegible")
	}
	if !s.sameSite(c) {
		return fault.New(fault.Denied, "error.cross_site")
	}
	if s.Authoring {
		s.refresh()
	}
	return c.Next()
}

// legible says whether address and form hold text that every database takes: UTF-8 without NUL bytes. A file
// that is sent may hold anything; whoever reads it decides.
func legible(c *fiber.Ctx) bool {
	good := func(text []byte) bool { return utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 }
	ok := good(c.Request().URI().Path())
	check := func(name, value []byte) { ok = ok && good(name) && good(value) }
	c.Request().URI().QueryArgs().VisitAll(check)
	switch kind := c.Get(fiber.HeaderContentType); {
	case strings.HasPrefix(kind, fiber.MIMEApplicationForm):
		c.Request().PostArgs().VisitAll(check)
	case strings.HasPrefix(kind, fiber.MIMEMultipartForm):
		form, err := c.MultipartForm()
		if err != nil {
			return false
		}
		for name, values := range form.Value {
			for _, v := range values {
				check([]byte(name), []byte(v))
			}
		}
	}
	return ok
}

// sameSite says whether a request that changes something was sent by our own pages. Browsers say so in
// Sec-Fetch-Site; older ones in Origin; a program that is no browser sends neither and has no cookie to abuse.
func (s *Site) sameSite(c *fiber.Ctx) bool {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return true
	}
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default:
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Host == c.Get(fiber.HeaderHost) || origin == s.URL)
}

// refresh picks up what an author has edited. A folder that cannot be read at all leaves the last good content.
func (s *Site) refresh() {
	if _, _, err := s.Catalog.Refresh(); err != nil {
		s.Log.Warn("content", "error", err)
	}
	if _, _, err := s.Bank.Refresh(); err != nil {
		s.Log.Warn("content", "error", err)
	}
	if _, _, err := s.Programmes.Refresh(); err != nil { // last: they name what the others have
		s.Log.Warn("content", "error", err)
	}
}
