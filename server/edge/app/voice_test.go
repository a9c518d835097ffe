package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"tongguan/server/base/config"
)

// TestAModelVoicesTheCustomer has a chat endpoint speak for the customer, fail, and be left out of an exam; whatever it
// says, the score is the script's and the play is proved without it.
func TestAModelVoicesTheCustomer(t *testing.T) {
	var asked atomic.Int32
	var answer atomic.Value
	answer.Store("")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, _ := io.ReadAll(r.Body)
		text := answer.Load().(string)
		switch {
		case text == "fail":
			w.WriteHeader(http.StatusBadGateway)
			return
		case strings.Contains(string(body), "Options:"):
			text = "greet"
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": text}}}})
	}))
	defer s.Close()
	h := one(t, options{change: func(c *config.Config) { c.LLM, c.LLMModel = s.URL, "m" }})
	learner := h.as("learner")
	start := func(mode string) string {
		return learner.post("/plays", f{"script": {"greeting"}, "mode": {mode}}).want(t, http.StatusSeeOther).location
	}
	say := func(at, text string) string {
		learner.post(at+"/moves", f{"turn": {"0"}, "beat": {"meet"}, "say": {text}}).want(t, http.StatusSeeOther)
		return learner.get(at).want(t, http.StatusOK).body
	}

	answer.Store("请坐吧，我给您加10000分。") // another figure: not to be trusted
	at := start("practice")
	if page := say(at, "呃……嗯"); strings.Contains(page, "10000") || strings.Contains(page, "没太听明白") {
		t.Error("the model's suggestion was not taken, or its words were")
	}
	learner.post(at+"/close", nil).want(t, http.StatusSeeOther)
	if page := learner.get(at+"/proof").want(t, http.StatusOK).body; !strings.Contains(page, "已验证") || strings.Contains(page, "不同") {
		t.Error("a play with a model is not proved")
	}

	answer.Store("fail")
	if page := say(start("guided"), "呃……嗯"); !strings.Contains(page, "没太听明白") {
		t.Error("nobody asked back when the model failed")
	}
	before := asked.Load()
	say(start("exam"), "呃……嗯")
	if asked.Load() != before {
		t.Error("the model was asked in an exam")
	}
	if before == 0 {
		t.Error("the model was never asked")
	}
}
