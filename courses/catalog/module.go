package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// volume is a module as it lies in the folder: a file in each language.
type volume struct {
	course *Course
	number int                    // of the file name
	name   string                 // of the file name
	stem   string                 // path without language and ending
	files  map[string]bool        // by language: there is one, be it readable or not
	texts  map[string]*manuscript // by language
	module *Module
}

// lead gives the text that decides what both languages must agree on: the Chinese one if there is one.
func (v *volume) lead() *manuscript {
	for _, lang := range languages {
		if t := v.texts[lang]; t != nil {
			return t
		}
	}
	return nil
}

// bind makes the module out of its texts. Identifiers, order and minutes are those of the leading text; the
// linter compares the other one with it.
func (r *reader) bind(v *volume) {
	lead := v.lead()
	if lead == nil {
		return
	}
	if r.catalog.modules[v.course.ID+"/"+v.name] != nil {
		r.refuse(lead.file, 1, "lint.duplicate", "id", v.name)
		return
	}
	v.module = &Module{
		ID: v.name, Course: v.course.ID, Order: v.number, Minutes: lead.front.Minutes,
		Stage: lead.front.Stage, Clauses: lead.front.Clauses,
	}
	for lang, t := range v.texts {
		v.module.Title.Set(lang, t.front.Title)
		v.module.Summary.Set(lang, t.front.Summary)
	}
	for _, d := range lead.drafts {
		l := &Lesson{
			ID: d.id, Course: v.course.ID, Module: v.name, Minutes: d.minutes, Clauses: d.clauses,
			pages: map[string]placed{},
		}
		for _, lang := range languages {
			if t := v.texts[lang]; t != nil {
				if d := t.draft(l.ID); d != nil {
					l.Title.Set(lang, d.title)
					l.pages[lang] = placed{r.page(v, t.file, lang, d), t.file, d.line}
				}
			}
		}
		v.module.Lessons = append(v.module.Lessons, l)
		r.catalog.lessons[l.Key()] = l
	}
	v.course.Modules = append(v.course.Modules, v.module)
	r.catalog.modules[v.module.Key()] = v.module
}

// page renders a lesson, unless the same was rendered before. Its hash is that of the module's key, the
// language and the source, a line each; the cache adds what the page rests on besides.
func (r *reader) page(v *volume, file, lang string, d *draft) *Page {
	sum := sha256.Sum256([]byte(v.course.ID + "/" + v.name + "\n" + lang + "\n" + d.source))
	hash := hex.EncodeToString(sum[:])
	p := r.cache[r.ground+hash]
	if p == nil {
		_, body, _ := strings.Cut(d.source, "\n")
		p = r.press[lang].Page(body)
		p.Hash, p.Source = hash, d.source
	}
	r.used[r.ground+hash] = p
	for _, s := range p.Spots {
		r.note(file, d.line+s.Line, s.Key, s.Args...)
	}
	if p.Refused {
		r.broken, r.refused[file] = true, true
	}
	return p
}

// link fills the catalog's index of which lessons teach a clause.
func (r *reader) link() {
	c := r.catalog
	for l := range c.eachLesson() {
		seen := map[string]bool{}
		for _, clause := range l.Clauses {
			for _, id := range above(clause) {
				if !seen[id] {
					seen[id] = true
					c.teaching[id] = append(c.teaching[id], l)
				}
			}
		}
	}
}
