package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

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
	f.IntVar(&o.Journeys, "journeys", 400, d.help("journeys"))
	f.DurationVar(&o.Views, "views", 10*time.Second, d.help("views"))
	mix := f.String("mix", "views,journeys,signin,ceiling", d.help("mix"))
	f.StringVar(&o.Lesson, "lesson", "process/negotiation/price", d.help("lesson"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	parts := strings.Split(o.Lesson, "/")
	if len(parts) != 3 || o.Concurrency < 1 || o.Journeys < 1 {
		f.Usage()
		return errUsage
	}
	o.Course, o.Module, o.URL = parts[0], parts[0]+"/"+parts[1], strings.TrimSuffix(*target, "/")
	c, err := company.Read(app.Content(""))
	if err != nil {
		return err
	}
	o.Password, o.Logins = c.Password, learners(c)
	dsn := ""
	if o.URL == "" {
		var stop func()
		if o.URL, dsn, stop, err = d.startDemo(ctx); err != nil {
			return err
		}
		defer stop()
	}
	report, err := measureAll(ctx, o, *mix, dsn)
	if err != nil {
		return err
	}
	if *asJSON {
		return d.json(report)
	}
	return d.printBench(report)
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

func measureAll(ctx context.Context, o bench.Options, mix, dsn string) (r benchReport, err error) {
	r.Learners = o.Concurrency
	run := func(into *[]bench.Run, one bench.Run, e error) {
		if err = errors.Join(err, e); e == nil {
			*into = append(*into, one)
		}
	}
	for _, part := range strings.Split(mix, ",") {
		switch {
		case err != nil:
		case part == "views":
			one, e := bench.Views(ctx, o)
			run(&r.Runs, one, e)
		case part == "journeys", part == "signin":
			one, e := bench.Journeys(ctx, o, part == "signin")
			run(&r.Runs, one, e)
		case part == "roleplay":
			one, e := bench.Rehearsals(ctx, o)
			run(&r.Runs, one, e)
		case part == "ceiling":
			one, e := bench.EmptyHandler(o, min(o.Views, 5*time.Second))
			run(&r.Ceiling, one, e)
			if dsn != "" {
				one, e = bench.DurableInserts(ctx, dsn, o.Concurrency, min(o.Views, 5*time.Second))
				run(&r.Ceiling, one, e)
			}
		default:
			err = fmt.Errorf("bench: unknown part of the mix: %q", part)
		}
	}
	if err != nil {
		return r, err
	}
	stats, err := bench.ReadStats(o.URL)
	if err != nil {
		return r, err
	}
	r.Database, r.RSS = stats.Database, float64(stats.RSS)/(1<<20)
	r.Statements, err = bench.StatementsPerView(o)
	return r, err
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
		if run.JPerSec > 0 || run.Name == "views" || run.Name == "rehearsals" {
			for _, s := range run.Steps {
				fmt.Fprintf(w, "· %s\t%d\t\t%.2f\t%.2f\t%.2f\t\n", s.Name, s.Count, s.P50, s.P95, s.P99)
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
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
