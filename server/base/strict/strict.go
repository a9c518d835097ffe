// Package strict reads YAML that people write: what has no place is refused, all of it at once, each with its line.
package strict

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/server/base/fault"
)

const (
	maxFile     = 128 << 10 // bytes
	maxProblems = 100       // of a file: after so many its author knows
)

// File is a YAML file that was read, or could not be.
type File struct {
	Name     string
	Problems []fault.Problem
	root     *yaml.Node
}

// Read decodes a file into a struct whose fields are all that it may say. ok is false where it cannot be used at all.
func Read(fsys fs.FS, name string, into any) (f *File, ok bool) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		f = &File{Name: name}
		f.At(Node{}, "strict.unreadable", "reason", err.Error())
		return f, false
	}
	return Parse(name, text, into)
}

// Parse is Read of a text that was read already, such as the head of a Markdown file.
func Parse(name string, text []byte, into any) (f *File, ok bool) {
	f = &File{Name: name}
	if len(text) > maxFile {
		f.At(Node{}, "strict.large", "max", maxFile>>10)
		return f, false
	}
	return f, f.decode(text, into)
}

func (f *File) decode(text []byte, into any) bool {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(into)
	var typed *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF):
		f.At(Node{}, "strict.empty")
	case errors.As(err, &typed):
		for _, e := range typed.Errors {
			f.said(e)
		}
	case err != nil:
		f.said(err.Error())
	case !errors.Is(d.Decode(&yaml.Node{}), io.EOF):
		f.At(Node{}, "strict.documents")
	default:
		var doc yaml.Node
		if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
			f.At(Node{}, "strict.empty") // comments only, or nothing but null
			return false
		}
		f.root = doc.Content[0]
		return true
	}
	return false
}

var (
	yamlLine  = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`)
	yamlField = regexp.MustCompile(`^field (.+) not found in type `)
)

// said reports what the YAML reader says.
func (f *File) said(what string) {
	m := yamlLine.FindStringSubmatch(what)
	line, _ := strconv.Atoi(m[1]) // "" where it names none
	what = strings.ReplaceAll(strings.TrimPrefix(what, m[0]), "\n", " ")
	if field := yamlField.FindStringSubmatch(what); field != nil {
		f.At(Node{line: line}, "strict.field_unknown", "field", field[1])
		return
	}
	f.At(Node{line: line}, "strict.yaml", "reason", what)
}

// Line reports a problem of a line, for what stands outside the YAML.
func (f *File) Line(line int, key string, args ...any) { f.At(Node{line: line}, key, args...) }

// At reports a problem of a place.
func (f *File) At(n Node, key string, args ...any) {
	if len(f.Problems) < maxProblems {
		f.Problems = append(f.Problems, fault.ProblemAt(f.Name, n.line, key, args...))
	}
}

// Root is where the file begins.
func (f *File) Root() Node { return node(f.root) }

// Node is a place in a file. What is not there stands at the line of what it would be part of.
type Node struct {
	at   *yaml.Node
	line int
}

func node(n *yaml.Node) Node {
	if n == nil {
		return Node{}
	}
	line := n.Line
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return Node{n, line}
}

// Field is the value of a field of a mapping, at the line of its name.
func (n Node) Field(name string) Node {
	if n.at != nil && n.at.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.at.Content); i += 2 {
			if n.at.Content[i].Value == name {
				v := node(n.at.Content[i+1])
				v.line = n.at.Content[i].Line
				return v
			}
		}
	}
	return Node{nil, n.line}
}

// Item is the i-th item of a list, from 0.
func (n Node) Item(i int) Node {
	if n.at != nil && n.at.Kind == yaml.SequenceNode && i < len(n.at.Content) {
		return node(n.at.Content[i])
	}
	return Node{nil, n.line}
}
