package site

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/appraisal"
	"tongguan/server/base/access"
	"tongguan/server/edge/sheet"
	pages "tongguan/web/pages/appraisal"
	"tongguan/web/parts"
)

// mostRecords of a cycle are on one page.
const mostRecords = 50

// cycleDraft is what a form on the page of a cycle said, and what was wrong with it.
type cycleDraft struct {
	adding string
	days   map[string]string
	cause  error
}

// cycleShow shows how far a cycle has come.
func (s *Site) cycleShow(c *fiber.Ctx, v visit) error { return s.drawCycle(c, v, cycleDraft{}) }

func (s *Site) drawCycle(c *fiber.Ctx, v visit, d cycleDraft) error {
	o, err := s.Appraisals.Cycle(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	title := o.Title.In(v.lang)
	p := pages.Cycle{Frame: s.frame(c, v, title+" · "+periodText(v, o.Period)), ID: o.ID, Title: title, Period: periodText(v, o.Period), Hash: o.Hash, Adapted: o.Adapted,
		Closed: o.ClosedAt > 0, Runs: v.actor.May(access.RunAppraisal, access.Other), Adding: d.adding, Errors: s.errors(v, d.cause), Request: s.Clock.ID(),
		People: v.voice.T("appraisal_page.people", "n", o.People), Warnings: s.cycleWarnings(v, o), ToShow: o.States[appraisal.Calibration]}
	for _, state := range []appraisal.State{appraisal.Acknowledged, appraisal.NoResponse, appraisal.Upheld, appraisal.Amended} {
		p.ToClose += o.States[state]
	}
	p.Lead = v.voice.T("appraisal_page.cycle_lead", "date", v.voice.Date(o.OpenedAt, s.Zone))
	if p.Closed {
		p.Lead = v.voice.T("appraisal_page.cycle_lead_closed", "date", v.voice.Date(o.ClosedAt, s.Zone))
	}
	if o.Late > 0 {
		p.LateText = v.voice.T("appraisal_page.late", "n", o.Late)
	}
	p.MayMove = p.Runs && !p.Closed
	p.MayAdd = p.MayMove && s.Clock.Date(s.Zone) <= o.Figures
	p.Shares, p.Bar = shares(v, o, "/appraisals/cycles/"+o.ID)
	s.cycleDays(v, o, d, &p)
	if err := s.cycleRows(c, v, o, &p); err != nil {
		return err
	}
	if d.cause != nil {
		p.Request = c.FormValue("request")
		setStatus(c, d.cause)
	}
	return s.draw(c, pages.CyclePage(p))
}

func (s *Site) cycleDays(v visit, o appraisal.Overview, d cycleDraft, p *pages.Cycle) {
	days := map[string]string{"targets": o.Targets, "figures": o.Figures, "reviews": o.Reviews, "calibration": o.Calibration, "response": o.Response}
	for _, name := range phases {
		p.DayList = append(p.DayList, pages.Fact{Label: v.voice.T("appraisal_page.phase." + name), Value: s.dueText(v, days[name])})
	}
	if d.days != nil {
		days = d.days
	}
	p.Days = s.dayFields(v, days, p.Errors)
}

// recordFilter reads the filter that stands in the address.
func recordFilter(c *fiber.Ctx, cycle string) appraisal.Filter {
	f := appraisal.Filter{Cycle: cycle, Team: c.Query("team"), State: appraisal.State(c.Query("state")), Band: c.Query("band"), Late: c.Query("late") != "",
		After: c.Query("after"), Size: mostRecords}
	if !slices.Contains(appraisal.States(), f.State) {
		f.State = ""
	}
	return f
}

// recordQuery is the filter as it stands in addresses.
func recordQuery(f appraisal.Filter, after string) string {
	q := url.Values{}
	for k, value := range map[string]string{"team": f.Team, "state": string(f.State), "band": f.Band, "after": after} {
		if value != "" {
			q.Set(k, value)
		}
	}
	if f.Late {
		q.Set("late", "1")
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (s *Site) cycleRows(c *fiber.Ctx, v visit, o appraisal.Overview, p *pages.Cycle) error {
	f := recordFilter(c, o.ID)
	page, err := s.Appraisals.Records(c.UserContext(), v.actor, f)
	if err != nil {
		return err
	}
	if p.Rows, err = s.linesOf(c, v, o.Cycle, page.Records); err != nil {
		return err
	}
	base := "/appraisals/cycles/" + o.ID
	if page.Next != "" {
		p.Next = base + recordQuery(f, page.Next) + "#records"
	}
	if f.After != "" {
		p.First = base + recordQuery(f, "") + "#records"
	}
	for _, kind := range []string{"csv", "xlsx"} {
		p.Exports = append(p.Exports, parts.Link{Text: v.voice.T("cert_team.export_" + kind), URL: base + "/records." + kind + recordQuery(f, "")})
	}
	p.OnlyLate = f.Late
	s.cycleFilters(v, o, f, p)
	p.Teams = parts.Select{ID: "team", Name: "team", Label: v.voice.T("cert_team.team"), Empty: v.voice.T("cert_team.all_teams")}
	p.Teams.Choices, err = s.teamBoxes(c, v, []string{f.Team})
	return err
}

// linesOf words records of one cycle.
func (s *Site) linesOf(c *fiber.Ctx, v visit, in appraisal.Cycle, all []appraisal.Record) (out []pages.Line, err error) {
	var who []string
	for _, r := range all {
		who = append(who, r.Person)
	}
	names, err := s.People.Names(c.UserContext(), who)
	for _, r := range all {
		out = append(out, s.appraisalLine(v, r, in, names[r.Person]))
	}
	return out, err
}

func (s *Site) cycleFilters(v visit, o appraisal.Overview, f appraisal.Filter, p *pages.Cycle) {
	p.States = parts.Select{ID: "state", Name: "state", Label: v.voice.T("appraisal_page.state_head"), Empty: v.voice.T("appraisal_page.all_states")}
	for _, state := range appraisal.States() {
		p.States.Choices = append(p.States.Choices, parts.Choice{Value: string(state), Text: v.voice.T("appraisal_page.state." + string(state)), Chosen: state == f.State})
	}
	if !v.actor.May(access.RunAppraisal, access.Other) {
		return // whom a filter by band finds has that band
	}
	p.Bands = parts.Select{ID: "band", Name: "band", Label: v.voice.T("appraisal_page.band"), Empty: v.voice.T("appraisal_page.all_bands")}
	for _, b := range o.Scheme.Bands {
		p.Bands.Choices = append(p.Bands.Choices, parts.Choice{Value: b.ID, Text: b.Name.In(v.lang), Chosen: b.ID == f.Band})
	}
}

// cycleAdd appraises more people in a cycle.
func (s *Site) cycleAdd(c *fiber.Ctx, v visit) error {
	d, n := cycleDraft{adding: c.FormValue("people")}, 0
	persons, err := s.guestsNamed(c, v, d.adding)
	if err == nil {
		n, err = s.Appraisals.Add(c.UserContext(), v.actor, c.Params("id"), persons, c.FormValue("request"))
	}
	return s.cycleDone(c, v, d, err, "appraisal_page.added", n)
}

// cycleMove moves the deadlines of a cycle.
func (s *Site) cycleMove(c *fiber.Ctx, v visit) error {
	d := cycleDraft{days: map[string]string{}}
	for _, name := range phases {
		d.days[name] = strings.TrimSpace(c.FormValue(name))
	}
	err := s.Appraisals.Reschedule(c.UserContext(), v.actor, c.Params("id"), appraisal.Deadlines{Targets: d.days["targets"], Figures: d.days["figures"],
		Reviews: d.days["reviews"], Calibration: d.days["calibration"], Response: d.days["response"]}, c.FormValue("request"))
	return s.cycleDone(c, v, d, err, "appraisal_page.moved", 0)
}

// cycleShowAll shows every result that waits for it.
func (s *Site) cycleShowAll(c *fiber.Ctx, v visit) error {
	n, err := s.Appraisals.ShowAll(c.UserContext(), v.actor, c.Params("id"), c.FormValue("request"))
	return s.cycleDone(c, v, cycleDraft{}, err, "appraisal_page.all_shown", n)
}

// cycleCloseAll closes every record that can be.
func (s *Site) cycleCloseAll(c *fiber.Ctx, v visit) error {
	n, err := s.Appraisals.CloseAll(c.UserContext(), v.actor, c.Params("id"), c.FormValue("request"))
	return s.cycleDone(c, v, cycleDraft{}, err, "appraisal_page.all_closed", n)
}

// cycleDone leads back to the cycle, or shows what was wrong with everything kept.
func (s *Site) cycleDone(c *fiber.Ctx, v visit, d cycleDraft, err error, done string, n int) error {
	if again(err) {
		d.cause = err
		return s.drawCycle(c, v, d)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", done, "n", strconv.Itoa(n))
	return redirect(c, "/appraisals/cycles/"+c.Params("id"))
}

// cycleTable is the records of a cycle as a table, as the page filters them.
func (s *Site) cycleTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	o, err := s.Appraisals.Cycle(ctx, v.actor, c.Params("id"))
	if err != nil {
		return sheet.Table{}, err
	}
	var header []string
	for _, key := range []string{"appraisal_page.person", "appraisal_page.period", "appraisal_page.state_head", "appraisal_page.result", "appraisal_page.band",
		"appraisal_page.respond_by", "appraisal_page.simulated_head", "appraisal_page.hash", "appraisal_page.record"} {
		header = append(header, v.voice.T(key))
	}
	f := recordFilter(c, o.ID)
	f.Size, f.After = exportBatch, ""
	title := o.Title.In(v.lang) + " " + periodText(v, o.Period)
	return sheet.Table{Name: title, Header: header, Rows: func(yield func([]sheet.Cell, error) bool) {
		for {
			page, err := s.Appraisals.Records(ctx, v.actor, f)
			if err != nil {
				yield(nil, err)
				return
			}
			if !s.cycleCells(c, v, o.Cycle, page.Records, yield) || page.Next == "" {
				return
			}
			f.After = page.Next
		}
	}}, nil
}

func (s *Site) cycleCells(c *fiber.Ctx, v visit, in appraisal.Cycle, all []appraisal.Record, yield func([]sheet.Cell, error) bool) bool {
	lines, err := s.linesOf(c, v, in, all)
	if err != nil {
		yield(nil, err)
		return false
	}
	for i, l := range lines {
		r, who, simulated := all[i], l.Who, ""
		if who == "" {
			who = v.actor.Name
		}
		if r.Simulated {
			simulated = v.voice.T("appraisal_page.simulated_tag")
		}
		cells := []sheet.Cell{sheet.Text(who), sheet.Text(r.Period), sheet.Text(l.State.Text), {}, sheet.Text(l.Band), {}, sheet.Text(simulated), sheet.Text(r.Hash), sheet.Text(r.ID)}
		if l.Score != "" {
			cells[3] = sheet.Decimal(l.Score)
		}
		if r.RespondBy != "" {
			cells[5] = sheet.Date(r.RespondBy)
		}
		if !yield(cells, nil) {
			return false
		}
	}
	return true
}
