package pipeline

import "math"

// Chain is a row of stages that an opportunity goes through, one step at a time: forward, out, back, or it
// stays. Forward from the last stage wins. Back from the first is not possible.
type Chain struct {
	Advance  []float64 `json:"advance"`
	Lose     []float64 `json:"lose"`
	Back     []float64 `json:"back"`
	Arrivals float64   `json:"arrivals_per_step"` // opportunities that come to the first stage at each step, on average
}

// MaxStages is how long a chain may be.
const MaxStages = 200

// ChainError is what is wrong with a chain, and at which stage, from 0; -1 for the whole.
type ChainError struct {
	Key   string
	Stage int
}

func (e *ChainError) Error() string { return "pipeline: " + e.Key }

// Check says what is wrong with a chain: lists of unlike length, probabilities out of range or above 1 together,
// a stage that is never left, arrivals below 0.
func (c Chain) Check() error {
	n := len(c.Advance)
	if n < 1 || n > MaxStages || len(c.Lose) != n || len(c.Back) != n {
		return &ChainError{"chain.lengths", -1}
	}
	if !(c.Arrivals >= 0 && c.Arrivals <= 1000) {
		return &ChainError{"chain.arrivals", -1}
	}
	for i := range n {
		for _, p := range []float64{c.Advance[i], c.Lose[i], c.Back[i]} {
			if !(p >= 0 && p <= 1) {
				return &ChainError{"chain.range", i}
			}
		}
		if c.Advance[i]+c.Lose[i]+c.Back[i] > 1+1e-12 {
			return &ChainError{"chain.sum", i}
		}
	}
	if c.Back[0] > 0 {
		return &ChainError{"chain.back_first", 0}
	}
	return c.ends()
}

// ends makes sure that every stage leads out in the end: backwards from winning and losing, all are reached.
func (c Chain) ends() error {
	out := make([]bool, len(c.Advance))
	for range out {
		for i := range out {
			out[i] = out[i] || c.Lose[i] > 0 || c.Advance[i] > 0 && (i == len(out)-1 || out[i+1]) || c.Back[i] > 0 && i > 0 && out[i-1]
		}
	}
	for i, ok := range out {
		if !ok {
			return &ChainError{"chain.endless", i}
		}
	}
	return nil
}

// Solution is what follows from a chain by calculation, for each stage that an opportunity may start from.
type Solution struct {
	Win      []float64   `json:"win_probability"`
	Steps    []float64   `json:"expected_steps"` // until it is won or lost
	Variance []float64   `json:"variance_steps"`
	Visits   [][]float64 `json:"visits"` // steps spent at each stage: the fundamental matrix
}

// Solve computes the absorbing Markov chain exactly, up to rounding: with Q the steps between stages, the
// fundamental matrix is N = (I − Q)⁻¹, the win probabilities N·w, the expected steps t = N·1 and their variance
// (2N − I)·t − t² (Grinstead and Snell 1997, chapter 11; Kemeny and Snell 1960, theorem 3.3.5).
func (c Chain) Solve() (Solution, error) {
	if err := c.Check(); err != nil {
		return Solution{}, err
	}
	n := len(c.Advance)
	m := make([][]float64, n) // I − Q beside I
	for i := range m {
		m[i] = make([]float64, 2*n)
		m[i][i], m[i][n+i] = c.Advance[i]+c.Lose[i]+c.Back[i], 1 // 1 less what stays
		if i+1 < n {
			m[i][i+1] = -c.Advance[i]
		}
		if i > 0 {
			m[i][i-1] = -c.Back[i]
		}
	}
	invert(m)
	s := Solution{Win: make([]float64, n), Steps: make([]float64, n), Variance: make([]float64, n), Visits: make([][]float64, n)}
	for i := range n {
		s.Visits[i] = m[i][n:]
		s.Win[i] = s.Visits[i][n-1] * c.Advance[n-1]
		for _, v := range s.Visits[i] {
			s.Steps[i] += v
		}
	}
	for i := range n {
		sum := 0.0
		for j, v := range s.Visits[i] {
			sum += v * s.Steps[j]
		}
		s.Variance[i] = math.Max(0, 2*sum-s.Steps[i]-s.Steps[i]*s.Steps[i])
	}
	return s, nil
}

// invert brings the left half of a matrix to the identity by Gauss and Jordan, with the largest pivot.
func invert(m [][]float64) {
	for col := range m {
		pivot := col
		for row := col + 1; row < len(m); row++ {
			if math.Abs(m[row][col]) > math.Abs(m[pivot][col]) {
				pivot = row
			}
		}
		m[col], m[pivot] = m[pivot], m[col]
		by := m[col][col]
		for k := range m[col] {
			m[col][k] /= by
		}
		for row := range m {
			if f := m[row][col]; row != col && f != 0 {
				for k := range m[row] {
					m[row][k] -= f * m[col][k]
				}
			}
		}
	}
}

// Servers is an M/M/c queue: arrivals and services at random, c alike servers, first come first served.
type Servers struct {
	Arrivals float64 // per unit of time
	Service  float64 // per server and unit of time
	Count    int
}

// Load is the share of time that a server is busy; at 1 and above the queue grows without end.
func (s Servers) Load() float64 { return s.Arrivals / (s.Service * float64(s.Count)) }

// Waits is the probability of having to wait (Erlang's C formula, 1917); 1 where the queue grows without end.
func (s Servers) Waits() float64 {
	offered := s.Arrivals / s.Service
	if s.Load() >= 1 {
		return 1
	}
	b := 1.0 // Erlang's B by its recursion
	for k := 1; k <= s.Count; k++ {
		b = offered * b / (float64(k) + offered*b)
	}
	return b / (1 - s.Load()*(1-b))
}

// InSystem is the mean number of those who wait or are served; infinite where the queue grows without end.
func (s Servers) InSystem() float64 {
	if s.Load() >= 1 {
		return math.Inf(1)
	}
	return s.Waits()*s.Load()/(1-s.Load()) + s.Arrivals/s.Service
}

// Stay is the mean time from coming to leaving, by Little's law (1961): the number in the system over the rate.
func (s Servers) Stay() float64 { return s.InSystem() / s.Arrivals }
