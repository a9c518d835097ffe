package db

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Rows are values that a statement reads as a table: where its text says {rows} stands a table called r with
// these columns. They are the last argument of a query; its other arguments keep their numbers from $1 on.
// The columns of one query text must always be the same ones in the same order.
type Rows struct {
	columns []column
}

type column struct {
	name    string
	texts   []string
	numbers []int64 // where texts is nil
}

// Text adds a column of texts.
func (r *Rows) Text(name string, values []string) *Rows {
	r.columns = append(r.columns, column{name: name, texts: values})
	return r
}

// Number adds a column of whole numbers; it has as many as the other columns.
func (r *Rows) Number(name string, values []int64) *Rows {
	r.columns = append(r.columns, column{name: name, numbers: values})
	return r
}

// spread gives a query that has Rows in the words of the database.
func (d *DB) spread(query string, args []any) (string, []any) {
	if len(args) == 0 {
		return query, args
	}
	r, ok := args[len(args)-1].(*Rows)
	if !ok {
		return query, args
	}
	args = args[: len(args)-1 : len(args)-1]
	text, known := d.spreads.Load(query)
	if !known {
		text, _ = d.spreads.LoadOrStore(query, strings.ReplaceAll(query, "{rows}", r.table(d.kind, len(args)+1)))
	}
	if d.kind == "sqlite" {
		return text.(string), append(args, r.json())
	}
	for _, c := range r.columns {
		if c.numbers != nil {
			args = append(args, numberArray(c.numbers))
		} else {
			args = append(args, textArray(c.texts))
		}
	}
	return text.(string), args
}

// table is the table as each database makes it of parameters, of which the first has this number.
func (r *Rows) table(kind string, first int) string {
	var params, names, cells []string
	for i, c := range r.columns {
		param := "$" + strconv.Itoa(first+i)
		if c.numbers != nil {
			params = append(params, param+"::bigint[]")
		} else {
			params = append(params, param+"::text[]")
		}
		names = append(names, c.name)
		cells = append(cells, "value ->> "+strconv.Itoa(i)+" AS "+c.name)
	}
	if kind == "sqlite" {
		return "(SELECT " + strings.Join(cells, ", ") + " FROM json_each($" + strconv.Itoa(first) + ")) AS r"
	}
	return "unnest(" + strings.Join(params, ", ") + ") AS r (" + strings.Join(names, ", ") + ")"
}

// textArray writes texts as PostgreSQL reads an array of them.
func textArray(texts []string) string {
	size := 2
	for _, s := range texts {
		size += len(s) + 8
	}
	out := append(make([]byte, 0, size), '{')
	for i, s := range texts {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, '"')
		for {
			at := strings.IndexAny(s, "\"\\")
			if at < 0 {
				break
			}
			out, s = append(append(out, s[:at]...), '\\', s[at]), s[at+1:]
		}
		out = append(append(out, s...), '"')
	}
	return string(append(out, '}'))
}

// numberArray is the same for whole numbers.
func numberArray(numbers []int64) string {
	out := append(make([]byte, 0, 2+20*len(numbers)), '{')
	for i, n := range numbers {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, n, 10)
	}
	return string(append(out, '}'))
}

// json is the rows as an array of arrays.
func (r *Rows) json() string {
	n := 0
	if len(r.columns) > 0 {
		n = max(len(r.columns[0].texts), len(r.columns[0].numbers))
	}
	out := []byte{'['}
	for i := range n {
		if i > 0 {
			out = append(out, ',')
		}
		for j, c := range r.columns {
			out = append(out, "[,"[min(j, 1)])
			if c.numbers != nil {
				out = strconv.AppendInt(out, c.numbers[i], 10)
			} else {
				out = appendText(out, c.texts[i])
			}
		}
		out = append(out, ']')
	}
	return string(append(out, ']'))
}

// appendText appends a text as JSON. Almost all are identifiers, which need no escapes.
func appendText(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			text, err := json.Marshal(s)
			if err != nil { // a string has none
				return append(out, `""`...)
			}
			return append(out, text...)
		}
	}
	return append(append(append(out, '"'), s...), '"')
}
