package bench

import (
	"context"
	"math/rand/v2"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Starts lets many learners, who have the page of the quiz before them, start it within a minute, each at a moment
// of their own, and look at the first question.
func Starts(ctx context.Context, o Options) (Run, error) {
	return o.starts(ctx, "starts within "+o.Within.String(), o.Takers, func(i int) time.Duration { return rand.N(o.Within) })
}

// StartsAtOnce lets them start as fast as the server takes them, a bounded number at a time.
func StartsAtOnce(ctx context.Context, o Options) (Run, error) {
	return o.starts(ctx, "starts at once", startsAtOnce, nil)
}

// startsAtOnce is how many starts are on their way at the same time.
const startsAtOnce = 64

func (o Options) starts(ctx context.Context, name string, atOnce int, when func(int) time.Duration) (Run, error) {
	learners, err := crowd(ctx, o, o.Takers)
	if err != nil {
		return Run{}, err
	}
	quiz := "/courses/" + o.Module + "/quiz"
	if err := together(learners, 16, func(l *learner) error {
		_, err := l.get(timings{}, stepQuiz, quiz)
		return err
	}); err != nil {
		return Run{}, err
	}
	var failed atomic.Int64
	var first sync.Once
	var next atomic.Int64
	begin := time.Now()
	r, err := measure(name, atOnce, func(_ int, t timings) (int, error) {
		done := 0
		for i := next.Add(1) - 1; int(i) < len(learners) && ctx.Err() == nil; i = next.Add(1) - 1 {
			if when != nil {
				time.Sleep(time.Until(begin.Add(when(int(i)))))
			}
			l := learners[i]
			err := l.post(t, stepStart, quiz, url.Values{})
			if err == nil {
				_, err = l.get(t, stepQuestion, l.last)
			}
			if err != nil {
				failed.Add(1)
				first.Do(func() { o.say(err) })
			}
			done++
		}
		return done, nil
	})
	r.Errors = int(failed.Load())
	return r, err
}
