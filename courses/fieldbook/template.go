package fieldbook

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"tongguan/courses/prose"
	"tongguan/server/base/strict"
)

// head is the front matter of a template.
type head struct {
	ID      string   `yaml:"id"`
	Title   string   `yaml:"title"`
	Summary string   `yaml:"summary"`
	Stage   string   `yaml:"stage"`
	Clauses []string `yaml:"clauses"`
	Order   int      `yaml:"order"`
}

// written is a template's file in one language.
type written struct {
	head
	*strict.File
	body string
	line int // of the last line before the text
}

// templates reads the forms. Their pages may lead to each other, so all files are looked at before one is drawn.
func (r *reader) templates() {
	all := map[string]map[string]*written{}
	for _, name := range r.glob(templatesFolder, ".md") {
		id, lang, ok := strings.Cut(strings.TrimSuffix(path.Base(name), ".md"), ".")
		if !ok || !slices.Contains(prose.Languages, lang) || !prose.IsSlug(id) {
			continue // its name is reported already
		}
		if w := r.written(name, id); w != nil {
			if all[id] == nil {
				all[id] = map[string]*written{}
			}
			all[id][lang] = w
		}
	}
	ground := r.ground
	ground.Figure, ground.Template = r.book.Draw, func(id string) bool { return all[id] != nil }
	press := map[string]*prose.Press{}
	for _, lang := range prose.Languages {
		press[lang] = prose.NewPress(lang, ground)
	}
	for id, texts := range all {
		t := r.template(id, texts, press)
		r.book.templates[id] = t
		r.book.Templates = append(r.book.Templates, t)
		for _, w := range texts {
			r.keep(w.File)
		}
	}
	slices.SortFunc(r.book.Templates, func(a, b *Template) int { return cmp.Or(a.Order-b.Order, cmp.Compare(a.ID, b.ID)) })
}

// written reads one file; nil if it has no head that can be read.
func (r *reader) written(name, id string) *written {
	text, ok := r.text(name)
	if !ok {
		return nil
	}
	front, body, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(text, "---\n") {
		r.book.Whole = false
		r.note(name, 1, "lint.front_missing")
		return nil
	}
	w := &written{body: body, line: strings.Count(front, "\n") + 3}
	if w.File, ok = strict.Parse(name, []byte("---\n"+front), &w.head); !ok {
		r.book.Whole = false
		r.keep(w.File)
		return nil
	}
	if w.ID != id {
		w.At(w.Root().Field("id"), "library.lint.id_file", "id", w.ID, "name", id)
	}
	r.lintHead(w)
	return w
}

// lintHead looks at the front matter.
func (r *reader) lintHead(w *written) {
	at := w.Root().Field
	for _, one := range []struct{ field, value string }{{"title", w.Title}, {"summary", w.Summary}} {
		if strings.TrimSpace(one.value) == "" {
			w.At(at(one.field), "lint.field_missing", "field", one.field)
		}
		if strings.HasSuffix(w.Name, ".zh.md") {
			for _, s := range prose.Setting(one.value) {
				w.At(at(one.field), s.Key, s.Args...)
			}
		}
	}
	if w.Stage != "" && !slices.Contains(Stages, w.Stage) {
		w.At(at("stage"), "lint.stage_unknown", "stage", w.Stage, "stages", strings.Join(Stages, ", "))
	}
	if len(w.Clauses) == 0 {
		w.At(at("clauses"), "lint.field_missing", "field", "clauses")
	}
	r.clauses(w.File, w.Clauses, at("clauses"))
}

// template draws a form in each language. What both must agree on is that of the first.
func (r *reader) template(id string, texts map[string]*written, press map[string]*prose.Press) *Template {
	t := &Template{ID: id, pages: map[string]*prose.Page{}, files: map[string]string{}, lines: map[string]int{}}
	var lead *written
	for _, lang := range prose.Languages {
		w := texts[lang]
		if w == nil {
			if name := templatesFolder + "/" + id + "." + lang + ".md"; !r.has(name) {
				r.note(name, 0, "lint.file_missing")
			}
			continue
		}
		if lead == nil {
			lead = w
			t.Stage, t.Clauses, t.Order = w.Stage, w.Clauses, w.Order
		}
		t.Title.Set(lang, w.Title)
		t.Summary.Set(lang, w.Summary)
		p := press[lang].Page(w.body)
		p.Source = strings.TrimSpace(w.body) + "\n"
		t.pages[lang], t.files[lang], t.lines[lang] = p, w.Name, w.line
		r.lintPage(w, p)
	}
	if zh, en := texts["zh"], texts["en"]; zh != nil && en != nil {
		compare(t, zh, en)
	}
	return t
}

// lintPage takes over what is wrong with a page. A form has nothing to answer on the screen.
func (r *reader) lintPage(w *written, p *prose.Page) {
	for _, s := range p.Spots {
		w.Line(w.line+s.Line, s.Key, s.Args...)
	}
	for _, c := range p.Checks {
		w.Line(w.line+c.Line, "library.lint.check", "check", c.Text)
	}
	r.book.Whole = r.book.Whole && !p.Refused
}

// compare reports where the two languages of a form differ, in the English file.
func compare(t *Template, zh, en *written) {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"stage", zh.Stage == en.Stage}, {"clauses", slices.Equal(zh.Clauses, en.Clauses)}, {"order", zh.Order == en.Order},
	} {
		if !f.same {
			en.At(en.Root().Field(f.name), "lint.differs_field", "field", f.name)
		}
	}
	for _, s := range prose.Compare(t.pages["zh"], t.pages["en"]) {
		en.Line(en.line+s.Line, s.Key, s.Args...)
	}
}
