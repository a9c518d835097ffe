package site

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/external"
	room "tongguan/courses/inspection"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/edge/sheet"
	"tongguan/web/pages/inspection"
	"tongguan/web/parts"
)

// findingsShown is how many findings a page shows.
const findingsShown = 50

func (s *Site) findingLine(v visit, f room.Finding, names map[string]string) inspection.Line {
	return inspection.Line{Title: f.Title, URL: "/inspections/findings/" + f.ID, Who: names[f.Owner], State: string(f.State), Severity: string(f.Severity),
		Due: s.dueText(v, f.DueOn), Clause: f.Clause, Overdue: f.Overdue(s.Clock.Date(s.Zone))}
}

// findingFilter reads which findings are asked for.
func findingFilter(c *fiber.Ctx) room.Filter {
	page := max(1, whole(c.Query("page", "1")))
	show := c.Query("show")
	return room.Filter{Pending: show == "pending", Late: show == "late", From: (min(page, 1_000_000) - 1) * findingsShown, Limit: findingsShown}
}

// findingsDesk lists what inspectors see of all, and HR of training.
func (s *Site) findingsDesk(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.KeepPlans, access.Other); err != nil {
		return err
	}
	p := inspection.List{Frame: s.frame(c, v, v.voice.T("inspection.findings")), Raise: v.actor.May(access.Inspect, access.Other)}
	for _, kind := range []string{"csv", "xlsx"} {
		p.Exports = append(p.Exports, parts.Link{Text: v.voice.T("cert_team.export_" + kind), URL: "/inspections/findings." + kind + "?show=" + c.Query("show")})
	}
	return s.drawFindings(c, v, p, "/inspections/findings")
}

// findingsOwn lists the reader's own, and of those below them.
func (s *Site) findingsOwn(c *fiber.Ctx, v visit) error {
	return s.drawFindings(c, v, inspection.List{Frame: s.frame(c, v, v.voice.T("inspection.mine")), Own: true}, "/findings")
}

func (s *Site) drawFindings(c *fiber.Ctx, v visit, p inspection.List, at string) error {
	f := findingFilter(c)
	f.Own = p.Own && v.actor.May(access.KeepPlans, access.Other) // who sees everybody's has a desk for that
	all, n, err := s.Inspections.Findings(c.UserContext(), v.actor, f)
	if err != nil {
		return err
	}
	var ids []string
	for _, one := range all {
		ids = append(ids, one.Owner)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return err
	}
	for _, one := range all {
		p.Lines = append(p.Lines, s.findingLine(v, one, names))
	}
	p.All, p.Page = n, f.From/findingsShown+1
	show := c.Query("show")
	for _, k := range []string{"", "pending", "late"} {
		p.Filters = append(p.Filters, parts.Tab{Text: v.voice.T("inspection.show." + orAll(k)), URL: at + "?show=" + k, Current: show == k})
	}
	for i := range (n + findingsShown - 1) / findingsShown {
		p.Pages = append(p.Pages, parts.Link{Text: strconv.Itoa(i + 1), URL: at + "?show=" + orAll(show) + "&page=" + strconv.Itoa(i+1)})
	}
	return s.draw(c, inspection.ListPage(p))
}

func orAll(show string) string {
	if show != "pending" && show != "late" {
		return "all"
	}
	return show
}

// findingsTable gives the findings as rows.
func (s *Site) findingsTable(ctx context.Context, c *fiber.Ctx, v visit) (sheet.Table, error) {
	if err := v.actor.Check(access.KeepPlans, access.Other); err != nil {
		return sheet.Table{}, err
	}
	f := findingFilter(c)
	f.From, f.Limit = 0, 0
	all, _, err := s.Inspections.Findings(ctx, v.actor, f)
	if err != nil {
		return sheet.Table{}, err
	}
	var ids []string
	for _, one := range all {
		ids = append(ids, one.Owner, one.By)
	}
	names, err := s.People.Names(ctx, ids)
	t := sheet.Table{Name: v.voice.T("inspection.findings")}
	for _, key := range []string{"inspection.what", "inspection.clause", "inspection.severity_is", "inspection.owner", "inspection.due", "inspection.state_is", "inspection.overdue",
		"inspection.demand", "inspection.raised_by", "inspection.raised_on"} {
		t.Header = append(t.Header, v.voice.T(key))
	}
	t.Rows = func(yield func([]sheet.Cell, error) bool) {
		for _, one := range all {
			if !yield(s.findingCells(v, one, names), nil) {
				return
			}
		}
	}
	return t, err
}

func (s *Site) findingCells(v visit, f room.Finding, names map[string]string) []sheet.Cell {
	late := ""
	if f.Overdue(s.Clock.Date(s.Zone)) {
		late = v.voice.T("inspection.overdue")
	}
	return []sheet.Cell{sheet.Text(f.Title), sheet.Text(f.Clause), sheet.Text(v.voice.T("inspection.severity." + string(f.Severity))), sheet.Text(names[f.Owner]), sheet.Date(f.DueOn),
		sheet.Text(v.voice.T("inspection.finding." + string(f.State))), sheet.Text(late), sheet.Text(f.Demand), sheet.Text(names[f.By]),
		sheet.Date(time.UnixMilli(f.At).In(s.Zone).Format(time.DateOnly))}
}

// findingNew shows the form that raises a finding, filled in from the no that it comes from.
func (s *Site) findingNew(c *fiber.Ctx, v visit) error {
	p := inspection.Form{Request: s.Clock.ID(), Round: c.Query("round"), Number: c.Query("number"), Item: c.Query("item"), Severity: string(room.Major)}
	if p.Round != "" {
		r, all, err := s.Inspections.Round(c.UserContext(), v.actor, p.Round)
		if err != nil {
			return err
		}
		plan, err := r.As()
		if err != nil {
			return err
		}
		s.fromNo(c, v, plan, all, &p)
	}
	return s.drawFindingForm(c, v, p)
}

// fromNo fills in what a no of a checklist says.
func (s *Site) fromNo(c *fiber.Ctx, v visit, plan *room.Plan, all []room.Sampled, p *inspection.Form) {
	item := plan.Item(p.Item)
	if item == nil {
		return
	}
	p.Clause, p.Severity = item.Clause, string(item.Severity)
	p.Due = time.UnixMilli(s.Clock.Now()).In(s.Zone).AddDate(0, 0, item.Days).Format(time.DateOnly)
	for _, one := range all {
		if strconv.Itoa(one.Number) == p.Number {
			what := strings.TrimSpace(one.Subject + " " + one.Title)
			if one.Person != "" {
				what = s.evidenceTitle(v, one.Title)
			}
			p.From = strings.TrimSpace(what + " " + item.Ask.In(v.lang) + " " + v.voice.T("inspection.answer.no"))
			p.Title, p.Demand, p.Login = cutTo(strings.TrimSpace(what+" "+item.Ask.In(v.lang)), 120), one.Answers[p.Item].Note, s.loginOf(c.UserContext(), v, one.Person)
		}
	}
}

func (s *Site) drawFindingForm(c *fiber.Ctx, v visit, p inspection.Form) error {
	if err := v.actor.Check(access.Inspect, access.Other); err != nil {
		return err
	}
	p.Frame, p.Back = s.frame(c, v, v.voice.T("inspection.raise")), "/inspections/findings"
	if p.Round != "" {
		p.Back = "/inspections/rounds/" + p.Round
	}
	for _, x := range room.Severities() {
		p.Severities = append(p.Severities, parts.Choice{Value: string(x), Text: v.voice.T("inspection.severity." + string(x)), Chosen: string(x) == p.Severity})
	}
	return s.draw(c, inspection.FormPage(p))
}

// findingRaise raises a finding; what cannot be is shown on the form with everything kept.
func (s *Site) findingRaise(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.Inspect, access.Other); err != nil {
		return err
	}
	p := inspection.Form{Request: c.FormValue("request"), Round: c.FormValue("round"), Number: c.FormValue("number"), Item: c.FormValue("item"), Title: c.FormValue("title"),
		Clause: c.FormValue("clause"), Severity: c.FormValue("severity"), Login: c.FormValue("owner"), Due: c.FormValue("due"), Demand: c.FormValue("demand")}
	f := room.Finding{Round: p.Round, Number: max(0, whole(p.Number)), Item: p.Item, Title: p.Title, Clause: p.Clause, Severity: room.Severity(p.Severity), DueOn: p.Due, Demand: p.Demand}
	var err error
	id := ""
	if f.Owner, err = s.personBy(c.UserContext(), v, p.Login, "owner"); err == nil {
		id, err = s.Inspections.RaiseFinding(c.UserContext(), v.actor, f, p.Request)
	}
	if again(err) {
		p.Errors = s.errors(v, err)
		setStatus(c, err)
		return s.drawFindingForm(c, v, p)
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "inspection.raised")
	if p.Round != "" {
		return redirect(c, "/inspections/rounds/"+p.Round+"#s"+strconv.Itoa(f.Number))
	}
	return redirect(c, "/inspections/findings/"+id)
}

// finding shows one finding.
func (s *Site) finding(c *fiber.Ctx, v visit) error {
	p, err := s.findingPage(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, inspection.OnePage(p))
}

func (s *Site) findingPage(c *fiber.Ctx, v visit) (inspection.One, error) {
	ctx := c.UserContext()
	f, err := s.Inspections.Finding(ctx, v.actor, c.Params("id"))
	if err != nil {
		return inspection.One{}, err
	}
	ids := []string{f.Owner, f.By}
	for _, step := range f.History {
		ids = append(ids, step.By)
	}
	names, err := s.People.Names(ctx, ids)
	if err != nil {
		return inspection.One{}, err
	}
	p := inspection.One{Frame: s.frame(c, v, f.Title), ID: f.ID, Title: f.Title, Who: names[f.Owner], State: string(f.State), Severity: string(f.Severity), Due: s.dueText(v, f.DueOn),
		RaisedBy: names[f.By], Demand: paragraphs(f.Demand), Overdue: f.Overdue(s.Clock.Date(s.Zone)), Own: f.Owner == v.actor.ID, Version: f.Version, Day: f.DueOn,
		MayRectify: slices.Contains(f.May, room.Rectify), MayJudge: slices.Contains(f.May, room.Verify), MayMove: slices.Contains(f.May, room.Move)}
	p.MayFile = p.MayRectify && f.Files < room.MaxFiles
	if f.Clause != "" {
		p.Clause = append(p.Clause, s.chip(v, f.Clause))
	}
	for _, step := range f.History {
		p.History = append(p.History, inspection.Step{Act: string(step.Act), By: names[step.By], When: v.voice.DateTime(step.At, s.Zone), Link: step.Link, Text: paragraphs(step.Text)})
	}
	for _, file := range f.Proofs {
		p.Files = append(p.Files, inspection.File{URL: "/inspections/findings/" + f.ID + "/files/" + file.ID, Name: file.Name, Size: v.voice.Number(int64((file.Size+1023)>>10)) + " KB"})
	}
	s.findingRound(ctx, v, f.Finding, &p)
	return p, nil
}

// findingRound names the round of a finding, to those who see it, and the login of its owner to those who may move it.
func (s *Site) findingRound(ctx context.Context, v visit, f room.Finding, p *inspection.One) {
	if p.MayMove {
		p.Login = s.loginOf(ctx, v, f.Owner)
	}
	if f.Round == "" || !v.actor.May(access.KeepPlans, access.Other) {
		return
	}
	if r, _, err := s.Inspections.Round(ctx, v.actor, f.Round); err == nil {
		if plan, err := r.As(); err == nil {
			p.RoundURL, p.RoundTitle = "/inspections/rounds/"+r.ID, plan.Title.In(v.lang)+" "+r.Period
		}
	}
}

// findingDo does something to a finding, and shows it again where that cannot be.
func (s *Site) findingDo(c *fiber.Ctx, v visit, d room.Deed, done string) error {
	id := c.Params("id")
	d.Version = int64(whole(c.FormValue("version")))
	err := s.Inspections.Do(c.UserContext(), v.actor, id, d)
	if again(err) {
		if e := fault.Of(err); d.Do == room.Move && e.Field == "text" {
			err = e.At("why")
		}
		return s.findingAgain(c, v, err, func(p *inspection.One) {
			p.Text, p.Link, p.Version = c.FormValue("text"), c.FormValue("link"), d.Version
			if d.Do == room.Move {
				p.Login, p.Day, p.Why = c.FormValue("owner"), c.FormValue("due"), c.FormValue("why")
			}
		})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", done)
	return redirect(c, "/inspections/findings/"+id)
}

func (s *Site) findingAgain(c *fiber.Ctx, v visit, cause error, fill func(*inspection.One)) error {
	p, err := s.findingPage(c, v)
	if err != nil {
		return err
	}
	fill(&p)
	p.Errors = s.errors(v, cause)
	setStatus(c, cause)
	if !p.MayRectify && !p.MayJudge && p.Errors[""] != "" {
		p.Flash.Kind, p.Flash.Text = "bad", p.Errors[""]
	}
	return s.draw(c, inspection.OnePage(p))
}

func (s *Site) findingRectify(c *fiber.Ctx, v visit) error {
	return s.findingDo(c, v, room.Deed{Do: room.Rectify, Text: c.FormValue("text"), Link: c.FormValue("link")}, "inspection.rectified")
}

func (s *Site) findingJudge(c *fiber.Ctx, v visit) error {
	d, done := room.Deed{Do: room.Verify, Text: c.FormValue("text")}, "inspection.verified"
	if c.FormValue("decision") != "verify" {
		d.Do, done = room.SendBack, "inspection.returned"
	}
	return s.findingDo(c, v, d, done)
}

func (s *Site) findingMove(c *fiber.Ctx, v visit) error {
	if err := v.actor.Check(access.Inspect, access.Other); err != nil {
		return err
	}
	owner, err := s.personBy(c.UserContext(), v, c.FormValue("owner"), "owner")
	if err != nil && fault.KindOf(err) != fault.Invalid {
		return err
	}
	return s.findingDo(c, v, room.Deed{Do: room.Move, Text: c.FormValue("why"), Owner: owner, DueOn: c.FormValue("due")}, "inspection.moved")
}

// findingFileAdd takes a file of evidence.
func (s *Site) findingFileAdd(c *fiber.Ctx, v visit) error {
	up, err := upload(c, "file")
	if err != nil {
		return err
	}
	var u external.Upload
	if up != nil {
		u = *up
	}
	err = s.Inspections.AddFile(c.UserContext(), v.actor, c.Params("id"), u)
	if again(err) {
		return s.findingAgain(c, v, err, func(*inspection.One) {})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "inspection.file_added")
	return redirect(c, "/inspections/findings/"+c.Params("id")+"#files")
}

// findingFile sends a file of evidence.
func (s *Site) findingFile(c *fiber.Ctx, v visit) error {
	f, err := s.Inspections.File(c.UserContext(), v.actor, c.Params("id"), c.Params("file"))
	if err != nil {
		return err
	}
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	return attachment(c, f.Name, f.Kind, data)
}
