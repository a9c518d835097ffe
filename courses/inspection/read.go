package inspection

import (
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"tongguan/courses/catalog"
	"tongguan/server/base/fault"
	"tongguan/server/base/strict"
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
	maxSize = 200 // of a sample: more cannot be looked at
	maxDays = 365
	maxItem = 40
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// Read reads every plan (inspection/*.yaml). What is wrong is reported by file and line, and such a plan is left out.
func Read(fsys fs.FS, clause func(id string) bool) (*Book, []fault.Problem) {
	b := &Book{}
	files, err := fs.Glob(fsys, "inspection/*.yaml")
	if err != nil {
		return b, []fault.Problem{fault.ProblemAt("inspection", 0, "strict.unreadable", "reason", err.Error())}
	}
	var problems []fault.Problem
	for _, name := range files {
		var p Plan
		f, ok := strict.Read(fsys, name, &p)
		if ok {
			r := &reader{f, clause}
			r.head(&p)
			r.population(&p)
			r.items(&p)
		}
		if len(f.Problems) == 0 {
			b.all = append(b.all, &p)
		}
		problems = append(problems, f.Problems...)
	}
	slices.SortStableFunc(b.all, func(x, y *Plan) int { return cmp.Or(cmp.Compare(x.Order, y.Order), cmp.Compare(x.ID, y.ID)) })
	return b, problems
}

type reader struct {
	*strict.File
	clause func(string) bool
}

func (r *reader) head(p *Plan) {
	at := r.Root().Field
	if !idForm.MatchString(p.ID) || r.Name != "inspection/"+p.ID+".yaml" {
		r.At(at("id"), "inspection.plan_id", "id", p.ID)
	}
	if !p.Default {
		r.At(at("default"), "inspection.plan_default")
	}
	r.both(p.Title, at("title"), "title")
	r.both(p.Summary, at("summary"), "summary")
	if len(p.Clauses) == 0 {
		r.At(at("clauses"), "inspection.plan_clauses")
	}
	for _, c := range p.Clauses {
		r.known(c, at("clauses"))
	}
	if !slices.Contains(Frequencies(), p.Every) {
		r.At(at("every"), "inspection.plan_every", "value", string(p.Every))
	}
	records := p.Population.Kind == Records
	if !records && (p.Size < 1 || p.Size > maxSize) || records && p.Size != 0 {
		r.At(at("size"), "inspection.plan_size", "max", maxSize)
	}
}

func (r *reader) both(t catalog.Text, at strict.Node, field string) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		r.At(at, "inspection.plan_text", "field", field)
	}
}

func (r *reader) known(clause string, at strict.Node) {
	if !r.clause(clause) {
		r.At(at, "inspection.plan_clause", "clause", clause)
	}
}

var roles = []string{"learner", "manager", "author", "hr", "inspector", "admin"}

func (r *reader) population(p *Plan) {
	at := r.Root().Field("population")
	if !slices.Contains(kinds, p.Population.Kind) {
		r.At(at, "inspection.plan_kind", "value", p.Population.Kind)
	}
	for _, role := range p.Population.Roles {
		if !slices.Contains(roles, role) || p.Population.Kind != People {
			r.At(at.Field("roles"), "inspection.plan_role", "value", role)
		}
	}
	if p.Population.Kind == Listed {
		r.both(p.Population.Hint, at.Field("hint"), "hint")
	}
}

func (r *reader) items(p *Plan) {
	list := r.Root().Field("items")
	if len(p.Items) == 0 || len(p.Items) > maxItem {
		r.At(list, "inspection.plan_items", "max", maxItem)
		return
	}
	seen := map[string]bool{}
	for i, item := range p.Items {
		at := list.Item(i).Field
		if !idForm.MatchString(item.ID) || seen[item.ID] {
			r.At(at("id"), "inspection.plan_id", "id", item.ID)
		}
		seen[item.ID] = true
		r.both(item.Ask, at("ask"), "ask")
		r.known(item.Clause, at("clause"))
		if !slices.Contains(Severities(), item.Severity) {
			r.At(at("severity"), "inspection.plan_severity", "value", string(item.Severity))
		}
		if item.Days < 1 || item.Days > maxDays {
			r.At(at("days"), "inspection.plan_days", "max", maxDays)
		}
	}
}
