package indicator

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/base/db"
	"tongguan/server/base/fault"
)

// What becomes of a row or of a cell.
const (
	FateNew    = "new"
	FateChange = "change"
	FateSame   = "same"
	FateNone   = "none" // there is nothing in it
	FateBad    = "bad"
)

// Upload is a file with figures.
type Upload struct {
	Name string
	Data []byte
}

// Cell is one figure of a file and what would become of it.
type Cell struct {
	Indicator string
	Text      string // as it is written in the file
	Value     int64  // in the unit, where it could be read
	Before    *int64 // what counts now, where something else does
	Fate      string
	Problem   *fault.Error // why a bad cell is bad

	text text
}

// Row is one line of a file.
type Row struct {
	Line    int // of the file, from 1; the heading is one
	Login   string
	Name    string // of the person, where the actor may enter for them
	Person  string
	Period  string
	Cells   []Cell
	Fate    string
	Problem *fault.Error // of the row as a whole
}

// Plan says what an import would do.
type Plan struct {
	Rows   []Row
	Counts map[string]int // rows by fate
	Writes int            // figures that would be written
}

// Good says whether no row is bad.
func (p Plan) Good() bool { return p.Counts[FateBad] == 0 }

// PlanImport reads a file and says what would become of every row. It writes nothing. The first row names the columns: login and
// period; and either one column for each indicator, by its name or id, or the two columns indicator and value. A name, where there is
// one, must be that of the person. Somebody for whom the actor may not enter is as unknown as somebody who does not exist.
func (x *Indicators) PlanImport(ctx context.Context, actor access.Actor, u Upload) (Plan, error) {
	rows, err := x.prepare(ctx, actor, u)
	if err != nil {
		return Plan{}, err
	}
	plan, _, err := x.judge(ctx, x.db.Read(), rows)
	return plan, err
}

// errBad rolls an import back that has bad rows in it.
var errBad = errors.New("indicator: bad rows")

// Import does what the plan of the file says, in one transaction: all of it, or with a bad row nothing, and then done is false. A file
// that is imported again changes nothing.
func (x *Indicators) Import(ctx context.Context, actor access.Actor, u Upload) (plan Plan, done bool, err error) {
	rows, err := x.prepare(ctx, actor, u)
	if err != nil {
		return Plan{}, false, err
	}
	plan, _, err = x.judge(ctx, x.db.Read(), rows)
	if err != nil || !plan.Good() || plan.Writes == 0 {
		return plan, err == nil && plan.Good(), err
	}
	err = x.db.Write(ctx, func(q db.Q) error {
		if _, err := claim(ctx, q, touched(rows)); err != nil {
			return err
		}
		var before map[Place]Figure
		if plan, before, err = x.judge(ctx, q, rows); err != nil {
			return err
		}
		if !plan.Good() {
			return errBad
		}
		return x.writeFile(ctx, q, actor, u, x.ofFile(actor, plan.Rows, before))
	})
	if errors.Is(err, errBad) {
		return plan, false, nil
	}
	return plan, err == nil, err
}

func (x *Indicators) prepare(ctx context.Context, actor access.Actor, u Upload) ([]Row, error) {
	if !actor.May(access.EnterFigures, access.Other) && !actor.May(access.EnterFigures, access.Below) {
		return nil, fault.New(fault.Missing, "error.missing")
	}
	table, err := readTable(u.Data)
	if err != nil {
		return nil, err
	}
	columns, err := x.headings(table[0].cells)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(table)-1)
	var logins []string
	for _, r := range table[1:] {
		row := x.readRow(columns, r)
		rows, logins = append(rows, row), append(logins, row.Login)
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.Invalid, "figure.import_empty").At("file")
	}
	slices.Sort(logins)
	known, err := x.people.Reached(ctx, actor, access.EnterFigures, slices.Compact(logins))
	x.assign(actor, rows, known)
	return rows, err
}

// touched gives the periods that the rows are of, in the order of claims, each once.
func touched(rows []Row) (out []Place) {
	for _, r := range rows {
		if r.Person != "" && r.Period != "" {
			out = append(out, Place{Person: r.Person, Period: r.Period})
		}
	}
	slices.SortFunc(out, func(a, b Place) int { return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Period, b.Period)) })
	return slices.Compact(out)
}

// judge says what becomes of every cell, by what stands in the database. The rows that it is given stay as they are.
func (x *Indicators) judge(ctx context.Context, q db.Q, rows []Row) (Plan, map[Place]Figure, error) {
	places := touched(rows)
	before, err := latest(ctx, q, places)
	if err != nil {
		return Plan{}, nil, err
	}
	closed, err := frozenBy(ctx, q, places)
	if err != nil {
		return Plan{}, nil, err
	}
	plan, first := Plan{Counts: map[string]int{}}, map[Place]int{}
	for _, r := range rows {
		r.Cells = slices.Clone(r.Cells)
		for i := range r.Cells {
			r.judgeCell(&r.Cells[i], before, closed, first)
		}
		r.Fate = fateOf(r)
		plan.Counts[r.Fate]++
		for _, c := range r.Cells {
			if c.Fate == FateNew || c.Fate == FateChange {
				plan.Writes++
			}
		}
		plan.Rows = append(plan.Rows, r)
	}
	return plan, before, nil
}

func (r *Row) judgeCell(c *Cell, before map[Place]Figure, closed map[Place]string, first map[Place]int) {
	if c.Fate == FateNone || r.Problem != nil {
		return
	}
	at := Place{r.Person, r.Period, c.Indicator}
	if line, twice := first[at]; twice && c.Problem == nil {
		c.Problem = fault.New(fault.Invalid, "figure.import_twice", "line", line)
	}
	if c.Problem != nil {
		c.Fate = FateBad
		return
	}
	first[at] = r.Line
	old := before[at]
	if same(old, Figure{Value: c.Value, Source: Imported}) {
		c.Fate = FateSame
		return
	}
	if by := closed[Place{Person: r.Person, Period: r.Period}]; by != "" {
		c.Problem, c.Fate = fault.Of(frozenFault(r.Period, by)), FateBad
		return
	}
	if c.Fate = FateNew; old.Counts() {
		c.Fate, c.Before = FateChange, &old.Value
	}
}

// fateOf a row is that of its cells: the worst of them, or nothing.
func fateOf(r Row) string {
	has := func(fate string) bool {
		return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Fate == fate })
	}
	if r.Problem != nil {
		return FateBad
	}
	for _, fate := range []string{FateBad, FateChange, FateNew, FateSame} {
		if has(fate) {
			return fate
		}
	}
	return FateNone
}

// ofFile gives the versions that the rows make.
func (x *Indicators) ofFile(actor access.Actor, rows []Row, before map[Place]Figure) (out []Figure) {
	now := x.clock.Now()
	for _, r := range rows {
		for _, c := range r.Cells {
			if c.Fate == FateNew || c.Fate == FateChange {
				at := Place{r.Person, r.Period, c.Indicator}
				out = append(out, Figure{Place: at, Value: c.Value, Source: Imported, By: actor.ID, At: now, Seq: before[at].Seq + 1})
			}
		}
	}
	return out
}

// done is what is kept of a file.
type done struct {
	name, hash, digest string
	figures            int
}

// writeFile keeps the file and its figures. The trail has one entry for all of them, with a digest that the stored figures give
// again: the SHA-256 of a line for each, “person period indicator seq value”, sorted.
func (x *Indicators) writeFile(ctx context.Context, q db.Q, actor access.Actor, u Upload, figures []Figure) error {
	sum := sha256.Sum256(u.Data)
	f := done{name: fileName(u.Name), hash: hex.EncodeToString(sum[:]), digest: Digest(figures), figures: len(figures)}
	id := x.clock.ID()
	if err := insertImport(ctx, q, id, actor.ID, f, x.clock.Now()); err != nil {
		return err
	}
	if err := insert(ctx, q, figures, id, ""); err != nil {
		return err
	}
	return x.trail.Append(ctx, q, audit.Event{Act: "figure.imported", Actor: actor.ID,
		Facts: map[string]any{"import": id, "file": f.hash, "figures": f.figures, "digest": f.digest}})
}

// Digest is what the trail keeps of the figures of a file.
func Digest(figures []Figure) string {
	lines := make([]string, len(figures))
	for i, f := range figures {
		lines[i] = fmt.Sprintf("%s %s %s %d %d\n", f.Person, f.Period, f.Indicator, f.Seq, f.Value)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}

// fileName keeps the name of a file without its folder.
func fileName(name string) string {
	name = strings.ToValidUTF8(name[strings.LastIndexAny(name, `/\`)+1:], "")
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	return cmp.Or(short(name), "file")
}
