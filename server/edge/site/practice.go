package site

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/roleplay"
	"tongguan/server/base/fault"
	"tongguan/server/edge/telling"
	"tongguan/web/pages/practice"
	"tongguan/web/parts"
)

// practice lists the worlds and the person's rehearsals.
func (s *Site) practice(c *fiber.Ctx, v visit) error {
	if s.Authoring {
		s.Reread()
	}
	past, err := s.Rehearsals.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	plays, err := s.Plays.Of(c.UserContext(), v.actor, v.actor.ID)
	if err != nil {
		return err
	}
	p := practice.Choose{Frame: s.frame(c, v, v.voice.T("roleplay.title")), Form: "/practice"}
	p.Scripts, p.Beside = s.scripts(v, plays)
	p.Skills, p.Next = s.skills(v, plays)
	worlds := slices.Clone(s.Rehearsals.Worlds())
	slices.SortStableFunc(worlds, func(a, b roleplay.World) int { return cmp.Compare(accountsOf(a), accountsOf(b)) })
	for _, w := range worlds {
		n := accountsOf(w)
		p.Worlds = append(p.Worlds, practice.World{Name: w.World.Name, Title: titled(v, w.World.Title), About: titled(v, w.World.About), Accounts: n, Days: w.World.Days, Minutes: n * 5})
	}
	for _, r := range past {
		row := practice.Past{URL: "/rehearsals/" + r.ID, World: s.worldTitle(v, r.World), When: v.voice.DateTime(r.Started, s.Zone), Started: r.Started, Turns: r.Turns,
			Open: r.State == roleplay.Open, Branch: r.Parent != "", Value: yuan(v, r.Value)}
		if !row.Open {
			row.URL += "/debrief"
		}
		p.Past = append(p.Past, row)
	}
	for _, r := range plays {
		p.Past = append(p.Past, s.pastPlay(v, r))
	}
	slices.SortStableFunc(p.Past, func(a, b practice.Past) int { return cmp.Compare(b.Started, a.Started) })
	return s.draw(c, practice.ChoosePage(p))
}

// pastPlay is a play in the list of what was rehearsed.
func (s *Site) pastPlay(v visit, r roleplay.Play) practice.Past {
	row := practice.Past{URL: "/plays/" + r.ID, World: s.scriptTitle(v, r.Script), When: v.voice.DateTime(r.Started, s.Zone), Started: r.Started, Turns: r.Turns,
		Open: r.State == roleplay.Open, Branch: r.Parent != "", Value: v.voice.T("scenario.points", "n", telling.PointsOf(r.Score)), Mode: v.voice.T("scenario.mode." + r.Mode)}
	if !row.Open {
		row.URL += "/debrief"
	}
	return row
}

// scriptTitle is what a script is called; one that is no longer in the content goes by its id.
func (s *Site) scriptTitle(v visit, id string) string {
	if k, ok := s.Plays.Script(id); ok {
		return k.In(v.lang).Title
	}
	return id
}

func accountsOf(w roleplay.World) (n int) {
	for _, g := range w.World.Segments {
		n += g.Accounts
	}
	return n
}

func titled(v visit, t pipeline.Title) string {
	if v.lang == "en" {
		return t.En
	}
	return t.Zh
}

func (s *Site) worldTitle(v visit, name string) string {
	if w, ok := s.Rehearsals.World(name); ok {
		return titled(v, w.World.Title)
	}
	return name // a world that is no longer in the content
}

// yuan writes money, to the whole yuan.
func yuan(v visit, fen pipeline.Money) string { return telling.Teller{Voice: v.voice}.Yuan(fen) }

// rehearsalStart begins a rehearsal.
func (s *Site) rehearsalStart(c *fiber.Ctx, v visit) error {
	id, err := s.Rehearsals.Start(c.UserContext(), v.actor, c.FormValue("world"))
	if err != nil {
		return err
	}
	return redirect(c, "/rehearsals/"+id)
}

// rehearsal shows a world at work.
func (s *Site) rehearsal(c *fiber.Ctx, v visit) error {
	scene, err := s.Rehearsals.Scene(c.UserContext(), v.actor, c.Params("id"))
	if err != nil {
		return err
	}
	if scene.State == roleplay.Closed {
		return redirect(c, "/rehearsals/"+scene.ID+"/debrief")
	}
	return s.draw(c, practice.PlayPage(s.playPage(c, v, scene, c.QueryInt("a", 1)-1)))
}

// rehearsalTurn does an act.
func (s *Site) rehearsalTurn(c *fiber.Ctx, v visit) error {
	id := c.Params("id")
	turn, err1 := strconv.Atoi(c.FormValue("turn"))
	account, err2 := strconv.Atoi(c.FormValue("account"))
	kind, ok := pipeline.ActNamed(c.FormValue("act"))
	if err1 != nil || err2 != nil || !ok {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	act := pipeline.Act{Kind: kind, Account: account}
	err := s.readArgument(c, v, id, &act)
	if err == nil {
		err = s.Rehearsals.Turn(c.UserContext(), v.actor, id, turn, act)
	}
	switch fault.KindOf(err) {
	case fault.Conflict:
		s.flash(c, "bad", fault.Of(err).Key)
	case fault.Invalid, fault.Busy:
		return s.playAgain(c, v, id, account, err)
	default:
		if err != nil {
			return err
		}
	}
	return redirect(c, "/rehearsals/"+id+"?a="+strconv.Itoa(account+1))
}

// readArgument reads what an act needs besides: an offer's four terms make one outcome.
func (s *Site) readArgument(c *fiber.Ctx, v visit, id string, act *pipeline.Act) error {
	if act.Kind != pipeline.Offer {
		if text := c.FormValue("arg"); text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return fault.New(fault.Invalid, "error.form_stale")
			}
			act.Arg = n
		}
		return nil
	}
	scene, err := s.Rehearsals.Scene(c.UserContext(), v.actor, id)
	if err != nil {
		return err
	}
	var values [4]int
	for i, name := range terms {
		if values[i], err = strconv.Atoi(c.FormValue(name)); err != nil {
			return fault.New(fault.Invalid, "error.form_stale")
		}
	}
	outcome, err := scene.Run.Territory.Table(0).Outcome(values[:]...)
	if err != nil {
		return fault.New(fault.Invalid, "roleplay.act.outcome")
	}
	act.Arg = int64(outcome)
	return nil
}

// terms are the four things that an offer settles, in the order of the engine's outcomes.
var terms = [4]string{"discount", "payment", "delivery", "warranty"}

// playAgain shows the world as it stands and why the act was not possible.
func (s *Site) playAgain(c *fiber.Ctx, v visit, id string, account int, cause error) error {
	scene, err := s.Rehearsals.Scene(c.UserContext(), v.actor, id)
	if err != nil || scene.State == roleplay.Closed {
		return cause
	}
	p := s.playPage(c, v, scene, account)
	p.Problem, p.News = s.sentence(v, cause), nil
	setStatus(c, cause)
	return s.draw(c, practice.PlayPage(p))
}

// rehearsalClose ends a rehearsal.
func (s *Site) rehearsalClose(c *fiber.Ctx, v visit) error {
	if err := s.Rehearsals.Close(c.UserContext(), v.actor, c.Params("id")); err != nil {
		return err
	}
	return redirect(c, "/rehearsals/"+c.Params("id")+"/debrief")
}

// rehearsalBranch begins again from a turn.
func (s *Site) rehearsalBranch(c *fiber.Ctx, v visit) error {
	turn, err := strconv.Atoi(c.FormValue("turn"))
	if err != nil {
		return fault.New(fault.Invalid, "error.form_stale")
	}
	id, err := s.Rehearsals.Branch(c.UserContext(), v.actor, c.Params("id"), turn)
	if err != nil {
		return err
	}
	return redirect(c, "/rehearsals/"+id)
}

// rehearsalProof verifies a rehearsal before the reader's eyes.
func (s *Site) rehearsalProof(c *fiber.Ctx, v visit) error {
	proof, err := s.Rehearsals.Verify(c.UserContext(), v.actor, c.Params("id"))
	if fault.KindOf(err) == fault.Conflict {
		return redirect(c, "/rehearsals/"+c.Params("id")) // it has not ended
	}
	if err != nil {
		return err
	}
	return s.draw(c, practice.ProofPage(s.proofPage(c, v, proof, "/rehearsals/")))
}

// proofPage says what recomputing showed.
func (s *Site) proofPage(c *fiber.Ctx, v visit, proof roleplay.Proof, base string) practice.Proof {
	p := practice.Proof{Frame: s.frame(c, v, v.voice.T("roleplay.proof")), Whole: proof.Whole,
		Back: parts.Link{Text: v.voice.T("roleplay.debrief"), URL: base + proof.ID + "/debrief"}}
	switch {
	case proof.Whole:
		p.Text = v.voice.T("roleplay.whole", "turns", proof.Turns, "events", proof.Events)
	case proof.Differs > 0:
		p.Text = v.voice.T("roleplay.differs", "turn", proof.Differs)
	default:
		p.Text = v.voice.T("roleplay.differs_end")
	}
	for _, f := range [][2]string{{"world", proof.World}, {"world_hash", proof.WorldHash}, {"engine", strconv.Itoa(proof.Engine)},
		{"seed", strconv.FormatUint(proof.Seed, 10)}, {"kept", proof.Rehearsal.Hash}, {"recomputed", proof.Hash}} {
		p.Figures = append(p.Figures, practice.Figure{Label: v.voice.T("roleplay.proof_of." + f[0]), Value: f[1]})
	}
	return p
}
