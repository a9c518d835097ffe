package site

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/external"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/external"
	"tongguan/web/pages/session"
)

// homeExternal puts external training and colleagues' notes on the reader's page of training.
func (s *Site) homeExternal(c *fiber.Ctx, v visit, p *session.Home) error {
	mine, err := s.External.Mine(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	for _, t := range mine {
		line := session.ExternalLine{URL: "/training/external/" + t.ID, Title: t.Title, Dates: s.dates(v, t.StartsOn, t.EndsOn), State: string(t.State),
			Overdue: t.Overdue(s.Clock.Date(s.Zone))}
		line.Next, line.Acts = s.nextStep(v, t)
		p.External = append(p.External, line)
	}
	all, err := s.External.Colleagues(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	if p.Notes, err = s.noteLines(c, v, all[:min(len(all), mostNotes)]); err != nil {
		return err
	}
	if !v.actor.May(access.DecideExternal, access.Below) {
		return nil
	}
	p.Decide = "/training/external"
	concerned, err := s.External.Concerning(c.UserContext(), v.actor)
	for _, t := range concerned {
		if t.State == room.Asked {
			p.Waiting++
		}
	}
	return err
}

// mostNotes is how many notes of colleagues the page of training shows.
const mostNotes = 20

func (s *Site) noteLines(c *fiber.Ctx, v visit, all []room.Colleague) (out []session.NoteLine, err error) {
	var ids []string
	for _, n := range all {
		ids = append(ids, n.Person)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	for _, n := range all {
		out = append(out, session.NoteLine{URL: "/training/shared/" + n.ID, Title: n.Title, Who: names[n.Person], Training: n.Training,
			Date: v.voice.Date(n.SharedAt, s.Zone), Stars: stars(n.Tenths()), Ratings: n.Ratings, Talk: n.Form == room.Talk})
	}
	return out, err
}

// stars writes a mean given in tenths.
func stars(tenths int) string { return fmt.Sprintf("%d.%d", tenths/10, tenths%10) }

// dates writes from when to when something lasts, or its only day.
func (s *Site) dates(v visit, from, to string) string {
	if from == to {
		return s.dueText(v, from)
	}
	return s.dueText(v, from) + " – " + s.dueText(v, to)
}

// nextStep says what comes next in a training of the reader's own, and whether that is theirs to do.
func (s *Site) nextStep(v visit, t room.Training) (string, bool) {
	due := s.dueText(v, t.DueOn())
	switch {
	case t.Overdue(s.Clock.Date(s.Zone)):
		return v.voice.T("external.share_overdue", "date", due), true
	case t.State == room.Asked:
		return v.voice.T("external.next.asked"), false
	case t.State == room.Approved && t.EndsOn >= s.Clock.Date(s.Zone):
		return v.voice.T("external.next.ahead"), false
	case t.State == room.Approved:
		return v.voice.T("external.next.prove"), true
	case t.State == room.Taken:
		return v.voice.T("external.next.share", "date", due), true
	}
	return "", false
}

// moneyOf writes an amount in fen.
func moneyOf(v visit, fen int64) string {
	if fen == 0 {
		return v.voice.T("external.free")
	}
	text := "¥" + v.voice.Number(fen/100)
	if fen%100 != 0 {
		text += fmt.Sprintf(".%02d", fen%100)
	}
	return text
}

// externalNew shows the form that asks for a training.
func (s *Site) externalNew(c *fiber.Ctx, v visit) error {
	return s.draw(c, external.FormPage(external.Form{Frame: s.frame(c, v, v.voice.T("external.ask")), Request: s.Clock.ID()}))
}

// externalAsk asks for a training; what cannot be is shown on the form with everything kept.
func (s *Site) externalAsk(c *fiber.Ctx, v visit) error {
	p := external.Form{Request: c.FormValue("request"), Title: c.FormValue("title"), Provider: c.FormValue("provider"), URL: c.FormValue("url"),
		Topic: c.FormValue("topic"), Starts: c.FormValue("starts"), Ends: c.FormValue("ends"), CostYuan: c.FormValue("cost"), Aim: c.FormValue("aim")}
	id := ""
	cost, err := room.Fen(p.CostYuan)
	if err == nil {
		id, err = s.External.Ask(c.UserContext(), v.actor, room.Request{Title: p.Title, Provider: p.Provider, URL: p.URL, Topic: p.Topic, StartsOn: p.Starts,
			EndsOn: p.Ends, Aim: p.Aim, Cost: cost}, p.Request)
	}
	if again(err) {
		p.Frame, p.Errors = s.frame(c, v, v.voice.T("external.ask")), s.errors(v, err)
		setStatus(c, err)
		return s.draw(c, external.FormPage(p))
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "external.asked")
	return redirect(c, "/training/external/"+id)
}

// externalDesk lists what the reader may decide.
func (s *Site) externalDesk(c *fiber.Ctx, v visit) error {
	all, err := s.External.Concerning(c.UserContext(), v.actor)
	if err != nil {
		return err
	}
	var ids []string
	for _, t := range all {
		ids = append(ids, t.Person)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return err
	}
	p := external.List{Frame: s.frame(c, v, v.voice.T("external.desk"))}
	for _, t := range all {
		line := external.Line{URL: "/training/external/" + t.ID, Title: t.Title, Who: names[t.Person], Dates: s.dates(v, t.StartsOn, t.EndsOn),
			Cost: moneyOf(v, t.Cost), State: string(t.State), Due: s.dueText(v, t.DueOn()), Overdue: t.Overdue(s.Clock.Date(s.Zone))}
		if t.State == room.Asked {
			p.Waiting = append(p.Waiting, line)
		} else {
			p.Others = append(p.Others, line)
		}
	}
	return s.draw(c, external.ListPage(p))
}

// externalShow shows one training with what comes next.
func (s *Site) externalShow(c *fiber.Ctx, v visit) error {
	p, err := s.externalPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, external.OnePage(p))
}

func (s *Site) externalPage(c *fiber.Ctx, v visit) (external.One, error) {
	t, err := s.External.See(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return external.One{}, err
	}
	names, err := s.People.Names(c.UserContext(), []string{t.Person, t.DecidedBy})
	if err != nil {
		return external.One{}, err
	}
	p := external.One{Frame: s.frame(c, v, t.Title), ID: t.ID, Title: t.Title, Provider: t.Provider, URL: t.URL, Topic: t.Topic,
		Dates: s.dates(v, t.StartsOn, t.EndsOn), Cost: moneyOf(v, t.Cost), Aim: paragraphs(t.Aim), State: string(t.State), Reason: t.Reason,
		Overdue: t.Overdue(s.Clock.Date(s.Zone)), Due: s.dueText(v, t.DueOn()), MayDecide: t.MayDecide, Days: strconv.Itoa(room.DefaultShareDays)}
	if p.Next, _ = s.nextStep(v, t.Training); !t.Own {
		p.Who = names[t.Person]
		if !p.Overdue {
			p.Next = ""
		}
	}
	if t.DecidedBy != "" {
		p.Decided = v.voice.T("external.decided_by", "who", names[t.DecidedBy], "date", v.voice.Date(t.DecidedAt, s.Zone))
	}
	p.MayWithdraw = t.Own && t.State == room.Asked
	p.MayProve = t.Own && (t.State == room.Approved || t.State == room.Taken) && t.Files < room.MaxFiles
	p.MayTake, p.MayShare = t.Own && t.State == room.Approved && t.Files > 0, t.Own && t.State == room.Taken
	if t.State == room.Shared {
		p.Shared = "/training/shared/" + t.ID
	}
	p.Proofs = s.fileLines(v, t.ID, t.Proofs)
	return p, nil
}

func (s *Site) fileLines(v visit, id string, all []room.File) (out []external.FileLine) {
	for _, f := range all {
		out = append(out, external.FileLine{URL: "/training/external/" + id + "/files/" + f.ID, Name: f.Name,
			Size: v.voice.Number(int64((f.Size+1023)>>10)) + " KB"})
	}
	return out
}

// externalAgain shows a training with what was entered and what is wrong with it.
func (s *Site) externalAgain(c *fiber.Ctx, v visit, cause error, fill func(*external.One)) error {
	p, err := s.externalPage(c, v)
	if err != nil {
		return err
	}
	fill(&p)
	p.Errors = s.errors(v, cause)
	setStatus(c, cause)
	return s.draw(c, external.OnePage(p))
}

// externalDone leads back to the training after an act; what somebody else did meanwhile is said there.
func (s *Site) externalDone(c *fiber.Ctx, err error, done string) error {
	switch {
	case err == nil:
		s.flash(c, "good", done)
	case fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.Invalid:
		s.flash(c, "bad", fault.Of(err).Key)
	default:
		return err
	}
	return redirect(c, "/training/external/"+c.Params("id"))
}

// externalDecide approves or declines.
func (s *Site) externalDecide(c *fiber.Ctx, v visit) error {
	days, reason := c.FormValue("days"), c.FormValue("reason")
	err := s.External.Decide(c.UserContext(), v.actor, c.Params("id"), room.Decision{Approve: c.FormValue("decision") == "approve", Reason: reason, ShareDays: whole(days)})
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return s.externalAgain(c, v, err, func(p *external.One) { p.Days, p.Because = days, reason })
	}
	if err == nil {
		s.flash(c, "good", "external.decision_done")
		return redirect(c, "/training/external")
	}
	return s.externalDone(c, err, "")
}

// externalWithdraw takes a request back.
func (s *Site) externalWithdraw(c *fiber.Ctx, v visit) error {
	return s.externalDone(c, s.External.Withdraw(c.UserContext(), v.actor, c.Params("id")), "external.withdrawn")
}

// externalTake says that a training was attended.
func (s *Site) externalTake(c *fiber.Ctx, v visit) error {
	return s.externalDone(c, s.External.Take(c.UserContext(), v.actor, c.Params("id")), "external.taken")
}

// attachment sends a file to be kept, never to be opened in the page's own name.
func attachment(c *fiber.Ctx, name, kind string, data []byte) error {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\;%`, r) {
			return '_'
		}
		return r
	}, name)
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+plain+`"; filename*=UTF-8''`+url.PathEscape(name))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.Send(data)
}
