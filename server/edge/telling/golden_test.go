package telling

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/content"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
	"tongguan/web/words"
)

// TestEveryGoldenPathComesToTheSame follows the paths that are kept beside the scripts, word for word in both languages.
func TestEveryGoldenPathComesToTheSame(t *testing.T) {
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	scripts, problems := roleplay.ReadScripts(content.Files)
	if len(problems) > 0 || len(scripts) < 14 {
		t.Fatal(len(scripts), problems)
	}
	for _, s := range scripts {
		folder, err := fs.Sub(content.Files, "scenarios/"+s.ID)
		if err != nil {
			t.Fatal(err)
		}
		paths, err := ReadGolden(folder, ".")
		if err != nil || len(paths) == 0 {
			t.Errorf("%s: %d golden paths, %v", s.ID, len(paths), err)
		}
		for _, g := range paths {
			now, err := g.Follow(s, book)
			if err != nil {
				t.Error(s.ID, err)
			} else if d := cmp.Diff(g, now); d != "" {
				t.Errorf("%s: %s has changed: run `scenario test -update content/scenarios/%s` if it should\n%s", s.ID, g.Name, s.ID, d)
			}
		}
	}
}

// TestMovesAreWrittenAndRead writes every kind of move on a line and reads it back.
func TestMovesAreWrittenAndRead(t *testing.T) {
	for text, m := range map[string]scenario.Move{
		"a pick b":         {Beat: "a", Pick: "b"},
		"a offer 1 0 2 3":  {Beat: "a", Offer: []int{1, 0, 2, 3}},
		"a form x=1 y=20":  {Beat: "a", Form: map[string]int64{"x": 1, "y": 20}},
		"a say b 您好，请讲 现在": {Beat: "a", Say: "您好，请讲 现在", Heard: &scenario.Heard{Pick: "b"}},
	} {
		if got := writeMove(m); got != text {
			t.Errorf("%q is written %q", text, got)
		}
		if got, err := readMove(text); err != nil || cmp.Diff(got, m) != "" {
			t.Errorf("%q is read %+v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "a", "a pick", "a offer 1 2", "a form x", "a form x=y", "a sing b"} {
		if m, err := readMove(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, m)
		}
	}
}
