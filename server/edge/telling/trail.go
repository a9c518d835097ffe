package telling

import (
	"tongguan/server/base/audit"
	"tongguan/web/words"
)

// TrailFault says what is wrong with the audit trail.
func TrailFault(v words.Voice, f audit.Fault) string {
	args := []any{"seq", f.Seq, "to", f.To}
	for name, value := range f.Args {
		args = append(args, name, value)
	}
	if f.Key == "missing" && f.To <= f.Seq {
		return v.T("trail.fault.missing_one", args...)
	}
	return v.T("trail.fault."+f.Key, args...)
}
