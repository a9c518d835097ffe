package catalog

import (
	"slices"
	"strings"

	"tongguan/courses/prose"
)

// compare reports where the two languages of a module are built differently; the place is in the English file,
// since it follows the Chinese one.
func (r *reader) compare(v *volume) {
	zh, en := v.texts["zh"], v.texts["en"]
	for _, f := range []struct {
		name string
		same bool
	}{
		{"stage", zh.front.Stage == en.front.Stage},
		{"clauses", slices.Equal(zh.front.Clauses, en.front.Clauses)},
		{"minutes", zh.front.Minutes == en.front.Minutes},
	} {
		if !f.same {
			r.note(en.file, en.sheet.line(f.name), "lint.differs_field", "field", f.name)
		}
	}
	if a, b := ids(zh.drafts), ids(en.drafts); a != b {
		r.note(en.file, 0, "lint.differs_lessons", "zh", a, "en", b)
	}
	for _, a := range zh.drafts {
		b := en.draft(a.id)
		if b == nil {
			continue
		}
		if !slices.Equal(a.clauses, b.clauses) {
			r.note(en.file, b.line, "lint.differs_field", "field", "clauses")
		}
		if a.minutes != b.minutes {
			r.note(en.file, b.line, "lint.differs_field", "field", "minutes")
		}
		pages := r.catalog.lessons[v.module.Key()+"/"+a.id].pages
		for _, s := range prose.Compare(pages["zh"].Page, pages["en"].Page) {
			r.note(en.file, b.line+s.Line, s.Key, s.Args...)
		}
	}
}

func ids(drafts []*draft) string {
	var all []string
	for _, d := range drafts {
		all = append(all, d.id)
	}
	return strings.Join(all, ", ")
}
