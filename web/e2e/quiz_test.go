package e2e_test

import (
	"testing"
)

// TestQuizPagesLookRight looks at every page of every kind of quiz, in both languages, themes and widths.
func TestQuizPagesLookRight(t *testing.T) {
	a := trial(t)
	for _, kind := range trials {
		t.Run(kind.id, func(t *testing.T) {
			newcomer(t, a, "look-"+kind.id)
			b := a.tab(t)
			b.signIn("look-"+kind.id, a.company.Password)
			everyWay(t, b, "quiz-"+kind.id+"-intro", "/courses/trial/"+kind.id+"/quiz")
			b.cookie("tongguan_lang", "zh")
			if b.visit("/courses/trial/" + kind.id + "/quiz"); b.exists("input[name=accepted]") {
				b.do(clickOn("input[name=accepted]"))
			}
			b.submit("form.start button")
			at := attemptOf(b.path())
			if kind.id == "pages" {
				for n := range 12 {
					everyWay(t, b, "quiz-pages-"+typeAt(b, at, n+1), at+"?q="+str(n+1))
				}
			} else {
				everyWay(t, b, "quiz-"+kind.id+"-page", at)
			}
			everyWay(t, b, "quiz-"+kind.id+"-overview", at+"/submit")
		})
	}
}
