package negotiation

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// Bounds of a file, against hostile ones.
const (
	maxFile  = 16 << 20
	maxDepth = 16
)

// node is a JSON value that remembers its line and the order of its keys, which encoding/json forgets.
type node struct {
	line   int
	path   string
	keys   []string
	fields map[string]*node // an object's
	number json.Number      // "" unless it is a number
	text   string           // a string's
	kind   byte             // '{' '[' 'n' 's' or '0' for everything else
	items  []*node
}

func (n *node) wrong(key string, args ...any) *Error {
	e := wrong(n.path, key, args...)
	e.Line = n.line
	return e
}

// object gives the field with this name, which must be there and be an object.
func (n *node) object(name string) (*node, error) {
	f := n.fields[name]
	if f == nil || f.kind != '{' {
		return nil, n.wrong("object_needed", "name", name)
	}
	return f, nil
}

type treeReader struct {
	decoder *json.Decoder
	text    []byte
	line    int
	seen    int
}

// parse reads a JSON text whole. A key that comes twice is refused: which of the two was meant?
func parse(text []byte) (*node, error) {
	if len(text) > maxFile {
		return nil, wrong("", "file_size", "max", maxFile>>20)
	}
	r := &treeReader{decoder: json.NewDecoder(bytes.NewReader(text)), text: text, line: 1}
	r.decoder.UseNumber()
	n, err := r.value("", 0)
	if err != nil {
		return nil, r.located(err)
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, r.located(wrong("", "json", "reason", "text after the end"))
	}
	return n, nil
}

// located gives an error its line, and a decoder's error the form of ours.
func (r *treeReader) located(err error) error {
	var ours *Error
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if !errors.As(err, &ours) {
		ours = wrong("", "json", "reason", strings.TrimPrefix(err.Error(), "json: "))
	}
	if ours.Line == 0 {
		ours.Line = r.at()
	}
	return ours
}

// at is the line that the decoder has come to.
func (r *treeReader) at() int {
	to := min(int(r.decoder.InputOffset()), len(r.text))
	r.line += bytes.Count(r.text[r.seen:to], []byte{'\n'})
	r.seen = to
	return r.line
}

func (r *treeReader) value(path string, depth int) (*node, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	n := &node{line: r.at(), path: path, kind: '0'}
	if depth > maxDepth {
		return nil, n.wrong("json", "reason", "too deep")
	}
	switch t := token.(type) {
	case json.Number:
		n.kind, n.number = 'n', t
	case string:
		n.kind, n.text = 's', t
	case json.Delim:
		n.kind = byte(t)
		if t == '{' {
			return n, r.object(n, depth)
		}
		return n, r.array(n, depth)
	}
	return n, nil
}

func (r *treeReader) object(n *node, depth int) error {
	n.fields = map[string]*node{}
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return n.wrong("json", "reason", "a key must be a string")
		}
		if n.fields[key] != nil {
			return wrong(n.path, "key_twice", "name", key)
		}
		path := key
		if n.path != "" {
			path = n.path + "." + key
		}
		if n.fields[key], err = r.value(path, depth+1); err != nil {
			return err
		}
		n.keys = append(n.keys, key)
	}
	_, err := r.decoder.Token()
	return err
}

func (r *treeReader) array(n *node, depth int) error {
	for r.decoder.More() {
		item, err := r.value(n.path, depth+1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.decoder.Token()
	return err
}
