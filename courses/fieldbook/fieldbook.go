// Package fieldbook is what a seller carries along: the words of the trade, forms to fill in, sentences to say, pictures.
//
// It is read out of the folder fieldbook of the content and never changes afterwards. What is wrong with it is reported
// for the people who write it, and never stops the rest from being read.
package fieldbook

import (
	"cmp"
	"slices"
	"strings"

	"tongguan/courses/prose"
)

// Stages are the six of the sales process, in their order.
var Stages = []string{"develop", "understand", "design", "negotiate", "deliver", "care"}

// Book is all of the field library. It is never changed once it is read.
type Book struct {
	Terms     []*Term
	Templates []*Template
	Phrases   []*Phrasebook // in the order of the stages
	Figures   []*Figure
	Hash      string // hex SHA-256 of all that was read; "" where there is no such folder
	Whole     bool   // nothing was unreadable

	terms     map[string]*Term
	templates map[string]*Template
	figures   map[string]*Figure
	lexicons  map[string]*prose.Lexicon
	entries   []entry             // what can be found: the terms first, in their order
	sections  map[string][]listed // the terms of the glossary, by language
}

// Term is a word of the trade.
type Term struct {
	ID      string     `yaml:"id"`
	Term    prose.Text `yaml:"term"`
	Also    Forms      `yaml:"also"`
	Means   prose.Text `yaml:"means"`
	Example prose.Text `yaml:"example"`
	Clauses []string   `yaml:"clauses"`
	See     []string   `yaml:"see"`
}

// Forms are other ways to write a term.
type Forms struct {
	ZH []string `yaml:"zh"`
	EN []string `yaml:"en"`
}

// In gives the other ways in a language.
func (f Forms) In(lang string) []string {
	if lang == "en" {
		return f.EN
	}
	return f.ZH
}

// Template is a form to fill in by hand.
type Template struct {
	ID             string
	Title, Summary prose.Text
	Stage          string // of the sales process, or ""
	Clauses        []string
	Order          int

	pages map[string]*prose.Page
	files map[string]string
	lines map[string]int // of the last line before the text
}

// Page gives the template in a language, or in the other one where it is not translated.
func (t *Template) Page(lang string) *prose.Page {
	if p := t.pages[lang]; p != nil {
		return p
	}
	for _, other := range prose.Languages {
		if p := t.pages[other]; p != nil {
			return p
		}
	}
	return &prose.Page{}
}

// Phrasebook is what can be said at a stage of the sales process.
type Phrasebook struct {
	ID     string     `yaml:"id"` // the stage
	Title  prose.Text `yaml:"title"`
	About  prose.Text `yaml:"about"`
	Groups []Group    `yaml:"groups"`
}

// Group is phrases for one purpose.
type Group struct {
	Title   prose.Text `yaml:"title"`
	Phrases []Phrase   `yaml:"phrases"`
}

// Phrase is a sentence to say, in both languages.
type Phrase struct {
	ZH   string     `yaml:"zh"`
	EN   string     `yaml:"en"`
	When prose.Text `yaml:"when"`
}

// Term gives a term, or nil.
func (b *Book) Term(id string) *Term { return b.terms[id] }

// Template gives a template, or nil.
func (b *Book) Template(id string) *Template { return b.templates[id] }

// PhrasesOf gives what can be said at a stage, or nil.
func (b *Book) PhrasesOf(stage string) *Phrasebook {
	for _, p := range b.Phrases {
		if p.ID == stage {
			return p
		}
	}
	return nil
}

// Lexicon finds the book's terms in texts of a language; nil where it has none.
func (b *Book) Lexicon(lang string) *prose.Lexicon { return b.lexicons[lang] }

// Draw gives a figure as SVG; its names begin with those of this use of it, which no other on the page may have.
func (b *Book) Draw(id, lang, use string) (svg string, ok bool) {
	f := b.figures[id]
	if f == nil {
		return "", false
	}
	return f.Draw(lang, use), true
}

// LessonRef is a place in a template that leads to a lesson.
type LessonRef struct {
	Lesson, File string
	Line         int
}

// LessonRefs gives every such place, in each language.
func (b *Book) LessonRefs() []LessonRef {
	var out []LessonRef
	for _, t := range b.Templates {
		for _, lang := range prose.Languages {
			if p := t.pages[lang]; p != nil {
				for _, m := range p.Lessons {
					out = append(out, LessonRef{m.Text, t.files[lang], t.lines[lang] + m.Line})
				}
			}
		}
	}
	return out
}

// Found is something of the book that was looked for.
type Found struct {
	Kind        string // term, template or phrase
	Title, Text string
	To          string // the term's or template's id, or the stage of the phrase
	Group       int    // of the phrase, from 1
	rank        int
}

// Search gives what holds all words of a query, in either language: first where the title does.
func (b *Book) Search(lang, query string, limit int) []Found {
	words := strings.Fields(strings.ToLower(prose.Clip(query, queryLimit)))
	if len(words) == 0 {
		return nil
	}
	var out []Found
	for _, e := range b.entries {
		f := Found{Kind: e.kind, Title: e.title.In(lang), Text: e.text.In(lang), To: e.to, Group: e.group, rank: 1}
		switch {
		case holds(e.name, words):
			f.rank = 0
		case !holds(e.all, words):
			continue
		case e.kind == "phrase":
			f.rank = 2
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b Found) int { return cmp.Compare(a.rank, b.rank) })
	return out[:min(limit, len(out))]
}

// entry is something that can be found.
type entry struct {
	kind, to    string
	group       int
	title, text prose.Text
	name, all   string // what is looked at, in small letters: by what it is called, and everything
}

// enter makes the entries of all shelves.
func (b *Book) enter() {
	add := func(e entry, name string, rest ...string) {
		e.name = strings.ToLower(name)
		e.all = strings.ToLower(name + "\n" + strings.Join(rest, "\n"))
		b.entries = append(b.entries, e)
	}
	for _, t := range b.Terms {
		add(entry{kind: "term", to: t.ID, title: t.Term, text: t.Means}, strings.Join(append(t.words("zh"), t.words("en")...), "\n"), t.Means.ZH, t.Means.EN)
	}
	for _, t := range b.Templates {
		add(entry{kind: "template", to: t.ID, title: t.Title, text: t.Summary}, t.Title.ZH+"\n"+t.Title.EN, t.Summary.ZH, t.Summary.EN)
	}
	for _, p := range b.Phrases {
		for i, g := range p.Groups {
			for _, one := range g.Phrases {
				add(entry{kind: "phrase", to: p.ID, group: i + 1, title: prose.Text{ZH: one.ZH, EN: one.EN}, text: one.When}, "", one.ZH, one.EN, one.When.ZH, one.When.EN)
			}
		}
	}
}

// queryLimit is how many characters of a query are looked at.
const queryLimit = 200

// holds says whether a text has all words, both in small letters.
func holds(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}
