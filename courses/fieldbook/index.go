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

// Glossary gives the terms that hold all words of a query, all of them for an empty one, by the letter that they begin
// with in a language: the letter of its sound in Chinese.
func (b *Book) Glossary(lang, query string) []Section {
	words := strings.Fields(strings.ToLower(query))
	order := collate.New(language.English)
	if lang == "zh" {
		order = collate.New(language.Chinese)
	}
	var keys collate.Buffer
	type entry struct {
		term   *Term
		letter string
		key    []byte
	}
	var all []entry
	for _, t := range b.Terms {
		if holds(strings.Join(slices.Concat(t.words("zh"), t.words("en"), []string{t.Means.ZH, t.Means.EN}), "\n"), words) {
			name := t.Term.In(lang)
			all = append(all, entry{t, letter(order, name), order.KeyFromString(&keys, name)})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(a.letter, b.letter), bytes.Compare(a.key, b.key)) })
	var out []Section
	for _, e := range all {
		if len(out) == 0 || out[len(out)-1].Letter != e.letter {
			out = append(out, Section{Letter: e.letter})
		}
		last := &out[len(out)-1]
		last.Terms = append(last.Terms, e.term)
	}
	return out
}

// letter is what a name is listed under.
func letter(order *collate.Collator, name string) string {
	first, _ := utf8.DecodeRuneInString(norm.NFD.String(name))
	if first < unicode.MaxASCII && unicode.IsLetter(first) {
		return string(unicode.ToUpper(first))
	}
	out := "#"
	if unicode.Is(unicode.Han, first) {
		for _, f := range firsts {
			if order.CompareString(string(first), f.character) >= 0 {
				out = f.letter
			}
		}
	}
	return out
}
