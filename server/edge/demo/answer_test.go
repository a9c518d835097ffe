package demo

import (
	"math/rand/v2"
	"slices"
	"testing"

	"tongguan/quizzes/bank"
	"tongguan/quizzes/grading"
	"tongguan/server/edge/app"
)

// TestPeopleAnswerEveryType answers many papers of every quiz, once knowing everything and once nothing: the first is all
// right, the second never, and both have the form that the question asks for.
func TestPeopleAnswerEveryType(t *testing.T) {
	company, err := Read(app.Content(""))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := bank.Read(app.Content(""))
	f := filler{company: company, chance: rand.New(rand.NewPCG(1, 2))}
	met, moved := map[grading.Type]bool{}, map[grading.Type]bool{}
	for _, set := range b.Sets() {
		for n := range byte(40) {
			for _, item := range bank.Draw(set, [32]byte{n}) {
				q := set.Question(item.Question)
				if q.Type == grading.Open && !slices.ContainsFunc(company.Writings, func(w writing) bool { return w.Question == q.ID }) {
					continue // nobody of the demo has written anything: they leave it empty
				}
				right, wrong := f.choose(q, item.Params, pupil{1, "en"}), f.choose(q, item.Params, pupil{0, "zh"})
				most, err := grading.Mark(q.Key(item.Params), right)
				less, err2 := grading.Mark(q.Key(item.Params), wrong)
				if err != nil || err2 != nil {
					t.Fatalf("%s: %q %v, %q %v", q.ID, right, err, wrong, err2)
				}
				met[q.Type] = true
				moved[q.Type] = moved[q.Type] || len(wrong) > 0
				if q.Type == grading.Open {
					if len(right) != 1 || len(wrong) != 1 || right[0] == wrong[0] || len([]rune(right[0])) > q.Longest {
						t.Errorf("%s: %q, %q", q.ID, right, wrong)
					}
				} else if most != grading.Full || less == grading.Full || slices.Equal(right, wrong) {
					t.Errorf("%s %v: %q earns %d, %q earns %d", q.ID, item.Params, right, most, wrong, less)
				}
			}
		}
	}
	for _, kind := range grading.Types() {
		if !met[kind] || !moved[kind] && kind != grading.ShortText {
			t.Errorf("%s: on a paper %v, answered wrongly %v", kind, met[kind], moved[kind])
		}
	}
}
