package site

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/indicator"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/web/pages/figures"
	"tongguan/web/parts"
)

// figureCard shows the figures of one person for a period, without one in the address for the last that has any; at /figures/mine
// one's own.
func (s *Site) figureCard(c *fiber.Ctx, v visit) error {
	p, err := s.card(c, v, s.period(c.Query("period")))
	if last := p.Latest; err == nil && c.Query("period") == "" && last != "" && last != p.Period {
		p, err = s.card(c, v, last)
	}
	if err != nil {
		return err
	}
	return s.draw(c, figures.CardPage(p))
}

func (s *Site) card(c *fiber.Ctx, v visit, period string) (figures.Card, error) {
	id := c.Params("person")
	if id == "mine" {
		id = v.actor.ID
	}
	card, err := s.Indicators.See(c.UserContext(), v.actor, id, period)
	if err != nil {
		return figures.Card{}, err
	}
	teams, err := s.Teams.Names(c.UserContext())
	if err != nil {
		return figures.Card{}, err
	}
	names, err := s.People.Names(c.UserContext(), byWhom(card))
	if err != nil {
		return figures.Card{}, err
	}
	own := id == v.actor.ID
	title := card.Person.Name
	if own {
		title = v.voice.T("figure.mine")
	}
	p := figures.Card{Frame: s.frame(c, v, title), ID: id, Name: card.Person.Name, Team: teams[card.Person.Team], Own: own, Period: period,
		PeriodText: periodText(v, period), Periods: s.periods(v, period, card.Periods...), MayEnter: card.MayEnter && card.Frozen == "",
		Request: s.Clock.ID(), Errors: map[string]string{}}
	p.MaySimulate = p.MayEnter && len(period) == len("2006-01")
	if len(card.Periods) > 0 {
		p.Latest = card.Periods[0]
	}
	if v.actor.May(access.SeeFigures, access.Below) {
		p.Board = "/figures?period=" + url.QueryEscape(period)
	}
	if card.Frozen != "" {
		p.Frozen = v.voice.T("figure.frozen_here", "period", p.PeriodText, "cycle", card.Frozen)
	}
	asked := s.Measured()
	for _, i := range s.Indicators.All() {
		if len(card.Versions[i.ID]) > 0 || slices.ContainsFunc(asked, func(one indicator.Indicator) bool { return one.ID == i.ID }) {
			p.Lines = append(p.Lines, s.cardLine(v, card, i, names))
		}
	}
	return p, nil
}

// byWhom gives the people who entered and withdrew.
func byWhom(card indicator.Card) (ids []string) {
	for _, all := range card.Versions {
		for _, f := range all {
			ids = append(ids, f.By, f.WithdrawnBy)
		}
	}
	return ids
}

func (s *Site) cardLine(v visit, card indicator.Card, i indicator.Indicator, names map[string]string) figures.Line {
	l := figures.Line{ID: i.ID, Name: i.Name.In(v.lang), Means: i.Means.In(v.lang), Hint: v.voice.T("figure.hint_" + string(i.Unit)),
		Chip: parts.Chip{ID: i.Clause, URL: "/policy/" + i.Clause}}
	if clause := s.Catalog.Current().Clause(i.Clause); clause != nil {
		l.Chip.Title = clause.Title.In(v.lang)
	}
	if f, ok := card.Latest(i.ID); ok {
		l.Now, l.Seq = valueOf(v, i, f), strconv.FormatInt(f.Seq, 10)
		l.Who = v.voice.T("figure.by", "who", names[f.By], "date", v.voice.Date(f.At, s.Zone))
	}
	for n, f := range card.Versions[i.ID] {
		one := figures.Version{Seq: strconv.FormatInt(f.Seq, 10), Text: indicator.Format(i.Unit, f.Value, v.lang), Source: string(f.Source), Who: names[f.By],
			When: v.voice.DateTime(f.At, s.Zone), Note: f.Note, File: f.File, Counts: n == 0 && f.Counts()}
		if f.WithdrawnAt > 0 {
			one.Withdrawn = v.voice.T("figure.withdrawn_by", "who", names[f.WithdrawnBy], "time", v.voice.DateTime(f.WithdrawnAt, s.Zone), "reason", f.WithdrawnWhy)
		}
		l.Versions = append(l.Versions, one)
	}
	return l
}

// cardAgain shows the page with what is wrong; fill puts what was entered back.
func (s *Site) cardAgain(c *fiber.Ctx, v visit, period string, cause error, fill func(*figures.Card)) error {
	p, err := s.card(c, v, period)
	if err != nil {
		return err
	}
	p.Errors = s.errors(v, cause)
	p.Periods.Error = p.Errors["period"]
	fill(&p)
	setStatus(c, cause)
	return s.draw(c, figures.CardPage(p))
}

// figureEnter enters what was typed; what cannot be read is said beside its field, all of it at once.
func (s *Site) figureEnter(c *fiber.Ctx, v visit) error {
	period := s.period(c.FormValue("period"))
	values, wrong := s.typedFigures(c, v)
	var first error
	if len(wrong) > 0 {
		first = fault.New(fault.Invalid, "figure.wrong_values", "n", len(wrong))
	}
	var written []indicator.Figure
	if first == nil {
		written, first = s.Indicators.Put(c.UserContext(), v.actor, indicator.Entry{Person: c.Params("person"), Period: period, Values: values,
			Note: c.FormValue("note"), Request: c.FormValue("request")})
	} else if err := s.People.Check(c.UserContext(), v.actor, access.EnterFigures, c.Params("person")); err != nil {
		return err
	}
	if again(first) {
		return s.cardAgain(c, v, period, first, func(p *figures.Card) {
			p.Note, p.Request = c.FormValue("note"), c.FormValue("request")
			for i := range p.Lines {
				l := &p.Lines[i]
				l.Typed, l.Error = c.FormValue(fieldOf(l.ID)), wrong[l.ID]
				if at := p.Errors[l.ID]; at != "" {
					l.Error = at
				}
			}
		})
	}
	if first != nil {
		return first
	}
	s.flash(c, "good", "figure.entered", "n", strconv.Itoa(len(written)))
	return redirect(c, cardOf(c, period))
}

// typedFigures reads the fields that something was typed in, and says what is wrong with the others.
func (s *Site) typedFigures(c *fiber.Ctx, v visit) (values map[string]int64, wrong map[string]string) {
	values, wrong = map[string]int64{}, map[string]string{}
	for _, i := range s.Indicators.All() {
		text := c.FormValue(fieldOf(i.ID))
		if text == "" {
			continue
		}
		if value, err := i.Parse(text); err != nil {
			wrong[i.ID] = s.sentence(v, err)
		} else {
			values[i.ID] = value
		}
	}
	return values, wrong
}

func cardOf(c *fiber.Ctx, period string) string {
	return "/figures/" + c.Params("person") + "?period=" + url.QueryEscape(period)
}

// figureWithdraw withdraws a figure.
func (s *Site) figureWithdraw(c *fiber.Ctx, v visit) error {
	at := indicator.Place{Person: c.Params("person"), Period: s.period(c.FormValue("period")), Indicator: c.FormValue("indicator")}
	err := s.Indicators.Withdraw(c.UserContext(), v.actor, at, int64(whole(c.FormValue("seq"))), c.FormValue("reason"))
	if again(err) {
		return s.cardAgain(c, v, at.Period, err, func(p *figures.Card) {
			for i := range p.Lines {
				if l := &p.Lines[i]; l.ID == at.Indicator {
					l.Reason, l.ReasonError = c.FormValue("reason"), p.Errors["reason"]
				}
			}
		})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "figure.withdrawn")
	return redirect(c, cardOf(c, at.Period))
}

// figureSimulate takes over what somebody achieved in the simulation.
func (s *Site) figureSimulate(c *fiber.Ctx, v visit) error {
	period := s.period(c.FormValue("period"))
	written, err := s.Indicators.Simulate(c.UserContext(), v.actor, c.Params("person"), period)
	if again(err) {
		return s.cardAgain(c, v, period, err, func(*figures.Card) {})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "figure.simulated_done", "n", strconv.Itoa(len(written)))
	return redirect(c, cardOf(c, period))
}
