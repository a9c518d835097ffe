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

	"go.yaml.in/yaml/v3"

	"tongguan/courses/catalog"
	"tongguan/server/base/fault"
)

// Content answers what a programme may name, and which clauses that rests on.
type Content struct {
	Lessons func(key string) []string            // of a course, a module or a lesson; nil where it is not known
	Clauses func(lesson string) []string         // that a lesson teaches
	Quiz    func(module string) ([]string, bool) // clauses examined; whether there is one
	Counts  func(module string) Counts           // which attempt at the quiz counts by its own rules; nil: the best
	Scene   func(scene string) ([]string, bool)  // clauses rehearsed; whether there is one with an exam
	Clause  func(id string) bool                 // whether it is one of the policy's
	Version string                               // differs when any of this does
}

// maxFile is the largest programme that is read, in bytes.
const maxFile = 128 << 10

// Bounds of a programme: more than a person can keep in view is a mistake.
const (
	maxSteps = 120
	maxTasks = 12 // alternatives of a step

	maxProblems = 100 // of a file
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
	Steps       []stepFile   `yaml:"steps"`
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
func Read(fsys fs.FS, c Content) (*Book, []fault.Problem) { return read(fsys, c, &Book{}) }

// read keeps the programme of a file that has become unusable as it was in the book before.
func read(fsys fs.FS, c Content, before *Book) (*Book, []fault.Problem) {
	b := &Book{byID: map[string]*Programme{}}
	files, err := fs.Glob(fsys, "programmes/*.yaml")
	var problems []fault.Problem
	if err != nil {
		problems = append(problems, fault.ProblemAt("programmes", 0, "programme.unreadable", "reason", err.Error()))
	}
	requires := map[string]int{} // the line, by file
	for _, name := range files {
		r := &reader{file: name, content: c}
		p := r.open(fsys)
		if problems = append(problems, r.problems...); p == nil {
			p = before.Get(strings.TrimSuffix(path.Base(name), ".yaml"))
		}
		if p != nil {
			b.all, b.byID[p.ID] = append(b.all, p), p
		}
		requires[name] = r.line(r.root, "requires")
	}
	slices.SortStableFunc(b.all, func(x, y *Programme) int { return cmp.Or(cmp.Compare(x.Order, y.Order), cmp.Compare(x.ID, y.ID)) })
	return b, append(problems, b.entries(requires)...)
}

// entries says which programmes require one that certifies nothing, or each other in a circle.
func (b *Book) entries(lines map[string]int) (problems []fault.Problem) {
	for _, p := range b.all {
		for _, need := range p.Requires {
			if other := b.byID[need]; other == nil || other.Certificate == nil {
				problems = append(problems, fault.ProblemAt(p.File, lines[p.File], "programme.requires_unknown", "id", need))
			} else if b.leads(need, p.ID, map[string]bool{}) {
				problems = append(problems, fault.ProblemAt(p.File, lines[p.File], "programme.requires_circle", "id", need))
			}
		}
	}
	return problems
}

// leads says whether one programme requires another, be it by way of others; seen are those that were looked at.
func (b *Book) leads(from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	p := b.byID[from]
	if p == nil || seen[from] {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(p.Requires, func(need string) bool { return b.leads(need, to, seen) })
}

type reader struct {
	file     string
	content  Content
	root     *yaml.Node // of the file, to know its lines; nil before it is read
	problems []fault.Problem
	clauses  map[string]bool
}

// at reports a problem; after a hundred of a file its author knows.
func (r *reader) at(line int, key string, args ...any) {
	if len(r.problems) == maxProblems {
		return
	}
	r.problems = append(r.problems, fault.ProblemAt(r.file, line, key, args...))
}

func (r *reader) open(fsys fs.FS) *Programme {
	text, err := fs.ReadFile(fsys, r.file)
	if err != nil {
		r.at(0, "programme.unreadable", "reason", err.Error())
		return nil
	}
	if len(text) > maxFile {
		r.at(0, "programme.large", "max", maxFile>>10)
		return nil
	}
	return r.read(text)
}

var (
	yamlLine  = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)
	yamlField = regexp.MustCompile(`^field (.+) not found in type `)
)

// decode reads the file strictly: what has no place is refused, all of it at once, with its lines.
func (r *reader) decode(text []byte, into *file) bool {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(into)
	var typed *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF):
		r.at(0, "programme.empty")
	case errors.As(err, &typed):
		for _, e := range typed.Errors {
			r.yaml(e)
		}
	case err != nil:
		r.yaml(err.Error())
	case !errors.Is(d.Decode(&yaml.Node{}), io.EOF):
		r.at(0, "programme.documents")
	default:
		var doc yaml.Node
		if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 {
			r.at(0, "programme.empty") // comments only, or nothing but null
			return false
		}
		r.root = doc.Content[0]
		return true
	}
	return false
}

// yaml reports what the YAML reader says.
func (r *reader) yaml(said string) {
	m := yamlLine.FindStringSubmatch(said)
	line, _ := strconv.Atoi(m[1]) // "" where it names none
	said = strings.ReplaceAll(strings.TrimPrefix(said, m[0]), "\n", " ")
	if f := yamlField.FindStringSubmatch(said); f != nil {
		r.at(line, "programme.field_unknown", "field", f[1])
		return
	}
	r.at(line, "programme.yaml", "reason", said)
}

// behind gives the node that an alias stands for, or the node itself.
func behind(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// field gives the name and the value of a field; nil where the node has none of that name.
func field(n *yaml.Node, name string) (key, value *yaml.Node) {
	if n = behind(n); n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// line gives the line of the first of these fields that there is, or that of the node.
func (r *reader) line(n *yaml.Node, names ...string) int {
	for _, name := range names {
		if key, _ := field(n, name); key != nil {
			return key.Line
		}
	}
	if n == nil {
		return 0
	}
	return n.Line
}

// item gives the i-th item of a list, or the node that the list stands in.
func item(list *yaml.Node, i int, in *yaml.Node) *yaml.Node {
	if list = behind(list); list != nil && list.Kind == yaml.SequenceNode && i < len(list.Content) {
		return list.Content[i]
	}
	return in
}

// read gives the programme, or nil where it cannot be used.
func (r *reader) read(text []byte) *Programme {
	var f file
	if !r.decode(text, &f) {
		return nil
	}
	r.clauses = map[string]bool{}
	p := &Programme{ID: f.ID, Kind: f.Kind, Order: f.Order, Title: f.Title, Summary: f.Summary, Requires: f.Requires, File: r.file}
	r.head(p, f)
	if len(f.Steps) == 0 || len(f.Steps) > maxSteps {
		r.at(r.line(r.root, "steps"), "programme.steps_number", "max", maxSteps)
		return nil
	}
	_, list := field(r.root, "steps")
	for i, s := range f.Steps {
		p.Steps = append(p.Steps, r.step(item(list, i, r.root), s, p))
	}
	r.certificate(p, f)
	if len(r.clauses) == 0 {
		r.at(r.line(r.root, "clauses"), "programme.clauses_none")
	}
	for c := range r.clauses {
		p.Clauses = append(p.Clauses, c)
	}
	slices.Sort(p.Clauses)
	if len(r.problems) > 0 {
		return nil
	}
	return p
}
