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
		if !pages["zh"].Refused && !pages["en"].Refused {
			r.comparePages(pages["zh"], pages["en"])
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

// comparePages reports the first difference of each kind between a page and its translation.
func (r *reader) comparePages(zh, en placed) {
	level := func(a, b prose.Mark) bool { return a.Level == b.Level }
	text := func(a, b prose.Mark) bool { return a.Text == b.Text }
	always := func(prose.Mark, prose.Mark) bool { return true }
	for _, k := range []struct {
		key    string
		zh, en []prose.Mark
		same   func(a, b prose.Mark) bool
	}{
		{"lint.differs_headings", zh.Headings, en.Headings, level},
		{"lint.differs_tables", zh.Tables, en.Tables, always},
		{"lint.differs_checks", zh.Checks, en.Checks, text},
		{"lint.differs_callouts", zh.Callouts, en.Callouts, text},
	} {
		i := 0
		for i < len(k.zh) && i < len(k.en) && k.same(k.zh[i], k.en[i]) {
			i++
		}
		if i == len(k.zh) && i == len(k.en) {
			continue
		}
		line := en.line
		if i < len(k.en) {
			line += k.en[i].Line
		}
		r.note(en.file, line, k.key, "n", i+1, "zh", len(k.zh), "en", len(k.en))
	}
}
