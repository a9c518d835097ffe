package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"tongguan/courses/progress"
	"tongguan/courses/training"
	"tongguan/quizzes/pipeline"
	"tongguan/quizzes/roleplay"
	"tongguan/quizzes/scenario"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/app"
)

// past is how long before the demo begins its history starts.
const past = 45 * 24 * time.Hour

// Fill makes the demo company in an empty database, with a history of some weeks; in one that has people it
// does nothing and says so.
func Fill(ctx context.Context, cfg config.Config, o app.Options, c Company) (filled bool, err error) {
	begin := o.Clock
	fake, advance := clock.Fake(time.UnixMilli(begin.Now()).Add(-longAgo), seed)
	o.Clock = fake
	a, err := app.Build(cfg, o)
	if err != nil {
		return false, err
	}
	defer a.Close() //nolint:errcheck // everything is committed
	if _, err := a.DB.Migrate(ctx); err != nil {
		return false, err
	}
	if n, err := a.People.Count(ctx); err != nil || n > 0 {
		return false, err
	}
	f := filler{App: a, company: c, chance: rand.New(rand.NewPCG(seed, 2)), advance: advance, now: begin.Now(),
		teams: map[string]string{}, people: map[string]people.Person{}, changed: map[string]time.Time{}}
	for _, step := range []func(context.Context) error{f.addTeams, f.addPeople, f.nameManagers, f.remark, f.amend, f.veterans, f.measure, f.assign, f.schedule, f.review, f.appraise, f.reward, f.supervise, f.learn, f.mark, f.doubt, f.attend, f.programmes, f.catchUp, f.stopReading, f.simulate} {
		if err := step(ctx); err != nil {
			return false, fmt.Errorf("demo: %w", err)
		}
	}
	return true, nil
}

type filler struct {
	*app.App
	company Company
	chance  *rand.Rand
	advance func(time.Duration)
	now     int64             // when the demo begins, not the fake clock's moment
	teams   map[string]string // id by short name
	people  map[string]people.Person
	deeds   []deed // of the history, that have not been done yet

	old     *progress.Progress   // as lessons were
	changed map[string]time.Time // by lesson that was changed: when
}

func (f *filler) addTeams(ctx context.Context) error {
	for _, t := range f.company.Teams {
		id, err := f.Teams.Create(ctx, access.Operator(), team.Details{Name: t.Name, Parent: f.teams[t.Parent]})
		if err != nil {
			return err
		}
		f.teams[t.ID] = id
		f.advance(time.Minute)
	}
	return nil
}

func (f *filler) addPeople(ctx context.Context) error {
	for _, a := range f.company.Everybody() {
		days := f.chance.IntN(2400) + 60
		if a.Joined > 0 {
			days = a.Joined
		}
		hired := time.UnixMilli(f.now).AddDate(0, 0, -days)
		p := people.Person{Login: a.Login, Name: a.Name, Lang: a.Lang, Team: f.teams[a.Team], Roles: a.Roles,
			Email: a.Login + "@hengchuan.example", HiredOn: hired.Format(time.DateOnly)}
		id, err := f.People.Create(ctx, access.Operator(), p)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Login, err)
		}
		if err := f.Door.SetPassword(ctx, access.Operator(), id, f.company.Password); err != nil {
			return err
		}
		p.ID = id
		f.people[a.Login] = p
	}
	return nil
}

func (f *filler) nameManagers(ctx context.Context) error {
	managers := map[string][]string{}
	for _, a := range f.company.Everybody() {
		for _, t := range a.Manages {
			managers[t] = append(managers[t], f.people[a.Login].ID)
		}
	}
	for _, t := range f.company.Teams {
		if len(managers[t.ID]) == 0 {
			continue
		}
		if err := f.Teams.Change(ctx, access.Operator(), f.teams[t.ID], 1,
			team.Details{Name: t.Name, Parent: f.teams[t.Parent], Managers: managers[t.ID]}); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) assign(ctx context.Context) error {
	for i, p := range f.company.Assignments {
		due := time.UnixMilli(f.now).In(f.Zone).AddDate(0, 0, p.Due).Format(time.DateOnly)
		err := f.Training.Assign(ctx, f.people[p.By].Actor(),
			training.Assignment{Course: p.Course, Team: f.teams[p.Team], Due: due}, fmt.Sprintf("demo-%d", i))
		if err != nil {
			return err
		}
	}
	return nil
}

// learn lets everybody learn for some weeks: each has a diligence and an ability of their own.
func (f *filler) learn(ctx context.Context) error {
	var paths [][]func() error
	steps := 0
	for _, a := range f.company.Everybody() {
		who, diligence, ability := f.people[a.Login].Actor(), f.chance.Float64(), 0.62+0.38*f.chance.Float64()
		if a.Login == "learner" {
			diligence, ability = 0.39, 0.93 // into the fourth gate: the demo's learner has something behind and something ahead
		}
		path := f.path(ctx, who, a.Lang, diligence, ability)
		if len(path) > 0 {
			paths, steps = append(paths, path), steps+len(path)
		}
	}
	hours := workingHours(time.UnixMilli(f.now).Add(-past).In(f.Zone), time.UnixMilli(f.now).Add(-longestQuiz).In(f.Zone))
	for done := 0; len(paths) > 0; done++ { // somebody takes their next step, until nobody has one left
		i := f.chance.IntN(len(paths))
		moment := hours[done*len(hours)/steps].Add(time.Duration(f.chance.Int64N(int64(time.Hour))))
		if ahead := moment.Sub(time.UnixMilli(f.Clock.Now())); ahead > 0 {
			f.advance(ahead)
		}
		if err := f.happen(ctx); err != nil {
			return err
		}
		if err := paths[i][0](); err != nil {
			return err
		}
		if paths[i] = paths[i][1:]; len(paths[i]) == 0 {
			paths = slices.Delete(paths, i, i+1)
		}
	}
	if err := f.rehearse(ctx); err != nil {
		return err
	}
	return f.Progress.Flush(ctx)
}

// rehearse has the demo's learner play one territory, by the script, to look back on.
func (f *filler) rehearse(ctx context.Context) error {
	who, worlds := f.people["learner"].Actor(), f.Rehearsals.Worlds()
	if len(worlds) == 0 || who.ID == "" {
		return nil
	}
	world := worlds[0]
	if small, ok := f.Rehearsals.World("month"); ok {
		world = small
	}
	id, err := f.Rehearsals.Start(ctx, who, world.World.Name)
	if err != nil {
		return err
	}
	for turn := range 90 {
		s, err := f.Rehearsals.Scene(ctx, who, id)
		if err != nil || s.Run.State.Now >= s.Run.Territory.End() {
			return err
		}
		if err := f.Rehearsals.Turn(ctx, who, id, turn, pipeline.ScriptFollower.Next(s.Run.Sight())); err != nil {
			return err
		}
	}
	if err := f.Rehearsals.Close(ctx, who, id); err != nil {
		return err
	}
	return f.act(ctx, who)
}

// act has the demo's learner play one scene well and one at random.
func (f *filler) act(ctx context.Context, who access.Actor) error {
	for i, s := range f.Plays.Scripts()[:min(2, len(f.Plays.Scripts()))] {
		id, err := f.Plays.Start(ctx, who, s.ID, roleplay.Practice)
		if err != nil {
			return err
		}
		next := scenario.Slipping(s.Expert(s.Values()), int64(i)*450+100, uint64(i))
		for turn := 0; ; turn++ {
			scene, err := f.Plays.Scene(ctx, who, id)
			if err != nil {
				return err
			}
			if scene.State == roleplay.Closed {
				break
			}
			if err := f.Plays.Move(ctx, who, id, turn, next(scene.On)); err != nil {
				return err
			}
		}
	}
	return nil
}

// longestQuiz is more than the time that sitting a quiz twice takes here, after the hour in which it begins.
const longestQuiz = 2 * time.Hour

// workingHours gives every hour between the two moments in which people are at work: Monday to Friday, from
// nine to six.
func workingHours(from, to time.Time) []time.Time {
	var out []time.Time
	for t := from.Truncate(time.Hour); t.Before(to); t = t.Add(time.Hour) {
		if d := t.Weekday(); d != time.Saturday && d != time.Sunday && t.Hour() >= 9 && t.Hour() < 18 {
			out = append(out, t)
		}
	}
	return out
}

// path is what one person does, as far as their diligence carries them through the catalogue.
func (f *filler) path(ctx context.Context, who access.Actor, lang string, diligence, ability float64) []func() error {
	if lang == "" {
		lang = "zh"
	}
	var all []func() error
	gate := 0 // steps up to the gate exam, and with it
	for _, c := range f.Catalog.Current().Courses {
		for _, m := range c.Modules {
			for _, l := range m.Lessons {
				all = append(all, func() error { return f.read(ctx, who, l, lang) })
			}
			all = append(all, func() error { return f.sit(ctx, who, m.Key(), pupil{ability, lang}) })
			if m.Key() == "exam/gate" {
				gate = len(all)
			}
		}
	}
	return all[:min(len(all), int(diligence*1.4*float64(gate)))] // the most diligent go on beyond it
}

// sit takes a module's quiz, once more when it was failed by little and its rules make nobody wait.
func (f *filler) sit(ctx context.Context, who access.Actor, module string, p pupil) error {
	for range 2 {
		id, err := f.Attempts.Start(ctx, who, module, true)
		if err != nil {
			return err
		}
		s, err := f.Attempts.Sit(ctx, who, id)
		if err != nil {
			return err
		}
		for i, q := range s.Questions {
			given := f.choose(q, s.Paper[i].Params, p)
			f.advance(time.Duration(20+f.chance.IntN(70)) * time.Second)
			if len(given) == 0 {
				continue
			}
			if _, err := f.Attempts.Answer(ctx, who, id, q.ID, given); err != nil {
				return fmt.Errorf("%s %q: %w", q.ID, given, err)
			}
		}
		f.advance(time.Duration(10+f.chance.IntN(60)) * time.Second)
		if err := f.Attempts.Submit(ctx, who, id); err != nil {
			return err
		}
		done, err := f.Attempts.Review(ctx, who, id)
		if err != nil || done.Passed || done.Score < done.Pass-1500 || done.Rules.Wait > 0 {
			return err
		}
		p.ability = min(1, p.ability+0.1)
	}
	return nil
}
