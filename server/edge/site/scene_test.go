package site

import (
	"strings"
	"testing"

	"tongguan/web/layout"
	"tongguan/web/pages/practice"
	"tongguan/web/parts"
	"tongguan/web/words"
)

// A scene beside the six stages stands under a heading of its own, and shows no rail while it is played.
func TestScenesBesideTheStages(t *testing.T) {
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for lang, heading := range map[string]string{"zh": "带队与督查", "en": "Leading and supervision"} {
		v := visit{lang: lang, voice: book.In(lang)}
		f := layout.Frame{Voice: v.voice}
		if got := sceneStage(v, 0); got != heading || sceneStage(v, 4) != v.voice.T("stage.negotiate") {
			t.Errorf("%s: 0 is %q and 4 is %q", lang, got, sceneStage(v, 4))
		}
		sold := []practice.Script{{ID: "sold", Stage: sceneStage(v, 1)}}
		led := []practice.Script{{ID: "led", Stage: sceneStage(v, 0)}}
		both, alone := drawn(t, practice.ChoosePage(practice.Choose{Frame: f, Scripts: sold, Beside: led})), drawn(t, practice.ChoosePage(practice.Choose{Frame: f, Scripts: sold}))
		if at := strings.Index(both, "<h2>"+heading+"</h2>"); at < 0 || at < strings.Index(both, `value="sold"`) || at > strings.Index(both, `value="led"`) {
			t.Errorf("%s: the heading stands at %d", lang, at)
		}
		if strings.Contains(alone, heading) || strings.Contains(both, "⟨") {
			t.Errorf("%s: %s", lang, alone)
		}
		rail := parts.Rail{Gates: []parts.Gate{{Stage: "develop"}}}
		with, without := drawn(t, practice.ScenePage(practice.Scene{Frame: f, Rail: rail})), drawn(t, practice.ScenePage(practice.Scene{Frame: f}))
		if title := v.voice.T("parts.rail"); !strings.Contains(with, title) || strings.Contains(without, title) {
			t.Errorf("%s: the rail is shown %v and %v", lang, strings.Contains(with, title), strings.Contains(without, title))
		}
	}
}
