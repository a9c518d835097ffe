package db_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
	"tongguan/server/base/fault"
)

var odd = []string{"plain", `"quoted" \ back`, "tab\tand\nline", "王 \u2028 <&>", "{a,b}", "NULL", "", "'; DROP TABLE x --"}

func throttles(odd []string) *db.Rows {
	n := make([]int64, len(odd))
	for i := range n {
		n[i] = int64(i) << 40
	}
	return new(db.Rows).Text("name", odd).Number("n", n)
}

func TestRowsAreATable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for range 2 { // the second time it is prepared
			if err := d.Write(ctx, func(q db.Q) error {
				_, err := q.Exec(ctx, "INSERT INTO throttle (name, failures, since, blocked_till) SELECT r.name, r.n, $1, $2 FROM {rows}", 7, 8, throttles(odd))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			var got []struct {
				Name string `db:"name"`
				N    int64  `db:"failures"`
			}
			err := d.Read().Select(ctx, &got, `SELECT name, failures FROM throttle WHERE since = $1 AND name IN (SELECT r.name FROM {rows})
				ORDER BY failures`, 7, new(db.Rows).Text("name", append([]string{"not there"}, odd...)))
			if err != nil || len(got) != len(odd) {
				t.Fatalf("%v, %v", got, err)
			}
			for i, g := range got {
				if g.Name != odd[i] || g.N != int64(i)<<40 {
					t.Errorf("%q, %d came back for %q", g.Name, g.N, odd[i])
				}
			}
			exec(t, d, "DELETE FROM throttle")
		}
	})
}

func TestChangeIsATransactionOfItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, insert := context.Background(), "INSERT INTO throttle (name, failures, since, blocked_till) SELECT r.name, r.n, 1, 1 FROM {rows} RETURNING name"
		change := func(names ...string) (got []string, err error) {
			err = d.Change(ctx, insert, func(scan func(...any) error) error {
				var name string
				err := scan(&name)
				got = append(got, name)
				return err
			}, throttles(names))
			return got, err
		}
		got, err := change("a", "b")
		if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		if _, err := change("c", "a"); err == nil {
			t.Fatal("a name that is taken was taken again")
		} else if d.Kind() == "postgres" && fault.KindOf(err) == fault.Busy {
			t.Errorf("the database says that it refused, we say that nobody knows: %v", err)
		}
		var n int
		if err := d.Read().Get(ctx, &n, "SELECT count(*) FROM throttle"); err != nil || n != 2 {
			t.Errorf("%d rows, %v", n, err)
		}
		if _, err := change("d", "e"); err != nil { // the connection is as good as before
			t.Error(err)
		}
	})
}

// A commit that PostgreSQL did not wait for is told by a warning alone; here a statement gives the same warning.
func TestAWarningIsNoAcknowledgement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Kind() != "postgres" {
			t.Skip("SQLite has no replicas")
		}
		ctx := context.Background()
		exec(t, d, `CREATE FUNCTION warn() RETURNS TRIGGER LANGUAGE plpgsql AS $$
			BEGIN RAISE WARNING 'canceling wait for synchronous replication' USING ERRCODE = '01000'; RETURN NEW; END $$`)
		exec(t, d, `CREATE CONSTRAINT TRIGGER late AFTER INSERT ON throttle DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION warn()`)
		insert := "INSERT INTO throttle (name, failures, since, blocked_till) VALUES ($1, 1, 1, 1)"
		if err := d.Change(ctx, insert, nil, "x"); err == nil || fault.KindOf(err) != fault.Busy {
			t.Errorf("Change: %v", err)
		}
		if _, err := d.Read().Exec(ctx, insert, "y"); err == nil || fault.KindOf(err) != fault.Busy {
			t.Errorf("Write: %v", err)
		}
		if err := d.Change(ctx, "UPDATE throttle SET failures = 2", nil); err != nil {
			t.Errorf("the next one: %v", err)
		}
	})
}
