package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/fault"
	"tongguan/server/edge/telling"
	"tongguan/server/edge/voice"
	"tongguan/web/pages/practice"
	"tongguan/web/parts"
)

// scripts lists the scenes of the six stages, and those beside them, easier ones first, with the person's best result in each.
func (s *Site) scripts(v visit, past []roleplay.Play) (out, beside []practice.Script) {
	best := map[string]roleplay.Play{}
	for _, p := range past {
		if b, ok := best[p.Script]; p.State == roleplay.Closed && (!ok || p.Score > b.Score) {
			best[p.Script] = p
		}
	}
	all := slices.Clone(s.Plays.Scripts())
	slices.SortStableFunc(all, func(a, b roleplay.Script) int {
		return cmp.Or(cmp.Compare(slices.Index(scenario.Levels, a.Level), slices.Index(scenario.Levels, b.Level)), cmp.Compare(a.Stage, b.Stage))
	})
	for _, k := range all {
		w := k.In(v.lang)
		card := practice.Script{ID: k.ID, Title: w.Title, About: w.About, Minutes: k.Minutes, Level: v.voice.T("scenario.level." + k.Level),
			Stage: sceneStage(v, k.Stage)}
		for _, c := range k.Clauses[:min(3, len(k.Clauses))] {
			card.Clauses = append(card.Clauses, s.chip(v, c))
		}
		if k.Exam != nil {
			card.Exam = v.voice.T("scenario.exam_note", "minutes", k.Exam.Minutes, "score", k.Pass.Score)
		}
		if b, ok := best[k.ID]; ok {
			card.Best, card.Passed = v.voice.T("scenario.best", "score", telling.PointsOf(b.Score)), b.Passed
		}
		if k.Stage == 0 {
			beside = append(beside, card)
		} else {
			out = append(out, card)
		}
	}
	return out, beside
}

// sceneStage names the stage of a scene; 0 is beside them.
func sceneStage(v visit, stage int) string {
	if stage == 0 {
		return v.voice.T("scenario.beside")
	}
	return v.voice.T("stage." + parts.Stages[stageOf(int64(stage))])
}

// lately is how many plays are the latest ones, whose skills are compared with those before.
const lately = 5

// skills adds up what the plays showed of every section of the policy, the latest of them beside those before, and
// proposes the scene for the weakest.
func (s *Site) skills(v visit, past []roleplay.Play) (out []practice.Skill, next string) {
	closed := slices.DeleteFunc(slices.Clone(past), func(p roleplay.Play) bool { return p.State != roleplay.Closed })
	all, recent, before := sections(closed), sections(closed[:min(lately, len(closed))]), sections(closed[min(lately, len(closed)):])
	groups := sortedKeys(all)
	for _, g := range groups {
		skill := practice.Skill{Title: s.sectionTitle(v, g), Value: v.voice.Percent(all[g] * 100), Percent: all[g]}
		if was, ok := before[g]; ok {
			if is, ok := recent[g]; ok {
				skill.Trend = v.voice.T("scenario.trend", "was", v.voice.Percent(was*100), "is", v.voice.Percent(is*100))
			}
		}
		out = append(out, skill)
	}
	slices.SortStableFunc(groups, func(a, b string) int { return cmp.Compare(all[a], all[b]) })
	for _, g := range groups {
		if all[g] >= 85 {
			break
		}
		for _, k := range s.Plays.Scripts() {
			if slices.ContainsFunc(k.Clauses, func(c string) bool { return section(c) == g }) && !slices.ContainsFunc(past, func(p roleplay.Play) bool { return p.Script == k.ID && p.Passed }) {
				return out, v.voice.T("scenario.next", "clause", s.sectionTitle(v, g), "title", k.In(v.lang).Title)
			}
		}
	}
	return out, ""
}

// sections gives what plays reached of what could be reached, in per cent, by section of the policy.
func sections(plays []roleplay.Play) map[string]int {
	sums := map[string][2]int64{}
	for _, p := range plays {
		for clause, of := range p.Profile {
			sum := sums[section(clause)]
			sums[section(clause)] = [2]int64{sum[0] + of[0], sum[1] + of[1]}
		}
	}
	out := map[string]int{}
	for g, sum := range sums {
		if sum[1] > 0 {
			out[g] = int(max(0, sum[0]) * 100 / sum[1])
		}
	}
	return out
}

// section is the part of the policy that a clause belongs to: 2.4.1 is of 2.4.
func section(clause string) string {
	if len(clause) > 3 {
		return clause[:3]
	}
	return clause
}

// sectionTitle names a part of the policy; where it has no heading of its own it has its chapter's, and the principles of
// chapter 1 are called that.
func (s *Site) sectionTitle(v visit, section string) string {
	title := s.chip(v, section).Title
	if title == "" {
		title = v.voice.T("scenario.principles")
		for _, chapter := range s.Catalog.Current().Chapters {
			if chapter.ID != "1" && strings.HasPrefix(section, chapter.ID+".") {
				title = chapter.Title.In(v.lang)
			}
		}
	}
	return section + " " + title
}

// playStart begins a scene.
func (s *Site) playStart(c *fiber.Ctx, v visit) error {
	id, err := s.Plays.Start(c.UserContext(), v.actor, c.FormValue("script"), c.FormValue("mode"))
	if err != nil {
		return err
	}
	return redirect(c, "/plays/"+id)
}

// play shows a scene at work.
func (s *Site) play(c *fiber.Ctx, v visit) error {
	scene, err := s.Plays.Scene(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	if scene.State == roleplay.Closed {
		return redirect(c, "/plays/"+scene.ID+"/debrief")
	}
	return s.draw(c, practice.ScenePage(s.scenePage(c, v, scene)))
}

// acting is a play as one visit sees it.
type acting struct {
	playing
	on *scenario.Play
}

func (s *Site) acting(v visit, scene roleplay.PlayScene) acting {
	return acting{playing{v, s, roleplay.Scene{}, scene.On.Run, scene.On.Run.Sight()}, scene.On}
}

func (x acting) text(n int) string { return x.on.Text(x.lang, n, x.teller().Format) }

func (s *Site) scenePage(c *fiber.Ctx, v visit, scene roleplay.PlayScene) practice.Scene {
	x := s.acting(v, scene)
	w := scene.On.Script.In(v.lang)
	base := "/plays/" + scene.ID
	p := practice.Scene{Frame: s.frame(c, v, w.Title), Title: w.Title, Task: w.Task, Mode: v.voice.T("scenario.mode." + scene.Mode), Turn: scene.Turns,
		Persona: practice.Persona(w.Persona), Form: base + "/moves", Close: base + "/close", Lines: x.lines()}
	if p.Facts = x.facts(0); scene.On.Script.Stage == 0 {
		p.Facts = p.Facts[:2] // trust and patience: nothing is being sold
	} else {
		p.Rail, p.Needs, p.Persons = x.rail(0), x.needs(0), x.persons(0)
	}
	now, end := x.run.State.Now, x.run.Territory.End()
	p.When, p.Left = v.voice.T("roleplay.now", "date", x.moment(now)), v.voice.T("scenario.left", "days", int(end-now)/450, "hours", int(end-now)%450/60)
	if scene.Deadline != 0 {
		p.Due, p.DueText = strconv.FormatInt(scene.Deadline, 10), v.voice.T("scenario.until", "time", v.voice.DateTime(scene.Deadline, s.Zone))
	}
	b, ok := scene.On.At()
	if !ok {
		return p
	}
	p.Beat = b.ID
	x.ways(b, scene.Mode == roleplay.Guided, &p)
	if scene.Mode == roleplay.Guided {
		p.Hint = x.text(b.Hint)
		for _, clause := range scene.On.Script.Clauses {
			p.Clauses = append(p.Clauses, s.chip(v, clause))
		}
	}
	return p
}

// ways are what can be done now.
func (x acting) ways(b *scenario.Beat, guided bool, p *practice.Scene) {
	choice := func(o *scenario.Option) practice.SceneChoice {
		out := practice.SceneChoice{ID: o.ID, Text: x.text(o.Text)}
		if guided {
			out.Hint = x.text(o.Hint)
		}
		return out
	}
	p.Free = b.Kind == scenario.Free
	for _, o := range x.on.Open() {
		switch {
		case !p.Free:
			p.Choices = append(p.Choices, choice(o))
		case slices.Contains(x.on.Choices(), o.ID):
			p.Maybe = append(p.Maybe, choice(o))
		}
	}
	for _, f := range b.Fields {
		p.Fields = append(p.Fields, parts.Field{ID: f.ID, Name: f.ID, Label: x.text(f.Label), Type: "number"})
	}
	if x.on.CanOffer() {
		p.Offer, p.OfferHint = x.offer(0)
		if o, ok := x.sight.Counter(0); ok {
			p.Counter = x.voice.T("roleplay.counter", "terms", x.terms(int64(o)))
		}
	}
}

// lines are the conversation so far.
func (x acting) lines() (out []practice.SceneLine) {
	w := x.on.Script.In(x.lang)
	for _, l := range x.on.Lines {
		text := x.teller().Line(x.on, x.lang, l)
		if text == "" {
			continue
		}
		line := practice.SceneLine{Who: string(l.Who), Text: text, Turn: l.Turn, Latest: l.Turn == x.on.Turns}
		switch l.Who {
		case scenario.Client, scenario.Asks:
			line.Who, line.Name = "customer", w.Persona.Name
		case scenario.Rep, scenario.Offers:
			line.Who, line.Name = "rep", x.voice.T("scenario.who.rep")
		}
		if l.Said != "" && l.Text >= 0 {
			line.Understood = x.voice.T("scenario.understood", "text", x.on.Script.Plain(x.lang, l.Text))
		}
		out = append(out, line)
	}
	return out
}

// playMove makes a move.
func (s *Site) playMove(c *fiber.Ctx, v visit) error {
	id := c.Params("id")
	turn, err := strconv.Atoi(c.FormValue("turn"))
	if err != nil {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	m, err := s.readMove(c, v, id)
	if err == nil {
		err = s.Plays.Move(c.UserContext(), v.actor, id, turn, m)
	}
	switch fault.KindOf(err) {
	case fault.Conflict:
		s.flash(c, "bad", fault.Of(err).Key)
	case fault.Invalid, fault.Busy:
		return s.sceneAgain(c, v, id, err)
	default:
		if err != nil {
			return err
		}
	}
	return redirect(c, "/plays/"+id+"#answer")
}

// readMove reads what was picked, typed, filled in or offered.
func (s *Site) readMove(c *fiber.Ctx, v visit, id string) (scenario.Move, error) {
	m := scenario.Move{Beat: c.FormValue("beat"), Pick: c.FormValue("pick")}
	if m.Pick != "" {
		return m, nil
	}
	if c.FormValue("offer") != "" {
		for _, name := range terms {
			n, err := strconv.Atoi(c.FormValue(name))
			if err != nil {
				return m, fault.New(fault.Invalid, "error.form_stale")
			}
			m.Offer = append(m.Offer, n)
		}
		return m, nil
	}
	scene, err := s.Plays.Scene(c.UserContext(), v.actor, id)
	if err != nil {
		return m, err
	}
	b, ok := scene.On.At()
	switch {
	case ok && b.ID == m.Beat && b.Kind == scenario.Form:
		m.Form = map[string]int64{}
		for _, f := range b.Fields {
			n, err := strconv.ParseInt(c.FormValue(f.ID), 10, 64)
			if err != nil {
				return m, fault.New(fault.Invalid, "scenario.move.form")
			}
			m.Form[f.ID] = n
		}
	case c.FormValue("say") != "":
		if m.Say = c.FormValue("say"); len([]rune(m.Say)) > scenario.MaxSay {
			return m, fault.New(fault.Invalid, "scenario.move.too_long")
		}
		m.Heard = s.Listener.Hear(scene.On, v.lang, m.Say, scene.Mode == roleplay.Exam)
	}
	if s.Model != nil && scene.Mode != roleplay.Exam {
		s.voiced(c, s.acting(v, scene), &m)
	}
	return m, nil
}

// voiced asks the model what was meant where the classifier does not know, and for the customer's answer in other words.
// Both are kept with the move; what the move does is the script's alone.
func (s *Site) voiced(c *fiber.Ctx, x acting, m *scenario.Move) {
	if m.Heard != nil && m.Heard.Pick == "" {
		var options []voice.Option
		for _, o := range x.on.Open() {
			options = append(options, voice.Option{ID: o.ID, Text: x.text(o.Text)})
		}
		if pick := s.Model.Suggest(c.UserContext(), m.Say, options); pick != "" {
			m.Heard.Pick, m.Heard.Choices = pick, nil
		}
	}
	if m.Say == "" || x.on.Do(*m) != nil { // x.on is this request's own copy
		return
	}
	var lines []string
	for _, l := range x.on.Lines {
		if l.Turn == x.on.Turns && l.Who == scenario.Client {
			lines = append(lines, x.teller().Line(x.on, x.lang, l))
		}
	}
	p := x.on.Script.In(x.lang).Persona
	m.Voice = s.Model.Speak(c.UserContext(), x.lang, p.Name+", "+p.Role+", "+p.Company+". "+p.About, m.Say, strings.Join(lines, " "))
}

// sceneAgain shows the scene as it stands and why the move was not possible.
func (s *Site) sceneAgain(c *fiber.Ctx, v visit, id string, cause error) error {
	scene, err := s.Plays.Scene(c.UserContext(), v.actor, id)
	if err != nil || scene.State == roleplay.Closed {
		return cause
	}
	p := s.scenePage(c, v, scene)
	p.Problem, p.Said = s.sentence(v, cause), c.FormValue("say")
	setStatus(c, cause)
	return s.draw(c, practice.ScenePage(p))
}

// playClose ends a scene before its end.
func (s *Site) playClose(c *fiber.Ctx, v visit) error {
	if err := s.Plays.Close(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	return redirect(c, "/plays/"+c.Params("id")+"/debrief")
}

// playBranch begins again from a move.
func (s *Site) playBranch(c *fiber.Ctx, v visit) error {
	turn, err := strconv.Atoi(c.FormValue("turn"))
	if err != nil {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	id, err := s.Plays.Branch(c.UserContext(), v.actor, c.Params("id"), turn)
	if err != nil {
		return err
	}
	return redirect(c, "/plays/"+id)
}
