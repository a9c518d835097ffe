package programme

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/catalog"
)

var (
	idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	roles  = []string{"manager", "hr", "inspector", "admin"}
)

// Bounds of what a file may say.
const (
	maxDay      = 3660 // ten years
	maxAttempts = 99
	maxMonths   = 240
	maxGrace    = 366
	shortest    = time.Minute // wait
	longest     = 366 * 24 * time.Hour
)

func (r *reader) head(p *Programme, f file) {
	if want := strings.TrimSuffix(path.Base(r.file), ".yaml"); p.ID != want || !idForm.MatchString(p.ID) {
		r.at(r.line(r.root, "id"), "programme.id_form", "id", p.ID, "want", want)
	}
	if !slices.Contains([]Kind{NewHire, Periodic, Specialty}, p.Kind) {
		r.at(r.line(r.root, "kind"), "programme.kind_unknown", "value", string(p.Kind))
	}
	r.both(r.line(r.root, "title"), "title", p.Title)
	r.both(r.line(r.root, "summary"), "summary", p.Summary)
	for _, c := range f.Clauses {
		if !r.content.Clause(c) {
			r.at(r.line(r.root, "clauses"), "programme.clause_unknown", "clause", c)
		}
		r.clauses[c] = true
	}
}

func (r *reader) both(line int, field string, t catalog.Text) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		r.at(line, "programme.text_missing", "field", field)
	}
}

// step reads one step; those that it comes after must stand before it, so that there is no circle.
func (r *reader) step(n *yaml.Node, f stepFile, p *Programme) Step {
	s := Step{ID: f.ID, Title: f.Title, Day: f.Day, After: f.After, Need: max(f.Need, 1)}
	if !idForm.MatchString(s.ID) || p.Step(s.ID) != nil {
		r.at(r.line(n, "id"), "programme.step_id", "id", s.ID)
	}
	r.both(r.line(n, "title"), "title", s.Title)
	if s.Day < 0 || s.Day > maxDay {
		r.at(r.line(n, "day"), "programme.day_range", "value", s.Day, "max", maxDay)
	}
	for _, before := range s.After {
		if p.Step(before) == nil {
			r.at(r.line(n, "after"), "programme.after_unknown", "id", before)
		}
	}
	tasks, places := r.alternatives(n, f)
	if f.Need < 0 || s.Need > len(tasks) {
		r.at(r.line(n, "need"), "programme.need_range", "value", f.Need, "max", len(tasks))
	}
	for i, t := range tasks {
		s.Tasks = append(s.Tasks, r.task(places[i], t))
		if slices.ContainsFunc(tasks[:i], func(before taskFile) bool { return before.same(t) }) {
			r.at(r.line(places[i]), "programme.task_twice")
		}
	}
	return s
}

// alternatives gives the tasks of a step, and where they stand.
func (r *reader) alternatives(n *yaml.Node, f stepFile) (tasks []taskFile, places []*yaml.Node) {
	if len(f.Any) == 0 {
		return []taskFile{f.taskFile}, []*yaml.Node{n}
	}
	if !f.taskFile.empty() {
		r.at(r.line(n), "programme.task_both")
	}
	if len(f.Any) > maxTasks {
		r.at(r.line(n, "any"), "programme.tasks_number", "max", maxTasks)
		return nil, nil
	}
	_, list := field(n, "any")
	for i := range f.Any {
		places = append(places, item(list, i, n))
	}
	return f.Any, places
}

// kinds counts how many kinds of task are set.
func (t taskFile) kinds() (n int) {
	for _, set := range []bool{t.Lesson != "", t.Quiz != "", t.Roleplay != "", t.Session != "", t.Signoff != "", t.External != ""} {
		if set {
			n++
		}
	}
	return n
}

func (t taskFile) empty() bool {
	return t.kinds() == 0 && len(t.Points) == 0 && t.Score == 0 && t.Counts == "" && t.Attempts == 0 && t.Wait == ""
}

// same says whether the same deed would do both. A step is signed once, whoever signs.
func (t taskFile) same(o taskFile) bool {
	return t.Lesson == o.Lesson && t.Quiz == o.Quiz && t.Roleplay == o.Roleplay && t.Session == o.Session && t.External == o.External &&
		(t.Signoff == "") == (o.Signoff == "")
}

func (r *reader) task(n *yaml.Node, f taskFile) Task {
	t := Task{Quiz: f.Quiz, Roleplay: f.Roleplay, Session: f.Session, Signoff: f.Signoff, External: f.External, Points: f.Points,
		Score: f.Score * 100, Counts: f.Counts, Attempts: f.Attempts}
	if f.kinds() != 1 {
		r.at(r.line(n), "programme.task_one")
	}
	if f.Lesson != "" {
		r.lessons(r.line(n, "lesson"), f.Lesson, &t)
	}
	r.bound(r.line(n, "quiz"), f.Quiz, r.content.Quiz, "programme.quiz_unknown")
	r.bound(r.line(n, "roleplay"), f.Roleplay, r.content.Scene, "programme.scene_unknown")
	for _, topic := range []string{f.Session, f.External} {
		if topic != "" && !idForm.MatchString(topic) || f.Session == anyTopic && topic == anyTopic {
			r.at(r.line(n, "session", "external"), "programme.topic_form", "topic", topic)
		}
	}
	if f.Signoff != "" && !slices.Contains([]Signer{Buddy, Manager, HR}, f.Signoff) {
		r.at(r.line(n, "signoff"), "programme.signer_unknown", "value", string(f.Signoff))
	}
	_, list := field(n, "points")
	for i, point := range f.Points {
		r.both(r.line(item(list, i, n)), "points", point)
	}
	r.scoring(n, f, &t)
	return t
}

func (r *reader) lessons(line int, key string, t *Task) {
	if t.Of, t.Lessons = key, r.content.Lessons(key); len(t.Lessons) == 0 {
		r.at(line, "programme.lesson_unknown", "key", key)
	}
	for _, l := range t.Lessons {
		for _, c := range r.content.Clauses(l) {
			r.clauses[c] = true
		}
	}
}

// bound notes the clauses of what a task names, or that it is not there.
func (r *reader) bound(line int, id string, find func(string) ([]string, bool), unknown string) {
	if id == "" {
		return
	}
	clauses, ok := find(id)
	if !ok {
		r.at(line, unknown, "id", id)
	}
	for _, c := range clauses {
		r.clauses[c] = true
	}
}

// scoring reads what only quizzes and scenes have.
func (r *reader) scoring(n *yaml.Node, f taskFile, t *Task) {
	examined := f.Quiz != "" || f.Roleplay != ""
	if !examined && (f.Score != 0 || f.Counts != "" || f.Attempts != 0 || f.Wait != "") {
		r.at(r.line(n, "score", "counts", "attempts", "wait"), "programme.scoring_misplaced")
	}
	if f.Signoff == "" && len(f.Points) > 0 {
		r.at(r.line(n, "points"), "programme.points_misplaced")
	}
	if f.Score < 0 || f.Score > 100 {
		r.at(r.line(n, "score"), "programme.score_range", "value", f.Score)
	}
	if f.Attempts < 0 || f.Attempts > maxAttempts {
		r.at(r.line(n, "attempts"), "programme.attempts_range", "value", f.Attempts, "max", maxAttempts)
	}
	if !slices.Contains([]Counts{AsContent, Best, Latest, First, Average}, f.Counts) {
		r.at(r.line(n, "counts"), "programme.counts_unknown", "value", string(f.Counts))
	}
	if f.Counts == Average && f.Score == 0 {
		r.at(r.line(n, "counts"), "programme.average_score")
	}
	if f.Wait != "" {
		wait, err := time.ParseDuration(f.Wait)
		if err != nil || wait < shortest || wait > longest {
			r.at(r.line(n, "wait"), "programme.wait_form", "value", f.Wait)
		}
		t.Wait = wait.Milliseconds()
	}
	// The ledger marks what a failed attempt undoes. Where the programme asks for more than passing, that is not enough to
	// know which attempt counts, so the rule of the quiz is written down.
	if f.Quiz != "" && f.Score > 0 && f.Counts == AsContent && r.content.Counts != nil {
		if own := r.content.Counts(f.Quiz); own != Best {
			t.Counts = own
		}
	}
}

func (r *reader) certificate(p *Programme, f file) {
	c := f.Certificate
	if c == nil {
		return
	}
	_, n := field(r.root, "certificate")
	r.both(r.line(n, "title"), "certificate", c.Title)
	if c.Months < 0 || c.Months > maxMonths || c.Window < 0 || c.Grace < 0 || c.Grace > maxGrace || c.Months == 0 && (c.Window > 0 || c.Grace > 0) || c.Months > 0 && c.Window > c.Months*28 {
		r.at(r.line(n, "months"), "programme.validity")
	}
	if !slices.Contains([]string{"", "at_once", "approval"}, c.Issue) {
		r.at(r.line(n, "issue"), "programme.issue_unknown", "value", c.Issue)
	}
	for _, role := range c.Revoke {
		if !slices.Contains(roles, role) {
			r.at(r.line(n, "revoke"), "programme.revoke_unknown", "role", role)
		}
	}
	out := &Certificate{Title: c.Title, Months: c.Months, Window: c.Window, Grace: c.Grace, Approval: c.Issue == "approval", Renew: c.Renew, Revoke: c.Revoke}
	r.renewal(r.line(n, "renew"), p, out)
	if len(out.Revoke) == 0 {
		out.Revoke = []string{"hr"}
	}
	p.Certificate = out
}

// renewal reads the steps of a renewal: all, where none is named.
func (r *reader) renewal(line int, p *Programme, c *Certificate) {
	for _, id := range c.Renew {
		if p.Step(id) == nil {
			r.at(line, "programme.renew_unknown", "id", id)
		}
	}
	if len(c.Renew) > 0 {
		return
	}
	for _, s := range p.Steps {
		c.Renew = append(c.Renew, s.ID)
	}
}
