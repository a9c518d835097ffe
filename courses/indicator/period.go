package indicator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"tongguan/server/base/fault"
)

// Years in which periods may lie.
const (
	firstYear = 2000
	lastYear  = 2200
)

var (
	monthForm = regexp.MustCompile(`^(\d{4})-(\d{1,2})(?:-\d{1,2})?(?: 00:00(?::00)?)?$`)
	tightForm = regexp.MustCompile(`^(\d{4})(\d{2})$`)
	yearForm  = regexp.MustCompile(`^\d{4}$`)
	dateSigns = strings.NewReplacer("/", "-", ".", "-", "年", "-", "月", "-", "日", "")
)

// ReadPeriod reads a month or a year as people and spreadsheets write it: 2026-11, 2026/11, 2026年11月, 202611, Nov-26, a date
// (its month), 2026, 2026年. It gives 2026-11 or 2026.
func ReadPeriod(text string) (string, error) {
	s := strings.TrimSpace(width.Narrow.String(text))
	bad := fault.New(fault.Invalid, "figure.period_form", "value", short(text)).At("period")
	for _, form := range []string{"Jan-06", "Jan-2006", "Jan 2006", "January 2006", "06-Jan"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format("2006-01"), nil
		}
	}
	s = strings.TrimSuffix(dateSigns.Replace(s), "-")
	m := monthForm.FindStringSubmatch(s)
	if m == nil {
		m = tightForm.FindStringSubmatch(s)
	}
	if m != nil {
		s = fmt.Sprintf("%s-%02s", m[1], m[2])
	}
	if !validPeriod(s) {
		return "", bad
	}
	return s, nil
}

// validPeriod says whether it is 2026-11 or 2026.
func validPeriod(s string) bool {
	if t, err := time.Parse("2006-01", s); err == nil && len(s) == 7 {
		return t.Year() >= firstYear && t.Year() <= lastYear
	}
	if !yearForm.MatchString(s) {
		return false
	}
	year, err := strconv.Atoi(s)
	return err == nil && year >= firstYear && year <= lastYear
}

// Bounds gives when a period begins and ends in a zone, in milliseconds since 1970 UTC; what is no period is Invalid.
func Bounds(period string, zone *time.Location) (from, until int64, err error) {
	if !validPeriod(period) {
		return 0, 0, fault.New(fault.Invalid, "figure.period_form", "value", short(period)).At("period")
	}
	if t, err := time.ParseInLocation("2006-01", period, zone); err == nil {
		return t.UnixMilli(), t.AddDate(0, 1, 0).UnixMilli(), nil
	}
	t, err := time.ParseInLocation("2006", period, zone)
	return t.UnixMilli(), t.AddDate(1, 0, 0).UnixMilli(), err
}

// begun refuses a period that nothing can have been achieved in yet; today is YYYY-MM-DD.
func begun(period, today string) error {
	if !validPeriod(period) {
		return fault.New(fault.Invalid, "figure.period_form", "value", short(period)).At("period")
	}
	if period > today[:len(period)] {
		return fault.New(fault.Invalid, "figure.period_ahead", "period", period).At("period")
	}
	return nil
}
