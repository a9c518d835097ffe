package external

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tongguan/quizzes/evidence"
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

// house has a region that lead manages, with rep in a team below it, and strangers elsewhere.
type house struct {
	*testing.T
	*Trainings
	d       *db.DB
	advance func(time.Duration)
	who     map[string]access.Actor
}

func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, advance := clock.Fake(time.Date(2026, 3, 2, 1, 30, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		h := &house{T: t, d: d, advance: advance, who: map[string]access.Actor{}, Trainings: New(Parts{DB: d, Clock: c, Zone: time.UTC, Trail: trail,
			People: people.New(d, c, trail, teams), Teams: teams, Ledger: evidence.New()})}
		east, south := h.team(team.Details{Name: "east"}), h.team(team.Details{Name: "south"})
		below := h.team(team.Details{Name: "below", Parent: east})
		h.person("lead", below, access.Manager) // in a team that they manage: not their own judge
		h.person("rep", below)
		h.person("stranger", south)
		h.person("hr", south, access.HR)
		h.person("inspector", south, access.Inspector)
		h.person("admin", south, access.Admin)
		h.person("author", below, access.Author)
		h.good(teams.Change(ctx, access.Operator(), east, 1, team.Details{Name: "east", Managers: []string{h.who["lead"].ID}}))
		fn(h)
	})
}

func (h *house) team(d team.Details) string {
	id, err := h.teams.Create(ctx, access.Operator(), d)
	h.good(err)
	return id
}

func (h *house) person(login, team string, roles ...access.Role) {
	p := people.Person{Login: login, Name: login, Team: team, Roles: append(roles, access.Learner)}
	id, err := h.people.Create(ctx, access.Operator(), p)
	h.good(err)
	p.ID = id
	h.who[login] = p.Actor()
}

func (h *house) good(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) bad(err error, kind fault.Kind) {
	h.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.Errorf("%v, want kind %d", err, kind)
	}
}

func request() Request {
	return Request{Title: "大客户谈判研修", Provider: "商学院", StartsOn: "2026-02-20", EndsOn: "2026-02-22", Cost: 360000, Aim: "学会让步的次序。", Topic: "negotiation"}
}

func (h *house) ask(login string) string {
	h.Helper()
	id, err := h.Ask(ctx, h.who[login], request(), h.clock.ID())
	h.good(err)
	return id
}

var (
	pdf  = []byte("%PDF-1.7\n% a certificate\n")
	note = Sharing{Form: Note, Title: "让步的次序", Text: strings.Repeat("先换条件，再让价格。", 8)}
)

// picture draws a picture as a file.
func picture(encode func(*bytes.Buffer, image.Image) error) []byte {
	var b bytes.Buffer
	if err := encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// until takes a training of the rep's as far as a state.
func (h *house) until(s State) string {
	h.Helper()
	id := h.ask("rep")
	switch s {
	case Asked:
		return id
	case Withdrawn:
		h.good(h.Withdraw(ctx, h.who["rep"], id))
		return id
	case Declined:
		h.good(h.Decide(ctx, h.who["lead"], id, Decision{Reason: "预算"}))
		return id
	}
	h.good(h.Decide(ctx, h.who["lead"], id, Decision{Approve: true, ShareDays: 14}))
	if s == Approved {
		return id
	}
	h.good(h.AddFile(ctx, h.who["rep"], id, Upload{"结业证书.pdf", pdf}))
	h.good(h.Take(ctx, h.who["rep"], id))
	if s == Shared {
		h.good(h.Share(ctx, h.who["rep"], id, note, nil))
	}
	return id
}

func (h *house) state(id string) State {
	h.Helper()
	one, err := byID(ctx, h.d.Read(), id)
	h.good(err)
	return one.State
}

// TestMachine holds for every sequence of acts: what ends stays ended, and it is shared only after it was approved and
// taken, in that order.
func TestMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, done := Asked, []Act{}
		for _, do := range rapid.SliceOf(rapid.SampledFrom(append(Acts(), "praise"))).Draw(t, "acts") {
			next, ok := Next(now, do)
			if !ok && next != now {
				t.Fatalf("%s is none of %s and leads to %s", do, now, next)
			}
			if ok && (next == now || slices.Contains([]State{Withdrawn, Declined, Shared}, now)) {
				t.Fatalf("%s leads from %s to %s", do, now, next)
			}
			if ok {
				now, done = next, append(done, do)
			}
		}
		if (now == Shared) != slices.Equal(done, []Act{Approve, Take, Share}) || !slices.Contains(States(), now) || len(done) > 3 {
			t.Fatalf("%v lead to %s", done, now)
		}
	})
}

// TestVerbsFollowTheMachine does every act in every state: the rooms' verbs go where the machine goes, and nowhere else.
func TestVerbsFollowTheMachine(t *testing.T) {
	each(t, func(h *house) {
		rep, lead := h.who["rep"], h.who["lead"]
		verbs := map[Act]func(id string) error{
			Withdraw: func(id string) error { return h.Withdraw(ctx, rep, id) },
			Decline:  func(id string) error { return h.Decide(ctx, lead, id, Decision{Reason: "预算"}) },
			Approve:  func(id string) error { return h.Decide(ctx, lead, id, Decision{Approve: true, ShareDays: 14}) },
			Take:     func(id string) error { return h.Take(ctx, rep, id) },
			Share:    func(id string) error { return h.Share(ctx, rep, id, note, nil) },
		}
		for _, s := range States() {
			for _, do := range Acts() {
				id := h.until(s)
				if s == Approved {
					h.good(h.AddFile(ctx, rep, id, Upload{"a.pdf", pdf}))
				}
				want, ok := Next(s, do)
				if err := verbs[do](id); ok && err != nil || !ok && fault.KindOf(err) != fault.Conflict {
					h.Errorf("%s while %s: %v", do, s, err)
				}
				if got := h.state(id); got != want {
					h.Errorf("%s while %s leads to %s, want %s", do, s, got, want)
				}
			}
		}
	})
}

// TestWhoMay asks every verb about the rep's training as everybody.
func TestWhoMay(t *testing.T) {
	each(t, func(h *house) {
		asked, taken := h.until(Asked), h.until(Taken)
		proofs, err := files(ctx, h.d.Read(), taken, Proof)
		h.good(err)
		verbs := map[string]func(access.Actor) error{
			"see":      func(a access.Actor) error { _, err := h.See(ctx, a, asked); return err },
			"decide":   func(a access.Actor) error { return h.Decide(ctx, a, asked, Decision{Approve: true}) }, // 0 days: Invalid for who may
			"withdraw": func(a access.Actor) error { return h.Withdraw(ctx, a, taken) },                        // Conflict for who may
			"file":     func(a access.Actor) error { _, err := h.File(ctx, a, taken, proofs[0].ID); return err },
			"add":      func(a access.Actor) error { return h.AddFile(ctx, a, taken, Upload{}) },
			"take":     func(a access.Actor) error { return h.Take(ctx, a, taken) },
			"share":    func(a access.Actor) error { return h.Share(ctx, a, taken, Sharing{}, nil) },
			"list":     func(a access.Actor) error { _, err := h.Concerning(ctx, a); return err },
			"read":     func(a access.Actor) error { _, _, _, err := h.Read(ctx, a, taken); return err }, // not shared yet
			"rate":     func(a access.Actor) error { return h.Rate(ctx, a, taken, 5, "") },
		}
		may := map[string][]string{"see": {"rep", "lead", "hr"}, "decide": {"lead", "hr"}, "withdraw": {"rep"}, "file": {"rep", "lead", "hr"},
			"add": {"rep"}, "take": {"rep"}, "share": {"rep"}, "list": {"lead", "hr"}}
		for name, do := range verbs {
			for login, a := range h.who {
				err := do(a)
				refused := err != nil && (fault.KindOf(err) == fault.Missing || login == "rep" && fault.KindOf(err) == fault.Denied)
				if refused == slices.Contains(may[name], login) {
					h.Errorf("%s by %s: %v", name, login, err)
				}
			}
		}
	})
}

// TestNobodyDecidesTheirOwn has a manager in their own team and HR ask.
func TestNobodyDecidesTheirOwn(t *testing.T) {
	each(t, func(h *house) {
		for _, login := range []string{"lead", "hr"} {
			id := h.ask(login)
			h.bad(h.Decide(ctx, h.who[login], id, Decision{Approve: true, ShareDays: 14}), fault.Denied)
			all, err := h.Concerning(ctx, h.who[login])
			if err != nil || slices.ContainsFunc(all, func(o Training) bool { return o.ID == id }) {
				h.Errorf("%s is offered their own request: %v", login, err)
			}
		}
		mine, other := h.ask("rep"), h.ask("stranger")
		all, err := h.Concerning(ctx, h.who["lead"])
		if err != nil || len(all) != 1 || all[0].ID != mine {
			h.Errorf("the manager is offered %+v, %v", all, err)
		}
		h.bad(h.Decide(ctx, h.who["lead"], other, Decision{Reason: "x"}), fault.Missing)
	})
}

func TestFiles(t *testing.T) {
	each(t, func(h *house) {
		rep, id := h.who["rep"], h.until(Approved)
		h.bad(h.Take(ctx, rep, id), fault.Invalid) // nothing proves it
		for name, data := range map[string][]byte{"a.pdf": []byte("<html><script>"), "b.png": []byte("\x89PNG\r\n\x1a\n"), "c.jpg": {0xff, 0xd8, 0xff}, "d": nil,
			"e.pdf": append(slices.Clone(pdf), make([]byte, MaxFileBytes)...)} {
			h.bad(h.AddFile(ctx, rep, id, Upload{name, data}), fault.Invalid)
		}
		uploads := []Upload{{"证书.exe", pdf}, {"证书.pdf", pdf}, {`C:\x\..\a"b.gif`, picture(func(b *bytes.Buffer, i image.Image) error { return png.Encode(b, i) })},
			{"照片.png", picture(func(b *bytes.Buffer, i image.Image) error { return jpeg.Encode(b, i, nil) })}, {"", []byte("%PDF-2")}, {"f", []byte("%PDF-3")}}
		for _, u := range uploads {
			h.advance(time.Second)
			h.good(h.AddFile(ctx, rep, id, u))
		}
		h.bad(h.AddFile(ctx, rep, id, Upload{"g", []byte("%PDF-4")}), fault.Invalid)
		v, err := h.See(ctx, rep, id)
		h.good(err)
		var got []string
		for _, f := range v.Proofs {
			whole, err := h.File(ctx, rep, id, f.ID)
			h.good(err)
			data, err := whole.Bytes()
			if err != nil || len(data) != f.Size || f.Data != "" || recognise(data) != f.Kind {
				h.Errorf("%s came back otherwise: %v", f.Name, err)
			}
			got = append(got, f.Name+" "+f.Kind)
		}
		want := []string{"证书.pdf application/pdf", "ab.png image/png", "照片.jpg image/jpeg", "file.pdf application/pdf", "f.pdf application/pdf"}
		if diff := cmp.Diff(want, got); diff != "" || v.Files != MaxFiles {
			h.Errorf("%d files\n%s", v.Files, diff)
		}
	})
}

func TestSharing(t *testing.T) {
	each(t, func(h *house) {
		rep, id := h.who["rep"], h.until(Taken)
		talk := Sharing{Form: Talk, Title: "内部分享会", Text: note.Text, TalkOn: "2026-03-02"}
		ahead, short := talk, note
		ahead.TalkOn, short.Text = "2026-03-03", "很好"
		h.bad(h.Share(ctx, rep, id, ahead, &Upload{"s.pdf", pdf}), fault.Invalid)
		h.bad(h.Share(ctx, rep, id, talk, nil), fault.Invalid)
		h.bad(h.Share(ctx, rep, id, short, nil), fault.Invalid)
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() { errs[i] = h.Share(ctx, rep, id, talk, &Upload{"s.pdf", pdf}) })
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if fault.KindOf(err) != fault.Conflict {
				h.Error(err)
			}
		}
		lines, err := h.ledger.Of(ctx, h.d.Read(), rep.ID)
		if err != nil || done != 1 || len(lines) != 1 || lines[0].Kind != evidence.External || lines[0].Subject != "negotiation" || !lines[0].Passed {
			h.Errorf("shared %d times: %+v, %v", done, lines, err)
		}
		one, _, slides, err := h.Read(ctx, h.who["stranger"], id)
		if err != nil || one.Title != talk.Title || len(slides) != 1 {
			h.Errorf("%+v, %v, %v", one, slides, err)
		}
		_, err = h.File(ctx, h.who["stranger"], id, slides[0].ID)
		h.good(err)
	})
}

func TestRatings(t *testing.T) {
	each(t, func(h *house) {
		a, b, c := h.until(Shared), h.until(Shared), h.until(Shared)
		h.bad(h.Rate(ctx, h.who["rep"], a, 5, ""), fault.Denied)
		h.bad(h.Rate(ctx, h.who["lead"], a, 6, ""), fault.Invalid)
		h.bad(h.Rate(ctx, h.who["lead"], a, 0, ""), fault.Invalid)
		for login, stars := range map[string]int{"lead": 4, "hr": 5, "stranger": 5, "inspector": 4} {
			h.good(h.Rate(ctx, h.who[login], a, 1, "先给一分"))
			h.good(h.Rate(ctx, h.who[login], a, stars, "改了"))
		}
		h.good(h.Rate(ctx, h.who["lead"], b, 5, ""))
		all, err := h.Colleagues(ctx, h.who["stranger"])
		var got []string
		for _, o := range all {
			got = append(got, fmt.Sprint(map[string]string{a: "a", b: "b", c: "c"}[o.ID], o.Ratings, o.Tenths()))
		}
		if diff := cmp.Diff([]string{"a4 45", "b1 50", "c0 0"}, got); err != nil || diff != "" {
			h.Errorf("%v\n%s", err, diff)
		}
		if one, _, _, err := h.Read(ctx, h.who["stranger"], a); err != nil || one.Text != note.Text || all[0].Text != "" {
			h.Errorf("the text is for who reads it, and no part of the list: %+v, %v", one, err)
		}
	})
}

// TestNothingIsTakenUnseen says that a training was attended at the very moment at which it is approved: there is no proof.
func TestNothingIsTakenUnseen(t *testing.T) {
	each(t, func(h *house) {
		for range 40 {
			id := h.ask("rep")
			var wg sync.WaitGroup
			wg.Go(func() { h.good(h.Decide(ctx, h.who["lead"], id, Decision{Approve: true, ShareDays: 14})) })
			for range 3 {
				wg.Go(func() {
					if err := h.Take(ctx, h.who["rep"], id); err == nil {
						h.Error("taken without a proof")
					}
				})
			}
			wg.Wait()
			if got := h.state(id); got != Approved {
				h.Fatalf("it is %s", got)
			}
		}
	})
}

func TestOverdue(t *testing.T) {
	for _, c := range []struct {
		state State
		today string
		want  bool
	}{{Approved, "2026-03-08", false}, {Taken, "2026-03-08", false}, {Taken, "2026-03-09", true}, {Approved, "2026-03-09", true}, {Shared, "2026-03-09", false},
		{Asked, "2027-01-01", false}, {Declined, "2027-01-01", false}} {
		one := Training{State: c.state, EndsOn: "2026-02-22", ShareDays: 14}
		if one.Overdue(c.today) != c.want {
			t.Errorf("%s on %s, due on %s", c.state, c.today, one.DueOn())
		}
	}
}

func TestWhatCannotBeAskedFor(t *testing.T) {
	each(t, func(h *house) {
		for field, spoil := range map[string]func(*Request){
			"title": func(r *Request) { r.Title = "" }, "provider": func(r *Request) { r.Provider = strings.Repeat("长", 81) },
			"url": func(r *Request) { r.URL = "file:///etc/passwd" }, "topic": func(r *Request) { r.Topic = "谈判" },
			"aim": func(r *Request) { r.Aim = " " }, "cost": func(r *Request) { r.Cost = -1 }, "starts": func(r *Request) { r.StartsOn = "2026-02-30" },
			"ends": func(r *Request) { r.EndsOn = "2026-02-19" },
		} {
			r := request()
			spoil(&r)
			_, err := h.Ask(ctx, h.who["rep"], r, "r")
			if e := fault.Of(err); e == nil || e.Kind != fault.Invalid || e.Field != field {
				h.Errorf("%s: %v", field, err)
			}
		}
		first, err := h.Ask(ctx, h.who["rep"], request(), "same")
		h.good(err)
		second, err := h.Ask(ctx, h.who["rep"], request(), "same")
		if err != nil || first != second {
			h.Errorf("asked twice: %v", err)
		}
		r := request()
		r.EndsOn = "2026-03-03"
		id, err := h.Ask(ctx, h.who["rep"], r, "later")
		h.good(err)
		h.good(h.Decide(ctx, h.who["hr"], id, Decision{Approve: true, ShareDays: 7}))
		h.good(h.AddFile(ctx, h.who["rep"], id, Upload{"a", pdf}))
		h.bad(h.Take(ctx, h.who["rep"], id), fault.Invalid) // not over yet
		h.advance(24 * time.Hour)
		h.good(h.Take(ctx, h.who["rep"], id))
	})
}

func TestFen(t *testing.T) {
	for in, want := range map[string]int64{"": 0, "3600": 360000, "3,600.5": 360050, "0.07": 7, "￥12.30": 1230, "999999999.99": 99999999999, "１２．５": 1250, "1.5万": 1500000, "12元": 1200, " ": 0} {
		if got, err := Fen(in); err != nil || got != want {
			t.Errorf("%q: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"-1", "1.234", "1e5", "许多", "99999999999999999999", "1,5", "1，5", "12,34", "1,2345", "0,99", "(5)"} {
		if _, err := Fen(in); err == nil {
			t.Errorf("%q is an amount", in)
		}
	}
}

// TestOthersCrowdNobodyOut has so many requests elsewhere that a list of all of them is full.
func TestOthersCrowdNobodyOut(t *testing.T) {
	each(t, func(h *house) {
		for range mostListed {
			h.ask("stranger")
		}
		id := h.ask("rep")
		all, err := h.Concerning(ctx, h.who["lead"])
		if err != nil || len(all) != 1 || all[0].ID != id {
			h.Errorf("%d are listed to the manager, %v", len(all), err)
		}
		if all, err = h.Concerning(ctx, h.who["hr"]); err != nil || len(all) != mostListed {
			h.Errorf("%d are listed to HR, %v", len(all), err)
		}
	})
}
