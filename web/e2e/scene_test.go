package e2e_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

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

// TestASceneIsTyped says something strange, picks from what it may have meant, says something sensible, sits an exam; HR
// then remarks on it and scores it, and an author looks at how fair it is.
func TestASceneIsTyped(t *testing.T) {
	a := open(t)
	newcomer(t, a, "typing")
	b := a.tab(t)
	b.signIn("typing", a.company.Password)
	b.visit("/practice")
	b.submit(`main form:has(input[value="hidden_needs"]) button[value=practice]`)
	id := strings.TrimPrefix(b.path(), "/plays/")
	everyWay(t, b, "typed-begun", "/plays/"+id)
	b.visit("/plays/" + id)
	b.fill("#say", "嗯……这个……")
	b.submit(".say button")
	if !b.exists(".choices button") || !strings.Contains(b.text(".lines"), "嗯……这个……") {
		t.Error("nobody asked back")
	}
	everyWay(t, b, "typed-asked", "/plays/"+id)
	b.visit("/plays/" + id)
	b.fill("#say", "许厂长，能介绍一下现在这条线是怎么运转的吗？")
	b.submit(".say button")
	if !strings.Contains(b.text(".lines"), "许厂长，能介绍一下") || b.exists("#say") {
		t.Error("what was typed was not understood")
	}
	b.do(chromedp.KeyEvent("1")) // the first option by its digit
	for range 100 {
		if b.exists(`input[name=turn][value="3"]`) {
			break
		}
		b.do(chromedp.Sleep(100 * time.Millisecond))
	}
	everyWay(t, b, "typed-on", "/plays/"+id)
	b.visit("/plays/" + id)
	b.submit(`form[action$="/close"] button`)
	b.visit("/practice")
	b.submit(`main form:has(input[value="credit_risk"]) button[value=exam]`)
	everyWay(t, b, "exam", b.path())
	if !b.exists("[data-due]") {
		t.Error("the exam shows no clock")
	}
	hr := a.tab(t)
	hr.signIn("hr", a.company.Password)
	hr.visit("/plays/" + id + "/debrief")
	hr.fill("#text", "先听后问，做得好。")
	hr.submit(`form[action$="/notes"] button`)
	for _, item := range []string{"listening", "questioning", "value", "composure"} {
		hr.do(chromedp.Click(chromedp.CSS(`input[name=` + item + `][value="4"]`)))
	}
	hr.submit(`form[action$="/ratings"] button`)
	if !strings.Contains(hr.text("main"), "先听后问，做得好。") {
		t.Error("the remark is not there")
	}
	everyWay(t, hr, "typed-reviewed", "/plays/"+id+"/debrief")
	author := a.tab(t)
	author.signIn("author", a.company.Password)
	everyWay(t, author, "scene-desk", "/desk/scenes/credit_risk")
}

// fill types into a field.
func (b *tab) fill(selector, text string) {
	b.do(chromedp.SetValue(chromedp.CSS(selector), text))
}
