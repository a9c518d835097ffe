package pipeline

// Elementary functions that are the same bit for bit on every machine. Those of package math are not promised to
// be: compilers may fuse a multiplication with an addition, and some are written in assembly. Here every product
// is converted explicitly, which forbids fusing (Go specification, floating-point operators).

// logarithm is ln x for x from 0.5 to 1, by the series of the inverse hyperbolic tangent.
func logarithm(x float64) float64 {
	z := (x - 1) / (x + 1)
	square, term, sum := float64(z*z), z, 0.0
	for n := 1; n < 40; n += 2 {
		sum += float64(term / float64(n))
		term = float64(term * square)
	}
	return float64(2 * sum)
}

// unit is 1 in the fixed point of distribution tables.
const unit = 1 << 32

// tableSize is into how many pieces a table cuts the probabilities; between two entries the line is taken.
const tableSize = 4096

// Table is a distribution as its quantiles, in fixed point with 32 bits after the point.
type Table [tableSize + 1]int64

// Draw draws from the table: one random number says where between two quantiles.
func (t *Table) Draw(s *Stream) int64 {
	u := s.Uint64()
	at, between := u>>52, int64(u>>20&0xffffffff)
	low, high := t[at], t[at+1]
	return low + mulShift(high-low, between)
}

// mulShift is x·y/2³² for x and y below 2⁴⁷ and 2³², rounded down.
func mulShift(x, y int64) int64 { return (x>>16)*y>>16 + (x&0xffff)*y>>32 }

// residual is the exponential distribution with mean 1, cut off at ln 2.
var residual = func() (t Table) {
	for i := range t {
		t[i] = int64(float64(-logarithm(1-float64(i)/(2*tableSize)) * unit))
	}
	return t
}()

const ln2Fixed = 2977044471 // ln 2 · 2³²

// Exponential draws a waiting time with this mean in minutes, rounded down. An exponential variable is a whole
// number of halvings, which is geometric, and an independent rest below ln 2.
func (s *Stream) Exponential(mean Minute) Minute {
	halvings := int64(0)
	for s.Uint64()&1 == 0 {
		halvings++
	}
	x := halvings*ln2Fixed + residual.Draw(s)
	return Minute(min(uint64(x>>16)*uint64(mean)>>16, 1<<31))
}
