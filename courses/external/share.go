package external

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"tongguan/quizzes/evidence"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Forms of sharing.
const (
	Note = "note" // written
	Talk = "talk" // given, with slides
)

// Sharing is what was brought back from a training.
type Sharing struct {
	Form   string `db:"form"`
	Title  string `db:"title"`
	Text   string `db:"text"`    // Markdown: the note, or what the talk was about
	TalkOn string `db:"talk_on"` // YYYY-MM-DD of a talk
}

// Limits of a sharing.
const (
	shortestNote = 50
	longestNote  = 20_000
)

func (s *Sharing) clean(today string) error {
	s.Title, s.TalkOn = strings.TrimSpace(s.Title), strings.TrimSpace(s.TalkOn)
	s.Text = strings.TrimSpace(strings.ReplaceAll(s.Text, "\r\n", "\n"))
	if s.Form != Talk {
		s.TalkOn = ""
	}
	switch _, err := date(s.TalkOn); {
	case s.Form != Note && s.Form != Talk:
		return fault.New(fault.Invalid, "external.form_unknown").At("form")
	case s.Title == "":
		return fault.New(fault.Invalid, "external.title_needed").At("title")
	case !fits(s.Title, longestTitle):
		return fault.New(fault.Invalid, "external.text_long", "max", longestTitle).At("title")
	case utf8.RuneCountInString(s.Text) < shortestNote:
		return fault.New(fault.Invalid, "external.note_short", "min", shortestNote).At("text")
	case utf8.RuneCountInString(s.Text) > longestNote:
		return fault.New(fault.Invalid, "external.text_long", "max", longestNote).At("text")
	case s.Form == Talk && err != nil:
		return fault.New(fault.Invalid, "external.date_form").At("talk_on")
	case s.Form == Talk && s.TalkOn > today:
		return fault.New(fault.Invalid, "external.talk_ahead").At("talk_on")
	}
	return nil
}

// Share brings back what was learnt at one's own training that was taken: a note, or a talk that was given, whose slides
// are wanted. It completes the training and gives evidence, once.
func (t *Trainings) Share(ctx context.Context, actor access.Actor, id string, s Sharing, slides *Upload) error {
	one, err := t.own(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := s.clean(t.clock.Date(t.zone)); err != nil {
		return err
	}
	var f File
	if s.Form == Talk {
		if slides == nil {
			return fault.New(fault.Invalid, "external.file_needed").At("slides")
		}
		if f, err = t.file(*slides, Slides, "slides"); err != nil {
			return err
		}
	}
	return t.db.Write(ctx, func(q db.Q) error {
		if err := claim(ctx, q, id, Share); err != nil {
			return err
		}
		now := t.clock.Now()
		if err := insertShare(ctx, q, id, s, now); err != nil {
			return err
		}
		if f.ID != "" {
			if _, err := insertFile(ctx, q, id, f, now); err != nil {
				return err
			}
		}
		if err := t.ledger.Add(ctx, q, evidence.Line{Person: one.Person, Kind: evidence.External, Subject: cmp.Or(one.Topic, one.ID), Score: 10_000,
			Passed: true, Source: one.ID, At: now}); err != nil {
			return err
		}
		return t.note(ctx, q, actor, "external.shared", one, map[string]any{"form": s.Form, "topic": one.Topic})
	})
}

// Colleague is a sharing with whose it is and how colleagues found it.
type Colleague struct {
	Sharing
	ID       string `db:"id"` // of the training
	Person   string `db:"person_id"`
	Training string `db:"training"` // its title
	Provider string `db:"provider"`
	SharedAt int64  `db:"shared_at"`
	Ratings  int    `db:"ratings"`
	Stars    int    `db:"stars"` // the sum of them
}

// Tenths is the mean of the stars in tenths, rounded; 0 where nobody gave any.
func (c Colleague) Tenths() int {
	if c.Ratings == 0 {
		return 0
	}
	return (c.Stars*20 + c.Ratings) / (2 * c.Ratings)
}

// Colleagues gives everything that was shared, without the texts, the best first. By how it is put in order each begins with two ratings of
// three stars, so that one good friend is not worth more than ten good judgements; the newest of equals is first.
func (t *Trainings) Colleagues(ctx context.Context, actor access.Actor) ([]Colleague, error) {
	if err := missing(actor.Check(access.AskExternal, access.Self)); err != nil {
		return nil, err
	}
	all, err := colleagues(ctx, t.db.Read())
	slices.SortStableFunc(all, func(a, b Colleague) int {
		return cmp.Or(cmp.Compare((b.Stars+6)*(a.Ratings+2), (a.Stars+6)*(b.Ratings+2)), cmp.Compare(b.SharedAt, a.SharedAt), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// Rating is what a colleague found of a sharing.
type Rating struct {
	Person  string `db:"person_id"`
	Stars   int    `db:"stars"` // 1 to 5
	Comment string `db:"comment"`
	RatedAt int64  `db:"rated_at"`
}

// Read gives one sharing with its ratings, the newest first, and its slides; everybody may read it.
func (t *Trainings) Read(ctx context.Context, actor access.Actor, id string) (Colleague, []Rating, []File, error) {
	if err := missing(actor.Check(access.AskExternal, access.Self)); err != nil {
		return Colleague{}, nil, nil, err
	}
	one, err := colleague(ctx, t.db.Read(), id)
	if err != nil {
		return one, nil, nil, err
	}
	all, err := ratings(ctx, t.db.Read(), id)
	if err != nil {
		return one, nil, nil, err
	}
	slides, err := files(ctx, t.db.Read(), id, Slides)
	return one, all, slides, err
}

// longestComment is how many characters a comment may have.
const longestComment = 500

// Rate gives a colleague's sharing 1 to 5 stars and a comment; given again, the last is what counts. One's own is not rated.
func (t *Trainings) Rate(ctx context.Context, actor access.Actor, id string, stars int, comment string) error {
	one, err := colleague(ctx, t.db.Read(), id)
	if err != nil {
		return err
	}
	if err := missing(actor.Check(access.AskExternal, access.Self)); err != nil {
		return err
	}
	comment = strings.TrimSpace(strings.ReplaceAll(comment, "\r\n", "\n"))
	switch {
	case one.Person == actor.ID:
		return fault.New(fault.Denied, "external.own_rating")
	case stars < 1 || stars > 5:
		return fault.New(fault.Invalid, "external.stars_range").At("stars")
	case utf8.RuneCountInString(comment) > longestComment:
		return fault.New(fault.Invalid, "external.text_long", "max", longestComment).At("comment")
	}
	return t.db.Write(ctx, func(q db.Q) error {
		return setRating(ctx, q, id, Rating{actor.ID, stars, comment, t.clock.Now()})
	})
}

// View is a training as those see it whom it concerns.
type View struct {
	Training
	Proofs    []File
	Own       bool // it is the actor's
	MayDecide bool // the actor can approve or decline it now
}

// See gives one training, to the person and to those who may decide.
func (t *Trainings) See(ctx context.Context, actor access.Actor, id string) (View, error) {
	one, err := byID(ctx, t.db.Read(), id)
	if err != nil {
		return View{}, err
	}
	if err := t.maySee(ctx, actor, one); err != nil {
		return View{}, err
	}
	v := View{Training: one, Own: actor.ID == one.Person}
	v.MayDecide = !v.Own && one.State == Asked
	v.Proofs, err = files(ctx, t.db.Read(), id, Proof)
	return v, err
}

// Mine gives the actor's own trainings, the newest first.
func (t *Trainings) Mine(ctx context.Context, actor access.Actor) ([]Training, error) {
	return of(ctx, t.db.Read(), actor.ID)
}

// Concerning gives the trainings that the actor may decide, in whatever state they are: what waits first, in order of
// asking, then the newest of the rest.
func (t *Trainings) Concerning(ctx context.Context, actor access.Actor) ([]Training, error) {
	if !actor.May(access.DecideExternal, access.Below) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	if actor.May(access.DecideExternal, access.Other) {
		return everyone(ctx, t.db.Read(), actor.ID, nil)
	}
	managed, err := t.teams.ManagedBy(ctx, actor.ID)
	if err != nil || len(managed) == 0 {
		return nil, err
	}
	return everyone(ctx, t.db.Read(), actor.ID, slices.Sorted(maps.Keys(managed)))
}
