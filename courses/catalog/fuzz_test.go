package catalog

import "testing"

// A whole file, hostile from its first byte.
func FuzzManuscript(f *testing.F) {
	files := folder(f)
	f.Add(string(files[zhFile].Data))
	f.Add("---\nid: x\n---\n# a {#b}\n```\n# c {#d clauses=\"1\" minutes=\"2\"}")
	f.Add("---\na: &a [*a]\n---\n")
	f.Fuzz(func(t *testing.T, in string) {
		files := folder(t)
		files[zhFile].Data = []byte(in)
		c, _ := Read(files)
		if c.Lesson("basics/purpose/why") == nil {
			t.Fatal("a lesson elsewhere is lost")
		}
		c.Search("zh", "价格 a", 5)
		c.CheckRefs()
	})
}
