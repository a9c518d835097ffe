package db_test

import (
	"context"
	"testing"
	"time"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

// The database runs on this machine, so both clocks are one; then it is given a clock that is an hour ahead.
func TestSkew(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		ctx, d := context.Background(), open(t, dsn)
		if ahead, err := d.Skew(ctx); err != nil || ahead.Round(time.Minute) != 0 {
			t.Fatalf("%v, %v", ahead, err)
		}
		if d.Kind() == "sqlite" {
			return
		}
		exec(t, d, `CREATE SCHEMA late`)
		exec(t, d, `CREATE FUNCTION late.clock_timestamp() RETURNS TIMESTAMPTZ LANGUAGE sql AS
			$$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$`)
		exec(t, d, `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET search_path = late, pg_catalog, public'; END $$`)
		other := open(t, dsn)
		if ahead, err := other.Skew(ctx); err != nil || ahead.Round(time.Minute) != time.Hour {
			t.Errorf("%v, %v", ahead, err)
		}
	})
}

func open(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(dsn, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}
