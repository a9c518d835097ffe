package check

import (
	"slices"

	"tongguan/courses/composite"
	"tongguan/courses/programme"
	"tongguan/server/base/access"
)

// less says of every indicator whether less of it is better.
var less = map[string]bool{"sales-amount": false, "sales-profit": false, "growth-rate": false, "new-customers": false, "conversion-rate": false, "satisfaction": false,
	"complaints": true, "visits": false, "follow-up": false}

// BindSchemes gives what schemes of appraisal may name: indicators, programmes with a certificate, roles.
func BindSchemes(programmes []*programme.Programme) composite.Names {
	return composite.Names{
		Indicator: func(id string) (bool, bool) { is, ok := less[id]; return is, ok },
		Programme: func(id string) bool {
			return slices.ContainsFunc(programmes, func(p *programme.Programme) bool { return p.ID == id && p.Certificate != nil })
		},
		Role: func(id string) bool { return access.Role(id).Known() },
	}
}
