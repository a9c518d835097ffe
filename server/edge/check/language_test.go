package check

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	diff "github.com/google/go-cmp/cmp"
)

func said(files fstest.MapFS) []string {
	var out []string
	for _, p := range Language(files) {
		out = append(out, fmt.Sprintf("%s:%d %s %s", p.File, p.Line, strings.TrimPrefix(p.Key, "content."), cmp.Or(p.Args["word"], p.Args["near"])))
	}
	return out
}

func TestChineseType(t *testing.T) {
	for _, tt := range []struct{ words, want string }{
		{"价格,先不谈。", "zh_halfwidth"},
		{"“先问清”:再报价。", "zh_halfwidth"},
		{"先问清.再报价。", "zh_halfwidth"},
		{"合同(草稿)。", "zh_brackets"},
		{`他说"不行"。`, "zh_quotes"},
		{"共 120台。", "zh_spaces"},
		{"用HC-G2 网关。", "zh_spaces"},
		{"先问， 再答。", "zh_spaces"},
		{"再想想…好。", "zh_dots"},
		{"再想想...好。", "zh_dots"},
		{"罗敏—厂长。", "zh_dash"},
		{"好，，行。", "zh_doubled"},
		{"共１２０台。", "zh_fullwidth"},
		{"比例2:1，共¥1,171,200，“好”——“行……”。", ""},
		{"见[2.4.2](clause:2.4.2)，填`a b`，{price}元。", ""},
		{"English only, with a comma (and brackets).", ""},
	} {
		got := said(fstest.MapFS{"courses/a/01-b.zh.md": {Data: []byte("---\nid: b\n---\n\n" + tt.words + "\n")}})
		if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) == 0 || !strings.HasPrefix(got[0], "courses/a/01-b.zh.md:5 "+tt.want+" ")) {
			t.Errorf("%q: %v, want %q", tt.words, got, tt.want)
		}
	}
}

func TestSpelling(t *testing.T) {
	files := fstest.MapFS{
		"words.en.txt": {Data: []byte("# words\nthe\nprice\nis\nfair\nXiaoman\ndon't\n")},
		"policy.yaml":  {Data: []byte("- title: {zh: 价格, en: The price}\n  note: unread\n  list: {en: [fair, fare]}\n  text:\n    en: |\n      the\n      prise\n")},
		"scenarios/a/en.md": {Data: []byte("---\nid: somthing\ntitle: The prise\n---\n# The price {#id}\n" +
			"> [wory = late] The price’s fair, Xiaoman; xiaoman don’t.\n```check\nignord\n```\n- `codde` [fair](lesson:whatevr) HC-G2 2x\n")},
		"utterances/en.yaml":       {Data: []byte("en: mispelt\n")},
		"scenarios/a/golden.yaml":  {Data: []byte("en: mispelt\n")},
		"courses/README.md":        {Data: []byte("mispelt\n")},
		"courses/a/broken.yaml":    {Data: []byte("en: [\n")},
		"courses/a/01-b.zh.md":     {Data: []byte("English in Chinese is a name\n")},
		"programmes/elsewhere.txt": {Data: []byte("mispelt\n")},
	}
	want := []string{"policy.yaml:3 spelling fare", "policy.yaml:7 spelling prise", "scenarios/a/en.md:3 spelling prise", "scenarios/a/en.md:6 spelling xiaoman",
		"scenarios/a/en.md:10 spelling HC"}
	if d := diff.Diff(want, said(files)); d != "" {
		t.Error(d)
	}
	delete(files, "words.en.txt")
	if got := said(files); got != nil {
		t.Errorf("without a list nothing is said: %v", got)
	}
}
