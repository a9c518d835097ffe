package grading

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Formula is an expression over named parameters, computed exactly in fractions: numbers, + − * / ^ (whole powers),
// brackets, min, max, abs, floor, ceil, round(x, decimals), and one comparison (< <= > >= = !=) at the top, which gives 1 or 0.
type Formula struct {
	source string
	root   node
}

// node computes one part of a formula.
type node func(values map[string]*big.Rat) (*big.Rat, error)

// Bounds of a formula, so that no hostile one costs more than a moment.
const (
	longestFormula = 400  // characters
	deepestFormula = 40   // brackets in brackets
	largestPower   = 64   // of ^
	mostDecimals   = 12   // of round
	mostBits       = 4096 // of a numerator or denominator on the way
)

// Errors of formulas.
var (
	ErrFormula  = errors.New("grading: the formula cannot be read")
	ErrComputed = errors.New("grading: the formula has no value") // a division by zero, an unknown name, a number too large
)

// ParseFormula reads a formula; the error is ErrFormula with the place.
func ParseFormula(source string) (*Formula, error) {
	if len(source) > longestFormula {
		return nil, fmt.Errorf("%w: longer than %d characters", ErrFormula, longestFormula)
	}
	p := &parser{text: source}
	root, err := p.comparison()
	if p.space(); err == nil && p.at < len(p.text) {
		err = p.wrong()
	}
	if err != nil {
		return nil, err
	}
	return &Formula{source, root}, nil
}

// String gives the formula as it was written.
func (f *Formula) String() string { return f.source }

// Value computes the formula; the error is ErrComputed.
func (f *Formula) Value(values map[string]*big.Rat) (*big.Rat, error) { return f.root(values) }

// Round gives x with so many decimals, half away from zero.
func Round(x *big.Rat, decimals int) *big.Rat {
	shift := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
	half := big.NewRat(1, 2)
	scaled := new(big.Rat).Mul(x, shift)
	if scaled.Sign() < 0 {
		half.Neg(half)
	}
	whole := new(big.Int).Quo(new(big.Rat).Add(scaled, half).Num(), new(big.Rat).Add(scaled, half).Denom())
	return new(big.Rat).Quo(new(big.Rat).SetInt(whole), shift)
}

type parser struct {
	text  string
	at    int
	depth int
}

func (p *parser) wrong() error {
	return fmt.Errorf("%w: character %d: %.12q", ErrFormula, p.at+1, p.text[p.at:])
}

func (p *parser) space() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// take takes the first of the signs that stands here; "" where none does.
func (p *parser) take(signs ...string) string {
	p.space()
	for _, s := range signs {
		if strings.HasPrefix(p.text[p.at:], s) {
			p.at += len(s)
			return s
		}
	}
	return ""
}

func (p *parser) comparison() (node, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	sign := p.take("<=", ">=", "!=", "<", ">", "=")
	if sign == "" {
		return left, nil
	}
	right, err := p.sum()
	return binary(left, right, func(a, b *big.Rat) (*big.Rat, error) {
		c := a.Cmp(b)
		if map[string]bool{"<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0, "=": c == 0, "!=": c != 0}[sign] {
			return big.NewRat(1, 1), nil
		}
		return new(big.Rat), nil
	}), err
}

func (p *parser) sum() (node, error) {
	return p.chain(p.product, "+", "-")
}

func (p *parser) product() (node, error) {
	return p.chain(p.power, "*", "/")
}

// chain reads parts joined by signs, from left to right.
func (p *parser) chain(part func() (node, error), signs ...string) (node, error) {
	left, err := part()
	for err == nil {
		sign := p.take(signs...)
		if sign == "" {
			return left, nil
		}
		var right node
		if right, err = part(); err == nil {
			left = binary(left, right, operations[sign])
		}
	}
	return nil, err
}

var operations = map[string]func(a, b *big.Rat) (*big.Rat, error){
	"+": func(a, b *big.Rat) (*big.Rat, error) { return new(big.Rat).Add(a, b), nil },
	"-": func(a, b *big.Rat) (*big.Rat, error) { return new(big.Rat).Sub(a, b), nil },
	"*": func(a, b *big.Rat) (*big.Rat, error) { return new(big.Rat).Mul(a, b), nil },
	"/": func(a, b *big.Rat) (*big.Rat, error) {
		if b.Sign() == 0 {
			return nil, fmt.Errorf("%w: division by zero", ErrComputed)
		}
		return new(big.Rat).Quo(a, b), nil
	},
	"^": raise,
}

func raise(a, b *big.Rat) (*big.Rat, error) {
	if !b.IsInt() || b.Cmp(big.NewRat(largestPower, 1)) > 0 || b.Sign() < 0 {
		return nil, fmt.Errorf("%w: a power is a whole number from 0 to %d", ErrComputed, largestPower)
	}
	out := big.NewRat(1, 1)
	for range b.Num().Int64() {
		if out.Mul(out, a); tooLarge(out) {
			return nil, fmt.Errorf("%w: too large", ErrComputed)
		}
	}
	return out, nil
}

func tooLarge(x *big.Rat) bool { return x.Num().BitLen() > mostBits || x.Denom().BitLen() > mostBits }

func binary(left, right node, do func(a, b *big.Rat) (*big.Rat, error)) node {
	return func(values map[string]*big.Rat) (*big.Rat, error) {
		a, err := left(values)
		if err != nil {
			return nil, err
		}
		b, err := right(values)
		if err != nil {
			return nil, err
		}
		out, err := do(a, b)
		if err == nil && tooLarge(out) {
			err = fmt.Errorf("%w: too large", ErrComputed)
		}
		return out, err
	}
}

func (p *parser) power() (node, error) {
	if p.depth++; p.depth > deepestFormula {
		return nil, fmt.Errorf("%w: more than %d brackets in brackets", ErrFormula, deepestFormula)
	}
	defer func() { p.depth-- }()
	if p.take("-") != "" {
		x, err := p.power()
		zero := func(map[string]*big.Rat) (*big.Rat, error) { return new(big.Rat), nil }
		return binary(zero, x, operations["-"]), err
	}
	base, err := p.atom()
	if err != nil || p.take("^") == "" {
		return base, err
	}
	exponent, err := p.power()
	return binary(base, exponent, raise), err
}

func (p *parser) atom() (node, error) {
	if p.take("(") != "" {
		x, err := p.sum()
		if err == nil && p.take(")") == "" {
			err = p.wrong()
		}
		return x, err
	}
	if n := p.run(func(c byte) bool { return c >= '0' && c <= '9' || c == '.' }); n != "" {
		x, ok := new(big.Rat).SetString(n)
		if !ok {
			return nil, p.wrong()
		}
		return func(map[string]*big.Rat) (*big.Rat, error) { return x, nil }, nil
	}
	name := p.run(func(c byte) bool { return c >= 'a' && c <= 'z' || c == '_' || c >= '0' && c <= '9' })
	switch {
	case name == "":
		return nil, p.wrong()
	case p.take("(") != "":
		return p.call(name)
	}
	return func(values map[string]*big.Rat) (*big.Rat, error) {
		if x := values[name]; x != nil {
			return x, nil
		}
		return nil, fmt.Errorf("%w: nothing is called %q", ErrComputed, name)
	}, nil
}

func (p *parser) run(of func(byte) bool) string {
	p.space()
	from := p.at
	for p.at < len(p.text) && of(p.text[p.at]) {
		p.at++
	}
	return p.text[from:p.at]
}

// call reads the arguments of a function.
func (p *parser) call(name string) (node, error) {
	f, ok := functions[name]
	if !ok {
		return nil, fmt.Errorf("%w: no function %q", ErrFormula, name)
	}
	var args []node
	for {
		x, err := p.sum()
		if err != nil {
			return nil, err
		}
		args = append(args, x)
		if p.take(",") == "" {
			break
		}
	}
	if p.take(")") == "" || len(args) < f.least || len(args) > f.most {
		return nil, p.wrong()
	}
	return func(values map[string]*big.Rat) (*big.Rat, error) {
		xs := make([]*big.Rat, len(args))
		for i, a := range args {
			x, err := a(values)
			if err != nil {
				return nil, err
			}
			xs[i] = x
		}
		return f.do(xs)
	}, nil
}

var functions = map[string]struct {
	least, most int
	do          func([]*big.Rat) (*big.Rat, error)
}{
	"abs":   {1, 1, func(x []*big.Rat) (*big.Rat, error) { return new(big.Rat).Abs(x[0]), nil }},
	"floor": {1, 1, func(x []*big.Rat) (*big.Rat, error) { return floor(x[0]), nil }},
	"ceil": {1, 1, func(x []*big.Rat) (*big.Rat, error) {
		return new(big.Rat).Neg(floor(new(big.Rat).Neg(x[0]))), nil
	}},
	"min": {1, 8, func(x []*big.Rat) (*big.Rat, error) { return extreme(x, -1), nil }},
	"max": {1, 8, func(x []*big.Rat) (*big.Rat, error) { return extreme(x, 1), nil }},
	"round": {1, 2, func(x []*big.Rat) (*big.Rat, error) {
		decimals := new(big.Rat)
		if len(x) == 2 {
			decimals = x[1]
		}
		if !decimals.IsInt() || decimals.Sign() < 0 || decimals.Cmp(big.NewRat(mostDecimals, 1)) > 0 {
			return nil, fmt.Errorf("%w: decimals are a whole number from 0 to %d", ErrComputed, mostDecimals)
		}
		return Round(x[0], int(decimals.Num().Int64())), nil
	}},
}

func floor(x *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Div(x.Num(), x.Denom())) // Euclidean; the denominator is positive
}

func extreme(xs []*big.Rat, sign int) *big.Rat {
	best := xs[0]
	for _, x := range xs[1:] {
		if x.Cmp(best) == sign {
			best = x
		}
	}
	return best
}
