package remark

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tongguan/courses/catalog"
	"tongguan/courses/passage"
	"tongguan/courses/reminder"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ctx = context.Background()

type house struct {
	*testing.T
	*Remarks
	advance func(time.Duration)
	who     map[string]access.Actor
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		folk := people.New(d, c, trail, team.New(d, c, trail))
		h := &house{T: t, advance: advance, who: map[string]access.Actor{}, Remarks: New(Parts{DB: d, Clock: c, Zone: time.UTC, Trail: trail,
			Title: func(lesson string) catalog.Text { return catalog.Text{ZH: lesson} }})}
		for _, login := range []string{"learner", "other", "author", "manager", "hr", "inspector", "admin"} {
			role := access.Learner
			if access.Role(login).Known() {
				role = access.Role(login)
			}
			p := people.Person{Login: login, Name: login, Roles: []access.Role{role}}
			var err error
			if p.ID, err = folk.Create(ctx, access.Operator(), p); err != nil {
				t.Fatal(err)
			}
			h.who[login] = p.Actor()
		}
		fn(h)
	})
}

func sample() Remark {
	return Remark{Lesson: "process/negotiation/price", Module: "process/negotiation", Lang: "zh", Version: "v1", Heading: "怎样做好", Place: 7, Kind: passage.Paragraph,
		Quote: "让步要换条件。", Reason: "unclear", Text: "换什么条件？"}
}

func (h *house) send(who, request string, change ...func(*Remark)) string {
	h.Helper()
	n := sample()
	for _, c := range change {
		c(&n)
	}
	id, err := h.Send(ctx, h.who[who], n, request)
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h *house) want(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Errorf("%v, want kind %d", err, kind)
	}
}

func (h *house) good(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// TestTheWayOfANote goes from sending to the end.
func TestTheWayOfANote(t *testing.T) {
	each(t, func(h *house) {
		id := h.send("learner", "r1")
		if again := h.send("learner", "r1"); again != id {
			h.Error("sent twice, it is two notes")
		}
		other := sample()
		other.Text = "另一件事"
		_, err := h.Send(ctx, h.who["learner"], other, "r1") // the form was gone back to
		h.want(err, fault.Invalid)
		h.advance(time.Second)
		if theirs := h.send("other", "r1"); theirs == id {
			h.Error("somebody else's form with the same id is the same note")
		}
		list, err := h.List(ctx, h.who["author"], Open, "process/negotiation")
		if err != nil || len(list) != 2 || list[0].ID != id || list[0].Passage() != sample().Passage() {
			h.Fatal(list, err)
		}
		h.want(h.Answer(ctx, h.who["author"], id, " "), fault.Invalid)
		h.want(h.Answer(ctx, h.who["author"], id, strings.Repeat("长", longestSaid+1)), fault.Invalid)
		h.good(h.Answer(ctx, h.who["author"], id, "换付款期或数量，见下一节的表。"))
		h.want(h.Answer(ctx, h.who["author"], id, "再答一次"), fault.Conflict)
		mine, err := h.Mine(ctx, h.who["learner"])
		if err != nil || len(mine) != 1 || mine[0].State != Answered || mine[0].Answer == "" || mine[0].SeenAt != 0 {
			h.Fatal(mine, err)
		}
		h.good(h.Seen(ctx, h.who["learner"], id))
		h.good(h.Close(ctx, h.who["author"], id))
		h.want(h.Close(ctx, h.who["author"], id), fault.Conflict)
		h.want(h.Withdraw(ctx, h.who["learner"], id), fault.Conflict)
		n, err := h.Count(ctx, h.who["author"])
		if err != nil || n["process/negotiation"][Done] != 1 || n["process/negotiation"][Open] != 1 {
			h.Error(n, err)
		}
	})
}

func TestANoteTakenBackIsStruck(t *testing.T) {
	each(t, func(h *house) {
		id := h.send("learner", "r1")
		h.want(h.Withdraw(ctx, h.who["other"], id), fault.Missing)
		h.good(h.Withdraw(ctx, h.who["learner"], id))
		if mine, err := h.Mine(ctx, h.who["learner"]); err != nil || len(mine) != 0 {
			h.Error(mine, err)
		}
		_, err := h.Get(ctx, h.who["author"], id)
		h.want(err, fault.Missing)
		h.want(h.Answer(ctx, h.who["author"], id, "答"), fault.Missing)
		h.want(h.Close(ctx, h.who["author"], id), fault.Missing)
		n, _, err := byID(ctx, h.db.Read(), id)
		if err != nil || n.Text != "" || n.State != Withdrawn {
			h.Error(n, err)
		}
	})
}

func TestWhatIsNoNote(t *testing.T) {
	each(t, func(h *house) {
		for name, change := range map[string]func(*Remark){
			"too long":           func(n *Remark) { n.Text = strings.Repeat("长", LongestText+1) },
			"no such reason":     func(n *Remark) { n.Reason = "praise" },
			"other, and nothing": func(n *Remark) { n.Reason, n.Text = "other", " \r\n" },
			"no place":           func(n *Remark) { n.Place = 0 },
			"nothing there":      func(n *Remark) { n.Quote = "" },
		} {
			n := sample()
			change(&n)
			if _, err := h.Send(ctx, h.who["learner"], n, name); fault.KindOf(err) != fault.Invalid {
				h.Error(name, err)
			}
		}
		for _, request := range []string{"", strings.Repeat("r", 65)} {
			_, err := h.Send(ctx, h.who["learner"], sample(), request)
			h.want(err, fault.Invalid)
		}
		h.send("learner", "just", func(n *Remark) { n.Text = strings.Repeat("长", LongestText) })
	})
}

// TestTheDayIsFull sends from many windows at once: no more than a day's notes come through, and the next day is another.
func TestTheDayIsFull(t *testing.T) {
	each(t, func(h *house) {
		var wait sync.WaitGroup
		for i := range MostPerDay + 10 {
			wait.Go(func() { _, _ = h.Send(ctx, h.who["learner"], sample(), fmt.Sprint(i)) }) // the count says which came through
		}
		wait.Wait()
		mine, err := h.Mine(ctx, h.who["learner"])
		if err != nil || len(mine) != MostPerDay {
			h.Fatal(len(mine), err)
		}
		_, err = h.Send(ctx, h.who["learner"], sample(), "more")
		h.want(err, fault.Invalid)
		h.send("other", "r")
		h.advance(24 * time.Hour)
		h.send("learner", "tomorrow")
	})
}

// TestAFormSentTwiceAtOnceIsOneNote counts the day's notes too.
func TestAFormSentTwiceAtOnceIsOneNote(t *testing.T) {
	each(t, func(h *house) {
		ids := make([]string, 6)
		var wait sync.WaitGroup
		for i := range ids {
			wait.Go(func() { ids[i], _ = h.Send(ctx, h.who["learner"], sample(), "same") })
		}
		wait.Wait()
		for _, id := range ids {
			if id == "" || id != ids[0] {
				h.Fatal(ids)
			}
		}
		var sent int
		h.good(h.db.Read().Get(ctx, &sent, "SELECT sent FROM remark_day"))
		if sent != 1 {
			h.Error(sent, "notes are counted")
		}
	})
}

func TestTwoAuthorsAnswerOnce(t *testing.T) {
	each(t, func(h *house) {
		id, good := h.send("learner", "r"), make(chan error, 5)
		var wait sync.WaitGroup
		for range cap(good) {
			wait.Go(func() { good <- h.Answer(ctx, h.who["author"], id, "答") })
		}
		wait.Wait()
		close(good)
		n := 0
		for err := range good {
			if err == nil {
				n++
			} else if fault.KindOf(err) != fault.Conflict {
				h.Error(err)
			}
		}
		if n != 1 {
			h.Error(n, "answers")
		}
	})
}

func TestWhoSeesNotes(t *testing.T) {
	each(t, func(h *house) {
		id := h.send("learner", "r")
		for who, actor := range h.who {
			_, err := h.List(ctx, actor, Open, "")
			_, err2 := h.Get(ctx, actor, id)
			_, err3 := h.Count(ctx, actor)
			for _, e := range []error{err, err2, err3} {
				if (e == nil) != (who == "author") || e != nil && fault.KindOf(e) != fault.Missing {
					h.Error(who, e)
				}
			}
			if who != "author" {
				h.want(h.Answer(ctx, actor, id, "答"), fault.Missing)
				h.want(h.Close(ctx, actor, id), fault.Missing)
			}
			if who != "learner" {
				h.want(h.Seen(ctx, actor, id), fault.Missing)
			}
		}
	})
}

func TestAnswersAreRemindedUntilTheyAreSeen(t *testing.T) {
	each(t, func(h *house) {
		id := h.send("learner", "r")
		told := func(day string, want int) {
			h.Helper()
			all, err := h.Remind(ctx, []reminder.Person{{ID: h.who["learner"].ID}}, day)
			if err != nil || len(all[h.who["learner"].ID]) != want {
				h.Errorf("%s: %v %v", day, all, err)
			}
		}
		told("2026-03-03", 0)
		h.good(h.Answer(ctx, h.who["author"], id, "答"))
		told("2026-03-03", 1)
		told("2026-03-04", 0)
		told("2026-03-09", 1)
		h.good(h.Seen(ctx, h.who["learner"], id))
		told("2026-03-09", 0)
	})
}
