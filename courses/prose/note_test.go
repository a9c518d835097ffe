package prose

import (
	"strings"
	"testing"
)

// TestNotesAreHarmless renders what somebody might type who means ill, or well.
func TestNotesAreHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"**先换条件**，再让价格。":                  "<p><strong>先换条件</strong>，再让价格。</p>\n",
		"# main\n\nx":                     "<h2>main</h2>\n<p>x</p>\n",
		"[看](javascript:alert(1))":        "<p>看</p>\n",
		"[看](https://evil.example/)":      "<p>看</p>\n",
		"![](https://evil.example/a.png)": "<p></p>\n",
		"```check\nid\n```":               "",
	} {
		if got := NewPress("zh", Ground{Clause: clause}).Note(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{"<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "<http://evil.example>", `# "><script>`, "> [!script]\n> <b>"} {
		if got := NewPress("en", Ground{Clause: clause}).Note(in); strings.Contains(got, "<script") || strings.Contains(got, "<img") || strings.Contains(got, "<a") || strings.Contains(got, "<b>") {
			t.Errorf("%q: %q", in, got)
		}
	}
	if got := NewPress("zh", Ground{Clause: clause}).Note(strings.Repeat("*a", 5000)); got != "" {
		t.Error("a text that costs too much was rendered")
	}
}
