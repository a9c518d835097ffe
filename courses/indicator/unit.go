package indicator

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"tongguan/server/base/fault"
)

// Unit is what an indicator is counted in.
type Unit string

// The units. Values are whole numbers of them.
const (
	Fen    Unit = "fen"    // a hundredth of a yuan
	Basis  Unit = "bp"     // a hundredth of a per cent
	Count  Unit = "count"  // one thing
	Points Unit = "points" // a hundredth of a point
)

// Units lists the units.
func Units() []Unit { return []Unit{Fen, Basis, Count, Points} }

// Limit is how far from zero a value may be, in its unit.
const Limit = 100_000_000_000_000

// places is how many decimals people write of a unit.
func (u Unit) places() int {
	if u == Count {
		return 0
	}
	return 2
}

var (
	plainNumber   = regexp.MustCompile(`^([+-]?)(\d{0,20})(?:\.(\d{0,20}))?$`)
	groupedNumber = regexp.MustCompile(`^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$`)
	manyNumber    = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "", "\u3000", "", "_", "", "−", "-", "–", "-", "。", ".", "｡", ".", "٬", ",")
)

// Parse reads a value as people type it: 12,345.67 of money is 1,234,567 fen, 12.5 of per cent 1,250 basis points. Full-width
// signs, spaces, thousands parted by commas, a currency or per cent sign, 万 and 亿, and a loss in parentheses are understood.
// What is no number, is more exact than the unit or beyond the Limit is Invalid, with what to do about it.
func Parse(u Unit, text string) (int64, error) {
	s := manyNumber.Replace(strings.TrimSpace(width.Narrow.String(text)))
	if s == "" {
		return 0, fault.New(fault.Invalid, "figure.value_needed")
	}
	s, loss := strings.CutPrefix(s, "(")
	if loss {
		var closed bool
		if s, closed = strings.CutSuffix(s, ")"); !closed || strings.HasPrefix(s, "-") {
			return 0, notNumber(u, text)
		}
	}
	s, tens := bareOf(u, s)
	if strings.Contains(s, ",") {
		if !groupedNumber.MatchString(s) {
			return 0, fault.New(fault.Invalid, "figure.comma", "value", short(text))
		}
		s = strings.ReplaceAll(s, ",", "")
	}
	m := plainNumber.FindStringSubmatch(s)
	if m == nil || m[2]+m[3] == "" {
		return 0, notNumber(u, text)
	}
	v, err := scaled(u, m[2], m[3], tens)
	if err == nil && (m[1] == "-" || loss) {
		v = -v
	}
	return v, err
}

// bareOf takes the signs of the unit off and gives the power of ten that 万 and 亿 stand for.
func bareOf(u Unit, s string) (bare string, tens int) {
	lead := ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		lead, s = s[:1], s[1:]
	}
	switch u {
	case Fen:
		for _, sign := range []string{"¥", "￥", "RMB", "CNY", "人民币"} {
			s = strings.TrimPrefix(s, sign)
		}
		s = strings.TrimSuffix(strings.TrimSuffix(s, "圆"), "元")
	case Basis:
		s = strings.TrimSuffix(s, "%")
	case Points:
		s = strings.TrimSuffix(s, "分")
	}
	if u == Fen || u == Count {
		if cut, ok := strings.CutSuffix(s, "万"); ok {
			s, tens = cut, 4
		} else if cut, ok := strings.CutSuffix(s, "亿"); ok {
			s, tens = cut, 8
		}
	}
	return lead + s, tens
}

// scaled gives whole.part × 10^tens in the unit.
func scaled(u Unit, whole, part string, tens int) (int64, error) {
	most := u.places() + tens
	if part = strings.TrimRight(part, "0"); len(part) > most {
		return 0, fault.New(fault.Invalid, "figure.exact_"+string(u))
	}
	n, ok := new(big.Int).SetString("0"+whole+part+strings.Repeat("0", most-len(part)), 10)
	if !ok || !n.IsInt64() || n.Int64() > Limit {
		return 0, fault.New(fault.Invalid, "figure.large")
	}
	return n.Int64(), nil
}

func notNumber(u Unit, text string) error {
	return fault.New(fault.Invalid, "figure.form_"+string(u), "value", short(text))
}

// short is as much of a text as a sentence can repeat.
func short(text string) string {
	if r := []rune(strings.TrimSpace(text)); len(r) > 24 {
		return string(r[:24]) + "…"
	}
	return strings.TrimSpace(text)
}

// Format writes a value as it is read, with thousands parted: ¥12,345.67, 12.5%, 8, 92.5. lang is zh or en; points are 92.5分
// in Chinese. Parse reads it back as the same value.
func Format(u Unit, v int64, lang string) string {
	text := Plain(u, v)
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "−", rest
	}
	whole, part, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part != "" {
		whole += "." + part
	}
	switch {
	case u == Fen:
		return sign + "¥" + whole
	case u == Basis:
		return sign + whole + "%"
	case u == Points && lang != "en":
		return sign + whole + "分"
	}
	return sign + whole
}

// Plain writes a value as a number of fixed point and nothing else, for fields and files: 12345.67, -12.5, 8. Of money there are
// two decimals or none; of what else has decimals, as many as it needs.
func Plain(u Unit, v int64) string {
	if u.places() == 0 {
		return strconv.FormatInt(v, 10)
	}
	sign, n := "", uint64(v)
	if v < 0 {
		sign, n = "-", -n
	}
	out := sign + strconv.FormatUint(n/100, 10)
	if part := n % 100; part != 0 {
		out += "." + strconv.FormatUint(part+100, 10)[1:]
		if u != Fen {
			out = strings.TrimRight(out, "0")
		}
	}
	return out
}
