package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"tongguan/quizzes/pipeline"
	"tongguan/server/base/access"
)

// A learner rehearses: chooses a world, does some acts with the mouse and some with the keyboard alone, lets an
// expert's acts follow, ends it, looks back, branches, and proves it.
func TestARehearsal(t *testing.T) {
	a := open(t)
	ctx := context.Background()
	actor := access.Actor{ID: newcomer(t, a, "rehearsal"), Roles: []access.Role{access.Learner}}
	b := a.tab(t)
	b.signIn("rehearsal", a.company.Password)
	b.visit("/practice")
	b.submit(`main form:has(input[value="month"]) button`)
	id, _, _ := strings.Cut(strings.TrimPrefix(b.path(), "/rehearsals/"), "?")
	for _, act := range []string{"research", "screen", "visit"} {
		b.submit(fmt.Sprintf(`form:has(input[name=act][value=%s]) button`, act))
	}
	b.scripts(false)
	b.submit(`form:has(input[name=act][value=call]) button`)
	b.scripts(true)
	scene, err := a.app.Rehearsals.Scene(ctx, actor, id)
	if err != nil || scene.Turns != 4 {
		t.Fatal(scene.Turns, err)
	}
	play := func(most int) {
		for n := scene.Turns; n < most && scene.Run.State.Now < scene.Run.Territory.End(); n++ {
			act := pipeline.Cheat.Next(scene.Run.Sight())
			if act.Kind == pipeline.Pay {
				act.Kind = pipeline.Decline
			}
			if err := a.app.Rehearsals.Turn(ctx, actor, id, n, act); err != nil {
				t.Fatal(n, act, err)
			}
			if scene, err = a.app.Rehearsals.Scene(ctx, actor, id); err != nil {
				t.Fatal(err)
			}
		}
	}
	everyWay(t, b, "rehearsal-begun", "/rehearsals/"+id+"?a=1")
	play(45)
	for account := range scene.Run.Sight().Accounts() { // whoever is in talks
		if scene.Run.Sight().See(account, pipeline.Met) != 0 && scene.Run.Sight().See(account, pipeline.Matched) != 0 {
			everyWay(t, b, "rehearsal", fmt.Sprintf("/rehearsals/%s?a=%d", id, account+1))
			break
		}
	}
	play(110)
	b.visit("/rehearsals/" + id)
	b.submit(`form[action$="/close"] button`)
	everyWay(t, b, "debrief", "/rehearsals/"+id+"/debrief")
	everyWay(t, b, "proof", "/rehearsals/"+id+"/proof")
	b.cookie("tongguan_lang", "zh")
	b.visit("/rehearsals/" + id + "/proof")
	if text := b.text("main"); !strings.Contains(text, "已验证") {
		t.Error(text)
	}
	b.visit("/rehearsals/" + id + "/debrief")
	b.submit(`form[action$="/branch"] button`)
	if !strings.HasPrefix(b.path(), "/rehearsals/") || strings.Contains(b.path(), id) {
		t.Errorf("branching led to %s", b.path())
	}
	everyWay(t, b, "practice", "/practice")
	b.do(chromedp.Click(chromedp.CSS(`main .results a`)))
}
