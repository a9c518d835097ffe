package inspection

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/catalog"
	"tongguan/server/base/fault"
)

// Plan is what is inspected, how often and how, as the content has it.
type Plan struct {
	ID         string       `yaml:"id" json:"id"`
	Order      int          `yaml:"order" json:"order"`
	Default    bool         `yaml:"default" json:"default"` // always true: the policy's text ends at 5.2.1
	Title      catalog.Text `yaml:"title" json:"title"`
	Summary    catalog.Text `yaml:"summary" json:"summary"`
	Clauses    []string     `yaml:"clauses" json:"clauses"`
	Every      Every        `yaml:"every" json:"every"`
	Size       int          `yaml:"size" json:"size"` // of the sample; 0 where records answer
	Training   bool         `yaml:"training" json:"training"`
	Population Source       `yaml:"population" json:"population"`
	Items      []Item       `yaml:"items" json:"items"`
}

// Source says where the population comes from.
type Source struct {
	Kind  string       `yaml:"kind" json:"kind"`
	Roles []string     `yaml:"roles" json:"roles,omitempty"` // of people; none: everybody
	Hint  catalog.Text `yaml:"hint" json:"hint,omitzero"`    // of a list: where whoever inspects finds it
}

// The kinds of population.
const (
	Listed       = "listed"       // numbers out of the company's other systems, that the inspector brings
	People       = "people"       // who can sign in, of some roles
	Certificates = "certificates" // that are in force
	Evidence     = "evidence"     // quizzes and role-plays that were closed in the period
	Records      = "records"      // everybody in a programme: answered by the records, nothing is drawn
)

var kinds = []string{Listed, People, Certificates, Evidence, Records}

// Item is one question of a checklist.
type Item struct {
	ID       string       `yaml:"id" json:"id"`
	Ask      catalog.Text `yaml:"ask" json:"ask"`
	Clause   string       `yaml:"clause" json:"clause"`
	Severity Severity     `yaml:"severity" json:"severity"` // of the finding that a no brings
	Days     int          `yaml:"days" json:"days"`         // to put it right, 1 to 365
}

// Item gives an item of the checklist, or nil.
func (p *Plan) Item(id string) *Item {
	for i := range p.Items {
		if p.Items[i].ID == id {
			return &p.Items[i]
		}
	}
	return nil
}

// Book is all plans in order.
type Book struct{ all []*Plan }

// All gives the plans in order.
func (b *Book) All() []*Plan { return b.all }

// Get gives a plan, or nil.
func (b *Book) Get(id string) *Plan {
	for _, p := range b.all {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// Bounds of a plan.
const (
	maxFile = 64 << 10 // bytes
	maxSize = 200      // of a sample: more cannot be looked at
	maxDays = 365
	maxItem = 40
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Read reads every plan (inspection/*.yaml). What is wrong is reported by file and line, and such a plan is left out.
func Read(fsys fs.FS, clause func(id string) bool) (*Book, []fault.Problem) {
	b := &Book{}
	files, err := fs.Glob(fsys, "inspection/*.yaml")
	if err != nil {
		return b, []fault.Problem{fault.ProblemAt("inspection", 0, "inspection.plan_unreadable", "reason", err.Error())}
	}
	var problems []fault.Problem
	for _, name := range files {
		r := &reader{file: name, clause: clause}
		text, err := fs.ReadFile(fsys, name)
		switch {
		case err != nil:
			r.at(0, "inspection.plan_unreadable", "reason", err.Error())
		case len(text) > maxFile:
			r.at(0, "inspection.plan_unreadable", "reason", strconv.Itoa(len(text)))
		default:
			if p := r.read(text); p != nil {
				b.all = append(b.all, p)
			}
		}
		problems = append(problems, r.problems...)
	}
	slices.SortStableFunc(b.all, func(x, y *Plan) int { return cmp.Or(cmp.Compare(x.Order, y.Order), cmp.Compare(x.ID, y.ID)) })
	return b, problems
}

type reader struct {
	file     string
	clause   func(string) bool
	root     *yaml.Node
	problems []fault.Problem
}

func (r *reader) at(line int, key string, args ...any) {
	r.problems = append(r.problems, fault.ProblemAt(r.file, line, key, args...))
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

func (r *reader) read(text []byte) *Plan {
	var p Plan
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&p); err != nil {
		line := 0
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1]) // digits
		}
		if errors.Is(err, io.EOF) {
			err = errors.New("empty")
		}
		r.at(line, "inspection.plan_unreadable", "reason", strings.ReplaceAll(err.Error(), "\n", " "))
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 {
		r.at(0, "inspection.plan_unreadable", "reason", "empty")
		return nil
	}
	r.root = doc.Content[0]
	r.head(&p)
	r.population(&p)
	r.items(&p)
	if len(r.problems) > 0 {
		return nil
	}
	return &p
}

// child gives the node of a field, or the node itself where it has none, and its line.
func child(n *yaml.Node, name string) (*yaml.Node, int) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i+1], n.Content[i].Line
			}
		}
	}
	return n, n.Line
}

func (r *reader) head(p *Plan) {
	line := func(name string) int { _, l := child(r.root, name); return l }
	if !idForm.MatchString(p.ID) || r.file != "inspection/"+p.ID+".yaml" {
		r.at(line("id"), "inspection.plan_id", "id", p.ID)
	}
	if !p.Default {
		r.at(line("default"), "inspection.plan_default")
	}
	r.both(p.Title, line("title"), "title")
	r.both(p.Summary, line("summary"), "summary")
	if len(p.Clauses) == 0 {
		r.at(line("clauses"), "inspection.plan_clauses")
	}
	for _, c := range p.Clauses {
		r.known(c, line("clauses"))
	}
	if !slices.Contains(Frequencies(), p.Every) {
		r.at(line("every"), "inspection.plan_every", "value", string(p.Every))
	}
	records := p.Population.Kind == Records
	if !records && (p.Size < 1 || p.Size > maxSize) || records && p.Size != 0 {
		r.at(line("size"), "inspection.plan_size", "max", maxSize)
	}
}

func (r *reader) both(t catalog.Text, line int, field string) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		r.at(line, "inspection.plan_text", "field", field)
	}
}

func (r *reader) known(clause string, line int) {
	if !r.clause(clause) {
		r.at(line, "inspection.plan_clause", "clause", clause)
	}
}

var roles = []string{"learner", "manager", "author", "hr", "inspector", "admin"}

func (r *reader) population(p *Plan) {
	n, line := child(r.root, "population")
	if !slices.Contains(kinds, p.Population.Kind) {
		r.at(line, "inspection.plan_kind", "value", p.Population.Kind)
	}
	for _, role := range p.Population.Roles {
		if _, l := child(n, "roles"); !slices.Contains(roles, role) || p.Population.Kind != People {
			r.at(l, "inspection.plan_role", "value", role)
		}
	}
	if p.Population.Kind == Listed {
		_, l := child(n, "hint")
		r.both(p.Population.Hint, l, "hint")
	}
}

func (r *reader) items(p *Plan) {
	list, line := child(r.root, "items")
	if len(p.Items) == 0 || len(p.Items) > maxItem || list.Kind != yaml.SequenceNode {
		r.at(line, "inspection.plan_items", "max", maxItem)
		return
	}
	seen := map[string]bool{}
	for i, item := range p.Items {
		n := list.Content[i]
		at := func(name string) int { _, l := child(n, name); return l }
		if !idForm.MatchString(item.ID) || seen[item.ID] {
			r.at(at("id"), "inspection.plan_id", "id", item.ID)
		}
		seen[item.ID] = true
		r.both(item.Ask, at("ask"), "ask")
		r.known(item.Clause, at("clause"))
		if !slices.Contains(Severities(), item.Severity) {
			r.at(at("severity"), "inspection.plan_severity", "value", string(item.Severity))
		}
		if item.Days < 1 || item.Days > maxDays {
			r.at(at("days"), "inspection.plan_days", "max", maxDays)
		}
	}
}
