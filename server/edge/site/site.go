// Package site is the HTML side of the edge: a handler reads its input, calls the rooms, fills one struct and
// draws it or redirects. Only here and in api is it known what HTTP is.
package site

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/amendment"
	"tongguan/courses/appraisal"
	"tongguan/courses/catalog"
	"tongguan/courses/certification"
	"tongguan/courses/external"
	"tongguan/courses/indicator"
	"tongguan/courses/inspection"
	"tongguan/courses/manuscript"
	"tongguan/courses/programme"
	"tongguan/courses/progress"
	"tongguan/courses/remark"
	"tongguan/courses/reminder"
	"tongguan/courses/review"
	"tongguan/courses/reward"
	"tongguan/courses/session"
	"tongguan/courses/training"
	"tongguan/courses/violation"
	"tongguan/quizzes/attempt"
	"tongguan/quizzes/bank"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/tally"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/door"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/check"
	"tongguan/server/edge/personal"
	"tongguan/server/edge/seal"
	"tongguan/server/edge/voice"
	"tongguan/web"
	"tongguan/web/words"
)

// Site draws pages out of the rooms.
type Site struct {
	DB         *db.DB
	Clock      *clock.Clock
	Zone       *time.Location
	Words      *words.Book
	Trail      *audit.Trail
	Notary     *audit.Notary
	Witness    string // address of whoever keeps checkpoints of the trail, or ""
	Personal   *personal.Personal
	Teams      *team.Teams
	People     *people.People
	Door       *door.Door
	Catalog    *catalog.Library
	Bank       *bank.Library
	Programmes *programme.Library
	Attempts   *attempt.Attempts
	Tally      *tally.Tally
	Rehearsals *roleplay.Rehearsals
	Plays      *roleplay.Plays
	Listener   *roleplay.Listener
	Model      *voice.Model // nil where none is set up
	Progress   *progress.Progress
	Training   *training.Training
	Amendments *amendment.Amendments
	Reports    *certification.Reports
	Reminders  *reminder.Reminders
	Sessions   *session.Sessions
	External   *external.Trainings
	Assets     *web.Assets
	Log        *slog.Logger

	Certificates *certification.Certification
	Seal         *seal.Seal

	Appraisals *appraisal.Appraisals

	Indicators  *indicator.Indicators
	Reviews     *review.Reviews
	Rewards     *reward.Rewards
	Inspections *inspection.Inspections
	Violations  *violation.Violations
	Hush        *door.Hush // counts who knocks where nobody must be known

	Measured    func() []indicator.Indicator // the indicators that people are asked for
	Matter      func() check.Matter          // the content in force, as it rests on clauses
	Standards   func() check.Standards       // how much has to rest on each
	Manuscripts *manuscript.Desk
	Remarks     *remark.Remarks

	Secret    []byte
	URL       string // under which people reach the site
	Secure    bool   // cookies only over TLS
	Lasts     time.Duration
	Authoring bool   // content edits are picked up at every request
	Reread    func() // takes in the worlds and scenes that were edited
	Demo      []Demo // sign-ins to show; nil outside a demo

	sums   sync.Pool // of what csrf reckons with
	places places    // the passages of lessons
}

// Demo is a sign-in that the sign-in page of a demo offers.
type Demo struct {
	Role, Name, Login, Password string
}

// visit is one request by somebody: who they are, and in which language they read.
type visit struct {
	actor   access.Actor
	session door.Session
	token   string
	lang    string
	voice   words.Voice
}

// handler draws a page for a visit.
type handler func(c *fiber.Ctx, v visit) error

const (
	sessionCookie = "tongguan_session"
	langCookie    = "tongguan_lang"
	themeCookie   = "tongguan_theme"
	textCookie    = "tongguan_text"
	flashCookie   = "tongguan_flash"
)

// in lets in who is signed in; others are sent to the door and come back afterwards.
func (s *Site) in(do handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "no-store")
		v, err := s.recognise(c)
		if fault.KindOf(err) == fault.Missing {
			back := c.OriginalURL()
			if c.Method() != fiber.MethodGet {
				back = ""
			}
			return redirect(c, "/signin?back="+url.QueryEscape(back))
		}
		if err != nil {
			return err
		}
		if c.Method() != fiber.MethodGet && !hmac.Equal([]byte(c.FormValue("csrf")), []byte(s.csrf(v.token))) {
			return fault.New(fault.Denied, "error.form_stale")
		}
		return do(c, v)
	}
}

// open lets in everybody; the visit has an actor where somebody is signed in.
func (s *Site) open(do handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v, err := s.recognise(c)
		if err != nil && fault.KindOf(err) != fault.Missing {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		return do(c, v)
	}
}

func (s *Site) recognise(c *fiber.Ctx) (visit, error) {
	v := s.arrive(c)
	session, err := s.Door.Recognise(c.UserContext(), v.token)
	if err != nil {
		return v, err
	}
	return s.letIn(c, v, session), nil
}

// arrive is a visit before anybody knows whose it is.
func (s *Site) arrive(c *fiber.Ctx) visit {
	v := visit{token: c.Cookies(sessionCookie), lang: s.language(c)}
	v.voice = s.Words.In(v.lang)
	return v
}

// letIn is the same visit once that is known: their own language, where they chose no other here.
func (s *Site) letIn(c *fiber.Ctx, v visit, session door.Session) visit {
	v.session, v.actor = session, session.Actor
	if c.Cookies(langCookie) == "" {
		v.lang = v.actor.Lang
		v.voice = s.Words.In(v.lang)
	}
	return v
}

// language is what the visitor chose, else Chinese, unless the browser asks for English and no Chinese.
func (s *Site) language(c *fiber.Ctx) string {
	if l := c.Cookies(langCookie); l == "zh" || l == "en" {
		return l
	}
	if accepts := strings.ToLower(c.Get(fiber.HeaderAcceptLanguage)); strings.Contains(accepts, "en") && !strings.Contains(accepts, "zh") {
		return "en"
	}
	return "zh"
}

// csrf is the token that every form of a session carries.
func (s *Site) csrf(token string) string {
	m, ok := s.sums.Get().(hash.Hash)
	if !ok {
		m = hmac.New(sha256.New, s.Secret)
	}
	m.Reset() // keeps what it made of the key
	m.Write([]byte("csrf\x00" + token))
	sum := m.Sum(make([]byte, 0, sha256.Size))
	s.sums.Put(m)
	return base64.RawURLEncoding.EncodeToString(sum)
}

// setSession gives the browser its token.
func (s *Site) setSession(c *fiber.Ctx, token string) {
	c.Cookie(&fiber.Cookie{Name: sessionCookie, Value: token, Path: "/", HTTPOnly: true, Secure: s.Secure,
		SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(s.Lasts.Seconds())})
}

// remember sets a cookie that holds a choice.
func (s *Site) remember(c *fiber.Ctx, name, value string) {
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: s.Secure,
		SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 365 * 24 * 3600})
}

func (s *Site) forget(c *fiber.Ctx, name string) {
	c.Cookie(&fiber.Cookie{Name: name, Path: "/", HTTPOnly: true, Secure: s.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: -1})
}

// flash shows a sentence on the next page. kind is good or bad.
func (s *Site) flash(c *fiber.Ctx, kind, key string, args ...string) {
	parts := append([]string{kind, key}, args...)
	c.Cookie(&fiber.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00"))),
		Path: "/", HTTPOnly: true, Secure: s.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 60})
}

// takeFlash gives the sentence that waits, and forgets it.
func (s *Site) takeFlash(c *fiber.Ctx, v words.Voice) (kind, text string) {
	raw := c.Cookies(flashCookie)
	if raw == "" {
		return "", ""
	}
	s.forget(c, flashCookie)
	decoded, err := base64.RawURLEncoding.DecodeString(raw)
	parts := strings.Split(string(decoded), "\x00")
	if err != nil || len(parts) < 2 || !v.Has(parts[1]) {
		return "", ""
	}
	var args []any
	for _, a := range parts[2:] {
		args = append(args, a)
	}
	return parts[0], v.T(parts[1], args...)
}

// redirect answers a form: see the other page.
func redirect(c *fiber.Ctx, to string) error { return c.Redirect(to, fiber.StatusSeeOther) }

// local gives a path of this site to go back to, never another site's.
func local(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsAny(path, "\\\r\n\t") {
		return otherwise
	}
	return path
}
