package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A lesson that takes less than reading it, or very much more, is told so in each language whose length says it.
func TestMinutesAgainstLength(t *testing.T) {
	for minutes, want := range map[int]bool{0: true, 1: false, 16: false, 17: true} {
		files := folder(t)
		for _, name := range []string{zhFile, enFile} {
			edit(t, files, name, `minutes="10"`, fmt.Sprintf(`minutes="%d"`, minutes))
		}
		_, problems := Read(files)
		got := slices.ContainsFunc(found(nil, problems), func(s string) bool { return strings.HasSuffix(s, "lint.minutes_length") })
		if got != want {
			t.Errorf("%d minutes: %v, want %v", minutes, got, want)
		}
	}
}

// Every module ends with the callouts that close one, in its last lesson and nowhere else.
func TestClosingCallouts(t *testing.T) {
	files := folder(t)
	edit(t, files, "callouts.yaml", "label: {zh: 提示, en: Note}", "label: {zh: 提示, en: Note}\n  closes: true")
	closing := func() (got []string) {
		_, problems := Read(files)
		for _, s := range found(nil, problems) {
			if strings.Contains(s, "lint.closing") {
				got = append(got, s[strings.LastIndex(s, "/")+1:])
			}
		}
		return got
	}
	if got := closing(); len(got) != 4 || !strings.HasSuffix(got[0], "lint.closing_missing") {
		t.Fatalf("two modules in two languages: %v", got)
	}
	for _, name := range []string{zhFile, enFile} {
		files[name].Data = append(files[name].Data, "\n> [!NOTE]\n> 2.4\n"...)
	}
	if got := closing(); len(got) != 2 {
		t.Errorf("one module is closed: %v", got)
	}
	for _, name := range []string{zhFile, enFile} {
		files[name].Data = append(files[name].Data, "\n> [!NOTE]\n> 2.4\n"...)
	}
	if got := closing(); len(got) != 4 || !strings.HasSuffix(got[0]+got[1]+got[2]+got[3], "lint.closing_stray") {
		t.Errorf("closed twice: %v", got)
	}
}
