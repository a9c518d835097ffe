package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"tongguan/courses/prose"
	"tongguan/server/base/fault"
)

// Where things are in the folder.
const (
	policyFile    = "policy.yaml"
	calloutsFile  = "callouts.yaml"
	sectionsFile  = "sections.yaml"
	coursesFolder = "courses"
	courseFile    = "course.yaml"
)

// sizeLimit is how large a file of the content may be, in bytes.
const sizeLimit = 256 << 10

var (
	moduleName = regexp.MustCompile(`^(\d\d)-([a-z0-9-]+)\.(zh|en)\.md$`)
	otherName  = regexp.MustCompile(`^(\d\d-[a-z0-9-]+\.questions\.yaml|course\.yaml|\..*)$`)
)

// reader reads a folder once.
type reader struct {
	fsys     fs.FS
	catalog  *Catalog
	problems []fault.Problem
	broken   bool            // something that is there cannot be read at all
	refused  map[string]bool // the files of which that is so

	hash        hash.Hash // of everything read
	ground      string    // hash of what every page rests on: the policy, the labels and the field library
	press       map[string]*prose.Press
	sections    []Text
	labels      map[string]Text // of callouts
	closing     []string        // those with which every module ends
	cache, used map[string]*Page
	courseAt    map[string]*sheet // for the linter, by course
	manuscripts []*volume         // for the linter
	policy      *sheet
}

// Read reads a folder of content: all that can be read, and what is wrong with the rest.
func Read(fsys fs.FS) (*Catalog, []fault.Problem) {
	r := read(fsys, nil)
	return r.catalog, r.problems
}

// read reads a folder; pages that are in the cache under the same content are taken from there.
func read(fsys fs.FS, cache map[string]*Page) *reader {
	r := &reader{
		fsys: fsys, hash: sha256.New(), cache: cache, used: map[string]*Page{}, press: map[string]*prose.Press{},
		courseAt: map[string]*sheet{}, refused: map[string]bool{},
		catalog: &Catalog{
			clauses: map[string]*Clause{}, courses: map[string]*Course{}, modules: map[string]*Module{},
			lessons: map[string]*Lesson{}, teaching: map[string][]*Lesson{}, search: map[string]func() *index{},
		},
	}
	r.readPolicy()
	r.labels = r.readLabels()
	ground := r.readFieldbook(prose.Ground{Clause: r.catalog.clauseTitle, Labels: r.labels})
	r.ground = hex.EncodeToString(r.hash.Sum(nil))
	for _, lang := range languages {
		r.press[lang] = prose.NewPress(lang, ground)
		r.catalog.search[lang] = sync.OnceValue(func() *index { return newIndex(r.catalog, lang) })
	}
	r.readSections()
	r.readCourses()
	r.link()
	r.lint()
	r.catalog.Hash = hex.EncodeToString(r.hash.Sum(nil))
	fault.SortProblems(r.problems)
	return r
}

// note reports something that should be put right. Without a policy nothing is said about clauses: one
// unreadable file should not make a hundred problems.
func (r *reader) note(file string, line int, key string, args ...any) {
	if r.policy == nil && aboutPolicy(key) {
		return
	}
	r.problems = append(r.problems, fault.ProblemAt(file, line, key, args...))
}

func aboutPolicy(key string) bool {
	return key == "lint.clause_unknown" || key == "lint.link_clause" || key == "lint.chapter_unknown"
}

// refuse reports something that cannot be read at all.
func (r *reader) refuse(file string, line int, key string, args ...any) {
	r.broken, r.refused[file] = true, true
	r.note(file, line, key, args...)
}

// load reads a file, with Unix line ends; false if it is not a text of a bearable size.
func (r *reader) load(name string) ([]byte, bool) {
	f, err := r.fsys.Open(name)
	if err != nil {
		r.refuse(name, 0, "lint.unreadable")
		return nil, false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, sizeLimit+1))
	switch {
	case err != nil:
		r.refuse(name, 0, "lint.unreadable")
		return nil, false
	case len(text) > sizeLimit:
		r.refuse(name, 0, "lint.too_big", "limit", sizeLimit>>10)
		return nil, false
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		r.refuse(name, 0, "lint.not_text")
		return nil, false
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	r.hash.Write([]byte(name + "\n"))
	r.hash.Write(text)
	return text, true
}

// readYAML reads a YAML file; nil if it cannot be read.
func (r *reader) readYAML(name string, into any) *sheet {
	text, ok := r.load(name)
	if !ok {
		return nil
	}
	return r.yaml(name, text, into)
}

func (r *reader) readPolicy() {
	var policy struct {
		Chapters []*Chapter `yaml:"chapters"`
		Clauses  []*Clause  `yaml:"clauses"`
	}
	if r.policy = r.readYAML(policyFile, &policy); r.policy == nil {
		return
	}
	c, chapters := r.catalog, map[string]bool{}
	for i, ch := range policy.Chapters {
		if ch == nil || ch.ID == "" || chapters[ch.ID] {
			r.note(policyFile, r.policy.line("chapters", i), "lint.chapter_id")
			continue
		}
		chapters[ch.ID] = true
		c.Chapters = append(c.Chapters, ch)
		r.wants(r.policy, ch.Title, "chapters", i, "title")
	}
	for i, cl := range policy.Clauses {
		line := r.policy.line("clauses", i)
		if cl == nil || !prose.IsClause(cl.ID) {
			r.note(policyFile, line, "lint.clause_id")
			continue
		}
		if c.clauses[cl.ID] != nil {
			r.note(policyFile, line, "lint.duplicate", "id", cl.ID)
			continue
		}
		if cl.Chapter, _, _ = strings.Cut(cl.ID, "."); !chapters[cl.Chapter] {
			r.note(policyFile, line, "lint.chapter_unknown", "chapter", cl.Chapter)
		}
		c.clauses[cl.ID] = cl
		c.Clauses = append(c.Clauses, cl)
		r.wants(r.policy, cl.Title, "clauses", i, "title")
		r.wants(r.policy, cl.Summary, "clauses", i, "summary")
	}
}

func (r *reader) readLabels() map[string]Text {
	var callouts []struct {
		ID     string `yaml:"id"`
		Label  Text   `yaml:"label"`
		Closes bool   `yaml:"closes"` // every module ends with one
	}
	labels := map[string]Text{}
	s := r.readYAML(calloutsFile, &callouts)
	for i, one := range callouts {
		if !prose.IsSlug(one.ID) {
			r.note(calloutsFile, s.line(i), "lint.slug", "id", one.ID)
			continue
		}
		labels[one.ID] = one.Label
		if one.Closes {
			r.closing = append(r.closing, one.ID)
		}
		r.wants(s, one.Label, i, "label")
	}
	return labels
}

// readSections reads which headings a lesson must have; without the file, a lesson may have any.
func (r *reader) readSections() {
	if _, err := fs.Stat(r.fsys, sectionsFile); err != nil {
		return
	}
	if s := r.readYAML(sectionsFile, &r.sections); s != nil {
		for i, one := range r.sections {
			r.wants(s, one, i)
		}
	}
}

func (r *reader) readCourses() {
	folders, err := fs.ReadDir(r.fsys, coursesFolder)
	if err != nil {
		r.refuse(coursesFolder, 0, "lint.unreadable")
		return
	}
	for _, d := range folders {
		switch {
		case strings.HasPrefix(d.Name(), "."), d.Name() == "README.md":
		case !d.IsDir() || !prose.IsSlug(d.Name()) || d.Name() == "offline": // where copies of lessons are kept
			r.note(path.Join(coursesFolder, d.Name()), 0, "lint.file_name")
		default:
			r.readCourse(d.Name())
		}
	}
	slices.SortStableFunc(r.catalog.Courses, func(a, b *Course) int { return a.Order - b.Order })
}

func (r *reader) readCourse(folder string) {
	file := path.Join(coursesFolder, folder, courseFile)
	course := &Course{}
	s := r.readYAML(file, course)
	if s == nil {
		return
	}
	if course.ID != folder {
		r.note(file, s.line("id"), "lint.course_id", "id", course.ID, "folder", folder)
		course.ID = folder
	}
	if course.Order <= 0 {
		r.note(file, s.line("order"), "lint.field_missing", "field", "order")
	}
	if !slices.ContainsFunc(r.catalog.Chapters, func(c *Chapter) bool { return c.ID == course.Chapter }) {
		r.note(file, s.line("chapter"), "lint.chapter_unknown", "chapter", course.Chapter)
	}
	r.wants(s, course.Title, "title")
	r.wants(s, course.Summary, "summary")
	r.courseAt[folder] = s
	r.catalog.courses[folder] = course
	r.catalog.Courses = append(r.catalog.Courses, course)
	r.readModules(course, path.Join(coursesFolder, folder))
}

// readModules reads the module files of a course's folder, each in all its languages.
func (r *reader) readModules(course *Course, folder string) {
	files, err := fs.ReadDir(r.fsys, folder)
	if err != nil {
		r.refuse(folder, 0, "lint.unreadable")
		return
	}
	var last *volume
	for _, f := range files { // sorted by name, so that the languages of a module stand together
		m := moduleName.FindStringSubmatch(f.Name())
		if m == nil {
			if !otherName.MatchString(f.Name()) {
				r.note(path.Join(folder, f.Name()), 0, "lint.file_name")
			}
			continue
		}
		if stem := path.Join(folder, m[1]+"-"+m[2]); last == nil || last.stem != stem {
			last = &volume{course: course, name: m[2], stem: stem, files: map[string]bool{}, texts: map[string]*manuscript{}}
			last.number, _ = strconv.Atoi(m[1])
			r.manuscripts = append(r.manuscripts, last)
		}
		last.files[m[3]] = true
		if t := r.readManuscript(path.Join(folder, f.Name())); t != nil {
			last.texts[m[3]] = t
		}
	}
	for _, v := range r.manuscripts {
		if v.course == course {
			r.bind(v)
		}
	}
}
