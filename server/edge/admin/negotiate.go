package admin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"tongguan/quizzes/negotiation"
)

// negotiateAnalyze says what can be known of domains before anybody speaks.
func negotiateAnalyze(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, -1); err != nil {
		return err
	}
	var out []analysisReport
	for _, path := range f.Args() {
		domain, err := d.domain(path)
		if err != nil {
			return err
		}
		out = append(out, report(path, domain))
	}
	if *asJSON {
		return d.json(out)
	}
	return d.printAnalyses(out)
}

// analysisReport is the analysis of one domain; outcomes are written as value names by issue.
type analysisReport struct {
	File             string        `json:"file"`
	Outcomes         int           `json:"outcomes"`
	Rational         int           `json:"rational"`
	Pareto           []pointReport `json:"pareto"`
	Nash             *pointReport  `json:"nash"`
	Egalitarian      *pointReport  `json:"egalitarian"`
	KalaiSmorodinsky *pointReport  `json:"kalai_smorodinsky"`
	Utilitarian      pointReport   `json:"utilitarian"`
	MinAbsDifference pointReport   `json:"min_abs_difference"`

	OppositionUtilitarian      float64 `json:"opposition_utilitarian"`
	OppositionMinAbsDifference float64 `json:"opposition_min_abs_difference"`
	OppositionNearest          float64 `json:"opposition_nearest"`
	Balance                    float64 `json:"balance"`
}

type pointReport struct {
	Outcome map[string]string `json:"outcome"`
	Utility [2]float64        `json:"utility"`
}

func report(file string, d *negotiation.Domain) analysisReport {
	a := negotiation.Analyse(d)
	out := analysisReport{File: file, Outcomes: a.Outcomes, Rational: a.Rational, Pareto: []pointReport{},
		Utilitarian: pointOf(d, a.Utilitarian), MinAbsDifference: pointOf(d, a.MinAbsDifference),
		OppositionUtilitarian: a.OppositionUtilitarian, OppositionMinAbsDifference: a.OppositionMinAbsDifference,
		OppositionNearest: a.OppositionNearest, Balance: a.Balance}
	for _, p := range a.Pareto {
		out.Pareto = append(out.Pareto, pointOf(d, p))
	}
	for _, s := range []struct {
		from *negotiation.Point
		to   **pointReport
	}{{a.Nash, &out.Nash}, {a.Egalitarian, &out.Egalitarian}, {a.KalaiSmorodinsky, &out.KalaiSmorodinsky}} {
		if s.from != nil {
			p := pointOf(d, *s.from)
			*s.to = &p
		}
	}
	return out
}

func pointOf(d *negotiation.Domain, p negotiation.Point) pointReport {
	return pointReport{d.Values(p.Outcome), [2]float64{p.U[negotiation.A].Float(), p.U[negotiation.B].Float()}}
}

func (d *desk) printAnalyses(all []analysisReport) error {
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for i, a := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, a.File)
		fmt.Fprintln(w, "  "+d.voice.T("negotiate.counts", "outcomes", a.Outcomes, "rational", a.Rational, "pareto", len(a.Pareto)))
		for _, row := range []struct {
			key string
			p   *pointReport
		}{{"nash", a.Nash}, {"egalitarian", a.Egalitarian}, {"kalai_smorodinsky", a.KalaiSmorodinsky},
			{"utilitarian", &a.Utilitarian}, {"min_abs_difference", &a.MinAbsDifference}} {
			if row.p == nil {
				fmt.Fprintf(w, "  %s\t%s\n", d.voice.T("negotiate."+row.key), d.voice.T("negotiate.none"))
				continue
			}
			fmt.Fprintf(w, "  %s\t%.6f\t%.6f\t%s\n", d.voice.T("negotiate."+row.key), row.p.Utility[0], row.p.Utility[1], spell(row.p.Outcome))
		}
		fmt.Fprintf(w, "  %s\t%.6f\t%.6f\t%.6f\n", d.voice.T("negotiate.opposition"), a.OppositionUtilitarian, a.OppositionMinAbsDifference, a.OppositionNearest)
	}
	return w.Flush()
}

// spell writes an outcome on one line, by issue.
func spell(o map[string]string) string {
	var parts []string
	for issue, value := range o {
		parts = append(parts, issue+"="+value)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// negotiatePlay lets two tactics negotiate once and reviews what they did.
func negotiatePlay(_ context.Context, d *desk, args []string) error {
	f := d.flags()
	a := f.String("a", "boulware", d.help("tactic_a"))
	b := f.String("b", "linear", d.help("tactic_b"))
	rounds := f.Int("rounds", 20, d.help("rounds"))
	seed := f.Uint64("seed", 1, d.help("seed"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	domain, err := d.domain(f.Arg(0))
	if err != nil {
		return err
	}
	table := negotiation.NewTable(domain)
	s, err := match(table, *a, *b, *rounds, *seed)
	if err != nil {
		return d.misused(err)
	}
	out := playReport{File: f.Arg(0), A: *a, B: *b, Rounds: *rounds, End: endNames[s.End], Moves: []moveReport{},
		Utility: [2]float64{s.Utility(negotiation.A).Float(), s.Utility(negotiation.B).Float()}}
	out.fill(s)
	if *asJSON {
		return d.json(out)
	}
	return d.printPlay(out)
}

var endNames = map[negotiation.End]string{negotiation.Agreed: "agreed", negotiation.Left: "left", negotiation.TimedOut: "timed_out"}

// match plays one session between two tactics by name.
func match(t *negotiation.Table, a, b string, rounds int, seed uint64) (*negotiation.Session, error) {
	s, err := negotiation.NewSession(t, rounds)
	if err != nil {
		return nil, err
	}
	x, err := negotiation.NewTactic(a, seed)
	if err != nil {
		return nil, err
	}
	y, err := negotiation.NewTactic(b, seed+1)
	if err != nil {
		return nil, err
	}
	return s, s.Run(x, y)
}

type playReport struct {
	File     string           `json:"file"`
	A        string           `json:"a"`
	B        string           `json:"b"`
	Rounds   int              `json:"rounds"`
	End      string           `json:"end"`
	Utility  [2]float64       `json:"utility"`
	Result   *pointReport     `json:"result"`
	Judged   *verdictReport   `json:"judged"`
	Moves    []moveReport     `json:"moves"`
	Conduct  [2]conductReport `json:"conduct"`
	Anchor   *float64         `json:"anchor"`
	Answered float64          `json:"reciprocity"`
}

type moveReport struct {
	Side string           `json:"side"`
	Step negotiation.Step `json:"step"`
	pointReport
}

type verdictReport struct {
	Efficient  bool       `json:"efficient"`
	ToFrontier float64    `json:"distance_to_frontier"`
	JointShare float64    `json:"joint_gain_share"`
	Left       [2]float64 `json:"left_on_table"`
	LeftMoney  [2]int64   `json:"left_on_table_fen"`
}

type conductReport struct {
	Offers     int                      `json:"offers"`
	Steps      map[negotiation.Step]int `json:"steps"`
	Conceded   float64                  `json:"conceded"`
	Largest    float64                  `json:"largest_step"`
	Unanswered int                      `json:"unanswered_in_a_row"`
	Revealed   float64                  `json:"revealed"`
}

func (p *playReport) fill(s *negotiation.Session) {
	d := s.Table.Domain
	r := s.Review()
	for _, o := range r.Offers {
		p.Moves = append(p.Moves, moveReport{o.Side.String(), o.Step, pointOf(d, d.Point(o.Outcome))})
	}
	for i, c := range r.Conduct {
		p.Conduct[i] = conductReport{c.Offers, c.Steps, c.Conceded.Float(), c.Largest.Float(), c.Unanswered, c.Revealed}
	}
	p.Answered = r.Reciprocity
	if r.HasAnchor {
		p.Anchor = &r.Anchor
	}
	if s.End == negotiation.Agreed {
		result := pointOf(d, d.Point(s.Result))
		a := negotiation.Analyse(d)
		v := a.Judge(d, s.Result)
		p.Result, p.Judged = &result, &verdictReport{v.Efficient, v.ToFrontier, v.JointShare,
			[2]float64{v.Left[0].Float(), v.Left[1].Float()}, v.LeftMoney}
	}
}

func (d *desk) printPlay(p playReport) error {
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	for _, m := range p.Moves {
		fmt.Fprintf(w, "%s\t%.4f\t%.4f\t%s\t%s\n", m.Side, m.Utility[0], m.Utility[1], d.voice.T("negotiate.step."+string(m.Step)), spell(m.Outcome))
	}
	fmt.Fprintf(w, "%s\t%.4f\t%.4f\n", d.voice.T("negotiate.end."+p.End), p.Utility[0], p.Utility[1])
	if err := w.Flush(); err != nil || p.Judged == nil {
		return err
	}
	d.say("negotiate.judged", "share", fmt.Sprintf("%.1f%%", 100*p.Judged.JointShare), "distance", fmt.Sprintf("%.4f", p.Judged.ToFrontier),
		"a", fmt.Sprintf("%.4f", p.Judged.Left[0]), "b", fmt.Sprintf("%.4f", p.Judged.Left[1]))
	return nil
}

// negotiateTournament lets every tactic meet every other, on both sides of every domain in a folder.
func negotiateTournament(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	rounds := f.Int("rounds", 20, d.help("rounds"))
	seed := f.Uint64("seed", 1, d.help("seed"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 1); err != nil {
		return err
	}
	paths, err := domainsIn(f.Arg(0))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return d.misused(errors.New(d.voice.T("negotiate.no_domains", "folder", f.Arg(0))))
	}
	standings := map[string]*standing{}
	for _, path := range paths {
		domain, err := d.domain(path)
		if err != nil {
			return err
		}
		if err := d.meet(ctx, negotiation.NewTable(domain), *rounds, *seed, standings); err != nil {
			return err
		}
	}
	return d.printStandings(standings, len(paths), *asJSON)
}

// standing is how one tactic fared.
type standing struct {
	Tactic    string  `json:"tactic"`
	Sessions  int     `json:"sessions"`
	Utility   float64 `json:"mean_utility"`
	Opponent  float64 `json:"mean_opponent_utility"`
	Agreement float64 `json:"agreements"` // share of the sessions
}

func (d *desk) meet(ctx context.Context, t *negotiation.Table, rounds int, seed uint64, all map[string]*standing) error {
	for _, a := range negotiation.TacticNames() {
		for _, b := range negotiation.TacticNames() {
			if err := ctx.Err(); err != nil {
				return err
			}
			s, err := match(t, a, b, rounds, seed)
			if err != nil {
				return d.misused(err)
			}
			for side, name := range []string{a, b} {
				one := all[name]
				if one == nil {
					one = &standing{Tactic: name}
					all[name] = one
				}
				one.Sessions++
				one.Utility += s.Utility(negotiation.Side(side)).Float()
				one.Opponent += s.Utility(negotiation.Side(1 - side)).Float()
				if s.End == negotiation.Agreed {
					one.Agreement++
				}
			}
		}
	}
	return nil
}

func (d *desk) printStandings(all map[string]*standing, domains int, asJSON bool) error {
	var out []standing
	for _, s := range all {
		n := float64(s.Sessions)
		out = append(out, standing{s.Tactic, s.Sessions, s.Utility / n, s.Opponent / n, s.Agreement / n})
	}
	slices.SortFunc(out, func(x, y standing) int {
		if x.Utility != y.Utility {
			return map[bool]int{true: -1, false: 1}[x.Utility > y.Utility]
		}
		return strings.Compare(x.Tactic, y.Tactic)
	})
	if asJSON {
		return d.json(map[string]any{"domains": domains, "standings": out})
	}
	w := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, d.voice.T("negotiate.standings_head"))
	for _, s := range out {
		fmt.Fprintf(w, "%s\t%.4f\t%.4f\t%.1f%%\t%d\n", s.Tactic, s.Utility, s.Opponent, 100*s.Agreement, s.Sessions)
	}
	return w.Flush()
}
