// Package words is every sentence of the interface, in Chinese and English, with the numbers and dates in them.
package words

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed zh.yaml en.yaml
var files embed.FS

// Languages of the interface; the first is the default.
var languages = []string{"zh", "en"}

// Book holds the sentences of every language.
type Book struct {
	by map[string]map[string]string // language, then key; a plural form is <key>.one, <key>.other
}

// Load reads the sentences that are built in.
func Load() (*Book, error) {
	b := &Book{by: map[string]map[string]string{}}
	for _, lang := range languages {
		text, err := files.ReadFile(lang + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("words: %w", err)
		}
		var tree map[string]any
		if err := yaml.Unmarshal(text, &tree); err != nil {
			return nil, fmt.Errorf("words: %s.yaml: %w", lang, err)
		}
		b.by[lang] = map[string]string{}
		if err := flatten(b.by[lang], "", tree); err != nil {
			return nil, fmt.Errorf("words: %s.yaml: %w", lang, err)
		}
	}
	return b, nil
}

func flatten(into map[string]string, prefix string, tree map[string]any) error {
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			into[prefix+k] = v
		case map[string]any:
			if err := flatten(into, prefix+k+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s%s is neither a sentence nor a group of them", prefix, k)
		}
	}
	return nil
}

// In gives the voice of a language; an unknown one speaks Chinese.
func (b *Book) In(lang string) Voice {
	if b.by[lang] == nil {
		lang = languages[0]
	}
	return Voice{lang: lang, by: b.by[lang]}
}

// Voice speaks one language. The zero Voice knows no sentence.
type Voice struct {
	lang string
	by   map[string]string
}

// Lang is zh or en.
func (v Voice) Lang() string { return v.lang }

// Has says whether there is a sentence with this key.
func (v Voice) Has(key string) bool {
	_, ok := v.by[key]
	_, counted := v.by[key+".other"]
	return ok || counted
}

// T gives the sentence with this key, its {name} placeholders filled from alternating names and values. A
// sentence with the forms one and other is chosen by the value named n. A key without a sentence gives ⟨key⟩.
func (v Voice) T(key string, args ...any) string {
	s, ok := v.by[key]
	if !ok {
		s, ok = v.counted(key, args)
	}
	if !ok {
		return "⟨" + key + "⟩"
	}
	if len(args) == 0 {
		return s
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '{')
		end := strings.IndexByte(s[open+1:], '}') + open + 1
		if open < 0 || end <= open {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:open])
		b.WriteString(v.fill(s[open:end+1], args))
		s = s[end+1:]
	}
}

// fill gives what stands for a placeholder, or the placeholder itself where nothing was given for it.
func (v Voice) fill(placeholder string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok && name == placeholder[1:len(placeholder)-1] {
			return v.value(args[i+1])
		}
	}
	return placeholder
}

func (v Voice) counted(key string, args []any) (string, bool) {
	form := "other"
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] != "n" {
			continue
		}
		n, err := strconv.Atoi(fmt.Sprint(args[i+1]))
		if err == nil && v.lang == "en" && plural.Cardinal.MatchPlural(language.English, n, 0, 0, 0, 0) == plural.One {
			form = "one"
		}
	}
	s, ok := v.by[key+"."+form]
	return s, ok
}

func (v Voice) value(x any) string {
	switch n := x.(type) {
	case int:
		return v.Number(int64(n))
	case int64:
		return v.Number(n)
	case string:
		return n
	default:
		return fmt.Sprint(x)
	}
}

// Number writes a whole number with its thousands parted by commas, as both languages do.
func (v Voice) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Percent writes basis points as per cent, with at most two decimals: 8550 is 85.5%.
func (v Voice) Percent(basisPoints int) string {
	s := strconv.FormatFloat(float64(basisPoints)/100, 'f', -1, 64)
	return s + "%"
}

// Date writes the day of a moment (milliseconds since 1970 UTC): 2026年11月23日, 23 Nov 2026.
func (v Voice) Date(ms int64, zone *time.Location) string {
	t := time.UnixMilli(ms).In(zone)
	if v.lang == "en" {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2006年1月2日")
}

// DateTime writes a moment to the minute: 2026年11月23日 16:05.
func (v Voice) DateTime(ms int64, zone *time.Location) string {
	t := time.UnixMilli(ms).In(zone)
	if v.lang == "en" {
		return t.Format("2 Jan 2006, 15:04")
	}
	return t.Format("2006年1月2日 15:04")
}
