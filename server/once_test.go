package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/courses/training"
	"tongguan/server/base/access"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/people"
	"tongguan/server/edge/app"
)

// Two server processes on one database, fifty last steps sent to both at once while the job of time runs in a third:
// one certificate, with a history that says how it came about.
func TestOneCertificateFromTwoServers(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		a := newKilling(t, dsn)
		b := a.beside()
		hr := a.almost()
		a.start()
		b.start()
		const lesson = "/courses/general/principles/purpose"
		var sent sync.WaitGroup
		for n, k := range []*killing{a, b} {
			learner, boss := k.signIn(killLogin), k.signIn("kill.hr")
			waiver := "/programmes/onboarding/people/" + a.person
			for i := range 25 {
				sent.Go(func() { learner.sends(t, lesson, lesson+"/finish", url.Values{}) })
				sent.Go(func() {
					boss.sends(t, waiver, waiver+"/waive", url.Values{"step": {"company"}, "reason": {"入职前学过"}, "request": {fmt.Sprint("w", n, "-", i)}})
				})
			}
		}
		a.house(func(x *app.App) {
			for range 10 {
				if err := x.Certificates.Tick(context.Background()); err != nil {
					t.Error(err)
				}
			}
			sent.Wait()
			a.one(x, hr)
		})
	})
}

// beside is another server on the same data.
func (k *killing) beside() *killing {
	k.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		k.t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		k.t.Fatal(err)
	}
	other := &killing{t: k.t, browser: newBrowser("http://" + addr), cfg: k.cfg, person: k.person, env: append(slices.Clone(k.env), "TONGGUAN_ADDR="+addr)}
	k.t.Cleanup(other.kill)
	return other
}

// almost brings the learner to where two steps of the onboarding are left: a lesson, and one that HR can waive.
func (k *killing) almost() (hr access.Actor) {
	k.t.Helper()
	k.house(func(a *app.App) {
		ctx, operator := context.Background(), access.Operator()
		id, err := a.People.Create(ctx, operator, people.Person{Login: "kill.hr", Name: "人力", Roles: []access.Role{access.HR}})
		if err == nil {
			err = a.Door.SetPassword(ctx, operator, id, killPassword)
		}
		if err != nil {
			k.t.Fatal(err)
		}
		p, err := a.People.Get(ctx, operator, id)
		if err == nil {
			hr = p.Actor()
			err = a.Training.Enrol(ctx, hr, k.person, "onboarding", "2026-01-05")
		}
		if err != nil {
			k.t.Fatal(err)
		}
		for _, s := range a.Programmes.Current().Get("onboarding").Steps {
			if s.ID == "purpose" || s.ID == "company" {
				continue
			}
			if err := a.Training.Waive(ctx, hr, training.Waiver{Person: k.person, Programme: "onboarding", Step: s.ID, Reason: "过渡"}, "almost-"+s.ID); err != nil {
				k.t.Fatal(s.ID, err)
			}
		}
	})
	return hr
}

func (k *killing) signIn(login string) browser {
	k.t.Helper()
	b := newBrowser(k.base)
	if status, _, err := b.post("/signin", url.Values{"login": {login}, "password": {killPassword}}); err != nil || status != http.StatusSeeOther {
		k.t.Fatal(login, status, err)
	}
	return b
}

// sends sends a form with the token of a page. That somebody else was first is no fault.
func (b browser) sends(t *testing.T, page, to string, form url.Values) {
	body, err := b.get(page)
	csrf := csrfField.FindStringSubmatch(body)
	if err != nil || csrf == nil {
		t.Errorf("%s: %v", page, err)
		return
	}
	form.Set("csrf", csrf[1])
	if status, _, err := b.post(to, form); err != nil || status != http.StatusSeeOther && status != http.StatusConflict {
		t.Errorf("%s: %d %v", to, status, err)
	}
}

// one checks that there is one certificate, and that its history and the trail are whole.
func (k *killing) one(a *app.App, hr access.Actor) {
	k.t.Helper()
	ctx := context.Background()
	all, err := a.Certificates.Mine(ctx, hr, k.person)
	if err != nil || len(all) != 1 || all[0].State != certification.Certified {
		k.t.Fatalf("%d certificates, %v", len(all), err)
	}
	history, err := a.Certificates.History(ctx, hr, k.person, "onboarding")
	if err != nil {
		k.t.Fatal(err)
	}
	last, issued := certification.State(""), 0
	for i, tr := range history {
		if tr.Seq != int64(i+1) || tr.Before != last || !certification.Legal(tr.Before, tr.After) {
			k.t.Errorf("%d: %+v after %q", i, tr, last)
		}
		if last = tr.After; last == certification.Certified {
			issued++
		}
	}
	x, err := a.Certificates.Explain(ctx, hr, k.person, "onboarding")
	if err != nil || issued != 1 || slices.ContainsFunc(x.Verdict.Items, func(i programme.Item) bool { return i.State != programme.Done && i.State != programme.Waived }) {
		k.t.Errorf("issued %d times, %+v, %v", issued, x.Verdict, err)
	}
	if basis, whole, err := all[0].Evidence(); err != nil || !whole || len(basis.Items) != len(x.Programme.Steps) {
		k.t.Errorf("its basis: %v %v", whole, err)
	}
	k.whole(a, a.DB.Read())
}
