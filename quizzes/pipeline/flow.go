package pipeline

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Flow is a market as a table of past opportunities shows it: rates and distributions, without anybody's acts.
type Flow struct {
	Advance  []Permille  `yaml:"advance" json:"advance"`     // from each stage that was recorded to the next, the last to being won
	WonDays  []int64     `yaml:"won_days" json:"won_days"`   // from the beginning to the end, calendar days; middles of equal parts
	LostDays []int64     `yaml:"lost_days" json:"lost_days"` //
	Ratio    []int64     `yaml:"ratio" json:"ratio"`         // price of won deals in basis points of the list price; likewise
	Products []FlowShare `yaml:"products" json:"products"`
}

// FlowShare is a product's part of the opportunities, in millionths, and its list price.
type FlowShare struct {
	ID    string `yaml:"id" json:"id"`
	Share int64  `yaml:"share" json:"share"`
	List  Money  `yaml:"list" json:"list"`
}

func (f *Flow) check() error {
	if len(f.Advance) == 0 || len(f.Advance) > MaxStages || len(f.Products) == 0 || len(f.Products) > 1000 {
		return unsound("flow", "number", "n", len(f.Advance), "max", MaxStages)
	}
	for _, p := range f.Advance {
		if p < 0 || p > 1000 {
			return outside("flow.advance", p, 0, 1000)
		}
	}
	for _, p := range f.Products {
		if err := firstOf(within("flow.products", p.Share, 0, 1_000_000), within("flow.products", p.List, 1, maxMoney)); err != nil {
			return err
		}
	}
	for name, q := range map[string][]int64{"won_days": f.WonDays, "lost_days": f.LostDays, "ratio": f.Ratio} {
		if len(q) == 0 || len(q) > 1<<12 || !slices.IsSorted(q) || q[0] < 0 || q[len(q)-1] > 1_000_000 {
			return unsound("flow."+name, "quantiles", "max", 1<<12)
		}
	}
	return nil
}

// Closed is an opportunity that has ended.
type Closed struct {
	Product string
	Won     bool
	Days    int64 // from beginning to end
	Value   Money // of a won one
	Reached int   // how many of the recorded stages it passed; 0 where none are recorded
}

// Simulate draws opportunities from the flow, each from its own stream.
func (f *Flow) Simulate(root Root, n int) []Closed {
	out := make([]Closed, n)
	for i := range out {
		s := root.Stream(uint64(i), "flow")
		d := &out[i]
		p := f.product(&s)
		d.Product, d.Won = p.ID, true
		for _, rate := range f.Advance {
			if d.Won = s.Below(1000) < uint64(rate); !d.Won {
				break
			}
			d.Reached++
		}
		if !d.Won {
			d.Days = f.LostDays[s.Below(uint64(len(f.LostDays)))]
			continue
		}
		d.Days = f.WonDays[s.Below(uint64(len(f.WonDays)))]
		d.Value = p.List * f.Ratio[s.Below(uint64(len(f.Ratio)))] / 10_000
	}
	return out
}

func (f *Flow) product(s *Stream) FlowShare {
	u := int64(s.Below(1_000_000))
	for _, p := range f.Products {
		if u -= p.Share; u < 0 {
			return p
		}
	}
	return f.Products[len(f.Products)-1]
}

// parts is into how many equal parts a fitted distribution is cut.
const parts = 256

// middles are the middles of equal parts of a sample.
func middles(sample []int64) []int64 {
	if len(sample) == 0 {
		return []int64{0}
	}
	s := slices.Sorted(slices.Values(sample))
	n := min(parts, len(s))
	out := make([]int64, n)
	for i := range out {
		out[i] = s[(2*i+1)*len(s)/(2*n)]
	}
	return out
}

// FitFlow fits a flow to deals. Stages is how many stages were recorded, 0 where only the end is known; list gives
// the list price of each product, and where it gives none the median of its won deals is taken. It needs at least
// one won and one lost deal.
func FitFlow(deals []Closed, stages int, list map[string]Money) (*Flow, error) {
	f := &Flow{}
	var won, lost []int64
	byProduct, values := map[string]int64{}, map[string][]int64{}
	for _, d := range deals {
		byProduct[d.Product]++
		if d.Won {
			won = append(won, d.Days)
			values[d.Product] = append(values[d.Product], d.Value)
		} else {
			lost = append(lost, d.Days)
		}
	}
	if len(won) == 0 || len(lost) == 0 {
		return nil, unsound("", "fit_few", "won", len(won), "lost", len(lost))
	}
	f.WonDays, f.LostDays = middles(won), middles(lost)
	for id, n := range byProduct {
		price := list[id]
		if v := slices.Sorted(slices.Values(values[id])); price == 0 && len(v) > 0 {
			price = max(1, v[len(v)/2])
		}
		f.Products = append(f.Products, FlowShare{id, n * 1_000_000 / int64(len(deals)), max(1, price)})
	}
	slices.SortFunc(f.Products, func(x, y FlowShare) int { return cmp.Or(cmp.Compare(y.Share, x.Share), cmp.Compare(x.ID, y.ID)) })
	var ratio []int64
	for _, p := range f.Products {
		for _, v := range values[p.ID] {
			ratio = append(ratio, share10000(v, p.List))
		}
	}
	f.Ratio = middles(ratio)
	f.Advance = advances(deals, stages)
	return f, f.check()
}

// share10000 is part of whole in basis points, rounded to the nearest.
func share10000(part, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(part), 10_000)
	lo, carry := bits.Add64(lo, uint64(whole)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(whole))
	return int64(min(q, 1_000_000))
}

// advances are the rates from stage to stage: of those that passed so many, the part that passed one more.
func advances(deals []Closed, stages int) []Permille {
	passed := make([]int64, max(1, stages)+1)
	for _, d := range deals {
		n := d.Reached
		if d.Won {
			n = len(passed) - 1
		}
		for i := range min(n, len(passed)-1) + 1 {
			passed[i]++
		}
	}
	out := make([]Permille, len(passed)-1)
	for i := range out {
		out[i] = (passed[i+1]*1000 + passed[i]/2) / max(1, passed[i])
	}
	return out
}

// Fitness is how well a flow foretells deals that it was not fitted to.
type Fitness struct {
	Deals     int     `json:"deals"`
	Win       float64 `json:"win_rate"`
	Simulated float64 `json:"win_rate_simulated"`
	WinError  float64 `json:"win_rate_error"`
	WinSE     float64 `json:"win_rate_standard_error"` // of the held-back part, by chance alone
	WonDays   KS      `json:"won_days"`
	LostDays  KS      `json:"lost_days"`
	Value     KS      `json:"value"`
}

// KS is the Kolmogorov–Smirnov distance of two samples and the probability of one at least as great between two
// samples of one distribution (asymptotically, and too great where values repeat).
type KS struct {
	D float64 `json:"d"`
	P float64 `json:"p"`
}

// Fits compares deals with so many that the flow draws.
func (f *Flow) Fits(deals []Closed, seed uint64, n int) Fitness {
	drawn := f.Simulate(Root{seed, "fit"}, n)
	out := Fitness{Deals: len(deals), Win: winRate(deals), Simulated: winRate(drawn)}
	out.WinError = math.Abs(out.Win - out.Simulated)
	out.WinSE = math.Sqrt(out.Win * (1 - out.Win) / float64(max(1, len(deals))))
	days := func(won bool) func(Closed) (int64, bool) {
		return func(d Closed) (int64, bool) { return d.Days, d.Won == won }
	}
	value := func(d Closed) (int64, bool) { return d.Value, d.Won }
	out.WonDays = kolmogorov(pick(deals, days(true)), pick(drawn, days(true)))
	out.LostDays = kolmogorov(pick(deals, days(false)), pick(drawn, days(false)))
	out.Value = kolmogorov(pick(deals, value), pick(drawn, value))
	return out
}

func winRate(deals []Closed) float64 {
	won := 0
	for _, d := range deals {
		if d.Won {
			won++
		}
	}
	return float64(won) / float64(max(1, len(deals)))
}

func pick(deals []Closed, of func(Closed) (int64, bool)) (out []int64) {
	for _, d := range deals {
		if x, ok := of(d); ok {
			out = append(out, x)
		}
	}
	slices.Sort(out)
	return out
}

// kolmogorov compares two sorted samples.
func kolmogorov(x, y []int64) KS {
	if len(x) == 0 || len(y) == 0 {
		return KS{1, 0}
	}
	d, i, j := 0.0, 0, 0
	n, m := float64(len(x)), float64(len(y))
	for i < len(x) && j < len(y) {
		at := min(x[i], y[j])
		for i < len(x) && x[i] == at {
			i++
		}
		for j < len(y) && y[j] == at {
			j++
		}
		d = max(d, math.Abs(float64(i)/n-float64(j)/m))
	}
	root := math.Sqrt(n * m / (n + m))
	return KS{d, survival((root + .12 + .11/root) * d)}
}

// survival is 2·Σ (−1)^(k−1)·exp(−2k²λ²), with Stephens's correction of λ made by the caller.
func survival(lambda float64) float64 {
	sum, sign := 0.0, 1.0
	for k := 1.0; k < 101; k++ {
		term := math.Exp(-2 * k * k * lambda * lambda)
		if sum += sign * term; term < 1e-12 {
			break
		}
		sign = -sign
	}
	return min(1, max(0, 2*sum))
}

// FitWorld makes a territory out of a flow: its products and list prices, deal sizes, the spread of discounts as
// what can be agreed, and as many accounts that will not buy as bring the script-follower's win rate nearest to
// the flow's. What the table cannot tell takes its usual value.
func (f *Flow) FitWorld(name string, values []Money) (World, error) {
	w := World{Name: name, Title: Title{name, name}, Flow: f, Capabilities: []Named{{"core", Title{"基本需求", "Core need"}}}}
	for i, p := range f.Products[:min(len(f.Products), maxList-1)] {
		id := "need-" + string(rune('a'+i))
		w.Capabilities = append(w.Capabilities, Named{id, Title{p.ID, p.ID}})
		w.Products = append(w.Products, Product{ID: p.ID, Title: Title{p.ID, p.ID}, Covers: []string{"core", id}, List: p.List, Cost: 600, Floor: 200})
	}
	for i := range maxList {
		at := f.Ratio[len(f.Ratio)-1-i*(len(f.Ratio)-1)/(maxList-1)]
		if d := max(0, 10_000-at); len(w.Terms.Discount) == 0 || d > w.Terms.Discount[len(w.Terms.Discount)-1] {
			w.Terms.Discount = append(w.Terms.Discount, min(9000, d))
		}
	}
	if len(w.Terms.Discount) < 2 {
		w.Terms.Discount = nil
	}
	size := middles(values)
	s := Segment{ID: "market", Title: Title{"市场", "Market"}, Accounts: 30, Unfit: 1, Size: []Money{max(1, size[0])}}
	for i := range 8 {
		s.Size = append(s.Size, max(1, size[(i+1)*(len(size)-1)/8]))
	}
	w.Segments = []Segment{s}
	won := 1.0
	for _, p := range f.Advance {
		won *= float64(p) / 1000
	}
	best := 2.0
	for unfit := Permille(1); unfit <= 901; unfit += 50 {
		w.Segments[0].Unfit = unfit
		rate, err := scriptRate(w)
		if err != nil {
			return World{}, err
		}
		if off := math.Abs(rate - won); off < best {
			best, s.Unfit = off, unfit
		}
	}
	w.Segments[0].Unfit = s.Unfit
	w.Fill()
	return w, w.Check()
}

// scriptRate is the script-follower's share of accounts won of those that ended, over a few seeds.
func scriptRate(w World) (float64, error) {
	t, err := NewTerritory(w)
	if err != nil {
		return 0, err
	}
	won, ended := 0.0, 0.0
	for seed := range uint64(8) {
		run := t.NewRun(seed)
		run.Play(&ScriptFollower, 0)
		for a := range run.State.Accounts {
			if v := run.of(a); v[Wins] > 0 {
				won, ended = won+1, ended+1
			} else if v[Status] == Gone {
				ended++
			}
		}
	}
	return won / max(1, ended), nil
}
