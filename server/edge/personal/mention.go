package personal

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tongguan/server/base/db"
	"tongguan/server/base/people"
)

// mention is a word that tells who a person is, wherever somebody has written it.
type mention struct {
	word string
	form *regexp.Regexp
}

// newMention finds the word whatever its case, and where it begins or ends with a Latin letter or a figure not in the
// middle of another word.
func newMention(word string) mention {
	form := regexp.QuoteMeta(word)
	runes := []rune(word)
	if latin(runes[0]) {
		form = `(^|[^\p{Latin}\p{N}])` + form
	} else {
		form = `()` + form
	}
	if latin(runes[len(runes)-1]) {
		form += `($|[^\p{Latin}\p{N}])`
	} else {
		form += `()`
	}
	return mention{word, regexp.MustCompile("(?i)" + form)}
}

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) || unicode.IsNumber(r) }

func (m mention) in(text string) bool { return m.form.MatchString(text) }

// strike puts the sign for what was erased in the place of the word.
func (m mention) strike(text string) string {
	for range 2 { // two beside each other share what stands between them
		text = m.form.ReplaceAllString(text, "${1}"+struck+"${2}")
	}
	return text
}

// mentionsOf gives the words that tell who somebody is, the longest first.
func mentionsOf(who people.Person) (out []mention) {
	seen := map[string]bool{}
	for _, word := range []string{who.Email, who.Name, who.Login} {
		if word != "" && !seen[word] {
			seen[word] = true
			out = append(out, newMention(word))
		}
	}
	slices.SortStableFunc(out, func(a, b mention) int { return len(b.word) - len(a.word) })
	return out
}

// mentions gives those that are struck from what others wrote. A name that somebody else has too is left: it tells of
// either.
func mentions(ctx context.Context, q db.Q, who people.Person) ([]mention, error) {
	n, err := namesakes(ctx, q, who.ID, who.Name)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(mentionsOf(who), func(m mention) bool { return n > 0 && m.word == who.Name }), nil
}

// sweep strikes the words from every text that anybody has written.
func sweep(ctx context.Context, q db.Q, names []mention) error {
	for _, place := range written() {
		for _, m := range names {
			found, err := holding(ctx, q, place.table, place.column, m.word)
			if err != nil {
				return err
			}
			for _, text := range found {
				if after := m.strike(text); after != text {
					if err := replace(ctx, q, place.table, place.column, text, after); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

type place struct{ table, column string }

// written lists the columns with texts that people have written.
func written() (out []place) {
	for _, t := range tables {
		if t.Own {
			continue
		}
		for _, one := range t.texts() {
			out = append(out, place{t.Name, one.column})
		}
		for _, name := range strings.Fields(t.Said) {
			out = append(out, place{t.Name, name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(impersonal)) {
		for _, column := range strings.Fields(impersonal[name]) {
			out = append(out, place{name, column})
		}
	}
	return out
}
