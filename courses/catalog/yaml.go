package catalog

import (
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/prose"
)

// sheet is a YAML text of which one can ask where something stands.
type sheet struct {
	file string
	root *yaml.Node
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

// yaml reads a YAML text strictly; nil if it cannot be read.
func (r *reader) yaml(file string, text []byte, into any) *sheet {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		r.badYAML(file, err.Error())
		return nil
	}
	if len(doc.Content) == 0 {
		r.refuse(file, 1, "lint.empty")
		return nil
	}
	root := doc.Content[0]
	r.unknownFields(file, root, reflect.TypeOf(into).Elem())
	if err := root.Decode(into); err != nil {
		var typed *yaml.TypeError
		if !errors.As(err, &typed) {
			typed = &yaml.TypeError{Errors: []string{err.Error()}}
		}
		for _, e := range typed.Errors {
			r.badYAML(file, e)
		}
		return nil
	}
	return &sheet{file, root}
}

// badYAML reports what the reader of YAML says, whose errors carry the line only in their text.
func (r *reader) badYAML(file, said string) {
	line := 0
	if m := yamlLine.FindStringSubmatch(said); m != nil {
		line, _ = strconv.Atoi(m[1])
		said = said[len(m[0]):]
	}
	r.refuse(file, line, "lint.yaml", "detail", strings.TrimPrefix(said, "yaml: "))
}

// unknownFields reports the fields of a text that its type does not have.
func (r *reader) unknownFields(file string, n *yaml.Node, t reflect.Type) {
	switch {
	case t.Kind() == reflect.Pointer:
		r.unknownFields(file, n, t.Elem())
	case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		for _, one := range n.Content {
			r.unknownFields(file, one, t.Elem())
		}
	case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		fields := map[string]reflect.Type{}
		for f := range t.Fields() {
			fields[f.Tag.Get("yaml")] = f.Type
		}
		delete(fields, "-")
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			if ft, ok := fields[name]; !ok {
				r.note(file, n.Content[i].Line, "lint.field_unknown", "field", name)
			} else {
				r.unknownFields(file, n.Content[i+1], ft)
			}
		}
	}
}

// line tells where something stands: field names and positions lead to it. What is not there is looked for
// where it should be.
func (s *sheet) line(path ...any) int {
	n := s.root
	line := n.Line
	for _, step := range path {
		var next *yaml.Node
		switch step := step.(type) {
		case int:
			if n.Kind == yaml.SequenceNode && step < len(n.Content) {
				next = n.Content[step]
				line = next.Line
			}
		case string:
			for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					line, next = n.Content[i].Line, n.Content[i+1]
				}
			}
		}
		if next == nil {
			return line
		}
		n = next
	}
	return line
}

// wants reports a text that is missing in a language, or badly set.
func (r *reader) wants(s *sheet, t Text, path ...any) {
	field, _ := path[len(path)-1].(string)
	if t.ZH == "" {
		r.note(s.file, s.line(path...), "lint.missing_zh", "field", field)
	}
	if t.EN == "" {
		r.note(s.file, s.line(path...), "lint.missing_en", "field", field)
	}
	for _, p := range prose.Setting(t.ZH) {
		r.note(s.file, s.line(append(path, "zh")...), p.Key, p.Args...)
	}
}
