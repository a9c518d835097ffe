package pipeline

import (
	"fmt"
	"slices"
	"time"
)

// Money is in fen.
type Money = int64

// Permille is a part of a thousand; basis points are parts of ten thousand.
type Permille = int64

// Title is a name in each language.
type Title struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// World describes a sales territory as an author writes it. What is left out takes the value of Fill.
type World struct {
	Name         string                `yaml:"name" json:"name"`
	Title        Title                 `yaml:"title" json:"title"`
	About        Title                 `yaml:"about" json:"about"`
	Begin        string                `yaml:"begin" json:"begin"` // the first date, YYYY-MM-DD
	Days         int                   `yaml:"days" json:"days"`   // working days until the end
	Holidays     []string              `yaml:"holidays" json:"holidays,omitempty"`
	Before       Money                 `yaml:"before" json:"before"` // sales of the period before, against which growth is measured
	Hour         Money                 `yaml:"hour" json:"hour"`     // what an hour of the rep's is worth
	Capabilities []Named               `yaml:"capabilities" json:"capabilities"`
	Products     []Product             `yaml:"products" json:"products"`
	Segments     []Segment             `yaml:"segments" json:"segments"`
	Terms        Terms                 `yaml:"terms" json:"terms"`
	Departments  map[string]Department `yaml:"departments" json:"departments"`
	Risks        map[string]Permille   `yaml:"risks" json:"risks"`     // each week, by name
	Fines        map[string]Money      `yaml:"fines" json:"fines"`     // by violation
	Minutes      map[string]int64      `yaml:"minutes" json:"minutes"` // by act
	Stages       [6]Permille           `yaml:"stages" json:"stages"`   // win rate from each stage on, for the weighted forecast
	Flow         *Flow                 `yaml:"flow" json:"flow,omitempty"`
}

// Named is a thing with an identifier and a title.
type Named struct {
	ID    string `yaml:"id" json:"id"`
	Title Title  `yaml:"title" json:"title"`
}

// Product is something to sell.
type Product struct {
	ID     string   `yaml:"id" json:"id"`
	Title  Title    `yaml:"title" json:"title"`
	Covers []string `yaml:"covers" json:"covers"` // capabilities
	List   Money    `yaml:"list" json:"list"`     // price of a unit
	Cost   Permille `yaml:"cost" json:"cost"`     // of the list price
	Floor  Permille `yaml:"floor" json:"floor"`   // the least margin on the price that needs nobody's approval
}

// Range is from the least to the greatest.
type Range [2]int64

// Segment is a part of the market.
type Segment struct {
	ID         string      `yaml:"id" json:"id"`
	Title      Title       `yaml:"title" json:"title"`
	Names      []Title     `yaml:"names" json:"names,omitempty"` // of the accounts, as far as they go
	Accounts   int         `yaml:"accounts" json:"accounts"`
	Size       []Money     `yaml:"size" json:"size"` // quantiles of what an account would buy at list price
	Season     [4]Permille `yaml:"season" json:"season"`
	Unfit      Permille    `yaml:"unfit" json:"unfit"` // accounts that will not buy whatever is done
	Explicit   Permille    `yaml:"explicit" json:"explicit"`
	Latent     Permille    `yaml:"latent" json:"latent"` // of the capabilities, those needed and said, needed and not said
	Urgency    Range       `yaml:"urgency" json:"urgency"`
	Rival      Range       `yaml:"rival" json:"rival"` // strength of the competitor
	Credit     Range       `yaml:"credit" json:"credit"`
	Temptation Permille    `yaml:"temptation" json:"temptation"`
	Tactic     string      `yaml:"tactic" json:"tactic"`   // how the customer negotiates, by its name in package negotiation
	Weights    [4]int64    `yaml:"weights" json:"weights"` // what the customer cares about: price, payment, delivery, warranty
}

// Terms are what can be agreed, each list from what suits the company best to what suits the customer best, and
// what each costs the company in basis points of the list price.
type Terms struct {
	Discount []int64 `yaml:"discount" json:"discount"` // basis points
	Payment  []int64 `yaml:"payment" json:"payment"`   // days
	Delivery []int64 `yaml:"delivery" json:"delivery"` // working days
	Warranty []int64 `yaml:"warranty" json:"warranty"` // months
	Cost     struct {
		Payment  []int64 `yaml:"payment" json:"payment"`
		Delivery []int64 `yaml:"delivery" json:"delivery"`
		Warranty []int64 `yaml:"warranty" json:"warranty"`
	} `yaml:"cost" json:"cost"`
	Rounds int `yaml:"rounds" json:"rounds"`
}

// WorldError says what is wrong with a world.
type WorldError struct {
	Line int
	Path string // such as segments.machines.size
	Key  string // names the sentence
	Args map[string]any
}

func (e *WorldError) Error() string {
	return fmt.Sprintf("pipeline: line %d: %s: %s %v", e.Line, e.Path, e.Key, e.Args)
}

func unsound(path, key string, args ...any) *WorldError {
	e := &WorldError{Path: path, Key: "world." + key, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		e.Args[args[i].(string)] = args[i+1]
	}
	return e
}

// customers are the tactics of package negotiation that keep no memory, so that a run can be branched.
var customers = []string{"absolute", "averaging", "boulware", "combi", "conceder", "hardliner", "linear", "mixture", "reciprocal", "relative"}

// Bounds of what a world may hold.
const (
	MaxAccounts  = 10_000
	maxDays      = 800
	maxList      = 8 // capabilities, products, segments, values of a term
	maxMoney     = 1_000_000_000_00
	maxRounds    = 8
	people       = 4
	departments  = 4
	maxHands     = 4
	workingDay   = 450 // minutes
	workingWeek  = 5 * workingDay
	maxQuantiles = 257
)

// Fill gives what the author left out its usual value.
func (w *World) Fill() {
	usual(&w.Begin, "2027-01-04")
	usual(&w.Days, 120)
	usual(&w.Hour, 200_00)
	if w.Stages == [6]Permille{} {
		w.Stages = [6]Permille{50, 150, 300, 550, 900, 1000}
	}
	t := &w.Terms
	if len(t.Discount) == 0 {
		t.Discount = []int64{0, 200, 400, 600, 900, 1200, 1600, 2000}
	}
	if len(t.Payment) == 0 {
		t.Payment, t.Cost.Payment = []int64{0, 30, 60, 90}, []int64{0, 50, 110, 180}
	}
	if len(t.Delivery) == 0 {
		t.Delivery, t.Cost.Delivery = []int64{40, 30, 20, 12}, []int64{0, 60, 150, 300}
	}
	if len(t.Warranty) == 0 {
		t.Warranty, t.Cost.Warranty = []int64{12, 24, 36}, []int64{0, 120, 260}
	}
	usual(&t.Rounds, 6)
	w.Departments = filled(w.Departments, usualDepartments)
	w.Risks, w.Fines, w.Minutes = filled(w.Risks, usualRisks), filled(w.Fines, usualFines), filled(w.Minutes, usualMinutes())
	for i := range w.Segments {
		w.Segments[i].fill()
	}
}

func (s *Segment) fill() {
	if s.Season == [4]Permille{} {
		s.Season = [4]Permille{1000, 1000, 1000, 1000}
	}
	usual(&s.Explicit, 350)
	usual(&s.Latent, 300)
	usual(&s.Urgency, Range{200, 800})
	usual(&s.Rival, Range{200, 800})
	usual(&s.Credit, Range{300, 1000})
	usual(&s.Tactic, "linear")
	usual(&s.Weights, [4]int64{50, 20, 15, 15})
}

func usual[T comparable](at *T, value T) {
	var none T
	if *at == none {
		*at = value
	}
}

func filled[V any](m, defaults map[string]V) map[string]V {
	out := make(map[string]V, len(defaults))
	for k, v := range defaults {
		out[k] = v
	}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// Check says what is wrong with the first thing that is; the error is a *WorldError.
func (w *World) Check() error {
	if _, err := time.Parse(time.DateOnly, w.Begin); err != nil {
		return unsound("begin", "date", "date", w.Begin)
	}
	for _, h := range w.Holidays {
		if _, err := time.Parse(time.DateOnly, h); err != nil {
			return unsound("holidays", "date", "date", h)
		}
	}
	switch {
	case w.Name == "" || len(w.Name) > 64:
		return unsound("name", "name")
	case w.Days < 1 || w.Days > maxDays:
		return outside("days", int64(w.Days), 1, maxDays)
	case w.Hour < 0 || w.Hour > maxMoney:
		return outside("hour", w.Hour, 0, maxMoney)
	case w.Before < 0 || w.Before > maxMoney:
		return outside("before", w.Before, 0, maxMoney)
	}
	for _, c := range []struct {
		path string
		n    int
	}{{"capabilities", len(w.Capabilities)}, {"products", len(w.Products)}, {"segments", len(w.Segments)}} {
		if c.n < 1 || c.n > maxList {
			return unsound(c.path, "number", "n", c.n, "max", maxList)
		}
	}
	for _, check := range []func() error{w.checkProducts, w.checkSegments, w.checkTerms, w.checkTables} {
		if err := check(); err != nil {
			return err
		}
	}
	if w.Flow != nil {
		return w.Flow.check()
	}
	return nil
}

func outside(path string, v, from, to int64) error {
	return unsound(path, "range", "value", v, "from", from, "to", to)
}

func within(path string, v, from, to int64) error {
	if v < from || v > to {
		return outside(path, v, from, to)
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *World) checkProducts() error {
	seen := map[string]bool{}
	for _, c := range w.Capabilities {
		if c.ID == "" || seen[c.ID] {
			return unsound("capabilities", "twice", "id", c.ID)
		}
		seen[c.ID] = true
	}
	for _, p := range w.Products {
		path := "products." + p.ID
		if p.ID == "" || seen["product "+p.ID] {
			return unsound("products", "twice", "id", p.ID)
		}
		seen["product "+p.ID] = true
		for _, c := range p.Covers {
			if !slices.ContainsFunc(w.Capabilities, func(n Named) bool { return n.ID == c }) {
				return unsound(path+".covers", "unknown", "name", c)
			}
		}
		if err := firstOf(within(path+".list", p.List, 1, maxMoney), within(path+".cost", p.Cost, 1, 1000), within(path+".floor", p.Floor, 0, 1000)); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) checkSegments() error {
	total, seen := 0, map[string]bool{}
	for _, s := range w.Segments {
		path := "segments." + s.ID
		if s.ID == "" || seen[s.ID] {
			return unsound("segments", "twice", "id", s.ID)
		}
		seen[s.ID] = true
		if err := firstOf(within(path+".accounts", int64(s.Accounts), 0, MaxAccounts), s.checkShares(path), s.checkRanges(path)); err != nil {
			return err
		}
		if len(s.Size) < 2 || len(s.Size) > maxQuantiles || !slices.IsSorted(s.Size) || s.Size[0] < 1 || s.Size[len(s.Size)-1] > maxMoney {
			return unsound(path+".size", "quantiles", "max", maxQuantiles)
		}
		if !slices.Contains(customers, s.Tactic) {
			return unsound(path+".tactic", "unknown", "name", s.Tactic)
		}
		sum := int64(0)
		for _, v := range s.Weights {
			if v < 1 || v > 1000 {
				return outside(path+".weights", v, 1, 1000)
			}
			sum += v
		}
		total += s.Accounts
	}
	return within("segments", int64(total), 1, MaxAccounts)
}

func (s *Segment) checkShares(path string) error {
	errs := []error{within(path+".unfit", s.Unfit, 0, 1000), within(path+".explicit", s.Explicit, 1, 1000), within(path+".latent", s.Latent, 0, 1000),
		within(path+".temptation", s.Temptation, 0, 1000)}
	for _, v := range s.Season {
		errs = append(errs, within(path+".season", v, 1, 3000))
	}
	return firstOf(errs...)
}

func (s *Segment) checkRanges(path string) error {
	for name, r := range map[string]Range{"urgency": s.Urgency, "rival": s.Rival, "credit": s.Credit} {
		if r[0] < 0 || r[1] < r[0] || r[1] > 1000 {
			return unsound(path+"."+name, "order", "from", r[0], "to", r[1])
		}
	}
	return nil
}

func (w *World) checkTerms() error {
	t := &w.Terms
	for _, l := range []struct {
		name         string
		values, cost []int64
	}{{"discount", t.Discount, t.Discount}, {"payment", t.Payment, t.Cost.Payment}, {"delivery", t.Delivery, t.Cost.Delivery}, {"warranty", t.Warranty, t.Cost.Warranty}} {
		if len(l.values) < 2 || len(l.values) > maxList || len(l.cost) != len(l.values) {
			return unsound("terms."+l.name, "number", "n", len(l.values), "max", maxList)
		}
		if !slices.IsSorted(l.cost) || l.cost[0] < 0 || l.cost[len(l.cost)-1] > 9000 || l.cost[len(l.cost)-1] == l.cost[0] {
			return unsound("terms.cost."+l.name, "costs")
		}
		for _, v := range l.values {
			if v < 0 || v > 10_000 {
				return outside("terms."+l.name, v, 0, 10_000)
			}
		}
	}
	return within("terms.rounds", int64(t.Rounds), 1, maxRounds)
}

func (w *World) checkTables() error {
	for name, d := range w.Departments {
		if _, ok := usualDepartments[name]; !ok {
			return unsound("departments."+name, "unknown", "name", name)
		}
		if err := firstOf(within("departments."+name+".hands", int64(d.Hands), 1, maxHands), within("departments."+name+".service", d.Service, 1, 100_000),
			within("departments."+name+".every", d.Every, 30, 1_000_000)); err != nil {
			return err
		}
		if d.Service >= d.Every*int64(d.Hands) {
			return unsound("departments."+name, "overloaded")
		}
	}
	return firstOf(known("risks", w.Risks, usualRisks, 1000), known("fines", w.Fines, usualFines, maxMoney), known("minutes", w.Minutes, usualMinutes(), 10_000))
}

// known says whether a table has only names that are known, and values within bounds.
func known(path string, m, names map[string]int64, most int64) error {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if _, ok := names[k]; !ok {
			return unsound(path+"."+k, "unknown", "name", k)
		}
		if err := within(path+"."+k, m[k], 0, most); err != nil {
			return err
		}
	}
	return nil
}
