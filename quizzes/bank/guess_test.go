package bank

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// choices is a bank of single choices out of these options, the right one marked with a star, and stems.
func choices(t *testing.T, stem func(i int) string, options func(i int) [4]string, n int) *Bank {
	t.Helper()
	var b strings.Builder
	b.WriteString("module: negotiation\nquiz: {draw: 6, pass: 80, minutes: 20}\nquestions:\n")
	for i := range n {
		var out []string
		for k, text := range options(i) {
			bare, right := strings.CutPrefix(text, "*")
			out = append(out, fmt.Sprintf(`{id: o%d, right: %t, text: {zh: %q, en: %q}, why: {zh: 因为, en: so}}`, k, right, bare, bare))
		}
		fmt.Fprintf(&b, "  - {id: s%d, type: single, clauses: [\"2.4\"], level: apply, stem: {zh: %q, en: %q}, options: [%s], explanation: {zh: 解, en: why}}\n",
			i, stem(i), stem(i), strings.Join(out, ", "))
	}
	all, _ := Read(fstest.MapFS{file: {Data: []byte(b.String())}})
	if got := len(all.Sets()[0].Questions); got != n {
		t.Fatalf("%d questions, want %d", got, n)
	}
	return all
}

func guess(t *testing.T, b *Bank, name string) Guess {
	t.Helper()
	for _, g := range b.Guesses() {
		if g.Guesser == name && g.Lang == "zh" {
			return g
		}
	}
	t.Fatal("no guesser", name)
	return Guess{}
}

func same(s string) func(int) string { return func(int) string { return s } }

// Every rule of thumb wins everything on questions made for it, and is found out.
func TestRulesOfThumb(t *testing.T) {
	for name, options := range map[string][4]string{
		"longest":      {"甲乙", "丙丁", "*戊己庚辛", "壬癸"},
		"shortest":     {"甲乙子丑", "丙丁寅卯", "*戊", "壬癸辰巳"},
		"first":        {"*甲乙", "丙丁", "戊己", "壬癸"},
		"second":       {"甲乙", "*丙丁", "戊己", "壬癸"},
		"third":        {"甲乙", "丙丁", "*戊己", "壬癸"},
		"last":         {"甲乙", "丙丁", "戊己", "*壬癸"},
		"like_stem":    {"甲乙", "*合同审核", "戊己", "壬癸"},
		"unlike_stem":  {"合同审核", "合同审核人", "*戊己", "审核合同"},
		"no_absolutes": {"一律如此", "从不这样", "*有时这样", "永远如此"},
		"careful":      {"马上签字", "*核实以后再签", "当场答应", "转给别人"},
		"figures":      {"多一点", "*让2%换5天", "少一点", "不多不少"},
		"odd_one":      {"甲乙丙丁", "甲乙丙己", "*甲", "甲乙丙辛"},
	} {
		t.Run(name, func(t *testing.T) {
			b := choices(t, same("合同审核时怎么做？"), func(int) [4]string { return options }, guessFrom)
			if g := guess(t, b, name); g.Hits != 10_000 || g.Chance != 2_500 || g.Questions != guessFrom {
				t.Errorf("got %+v", g)
			}
			found := false
			for _, p := range b.Fair() {
				found = found || p.Key == "bank.guess."+name
			}
			if !found {
				t.Error("not reported")
			}
		})
	}
}

// A rule that cannot decide is as good as blind; up to the limit nothing is said, above it something is.
func TestGuessLimit(t *testing.T) {
	mixed := func(longest int) *Bank {
		return choices(t, same("怎么做？"), func(i int) [4]string {
			o := [4]string{"甲一", "乙一", "丙一", "丁一"}
			if i < longest {
				o[i%4] += "长"
			} else {
				o[(i+1)%4] += "长"
			}
			o[i%4] = "*" + o[i%4]
			return o
		}, 100)
	}
	said := func(b *Bank) bool {
		for _, p := range b.Fair() {
			if p.Key == "bank.guess.longest" {
				return true
			}
		}
		return false
	}
	if said(mixed(35)) {
		t.Error("35 % is ten points above chance, and allowed")
	}
	if !said(mixed(36)) {
		t.Error("36 % is over the limit")
	}
	if g := guess(t, mixed(35), "figures"); g.Hits != g.Chance {
		t.Errorf("no figures anywhere: %+v", g)
	}
}

func TestTwins(t *testing.T) {
	long := "汤蕙在电话里说腾祺的网关便宜九百元，要求当场降价，周小满第一句话怎么回答最好？"
	stems := []string{long, strings.Replace(long, "九百元", "八百元", 1), "合同发回来改了一处文字，陶然还没有看，客户催着盖章，接下来先做哪一步？"}
	options := func(i int) [4]string {
		return [4]string{"*问清比的是什么", fmt.Sprint("先让一点", i), "请经理来谈", "拿出成本表"}
	}
	b := choices(t, func(i int) string { return stems[i] }, options, len(stems))
	twins := b.Twins()
	if len(twins) != 1 || twins[0].One.ID != "s0" || twins[0].Other.ID != "s1" || twins[0].Share <= twinShare {
		t.Fatalf("got %+v", twins)
	}
	if p := b.Fair(); len(p) != 1 || p[0].Key != "bank.twins" || p[0].Line != twins[0].Other.Line {
		t.Errorf("got %+v", p)
	}
}

func TestNegative(t *testing.T) {
	for _, tt := range []struct {
		zh, en string
		want   bool
	}{
		{"下面哪一项不属于需求确认？", "Which is part of it?", true},
		{"汤蕙不同意。怎么回答？", "She does not agree. What do you say?", false},
		{"哪一种做法最好？", "Which of these is not part of the review?", true},
		{"哪一项错了？", "What comes first?", true},
		{"合同没有签。先做哪一步？", "It was not signed. Which step comes first?", false},
	} {
		if got := Negative(&Question{Stem: Text{ZH: tt.zh, EN: tt.en}}); got != tt.want {
			t.Errorf("%q: %v", tt.zh, got)
		}
	}
	b := choices(t, func(i int) string {
		if i < 13 {
			return "哪一项不属于这一步？"
		}
		return "先做哪一步？"
	}, func(i int) [4]string { return [4]string{"*甲", "乙", "丙", "丁"} }, 100)
	if p := b.negations(); len(p) != 1 {
		t.Errorf("13 of 100: %v", p)
	}
}
