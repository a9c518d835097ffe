package inspection

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongguan/courses/external"
	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// Finding is something that must be put right.
type Finding struct {
	ID       string   `db:"id"`
	Plan     string   `db:"plan"`
	Round    string   `db:"round_id"`
	Number   int      `db:"number"` // of the sample
	Item     string   `db:"item"`   // of the checklist
	Training bool     `db:"training"`
	Title    string   `db:"title"`
	Clause   string   `db:"clause"`
	Severity Severity `db:"severity"`
	Owner    string   `db:"owner_id"`
	DueOn    string   `db:"due_on"` // YYYY-MM-DD, the last day
	Demand   string   `db:"demand"` // what must be put right
	State    State    `db:"state"`
	Version  int64    `db:"version"` // of its history; what an act must name
	Files    int      `db:"files"`
	By       string   `db:"raised_by"`
	At       int64    `db:"raised_at"` // milliseconds since 1970 UTC
	EndedAt  int64    `db:"ended_at"`
}

// Overdue says whether it should have been put right before today, YYYY-MM-DD.
func (f Finding) Overdue(today string) bool { return f.State.Pending() && f.DueOn < today }

// Step is one line of a finding's history.
type Step struct {
	Seq  int64  `db:"seq"`
	Act  Act    `db:"act"`
	By   string `db:"by_id"`
	At   int64  `db:"at"`
	Text string `db:"text"`
	Link string `db:"link"`
}

// File is evidence of how it was put right.
type File = external.File

// MaxFiles is how many files a finding takes.
const MaxFiles = 5

// RaiseFinding raises a finding, from a no of a checklist that runs or by hand, and gives its id. A no has one finding,
// however often it is asked for.
func (x *Inspections) RaiseFinding(ctx context.Context, actor access.Actor, f Finding, request string) (string, error) {
	if err := actor.Check(access.Inspect, access.Other); err != nil {
		return "", err
	}
	if request == "" || len(request) > 64 {
		return "", fault.New(fault.Invalid, "error.form_stale")
	}
	from, err := x.comesFrom(ctx, &f)
	if err != nil {
		return "", err
	}
	if err := x.cleanFinding(ctx, &f); err != nil {
		return "", err
	}
	f.ID, f.State, f.Version, f.By, f.At = x.Clock.ID(), Open, 1, actor.ID, x.Clock.Now()
	id := f.ID
	err = x.DB.Write(ctx, func(q db.Q) error {
		if f.Round != "" {
			if err := claimRound(ctx, q, f.Round, Running); err != nil {
				return err
			}
		}
		added, err := insertFinding(ctx, q, f, from, request)
		if err == nil && !added {
			id, err = findingBy(ctx, q, from, request, f.Owner)
			return err
		}
		if err != nil {
			return err
		}
		return x.raised(ctx, q, f)
	})
	return id, err
}

// raised writes the first line of a finding's history.
func (x *Inspections) raised(ctx context.Context, q db.Q, f Finding) error {
	if err := insertStep(ctx, q, f.ID, Step{Seq: 1, Act: Raise, By: f.By, At: f.At, Text: f.Demand}); err != nil {
		return err
	}
	return x.Trail.Append(ctx, q, audit.Event{Act: "finding.raised", Actor: f.By, Subject: f.Owner, Private: map[string]any{"title": f.Title, "demand": f.Demand},
		Facts: map[string]any{"finding": f.ID, "round": f.Round, "number": f.Number, "item": f.Item, "clause": f.Clause, "severity": f.Severity, "due": f.DueOn}})
}

// comesFrom looks at what a finding comes from: a no of a checklist, or nothing.
func (x *Inspections) comesFrom(ctx context.Context, f *Finding) (string, error) {
	if f.Round == "" {
		f.Plan, f.Number, f.Item = "", 0, ""
		return "", nil
	}
	r, err := roundByID(ctx, x.DB.Read(), f.Round)
	if err != nil {
		return "", err
	}
	p, err := r.As()
	if err != nil {
		return "", err
	}
	f.Plan, f.Training = r.Plan, p.Training
	if f.Number == 0 && f.Item == "" {
		return "", nil
	}
	all, err := samplesOf(ctx, x.DB.Read(), f.Round)
	if err != nil {
		return "", err
	}
	for _, s := range all {
		if s.Number == f.Number && s.Answers[f.Item].Value == No {
			return origin(f.Round, f.Number, f.Item), nil
		}
	}
	return "", fault.New(fault.Conflict, "inspection.not_a_no")
}

var clauseForm = strings.NewReplacer("0", "", "1", "", "2", "", "3", "", "4", "", "5", "", "6", "", "7", "", "8", "", "9", "", ".", "")

func (x *Inspections) cleanFinding(ctx context.Context, f *Finding) error {
	f.Title, f.Demand, f.Clause = tidy(f.Title), tidy(f.Demand), tidy(f.Clause)
	switch {
	case f.Title == "" || !oneLine(f.Title, longestTitle):
		return fault.New(fault.Invalid, "inspection.title_wrong", "max", longestTitle).At("title")
	case f.Demand == "":
		return fault.New(fault.Invalid, "inspection.demand_needed").At("demand")
	case utf8.RuneCountInString(f.Demand) > longestText:
		return fault.New(fault.Invalid, "inspection.text_long", "max", longestText).At("demand")
	case len(f.Clause) > 20 || clauseForm.Replace(f.Clause) != "":
		return fault.New(fault.Invalid, "inspection.clause_wrong").At("clause")
	case f.Severity != Minor && f.Severity != Major && f.Severity != Critical:
		return fault.New(fault.Invalid, "inspection.severity_wrong").At("severity")
	}
	if err := x.cleanDue(f.DueOn); err != nil {
		return err
	}
	return x.there(ctx, f.Owner, "owner")
}

// cleanDue takes a day from today to a year ahead.
func (x *Inspections) cleanDue(day string) error {
	today := x.Clock.Date(x.Zone)
	t, err := time.Parse(time.DateOnly, day)
	now, err2 := time.Parse(time.DateOnly, today)
	if err != nil || err2 != nil || day < today || t.After(now.AddDate(1, 0, 0)) {
		return fault.New(fault.Invalid, "inspection.due_wrong").At("due")
	}
	return nil
}

// Deed is an act upon a finding.
type Deed struct {
	Do      Act
	Version int64 // of the finding as the actor saw it
	Text    string
	Link    string // of a rectification: where it can be seen, or ""
	Owner   string // of a move
	DueOn   string // of a move
}

// Do does something to a finding: its owner rectifies, an inspector who does not own it verifies it, sends it back, or
// gives it another owner or day.
func (x *Inspections) Do(ctx context.Context, actor access.Actor, id string, d Deed) error {
	f, err := x.one(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := mayDo(actor, f, d.Do); err != nil {
		return err
	}
	if err := x.cleanDeed(ctx, &d, f); err != nil {
		return err
	}
	now := x.Clock.Now()
	return x.DB.Write(ctx, func(q db.Q) error {
		seq, err := claimFinding(ctx, q, f, d, actor.ID, now)
		if err != nil {
			return err
		}
		if err := insertStep(ctx, q, id, Step{Seq: seq, Act: d.Do, By: actor.ID, At: now, Text: d.Text, Link: d.Link}); err != nil {
			return err
		}
		facts := map[string]any{"finding": id, "seq": seq, "files": f.Files}
		if d.Do == Move {
			facts["due"] = d.DueOn
		}
		return x.Trail.Append(ctx, q, audit.Event{Act: "finding." + string(d.Do), Actor: actor.ID, Subject: cmp.Or(d.Owner, f.Owner), Facts: facts,
			Private: map[string]any{"text": d.Text, "link": d.Link}})
	})
}

// mayDo lets owners rectify and inspectors judge what is not their own.
func mayDo(actor access.Actor, f Finding, do Act) error {
	own := actor.ID == f.Owner
	switch {
	case do == Rectify && own:
		return actor.Check(access.Rectify, access.Self)
	case do == Rectify:
		return fault.New(fault.Denied, "inspection.not_owner")
	case !actor.May(access.Inspect, access.Other):
		return fault.New(fault.Denied, "inspection.not_inspector")
	case own:
		return fault.New(fault.Denied, "inspection.own_finding")
	}
	return nil
}

func (x *Inspections) cleanDeed(ctx context.Context, d *Deed, f Finding) error {
	d.Text, d.Link = tidy(d.Text), tidy(d.Link)
	if d.Do != Rectify {
		d.Link = ""
	}
	if d.Do != Move {
		d.Owner, d.DueOn = f.Owner, f.DueOn
	}
	_, known := moves[d.Do]
	switch {
	case !known:
		return fault.New(fault.Invalid, "error.form_stale")
	case d.Text == "" && d.Do != Verify:
		return fault.New(fault.Invalid, "inspection.how_needed").At("text")
	case utf8.RuneCountInString(d.Text) > longestText:
		return fault.New(fault.Invalid, "inspection.text_long", "max", longestText).At("text")
	case d.Link != "" && !webAddress(d.Link):
		return fault.New(fault.Invalid, "inspection.link_wrong").At("link")
	case d.Do != Move:
		return nil
	}
	if err := x.cleanDue(d.DueOn); err != nil {
		return err
	}
	return x.there(ctx, d.Owner, "owner")
}

func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= longestLink && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsFunc(text, unicode.IsSpace)
}

// AddFile adds evidence to one's own finding that waits for one. The same file twice is there once.
func (x *Inspections) AddFile(ctx context.Context, actor access.Actor, id string, u external.Upload) error {
	f, err := x.one(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := mayDo(actor, f, Rectify); err != nil {
		return err
	}
	file, err := external.Recognise(u, "file")
	if err != nil {
		return err
	}
	file.ID = x.Clock.ID()
	return x.DB.Write(ctx, func(q db.Q) error {
		claimed, err := claimFile(ctx, q, id)
		switch {
		case err != nil:
			return err
		case !claimed && f.Files >= MaxFiles:
			return fault.New(fault.Invalid, "external.files_many", "max", MaxFiles).At("file")
		case !claimed:
			return fault.New(fault.Conflict, "error.changed_meanwhile")
		}
		added, err := insertFile(ctx, q, id, file, x.Clock.Now())
		if err != nil {
			return err
		}
		if !added {
			return releaseFile(ctx, q, id)
		}
		return x.Trail.Append(ctx, q, audit.Event{Act: "finding.file", Actor: actor.ID, Subject: f.Owner, Facts: map[string]any{"finding": id, "file": file.Hash, "kind": file.Kind}})
	})
}

// File gives a file with its content to whoever sees the finding.
func (x *Inspections) File(ctx context.Context, actor access.Actor, id, file string) (File, error) {
	if _, err := x.one(ctx, actor, id); err != nil {
		return File{}, err
	}
	return fileByID(ctx, x.DB.Read(), id, file)
}
