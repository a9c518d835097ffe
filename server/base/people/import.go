package people

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
	"tongguan/server/base/team"
)

// What becomes of a row.
const (
	FateNew    = "new"
	FateChange = "change"
	FateSame   = "same"
	FateBad    = "bad"
)

// Import bounds.
const (
	MaxImportBytes = 2 << 20
	MaxImportRows  = 10_000
)

// ImportRow is one line of a file and what would become of it.
type ImportRow struct {
	Line     int    // of the file, from 1; the heading is line 1
	Person   Person // as read; ID and Version are set where the person exists
	TeamPath string
	Fate     string
	Problem  *fault.Error // why a bad row is bad
}

// ImportPlan says what an import would do.
type ImportPlan struct {
	Rows   []ImportRow
	Counts map[string]int // by fate
}

// Good says whether no row is bad.
func (p ImportPlan) Good() bool { return p.Counts[FateBad] == 0 }

// headings are the columns that a file may have, in either language.
var headings = map[string]string{
	"name": "name", "姓名": "name", "login": "login", "登录名": "login", "账号": "login",
	"email": "email", "邮箱": "email", "电子邮箱": "email", "team": "team", "团队": "team", "部门": "team",
	"roles": "roles", "角色": "roles", "hired_on": "hired_on", "入职日期": "hired_on", "lang": "lang", "语言": "lang",
}

// roleWords are the roles in Chinese; in English they are the roles' own names.
var roleWords = map[string]access.Role{
	"学员": access.Learner, "主管": access.Manager, "经理": access.Manager, "讲师": access.Author, "作者": access.Author,
	"人力": access.HR, "人事": access.HR, "人力资源": access.HR, "督查": access.Inspector, "检查员": access.Inspector, "管理员": access.Admin,
}

// PlanImport reads a CSV file (UTF-8 with or without a mark, or GB18030 as Chinese spreadsheets save it) and
// says what would become of every row. It writes nothing. The first line names the columns: name and login
// are needed; email, team (a path such as 华东区/苏州一部), roles, hired_on and lang may be there. A column that
// is not there changes nothing about people who are known already.
func (p *People) PlanImport(ctx context.Context, actor access.Actor, file []byte) (ImportPlan, error) {
	if err := actor.Check(access.EditPeople, access.Other); err != nil {
		return ImportPlan{}, err
	}
	text, err := decode(file)
	if err != nil {
		return ImportPlan{}, err
	}
	rows, columns, err := readRows(text)
	if err != nil {
		return ImportPlan{}, err
	}
	paths, err := p.teamPaths(ctx)
	if err != nil {
		return ImportPlan{}, err
	}
	var logins []string
	for i := range rows {
		rows[i].prepare(paths)
		logins = append(logins, rows[i].Person.Login)
	}
	known, err := peopleByLogin(ctx, p.db.Read(), logins)
	if err != nil {
		return ImportPlan{}, err
	}
	return decide(rows, columns, known), nil
}

// Import does what the plan of the file says. With bad rows in it nothing is written and the plan is given
// back with ok false, unless skipBad asks for the good ones. A file that is imported again changes nothing.
func (p *People) Import(ctx context.Context, actor access.Actor, file []byte, skipBad bool) (plan ImportPlan, ok bool, err error) {
	plan, err = p.PlanImport(ctx, actor, file)
	if err != nil || !plan.Good() && !skipBad {
		return plan, false, err
	}
	err = p.db.Write(ctx, func(q db.Q) error {
		for _, r := range plan.Rows {
			if err := p.importRow(ctx, q, actor, r); err != nil {
				return err
			}
		}
		return nil
	})
	return plan, err == nil, err
}

func (p *People) importRow(ctx context.Context, q db.Q, actor access.Actor, r ImportRow) error {
	switch r.Fate {
	case FateNew:
		r.Person.ID, r.Person.State = p.clock.ID(), Invited
		return p.create(ctx, q, actor, r.Person)
	case FateChange:
		return p.change(ctx, q, actor, r.Person)
	default:
		return nil
	}
}

func decode(file []byte) (string, error) {
	if len(file) > MaxImportBytes {
		return "", fault.New(fault.Invalid, "people.import_large", "max", MaxImportBytes>>20).At("file")
	}
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(file) {
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(file)
		if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
			return "", fault.New(fault.Invalid, "people.import_encoding").At("file")
		}
		file = out
	}
	if bytes.IndexByte(file, 0) >= 0 {
		return "", fault.New(fault.Invalid, "people.import_encoding").At("file")
	}
	return string(file), nil
}

// readRows gives the rows and the meaning of every column.
func readRows(text string) ([]ImportRow, []string, error) {
	r := csvReader(text)
	head, err := next(r)
	if errors.Is(err, io.EOF) {
		return nil, nil, fault.New(fault.Invalid, "people.import_empty").At("file")
	}
	if err != nil {
		return nil, nil, err
	}
	columns, err := readHeadings(head)
	if err != nil {
		return nil, nil, err
	}
	var rows []ImportRow
	for {
		record, err := next(r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			continue // spreadsheets save empty lines below the table
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, readRow(line, columns, record))
		if len(rows) > MaxImportRows {
			return nil, nil, fault.New(fault.Invalid, "people.import_rows", "max", MaxImportRows).At("file")
		}
	}
	if len(rows) == 0 {
		return nil, nil, fault.New(fault.Invalid, "people.import_empty").At("file")
	}
	return rows, columns, nil
}

// csvReader finds out by the first line what separates the cells.
func csvReader(text string) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	} else if strings.Contains(first, "\t") {
		r.Comma = '\t'
	}
	r.TrimLeadingSpace = r.Comma != '\t' // it would swallow an empty cell before a tab
	return r
}

func next(r *csv.Reader) ([]string, error) {
	record, err := r.Read()
	if pe, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, fault.Wrap(fault.Invalid, err, "people.import_line", "line", pe.StartLine).At("file")
	}
	return record, err
}

func readHeadings(head []string) ([]string, error) {
	columns := make([]string, len(head))
	for i, h := range head {
		h = fold(strings.TrimSpace(h))
		columns[i] = headings[h]
		if columns[i] == "" && h != "" {
			return nil, fault.New(fault.Invalid, "people.import_heading", "heading", firstRunes(h, 40)).At("file")
		}
		if h != "" && slices.Contains(columns[:i], columns[i]) {
			return nil, fault.New(fault.Invalid, "people.import_heading_twice", "heading", h).At("file")
		}
	}
	for _, needed := range []string{"name", "login"} {
		if !slices.Contains(columns, needed) {
			return nil, fault.New(fault.Invalid, "people.import_column", "column", needed).At("file")
		}
	}
	return columns, nil
}

func readRow(line int, columns, record []string) ImportRow {
	row := ImportRow{Line: line}
	for i, value := range record {
		value = strings.TrimSpace(value)
		if i >= len(columns) {
			if value != "" {
				row.Problem = fault.New(fault.Invalid, "people.import_cells", "n", len(columns))
			}
			continue
		}
		switch columns[i] {
		case "name":
			row.Person.Name = value
		case "login":
			row.Person.Login = value
		case "email":
			row.Person.Email = value
		case "team":
			row.TeamPath = readPath(value)
		case "roles":
			row.Person.Roles = readRoles(value)
		case "hired_on":
			row.Person.HiredOn = readDate(value)
		case "lang":
			row.Person.Lang = strings.NewReplacer("中文", "zh", "英文", "en", "zh-cn", "zh").Replace(strings.ToLower(value))
		}
	}
	return row
}

// readPath writes a team's path in one way: 华东区 ／ 苏州一部 as 华东区/苏州一部.
func readPath(s string) string {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '／' })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, "/")
}

// readDate reads a date as spreadsheets write it, 2024/3/5 or 2024年3月5日; what is none stays as it is.
func readDate(s string) string {
	t, err := time.Parse("2006-1-2", strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "").Replace(s))
	if err != nil {
		return s
	}
	return t.Format(time.DateOnly)
}

func firstRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func readRoles(s string) (out []access.Role) {
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,;、，；|/", r) }) {
		if r, ok := roleWords[w]; ok {
			out = append(out, r)
		} else {
			out = append(out, access.Role(strings.ToLower(w)))
		}
	}
	return out
}

// prepare normalises a row and finds its team.
func (r *ImportRow) prepare(paths map[string]string) {
	if len(r.Person.Roles) == 0 {
		r.Person.Roles = []access.Role{access.Learner}
	}
	if err := r.Person.clean(); err != nil && r.Problem == nil {
		r.Problem = fault.Of(err)
	}
	if r.TeamPath == "" {
		return
	}
	id, ok := paths[fold(r.TeamPath)]
	if !ok && r.Problem == nil {
		r.Problem = fault.New(fault.Invalid, "people.import_team", "team", r.TeamPath).At("team")
	}
	r.Person.Team = id
}

func decide(rows []ImportRow, columns []string, known map[string]Person) ImportPlan {
	plan := ImportPlan{Rows: rows, Counts: map[string]int{}}
	first := map[string]int{}
	for i := range rows {
		r := &rows[i]
		if line, twice := first[r.Person.Login]; twice && r.Problem == nil {
			r.Problem = fault.New(fault.Invalid, "people.import_twice", "line", line).At("login")
		}
		if first[r.Person.Login] == 0 {
			first[r.Person.Login] = r.Line
		}
		r.Fate = fateOf(r, columns, known)
		plan.Counts[r.Fate]++
	}
	return plan
}

func fateOf(r *ImportRow, columns []string, known map[string]Person) string {
	if r.Problem != nil {
		return FateBad
	}
	old, ok := known[r.Person.Login]
	if !ok {
		return FateNew
	}
	r.Person.ID, r.Person.Version, r.Person.State = old.ID, old.Version, old.State
	r.Person.keep(old, columns)
	n := r.Person
	if n.Name == old.Name && n.Email == old.Email && n.Lang == old.Lang && n.Team == old.Team &&
		n.HiredOn == old.HiredOn && slices.Equal(n.Roles, old.Roles) {
		return FateSame
	}
	return FateChange
}

// keep takes over from the account what the file has no column for.
func (p *Person) keep(old Person, columns []string) {
	if !slices.Contains(columns, "email") {
		p.Email = old.Email
	}
	if !slices.Contains(columns, "team") {
		p.Team = old.Team
	}
	if !slices.Contains(columns, "roles") {
		p.Roles = old.Roles
	}
	if !slices.Contains(columns, "hired_on") {
		p.HiredOn = old.HiredOn
	}
	if !slices.Contains(columns, "lang") {
		p.Lang = old.Lang
	}
}

// teamPaths gives every team's id by its path from the root, and by its name alone. What could mean two teams
// means none.
func (p *People) teamPaths(ctx context.Context) (map[string]string, error) {
	tree, err := p.teams.Tree(ctx, access.Operator())
	if err != nil {
		return nil, err
	}
	byID, byPath, byName := map[string]team.Team{}, map[string]string{}, map[string]string{}
	note := func(m map[string]string, key, id string) {
		if _, twice := m[key]; twice {
			id = ""
		}
		m[key] = id
	}
	for _, t := range tree {
		byID[t.ID] = t
		path := t.Name
		for up, ok := byID[t.Parent]; ok; up, ok = byID[up.Parent] { // parents come before their children
			path = up.Name + "/" + path
		}
		note(byPath, fold(path), t.ID)
		note(byName, fold(t.Name), t.ID)
	}
	maps.Copy(byName, byPath) // a path goes before a name
	maps.DeleteFunc(byName, func(_, id string) bool { return id == "" })
	return byName, nil
}

// ImportText gives a file that PlanImport could read as UTF-8 text, to be carried by a page and sent again.
func ImportText(file []byte) string {
	text, err := decode(file)
	if err != nil {
		return ""
	}
	return text
}
