package admin

import (
	"context"
	"errors"
	"os"

	"tongguan/server/base/access"
	"tongguan/server/base/audit"
	"tongguan/server/edge/app"
	"tongguan/server/edge/telling"
)

// auditVerify proves the audit trail whole, or names the first bad entry and what else is wrong.
func auditVerify(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	kept := f.String("checkpoint", "", d.help("checkpoint"))
	key := f.String("key", "", d.help("checkpoint_key"))
	leaves := f.String("leaves", "", d.help("leaves"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	e, err := gather(a.Notary, *kept, *key, *leaves)
	if err != nil {
		return err
	}
	r, err := a.Trail.Verify(ctx, a.DB.Read(), access.Operator(), &e)
	if err != nil {
		return err
	}
	return d.tellTrail(r, *asJSON)
}

// gather gives the evidence of this machine, with what a witness has kept, under the notary's own key where none is named,
// and with another copy of the hashes where one is.
func gather(n *audit.Notary, kept, key, leaves string) (audit.Evidence, error) {
	e, err := n.Evidence()
	if err != nil {
		return e, err
	}
	if leaves != "" {
		e.Leaves = leaves
	}
	if kept == "" {
		return e, nil
	}
	text, err := os.ReadFile(kept)
	if err != nil {
		return e, err
	}
	if key == "" {
		key = n.VerifierKey()
	}
	more, err := audit.ReadWitness(text, key)
	e.Checkpoints = append(e.Checkpoints, more...)
	return e, err
}

// toldFault is a fault with its sentence in both languages, for whoever reads the JSON.
type toldFault struct {
	audit.Fault
	ZH string `json:"zh"`
	EN string `json:"en"`
}

func (d *desk) tellTrail(r audit.Report, asJSON bool) error {
	if asJSON {
		told := make([]toldFault, len(r.Faults))
		for i, f := range r.Faults {
			told[i] = toldFault{f, telling.TrailFault(d.book.In("zh"), f), telling.TrailFault(d.book.In("en"), f)}
		}
		if err := d.json(struct {
			Whole bool `json:"whole"`
			audit.Report
			Faults []toldFault `json:"faults"`
		}{r.Whole(), r, told}); err != nil {
			return err
		}
	} else {
		d.say("cli.audit_size", "n", r.Size, "root", r.Root, "checkpoints", r.Checkpoints, "erased", r.Erased, "proved", r.Proved)
		for i, f := range r.Faults {
			if i == 0 && r.First != nil {
				d.say("cli.audit_first", "seq", *r.First)
			}
			d.say("cli.audit_fault", "fault", telling.TrailFault(d.voice, f))
		}
	}
	if !r.Whole() {
		return errors.New(d.voice.T("cli.audit_broken", "n", len(r.Faults)+r.More))
	}
	if !asJSON {
		d.say("cli.audit_whole")
	}
	return nil
}

// auditCheckpoint signs the trail as it stands.
func auditCheckpoint(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	mail := f.Bool("mail", false, d.help("checkpoint_mail"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	if _, err := a.Notary.Sign(ctx, a.DB.Read()); err != nil {
		return err
	}
	d.say("cli.checkpoint", "key", a.Notary.VerifierKey())
	if !*mail {
		return nil
	}
	if err := a.Witness.Send(ctx); err != nil {
		return err
	}
	d.say("cli.checkpoint_mailed", "to", a.Config.Witness)
	return nil
}

// auditKey prints the public key with which whoever keeps checkpoints checks them.
func auditKey(ctx context.Context, d *desk, args []string) error {
	if err := d.parse(d.flags(), args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	d.say("cli.audit_public", "key", a.Notary.VerifierKey())
	return nil
}
