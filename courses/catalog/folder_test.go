package catalog

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	zhFile = "courses/process/04-negotiation.zh.md"
	enFile = "courses/process/04-negotiation.en.md"
)

// folder gives the test content in memory, to be changed at will.
func folder(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	disk := os.DirFS("testdata/content")
	err := fs.WalkDir(disk, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(disk, name)
		files[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// edit replaces one text in a file by another; the text must be there.
func edit(t testing.TB, files fstest.MapFS, name, old, new string) {
	t.Helper()
	text := string(files[name].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %q", name, old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1)), ModTime: files[name].ModTime}
}
