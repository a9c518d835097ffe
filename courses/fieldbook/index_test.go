package fieldbook

import (
	"testing"

	"golang.org/x/text/language"
)

// The letter of a Chinese word is that of its sound.
func TestLetter(t *testing.T) {
	order := newAlphabet(language.Chinese)
	for name, want := range map[string]string{
		"案例": "A", "报价": "B", "成交": "C", "底线": "D", "额度": "E", "方案": "F", "攻击": "G", "合同": "H", "价格": "J", "客户": "K", "漏斗": "L", "毛利": "M",
		"能力": "N", "偶然": "O", "培训": "P", "前景": "Q", "让步": "R", "商机": "S", "谈判": "T", "外训": "W", "需求": "X", "验收": "Y", "账期": "Z",
		"BATNA": "B", "étape": "E", "3C": "#", "": "#", "阿": "A", "最后": "Z", "机会": "J", "关键人": "G", "决策": "J", "异议": "Y", "信用": "X", "锚定": "M", "回访": "H",
	} {
		if got := order.letter(name); got != want {
			t.Errorf("%s is listed under %s, want %s", name, got, want)
		}
	}
}
