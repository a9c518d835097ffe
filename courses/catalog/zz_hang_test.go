package catalog

import (
	"os"
	"testing"
	"time"
)

func FuzzZZ(f *testing.F) {
	for _, seed := range []string{
		"## 标题\n\n**价格:**客户 [a](javascript:x) <script>x</script>", "> [!NOTE]\n> 甲\n\n| a | b |\n|---|--:|\n| <b> | \" |",
		"- [ ] a\n- [x] b\n\n1. c\n   - d", "```check\na-1\n```\n```x\"y\n<script>\n```", "a\\\nb  \nc&lt;d&#60;", "[x]: javascript:1\n\n[x]", "    code\n\n***",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		done := make(chan bool)
		go func() {
			select {
			case <-done:
			case <-time.After(3 * time.Second):
				os.WriteFile("/tmp/hang.txt", []byte(in), 0o644)
				panic("hang")
			}
		}()
		for _, lang := range languages {
			render(lang, in)
		}
		close(done)
	})
}
