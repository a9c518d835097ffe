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

// Columns of figures stand to the right; those with words do not.
func TestColumnsOfFigures(t *testing.T) {
	c := Case{Table: [][]string{{"项目", "数量", "单价", "账期", "说明"}, {"网关", "24", "¥6,800", "30 days", "3年质保，含上门"}, {"实施", "26人天", "—", "60 days", "2"}}}
	for i, want := range []bool{false, true, true, true, false} {
		if got := c.figures(i); got != want {
			t.Errorf("column %d: %v", i, got)
		}
	}
	if (Case{Table: [][]string{{"a"}}}).figures(0) {
		t.Error("nothing is a column of figures")
	}
}
