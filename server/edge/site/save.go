package site

import (
	"crypto/hmac"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/attempt"
	"tongguan/server/base/door"
	"tongguan/server/base/fault"
)

// saveRequest is what the page of an attempt sends.
type saveRequest struct {
	CSRF  string `json:"csrf"` // or in the header X-CSRF
	Saves []struct {
		Seq       int64    `json:"seq"`
		Question  string   `json:"question"`
		Value     []string `json:"value"`
		Certainty int      `json:"certainty"`
	} `json:"saves"`
	Away []attempt.Span `json:"away"`
}

// save keeps answers that a page sends as JSON while it stays open. What it cannot do it says as JSON, too: the
// page keeps what was not acknowledged and sends it again.
func (s *Site) save(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	token := c.Cookies(sessionCookie)
	pass, err := s.Door.Pass(c.UserContext(), token)
	if err == nil {
		err = s.saveBy(c, token, pass)
	}
	if err != nil && pass.Proof != "" && fault.KindOf(err) != fault.Busy { // whoever is not let in any more learns no more than that
		if pass, err = s.Door.Renew(c.UserContext(), token); err == nil {
			err = s.saveBy(c, token, pass)
		}
	}
	if err != nil {
		return s.saveFailed(c, s.passing(c, pass), err)
	}
	return nil
}

// passing is the visit of whoever has a pass, or of nobody.
func (s *Site) passing(c *fiber.Ctx, pass door.Pass) visit {
	v := s.arrive(c)
	if pass.Actor.ID != "" {
		v = s.letIn(c, v, pass.Session)
	}
	return v
}

// saveBy keeps the answers of a request and writes the reply, unless it gives an error.
func (s *Site) saveBy(c *fiber.Ctx, token string, pass door.Pass) error {
	var r saveRequest
	if body := c.Request().Body(); !utf8.Valid(body) || jsonv2.Unmarshal(body, &r) != nil || len(r.Saves) > attempt.MaxPackets || len(r.Away) > attempt.MaxPackets {
		return fault.New(fault.Invalid, "save.unreadable")
	}
	csrf := c.Get("X-CSRF")
	if csrf == "" {
		csrf = r.CSRF
	}
	if !hmac.Equal([]byte(csrf), []byte(s.csrf(token))) {
		return fault.New(fault.Denied, "error.form_stale")
	}
	id, packets := c.Params("id"), make([]attempt.Packet, len(r.Saves))
	for i, p := range r.Saves {
		packets[i] = attempt.Packet{Seq: p.Seq, Question: p.Question, Chosen: p.Value, Certainty: p.Certainty}
	}
	outcomes, err := s.Attempts.SaveBy(c.UserContext(), pass, id, packets)
	if err == nil && len(r.Away) > 0 {
		if err = s.Attempts.NoteAway(c.UserContext(), pass.Actor, id, r.Away); fault.KindOf(err) == fault.Conflict {
			err = nil // it is closed, as the outcomes say
		}
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	say := func(reason error) string { return s.sentence(s.passing(c, pass), reason) }
	c.Response().SetBodyRaw(s.saveReply(make([]byte, 0, 32+replySize*len(outcomes)), packets, outcomes, say))
	return nil
}

// replySize is more than most outcomes need, in bytes.
const replySize = 160

// saveReply writes the outcomes, by hand: it is the busiest answer of an exam.
func (s *Site) saveReply(b []byte, packets []attempt.Packet, outcomes []attempt.Outcome, say func(error) string) []byte {
	b = append(b, `{"results":[`...)
	for i, o := range outcomes {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"seq":`...), packets[i].Seq, 10)
		b = appendJSON(append(b, `,"question":`...), packets[i].Question)
		b = append(append(append(b, `,"status":"`...), o.Status...), '"')
		if o.At > 0 {
			b = strconv.AppendInt(append(b, `,"at":`...), o.At, 10)
			b = strconv.AppendInt(append(b, `,"stored":`...), o.Seq, 10)
			b = append(time.UnixMilli(o.At).In(s.Zone).AppendFormat(append(b, `,"time":"`...), time.TimeOnly), '"')
		}
		if o.Reason != nil {
			b = appendJSON(append(b, `,"message":`...), say(o.Reason))
		}
		if o.Status == attempt.Stale || o.Status == attempt.Late {
			b = append(b, `,"value":[`...)
			for j, c := range o.Chosen {
				if j > 0 {
					b = append(b, ',')
				}
				b = appendJSON(b, c)
			}
			b = append(b, ']')
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// appendJSON appends a text as JSON.
func appendJSON(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f || c == 0xe2 { // e2 begins the line separators
			quoted, err := json.Marshal(text)
			if err != nil { // a string has none
				return append(b, `""`...)
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// saveFailed says why nothing was kept, or that nobody knows.
func (s *Site) saveFailed(c *fiber.Ctx, v visit, err error) error {
	if e := fault.Of(err); e != nil && e.Key == "door.no_session" {
		return c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": v.voice.T("save.signed_out")})
	}
	reference := ""
	if fault.KindOf(err) == fault.Internal {
		reference = s.Clock.ID()
		s.Log.Error("site", "reference", reference, "method", c.Method(), "path", spoken(c.Path()), "error", err)
		err = fault.New(fault.Internal, "error.internal")
	}
	setStatus(c, err)
	return c.JSON(fiber.Map{"error": s.sentence(v, err), "reference": reference})
}
