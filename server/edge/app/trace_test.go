package app_test

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tongguan/quizzes/bank"
)

// The page of a clause shows everybody what rests on it, and nobody more than they may see.
func TestWhatRestsOnAClause(t *testing.T) {
	each(t, func(h *house) {
		h.stock()
		set := h.Bank.Current().Set("process/negotiation")
		question := set.Questions[slices.IndexFunc(set.Questions, func(q *bank.Question) bool { return slices.Contains(q.Clauses, "2.4.2") })]
		for login, c := range map[string]struct{ shows, hides []string }{
			"learner":   {[]string{"题库里有", "还没有测出来"}, []string{question.ID, "还缺：", "/team/certificates?programme=", "/inspections/plans/"}},
			"manager":   {[]string{"您看得到的"}, []string{question.ID, "还缺：", "/inspections/plans/"}},
			"hr":        {[]string{"您看得到的"}, []string{question.ID, "还缺："}},
			"author":    {[]string{`item=` + question.ID, "还缺："}, []string{"您看得到的", "/inspections/plans/"}},
			"inspector": {[]string{"<code>" + question.ID + "</code>", "还缺：", "您看得到的"}, []string{"item=" + question.ID}},
			"admin":     {[]string{"题库里有"}, []string{question.ID, "您看得到的"}},
		} {
			body := h.as(login).get("/policy/2.4.2").want(h.T, http.StatusOK).body
			for _, text := range append(c.shows, `id="lessons"`, `id="questions"`, `id="scenarios"`, `id="indicators"`, `id="inspection"`, `id="certified"`, `id="versions"`) {
				if !strings.Contains(body, text) {
					h.Errorf("%s does not see %q", login, text)
				}
			}
			for _, text := range append(c.hides, question.Stem.ZH) {
				if strings.Contains(body, text) {
					h.Errorf("%s sees %q", login, text)
				}
			}
		}
		if body := h.as("learner").get("/policy/2.4").body; !strings.Contains(body, `href="/policy/2.4.2"`) || !strings.Contains(body, "下面各条的也算在内") {
			h.Error("what is under the clause is not named")
		}
	})
}

// The table of all clauses agrees with the pages that it leads to, and its file with it.
func TestThePolicyAtAGlance(t *testing.T) {
	h := one(t, options{})
	h.stock()
	b := h.as("inspector")
	page := b.get("/policy/matrix").want(t, http.StatusOK).body
	clauses := h.Catalog.Current().Clauses
	for _, text := range []string{`href="/policy/matrix.csv"`, `href="/policy/` + clauses[0].ID + `"`, `href="/policy/` + clauses[len(clauses)-1].ID + `"`, "trace-hole", "hole-sign", `href="/policy/matrix.xlsx"`} {
		if !strings.Contains(page, text) {
			t.Errorf("the table lacks %q", text)
		}
	}
	if holes := b.get("/policy/matrix?holes=1").want(t, http.StatusOK).body; strings.Count(holes, `class="clause-id"`) > strings.Count(page, `class="clause-id"`) {
		t.Error("the rows with holes are more than all rows")
	}
	for _, sort := range []string{"clause", "lessons", "questions", "judged", "facility", "scenarios", "indicators", "inspection", "certified", "rubbish"} {
		b.get("/policy/matrix?sort="+sort).want(t, http.StatusOK)
		b.get("/policy/matrix?sort=-"+sort).want(t, http.StatusOK)
	}
	file := b.get("/policy/matrix.csv").want(t, http.StatusOK)
	if !strings.HasPrefix(file.body, "\ufeff") || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%q %v", file.body[:10], file.header)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 1+len(clauses) || len(rows[0]) != 14 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	for _, r := range rows[1:] {
		one := b.get("/policy/"+r[0]).want(t, http.StatusOK).body
		n, err := strconv.Atoi(r[3])
		if err != nil || n > 0 && !strings.Contains(one, "有"+r[3]+"道题") || n == 0 && !strings.Contains(one, "还没有题考这一条") {
			t.Errorf("%s: the file says %s questions, its page something else", r[0], r[3])
		}
		if r[13] != "" && !strings.Contains(one, "还缺：") || r[13] == "" && strings.Contains(one, "还缺：") {
			t.Errorf("%s: the file says %q is missing, its page something else", r[0], r[13])
		}
	}
	if list := h.as("inspector").get("/policy").body; !strings.Contains(list, `href="/policy/matrix"`) {
		t.Error("the policy does not lead to the table")
	}
	if list := h.as("hr").get("/policy").body; strings.Contains(list, `href="/policy/matrix"`) {
		t.Error("HR is led to a table that they may not see")
	}
	if desk := h.as("author").get("/desk").body; !strings.Contains(desk, `href="/policy/matrix"`) {
		t.Error("the desk does not lead to the table")
	}
}
