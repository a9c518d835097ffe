package manuscript

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// patched is what a difference makes of a text, by its own hunks.
func patched(before string, hunks []Hunk) string {
	lines, at := split(before), 0
	var b strings.Builder
	for _, h := range hunks {
		for ; at < h.Before-1; at++ {
			b.WriteString(lines[at])
		}
		for _, l := range h.Lines {
			if l.Mark != '-' {
				b.WriteString(l.Text)
			}
			if l.Mark != '+' {
				at++
			}
		}
	}
	return b.String() + strings.Join(lines[at:], "")
}

func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"一\n", "二\n", "三\n", "\n", "- 四\n", "+五\n", "\\ six\n"}), 0, 40).Draw(t, "lines")
		return strings.Join(lines, "") + rapid.SampledFrom([]string{"", "尾"}).Draw(t, "last")
	})
}

func TestADifferenceMakesTheOtherText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := texts().Draw(t, "before"), texts().Draw(t, "after")
		if got := patched(before, Diff(before, after)); got != after {
			t.Fatalf("%q, want %q", got, after)
		}
		if (Patch("f", before, after) == "") != (before == after) {
			t.Fatal("a patch of nothing, or none of something")
		}
	})
}

// TestOthersTakeThePatch has git and patch themselves apply what an author takes away.
func TestOthersTakeThePatch(t *testing.T) {
	for tool, args := range map[string][]string{"git": {"apply", "-p1", "change.patch"}, "patch": {"-p1", "-s", "-i", "change.patch"}} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Logf("%s is not here", tool)
			continue
		}
		const name = "courses/process/04-negotiation.zh.md"
		long := strings.Repeat("一行\n", 40)
		for _, c := range [][2]string{
			{"a\nb\nc\n", "a\nB\nc\n"}, {long + "x\n" + long, "头\n" + long + "y\n" + long}, {"a\n", "a\nb\n"}, {"a", "a\n"}, {"a\n", "a"}, {"a\nb\n", "b\n"},
			{long + "a\n1\n2\n3\n4\n5\n6\nb\n", long + "A\n1\n2\n3\n4\n5\n6\nB\n"}, {long + "a\n1\n2\n3\n4\n5\n6\n7\nb\n", long + "A\n1\n2\n3\n4\n5\n6\n7\nB\n"},
		} {
			dir := t.TempDir()
			file := filepath.Join(dir, "content", name)
			for _, err := range []error{os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(c[0]), 0o600),
				os.WriteFile(filepath.Join(dir, "change.patch"), []byte(Patch(name, c[0], c[1])), 0o600)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(tool, args...)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
			out, err := cmd.CombinedOutput()
			got, err2 := os.ReadFile(file)
			if err != nil || err2 != nil || string(got) != c[1] {
				t.Errorf("%s: %v %v %s\n%s\ngave %q, want %q", tool, err, err2, out, Patch(name, c[0], c[1]), got, c[1])
			}
		}
	}
}
