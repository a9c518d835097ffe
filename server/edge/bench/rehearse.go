package bench

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

const (
	stepWorlds = "worlds"
	stepBegin  = "begin rehearsal"
	stepTurn   = "turn"
	stepScene  = "scene"
)

var (
	turnField = regexp.MustCompile(`name="turn" value="(\d+)"`)
	actField  = regexp.MustCompile(`name="act" value="(\w+)"[^>]*>\s*<input type="hidden" name="arg" value="(\d+)"`)
)

// thinks is how long a person thinks between two turns, on average.
const thinks = 3 * time.Second

// Rehearsals lets as many people as there are learners rehearse at the same time, each at a person's pace: a turn
// about every three seconds, then a look at what came of it.
func Rehearsals(ctx context.Context, o Options) (Run, error) {
	learners, err := signIn(o)
	if err != nil {
		return Run{}, err
	}
	end := time.Now().Add(o.Views)
	return measure("rehearsals", o.Concurrency, func(i int, t timings) (int, error) {
		pause(ctx, thinks*time.Duration(i)/time.Duration(o.Concurrency)) // they do not all begin at once
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
