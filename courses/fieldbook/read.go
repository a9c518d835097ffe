package fieldbook

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/courses/prose"
	"tongguan/server/base/fault"
	"tongguan/server/base/strict"
)

// Folder is where the field library lies in the content.
const Folder = "fieldbook"

const (
	glossaryFile    = Folder + "/glossary.yaml"
	templatesFolder = Folder + "/templates"
	phrasesFolder   = Folder + "/phrases"
	figuresFolder   = Folder + "/figures"

	maxText = 128 << 10 // bytes of a template
)

// reader reads the folder once.
type reader struct {
	fsys     fs.FS
	ground   prose.Ground
	book     *Book
	problems []fault.Problem
}

// Read reads the field library; of the ground it needs the clauses and the labels of callouts, and gives templates their
// own figures and links. Content without the folder has an empty book.
func Read(fsys fs.FS, ground prose.Ground) (*Book, []fault.Problem) {
	r := &reader{fsys: fsys, ground: ground, book: &Book{Whole: true, terms: map[string]*Term{}, templates: map[string]*Template{},
		figures: map[string]*Figure{}, lexicons: map[string]*prose.Lexicon{}}}
	if _, err := fs.Stat(fsys, Folder); err != nil {
		return r.book, nil
	}
	r.digest()
	r.glossary()
	r.figures()
	r.templates()
	r.phrases()
	r.book.enter()
	r.book.list()
	fault.SortProblems(r.problems)
	return r.book, r.problems
}

// note reports something that should be put right.
func (r *reader) note(file string, line int, key string, args ...any) {
	r.problems = append(r.problems, fault.ProblemAt(file, line, key, args...))
}

// yaml reads a YAML file strictly; what can not be read at all leaves the book less than whole.
func (r *reader) yaml(name string, into any) (*strict.File, bool) {
	f, ok := strict.Read(r.fsys, name, into)
	r.book.Whole = r.book.Whole && ok
	return f, ok
}

// keep takes over what is wrong with a file.
func (r *reader) keep(f *strict.File) { r.problems = append(r.problems, f.Problems...) }

// digest makes the hash of all that is in the folder, and reports what does not belong there.
func (r *reader) digest() {
	h := sha256.New()
	_ = fs.WalkDir(r.fsys, Folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			r.book.Whole = false
			r.note(name, 0, "library.lint.unreadable")
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if !placed.MatchString(strings.TrimPrefix(name, Folder+"/")) && !strings.HasPrefix(d.Name(), ".") && d.Name() != "README.md" {
			r.note(name, 0, "library.lint.file_name")
		}
		if text, err := fs.ReadFile(r.fsys, name); err == nil {
			h.Write([]byte(name + "\n"))
			h.Write(text)
		}
		return nil
	})
	r.book.Hash = hex.EncodeToString(h.Sum(nil))
}

var placed = regexp.MustCompile(`^(glossary\.yaml|templates/[a-z0-9-]+\.(zh|en)\.md|phrases/[a-z]+\.yaml|figures/[a-z0-9-]+\.(yaml|svg))$`)

// both wants a text in both languages, decently set.
func both(f *strict.File, t prose.Text, at strict.Node, field string) {
	if strings.TrimSpace(t.ZH) == "" || strings.TrimSpace(t.EN) == "" {
		f.At(at, "library.lint.both", "field", field)
	}
	for _, s := range prose.Setting(t.ZH) {
		f.At(at, s.Key, s.Args...)
	}
}

// clauses wants every clause to be one of the policy.
func (r *reader) clauses(f *strict.File, clauses []string, at strict.Node) {
	for _, id := range clauses {
		if _, ok := r.ground.Clause(id); !ok {
			f.At(at, "lint.clause_unknown", "clause", id)
		}
	}
}

func (r *reader) glossary() {
	if !r.has(glossaryFile) {
		return
	}
	var terms []*Term
	f, ok := r.yaml(glossaryFile, &terms)
	defer func() { r.keep(f) }()
	if !ok {
		return
	}
	owner := map[string]string{} // of a word, in each language
	for i, t := range terms {
		switch at := f.Root().Item(i); {
		case t == nil || !prose.IsSlug(t.ID):
			f.At(at, "library.lint.id")
		case r.book.terms[t.ID] != nil:
			f.At(at, "lint.duplicate", "id", t.ID)
		default:
			r.book.terms[t.ID] = t
			r.book.Terms = append(r.book.Terms, t)
			r.term(f, t, at, owner)
		}
	}
	for i, t := range terms {
		for k := 0; t != nil && k < len(t.See); k++ {
			if id := t.See[k]; r.book.terms[id] == nil || id == t.ID {
				f.At(f.Root().Item(i).Field("see"), "library.lint.see", "id", id)
			}
		}
	}
	if len(r.book.Terms) > 0 {
		r.lexicons()
	}
}

// term looks at one term; a word belongs to the first that has it.
func (r *reader) term(f *strict.File, t *Term, at strict.Node, owner map[string]string) {
	both(f, t.Term, at.Field("term"), "term")
	both(f, t.Means, at.Field("means"), "means")
	if t.Example != (prose.Text{}) {
		both(f, t.Example, at.Field("example"), "example")
	}
	r.clauses(f, t.Clauses, at.Field("clauses"))
	for _, lang := range prose.Languages {
		for _, w := range t.words(lang) {
			other, taken := owner[lang+strings.ToLower(w)]
			if taken || strings.TrimSpace(w) == "" {
				f.At(at, "library.lint.word_twice", "word", w, "id", other)
				continue
			}
			owner[lang+strings.ToLower(w)] = t.ID
		}
	}
}

// words are all ways to write a term in a language.
func (t *Term) words(lang string) []string {
	return append([]string{t.Term.In(lang)}, t.Also.In(lang)...)
}

func (r *reader) lexicons() {
	for _, lang := range prose.Languages {
		words := map[string][]string{}
		for _, t := range r.book.Terms {
			words[t.ID] = t.words(lang)
		}
		r.book.lexicons[lang] = prose.NewLexicon(words)
	}
}

// glob gives the files of a folder that have an ending.
func (r *reader) glob(folder, ending string) []string {
	names, _ := fs.Glob(r.fsys, folder+"/*"+ending) // the pattern is good
	return names
}

func (r *reader) figures() {
	for _, name := range r.glob(figuresFolder, ".svg") {
		if id := strings.TrimSuffix(path.Base(name), ".svg"); !r.has(figuresFolder + "/" + id + ".yaml") {
			r.note(name, 0, "library.lint.figure_words", "id", id)
		}
	}
	for _, name := range r.glob(figuresFolder, ".yaml") {
		figure := &Figure{}
		f, ok := r.yaml(name, figure)
		if ok {
			r.figure(f, figure)
		}
		r.keep(f)
	}
}

func (r *reader) has(name string) bool {
	_, err := fs.Stat(r.fsys, name)
	return err == nil
}

func (r *reader) figure(f *strict.File, figure *Figure) {
	at, id := f.Root().Field, strings.TrimSuffix(path.Base(f.Name), ".yaml")
	if figure.ID != id {
		f.At(at("id"), "library.lint.id_file", "id", figure.ID, "name", id)
		figure.ID = id
	}
	both(f, figure.Title, at("title"), "title")
	both(f, figure.Describe, at("describe"), "describe")
	for key, t := range figure.Words { // labels, whose spaces are the author's
		if t.ZH == "" || t.EN == "" {
			f.At(at("words").Field(key), "library.lint.both", "field", key)
		}
	}
	drawing := strings.TrimSuffix(f.Name, ".yaml") + ".svg"
	text, err := fs.ReadFile(r.fsys, drawing)
	if err != nil {
		f.At(strict.Node{}, "library.lint.drawing_missing", "file", path.Base(drawing))
		return
	}
	note := func(line int, key string, args ...any) { r.note(drawing, line, key, args...) }
	if !figure.draw(text, note) {
		r.book.Whole = false
		return
	}
	r.book.figures[id] = figure
	r.book.Figures = append(r.book.Figures, figure)
}

func (r *reader) phrases() {
	names := r.glob(phrasesFolder, ".yaml")
	for _, name := range names {
		p := &Phrasebook{}
		f, ok := r.yaml(name, p)
		if ok && r.phrasebook(f, p) {
			r.book.Phrases = append(r.book.Phrases, p)
		}
		r.keep(f)
	}
	for _, stage := range Stages {
		if len(names) > 0 && !r.has(phrasesFolder+"/"+stage+".yaml") {
			r.note(phrasesFolder, 0, "library.lint.phrases_missing", "stage", stage)
		}
	}
	slices.SortFunc(r.book.Phrases, func(a, b *Phrasebook) int {
		return cmp.Compare(slices.Index(Stages, a.ID), slices.Index(Stages, b.ID))
	})
}

// phrasebook looks at what is said at a stage; false if there is no such stage.
func (r *reader) phrasebook(f *strict.File, p *Phrasebook) bool {
	at, stage := f.Root().Field, strings.TrimSuffix(path.Base(f.Name), ".yaml")
	if p.ID != stage {
		f.At(at("id"), "library.lint.id_file", "id", p.ID, "name", stage)
		p.ID = stage
	}
	if !slices.Contains(Stages, stage) {
		f.At(at("id"), "lint.stage_unknown", "stage", stage, "stages", strings.Join(Stages, ", "))
		return false
	}
	both(f, p.Title, at("title"), "title")
	both(f, p.About, at("about"), "about")
	if len(p.Groups) == 0 {
		f.At(at("groups"), "library.lint.groups")
	}
	for i, g := range p.Groups {
		group := at("groups").Item(i)
		both(f, g.Title, group.Field("title"), "title")
		if len(g.Phrases) == 0 {
			f.At(group, "library.lint.groups")
		}
		for k, one := range g.Phrases {
			here := group.Field("phrases").Item(k)
			both(f, prose.Text{ZH: one.ZH, EN: one.EN}, here, "zh/en")
			both(f, one.When, here.Field("when"), "when")
		}
	}
	return true
}

// text reads a file of words, with Unix line ends; false if it is none.
func (r *reader) text(name string) (string, bool) {
	text, err := fs.ReadFile(r.fsys, name)
	if err != nil || len(text) > maxText || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		r.book.Whole = false
		r.note(name, 0, "library.lint.unreadable")
		return "", false
	}
	return strings.ReplaceAll(strings.TrimPrefix(string(text), "\ufeff"), "\r\n", "\n"), true
}
