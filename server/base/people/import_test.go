package people

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
)

func (h house) plan(text string) ImportPlan {
	h.Helper()
	p, err := h.PlanImport(ctx, operator, []byte(text))
	if err != nil {
		h.Fatalf("%q: %v", text, err)
	}
	return p
}

// fates is the plan in short: line, fate and the key of what is wrong.
func fates(p ImportPlan) (out []string) {
	for _, r := range p.Rows {
		s := fmt.Sprint(r.Line, " ", r.Fate)
		if r.Problem != nil {
			s += " " + r.Problem.Key
		}
		out = append(out, s)
	}
	return out
}

func (h house) wantFates(p ImportPlan, want ...string) {
	h.Helper()
	if diff := cmp.Diff(want, fates(p)); diff != "" {
		h.Error(diff)
	}
}

const table = "姓名,登录名,邮箱,团队,角色,入职日期,语言\n" +
	"王小明,wang,w@example.cn,华东区/苏州一部,学员、主管,2024/3/5,中文\n" +
	"李娜,ＬＩ,,苏州一部,,2024-03-05,en\n" +
	"Zhao,zhao,,,HR learner,2024年12月1日,\n"

func (h house) imports(text string, skipBad, wantOK bool) ImportPlan {
	h.Helper()
	p, ok, err := h.Import(ctx, operator, []byte(text), skipBad)
	if err != nil || ok != wantOK {
		h.Fatalf("ok %v, %v, %v", ok, err, fates(p))
	}
	return p
}

func TestPreviewWritesNothingAndImportDoesWhatItSays(t *testing.T) {
	each(t, func(h house) {
		shop := h.team("苏州一部", h.team("华东区", ""))
		before := h.count("SELECT size FROM audit_head")
		h.wantFates(h.plan(table), "2 new", "3 new", "4 new")
		if h.count("SELECT count(*) FROM person") != 0 || h.count("SELECT size FROM audit_head") != before {
			h.Error("the preview wrote something")
		}
		h.imports(table, false, true)
		people, _, err := h.List(ctx, operator, Filter{})
		if err != nil {
			h.Fatal(err)
		}
		for i := range people {
			people[i].ID = ""
		}
		want := []Person{
			{Login: "zhao", Name: "Zhao", Lang: "zh", HiredOn: "2024-12-01", State: Invited, Version: 1,
				Roles: []access.Role{access.Learner, access.HR}},
			{Login: "li", Name: "李娜", Lang: "en", Team: shop, HiredOn: "2024-03-05", State: Invited, Version: 1,
				Roles: []access.Role{access.Learner}},
			{Login: "wang", Name: "王小明", Email: "w@example.cn", Lang: "zh", Team: shop, HiredOn: "2024-03-05", State: Invited,
				Version: 1, Roles: []access.Role{access.Learner, access.Manager}},
		}
		if diff := cmp.Diff(want, people); diff != "" {
			h.Error(diff)
		}
		audited := h.count("SELECT size FROM audit_head")
		h.wantFates(h.imports(table, false, true), "2 same", "3 same", "4 same")
		if n := h.count("SELECT size FROM audit_head"); n != audited {
			h.Errorf("importing again wrote %d audit entries", n-audited)
		}
		h.wantFates(h.imports(strings.Replace(table, "李娜", "李小娜", 1), false, true), "2 same", "3 change", "4 same")
		if names, _ := h.names(Filter{Text: "li"}); !cmp.Equal(names, []string{"李小娜"}) {
			h.Error(names)
		}
	})
}

// A file of names and logins must not take away roles, teams or addresses.
func TestAbsentColumnsChangeNothing(t *testing.T) {
	each(t, func(h house) {
		shop := h.team("shop", "")
		p := h.person("root", shop, access.Admin)
		p.Email, p.HiredOn, p.Lang = "r@example.cn", "2020-01-01", "en"
		if err := h.Change(ctx, operator, p); err != nil {
			h.Fatal(err)
		}
		h.wantFates(h.imports("name,login\nroot,root\n", false, true), "2 same")
		h.wantFates(h.imports("name,login\nBoss,root\n", false, true), "2 change")
		p.Name, p.Version = "Boss", p.Version+2
		if diff := cmp.Diff(p, h.get(p.ID)); diff != "" {
			h.Error(diff)
		}
		if err := h.Suspend(ctx, operator, h.person("gone", "").ID); err != nil {
			h.Fatal(err)
		}
		h.imports("name,login\nGone,gone\n", false, true)
		if people, _, _ := h.List(ctx, operator, Filter{Text: "gone"}); len(people) != 1 || people[0].State != Suspended {
			h.Errorf("an import resumes: %+v", people)
		}
		_, ok, err := h.Import(ctx, operator, []byte("name,login,roles\nx,xx,learner\nBoss,root,learner\n"), false)
		h.wants(err, fault.Invalid, "people.last_admin")
		if ok || h.count("SELECT count(*) FROM person") != 2 {
			h.Error("half of a refused import was written")
		}
	})
}

func TestBadRowsAreNamedByLine(t *testing.T) {
	each(t, func(h house) {
		east, west := h.team("east", ""), h.team("west", "")
		h.team("shop", east)
		h.team("shop", west)
		h.team("west", "") // a second one of that name
		text := "name,login,email,team,roles,hired_on,lang\n" +
			"A,aa,,east/shop,,,\n" +
			",bb,,,,,\n" +
			"\"two\nlines\",cc,,,,,\n" +
			"D,d d,,,,,\n" +
			"E,ee,nonsense,,,,\n" +
			"F,ff,,shop,,,\n" +
			"G,gg,,north,,,\n" +
			"H,hh,,west,,,\n" +
			"I,ii,,,root,,\n" +
			"J,jj,,,,2024-02-30,\n" +
			"K,kk,,,,,fr\n" +
			"L,ＡＡ,,,,,\n" +
			"M,mm,,,,,,too many\n" +
			"N,nn,,,,,,,,\n" +
			",,,,,,\n" +
			"\n" +
			"O,oo, , EAST ／ Shop ,,,\n" +
			"P\n"
		want := []string{"2 new", "3 bad people.name_needed", "4 bad people.name_form", "6 bad people.login_form",
			"7 bad people.email_form", "8 bad people.import_team", "9 bad people.import_team", "10 bad people.import_team",
			"11 bad people.role_unknown", "12 bad people.date_form", "13 bad people.lang_unknown", "14 bad people.import_twice",
			"15 bad people.import_cells", "16 new", "19 new", "20 bad people.login_form"}
		h.wantFates(h.plan(text), want...)
		h.wantFates(h.imports(text, false, false), want...)
		if n := h.count("SELECT count(*) FROM person"); n != 0 {
			h.Errorf("%d people came of a bad file", n)
		}
		plan := h.imports(text, true, true)
		if diff := cmp.Diff(map[string]int{FateNew: 3, FateBad: 13}, plan.Counts); diff != "" {
			h.Error(diff)
		}
		if n := h.count("SELECT count(*) FROM person"); n != 3 {
			h.Errorf("%d of 3 good people were made", n)
		}
	})
}

func TestFilesAsSpreadsheetsSaveThem(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(h house) {
		h.team("苏州一部", h.team("华东区", ""))
		want := h.plan(table)
		for name, text := range map[string]string{
			"mark":       "\ufeff" + table,
			"GB18030":    gb,
			"semicolons": strings.ReplaceAll(table, ",", ";"),
			"tabs":       strings.ReplaceAll(table, ",", "\t"),
			"CRLF":       strings.ReplaceAll(table, "\n", "\r\n"),
			"no end":     strings.TrimSuffix(table, "\n"),
			"more cells": strings.ReplaceAll(table, "\n", ",,\n"),
		} {
			if diff := cmp.Diff(want, h.plan(text)); diff != "" {
				h.Errorf("%s: %s", name, diff)
			}
		}
		_, err := h.PlanImport(ctx, operator, []byte(wide))
		h.wants(err, fault.Invalid, "people.import_encoding")
	})
}

func TestFilesThatAreRefusedWhole(t *testing.T) {
	each(t, func(h house) {
		for text, key := range map[string]string{
			"":                                   "people.import_empty",
			"\n\n":                               "people.import_empty",
			"name,login\n":                       "people.import_empty",
			"name,login\n,,\n":                   "people.import_empty",
			"name\nA\n":                          "people.import_column",
			"name,login,shoe size\nA,aa,43\n":    "people.import_heading",
			"name,login,账号\nA,aa,bb\n":           "people.import_heading_twice",
			"name,login\nA,\"aa\nB,bb\n":         "people.import_line",
			"na\"me,login\nA,aa\n":               "people.import_line",
			"name,login\nA,a\x00a\n":             "people.import_encoding",
			"name,login\nA,\xff\xff\n":           "people.import_encoding",
			strings.Repeat("x", 3*MaxImportRows): "people.import_heading",
			"name,login\n" + strings.Repeat("A,aa\n", MaxImportRows+1):    "people.import_rows",
			"name,login\n" + strings.Repeat("A,aa\n", MaxImportBytes/5+1): "people.import_large",
		} {
			_, err := h.PlanImport(ctx, operator, []byte(text))
			h.wants(err, fault.Invalid, key)
			if e := fault.Of(err); e != nil && len(fmt.Sprint(e.Args)) > 200 {
				h.Errorf("%s repeats the file", key)
			}
		}
		_, err := h.PlanImport(ctx, operator, []byte("name,login\nA,aa\nB,\"b\n"))
		if e := fault.Of(err); e == nil || e.Args["line"] != 3 {
			h.Errorf("the line is not named: %v", err)
		}
	})
}

// What could do harm elsewhere is kept as the text it is, or refused as a login.
func TestHostileCells(t *testing.T) {
	each(t, func(h house) {
		text := "name,login,team\n" +
			"\"'); DROP TABLE person; --\",aa,\n" +
			"=cmd|' /C calc'!A0,bb,\n" +
			"<script>alert(1)</script>,cc,\n" +
			"X,\"'; --\",\n" +
			"X,=1+1,\n" +
			"X,dd,../../etc\n" +
			"\u202egnp.exe,ee,\n"
		h.wantFates(h.imports(text, true, true), "2 new", "3 new", "4 new", "5 bad people.login_form",
			"6 bad people.login_form", "7 bad people.import_team", "8 new")
		if names, n := h.names(Filter{Text: "aa"}); n != 1 || names[0] != "'); DROP TABLE person; --" {
			h.Error(names)
		}
	})
}

func FuzzReadRows(f *testing.F) {
	for _, s := range []string{table, strings.ReplaceAll(table, ",", "\t"), strings.ReplaceAll(table, ",", ";"),
		"name,login\n\"a", "\ufeffname,login\n,", "login;name\na;b;c\n", "\xff\xfe", "name,login,\n,,,\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		text, err := decode(file)
		if err == nil {
			var rows []ImportRow
			var columns []string
			if rows, columns, err = readRows(text); err == nil {
				for i := range rows {
					rows[i].prepare(map[string]string{"shop": "id"})
				}
				checkPlan(t, decide(rows, columns, map[string]Person{"wang": {ID: "w", Login: "wang"}}), text)
			}
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%v", err)
		}
	})
}

// checkPlan: every row has a fate, good ones can be kept as they are, lines rise and lie within the file.
func checkPlan(t *testing.T, p ImportPlan, text string) {
	last, counted := 1, 0
	for _, r := range p.Rows {
		if r.Line <= last || r.Line > strings.Count(text, "\n")+1 {
			t.Fatalf("line %d after %d", r.Line, last)
		}
		last = r.Line
		if (r.Fate == FateBad) != (r.Problem != nil) {
			t.Fatalf("%+v", r)
		}
		kept := r.Person
		if r.Problem == nil && (kept.clean() != nil || !cmp.Equal(kept, r.Person)) {
			t.Fatalf("%+v is not clean", r.Person)
		}
	}
	for _, n := range p.Counts {
		counted += n
	}
	if counted != len(p.Rows) || len(p.Rows) == 0 {
		t.Fatalf("%d fates of %d rows", counted, len(p.Rows))
	}
}
