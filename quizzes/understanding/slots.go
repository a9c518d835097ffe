package understanding

import (
	"regexp"
	"strconv"
	"strings"
)

// Slots are the figures of a sentence; 0 where there is none. Of several of a kind the first counts.
type Slots struct {
	Money   int64 // fen
	Percent int64 // basis points: 打九折 is 1,000, ten per cent off
	Days    int64 // a time or a term of payment; a week is 7, a month 30, a year 365
	Number  int64 // a quantity
	Date    int64 // year × 10,000 + month × 100 + day, the year 0 where it was not said
}

// String writes the figures that there are, such as "money=50000000 days=60".
func (s Slots) String() string {
	var out []string
	for _, f := range []struct {
		name  string
		value int64
	}{{"money", s.Money}, {"percent", s.Percent}, {"days", s.Days}, {"number", s.Number}, {"date", s.Date}} {
		if f.value != 0 {
			out = append(out, f.name+"="+strconv.FormatInt(f.value, 10))
		}
	}
	return strings.Join(out, " ")
}

// figure matches a number in digits or in Chinese characters.
const figure = `((?:\d[\d,]*(?:\.\d+)?|[零〇一二两俩三四五六七八九十百千万亿点半]+)(?:\s*(?:万|亿|千|百))?)`

// digits matches a number in digits.
const digits = `(\d[\d,]*(?:\.\d+)?)`

var (
	foldedPrice = regexp.MustCompile(`(?:打)?([一二三四五六七八九]{1,2}|\d{1,2}(?:\.\d)?)\s*折`)
	hundredths  = regexp.MustCompile(`百分之\s*` + figure)
	percent     = regexp.MustCompile(figure + `\s*(?:%|个百分点|个点|percent\b|per cent\b)`)
	points      = regexp.MustCompile(`\b` + digits + `\s*(?:percentage )?points?\b`)
	english     = regexp.MustCompile(`\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|half a)(?:[ -](percent|per cent|points?|days?|weeks?|months?|years?|units?|sets?|machines?|lines?|pieces?|working days?|business days?))\b`)
	byCode      = regexp.MustCompile(`(?:rmb|cny|[¥￥]|人民币)\s*` + digits + `\s*(k|m|mn|bn|million|thousand|万|亿)?(?:\b|元|$|\P{L})?`)
	byUnit      = regexp.MustCompile(figure + `\s*(?:多)?(?:元|块钱|块(?:[^儿]|$)|人民币)`)
	byName      = regexp.MustCompile(digits + `\s*(k|m|mn|million|thousand)?\s*(?:yuan|rmb|cny|renminbi)\b`)
	bySize      = regexp.MustCompile(`\b` + digits + `\s*(k|m|mn|million|thousand)\b`)
	tenThousand = regexp.MustCompile(`(\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千点半]+)\s*(万|亿)(?:[^台套条件个吨箱人次公米字]|$)`)
	isoDate     = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	hanDate     = regexp.MustCompile(`(?:(\d{4})年)?(\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份)?(?:(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]|(底|末)|(初)|(中旬))`)
	dayMonth    = regexp.MustCompile(`\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? (january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)\b\.?(?:,? (\d{4}))?`)
	monthDay    = regexp.MustCompile(`\b(january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)\.? (\d{1,2})(?:st|nd|rd|th)?\b(?:,? (\d{4}))?`)
	monthEnd    = regexp.MustCompile(`\b(end|start|beginning|middle) of (january|february|march|april|may|june|july|august|september|october|november|december)\b`)
	net         = regexp.MustCompile(`\bnet[ -]?(\d{1,3})\b`)
	span        = regexp.MustCompile(figure + `\s*(?:个)?(工作日|天|日内|日(?:账期)?|周|星期|礼拜|月|年)`)
	halfSpan    = regexp.MustCompile(`半个?(月|年)`)
	spanWords   = regexp.MustCompile(`\b` + digits + `[ -]?(?:calendar |working |business )?(days?|weeks?|months?|years?)\b`)
	quantity    = regexp.MustCompile(figure + `\s*(?:台|套|条|件|吨|箱|只|批|组|部|辆|个(?:[^月点百工星礼]|$))`)
	units       = regexp.MustCompile(`\b` + digits + `\s*(?:[a-z-]+ )?(?:units?|sets?|machines?|lines?|pieces?|pcs|tons?|tonnes?|boxes|scales?|drives?|kits?)\b`)
)

// Find gives the figures of a sentence. What one kind has taken is no other kind's: in “账期60天” no 60 is left.
func Find(text string) (s Slots) {
	rest := fold(text)
	for _, find := range []func(string, *Slots) string{date, rate100, term, money, amount} {
		rest = find(rest, &s)
	}
	return s
}

// cut takes a match out of a text.
func cut(text string, m []int) string { return text[:m[0]] + " " + text[m[1]:] }

func group(text string, m []int, i int) string {
	if 2*i+1 >= len(m) || m[2*i] < 0 {
		return ""
	}
	return text[m[2*i]:m[2*i+1]]
}

var lastDay = [13]int64{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func month(name string) int64 {
	return int64(strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", name[:3])/3 + 1)
}

func (s *Slots) day(year, month, day int64) bool {
	if s.Date != 0 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	s.Date = year*10_000 + month*100 + day
	return true
}

func date(text string, s *Slots) string {
	if m := isoDate.FindStringSubmatchIndex(text); m != nil && s.day(whole(group(text, m, 1)), whole(group(text, m, 2)), whole(group(text, m, 3))) {
		return cut(text, m)
	}
	if m := hanDate.FindStringSubmatchIndex(text); m != nil {
		mon, day := whole(group(text, m, 2)), whole(group(text, m, 3))
		switch {
		case group(text, m, 4) != "" && mon >= 1 && mon <= 12:
			day = lastDay[mon]
		case group(text, m, 5) != "":
			day = 1
		case group(text, m, 6) != "":
			day = 15
		}
		if s.day(whole(group(text, m, 1)), mon, day) {
			return cut(text, m)
		}
	}
	if m := dayMonth.FindStringSubmatchIndex(text); m != nil && s.day(whole(group(text, m, 3)), month(group(text, m, 2)), whole(group(text, m, 1))) {
		return cut(text, m)
	}
	if m := monthDay.FindStringSubmatchIndex(text); m != nil && s.day(whole(group(text, m, 3)), month(group(text, m, 1)), whole(group(text, m, 2))) {
		return cut(text, m)
	}
	if m := monthEnd.FindStringSubmatchIndex(text); m != nil {
		mon := month(group(text, m, 2))
		day := map[string]int64{"end": lastDay[mon], "middle": 15}[group(text, m, 1)]
		if s.day(0, mon, max(1, day)) {
			return cut(text, m)
		}
	}
	return text
}

// rate100 reads percentages, points and 折.
func rate100(text string, s *Slots) string {
	if m := foldedPrice.FindStringSubmatchIndex(text); m != nil {
		if n := folded(group(text, m, 1)); n > 0 && n < 10_000 {
			s.Percent = 10_000 - n
			return cut(text, m)
		}
	}
	for _, re := range []*regexp.Regexp{hundredths, percent, points} {
		if m := re.FindStringSubmatchIndex(text); m != nil {
			s.Percent = scaled(group(text, m, 1), 100)
			return cut(text, m)
		}
	}
	if m := english.FindStringSubmatchIndex(text); m != nil && strings.HasPrefix(group(text, m, 2), "p") && group(text, m, 2)[:2] != "pi" {
		s.Percent = named(group(text, m, 1)) * 50
		return cut(text, m)
	}
	return text
}

// folded is what part of the price is left, in basis points: 九折 is 9,000, 九五折 9,500, 88折 8,800, 8.5折 8,500.
func folded(text string) int64 {
	if strings.Contains(text, ".") {
		return scaled(text, 1000)
	}
	var n int64
	for _, r := range text {
		n = n*10 + int64(strings.Index("零一二三四五六七八九", string(r))/3)
		if r >= '0' && r <= '9' {
			n = n/10*10 + int64(r-'0')
		}
	}
	if n == 0 {
		n = whole(text)
	}
	if n < 10 {
		return n * 1000
	}
	return n * 100
}

// term reads times and terms of payment.
func term(text string, s *Slots) string {
	if m := net.FindStringSubmatchIndex(text); m != nil {
		s.Days = whole(group(text, m, 1))
		return cut(text, m)
	}
	if m := halfSpan.FindStringSubmatchIndex(text); m != nil {
		s.Days = map[string]int64{"月": 15, "年": 182}[group(text, m, 1)]
		return cut(text, m)
	}
	if m := span.FindStringSubmatchIndex(text); m != nil && group(text, m, 2) != "日" {
		return s.span(text, m, map[string]int64{"周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}[group(text, m, 2)])
	}
	if m := spanWords.FindStringSubmatchIndex(text); m != nil {
		return s.span(text, m, per(group(text, m, 2)))
	}
	if m := english.FindStringSubmatchIndex(text); m != nil && per(lastWord(group(text, m, 2))) > 0 {
		s.Days = named(group(text, m, 1)) * per(lastWord(group(text, m, 2))) / 2
		return cut(text, m)
	}
	return text
}

func (s *Slots) span(text string, m []int, days int64) string {
	s.Days = scaled(group(text, m, 1), max(1, days))
	return cut(text, m)
}

func lastWord(s string) string { return s[strings.LastIndex(s, " ")+1:] }

func per(unit string) int64 {
	return map[string]int64{"day": 1, "week": 7, "month": 30, "year": 365}[strings.TrimSuffix(unit, "s")]
}

// named is twice the number that an English word names.
func named(word string) int64 {
	return map[string]int64{"half a": 1, "one": 2, "two": 4, "three": 6, "four": 8, "five": 10, "six": 12, "seven": 14, "eight": 16, "nine": 18, "ten": 20,
		"twelve": 24, "fifteen": 30, "twenty": 40, "thirty": 60, "sixty": 120, "ninety": 180}[word]
}

func money(text string, s *Slots) string {
	for _, re := range []*regexp.Regexp{byCode, byName, byUnit, tenThousand, bySize} {
		m := re.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		s.Money = scaled(group(text, m, 1), 100*size(group(text, m, 2)))
		return cut(text, m)
	}
	return text
}

func size(word string) int64 {
	switch word {
	case "k", "thousand":
		return 1_000
	case "m", "mn", "million":
		return 1_000_000
	case "bn":
		return 1_000_000_000
	case "万":
		return 10_000
	case "亿":
		return 100_000_000
	}
	return 1
}

func amount(text string, s *Slots) string {
	for _, re := range []*regexp.Regexp{quantity, units} {
		if m := re.FindStringSubmatchIndex(text); m != nil {
			s.Number = scaled(group(text, m, 1), 1)
			return cut(text, m)
		}
	}
	if m := english.FindStringSubmatchIndex(text); m != nil && per(lastWord(group(text, m, 2))) == 0 {
		s.Number = named(group(text, m, 1)) / 2
	}
	return text
}

func whole(text string) int64 { return scaled(text, 1) }

// most is the greatest figure that is kept.
const most = int64(1_000_000_000_000_00)

// scaled is a number in digits, in Chinese characters or in both (50万), times a factor, to the nearest whole.
func scaled(text string, factor int64) int64 {
	if text = strings.ReplaceAll(strings.TrimSpace(text), ",", ""); len(text) > 90 || factor > most {
		return most
	}
	for _, unit := range []string{"亿", "万", "千", "百"} {
		if head, ok := strings.CutSuffix(text, unit); ok && strings.Trim(head, " .0123456789") == "" && head != "" {
			return scaled(head, factor*map[string]int64{"亿": 100_000_000, "万": 10_000, "千": 1000, "百": 100}[unit])
		}
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		if v := f * float64(factor); v < float64(most) {
			return int64(v + 0.5)
		}
		return most
	}
	return max(0, min(most, chinese(text, factor)))
}

// chinese reads 五十万, 一百二十, 三点五, 两万五, 半.
func chinese(text string, factor int64) int64 {
	if text == "半" {
		return factor / 2
	}
	text, half := strings.CutSuffix(text, "半") // 两个半 is not one number; 三万半 is rare and read as 三万五
	head, tail, point := strings.Cut(text, "点")
	var total, section, digit, last int64
	for _, r := range head {
		switch i := strings.IndexRune("零一二三四五六七八九", r); {
		case r == '两' || r == '俩':
			digit = 2
		case r == '〇':
			digit = 0
		case i >= 0:
			digit = int64(i / 3)
		case r == '十' || r == '百' || r == '千':
			last = map[rune]int64{'十': 10, '百': 100, '千': 1000}[r]
			if digit == 0 && r == '十' {
				digit = 1
			}
			section, digit = section+digit*last, 0
		case r == '万' || r == '亿':
			last = map[rune]int64{'万': 10_000, '亿': 100_000_000}[r]
			if total+section+digit >= most/last {
				return most
			}
			total, section, digit = (total+section+digit)*last, 0, 0
		}
	}
	if last >= 100 && digit > 0 && section%last == 0 && !strings.Contains(head, "零") {
		digit *= last / 10 // 两万五, 一千二, 三百六
	}
	if total += section + digit; total >= most/max(1, factor) {
		return most
	}
	if half && last >= 100 {
		total += last / 2
	}
	out := total * factor
	if point {
		unit := factor
		for _, r := range tail {
			unit /= 10
			out += max(0, int64(strings.IndexRune("零一二三四五六七八九", r)/3)) * unit
		}
	}
	return out
}
