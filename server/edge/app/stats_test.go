package app_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
)

// TestAuthorsSeeHowAQuizDoes goes from the desk to the statistics, to one question of them and to the file.
func TestAuthorsSeeHowAQuizDoes(t *testing.T) {
	each(t, func(h *house) {
		b := h.as("author")
		page := "/desk/quizzes/process/negotiation"
		if desk := b.get("/desk").want(h.T, http.StatusOK); !strings.Contains(desk.body, `href="`+page+`"`) {
			h.Error("the desk does not lead there")
		}
		if empty := b.get(page).want(h.T, http.StatusOK); !strings.Contains(empty.body, "还没有人交过卷") {
			h.Errorf("%.2000s", empty.body)
		}
		h.stock() // a learner has handed in a paper without an answer
		got := b.get(page).want(h.T, http.StatusOK)
		set := h.Bank.Current().Set("process/negotiation")
		for _, text := range []string{"1 次，大约要 100 次", "<svg viewBox", "及格线", set.Hash[:8], page + "?item=" + set.Questions[0].ID + "#" + set.Questions[0].ID} {
			if !strings.Contains(got.body, text) {
				h.Errorf("the page lacks %q", text)
			}
		}
		one := b.get(page+"?item="+set.Questions[0].ID).want(h.T, http.StatusOK)
		if !strings.Contains(one.body, `id="`+set.Questions[0].ID+`" open`) || strings.Contains(one.body, `id="`+set.Questions[1].ID+`" open`) {
			h.Error("another question than the one asked for is open")
		}
		for _, sort := range []string{"reading", "facility", "discrimination", "weight", "answers", "order", "rubbish"} {
			b.get(page+"?order=desc&sort="+sort).want(h.T, http.StatusOK)
		}
		b.get(page+"?set="+set.Hash).want(h.T, http.StatusOK)
		b.get(page+"?set="+strings.Repeat("b", 64)).want(h.T, http.StatusNotFound)
		file := b.get(page+"/items.csv").want(h.T, http.StatusOK)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 1+len(set.Questions) || rows[1][0] != set.Questions[0].ID || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
			h.Errorf("%v, %v, %v", rows, err, file.header)
		}
		if n, err := h.Tally.Fold(context.Background()); n || err != nil {
			h.Error(n, err)
		}
	})
}
