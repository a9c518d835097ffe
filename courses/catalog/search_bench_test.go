package catalog

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tongguan/content"
)

// asksOf are what people look for: words of two Chinese characters, clauses, names, several words.
var asksOf = map[string][]string{
	"zh": {"客户", "价格", "谈判", "合同", "付款", "需求", "方案", "投诉", "回访", "交付", "红线", "条款", "2.4.2", "公开信息", "验收 预付款", "澄江食品", "网关", "信用档案", "底线 让步", "销售"},
	"en": {"customer", "price", "negotiation", "contract", "payment", "needs", "proposal", "complaint", "the", "delivery", "red line", "clause", "2.4.2", "public information", "acceptance prepaid", "Chengjiang", "gateway", "credit file", "limit concession", "sales"},
}

// grown is the content with its lessons copied until there are so many modules.
func grown(tb testing.TB, modules int) *Catalog {
	tb.Helper()
	c, _ := Read(content.Files)
	have := c.ModuleKeys()
	for i := len(have); i < modules; i++ {
		m := *c.Module(have[i%len(have)])
		m.ID = fmt.Sprintf("%s-copy-%d", m.ID, i)
		c.Courses[0].Modules = append(c.Courses[0].Modules, &m)
	}
	return c
}

func BenchmarkSearchOfEverything(b *testing.B) {
	c := grown(b, 25)
	for _, lang := range languages {
		c.search[lang]()
		b.Run(lang, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				c.Search(lang, asksOf[lang][i%len(asksOf[lang])], 30)
			}
		})
	}
}

// The 95th percentile of what people wait for a search over everything in both languages. How long that is depends on the
// machine; the test writes it down and holds nothing against it.
func TestHowLongASearchTakes(t *testing.T) {
	c := grown(t, 25)
	for _, lang := range languages {
		c.search[lang]()
		var took []time.Duration
		for range 5 {
			for _, ask := range asksOf[lang] {
				begin := time.Now()
				hits := c.Search(lang, ask, 30)
				took = append(took, time.Since(begin))
				if len(hits) == 0 && ask == asksOf[lang][0] {
					t.Errorf("%s: nothing is found for %q", lang, ask)
				}
			}
		}
		slices.Sort(took)
		t.Logf("%s: %d searches over %d lessons: half within %v, 95 of 100 within %v", lang, len(took), len(c.search[lang]().lessons), took[len(took)/2], took[len(took)*95/100])
	}
}
