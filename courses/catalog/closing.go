package catalog

import "tongguan/courses/prose"

// A lesson takes at least as long as reading it, and at most so many times that and so many minutes more: checks, thinking
// and writing are part of it.
const (
	slowest = 6
	beside  = 10
)

// lintMinutes holds what a lesson says it takes against its length.
func (r *reader) lintMinutes(l *Lesson, p placed) {
	if read := p.ReadingMinutes; !p.Refused && (l.Minutes < read || l.Minutes > slowest*read+beside) {
		r.note(p.file, p.line, "lint.minutes_length", "minutes", l.Minutes, "read", read, "most", slowest*read+beside)
	}
}

// lintClosing sees that the last lesson of a module ends with every callout that closes one, and that none stands elsewhere.
func (r *reader) lintClosing(m *Module) {
	for i, l := range m.Lessons {
		for _, lang := range languages {
			p, ok := l.pages[lang]
			if !ok || p.Refused {
				continue
			}
			for _, kind := range r.closing {
				marks := callouts(p, kind)
				switch last := i == len(m.Lessons)-1; {
				case last && len(marks) == 0:
					r.note(p.file, p.line, "lint.closing_missing", "callout", r.labels[kind].In(lang), "marker", kind)
				case !last && len(marks) > 0, len(marks) > 1:
					r.note(p.file, p.line+marks[len(marks)-1].Line, "lint.closing_stray", "callout", r.labels[kind].In(lang))
				}
			}
		}
	}
}

func callouts(p placed, kind string) (found []prose.Mark) {
	for _, c := range p.Callouts {
		if c.Text == kind {
			found = append(found, c)
		}
	}
	return found
}
