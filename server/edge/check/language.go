package check

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"tongguan/server/base/fault"
)

// wordsFile lists the English words that the content may use, one a line: in small letters, names as they are written.
// A folder without the file has its spelling left alone.
const wordsFile = "words.en.txt"

// Language looks at how everything is written: Chinese at its punctuation and spaces, English at its spelling.
func Language(files fs.FS) []fault.Problem {
	all, err := sources(files)
	if err != nil {
		return []fault.Problem{fault.ProblemAt(".", 0, "content.unreadable", "reason", err.Error())}
	}
	known, err := readWords(files)
	if err != nil {
		return []fault.Problem{fault.ProblemAt(wordsFile, 0, "content.unreadable", "reason", err.Error())}
	}
	names := slices.Sorted(maps.Keys(all))
	found := make([][]fault.Problem, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			for _, t := range textsOf(name, all[name]) {
				if t.lang == "zh" {
					found[i] = append(found[i], chinese(t)...)
				} else if known != nil {
					found[i] = append(found[i], known.english(t)...)
				}
			}
		})
	}
	wait.Wait()
	return slices.Concat(found...)
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// What is wrong in Chinese, by the key of the sentence that says so. A mark between figures (2:1, 1,000) is right.
var chineseFaults = []struct {
	key  string
	form *regexp.Regexp
}{
	{"content.zh_halfwidth", regexp.MustCompile(`\p{Han}[”’》）]?[,;:!?]|[,;:!?][“‘《（]?\p{Han}|\p{Han}\.(\s|$|\p{Han})`)},
	{"content.zh_brackets", regexp.MustCompile(`\p{Han}\(|\(\p{Han}|\p{Han}\)|\)\p{Han}`)},
	{"content.zh_quotes", regexp.MustCompile(`["']\p{Han}|\p{Han}["']`)},
	{"content.zh_spaces", regexp.MustCompile(`\p{Han}[*_]*[ \t]+[*_]*[A-Za-z0-9¥]|[A-Za-z0-9%][*_]*[ \t]+[*_]*\p{Han}|[，。；：？！、][ \t]+\p{Han}`)},
	{"content.zh_dots", regexp.MustCompile(`(^|[^…])…([^…]|$)|\p{Han}\.{2,}|。{2,}`)},
	{"content.zh_dash", regexp.MustCompile(`\p{Han}(-{2,}|—)\p{Han}`)},
	{"content.zh_doubled", regexp.MustCompile(`，，|、、|；；|：：|，。|。，`)},
	{"content.zh_fullwidth", regexp.MustCompile(`[０-９Ａ-Ｚａ-ｚ]`)},
}

// chinese finds punctuation and spaces that Chinese type does not have; of each kind the first in a text.
func chinese(t text) []fault.Problem {
	if !strings.ContainsFunc(t.words, isHan) {
		return nil
	}
	var out []fault.Problem
	words := strings.TrimLeft(t.words, "> \t-*|")
	for _, f := range chineseFaults {
		if at := f.form.FindStringIndex(words); at != nil {
			out = append(out, fault.ProblemAt(t.file, t.line, f.key, "near", around(words, at[0], at[1])))
		}
	}
	return out
}

// around gives a place in a text with a few characters on both sides.
func around(words string, from, to int) string {
	before, after := []rune(words[:from]), []rune(words[to:])
	return string(before[max(0, len(before)-4):]) + words[from:to] + string(after[:min(4, len(after))])
}

// spelling is the words that are known.
type spelling map[string]bool

func readWords(files fs.FS) (spelling, error) {
	list, err := fs.ReadFile(files, wordsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	known := spelling{}
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); {
		if word := strings.TrimSpace(lines.Text()); word != "" && !strings.HasPrefix(word, "#") {
			known[word] = true
		}
	}
	return known, nil
}

var englishWord = regexp.MustCompile(`[\p{Latin}][\p{Latin}\p{N}]*(?:[’'][\p{Latin}]+)?`)

// english finds words that are not known, each once a text.
func (s spelling) english(t text) []fault.Problem {
	var out []fault.Problem
	seen := map[string]bool{}
	for _, word := range englishWord.FindAllString(t.words, -1) {
		if seen[word] || s.knows(word) {
			continue
		}
		seen[word] = true
		out = append(out, fault.ProblemAt(t.file, t.line, "content.spelling", "word", word, "list", wordsFile))
	}
	return out
}

// knows says whether a word is in the list, as it stands or in small letters; a possessive by its noun. What has a figure in it is a
// model or a unit, and a single letter a name.
func (s spelling) knows(word string) bool {
	word = strings.ReplaceAll(word, "’", "'")
	if strings.ContainsFunc(word, unicode.IsDigit) || len([]rune(word)) == 1 {
		return true
	}
	for _, form := range []string{word, strings.ToLower(word)} {
		if s[form] || s[strings.TrimSuffix(form, "'s")] {
			return true
		}
	}
	return false
}
