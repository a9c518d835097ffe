package violation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// digest is SHA-256 of a message with the report's id, which is as long as a salt: a short text cannot be guessed from it
// once the report is gone.
func digest(report string, m Message) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s", report, m.Seq, m.Text))
	return hex.EncodeToString(sum[:])
}

// digestOf is the same of a report itself.
func digestOf(r Report) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{r.ID, r.Happened, r.Place, r.Accused, r.Clause, r.Evidence}, "\n")))
	return hex.EncodeToString(sum[:])
}

// Tick tells the trail of what came from reporters on the days that are over. It may run on several nodes at once and as
// often as one likes: whoever claims the rows tells of them.
func (x *Violations) Tick(ctx context.Context) error {
	today := x.Clock.Date(x.Zone)
	if n, err := untold(ctx, x.DB.Read(), today); err != nil || n == 0 {
		return err
	}
	return x.DB.Write(ctx, func(q db.Q) error {
		reports, err := claimReports(ctx, q, today)
		if err != nil {
			return err
		}
		messages, err := claimMessages(ctx, q, today)
		if err != nil || len(reports)+len(messages) == 0 {
			return err
		}
		var facts []string
		for _, r := range reports {
			facts = append(facts, r.ID+" 0 "+digestOf(r))
		}
		for _, m := range messages {
			facts = append(facts, fmt.Sprintf("%s %d %s", m.Report, m.Seq, digest(m.Report, m.Message)))
		}
		slices.Sort(facts) // by chance: ids are random
		return x.Trail.Append(ctx, q, audit.Event{Act: "violation.kept", Facts: map[string]any{"until": today, "kept": facts}})
	})
}
