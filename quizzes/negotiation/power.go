package negotiation

// The functions of package math may differ in the last bit from one machine to another, because compilers fuse
// multiplications and additions and some are written in assembly. These use operations that IEEE 754 rounds in
// one way only; an explicit conversion keeps the compiler from fusing (Go specification, floating-point operators).

const ln2 = 0.6931471805599453

// logarithm is the natural logarithm of x > 0, by halving into [0.7, 1.4] and the series of the inverse hyperbolic tangent.
func logarithm(x float64) float64 {
	twos := 0
	for x > 1.4 {
		x, twos = x/2, twos+1
	}
	for x < 0.7 {
		x, twos = x*2, twos-1
	}
	z := (x - 1) / (x + 1)
	square, term, sum := float64(z*z), z, 0.0
	for n := 1; n < 40; n += 2 {
		sum = sum + float64(term/float64(n))
		term = float64(term * square)
	}
	return float64(2*sum) + float64(float64(twos)*ln2)
}

// exponential is eˣ, by halving and its series.
func exponential(x float64) float64 {
	if x < -700 {
		return 0
	}
	halvings := 0
	for x > 0.25 || x < -0.25 {
		x, halvings = x/2, halvings+1
	}
	sum, term := 1.0, 1.0
	for n := 1; n < 20; n++ {
		term = float64(term*x) / float64(n)
		sum = sum + term
	}
	for range halvings {
		sum = float64(sum * sum)
	}
	return sum
}

// power is x to the y for x from 0 to 1 and y above 0.
func power(x, y float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case y == 1:
		return x
	}
	return exponential(float64(y * logarithm(x)))
}
