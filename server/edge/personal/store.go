package personal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"tongguan/server/base/db"
)

// Row is a row as it is given out: NULL is left out.
type Row map[string]any

// kind of a column, for how it is given out.
type kind int

const (
	asText kind = iota
	asNumber
	asTruth
)

type column struct {
	name string
	kind kind
}

// given lists the columns of the rows about the person: all but the ids of others and what is hidden.
func (t Table) given() (out []column) {
	if t.Up != "" {
		above, _, _ := t.up()
		out = append(out, column{above, asText})
	}
	out = t.plain(out)
	hidden := t.hidden()
	for _, one := range t.texts() {
		if hidden[one.column] == "" {
			out = append(out, column{one.column, asText})
		}
	}
	for _, name := range strings.Fields(t.Said + " " + t.Wipe) {
		out = append(out, column{name, asText})
	}
	return out
}

func (t Table) plain(out []column) []column {
	for _, name := range strings.Fields(t.Keep) {
		out = append(out, column{name, asText})
	}
	for _, name := range strings.Fields(t.Num) {
		out = append(out, column{name, asNumber})
	}
	for _, name := range strings.Fields(t.Bool) {
		out = append(out, column{name, asTruth})
	}
	return out
}

// givenDone lists the columns of the rows in which the person did something that is about somebody else: what they wrote
// themselves, and nothing that says who the other is or what others wrote.
func (t Table) givenDone(by string) (out []column) {
	for _, c := range t.plain(nil) {
		if c.name != "leaf" && c.name != "hash" { // of the trail: commitments to others
			out = append(out, c)
		}
	}
	for _, one := range t.texts() {
		if one.by == by {
			out = append(out, column{one.column, asText})
		}
	}
	return out
}

// rowsOf reads the columns of the rows that the condition lets through; $1 is the person.
func rowsOf(ctx context.Context, q db.Q, table string, columns []column, where, person string) ([]Row, error) {
	fields, selected := make([]reflect.StructField, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		alias := "c" + strconv.Itoa(i)
		fields[i] = reflect.StructField{Name: "C" + strconv.Itoa(i), Type: reflect.TypeFor[sql.NullString](), Tag: reflect.StructTag(`db:"` + alias + `"`)}
		selected[i] = "CAST(" + c.name + " AS TEXT) AS " + alias
	}
	if len(columns) == 0 {
		return nil, nil
	}
	found := reflect.New(reflect.SliceOf(reflect.StructOf(fields)))
	query := "SELECT " + strings.Join(selected, ", ") + " FROM " + table + " WHERE " + where + " ORDER BY 1"
	if len(columns) > 1 {
		query += ", 2"
	}
	if err := q.Select(ctx, found.Interface(), query, person); err != nil {
		return nil, fmt.Errorf("personal: %s: %w", table, err)
	}
	var out []Row
	for i := range found.Elem().Len() {
		row := Row{}
		for j, c := range columns {
			if v := found.Elem().Index(i).Field(j).Interface().(sql.NullString); v.Valid {
				row[c.name] = c.value(v.String)
			}
		}
		out = append(out, row)
	}
	return out, nil
}

func (c column) value(s string) any {
	switch c.kind {
	case asNumber:
		return json.Number(s)
	case asTruth:
		return s == "true" || s == "1" || s == "t"
	default:
		return s
	}
}

// struck stands where a text was.
const struck = "—"

// erase takes out of a table what it says about the person.
func erase(ctx context.Context, q db.Q, t Table, person string) error {
	where := t.about()
	if where == "" || t.Own {
		return nil
	}
	if t.Drop {
		_, err := q.Exec(ctx, "DELETE FROM "+t.Name+" WHERE "+where, person)
		return err
	}
	for _, one := range t.texts() {
		if _, err := q.Exec(ctx, "UPDATE "+t.Name+" SET "+one.column+" = '"+struck+"' WHERE "+one.column+" <> '' AND "+where, person); err != nil {
			return err
		}
	}
	for _, name := range strings.Fields(t.Wipe) {
		if _, err := q.Exec(ctx, "UPDATE "+t.Name+" SET "+name+" = '' WHERE "+where, person); err != nil {
			return err
		}
	}
	return nil
}

// holding gives the different texts of a column that may hold a word.
func holding(ctx context.Context, q db.Q, table, column, word string) (out []string, err error) {
	err = q.Select(ctx, &out, "SELECT DISTINCT "+column+" FROM "+table+" WHERE lower("+column+") LIKE $1 ESCAPE '!' OR "+column+" LIKE $2 ESCAPE '!'",
		"%"+likeEscaper.Replace(strings.ToLower(word))+"%", "%"+likeEscaper.Replace(word)+"%") // lower folds ASCII only on one of them
	return out, err
}

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func replace(ctx context.Context, q db.Q, table, column, before, after string) error {
	_, err := q.Exec(ctx, "UPDATE "+table+" SET "+column+" = $2 WHERE "+column+" = $1", before, after)
	return err
}

// forgetTries deletes what is counted of wrong passwords for a login.
func forgetTries(ctx context.Context, q db.Q, login string) error {
	_, err := q.Exec(ctx, "DELETE FROM throttle WHERE name = $1 OR name = $2", login, "login:"+login)
	return err
}

// namesakes counts the others who have the same name and were not erased.
func namesakes(ctx context.Context, q db.Q, person, name string) (n int, err error) {
	err = q.Get(ctx, &n, "SELECT count(*) FROM person WHERE name = $1 AND id <> $2", name, person)
	return n, err
}

// othersThan gives the ids of everybody else.
func othersThan(ctx context.Context, q db.Q, person string) (map[string]bool, error) {
	var ids []string
	if err := q.Select(ctx, &ids, "SELECT id FROM person WHERE id <> $1", person); err != nil {
		return nil, err
	}
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}
