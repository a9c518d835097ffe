package admin

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"tongguan/courses/catalog"
	"tongguan/server/base/access"
	"tongguan/server/base/config"
	"tongguan/server/edge/app"
	"tongguan/server/edge/bench"
	company "tongguan/server/edge/demo"
)

// benchReport is everything that one run measured.
type benchReport struct {
	Database   string             `json:"database"`
	Learners   int                `json:"learners"`
	Runs       []bench.Run        `json:"runs"`
	Ceiling    []bench.Run        `json:"ceiling"`
	Statements map[string]float64 `json:"statements_per_view"`
	RSS        float64            `json:"server_rss_mib"`
}

// runBench measures a running demo, or starts one of its own on the configured database (by default a
// throw-away SQLite file).
func runBench(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	target := f.String("url", "", d.help("bench_url"))
	o := bench.Options{}
	f.IntVar(&o.Concurrency, "concurrency", 8, d.help("concurrency"))
	d.examFlags(f, &o)
	f.IntVar(&o.Journeys, "journeys", 400, d.help("journeys"))
	f.DurationVar(&o.Views, "views", 10*time.Second, d.help("views"))
	mix := f.String("mix", "views,journeys,signin,ceiling", d.help("mix"))
	f.StringVar(&o.Lesson, "lesson", "process/negotiation/price", d.help("lesson"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	parts := strings.Split(o.Lesson, "/")
	if len(parts) != 3 || min(o.Concurrency, o.Journeys, o.Savers, o.Takers) < 1 || o.Within <= 0 {
		f.Usage()
		return errUsage
	}
	o.Course, o.Module, o.URL = parts[0], parts[0]+"/"+parts[1], strings.TrimSuffix(*target, "/")
	o.Reads, o.Asks = wandering()
	c, err := company.Read(app.Content(""))
	if err != nil {
		return err
	}
	o.Password, o.Logins = c.Password, learners(c)
	if o.URL == "" {
		var stop func()
		if o.URL, o.DSN, stop, err = d.startDemo(ctx); err != nil {
			return err
		}
		defer stop()
	}
	report, err := measureAll(ctx, o, *mix)
	if err != nil {
		return err
	}
	if *asJSON {
		return d.json(report)
	}
	return d.printBench(report)
}

// wandering gives every lesson in both languages, and searches for words of two characters, for clauses, and for several words.
func wandering() (reads, asks []bench.View) {
	c, _ := catalog.Read(app.Content(""))
	for _, lang := range []string{"zh", "en"} {
		for _, key := range c.ModuleKeys() {
			for _, l := range c.Module(key).Lessons {
				reads = append(reads, bench.View{Lang: lang, Path: "/courses/" + l.Key()})
			}
		}
		for _, cl := range c.Clauses {
			for _, q := range []string{cl.ID, cl.Title.In(lang), firstRunes(cl.Title.In(lang), 2)} {
				asks = append(asks, bench.View{Lang: lang, Path: "/search?q=" + url.QueryEscape(q)})
			}
		}
	}
	return reads, asks
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// examFlags are those of an exam that many sit at the same time.
func (d *desk) examFlags(f *flag.FlagSet, o *bench.Options) {
	f.IntVar(&o.Savers, "savers", 128, d.help("savers"))
	f.IntVar(&o.Takers, "takers", 5000, d.help("takers"))
	f.DurationVar(&o.Within, "within", time.Minute, d.help("within"))
	o.DSN, o.Say = os.Getenv("TONGGUAN_DATABASE"), func(err error) { fmt.Fprintln(d.err, err) }
}

// learners are the invented people who only learn.
func learners(c company.Company) (logins []string) {
	for _, a := range c.Everybody() {
		if a.MainRole() == access.Learner && a.Login != "learner" {
			logins = append(logins, a.Login)
		}
	}
	return logins
}

func measureAll(ctx context.Context, o bench.Options, mix string) (r benchReport, err error) {
	r.Learners = o.Concurrency
	for _, part := range strings.Split(mix, ",") {
		runs, ceiling, err := measurePart(ctx, o, part)
		if err != nil {
			return r, err
		}
		r.Runs, r.Ceiling = append(r.Runs, runs...), append(r.Ceiling, ceiling...)
	}
	stats, err := bench.ReadStats(o.URL)
	if err != nil {
		return r, err
	}
	r.Database, r.RSS = stats.Database, float64(stats.RSS)/(1<<20)
	r.Statements, err = bench.StatementsPerView(o)
	return r, err
}

// measurePart measures one part of the mix, and what the machine itself can do of it.
func measurePart(ctx context.Context, o bench.Options, part string) (runs, ceiling []bench.Run, err error) {
	short := min(o.Views, 5*time.Second)
	all := func(into *[]bench.Run, measures ...func() (bench.Run, error)) {
		for _, measure := range measures {
			if one, e := measure(); e == nil {
				*into = append(*into, one)
			} else {
				err = errors.Join(err, e)
			}
		}
	}
	if o.DSN == "" && (part == "saves" || part == "starts") {
		return nil, nil, fmt.Errorf("bench: %s needs the server's database: set TONGGUAN_DATABASE", part)
	}
	switch part {
	case "views":
		all(&runs, func() (bench.Run, error) { return bench.Views(ctx, o) })
	case "lessons":
		all(&runs, func() (bench.Run, error) { return bench.Lessons(ctx, o) })
	case "search":
		all(&runs, func() (bench.Run, error) { return bench.Searches(ctx, o) })
	case "journeys", "signin":
		all(&runs, func() (bench.Run, error) { return bench.Journeys(ctx, o, part == "signin") })
	case "roleplay":
		all(&runs, func() (bench.Run, error) { return bench.Rehearsals(ctx, o) })
	case "saves":
		all(&ceiling, func() (bench.Run, error) { return bench.EmptySaves(ctx, o, short) })
		all(&ceiling, func() (bench.Run, error) { return bench.GroupedInserts(ctx, o, short) })
		all(&runs, func() (bench.Run, error) { return bench.Saves(ctx, o) })
	case "starts":
		all(&runs, func() (bench.Run, error) { return bench.Starts(ctx, o) }, func() (bench.Run, error) { return bench.StartsAtOnce(ctx, o) })
	case "ceiling":
		all(&ceiling, func() (bench.Run, error) { return bench.EmptyHandler(o, short) })
		if o.DSN != "" {
			all(&ceiling, func() (bench.Run, error) { return bench.DurableInserts(ctx, o.DSN, o.Concurrency, short) })
		}
	default:
		err = fmt.Errorf("bench: unknown part of the mix: %q", part)
	}
	return runs, ceiling, err
}

// startDemo starts this program as a demo of its own on a free port, and waits until it answers.
func (d *desk) startDemo(ctx context.Context) (base, dsn string, stop func(), err error) {
	data, err := os.MkdirTemp("", "tongguan-bench-")
	if err != nil {
		return "", "", nil, err
	}
	cfg, err := config.Load()
	if err != nil {
		return "", "", nil, err
	}
	if dsn = os.Getenv("TONGGUAN_DATABASE"); dsn == "" {
		dsn = data + "/bench.db"
	}
	addr, err := freeAddr()
	if err != nil {
		return "", "", nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", "", nil, err
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, self, "demo")
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = append(os.Environ(), "TONGGUAN_ADDR="+addr, "TONGGUAN_URL=http://"+addr, "TONGGUAN_DATA="+data,
		"TONGGUAN_DATABASE="+dsn, "TONGGUAN_STATS=true", "TONGGUAN_TIMEZONE="+cfg.Zone)
	if err := cmd.Start(); err != nil {
		return "", "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = os.RemoveAll(data)
	}
	for range 600 {
		if _, err = bench.ReadStats("http://" + addr); err == nil {
			return "http://" + addr, dsn, stop, nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	stop()
	return "", "", nil, fmt.Errorf("bench: the demo did not start: %w\n%s", err, out.String())
}

func freeAddr() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

func (d *desk) printBench(r benchReport) error {
	d.say("bench.head", "database", r.Database, "n", r.Learners)
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, d.voice.T("bench.columns"))
	for _, run := range append(r.Runs, r.Ceiling...) {
		fmt.Fprintf(w, "%s\t%.0f\t%.1f\t%.2f\t%.2f\t%.2f\t\n", run.Name, run.PerSecond, run.JPerSec, run.P50, run.P95, run.P99)
		if run.JPerSec > 0 || run.Name == "views" || run.Name == "lessons" || run.Name == "search" || run.Name == "rehearsals" {
			for _, s := range run.Steps {
				fmt.Fprintf(w, "· %s\t%d\t\t%.2f\t%.2f\t%.2f\t\n", s.Name, s.Count, s.P50, s.P95, s.P99)
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, run := range r.Runs {
		if run.Errors > 0 || strings.HasPrefix(run.Name, "starts") {
			d.say("exam_bench.errors", "run", run.Name, "n", fmt.Sprint(run.Errors))
		}
	}
	if len(r.Ceiling) > 0 && len(r.Runs) > 0 {
		d.say("bench.ratio", "run", r.Runs[0].Name, "percent", fmt.Sprintf("%.0f", 100*r.Runs[0].PerSecond/r.Ceiling[0].PerSecond))
	}
	for step, n := range r.Statements {
		d.say("bench.statements", "step", step, "n", fmt.Sprint(n))
	}
	d.say("bench.rss", "mib", fmt.Sprintf("%.0f", r.RSS))
	return nil
}
