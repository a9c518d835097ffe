package check

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// text is something that people read in one language, and where it stands.
type text struct {
	file  string
	line  int
	lang  string // "zh" or "en"
	words string
}

var (
	markdownFile = regexp.MustCompile(`(^|[./])(zh|en)\.md$`)
	codeFence    = regexp.MustCompile("^[ \t>]*(`{3,}|~{3,})")
	destination  = regexp.MustCompile(`!?\[([^\[\]]*)\]\([^)]*\)`)
	notRead      = regexp.MustCompile("`[^`]*`" + // code
		`|\{[^{}]*\}|\[\[[^\]]*\]\]` + // attributes, parameters, gaps
		`|\[[^\]]*[=<>][^\]]*\]|\[else\]|\[![A-Za-z]+\]`) // conditions of a scene, kinds of callouts
)

// unread stands in a text for what is no part of its language: a figure, a name of the machine's.
const unread = "\ufffc"

// read gives a line as people see it: the words of a link without where it leads, and a mark for what is no language.
func read(line string) string {
	return notRead.ReplaceAllString(destination.ReplaceAllString(line, "$1"), unread)
}

// textsOf gives all that is written in a file for people to read; a file that is no YAML gives what can be read of it, for its
// own reader says what is wrong with it.
func textsOf(file string, source []byte) []text {
	if m := markdownFile.FindStringSubmatch(file); m != nil {
		return textsOfMarkdown(file, m[2], source)
	}
	if path.Ext(file) == ".yaml" {
		var doc yaml.Node
		if yaml.Unmarshal(source, &doc) != nil {
			return nil
		}
		var out []text
		textsOfNode(file, &doc, "", &out)
		return out
	}
	return nil
}

// textsOfNode gives what stands under the keys zh and en.
func textsOfNode(file string, n *yaml.Node, lang string, out *[]text) {
	if n.Kind == yaml.ScalarNode && lang != "" {
		line, literal := n.Line, n.Style == yaml.LiteralStyle // which begins below its sign, and keeps its lines
		for part := range strings.SplitSeq(n.Value, "\n") {
			if literal {
				line++
			}
			*out = append(*out, text{file, line, lang, read(part)})
		}
	}
	for i, c := range n.Content {
		under := lang
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			if key := n.Content[i-1].Value; key == "zh" || key == "en" {
				under = key
			}
		}
		textsOfNode(file, c, under, out)
	}
}

// textsOfMarkdown gives the sentences of the front matter and every line of the body outside code.
func textsOfMarkdown(file, lang string, source []byte) []text {
	var out []text
	body, first := string(source), 1
	if head, rest, ok := strings.Cut(strings.TrimPrefix(body, "---\n"), "\n---\n"); ok && strings.HasPrefix(body, "---\n") {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(head), &doc) == nil {
			var all []text
			textsOfNode(file, &doc, lang, &all)
			for _, t := range all {
				if strings.Contains(t.words, " ") || strings.ContainsFunc(t.words, isHan) { // a single Latin word may be a name of the machine's
					t.line++
					out = append(out, t)
				}
			}
		}
		body, first = rest, strings.Count(head, "\n")+4
	}
	fence := ""
	for i, line := range strings.Split(body, "\n") {
		if f := codeFence.FindStringSubmatch(line); f != nil {
			if fence == "" {
				fence = f[1]
			} else if strings.HasPrefix(f[1], fence) {
				fence = ""
			}
			continue
		}
		if fence == "" && strings.TrimSpace(line) != "" {
			out = append(out, text{file, first + i, lang, read(line)})
		}
	}
	return out
}

// sources reads every file of the content that people read; what the learner may type (utterances) has a grammar of its own.
func sources(files fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "utterances" || strings.HasPrefix(path.Base(name), ".") && name != "."):
			return fs.SkipDir
		case d.IsDir() || path.Base(name) == "README.md" || path.Base(name) == "golden.yaml": // a golden path is a transcript
			return nil
		}
		if path.Ext(name) == ".yaml" || markdownFile.MatchString(name) {
			source, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			out[name] = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
		}
		return nil
	})
	return out, err
}
