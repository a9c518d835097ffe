package violation

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongguan/server/base/access"
	"tongguan/server/base/people"
)

// namedIn gives those of the few who read reports by office whom a text names, by name or login, wherever it stands in it:
// people write "the inspector X" or "X and Y", and in any field. One who is meant by chance does not see the report, and
// somebody else does; one who is meant and reads it would be the worse mistake.
func (x *Violations) namedIn(ctx context.Context, texts ...string) (ids []string, err error) {
	text := strings.Join(texts, " | ")
	for _, role := range []access.Role{access.Inspector, access.HR} {
		all, _, err := x.People.List(ctx, access.Operator(), people.Filter{Role: role})
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			if (tells(text, p.Name) || tells(text, p.Login)) && !slices.Contains(ids, p.ID) {
				ids = append(ids, p.ID)
			}
		}
	}
	return ids, nil
}

// tells says whether a text holds a word of two characters or more, whatever the case, the width and the spaces. Letters
// that are parted by spaces make a word of their own: hr is not in three, 张三 is in 督查张三等.
func tells(text, word string) bool {
	if text, word = loose(text), loose(word); utf8.RuneCountInString(word) < 2 {
		return false
	}
	if holds(text, word) {
		return true
	}
	return strings.ContainsFunc(word, unspaced) && strings.Contains(tight(text), tight(word))
}

// loose folds case and width, drops what cannot be seen and leaves one space where there were some.
func loose(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, people.FoldLogin(s))
	return strings.Join(strings.Fields(s), " ")
}

// tight drops the spaces and the dots between parts of a name.
func tight(s string) string {
	return strings.NewReplacer(" ", "", "·", "", "•", "", "・", "").Replace(s)
}

// holds says whether a word stands in a text and does not go on on either side of it.
func holds(text, word string) bool {
	first, size := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(word)
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !(spaced(before) && spaced(first)) && !(spaced(last) && spaced(after)) {
			return true
		}
		from = at + size
	}
}

// unspaced says whether a character is of a script that is written without spaces.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// spaced says whether a character is a letter or figure of any other.
func spaced(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_') && !unspaced(r)
}
