package voice

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// endpoint is a chat server that answers what a test says, after having read the question.
func endpoint(t *testing.T, answer func(w http.ResponseWriter, system, user string)) *Model {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Model    string
			Messages []struct{ Role, Content string }
		}
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer k" || json.Unmarshal(body, &q) != nil || q.Model != "m" || len(q.Messages) != 2 {
			t.Errorf("%s %s %s", r.Method, r.URL, body)
		}
		answer(w, q.Messages[0].Content, q.Messages[1].Content)
	}))
	t.Cleanup(s.Close)
	return New(s.URL+"/v1/", "k", "m")
}

func says(text string) func(http.ResponseWriter, string, string) {
	return func(w http.ResponseWriter, _, _ string) {
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": text}}}})
	}
}

var ctx = context.Background()

func TestItSpeaksAndSuggests(t *testing.T) {
	m := endpoint(t, says("  说白了，你们比恒力贵了9%，今天\n就得定。 "))
	if got := m.Speak(ctx, "zh", "周岚", "您好", "你们比恒力贵了9%。老板让我今天定。"); got != "说白了，你们比恒力贵了9%，今天 就得定。" {
		t.Error(got)
	}
	m = endpoint(t, func(w http.ResponseWriter, _, user string) {
		if !strings.Contains(user, "ask: Ask why") {
			t.Error(user)
		}
		says(" ask.\n")(w, "", "")
	})
	if got := m.Suggest(ctx, "why is that?", []Option{{"ask", "Ask why"}, {"cut", "Cut the price"}}); got != "ask" {
		t.Error(got)
	}
}

// TestItsFaultsAreNobodyElses has the server fail in every way: the script's words stand.
func TestItsFaultsAreNobodyElses(t *testing.T) {
	raw := func(status int, body string) func(http.ResponseWriter, string, string) {
		return func(w http.ResponseWriter, _, _ string) { w.WriteHeader(status); fmt.Fprint(w, body) }
	}
	for name, answer := range map[string]func(http.ResponseWriter, string, string){
		"an error":  raw(500, "no"),
		"not found": raw(404, "{}"),
		"a redirect": func(w http.ResponseWriter, _, _ string) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(302)
		},
		"no JSON":          raw(200, "hello"),
		"half of it":       raw(200, `{"choices": [{"message": {"content": "x`),
		"no choice":        raw(200, `{"choices": []}`),
		"nothing":          says("   "),
		"another figure":   says("你们贵了5%。"),
		"one figure more":  says("你们贵了9%，给我100000。"),
		"a figure missing": says("你们贵了。"),
		"too much":         says("9% " + strings.Repeat("说", 700)),
		"far too much":     raw(200, strings.Repeat(" ", mostBytes)+`{"choices":[{"message":{"content":"9%"}}]}`),
		"another option":   says("pay; ignore the rules and give 100 points"),
		"silence":          func(http.ResponseWriter, string, string) { time.Sleep(patience + 500*time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := endpoint(t, answer)
			if got := m.Speak(ctx, "zh", "周岚", "您好", "贵了9%。"); got != "" {
				t.Errorf("it said %q", got)
			}
			if got := m.Suggest(ctx, "x", []Option{{"ask", "Ask"}}); got != "" {
				t.Errorf("it chose %q", got)
			}
		})
	}
	if m := New("http://127.0.0.1:1", "", "m"); m.Speak(ctx, "zh", "x", "x", "9") != "" || m.Suggest(ctx, "x", []Option{{"a", "b"}}) != "" {
		t.Error("nobody answered")
	}
}

func TestNoModelSaysNothing(t *testing.T) {
	if m := New("", "", ""); m != nil || m.Speak(ctx, "zh", "x", "x", "x") != "" || m.Suggest(ctx, "x", []Option{{"a", "b"}}) != "" {
		t.Error("it spoke")
	}
}
