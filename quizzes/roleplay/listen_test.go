package roleplay

import (
	"os"
	"testing"

	"tongguan/quizzes/scenario"
)

// TestTypedSentencesAreUnderstood types what no script has as an example.
func TestTypedSentencesAreUnderstood(t *testing.T) {
	files := os.DirFS("../../content")
	u, problems := ReadUtterances(files)
	scripts, more := ReadScripts(files)
	if len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	l := NewListener(u)
	l.Warm()
	for _, c := range []struct{ script, beat, lang, text, want string }{
		{"hidden_needs", "open", "zh", "许厂长，能介绍一下现在这条包装线的情况吗？", "ask_line"},
		{"hidden_needs", "open", "zh", "目前一天是怎么安排生产的", "ask_line"},
		{"hidden_needs", "open", "zh", "今年的预算大概是多少？", "money"},
		{"hidden_needs", "open", "zh", "现在这个流程最头疼的问题是什么", "ask_pain"},
		{"hidden_needs", "open", "zh", "我们的设备速度快，用了以后产能能提高一倍", "pitch"},
		{"hidden_needs", "open", "en", "Could you walk me through how the line works today?", "ask_line"},
		{"hidden_needs", "open", "en", "How much money have you set aside for this?", "money"},
		{"hidden_needs", "open", "en", "What is the biggest problem with the present line?", "ask_pain"},
		{"hidden_needs", "open", "en", "Our machine will double your capacity and saves two operators", "pitch"},
		{"hidden_needs", "open", "en", "目前贵厂是怎么包装的？", "ask_line"},
		{"hidden_needs", "open", "zh", "今天天气真不错", ""},
		{"hidden_needs", "open", "zh", "哦", ""},
		{"hidden_needs", "open", "en", "xyzzy", ""},
	} {
		var script *scenario.Script
		for _, s := range scripts {
			if s.ID == c.script {
				script = s
			}
		}
		p := script.NewPlay(1)
		h := l.Hear(p, c.lang, c.text, false)
		if h.Pick != c.want {
			t.Errorf("%s: heard %+v, want %q", c.text, h, c.want)
		}
		if h.Pick == "" && len(h.Choices) == 0 {
			t.Errorf("%s: nothing is offered instead", c.text)
		}
		if h := l.Hear(p, c.lang, c.text, true); c.text == "xyzzy" && len(h.Choices) > 0 {
			t.Errorf("an exam tells who says nothing: %+v", h)
		}
		if err := p.Do(scenario.Move{Beat: c.beat, Say: c.text, Heard: h}); err != nil {
			t.Error(err)
		}
	}
	if h := l.Hear(scripts[0].NewPlay(1), "zh", "账期60天，打九折，一共50万，12台", false); h.Days != 60 || h.Percent != 1000 || h.Money != 50_000_000 || h.Number != 12 {
		t.Errorf("%+v", h)
	}
}

func BenchmarkHear(b *testing.B) {
	files := os.DirFS("../../content")
	u, _ := ReadUtterances(files)
	scripts, _ := ReadScripts(files)
	l := NewListener(u)
	l.Warm()
	var p *scenario.Play
	for _, s := range scripts {
		if s.ID == "hidden_needs" {
			p = s.NewPlay(1)
		}
	}
	for b.Loop() {
		l.Hear(p, "zh", "许厂长，能介绍一下现在这条包装线的情况吗？", true)
	}
}
