package check

import (
	"slices"

	"tongguan/courses/composite"
	"tongguan/courses/indicator"
	"tongguan/courses/programme"
	"tongguan/server/base/access"
)

// BindSchemes gives what schemes of appraisal may name: indicators, programmes with a certificate, roles.
func BindSchemes(indicators []indicator.Indicator, programmes []*programme.Programme) composite.Names {
	less := map[string]bool{}
	for _, x := range indicators {
		less[x.ID] = x.Less
	}
	return composite.Names{
		Indicator: func(id string) (bool, bool) { is, ok := less[id]; return is, ok },
		Programme: func(id string) bool {
			return slices.ContainsFunc(programmes, func(p *programme.Programme) bool { return p.ID == id && p.Certificate != nil })
		},
		Role: func(id string) bool { return access.Role(id).Known() },
	}
}
