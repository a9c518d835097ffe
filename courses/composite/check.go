package composite

import (
	"slices"

	"tongguan/server/base/fault"
)

// Check refuses a scheme that Read would not accept, for schemes that were changed since: weights, what is missing, rules on
// certificates, bands. It names the first thing that is wrong; the form's field stands with it.
func (s *Scheme) Check(names Names) error {
	wrong := func(field, key string, args ...any) error { return fault.New(fault.Invalid, key, args...).At(field) }
	sum := int64(0)
	for _, i := range s.Items {
		if i.Weight < 1 || i.Weight > Whole {
			return wrong("weight-"+i.ID, "composite.number_range", "field", "weight", "min", 0.01, "max", 100)
		}
		sum += i.Weight
	}
	switch {
	case sum != Whole:
		return wrong("weights", "composite.weights", "sum", float64(sum)/100)
	case !slices.Contains(Policies(), s.Missing):
		return wrong("missing", "composite.missing_unknown", "value", string(s.Missing))
	case s.Least < 0 || s.Least > Whole:
		return wrong("least", "composite.number_range", "field", "least", "min", 0, "max", 100)
	case s.MaxBonus < 0 || s.MaxBonus > mostBonus:
		return wrong("max_bonus", "composite.number_range", "field", "max_bonus", "min", 0, "max", mostBonus/100)
	}
	if err := s.checkBands(); err != nil {
		return err
	}
	for _, r := range s.Rules {
		if err := r.check(names); err != nil {
			return err
		}
	}
	return nil
}

// mostBonus is the highest bonus, of one rule and of all together, in hundredths of a point.
const mostBonus = 2_000

func (s *Scheme) checkBands() error {
	for i, b := range s.Bands {
		switch {
		case b.From < 0 || b.From > MaxScore:
			return fault.New(fault.Invalid, "composite.number_range", "field", "from", "min", 0, "max", MaxScore/100).At("bands")
		case b.ID == "" || i > 0 && b.From >= s.Bands[i-1].From || slices.ContainsFunc(s.Bands[:i], func(o Band) bool { return o.ID == b.ID }):
			return fault.New(fault.Invalid, "composite.bands_fall").At("bands")
		case b.Name.ZH == "" || b.Name.EN == "":
			return fault.New(fault.Invalid, "composite.text_missing", "field", "name").At("bands")
		}
	}
	if n := len(s.Bands); n == 0 || s.Bands[n-1].From != 0 {
		return fault.New(fault.Invalid, "composite.bands_zero").At("bands")
	}
	for _, p := range s.Proposals {
		if !s.knows(p.Band) {
			return fault.New(fault.Invalid, "composite.band_unknown", "id", p.Band).At("bands")
		}
	}
	return nil
}

func (r Rule) check(names Names) error {
	wrong := func(key string, args ...any) error { return fault.New(fault.Invalid, key, args...).At("certificates") }
	switch {
	case !names.Programme(r.Programme):
		return wrong("composite.programme_unknown", "id", r.Programme)
	case r.Bonus < 0 || r.Bonus > mostBonus:
		return wrong("composite.number_range", "field", "bonus", "min", 0, "max", mostBonus/100)
	case r.HasCap && (r.Cap < 0 || r.Cap > MaxScore):
		return wrong("composite.number_range", "field", "cap", "min", 0, "max", MaxScore/100)
	case r.idle():
		return wrong("composite.rule_idle", "id", r.Programme)
	}
	for _, role := range r.Roles {
		if !names.Role(role) {
			return wrong("composite.role_unknown", "id", role)
		}
	}
	return nil
}

// idle says whether a rule does nothing.
func (r Rule) idle() bool { return r.Bonus == 0 && !r.HasCap && !r.Flag && !r.Warn }
