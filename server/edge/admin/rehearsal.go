package admin

import (
	"context"
	"errors"

	"tongguan/server/base/access"
	"tongguan/server/edge/app"
)

// provedReport is one rehearsal recomputed.
type provedReport struct {
	ID      string `json:"id"`
	World   string `json:"world"`
	Turns   int    `json:"turns"`
	Events  int    `json:"events"`
	Hash    string `json:"hash"`
	Whole   bool   `json:"verified"`
	Differs int    `json:"differs_at_turn,omitempty"`
}

// rehearsalVerify recomputes rehearsals that have ended from world, seed and acts: one, or all.
func rehearsalVerify(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	id := f.String("id", "", d.help("rehearsal"))
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	ids := []string{*id}
	if *id == "" {
		if ids, err = a.Rehearsals.Ended(ctx, access.Operator()); err != nil {
			return err
		}
	}
	out, broken := []provedReport{}, 0
	for _, id := range ids {
		p, err := a.Rehearsals.Verify(ctx, access.Operator(), id)
		if err != nil {
			return err
		}
		if !p.Whole {
			broken++
		}
		out = append(out, provedReport{id, p.World, p.Turns, p.Events, p.Hash, p.Whole, p.Differs})
	}
	if *asJSON {
		err = d.json(out)
	} else {
		for _, r := range out {
			if !r.Whole {
				d.say("roleplay.not_verified", "id", r.ID, "turn", r.Differs)
			}
		}
		d.say("roleplay.verified", "n", len(out)-broken)
	}
	if err == nil && broken > 0 {
		err = errors.New(d.voice.T("roleplay.broken", "n", broken))
	}
	return err
}
