package pipeline

import "math"

// What happens to an opportunity in a chain.
const (
	Entered Kind = iota + 1
	Advanced
	FellBack
	Stayed
	Won  // Value is the number of steps it took
	Lost // Value likewise
)

// ChainState is what a log of a chain amounts to: a pure reduction of its events.
type ChainState struct {
	Now     Minute `json:"now"`
	Arrived int    `json:"arrived"`
	Live    int    `json:"live"`
	Won     int    `json:"won"`
	Lost    int    `json:"lost"`
	ByStage []int  `json:"by_stage"` // live opportunities at each stage

	Steps   int64   `json:"steps"`         // of those that ended, together
	Squares float64 `json:"steps_squared"` // of their steps, together: exact while below 2⁵³
	Visits  []int64 `json:"visits"`        // steps spent at each stage, by all
	Area    int64   `json:"area"`          // live opportunities, added up over the steps of the clock

	stages []uint8 // of each opportunity
}

// NewChainState is the state before anything has happened.
func NewChainState(stages int) *ChainState {
	return &ChainState{ByStage: make([]int, stages), Visits: make([]int64, stages)}
}

// Apply takes one event in. An event that cannot follow on what was before gives a *LogError.
func (s *ChainState) Apply(e Event) error {
	known := int(e.Entity) < len(s.stages)
	if e.At < s.Now || int(e.Stage) >= len(s.ByStage) || (e.Kind == Entered) == known {
		return &LogError{"log.impossible", -1, 0}
	}
	s.Area += int64(s.Live) * int64(e.At-s.Now)
	s.Now = e.At
	if e.Kind == Entered {
		if int(e.Entity) != len(s.stages) {
			return &LogError{"log.impossible", -1, 0}
		}
		s.stages = append(s.stages, e.Stage)
		s.Arrived, s.Live, s.ByStage[e.Stage] = s.Arrived+1, s.Live+1, s.ByStage[e.Stage]+1
		return nil
	}
	from := s.stages[e.Entity]
	if from == gone {
		return &LogError{"log.impossible", -1, 0}
	}
	s.Visits[from]++
	switch e.Kind {
	case Advanced, FellBack, Stayed:
		s.ByStage[from]--
		s.ByStage[e.Stage]++
		s.stages[e.Entity] = e.Stage
	case Won, Lost:
		s.end(e, from)
	default:
		return &LogError{"log.impossible", -1, 0}
	}
	return nil
}

// gone is the stage of what is won or lost.
const gone = 255

func (s *ChainState) end(e Event, from uint8) {
	s.ByStage[from]--
	s.Live--
	s.stages[e.Entity] = gone
	s.Steps += e.Value
	s.Squares += float64(e.Value * e.Value)
	if e.Kind == Won {
		s.Won++
	} else {
		s.Lost++
	}
}

// ChainRun simulates a chain event by event. Each opportunity has its own stream of chance, so that one more
// changes nothing for the others.
type ChainRun struct {
	Log   *Log // nil: events are reduced and not kept
	State *ChainState

	root    Root
	queue   *queue
	shares  [][3]Share // advance, lose, back
	streams []Stream
	began   []Minute
}

// NewChainRun makes an empty world; the chain must be sound (Check).
func NewChainRun(r Root, c Chain, keep bool) *ChainRun {
	run := &ChainRun{State: NewChainState(len(c.Advance)), root: r, queue: newQueue()}
	if keep {
		run.Log = NewLog(r, nil)
	}
	for i := range c.Advance {
		run.shares = append(run.shares, [3]Share{ShareOf(c.Advance[i]), ShareOf(c.Lose[i]), ShareOf(c.Back[i])})
	}
	return run
}

// Enter lets an opportunity come in at a stage now.
func (r *ChainRun) Enter(stage int) {
	entity := uint32(len(r.streams))
	r.streams = append(r.streams, r.root.Stream(uint64(entity), "chain"))
	r.began = append(r.began, r.queue.now)
	r.emit(Event{At: r.queue.now, Entity: entity, Kind: Entered, Stage: uint8(stage)})
	r.queue.add(r.queue.now+1, Normal, entity, Stayed)
}

func (r *ChainRun) emit(e Event) {
	if r.Log != nil {
		r.Log.Append(e)
	}
	if err := r.State.Apply(e); err != nil {
		panic(err) // the engine itself made it
	}
}

// Run goes on until nothing is live or the clock reaches until.
func (r *ChainRun) Run(until Minute) {
	for {
		at, entity, _, ok := r.queue.take(until)
		if !ok {
			return
		}
		r.step(at, entity)
	}
}

// step moves one opportunity.
func (r *ChainRun) step(at Minute, entity uint32) {
	stage := r.State.stages[entity]
	p := &r.shares[stage]
	e := Event{At: at, Entity: entity, Kind: Stayed, Stage: stage}
	switch r.streams[entity].Choice(p[0], p[1], p[2]) {
	case 0:
		if e.Kind, e.Stage = Advanced, stage+1; int(stage)+1 == len(r.shares) {
			e.Kind, e.Stage = Won, stage
		}
	case 1:
		e.Kind = Lost
	case 2:
		e.Kind, e.Stage = FellBack, stage-1
	}
	if e.Kind == Won || e.Kind == Lost {
		e.Value = int64(at - r.began[entity])
	} else {
		r.queue.add(at+1, Normal, entity, Stayed)
	}
	r.emit(e)
}

// Simulated are the solver's figures as the simulator finds them.
type Simulated struct {
	Solution
	StandardError struct {
		Win   []float64 `json:"win_probability"`
		Steps []float64 `json:"expected_steps"`
	} `json:"standard_error"`
	Replications int `json:"replications"`
	// MeanInSystem is the time average of live opportunities when they arrive at the chain's rate, beside the
	// product of the observed rate and the observed mean stay, which Little's law says it equals.
	MeanInSystem   float64 `json:"mean_in_system"`
	LittleInSystem float64 `json:"little_in_system"`
}

// Simulate plays every starting stage so often, and the flow of arrivals once. Every opportunity ends with
// probability 1, but the clock stops at 2³¹ steps.
func (c Chain) Simulate(seed uint64, replications int) (Simulated, error) {
	if err := c.Check(); err != nil {
		return Simulated{}, err
	}
	out := Simulated{Replications: replications}
	n := float64(replications)
	for stage := range c.Advance {
		run := NewChainRun(Root{seed, "chain from " + string(rune('0'+stage))}, c, false)
		for range replications {
			run.Enter(stage)
		}
		run.Run(1 << 31)
		s := run.State
		win, mean := float64(s.Won)/n, float64(s.Steps)/n
		variance := (s.Squares - float64(n*mean*mean)) / max(1, n-1)
		visits := make([]float64, len(c.Advance))
		for i, v := range s.Visits {
			visits[i] = float64(v) / n
		}
		out.Win, out.Steps, out.Variance, out.Visits = append(out.Win, win), append(out.Steps, mean), append(out.Variance, variance), append(out.Visits, visits)
		out.StandardError.Win = append(out.StandardError.Win, math.Sqrt(win*(1-win)/n))
		out.StandardError.Steps = append(out.StandardError.Steps, math.Sqrt(variance/n))
	}
	out.MeanInSystem, out.LittleInSystem = c.flow(seed)
	return out, nil
}

// flowArrivals is about how many opportunities the flow lets come.
const flowArrivals = 300_000

// flow lets opportunities arrive, the whole part of the rate at every step and one more with the probability of
// the rest, and looks at the system over all the time.
func (c Chain) flow(seed uint64) (mean, little float64) {
	if c.Arrivals == 0 {
		return 0, 0
	}
	run := NewChainRun(Root{seed, "flow"}, c, false)
	chance := run.root.Stream(0, "arrivals")
	whole, rest := math.Modf(c.Arrivals)
	share := ShareOf(rest)
	steps := Minute(min(5e6, flowArrivals/c.Arrivals))
	for t := Minute(1); t <= steps; t++ {
		for range int(whole) {
			run.Enter(0)
		}
		if chance.Hits(share) {
			run.Enter(0)
		}
		run.Run(t + 1)
		run.queue.advance(t)
	}
	s := run.State
	mean = float64(s.Area) / float64(s.Now)
	ended := float64(s.Won + s.Lost)
	return mean, float64(s.Arrived) / float64(steps) * float64(s.Steps) / max(1, ended)
}

// ReplayChain reduces a log of a chain with this many stages: the state that it amounts to.
func ReplayChain(l *Log, stages int) (*ChainState, error) {
	s := NewChainState(stages)
	for i := range l.Len() {
		if err := s.Apply(l.At(i)); err != nil {
			return nil, &LogError{"log.impossible", i, i + 1}
		}
	}
	return s, nil
}
