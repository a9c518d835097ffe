package site

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/appraisal"
	"tongguan/courses/composite"
	"tongguan/courses/indicator"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	pages "tongguan/web/pages/appraisal"
	"tongguan/web/parts"
)

// phases are the fields of the deadlines, as the room names them.
var phases = []string{"targets", "figures", "reviews", "calibration", "response"}

// cyclePlan is what the form that opens a cycle says, as it was typed.
type cyclePlan struct {
	scheme                 *composite.Scheme
	period, people         string
	teams, roles           []string
	days, weights          map[string]string
	missing, least, lenien string
	rules                  []pages.Rule
	request                string
	affected               *appraisal.Affected
	cause                  error
}

// schemeFor gives the schemes, and the one that is asked for or else the first.
func (s *Site) schemeFor(v visit, id string) (all []*composite.Scheme, one *composite.Scheme, err error) {
	if all, err = s.Appraisals.Schemes(v.actor); err != nil {
		return nil, nil, err
	}
	if len(all) == 0 {
		return nil, nil, fault.New(fault.Missing, "appraisal_page.no_schemes")
	}
	at := slices.IndexFunc(all, func(x *composite.Scheme) bool { return x.ID == id })
	return all, all[max(at, 0)], nil
}

// cycleNew shows the form that opens a cycle, filled with what its scheme says and with days that fit the period.
func (s *Site) cycleNew(c *fiber.Ctx, v visit) error {
	_, scheme, err := s.schemeFor(v, c.Query("scheme"))
	if err != nil {
		return err
	}
	d := cyclePlan{scheme: scheme, period: c.Query("period"), request: s.Clock.ID(), missing: string(scheme.Missing), least: trimmed(scheme.Least), lenien: "1",
		weights: map[string]string{}, rules: s.ruleRows(v, scheme)}
	first, last, ok := s.span(scheme.Cycle, d.period)
	if !ok {
		d.period = time.UnixMilli(s.Clock.Now()).In(s.Zone).Format(map[bool]string{true: "2006", false: "2006-01"}[scheme.Cycle == "year"])
		first, last, _ = s.span(scheme.Cycle, d.period)
	}
	d.days = s.usualDays(first, last)
	for _, i := range scheme.Items {
		d.weights[i.ID] = trimmed(i.Weight)
	}
	return s.drawPlan(c, v, d)
}

// span is the first and the last day of a period.
func (s *Site) span(kind, period string) (first, last time.Time, ok bool) {
	form, months := "2006-01", 1
	if kind == "year" {
		form, months = "2006", 12
	}
	first, err := time.Parse(form, period)
	return first, first.AddDate(0, months, -1), err == nil
}

// usualDays are deadlines that leave time for each phase: targets in the first days of the period, the rest in the weeks
// after it. For a period that lies behind they begin today.
func (s *Site) usualDays(first, last time.Time) map[string]string {
	out, today := map[string]string{}, s.Clock.Date(s.Zone)
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return out
	}
	late := 0
	if last.AddDate(0, 0, 5).Before(now) {
		late = int(now.Sub(last.AddDate(0, 0, 2)).Hours() / 24)
	}
	targets := first.AddDate(0, 0, 6)
	if targets.Before(now.AddDate(0, 0, 3)) {
		targets = now.AddDate(0, 0, 3)
	}
	out["targets"] = targets.Format(time.DateOnly)
	before := targets
	for i, name := range phases[1:] {
		day := last.AddDate(0, 0, []int{5, 10, 15, 22}[i]+late)
		if least := before.AddDate(0, 0, appraisal.LeastResponse); day.Before(least) {
			day = least
		}
		out[name], before = day.Format(time.DateOnly), day
	}
	return out
}

// ruleRows gives the scheme's rules on certificates, and an empty row for each other programme that certifies.
func (s *Site) ruleRows(v visit, scheme *composite.Scheme) (out []pages.Rule) {
	named := map[string]bool{}
	add := func(r composite.Rule) {
		row := pages.Rule{N: strconv.Itoa(len(out)), Programme: r.Programme, Title: s.programmeTitle(v, r.Programme), Flag: r.Flag, Warn: r.Warn}
		if r.Bonus > 0 {
			row.Bonus = trimmed(r.Bonus)
		}
		if r.HasCap {
			row.Cap = trimmed(r.Cap)
		}
		var roles []string
		for _, role := range r.Roles {
			roles = append(roles, v.voice.T("role."+role))
		}
		row.For = strings.Join(roles, v.voice.T("appraisal_page.comma"))
		out, named[r.Programme] = append(out, row), true
	}
	for _, r := range scheme.Rules {
		add(r)
	}
	for _, p := range s.Programmes.Current().All() {
		if p.Certificate != nil && !named[p.ID] {
			add(composite.Rule{Programme: p.ID})
		}
	}
	return out
}

// readPlan reads the form. What cannot be read is the first cause why it comes back.
func (s *Site) readPlan(c *fiber.Ctx, v visit) (cyclePlan, appraisal.Plan, error) {
	_, scheme, err := s.schemeFor(v, c.FormValue("scheme"))
	if err != nil {
		return cyclePlan{}, appraisal.Plan{}, err
	}
	d := cyclePlan{scheme: scheme, period: strings.TrimSpace(c.FormValue("period")), people: c.FormValue("people"), teams: formValues(c, "team"), roles: formValues(c, "role"),
		days: map[string]string{}, weights: map[string]string{}, missing: c.FormValue("missing"), least: c.FormValue("least"), lenien: c.FormValue("leniency"),
		request: c.FormValue("request")}
	p := appraisal.Plan{Scheme: c.FormValue("scheme"), Period: d.period, Teams: d.teams, Roles: d.roles, Missing: composite.Missing(d.missing), Weights: map[string]int64{},
		Leniency: d.lenien != "", HasRules: true}
	for _, name := range phases {
		d.days[name] = strings.TrimSpace(c.FormValue(name))
	}
	p.Deadlines = appraisal.Deadlines{Targets: d.days["targets"], Figures: d.days["figures"], Reviews: d.days["reviews"], Calibration: d.days["calibration"], Response: d.days["response"]}
	p.Least = d.number(d.least, "least")
	for _, i := range scheme.Items {
		d.weights[i.ID] = c.FormValue("weight-" + i.ID)
		p.Weights[i.ID] = d.number(d.weights[i.ID], "weight-"+i.ID)
	}
	p.Rules = s.readRules(c, v, &d)
	if p.Persons, err = s.guestsNamed(c, v, d.people); err != nil && d.cause == nil {
		d.cause = err
	}
	return d, p, nil
}

// number reads points or per cent with at most two decimals.
func (d *cyclePlan) number(text, field string) int64 {
	n, err := indicator.Parse(indicator.Basis, text)
	if err == nil && n < 0 {
		err = fault.New(fault.Invalid, "appraisal_page.below_zero")
	}
	if err != nil && d.cause == nil {
		d.cause = at(err, field)
	}
	return n
}

// readRules reads the rows of the rules; a row that does nothing is no rule.
func (s *Site) readRules(c *fiber.Ctx, v visit, d *cyclePlan) (out []composite.Rule) {
	d.rules = s.ruleRows(v, d.scheme)
	for i := range d.rules {
		row := &d.rules[i]
		r := composite.Rule{Programme: row.Programme, Flag: c.FormValue("flag."+row.N) != "", Warn: c.FormValue("warn."+row.N) != ""}
		row.Bonus, row.Cap, row.Flag, row.Warn = strings.TrimSpace(c.FormValue("bonus."+row.N)), strings.TrimSpace(c.FormValue("cap."+row.N)), r.Flag, r.Warn
		if i < len(d.scheme.Rules) {
			r.Roles = d.scheme.Rules[i].Roles
		}
		if row.Bonus != "" {
			r.Bonus = d.number(row.Bonus, "certificates")
		}
		if r.HasCap = row.Cap != ""; r.HasCap {
			r.Cap = d.number(row.Cap, "certificates")
		}
		if r.Bonus > 0 || r.HasCap || r.Flag || r.Warn {
			out = append(out, r)
		}
	}
	return out
}

// cyclePreview shows whom a plan is about before it is opened.
func (s *Site) cyclePreview(c *fiber.Ctx, v visit) error {
	d, p, err := s.readPlan(c, v)
	if err != nil {
		return err
	}
	if d.cause == nil {
		var who appraisal.Affected
		if who, d.cause = s.Appraisals.Affects(c.UserContext(), v.actor, p); d.cause == nil {
			d.affected = &who
		}
	}
	if d.cause != nil && !again(d.cause) {
		return d.cause
	}
	return s.drawPlan(c, v, d)
}

// cycleOpen opens a cycle; what cannot be is shown on the form with everything kept.
func (s *Site) cycleOpen(c *fiber.Ctx, v visit) error {
	d, p, err := s.readPlan(c, v)
	if err != nil {
		return err
	}
	id := ""
	if d.cause == nil {
		id, d.cause = s.Appraisals.Open(c.UserContext(), v.actor, p, d.request)
	}
	if again(d.cause) {
		return s.drawPlan(c, v, d)
	}
	if d.cause != nil {
		return d.cause
	}
	s.flash(c, "good", "appraisal_page.opened")
	return redirect(c, "/appraisals/cycles/"+id)
}

func (s *Site) drawPlan(c *fiber.Ctx, v visit, d cyclePlan) error {
	all, _, err := s.schemeFor(v, d.scheme.ID)
	if err != nil {
		return err
	}
	p := pages.Plan{Frame: s.frame(c, v, v.voice.T("appraisal_page.open_cycle")), Request: d.request, Scheme: d.scheme.ID, SchemeTitle: d.scheme.Title.In(v.lang),
		Kind: d.scheme.Cycle, Period: d.period, People: d.people, Least: d.least, Leniency: d.lenien != "", Rules: d.rules, Errors: s.errors(v, d.cause)}
	for _, one := range all {
		p.Schemes = append(p.Schemes, parts.Choice{Value: one.ID, Text: one.Title.In(v.lang), Chosen: one == d.scheme})
	}
	for _, m := range composite.Policies() {
		p.Missing = append(p.Missing, parts.Choice{Value: string(m), Text: v.voice.T("appraisal_page.policy_means." + string(m)), Chosen: string(m) == d.missing})
	}
	for _, r := range access.Roles() {
		p.Roles = append(p.Roles, parts.Choice{Value: string(r), Text: v.voice.T("role." + string(r)), Chosen: slices.Contains(d.roles, string(r))})
	}
	if p.Teams, err = s.teamBoxes(c, v, d.teams); err != nil {
		return err
	}
	p.Days = s.dayFields(v, d.days, p.Errors)
	s.weightFields(v, d, &p)
	s.previewed(v, d, &p)
	if d.cause != nil {
		setStatus(c, d.cause)
	}
	return s.draw(c, pages.PlanPage(p))
}

// teamBoxes lists the tree of teams.
func (s *Site) teamBoxes(c *fiber.Ctx, v visit, chosen []string) (out []parts.Choice, err error) {
	tree, err := s.Teams.Tree(c.UserContext(), v.actor)
	for _, t := range tree {
		out = append(out, parts.Choice{Value: t.ID, Text: strings.Repeat("　", t.Depth-tree[0].Depth) + t.Name, Chosen: slices.Contains(chosen, t.ID)})
	}
	return out, err
}

func (s *Site) dayFields(v visit, days, errors map[string]string) (out []parts.Field) {
	for _, name := range phases {
		out = append(out, parts.Field{ID: "day-" + name, Name: name, Type: "date", Label: v.voice.T("appraisal_page.phase." + name), Value: days[name],
			Hint: v.voice.T("appraisal_page.phase_hint." + name), Error: errors[name]})
	}
	return out
}

// weightFields is a field for each item's weight, and what they come to.
func (s *Site) weightFields(v visit, d cyclePlan, p *pages.Plan) {
	x, sum := sums{Site: s, visit: v}, int64(0)
	for _, i := range d.scheme.Items {
		w := pages.Weight{ID: i.ID, Name: x.itemName(i), Value: d.weights[i.ID], Error: p.Errors["weight-"+i.ID]}
		if i.Kind == composite.OfReviews {
			p.HasReviews = true
		}
		n, err := indicator.Parse(indicator.Basis, w.Value)
		if err == nil {
			sum += n
		}
		p.Weights = append(p.Weights, w)
	}
	p.Sum, p.SumGood = trimmed(sum), sum == composite.Whole
}

// previewed puts whom the plan is about on the page.
func (s *Site) previewed(v visit, d cyclePlan, p *pages.Plan) {
	if d.affected == nil {
		return
	}
	p.Preview = true
	p.AffectedText = v.voice.T("appraisal_page.affected", "n", len(d.affected.People), "scheme", p.SchemeTitle, "period", periodText(v, d.period))
	for _, one := range d.affected.People {
		p.Affected = append(p.Affected, pages.Person{Name: one.Name, Login: one.Login})
	}
	if n := len(d.affected.Taken); n > 0 {
		p.TakenText = v.voice.T("appraisal_page.taken", "n", n)
	}
	for _, one := range d.affected.Taken {
		p.Taken = append(p.Taken, pages.Person{Name: one.Name, Login: one.Login})
	}
}
