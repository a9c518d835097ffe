package prose

import (
	"regexp"
	"strings"
	"unicode"
)

// runLimit is how many Chinese characters may follow each other without a mark to breathe at.
const runLimit = 80

// longRun gives the first run of Chinese without punctuation or space that is too long, and its length.
func longRun(words string) (run string, length int) {
	start := 0
	for i, r := range words + "。" {
		switch {
		case unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r):
			if length > runLimit {
				return words[start:i], length
			}
			start, length = i+len(string(r)), 0
		case unicode.Is(unicode.Han, r):
			length++
		}
	}
	return "", 0
}

var (
	listMark   = regexp.MustCompile(`^[\s>]*(([-*+]|\d+[.)])\s+)?(\[[ xX]\]\s+)?`)
	typedSpace = regexp.MustCompile(`\p{Han}[*_)\]]*[ \t]+[*_(\[]*[A-Za-z0-9¥]|[A-Za-z0-9%][*_)\]]*[ \t]+[*_(\[]*\p{Han}`)
)

// typedSpaces finds spaces typed between Chinese and Latin: the page sets them, and finer.
func typedSpaces(body string) []Spot {
	var found []Spot
	fence := ""
	for i, line := range strings.Split(body, "\n") {
		if marks, _ := Fence(line); marks != "" {
			if fence == "" {
				fence = marks
			} else if strings.HasPrefix(marks, fence) {
				fence = ""
			}
			continue
		}
		line = strings.TrimPrefix(line, listMark.FindString(line))
		if near := typedSpace.FindString(line); near != "" && fence == "" {
			found = append(found, Spot{i + 1, "lint.spacing", []any{"near", near}})
		}
	}
	return found
}

// Setting looks at a line of Chinese outside Markdown: a title, a summary.
func Setting(words string) []Spot {
	found := typedSpaces(words)
	if start, length := longRun(words); length > 0 {
		found = append(found, Spot{0, "lint.long_run", []any{"start", Clip(start, 12), "length", length}})
	}
	return found
}
