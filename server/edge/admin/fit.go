package admin

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tongguan/quizzes/pipeline"
)

// columns says which column of a table of opportunities holds what.
type columns struct {
	product, stage, from, to, value, reached *string
	won, lost, stages                        *string
	unit                                     *int64
}

// fitReport is a world fitted to a table, and how well it foretells what was held back.
type fitReport struct {
	File     string           `json:"file"`
	Fitted   int              `json:"fitted"`
	HeldBack int              `json:"held_back"`
	Open     int              `json:"open"` // rows that are neither won nor lost, left out
	Stages   []float64        `json:"stage_rates"`
	Products int              `json:"products"`
	Fitness  pipeline.Fitness `json:"fitness"`
	Out      string           `json:"out,omitempty"`
}

// simulateFit fits a world to a table of past opportunities.
func simulateFit(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	c := columns{product: f.String("product", "product", d.help("col_product")), stage: f.String("stage", "deal_stage", d.help("col_stage")),
		from: f.String("from", "engage_date", d.help("col_from")), to: f.String("to", "close_date", d.help("col_to")),
		value: f.String("value", "close_value", d.help("col_value")), reached: f.String("reached", "", d.help("col_reached")),
		won: f.String("won", "Won", d.help("won")), lost: f.String("lost", "Lost", d.help("lost")), stages: f.String("stages", "", d.help("stages")),
		unit: f.Int64("unit", 100, d.help("unit"))}
	list := f.String("list", "", d.help("list"))
	hold := f.Int("hold", 25, d.help("hold"))
	seed := f.Uint64("seed", 1, d.help("sim_seed"))
	out := f.String("out", "", d.help("out"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	if *hold < 1 || *hold > 90 || *c.unit < 1 || *c.unit > 1_000_000 {
		return d.misused(errors.New(d.voice.T("simulate.hold")))
	}
	prices := map[string]pipeline.Money{}
	if *list != "" {
		if err := d.prices(*list, *c.unit, prices); err != nil {
			return err
		}
	}
	deals, open, err := d.deals(f.Arg(0), c)
	if err != nil {
		return err
	}
	fitted, held := split(deals, *seed, *hold)
	flow, err := pipeline.FitFlow(fitted, len(stageNames(*c.stages)), prices)
	if err != nil {
		return d.misworld(f.Arg(0), nil, err)
	}
	report := fitReport{File: f.Arg(0), Fitted: len(fitted), HeldBack: len(held), Open: open, Products: len(flow.Products), Out: *out,
		Fitness: flow.Fits(held, *seed, max(20_000, 4*len(held)))}
	for _, p := range flow.Advance {
		report.Stages = append(report.Stages, float64(p)/1000)
	}
	if *out != "" {
		if err := d.writeWorld(*out, flow, deals); err != nil {
			return err
		}
	}
	if *asJSON {
		return d.json(report)
	}
	d.printFit(report)
	return nil
}

// writeWorld writes the fitted territory as YAML.
func (d *desk) writeWorld(path string, flow *pipeline.Flow, deals []pipeline.Closed) error {
	var values []pipeline.Money
	for _, c := range deals {
		if c.Won {
			values = append(values, c.Value)
		}
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	w, err := flow.FitWorld(name[:min(len(name), 64)], values)
	if err != nil {
		return d.misworld(path, nil, err)
	}
	text, err := yaml.Marshal(w)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644) //nolint:gosec // a world is no secret
}

// split holds so many of a hundred back, each row by its own draw.
func split(deals []pipeline.Closed, seed uint64, hold int) (fitted, held []pipeline.Closed) {
	for i, c := range deals {
		s := pipeline.Root{Seed: seed, World: "fit"}.Stream(uint64(i), "hold")
		if s.Below(100) < uint64(hold) {
			held = append(held, c)
		} else {
			fitted = append(fitted, c)
		}
	}
	return fitted, held
}

// maxTable is how many bytes of a table are read.
const maxTable = 256 << 20

// table reads a CSV file row by row; each row comes by the names of its columns.
func (d *desk) table(path string, row func(line int, at func(column string) (string, bool)) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	reader := csv.NewReader(io.LimitReader(file, maxTable))
	reader.ReuseRecord = true
	head, err := reader.Read()
	if err != nil {
		return d.misused(fmt.Errorf("%s:1: %s", path, d.voice.T("simulate.csv", "reason", err.Error())))
	}
	place := map[string]int{}
	for i, name := range head {
		place[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		line, _ := reader.FieldPos(0)
		if err != nil {
			return d.misused(fmt.Errorf("%s:%d: %s", path, line, d.voice.T("simulate.csv", "reason", err.Error())))
		}
		if err := row(line, func(column string) (string, bool) {
			i, ok := place[column]
			if !ok {
				return "", false
			}
			return strings.TrimSpace(record[i]), true
		}); err != nil {
			return d.misused(fmt.Errorf("%s:%d: %w", path, line, err))
		}
	}
}

// product is a product's name as two tables may write it differently.
func product(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, " ", ""), ".", ""))
}

// prices reads a price list: its first column is the product, its last the price.
func (d *desk) prices(path string, unit int64, into map[string]pipeline.Money) error {
	return d.table(path, func(_ int, at func(string) (string, bool)) error {
		name, ok := at("product")
		text, ok2 := at("sales_price")
		if !ok || !ok2 {
			return errors.New(d.voice.T("simulate.column", "name", "product, sales_price"))
		}
		price, err := d.amount(text, unit)
		into[product(name)] = price
		return err
	})
}

// amount reads money.
func (d *desk) amount(text string, unit int64) (pipeline.Money, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= 0 && x <= 1e10) {
		return 0, errors.New(d.voice.T("simulate.number", "text", text))
	}
	return pipeline.Money(x*float64(unit) + .5), nil
}

func stageNames(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// deals reads the opportunities that have ended.
func (d *desk) deals(path string, c columns) (out []pipeline.Closed, open int, err error) {
	stages := stageNames(*c.stages)
	err = d.table(path, func(_ int, at func(string) (string, bool)) error {
		need := func(column string) (string, error) {
			text, ok := at(column)
			if !ok {
				return "", errors.New(d.voice.T("simulate.column", "name", column))
			}
			return text, nil
		}
		stage, err := need(*c.stage)
		if err != nil {
			return err
		}
		if stage != *c.won && stage != *c.lost {
			open++
			return nil
		}
		deal := pipeline.Closed{Won: stage == *c.won}
		if deal.Product, err = need(*c.product); err != nil {
			return err
		}
		deal.Product = product(deal.Product)
		if deal.Days, err = d.days(need, *c.from, *c.to); err != nil {
			return err
		}
		if deal.Won {
			text, err := need(*c.value)
			if err != nil {
				return err
			}
			if deal.Value, err = d.amount(text, *c.unit); err != nil {
				return err
			}
		}
		if *c.reached != "" {
			text, err := need(*c.reached)
			if err != nil {
				return err
			}
			at := slices.Index(stages, text)
			if at < 0 {
				return errors.New(d.voice.T("simulate.stage", "name", text, "known", *c.stages))
			}
			deal.Reached = at
		}
		out = append(out, deal)
		return nil
	})
	return out, open, err
}

// days are the days between two dates.
func (d *desk) days(need func(string) (string, error), from, to string) (int64, error) {
	var dates [2]time.Time
	for i, column := range []string{from, to} {
		text, err := need(column)
		if err != nil {
			return 0, err
		}
		if dates[i], err = time.Parse(time.DateOnly, text); err != nil {
			return 0, errors.New(d.voice.T("simulate.date", "column", column, "text", text))
		}
	}
	days := int64(dates[1].Sub(dates[0]).Hours() / 24)
	if days < 0 || days > 10_000 {
		return 0, errors.New(d.voice.T("simulate.dates", "from", dates[0].Format(time.DateOnly), "to", dates[1].Format(time.DateOnly)))
	}
	return days, nil
}

func (d *desk) printFit(r fitReport) {
	f := r.Fitness
	d.say("simulate.fitted", "fitted", r.Fitted, "held", r.HeldBack, "open", r.Open, "products", r.Products)
	d.say("simulate.fit_win", "win", fmt.Sprintf("%.4f", f.Win), "simulated", fmt.Sprintf("%.4f", f.Simulated), "error", fmt.Sprintf("%.4f", f.WinError),
		"se", fmt.Sprintf("%.4f", f.WinSE))
	for _, k := range []struct {
		name string
		ks   pipeline.KS
	}{{"won_days", f.WonDays}, {"lost_days", f.LostDays}, {"value", f.Value}} {
		d.say("simulate.fit_ks", "what", d.voice.T("simulate.fit."+k.name), "d", fmt.Sprintf("%.4f", k.ks.D), "p", fmt.Sprintf("%.3f", k.ks.P))
	}
	if r.Out != "" {
		d.say("simulate.fit_out", "file", r.Out)
	}
}
