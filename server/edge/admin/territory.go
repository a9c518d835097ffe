package admin

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"

	"go.yaml.in/yaml/v3"

	"tongguan/content"
	"tongguan/quizzes/pipeline"
)

// maxWorldFile is more than any world takes.
const maxWorldFile = 1 << 20

// world reads a world: a YAML file, or the name of one that the content has.
func (d *desk) world(name string) (*pipeline.Territory, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `/\.`) {
		if text, err = fs.ReadFile(content.Files, path.Join("worlds", name+".yaml")); err != nil {
			err = errors.New(d.voice.T("simulate.no_world", "name", name, "known", strings.Join(worldNames(), " ")))
		}
	}
	if err == nil && len(text) > maxWorldFile {
		err = errors.New(name + ": " + d.voice.T("negotiation.file_size", "max", maxWorldFile>>20))
	}
	if err != nil {
		return nil, d.misused(err)
	}
	var w pipeline.World
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&w); err != nil {
		return nil, d.misused(fmt.Errorf("%s: %s", name, strings.Join(strings.Fields(err.Error()), " ")))
	}
	t, err := pipeline.NewTerritory(w)
	return t, d.misworld(name, text, err)
}

func worldNames() (out []string) {
	files, _ := fs.Glob(content.Files, "worlds/*.yaml")
	for _, f := range files {
		out = append(out, strings.TrimSuffix(path.Base(f), ".yaml"))
	}
	return out
}

// misworld says on one line what is wrong with a world, and where.
func (d *desk) misworld(name string, text []byte, err error) error {
	var e *pipeline.WorldError
	if !errors.As(err, &e) {
		return err
	}
	var root yaml.Node
	where := name
	if yaml.Unmarshal(text, &root) == nil && len(root.Content) > 0 {
		where = fmt.Sprintf("%s:%d", name, lineOf(&root, strings.Split(e.Path, ".")))
	}
	if e.Path != "" {
		where += ": " + e.Path
	}
	return d.misused(errors.New(where + ": " + d.voice.T("simulate."+e.Key, pairs(e.Args)...)))
}

// runReport is what policies come to in a world.
type runReport struct {
	World        string              `json:"world"`
	Policy       string              `json:"policy"`
	Seed         uint64              `json:"seed"`
	Replications int                 `json:"replications"`
	Hash         string              `json:"hash"` // of the first run's log
	Events       int                 `json:"events"`
	Mean         pipeline.Indicators `json:"first"` // of the first run, in full
	Figures      map[string]figure   `json:"figures"`
}

// figure is a mean over the replications and its standard error.
type figure struct {
	Mean float64 `json:"mean"`
	SE   float64 `json:"standard_error"`
}

// figures are the indicators that a run is summed up by, in the order in which they are printed.
var figures = []struct {
	name string
	of   func(i pipeline.Indicators) float64
}{
	{"value", func(i pipeline.Indicators) float64 { return float64(i.Value) / 100 }},
	{"sales_amount", func(i pipeline.Indicators) float64 { return float64(i.Amount) / 100 }},
	{"sales_profit", func(i pipeline.Indicators) float64 { return float64(i.Profit) / 100 }},
	{"new_customers", func(i pipeline.Indicators) float64 { return float64(i.NewCustomers) }},
	{"conversion", func(i pipeline.Indicators) float64 { return i.Conversion }},
	{"satisfaction", func(i pipeline.Indicators) float64 { return i.Satisfaction }},
	{"complaints", func(i pipeline.Indicators) float64 { return float64(i.Complaints) }},
	{"visits", func(i pipeline.Indicators) float64 { return float64(i.Visits) }},
	{"follow_up_rate", func(i pipeline.Indicators) float64 { return i.OnTime }},
	{"fines", func(i pipeline.Indicators) float64 { return float64(i.Fines) / 100 }},
	{"cycle", func(i pipeline.Indicators) float64 { return i.Cycle }},
	{"forecast", func(i pipeline.Indicators) float64 { return float64(i.Forecast) / 100 }},
	{"utilisation", func(i pipeline.Indicators) float64 { return i.Utilised }},
}

// simulateRun lets a reference policy work in a world.
func simulateRun(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	policy := f.String("policy", "expert", d.help("policy"))
	seed := f.Uint64("seed", 1, d.help("sim_seed"))
	reps := f.Int("reps", 1, d.help("sim_reps"))
	most := f.Int("acts", 0, d.help("acts"))
	keep := f.String("log", "", d.help("log_run"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	if pipeline.PolicyNamed(*policy) == nil {
		return d.misused(errors.New(d.voice.T("simulate.policy", "name", *policy, "known", strings.Join(pipeline.PolicyNames, " "))))
	}
	if *reps < 1 || *reps > 100_000 || *most < 0 {
		return d.misused(errors.New(d.voice.T("simulate.run_reps", "max", 100_000)))
	}
	t, err := d.world(f.Arg(0))
	if err != nil {
		return err
	}
	all := make([]pipeline.Indicators, *reps)
	var first *pipeline.Run
	onAllCores(*reps, func(i int) {
		run := t.NewRun(*seed + uint64(i))
		run.Play(pipeline.PolicyNamed(*policy), *most)
		if all[i] = t.Indicators(&run.State, run.Log); i == 0 {
			first = run
		}
	})
	if *keep != "" {
		if err := os.WriteFile(*keep, first.Log.Encode(), 0o600); err != nil {
			return err
		}
	}
	sum := first.Log.Hash()
	out := runReport{t.World.Name, *policy, *seed, *reps, hex.EncodeToString(sum[:]), first.Log.Len(), all[0], map[string]figure{}}
	for _, g := range figures {
		out.Figures[g.name] = mean(all, g.of)
	}
	if *asJSON {
		return d.json(out)
	}
	return d.printRun(out)
}

// onAllCores calls job with 0 to n-1, as many at a time as there are cores.
func onAllCores(n int, job func(int)) {
	next := make(chan int)
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := range next {
				job(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

func mean(all []pipeline.Indicators, of func(pipeline.Indicators) float64) figure {
	n, sum, squares := float64(len(all)), 0.0, 0.0
	for _, i := range all {
		sum += of(i)
		squares += of(i) * of(i)
	}
	m := sum / n
	return figure{m, math.Sqrt(max(0, squares/n-m*m) / max(1, n-1))}
}

func (d *desk) printRun(r runReport) error {
	d.say("simulate.ran", "world", r.World, "policy", r.Policy, "n", r.Replications, "seed", r.Seed)
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, g := range figures {
		line := "\t"
		if x := r.Figures[g.name]; r.Replications > 1 {
			line += plainNumber(x.Mean) + "\t± " + plainNumber(x.SE)
		} else {
			line += plainNumber(x.Mean)
		}
		fmt.Fprintln(w, d.voice.T("simulate.figure."+g.name)+line)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	d.say("simulate.first", "events", r.Events, "hash", r.Hash, "funnel", fmt.Sprint(r.Mean.Funnel))
	return nil
}

// plainNumber writes a figure with as many decimals as it bears.
func plainNumber(x float64) string {
	if math.Abs(x) >= 100 {
		return grouped(int64(math.Round(x)))
	}
	return fmt.Sprintf("%.2f", x)
}

func grouped(n int64) string {
	s := fmt.Sprint(n)
	from := 0
	if n < 0 {
		from = 1
	}
	for i := len(s) - 3; i > from; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// reviewReport is a log reviewed act by act.
type reviewReport struct {
	World    string         `json:"world"`
	Seed     uint64         `json:"seed"`
	Rollouts int            `json:"rollouts"`
	Grades   map[string]int `json:"grades"`
	Acts     []judgedReport `json:"acts"`
}

type judgedReport struct {
	Number  int              `json:"number"`
	At      string           `json:"at"`
	Account int              `json:"account"`
	Played  estimateReport   `json:"played"`
	Advice  estimateReport   `json:"advice"`
	Others  []estimateReport `json:"others"`
}

// estimateReport has money in yuan.
type estimateReport struct {
	Act          string `json:"act"`
	Arg          int64  `json:"arg,omitempty"`
	Grade        string `json:"grade"`
	Value        figure `json:"value"`
	Margin       figure `json:"margin"`
	Win          figure `json:"win_probability"`
	Satisfaction figure `json:"satisfaction"`
	Risk         figure `json:"policy_risk"`
	Loss         figure `json:"loss"`
}

func reported(e pipeline.Estimate) estimateReport {
	yuan := func(m pipeline.Mean) figure { return figure{m.Mean / 100, m.SE / 100} }
	return estimateReport{e.Act.Kind.String(), e.Act.Arg, e.Grade.String(), yuan(e.Value), yuan(e.Margin), figure(e.Win),
		figure{e.Satisfaction.Mean / 10, e.Satisfaction.SE / 10}, yuan(e.Risk), yuan(e.Loss)}
}

// simulateReview looks at every act of a log as a chess engine looks at a game.
func simulateReview(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	rollouts := f.Int("rollouts", 400, d.help("rollouts"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	if *rollouts < 2 || *rollouts > pipeline.MaxRollouts {
		return d.misused(errors.New(d.voice.T("simulate.reps", "max", pipeline.MaxRollouts)))
	}
	log, root, err := d.readLog(f.Arg(0))
	if err != nil {
		return err
	}
	t, err := pipeline.TerritoryOf(log)
	if err != nil {
		return d.mislogged(f.Arg(0), err)
	}
	judged, err := pipeline.Review(log, root, pipeline.Reviewing{Rollouts: *rollouts, Each: onAllCores})
	if err != nil {
		return d.mislogged(f.Arg(0), err)
	}
	out := reviewReport{root.World, root.Seed, *rollouts, map[string]int{}, []judgedReport{}}
	for _, j := range judged {
		r := judgedReport{j.Number, t.Calendar.When(j.At).Format("2006-01-02 15:04"), j.Played.Act.Account, reported(j.Played), reported(j.Advice), []estimateReport{}}
		for _, o := range j.Others {
			r.Others = append(r.Others, reported(o))
		}
		out.Grades[r.Played.Grade]++
		out.Acts = append(out.Acts, r)
	}
	if *asJSON {
		return d.json(out)
	}
	return d.printReview(out)
}

func (d *desk) printReview(r reviewReport) error {
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, d.voice.T("simulate.review_head"))
	for _, a := range r.Acts {
		better := ""
		if a.Played.Grade != "good" && a.Played.Grade != "best" {
			better = d.voice.T("simulate.act." + a.Advice.Act)
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%s\t%s\t%s\t%.0f%%\t%s\n", a.Number+1, a.At, a.Account+1, d.voice.T("simulate.act."+a.Played.Act), d.voice.T("simulate.grade."+a.Played.Grade),
			plainNumber(a.Played.Loss.Mean), plainNumber(a.Played.Value.Mean)+" ± "+plainNumber(a.Played.Value.SE), 100*a.Played.Win.Mean, better)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	grades := make([]string, 0, 5)
	for _, g := range []string{"best", "good", "inaccuracy", "mistake", "blunder"} {
		grades = append(grades, fmt.Sprintf("%s %d", d.voice.T("simulate.grade."+g), r.Grades[g]))
	}
	fmt.Fprintln(d.out, strings.Join(slices.Clip(grades), " · "))
	return nil
}

// readLog reads a log and verifies its hashes.
func (d *desk) readLog(path string) (*pipeline.Log, pipeline.Root, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, pipeline.Root{}, err
	}
	l, root, err := pipeline.Decode(text)
	if err != nil {
		return nil, root, d.mislogged(path, err)
	}
	return l, root, nil
}
