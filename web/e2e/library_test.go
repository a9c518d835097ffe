package e2e_test

import "testing"

// The field library, and a lesson with terms of the glossary in it.
func TestLibraryLooksRight(t *testing.T) {
	a := open(t)
	b := a.tab(t)
	b.signIn("learner", a.company.Password)
	lesson, _ := firstLesson(a)
	for _, p := range []place{
		{"library", "", "/library"},
		{"glossary", "", "/library/glossary"},
		{"glossary-found", "", "/library/glossary?q=price"},
		{"glossary-none", "", "/library/glossary?q=%E9%BE%98%E9%BE%98"},
		{"templates", "", "/library/templates"},
		{"template", "", "/library/templates/visit-plan"},
		{"template-wide", "", "/library/templates/contract-checklist"},
		{"phrases", "", "/library/phrases/negotiate"},
		{"library-search", "", "/search?q=%E8%AE%A9%E6%AD%A5"},
		{"lesson-terms", "", "/courses/" + lesson},
	} {
		eachWay(t, b, p.name, p.path)
	}
}
