package catalog

import (
	"tongguan/courses/fieldbook"
	"tongguan/courses/prose"
)

// readFieldbook reads the field library, which lessons show figures of, lead to and take their terms from.
func (r *reader) readFieldbook(ground prose.Ground) prose.Ground {
	book, problems := fieldbook.Read(r.fsys, ground)
	for _, p := range problems {
		if r.policy != nil || !aboutPolicy(p.Key) {
			r.problems = append(r.problems, p)
		}
	}
	r.broken = r.broken || !book.Whole
	r.hash.Write([]byte(book.Hash))
	r.catalog.Book = book
	ground.Figure = book.Draw
	ground.Template = func(id string) bool { return book.Template(id) != nil }
	ground.Terms = map[string]*prose.Lexicon{}
	for _, lang := range languages {
		ground.Terms[lang] = book.Lexicon(lang)
	}
	return ground
}

// lintFieldbook looks at what the field library and the lessons say of each other.
func (r *reader) lintFieldbook() {
	for _, ref := range r.catalog.Book.LessonRefs() {
		if r.catalog.lessons[ref.Lesson] == nil {
			r.note(ref.File, ref.Line, "lint.link_lesson", "lesson", ref.Lesson)
		}
	}
	for l := range r.catalog.eachLesson() {
		for _, lang := range languages {
			p, ok := l.pages[lang]
			if ok && !p.Refused && len(r.catalog.Book.Terms) > 0 && len(p.Terms) == 0 {
				r.note(p.file, p.line, "lint.no_term")
			}
		}
	}
}
