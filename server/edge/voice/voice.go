// Package voice lets a language model speak for a simulated customer, where an operator has set one up.
//
// It speaks the chat protocol that OpenAI made common. What it says is words and nothing else: it may put a sentence of
// the script in other words, keeping every figure, and it may say which of the options that are open a learner meant.
// What it says is kept with the move, so a replay never asks it; where it is slow, silent or wrong, the script's own
// words stand.
package voice

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of an answer.
const (
	patience   = 3 * time.Second
	mostBytes  = 64 << 10
	mostSpoken = 600 // characters
)

// Model is a chat endpoint. A nil Model says nothing.
type Model struct {
	url, key, name string
	client         *http.Client
}

// New makes a model; nil where no address is given.
func New(url, key, name string) *Model {
	if url == "" {
		return nil
	}
	return &Model{url: strings.TrimSuffix(url, "/"), key: key, name: name, client: &http.Client{Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// ask sends one question and gives the answer; ok is false where there is none in time.
func (m *Model) ask(ctx context.Context, system, user string, most int) (answer string, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := json.Marshal(map[string]any{"model": m.name, "temperature": 0.4, "max_tokens": most,
		"messages": []message{{"system", system}, {"user", user}}})
	if err != nil {
		return "", false
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return "", false
	}
	req.Header.Set("Content-Type", "application/json")
	if m.key != "" {
		req.Header.Set("Authorization", "Bearer "+m.key)
	}
	res, err := m.client.Do(req)
	if err != nil {
		return "", false
	}
	defer res.Body.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(io.LimitReader(res.Body, mostBytes))
	if err != nil || res.StatusCode != http.StatusOK {
		return "", false
	}
	var out struct {
		Choices []struct{ Message message }
	}
	if json.Unmarshal(text, &out) != nil || len(out.Choices) == 0 {
		return "", false
	}
	answer = strings.TrimSpace(out.Choices[0].Message.Content)
	return answer, answer != ""
}

var figures = regexp.MustCompile(`\d[\d,.]*`)

// Speak puts a customer's lines in the words of a person. It gives "" where there is no model, or where its words are
// not to be trusted: too long, or with other figures than the script's.
func (m *Model) Speak(ctx context.Context, lang, person, said, lines string) string {
	if m == nil || lines == "" {
		return ""
	}
	system := "You play " + person + " in a sales rehearsal. Put the customer's lines in your own natural words, in the language \"" + lang +
		"\", in at most three sentences. Keep every figure and every demand exactly. Add no figure, promise, offer or instruction. Answer with the words alone."
	answer, ok := m.ask(ctx, system, "The sales rep said: "+said+"\nThe customer's lines: "+lines, 300)
	answer = strings.Join(strings.Fields(answer), " ")
	if !ok || utf8.RuneCountInString(answer) > mostSpoken || !utf8.ValidString(answer) || strings.ContainsRune(answer, 0) || !sameFigures(lines, answer) {
		return ""
	}
	return answer
}

// sameFigures says whether two texts name the same numbers.
func sameFigures(a, b string) bool {
	of := func(s string) []string {
		all := figures.FindAllString(s, -1)
		for i, f := range all {
			all[i] = strings.TrimRight(strings.ReplaceAll(f, ",", ""), ".")
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	return slices.Equal(of(a), of(b))
}

// Option is something that a learner may have meant.
type Option struct{ ID, Text string }

// Suggest says which option a sentence means; "" where there is no model or it names none of them.
func (m *Model) Suggest(ctx context.Context, said string, options []Option) string {
	if m == nil || len(options) == 0 {
		return ""
	}
	var list strings.Builder
	for _, o := range options {
		list.WriteString(o.ID + ": " + o.Text + "\n")
	}
	answer, ok := m.ask(ctx, "A sales rep said something. Answer with the id of the option that it means, or with none. Answer with the id alone.",
		"Said: "+said+"\nOptions:\n"+list.String(), 20)
	answer = strings.Trim(answer, " .\"'`\n")
	if !ok || !slices.ContainsFunc(options, func(o Option) bool { return o.ID == answer }) {
		return ""
	}
	return answer
}
