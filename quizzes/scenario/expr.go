package scenario

import (
	"strconv"
	"strings"
	"unicode"
)

// An expression is a whole number out of names and numbers: + - * / , comparisons, and or not. True is 1. There is
// nothing else in it: no call, no loop, no text, so a script can say when and how much, and never run anything.
//
//	or    = and { "or" and }            sum  = term { ("+" | "-") term }
//	and   = not { "and" not }           term = atom { ("*" | "/") atom }
//	not   = "not" not | compared        atom = number | name | "-" atom | "(" or ")"
//	compared = sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum ]
type expression struct {
	text string
	node *node
}

type node struct {
	op          string // "number", "name" or an operator
	value       int64
	at          variable
	left, right *node
}

// limit is the greatest size of any number in an expression; what would pass it stays there.
const limit = int64(1_000_000_000_000_000)

func bounded(n int64) int64 { return max(-limit, min(limit, n)) }

func times(a, b int64) int64 {
	if a != 0 && (max(b, -b) > limit/max(a, -a)) {
		if (a < 0) != (b < 0) {
			return -limit
		}
		return limit
	}
	return a * b
}

// eval computes; names are looked up.
func (n *node) eval(look func(variable) int64) int64 {
	switch n.op {
	case "number":
		return n.value
	case "name":
		return bounded(look(n.at))
	case "not":
		return truth(n.left.eval(look) == 0)
	case "and":
		return truth(n.left.eval(look) != 0 && n.right.eval(look) != 0)
	case "or":
		return truth(n.left.eval(look) != 0 || n.right.eval(look) != 0)
	}
	a, b := n.left.eval(look), n.right.eval(look)
	switch n.op {
	case "+":
		return bounded(a + b)
	case "-":
		return bounded(a - b)
	case "*":
		return times(a, b)
	case "/":
		if b == 0 {
			return 0
		}
		return a / b
	case "=":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	case "<":
		return truth(a < b)
	case "<=":
		return truth(a <= b)
	case ">":
		return truth(a > b)
	}
	return truth(a >= b)
}

func truth(ok bool) int64 {
	if ok {
		return 1
	}
	return 0
}

// names gives every variable of an expression.
func (n *node) names(each func(variable)) {
	if n == nil {
		return
	}
	if n.op == "name" {
		each(n.at)
	}
	n.left.names(each)
	n.right.names(each)
}

// exprError says what is wrong with an expression.
type exprError struct{ key, what string }

func (e *exprError) Error() string { return "scenario: " + e.key + ": " + e.what }

// maxExpression is how long one may be, in bytes: it also bounds how deep.
const maxExpression = 400

type exprReader struct {
	tokens []string
	find   func(name string) (node, bool)
}

// parse reads an expression; find says what a name is.
func parse(text string, find func(name string) (node, bool)) (expression, error) {
	if len(text) > maxExpression {
		return expression{}, &exprError{"too_long", text[:20] + "…"}
	}
	tokens, err := tokens(text)
	if err != nil {
		return expression{}, err
	}
	r := &exprReader{tokens, find}
	n, err := r.or()
	if err != nil {
		return expression{}, err
	}
	if len(r.tokens) > 0 {
		return expression{}, &exprError{"unexpected", r.tokens[0]}
	}
	return expression{text, n}, nil
}

func tokens(text string) (out []string, err error) {
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		n := 0
		for i, c := range rest {
			if !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '_' && (c != '.' || i == 0) {
				break
			}
			n = i + len(string(c))
		}
		if n == 0 {
			n = 1
			if len(rest) > 1 && rest[1] == '=' && strings.ContainsRune("!<>", rune(rest[0])) {
				n = 2
			}
			if !strings.ContainsRune("=!<>+-*/()", rune(rest[0])) || rest[:n] == "!" {
				return nil, &exprError{"unexpected", string([]rune(rest)[:1])}
			}
		}
		out, rest = append(out, rest[:n]), rest[n:]
	}
	return out, nil
}

func (r *exprReader) peek() string {
	if len(r.tokens) == 0 {
		return ""
	}
	return r.tokens[0]
}

func (r *exprReader) take(any ...string) (string, bool) {
	for _, a := range any {
		if r.peek() == a {
			r.tokens = r.tokens[1:]
			return a, true
		}
	}
	return "", false
}

// chain reads operands with left-associative operators between them.
func (r *exprReader) chain(next func() (*node, error), ops ...string) (*node, error) {
	left, err := next()
	for err == nil {
		op, ok := r.take(ops...)
		if !ok {
			return left, nil
		}
		var right *node
		right, err = next()
		left = &node{op: op, left: left, right: right}
	}
	return nil, err
}

func (r *exprReader) or() (*node, error)  { return r.chain(r.and, "or") }
func (r *exprReader) and() (*node, error) { return r.chain(r.not, "and") }

func (r *exprReader) not() (*node, error) {
	if _, ok := r.take("not"); ok {
		n, err := r.not()
		return &node{op: "not", left: n}, err
	}
	left, err := r.sum()
	if err != nil {
		return nil, err
	}
	op, ok := r.take("=", "!=", "<=", ">=", "<", ">")
	if !ok {
		return left, nil
	}
	right, err := r.sum()
	return &node{op: op, left: left, right: right}, err
}

func (r *exprReader) sum() (*node, error)  { return r.chain(r.term, "+", "-") }
func (r *exprReader) term() (*node, error) { return r.chain(r.atom, "*", "/") }

func (r *exprReader) atom() (*node, error) {
	if _, ok := r.take("("); ok {
		n, err := r.or()
		if err != nil {
			return nil, err
		}
		if _, ok := r.take(")"); !ok {
			return nil, &exprError{"unexpected", r.peek()}
		}
		return n, nil
	}
	if _, ok := r.take("-"); ok {
		n, err := r.atom()
		return &node{op: "-", left: &node{op: "number"}, right: n}, err
	}
	t := r.peek()
	if t == "" || strings.ContainsAny(t[:1], "=!<>+-*/()") || t == "and" || t == "or" || t == "not" {
		return nil, &exprError{"unexpected", t}
	}
	r.tokens = r.tokens[1:]
	if v, err := strconv.ParseInt(t, 10, 64); err == nil {
		return &node{op: "number", value: bounded(v)}, nil
	}
	n, ok := r.find(t)
	if !ok {
		return nil, &exprError{"unknown_name", t}
	}
	return &n, nil
}
