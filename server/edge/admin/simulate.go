package admin

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"tongguan/quizzes/pipeline"
)

// chainReport is a chain solved and simulated, side by side.
type chainReport struct {
	pipeline.Solution
	Simulated pipeline.Simulated `json:"simulated"`
}

// simulateChain solves a chain of stages and simulates it beside.
func simulateChain(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	seed := f.Uint64("seed", 1, d.help("sim_seed"))
	reps := f.Int("reps", 100_000, d.help("reps"))
	keep := f.String("log", "", d.help("log"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	if *reps < 2 || *reps > 10_000_000 {
		return d.misused(errors.New(d.voice.T("simulate.reps", "max", 10_000_000)))
	}
	chain, err := d.chain(f.Arg(0))
	if err != nil {
		return err
	}
	solution, err := chain.Solve()
	if err != nil {
		return d.mischained(f.Arg(0), err)
	}
	simulated, err := chain.Simulate(*seed, *reps)
	if err != nil {
		return d.mischained(f.Arg(0), err)
	}
	if *keep != "" {
		if err := os.WriteFile(*keep, chainLog(chain, *seed, *reps).Encode(), 0o600); err != nil {
			return err
		}
	}
	if *asJSON {
		return d.json(chainReport{solution, simulated})
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, d.voice.T("simulate.chain_head"))
	for i := range solution.Win {
		fmt.Fprintf(w, "%d\t%.6f\t%.6f ± %.6f\t%.4f\t%.4f ± %.4f\t%.4f\t%.4f\n", i+1, solution.Win[i], simulated.Win[i], simulated.StandardError.Win[i],
			solution.Steps[i], simulated.Steps[i], simulated.StandardError.Steps[i], solution.Variance[i], simulated.Variance[i])
	}
	fmt.Fprintln(w, d.voice.T("simulate.little", "mean", fmt.Sprintf("%.4f", simulated.MeanInSystem), "little", fmt.Sprintf("%.4f", simulated.LittleInSystem)))
	return w.Flush()
}

// chainWorld begins the name of a world that is a chain; the number of its stages follows.
const chainWorld = "chain/"

// chainLog plays opportunities from the first stage and keeps everything.
func chainLog(c pipeline.Chain, seed uint64, n int) *pipeline.Log {
	run := pipeline.NewChainRun(pipeline.Root{Seed: seed, World: chainWorld + strconv.Itoa(len(c.Advance))}, c, true)
	for range n {
		run.Enter(0)
	}
	run.Run(1 << 31)
	return run.Log
}

// replayReport is what a log amounts to: of a chain its state, of a territory its indicators.
type replayReport struct {
	World      string               `json:"world"`
	Seed       uint64               `json:"seed"`
	Version    int                  `json:"version"`
	Events     int                  `json:"events"`
	Hash       string               `json:"hash"`
	Rerun      bool                 `json:"rerun"` // the engine made every event again from the acts alone
	State      *pipeline.ChainState `json:"state,omitempty"`
	Indicators *pipeline.Indicators `json:"indicators,omitempty"`
}

// simulateReplay verifies a log byte by byte and recomputes the state from it; a territory's acts are played again
// besides, and every event compared.
func simulateReplay(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	log, root, err := d.readLog(f.Arg(0))
	if err != nil {
		return err
	}
	sum := log.Hash()
	out := replayReport{World: root.World, Seed: root.Seed, Version: log.Version, Events: log.Len(), Hash: hex.EncodeToString(sum[:])}
	if stages, found := strings.CutPrefix(root.World, chainWorld); found {
		n, err := strconv.Atoi(stages)
		if err != nil || n < 1 || n > pipeline.MaxStages {
			return d.misused(errors.New(f.Arg(0) + ": " + d.voice.T("simulate.other_world", "world", root.World)))
		}
		if out.State, err = pipeline.ReplayChain(log, n); err != nil {
			return d.mislogged(f.Arg(0), err)
		}
	} else if err := replayTerritory(log, root, &out); err != nil {
		return d.mislogged(f.Arg(0), err)
	}
	if *asJSON {
		return d.json(out)
	}
	d.say("simulate.replayed", "n", out.Events, "hash", out.Hash)
	if out.State != nil {
		d.say("simulate.state", "arrived", out.State.Arrived, "won", out.State.Won, "lost", out.State.Lost, "live", out.State.Live)
		return nil
	}
	if out.Rerun {
		d.say("simulate.rerun")
	}
	for _, g := range figures {
		fmt.Fprintln(d.out, d.voice.T("simulate.figure."+g.name)+" "+plainNumber(g.of(*out.Indicators)))
	}
	return nil
}

func replayTerritory(log *pipeline.Log, root pipeline.Root, out *replayReport) error {
	t, err := pipeline.TerritoryOf(log)
	if err != nil {
		return err
	}
	state, err := pipeline.Replay(log)
	if err != nil {
		return err
	}
	if log.Version == pipeline.Version {
		if _, err := pipeline.Verify(log, root); err != nil {
			return err
		}
		out.Rerun = true
	}
	indicators := t.Indicators(state, log)
	out.Indicators = &indicators
	return nil
}

// maxChainFile is more than any chain takes.
const maxChainFile = 1 << 20

// chain reads a chain; what is wrong is said on one line, with the place.
func (d *desk) chain(path string) (c pipeline.Chain, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return c, err
	}
	if info.Size() > maxChainFile {
		return c, d.misused(errors.New(path + ": " + d.voice.T("negotiation.file_size", "max", maxChainFile>>20)))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&c)
	if err == nil && decoder.More() {
		err = errors.New("text after the end")
	}
	if err != nil {
		at := decoder.InputOffset()
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		} else if errors.As(err, &kind) {
			at = kind.Offset
		}
		line := 1 + bytes.Count(text[:min(int(at), len(text))], []byte{'\n'})
		return c, d.misused(fmt.Errorf("%s:%d: %s", path, line, d.voice.T("negotiation.json", "reason", strings.TrimPrefix(err.Error(), "json: "))))
	}
	return c, nil
}

func (d *desk) mischained(path string, err error) error {
	var e *pipeline.ChainError
	if !errors.As(err, &e) {
		return err
	}
	return d.misused(errors.New(path + ": " + d.voice.T("simulate."+e.Key, "stage", e.Stage+1, "max", pipeline.MaxStages)))
}

func (d *desk) mislogged(path string, err error) error {
	var e *pipeline.LogError
	if !errors.As(err, &e) {
		return err
	}
	return errors.New(path + ": " + d.voice.T("simulate."+e.Key, "from", e.Event, "to", max(e.Event, e.Until-1)))
}
