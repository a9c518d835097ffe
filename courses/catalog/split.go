package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tongguan/courses/prose"
)

// manuscript is a module's file in one language.
type manuscript struct {
	file   string
	sheet  *sheet // of the front matter
	front  front
	drafts []*draft
}

// front is the head of a module's file.
type front struct {
	ID      string   `yaml:"id"`
	Title   string   `yaml:"title"`
	Summary string   `yaml:"summary"`
	Stage   string   `yaml:"stage"`
	Clauses []string `yaml:"clauses"`
	Minutes int      `yaml:"minutes"`
	Order   int      `yaml:"order"`
}

// draft is a lesson as it was written.
type draft struct {
	id, title string
	minutes   int
	clauses   []string
	line      int    // of the heading, in the file
	source    string // with its heading, without blank lines at the end
}

func (m *manuscript) draft(id string) *draft {
	for _, d := range m.drafts {
		if d.id == id {
			return d
		}
	}
	return nil
}

var (
	lessonLine = regexp.MustCompile(`^ {0,3}#[ \t]+(.*?)[ \t]*$`)
	attributes = regexp.MustCompile(`^(.*?)[ \t]*\{([^{}]*)\}$`)
	attribute  = regexp.MustCompile(`#(\S+)|([a-z]+)="([^"]*)"|(\S+)`)
)

// readManuscript reads a module's file; nil if it has no front matter that can be read.
func (r *reader) readManuscript(file string) *manuscript {
	text, ok := r.load(file)
	if !ok {
		return nil
	}
	head, body, ok := strings.Cut(strings.TrimPrefix(string(text), "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(string(text), "---\n") {
		r.refuse(file, 1, "lint.front_missing")
		return nil
	}
	m := &manuscript{file: file}
	if m.sheet = r.yaml(file, []byte("---\n"+head), &m.front); m.sheet == nil {
		return nil
	}
	r.split(m, body, strings.Count(head, "\n")+4)
	return m
}

// split cuts the text at its level-1 headings; first is the number of its first line.
func (r *reader) split(m *manuscript, body string, first int) {
	fence, fenceAt, start, stray := "", 0, -1, false
	lines := strings.SplitAfter(body, "\n")
	cut := func(end int) {
		if start >= 0 {
			r.draft(m, lines[start:end], first+start)
		}
	}
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\n")
		if marks, info := prose.Fence(line); marks != "" {
			switch {
			case fence == "" && !(marks[0] == '`' && strings.Contains(info, "`")):
				fence, fenceAt = marks, first+i
			case fence != "" && strings.HasPrefix(marks, fence) && info == "":
				fence = ""
			}
			continue
		}
		switch {
		case fence != "":
		case lessonLine.MatchString(line):
			cut(i)
			start = i
		case start < 0 && !stray && strings.TrimSpace(line) != "":
			r.note(m.file, first+i, "lint.text_before")
			stray = true // said once is enough
		}
	}
	cut(len(lines))
	if fence != "" {
		r.refuse(m.file, fenceAt, "lint.fence_open") // it has swallowed what follows
	}
	if len(m.drafts) == 0 {
		r.refuse(m.file, first, "lint.no_lessons")
	}
}

// taken are names of lessons that would stand at the address of something else.
var taken = []string{"quiz", "print", "offline"}

// draft takes a lesson out of its lines, if its heading names it.
func (r *reader) draft(m *manuscript, lines []string, at int) {
	heading := lessonLine.FindStringSubmatch(strings.TrimSuffix(lines[0], "\n"))[1]
	parts := attributes.FindStringSubmatch(heading)
	if parts == nil || parts[1] == "" {
		r.refuse(m.file, at, "lint.lesson_heading", "title", heading)
		return
	}
	d := &draft{title: parts[1], line: at, source: strings.TrimRight(strings.Join(lines, ""), "\n \t") + "\n"}
	for _, a := range attribute.FindAllStringSubmatch(parts[2], -1) {
		switch {
		case a[1] != "" && d.id == "":
			d.id = a[1]
		case a[2] == "clauses":
			d.clauses = strings.FieldsFunc(a[3], func(c rune) bool { return c == ',' || c == ' ' })
		case a[2] == "minutes":
			d.minutes, _ = strconv.Atoi(a[3])
		default:
			r.note(m.file, at, "lint.lesson_attribute", "attribute", a[0])
		}
	}
	switch {
	case !prose.IsSlug(d.id) || slices.Contains(taken, d.id):
		r.refuse(m.file, at, "lint.lesson_id", "id", d.id)
		return
	case m.draft(d.id) != nil:
		r.refuse(m.file, at, "lint.duplicate", "id", d.id)
		return
	case len(d.clauses) == 0:
		r.note(m.file, at, "lint.lesson_clauses", "id", d.id)
	}
	if d.minutes <= 0 {
		r.note(m.file, at, "lint.lesson_minutes", "id", d.id)
	}
	m.drafts = append(m.drafts, d)
}
