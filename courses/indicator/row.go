package indicator

import (
	"cmp"
	"slices"
	"strings"

	"tongguan/server/base/access"
	"tongguan/server/base/fault"
	"tongguan/server/base/people"
)

// Columns beside those of indicators, by heading.
var headings = map[string]string{
	"login": "login", "登录名": "login", "账号": "login", "name": "name", "姓名": "name", "team": "team", "团队": "team", "部门": "team",
	"period": "period", "month": "period", "期间": "period", "月份": "period", "考核期": "period", "年份": "period",
	"indicator": "indicator", "指标": "indicator", "value": "value", "数值": "value", "值": "value",
}

// headings gives the meaning of every column: one of the words above, or an indicator's id after a colon.
func (x *Indicators) headings(cells []text) ([]string, error) {
	byName := map[string]string{}
	for _, i := range x.All() {
		for _, name := range []string{i.ID, i.Name.ZH, i.Name.EN} {
			byName[people.FoldLogin(name)] = ":" + i.ID
		}
	}
	columns := make([]string, len(cells))
	for n, c := range cells {
		h := people.FoldLogin(c.s)
		if open := strings.LastIndexByte(h, '('); open > 0 && strings.HasSuffix(h, ")") { // 销售额（元）
			h = strings.TrimSpace(h[:open])
		}
		columns[n] = cmp.Or(headings[h], byName[h])
		if columns[n] == "" && h != "" {
			return nil, fault.New(fault.Invalid, "figure.import_heading", "heading", short(c.s)).At("file")
		}
		if h != "" && slices.Contains(columns[:n], columns[n]) {
			return nil, fault.New(fault.Invalid, "figure.import_heading_twice", "heading", short(c.s)).At("file")
		}
	}
	return columns, neededColumns(columns)
}

func neededColumns(columns []string) error {
	has := func(c string) bool { return slices.Contains(columns, c) }
	wide := slices.ContainsFunc(columns, func(c string) bool { return strings.HasPrefix(c, ":") })
	switch {
	case !has("login"):
		return fault.New(fault.Invalid, "figure.import_no_login").At("file")
	case !has("period"):
		return fault.New(fault.Invalid, "figure.import_no_period").At("file")
	case has("indicator") != has("value"), wide == has("indicator"):
		return fault.New(fault.Invalid, "figure.import_no_values").At("file")
	}
	return nil
}

func (x *Indicators) readRow(columns []string, r raw) Row {
	row, long := Row{Line: r.line}, Cell{}
	for n, c := range r.cells {
		if n >= len(columns) || columns[n] == "" {
			if c.s != "" {
				row.Problem = fault.New(fault.Invalid, "figure.import_cells", "n", n+1)
			}
			continue
		}
		switch column := columns[n]; column {
		case "login":
			row.Login = people.FoldLogin(c.s)
		case "name":
			row.Name = c.s
		case "period":
			var err error
			if row.Period, err = ReadPeriod(c.s); err == nil {
				err = begun(row.Period, x.clock.Date(x.zone))
			}
			row.bad(err)
		case "indicator":
			long.Indicator = c.s
		case "value":
			long.Text, long.text = c.s, c
		case "team":
		default:
			row.Cells = append(row.Cells, Cell{Indicator: column[1:], Text: c.s, text: c})
		}
	}
	if slices.Contains(columns, "value") {
		row.Cells = append(row.Cells, long)
	}
	for i := range row.Cells {
		x.readCell(&row.Cells[i])
	}
	return row
}

// bad notes what is wrong with a row, the first of several.
func (r *Row) bad(err error) {
	if r.Problem == nil && err != nil {
		r.Problem = fault.Of(err)
	}
}

func (x *Indicators) readCell(c *Cell) {
	i, ok := x.Get(c.Indicator)
	for _, other := range x.All() {
		if name := people.FoldLogin(c.Indicator); !ok && (name == people.FoldLogin(other.Name.ZH) || name == people.FoldLogin(other.Name.EN)) {
			i, ok = other, true
		}
	}
	switch {
	case !ok:
		c.Problem = fault.New(fault.Invalid, "figure.import_indicator", "value", short(c.Indicator))
	case c.Text == "":
		c.Fate = FateNone
		c.Indicator = i.ID
	default:
		c.Indicator = i.ID
		v, err := i.Parse(c.text.in(i.Unit))
		c.Value, c.Problem = v, fault.Of(err)
	}
}

// assign finds the person of each row.
func (x *Indicators) assign(actor access.Actor, rows []Row, known map[string]people.Person) {
	for i := range rows {
		r := &rows[i]
		p, ok := known[r.Login]
		written := r.Name
		r.Name, r.Person = p.Name, p.ID
		switch {
		case r.Login == "":
			r.bad(fault.New(fault.Invalid, "figure.import_login_missing"))
		case !ok && r.Login == people.FoldLogin(actor.Login):
			r.bad(fault.New(fault.Invalid, "figure.import_own"))
		case !ok:
			r.bad(fault.New(fault.Invalid, "figure.import_person", "login", short(r.Login)))
		case written != "" && people.FoldLogin(written) != people.FoldLogin(p.Name):
			r.bad(fault.New(fault.Invalid, "figure.import_name", "login", r.Login, "name", p.Name))
		case r.Period == "":
			r.bad(fault.New(fault.Invalid, "figure.import_period_missing"))
		}
	}
}
