package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongguan/courses/certification"
	"tongguan/courses/programme"
	"tongguan/server/base/access"
	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/team"
)

// crowd is a manager with many people below, in teams under teams, and a quarter as many elsewhere, with standings in every
// programme, certificates, histories and exams in scenes.
type crowd struct {
	*house
	chance *rand.Rand
	now    int64
}

const dayLong = 24 * 3600 * 1000

// sizeOfCrowd is how many people the manager has: TONGGUAN_TEST_TEAM, or few.
func sizeOfCrowd(t *testing.T) int {
	t.Helper()
	text := os.Getenv("TONGGUAN_TEST_TEAM")
	if text == "" {
		return 120
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal("TONGGUAN_TEST_TEAM:", err)
	}
	return n
}

// TestReportsOfACrowd asks for every report, prints how long each took, and on PostgreSQL looks at the tables that grow: none
// was read from its beginning to its end. Small tables are: it is looked at only where they are large.
func TestReportsOfACrowd(t *testing.T) {
	size := sizeOfCrowd(t)
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		if size > 1000 && !db.IsPostgres(dsn) {
			t.Skip("the large size is for PostgreSQL")
		}
		h := furnished(t, dsn, options{content: "../../../content"})
		newCrowd(h, size)
		if err := h.Close(); err != nil { // what it did to the statistics of the database is written down then
			t.Fatal(err)
		}
		before := scans(t, dsn)
		again := empty(t, dsn, options{content: "../../../content"})
		again.names = h.names
		measured(again)
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		after := scans(t, dsn)
		for _, table := range []string{"standing", "standing_span", "certificate", "transition", "play", "evidence"} {
			if n := after[table] - before[table]; n > 0 && size >= 5000 {
				t.Errorf("%s was read whole %d times", table, n)
			}
		}
		t.Logf("read whole: person %d, standing_sum %d, skill %d, team %d", after["person"]-before["person"], after["standing_sum"]-before["standing_sum"],
			after["skill"]-before["skill"], after["team"]-before["team"])
	})
}

// scans counts how often each table was read from its beginning to its end; nothing where the database does not say.
func scans(t *testing.T, dsn string) map[string]int {
	t.Helper()
	out := map[string]int{}
	if !db.IsPostgres(dsn) {
		return out
	}
	x, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close() //nolint:errcheck // only read
	if _, err := x.Exec("VACUUM ANALYZE"); err != nil {
		t.Fatal(err)
	}
	rows, err := x.Query("SELECT relname, seq_scan FROM pg_stat_user_tables")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read whole
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// measured asks for each report several times and prints the median and the 95th percentile.
func measured(h *house) {
	h.Helper()
	big := h.as("big")
	for _, page := range []string{"certificates", "certificates?sort=state", "certificates?sort=-end&page=3", "certificates?sort=end&programme=onboarding&state=certified",
		"certificates?q=p12&state=late", "certificates?team=" + h.names["branch"], "certificates?programme=negotiation-3&state=none&page=2", "risk", "risk?page=20",
		"risk?programme=onboarding", "coverage", "coverage?sort=share", "skills", "skills?sort=negotiate&page=2", "trend", "trend?programme=onboarding"} {
		var took []time.Duration
		for range 20 {
			begun := time.Now()
			big.get("/team/"+page).want(h.T, http.StatusOK)
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		h.Logf("%-60s p50 %3d ms  p95 %3d ms", page, took[len(took)/2].Milliseconds(), took[len(took)*95/100].Milliseconds())
	}
	for _, file := range []string{"certificates.csv", "risk.xlsx"} {
		begun := time.Now()
		a := big.get("/team/"+file).want(h.T, http.StatusOK)
		h.Logf("%-60s %d ms, %d KB", file, time.Since(begun).Milliseconds(), len(a.body)>>10)
	}
}

func newCrowd(h *house, size int) {
	h.Helper()
	ctx := context.Background()
	c := &crowd{h, rand.New(rand.NewPCG(1, 2)), h.Clock.Now()}
	h.addPerson("big", "", access.Manager)
	root := h.addTeam(team.Details{Name: "大区", Managers: []string{h.names["big"]}})
	teams := []string{}
	for i := range max(2, size/1000) {
		branch := h.addTeam(team.Details{Name: fmt.Sprintf("分公司%d", i+1), Parent: root})
		h.names["branch"] = branch
		for j := range 10 {
			teams = append(teams, h.addTeam(team.Details{Name: fmt.Sprintf("%d-%d组", i+1, j+1), Parent: branch}))
		}
	}
	c.must(c.DB.Write(ctx, func(q db.Q) error { return c.versions(ctx, q) }))
	for done := 0; done < size+size/4; done += 500 {
		c.must(c.DB.Write(ctx, func(q db.Q) error { return c.fill(ctx, q, done, min(500, size+size/4-done), size, teams) }))
	}
	for _, fold := range []func(context.Context) (int, error){h.Reports.Fold, h.Plays.FoldSkills} {
		n, err := fold(ctx)
		c.must(err)
		if n == 0 {
			h.Fatal("nothing to fold")
		}
	}
}

func (c *crowd) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *crowd) versions(ctx context.Context, q db.Q) error {
	for _, p := range c.Programmes.Current().All() {
		if _, err := q.Exec(ctx, "INSERT INTO programme_version (hash, programme, text, first_seen) VALUES ($1, $2, $3, 1)", p.Hash(), p.ID, p.Text()); err != nil {
			return err
		}
	}
	_, err := q.Exec(ctx, "INSERT INTO script (hash, id, text, first_seen) VALUES ('s', 's', '{}', 1)")
	return err
}

// table collects columns of rows that are written at once.
type table struct {
	texts   map[string][]string
	numbers map[string][]int64
}

func (t *table) text(name, value string)         { t.texts[name] = append(t.texts[name], value) }
func (t *table) number(name string, value int64) { t.numbers[name] = append(t.numbers[name], value) }

func newTable() *table { return &table{map[string][]string{}, map[string][]int64{}} }

// write inserts the rows: texts and numbers are columns; what may be empty is NULL there.
func (t *table) write(ctx context.Context, q db.Q, into, more, values string) error {
	rows, columns, selected := new(db.Rows), []string{}, []string{}
	for _, name := range sortedKeys(t.texts) {
		rows.Text(name, t.texts[name])
		columns, selected = append(columns, name), append(selected, "NULLIF(r."+name+", '-')")
	}
	for _, name := range sortedKeys(t.numbers) {
		rows.Number(name, t.numbers[name])
		columns, selected = append(columns, name), append(selected, "NULLIF(r."+name+", -1)")
	}
	if len(columns) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, "INSERT INTO "+into+" ("+strings.Join(columns, ", ")+more+") SELECT "+strings.Join(selected, ", ")+values+" FROM {rows}", rows)
	return err
}

func sortedKeys[V any](m map[string]V) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// fill makes some people: those below the manager first, then those elsewhere.
func (c *crowd) fill(ctx context.Context, q db.Q, from, n, below int, teams []string) error {
	persons, standings, papers, history, plays, sums := newTable(), newTable(), newTable(), newTable(), newTable(), newTable()
	for i := from; i < from+n; i++ {
		id := c.Clock.ID()
		persons.text("id", id)
		persons.text("login", fmt.Sprintf("p%d", i))
		persons.text("name", fmt.Sprintf("员工%d", i))
		persons.text("team_id", teams[i%len(teams)])
		if i >= below {
			persons.texts["team_id"][i-from] = c.names["elsewhere"]
		}
		persons.text("state", "active")
		persons.text("sort_key", fmt.Sprintf("%08x", c.chance.Uint32()))
		persons.text("search_key", fmt.Sprintf("员工%d p%d", i, i))
		persons.number("created_at", 1)
		sums.text("person_id", id)
		for _, p := range c.Programmes.Current().All() {
			c.stand(p, id, standings, papers, history)
		}
		if i%3 == 0 {
			c.plays(id, plays)
		}
	}
	return firstError(persons.write(ctx, q, "person", "", ""), papers.write(ctx, q, "certificate", ", basis, basis_hash, shows", ", '{}', '', ''"),
		standings.write(ctx, q, "standing", ", enrolled", ", TRUE"), history.write(ctx, q, "transition", "", ""),
		plays.write(ctx, q, "play", ", passed", ", TRUE"), sums.write(ctx, q, "standing_sum", ", stale", ", TRUE"))
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

var lives = []certification.State{certification.NotStarted, certification.InProgress, certification.InProgress, certification.Eligible, certification.Certified, certification.Certified,
	certification.Certified, certification.Certified, certification.Expiring, certification.Grace, certification.Expired, certification.Suspended, certification.Revoked}

// stand puts somebody somewhere in a programme, or not into it.
func (c *crowd) stand(p *programme.Programme, id string, standings, papers, history *table) {
	if c.chance.IntN(7) == 0 {
		return
	}
	state, ago := lives[c.chance.IntN(len(lives))], int64(c.chance.IntN(500))*dayLong
	number, expires, due := "-", int64(-1), "-"
	if state.Has() {
		number, expires = fmt.Sprintf("TG-%016X", c.chance.Uint64()), c.now+int64(c.chance.IntN(400)+1)*dayLong
		if state == certification.Grace || state == certification.Expired {
			expires = c.now - dayLong
		}
		papers.text("number", number)
		papers.text("person_id", id)
		papers.text("programme", p.ID)
		papers.text("version", p.Hash())
		papers.number("serial", int64(c.chance.Uint64()>>2))
		papers.number("issued_at", c.now-ago)
		papers.number("expires_at", expires)
	}
	if state == certification.InProgress {
		due = time.UnixMilli(c.now).AddDate(0, 0, c.chance.IntN(60)-10).Format(time.DateOnly)
	}
	standings.text("person_id", id)
	standings.text("programme", p.ID)
	standings.text("state", string(state))
	standings.text("cause", "rules")
	standings.text("certificate", number)
	standings.text("next_due", due)
	standings.number("since", c.now-ago)
	standings.number("done", int64(c.chance.IntN(5)))
	standings.number("steps", int64(len(p.Steps)))
	standings.number("window_at", expires)
	standings.number("expires_at", expires)
	standings.number("grace_at", max(expires, c.now)+30*dayLong)
	standings.number("seq", 3)
	for i, after := range []certification.State{certification.NotStarted, certification.InProgress, state} {
		history.text("person_id", id)
		history.text("programme", p.ID)
		history.text("before", "")
		history.text("after", string(after))
		history.text("cause", "rules")
		history.text("note", "")
		history.number("seq", int64(i+1))
		history.number("at", c.now-ago-int64(2-i)*dayLong)
		history.number("recorded_at", c.now-ago)
	}
}

// plays makes two exams in scenes.
func (c *crowd) plays(id string, plays *table) {
	for _, scene := range []string{"a", "b"} {
		plays.text("id", c.Clock.ID())
		plays.text("person_id", id)
		plays.text("script_hash", "s")
		plays.text("script_id", scene)
		plays.text("mode", "exam")
		plays.text("seed", "1")
		plays.text("state", "closed")
		plays.text("profile", fmt.Sprintf(`{"2.1.3":[%d,1000],"2.2.1":[%d,900],"2.3.2":[%d,500],"2.4.2":[%d,2000],"2.5.1":[%d,700],"2.6.4":[%d,600]}`, c.chance.IntN(1000), c.chance.IntN(900),
			c.chance.IntN(500), c.chance.IntN(2000), c.chance.IntN(700), c.chance.IntN(600)))
		plays.text("final_hash", "h")
		plays.number("rules", 1)
		plays.number("engine", 1)
		plays.number("started_at", c.now-dayLong)
		plays.number("closed_at", c.now)
		plays.number("score", 7000)
	}
}
