package catalog

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"tongguan/courses/prose"
)

// Hit is a lesson that was found, and its place that answers best.
type Hit struct {
	Lesson  *Lesson
	Anchor  string // of the heading above the place, or ""
	Heading string // its words
	Snippet []Span
}

// Span is a piece of a snippet.
type Span struct {
	Text  string
	Match bool
}

// index is what is searched, in one language.
type index struct {
	lang    string
	lessons []*Lesson
	where   map[string][]posting // by token, in the order of lessons
	places  map[string][]place   // by token, in the order of lessons and of their passages
}

// place is a passage of a lesson, by their numbers.
type place struct{ lesson, passage int32 }

// posting says how often a token stands in a lesson's title, in its headings and clauses, and in its text.
type posting struct {
	lesson               int
	title, heading, body int
}

// newIndex makes an index. It is kept in memory with the catalog that it belongs to; a catalog never changes,
// so the index cannot go stale, as a copy in a database could.
func newIndex(c *Catalog, lang string) *index {
	x := &index{lang: lang, where: map[string][]posting{}, places: map[string][]place{}}
	for l := range c.eachLesson() {
		n := len(x.lessons)
		x.lessons = append(x.lessons, l)
		add := func(words string, to func(*posting) *int) []token {
			found := tokens(words)
			for _, t := range found {
				list := x.where[t.text]
				if len(list) == 0 || list[len(list)-1].lesson != n {
					list = append(list, posting{lesson: n})
					x.where[t.text] = list
				}
				*to(&list[len(list)-1])++
			}
			return found
		}
		heading := func(p *posting) *int { return &p.heading }
		add(l.Title.In(lang), func(p *posting) *int { return &p.title })
		for _, id := range l.Clauses {
			add(id, heading)
			if cl := c.clauses[id]; cl != nil {
				add(cl.Title.In(lang), heading)
			}
		}
		for i, p := range l.Page(lang).Passages {
			into := func(p *posting) *int { return &p.body }
			if p.Title {
				into = heading
			}
			x.put(add(p.Text, into), place{int32(n), int32(i)})
		}
	}
	return x
}

// Warm makes the indexes, so that nobody who searches first waits for them.
func (c *Catalog) Warm() {
	for _, lang := range languages {
		c.search[lang]()
	}
}

// put notes where the tokens of a passage stand, each once.
func (x *index) put(found []token, at place) {
	for _, t := range found {
		if list := x.places[t.text]; len(list) == 0 || list[len(list)-1] != at {
			x.places[t.text] = append(list, at)
		}
	}
}

// in gives the passages of a lesson in which a token stands.
func (x *index) in(lesson int, token string) []place {
	list := x.places[token]
	from, _ := slices.BinarySearchFunc(list, lesson, func(p place, l int) int { return int(p.lesson) - l })
	to := from
	for to < len(list) && int(list[to].lesson) == lesson {
		to++
	}
	return list[from:to]
}

// queryLimit is how many characters of a query are looked at.
const queryLimit = 200

// Search gives the lessons in which all of a query's words stand: first those with the most of them in the
// title, then in headings, then in the text.
func (c *Catalog) Search(lang, query string, limit int) []Hit {
	made := c.search[lang]
	want := asked(prose.Clip(query, queryLimit))
	if made == nil || len(want) == 0 || limit <= 0 {
		return nil
	}
	x := made()
	found := map[int]posting{}
	for i, t := range want {
		next := map[int]posting{}
		for _, p := range x.where[t] {
			if sum, ok := found[p.lesson]; ok || i == 0 {
				next[p.lesson] = posting{p.lesson, sum.title + min(p.title, 1), sum.heading + min(p.heading, 1),
					sum.body + p.title + p.heading + p.body}
			}
		}
		found = next
	}
	ranked := make([]posting, 0, len(found))
	for _, p := range found {
		ranked = append(ranked, p)
	}
	slices.SortFunc(ranked, func(a, b posting) int {
		return cmp.Or(b.title-a.title, b.heading-a.heading, b.body-a.body, a.lesson-b.lesson)
	})
	hits := make([]Hit, 0, min(limit, len(ranked)))
	for _, p := range ranked[:min(limit, len(ranked))] {
		hits = append(hits, x.hit(p.lesson, want))
	}
	return hits
}

// hit chooses the passage with the most different words of the query, of equal ones the first that is no heading. Only
// that one is taken apart again.
func (x *index) hit(lesson int, want []string) Hit {
	l := x.lessons[lesson]
	h, passages := Hit{Lesson: l}, l.Page(x.lang).Passages
	score := make([]int, len(passages))
	for _, t := range want {
		for _, p := range x.in(lesson, t) {
			score[p.passage] += 2
		}
	}
	best, most := prose.Passage{}, -1
	for i, p := range passages {
		if !p.Title {
			score[i]++
		}
		if score[i] > most {
			best, most = p, score[i]
		}
	}
	marks := marksIn(best.Text, want)
	if len(marks) > 0 { // else the words stand in the title or the clauses alone, and the place is the top
		h.Anchor, h.Heading = best.Anchor, best.Heading
	}
	h.Snippet = snippet(best.Text, marks)
	return h
}

// marksIn gives where words of a query stand in a text, from its beginning, of those that begin together the longest first.
func marksIn(text string, want []string) (marks []token) {
	for _, t := range tokens(text) {
		if slices.Contains(want, t.text) {
			marks = append(marks, t)
		}
	}
	slices.SortFunc(marks, func(a, b token) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	return marks
}

// A snippet shows so many bytes before the first match and in all: about 60 Chinese characters.
const (
	snippetLead   = 48
	snippetLength = 200
)

// snippet cuts a text around its first match and marks the matches, overlapping ones as one.
func snippet(text string, marks []token) []Span {
	from := 0
	if len(marks) > 0 {
		from = boundary(text, max(0, marks[0].start-snippetLead))
	}
	to := boundary(text, min(len(text), from+snippetLength))
	var spans []Span
	put := func(s string, match bool) {
		switch n := len(spans); {
		case s == "":
		case n > 0 && spans[n-1].Match == match:
			spans[n-1].Text += s
		default:
			spans = append(spans, Span{s, match})
		}
	}
	at := from
	if from > 0 {
		put("…", false)
	}
	for _, m := range marks {
		if m.end <= at || m.start >= to {
			continue
		}
		start, end := max(m.start, at), min(m.end, to)
		put(text[at:start], false)
		put(text[start:end], true)
		at = end
	}
	put(text[at:to], false)
	if to < len(text) {
		put("…", false)
	}
	return spans
}

// boundary moves a place back to where a character begins, and a Latin word if it is near.
func boundary(text string, at int) int {
	for i := at; i > max(0, at-24) && i < len(text); i-- {
		if r, _ := utf8.DecodeLastRuneInString(text[:i]); r == ' ' || prose.IsWide(r) {
			if utf8.RuneStart(text[i]) {
				return i
			}
		}
	}
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}
