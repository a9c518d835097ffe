package roleplay

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tongguan/quizzes/pipeline"
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

const small = `name: small
days: 15
capabilities: [{id: core}, {id: more}]
products: [{id: one, covers: [core, more], list: 1000000, cost: 500, floor: 200}]
segments: [{id: all, accounts: 3, size: [10000000, 50000000], unfit: 1}]
`

// house is the room with those it leans on: a learner, their manager, an inspector and somebody of another team.
type house struct {
	*testing.T
	*Rehearsals
	d                                     *db.DB
	learner, manager, inspector, stranger access.Actor
}

func each(t *testing.T, test func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, _ := clock.Fake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		p := people.New(d, c, trail, teams)
		worlds, problems := ReadWorlds(fstest.MapFS{"worlds/small.yaml": {Data: []byte(small)}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		h := house{T: t, d: d, Rehearsals: New(Parts{DB: d, Clock: c, Trail: trail, People: p, Worlds: worlds})}
		boss := h.person(p, "manager", "", access.Manager)
		group, err := teams.Create(ctx, access.Operator(), team.Details{Name: "East", Managers: []string{boss.ID}})
		if err != nil {
			t.Fatal(err)
		}
		h.manager, h.learner = boss, h.person(p, "learner", group, access.Learner)
		h.inspector, h.stranger = h.person(p, "inspector", "", access.Inspector), h.person(p, "stranger", "", access.Learner)
		test(h)
	})
}

func (h house) person(p *people.People, login, team string, role access.Role) access.Actor {
	h.Helper()
	id, err := p.Create(ctx, access.Operator(), people.Person{Login: login, Name: login, Team: team, Roles: []access.Role{role}})
	if err != nil {
		h.Fatal(err)
	}
	return access.Actor{ID: id, Name: login, Roles: []access.Role{role}}
}

func (h house) begin() string {
	h.Helper()
	id, err := h.Start(ctx, h.learner, "small")
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// play lets a policy make the next turns.
func (h house) play(id string, policy pipeline.Policy, turns int) {
	h.Helper()
	for range turns {
		s, err := h.Scene(ctx, h.learner, id)
		if err != nil {
			h.Fatal(err)
		}
		if s.Run.State.Now >= s.Run.Territory.End() {
			return
		}
		if err := h.Turn(ctx, h.learner, id, s.Turns, policy.Next(s.Run.Sight())); err != nil {
			h.Fatal(err)
		}
	}
}

func TestARehearsalIsPlayedReviewedAndProved(t *testing.T) {
	each(t, func(h house) {
		id := h.begin()
		h.play(id, &pipeline.ScriptFollower, 40)
		if _, err := h.Debrief(ctx, h.learner, id); fault.KindOf(err) != fault.Conflict {
			h.Fatal("looked back before the end:", err)
		}
		for range 2 { // the second changes nothing
			if err := h.Close(ctx, h.learner, id); err != nil {
				h.Fatal(err)
			}
		}
		d, err := h.Debrief(ctx, h.learner, id)
		if err != nil {
			h.Fatal(err)
		}
		if w := d.Run.Territory.Worth(&d.Run.State); w.Value() != d.Value || d.Indicators.Value != d.Value || d.Turns != 40 || len(d.Marks) < 30 {
			h.Errorf("%+v, %+v", w, d.Rehearsal)
		}
		again, err := h.Debrief(ctx, h.manager, id)
		if err != nil || len(again.Marks) != len(d.Marks) || again.Marks[3] != d.Marks[3] {
			h.Error("another review the second time", err)
		}
		for _, who := range []access.Actor{h.learner, h.manager, h.inspector} {
			p, err := h.Verify(ctx, who, id)
			if err != nil || !p.Whole || p.Events == 0 || p.Hash != d.Hash {
				h.Errorf("%s: %+v, %v", who.Name, p, err)
			}
		}
		list, err := h.Of(ctx, h.manager, h.learner.ID)
		if err != nil || len(list) != 1 || list[0].ID != id {
			h.Error(list, err)
		}
	})
}

// TestWhatIsChangedShows changes what is stored, as whoever has the database can.
func TestWhatIsChangedShows(t *testing.T) {
	for name, change := range map[string]struct {
		sql     string
		differs int
	}{
		"an act":       {"UPDATE rehearsal_turn SET act = 'mail' WHERE number = 4", 5},
		"an argument":  {"UPDATE rehearsal_turn SET account = 2 WHERE number = 6", 7},
		"a hash":       {"UPDATE rehearsal_turn SET hash = 'ff' WHERE number = 2", 3},
		"the end":      {"UPDATE rehearsal SET final_hash = 'ff'", 0},
		"the seed":     {"UPDATE rehearsal SET seed = '7'", 1},
		"a turn gone":  {"DELETE FROM rehearsal_turn WHERE number = 11", 0},
		"turn in half": {"DELETE FROM rehearsal_turn WHERE number = 5", 6},
		"the result":   {"UPDATE rehearsal SET turns = 3", 0},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(h house) {
				id := h.begin()
				h.play(id, &pipeline.ScriptFollower, 12)
				if err := h.Close(ctx, h.learner, id); err != nil {
					h.Fatal(err)
				}
				if err := h.d.Write(ctx, func(q db.Q) error { _, err := q.Exec(ctx, change.sql); return err }); err != nil {
					h.Fatal(err)
				}
				p, err := h.Verify(ctx, h.inspector, id)
				if err != nil || p.Whole || p.Differs != change.differs {
					h.Errorf("%+v, %v", p, err)
				}
			})
		})
	}
}

// TestATurnCountsOnce sends turns twice, from two tabs, late, and by hand.
func TestATurnCountsOnce(t *testing.T) {
	each(t, func(h house) {
		id := h.begin()
		visit, call := pipeline.Act{Kind: pipeline.Visit}, pipeline.Act{Kind: pipeline.Call, Account: 1}
		for range 3 {
			if err := h.Turn(ctx, h.learner, id, 0, visit); err != nil {
				h.Fatal("sent twice:", err)
			}
		}
		if err := h.Turn(ctx, h.learner, id, 0, call); fault.KindOf(err) != fault.Conflict {
			h.Error("another tab's turn:", err)
		}
		for _, bad := range []pipeline.Act{{Kind: pipeline.Sign}, {Kind: pipeline.Offer, Arg: 1 << 50}, {Kind: 999}, {Kind: pipeline.Call, Account: -4}, {Kind: pipeline.Wait, Arg: -1}} {
			if err := h.Turn(ctx, h.learner, id, 1, bad); fault.KindOf(err) != fault.Invalid {
				h.Errorf("%+v: %v", bad, err)
			}
		}
		if err := h.Turn(ctx, h.learner, id, -1, call); fault.KindOf(err) != fault.Invalid {
			h.Error("a negative turn:", err)
		}
		if err := h.Turn(ctx, h.learner, id, 7, call); fault.KindOf(err) != fault.Conflict {
			h.Error("a turn that has not come:", err)
		}
		if s, err := h.Scene(ctx, h.learner, id); err != nil || s.Turns != 1 || s.Run.State.Acts != 1 {
			h.Errorf("%+v, %v", s.Rehearsal, err)
		}
		if err := h.Close(ctx, h.learner, id); err != nil {
			h.Fatal(err)
		}
		if err := h.Turn(ctx, h.learner, id, 1, call); fault.KindOf(err) != fault.Conflict {
			h.Error("a turn after the end:", err)
		}
	})
}

// TestManyTabs has twenty tabs do the next act at the same time, again and again: one of them does it.
func TestManyTabs(t *testing.T) {
	each(t, func(h house) {
		id := h.begin()
		for n := range 5 {
			var all sync.WaitGroup
			var mu sync.Mutex
			done := 0
			for tab := range 20 {
				all.Go(func() {
					err := h.Turn(ctx, h.learner, id, n, pipeline.Act{Kind: pipeline.Wait, Account: tab % 3, Arg: int64(30 + tab)})
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						done++
					} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.Busy {
						h.Error(err)
					}
				})
			}
			all.Wait()
			if done != 1 {
				h.Errorf("turn %d was done %d times", n, done)
			}
		}
		if s, err := h.Scene(ctx, h.learner, id); err != nil || s.Turns != 5 {
			h.Error(s.Turns, err)
		}
	})
}

func TestBranching(t *testing.T) {
	each(t, func(h house) {
		id := h.begin()
		h.play(id, &pipeline.Expert, 20)
		if _, err := h.Branch(ctx, h.learner, id, 5); fault.KindOf(err) != fault.Conflict {
			h.Error("branched from an open one:", err)
		}
		if err := h.Close(ctx, h.learner, id); err != nil {
			h.Fatal(err)
		}
		from, err := h.Branch(ctx, h.learner, id, 9)
		if err != nil {
			h.Fatal(err)
		}
		old, _ := h.Debrief(ctx, h.learner, id)
		s, err := h.Scene(ctx, h.learner, from)
		if err != nil || s.Turns != 9 || s.Parent != id || s.ParentTurn != 9 || s.Seed != old.Seed {
			h.Fatalf("%+v, %v", s.Rehearsal, err)
		}
		for i := range s.Run.Log.Len() {
			if s.Run.Log.At(i) != old.Run.Log.At(i) {
				h.Fatal("the branch has another past at event", i)
			}
		}
		h.play(from, &pipeline.Expert, 11)
		if now, _ := h.Scene(ctx, h.learner, from); hash(now.Run) != old.Hash {
			h.Error("the same acts under the same luck came out otherwise")
		}
		for _, turns := range []int{-1, 21} {
			if _, err := h.Branch(ctx, h.learner, id, turns); fault.KindOf(err) != fault.Missing {
				h.Error(turns, err)
			}
		}
	})
}

// TestOthersSeeNothing tries every verb as somebody else.
func TestOthersSeeNothing(t *testing.T) {
	each(t, func(h house) {
		open, closed := h.begin(), h.begin()
		h.play(closed, &pipeline.Novice, 3)
		if err := h.Close(ctx, h.learner, closed); err != nil {
			h.Fatal(err)
		}
		for name, do := range map[string]func(access.Actor, string) error{
			"scene":   func(a access.Actor, id string) error { _, err := h.Scene(ctx, a, id); return err },
			"turn":    func(a access.Actor, id string) error { return h.Turn(ctx, a, id, 0, pipeline.Act{Kind: pipeline.Call}) },
			"close":   func(a access.Actor, id string) error { return h.Close(ctx, a, id) },
			"branch":  func(a access.Actor, id string) error { _, err := h.Branch(ctx, a, id, 1); return err },
			"debrief": func(a access.Actor, id string) error { _, err := h.Debrief(ctx, a, id); return err },
			"verify":  func(a access.Actor, id string) error { _, err := h.Verify(ctx, a, id); return err },
		} {
			for _, id := range []string{open, closed, "nothing"} {
				if err := do(h.stranger, id); fault.KindOf(err) != fault.Missing && fault.KindOf(err) != fault.Denied {
					h.Errorf("%s of %s by a stranger: %v", name, id, err)
				}
			}
		}
		if err := h.Turn(ctx, h.manager, open, 0, pipeline.Act{Kind: pipeline.Call}); fault.KindOf(err) != fault.Missing {
			h.Error("the manager plays for the learner:", err)
		}
		if _, err := h.Of(ctx, h.stranger, h.learner.ID); err == nil {
			h.Error("a stranger lists the learner's rehearsals")
		}
		if _, err := h.Start(ctx, h.learner, "nowhere"); fault.KindOf(err) != fault.Missing {
			h.Error(err)
		}
	})
}

// TestAWorldOutlivesTheContent looks at a rehearsal whose world is no longer in the content.
func TestAWorldOutlivesTheContent(t *testing.T) {
	each(t, func(h house) {
		id := h.begin()
		h.play(id, &pipeline.ScriptFollower, 10)
		if err := h.Close(ctx, h.learner, id); err != nil {
			h.Fatal(err)
		}
		later := New(Parts{DB: h.d, Clock: h.clock, Trail: h.trail, People: h.people})
		if p, err := later.Verify(ctx, h.inspector, id); err != nil || !p.Whole {
			h.Errorf("%+v, %v", p, err)
		}
		if err := h.d.Write(ctx, func(q db.Q) error {
			_, err := q.Exec(ctx, "UPDATE rehearsal_world SET world = replace(world, '\"cost\":500', '\"cost\":400')")
			return err
		}); err != nil {
			h.Fatal(err)
		}
		changed := New(Parts{DB: h.d, Clock: h.clock, Trail: h.trail, People: h.people})
		if p, err := changed.Verify(ctx, h.inspector, id); err != nil || p.Whole {
			h.Errorf("the world was changed and nobody saw it: %+v, %v", p, err)
		}
	})
}

// TestASessionIsSmall weighs what a rehearsal of a hundred acts takes.
func TestASessionIsSmall(t *testing.T) {
	each(t, func(h house) {
		id := h.begin()
		h.play(id, &pipeline.ScriptFollower, 100)
		if err := h.Close(ctx, h.learner, id); err != nil {
			h.Fatal(err)
		}
		if _, err := h.Debrief(ctx, h.learner, id); err != nil {
			h.Fatal(err)
		}
		r, err := rehearsalByID(ctx, h.d.Read(), id)
		if err != nil {
			h.Fatal(err)
		}
		turns, err := turnsOf(ctx, h.d.Read(), id, MaxTurns)
		if err != nil {
			h.Fatal(err)
		}
		text, err := json.Marshal(struct {
			R row
			T []turnRow
		}{r, turns})
		if err != nil || len(text) > 64<<10 {
			h.Errorf("%d turns take %d bytes, %v", len(turns), len(text), err)
		}
	})
}

func TestWorldsThatCannotBeRead(t *testing.T) {
	for text, key := range map[string]string{
		"name: [":   "roleplay.unreadable",
		"odd: true": "roleplay.unreadable",
		strings.Replace(small, "name: small", "name: large", 1): "roleplay.world_name",
		strings.Replace(small, "list: 1000000", "list: -1", 1):  "simulate.world.range",
	} {
		worlds, problems := ReadWorlds(fstest.MapFS{"worlds/small.yaml": {Data: []byte(text)}})
		if len(worlds) != 0 || len(problems) != 1 || problems[0].Key != key {
			t.Errorf("%q: %v, %v", text, worlds, problems)
		}
	}
}
