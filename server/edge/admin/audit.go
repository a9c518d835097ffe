package admin

import (
	"context"
	"errors"

	"tongguan/server/base/access"
	"tongguan/server/edge/app"
)

// auditVerify proves the audit trail whole, or says where it is not.
func auditVerify(ctx context.Context, d *desk, args []string) error {
	f := d.flags()
	asJSON := f.Bool("json", false, d.help("json"))
	if err := d.parse(f, args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	points, err := a.Notary.Checkpoints()
	if err != nil {
		return err
	}
	r, err := a.Trail.Verify(ctx, a.DB.Read(), access.Operator(), points)
	if err != nil {
		return err
	}
	if *asJSON {
		err = d.json(r)
	} else {
		d.say("cli.audit_size", "n", r.Size, "root", r.Root, "checkpoints", r.Checkpoints, "erased", r.Erased)
		for _, fault := range r.Faults {
			d.say("cli.audit_fault", "fault", fault)
		}
	}
	if err == nil && !r.Whole() {
		err = errors.New(d.voice.T("cli.audit_broken", "n", len(r.Faults)))
	}
	if err == nil && !*asJSON {
		d.say("cli.audit_whole")
	}
	return err
}

// auditCheckpoint signs the trail as it stands.
func auditCheckpoint(ctx context.Context, d *desk, args []string) error {
	if err := d.parse(d.flags(), args, 0); err != nil {
		return err
	}
	a, err := d.open(ctx, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the program ends here
	if err := a.Notary.Sign(ctx, a.DB.Read()); err != nil {
		return err
	}
	d.say("cli.checkpoint", "key", a.Notary.VerifierKey())
	return nil
}
