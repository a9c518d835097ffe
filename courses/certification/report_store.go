package certification

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"tongguan/server/base/db"
	"tongguan/server/base/people"
)

// selection is whom a report is about: conditions on a person p and their sums k, and the values that they name.
type selection struct {
	where []string
	args  []any
	reach people.Reach
}

// selected begins with everybody in a reach whose account is not suspended.
func selected(reach people.Reach) *selection {
	s := &selection{where: []string{"p.state <> 'suspended'"}, reach: reach}
	if !reach.All {
		// Listed and not joined as {rows}: PostgreSQL would take those for few, and look ten thousand people up one by one.
		s.in("p.team_id", reach.Teams)
	}
	return s
}

// and adds a condition; each ? in it is the next of the values.
func (s *selection) and(condition string, values ...any) {
	for _, v := range values {
		s.args = append(s.args, v)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(s.args)), 1)
	}
	s.where = append(s.where, condition)
}

// mostWords bounds a search, as nobody types more.
const mostWords = 10

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func (s *selection) text(text string) {
	words := strings.Fields(people.FoldLogin(text))
	for _, w := range words[:min(len(words), mostWords)] {
		s.and("p.search_key LIKE ? ESCAPE '!'", "%"+likeEscaper.Replace(w)+"%")
	}
}

// in keeps those of whom a column is one of some values.
func (s *selection) in(column string, all []string) {
	marks := make([]string, len(all))
	for i, value := range all {
		s.args = append(s.args, value)
		marks[i] = "$" + strconv.Itoa(len(s.args))
	}
	s.where = append(s.where, column+" IN ("+strings.Join(marks, ", ")+")")
}

// standing keeps those who stand so, in a programme or in any.
func (s *selection) standing(programme string, state State, today string) {
	in := "%"
	if programme != "" {
		in = "% " + likeEscaper.Replace(programme) + "="
	}
	switch {
	case state == Outside && programme != "":
		s.and("COALESCE(k.states, ' ') NOT LIKE ? ESCAPE '!'", in+"%")
	case state == Outside:
		s.and("COALESCE(k.states, ' ') = ' '")
	case state == Late:
		s.and("k.due < ?", today)
		if programme != "" {
			s.and("k.states LIKE ? ESCAPE '!'", in+"%")
		}
	case state != "" && programme == "":
		s.and("k.states LIKE ? ESCAPE '!'", "%="+likeEscaper.Replace(string(state))+" %")
	case state != "":
		s.and("k.states LIKE ? ESCAPE '!'", in+likeEscaper.Replace(string(state))+" %")
	case programme != "":
		s.and("k.states LIKE ? ESCAPE '!'", in+"%")
	}
}

// of writes a query over the selection; more are the values of what stands after the conditions, from next on.
func (s *selection) of(columns, after string, more ...any) (string, []any) {
	from := " FROM person p LEFT JOIN standing_sum k ON k.person_id = p.id"
	args := append(append([]any{}, s.args...), more...)
	return "SELECT " + columns + from + " WHERE " + strings.Join(s.where, " AND ") + " " + after, args
}

// next is the placeholder of the n-th value after those of the conditions.
func (s *selection) next(n int) string { return "$" + strconv.Itoa(len(s.args)+n) }

const byName = "p.sort_key, p.id"

// orders are the ways to order people; by name where none is named.
var orders = map[string]string{
	"":       byName,
	"name":   byName,
	"-name":  "p.sort_key DESC, p.id DESC",
	"state":  "COALESCE(k.worst, 99), " + byName,
	"-state": "COALESCE(k.worst, 99) DESC, " + byName,
	"end":    "k.next_end NULLS LAST, " + byName,
	"-end":   "k.next_end DESC NULLS LAST, " + byName,
}

func countPeople(ctx context.Context, q db.Q, s *selection) (n int, err error) {
	query, args := s.of("COUNT(*)", "")
	err = q.Get(ctx, &n, query, args...)
	return n, err
}

func pagePeople(ctx context.Context, q db.Q, s *selection, order string, ask Question) (out []Line, err error) {
	if order == "" {
		order = byName
	}
	query, args := s.of("p.id, p.name, COALESCE(p.team_id, '') AS team_id", "ORDER BY "+order+" LIMIT "+s.next(1)+" OFFSET "+s.next(2), ask.Limit, ask.From)
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

// group is how many people share a text, in a team where it is by teams.
type group struct {
	Text   string `db:"text"`
	Team   string `db:"team_id"`
	People int    `db:"people"`
}

func groupStates(ctx context.Context, q db.Q, s *selection) (out []group, err error) {
	query, args := s.of("COALESCE(k.states, ' ') AS text, '' AS team_id, COUNT(*) AS people", "GROUP BY COALESCE(k.states, ' ')")
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

func groupHolds(ctx context.Context, q db.Q, s *selection) (out []group, err error) {
	query, args := s.of("COALESCE(k.holds, '') AS text, '' AS team_id, COUNT(*) AS people", "GROUP BY COALESCE(k.holds, '')")
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

// groupTeams counts the people in each team.
func groupTeams(ctx context.Context, q db.Q, s *selection) (out []group, err error) {
	query, args := s.of("COALESCE(p.team_id, '') AS team_id, '' AS text, COUNT(*) AS people", "GROUP BY COALESCE(p.team_id, '')")
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

// groupMoments counts in each team the people whose certificate held at each of some moments: figures separated by spaces.
func groupMoments(ctx context.Context, q db.Q, s *selection, programme string, moments []int64) (out []group, err error) {
	values := []any{programme}
	var counts []string
	for i, at := range moments {
		values = append(values, at)
		n := s.next(i + 2)
		counts = append(counts, "CAST(COUNT(*) FILTER (WHERE h.from_at <= "+n+" AND (h.until_at IS NULL OR h.until_at > "+n+")) AS TEXT)")
	}
	query, args := s.of("COALESCE(p.team_id, '') AS team_id, COUNT(*) AS people, "+strings.Join(counts, " || ' ' || ")+" AS text",
		"AND h.programme = "+s.next(1)+" GROUP BY COALESCE(p.team_id, '')", values...)
	query = strings.Replace(query, "LEFT JOIN standing_sum k ON k.person_id = p.id", "JOIN standing_span h ON h.person_id = p.id", 1)
	err = q.Select(ctx, &out, query, args...)
	return out, err
}

func countStale(ctx context.Context, q db.Q) (n int, err error) {
	err = q.Get(ctx, &n, "SELECT COUNT(*) FROM standing_sum WHERE stale")
	return n, err
}

// statesIn reads the states of a sum, by programme.
func statesIn(text string) iter.Seq2[string, State] {
	return func(yield func(string, State) bool) {
		for word := range strings.FieldsSeq(text) {
			programme, state, _ := strings.Cut(word, "=")
			if !yield(programme, State(state)) {
				return
			}
		}
	}
}

// markSums notes that these people's standings have changed, in the transaction that changed them.
func markSums(ctx context.Context, q db.Q, persons []string) error {
	_, err := q.Exec(ctx, `INSERT INTO standing_sum (person_id, stale) SELECT DISTINCT r.person, TRUE FROM {rows} WHERE TRUE ORDER BY 1
		ON CONFLICT (person_id) DO UPDATE SET stale = TRUE WHERE NOT standing_sum.stale`, new(db.Rows).Text("person", persons))
	return err
}

// claimStale takes some of the people whose sums have to be made again.
func claimStale(ctx context.Context, q db.Q, most int) (persons []string, err error) {
	err = q.Select(ctx, &persons, `UPDATE standing_sum SET stale = FALSE WHERE stale AND person_id IN
		(SELECT person_id FROM standing_sum WHERE stale ORDER BY person_id LIMIT $1) RETURNING person_id`, most)
	return persons, err
}

func versionsOf(ctx context.Context, q db.Q, persons []string) (map[string]string, error) {
	var rows []struct {
		Number  string `db:"number"`
		Version string `db:"version"`
	}
	err := q.Select(ctx, &rows, `SELECT c.number, c.version FROM {rows} JOIN standing s ON s.person_id = r.person JOIN certificate c ON c.number = s.certificate`,
		new(db.Rows).Text("person", persons))
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.Number] = r.Version
	}
	return out, err
}

// passed is one transition as the history of a certificate's validity needs it.
type passedTo struct {
	Person    string `db:"person_id"`
	Programme string `db:"programme"`
	After     State  `db:"after"`
	At        int64  `db:"at"`
}

func passedBy(ctx context.Context, q db.Q, persons []string) (out []passedTo, err error) {
	err = q.Select(ctx, &out, `SELECT t.person_id, t.programme, t.after, t.at FROM {rows} JOIN transition t ON t.person_id = r.person
		ORDER BY t.person_id, t.programme, t.seq`, new(db.Rows).Text("person", persons))
	return out, err
}

// putSums writes the sums of people who have a row, and their spans in place of the old ones.
func putSums(ctx context.Context, q db.Q, sums []sum, spans []span) error {
	rows, held := sumRows(sums), spanRows(spans)
	if _, err := q.Exec(ctx, `UPDATE standing_sum SET worst = r.worst, trouble = NULLIF(r.trouble, 0), next_end = NULLIF(r.next_end, 0), ends = NULLIF(r.ends, 0),
		due = NULLIF(r.due, ''), states = r.states, holds = r.holds FROM {rows} WHERE standing_sum.person_id = r.person`, rows); err != nil {
		return err
	}
	persons := make([]string, len(sums))
	for i, s := range sums {
		persons[i] = s.person
	}
	if _, err := q.Exec(ctx, "DELETE FROM standing_span WHERE person_id IN (SELECT r.person FROM {rows})", new(db.Rows).Text("person", persons)); err != nil {
		return err
	}
	_, err := q.Exec(ctx, `INSERT INTO standing_span (person_id, programme, from_at, until_at)
		SELECT r.person, r.programme, r.from_at, NULLIF(r.until_at, 0) FROM {rows}`, held)
	return err
}

func sumRows(sums []sum) *db.Rows {
	var persons, dues, states, holds []string
	var worst, trouble, next, ends []int64
	for _, s := range sums {
		persons, dues, states, holds = append(persons, s.person), append(dues, s.due), append(states, s.states), append(holds, s.holds)
		worst, trouble, next, ends = append(worst, s.worst), append(trouble, s.trouble), append(next, s.next), append(ends, s.ends)
	}
	return new(db.Rows).Text("person", persons).Text("due", dues).Text("states", states).Text("holds", holds).
		Number("worst", worst).Number("trouble", trouble).Number("next_end", next).Number("ends", ends)
}

func spanRows(spans []span) *db.Rows {
	persons, programmes, from, until := []string{}, []string{}, []int64{}, []int64{}
	for _, s := range spans {
		persons, programmes, from, until = append(persons, s.person), append(programmes, s.programme), append(from, s.from), append(until, s.until)
	}
	return new(db.Rows).Text("person", persons).Text("programme", programmes).Number("from_at", from).Number("until_at", until)
}

func versionHashes(ctx context.Context, q db.Q) (out []string, err error) {
	err = q.Select(ctx, &out, "SELECT hash FROM programme_version")
	return out, err
}
