package strict

import (
	"strings"
	"testing"
	"testing/fstest"
)

type file struct {
	Name  string `yaml:"name"`
	Items []struct {
		ID string `yaml:"id"`
	} `yaml:"items"`
}

func read(text string) (*File, bool, file) {
	var into file
	f, ok := Read(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, "a.yaml", &into)
	return f, ok, into
}

func TestProblems(t *testing.T) {
	for _, x := range []struct {
		name, text, key string
		line            int
	}{
		{"empty", "", "strict.empty", 0},
		{"comments only", "# nothing\n", "strict.empty", 0},
		{"null", "null\n", "strict.empty", 0},
		{"unknown field", "name: a\nnome: b\n", "strict.field_unknown", 2},
		{"two documents", "name: a\n---\nname: b\n", "strict.documents", 0},
		{"no YAML", "name: [\n", "strict.yaml", 1},
		{"wrong type", "name: a\nitems: 7\n", "strict.yaml", 2},
		{"too large", "name: " + strings.Repeat("a", maxFile), "strict.large", 0},
	} {
		f, ok, _ := read(x.text)
		if ok || len(f.Problems) != 1 || f.Problems[0].Key != x.key || f.Problems[0].Line != x.line {
			t.Errorf("%s: %v, %+v", x.name, ok, f.Problems)
		}
	}
	if f, ok := Read(fstest.MapFS{}, "a.yaml", &file{}); ok || f.Problems[0].Key != "strict.unreadable" {
		t.Error(f.Problems)
	}
}

func TestPlaces(t *testing.T) {
	f, ok, into := read("name: a\nitems:\n  - &x\n    id: one\n  - *x\n")
	if !ok || len(into.Items) != 2 || into.Items[1].ID != "one" {
		t.Fatal(f.Problems, into)
	}
	root := f.Root()
	for _, x := range []struct {
		what string
		at   Node
		line int
	}{
		{"the beginning", root, 1},
		{"a field", root.Field("items"), 2},
		{"a field that is not there", root.Field("other").Field("more").Item(3), 1},
		{"an item's field", root.Field("items").Item(0).Field("id"), 4},
		{"an alias", root.Field("items").Item(1), 5},
		{"an item that is not there", root.Field("items").Item(2), 2},
	} {
		if x.at.line != x.line {
			t.Errorf("%s stands at %d, want %d", x.what, x.at.line, x.line)
		}
	}
	for range 200 {
		f.At(root, "strict.empty")
	}
	if len(f.Problems) != maxProblems {
		t.Error(len(f.Problems))
	}
}
