package catalog

import (
	"slices"
	"strings"

	"tongguan/courses/fieldbook"
	"tongguan/courses/prose"
)

// lint looks at what can be judged only when all is read.
func (r *reader) lint() {
	first := map[string]string{} // language and check → lesson
	for _, v := range r.manuscripts {
		for _, lang := range languages {
			if t := v.texts[lang]; t != nil {
				r.lintFront(v, t)
				r.lintDrafts(v, t)
			} else if !v.files[lang] {
				r.note(v.stem+"."+lang+".md", 0, "lint.file_missing")
			}
		}
		if v.module != nil && len(v.texts) == len(languages) {
			r.compare(v)
		}
	}
	for l := range r.catalog.eachLesson() {
		for _, lang := range languages {
			if p, ok := l.pages[lang]; ok {
				r.lintPage(l, lang, p, first)
				r.lintMinutes(l, p)
			}
		}
	}
	for _, course := range r.catalog.Courses {
		r.lintStages(course)
		for _, m := range course.Modules {
			r.lintClosing(m)
		}
	}
	r.lintFieldbook()
	r.lintCoverage()
}

func (r *reader) lintFront(v *volume, t *manuscript) {
	f, at := t.front, func(field string) int { return t.sheet.line(field) }
	for _, field := range []struct{ name, value string }{{"title", f.Title}, {"summary", f.Summary}} {
		if field.value == "" {
			r.note(t.file, at(field.name), "lint.field_missing", "field", field.name)
		} else if t == v.texts["zh"] {
			for _, p := range prose.Setting(field.value) {
				r.note(t.file, at(field.name), p.Key, p.Args...)
			}
		}
	}
	if f.ID != v.name {
		r.note(t.file, at("id"), "lint.module_id", "id", f.ID, "name", v.name)
	}
	if f.Order != v.number {
		r.note(t.file, at("order"), "lint.module_order", "order", f.Order, "number", v.number)
	}
	if f.Stage != "" && !slices.Contains(fieldbook.Stages, f.Stage) {
		r.note(t.file, at("stage"), "lint.stage_unknown", "stage", f.Stage, "stages", strings.Join(fieldbook.Stages, ", "))
	}
	if len(f.Clauses) == 0 {
		r.note(t.file, at("clauses"), "lint.field_missing", "field", "clauses")
	}
	for _, clause := range f.Clauses {
		r.lintClause(t.file, at("clauses"), clause)
	}
	sum := 0
	for _, d := range t.drafts {
		sum += d.minutes
	}
	if sum != f.Minutes {
		r.note(t.file, at("minutes"), "lint.minutes_sum", "minutes", f.Minutes, "sum", sum)
	}
}

func (r *reader) lintDrafts(v *volume, t *manuscript) {
	for _, d := range t.drafts {
		for _, clause := range d.clauses {
			if r.lintClause(t.file, d.line, clause) && !slices.Contains(t.front.Clauses, clause) {
				r.note(t.file, d.line, "lint.clause_unlisted", "clause", clause)
			}
		}
		if t == v.texts["zh"] {
			for _, p := range prose.Setting(d.title) {
				r.note(t.file, d.line, p.Key, p.Args...)
			}
		}
	}
}

// lintClause reports a clause that the policy does not have.
func (r *reader) lintClause(file string, line int, clause string) bool {
	known := r.catalog.clauses[clause] != nil
	if !known {
		r.note(file, line, "lint.clause_unknown", "clause", clause)
	}
	return known
}

func (r *reader) lintPage(l *Lesson, lang string, p placed, first map[string]string) {
	for _, to := range p.Lessons {
		if r.catalog.lessons[to.Text] == nil {
			r.note(p.file, p.line+to.Line, "lint.link_lesson", "lesson", to.Text)
		}
	}
	for _, c := range p.Checks {
		if other, ok := first[lang+c.Text]; ok {
			r.note(p.file, p.line+c.Line, "lint.check_repeated", "check", c.Text, "lesson", other)
		}
		first[lang+c.Text] = l.Key()
	}
	var have []prose.Mark
	for _, h := range p.Headings {
		if h.Level == 2 {
			have = append(have, h)
		}
	}
	for i, want := range r.sections {
		if p.Refused {
			break
		}
		if i >= len(have) {
			r.note(p.file, p.line, "lint.section_missing", "section", want.In(lang))
			break
		}
		if have[i].Text != want.In(lang) {
			r.note(p.file, p.line+have[i].Line, "lint.section", "section", want.In(lang), "found", have[i].Text)
			break
		}
	}
}

// lintStages wants a stage for all modules of a course or for none.
func (r *reader) lintStages(course *Course) {
	staged := slices.ContainsFunc(course.Modules, func(m *Module) bool { return m.Stage != "" })
	for _, v := range r.manuscripts {
		if v.course == course && v.module != nil && v.module.Stage == "" && staged {
			r.note(v.lead().file, 1, "lint.stage_missing", "stages", strings.Join(fieldbook.Stages, ", "))
		}
	}
}

// lintCoverage reports clauses that no lesson teaches. A course answers for its whole chapter, unless its
// modules are stages of the process: then each answers for its stage, which is the clause's first two numbers.
func (r *reader) lintCoverage() {
	answered := map[string]bool{}
	for _, course := range r.catalog.Courses {
		for _, m := range course.Modules {
			if m.Stage == "" {
				answered[course.Chapter] = true
			}
			for _, clause := range m.Clauses {
				if m.Stage != "" && strings.Contains(clause, ".") {
					family := above(clause)
					answered[family[len(family)-2]] = true
				}
			}
		}
	}
	for i, cl := range r.catalog.Clauses {
		due := slices.ContainsFunc(above(cl.ID), func(id string) bool { return answered[id] })
		if due && len(r.catalog.teaching[cl.ID]) == 0 {
			r.note(policyFile, r.policy.line("clauses", i), "lint.clause_untaught", "clause", cl.ID)
		}
	}
}
