package personal

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// schema is what a database says of itself.
type schema struct {
	columns map[string][]found // by table
	points  map[string]string  // "table.column" to the table that it refers to
}

type found struct{ name, kind string } // kind: text, number, truth

var asks = map[string][2]string{
	"sqlite": {`SELECT m.name AS tab, c.name AS col, c.type AS kind FROM sqlite_master m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid`,
		`SELECT m.name AS tab, k."from" AS col, k."table" AS kind FROM sqlite_master m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table'`},
	"postgres": {`SELECT table_name AS tab, column_name AS col, data_type AS kind FROM information_schema.columns
			WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`,
		`SELECT k.table_name AS tab, k.column_name AS col, u.table_name AS kind FROM information_schema.table_constraints t
			JOIN information_schema.key_column_usage k ON k.constraint_name = t.constraint_name AND k.constraint_schema = t.constraint_schema
			JOIN information_schema.constraint_column_usage u ON u.constraint_name = t.constraint_name AND u.constraint_schema = t.constraint_schema
			WHERE t.constraint_type = 'FOREIGN KEY' AND t.table_schema = current_schema()`},
}

func read(t *testing.T, d *db.DB) schema {
	t.Helper()
	s := schema{map[string][]found{}, map[string]string{}}
	for i, query := range asks[d.Kind()] {
		var rows []struct {
			Table string `db:"tab"`
			Col   string `db:"col"`
			Kind  string `db:"kind"`
		}
		if err := d.Read().Select(context.Background(), &rows, query); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if i == 1 {
				s.points[r.Table+"."+r.Col] = r.Kind
				continue
			}
			kind := "number"
			switch k := strings.ToLower(r.Kind); {
			case k == "text":
				kind = "text"
			case k == "boolean":
				kind = "truth"
			}
			s.columns[r.Table] = append(s.columns[r.Table], found{r.Col, kind})
		}
	}
	return s
}

// naming is how columns are called that refer to a person without a foreign key.
var naming = regexp.MustCompile(`^(person_id|after_person|.*_by|(by|actor|subject|signer|owner|author|rater|marker|host|buddy|reviewer|reporter|inspector|manager|superior|employee)_id)$`)

// nobody are columns that are called like such and are none: a day, and the name of a cycle.
var nobody = []string{"appraisal_record.respond_by", "figure_period.frozen_by"}

func (s schema) names(table, column string) bool {
	return !slices.Contains(nobody, table+"."+column) && (s.points[table+"."+column] == "person" || naming.MatchString(column))
}

// suggest is the line that the table probably needs.
func (s schema) suggest(table string, up string) string {
	parts := map[string][]string{}
	for _, c := range s.columns[table] {
		switch {
		case c.name == "person_id":
			parts["Me"] = append(parts["Me"], c.name)
		case s.names(table, c.name):
			parts["By"] = append(parts["By"], c.name)
		case strings.HasPrefix(up, c.name+"="):
		case c.kind == "text":
			parts["Keep"] = append(parts["Keep"], c.name)
		case c.kind == "truth":
			parts["Bool"] = append(parts["Bool"], c.name)
		default:
			parts["Num"] = append(parts["Num"], c.name)
		}
	}
	line := fmt.Sprintf("{Name: %q", table)
	if up != "" && parts["Me"] == nil {
		line += fmt.Sprintf(", Up: %q", up)
	}
	for _, field := range []string{"Me", "By", "Keep", "Num", "Bool"} {
		if parts[field] != nil {
			line += fmt.Sprintf(", %s: %q", field, strings.Join(parts[field], " "))
		}
	}
	return line + "}, // move free text from Keep to Text"
}

// up is the way from a table to one in the list that it belongs to, or "".
func (s schema) up(table string) string {
	for _, c := range s.columns[table] {
		for _, t := range tables {
			if s.points[table+"."+c.name] == t.Name && t.about() != "" && t.Name != "person" && t.Name != table && t.Name != "certificate" {
				return c.name + "=" + t.Name + ".id"
			}
		}
	}
	return ""
}

// Every table that refers to a person is in the list, with every column of it in one place; what is in the list is in the
// schema. So whatever a room adds is given out and erased, or this fails and says what to write.
func TestEveryColumnIsListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, listed := read(t, d), map[string]Table{}
		for _, one := range tables {
			if listed[one.Name].Name != "" || s.columns[one.Name] == nil {
				t.Errorf("%s stands twice in the list, or is no table", one.Name)
			}
			listed[one.Name] = one
		}
		for name, columns := range s.columns {
			one, ok := listed[name]
			_, impersonal := impersonal[name]
			refers := s.up(name) != "" || slices.ContainsFunc(columns, func(c found) bool { return s.names(name, c.name) })
			switch {
			case ok && impersonal:
				t.Errorf("%s is in both lists", name)
			case !ok && (refers || !impersonal):
				t.Errorf("%s is not in the list of tables.go; add\n\t%s", name, s.suggest(name, s.up(name)))
			case ok:
				s.check(t, one)
			}
		}
		for name, texts := range impersonal {
			for _, column := range strings.Fields(texts) {
				if !slices.ContainsFunc(s.columns[name], func(c found) bool { return c.name == column }) {
					t.Errorf("%s has no column %s", name, column)
				}
			}
		}
	})
}

// check holds one table of the list against the schema.
func (s schema) check(t *testing.T, one Table) {
	t.Helper()
	places := map[string]string{}
	put := func(place string, names ...string) {
		for _, name := range names {
			if places[name] != "" {
				t.Errorf("%s.%s stands twice: %s and %s", one.Name, name, places[name], place)
			}
			places[name] = place
		}
	}
	if one.Me != "" {
		put("id", one.Me)
	}
	if one.Up != "" {
		column, _, _ := one.up()
		put("up", column)
		if strings.Contains(one.about(), "FALSE") {
			t.Errorf("%s belongs to %s, which is not in the list", one.Name, one.Up)
		}
	}
	put("by", strings.Fields(one.By)...)
	for _, text := range one.texts() {
		put("text", text.column)
		if text.by != "" && !slices.Contains(strings.Fields(one.By), text.by) {
			t.Errorf("%s.%s is by %s, which is not in By", one.Name, text.column, text.by)
		}
	}
	put("text", strings.Fields(one.Said+" "+one.Keep+" "+one.Wipe)...)
	put("number", strings.Fields(one.Num)...)
	put("truth", strings.Fields(one.Bool)...)
	for column, reason := range one.hidden() {
		if !slices.Contains([]string{"key", "secret", "derived"}, reason) {
			t.Errorf("%s.%s: %q is no reason", one.Name, column, reason)
		}
		if places[column] == "" {
			places[column] = "hidden"
		}
	}
	for _, c := range s.columns[one.Name] {
		place := places[c.name]
		delete(places, c.name)
		switch {
		case place == "":
			t.Errorf("%s.%s (%s) is not in the list; the whole line could be\n\t%s", one.Name, c.name, c.kind, s.suggest(one.Name, one.Up))
		case s.names(one.Name, c.name) && place != "id" && place != "by" && place != "up":
			t.Errorf("%s.%s refers to a person and is listed as %s", one.Name, c.name, place)
		case (place == "text" || place == "number" || place == "truth") && place != c.kind:
			t.Errorf("%s.%s is %s and listed as %s", one.Name, c.name, c.kind, place)
		}
	}
	for column := range places {
		t.Errorf("%s has no column %s", one.Name, column)
	}
}
