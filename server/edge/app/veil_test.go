package app_test

import (
	"net/http"
	"strings"
	"testing"

	"tongguan/server/edge/site"
)

// TestMarkersDoNotSeeWhoseAnswerItIs looks for the id of an attempt, which tells when it began, in all that a marker gets.
func TestMarkersDoNotSeeWhoseAnswerItIs(t *testing.T) {
	h := one(t, options{}).stock()
	b, sheet := h.as("author"), "/desk/marking/"+site.Veil(h.Secret, h.names["essays"])+"/essay"
	queue := b.get("/desk/marking").want(t, http.StatusOK)
	if !strings.Contains(queue.body, sheet) {
		t.Error("the queue does not lead to the answer")
	}
	page := b.get(sheet).want(t, http.StatusOK)
	for _, a := range []answer{queue, page} {
		for _, name := range []string{"essays", "outsider"} {
			if strings.Contains(a.body, h.names[name]) {
				t.Errorf("%s tells of %s", a.what, name)
			}
		}
	}
	for _, forged := range []string{h.names["essays"], "x", site.Veil([]byte("another secret"), h.names["essays"]), site.Veil(h.Secret, h.names["missing"]),
		site.Veil(h.Secret, h.names["essays"]) + "A"} {
		b.get("/desk/marking/"+forged+"/essay").want(t, http.StatusNotFound)
	}
}
