package site

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	room "tongguan/courses/inspection"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/web/pages/inspection"
	"tongguan/web/parts"
)

// closedShown is how many rounds the first page shows.
const closedShown = 20

// inspections says what is due, what runs and what was found.
func (s *Site) inspections(c *fiber.Ctx, v visit) error {
	ctx := c.UserContext()
	plans, err := s.Inspections.Plans(ctx, v.actor)
	if err != nil {
		return err
	}
	now, missed, err := s.Inspections.DueNow(ctx, v.actor)
	if err != nil {
		return err
	}
	counts, err := s.Inspections.Counts(ctx, v.actor)
	if err != nil {
		return err
	}
	p := inspection.Home{Frame: s.frame(c, v, v.voice.T("inspection.title")), Inspects: v.actor.May(access.Inspect, access.Other),
		Pending: counts.Pending, Late: counts.Late, Waiting: counts.Waiting, Done: counts.Done}
	if p.Due, err = s.dueLines(c, v, plans, now); err != nil {
		return err
	}
	if p.Missed, err = s.dueLines(c, v, plans, missed); err != nil {
		return err
	}
	if p.Running, p.Closed, err = s.roundLines(ctx, v, ""); err != nil {
		return err
	}
	for _, h := range plans {
		p.Plans = append(p.Plans, inspection.PlanLine{Title: h.Title.In(v.lang), URL: "/inspections/plans/" + h.Plan.ID, Every: v.voice.T("inspection.often." + string(h.Setting.Every)),
			Size: sizeOf(v, h), Changed: h.Version > 0})
	}
	return s.draw(c, inspection.HomePage(p))
}

// sizeOf says how many are drawn.
func sizeOf(v visit, h room.Held) string {
	if h.Population.Kind == room.Records {
		return v.voice.T("inspection.by_records")
	}
	return v.voice.T("inspection.draws", "n", h.Setting.Size)
}

func (s *Site) dueLines(c *fiber.Ctx, v visit, plans []room.Held, all []room.Due) (out []inspection.Due, err error) {
	by := map[string]room.Held{}
	var ids []string
	for _, h := range plans {
		by[h.Plan.ID] = h
		ids = append(ids, h.Responsible)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	for _, d := range all {
		days, _ := s.daysUntil(d.EndsOn)
		h := by[d.Plan]
		out = append(out, inspection.Due{Title: h.Title.In(v.lang), URL: "/inspections/plans/" + d.Plan + "?period=" + d.Key, Period: d.Key, Until: s.dueText(v, d.EndsOn),
			Responsible: names[h.Responsible], Soon: days <= 7})
	}
	return out, err
}

// roundLines gives the rounds of a plan, or of all, those that run apart.
func (s *Site) roundLines(ctx context.Context, v visit, plan string) (running, closed []inspection.RoundLine, err error) {
	all, err := s.Inspections.Rounds(ctx, v.actor, 200)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.BegunBy)
	}
	names, err := s.People.Names(ctx, ids)
	for _, r := range all {
		if plan != "" && r.Plan != plan || len(closed) == closedShown {
			continue
		}
		line, err := s.roundLine(ctx, v, r, names[r.BegunBy])
		if err != nil {
			return nil, nil, err
		}
		if r.State == room.Running {
			running = append(running, line)
		} else {
			closed = append(closed, line)
		}
	}
	return running, closed, err
}

func (s *Site) roundLine(ctx context.Context, v visit, r room.Round, by string) (inspection.RoundLine, error) {
	p, err := r.As()
	if err != nil {
		return inspection.RoundLine{}, err
	}
	t, err := s.Inspections.Count(ctx, r)
	line := inspection.RoundLine{Title: p.Title.In(v.lang), URL: "/inspections/rounds/" + r.ID, Period: r.Period, By: by, When: v.voice.Date(cmp.Or(r.ClosedAt, r.BegunAt), s.Zone),
		Share: -1, Noes: t.No, Findings: t.Findings, Left: t.Left, Items: t.Left + t.Yes + t.No + t.None, Records: r.Figures != ""}
	if share := t.Share(); share >= 0 {
		line.Share = share / 100
	}
	if line.Records {
		line.Noes = r.PopulationSize
	}
	return line, err
}

// inspectionPlan shows one plan.
func (s *Site) inspectionPlan(c *fiber.Ctx, v visit) error {
	p, err := s.planOf(c, v)
	if err != nil {
		return err
	}
	return s.draw(c, inspection.PlanPage(p))
}

func (s *Site) planOf(c *fiber.Ctx, v visit) (inspection.Plan, error) {
	ctx := c.UserContext()
	h, past, err := s.Inspections.Plan(ctx, v.actor, c.Params("id"))
	if err != nil {
		return inspection.Plan{}, err
	}
	p := inspection.Plan{Frame: s.frame(c, v, h.Title.In(v.lang)), ID: h.Plan.ID, Title: h.Title.In(v.lang), Summary: h.Summary.In(v.lang), Kind: h.Population.Kind,
		Every: v.voice.T("inspection.often." + string(h.Setting.Every)), Changed: h.Version > 0, Records: h.Population.Kind == room.Records,
		Listed: h.Population.Kind == room.Listed, Hint: h.Population.Hint.In(v.lang), Inspects: v.actor.May(access.Inspect, access.Other)}
	if !p.Records {
		p.Size = v.voice.Number(int64(h.Setting.Size))
	}
	for _, id := range h.Clauses {
		p.Clauses = append(p.Clauses, s.chip(v, id))
	}
	for _, i := range h.Items {
		p.Items = append(p.Items, inspection.Item{Ask: i.Ask.In(v.lang), Clause: s.chip(v, i.Clause), Severity: string(i.Severity), Days: i.Days})
	}
	if p.Last, err = s.planRounds(ctx, v, h.Plan.ID); err != nil {
		return p, err
	}
	if err := s.planHeld(ctx, v, h, past, &p); err != nil {
		return p, err
	}
	if p.Records {
		return p, s.planFigures(ctx, v, &p)
	}
	return p, s.planBegin(c, v, &p)
}

func (s *Site) planRounds(ctx context.Context, v visit, plan string) ([]inspection.RoundLine, error) {
	running, closed, err := s.roundLines(ctx, v, plan)
	return append(running, closed...), err
}

// planHeld fills in who is responsible, the form that changes that, and its versions.
func (s *Site) planHeld(ctx context.Context, v visit, h room.Held, past []room.Setting, p *inspection.Plan) error {
	ids := []string{h.Responsible}
	for _, one := range past {
		ids = append(ids, one.By, one.Responsible)
	}
	names, err := s.People.Names(ctx, ids)
	if err != nil {
		return err
	}
	p.Responsible = cmp.Or(names[h.Responsible], v.voice.T("inspection.any_inspector"))
	p.Form = inspection.SettingForm{Size: strconv.Itoa(h.Setting.Size), Version: h.Version, Login: s.loginOf(ctx, v, h.Responsible)}
	for _, e := range room.Frequencies() {
		p.Form.Every = append(p.Form.Every, parts.Choice{Value: string(e), Text: v.voice.T("inspection.often." + string(e)), Chosen: e == h.Setting.Every})
	}
	for _, one := range past {
		p.History = append(p.History, inspection.Setting{Version: strconv.FormatInt(one.Version, 10), Every: v.voice.T("inspection.often." + string(one.Every)),
			Size: v.voice.T("inspection.draws", "n", one.Size), Responsible: names[one.Responsible], Reason: one.Reason, By: names[one.By], When: v.voice.Date(one.At, s.Zone)})
	}
	return nil
}

// loginOf gives somebody's login, as far as the reader sees it.
func (s *Site) loginOf(ctx context.Context, v visit, person string) string {
	if person == "" {
		return ""
	}
	one, err := s.People.Get(ctx, v.actor, person)
	if err != nil {
		return ""
	}
	return one.Login
}

// personBy gives the id of somebody named by login, "" for nobody.
func (s *Site) personBy(ctx context.Context, v visit, login, field string) (string, error) {
	login = people.FoldLogin(login)
	if login == "" {
		return "", nil
	}
	found, _, err := s.People.List(ctx, v.actor, people.Filter{Text: login})
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(found, func(p people.Person) bool { return p.Login == login })
	if at < 0 {
		return "", fault.New(fault.Invalid, "inspection.person_unknown").At(field)
	}
	return found[at].ID, nil
}

// planBegin offers the round that is due, to inspectors.
func (s *Site) planBegin(c *fiber.Ctx, v visit, p *inspection.Plan) error {
	if !p.Inspects {
		return nil
	}
	now, missed, err := s.Inspections.DueNow(c.UserContext(), v.actor)
	period := cmp.Or(c.FormValue("period"), c.Query("period"))
	for _, d := range append(now, missed...) {
		if d.Plan == p.ID && (period == "" || period == d.Key) && p.Begin == nil {
			p.Begin = &inspection.Begin{Period: d.Key, Until: s.dueText(v, d.EndsOn), Request: s.Clock.ID()}
		}
	}
	return err
}

// planFigures fills in what the records say.
func (s *Site) planFigures(ctx context.Context, v visit, p *inspection.Plan) error {
	all, err := s.Inspections.Compliance(ctx, v.actor)
	if err != nil {
		return err
	}
	var ids []string
	for _, l := range all.Lapsed {
		ids = append(ids, l.Person)
	}
	names, err := s.People.Names(ctx, ids)
	p.Figures, p.People, p.Lapsed, p.Counted = s.figures(v, all), all.People, len(all.Lapsed), v.voice.DateTime(all.At, s.Zone)
	p.More = max(0, all.All-len(all.Lapsed))
	for _, l := range all.Lapsed {
		p.Lapses = append(p.Lapses, inspection.Lapse{Who: names[l.Person], URL: "/team/" + l.Person + "/certificates/" + l.Programme, Programme: s.programmeTitle(v, l.Programme),
			Why: v.voice.T("inspection.lapse." + string(l.Why))})
	}
	return err
}

func (s *Site) figures(v visit, all room.Compliance) (out []inspection.Figure) {
	for _, f := range all.Programmes {
		out = append(out, inspection.Figure{Title: s.programmeTitle(v, f.ID), URL: "/team/certificates?programme=" + f.ID, In: f.In, Holds: f.Holds, Percent: f.Share() / 100})
	}
	return out
}

// inspectionSet changes how a plan is held.
func (s *Site) inspectionSet(c *fiber.Ctx, v visit) error {
	size, version := c.FormValue("size"), c.FormValue("version")
	set := room.Setting{Plan: c.Params("id"), Version: int64(whole(version)), Every: room.Every(c.FormValue("every")), Size: whole(size), Reason: c.FormValue("reason")}
	if err := v.actor.Check(access.KeepPlans, access.Other); err != nil {
		return err
	}
	var err error
	if set.Responsible, err = s.personBy(c.UserContext(), v, c.FormValue("responsible"), "responsible"); err == nil {
		err = s.Inspections.Set(c.UserContext(), v.actor, set)
	}
	if again(err) {
		return s.planAgain(c, v, err, func(p *inspection.Plan) {
			p.Form.Size, p.Form.Login, p.Form.Reason, p.Form.Version = size, c.FormValue("responsible"), set.Reason, set.Version
			for i := range p.Form.Every {
				p.Form.Every[i].Chosen = p.Form.Every[i].Value == string(set.Every)
			}
		})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "inspection.set_done")
	return redirect(c, "/inspections/plans/"+set.Plan)
}

// planAgain shows a plan with what was entered and what is wrong with it.
func (s *Site) planAgain(c *fiber.Ctx, v visit, cause error, fill func(*inspection.Plan)) error {
	p, err := s.planOf(c, v)
	if err != nil {
		return err
	}
	fill(&p)
	p.Errors = s.errors(v, cause)
	setStatus(c, cause)
	return s.draw(c, inspection.PlanPage(p))
}

// inspectionBegin begins a round.
func (s *Site) inspectionBegin(c *fiber.Ctx, v visit) error {
	start := room.Start{Plan: c.Params("id"), Period: c.FormValue("period"), Listed: c.FormValue("listed")}
	id, err := s.Inspections.Begin(c.UserContext(), v.actor, start, c.FormValue("request"))
	if again(err) {
		return s.planAgain(c, v, err, func(p *inspection.Plan) {
			if p.Begin != nil {
				p.Begin.Typed, p.Begin.Request = start.Listed, c.FormValue("request")
			}
		})
	}
	if err != nil {
		return err
	}
	s.flash(c, "good", "inspection.begun")
	return redirect(c, "/inspections/rounds/"+id)
}

// inspectionRecords raises everything that the records say has lapsed.
func (s *Site) inspectionRecords(c *fiber.Ctx, v visit) error {
	id, err := s.Inspections.FromRecords(c.UserContext(), v.actor, c.Params("id"), func(l room.Lapse) string {
		return cutTo(v.voice.T("inspection.lapse_title", "programme", s.programmeTitle(v, l.Programme), "what", v.voice.T("inspection.lapse."+string(l.Why))), 120)
	})
	if err != nil {
		return err
	}
	s.flash(c, "good", "inspection.raised_all")
	return redirect(c, "/inspections/rounds/"+id)
}
