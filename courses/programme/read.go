package programme

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/catalog"
	"tongguan/server/base/fault"
)

// Content answers what a programme may name, and which clauses that rests on.
type Content struct {
	Lessons func(key string) []string            // of a course, a module or a lesson; nil where it is not known
	Clauses func(lesson string) []string         // that a lesson teaches
	Quiz    func(module string) ([]string, bool) // clauses examined; whether there is one
	Scene   func(scene string) ([]string, bool)  // clauses rehearsed; whether there is one with an exam
	Clause  func(id string) bool                 // whether it is one of the policy's
}

// maxFile is the largest programme that is read, in bytes.
const maxFile = 128 << 10

// maxSteps bounds a programme: more than a person can keep in view is a mistake.
const maxSteps = 120

var (
	idForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	yamlLine = regexp.MustCompile(`line (\d+)`)
	roles    = []string{"manager", "hr", "inspector", "admin"}
)

// The shape of a file.
type file struct {
	ID          string       `yaml:"id"`
	Kind        Kind         `yaml:"kind"`
	Order       int          `yaml:"order"`
	Title       catalog.Text `yaml:"title"`
	Summary     catalog.Text `yaml:"summary"`
	Clauses     []string     `yaml:"clauses"`
	Requires    []string     `yaml:"requires"`
	Steps       []yaml.Node  `yaml:"steps"`
	Certificate *struct {
		Title  catalog.Text `yaml:"title"`
		Months int          `yaml:"months"`
		Window int          `yaml:"window"`
		Grace  int          `yaml:"grace"`
		Issue  string       `yaml:"issue"` // at_once or approval
		Renew  []string     `yaml:"renew"`
		Revoke []string     `yaml:"revoke"`
	} `yaml:"certificate"`
}

type stepFile struct {
	ID       string       `yaml:"id"`
	Title    catalog.Text `yaml:"title"`
	Day      int          `yaml:"day"`
	After    []string     `yaml:"after"`
	Need     int          `yaml:"need"`
	Any      []taskFile   `yaml:"any"`
	taskFile `yaml:",inline"`
}

type taskFile struct {
	Lesson   string         `yaml:"lesson"`
	Quiz     string         `yaml:"quiz"`
	Roleplay string         `yaml:"roleplay"`
	Session  string         `yaml:"session"`
	Signoff  Signer         `yaml:"signoff"`
	External string         `yaml:"external"`
	Points   []catalog.Text `yaml:"points"`
	Score    int            `yaml:"score"` // per cent
	Counts   Counts         `yaml:"counts"`
	Attempts int            `yaml:"attempts"`
	Wait     string         `yaml:"wait"`
}

// Read reads every programme (programmes/*.yaml), bound to the content. What is wrong is reported, and what cannot be
// used is left out.
func Read(fsys fs.FS, c Content) (*Book, []fault.Problem) {
	b := &Book{byID: map[string]*Programme{}}
	files, err := fs.Glob(fsys, "programmes/*.yaml")
	var problems []fault.Problem
	if err != nil {
		problems = append(problems, fault.ProblemAt("programmes", 0, "programme.unreadable", "reason", err.Error()))
	}
	for _, name := range files {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			problems = append(problems, fault.ProblemAt(name, 0, "programme.unreadable", "reason", err.Error()))
			continue
		}
		r := &reader{file: name, content: c}
		if p := r.read(text); p != nil && b.byID[p.ID] == nil {
			b.all, b.byID[p.ID] = append(b.all, p), p
		}
		problems = append(problems, r.problems...)
	}
	slices.SortStableFunc(b.all, func(x, y *Programme) int { return cmp.Or(cmp.Compare(x.Order, y.Order), cmp.Compare(x.ID, y.ID)) })
	return b, append(problems, b.entries()...)
}

// entries says which programmes require one that certifies nothing, or each other in a circle.
func (b *Book) entries() (problems []fault.Problem) {
	for _, p := range b.all {
		for _, need := range p.Requires {
			if other := b.byID[need]; other == nil || other.Certificate == nil {
				problems = append(problems, fault.ProblemAt(p.File, 0, "programme.requires_unknown", "id", need))
			} else if b.leads(need, p.ID, len(b.all)) {
				problems = append(problems, fault.ProblemAt(p.File, 0, "programme.requires_circle", "id", need))
			}
		}
	}
	return problems
}

func (b *Book) leads(from, to string, depth int) bool {
	p := b.byID[from]
	if from == to {
		return true
	}
	return p != nil && depth > 0 && slices.ContainsFunc(p.Requires, func(need string) bool { return b.leads(need, to, depth-1) })
}

type reader struct {
	file     string
	content  Content
	problems []fault.Problem
	clauses  map[string]bool
}

func (r *reader) at(line int, key string, args ...any) {
	r.problems = append(r.problems, fault.ProblemAt(r.file, line, key, args...))
}

func (r *reader) yaml(err error, base int) {
	line := base
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	r.at(line, "programme.yaml", "reason", strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: "))
}

// strictly decodes and refuses what has no place.
func strictly(text []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(into)
	if errors.Is(err, io.EOF) {
		return errors.New("empty")
	}
	return err
}

// read gives the programme, or nil where it cannot be used.
func (r *reader) read(text []byte) *Programme {
	if len(text) > maxFile {
		r.at(0, "programme.large", "max", maxFile>>10)
		return nil
	}
	var f file
	if err := strictly(text, &f); err != nil {
		r.yaml(err, 0)
		return nil
	}
	r.clauses = map[string]bool{}
	p := &Programme{ID: f.ID, Kind: f.Kind, Order: f.Order, Title: f.Title, Summary: f.Summary, Requires: f.Requires, File: r.file}
	r.head(p, f)
	for i := range f.Steps {
		if s := r.step(&f.Steps[i], p); s != nil {
			p.Steps = append(p.Steps, *s)
		}
	}
	if len(p.Steps) == 0 || len(p.Steps) > maxSteps {
		r.at(1, "programme.steps_number", "max", maxSteps)
	}
	r.certificate(p, f)
	for c := range r.clauses {
		p.Clauses = append(p.Clauses, c)
	}
	slices.Sort(p.Clauses)
	if len(r.problems) > 0 {
		return nil
	}
	return p
}

func (r *reader) head(p *Programme, f file) {
	if want := strings.TrimSuffix(path.Base(r.file), ".yaml"); p.ID != want || !idForm.MatchString(p.ID) {
		r.at(1, "programme.id_form", "id", p.ID, "want", want)
	}
	if !slices.Contains([]Kind{NewHire, Periodic, Specialty}, p.Kind) {
		r.at(1, "programme.kind_unknown", "value", string(p.Kind))
	}
	r.both(1, "title", p.Title)
	r.both(1, "summary", p.Summary)
	for _, c := range f.Clauses {
		if !r.content.Clause(c) {
			r.at(1, "programme.clause_unknown", "clause", c)
		}
		r.clauses[c] = true
	}
}

func (r *reader) both(line int, field string, t catalog.Text) {
	if t.ZH == "" || t.EN == "" {
		r.at(line, "programme.text_missing", "field", field)
	}
}

// step reads one step; those that it comes after must stand before it, so that there is no circle.
func (r *reader) step(node *yaml.Node, p *Programme) *Step {
	var f stepFile
	text, err := yaml.Marshal(node)
	if err == nil {
		err = strictly(text, &f)
	}
	if err != nil {
		r.at(node.Line, "programme.yaml", "reason", strings.ReplaceAll(err.Error(), "\n", " "))
		return nil
	}
	line := node.Line
	s := &Step{ID: f.ID, Title: f.Title, Day: f.Day, After: f.After, Need: 1}
	if !idForm.MatchString(s.ID) || p.Step(s.ID) != nil {
		r.at(line, "programme.step_id", "id", s.ID)
	}
	r.both(line, "title", s.Title)
	if s.Day < 0 || s.Day > 3660 {
		r.at(line, "programme.day_range", "value", s.Day)
	}
	for _, before := range s.After {
		if p.Step(before) == nil {
			r.at(line, "programme.after_unknown", "id", before)
		}
	}
	tasks := f.Any
	if len(tasks) == 0 {
		tasks = []taskFile{f.taskFile}
	} else if f.taskFile.kinds() > 0 {
		r.at(line, "programme.task_both")
	}
	if f.Need > 0 {
		s.Need = f.Need
	}
	if s.Need > len(tasks) || f.Need < 0 {
		r.at(line, "programme.need_range", "value", f.Need, "max", len(tasks))
	}
	for _, t := range tasks {
		s.Tasks = append(s.Tasks, r.task(line, t))
	}
	return s
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

func (r *reader) task(line int, f taskFile) Task {
	t := Task{Quiz: f.Quiz, Roleplay: f.Roleplay, Session: f.Session, Signoff: f.Signoff, External: f.External, Points: f.Points,
		Score: f.Score * 100, Counts: f.Counts, Attempts: f.Attempts}
	if f.kinds() != 1 {
		r.at(line, "programme.task_one")
	}
	if f.Lesson != "" {
		r.lessons(line, f.Lesson, &t)
	}
	r.bound(line, f.Quiz, r.content.Quiz, "programme.quiz_unknown")
	r.bound(line, f.Roleplay, r.content.Scene, "programme.scene_unknown")
	for _, topic := range []string{f.Session, f.External} {
		if topic != "" && !idForm.MatchString(topic) {
			r.at(line, "programme.topic_form", "topic", topic)
		}
	}
	if f.Signoff != "" && !slices.Contains([]Signer{Buddy, Manager, HR}, f.Signoff) {
		r.at(line, "programme.signer_unknown", "value", string(f.Signoff))
	}
	for _, point := range f.Points {
		r.both(line, "points", point)
	}
	r.scoring(line, f, &t)
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
func (r *reader) scoring(line int, f taskFile, t *Task) {
	examined := f.Quiz != "" || f.Roleplay != ""
	if !examined && (f.Score != 0 || f.Counts != "" || f.Attempts != 0 || f.Wait != "") || f.Signoff == "" && len(f.Points) > 0 {
		r.at(line, "programme.field_misplaced")
	}
	if f.Score < 0 || f.Score > 100 {
		r.at(line, "programme.score_range", "value", f.Score)
	}
	if f.Attempts < 0 {
		r.at(line, "programme.attempts_range", "value", f.Attempts)
	}
	if !slices.Contains([]Counts{AsContent, Best, Latest, First, Average}, f.Counts) {
		r.at(line, "programme.counts_unknown", "value", string(f.Counts))
	}
	if f.Counts == Average && f.Score == 0 {
		r.at(line, "programme.average_score")
	}
	if f.Wait != "" {
		wait, err := time.ParseDuration(f.Wait)
		if err != nil || wait < 0 {
			r.at(line, "programme.wait_form", "value", f.Wait)
		}
		t.Wait = wait.Milliseconds()
	}
}

func (r *reader) certificate(p *Programme, f file) {
	c := f.Certificate
	if c == nil {
		return
	}
	r.both(1, "certificate", c.Title)
	if c.Months < 0 || c.Months > 240 || c.Window < 0 || c.Grace < 0 || c.Months == 0 && (c.Window > 0 || c.Grace > 0) || c.Months > 0 && c.Window > c.Months*28 {
		r.at(1, "programme.validity")
	}
	if !slices.Contains([]string{"", "at_once", "approval"}, c.Issue) {
		r.at(1, "programme.issue_unknown", "value", c.Issue)
	}
	for _, role := range c.Revoke {
		if !slices.Contains(roles, role) {
			r.at(1, "programme.revoke_unknown", "role", role)
		}
	}
	for _, id := range c.Renew {
		if p.Step(id) == nil {
			r.at(1, "programme.renew_unknown", "id", id)
		}
	}
	out := &Certificate{Title: c.Title, Months: c.Months, Window: c.Window, Grace: c.Grace, Approval: c.Issue == "approval", Renew: c.Renew, Revoke: c.Revoke}
	if len(out.Renew) == 0 {
		for _, s := range p.Steps {
			out.Renew = append(out.Renew, s.ID)
		}
	}
	if len(out.Revoke) == 0 {
		out.Revoke = []string{"hr"}
	}
	p.Certificate = out
}
