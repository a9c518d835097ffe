package e2e_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
)

// TestAScene plays a scene in the browser, by its buttons and its forms, and looks back on it.
func TestAScene(t *testing.T) {
	a := open(t)
	ctx := context.Background()
	actor := access.Actor{ID: newcomer(t, a, "scene"), Roles: []access.Role{access.Learner}}
	b := a.tab(t)
	b.signIn("scene", a.company.Password)
	b.visit("/practice")
	b.submit(`main form:has(input[value="price_pressure"]) button[value=guided]`)
	id := strings.TrimPrefix(b.path(), "/plays/")
	everyWay(t, b, "scene-begun", "/plays/"+id)
	script, _ := a.app.Plays.Script("price_pressure")
	expert := script.Expert(script.Values())
	for n := 0; n < scenario.MaxTurns; n++ {
		scene, err := a.app.Plays.Scene(ctx, actor, id)
		if err != nil {
			t.Fatal(err)
		}
		beat, ok := scene.On.At()
		if !ok {
			break
		}
		switch m := expert(scene.On); {
		case m.Form != nil:
			everyWay(t, b, "scene-form", "/plays/"+id)
			b.visit("/plays/" + id)
			for field, v := range m.Form {
				b.fill("#"+field, strconv.FormatInt(v, 10))
			}
			b.submit(`.facts-form button`)
		case m.Offer != nil:
			if scene.On.Run.State.News[0] >= 0 && n < 9 {
				everyWay(t, b, "scene-offer", "/plays/"+id)
			}
			if err := a.app.Plays.Move(ctx, actor, id, n, m); err != nil {
				t.Fatal(err)
			}
		default:
			if beat.ID == "sheet" {
				m.Pick = "match_price" // a mistake, to have something to look back on
			}
			b.visit("/plays/" + id)
			b.submit(fmt.Sprintf(`.choices button[value=%s]`, m.Pick))
		}
	}
	everyWay(t, b, "scene-debrief", "/plays/"+id+"/debrief")
	everyWay(t, b, "scene-proof", "/plays/"+id+"/proof")
	b.cookie("tongguan_lang", "zh")
	b.visit("/plays/" + id + "/proof")
	if text := b.text("main"); !strings.Contains(text, "已验证") {
		t.Error(text)
	}
	b.visit("/plays/" + id + "/debrief")
	b.submit(`form[action$="/branch"] button`)
	if !strings.HasPrefix(b.path(), "/plays/") || strings.Contains(b.path(), id) {
		t.Errorf("branching led to %s", b.path())
	}
	everyWay(t, b, "scenes", "/practice")
}

// fill types into a field.
func (b *tab) fill(selector, text string) {
	b.do(chromedp.SetValue(chromedp.CSS(selector), text))
}
