package roleplay

import (
	"math"
	"os"
	"sync"
	"testing"
	"time"

	"tongguan/quizzes/evidence"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/clock"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
)

// stage is the room of plays with those it leans on.
type stage struct {
	*testing.T
	*Plays
	d                                             *db.DB
	ledger                                        *evidence.Ledger
	wait                                          func(time.Duration)
	learner, manager, second, inspector, stranger access.Actor
}

func eachStage(t *testing.T, test func(s stage)) {
	scripts, problems := ReadScripts(os.DirFS("../../content"))
	for _, p := range problems {
		t.Fatal(p)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, wait := clock.Fake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), 1)
		trail := audit.New(c)
		teams := team.New(d, c, trail)
		p := people.New(d, c, trail, teams)
		s := stage{T: t, d: d, wait: wait, ledger: evidence.New()}
		s.Plays = NewPlays(PlayParts{DB: d, Clock: c, Trail: trail, People: p, Ledger: s.ledger, Scripts: scripts})
		h := house{T: t}
		s.manager, s.second = h.person(p, "manager", "", access.Manager), h.person(p, "second", "", access.HR)
		group, err := teams.Create(ctx, access.Operator(), team.Details{Name: "East", Managers: []string{s.manager.ID}})
		if err != nil {
			t.Fatal(err)
		}
		s.learner, s.inspector, s.stranger = h.person(p, "learner", group, access.Learner), h.person(p, "inspector", "", access.Inspector), h.person(p, "stranger", "", access.Learner)
		test(s)
	})
}

// begin starts the script that the tests play.
func (s stage) begin(mode string) string {
	s.Helper()
	id, err := s.Start(ctx, s.learner, "price_pressure", mode)
	if err != nil {
		s.Fatal(err)
	}
	return id
}

// perform plays to the end, or so many moves.
func (s stage) perform(id string, most int) {
	s.Helper()
	script, _ := s.Script("price_pressure")
	expert := script.Expert(script.Values())
	for n := range most {
		scene, err := s.Scene(ctx, s.learner, id)
		if err != nil {
			s.Fatal(err)
		}
		if scene.State == Closed {
			return
		}
		if err := s.Move(ctx, s.learner, id, n, expert(scene.On)); err != nil {
			s.Fatal(n, err)
		}
	}
}

func (s stage) want(err error, kind fault.Kind) {
	s.Helper()
	if err == nil || fault.KindOf(err) != kind {
		s.Errorf("%v is not of kind %v", err, kind)
	}
}

// TestAMoveCountsOnce sends every move twice, at once and from a stale tab.
func TestAMoveCountsOnce(t *testing.T) {
	eachStage(t, func(s stage) {
		id := s.begin(Practice)
		plan, cut := scenario.Move{Beat: "before", Pick: "plan"}, scenario.Move{Beat: "before", Pick: "early"}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := s.Move(ctx, s.learner, id, 0, plan); err != nil {
					s.Error(err)
				}
			})
		}
		all.Wait()
		s.want(s.Move(ctx, s.learner, id, 0, cut), fault.Conflict)
		s.want(s.Move(ctx, s.learner, id, 5, cut), fault.Conflict)
		s.want(s.Move(ctx, s.learner, id, -1, cut), fault.Invalid)
		s.want(s.Move(ctx, s.learner, id, 1, scenario.Move{Beat: "sheet", Pick: "nothing"}), fault.Invalid)
		s.want(s.Move(ctx, s.stranger, id, 1, scenario.Move{Beat: "sheet", Pick: "compare"}), fault.Missing)
		scene, err := s.Scene(ctx, s.learner, id)
		if err != nil || scene.Turns != 1 || scene.On.Turns != 1 {
			s.Fatal(scene.Turns, err)
		}
		if _, err := s.Scene(ctx, s.stranger, id); fault.KindOf(err) != fault.Missing {
			s.Error(err)
		}
	})
}

// TestAnExamIsForTheRecord sits an exam: one at a time, timed, as hard as stated, and written into the ledger.
func TestAnExamIsForTheRecord(t *testing.T) {
	eachStage(t, func(s stage) {
		ids := make(chan string, 6)
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				id, err := s.Start(ctx, s.learner, "price_pressure", Exam)
				if err != nil {
					s.Error(err)
				}
				ids <- id
			})
		}
		all.Wait()
		id := <-ids
		for range 5 {
			if other := <-ids; other != id {
				s.Error("two exams of one script are open")
			}
		}
		script, _ := s.Script("price_pressure")
		scene, err := s.Scene(ctx, s.learner, id)
		if err != nil || !script.InBand(script.Difficulty(scene.Seed, script.Values())) {
			s.Fatal("the seed is out of the band", err)
		}
		s.perform(id, scenario.MaxTurns)
		d, err := s.Debrief(ctx, s.manager, id)
		if err != nil || !d.Passed || d.Score.Total != d.Play.Score || len(d.Marks) != d.Turns {
			s.Fatalf("%+v %v", d.Play, err)
		}
		lines, err := s.ledger.Of(ctx, s.d.Read(), s.learner.ID)
		if err != nil || len(lines) != 1 || lines[0].Kind != evidence.Roleplay || lines[0].Score != int(d.Play.Score) || !lines[0].Passed || lines[0].Source != id {
			s.Errorf("%+v %v", lines, err)
		}
		if _, err := s.Branch(ctx, s.learner, id, 1); fault.KindOf(err) != fault.Conflict {
			s.Error("an exam was branched", err)
		}
	})
}

// TestTimeRunsOut lets an exam lie: it is closed by looking, by moving and by nobody.
func TestTimeRunsOut(t *testing.T) {
	eachStage(t, func(s stage) {
		looked := s.begin(Exam)
		s.perform(looked, 2)
		s.wait(16 * time.Minute)
		s.want(s.Move(ctx, s.learner, looked, 2, scenario.Move{Beat: "talk", Pick: "probe"}), fault.Conflict)
		if scene, err := s.Scene(ctx, s.learner, looked); err != nil || scene.State != Closed || scene.Passed {
			s.Error(scene.State, err)
		}
		left := s.begin(Exam)
		if left == looked {
			s.Fatal("a closed exam was gone on with")
		}
		s.wait(16 * time.Minute)
		for range 2 {
			if err := s.CloseOverdue(ctx); err != nil {
				s.Fatal(err)
			}
		}
		if lines, err := s.ledger.Of(ctx, s.d.Read(), s.learner.ID); err != nil || len(lines) != 2 {
			s.Error(len(lines), err)
		}
		practice := s.begin(Practice)
		s.wait(1000 * time.Hour)
		s.perform(practice, 2)
	})
}

// TestWhoMaySeeAPlay asks everybody for a play of the learner's.
func TestWhoMaySeeAPlay(t *testing.T) {
	eachStage(t, func(s stage) {
		id := s.begin(Practice)
		if _, err := s.Debrief(ctx, s.learner, id); fault.KindOf(err) != fault.Conflict {
			s.Error(err)
		}
		s.perform(id, scenario.MaxTurns)
		for _, who := range []access.Actor{s.learner, s.manager, s.second, s.inspector} {
			if _, err := s.Debrief(ctx, who, id); err != nil {
				s.Error(who.Name, err)
			}
			if p, err := s.Verify(ctx, who, id); err != nil || !p.Whole {
				s.Error(who.Name, p.Differs, err)
			}
		}
		_, err := s.Debrief(ctx, s.stranger, id)
		s.want(err, fault.Missing)
		again, err := s.Branch(ctx, s.learner, id, 2)
		if err != nil {
			s.Fatal(err)
		}
		scene, err := s.Scene(ctx, s.learner, again)
		if err != nil || scene.Turns != 2 || scene.Parent != id {
			s.Error(scene.Play, err)
		}
		if plays, err := s.Of(ctx, s.manager, s.learner.ID); err != nil || len(plays) != 2 {
			s.Error(len(plays), err)
		}
	})
}

// TestAPlayThatWasTouchedIsFound changes what is stored, a piece at a time.
func TestAPlayThatWasTouchedIsFound(t *testing.T) {
	eachStage(t, func(s stage) {
		id := s.begin(Practice)
		s.perform(id, scenario.MaxTurns)
		for _, change := range []string{
			"UPDATE play_turn SET move = replace(move, 'plan', 'early') WHERE number = 0",
			"UPDATE play_turn SET move = replace(move, 'compare', 'value') WHERE number = 1",
			"UPDATE play_turn SET hash = replace(hash, 'a', 'b') WHERE number = 3",
			"DELETE FROM play_turn WHERE number = 2",
			"DELETE FROM play_turn WHERE number = (SELECT max(number) FROM play_turn)",
			"UPDATE play SET seed = '42'",
			"UPDATE play SET score = score + 1",
			"UPDATE play SET passed = NOT passed",
			"UPDATE play SET final_hash = replace(final_hash, '1', '2')",
			"UPDATE script SET text = replace(text, 'points: 8', 'points: 7')",
		} {
			if whole := s.after(id, change); whole {
				s.Errorf("not found: %s", change)
			}
		}
		if p, err := s.Verify(ctx, s.inspector, id); err != nil || !p.Whole {
			s.Error("what was put back is not whole", err)
		}
	})
}

// after verifies a play in a transaction in which something was changed, and undoes it.
func (s stage) after(id, change string) (whole bool) {
	s.Helper()
	undo := fault.New(fault.Conflict, "undo")
	err := s.d.Write(ctx, func(q db.Q) error {
		n, err := q.Exec(ctx, change)
		if err != nil || n == 0 {
			s.Fatal(change, n, err)
		}
		row, err := playByID(ctx, q, id)
		if err != nil {
			return err
		}
		proof, err := s.prove(ctx, q, row)
		if err != nil {
			return err
		}
		whole = proof.Whole
		return undo
	})
	if fault.KindOf(err) != fault.Conflict {
		s.Fatal(change, err)
	}
	return whole
}

// TestRemarksAndScores has a manager and HR look at a play.
func TestRemarksAndScores(t *testing.T) {
	eachStage(t, func(s stage) {
		id := s.begin(Practice)
		s.perform(id, scenario.MaxTurns)
		if err := s.Remark(ctx, s.manager, id, 2, " 这里先问，好。 "); err != nil {
			s.Fatal(err)
		}
		s.want(s.Remark(ctx, s.manager, id, 2, "  "), fault.Invalid)
		s.want(s.Remark(ctx, s.manager, id, 999, "x"), fault.Missing)
		s.want(s.Remark(ctx, s.learner, id, 1, "我觉得很好"), fault.Denied)
		s.want(s.Remark(ctx, s.stranger, id, 1, "x"), fault.Missing)
		all := map[string]int{"listening": 4, "questioning": 3, "value": 5, "composure": 2}
		s.want(s.Rate(ctx, s.learner, id, all), fault.Denied)
		s.want(s.Rate(ctx, s.manager, id, map[string]int{"listening": 4}), fault.Invalid)
		s.want(s.Rate(ctx, s.manager, id, map[string]int{"listening": 6, "questioning": 3, "value": 5, "composure": 2}), fault.Invalid)
		for _, who := range []access.Actor{s.manager, s.second, s.manager} {
			if err := s.Rate(ctx, who, id, all); err != nil {
				s.Fatal(err)
			}
		}
		d, err := s.Debrief(ctx, s.learner, id)
		if err != nil || len(d.Notes) != 1 || d.Notes[0].Text != "这里先问，好。" || d.Notes[0].Turn != 2 {
			s.Errorf("%+v %v", d.Notes, err)
		}
		if r, err := s.RatingsOf(ctx, s.inspector, id); err != nil || len(r) != 8 {
			s.Error(len(r), err)
		}
		if a, err := s.Agreement(ctx, s.second); err != nil || a.Plays != 1 || a.Pairs != 4 || a.Kappa != 1 || a.ICC != 1 {
			s.Errorf("%+v %v", a, err)
		}
	})
}

// TestAgreementFigures holds both figures to published ones: the six targets by four judges of Shrout and Fleiss (1979),
// ICC(1,1) = 0.17; and a kappa worked out by hand.
func TestAgreementFigures(t *testing.T) {
	judges := [][]int{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}}
	if icc := ICC(judges); math.Abs(icc-0.1657) > 0.0001 {
		t.Errorf("ICC(1,1) is %.4f", icc)
	}
	// Pairs (1,2) and (3,3), both ways: observed disagreement 2·1/4; margins 1/4, 1/4, 1/2: expected
	// 2·(1·1/16 + 4·1/8 + 1·1/8) = 11/8; kappa = 1 − (1/2)/(11/8) = 7/11.
	if kappa, pairs := Kappa([][]int{{1, 2}, {3, 3}}); math.Abs(kappa-7.0/11) > 1e-12 || pairs != 2 {
		t.Errorf("kappa is %v of %d pairs", kappa, pairs)
	}
	if kappa, _ := Kappa(nil); !math.IsNaN(kappa) || !math.IsNaN(ICC(nil)) || !math.IsNaN(ICC([][]int{{3, 4}})) {
		t.Error("nothing was compared, and agrees")
	}
}
