package fieldbook

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"tongguan/courses/prose"
	"tongguan/server/base/fault"
)

const (
	glossary = `- id: price
  term: {zh: 价格, en: price}
  also: {zh: [报价], en: [quotation]}
  means: {zh: 客户要付的数。, en: What the customer pays.}
  example: {zh: "价格是¥6,800。", en: "The price is ¥6,800."}
  clauses: ["2.4.2"]
  see: [limit]
- id: limit
  term: {zh: 底线, en: limit}
  means: {zh: 不能再让的数。, en: Where giving ends.}
`
	visitZH = `---
id: visit
title: 拜访计划
summary: 出门前五分钟填好。
stage: develop
clauses: ["2.4.2"]
order: 2
---
## 对象

| 谁 | 关心什么 |
|---|---|
|  |  |

- [ ] 带上[报价单](template:quote)，见[那一课](lesson:a/b/c)
`
	visitEN = `---
id: visit
title: Visit plan
summary: Five minutes before you leave.
stage: develop
clauses: ["2.4.2"]
order: 2
---
## Whom

| Who | Cares for what |
|---|---|
|  |  |

- [ ] Take the [quotation](template:quote), see [that lesson](lesson:a/b/c)
`
	figureYAML = `id: funnel
title: {zh: 漏斗, en: Funnel}
describe: {zh: 从多到少。, en: "From many to few: <3."}
words:
  many: {zh: 多 & 少, en: Many <b>}
`
	figureSVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 200">
  <g transform="translate(10,20)"><rect class="fg-soft fg-accent-line" x="0" y="0" width="100" height="40" rx="4"/></g>
  <text class="fg-t" x="10" y="20" text-anchor="middle">{many} 12<tspan dx="4">¥</tspan></text>
</svg>
`
	zhVisit, enVisit = "fieldbook/templates/visit.zh.md", "fieldbook/templates/visit.en.md"
	svg              = "fieldbook/figures/funnel.svg"
	words            = "fieldbook/figures/funnel.yaml"
)

// folder is a field library in which nothing is wrong.
func folder() fstest.MapFS {
	files := fstest.MapFS{
		glossaryFile: {Data: []byte(glossary)}, zhVisit: {Data: []byte(visitZH)}, enVisit: {Data: []byte(visitEN)},
		words: {Data: []byte(figureYAML)}, svg: {Data: []byte(figureSVG)},
	}
	for i, text := range []string{visitZH, visitEN} {
		text = strings.NewReplacer("id: visit", "id: quote", "order: 2", "order: 1", "(template:quote)", "(template:visit)", "stage: develop\n", "").Replace(text)
		files["fieldbook/templates/quote."+prose.Languages[i]+".md"] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, stage := range Stages {
		files["fieldbook/phrases/"+stage+".yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, `id: %s
title: {zh: 话术, en: Phrases}
about: {zh: 怎么说。, en: What to say.}
groups:
  - title: {zh: 开场, en: Opening}
    phrases:
      - {zh: 您先说。, en: You first., when: {zh: 一开始, en: At the start}}
`, stage)}
	}
	return files
}

// ground is a policy of one clause.
func ground() prose.Ground {
	return prose.Ground{Clause: func(id string) (prose.Text, bool) { return prose.Text{ZH: "价格谈判", EN: "Price"}, id == "2.4.2" },
		Labels: map[string]prose.Text{"note": {ZH: "提示", EN: "Note"}}}
}

// edit replaces one text in a file by another; the text must be there.
func edit(t testing.TB, files fstest.MapFS, name, old, new string) {
	t.Helper()
	text := string(files[name].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %q", name, old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
}

// told gives problems as file:line key.
func told(problems []fault.Problem) []string {
	out := []string{}
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Key))
	}
	return out
}
