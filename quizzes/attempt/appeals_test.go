package attempt

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

const because = "我选的做法在制度里也有写，应当算对。"

func TestWhoMayObject(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		learner := h.who["learner"]
		id := h.start("learner")
		h.refused(h.Appeal(ctx, learner, id, "q1", because), fault.Conflict) // it is open
		h.answer("learner", id, "q1", "b")
		h.submit("learner", id)
		for text, bad := range map[string]bool{strings.Repeat("字", 9): true, "  " + strings.Repeat("字", 9) + " \n ": true, strings.Repeat("字", 1001): true} {
			if err := h.Appeal(ctx, learner, id, "q1", text); (fault.KindOf(err) == fault.Invalid) != bad {
				h.Errorf("%d characters: %v", len([]rune(text)), err)
			}
		}
		h.refused(h.Appeal(ctx, learner, id, "q9", because), fault.Missing)
		for _, login := range []string{"stranger", "manager", "inspector", "hr"} {
			h.refused(h.Appeal(ctx, h.who[login], id, "q1", because), fault.Missing)
		}
		h.do(h.Appeal(ctx, learner, id, "q1", strings.Repeat("字", 10)))
		h.do(h.Appeal(ctx, learner, id, "q2", strings.Repeat("字", 1000)))
		h.refused(h.Appeal(ctx, learner, id, "q1", because), fault.Conflict)
		if h.count("appeal") != 2 || h.acts()["appeal.filed"] != 2 {
			h.Errorf("%d objections, %v", h.count("appeal"), h.acts())
		}
		look, err := h.Review(ctx, learner, id)
		h.do(err)
		for _, m := range look.Marked {
			if (m.Appeal != nil) != (m.Question.ID == "q1" || m.Question.ID == "q2") || m.Appeal != nil && m.Appeal.State != Open {
				h.Errorf("%s: %+v", m.Question.ID, m.Appeal)
			}
		}
		h.quiz(", show: {answers: never}", five()...)
		hidden := h.sits("learner", all("baaaa"))
		h.refused(h.Appeal(ctx, learner, hidden, "q1", because), fault.Denied)
	})
}

func TestOneObjectionAQuestionHoweverOftenItIsSent(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		id := h.sits("learner", all("baaaa"))
		var wg sync.WaitGroup
		kept := make([]bool, 8)
		for i := range kept {
			wg.Go(func() {
				err := h.Appeal(ctx, h.who["learner"], id, "q1", because)
				if kept[i] = err == nil; err != nil && fault.KindOf(err) != fault.Conflict {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		for _, k := range kept {
			if k {
				n++
			}
		}
		if n != 1 || h.count("appeal") != 1 {
			h.Errorf("%d were told that it is kept, %d are", n, h.count("appeal"))
		}
	})
}

// Those who decide see question, version, text, response and how everybody answered; never whose it is.
func TestObjectionsAreDecidedBlind(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		author := h.add("author", access.Author)
		mine, own := h.sits("learner", all("baaaa")), h.sits("author", all("baaaa"))
		h.sits("stranger", all("b-aaa"))
		h.sits("hr", all("caaaa"))
		h.sits("manager", all("aaaaa"))
		h.do(h.Appeal(ctx, h.who["learner"], mine, "q1", because))
		h.do(h.Appeal(ctx, author, own, "q1", because))
		open, err := h.Appeals(ctx, author)
		h.do(err)
		if len(open) != 1 || len(open[0].Appeals) != 1 || open[0].Question.ID != "q1" {
			h.Fatalf("an author is asked to decide %+v", open)
		}
		d, err := h.Dispute(ctx, author, open[0].Appeals[0].ID)
		h.do(err)
		if d.Text != because || fmt.Sprint(d.Response) != "[b]" || d.Points != 0 || d.Question.ID != "q1" || d.Version != h.stored(mine).SetHash {
			h.Errorf("%+v", d)
		}
		if want := "[{[b] 3 0} {[a] 1 100} {[c] 1 0}]"; fmt.Sprint(d.Given) != want {
			h.Errorf("everybody answered %v, want %s", d.Given, want)
		}
		said := fmt.Sprintf("%+v", d)
		for _, secret := range []string{h.who["learner"].ID, h.who["learner"].Name, mine} {
			if strings.Contains(said, secret) {
				h.Errorf("those who decide see %s", secret)
			}
		}
		var id string
		h.do(h.d.Read().Get(ctx, &id, "SELECT id FROM appeal WHERE person_id = $1", author.ID))
		_, err = h.Dispute(ctx, author, id)
		h.refused(err, fault.Missing)
		h.refused(h.RejectAppeal(ctx, author, id, "no"), fault.Missing)
		for _, login := range []string{"learner", "manager", "hr", "inspector"} {
			_, err := h.Appeals(ctx, h.who[login])
			h.refused(err, fault.Missing)
			_, err = h.Dispute(ctx, h.who[login], d.ID)
			h.refused(err, fault.Missing)
			h.refused(h.RejectAppeal(ctx, h.who[login], d.ID, "no"), fault.Missing)
		}
	})
}

// An objection is decided once; a correction upholds those that it settles and no other.
func TestObjectionsAreAnswered(t *testing.T) {
	each(t, func(h *house) {
		h.quiz("", five()...)
		author := h.add("author", access.Author)
		b, c, void := h.sits("learner", all("bbaaa")), h.sits("stranger", all("caaaa")), h.sits("hr", all("abaaa"))
		for login, at := range map[string][2]string{"learner": {b, "q1"}, "stranger": {c, "q1"}, "hr": {void, "q2"}} {
			h.do(h.Appeal(ctx, h.who[login], at[0], at[1], because))
		}
		states := func() string {
			out := ""
			for _, login := range []string{"learner", "stranger", "hr"} {
				found, err := appealsWhere(ctx, h.d.Read(), "a.person_id = $1", h.who[login].ID)
				h.do(err)
				out += found[0].State + ":" + found[0].Answer + " "
			}
			return out
		}
		_, _, err := h.Correct(ctx, author, h.correction("q1", Accept, "b"), "r1")
		h.do(err)
		if want := "upheld:题干有歧义 open: open: "; states() != want {
			h.Errorf("%s, want %s", states(), want)
		}
		h.advance(time.Minute)
		_, _, err = h.Correct(ctx, author, h.correction("q2", Void), "r2")
		h.do(err)
		found, err := appealsWhere(ctx, h.d.Read(), "a.person_id = $1", h.who["stranger"].ID)
		h.do(err)
		h.refused(h.RejectAppeal(ctx, author, found[0].ID, " "), fault.Invalid)
		h.do(h.RejectAppeal(ctx, author, found[0].ID, "与第2.4.1条一致"))
		h.refused(h.RejectAppeal(ctx, author, found[0].ID, "又一次"), fault.Conflict)
		if want := "upheld:题干有歧义 rejected:与第2.4.1条一致 upheld:题干有歧义 "; states() != want {
			h.Errorf("%s, want %s", states(), want)
		}
		if acts := h.acts(); acts["appeal.upheld"] != 2 || acts["appeal.rejected"] != 1 {
			h.Errorf("%v", acts)
		}
		news, err := h.News(ctx, h.who["stranger"])
		h.do(err)
		if len(news.Appeals) != 1 || news.Appeals[0].State != Rejected || len(news.Notes) != 0 {
			h.Errorf("%+v", news)
		}
		h.refused(h.PutAppealAside(ctx, h.who["learner"], c, "q1"), fault.Missing)
		h.do(h.PutAppealAside(ctx, h.who["stranger"], c, "q1"))
		if news, err = h.News(ctx, h.who["stranger"]); err != nil || len(news.Appeals) != 0 {
			h.Errorf("%+v, %v", news, err)
		}
	})
}

// Word of a changed result stays until it is put aside, on the review for ever; where the score may not be shown yet it
// waits.
func TestWordOfAChangedResult(t *testing.T) {
	each(t, func(h *house) {
		h.until("2026-03-01 09:00:00")
		h.quiz(`, window: {until: "2026-03-02 18:00"}, show: {score: window, answers: window}`, five()...)
		author, learner := h.add("author", access.Author), h.who["learner"]
		id := h.sits("learner", all("baaab"))
		correction, _, err := h.Correct(ctx, author, h.correction("q1", Accept, "b"), "r")
		h.do(err)
		news, err := h.News(ctx, learner)
		h.do(err)
		look, err := h.Review(ctx, learner, id)
		h.do(err)
		if len(news.Notes) != 0 || len(look.Notes) != 0 {
			h.Errorf("a score that may not be shown is told: %+v %+v", news, look.Notes)
		}
		h.until("2026-03-02 18:00:06")
		news, err = h.News(ctx, learner)
		h.do(err)
		if len(news.Notes) != 1 {
			h.Fatalf("%+v", news)
		}
		n := news.Notes[0]
		if n.Attempt != id || n.Correction != correction || n.Before != 6000 || n.After != 8000 || n.Passed || !n.PassedAfter || n.Reason != "题干有歧义" || n.Module != module {
			h.Errorf("%+v", n)
		}
		h.refused(h.PutAside(ctx, h.who["stranger"], id, correction), fault.Missing)
		h.do(h.PutAside(ctx, learner, id, correction))
		h.do(h.PutAside(ctx, learner, id, correction))
		if news, err = h.News(ctx, learner); err != nil || len(news.Notes) != 0 {
			h.Errorf("%+v, %v", news, err)
		}
		for _, who := range []access.Actor{learner, h.who["inspector"]} {
			if look, err = h.Review(ctx, who, id); err != nil || len(look.Notes) != 1 || look.Score != 8000 || !look.Passed {
				h.Errorf("%+v, %v", look, err)
			}
		}
	})
}
