package demo

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/courses/external"
	"tongguan/courses/session"
	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/edge/app"
)

// taught is content/demo/sessions.yaml.
type taught struct {
	Sessions []struct {
		Topic, Title, Description, Material, Place, Link string
		Host, Team, By, Start, End, Rule, Cancel         string
		Day, Count                                       int
		CatchUpDays                                      int                 `yaml:"catch_up_days"`
		Away                                             map[string][]string // by mark
	}
	External []abroad
	Shared   []struct {
		Who, Title, Text string
		Ratings          []struct {
			Who, Comment string
			Stars        int
		}
	}
}

// abroad is one external training.
type abroad struct {
	Who, By, Title, Provider, URL, Topic, Aim, Reason, State string
	From, To, Days                                           int
	Cost                                                     int64
}

func readTaught() (t taught, err error) {
	text, err := fs.ReadFile(app.Content(""), "demo/sessions.yaml")
	if err != nil {
		return t, err
	}
	return t, yaml.Unmarshal(text, &t)
}

// whoIs finds a person by login, or as team.2, the second of those invented for a team.
func (f *filler) whoIs(name string) (access.Actor, error) {
	if p, ok := f.people[name]; ok {
		return p.Actor(), nil
	}
	team, number, _ := strings.Cut(name, ".")
	nth, err := strconv.Atoi(number)
	for _, a := range f.company.Everybody()[len(f.company.Accounts):] {
		if a.Team == team {
			if nth--; nth == 0 {
				return f.people[a.Login].Actor(), nil
			}
		}
	}
	return access.Actor{}, fmt.Errorf("sessions.yaml: nobody is %s (%v)", name, err)
}

// workday is a day counted from the demo's, moved off the weekend: back where it is past, on where it is not.
func (f *filler) workday(days int) string {
	day, step := time.UnixMilli(f.now).In(f.Zone).AddDate(0, 0, days), 1
	if days < 0 {
		step = -1
	}
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, step)
	}
	return day.Format(time.DateOnly)
}

// schedule plans the sessions, at the beginning of the history, and asks for the external trainings.
func (f *filler) schedule(ctx context.Context) error {
	t, err := readTaught()
	if err != nil {
		return err
	}
	for i, s := range t.Sessions {
		by, err := f.whoIs(s.By)
		if err != nil {
			return err
		}
		host, err := f.whoIs(s.Host)
		if err != nil {
			return err
		}
		d := session.Details{Topic: s.Topic, Title: s.Title, Description: s.Description, Place: s.Place, Link: s.Link, Material: s.Material, Host: host.ID,
			Team: f.teams[s.Team], CatchUp: s.CatchUpDays > 0, CatchUpDays: s.CatchUpDays}
		slot := session.Slot{Date: f.workday(s.Day), Start: s.Start, End: s.End}
		if _, err := f.Sessions.Plan(ctx, by, session.Series{Details: d, Slot: slot, Rule: session.Rule(s.Rule), Count: s.Count}, fmt.Sprintf("demo-session-%d", i)); err != nil {
			return fmt.Errorf("%s: %w", s.Title, err)
		}
	}
	for i, x := range t.External {
		f.advance(time.Minute)
		if err := f.askFor(ctx, x, fmt.Sprintf("demo-external-%d", i)); err != nil {
			return fmt.Errorf("%s: %w", x.Title, err)
		}
	}
	return nil
}

// askFor asks for a training and has it decided, or taken back.
func (f *filler) askFor(ctx context.Context, x abroad, request string) error {
	who, err := f.whoIs(x.Who)
	if err != nil {
		return err
	}
	id, err := f.External.Ask(ctx, who, external.Request{Title: x.Title, Provider: x.Provider, URL: x.URL, Topic: x.Topic, StartsOn: f.workday(x.From),
		EndsOn: f.workday(x.To), Aim: x.Aim, Cost: x.Cost}, request)
	switch {
	case err != nil || x.State == string(external.Asked):
		return err
	case x.State == string(external.Withdrawn):
		return f.External.Withdraw(ctx, who, id)
	}
	by, err := f.whoIs(x.By)
	if err != nil {
		return err
	}
	return f.External.Decide(ctx, by, id, external.Decision{Approve: x.State != string(external.Declined), Reason: x.Reason, ShareDays: max(1, x.Days)})
}

// attend marks the sessions that are past, cancels what is cancelled, and has external trainings proved and shared.
func (f *filler) attend(ctx context.Context) error {
	t, err := readTaught()
	if err != nil {
		return err
	}
	hr := f.people["hr"].Actor()
	for _, s := range t.Sessions {
		all, err := f.bySessionTopic(ctx, hr, s.Topic)
		if err != nil {
			return err
		}
		for _, one := range all {
			if s.Cancel != "" {
				err = f.Sessions.Cancel(ctx, hr, one.ID, one.Sequence, s.Cancel, false)
			} else if one.EndsAt < f.Clock.Now() {
				err = f.markOne(ctx, hr, one, s.Away)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", s.Title, err)
			}
		}
	}
	for _, x := range t.External {
		if x.State == string(external.Taken) || x.State == string(external.Shared) {
			if err := f.prove(ctx, x); err != nil {
				return fmt.Errorf("%s: %w", x.Title, err)
			}
		}
	}
	return f.share(ctx, t)
}

func (f *filler) bySessionTopic(ctx context.Context, hr access.Actor, topic string) (out []session.Session, err error) {
	coming, err := f.Sessions.Upcoming(ctx, hr)
	if err != nil {
		return nil, err
	}
	earlier, err := f.Sessions.Earlier(ctx, hr, 0)
	for _, one := range append(earlier, coming...) {
		if one.Topic == topic {
			out = append(out, one)
		}
	}
	return out, err
}

// markOne marks everybody as there but those who were away or late.
func (f *filler) markOne(ctx context.Context, hr access.Actor, one session.Session, away map[string][]string) error {
	was := map[string]string{}
	for mark, names := range away {
		for _, name := range names {
			who, err := f.whoIs(name)
			if err != nil {
				return err
			}
			was[who.ID] = mark
		}
	}
	_, rows, err := f.Sessions.Sheet(ctx, hr, one.ID)
	var marks []session.Mark
	for _, r := range rows {
		mark := was[r.ID]
		if mark == "" {
			mark = session.Present
		}
		marks = append(marks, session.Mark{Person: r.ID, Value: mark})
	}
	if err != nil {
		return err
	}
	f.advance(time.Minute)
	return f.Sessions.Mark(ctx, hr, one.ID, marks)
}

// proof is the smallest file that is a PDF.
const proof = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// find gives a person's training by its title.
func (f *filler) find(ctx context.Context, who access.Actor, title string) (external.Training, error) {
	mine, err := f.External.Mine(ctx, who)
	for _, one := range mine {
		if one.Title == title || title == "" && one.State == external.Taken {
			return one, nil
		}
	}
	if err == nil {
		err = fault.New(fault.Missing, "error.missing")
	}
	return external.Training{}, err
}

func (f *filler) prove(ctx context.Context, x abroad) error {
	who, err := f.whoIs(x.Who)
	if err != nil {
		return err
	}
	one, err := f.find(ctx, who, x.Title)
	if err != nil {
		return err
	}
	f.advance(20 * time.Second)
	if err := f.External.AddFile(ctx, who, one.ID, external.Upload{Name: x.Title + ".pdf", Data: []byte(proof)}); err != nil {
		return err
	}
	return f.External.Take(ctx, who, one.ID)
}

// share has people share what they learnt, and their colleagues rate it.
func (f *filler) share(ctx context.Context, t taught) error {
	for _, s := range t.Shared {
		who, err := f.whoIs(s.Who)
		if err != nil {
			return err
		}
		one, err := f.find(ctx, who, "")
		if err != nil {
			return err
		}
		f.advance(20 * time.Second)
		if err := f.External.Share(ctx, who, one.ID, external.Sharing{Form: external.Note, Title: s.Title, Text: s.Text}, nil); err != nil {
			return err
		}
		for _, r := range s.Ratings {
			rater, err := f.whoIs(r.Who)
			if err != nil {
				return err
			}
			f.advance(time.Second)
			if err := f.External.Rate(ctx, rater, one.ID, r.Stars, r.Comment); err != nil {
				return err
			}
		}
	}
	return nil
}
