package fieldbook

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Section is the terms under one letter.
type Section struct {
	Letter string // A to Z, or # for what begins with none
	Terms  []*Term
}

// firsts are the characters with which each letter of pinyin begins in a dictionary; no word begins with I, U or V.
var firsts = []struct{ letter, character string }{
	{"A", "阿"}, {"B", "八"}, {"C", "嚓"}, {"D", "咑"}, {"E", "妸"}, {"F", "发"}, {"G", "旮"}, {"H", "铪"}, {"J", "丌"}, {"K", "咔"}, {"L", "垃"}, {"M", "妈"},
	{"N", "拏"}, {"O", "噢"}, {"P", "妑"}, {"Q", "七"}, {"R", "呥"}, {"S", "仨"}, {"T", "他"}, {"W", "屲"}, {"X", "夕"}, {"Y", "丫"}, {"Z", "帀"},
}

// listed is a term at its place in the glossary.
type listed struct {
	term   *Term
	letter string
	key    []byte // of its name in the order of the language
	all    string // what is looked at, in small letters
}

// Glossary gives the terms that hold all words of a query, all of them for an empty one, by the letter that they begin
// with in a language: the letter of its sound in Chinese.
func (b *Book) Glossary(lang, query string) []Section {
	words := strings.Fields(strings.ToLower(query))
	var out []Section
	for _, e := range b.sections[lang] {
		if !holds(e.all, words) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Letter != e.letter {
			out = append(out, Section{Letter: e.letter})
		}
		last := &out[len(out)-1]
		last.Terms = append(last.Terms, e.term)
	}
	return out
}

// list puts the terms in the order of each language. It needs the entries.
func (b *Book) list() {
	b.sections = map[string][]listed{}
	for lang, tag := range map[string]language.Tag{"zh": language.Chinese, "en": language.English} {
		order := newAlphabet(tag)
		all := make([]listed, len(b.Terms))
		for i, t := range b.Terms {
			name := t.Term.In(lang)
			all[i] = listed{t, order.letter(name), order.key(name), b.entries[i].all}
		}
		slices.SortStableFunc(all, func(a, b listed) int { return cmp.Or(cmp.Compare(a.letter, b.letter), bytes.Compare(a.key, b.key)) })
		b.sections[lang] = all
	}
}

// alphabet is the order of a language. It serves one at a time.
type alphabet struct {
	order  *collate.Collator
	firsts [][]byte // the keys of the characters of firsts
}

func newAlphabet(tag language.Tag) *alphabet {
	a := &alphabet{order: collate.New(tag)}
	for _, f := range firsts {
		a.firsts = append(a.firsts, a.key(f.character))
	}
	return a
}

func (a *alphabet) key(name string) []byte { return a.order.KeyFromString(&collate.Buffer{}, name) }

// letter is what a name is listed under.
func (a *alphabet) letter(name string) string {
	first, _ := utf8.DecodeRuneInString(norm.NFD.String(name))
	if first < unicode.MaxASCII && unicode.IsLetter(first) {
		return string(unicode.ToUpper(first))
	}
	out := "#"
	if unicode.Is(unicode.Han, first) {
		key := a.key(string(first))
		for i, f := range a.firsts {
			if bytes.Compare(key, f) >= 0 {
				out = firsts[i].letter
			}
		}
	}
	return out
}
