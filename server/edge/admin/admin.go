// Package admin is the command line: one file a subject, exit codes 0 (done), 1 (failed) and 2 (used wrongly).
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"tongguan/server/base/clock"
	"tongguan/server/base/config"
	"tongguan/server/base/fault"
	"tongguan/server/edge/app"
	"tongguan/web/words"
)

// command is one thing that the program does; its sentences are cli.<name with dots> in web/words.
type command struct {
	name string // as typed: "content lint"
	run  func(ctx context.Context, d *desk, args []string) error
}

func commands() []command {
	return []command{
		{"demo", demo}, {"serve", serve}, {"migrate", migrate}, {"config", showConfig},
		{"content lint", contentLint}, {"content coverage", contentCoverage}, {"people import", peopleImport},
		{"people export", peopleExport}, {"people suspend", peopleSuspend}, {"people erase", peopleErase},
		{"audit verify", auditVerify}, {"audit checkpoint", auditCheckpoint}, {"audit key", auditKey}, {"rehearsal verify", rehearsalVerify}, {"bench", runBench},
		{"negotiate analyze", negotiateAnalyze}, {"negotiate play", negotiatePlay}, {"negotiate tournament", negotiateTournament},
		{"simulate run", simulateRun}, {"simulate replay", simulateReplay}, {"simulate review", simulateReview}, {"simulate fit", simulateFit},
		{"simulate chain", simulateChain}, {"scenario lint", scenarioLint}, {"scenario play", scenarioPlay}, {"scenario test", scenarioTest},
		{"scenario verify", scenarioVerify}, {"stats items", statsItems}, {"questions import", questionsImport},
		{"questions export", questionsExport}, {"certificate list", certificateList}, {"certificate explain", certificateExplain},
		{"certificate export", certificateExport}, {"certificate verify", certificateVerify}, {"certificate rotate", certificateRotate},
		{"appraisal list", appraisalList}, {"appraisal verify", appraisalVerify},
	}
}

// desk is where a command reads and writes.
type desk struct {
	out, err io.Writer
	book     *words.Book
	voice    words.Voice
	log      *slog.Logger
	name     string
}

// errUsage means that the command was used wrongly; what was wrong has been printed.
var errUsage = errors.New("wrong use")

// Main runs the command that args name and gives the exit code.
func Main(args []string, out, errs io.Writer) int {
	book, err := words.Load()
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	d := &desk{out: out, err: errs, book: book, voice: book.In(language()), log: slog.New(slog.NewTextHandler(errs, nil))}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, rest, ok := find(args)
	if !ok {
		return d.overview(args)
	}
	d.name = c.name
	switch err := c.run(ctx, d, rest); {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	default:
		d.complain(err)
		return 1
	}
}

func find(args []string) (command, []string, bool) {
	for _, c := range commands() {
		n := strings.Count(c.name, " ") + 1
		if len(args) >= n && strings.Join(args[:n], " ") == c.name {
			return c, args[n:], true
		}
	}
	return command{}, nil, false
}

// overview prints the commands: asked for on stdout, otherwise on stderr as wrong use.
func (d *desk) overview(args []string) int {
	w, code := d.out, 0
	if len(args) > 0 && args[0] != "-h" && args[0] != "--help" && args[0] != "help" {
		w, code = d.err, 2
		fmt.Fprintln(w, d.voice.T("cli.unknown", "command", strings.Join(args, " ")))
	}
	fmt.Fprintln(w, d.voice.T("cli.overview"))
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-21s %s\n", c.name, d.voice.T("cli."+key(c.name)+".short"))
	}
	return code
}

func key(name string) string { return strings.ReplaceAll(name, " ", "_") }

// complain prints an error in the user's language where it has a sentence.
func (d *desk) complain(err error) {
	if e := fault.Of(err); e != nil && e.Kind != fault.Internal {
		fmt.Fprintln(d.err, d.voice.T(e.Key, pairs(e.Args)...))
		return
	}
	fmt.Fprintln(d.err, err)
}

func pairs(args map[string]any) []any {
	var out []any
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}

// flags makes the set of flags of a command; parse reads it.
func (d *desk) flags() *flag.FlagSet {
	f := flag.NewFlagSet(d.name, flag.ContinueOnError)
	f.SetOutput(d.err)
	f.Usage = func() {
		fmt.Fprintln(f.Output(), d.voice.T("cli."+key(d.name)+".usage"))
		f.PrintDefaults()
	}
	return f
}

// help is the sentence of a flag.
func (d *desk) help(flagName string) string { return d.voice.T("cli.flag." + flagName) }

// parse reads flags and arguments, in any order, with exactly n arguments, or at least one where n is negative.
func (d *desk) parse(f *flag.FlagSet, args []string, n int) error {
	if slices.ContainsFunc(args, func(a string) bool { return a == "-h" || a == "--help" || a == "-help" }) {
		f.SetOutput(d.out)
	}
	var given []string
	for rest := args; ; rest = f.Args()[1:] {
		if err := f.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return err
		} else if err != nil {
			return errUsage
		}
		if f.NArg() == 0 {
			break
		}
		given = append(given, f.Arg(0))
	}
	if err := f.Parse(append([]string{"--"}, given...)); err != nil {
		return errUsage
	}
	if n < 0 {
		n = max(1, len(given))
	}
	if f.NArg() != n {
		fmt.Fprintln(d.err, d.voice.T("cli.arguments", "want", n, "got", f.NArg()))
		f.Usage()
		return errUsage
	}
	return nil
}

// json prints v as the one thing on stdout.
func (d *desk) json(v any) error {
	e := json.NewEncoder(d.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (d *desk) say(k string, args ...any) { fmt.Fprintln(d.out, d.voice.T(k, args...)) }

// open builds the academy for a command that works on its data.
func (d *desk) open(ctx context.Context, o app.Options) (*app.App, error) {
	cfg, err := config.Load()
	if err != nil {
		return nil, err
	}
	o.Clock, o.Log = clock.System(), d.log
	a, err := app.Build(cfg, o)
	if err != nil {
		return nil, err
	}
	if err := a.Ready(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// language is that of the shell: Chinese where it says so, else English.
func language() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}
