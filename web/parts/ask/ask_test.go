package ask

import "testing"

func TestSplitLeavesTheQuestion(t *testing.T) {
	long := "衡川工控给澄江食品报了40台网关，按权限让5%之后每台6,460元，采购经理拿出一张没有编号也没有人批过的展会价，每台6,120元。"
	for _, test := range []struct{ stem, lead, question string }{
		{"谁批准突破底线？", "", "谁批准突破底线？"},
		{long + "她应该先做什么？", long, "她应该先做什么？"},
		{long + "她说：“两个价。”应该先做什么？", long + "她说：“两个价。”", "应该先做什么？"},
		{long + "“展会价”是什么？", long, "“展会价”是什么？"},
		{long, "", long},
		{"Hengchuan quoted 40 gateways at ¥6,460.50 each, 5% off as her authority allows, and then the manager took out another sheet. What now?",
			"Hengchuan quoted 40 gateways at ¥6,460.50 each, 5% off as her authority allows, and then the manager took out another sheet.", "What now?"},
	} {
		if lead, question := split(test.stem); lead != test.lead || question != test.question {
			t.Errorf("%q\nlead %q\nasks %q", test.stem, lead, question)
		}
	}
}
