package personal_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongguan/courses/external"
	"tongguan/server/base/access"
	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/door"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
	"tongguan/server/base/team"
	"tongguan/server/edge/app"
	"tongguan/server/edge/demo"
	"tongguan/server/edge/personal"
	"tongguan/web/words"
)

var ctx = context.Background()

// town is the demo company with one person in it whose name stands everywhere.
type town struct {
	*testing.T
	*app.App
	admin, boss, who people.Person
	number           string // of their certificate
	team             string
}

const (
	fullName = "欧阳测生"
	login    = "ouyang.ce2026"
	address  = "ouyang.ce@example.cn"
)

func build(t *testing.T, dsn string) town {
	t.Helper()
	d := fill(t, dsn)
	d.find()
	d.write()
	return d
}

// fill makes the demo company.
func fill(t *testing.T, dsn string) town {
	t.Helper()
	begin, _ := clock.Fake(time.Date(2026, 11, 24, 3, 20, 0, 0, time.UTC), 1)
	dir := t.TempDir()
	cfg := config.Config{Data: dir, Database: dsn, SecretFile: filepath.Join(dir, "secret"), Zone: "Asia/Shanghai", Pool: 4,
		Hashers: 2, Session: time.Hour, URL: "https://academy.example", Company: "通关", BadgeKeys: filepath.Join(dir, "keys"),
		SMTP: "smtp://127.0.0.1:1?tls=none", MailFrom: "tongguan@example.cn", DigestAt: "08:00"}
	o := app.Options{Clock: begin, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	c, err := demo.Read(app.Content(""))
	must(t, err)
	_, err = demo.Fill(ctx, cfg, o, c)
	must(t, err)
	a, err := app.Build(cfg, o)
	must(t, err)
	t.Cleanup(func() { _ = a.Close() })
	d := town{T: t, App: a}
	d.admin, d.boss = d.login("admin"), d.login("manager")
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *town) login(login string) people.Person {
	d.Helper()
	p, err := d.People.ByLogin(ctx, access.Operator(), login)
	must(d.T, err)
	return p
}

// find takes somebody with a certificate who has no role but one, and gives them a name that nobody else has.
func (d *town) find() {
	d.Helper()
	var row struct {
		Person string `db:"person_id"`
		Number string `db:"number"`
	}
	must(d.T, d.DB.Read().Get(ctx, &row, `SELECT c.person_id, c.number FROM certificate c JOIN person p ON p.id = c.person_id
		WHERE p.state = 'active' AND p.team_id IS NOT NULL AND (SELECT count(*) FROM person_role r WHERE r.person_id = p.id) = 1
			AND EXISTS (SELECT 1 FROM attempt a WHERE a.person_id = p.id) ORDER BY c.number LIMIT 1`))
	p, err := d.People.Get(ctx, access.Operator(), row.Person)
	must(d.T, err)
	d.number, d.team = row.Number, p.Team
	p.Name, p.Login, p.Email = fullName, login, address
	must(d.T, d.People.Change(ctx, access.Operator(), p))
	d.who, err = d.People.Get(ctx, access.Operator(), p.ID)
	must(d.T, err)
}

// write puts the name, login and address wherever people can write.
func (d *town) write() {
	d.Helper()
	said := fmt.Sprintf("%s（%s）说：找 %s，或写信给 %s。", fullName, login, login, strings.ToUpper(address))
	me, other := d.who.Actor(), d.login("learner").Actor()
	_, err := d.Door.NewToken(ctx, me, "报表 "+fullName, []string{"profile"}, 30)
	must(d.T, err)
	must(d.T, d.Certificates.Share(ctx, me, d.number, []string{"name", "dates", "score"}))
	ask := external.Request{Title: said, Provider: fullName, URL: "https://example.com/" + login, StartsOn: "2026-11-01", EndsOn: "2026-11-02", Aim: said}
	mine, err := d.External.Ask(ctx, me, ask, "r-mine")
	must(d.T, err)
	must(d.T, d.External.Decide(ctx, d.login("hr").Actor(), mine, external.Decision{Approve: true, ShareDays: 14, Reason: said}))
	must(d.T, d.External.AddFile(ctx, me, mine, external.Upload{Name: fullName + ".pdf", Data: []byte("%PDF-1.4 " + fullName)}))
	_, err = d.External.Ask(ctx, other, ask, "r-other") // somebody else writes of them
	must(d.T, err)
	must(d.T, d.Training.Unenrol(ctx, d.login("hr").Actor(), other.ID, d.enrolled(other.ID), said))
	tree, err := d.Teams.Tree(ctx, access.Operator())
	must(d.T, err)
	for _, one := range tree {
		if one.ID == d.team {
			must(d.T, d.Teams.Change(ctx, access.Operator(), one.ID, one.Version, team.Details{Name: fullName + "组", Parent: one.Parent, Managers: one.Managers}))
		}
	}
	_, _, _ = d.Door.SignIn(ctx, login, "wrong", door.Visitor{Address: "127.0.0.1"})
	_, err = d.Notary.Sign(ctx, d.DB.Read())
	must(d.T, err)
}

func (d *town) enrolled(person string) (programme string) {
	must(d.T, d.DB.Read().Get(ctx, &programme, "SELECT programme FROM enrolment WHERE person_id = $1 AND ended_at IS NULL ORDER BY programme LIMIT 1", person))
	return programme
}

// mentions counts the rows of every table that hold a word, whatever its case.
func (d *town) mentions(word string) map[string]int {
	d.Helper()
	out := map[string]int{}
	for table, columns := range d.texts() {
		for _, column := range columns {
			var n int
			must(d.T, d.DB.Read().Get(ctx, &n, "SELECT count(*) FROM "+table+" WHERE lower("+column+") LIKE $1", "%"+strings.ToLower(word)+"%"))
			if n > 0 {
				out[table+"."+column] = n
			}
		}
	}
	return out
}

// texts lists the columns of text in the schema.
func (d *town) texts() map[string][]string {
	d.Helper()
	query := map[string]string{
		"sqlite": `SELECT m.name AS tab, c.name AS col FROM sqlite_master m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND c.type = 'TEXT'`,
		"postgres": "SELECT table_name AS tab, column_name AS col FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'text'",
	}[d.DB.Kind()]
	var rows []struct{ Tab, Col string }
	must(d.T, d.DB.Read().Select(ctx, &rows, query))
	out := map[string][]string{}
	for _, r := range rows {
		out[r.Tab] = append(out[r.Tab], r.Col)
	}
	return out
}

func (d *town) kind(err error, want fault.Kind, key string) {
	d.Helper()
	if e := fault.Of(err); e == nil || e.Kind != want || key != "" && e.Key != key {
		d.Errorf("%v, want %s", err, key)
	}
}

// What is kept about somebody is theirs to take; and after an erasure nothing anywhere says who it was, what must be kept is there and true, and the trail is whole.
func TestTakenAndErased(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := build(t, dsn)
		for _, word := range []string{fullName, login, address} {
			if n := len(d.mentions(word)); n < 5 {
				t.Fatalf("%s stands in %d columns only: %v", word, n, d.mentions(word))
			}
		}
		d.export()
		before := d.count()
		e := personal.Erasure{Person: d.who.ID, Confirm: login, Reason: "本人申请"}
		d.kind(d.Personal.Erase(ctx, d.admin.Actor(), e), fault.Conflict, "personal.not_suspended")
		must(t, d.People.Suspend(ctx, access.Operator(), d.who.ID))
		d.kind(d.Personal.Erase(ctx, d.boss.Actor(), e), fault.Missing, "")
		for key, bad := range map[string]personal.Erasure{
			"personal.reason_needed": {Person: d.who.ID, Confirm: login, Reason: " "},
			"personal.reason_names":  {Person: d.who.ID, Confirm: login, Reason: "应" + fullName + "要求"},
			"personal.reason_long":   {Person: d.who.ID, Confirm: login, Reason: strings.Repeat("长", 301)},
			"personal.confirm_wrong": {Person: d.who.ID, Confirm: "ouyang", Reason: "本人申请"},
		} {
			d.kind(d.Personal.Erase(ctx, d.admin.Actor(), bad), fault.Invalid, key)
		}
		must(t, d.Personal.Erase(ctx, d.admin.Actor(), e))
		d.kind(d.Personal.Erase(ctx, d.admin.Actor(), personal.Erasure{Person: d.who.ID, Confirm: "erased-" + d.who.ID, Reason: "x"}), fault.Conflict, "personal.not_suspended")

		for _, word := range []string{fullName, login, address} {
			if left := d.mentions(word); len(left) > 0 {
				t.Errorf("%s is left in %v", word, left)
			}
		}
		d.kept(before)
		d.proved()
		d.gone()
	})
}

// count gives how many records of the person there are that must be kept.
func (d *town) count() map[string]int {
	out := map[string]int{}
	for _, table := range []string{"certificate", "evidence", "attempt", "transition", "standing", "lesson_finished", "enrolment", "external_training"} {
		var n int
		must(d.T, d.DB.Read().Get(ctx, &n, "SELECT count(*) FROM "+table+" WHERE person_id = $1", d.who.ID))
		out[table] = n
	}
	return out
}

func (d *town) kept(before map[string]int) {
	d.Helper()
	if after := d.count(); fmt.Sprint(after) != fmt.Sprint(before) {
		d.Errorf("kept %v of %v", after, before)
	}
	v, err := d.Certificates.Verify(ctx, d.number)
	if err != nil || !v.Whole || !v.Erased || v.Name != "" {
		d.Errorf("the certificate: %+v, %v", v, err)
	}
	look, err := d.Certificates.Certificate(ctx, access.Operator(), d.number)
	must(d.T, err)
	for _, lang := range []string{"zh", "en"} {
		if pdf, err := d.Seal.Print(ctx, look, lang); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			d.Errorf("printed: %v", err)
		}
		if _, err := d.Seal.Badge(ctx, look, lang, nil); err != nil {
			d.Errorf("badge: %v", err)
		}
	}
}

// proved holds the trail against what was signed before the erasure.
func (d *town) proved() {
	d.Helper()
	e, err := d.Notary.Evidence()
	must(d.T, err)
	r, err := d.Trail.Verify(ctx, d.DB.Read(), access.Operator(), &e)
	if err != nil || !r.Whole() || r.Erased == 0 || r.Proved == 0 || r.Checkpoints == 0 {
		d.Errorf("the trail: %+v, %v", r, err)
	}
	var last string
	must(d.T, d.DB.Read().Get(ctx, &last, "SELECT act FROM audit_entry ORDER BY seq DESC LIMIT 1"))
	if last != "person.erased" {
		d.Errorf("the last entry is %s", last)
	}
}

// gone tries to come in, and to come back.
func (d *town) gone() {
	d.Helper()
	for _, name := range []string{login, "erased-" + d.who.ID} {
		_, _, err := d.Door.SignIn(ctx, name, "tongguan-demo", door.Visitor{Address: "127.0.0.2"})
		d.kind(err, fault.Denied, "")
	}
	d.kind(d.People.Resume(ctx, d.admin.Actor(), d.who.ID), fault.Conflict, "personal.erased_stays")
	p, err := d.People.Get(ctx, access.Operator(), d.who.ID)
	must(d.T, err)
	p.Name, p.Roles = fullName, []access.Role{access.Learner}
	d.kind(d.People.Change(ctx, d.admin.Actor(), p), fault.Conflict, "personal.erased_stays")
	if p.State != people.Suspended || p.Email != "" || p.Team != "" {
		d.Errorf("%+v", p)
	}
}

// export holds what is there, and nothing that tells of others or lets anybody in.
func (d *town) export() {
	d.Helper()
	for _, other := range []people.Person{d.admin, d.boss, d.login("hr"), d.login("inspector")} {
		_, err := d.Personal.Export(ctx, other.Actor(), d.who.ID)
		d.kind(err, fault.Missing, "")
	}
	e, err := d.Personal.Export(ctx, d.who.Actor(), d.who.ID)
	must(d.T, err)
	text, err := e.JSON()
	must(d.T, err)
	for _, want := range []string{fullName, login, address, d.number} {
		if !strings.Contains(string(text), want) {
			d.Errorf("the export does not hold %s", want)
		}
	}
	d.namesNobody(text)
	d.counts(e)
	d.archive(e)
}

// namesNobody looks for ids and names of everybody else, and for what lets in.
func (d *town) namesNobody(text []byte) {
	d.Helper()
	var others []string
	must(d.T, d.DB.Read().Select(ctx, &others, "SELECT id FROM person WHERE id <> $1", d.who.ID))

	var hashes []string
	must(d.T, d.DB.Read().Select(ctx, &hashes, `SELECT password_hash FROM person WHERE password_hash <> '' UNION SELECT token_hash FROM session
		UNION SELECT salt FROM audit_salt UNION SELECT paper FROM attempt`))
	for _, secret := range append(others, hashes...) {
		if at := bytes.Index(text, []byte(secret)); at >= 0 {
			d.Errorf("the export holds %.60s: %s", secret, text[max(0, at-300):at+60])
		}
	}
}

// counts holds the number of rows against the tables.
func (d *town) counts(e personal.Export) {
	d.Helper()
	got := map[string]int{}
	for _, one := range e.Tables {
		got[one.Table] = len(one.About)
	}
	for table, n := range d.count() {
		if got[table] != n {
			d.Errorf("%s: %d rows of %d", table, got[table], n)
		}
	}
	var answers int
	must(d.T, d.DB.Read().Get(ctx, &answers, "SELECT count(*) FROM answer WHERE attempt_id IN (SELECT id FROM attempt WHERE person_id = $1)", d.who.ID))
	if answers == 0 || got["answer"] != answers || got["person"] != 1 || got["audit_entry"] == 0 || got["external_file"] != 1 {
		d.Errorf("%d answers; %v", answers, got)
	}
}

func (d *town) archive(e personal.Export) {
	d.Helper()
	book, err := words.Load()
	must(d.T, err)
	data, err := e.Zip(personal.Explain(book))
	must(d.T, err)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(d.T, err)
	found := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		must(d.T, err)
		found[f.Name], err = io.ReadAll(r)
		must(d.T, err)
	}
	if !json.Valid(found["data.json"]) || len(found["README.txt"]) == 0 || len(found) != 3 {
		d.Errorf("%d files", len(found))
	}
	for name, text := range found {
		if strings.HasPrefix(name, "files/") && string(text) != "%PDF-1.4 "+fullName {
			d.Errorf("%s: %s", name, text)
		}
	}
}
