package prose

import "strings"

// clause is a policy of one clause.
func clause(id string) (Text, bool) { return Text{"价格谈判", "Price <b>"}, id == "2.4.2" }

// house is what the pages of these tests rest on.
func house() Ground {
	lexicon := NewLexicon(map[string][]string{
		"price": {"价格", "price"}, "price-talk": {"价格谈判", "price talk"}, "batna": {"BATNA", "最佳替代方案"}, "it": {"IT"}, "follow-up": {"follow-up"}, "loss": {"loss"},
	})
	return Ground{
		Clause: clause,
		Labels: map[string]Text{"script": {"话术", "What to say"}, "note": {"提示", "Note"}},
		Figure: func(id, lang, use string) (string, bool) {
			return "<svg " + lang + " " + use + "></svg>", id == "funnel"
		},
		Template: func(id string) bool { return id == "visit-plan" },
		Terms:    map[string]*Lexicon{"zh": lexicon, "en": lexicon},
	}
}

// bare is the house without a glossary.
func bare() Ground {
	g := house()
	g.Terms = nil
	return g
}

// render gives the HTML of a text on a page of its own, and the keys of what is wrong with it.
func render(lang, body string) (string, []string) {
	p := NewPress(lang, bare()).Page(body)
	var b strings.Builder
	for _, block := range p.Blocks {
		b.WriteString(block.HTML)
		if block.Check != "" {
			b.WriteString("{check " + block.Check + "}\n")
		}
	}
	var keys []string
	for _, s := range p.Spots {
		keys = append(keys, s.Key)
	}
	return b.String(), keys
}
