package bench

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	stepWorlds = "worlds"
	stepBegin  = "begin rehearsal"
	stepTurn   = "turn"
	stepScene  = "scene"
	stepMove   = "move"
)

var (
	turnField = regexp.MustCompile(`name="turn" value="(\d+)"`)
	beatField = regexp.MustCompile(`name="beat" value="(\w+)"`)
	pickField = regexp.MustCompile(`name="pick" value="(\w+)"`)
	factField = regexp.MustCompile(`type="number"[^>]*name="(\w+)"|name="(\w+)"[^>]*type="number"`)
	actField  = regexp.MustCompile(`name="act" value="(\w+)"[^>]*>\s*<input type="hidden" name="arg" value="(\d+)"`)
)

// thinks is how long a person thinks between two turns, on average.
const thinks = 3 * time.Second

// Rehearsals lets as many people as there are learners rehearse at the same time, each at a person's pace: a turn
// about every three seconds, then a look at what came of it. Every other one plays scenes, the rest a territory.
func Rehearsals(ctx context.Context, o Options) (Run, error) {
	learners, err := signIn(o)
	if err != nil {
		return Run{}, err
	}
	end := time.Now().Add(o.Views)
	return measure("rehearsals", o.Concurrency, func(i int, t timings) (int, error) {
		pause(ctx, thinks*time.Duration(i)/time.Duration(o.Concurrency)) // they do not all begin at once
		if i%2 == 1 {
			return 0, learners[i].act(ctx, t, i, end)
		}
		return 0, learners[i].rehearse(ctx, t, i, end)
	})
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func (l *learner) rehearse(ctx context.Context, t timings, i int, end time.Time) error {
	if _, err := l.get(t, stepWorlds, "/practice"); err != nil {
		return err
	}
	if err := l.post(t, stepBegin, "/practice", url.Values{"world": {"month"}}); err != nil {
		return err
	}
	at := l.last
	for n := i; time.Now().Before(end) && ctx.Err() == nil; n++ {
		account := n / 9 % 8
		page, err := l.get(t, stepScene, fmt.Sprintf("%s?a=%d", at, account+1))
		if err != nil {
			return err
		}
		turn, acts := turnField.FindStringSubmatch(page), actField.FindAllStringSubmatch(page, -1)
		if turn == nil || len(acts) == 0 {
			return nil // its time is up
		}
		act := acts[n*7%len(acts)]
		if act[1] == "drop" {
			act = acts[0]
		}
		form := url.Values{"turn": {turn[1]}, "account": {strconv.Itoa(account)}, "act": {act[1]}, "arg": {act[2]}}
		if err := l.post(t, stepTurn, at+"/turns", form); err != nil {
			return err
		}
		pause(ctx, thinks/2+thinks*time.Duration(n%7)/6)
	}
	return nil
}

// act plays one scene after the other, picking what comes.
func (l *learner) act(ctx context.Context, t timings, i int, end time.Time) error {
	at := ""
	for n := i; time.Now().Before(end) && ctx.Err() == nil; n++ {
		if at == "" {
			if _, err := l.get(t, stepWorlds, "/practice"); err != nil {
				return err
			}
			if err := l.post(t, stepBegin, "/plays", url.Values{"script": {"price_pressure"}, "mode": {"practice"}}); err != nil {
				return err
			}
			at = l.last
		}
		page, err := l.get(t, stepScene, at)
		if err != nil && strings.Contains(err.Error(), "status 303") { // it has ended; a person would now read the debrief
			at = ""
			continue
		}
		if err != nil {
			return err
		}
		turn, beat := turnField.FindStringSubmatch(page), beatField.FindStringSubmatch(page)
		if turn == nil || beat == nil {
			return fmt.Errorf("bench: a scene without a form: %.200s", page)
		}
		form := url.Values{"turn": {turn[1]}, "beat": {beat[1]}}
		if picks := pickField.FindAllStringSubmatch(page, -1); len(picks) > 0 {
			form.Set("pick", picks[n*7%len(picks)][1])
		}
		if !form.Has("pick") && strings.Contains(page, `name="offer"`) {
			form.Set("offer", "1")
			for k, term := range []string{"discount", "payment", "delivery", "warranty"} {
				form.Set(term, strconv.Itoa((n+k)%2))
			}
		}
		for _, f := range factField.FindAllStringSubmatch(page, -1) {
			form.Set(f[1]+f[2], strconv.Itoa(n%9))
		}
		if err := l.post(t, stepMove, at+"/moves", form); err != nil {
			return err
		}
		pause(ctx, thinks/2+thinks*time.Duration(n%7)/6)
	}
	return nil
}
