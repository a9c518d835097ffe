package site

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/server/edge/digest"
	view "tongguan/web/pages/programme"
)

// trainingPage is where sessions and external training are kept.
const trainingPage = "/training"

// planPage is somebody's way through a programme as the reader sees it: to the certificate, or to its renewal.
func (s *Site) planPage(c *fiber.Ctx, v visit, plan training.Plan, person string) (view.Plan, error) {
	p := s.planHead(c, v, plan.Programme)
	plan, err := s.toCertificate(c, v, plan, &p)
	if err != nil {
		return p, err
	}
	p.Inside, p.Met, p.Percent = true, plan.Verdict.Met, progressOf(plan.Verdict.Done, len(plan.Verdict.Items))
	p.Requires = s.certificateTitles(v, plan.Verdict.Missing)
	said, err := s.Training.Words(c.UserContext(), v.actor, person, plan.Programme.ID)
	if err != nil {
		return p, err
	}
	ids := []string{plan.Enrolment.Buddy, person}
	for _, w := range said.Signed {
		ids = append(ids, w.Signer)
	}
	for _, w := range said.Waived {
		ids = append(ids, w.By)
	}
	names, err := s.People.Names(c.UserContext(), ids)
	if err != nil {
		return p, err
	}
	p.Facts = s.planFacts(v, plan, names)
	own := person == v.actor.ID
	for i := range plan.Verdict.Items {
		step, err := s.planStep(c, v, plan, i, own)
		if err != nil {
			return p, err
		}
		s.say(v, &step, said, names)
		p.Steps = append(p.Steps, step)
	}
	if n := plan.First(); own && n >= 0 {
		p.Next = s.nextUp(v, plan, n)
	}
	return p, nil
}

// toCertificate says where the certificate stands, and gives the plan of its renewal where that is what is asked.
func (s *Site) toCertificate(c *fiber.Ctx, v visit, plan training.Plan, p *view.Plan) (training.Plan, error) {
	if plan.Programme.Certificate == nil {
		return plan, nil
	}
	x, err := s.Certificates.Explain(c.UserContext(), v.actor, plan.Enrolment.Person, plan.Programme.ID)
	if err != nil {
		return plan, err
	}
	p.Renewal, p.Waiting = x.Renewal, x.Waiting
	if n := x.Standing.Certificate; n != "" {
		p.Holds = "/certificates/" + n
	}
	if !x.Settled && (x.Renewal || x.Standing.FreshFrom > 0) {
		plan = plan.Asking(x.Verdict)
	}
	return plan, nil
}

func (s *Site) planFacts(v visit, plan training.Plan, names map[string]string) []view.Fact {
	out := []view.Fact{{Name: v.voice.T("programmes.start"), Value: s.dueText(v, plan.Enrolment.Start)},
		{Name: v.voice.T("programmes.how_far"), Value: v.voice.T("programmes.done_of", "done", plan.Verdict.Done, "steps", len(plan.Verdict.Items))}}
	if late := plan.Late(); late > 0 {
		out = append(out, view.Fact{Name: v.voice.T("programmes.late"), Value: v.voice.T("programmes.steps_n", "n", late)})
	}
	if last := plan.Programme.Last(plan.Enrolment.Start); last != "" && !plan.Verdict.Met {
		out = append(out, view.Fact{Name: v.voice.T("programmes.last"), Value: s.dueText(v, last)})
	}
	if b := plan.Enrolment.Buddy; b != "" {
		out = append(out, view.Fact{Name: v.voice.T("programmes.buddy"), Value: names[b]})
	}
	return out
}

func (s *Site) planStep(c *fiber.Ctx, v visit, plan training.Plan, i int, own bool) (view.Step, error) {
	item := &plan.Verdict.Items[i]
	out := view.Step{ID: item.Step.ID, Title: item.Step.Title.In(v.lang), State: stateOf(item, plan.Today), Either: either(v, item.Step)}
	open := item.State == programme.Ready || item.State == programme.Locked
	switch {
	case !open:
		out.When = v.voice.Date(item.At, s.Zone)
	case item.Due != "":
		out.When = digest.When(v.voice, plan.Today, item.Due)
	}
	out.Waivable, out.Unwaive = open, item.State == programme.Waived
	if item.State == programme.Locked {
		out.Waits = s.waits(v, plan.Programme, item.Step, plan.Verdict.Items)
	}
	for n, f := range item.Tasks {
		lesson := ""
		if plan.Next[i].Task == n && plan.Next[i].Kind == training.ToRead {
			lesson = plan.Next[i].Subject
		}
		t := s.task(v, f.Task, lesson)
		t.Met = f.Met
		var err error
		if t.Detail, err = s.found(c, v, f, own); err != nil {
			return out, err
		}
		out.Tasks = append(out.Tasks, t)
	}
	return out, nil
}

// stateOf is how a step stands on a page: what is late or due today says so before anything else.
func stateOf(i *programme.Item, today string) string {
	switch {
	case i.Late:
		return "late"
	case i.State == programme.Ready && i.Due == today && today != "":
		return "today"
	default:
		return string(i.State)
	}
}

func either(v visit, step *programme.Step) string {
	switch {
	case len(step.Tasks) == 1:
		return ""
	case step.Need == len(step.Tasks):
		return v.voice.T("programmes.all_of", "n", step.Need)
	default:
		return v.voice.T("programmes.either", "n", step.Need)
	}
}

// waits names the steps that must be done before one; those of the items that are done are left out.
func (s *Site) waits(v visit, g *programme.Programme, step *programme.Step, items []programme.Item) string {
	var names []string
	for _, id := range step.After {
		done := slices.ContainsFunc(items, func(i programme.Item) bool {
			return i.Step.ID == id && (i.State == programme.Done || i.State == programme.Waived)
		})
		if before := g.Step(id); before != nil && !done {
			names = append(names, before.Title.In(v.lang))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return v.voice.T("programmes.waits", "steps", strings.Join(names, v.voice.T("list.comma")))
}

// task says what a step asks for; lesson is the one to go on with, or "".
func (s *Site) task(v visit, t *programme.Task, lesson string) view.Task {
	out := view.Task{}
	switch {
	case len(t.Lessons) > 0:
		out.Kind, out.Text = training.ToRead, s.taughtTitle(v, t.Of)
		if lesson == "" {
			lesson = t.Lessons[0]
		}
		if l := s.Catalog.Current().Lesson(lesson); l != nil {
			out.URL = lessonURL(l)
		}
	case t.Quiz != "":
		out.Kind, out.Text, out.URL = training.ToAnswer, s.moduleTitle(v, t.Quiz), "/courses/"+t.Quiz+"/quiz"
	case t.Roleplay != "":
		out.Kind, out.Text, out.URL = training.ToPlay, s.scriptTitle(v, t.Roleplay), "/practice"
	case t.Session != "":
		out.Kind, out.Text, out.URL = training.ToAttend, v.voice.T("programmes.session"), trainingPage
	case t.External != "":
		out.Kind, out.Text, out.URL = training.ToTake, v.voice.T("programmes.external"), trainingPage
	default:
		out.Kind, out.Text = training.ToBeShown, v.voice.T("programmes.signer."+string(t.Signoff))
	}
	for _, point := range t.Points {
		out.Points = append(out.Points, view.Point{Text: point.In(v.lang)})
	}
	return out
}

// taughtTitle names a course, a module or a lesson by its key.
func (s *Site) taughtTitle(v visit, key string) string {
	cat := s.Catalog.Current()
	if l := cat.Lesson(key); l != nil {
		return l.Title.In(v.lang)
	}
	if k := cat.Course(key); k != nil {
		return k.Title.In(v.lang)
	}
	return s.moduleTitle(v, key)
}

// found says what is had of a task and what is needed; a score that a quiz keeps from whoever took it is kept here too.
func (s *Site) found(c *fiber.Ctx, v visit, f programme.Finding, own bool) (string, error) {
	t := f.Task
	var say []string
	switch {
	case len(t.Lessons) > 0:
		return v.voice.T("programmes.read_of", "done", f.Have, "n", f.Want), nil
	case f.Why == programme.Withdrawn:
		return v.voice.T("programmes.why.withdrawn"), nil
	case t.Quiz == "" && t.Roleplay == "":
		return "", nil
	}
	shown := true
	if t.Quiz != "" && own {
		var err error
		if shown, err = s.Attempts.ScoreShown(c.UserContext(), t.Quiz); err != nil {
			return "", err
		}
	}
	if t.Score > 0 {
		say = append(say, v.voice.T("programmes.score_needed", "want", v.voice.Percent(t.Score)))
	}
	if f.Tries > 0 && shown {
		say = append(say, v.voice.T("programmes.score_had", "have", v.voice.Percent(f.Have)))
	}
	if t.Attempts > 0 {
		say = append(say, v.voice.T("programmes.tries", "tries", f.Tries, "n", t.Attempts))
	}
	if f.Why == programme.UsedUp {
		say = append(say, v.voice.T("programmes.why.usedup"))
	}
	return strings.Join(say, " · "), nil
}

// say adds who has signed or waived a step, and what they wrote.
func (s *Site) say(v visit, step *view.Step, said training.Words, names map[string]string) {
	if w, ok := said.Waived[step.ID]; ok && w.Granted && step.Unwaive {
		step.Word, step.Note = v.voice.T("programmes.waived_by", "who", names[w.By], "date", v.voice.Date(w.At, s.Zone)), w.Reason
		return
	}
	if w, ok := said.Signed[step.ID]; ok {
		step.Word, step.Note = s.signedBy(v, w, names), w.Note
	}
}

func (s *Site) signedBy(v visit, w training.Signed, names map[string]string) string {
	if w.Granted {
		return v.voice.T("programmes.signed_by", "who", names[w.Signer], "date", v.voice.Date(w.At, s.Zone))
	}
	return v.voice.T("programmes.taken_back_by", "who", names[w.Signer], "date", v.voice.Date(w.At, s.Zone))
}

// nextUp is the one thing to do next, and where.
func (s *Site) nextUp(v visit, plan training.Plan, n int) *view.Button {
	item, do := &plan.Verdict.Items[n], plan.Next[n]
	lesson := ""
	if do.Kind == training.ToRead {
		lesson = do.Subject
	}
	t := s.task(v, item.Tasks[do.Task].Task, lesson)
	out := &view.Button{Step: item.Step.Title.In(v.lang), Text: v.voice.T("programmes.task."+t.Kind) + " · " + t.Text, URL: t.URL,
		When: digest.When(v.voice, plan.Today, item.Due)}
	if t.URL != "" {
		out.Go = v.voice.T("programmes.go." + t.Kind)
	}
	if l := s.Catalog.Current().Lesson(lesson); l != nil {
		out.Text = v.voice.T("programmes.task.lesson") + " · " + l.Title.In(v.lang)
	}
	return out
}
