// Package bench drives a running server with virtual learners, each of whom does one thing after another
// (closed loop), and measures what they waited for.
package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Options say what to measure.
type Options struct {
	URL         string
	Logins      []string // accounts to sign in with, used in turn
	Password    string
	Concurrency int           // virtual learners at the same time
	Views       time.Duration // how long pages are viewed
	Journeys    int           // journeys of each kind
	Course      string        // a course with modules
	Module      string        // course/module with a quiz
	Lesson      string        // course/module/lesson
	Reads, Asks []View        // all lessons, and searches for what people look for, in both languages

	DSN    string        // the server's database, where learners are put who need no sign-in
	Savers int           // learners who save at the same time
	Takers int           // learners who start the same quiz
	Within time.Duration // in which they start
	Say    func(error)   // hears of the first request that failed; nil for nobody
}

func (o Options) say(err error) {
	if o.Say != nil {
		o.Say(err)
	}
}

// Step is how long one kind of request took.
type Step struct {
	Name  string  `json:"name"`
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P95   float64 `json:"p95_ms"`
	P99   float64 `json:"p99_ms"`
}

// Run is one measured stretch of work.
type Run struct {
	Name      string  `json:"name"`
	Requests  int     `json:"requests"`
	Journeys  int     `json:"journeys,omitempty"`
	Errors    int     `json:"errors"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"requests_per_second"`
	JPerSec   float64 `json:"journeys_per_second,omitempty"`
	P50       float64 `json:"p50_ms"`
	P95       float64 `json:"p95_ms"`
	P99       float64 `json:"p99_ms"`
	Steps     []Step  `json:"steps"`
}

// timings collects durations by step. One virtual learner has one; they are merged at the end.
type timings map[string][]time.Duration

func (t timings) add(step string, d time.Duration) { t[step] = append(t[step], d) }

// measure lets n learners work until each says that it is done, and sums up.
func measure(name string, n int, work func(learner int, t timings) (journeys int, err error)) (Run, error) {
	parts, counts, errs := make([]timings, n), make([]int, n), make([]error, n)
	begin := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		parts[i] = timings{}
		wg.Go(func() { counts[i], errs[i] = work(i, parts[i]) })
	}
	wg.Wait()
	took := time.Since(begin)
	for i, err := range errs {
		if err != nil {
			return Run{}, fmt.Errorf("bench: %s: learner %d: %w", name, i, err)
		}
	}
	return summarise(name, took, parts, counts), nil
}

func summarise(name string, took time.Duration, parts []timings, counts []int) Run {
	merged, all := timings{}, []time.Duration(nil)
	for _, p := range parts {
		for step, ds := range p {
			merged[step] = append(merged[step], ds...)
			all = append(all, ds...)
		}
	}
	r := Run{Name: name, Requests: len(all), Seconds: took.Seconds()}
	for _, c := range counts {
		r.Journeys += c
	}
	r.PerSecond, r.JPerSec = float64(r.Requests)/r.Seconds, float64(r.Journeys)/r.Seconds
	r.P50, r.P95, r.P99 = percentiles(all)
	for _, step := range order {
		if ds := merged[step]; len(ds) > 0 {
			s := Step{Name: step, Count: len(ds)}
			s.P50, s.P95, s.P99 = percentiles(ds)
			r.Steps = append(r.Steps, s)
		}
	}
	return r
}

// percentiles gives the 50th, 95th and 99th, in milliseconds: the smallest value that at least so many per
// cent of the values do not exceed (nearest rank).
func percentiles(ds []time.Duration) (p50, p95, p99 float64) {
	if len(ds) == 0 {
		return 0, 0, 0
	}
	sorted := slices.Clone(ds)
	slices.Sort(sorted)
	at := func(p int) float64 {
		rank := (len(sorted)*p + 99) / 100
		return float64(sorted[max(rank, 1)-1].Microseconds()) / 1000
	}
	return at(50), at(95), at(99)
}

// The steps, in the order of a journey.
const (
	stepDashboard = "dashboard"
	stepCourse    = "course"
	stepLesson    = "lesson"
	stepSearch    = "search"
	stepSignInGet = "sign-in page"
	stepSignIn    = "sign in"
	stepQuiz      = "quiz"
	stepStart     = "start"
	stepQuestion  = "question"
	stepSave      = "save answer"
	stepSubmit    = "submit"
	stepReview    = "review"
)

var order = []string{stepSignInGet, stepSignIn, stepDashboard, stepCourse, stepLesson, stepSearch, stepQuiz, stepStart,
	stepQuestion, stepSave, stepSubmit, stepReview, stepWorlds, stepBegin, stepScene, stepTurn, stepMove}

// Views lets the learners look at the dashboard, a course and a lesson in turn for the given time.
func Views(ctx context.Context, o Options) (Run, error) {
	learners, err := signIn(o)
	if err != nil {
		return Run{}, err
	}
	pages := [][2]string{{stepDashboard, "/learn"}, {stepCourse, "/courses/" + o.Course}, {stepLesson, "/courses/" + o.Lesson}}
	end := time.Now().Add(o.Views)
	return measure("views", o.Concurrency, func(i int, t timings) (int, error) {
		for n := i; time.Now().Before(end) && ctx.Err() == nil; n++ {
			p := pages[n%len(pages)]
			if _, err := learners[i].get(t, p[0], p[1]); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
}

// Journeys lets the learners take quizzes, each journey with a sign-in of its own or with one made before.
func Journeys(ctx context.Context, o Options, withSignIn bool) (Run, error) {
	name := "journeys without sign-in"
	var learners []*learner
	var err error
	if withSignIn {
		name = "journeys with sign-in"
		for i := range o.Concurrency {
			learners = append(learners, newLearner(o, i))
		}
	} else if learners, err = signIn(o); err != nil {
		return Run{}, err
	}
	each := max(1, o.Journeys/o.Concurrency)
	return measure(name, o.Concurrency, func(i int, t timings) (int, error) {
		for n := range each {
			if ctx.Err() != nil {
				return n, ctx.Err()
			}
			if err := learners[i].journey(t, o, withSignIn); err != nil {
				return n, err
			}
		}
		return each, nil
	})
}

// signIn makes the learners and signs them in, outside the measurement.
func signIn(o Options) ([]*learner, error) {
	out := make([]*learner, o.Concurrency)
	for i := range out {
		out[i] = newLearner(o, i)
		if err := out[i].signIn(timings{}, o.Password); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Lessons lets the learners read every lesson in both languages, each from another place on, for the given time.
func Lessons(ctx context.Context, o Options) (Run, error) {
	return wander(ctx, o, "lessons", o.Reads)
}

// Searches lets the learners look for words, in the language that the words are of.
func Searches(ctx context.Context, o Options) (Run, error) {
	return wander(ctx, o, "search", o.Asks)
}

// View is a page in a language.
type View struct{ Lang, Path string }

// wander lets the learners look at pages one after the other.
func wander(ctx context.Context, o Options, name string, views []View) (Run, error) {
	learners, err := signIn(o)
	if err != nil {
		return Run{}, err
	}
	step := map[string]string{"lessons": stepLesson, "search": stepSearch}[name]
	end := time.Now().Add(o.Views)
	return measure(name, o.Concurrency, func(i int, t timings) (int, error) {
		for n := i * len(views) / o.Concurrency; time.Now().Before(end) && ctx.Err() == nil; n++ {
			v := views[n%len(views)]
			learners[i].cookies["tongguan_lang"] = v.Lang
			if _, err := learners[i].get(t, step, v.Path); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
}
