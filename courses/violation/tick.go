package violation

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongguan/server/base/audit"
	"tongguan/server/base/db"
)

// sealed is HMAC-SHA256 of some texts under the hash of a report's receipt code. That hash stands on no page and in no entry:
// whoever reads the trail, perhaps somebody whom the report names, learns nothing from it and can guess no text; whoever has
// the report can show that it is the one.
func sealed(key string, texts ...string) string {
	m := hmac.New(sha256.New, []byte(key))
	for _, text := range texts {
		fmt.Fprintf(m, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(m.Sum(nil))
}

// handle stands in the trail for the id of a report, which the desk shows in addresses.
func handle(key, id string) string { return sealed(key, "report", id) }

// digest stands for a message.
func digest(key, id string, m Message) string {
	return sealed(key, "message", id, strconv.FormatInt(m.Seq, 10), m.Text)
}

// digestOf stands for what was reported.
func digestOf(key string, r Report) string {
	return sealed(key, "text", r.ID, r.Happened, r.Place, r.Accused, r.Clause, r.Evidence)
}

// Tick tells the trail of what came from reporters on the days that are over: one hash over all of it, sorted, from which
// nobody reads how much it was or what. It may run on several nodes at once and as often as one likes: whoever claims the
// rows tells of them.
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
		var all []string
		for _, r := range reports {
			key, err := keyOf(ctx, q, r.ID)
			if err != nil {
				return err
			}
			all = append(all, digestOf(key, r))
		}
		for _, m := range messages {
			key, err := keyOf(ctx, q, m.Report)
			if err != nil {
				return err
			}
			all = append(all, digest(key, m.Report, m.Message))
		}
		return x.Trail.Append(ctx, q, audit.Event{Act: "violation.kept", Facts: map[string]any{"until": today, "sha256": digestAll(all)}})
	})
}

// digestAll is SHA-256 over the lines, sorted.
func digestAll(lines []string) string {
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}
