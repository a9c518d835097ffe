package prose

import "strings"

// clause is a policy of one clause.
func clause(id string) (Text, bool) { return Text{"价格谈判", "Price <b>"}, id == "2.4.2" }

// render gives the HTML of a text on a page of its own, and the keys of what is wrong with it.
func render(lang, body string) (string, []string) {
	labels := map[string]Text{"script": {"话术", "What to say"}, "note": {"提示", "Note"}}
	p := NewPress(lang, Ground{Clause: clause, Labels: labels}).Page(body)
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
