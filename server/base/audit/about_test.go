package audit

import (
	"context"
	"testing"

	"tongguan/server/base/db"
	"tongguan/server/base/dbtest"
)

func TestAbout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tr := newTrail(1)
		for i, e := range []Event{{Act: "a", Subject: "p"}, {Act: "b", Subject: "p"}, {Act: "a", Subject: "q"}, {Act: "a", Subject: "p", Actor: "x"}, {Act: "a"}} {
			e.Facts = map[string]any{"n": i}
			add(t, tr, d, e)
		}
		for subject, want := range map[string][]string{"p": {`{"n":0}`, `{"n":3}`}, "q": {`{"n":2}`}, "": {`{"n":4}`}, "r": nil} {
			got, err := tr.About(context.Background(), d.Read(), subject, "a")
			if err != nil || len(got) != len(want) {
				t.Fatal(subject, got, err)
			}
			for i, e := range got {
				if string(e.Facts) != want[i] || e.Subject != subject || e.Act != "a" {
					t.Errorf("%q: %+v", subject, e)
				}
			}
		}
	})
}
