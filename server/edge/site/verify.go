package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/certification"
	"tongguan/server/base/fault"
	"tongguan/server/edge/badges"
	"tongguan/web/pages/certificate"
)

// verify asks for a number, and answers for one.
func (s *Site) verify(c *fiber.Ctx, v visit) error {
	number := strings.TrimSpace(c.Query("number"))
	if clean := certification.CleanNumber(number); clean != "" {
		return redirect(c, "/certificates/"+clean)
	}
	p := certificate.Verified{Frame: s.frame(c, v, v.voice.T("verify.title")), Number: number, Asked: number != ""}
	return s.draw(c, certificate.VerifyPage(p))
}

// verified says what anybody may be told of a number: whether it is valid, and what the holder agreed to show. A number
// that is wrong and one that nobody has look the same, and who asks too often has to wait.
func (s *Site) verified(c *fiber.Ctx, v visit, number string) error {
	found, err := s.look(c, number)
	if fault.KindOf(err) == fault.Missing {
		c.Status(fiber.StatusNotFound)
		if wantsJSON(c) {
			return c.JSON(fiber.Map{"status": "unknown"})
		}
		return s.draw(c, certificate.VerifyPage(certificate.Verified{Frame: s.frame(c, v, v.voice.T("verify.title")), Number: cutTo(number, 40), Asked: true}))
	}
	if err != nil {
		return err
	}
	if wantsJSON(c) {
		return c.JSON(s.Seal.Tell(found))
	}
	p := certificate.Verified{Frame: s.frame(c, v, v.voice.T("verify.title")), Number: found.Number, Asked: true, Found: true, State: found.Word(),
		Holder: found.Name, Shown: true, At: v.voice.DateTime(s.Clock.Now(), s.Zone)}
	if found.Erased {
		p.Holder = v.voice.T("personal.holder_erased")
	}
	if found.Programme != nil {
		p.Title = found.Programme.Certificate.Title.In(v.lang)
	}
	if found.IssuedAt > 0 {
		p.Facts = append(p.Facts, certificate.Fact{Label: v.voice.T("certificate.issued_on"), Value: v.voice.Date(found.IssuedAt, s.Zone)},
			certificate.Fact{Label: v.voice.T("certificate.valid_until"), Value: v.voice.T("certificate.no_end")})
		if found.Expires > 0 {
			p.Facts[1].Value = v.voice.Date(found.Expires-1, s.Zone)
		}
	}
	if found.Score >= 0 {
		p.Facts = append(p.Facts, certificate.Fact{Label: v.voice.T("certificate.score"), Value: v.voice.Percent(found.Score)})
	}
	return s.draw(c, certificate.VerifyPage(p))
}

// look counts who asks, and asks. What cannot be a number is nobody's: it is not worth counting.
func (s *Site) look(c *fiber.Ctx, number string) (certification.Verification, error) {
	if certification.CleanNumber(number) == "" {
		return certification.Verification{}, fault.New(fault.Missing, "error.missing")
	}
	if err := s.Door.Knock(c.UserContext(), c.IP()); err != nil {
		return certification.Verification{}, err
	}
	return s.Certificates.Verify(c.UserContext(), number)
}

func wantsJSON(c *fiber.Ctx) bool {
	return c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMEApplicationJSON
}

func cutTo(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

// certificateFor gives a certificate that the reader may take with them.
func (s *Site) certificateFor(c *fiber.Ctx, v visit) (certification.Look, string, error) {
	lang := c.Query("lang")
	if lang != "zh" && lang != "en" {
		lang = v.lang
	}
	look, err := s.Certificates.Certificate(c.UserContext(), v.actor, c.Params("number"))
	return look, lang, err
}

// certificatePDF sends the printed certificate.
func (s *Site) certificatePDF(c *fiber.Ctx, v visit) error {
	look, lang, err := s.certificateFor(c, v)
	if err != nil {
		return err
	}
	file, err := s.Seal.Print(c.UserContext(), look, lang)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+look.Number+`.pdf"`)
	return c.Send(file)
}

// certificateBadge sends the certificate as an Open Badge.
func (s *Site) certificateBadge(c *fiber.Ctx, v visit) error {
	look, lang, err := s.certificateFor(c, v)
	if err != nil {
		return err
	}
	token, err := s.Seal.Badge(c.UserContext(), look, lang, nil)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/vc+jwt")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+look.Number+`.vc.jwt"`)
	return c.SendString(token)
}

// publish sends what whoever verifies needs, to be kept for a minute.
func publish(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
}

// badgeIssuer tells who issues.
func (s *Site) badgeIssuer(c *fiber.Ctx) error {
	publish(c)
	return c.JSON(s.Seal.Site.Profile())
}

// badgeKeys publishes the keys.
func (s *Site) badgeKeys(c *fiber.Ctx) error {
	set, err := s.Seal.Set()
	if err != nil {
		return err
	}
	publish(c)
	return c.JSON(set, "application/jwk-set+json")
}

// badgeKey publishes one key, under the address that a badge names.
func (s *Site) badgeKey(c *fiber.Ctx) error {
	keys, err := s.Seal.Current()
	if err != nil {
		return err
	}
	key, ok := keys.Key(s.Seal.Site, c.Params("thumbprint"))
	if !ok {
		return fault.New(fault.Missing, "error.missing")
	}
	publish(c)
	return c.JSON(key, "application/jwk+json")
}

// badgeStatus publishes which badges are revoked, or suspended.
func (s *Site) badgeStatus(c *fiber.Ctx) error {
	token, err := s.Seal.List(c.UserContext(), badges.Purpose(c.Params("purpose")))
	if err != nil {
		return err
	}
	publish(c)
	c.Set(fiber.HeaderContentType, "application/vc+jwt")
	return c.SendString(token)
}
