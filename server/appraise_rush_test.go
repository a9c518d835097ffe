package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tongguan/courses/appraisal"
	"tongguan/courses/indicator"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/app"
)

// appraised is one record that people do deeds on through two servers.
type appraised struct {
	ahead *app.App // a process that is some days ahead
	*testing.T
	*app.App // of a third process
	nodes    [2]*killing
	record   string
	who      map[string]access.Actor
	hands    map[string]hand
	n        int               // forms so far
	accepted map[string][]deed // by kind, in order
}

// hand is somebody signed in, on either server.
type hand struct {
	client *http.Client
	csrf   string
}

// deed is one form that is sent.
type deed struct {
	by, to string
	form   url.Values
	kind   string // what it is, for counting
	score  int64  // hundredths of a point, or a mark of a review
}

// appraisers are those whom the test needs: the superior first, the person, colleagues of the team, and four of HR, of whom two calibrate.
var appraisers = []string{"two.boss", "two.ann", "two.c1", "two.c2", "two.c3", "two.hr1", "two.hr2", "two.hr3", "two.hr4"}

// inReviews opens a cycle for one person and takes it to the reviews, in processes whose clocks stand in those days. By the servers'
// clock people still review; the process that ends the reviews is some days ahead.
func (k *killing) inReviews(r *appraised) {
	k.t.Helper()
	then, _ := clock.Fake(time.Date(2026, 2, 8, 4, 0, 0, 0, time.UTC), 1)
	x, err := app.Build(k.cfg, app.Options{Clock: then, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		k.t.Fatal(err)
	}
	defer x.Close() //nolint:errcheck // a test
	ctx := context.Background()
	r.hire(x)
	hr, ann := r.who["two.hr1"], r.who["two.ann"].ID
	day := func(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	on := appraisal.Deadlines{Targets: "2026-02-09", Figures: "2026-02-09", Reviews: day(1), Calibration: day(20), Response: day(30)}
	_, err = x.Appraisals.Open(ctx, hr, appraisal.Plan{Scheme: "sales-monthly", Period: "2026-01", Persons: []string{ann}, Deadlines: on, Least: 0}, "open")
	if err != nil {
		k.t.Fatal(err)
	}
	page, err := x.Appraisals.Records(ctx, hr, appraisal.Filter{Person: ann})
	if err != nil || len(page.Records) != 1 {
		k.t.Fatal(len(page.Records), err)
	}
	r.record = page.Records[0].ID
	if err := x.Appraisals.SetTargets(ctx, hr, r.record, map[string]int64{"visits": 6}, "targets"); err != nil {
		k.t.Fatal(err)
	}
	if _, err := x.Indicators.Put(ctx, hr, indicator.Entry{Person: ann, Period: "2026-01", Values: map[string]int64{"visits": 5}, Request: "figures"}); err != nil {
		k.t.Fatal(err)
	}
	k.frozen(r)
}

// later opens a process in which the days of reviews are over.
func (k *killing) later() *app.App {
	k.t.Helper()
	then, _ := clock.Fake(time.Now().AddDate(0, 0, 3), 3)
	x, err := app.Build(k.cfg, app.Options{Clock: then, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = x.Close() })
	return x
}

// frozen lets the days of targets and figures pass, and no more.
func (k *killing) frozen(r *appraised) {
	k.t.Helper()
	then, _ := clock.Fake(time.Date(2026, 2, 12, 4, 0, 0, 0, time.UTC), 2)
	x, err := app.Build(k.cfg, app.Options{Clock: then, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		k.t.Fatal(err)
	}
	defer x.Close() //nolint:errcheck // a test
	if err := x.Appraisals.Tick(context.Background()); err != nil {
		k.t.Fatal(err)
	}
	if w, err := x.Appraisals.Record(context.Background(), r.who["two.hr1"], r.record); err != nil || w.State != appraisal.Reviewing {
		k.t.Fatal(w.State, err)
	}
}

// hire makes the people and their team.
func (r *appraised) hire(x *app.App) {
	r.Helper()
	ctx, operator, north := context.Background(), access.Operator(), ""
	r.who, r.accepted = map[string]access.Actor{}, map[string][]deed{}
	for _, login := range appraisers {
		p := people.Person{Login: login, Name: login, Team: north, Roles: []access.Role{access.Learner}}
		switch {
		case login == "two.boss":
			p.Roles = append(p.Roles, access.Manager)
		case strings.HasPrefix(login, "two.hr"):
			p.Team, p.Roles = "", []access.Role{access.HR}
		}
		id, err := x.People.Create(ctx, operator, p)
		if err == nil {
			err = x.Door.SetPassword(ctx, operator, id, killPassword)
		}
		if err == nil {
			p, err = x.People.Get(ctx, operator, id)
		}
		if err == nil && north == "" {
			north, err = x.Teams.Create(ctx, operator, team.Details{Name: "北区", Managers: []string{id}})
		}
		if err != nil {
			r.Fatal(login, err)
		}
		r.who[login] = p.Actor()
	}
}

// signIn signs everybody in once: a session holds on both servers.
func (r *appraised) signIn() {
	r.Helper()
	r.hands = map[string]hand{}
	for _, login := range appraisers {
		b := r.nodes[0].signIn(login)
		body, err := b.get("/account")
		csrf := csrfField.FindStringSubmatch(body)
		if err != nil || csrf == nil {
			r.Fatal(login, err)
		}
		r.hands[login] = hand{b.client, csrf[1]}
	}
}

// on is the address of a deed on the record.
func (r *appraised) on(what string) string { return "/appraisals/" + r.record + "/" + what }

// deed is a deed on the record, with the fields in pairs.
func (r *appraised) deed(kind, by, what string, fields ...string) deed {
	r.n++
	d := deed{by: by, to: r.on(what), kind: kind, form: url.Values{"request": {fmt.Sprint("two-", r.n)}}}
	for i := 0; i < len(fields); i += 2 {
		d.form.Set(fields[i], fields[i+1])
	}
	return d
}

// rules is a deed that sets a result that no other form sets.
func (r *appraised) rules(kind appraisal.EntryKind, by, what string, seen int) deed {
	d := r.deed(string(kind), by, what, "ruling", "amend", "reason", "复核过", "seen", fmt.Sprint(seen))
	d.score = int64(4000 + r.n)
	d.form.Set("score", fmt.Sprintf("%d.%02d", d.score/100, d.score%100))
	return d
}

// rush sends every form to both servers, all at once, and gives those that were accepted. Beside them time goes on in this
// process, and whoever looks finds the record whole; after says from how many answers on.
func (r *appraised) rush(forms []deed, after int64) (accepted []deed) {
	r.Helper()
	rand.Shuffle(len(forms), func(i, j int) { forms[i], forms[j] = forms[j], forms[i] })
	var answered atomic.Int64
	good := make([][2]bool, len(forms))
	var sent sync.WaitGroup
	for i, d := range forms {
		for n := range r.nodes {
			sent.Go(func() {
				good[i][n] = r.send(d, n)
				answered.Add(1)
			})
		}
	}
	over := make(chan struct{})
	go func() { sent.Wait(); close(over) }()
	for running := true; running; {
		select {
		case <-over:
			running = false
		case <-time.After(2 * time.Millisecond):
		}
		if !running || answered.Load() >= after {
			r.beside()
		}
	}
	for i, d := range forms {
		if good[i][0] != good[i][1] {
			r.Errorf("%s by %s was accepted by one server and refused by the other: %v", d.to, d.by, good[i])
		}
		if good[i][0] || good[i][1] {
			accepted = append(accepted, d)
			r.accepted[d.kind] = append(r.accepted[d.kind], d)
		}
	}
	r.Logf("%d forms of %d were accepted", len(accepted), len(forms))
	return accepted
}

// beside is what another process does meanwhile.
func (r *appraised) beside() {
	r.Helper()
	ctx := context.Background()
	if err := r.ahead.Appraisals.Tick(ctx); err != nil {
		r.Error("time: ", err)
	}
	if v, err := r.Appraisals.Verify(ctx, r.who["two.hr1"], r.record); err != nil || v.Computed && !v.Whole() {
		r.Errorf("verified meanwhile: %v %v", v.Differences, err)
	}
}

// late are the sentences to somebody who was not the first, where their form is there no more.
var late = []string{"bad\x00error.changed_meanwhile", "bad\x00appraisal.cycle_closed"}

// send sends a form and says whether it was accepted. That somebody else was first is no fault; anything else is.
func (r *appraised) send(d deed, node int) bool {
	form, by := url.Values{"csrf": {r.hands[d.by].csrf}}, r.hands[d.by]
	for k, v := range d.form {
		form[k] = v
	}
	res, err := by.client.PostForm(r.nodes[node].base+d.to, form)
	if err != nil {
		r.Errorf("%s: %v", d.to, err)
		return false
	}
	defer res.Body.Close() //nolint:errcheck // nothing is read
	said := ""
	for _, c := range res.Cookies() {
		if text, err := base64.RawURLEncoding.DecodeString(c.Value); err == nil && strings.HasSuffix(c.Name, "flash") {
			said = string(text)
		}
	}
	switch {
	case res.StatusCode == http.StatusSeeOther && strings.HasPrefix(said, "good\x00"):
		return true
	case res.StatusCode == http.StatusConflict, res.StatusCode == http.StatusSeeOther && slices.Contains(late, said):
		return false
	}
	r.Errorf("%s by %s: %d %q", d.to, d.by, res.StatusCode, said)
	return false
}
